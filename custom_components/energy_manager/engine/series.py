"""Time grids, and values on them.

A value that belongs to a whole step (an energy, a mean power) and a value that
belongs to an instant between two steps (a temperature, a state of charge) are
different types, so that the one is never taken for the other.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import math

from .errors import InputError
from .units import SECONDS_PER_HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeGrid:
    """Equal steps of time, in UTC: local clocks change, the grid does not."""

    start: datetime
    step_s: int
    steps: int

    def __post_init__(self) -> None:
        """Keep the start in UTC; raise InputError on an impossible grid."""
        if self.start.tzinfo is None:
            raise InputError("start", "must be a time with its offset from UTC")
        if self.step_s <= 0:
            raise InputError("step_s", "must be above 0")
        if self.steps <= 0:
            raise InputError("steps", "must be above 0")
        object.__setattr__(self, "start", self.start.astimezone(UTC))

    @property
    def step(self) -> timedelta:
        """Length of a step."""
        return timedelta(seconds=self.step_s)

    @property
    def step_h(self) -> float:
        """Length of a step in hours."""
        return self.step_s / SECONDS_PER_HOUR

    @property
    def end(self) -> datetime:
        """The end of the last step."""
        return self.boundary(self.steps)

    def boundary(self, index: int) -> datetime:
        """Return the start of a step; index `steps` is the end of the grid."""
        return self.start + index * self.step

    def boundaries(self) -> tuple[datetime, ...]:
        """Return the steps + 1 instants between and around the steps."""
        return tuple(self.boundary(index) for index in range(self.steps + 1))

    def middles(self) -> tuple[datetime, ...]:
        """Return the middle of each step."""
        half = self.step / 2
        return tuple(self.boundary(index) + half for index in range(self.steps))

    def position(self, when: datetime) -> float:
        """Return where an instant lies, in steps from the start (may be outside)."""
        return (when - self.start) / self.step

    def index(self, when: datetime) -> int | None:
        """Return the step an instant belongs to, or None outside the grid."""
        position = math.floor(self.position(when))
        return position if 0 <= position < self.steps else None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntervalSeries:
    """One value per step: what holds or happens during the step."""

    grid: TimeGrid
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raise InputError if there is not one value per step."""
        if len(self.values) != self.grid.steps:
            raise InputError("values", f"must have {self.grid.steps} values")

    def sum_between(self, start: datetime, end: datetime) -> float:
        """Return the sum over a stretch; steps that reach out of it count in part.

        Only meaningful for energies. What lies outside the grid counts nothing.
        """
        first = max(0.0, self.grid.position(start))
        last = min(float(self.grid.steps), self.grid.position(end))
        total = 0.0
        for index in range(math.floor(first), math.ceil(last)):
            share = min(index + 1.0, last) - max(float(index), first)
            total += share * self.values[index]
        return total


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundarySeries:
    """One value per instant between the steps: steps + 1 values."""

    grid: TimeGrid
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raise InputError if there is not one value per boundary."""
        if len(self.values) != self.grid.steps + 1:
            raise InputError("values", f"must have {self.grid.steps + 1} values")

    def interval_means(self) -> IntervalSeries:
        """Return the mean over each step, straight between its boundaries."""
        means = tuple(
            (before + after) / 2
            for before, after in zip(self.values, self.values[1:], strict=False)
        )
        return IntervalSeries(grid=self.grid, values=means)


def interpolate(
    grid: TimeGrid, points: tuple[tuple[datetime, float], ...]
) -> BoundarySeries | None:
    """Return instants' values at a grid's boundaries, None without any point.

    `points` are (time, value) in order of time. Between points the value runs
    straight; before the first and after the last point it stays what it is there.
    """
    if not points:
        return None
    times = [when for when, _ in points]
    values = []
    for when in grid.boundaries():
        after = bisect_right(times, when)
        if after == 0:
            values.append(points[0][1])
        elif after == len(points):
            values.append(points[-1][1])
        else:
            (left, low), (right, high) = points[after - 1], points[after]
            share = (when - left) / (right - left)
            values.append(low + share * (high - low))
    return BoundarySeries(grid=grid, values=tuple(values))


def spread(
    grid: TimeGrid, amounts: tuple[tuple[datetime, datetime, float], ...]
) -> IntervalSeries:
    """Return amounts of stretches of time (start, end, amount) by step of a grid.

    The amount is even over its stretch; what falls outside the grid is left out.
    """
    values = [0.0] * grid.steps
    for start, end, amount in amounts:
        first, last = grid.position(start), grid.position(end)
        if last <= first:
            continue
        begin = max(0, math.floor(first))
        for index in range(begin, min(grid.steps, math.ceil(last))):
            share = min(index + 1.0, last) - max(float(index), first)
            values[index] += amount * share / (last - first)
    return IntervalSeries(grid=grid, values=tuple(values))
