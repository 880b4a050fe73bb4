"""What is set every few minutes between two plans: valve, pump and boiler.

The maker's controller has one threshold for each; what is known of the whole tank
allows better ones. The valve sends heating water through the tank only where the sun
has made it warmer than what comes back, else the return would warm the part that is
kept cold for the collectors. The pump also runs where the gain is small. The boiler's
zone is kept just warm enough for rooms and hot water, in runs of a fair length.
"""

from ..plant import tank
from ..plant.controller import RelayMode, after_heating
from ..plant.house_document import House
from .control import Observation

VALVE_ON_K = 4.0
VALVE_OFF_K = 2.0
"""The sun's part of the tank above the heating's return."""
PUMP_ON_K = 3.5
PUMP_OFF_K = 1.0
"""Collector above the tank's bottom from which the slowest pump still gains, where the
water comes in at a height of its own: a coil touches warmer layers too."""
FAR_FROM_FULL_K = 10.0
BOILING_C = 95.0
"""A collector this hot is left to the maker's control."""
ROOMS_ON_K = 1.0
"""The zone's lower end above the supply temperature, when the boiler must begin."""
RUN_K = 1.5
"""By so much a run warms the top at least."""
SMALL_ZONE_L = 200.0
SMALL_RESERVE_K = 4.0
"""A zone below this a bath might empty between two looks: the thermostat warms it, once
it is released, until its top is so much above comfort."""
SHORTEST_RUN_MIN = 10.0
LEAST_HEATING_W = 50.0


class Relays:
    """The hands on valve, pump and boiler of one house."""

    def __init__(self, house: House) -> None:
        """Know the house; all is left to the maker's control."""
        self._house = house
        self._layout = tank.layout(house.tank)
        zone_l = house.tank.volume_l * (1.0 - house.tank.boiler_height)
        self.small_zone = zone_l < SMALL_ZONE_L
        self._valve_on = False
        self._pumping = False
        self._burning = False
        self._calls = True
        """Whether the thermostat would ask for the boiler."""

    def valve(self, layers_c: list[float]) -> bool | None:
        """Return whether heating water goes through the tank; None for the maker's."""
        heating, layout = self._house.heating, self._layout
        sunny = layers_c[layout.return_node + 1 : layout.boiler_node]
        if heating is None or self._house.collector is None or not sunny:
            return None
        warm_c = sum(sunny[-2:]) / len(sunny[-2:])
        above_k = warm_c - heating.return_c
        least_k = VALVE_OFF_K if self._valve_on else VALVE_ON_K
        self._valve_on = above_k > least_k
        return self._valve_on

    def pump(self, seen: Observation) -> int:
        """Return the mode of the solar pump."""
        settings = self._house.controller
        parts = self._house.collector
        difference_k = seen.collector_c - seen.probes_c[0]
        far = (
            max(seen.probes_c) < self._house.tank.maximum_c - FAR_FROM_FULL_K
            and seen.collector_c < BOILING_C
        )
        least_k = PUMP_OFF_K if seen.pump_percent > 0.0 else PUMP_ON_K
        self._pumping = (
            parts is not None
            and parts.inlet in ("lance", "fixed")
            and far
            and least_k < difference_k < settings.on_difference_k
        )
        return RelayMode.MINIMUM if self._pumping else RelayMode.AUTO

    def boiler(
        self,
        seen: Observation,
        layers_c: list[float],
        heating_w: float,
        *,
        run: bool,
        least_c: float,
    ) -> int:
        """Return the mode of the boiler's relay.

        `run` is whether the plan wants it now, `least_c` what the tank's top must have.
        """
        house = self._house
        boiler = house.boiler
        if boiler is None or boiler.connection == "top_up":
            return RelayMode.AUTO
        top_c = seen.probes_c[-1]
        self._calls = after_heating(boiler, before=self._calls, top_c=top_c - 0.5)
        if self.small_zone:
            return self._small_zone(seen, run=run)
        wanted = seen.heating_call or heating_w > LEAST_HEATING_W
        rooms_cold = wanted and (
            seen.heating_call or self._soon_cold(layers_c, heating_w)
        )
        ceiling_c = min(boiler.setpoint_c, house.tank.maximum_c - 5.0)
        water_cold = top_c < min(least_c, ceiling_c - RUN_K)
        if self._burning:
            # Above the setpoint each minute more makes the zone's top still hotter.
            short = top_c < ceiling_c and seen.boiler_since_s < 60.0 * max(
                SHORTEST_RUN_MIN, boiler.minimum_on_min
            )
            still_cool = top_c < min(least_c + RUN_K, ceiling_c)
            self._burning = short or seen.heating_call or still_cool or run
        elif seen.boiler_on or seen.boiler_since_s >= 60.0 * boiler.minimum_off_min:
            self._burning = rooms_cold or water_cold or run
        if self._burning:
            return RelayMode.ON
        # While the thermostat of hot water rests the heating may call at any time; but
        # whole runs for it would make a warm top ever hotter, until the boiler's limit.
        free = wanted and not self._calls and top_c < ceiling_c
        return RelayMode.AUTO if free else RelayMode.OFF

    def _soon_cold(self, layers_c: list[float], heating_w: float) -> bool:
        """Return whether the zone would be too cold for the rooms at the next look."""
        heating = self._house.heating
        fall_k = heating_w * 300.0 / self._layout.node_j_per_k
        zone_c = layers_c[self._layout.boiler_node] - fall_k
        return heating is not None and zone_c < heating.supply_c + ROOMS_ON_K

    def _small_zone(self, seen: Observation, *, run: bool) -> int:
        """Hold the thermostat down to comfort, and then release it for a whole run."""
        least_c = self._house.hot_water.comfort_c
        if self._burning:
            least_c += SMALL_RESERVE_K
        self._burning = seen.probes_c[-1] < least_c
        if self._burning or seen.heating_call:
            return RelayMode.AUTO
        return RelayMode.ON if run else RelayMode.OFF
