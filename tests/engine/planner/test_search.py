"""The search, on problems small enough to try everything."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from custom_components.energy_manager.engine.planner.boiler_rows import least_run_kwh
from custom_components.energy_manager.engine.planner.layers import Layers
from custom_components.energy_manager.engine.planner.model import starting_layers
from custom_components.energy_manager.engine.planner.problem import PlantState, Problem
from custom_components.energy_manager.engine.planner.pump_supply import PumpSupply
from custom_components.energy_manager.engine.planner.search import Ages, search
from custom_components.energy_manager.engine.planner.tank_step import TankStepper

from .homes import SUMMER_EVENING, WINTER_EVENING, a_problem, without

FULL = PumpSupply(solar=np.ones(96), heating=np.ones(96))
NO_SOLAR = without(collector=None)


def costs_of(problem: Problem, heats: np.ndarray) -> np.ndarray:
    """Return the costs of rows of boiler heats, followed step by step."""
    layers = Layers.of(problem.plant)
    stepper = TankStepper.of(problem, layers, FULL)
    boiler = problem.plant.boiler
    assert boiler is not None
    upper, lower = (np.full(len(heats), value) for value in starting_layers(problem))
    start_eur = boiler.start_loss_kwh * boiler.fuel_price_eur_per_kwh
    start_eur += problem.objective.boiler_start_eur
    total = np.zeros(len(heats))
    was_on = np.full(len(heats), problem.state.boiler_on is True)
    least = least_run_kwh(boiler, layers, problem.grid.step_h)
    for step in range(heats.shape[1]):
        on = heats[:, step] > 0.0
        result = stepper.advance(step, upper, lower, heats[:, step])
        total += stepper.cost_eur(step, result)
        total += np.where(on & (result.boiler_kwh < least - 1e-9), np.inf, 0.0)
        total += np.where(on & ~was_on, start_eur, 0.0)
        was_on, upper, lower = on, result.upper_c, result.lower_c
    return total


@pytest.mark.parametrize("top_c", [44.0, 47.0, 52.0, 60.0])
@pytest.mark.parametrize("persons", [2.0, 6.0])
def test_no_other_row_of_runs_is_cheaper(top_c: float, persons: float) -> None:
    """No other row of runs is cheaper."""
    problem = a_problem(
        SUMMER_EVENING,
        persons=persons,
        steps=8,
        plant=NO_SOLAR,
        state=PlantState(tank_c=(15.0, 20.0, top_c)),
    )
    # Heat left at the end is worth nothing here, so that costs can be compared.
    problem = replace(
        problem,
        objective=replace(
            problem.objective, stored_heat_value=0.0, stored_surplus_value=0.0
        ),
    )
    layers = Layers.of(problem.plant)
    path = search(problem, layers, FULL)
    boiler = problem.plant.boiler
    assert boiler is not None
    levels = (0.0, boiler.power_kw * problem.grid.step_h)
    everything = costs_of(problem, np.array(list(product(levels, repeat=8))))
    found = costs_of(problem, np.where(path.boiler_on, levels[1], 0.0)[None, :])
    assert found[0] <= everything.min() + 0.02


def test_a_warm_tank_needs_no_boiler() -> None:
    """A warm tank needs no boiler."""
    problem = a_problem(
        steps=24, plant=NO_SOLAR, state=PlantState(tank_c=(60.0, 65.0, 70.0))
    )
    path = search(problem, Layers.of(problem.plant), FULL)
    assert not path.boiler_on.any()


def test_ages_keep_the_shortest_times() -> None:
    """Ages keep the shortest times."""
    ages = Ages(off=2, on=3)
    assert ages.count == 5
    assert [ages.next_on(status) for status in range(5)] == [None, 2, 3, 4, 4]
    assert [ages.next_off(status) for status in range(5)] == [1, 1, None, None, 0]


def test_a_running_boiler_is_not_stopped_before_its_time() -> None:
    """A running boiler is not stopped before its time."""
    start = WINTER_EVENING
    plant = without(collector=None, battery=None)
    boiler = plant.boiler
    assert boiler is not None
    plant = replace(plant, boiler=replace(boiler, minimum_on_min=120.0))
    problem = a_problem(
        start,
        steps=12,
        ambient_c=25.0,
        plant=plant,
        state=PlantState(tank_c=(30.0, 50.0, 56.0), boiler_on=True, boiler_since=start),
    )
    path = search(problem, Layers.of(problem.plant), FULL)
    assert path.boiler_on[:4].all()
    assert not path.boiler_on[4:].any()
