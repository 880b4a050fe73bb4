"""The controls of a fleet: thresholds and order of `HouseControls`, over arrays.

All relays are left to the controller (automatic).
"""

from collections.abc import Sequence

import numpy as np

from . import boiler, controller
from .fleet_structure import BoolArray, OverHouses, all_of, any_of, column, part
from .fleet_tank import FleetTank, Layer
from .fleet_values import FleetValues
from .house_document import House
from .sun import FloatArray


class PumpControl(OverHouses):
    """Sets the speed of the solar pumps."""

    def __init__(self, houses: Sequence[House], tank: FleetTank) -> None:
        """Take over the settings."""
        settings = [one.controller for one in houses]
        parts = part(lambda one: one.collector, houses)
        self._tank = tank
        self._on_k = column(lambda one: one.on_difference_k, settings)
        self._off_k = column(lambda one: one.off_difference_k, settings)
        self._target_k = column(lambda one: one.target_difference_k, settings)
        self._least = column(lambda one: one.minimum_speed_percent, settings)
        self._emergency_c = column(lambda one: one.collector_emergency_c, settings)
        self._cooled_c = self._emergency_c - controller.EMERGENCY_HYSTERESIS_K
        self._margin_k = column(lambda one: one.store_top_margin_k, settings)
        self._full_c = column(lambda one: one.tank.maximum_c, houses)
        self._no_longer_full_c = self._full_c - column(
            lambda one: one.store_hysteresis_k, settings
        )
        effectiveness = column(lambda one: one.heat_exchanger_effectiveness, parts)
        self._outlet = effectiveness / (2.0 - effectiveness)

    def control(
        self,
        values: FleetValues,
        absorbed: FloatArray | None,
        running: BoolArray | None,
        top_c: FloatArray,
    ) -> None:
        """Set the speeds; `running` tells which pumps have turned."""
        needed = self._needed(values, absorbed)
        if not any_of(needed):
            values.pump_output.fill(0.0)
            return
        tank_c, sensor_c = values.tank_c, values.collector_c
        if running is not None:
            above_k = sensor_c - tank_c[0]
            above_k *= self._outlet
            above_k *= running
            sensor_c = sensor_c + above_k
        bottom_c = self._tank.bottom.of(tank_c)
        blocked = values.blocked
        blocked |= sensor_c > self._emergency_c
        held = any_of(blocked)
        if held:
            blocked &= sensor_c >= self._cooled_c
        held |= self._fill(values, bottom_c, top_c, needed)
        difference_k = sensor_c - bottom_c
        on = values.pump_output > 0.0
        on |= difference_k >= self._on_k
        on &= difference_k > self._off_k
        on &= needed
        if held:
            on &= ~blocked
            on &= ~values.full
        if not any_of(on):
            values.pump_output.fill(0.0)
            return
        difference_k -= self._target_k
        np.maximum(difference_k, 0.0, out=difference_k)
        difference_k *= controller.SPEED_PERCENT_PER_K
        difference_k += self._least
        np.minimum(difference_k, 100.0, out=difference_k)
        np.multiply(difference_k, on, out=values.pump_output)

    def _needed(self, values: FleetValues, absorbed: FloatArray | None) -> BoolArray:
        """Return where a pump may start or has run: all others rest."""
        needed: BoolArray = values.collector_c >= values.tank_c[0]
        needed |= values.pump_output > 0.0
        needed |= values.full
        needed |= values.blocked
        if absorbed is not None:
            needed |= absorbed > 0.0
        return needed

    def _fill(
        self,
        values: FleetValues,
        bottom_c: FloatArray,
        top_c: FloatArray,
        needed: BoolArray,
    ) -> bool:
        """Set which tanks are full; return whether any is."""
        store_c = top_c - self._margin_k
        np.maximum(store_c, bottom_c, out=store_c)
        reached = store_c >= self._full_c
        reached &= needed
        full = values.full
        full |= reached
        if not any_of(full):
            return False
        full &= store_c >= self._no_longer_full_c
        return True


class HeatingControl(OverHouses):
    """Sets the 3-way valves and the heatings' calls."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over the settings."""
        settings = [one.controller for one in houses]
        self._on_k = column(lambda one: one.return_raise_on_k, settings)
        self._off_k = column(lambda one: one.return_raise_off_k, settings)

    def control(
        self,
        values: FleetValues,
        wanted: BoolArray,
        *,
        above_return_k: FloatArray,
        above_supply_k: FloatArray,
    ) -> None:
        """Set valves and calls; temperatures are those of the tank above the water's."""
        valve = values.valve_on
        valve |= above_return_k >= self._on_k
        valve &= above_return_k > self._off_k
        valve &= wanted
        call = values.heating_call
        call |= above_supply_k < controller.HEATING_CALL_ON_K
        call &= above_supply_k < controller.HEATING_CALL_OFF_K
        call &= wanted


class BoilerControl(OverHouses):
    """Releases boilers that heat the tank."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over the settings."""
        parts = part(lambda one: one.boiler, houses)
        self._off_c = column(lambda one: one.setpoint_c, parts)
        self._on_c = column(lambda one: one.setpoint_c - one.hysteresis_k, parts)
        self._safe_c = column(lambda one: one.safety_c, parts)
        self._safe_again_c = self._safe_c - boiler.SAFETY_HYSTERESIS_K
        self._least_on_s = column(lambda one: 60.0 * one.minimum_on_min, parts)
        self._least_off_s = column(lambda one: 60.0 * one.minimum_off_min, parts)

    def control(
        self,
        values: FleetValues,
        top_c: FloatArray,
        zone: Layer,
        may_heat: BoolArray | None,
    ) -> BoolArray:
        """Return which boilers are released, not too hot included.

        `zone` is the layer at the lower end of the boiler's zone.
        """
        call, burning = values.hot_water_call, values.boiler_on
        call |= top_c < self._on_c
        call &= top_c < self._off_c
        if may_heat is not None:
            call &= may_heat
        relay = call | values.heating_call
        changes = relay ^ burning
        if any_of(changes):
            least_s = np.where(burning, self._least_on_s, self._least_off_s)
            changes &= values.boiler_since_s < least_s
            relay ^= changes
        # Nothing is hotter than the tank's top.
        if not all_of(values.tank_c[-1] < self._safe_again_c):
            zone_c = zone.of(values.tank_c)
            safe = zone_c < self._safe_again_c
            safe |= burning & (zone_c < self._safe_c)
            relay &= safe
        return relay
