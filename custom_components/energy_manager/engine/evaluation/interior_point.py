"""Linear programs that follow a row of times, solved by an interior-point method.

Least c x with A x = b and x >= 0, by Mehrotra's predictor and corrector (S. Mehrotra,
SIAM J. Optimization 2 (1992) 575). Where each row shares columns only with rows near
it, as the balances of one block of time do with those of the next, the normal
equations A D A' are a narrow band, which costs little more than its length. The dual
values give a floor that holds whatever the accuracy of x: every feasible y has
b y <= c x.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded
from scipy.sparse import csc_array, csr_array

from ..errors import SolverError
from ..plant.sun import FloatArray

ACCURACY = 1e-6
"""Distance between objective and floor, as a share of the objective."""
ENOUGH = 1e-4
"""The same where arithmetic allows no more."""
MOST_STEPS = 150
PATIENCE = 12
"""Steps without a better floor after which the search ends."""
SCALING_ROUNDS = 6
REFINEMENTS = 3
BACK_OFF = 0.995
"""Share of the way to the nearest bound that a step goes."""
REGULARISATION = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """What the search has found."""

    x: FloatArray
    objective: float
    """c x."""
    floor: float
    """b y of the dual values: no x has a smaller objective."""
    steps: int


def minimise(costs: FloatArray, matrix: csr_array, right: FloatArray) -> Solution:
    """Return the least of `costs` x with `matrix` x = `right`, x >= 0.

    Raises SolverError where no solution comes near its floor.
    """
    program = _Scaled(costs, matrix, right)
    search = _Search(program)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        steps = search.run()
    unit = program.right_unit * program.cost_unit
    objective, floor = search.objective * unit, search.floor * unit
    apart = abs(objective - floor) if np.isfinite(floor) else np.inf
    if apart > ENOUGH * (unit + abs(objective)) or search.missing > ENOUGH:
        raise SolverError(
            f"the linear program has no solution: {objective:.6g} after {steps} "
            f"steps, not near its floor {floor:.6g}"
        )
    return Solution(
        x=search.x * program.column_units * program.right_unit,
        objective=objective,
        floor=floor,
        steps=steps,
    )


class _Scaled:
    """The program with rows and columns brought to entries near 1."""

    def __init__(self, costs: FloatArray, matrix: csr_array, right: FloatArray) -> None:
        rows, columns = matrix.shape
        entry_row = np.repeat(np.arange(rows), np.diff(matrix.indptr))
        entry_column = matrix.indices
        row_units, column_units = np.ones(rows), np.ones(columns)
        size = np.abs(matrix.data)
        for _ in range(SCALING_ROUNDS):
            now = size * row_units[entry_row] * column_units[entry_column]
            greatest_row, greatest_column = np.zeros(rows), np.zeros(columns)
            np.maximum.at(greatest_row, entry_row, now)
            np.maximum.at(greatest_column, entry_column, now)
            row_units /= np.sqrt(np.where(greatest_row > 0.0, greatest_row, 1.0))
            column_units /= np.sqrt(
                np.where(greatest_column > 0.0, greatest_column, 1.0)
            )
        data = matrix.data * row_units[entry_row] * column_units[entry_column]
        self.column_units = column_units
        self.matrix = csr_array(
            (data, matrix.indices, matrix.indptr), shape=matrix.shape
        )
        self.transposed = csr_array(self.matrix.T)
        right, costs = right * row_units, costs * column_units
        self.right_unit = max(1.0, float(np.abs(right).max()))
        self.cost_unit = max(1.0, float(np.abs(costs).max()))
        self.right, self.costs = right / self.right_unit, costs / self.cost_unit


class _NormalBand:
    """A D A' as a band, for any diagonal D."""

    def __init__(self, program: _Scaled) -> None:
        by_column = csc_array(program.matrix)
        by_column.sort_indices()
        self._program = program
        self._size, columns = by_column.shape
        counts, begins = np.diff(by_column.indptr), by_column.indptr[:-1]
        keys, places, products = [], [], []
        # Column by column, each pair of its entries adds to one place of the band.
        for upper in range(int(counts.max())):
            has = np.nonzero(counts > upper)[0]
            first = begins[has] + upper
            for lower in range(upper + 1):
                second = begins[has] + lower
                distance = by_column.indices[first] - by_column.indices[second]
                keys.append(
                    distance.astype(np.int64) * self._size + by_column.indices[second]
                )
                places.append(has)
                products.append(by_column.data[first] * by_column.data[second])
        self._kept, entry = np.unique(np.concatenate(keys), return_inverse=True)
        self._width = int(self._kept[-1]) // self._size + 1
        self._sums = csr_array(
            (np.concatenate(products), (entry, np.concatenate(places))),
            shape=(len(self._kept), columns),
        )
        self._diagonal = np.ones(columns)
        self._factor = np.zeros((0, 0))

    def take(self, diagonal: FloatArray) -> None:
        """Factor A D A' (Cholesky). Raises LinAlgError where that fails."""
        self._diagonal = diagonal
        band = np.zeros(self._width * self._size)
        band[self._kept] = self._sums @ diagonal
        band = band.reshape(self._width, self._size)
        band[0] += REGULARISATION * band[0] + 1e-14
        self._factor = cholesky_banded(
            band, overwrite_ab=True, lower=True, check_finite=False
        )

    def solve(self, right: FloatArray) -> FloatArray:
        """Return y with A D A' y = `right`."""
        program = self._program
        found: FloatArray = np.zeros(self._size)
        rest = right
        for _ in range(1 + REFINEMENTS):
            found = found + cho_solve_banded(
                (self._factor, True), rest, check_finite=False
            )
            image = program.matrix @ (self._diagonal * (program.transposed @ found))
            rest = right - image
            if float(np.abs(rest).max()) <= 1e-12 * float(np.abs(right).max()):
                break
        return found


class _Search:
    """The way through the interior: x, y and the reduced costs z."""

    def __init__(self, program: _Scaled) -> None:
        self._program = program
        self._band = _NormalBand(program)
        self._band.take(np.ones(len(program.costs)))
        matrix, transposed = program.matrix, program.transposed
        x = transposed @ self._band.solve(program.right)
        y = self._band.solve(matrix @ program.costs)
        z = program.costs - transposed @ y
        # Mehrotra's start: the least-squares solutions, moved to the inside.
        x = x + max(-1.5 * float(x.min()), 0.0) + 1e-3
        z = z + max(-1.5 * float(z.min()), 0.0) + 1e-3
        product = float(x @ z)
        x, z = x + 0.5 * product / z.sum(), z + 0.5 * product / x.sum()
        self.x, self._y, self._z = x, y, z
        self.objective, self.floor = np.inf, -np.inf
        self.missing = np.inf
        """The greatest of b - A x, in the scaled program."""

    def run(self) -> int:
        """Go on until objective and floor meet; return the number of steps."""
        program, waited = self._program, 0
        for step in range(MOST_STEPS):
            missing = program.right - program.matrix @ self.x
            slack = program.costs - program.transposed @ self._y - self._z
            objective = float(program.costs @ self.x)
            floor = float(program.right @ self._y)
            exact = float(np.abs(slack).max()) <= 1e-9
            size = 1.0 + abs(objective)
            # Of all floors that hold the best counts; x gets better all the time.
            self.objective = objective
            self.missing = float(np.abs(missing).max())
            waited += 1
            if exact and floor > self.floor + ACCURACY * size:
                waited = 0
            if exact and floor > self.floor:
                self.floor = floor
            met = abs(objective - self.floor) <= ACCURACY * abs(objective)
            if (met or waited >= PATIENCE) and exact:
                return step
            try:
                self._move(missing, slack)
            except LinAlgError, FloatingPointError:
                return step
        return MOST_STEPS

    def _move(self, missing: FloatArray, slack: FloatArray) -> None:
        """Take one step: predict, see how far it goes, correct."""
        self._band.take(self.x / self._z)
        mean = float(self.x @ self._z) / len(self.x)
        product = self.x * self._z
        dx, _, dz = self._direction(missing, slack, -product)
        reach_x, reach_z = _reach(self.x, dx), _reach(self._z, dz)
        expected = (self.x + reach_x * dx) @ (self._z + reach_z * dz) / len(self.x)
        centre = (float(expected) / mean) ** 3 * mean
        dx, dy, dz = self._direction(missing, slack, centre - product - dx * dz)
        reach_x = BACK_OFF * _reach(self.x, dx)
        reach_z = BACK_OFF * _reach(self._z, dz)
        self.x = self.x + reach_x * dx
        self._y = self._y + reach_z * dy
        self._z = self._z + reach_z * dz

    def _direction(
        self, missing: FloatArray, slack: FloatArray, product: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the changes that mend all three to first order."""
        program, ratio = self._program, self.x / self._z
        right = missing + program.matrix @ (ratio * slack - product / self._z)
        dy = self._band.solve(right)
        dz = slack - program.transposed @ dy
        return (product - self.x * dz) / self._z, dy, dz


def _reach(values: FloatArray, change: FloatArray) -> float:
    """Return how far a change may go until the first value is zero, at most 1."""
    falling = change < 0.0
    if not falling.any():
        return 1.0
    return min(1.0, float((-values[falling] / change[falling]).min()))
