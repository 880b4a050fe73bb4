"""The whole house: one physical state, moved on step by step.

Collector, tank, boiler, hot water, heating, photovoltaics, battery and inverter
under the solar controller's own control. Heat and electricity are balanced: what
goes in is stored, used or lost, and each is reported. The inverter feeds the
pumps and the boiler's electrics: without it nothing moves.
"""

from dataclasses import dataclass
import math

from . import (
    boiler,
    collector,
    controller,
    electricity,
    heating,
    inverter,
    photovoltaics,
    tank,
)
from .electricity import ElectricityStep
from .heating import HeatingDraw
from .house_state import DAY_S, HouseFlows, HouseInputs, HouseState
from .parameters import PlantParameters

__all__ = ["HouseFlows", "HouseInputs", "HouseState", "initial_state", "step"]

LONGEST_STEP_S = 120.0
"""The controls look at the sensors at least this often."""
SUN_W_PER_M2 = 200.0
"""Absorbed heat from which a pump held still counts as stagnation."""


def initial_state(
    parameters: PlantParameters, *, tank_c: float = 45.0, ambient_c: float = 10.0
) -> HouseState:
    """Return a house at rest, its tank at one temperature."""
    return HouseState(
        tank_c=(tank_c,) * parameters.tank.nodes,
        collector_c=ambient_c,
        ambient_mean_c=ambient_c,
    )


def step(
    parameters: PlantParameters, state: HouseState, inputs: HouseInputs, dt_s: float
) -> tuple[HouseState, HouseFlows]:
    """Return the house `dt_s` seconds later and what happened meanwhile.

    Any positive `dt_s` is stable: the step is divided as the flows demand.
    """
    run = _Run(parameters, state, inputs)
    count = max(1, math.ceil(dt_s / run.longest_step_s()))
    for _ in range(count):
        run.advance(dt_s / count)
    return run.state(), run.flows(dt_s)


@dataclass(slots=True)
class _Sums:
    """Energies over a step [J]."""

    absorbed: float = 0.0
    collector_loss: float = 0.0
    collector_stored: float = 0.0
    solar: float = 0.0
    solar_kg: float = 0.0
    boiler: float = 0.0
    boiler_starts: int = 0
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


class _Run:
    """The changing values of one step."""

    def __init__(
        self, parameters: PlantParameters, state: HouseState, inputs: HouseInputs
    ) -> None:
        """Take over the state."""
        self.parameters = parameters
        self.inputs = inputs
        self.before = state
        self.sums = _Sums()
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
        self.boiler_relay = state.boiler_on
        self.boiler_since_s = state.boiler_since_s
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
        load_w = self._load_w(heating_wanted=wanted_w > 0.0)
        self._electricity(load_w, dt_s)
        self._burn(dt_s)
        self.pump = self.pump_output if self.electric.powered else 0.0
        self._heat(wanted_w, dt_s)

    def _probe_c(self, place: int) -> float:
        return tank.temperature_at(
            self.tank_c, self.parameters.tank.probe_heights[place]
        )

    def _sensor_c(self) -> float:
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
            sensor_c = self._sensor_c()
            self.collector_blocked = controller.emergency(
                settings, before=self.collector_blocked, collector_c=sensor_c
            )
            self.store_full = controller.store_is_full(
                settings,
                before=self.store_full,
                store_c=top_c,
                maximum_c=self.parameters.tank.maximum_c,
            )
            speed = 0.0
            if not (self.collector_blocked or self.store_full):
                speed = controller.pump_speed_percent(
                    settings,
                    running=self.pump_output > 0.0,
                    difference_k=sensor_c - self._probe_c(0),
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
        if parameters.boiler is not None and self.boiler_on:
            load_w += parameters.boiler.electric_w
        return load_w

    def _burn(self, dt_s: float) -> None:
        """Start or stop the boiler."""
        parameters = self.parameters.boiler
        self.boiler_since_s = min(self.boiler_since_s + dt_s, 1e9)
        if parameters is None:
            return
        safe = boiler.may_burn(parameters, self.tank_c[-1], burning=self.boiler_on)
        mode = self.inputs.boiler_mode
        if mode == controller.RelayMode.AUTO:
            self.boiler_relay = boiler.next_state(
                parameters,
                wanted=self.hot_water_call or self.heating_call,
                burning=self.boiler_on,
                since_change_s=self.boiler_since_s,
            )
        else:
            self.boiler_relay = mode != controller.RelayMode.OFF
        burns = self.boiler_relay and safe and self.electric.powered
        if burns != self.boiler_on:
            self.boiler_on = burns
            self.boiler_since_s = 0.0
            self.sums.boiler_starts += burns

    def _heat(self, wanted_w: float, dt_s: float) -> None:
        """Move heat and water for one stable step."""
        solar_kg, solar_c = self._collect(dt_s)
        draw_kg = self._draw_hot_water(dt_s)
        heat = self._draw_heating(wanted_w, dt_s)
        boiler_j = 0.0
        if self.boiler_on and self.parameters.boiler is not None:
            boiler_j = self.parameters.boiler.power_kw * 1000.0 * dt_s
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

    def state(self) -> HouseState:
        """Return the state at the end."""
        before, sums, electric = self.before, self.sums, self.electric
        return HouseState(
            tank_c=tuple(self.tank_c),
            collector_c=self.collector_c,
            ambient_mean_c=self.ambient_mean_c,
            pump_output_percent=self.pump_output,
            pump_percent=self.pump,
            collector_blocked=self.collector_blocked,
            store_full=self.store_full,
            valve_on=self.valve_on,
            hot_water_call=self.hot_water_call,
            heating_call=self.heating_call,
            boiler_on=self.boiler_on,
            boiler_since_s=self.boiler_since_s,
            boiler_starts=before.boiler_starts + sums.boiler_starts,
            soc=electric.soc,
            battery_v=electric.battery_v,
            charge_stage=electric.charge_stage,
            low_battery=electric.low_battery,
            heat_total_wh=before.heat_total_wh + max(sums.solar, 0.0) / 3600.0,
            volume_total_l=before.volume_total_l + sums.solar_kg,
        )

    def flows(self, dt_s: float) -> HouseFlows:
        """Return what happened, as means over the whole step."""
        sums = self.sums
        fuel = 0.0
        if self.parameters.boiler is not None:
            fuel = boiler.fuel_j(
                self.parameters.boiler, sums.boiler, sums.boiler_starts
            )
        electric = self.electric
        load_w = sums.load / dt_s
        ac_w = sums.inverter_ac / dt_s
        pv_w = sums.pv / dt_s
        ac_v = inverter.OUTPUT_V if electric.powered else 0.0
        heights = self.parameters.tank.probe_heights
        probes = tuple(tank.temperature_at(self.tank_c, height) for height in heights)
        use_c = self.parameters.hot_water.use_c
        return HouseFlows(
            dt_s=dt_s,
            collector_c=self._sensor_c(),
            probes_c=probes,
            tank_bottom_c=probes[0],
            tank_middle_c=probes[len(probes) // 2],
            tank_top_c=probes[-1],
            solar_flow_l_per_h=sums.solar_kg * 3600.0 / dt_s,
            pump_output_percent=self.pump_output,
            pump_percent=self.pump,
            valve_percent=100.0 if self.valve_on else 0.0,
            boiler_relay=self.boiler_relay,
            boiler_on=self.boiler_on,
            stagnating=self.stagnating,
            absorbed_heat_w=sums.absorbed / dt_s,
            collector_loss_w=sums.collector_loss / dt_s,
            collector_stored_w=sums.collector_stored / dt_s,
            solar_heat_w=sums.solar / dt_s,
            boiler_heat_w=sums.boiler / dt_s,
            boiler_fuel_w=fuel / dt_s,
            hot_water_heat_w=sums.hot_water / dt_s,
            hot_water_unmet_w=sums.hot_water_unmet / dt_s,
            hot_water_c=min(self.tank_c[-1], use_c),
            heating_heat_w=sums.heating / dt_s,
            heating_unmet_w=sums.heating_unmet / dt_s,
            tank_loss_w=sums.tank_loss / dt_s,
            pv_available_w=self.pv_available_w,
            pv_power_w=pv_w,
            pv_curtailed_w=max(self.pv_available_w - pv_w, 0.0),
            pv_voltage_v=self._pv_voltage_v(pv_w),
            charger_power_w=sums.charger / dt_s,
            charger_current_a=sums.charger / dt_s / electric.battery_v,
            charge_stage=electric.charge_stage,
            battery_power_w=sums.battery / dt_s,
            battery_current_a=sums.battery / dt_s / electric.battery_v,
            battery_v=electric.battery_v,
            soc=electric.soc,
            powered=electric.powered,
            load_w=load_w,
            unserved_w=max(load_w - ac_w, 0.0),
            inverter_ac_v=ac_v,
            inverter_ac_w=ac_w,
            inverter_ac_a=ac_w / inverter.OUTPUT_V,
            inverter_dc_w=sums.inverter_dc / dt_s,
            inverter_dc_a=sums.inverter_dc / dt_s / electric.battery_v,
            low_battery=electric.low_battery,
        )

    def _pv_voltage_v(self, used_w: float) -> float:
        """Return the voltage of the modules for the power that is used."""
        if self.parameters.pv is None:
            return 0.0
        available = self.pv_available_w
        return photovoltaics.voltage_v(
            self.parameters.pv,
            self.inputs.pv_irradiance,
            self.inputs.ambient_c,
            used_w / available if available > 0.0 else 1.0,
        )
