"""The storage tank as the planner sees it: an upper and a lower layer.

The upper layer is what the boiler heats, the lower one is what is left to the
sun. Each is mixed in itself. Temperatures in degrees Celsius, heat in kWh.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from ..plant.parameters import PlantParameters
from ..units import WATER_KWH_PER_L_K, WATTS_PER_KILOWATT

ROOMS_MARGIN_K = 2.0
"""So much above the heating's supply temperature the tank carries the rooms a while."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layers:
    """Capacities, losses and limits of the two layers."""

    upper_kwh_per_k: float
    lower_kwh_per_k: float
    upper_loss_kw_per_k: float
    lower_loss_kw_per_k: float
    room_c: float
    maximum_c: float
    cold_c: float
    comfort_c: float

    @classmethod
    def of(cls, plant: PlantParameters) -> Self:
        """Return the layers of a plant's tank, split at the boiler's height."""
        tank = plant.tank
        total = tank.volume_l * WATER_KWH_PER_L_K
        loss = tank.loss_w_per_k / WATTS_PER_KILOWATT
        upper = 1.0 - tank.boiler_height
        return cls(
            upper_kwh_per_k=total * upper,
            lower_kwh_per_k=total * (1.0 - upper),
            upper_loss_kw_per_k=loss * upper,
            lower_loss_kw_per_k=loss * (1.0 - upper),
            room_c=tank.room_c,
            maximum_c=tank.maximum_c,
            cold_c=plant.hot_water.cold_c,
            comfort_c=plant.hot_water.comfort_c,
        )

    def drawn_from_lower(self, upper_c: float, lower_c: float) -> float:
        """Return the share of drawn heat that the lower layer gives.

        Hot water leaves at the top, water of the lower layer follows it up and
        cold water enters below: the lower layer gives (Tl - Tc) / (Tu - Tc).
        """
        if upper_c <= self.cold_c:
            return 1.0
        share = (lower_c - self.cold_c) / (upper_c - self.cold_c)
        return min(1.0, max(0.0, share))

    def comfort_share(self, upper_c: float) -> float:
        """Return which share of the wanted heat a draw at the top carries."""
        share = (upper_c - self.cold_c) / (self.comfort_c - self.cold_c)
        return min(1.0, max(0.0, share))

    def usable_kwh(self, upper_c: float, lower_c: float) -> float:
        """Return the hot water the tank gives before its top is below comfort.

        Draws the tank empty in small portions, without losses.
        """
        heat = self.upper_kwh_per_k * (upper_c - self.cold_c)
        heat += self.lower_kwh_per_k * (lower_c - self.cold_c)
        portion = max(heat, 0.0) / 200.0
        drawn = 0.0
        while upper_c > self.comfort_c and drawn < heat:
            share = self.drawn_from_lower(upper_c, lower_c)
            fall = portion * (1.0 - share) / self.upper_kwh_per_k
            if fall > upper_c - self.comfort_c:
                return drawn + portion * (upper_c - self.comfort_c) / fall
            upper_c -= fall
            lower_c -= portion * share / self.lower_kwh_per_k
            drawn += portion
        return drawn


def initial_layers(
    plant: PlantParameters,
    probes_c: tuple[float | None, ...],
    layers_c: tuple[float, ...] = (),
) -> tuple[float, float] | None:
    """Return the temperatures of the upper and the lower layer, None if unknown.

    They are those of the estimated `layers_c`, or where there are none of the probes:
    between known ones the temperature runs straight, beyond them it stays. A lower
    layer that would be warmer than the upper one is mixed with it.
    """
    known = _known(plant, probes_c)
    border = plant.tank.boiler_height
    if layers_c:
        lower = _mean_of_layers(layers_c, 0.0, border)
        upper = _mean_of_layers(layers_c, border, 1.0)
    elif known:
        lower = _mean_between(known, 0.0, border)
        upper = _mean_between(known, border, 1.0)
    else:
        return None
    if lower > upper:
        lower = upper = lower * border + upper * (1.0 - border)
    return upper, lower


def rooms_are_cold(
    plant: PlantParameters,
    probes_c: tuple[float | None, ...],
    zone_least_c: float | None = None,
) -> bool:
    """Return whether the tank may be too cold for the rooms, as far as that is known.

    The heating takes its water at the lower end of the boiler's zone, which may be cold
    while its top is warm. What is sure is what an estimate of the tank is sure of, or
    without one that it is no colder than a probe below it. Unknown counts as cold;
    without heating nothing is cold.
    """
    if plant.heating is None:
        return False
    if zone_least_c is not None:
        return zone_least_c < plant.heating.supply_c + ROOMS_MARGIN_K
    below = [
        probe
        for height, probe in _known(plant, probes_c)
        if height <= plant.tank.boiler_height
    ]
    return not below or max(below) < plant.heating.supply_c + ROOMS_MARGIN_K


def _known(
    plant: PlantParameters, probes_c: tuple[float | None, ...]
) -> list[tuple[float, float]]:
    """Return height and temperature of the probes that tell something."""
    return [
        (height, probe)
        for height, probe in zip(plant.tank.probe_heights, probes_c, strict=False)
        if probe is not None
    ]


def _mean_of_layers(layers_c: tuple[float, ...], bottom: float, top: float) -> float:
    """Return the mean of mixed layers between two relative heights."""
    count = len(layers_c)
    total = sum(
        layer * max(min(top, (node + 1) / count) - max(bottom, node / count), 0.0)
        for node, layer in enumerate(layers_c)
    )
    return total / (top - bottom)


def _mean_between(known: list[tuple[float, float]], bottom: float, top: float) -> float:
    slices = 40
    width = (top - bottom) / slices
    total = sum(
        _at_height(known, bottom + (index + 0.5) * width) for index in range(slices)
    )
    return total / slices


def _at_height(known: list[tuple[float, float]], height: float) -> float:
    if height <= known[0][0]:
        return known[0][1]
    for (low, below), (high, above) in pairwise(known):
        if height <= high:
            return below + (above - below) * (height - low) / (high - low)
    return known[-1][1]
