"""From a problem to a plan: a pure function."""

import numpy as np
from scipy.optimize import OptimizeResult

from .explain import decide, explain_runs
from .model import Model, build
from .path_flows import flows_of_path
from .plan import ElectricFlows, HeatFlows, Plan, SolverReport
from .problem import Problem
from .pump_supply import pump_supply
from .search import Path, search
from .settle import settle_boiler, settle_modes
from .solution import read_electricity, read_heat, totals_of


def solve(problem: Problem) -> Plan:
    """Return a plan for a problem.

    First it is seen how far the battery feeds the pumps. A search over the tank's states finds when the boiler runs; HiGHS then plans
    heat and electricity together around these runs. Where HiGHS finds nothing in
    its time, the plan is the search's own and its status is `fallback`.
    """
    relaxed = build(problem)
    path = search(problem, relaxed.layers, pump_supply(problem, relaxed))
    warmth = (path.upper_c[1:] + path.upper_c[:-1]) / 2 - relaxed.layers.cold_c
    model = build(problem, np.maximum(warmth, 5.0))
    result = _plan_around(problem, model, path)
    if result.x is None:
        heat, electricity = flows_of_path(problem, model, path)
        return assemble(problem, heat, electricity, report(model))
    return assemble(
        problem,
        read_heat(problem, model, result.x),
        read_electricity(problem, model, result.x),
        report(model, float(result.fun), lower_bound_eur(problem, relaxed)),
    )


def assemble(
    problem: Problem,
    heat: HeatFlows,
    electricity: ElectricFlows,
    solver: SolverReport,
) -> Plan:
    """Return the plan of flows, with its decision, runs and reasons."""
    runs = explain_runs(problem, heat)
    return Plan(
        created=problem.created,
        grid=problem.grid,
        decision=decide(problem, heat, runs),
        runs=runs,
        heat=heat,
        electricity=electricity,
        totals=totals_of(problem, heat, electricity),
        solver=solver,
    )


def report(
    model: Model, objective_eur: float | None = None, bound_eur: float | None = None
) -> SolverReport:
    """Return how a plan came about; without an objective HiGHS had none."""
    return SolverReport(
        status="fallback" if objective_eur is None else "solved",
        objective_eur=None if objective_eur is None else round(objective_eur, 4),
        bound_eur=None if bound_eur is None else round(bound_eur, 4),
        variables=model.program.count,
        integers=model.program.integers,
        constraints=model.program.rows,
    )


def lower_bound_eur(problem: Problem, model: Model) -> float | None:
    """Return what no plan can be cheaper than: the program without whole numbers."""
    result = model.program.solve(
        time_limit_s=problem.solver.time_limit_s, relative_gap=0.0, relaxed=True
    )
    return None if result.x is None else float(result.fun)


def _plan_around(problem: Problem, model: Model, path: Path) -> OptimizeResult:
    """Let HiGHS plan with the boiler's runs, and first also the modes, of a path."""
    settings = problem.solver
    boiler_only = model.program.copy()
    settle_boiler(boiler_only, model, path)
    program = boiler_only.copy()
    settle_modes(program, model, path)
    result = program.solve(
        time_limit_s=settings.time_limit_s / 2, relative_gap=settings.relative_gap
    )
    if result.x is None:
        # The path does not fit the rows to the last digit: leave its modes open.
        boiler_only.narrow(model.heat.boiler_kwh, low=0.0)
        result = boiler_only.solve(
            time_limit_s=settings.time_limit_s / 2, relative_gap=settings.relative_gap
        )
    return result
