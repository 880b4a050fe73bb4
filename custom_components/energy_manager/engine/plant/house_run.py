"""A house while it moves on: the changing values, and how they change.

One run goes through any number of steps. The caller sets what acts on the house and
the modes of its relays, calls `advance` with steps that are short enough, and reads
state and sums.
"""

import math

from . import boiler, collector, controller, heating, photovoltaics, tank
from .controller import RelayMode
from .electricity import Electricity
from .heating import HeatingDraw
from .house_state import DAY_S, HouseInputs, HouseState
from .house_sums import HouseSums
from .inverter import InverterMode
from .parameters import PlantParameters

SUN_W_PER_M2 = 200.0
"""Absorbed heat from which a pump held still counts as stagnation."""
COOL_C = 43.0
"""Hot water below this is told as cool: the comfort limit of the league table."""

_NOTHING = HeatingDraw()


class HouseRun:
    """The changing values of a house, with what acts on it now."""

    __slots__ = (
        "absorbed",
        "ambient_c",
        "ambient_mean_c",
        "boiler_mode",
        "boiler_on",
        "boiler_relay",
        "boiler_safe",
        "boiler_since_s",
        "charger_current_limit_a",
        "charger_on",
        "collector_blocked",
        "collector_c",
        "draw_l_per_s",
        "electric",
        "electrical_load_w",
        "flows",
        "heating_call",
        "heating_w",
        "hot_water_call",
        "inverter_mode",
        "loop_w_per_k",
        "parameters",
        "pump",
        "pump_mode",
        "pump_output",
        "pv_available_w",
        "stagnating",
        "store_full",
        "sums",
        "tank",
        "tank_c",
        "valve_mode",
        "valve_on",
    )

    def __init__(self, parameters: PlantParameters, state: HouseState) -> None:
        """Take over a state; nothing acts on the house yet."""
        self.parameters = parameters
        self.sums = HouseSums()
        self.flows = tank.TankFlows(cold_c=parameters.hot_water.cold_c)
        if parameters.heating is not None:
            self.flows.return_c = parameters.heating.return_c
        self.tank = tank.layout(parameters.tank)
        self.loop_w_per_k = 0.0
        """Capacity rate of the solar loop at full speed."""
        if parameters.collector is not None:
            self.loop_w_per_k = collector.fluid_w_per_k(parameters.collector, 100.0)
        self._act_nothing()
        self._take_over(state)

    def _act_nothing(self) -> None:
        self.absorbed = self.draw_l_per_s = 0.0
        self.ambient_c = 10.0
        self.heating_w: float | None = None
        """Heat wanted for the rooms where it is given; else it follows the weather."""
        self.pv_available_w = self.electrical_load_w = 0.0
        self.pump_mode = self.valve_mode = self.boiler_mode = int(RelayMode.AUTO)
        self.inverter_mode = int(InverterMode.ON)
        self.charger_on = True
        self.charger_current_limit_a: float | None = None

    def _take_over(self, state: HouseState) -> None:
        self.tank_c = list(state.tank_c)
        self.collector_c = state.collector_c
        self.ambient_mean_c = state.ambient_mean_c
        self.pump_output = state.pump_output_percent
        self.pump = state.pump_percent
        self.collector_blocked = state.collector_blocked
        self.store_full = state.store_full
        self.valve_on = state.valve_on
        self.hot_water_call = state.hot_water_call
        self.heating_call = state.heating_call
        self.boiler_on = state.boiler_on
        self.boiler_relay = self.boiler_safe = self.stagnating = False
        self.boiler_since_s = state.boiler_since_s
        self.electric = Electricity(
            self.parameters,
            soc=state.soc,
            battery_v=state.battery_v,
            charge_stage=state.charge_stage,
            low_battery=state.low_battery,
        )

    def take(self, inputs: HouseInputs) -> None:
        """Let these inputs act on the house from now on."""
        parameters = self.parameters
        self.ambient_c = inputs.ambient_c
        self.draw_l_per_s = inputs.draw_l_per_min / 60.0
        self.electrical_load_w = inputs.electrical_load_w
        self.pump_mode = inputs.pump_mode
        self.valve_mode = inputs.valve_mode
        self.boiler_mode = inputs.boiler_mode
        self.inverter_mode = inputs.inverter_mode
        self.charger_on = inputs.charger_on
        self.charger_current_limit_a = inputs.charger_current_limit_a
        if parameters.collector is not None:
            self.absorbed = collector.absorbed_w_per_m2(
                parameters.collector,
                inputs.collector_beam,
                inputs.collector_diffuse,
                inputs.collector_cosine,
            )
        if parameters.pv is not None:
            self.pv_available_w = photovoltaics.power_w(
                parameters.pv, inputs.pv_irradiance, inputs.ambient_c
            )

    def longest_step_s(self) -> float:
        """Return the longest stable step with all flows at their greatest."""
        kg_per_s = self.draw_l_per_s + self.loop_w_per_k / tank.WATER_J_PER_KG_K
        parameters = self.parameters.heating
        if parameters is not None:
            wanted = self._heating_demand_w()
            span = parameters.supply_c - parameters.return_c
            kg_per_s += wanted / (tank.WATER_J_PER_KG_K * span)
        return tank.longest_step_s(self.tank, kg_per_s)

    def move(self, dt_s: float, longest_s: float = math.inf) -> None:
        """Move on by a step of any length: it is divided as the flows demand."""
        count = max(1, math.ceil(dt_s / min(longest_s, self.longest_step_s())))
        for _ in range(count):
            self.advance(dt_s / count)

    def advance(self, dt_s: float) -> None:
        """Move on by a step no longer than `longest_step_s`."""
        share = -math.expm1(-dt_s / DAY_S)
        self.ambient_mean_c += (self.ambient_c - self.ambient_mean_c) * share
        self._control_pump()
        wanted_w = self._control_heating()
        self._release_boiler(dt_s)
        self._electricity(wanted_w, dt_s)
        self._burn()
        self.pump = self.pump_output if self.electric.powered else 0.0
        self._heat(wanted_w, dt_s)

    # The solar controller

    def _probe_c(self, place: int) -> float:
        return tank.temperature_at(self.tank_c, self.tank.probes[place])

    def sensor_c(self) -> float:
        """Return what the collector's sensor shows."""
        parameters = self.parameters.collector
        if parameters is None:
            return self.ambient_c
        if self.pump <= 0.0:
            return self.collector_c
        loop = self.loop_w_per_k * self.pump / 100.0
        return collector.outlet_c(parameters, self.collector_c, self.tank_c[0], loop)

    def _control_pump(self) -> None:
        """Let the controller set the speed of the solar pump."""
        if self.parameters.collector is None:
            return
        if self.absorbed <= 0.0 and self.pump_output <= 0.0 and self._rests():
            return
        settings = self.parameters.controller
        sensor_c = self.sensor_c()
        bottom_c = self._probe_c(0)
        self.collector_blocked = controller.emergency(
            settings, before=self.collector_blocked, collector_c=sensor_c
        )
        self.store_full = controller.store_is_full(
            settings,
            before=self.store_full,
            bottom_c=bottom_c,
            top_c=self._probe_c(-1),
            maximum_c=self.parameters.tank.maximum_c,
        )
        speed = 0.0
        if not (self.collector_blocked or self.store_full):
            speed = controller.pump_speed_percent(
                settings,
                running=self.pump_output > 0.0,
                difference_k=sensor_c - bottom_c,
            )
        self.pump_output = controller.manual_speed_percent(
            settings, self.pump_mode, speed
        )

    def _rests(self) -> bool:
        """Return whether nothing can start the pump: automatic, and no heat above."""
        return (
            self.pump_mode == RelayMode.AUTO
            and not self.store_full
            and not self.collector_blocked
            and self.collector_c < self.tank_c[0]
        )

    def _heating_demand_w(self) -> float:
        if self.heating_w is not None:
            return self.heating_w
        parameters = self.parameters.heating
        return (
            0.0
            if parameters is None
            else heating.demand_w(parameters, self.ambient_mean_c)
        )

    def _control_heating(self) -> float:
        """Set the 3-way valve and the heating's call; return the demand [W]."""
        parameters = self.parameters.heating
        if parameters is None:
            self.valve_on = self.heating_call = False
            return 0.0
        wanted_w = self._heating_demand_w()
        automatic = wanted_w > 0.0 and controller.return_raise(
            self.parameters.controller,
            before=self.valve_on,
            tank_c=self.tank_c[self.tank.heating_node],
            return_c=parameters.return_c,
        )
        self.valve_on = controller.manual_switch(self.valve_mode, automatic=automatic)
        self.heating_call = controller.heating_call(
            before=self.heating_call,
            wanted=wanted_w > 0.0,
            zone_c=self.tank_c[self.tank.boiler_node],
            supply_c=parameters.supply_c,
        )
        return wanted_w

    def _release_boiler(self, dt_s: float) -> None:
        """Set the boiler's relay."""
        parameters = self.parameters.boiler
        self.boiler_since_s = min(self.boiler_since_s + dt_s, 1e9)
        if parameters is None:
            return
        self.hot_water_call = controller.after_heating(
            parameters, before=self.hot_water_call, top_c=self._probe_c(-1)
        )
        self.boiler_safe = boiler.may_burn(
            parameters, self.tank_c[-1], burning=self.boiler_on
        )
        mode = self.boiler_mode
        self.boiler_relay = mode != RelayMode.OFF
        if mode == RelayMode.AUTO:
            self.boiler_relay = boiler.next_state(
                parameters,
                wanted=self.hot_water_call or self.heating_call,
                burning=self.boiler_on,
                since_change_s=self.boiler_since_s,
            )

    # Electricity

    def _load_w(self, wanted_w: float) -> float:
        """Return what is wanted from the inverter [W]."""
        parameters = self.parameters
        load_w = self.electrical_load_w
        if parameters.inverter is not None:
            load_w += parameters.inverter.base_load_w
            if wanted_w > 0.0:
                load_w += parameters.inverter.heating_pump_w
        if self.pump_output > 0.0 and parameters.collector is not None:
            load_w += collector.pump_power_w(parameters.collector, self.pump_output)
        if self.boiler_relay and self.boiler_safe and parameters.boiler is not None:
            load_w += parameters.boiler.electric_w
        return load_w

    def _electricity(self, wanted_w: float, dt_s: float) -> None:
        """Feed the loads from sun and battery."""
        electric, sums = self.electric, self.sums
        load_w = self._load_w(wanted_w)
        available_w = self.pv_available_w
        limit_w = electric.charger_limit_w(
            available_w,
            charger_on=self.charger_on,
            current_limit_a=self.charger_current_limit_a,
        )
        electric.advance(load_w, available_w, limit_w, self.inverter_mode, dt_s)
        sums.pv_available += available_w * dt_s
        sums.pv += electric.pv_power_w * dt_s
        sums.charger += electric.charger_power_w * dt_s
        sums.battery += electric.battery_power_w * dt_s
        sums.load += load_w * dt_s
        sums.inverter_ac += electric.inverter_ac_w * dt_s
        sums.inverter_dc += electric.inverter_dc_w * dt_s

    # Heat

    def _burn(self) -> None:
        """Start or stop the boiler: released, not too hot, with electricity."""
        burns = self.boiler_relay and self.boiler_safe and self.electric.powered
        if burns != self.boiler_on:
            self.boiler_on = burns
            self.boiler_since_s = 0.0
            if burns and self.parameters.boiler is not None:
                self.sums.boiler_starts += 1
                self.sums.fuel += boiler.fuel_j(self.parameters.boiler, 0.0, 1)

    def _heat(self, wanted_w: float, dt_s: float) -> None:
        """Move heat and water for one stable step."""
        flows, sums = self.flows, self.sums
        if self.parameters.collector is not None:
            self._collect(dt_s)
        flows.cold_kg = 0.0
        if self.draw_l_per_s > 0.0:
            flows.cold_kg = self._draw_hot_water(self.draw_l_per_s * dt_s)
        heat = self._draw_heating(wanted_w, dt_s) if wanted_w > 0.0 else _NOTHING
        boiler_j = 0.0
        if self.boiler_on and self.parameters.boiler is not None:
            boiler_j = self.parameters.boiler.power_kw * 1000.0 * dt_s
            sums.fuel += boiler.fuel_j(self.parameters.boiler, boiler_j, 0)
            sums.boiler += boiler_j
        flows.heating_kg = heat.kg_per_s * dt_s
        flows.boiler_j = boiler_j - heat.zone_w * dt_s
        self.tank_c, lost_j = tank.step(self.tank, self.tank_c, flows, dt_s)
        sums.tank_loss += lost_j

    def _collect(self, dt_s: float) -> None:
        """Run the collector; what it warms goes to the lance."""
        parameters, sums, flows = self.parameters.collector, self.sums, self.flows
        assert parameters is not None
        loop = self.loop_w_per_k * self.pump / 100.0
        bottom_c = self.tank_c[0]
        absorbed = self.absorbed
        self.collector_c, heat_w, loss_w, stored_w = collector.step(
            parameters,
            self.collector_c,
            absorbed=absorbed,
            ambient_c=self.ambient_c,
            tank_c=bottom_c,
            loop_w_per_k=loop,
            dt_s=dt_s,
        )
        sums.absorbed += absorbed * parameters.area_m2 * dt_s
        sums.collector_loss += loss_w * dt_s
        sums.collector_stored += stored_w * dt_s
        self.stagnating = loop <= 0.0 and absorbed > SUN_W_PER_M2
        flows.solar_kg = 0.0
        if loop > 0.0:
            sums.solar += heat_w * dt_s
            flows.solar_kg = loop * dt_s / tank.WATER_J_PER_KG_K
            flows.solar_c = bottom_c + heat_w / loop
            sums.solar_kg += flows.solar_kg
        elif self.stagnating:
            sums.stagnation_s += dt_s

    def _draw_hot_water(self, litres: float) -> float:
        """Return the water taken at the top [kg], mixed down to use."""
        parameters, sums = self.parameters.hot_water, self.sums
        top_c, cold_c = self.tank_c[-1], parameters.cold_c
        share = 1.0
        if top_c > parameters.use_c:
            share = (parameters.use_c - cold_c) / (top_c - cold_c)
        given = share * litres * tank.WATER_J_PER_KG_K * (top_c - cold_c)
        wanted = litres * tank.WATER_J_PER_KG_K * (parameters.use_c - cold_c)
        sums.hot_water += given
        sums.hot_water_unmet += max(wanted - given, 0.0)
        sums.drawn_l += litres
        if top_c < COOL_C:
            sums.cool_l += litres
        return share * litres

    def _draw_heating(self, wanted_w: float, dt_s: float) -> HeatingDraw:
        """Return what the tank gives to the heating; nothing without its pump."""
        parameters, sums = self.parameters.heating, self.sums
        if parameters is None:
            return _NOTHING
        if not self.electric.powered:
            sums.heating_unmet += wanted_w * dt_s
            return _NOTHING
        heat = heating.draw(
            parameters,
            wanted_w,
            valve_on=self.valve_on,
            tank_c=self.tank_c[self.tank.heating_node],
            zone_c=self.tank_c[self.tank.boiler_node],
        )
        sums.heating += (heat.solar_part_w + heat.zone_w) * dt_s
        sums.heating_unmet += heat.unmet_w * dt_s
        return heat
