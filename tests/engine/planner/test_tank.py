"""The two layers of the tank, its sun, and one step of it."""

from itertools import pairwise

import numpy as np
import pytest

from custom_components.energy_manager.engine.planner.layers import (
    Layers,
    initial_layers,
)
from custom_components.energy_manager.engine.planner.problem import Problem
from custom_components.energy_manager.engine.planner.pump_supply import PumpSupply
from custom_components.energy_manager.engine.planner.solar_gain import (
    gain_kw,
    gain_lines,
)
from custom_components.energy_manager.engine.planner.tank_step import (
    StepResult,
    TankStepper,
)
from custom_components.energy_manager.engine.plant.parameters import (
    CollectorParameters,
    PlantParameters,
)

from .homes import WINTER_EVENING, a_problem, without

PLANT = PlantParameters()
LAYERS = Layers.of(PLANT)


def test_layers_hold_the_whole_tank() -> None:
    """Layers hold the whole tank."""
    total = LAYERS.upper_kwh_per_k + LAYERS.lower_kwh_per_k
    assert total == pytest.approx(1000 * 4.18 / 3600)
    assert LAYERS.upper_kwh_per_k == pytest.approx(0.3 * total)
    loss = LAYERS.upper_loss_kw_per_k + LAYERS.lower_loss_kw_per_k
    assert loss == pytest.approx(0.0035)


def test_probes_become_layers() -> None:
    """Probes become layers."""
    assert initial_layers(PLANT, ()) is None
    assert initial_layers(PLANT, (None, None, None)) is None
    assert initial_layers(PLANT, (None, 40.0, None)) == pytest.approx((40.0, 40.0))
    layers = initial_layers(PLANT, (20.0, 40.0, 60.0))
    assert layers is not None
    upper, lower = layers
    # Straight from 20 at 0.1 over 40 at 0.5 to 60 at 0.9, level beyond.
    assert upper == pytest.approx((0.2 * 55 + 0.1 * 60) / 0.3, abs=0.2)
    assert lower == pytest.approx((0.1 * 20 + 0.6 * 35) / 0.7, abs=0.2)


def test_a_warm_bottom_is_mixed() -> None:
    """A warm bottom is mixed."""
    layers = initial_layers(PLANT, (60.0, 50.0, 20.0))
    assert layers is not None
    assert layers[0] == layers[1]


def test_usable_heat_of_a_uniform_tank_is_all_above_comfort_drawn_from_below() -> None:
    """Usable heat of a uniform tank is all above comfort drawn from below."""
    assert LAYERS.usable_kwh(45.0, 30.0) == 0.0
    assert LAYERS.usable_kwh(30.0, 30.0) == 0.0
    # Draws empty the lower layer first, then the upper one down to comfort.
    cold_below = LAYERS.usable_kwh(60.0, 10.0)
    assert cold_below == pytest.approx(LAYERS.upper_kwh_per_k * 15, rel=0.02)
    total = 1000 * 4.18 / 3600 * 50
    assert cold_below < LAYERS.usable_kwh(60.0, 40.0) < LAYERS.usable_kwh(60.0, 60.0)
    assert LAYERS.usable_kwh(60.0, 60.0) < total


def test_usable_heat_grows_with_both_layers() -> None:
    """Usable heat grows with both layers."""
    grid = [
        [LAYERS.usable_kwh(upper, lower) for lower in range(10, upper + 1, 5)]
        for upper in range(45, 91, 5)
    ]
    for row in grid:
        assert row == sorted(row)
    for cooler, warmer in pairwise(grid):
        assert all(a <= b for a, b in zip(cooler, warmer, strict=False))


def test_gain_solves_the_collector_equation() -> None:
    """Gain solves the collector equation."""
    collector = CollectorParameters()
    irradiance, ambient, tank = np.array([700.0]), np.array([10.0]), 40.0
    q = gain_kw(collector, irradiance, ambient, tank)[0] / collector.area_m2 * 1000
    rate = 40.0 * 3.9 / 3.6
    excess = tank + q * (1 / 0.75 - 0.5) / rate - 10.0
    assert q == pytest.approx(0.75 * 700 - 3.5 * excess - 0.015 * excess**2, rel=1e-9)


def test_tangents_are_above_the_gain_and_near_it() -> None:
    """Tangents are above the gain and near it."""
    collector = CollectorParameters()
    irradiance = np.array([100.0, 300.0, 600.0, 1000.0])
    ambient = np.array([-10.0, 0.0, 15.0, 30.0])
    lines = gain_lines(collector, irradiance, ambient)
    for tank in range(5, 91, 5):
        exact = gain_kw(collector, irradiance, ambient, float(tank))
        least = np.min([line.at(tank) for line in lines], axis=0)
        assert (least >= exact - np.where(ambient > tank, 0.05, 1e-9)).all()
        assert (least <= exact + 0.2).all()


def step_of(
    problem_kind: str, upper: float, lower: float, burning: float
) -> tuple[Problem, int, StepResult]:
    """Return a stepper, its step with most sun, and the result of that step."""
    problem = {
        "summer": a_problem(),
        "winter": a_problem(WINTER_EVENING, cloud_cover=0.3, ambient_c=0.0),
    }[problem_kind]
    full = np.ones(problem.grid.steps)
    stepper = TankStepper.of(problem, LAYERS, PumpSupply(solar=full, heating=full))
    step = int(np.argmax(problem.forecast.irradiance_w_per_m2))
    result = stepper.advance(
        step, np.array([upper]), np.array([lower]), np.array([burning])
    )
    return problem, step, result


@pytest.mark.parametrize("kind", ["summer", "winter"])
@pytest.mark.parametrize(
    ("upper", "lower"), [(50.0, 20.0), (60.0, 58.0), (47.0, 40.0), (89.0, 89.0)]
)
@pytest.mark.parametrize("burning", [0.0, 3.0])
def test_a_step_keeps_the_energy(
    kind: str, upper: float, lower: float, burning: float
) -> None:
    """A step keeps the energy."""
    problem, step, result = step_of(kind, upper, lower, burning)
    hours = problem.grid.step_h
    stored = LAYERS.upper_kwh_per_k * (result.upper_c[0] - upper)
    stored += LAYERS.lower_kwh_per_k * (result.lower_c[0] - lower)
    lost = hours * LAYERS.upper_loss_kw_per_k * ((result.upper_c[0] + upper) / 2 - 15)
    lost += hours * LAYERS.lower_loss_kw_per_k * ((result.lower_c[0] + lower) / 2 - 15)
    gained = result.boiler_kwh[0] + result.solar_upper_kwh[0]
    gained += result.solar_lower_kwh[0] - result.heating_kwh[0]
    gained -= problem.demand.hot_water_kwh[step] - result.unmet_hot_water_kwh[0]
    assert stored == pytest.approx(gained - lost, abs=2e-3)
    assert result.lower_c[0] <= result.upper_c[0] + 1e-9
    assert result.upper_c[0] <= 90.0 + 1e-9


def test_the_thermostat_ends_a_run() -> None:
    """The thermostat ends a run."""
    _, _, result = step_of("summer", 58.0, 20.0, 7.5)
    assert result.boiler_kwh[0] < 1.5
    _, _, result = step_of("summer", 40.0, 20.0, 2.0)
    assert result.boiler_kwh[0] == 2.0


def test_without_collectors_there_is_no_sun() -> None:
    """Without collectors there is no sun."""
    problem = a_problem(plant=without(collector=None))
    full = np.ones(problem.grid.steps)
    stepper = TankStepper.of(problem, LAYERS, PumpSupply(solar=full, heating=full))
    assert stepper.solar_kwh(30, np.array([20.0]))[0] == 0.0
