"""A search for good boiler runs by dynamic programming over the tank's states.

What a step costs and where it leads is worked out for a grid of upper and lower
temperatures, backward from the end; then the plant is followed forward from its
true state. Electricity is not looked at here: the solver does that afterwards.
Bellman 1957; bilinear interpolation between the states.
"""

from dataclasses import dataclass

import numpy as np

from .boiler_rows import forced_steps, least_run_kwh, step_count
from .layers import Layers
from .model import starting_layers
from .problem import Problem
from .program import Floats
from .pump_supply import PumpSupply
from .tank_step import StepResult, TankStepper

UPPER_SPACING_K = 1.0
LOWER_SPACING_K = 3.0
FORBIDDEN_EUR = 1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """Equally spaced temperatures."""

    start_c: float
    spacing_k: float
    count: int

    def values(self) -> Floats:
        """Return the temperatures."""
        return self.start_c + self.spacing_k * np.arange(self.count, dtype=np.float64)

    def locate(self, temperature_c: Floats) -> tuple[np.ndarray, Floats]:
        """Return the index at or below temperatures, and the share of the way on."""
        place = (temperature_c - self.start_c) / self.spacing_k
        place = np.clip(place, 0.0, self.count - 1.000001)
        below = place.astype(np.int64)
        return below, place - below


@dataclass(frozen=True, kw_only=True, slots=True)
class Ages:
    """How long the boiler has been on or off, as far as its shortest times ask.

    Status 0 .. off - 1 is off for that many steps plus one (the last: or longer),
    status off .. off + on - 1 the same for on.
    """

    off: int
    on: int

    @property
    def count(self) -> int:
        """Number of statuses."""
        return self.off + self.on

    def next_off(self, status: int) -> int | None:
        """Return the status after a step off, None where it may not go off."""
        if status < self.off:
            return min(status + 1, self.off - 1)
        return 0 if status == self.count - 1 else None

    def next_on(self, status: int) -> int | None:
        """Return the status after a step on, None where it may not go on."""
        if status >= self.off:
            return min(status + 1, self.count - 1)
        return self.off if status == self.off - 1 else None


def _ages(problem: Problem) -> tuple[Ages, int]:
    """Return the statuses of a problem's boiler and the one it starts in."""
    boiler = problem.plant.boiler
    if boiler is None:
        return Ages(off=1, on=1), 0
    ages = Ages(
        off=step_count(problem, boiler.minimum_off_min),
        on=step_count(problem, boiler.minimum_on_min),
    )
    # What is left of a time that has begun is forced step by step.
    return ages, ages.count - 1 if problem.state.boiler_on else ages.off - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """The plant followed step by step; temperatures at boundaries."""

    upper_c: Floats
    lower_c: Floats
    boiler_on: np.ndarray
    steps: tuple[StepResult, ...]

    def column(self, name: str) -> Floats:
        """Return one quantity of all steps."""
        return np.array([float(getattr(step, name)[0]) for step in self.steps])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ends:
    """Ends of steps between the states of the grid: bilinear weights, once for all."""

    place: np.ndarray
    """Flat index of the state below and left."""
    next_upper: int
    """How far on the next upper temperature is."""
    shares: tuple[Floats, Floats, Floats, Floats]

    def interpolate(self, table: Floats, rows: slice) -> Floats:
        """Return the values of a table (upper, lower) at some of the ends."""
        flat, place = table.ravel(), self.place[rows]
        value: Floats = self.shares[0][rows] * flat[place]
        value += self.shares[1][rows] * flat[place + 1]
        value += self.shares[2][rows] * flat[place + self.next_upper]
        value += self.shares[3][rows] * flat[place + self.next_upper + 1]
        return value


def search(problem: Problem, layers: Layers, supply: PumpSupply) -> Path:
    """Return the cheapest path found with what the pumps are fed."""
    return _Search(problem, layers, supply).path()


class _Search:
    """Backward values and the forward path of one problem."""

    def __init__(self, problem: Problem, layers: Layers, supply: PumpSupply) -> None:
        self.problem = problem
        self.layers = layers
        self.stepper = TankStepper.of(problem, layers, supply)
        self.ages, self.first_status = _ages(problem)
        low, high = self.stepper.lowest_c, self.stepper.highest_c
        self.upper = _axis(low, high, UPPER_SPACING_K)
        self.lower = _axis(low, high, LOWER_SPACING_K)
        boiler = problem.plant.boiler
        self.levels: tuple[float, ...] = (0.0,)
        self.start_eur = 0.0
        self.forced_on = self.forced_off = 0
        self.least_kwh = 0.0
        if boiler is not None:
            self.levels = (0.0, boiler.power_kw * problem.grid.step_h)
            self.least_kwh = least_run_kwh(boiler, layers, problem.grid.step_h)
            self.forced_on, self.forced_off = forced_steps(problem, boiler)
            fuel = boiler.start_loss_kwh * boiler.fuel_price_eur_per_kwh
            self.start_eur = fuel + problem.objective.boiler_start_eur

    def path(self) -> Path:
        """Work backward, then follow the best choices forward."""
        values = self._values()
        upper, lower = starting_layers(self.problem)
        uppers, lowers, choices, results = [upper], [lower], [], []
        status = self.first_status
        for step in range(self.problem.grid.steps):
            result, cost = self._outcomes(step, np.array([upper]), np.array([lower]))
            ends = self._ends(result)
            _, best = self._choose(values[step + 1], ends, cost, status)
            level, status = int(best[0][0]), int(best[1][0])
            picked = _pick(result, level)
            upper, lower = float(picked.upper_c[0]), float(picked.lower_c[0])
            uppers.append(upper)
            lowers.append(lower)
            choices.append(level > 0)
            results.append(picked)
        return Path(
            upper_c=np.array(uppers),
            lower_c=np.array(lowers),
            boiler_on=np.array(choices),
            steps=tuple(results),
        )

    def _values(self) -> list[Floats]:
        """Return the cost to go by boundary: arrays (status, upper, lower)."""
        steps = self.problem.grid.steps
        uppers, lowers = np.meshgrid(
            self.upper.values(), self.lower.values(), indexing="ij"
        )
        shape = (self.ages.count, self.upper.count, self.lower.count)
        end = np.broadcast_to(-self.stepper.stored_eur(uppers, lowers), shape).copy()
        values = [end]
        for step in range(steps - 1, -1, -1):
            result, cost = self._outcomes(step, uppers.ravel(), lowers.ravel())
            here = np.empty(shape)
            ends = self._ends(result)
            for status in range(self.ages.count):
                best, _ = self._choose(values[0], ends, cost, status)
                here[status] = best.reshape(shape[1:])
            values.insert(0, here)
        return values

    def _outcomes(
        self, step: int, upper_c: Floats, lower_c: Floats
    ) -> tuple[StepResult, Floats]:
        """Return results and costs, arrays (level, state)."""
        shape = (len(self.levels), len(upper_c))
        wish = np.broadcast_to(np.array(self.levels)[:, None], shape)
        result = self.stepper.advance(
            step,
            np.broadcast_to(upper_c, shape),
            np.broadcast_to(lower_c, shape),
            wish,
        )
        cost = self.stepper.cost_eur(step, result)
        if step >= self.forced_on:
            # A boiler that would switch itself off at once is not started.
            short = (wish > 0.0) & (result.boiler_kwh < self.least_kwh - 1e-9)
            cost = cost + np.where(short, FORBIDDEN_EUR, 0.0)
        else:
            cost = cost + np.where(wish == 0.0, FORBIDDEN_EUR, 0.0)
        if step < self.forced_off:
            cost = cost + np.where(wish > 0.0, FORBIDDEN_EUR, 0.0)
        return result, cost

    def _choose(
        self, after: Floats, ends: _Ends, cost: Floats, status: int
    ) -> tuple[Floats, tuple[np.ndarray, np.ndarray]]:
        """Return the least cost to go, and the level and status that give it."""
        states = cost.shape[1]
        total = np.full(cost.shape, 2 * FORBIDDEN_EUR)
        statuses = np.zeros(cost.shape[0], dtype=np.int64)
        off, on = self.ages.next_off(status), self.ages.next_on(status)
        if off is not None:
            statuses[0] = off
            total[0] = cost[0] + ends.interpolate(after[off], slice(0, 1))[0]
        if on is not None and len(self.levels) > 1:
            started = self.start_eur if status < self.ages.off else 0.0
            statuses[1:] = on
            later = ends.interpolate(after[on], slice(1, None))
            total[1:] = cost[1:] + later + started
        level = np.argmin(total, axis=0)
        best: Floats = total[level, np.arange(states)]
        return best, (level, statuses[level])

    def _ends(self, result: StepResult) -> _Ends:
        """Return where between the states the steps end."""
        upper, up = self.upper.locate(result.upper_c)
        lower, along = self.lower.locate(result.lower_c)
        near, far = 1.0 - up, up
        return _Ends(
            place=upper * self.lower.count + lower,
            next_upper=self.lower.count,
            shares=(
                near * (1.0 - along),
                near * along,
                far * (1.0 - along),
                far * along,
            ),
        )


def _axis(low_c: float, high_c: float, spacing_k: float) -> Axis:
    count = int(np.ceil((high_c - low_c) / spacing_k)) + 1
    return Axis(start_c=low_c, spacing_k=spacing_k, count=max(count, 2))


def _pick(result: StepResult, level: int) -> StepResult:
    names = StepResult.__dataclass_fields__
    return StepResult(**{name: getattr(result, name)[level] for name in names})
