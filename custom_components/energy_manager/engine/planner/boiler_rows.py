"""Rows of the boiler: heat while on, its thermostat, shortest times, starts.

Heat in kWh per step.
"""

import math

import numpy as np

from ..plant.parameters import BoilerParameters
from .heat_rows import HeatVariables, highest_c
from .layers import Layers
from .problem import Problem
from .program import Program


def add_boiler(
    program: Program, problem: Problem, layers: Layers, heat: HeatVariables
) -> None:
    """Add the boiler: heat while on, its thermostat, shortest times, starts."""
    boiler, steps = problem.plant.boiler, problem.grid.steps
    on, start = heat.boiler_on, heat.boiler_start
    if boiler is None:
        for columns in (on, start, heat.boiler_kwh):
            program.narrow(columns, high=0.0)
        return
    forced_on, forced_off = forced_steps(problem, boiler)
    program.narrow(on[:forced_on], low=1.0)
    program.narrow(on[:forced_off], high=0.0)
    most = boiler.power_kw * problem.grid.step_h
    least = np.full(steps, least_run_kwh(boiler, layers, problem.grid.step_h))
    least[:forced_on] = 0.0
    program.constrain((1.0, heat.boiler_kwh), (-most, on), high=0.0)
    program.constrain((1.0, heat.boiler_kwh), (-least, on), low=0.0)
    # Its thermostat ends the run at the setpoint.
    room = highest_c(problem, layers) - boiler.setpoint_c
    free = slice(forced_on, None)
    program.constrain(
        (1.0, heat.upper_c[1:][free]), (room, on[free]), high=boiler.setpoint_c + room
    )
    was_on = 1.0 if problem.state.boiler_on else 0.0
    program.constrain((1.0, on[:1]), (-1.0, start[:1]), high=was_on)
    program.constrain((1.0, start[:1]), high=1.0 - was_on)
    program.constrain((1.0, on[1:]), (-1.0, on[:-1]), (-1.0, start[1:]), high=0.0)
    for lag in range(1, min(steps, step_count(problem, boiler.minimum_on_min))):
        program.constrain((1.0, start[:-lag]), (-1.0, on[lag:]), high=0.0)
    for lag in range(1, min(steps, 1 + step_count(problem, boiler.minimum_off_min))):
        program.constrain((1.0, start[lag:]), (1.0, on[:-lag]), high=1.0)
    price = boiler.fuel_price_eur_per_kwh
    program.charge(heat.boiler_kwh, price / boiler.efficiency)
    program.charge(
        start, boiler.start_loss_kwh * price + problem.objective.boiler_start_eur
    )


def least_run_kwh(boiler: BoilerParameters, layers: Layers, step_h: float) -> float:
    """Return the least heat of a step with the boiler on.

    Its shortest run, or what warms the upper layer from where the thermostat
    starts the boiler to where it ends the run, if that is less.
    """
    shortest = boiler.power_kw * min(step_h, max(boiler.minimum_on_min, 1.0) / 60)
    return min(shortest, layers.upper_kwh_per_k * boiler.hysteresis_k)


def step_count(problem: Problem, minutes: float) -> int:
    """Return the steps that cover a time, at least one."""
    return max(1, math.ceil(minutes * 60 / problem.grid.step_s - 1e-9))


def forced_steps(problem: Problem, boiler: BoilerParameters) -> tuple[int, int]:
    """Return for how many steps the boiler must still stay on, and stay off."""
    state = problem.state
    if state.boiler_on is None or state.boiler_since is None:
        return 0, 0
    minutes = boiler.minimum_on_min if state.boiler_on else boiler.minimum_off_min
    elapsed_s = (problem.grid.start - state.boiler_since).total_seconds()
    left_s = minutes * 60 - max(elapsed_s, 0.0)
    count = min(problem.grid.steps, max(0, math.ceil(left_s / problem.grid.step_s)))
    return (count, 0) if state.boiler_on else (0, count)
