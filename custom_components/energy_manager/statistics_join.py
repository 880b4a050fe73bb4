"""Joins imported hours of a counter with those that the recorder already has.

Home Assistant keeps two numbers of a counter per hour: its reading (`state`) and a
running sum of its growth. A sum that starts anew beside another one is a huge step on
the Energy dashboard, so imported hours take up the sum before them, and hours behind
them are raised by what was missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)

NEAR: Final = timedelta(hours=48)
"""Growth between two hours that lie closer together than this belongs to both."""

RESET_SHARE: Final = 0.9
"""A counter that falls below this share of its reading has begun anew (recorder's)."""

NOISE: Final = 1e-6
"""Differences between sums below this are those of floating-point numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """What is known of one hour: a measurement's mean, or a counter's reading.

    `start` is a full hour in UTC. For a counter, `state` is the last reading in the
    hour, `first` the first one and `rise` its growth between them, resets included;
    both may be None if only one reading an hour is known.
    """

    start: datetime
    mean: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    state: float | None = None
    first: float | None = None
    rise: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRow:
    """What the recorder has of one hour of a counter."""

    start: datetime
    state: float | None
    sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRow:
    """One hour of a counter as the recorder is to keep it."""

    start: datetime
    state: float
    sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """By how much the sums of all hours from `start` on have to be raised."""

    start: datetime
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """New hours with their sums, and what has to change behind them.

    `open_end` tells that the last new hour is behind all known ones: the recorder has
    to go on from there.
    """

    rows: tuple[CounterRow, ...]
    shifts: tuple[Shift, ...]
    open_end: bool


def growth(before: float, now: float) -> float:
    """Return how much a counter grew between two readings.

    Like the recorder: a fall to less than 90 % is a reset, a smaller one a correction.
    """
    return now if now < RESET_SHARE * before else now - before


def join(new: Sequence[HourRow], known: Sequence[KnownRow]) -> Join:
    """Return the sums of new hours and the corrections of known ones.

    Both are sorted by time and share no hour. New hours need a `state`. Known hours
    stay as they are wherever the growth that they tell leaves room for the new ones.
    """
    rows: list[CounterRow] = []
    shifts: list[Shift] = []
    raised = 0.0
    reached: CounterRow | None = None
    behind_known = False
    open_run = False
    both: list[HourRow | KnownRow] = [*new, *known]
    for row in sorted(both, key=lambda row: row.start):
        if isinstance(row, HourRow):
            reached = _new(row, reached)
            rows.append(reached)
            open_run = True
            continue
        total = row.sum + raised
        if open_run and reached is not None:
            wanted = _wanted(row, total, reached, behind_known=behind_known)
            if abs(wanted - total) > NOISE:
                shifts.append(Shift(start=row.start, amount=wanted - total))
                raised += wanted - total
                total = wanted
        state = row.state
        if state is None:
            state = 0.0 if reached is None else reached.state
        reached = CounterRow(start=row.start, state=state, sum=total)
        behind_known = True
        open_run = False
    return Join(rows=tuple(rows), shifts=tuple(shifts), open_end=open_run)


def _new(row: HourRow, before: CounterRow | None) -> CounterRow:
    """Return a new hour with its sum."""
    assert row.state is not None
    first = row.state if row.first is None else row.first
    rise = growth(first, row.state) if row.rise is None else row.rise
    total = rise if before is None else before.sum + growth(before.state, first) + rise
    return CounterRow(start=row.start, state=row.state, sum=total)


def _wanted(
    row: KnownRow, total: float, before: CounterRow, *, behind_known: bool
) -> float:
    """Return the sum that a known hour has to have behind new ones."""
    if behind_known:
        # The recorder saw the growth of the gap as one: the new hours share it.
        if total >= before.sum - NOISE:
            return total
        state = before.state if row.state is None else row.state
        return before.sum + growth(before.state, state)
    close = row.start - before.start <= NEAR
    if close and row.state is not None and row.state >= before.state:
        return before.sum + row.state - before.state
    # Nobody knows what lies between, or it is another meter: the recorder's first
    # hour keeps its own growth, and months of it do not become one bar.
    return before.sum + max(0.0, row.sum)
