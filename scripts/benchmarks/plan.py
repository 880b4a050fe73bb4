"""`plan`: time and size of planning, and how good the plans are.

A plan is compared with the least cost that its program could have (whole numbers
relaxed, or with --exact the solver's own search), and with a boiler that follows
its thermostat: both are simulated in steps of five minutes on the same tank.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
import json
from pathlib import Path
import time
from typing import Any

import numpy as np

from custom_components.energy_manager.engine.planner import Plan, Problem, solve
from custom_components.energy_manager.engine.planner.model import build, starting_layers
from custom_components.energy_manager.engine.planner.problem import (
    DemandSeries,
    ForecastSeries,
)
from custom_components.energy_manager.engine.planner.pump_supply import pump_supply
from custom_components.energy_manager.engine.planner.tank_step import TankStepper
from custom_components.energy_manager.engine.series import TimeGrid

SCENARIOS = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
FINE_STEP_S = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a way of running the boiler comes to."""

    boiler_kwh: float
    starts: int
    unmet_kwh: float
    coldest_draw_c: float
    cost_eur: float
    """Fuel and starts, less the worth of the heat left."""


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser("plan", help="the planner")
    parser.add_argument(
        "--exact",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="let the solver search the whole program for so long",
    )
    parser.add_argument(
        "problems", metavar="PROBLEM.json", type=Path, nargs="*", default=[]
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the measurements of each problem."""
    paths = options.problems or sorted(SCENARIOS.glob("*/problem.json"))
    for path in paths:
        problem = Problem.from_json(json.loads(path.read_text(encoding="utf-8")))
        name = path.parent.name if path.name == "problem.json" else path.stem
        print(name)
        for line in measure(problem, options.exact):
            print(f"  {line}")
    return 0


def measure(problem: Problem, exact_s: float) -> list[str]:
    """Return the lines about one problem."""
    begun, wall = time.process_time(), time.perf_counter()
    plan = solve(problem)
    busy, passed = time.process_time() - begun, time.perf_counter() - wall
    solver = plan.solver
    lines = [
        f"time      {busy:.2f} s of processor, {passed:.2f} s on the clock",
        f"size      {solver.variables} variables, {solver.integers} of them 0 or 1, "
        f"{solver.constraints} constraints, {problem.grid.steps} steps",
        f"objective {_eur(solver.objective_eur)} (status {solver.status}); "
        f"relaxed bound {_eur(solver.bound_eur)}",
    ]
    if exact_s > 0.0:
        lines.append(_exact(problem, plan, exact_s))
    if problem.plant.boiler is not None:
        lines.extend(_compare(problem, plan))
    return lines


def _exact(problem: Problem, plan: Plan, limit_s: float) -> str:
    """Let the solver search the whole program, without the planner's own search."""
    begun = time.perf_counter()
    # With the tank as warm as in the plan, so that both take the same water along.
    upper = np.array(plan.heat.tank_upper_c)
    warmth = (upper[1:] + upper[:-1]) / 2 - problem.plant.hot_water.cold_c
    program = build(problem, np.maximum(warmth, 5.0)).program
    result = program.solve(time_limit_s=limit_s, relative_gap=0.001)
    passed = time.perf_counter() - begun
    found = None if result.x is None else float(result.fun)
    bound = result.mip_dual_bound
    return (
        f"exact     {_eur(found)}, bound {_eur(bound)} after {passed:.0f} s; "
        f"the plan is {_eur(plan.solver.objective_eur)}"
    )


def _compare(problem: Problem, plan: Plan) -> list[str]:
    """Simulate the plan's runs and the thermostat side by side."""
    released = np.array(plan.heat.boiler_on)
    factor = problem.grid.step_s // FINE_STEP_S
    planned = simulate(problem, lambda step: bool(released[step // factor]))
    ruled = simulate(problem, lambda _: True)
    lines = [
        _row("plan", planned),
        _row("rule", ruled),
    ]
    if ruled.boiler_kwh > 0.0:
        share = planned.boiler_kwh / ruled.boiler_kwh
        lines.append(
            f"ratio     {share:.2f} of the thermostat's boiler heat, "
            f"{planned.starts} starts to {ruled.starts}, "
            f"{ruled.cost_eur - planned.cost_eur:+.2f} EUR saved"
        )
    return lines


def simulate(problem: Problem, released: Callable[[int], bool]) -> Outcome:
    """Follow a boiler on its thermostat that runs only while it is released."""
    fine = refine(problem)
    boiler = fine.plant.boiler
    assert boiler is not None
    model = build(fine)
    stepper = TankStepper.of(fine, model.layers, pump_supply(fine, model))
    upper, lower = (np.array([value]) for value in starting_layers(fine))
    most = boiler.power_kw * fine.grid.step_h
    burning = problem.state.boiler_on is True
    heat = unmet = cost = 0.0
    starts, coldest = 0, float("inf")
    for step in range(fine.grid.steps):
        was_burning = burning
        start_c = boiler.setpoint_c - boiler.hysteresis_k
        burning = released(step) and (
            float(upper[0]) < (boiler.setpoint_c - 0.1 if burning else start_c)
        )
        starts += burning and not was_burning
        result = stepper.advance(
            step, upper, lower, np.array([most if burning else 0.0])
        )
        heat += float(result.boiler_kwh[0])
        unmet += float(result.unmet_hot_water_kwh[0] + result.unmet_heating_kwh[0])
        upper, lower = result.upper_c, result.lower_c
        if fine.demand.hot_water_kwh[step] > 0.0:
            coldest = min(coldest, float(upper[0]))
    fuel = heat / boiler.efficiency + starts * boiler.start_loss_kwh
    cost = fuel * boiler.fuel_price_eur_per_kwh
    cost += starts * problem.objective.boiler_start_eur
    return Outcome(
        boiler_kwh=heat,
        starts=starts,
        unmet_kwh=unmet,
        coldest_draw_c=coldest,
        cost_eur=cost - float(stepper.stored_eur(upper, lower)[0]),
    )


def refine(problem: Problem) -> Problem:
    """Return the problem in steps of five minutes."""
    factor = problem.grid.step_s // FINE_STEP_S
    grid = TimeGrid(
        start=problem.grid.start,
        step_s=FINE_STEP_S,
        steps=min(1000, problem.grid.steps * factor),
    )

    def finer(values: tuple[float, ...], divisor: float = 1.0) -> tuple[float, ...]:
        return tuple(
            float(value) / divisor for value in np.repeat(values, factor)[: grid.steps]
        )

    return replace(
        problem,
        grid=grid,
        forecast=ForecastSeries(
            ambient_c=finer(problem.forecast.ambient_c),
            irradiance_w_per_m2=finer(problem.forecast.irradiance_w_per_m2),
            pv_power_w=finer(problem.forecast.pv_power_w),
        ),
        demand=DemandSeries(
            hot_water_kwh=finer(problem.demand.hot_water_kwh, factor),
            heating_kwh=finer(problem.demand.heating_kwh, factor),
            electric_load_w=finer(problem.demand.electric_load_w),
        ),
    )


def _row(name: str, outcome: Outcome) -> str:
    return (
        f"{name:<9} boiler {outcome.boiler_kwh:6.2f} kWh in {outcome.starts} starts, "
        f"unmet {outcome.unmet_kwh:.2f} kWh, "
        f"coldest draw {outcome.coldest_draw_c:.1f} degC, "
        f"{outcome.cost_eur:.2f} EUR"
    )


def _eur(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f} EUR"
