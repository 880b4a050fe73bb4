"""The interior-point method beside scipy's solver, and where there is no solution."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from custom_components.energy_manager.engine.errors import SolverError
from custom_components.energy_manager.engine.evaluation.interior_point import minimise


def chain(seed: int, times: int) -> tuple[np.ndarray, csr_array, np.ndarray]:
    """Return a store that is filled, emptied and lacks: a program along a row of times.

    Columns by time: level, inflow, waste, lack; rows by time: balance, inflow's limit.
    """
    chance = np.random.default_rng(seed)
    costs, right = np.zeros(5 * times), np.zeros(2 * times)
    matrix = np.zeros((2 * times, 5 * times))
    for time in range(times):
        level, inflow, waste, lack, slack = range(5 * time, 5 * time + 5)
        if time > 0:
            matrix[2 * time, level - 5] = chance.uniform(0.8, 1.0)
        matrix[2 * time, [level, inflow, waste, lack]] = -1.0, 1.0, -1.0, 1.0
        right[2 * time] = chance.choice([0.0, chance.uniform(0.0, 50.0)])
        matrix[2 * time + 1, [inflow, slack]] = 1.0
        right[2 * time + 1] = chance.choice([1e-3, chance.uniform(0.0, 40.0)])
        costs[inflow], costs[lack] = chance.uniform(0.0, 0.5), 1.0
    return costs, csr_array(matrix), right


@pytest.mark.parametrize("seed", range(8))
def test_same_objective_as_another_solver(seed: int) -> None:
    """Both find the same least costs; the floor is not above them."""
    costs, matrix, right = chain(seed, 40)
    known = linprog(costs, A_eq=matrix, b_eq=right, bounds=(0.0, None))
    found = minimise(costs, matrix, right)
    size = 1.0 + abs(known.fun)
    assert found.objective == pytest.approx(known.fun, abs=1e-5 * size)
    assert found.floor == pytest.approx(known.fun, abs=1e-5 * size)
    assert found.floor <= known.fun + 1e-7 * size
    assert found.x.min() >= 0.0
    assert np.abs(matrix @ found.x - right).max() < 1e-3


def test_no_solution_is_told() -> None:
    """Neither an impossible nor an endless program gives a number."""
    both = csr_array(np.array([[1.0, 1.0], [1.0, 1.0]]))
    with pytest.raises(SolverError):
        minimise(np.array([1.0, 1.0]), both, np.array([1.0, 2.0]))
    endless = csr_array(np.array([[1.0, -1.0]]))
    with pytest.raises(SolverError):
        minimise(np.array([-1.0, 0.0]), endless, np.array([0.0]))


def test_units_do_not_matter() -> None:
    """Rows and columns in other units give the same costs."""
    costs, matrix, right = chain(3, 30)
    usual = minimise(costs, matrix, right)
    rows, columns = np.geomspace(1e-3, 1e3, 60), np.geomspace(1e4, 1e-2, 150)
    other = csr_array(matrix.toarray() * rows[:, None] * columns)
    found = minimise(costs * columns, other, right * rows)
    assert found.objective == pytest.approx(usual.objective, rel=1e-4)
