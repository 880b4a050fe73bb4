"""Rows of the collectors, their pump and the charging lance.

Heat in kWh per step.
"""

import numpy as np

from .heat_rows import HeatVariables, Modes, highest_c, lowest_c
from .layers import Layers
from .problem import Problem
from .program import Floats, Indices, Program
from .solar_gain import GainLine, gain_lines

LEAST_IRRADIANCE_W_PER_M2 = 25.0
"""Below this a controller does not start the solar pump."""

CHARGING_SPREAD_K = 12.0
"""How much warmer than the lower layer the water comes from the heat exchanger."""


def add_collector(
    program: Program, problem: Problem, layers: Layers, heat: HeatVariables
) -> tuple[Floats, Modes, Modes]:
    """Add the collectors' yield.

    Returns the most a cold tank would get [kW], and the modes "the pump runs" and
    "the lance charges the upper layer".
    """
    lowest, highest = lowest_c(problem, layers), highest_c(problem, layers)
    lines = _lines(problem)
    reference = np.zeros(problem.grid.steps)
    if lines:
        most = np.min([line.at(lowest) for line in lines], axis=0)
        irradiance = np.array(problem.forecast.irradiance_w_per_m2)
        running = irradiance >= LEAST_IRRADIANCE_W_PER_M2
        reference = np.where(running, np.maximum(most, 0.0), 0.0)
    dark = np.flatnonzero(reference == 0.0)
    program.narrow(heat.solar_upper_kwh[dark], high=0.0)
    program.narrow(heat.solar_lower_kwh[dark], high=0.0)
    day = np.flatnonzero(reference > 0.0)
    if not day.size:
        return reference, Modes.of(day, day), Modes.of(day, day)
    ceiling = reference[day] * problem.grid.step_h
    pump = _add_pump(program, heat, lines, day, ceiling, highest, problem.grid.step_h)
    # Heat reaches the upper layer only once the lower one is nearly as warm.
    charging = program.variables(day.size, high=1.0, integer=True)
    room = max(0.0, highest - lowest - CHARGING_SPREAD_K)
    program.constrain((1.0, heat.solar_upper_kwh[day]), (-ceiling, charging), high=0.0)
    program.constrain(
        (1.0, heat.upper_c[day + 1]),
        (-1.0, heat.lower_c[day + 1]),
        (room, charging),
        high=CHARGING_SPREAD_K + room,
    )
    return reference, pump, Modes.of(day, charging)


def _lines(problem: Problem) -> tuple[GainLine, ...]:
    collector = problem.plant.collector
    if collector is None:
        return ()
    return gain_lines(
        collector,
        np.array(problem.forecast.irradiance_w_per_m2),
        np.array(problem.forecast.ambient_c),
    )


def _add_pump(
    program: Program,
    heat: HeatVariables,
    lines: tuple[GainLine, ...],
    day: Indices,
    ceiling_kwh: Floats,
    highest_c: float,
    step_h: float,
) -> Modes:
    """Add the yield while the pump runs, and the mode that it does."""
    upper, lower = heat.solar_upper_kwh[day], heat.solar_lower_kwh[day]
    # Where the warmest tank would be cooled, the pump must be able to stand still.
    coolest = np.min([line.at(highest_c)[day] for line in lines], axis=0)
    always = coolest >= 0.0
    pump = program.variables(
        day.size, low=np.where(always, 1.0, 0.0), high=1.0, integer=True
    )
    program.constrain((1.0, upper), (1.0, lower), (-ceiling_kwh, pump), high=0.0)
    for line in lines:
        relief = np.maximum(-line.at(highest_c)[day], 0.0) * step_h
        program.constrain(
            (1.0, upper),
            (1.0, lower),
            (-line.slope_kw_per_k[day] * step_h, heat.lower_c[day + 1]),
            (relief, pump),
            high=line.offset_kw[day] * step_h + relief,
        )
    return Modes(steps=day, columns=pump, always=always)
