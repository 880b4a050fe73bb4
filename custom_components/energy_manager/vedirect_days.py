"""Turns a charger's records of days into hours of statistics; without Home Assistant.

A charger keeps how much a day brought, but not when. The energy of a day is spread
over its daylight in proportion to the height of the sun: the sums of days are true,
the hours within them are an estimate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import radians, sin
from typing import Final

from .engine.vedirect.records import DayRecord
from .statistics_join import HOUR, HourRow

DAYS_OF_COUNTER: Final = 365
"""The charger's number of the day begins anew after so many."""

LONGEST_GAP_DAYS: Final = 60
"""A greater distance of two records is damage or a reset, not a pause."""

SAMPLES: Final = 4
"""Heights of the sun looked at within an hour."""

DIGITS: Final = 3

type SunHeight = Callable[[datetime], float]
"""Height of the sun above the horizon at an instant, in degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A record and the date that it is of."""

    date: date
    record: DayRecord


def dated(records: Sequence[DayRecord], newest: date) -> list[Day]:
    """Return the records, newest first, with their dates.

    The number of the day tells of days without a record, if it makes sense.
    """
    days: list[Day] = []
    age = 0
    for place, record in enumerate(records):
        if place:
            step = (records[place - 1].day - record.day) % DAYS_OF_COUNTER
            age += step if 1 <= step <= LONGEST_GAP_DAYS else 1
        days.append(Day(date=newest - timedelta(days=age), record=record))
    return days


def shares(
    day: date, zone: tzinfo, height: SunHeight, until: datetime | None = None
) -> Mapping[datetime, float]:
    """Return which share of a day's sun falls into each full hour, in UTC.

    Where the sun does not rise the day counts evenly. Hours end at `until`.
    """
    start = datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)
    end = datetime.combine(
        day + timedelta(days=1), datetime.min.time(), zone
    ).astimezone(UTC)
    if until is not None:
        end = min(end, until)
    step = HOUR / SAMPLES
    weights: dict[datetime, float] = {}
    evenly: dict[datetime, float] = {}
    instant = start + step / 2
    while instant < end:
        hour = instant.replace(minute=0, second=0, microsecond=0)
        weights[hour] = weights.get(hour, 0.0) + max(0.0, sin(radians(height(instant))))
        evenly[hour] = evenly.get(hour, 0.0) + 1.0
        instant += step
    sunny = {hour: weight for hour, weight in weights.items() if weight > 0}
    chosen = sunny or evenly
    total = sum(chosen.values())
    return {hour: weight / total for hour, weight in chosen.items()} if total else {}


def spread(
    days: Sequence[Day],
    energy_kwh: Callable[[DayRecord], float | None],
    zone: tzinfo,
    height: SunHeight,
    now: datetime,
) -> list[tuple[date, datetime, float]]:
    """Return date, hour and energy of all hours of the days, oldest first."""
    hours = []
    for day in reversed(days):
        energy = energy_kwh(day.record)
        if energy is None:
            continue
        for hour, share in sorted(shares(day.date, zone, height, now).items()):
            hours.append((day.date, hour, energy * share))
    return hours


def total_rows(
    hours: Sequence[tuple[date, datetime, float]], reading_now: float
) -> list[HourRow]:
    """Return the hours of a counter that goes on for ever, and reads this now.

    A counter that was reset within these days would have read less than nothing
    before: it is then shown as zero, and only its growth counts.
    """
    reading = reading_now - sum(energy for _date, _hour, energy in hours)
    rows = []
    for _date, hour, energy in hours:
        first, reading = reading, reading + energy
        rows.append(_row(hour, first, reading, energy))
    return rows


def daily_rows(hours: Sequence[tuple[date, datetime, float]]) -> list[HourRow]:
    """Return the hours of a counter that begins anew every day."""
    rows = []
    reading, before = 0.0, None
    for day, hour, energy in hours:
        first = reading if day == before else 0.0
        before, reading = day, first + energy
        rows.append(_row(hour, first, reading, energy))
    return rows


def _row(hour: datetime, first: float, last: float, energy: float) -> HourRow:
    """Return an hour of a counter."""
    return HourRow(
        start=hour,
        first=round(max(0.0, first), DIGITS),
        state=round(max(0.0, last), DIGITS),
        rise=energy,
    )
