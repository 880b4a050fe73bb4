"""A path of the plant as flows, with a battery that follows simple rules."""

import numpy as np

from ..units import WATTS_PER_KILOWATT
from .electric_rows import (
    boiler_kw_per_kwh,
    inverter_losses,
    pump_kw_per_kwh,
    starting_soc,
)
from .model import Model
from .plan import ElectricFlows, HeatFlows
from .problem import Problem
from .program import Floats
from .search import Path
from .solution import grid_fed, heat_flows, rounded


def flows_of_path(
    problem: Problem, model: Model, path: Path
) -> tuple[HeatFlows, ElectricFlows]:
    """Return the flows of a path; the battery gives while it can."""
    solar = path.column("solar_upper_kwh") + path.column("solar_lower_kwh")
    heating = path.column("heating_kwh")
    heat = heat_flows(
        problem,
        model.layers,
        upper_c=path.upper_c,
        lower_c=path.lower_c,
        solar_kwh=solar,
        boiler_kwh=path.column("boiler_kwh"),
        boiler_on=path.boiler_on,
        unmet_hot_water_kwh=path.column("unmet_hot_water_kwh"),
        unmet_heating_kwh=path.column("unmet_heating_kwh"),
    )
    solar_rate, heating_rate = pump_kw_per_kwh(problem, model.gain_reference_kw)
    pumps_kw = solar * solar_rate + heating * heating_rate
    pumps_kw += path.column("boiler_kwh") * boiler_kw_per_kwh(problem)
    wanted = np.array(problem.demand.heating_kwh)
    heating_on = (wanted > 0.0) & (heating > 0.5 * wanted)
    if problem.plant.battery is None:
        return heat, grid_fed(problem, pumps_kw, heating_on)
    return heat, _by_rules(problem, model, pumps_kw, heating_on)


def _by_rules(
    problem: Problem, model: Model, pumps_kw: Floats, heating_on: np.ndarray
) -> ElectricFlows:
    """Feed the loads from the sun, then from the battery; dark when it is empty."""
    battery = problem.plant.battery
    assert battery is not None
    hours, capacity = problem.grid.step_h, battery.capacity_kwh
    idle, efficiency = inverter_losses(problem)
    energy = starting_soc(problem) * capacity
    floor = min(battery.minimum_soc * capacity, energy)
    pv = np.array(problem.forecast.pv_power_w) / WATTS_PER_KILOWATT
    most_out = battery.maximum_discharge_w / WATTS_PER_KILOWATT
    most_in = battery.maximum_charge_w / WATTS_PER_KILOWATT
    charge, discharge, unmet, used, soc, on = [], [], [], [], [energy / capacity], []
    for step in range(problem.grid.steps):
        wanted = float(model.load_kw[step] + pumps_kw[step]) / efficiency + idle
        stored = (energy - floor) * battery.discharge_efficiency / hours
        given = min(wanted, float(pv[step]) + min(most_out, max(stored, 0.0)))
        lit = wanted <= 0.0 or given >= 0.999 * wanted
        feed = wanted if lit else 0.0
        out = max(feed - float(pv[step]), 0.0)
        room = (capacity - energy) / battery.charge_efficiency / hours
        into = min(max(float(pv[step]) - feed, 0.0), most_in, max(room, 0.0))
        energy += hours * (
            into * battery.charge_efficiency - out / battery.discharge_efficiency
        )
        charge.append(into)
        discharge.append(out)
        used.append(feed - out + into)
        unmet.append(0.0 if lit else float(model.load_kw[step] + pumps_kw[step]))
        on.append(lit and problem.plant.inverter is not None)
        soc.append(energy / capacity)
    kilo = WATTS_PER_KILOWATT
    load = np.array(problem.demand.electric_load_w) + pumps_kw * kilo
    return ElectricFlows(
        pv_power_w=problem.forecast.pv_power_w,
        curtailed_w=rounded((pv - np.array(used)) * kilo, 3),
        load_power_w=rounded(load, 3),
        unmet_load_w=rounded(np.array(unmet) * kilo, 3),
        charge_w=rounded(np.array(charge) * kilo, 3),
        discharge_w=rounded(np.array(discharge) * kilo, 3),
        inverter_on=tuple(on),
        charger_on=tuple(power > 0.0 for power in problem.forecast.pv_power_w),
        heating_pump_on=tuple(bool(on) for on in heating_on),
        battery_soc=rounded(soc, 6),
    )
