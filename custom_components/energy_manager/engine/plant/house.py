"""The whole house: one physical state, moved on step by step.

Collector, tank, boiler, hot water, heating, photovoltaics, battery and inverter
under the solar controller's own control. Heat and electricity are balanced: what
goes in is stored, used or lost, and each is reported. The inverter feeds the
pumps and the boiler's electrics: without it nothing moves.
"""

from . import photovoltaics, tank
from .house_run import HouseRun
from .house_state import HouseFlows, HouseInputs, HouseState
from .parameters import PlantParameters

LONGEST_STEP_S = 120.0
"""The controls look at the sensors at least this often."""

__all__ = ["HouseFlows", "HouseInputs", "HouseState", "initial_state", "step"]


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
    run = HouseRun(parameters, state)
    run.take(inputs)
    run.move(dt_s, LONGEST_STEP_S)
    return state_of(run, state), _flows(run, inputs.pv_irradiance, dt_s)


def state_of(run: HouseRun, before: HouseState | None = None) -> HouseState:
    """Return a run's state; its counters go on from those of `before`."""
    sums, electric = run.sums, run.electric
    starts, heat_wh, litres = 0, 0.0, 0.0
    if before is not None:
        starts = before.boiler_starts
        heat_wh, litres = before.heat_total_wh, before.volume_total_l
    return HouseState(
        tank_c=tuple(run.tank_c),
        collector_c=run.collector_c,
        ambient_mean_c=run.ambient_mean_c,
        pump_output_percent=run.pump_output,
        pump_percent=run.pump,
        collector_blocked=run.collector_blocked,
        store_full=run.store_full,
        valve_on=run.valve_on,
        hot_water_call=run.hot_water_call,
        heating_call=run.heating_call,
        boiler_on=run.boiler_on,
        boiler_since_s=run.boiler_since_s,
        boiler_starts=starts + sums.boiler_starts,
        room_c=run.room_c,
        mass_c=run.mass_c,
        soc=electric.soc,
        battery_v=electric.battery_v,
        charge_stage=electric.charge_stage,
        low_battery=electric.low_battery,
        heat_total_wh=heat_wh + max(sums.solar, 0.0) / 3600.0,
        volume_total_l=litres + sums.solar_kg,
    )


def _flows(run: HouseRun, irradiance: float, dt_s: float) -> HouseFlows:
    """Return what happened, as means over the whole step."""
    sums = run.sums
    electric = run.electric
    load_w = sums.load / dt_s
    ac_w = sums.inverter_ac / dt_s
    pv_w = sums.pv / dt_s
    probes = tuple(tank.temperature_at(run.tank_c, place) for place in run.tank.probes)
    return HouseFlows(
        dt_s=dt_s,
        collector_c=run.sensor_c(),
        probes_c=probes,
        solar_flow_l_per_h=sums.solar_kg * 3600.0 / dt_s,
        pump_output_percent=run.pump_output,
        pump_percent=run.pump,
        valve_percent=100.0 if run.valve_on else 0.0,
        boiler_relay=run.boiler_relay,
        boiler_on=run.boiler_on,
        stagnating=run.stagnating,
        absorbed_heat_w=sums.absorbed / dt_s,
        collector_loss_w=sums.collector_loss / dt_s,
        collector_stored_w=sums.collector_stored / dt_s,
        solar_heat_w=sums.solar / dt_s,
        boiler_heat_w=sums.boiler / dt_s,
        boiler_fuel_w=sums.fuel / dt_s,
        immersion_heat_w=sums.immersion / dt_s,
        hot_water_heat_w=sums.hot_water / dt_s,
        hot_water_unmet_w=sums.hot_water_unmet / dt_s,
        hot_water_c=min(run.tank_c[-1], run.parameters.hot_water.use_c),
        heating_heat_w=sums.heating / dt_s,
        heating_unmet_w=sums.heating_unmet / dt_s,
        tank_loss_w=sums.tank_loss / dt_s,
        pv_available_w=run.pv_available_w,
        pv_power_w=pv_w,
        pv_curtailed_w=max(run.pv_available_w - pv_w, 0.0),
        pv_voltage_v=_pv_voltage_v(run, irradiance, pv_w),
        charger_power_w=sums.charger / dt_s,
        charge_stage=electric.charge_stage,
        battery_power_w=sums.battery / dt_s,
        battery_v=electric.battery_v,
        soc=electric.soc,
        powered=electric.powered,
        load_w=load_w,
        unserved_w=max(load_w - ac_w - sums.grid / dt_s, 0.0),
        inverter_ac_w=ac_w,
        inverter_dc_w=sums.inverter_dc / dt_s,
        low_battery=electric.low_battery,
    )


def _pv_voltage_v(run: HouseRun, irradiance: float, used_w: float) -> float:
    """Return the voltage of the modules for the power that is used."""
    if run.parameters.pv is None:
        return 0.0
    available = run.pv_available_w
    return photovoltaics.voltage_v(
        run.parameters.pv,
        irradiance,
        run.ambient_c,
        used_w / available if available > 0.0 else 1.0,
    )
