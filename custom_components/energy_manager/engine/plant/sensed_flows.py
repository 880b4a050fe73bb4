"""What went into and out of the tank, from what sensors and weather tell.

Between two looks of the observer the sensed values are gathered: the solar loop by its
pump and the collector's temperature, the boiler by whether it burns, and the heating
by what the weather makes the rooms ask for. What nobody tells counts as nothing: the
probes put right what it changed.
"""

from dataclasses import dataclass

from . import collector, controller, heating, tank
from .observer import KnownFlows
from .parameters import PlantParameters

SUPPOSED_EXCESS_K = 10.0
"""By so much a running loop is taken to be warmer than the tank without a sensor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sensed:
    """What is sensed of a plant at one moment; None is unknown."""

    pump_percent: float | None = None
    """Speed of the solar pump; 100 for a running pump without a speed."""
    collector_c: float | None = None
    boiler_on: bool | None = None
    heating_w: float = 0.0
    """Heat that the rooms are expected to ask for."""
    valve_on: bool | None = None
    """Where heating water is sent through the tank by hand, or kept out of it."""


class SensedFlows:
    """Gathers flows; call `gather` for each stretch of time and `take` at a look."""

    def __init__(self, plant: PlantParameters) -> None:
        """Know the plant; nothing has flowed yet."""
        self._plant = plant
        self._layout = tank.layout(plant.tank)
        self._tops_up = plant.boiler is not None and plant.boiler.connection == "top_up"
        self._valve_on = False
        self._clear()

    def _clear(self) -> None:
        self._solar_kg = self._solar_kg_c = 0.0
        self._heating_kg = self._boiler_j = 0.0

    def gather(self, sensed: Sensed, profile_c: list[float], dt_s: float) -> None:
        """Add `dt_s` seconds in which the sensors showed this, with a tank like that."""
        self._gather_solar(sensed, profile_c[0], dt_s)
        zone_w = self._gather_heating(sensed, profile_c, dt_s)
        boiler = self._plant.boiler
        given_w = 0.0
        if boiler is not None and sensed.boiler_on and not self._tops_up:
            given_w = boiler.power_kw * 1000.0
        self._boiler_j += (given_w - zone_w) * dt_s

    def take(self, expected_draw_kg: float = 0.0) -> KnownFlows:
        """Return what was gathered, and begin anew."""
        kg, parameters = self._solar_kg, self._plant.heating
        flows = KnownFlows(
            solar_kg=kg,
            solar_c=self._solar_kg_c / kg if kg > 0.0 else 0.0,
            heating_kg=self._heating_kg,
            return_c=30.0 if parameters is None else parameters.return_c,
            boiler_j=self._boiler_j,
            expected_draw_kg=expected_draw_kg,
        )
        self._clear()
        return flows

    def _gather_solar(self, sensed: Sensed, bottom_c: float, dt_s: float) -> None:
        """Add the water that the loop warmed, as warm as the exchanger makes it."""
        parts = self._plant.collector
        if parts is None or sensed.pump_percent is None or sensed.pump_percent <= 0.0:
            return
        share = min(sensed.pump_percent, 100.0)
        kg = collector.fluid_w_per_k(parts, share) * dt_s / tank.WATER_J_PER_KG_K
        excess_k = SUPPOSED_EXCESS_K
        if sensed.collector_c is not None:
            excess_k = sensed.collector_c - bottom_c
        inlet_c = bottom_c + parts.heat_exchanger_effectiveness * excess_k
        self._solar_kg += kg
        self._solar_kg_c += kg * inlet_c

    def _gather_heating(
        self, sensed: Sensed, profile_c: list[float], dt_s: float
    ) -> float:
        """Add the water that the heating takes, and return what the zone gives [W]."""
        parameters = self._plant.heating
        if parameters is None or sensed.heating_w <= 0.0:
            self._valve_on = False
            return 0.0
        heating_c = profile_c[self._layout.heating_node]
        self._valve_on = controller.return_raise(
            self._plant.controller,
            before=self._valve_on,
            tank_c=heating_c,
            return_c=parameters.return_c,
        )
        if sensed.valve_on is not None:
            self._valve_on = sensed.valve_on
        zone_c = profile_c[self._layout.boiler_node]
        drawn = heating.draw(
            parameters,
            sensed.heating_w,
            valve_on=self._valve_on,
            tank_c=heating_c,
            zone_c=parameters.return_c if self._tops_up else zone_c,
        )
        self._heating_kg += drawn.kg_per_s * dt_s
        return drawn.zone_w
