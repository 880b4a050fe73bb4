"""The changing values of a house while it moves through one step."""

from dataclasses import dataclass
import math

from . import boiler, collector, controller, electricity, heating, photovoltaics, tank
from .electricity import ElectricityStep
from .heating import HeatingDraw
from .house_state import DAY_S, HouseInputs, HouseState
from .parameters import PlantParameters

LONGEST_STEP_S = 120.0
"""The controls look at the sensors at least this often."""
SUN_W_PER_M2 = 200.0
"""Absorbed heat from which a pump held still counts as stagnation."""


@dataclass(slots=True)
class Sums:
    """Energies over a step [J]."""

    absorbed: float = 0.0
    collector_loss: float = 0.0
    collector_stored: float = 0.0
    solar: float = 0.0
    solar_kg: float = 0.0
    boiler: float = 0.0
    boiler_starts: int = 0
    fuel: float = 0.0
    hot_water: float = 0.0
    hot_water_unmet: float = 0.0
    heating: float = 0.0
    heating_unmet: float = 0.0
    tank_loss: float = 0.0
    pv: float = 0.0
    charger: float = 0.0
    battery: float = 0.0
    load: float = 0.0
    inverter_ac: float = 0.0
    inverter_dc: float = 0.0


class HouseRun:
    """The changing values of one step."""

    def __init__(
        self, parameters: PlantParameters, state: HouseState, inputs: HouseInputs
    ) -> None:
        """Take over the state."""
        self.parameters = parameters
        self.inputs = inputs
        self.before = state
        self.sums = Sums()
        self.tank = tank.layout(parameters.tank)
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
        self.boiler_relay = False
        self.boiler_since_s = state.boiler_since_s
        self.boiler_safe = False
        self.electric = ElectricityStep(
            soc=state.soc,
            battery_v=state.battery_v,
            charge_stage=state.charge_stage,
            low_battery=state.low_battery,
            powered=True,
        )
        self.pv_available_w = 0.0
        if parameters.pv is not None:
            self.pv_available_w = photovoltaics.power_w(
                parameters.pv, inputs.pv_irradiance, inputs.ambient_c
            )
        self.stagnating = False
        self.absorbed = 0.0
        if parameters.collector is not None:
            self.absorbed = collector.absorbed_w_per_m2(
                parameters.collector,
                inputs.collector_beam,
                inputs.collector_diffuse,
                inputs.collector_cosine,
            )

    def longest_step_s(self) -> float:
        """Return the longest stable step with all flows at their greatest."""
        parameters = self.parameters
        kg_per_s = self.inputs.draw_l_per_min / 60.0
        if parameters.collector is not None:
            full = collector.fluid_w_per_k(parameters.collector, 100.0)
            kg_per_s += full / tank.WATER_J_PER_KG_K
        if parameters.heating is not None:
            wanted = heating.demand_w(parameters.heating, self.before.ambient_mean_c)
            span = parameters.heating.supply_c - parameters.heating.return_c
            kg_per_s += wanted / (tank.WATER_J_PER_KG_K * span)
        return min(LONGEST_STEP_S, tank.longest_step_s(self.tank, kg_per_s))

    def advance(self, dt_s: float) -> None:
        """Move on by a stable step."""
        share = -math.expm1(-dt_s / DAY_S)
        self.ambient_mean_c += (self.inputs.ambient_c - self.ambient_mean_c) * share
        wanted_w = self._control()
        self._release_boiler(dt_s)
        load_w = self._load_w(heating_wanted=wanted_w > 0.0)
        self._electricity(load_w, dt_s)
        self._burn()
        self.pump = self.pump_output if self.electric.powered else 0.0
        self._heat(wanted_w, dt_s)

    def _probe_c(self, place: int) -> float:
        return tank.temperature_at(
            self.tank_c, self.parameters.tank.probe_heights[place]
        )

    def sensor_c(self) -> float:
        """Return what the collector's sensor shows."""
        parameters = self.parameters.collector
        if parameters is None:
            return self.inputs.ambient_c
        loop = collector.fluid_w_per_k(parameters, self.pump)
        return collector.outlet_c(parameters, self.collector_c, self.tank_c[0], loop)

    def _control(self) -> float:
        """Let the solar controller set its relays; return the heating demand."""
        settings = self.parameters.controller
        inputs = self.inputs
        top_c = self._probe_c(-1)
        if self.parameters.collector is not None:
            sensor_c = self.sensor_c()
            bottom_c = self._probe_c(0)
            self.collector_blocked = controller.emergency(
                settings, before=self.collector_blocked, collector_c=sensor_c
            )
            self.store_full = controller.store_is_full(
                settings,
                before=self.store_full,
                bottom_c=bottom_c,
                top_c=top_c,
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
                settings, inputs.pump_mode, speed
            )
        wanted_w = self._control_heating()
        if self.parameters.boiler is not None:
            self.hot_water_call = controller.after_heating(
                self.parameters.boiler, before=self.hot_water_call, top_c=top_c
            )
        return wanted_w

    def _control_heating(self) -> float:
        """Set the 3-way valve and the heating's call; return the demand [W]."""
        parameters = self.parameters.heating
        if parameters is None:
            self.valve_on = self.heating_call = False
            return 0.0
        wanted_w = heating.demand_w(parameters, self.ambient_mean_c)
        automatic = wanted_w > 0.0 and controller.return_raise(
            self.parameters.controller,
            before=self.valve_on,
            tank_c=self.tank_c[self.tank.heating_node],
            return_c=parameters.return_c,
        )
        self.valve_on = controller.manual_switch(
            self.inputs.valve_mode, automatic=automatic
        )
        self.heating_call = controller.heating_call(
            before=self.heating_call,
            wanted=wanted_w > 0.0,
            zone_c=self.tank_c[self.tank.boiler_node],
            supply_c=parameters.supply_c,
        )
        return wanted_w

    def _load_w(self, *, heating_wanted: bool) -> float:
        """Return what is wanted from the inverter [W]."""
        parameters = self.parameters
        load_w = self.inputs.electrical_load_w
        if parameters.inverter is not None:
            load_w += parameters.inverter.base_load_w
            if heating_wanted:
                load_w += parameters.inverter.heating_pump_w
        if parameters.collector is not None:
            load_w += collector.pump_power_w(parameters.collector, self.pump_output)
        if parameters.boiler is not None and self.boiler_relay and self.boiler_safe:
            load_w += parameters.boiler.electric_w
        return load_w

    def _release_boiler(self, dt_s: float) -> None:
        """Set the boiler's relay."""
        parameters = self.parameters.boiler
        self.boiler_since_s = min(self.boiler_since_s + dt_s, 1e9)
        if parameters is None:
            return
        self.boiler_safe = boiler.may_burn(
            parameters, self.tank_c[-1], burning=self.boiler_on
        )
        mode = self.inputs.boiler_mode
        self.boiler_relay = mode != controller.RelayMode.OFF
        if mode == controller.RelayMode.AUTO:
            self.boiler_relay = boiler.next_state(
                parameters,
                wanted=self.hot_water_call or self.heating_call,
                burning=self.boiler_on,
                since_change_s=self.boiler_since_s,
            )

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
        solar_kg, solar_c = self._collect(dt_s)
        draw_kg = self._draw_hot_water(dt_s)
        heat = self._draw_heating(wanted_w, dt_s)
        boiler_j = 0.0
        if self.boiler_on and self.parameters.boiler is not None:
            boiler_j = self.parameters.boiler.power_kw * 1000.0 * dt_s
            self.sums.fuel += boiler.fuel_j(self.parameters.boiler, boiler_j, 0)
        return_c = self.parameters.heating.return_c if self.parameters.heating else 0.0
        self.tank_c, lost_j = tank.step(
            self.tank,
            self.tank_c,
            tank.TankFlows(
                solar_kg=solar_kg,
                solar_c=solar_c,
                cold_kg=draw_kg,
                cold_c=self.parameters.hot_water.cold_c,
                heating_kg=heat.kg_per_s * dt_s,
                return_c=return_c,
                boiler_j=boiler_j - heat.zone_w * dt_s,
            ),
            dt_s,
        )
        self.sums.boiler += boiler_j
        self.sums.tank_loss += lost_j

    def _collect(self, dt_s: float) -> tuple[float, float]:
        """Run the collector; return water to the lance [kg] and its warmth."""
        parameters = self.parameters.collector
        if parameters is None:
            return 0.0, 0.0
        sums = self.sums
        loop = collector.fluid_w_per_k(parameters, self.pump)
        bottom_c = self.tank_c[0]
        result = collector.step(
            parameters,
            self.collector_c,
            absorbed=self.absorbed,
            ambient_c=self.inputs.ambient_c,
            tank_c=bottom_c,
            loop_w_per_k=loop,
            dt_s=dt_s,
        )
        self.collector_c = result.mean_c
        self.stagnating = self.pump <= 0.0 and self.absorbed > SUN_W_PER_M2
        sums.absorbed += self.absorbed * parameters.area_m2 * dt_s
        sums.collector_loss += result.loss_w * dt_s
        sums.collector_stored += result.stored_w * dt_s
        sums.solar += result.heat_w * dt_s
        if loop <= 0.0:
            return 0.0, 0.0
        solar_kg = loop * dt_s / tank.WATER_J_PER_KG_K
        sums.solar_kg += solar_kg
        return solar_kg, bottom_c + result.heat_w / loop

    def _draw_hot_water(self, dt_s: float) -> float:
        """Return the water taken at the top [kg], mixed down to use."""
        litres = self.inputs.draw_l_per_min * dt_s / 60.0
        if litres <= 0.0:
            return 0.0
        parameters = self.parameters.hot_water
        top_c, cold_c = self.tank_c[-1], parameters.cold_c
        share = 1.0
        if top_c > parameters.use_c:
            share = (parameters.use_c - cold_c) / (top_c - cold_c)
        given = share * litres * tank.WATER_J_PER_KG_K * (top_c - cold_c)
        wanted = litres * tank.WATER_J_PER_KG_K * (parameters.use_c - cold_c)
        self.sums.hot_water += given
        self.sums.hot_water_unmet += max(wanted - given, 0.0)
        return share * litres

    def _draw_heating(self, wanted_w: float, dt_s: float) -> HeatingDraw:
        """Return what the tank gives to the heating; nothing without its pump."""
        parameters = self.parameters.heating
        if parameters is None or wanted_w <= 0.0:
            return HeatingDraw()
        if not self.electric.powered:
            self.sums.heating_unmet += wanted_w * dt_s
            return HeatingDraw()
        heat = heating.draw(
            parameters,
            wanted_w,
            valve_on=self.valve_on,
            tank_c=self.tank_c[self.tank.heating_node],
            zone_c=self.tank_c[self.tank.boiler_node],
        )
        self.sums.heating += (heat.solar_part_w + heat.zone_w) * dt_s
        self.sums.heating_unmet += heat.unmet_w * dt_s
        return heat

    def _electricity(self, load_w: float, dt_s: float) -> None:
        """Feed the loads from sun and battery."""
        before, inputs = self.electric, self.inputs
        self.electric = now = electricity.step(
            self.parameters,
            soc=before.soc,
            battery_v=before.battery_v,
            charge_stage=before.charge_stage,
            low_battery=before.low_battery,
            load_w=load_w,
            pv_available_w=self.pv_available_w,
            inverter_mode=inputs.inverter_mode,
            charger_limit_w=electricity.charger_limit_w(
                self.parameters,
                self.pv_available_w,
                before.battery_v,
                charger_on=inputs.charger_on,
                current_limit_a=inputs.charger_current_limit_a,
            ),
            dt_s=dt_s,
        )
        sums = self.sums
        sums.pv += now.pv_power_w * dt_s
        sums.charger += now.charger_power_w * dt_s
        sums.battery += now.battery_power_w * dt_s
        sums.load += load_w * dt_s
        sums.inverter_ac += now.inverter_ac_w * dt_s
        sums.inverter_dc += now.inverter_dc_w * dt_s
