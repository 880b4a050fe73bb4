"""Rows of the photovoltaics, the battery and the inverter, in kW and kWh.

Energies of the battery are on its direct-current side.
"""

from dataclasses import dataclass

import numpy as np

from ..plant.parameters import BatteryParameters
from ..units import WATTS_PER_KILOWATT
from .problem import Problem
from .program import Floats, Indices, Program

SHORT_EUR_PER_KWH = 1000.0
"""So dear that it happens only where the battery is empty while the boiler runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ElectricVariables:
    """Columns of battery and inverter."""

    energy_kwh: Indices
    """In the battery, steps + 1 entries."""
    pv_kw: Indices
    charge_kw: Indices
    discharge_kw: Indices
    inverter_off: Indices
    """Share of the step in which the inverter and its electronics are dark."""
    short_kw: Indices
    """What a running boiler lacks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PumpedHeat:
    """Columns of heat that take electricity from behind the inverter."""

    solar_kwh: tuple[Indices, ...]
    heating_kwh: tuple[Indices, ...]
    boiler_kwh: tuple[Indices, ...] = ()


def starting_soc(problem: Problem) -> float:
    """Return the battery's state of charge at the start; half of it if unknown."""
    battery, known = problem.plant.battery, problem.state.battery_soc
    if known is not None:
        return known
    return 0.0 if battery is None else (1.0 + battery.minimum_soc) / 2


def inverter_losses(problem: Problem) -> tuple[float, float]:
    """Return the inverter's idle power [kW] and efficiency; none without it."""
    inverter = problem.plant.inverter
    if inverter is None:
        return 0.0, 1.0
    return inverter.idle_w / WATTS_PER_KILOWATT, inverter.efficiency


def add_electricity(
    program: Program,
    problem: Problem,
    pumped: PumpedHeat,
    reference_kw: Floats,
    load_kw: Floats,
) -> ElectricVariables | None:
    """Add battery and inverter; None without a battery: then others feed the load."""
    battery = problem.plant.battery
    if battery is None:
        return None
    hours = problem.grid.step_h
    electric = _add_columns(program, problem, battery)
    program.constrain(
        (1.0, electric.energy_kwh[1:]),
        (-1.0, electric.energy_kwh[:-1]),
        (-hours * battery.charge_efficiency, electric.charge_kw),
        (hours / battery.discharge_efficiency, electric.discharge_kw),
        low=0.0,
        high=0.0,
    )
    idle, efficiency = inverter_losses(problem)
    standing = idle + load_kw / efficiency
    solar, heating = pump_kw_per_kwh(problem, reference_kw)
    boiler = boiler_kw_per_kwh(problem)
    burning = [(-boiler / efficiency, columns) for columns in pumped.boiler_kwh]
    program.constrain(
        (1.0, electric.pv_kw),
        (1.0, electric.discharge_kw),
        (-1.0, electric.charge_kw),
        (standing, electric.inverter_off),
        *((-solar / efficiency, columns) for columns in pumped.solar_kwh),
        *((-heating / efficiency, columns) for columns in pumped.heating_kwh),
        *burning,
        (1.0, electric.short_kw),
        low=standing,
        high=standing,
    )
    program.constrain((1.0, electric.short_kw), *burning, high=0.0)
    for most, carried in (
        (reference_kw * hours, pumped.solar_kwh),
        (np.array(problem.demand.heating_kwh), pumped.heating_kwh),
    ):
        _stop_without_inverter(program, most, carried, electric.inverter_off)
    return electric


def _add_columns(
    program: Program, problem: Problem, battery: BatteryParameters
) -> ElectricVariables:
    steps, hours = problem.grid.steps, problem.grid.step_h
    objective = problem.objective
    start, capacity = starting_soc(problem), battery.capacity_kwh
    low = np.full(steps + 1, min(battery.minimum_soc, start))
    high = np.ones(steps + 1)
    low[0] = high[0] = start
    worth = np.zeros(steps + 1)
    worth[-1] = -objective.stored_electricity_eur_per_kwh
    pv = np.array(problem.forecast.pv_power_w) / WATTS_PER_KILOWATT
    return ElectricVariables(
        energy_kwh=program.variables(
            steps + 1, low=low * capacity, high=high * capacity, cost=worth
        ),
        pv_kw=program.variables(steps, high=pv),
        charge_kw=program.variables(
            steps, high=battery.maximum_charge_w / WATTS_PER_KILOWATT
        ),
        discharge_kw=program.variables(
            steps,
            high=battery.maximum_discharge_w / WATTS_PER_KILOWATT,
            cost=objective.battery_wear_eur_per_kwh * hours,
        ),
        inverter_off=program.variables(
            steps, high=1.0, cost=objective.inverter_off_eur_per_h * hours
        ),
        short_kw=program.variables(steps, cost=SHORT_EUR_PER_KWH * hours),
    )


def boiler_kw_per_kwh(problem: Problem) -> float:
    """Return the mean power that a boiler takes per heat that it gives in a step."""
    boiler = problem.plant.boiler
    if boiler is None:
        return 0.0
    most = boiler.power_kw * problem.grid.step_h
    return boiler.electric_w / WATTS_PER_KILOWATT / most


def pump_kw_per_kwh(problem: Problem, reference_kw: Floats) -> tuple[Floats, Floats]:
    """Return the power of solar and heating pump per heat that they carry.

    A pump runs for the share of a step, or at the share of its power, that its
    heat has of the most it could carry.
    """
    most = reference_kw * problem.grid.step_h
    collector, inverter = problem.plant.collector, problem.plant.inverter
    solar_kw = 0.0 if collector is None else collector.pump_full_w / WATTS_PER_KILOWATT
    heating_kw = 0.0
    if inverter is not None and problem.plant.heating is not None:
        heating_kw = inverter.heating_pump_w / WATTS_PER_KILOWATT
    wanted = np.array(problem.demand.heating_kwh)
    return (
        np.divide(solar_kw, most, out=np.zeros_like(most), where=most > 0.0),
        np.divide(heating_kw, wanted, out=np.zeros_like(wanted), where=wanted > 0.0),
    )


def _stop_without_inverter(
    program: Program,
    most_kwh: Floats,
    carried_kwh: tuple[Indices, ...],
    inverter_off: Indices,
) -> None:
    """Let a pump carry nothing while the inverter is off."""
    steps = np.flatnonzero(most_kwh > 0.0)
    if steps.size:
        program.constrain(
            *((1.0, columns[steps]) for columns in carried_kwh),
            (most_kwh[steps], inverter_off[steps]),
            high=most_kwh[steps],
        )
