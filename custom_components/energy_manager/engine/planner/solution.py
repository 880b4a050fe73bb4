"""What the solver's columns mean as flows of heat and electricity."""

from collections.abc import Iterable

import numpy as np

from ..units import WATTS_PER_KILOWATT
from .electric_rows import (
    ElectricVariables,
    boiler_kw_per_kwh,
    inverter_losses,
    pump_kw_per_kwh,
)
from .layers import Layers
from .model import Model, electronics_kw
from .plan import ElectricFlows, HeatFlows, Totals
from .problem import Problem
from .program import Floats


def rounded(values: Iterable[float], digits: int) -> tuple[float, ...]:
    """Return numbers rounded, without negative zeros."""
    return tuple(round(float(value), digits) + 0.0 for value in values)


def loss_kwh(layers: Layers, upper_c: Floats, lower_c: Floats, step_h: float) -> Floats:
    """Return the heat lost to the room in each step, from boundaries' values."""
    upper = layers.upper_loss_kw_per_k * (_means(upper_c) - layers.room_c)
    lower = layers.lower_loss_kw_per_k * (_means(lower_c) - layers.room_c)
    return (upper + lower) * step_h


def _means(boundaries: Floats) -> Floats:
    means: Floats = (boundaries[1:] + boundaries[:-1]) / 2
    return means


def read_heat(problem: Problem, model: Model, x: Floats) -> HeatFlows:
    """Return the flows of heat of a solution."""
    columns, layers = model.heat, model.layers
    return heat_flows(
        problem,
        layers,
        upper_c=x[columns.upper_c],
        lower_c=x[columns.lower_c],
        solar_kwh=x[columns.solar_upper_kwh] + x[columns.solar_lower_kwh],
        boiler_kwh=x[columns.boiler_kwh],
        boiler_on=x[columns.boiler_on] > 0.5,
        unmet_hot_water_kwh=x[columns.unmet_hot_water_kwh],
        unmet_heating_kwh=x[columns.unmet_heating_kwh],
    )


def heat_flows(
    problem: Problem,
    layers: Layers,
    *,
    upper_c: Floats,
    lower_c: Floats,
    solar_kwh: Floats,
    boiler_kwh: Floats,
    boiler_on: np.ndarray,
    unmet_hot_water_kwh: Floats,
    unmet_heating_kwh: Floats,
) -> HeatFlows:
    """Return the flows of heat with what follows from them."""
    usable = [
        layers.usable_kwh(upper, lower)
        for upper, lower in zip(upper_c.tolist(), lower_c.tolist(), strict=True)
    ]
    lost = loss_kwh(layers, upper_c, lower_c, problem.grid.step_h)
    return HeatFlows(
        solar_heat_kwh=rounded(solar_kwh, 5),
        boiler_heat_kwh=rounded(boiler_kwh, 5),
        boiler_on=tuple(bool(on) for on in boiler_on),
        hot_water_kwh=problem.demand.hot_water_kwh,
        heating_kwh=problem.demand.heating_kwh,
        unmet_hot_water_kwh=rounded(unmet_hot_water_kwh, 5),
        unmet_heating_kwh=rounded(unmet_heating_kwh, 5),
        loss_kwh=rounded(lost, 5),
        tank_upper_c=rounded(upper_c, 4),
        tank_lower_c=rounded(lower_c, 4),
        usable_heat_kwh=rounded(usable, 3),
    )


def read_electricity(problem: Problem, model: Model, x: Floats) -> ElectricFlows:
    """Return the flows of electricity of a solution."""
    heat, electric = model.heat, model.electric
    solar = x[heat.solar_upper_kwh] + x[heat.solar_lower_kwh]
    warming = x[heat.heating_upper_kwh] + x[heat.heating_lower_kwh]
    solar_rate, heating_rate = pump_kw_per_kwh(problem, model.gain_reference_kw)
    pumps_kw = solar * solar_rate + warming * heating_rate
    pumps_kw = pumps_kw + x[heat.boiler_kwh] * boiler_kw_per_kwh(problem)
    wanted = np.array(problem.demand.heating_kwh)
    heating_on = (wanted > 0.0) & (warming > 0.5 * wanted)
    if electric is None:
        return grid_fed(problem, pumps_kw, heating_on)
    return _from_battery(problem, electric, x, pumps_kw, heating_on)


def grid_fed(
    problem: Problem, pumps_kw: Floats, heating_on: np.ndarray
) -> ElectricFlows:
    """Return the flows where no battery is planned: others feed the loads."""
    steps = problem.grid.steps
    nothing = (0.0,) * steps
    load = np.array(problem.demand.electric_load_w) + pumps_kw * WATTS_PER_KILOWATT
    return ElectricFlows(
        pv_power_w=problem.forecast.pv_power_w,
        curtailed_w=nothing,
        load_power_w=rounded(load, 3),
        unmet_load_w=nothing,
        charge_w=nothing,
        discharge_w=nothing,
        inverter_on=(problem.plant.inverter is not None,) * steps,
        charger_on=tuple(power > 0.0 for power in problem.forecast.pv_power_w),
        heating_pump_on=tuple(bool(on) for on in heating_on),
        battery_soc=(),
    )


def _from_battery(
    problem: Problem,
    electric: ElectricVariables,
    x: Floats,
    pumps_kw: Floats,
    heating_on: np.ndarray,
) -> ElectricFlows:
    battery = problem.plant.battery
    assert battery is not None
    off = np.clip(x[electric.inverter_off], 0.0, 1.0)
    wanted = np.array(problem.demand.electric_load_w)
    _, efficiency = inverter_losses(problem)
    short = x[electric.short_kw] * efficiency * WATTS_PER_KILOWATT
    served = electronics_kw(problem) * (1.0 - off) * WATTS_PER_KILOWATT - short
    pv = x[electric.pv_kw] * WATTS_PER_KILOWATT
    available = np.array(problem.forecast.pv_power_w)
    has_inverter = problem.plant.inverter is not None
    return ElectricFlows(
        pv_power_w=problem.forecast.pv_power_w,
        curtailed_w=rounded(available - pv, 3),
        load_power_w=rounded(wanted + pumps_kw * WATTS_PER_KILOWATT, 3),
        unmet_load_w=rounded(np.maximum(wanted - served, 0.0), 3),
        charge_w=rounded(x[electric.charge_kw] * WATTS_PER_KILOWATT, 3),
        discharge_w=rounded(x[electric.discharge_kw] * WATTS_PER_KILOWATT, 3),
        inverter_on=tuple(bool(has_inverter and share < 0.5) for share in off),
        charger_on=tuple(bool(power > 0.0) for power in available),
        heating_pump_on=tuple(bool(on) for on in heating_on),
        battery_soc=rounded(x[electric.energy_kwh] / battery.capacity_kwh, 6),
    )


def starts_of(problem: Problem, boiler_on: Iterable[bool]) -> int:
    """Return how often the boiler starts."""
    was_on = problem.state.boiler_on is True
    starts = 0
    for on in boiler_on:
        starts += on and not was_on
        was_on = on
    return starts


def totals_of(problem: Problem, heat: HeatFlows, electricity: ElectricFlows) -> Totals:
    """Return the sums over the plan."""
    boiler, battery = problem.plant.boiler, problem.plant.battery
    starts = starts_of(problem, heat.boiler_on)
    boiler_heat = sum(heat.boiler_heat_kwh)
    fuel = co2 = cost = 0.0
    if boiler is not None:
        fuel = boiler_heat / boiler.efficiency + starts * boiler.start_loss_kwh
        co2 = fuel * boiler.co2_kg_per_kwh
        cost = fuel * boiler.fuel_price_eur_per_kwh
        cost += starts * problem.objective.boiler_start_eur
    kwh = problem.grid.step_h / WATTS_PER_KILOWATT
    if battery is not None:
        wear = problem.objective.battery_wear_eur_per_kwh
        cost += wear * kwh * sum(electricity.discharge_w)
    used = sum(electricity.pv_power_w) - sum(electricity.curtailed_w)
    demand = sum(heat.hot_water_kwh) + sum(heat.heating_kwh)
    unmet = sum(heat.unmet_hot_water_kwh) + sum(heat.unmet_heating_kwh)
    return Totals(
        solar_heat_kwh=round(sum(heat.solar_heat_kwh), 3),
        boiler_heat_kwh=round(boiler_heat, 3),
        fuel_kwh=round(fuel, 3),
        co2_kg=round(co2, 3),
        boiler_starts=starts,
        demand_kwh=round(demand, 3),
        unmet_kwh=round(unmet, 3),
        loss_kwh=round(sum(heat.loss_kwh), 3),
        pv_used_kwh=round(used * kwh, 3),
        cost_eur=round(cost, 4),
    )
