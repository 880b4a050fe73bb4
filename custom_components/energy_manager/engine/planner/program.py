"""A mixed-integer linear program, built row by row for scipy's HiGHS."""

from dataclasses import dataclass, field, replace
import math
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

type Floats = NDArray[np.float64]
type Indices = NDArray[np.int64]
type Numbers = float | Floats


@dataclass(kw_only=True, slots=True)
class Program:
    """Minimise cost over variables within bounds and rows.

    Variables and rows are added in blocks: one entry per time step. Units are the
    caller's.
    """

    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    cost: list[Floats] = field(default_factory=list)
    integer: list[Floats] = field(default_factory=list)
    count: int = 0
    rows: int = 0
    row_index: list[Indices] = field(default_factory=list)
    column_index: list[Indices] = field(default_factory=list)
    coefficient: list[Floats] = field(default_factory=list)
    row_low: list[Floats] = field(default_factory=list)
    row_high: list[Floats] = field(default_factory=list)

    def variables(
        self,
        count: int,
        *,
        low: Numbers = 0.0,
        high: Numbers = math.inf,
        cost: Numbers = 0.0,
        integer: bool = False,
    ) -> Indices:
        """Add variables and return their indices."""
        self.low.append(_full(low, count))
        self.high.append(_full(high, count))
        self.cost.append(_full(cost, count))
        self.integer.append(_full(1.0 if integer else 0.0, count))
        self.count += count
        return np.arange(self.count - count, self.count)

    def constrain(
        self,
        *terms: tuple[Numbers, Indices],
        low: Numbers = -math.inf,
        high: Numbers = math.inf,
    ) -> None:
        """Add rows: low <= sum of coefficient * variable <= high, entry by entry."""
        count = len(terms[0][1])
        numbers = np.arange(self.rows, self.rows + count)
        for coefficient, indices in terms:
            self.row_index.append(numbers)
            self.column_index.append(indices)
            self.coefficient.append(_full(coefficient, count))
        self.row_low.append(_full(low, count))
        self.row_high.append(_full(high, count))
        self.rows += count

    def narrow(
        self, indices: Indices, *, low: float | None = None, high: float | None = None
    ) -> None:
        """Give variables other bounds."""
        if low is not None:
            _assign(self.low, indices, low)
        if high is not None:
            _assign(self.high, indices, high)

    def copy(self) -> Self:
        """Return a program with the same rows whose bounds can differ."""
        return replace(
            self,
            low=[block.copy() for block in self.low],
            high=[block.copy() for block in self.high],
        )

    def charge(self, indices: Indices, cost: float) -> None:
        """Give variables their cost."""
        _assign(self.cost, indices, cost)

    def solve(
        self, *, time_limit_s: float, relative_gap: float, relaxed: bool = False
    ) -> OptimizeResult:
        """Return scipy's result; `relaxed` lets integers be any number."""
        kind = np.concatenate(self.integer)
        return milp(
            np.concatenate(self.cost),
            integrality=np.zeros_like(kind) if relaxed else kind,
            bounds=Bounds(np.concatenate(self.low), np.concatenate(self.high)),
            constraints=LinearConstraint(
                csr_array(
                    (
                        np.concatenate(self.coefficient),
                        (
                            np.concatenate(self.row_index),
                            np.concatenate(self.column_index),
                        ),
                    ),
                    shape=(self.rows, self.count),
                ),
                np.concatenate(self.row_low),
                np.concatenate(self.row_high),
            ),
            options={"time_limit": time_limit_s, "mip_rel_gap": relative_gap},
        )

    @property
    def integers(self) -> int:
        """Number of variables that must be whole."""
        return int(sum(block.sum() for block in self.integer))


def _full(value: Numbers, count: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=float), (count,)).copy()


def _assign(blocks: list[Floats], indices: Indices, value: float) -> None:
    first = 0
    for block in blocks:
        here = indices[(indices >= first) & (indices < first + len(block))]
        block[here - first] = value
        first += len(block)
