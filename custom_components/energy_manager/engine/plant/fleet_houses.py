"""Houses of one structure in one part of a step.

The equations and their order are those of `HouseRun`, with relays left to the
controller: each quantity is an array over the houses.
"""

from collections.abc import Sequence

import numpy as np

from . import tank
from .fleet_boilers import FleetBurners
from .fleet_controls import BoilerControl, HeatingControl, PumpControl
from .fleet_electricity import FleetChargers, FleetElectricity
from .fleet_heat import FleetCollectors, FleetHeating, FleetHotWater
from .fleet_structure import BoolArray, OverHouses, Structure, any_of, column, part
from .fleet_tank import FleetFlows, FleetTank
from .fleet_values import FleetValues
from .house_document import House
from .house_state import DAY_S
from .sun import FloatArray


class Acting:
    """What acts on the houses in a step; None is nothing on any house."""

    __slots__ = (
        "absorbed",
        "ambient_c",
        "available_w",
        "draw_l_per_s",
        "load_w",
        "may_heat",
        "mean_c",
        "return_c",
        "supply_c",
        "wanted_w",
    )

    ambient_c: float
    mean_c: tuple[float, float]
    """Smoothed outdoor temperature before and after the step."""
    absorbed: FloatArray | None
    draw_l_per_s: FloatArray | None
    available_w: FloatArray | None
    load_w: FloatArray
    may_heat: BoolArray | None
    """Where thermostats may ask for the boiler; None for everywhere."""
    wanted_w: FloatArray | None
    """Heat for the rooms that is given."""
    supply_c: FloatArray
    return_c: FloatArray
    """Of the heating's water."""

    def of_first(self, width: int) -> Acting:
        """Return what acts on the first houses."""
        found = Acting()
        found.ambient_c, found.mean_c = self.ambient_c, self.mean_c
        found.absorbed = _some(self.absorbed, width)
        found.draw_l_per_s = _some(self.draw_l_per_s, width)
        found.available_w = _some(self.available_w, width)
        found.load_w = self.load_w[:width]
        if (may_heat := self.may_heat) is not None:
            may_heat = may_heat[:width]
        found.may_heat = may_heat
        found.wanted_w = _some(self.wanted_w, width)
        found.supply_c = self.supply_c[:width]
        found.return_c = self.return_c[:width]
        return found


def _some(values: FloatArray | None, width: int) -> FloatArray | None:
    return None if values is None else values[:width]


class FleetHouses(OverHouses):
    """Houses and what they are made of; `advance` moves them on."""

    def __init__(
        self,
        houses: Sequence[House],
        structure: Structure,
        *,
        ambient_c: float,
        step_s: float,
    ) -> None:
        """Begin as `year.start_state` does."""
        self.structure = structure
        self._houses = houses
        self.values = FleetValues(structure.nodes, len(houses), ambient_c)
        self._flows = FleetFlows()
        self._above_return_k = np.zeros(len(houses))
        self._water = FleetHotWater(houses)
        self.dt_s = np.full(len(houses), step_s)
        self.tank = FleetTank(
            [one.tank for one in houses], self._water.cold_c, self.dt_s
        )
        self.loop_kg_per_s = np.zeros(len(houses))
        """Of the solar loops at full speed, as water."""
        self._lay_heat()
        self._lay_electricity()
        self.set_step(self.dt_s)

    def _lay_heat(self) -> None:
        """Take over what collects, warms and is warmed."""
        houses, structure = self._houses, self.structure
        self._collectors: FleetCollectors | None = None
        self._pumps: PumpControl | None = None
        if structure.inlet is not None:
            self._collectors = FleetCollectors(houses, self.tank)
            self._pumps = PumpControl(houses, self.tank)
            self.loop_kg_per_s = self._collectors.loop_w_per_k / tank.WATER_J_PER_KG_K
        self.heating: FleetHeating | None = None
        if structure.heats:
            self.heating = FleetHeating(houses)
            self._heating_control = HeatingControl(houses)
        self._burners: FleetBurners | None = None
        self._boilers: BoilerControl | None = None
        self._tops_up = structure.boiler == "top_up"
        if structure.boiler is not None:
            self._burners = FleetBurners(houses)
            if not self._tops_up:
                self._boilers = BoilerControl(houses)

    def _lay_electricity(self) -> None:
        """Take over what gives and takes electricity."""
        houses, structure = self._houses, self.structure
        self._electricity: FleetElectricity | None = None
        if structure.chemistry is not None:
            self._electricity = FleetElectricity(houses)
        self._chargers = FleetChargers(houses) if structure.modules else None
        devices = [one.inverter for one in houses]
        self._base_load_w = np.array(
            [one.base_load_w if one else 0.0 for one in devices]
        )
        self._heating_pump_w = np.array(
            [one.heating_pump_w if one else 0.0 for one in devices]
        )
        self._heats_surplus = structure.immersion_heater and structure.modules
        if self._heats_surplus:
            heaters = part(lambda one: one.immersion_heater, houses)
            self.tank.lay_heater(heaters)
            self._heater_w = column(lambda one: one.power_w, heaters)
            self._heater_soc = column(lambda one: one.minimum_soc, heaters)
            self._heater_c = column(lambda one: one.maximum_c, heaters)

    def set_step(self, dt_s: FloatArray) -> None:
        """Take over the length of the coming parts of a step in each house."""
        np.copyto(self.dt_s, dt_s)
        self.tank.set_step(dt_s)
        if self._collectors is not None:
            self._collectors.set_step(dt_s)

    def advance(self, acting: Acting, place: int) -> None:
        """Move on by one part of a step, the one after `place` others."""
        values, tank_c = self.values, self.values.tank_c
        top_c = self.tank.top.of(tank_c)
        if self._pumps is not None:
            running = values.pump > 0.0
            turning = running if any_of(running) else None
            self._pumps.control(values, acting.absorbed, turning, top_c)
        wanted_w = self._control_heating(acting, place)
        values.boiler_since_s += self.dt_s
        released: BoolArray | None = None
        if self._boilers is not None:
            released = self._boilers.control(
                values, top_c, self.tank.boiler, acting.may_heat
            )
            if not any_of(released):
                released = None
        surplus_w = self._feed(acting, wanted_w, released)
        powered = None if self._electricity is None else self._electricity.powered
        if self._burners is not None and not self._tops_up:
            self._burners.switch(values, released, powered)
        if powered is None:
            np.copyto(values.pump, values.pump_output)
        else:
            np.multiply(values.pump_output, powered, out=values.pump)
        self._move_heat(acting, wanted_w, powered, surplus_w)

    def _control_heating(self, acting: Acting, place: int) -> FloatArray | None:
        """Set valves and calls; return the heat wanted, None where there is none [W]."""
        water, values = self.heating, self.values
        if water is None:
            return None
        wanted_w = acting.wanted_w
        if not (
            self.structure.given_heating or min(acting.mean_c) >= water.warmest_base_c
        ):
            mean_c = np.exp(self.dt_s * (-(place + 1) / DAY_S))
            mean_c *= acting.mean_c[0] - acting.ambient_c
            mean_c += acting.ambient_c
            wanted_w = water.demand_w(mean_c)
        wanted = None if wanted_w is None else wanted_w > 0.0
        if wanted is None or not any_of(wanted):
            values.valve_on.fill(False)
            values.heating_call.fill(False)
            return None
        tank_c = values.tank_c
        self._above_return_k = self.tank.heating.of(tank_c) - acting.return_c
        self._heating_control.control(
            values,
            wanted,
            above_return_k=self._above_return_k,
            above_supply_k=self.tank.boiler.of(tank_c) - acting.supply_c,
        )
        return wanted_w

    # Electricity

    def _feed(
        self,
        acting: Acting,
        wanted_w: FloatArray | None,
        released: BoolArray | None,
    ) -> FloatArray | None:
        """Feed the loads; return what the sun could give besides [W]."""
        values, dt_s, available_w = self.values, self.dt_s, acting.available_w
        load_w = acting.load_w + self._base_load_w
        if wanted_w is not None:
            load_w += self._heating_pump_w * (wanted_w > 0.0)
        if self._collectors is not None:
            load_w += self._collectors.pump_power_w(values.pump_output)
        if released is not None and self._burners is not None:
            load_w += self._burners.electric_w * released
        electricity = self._electricity
        limit_w: FloatArray | None = None
        if available_w is not None and self._chargers is not None:
            battery_v: FloatArray | float = values.battery_v
            if electricity is not None:
                battery_v = electricity.battery_v(values)
            limit_w = self._chargers.limit_w(available_w, battery_v)
            values.pv_available += available_w * dt_s
        if electricity is None:
            fed_j = load_w * dt_s
            values.load += fed_j
            values.inverter_ac += fed_j
            return limit_w
        charger_w = electricity.advance(values, load_w, limit_w, dt_s)
        if charger_w is None or limit_w is None or available_w is None:
            return None
        assert self._chargers is not None
        taken_w = charger_w / self._chargers.efficiency
        np.minimum(taken_w, available_w, out=taken_w)
        taken_w *= dt_s
        values.pv += taken_w
        if not self._heats_surplus:
            return None
        limit_w -= charger_w
        return np.maximum(limit_w, 0.0, out=limit_w)

    def _heat_surplus(self, surplus_w: FloatArray) -> None:
        """Put into the tanks what sun the batteries no longer take."""
        values = self.values
        heat_j = np.minimum(surplus_w, self._heater_w)
        heat_j *= values.soc >= self._heater_soc
        heat_j *= values.tank_c[-1] < self._heater_c
        heat_j *= self.dt_s
        assert self._chargers is not None
        values.immersion += heat_j
        values.pv += heat_j / self._chargers.efficiency
        self._flows.heater_j = heat_j

    # Heat

    def _move_heat(
        self,
        acting: Acting,
        wanted_w: FloatArray | None,
        powered: BoolArray | None,
        surplus_w: FloatArray | None,
    ) -> None:
        """Move heat and water."""
        values, flows, dt_s = self.values, self._flows, self.dt_s
        if self._collectors is not None:
            self._collectors.collect(
                values, flows, dt_s, acting.ambient_c, acting.absorbed
            )
        flows.cold_kg = flows.heating_kg = flows.boiler_j = flows.heater_j = None
        litres = lacking_j = zone_w = unmet_w = None
        if acting.draw_l_per_s is not None:
            litres = acting.draw_l_per_s * dt_s
            lacking_j = self._water.draw(values, flows, litres)
        if wanted_w is not None and self.heating is not None:
            if powered is not None:
                values.heating_unmet += wanted_w * dt_s * ~powered
                wanted_w = wanted_w * powered
            zone_w, unmet_w = self.heating.draw(
                values,
                flows,
                wanted_w,
                (acting.supply_c, acting.return_c),
                self._above_return_k,
                None if self._tops_up else self.tank.boiler.of(values.tank_c),
                dt_s,
            )
        heating_j = None if unmet_w is None else unmet_w * dt_s
        self._settle(acting, litres, lacking_j, heating_j, powered)
        if self._burners is not None and not self._tops_up:
            zone_c = self.tank.boiler.of(values.tank_c)
            flows.boiler_j = self._burners.burn(values, zone_c, dt_s)
        if zone_w is not None:
            taken_j = zone_w * dt_s
            given_j = flows.boiler_j
            flows.boiler_j = -taken_j if given_j is None else given_j - taken_j
        if self._heats_surplus and surplus_w is not None:
            self._heat_surplus(surplus_w)
        values.tank_loss += self.tank.step(values.tank_c, flows, acting.return_c)

    def _settle(
        self,
        acting: Acting,
        litres: FloatArray | None,
        lacking_j: FloatArray | None,
        heating_j: FloatArray | None,
        powered: BoolArray | None,
    ) -> None:
        """Let boilers behind the tanks give what these lack; the rest is unmet."""
        values = self.values
        if self._tops_up and self._burners is not None:
            lacking_j, heating_j = self._burners.top_up(
                values, lacking_j, heating_j, powered, acting.return_c, self.dt_s
            )
        if lacking_j is not None and litres is not None:
            values.hot_water_unmet += lacking_j
            self._water.count_cool(values, litres, lacking_j)
        if heating_j is not None:
            values.heating_unmet += heating_j
