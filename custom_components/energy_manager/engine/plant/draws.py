"""Hot water as people draw it: events of a day, the same for the same date.

Four kinds of draws with the flows, lengths and shares of DHWcalc (U. Jordan and
K. Vajen, IEA SHC Task 26, 2001), spread over the day by weekday or weekend.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from itertools import accumulate
import random

from .parameters import HotWaterParameters


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """Hot water drawn evenly for a while."""

    start_s: float
    """Seconds since 1970-01-01 UTC."""
    duration_s: float
    litres: float
    """Counted at the temperature of use."""


KINDS = ((1.0, 1.0, 0.14), (6.0, 1.0, 0.36), (14.0, 10.0, 0.10), (8.0, 5.0, 0.40))
"""Flow [l/min], length [min] and share of the volume: tap, sink, bath, shower."""
WEEKDAY = (
    (6.5, 7.5, 0.50),
    (7.5, 12.0, 0.06),
    (12.0, 13.0, 0.16),
    (13.0, 18.0, 0.06),
    (18.0, 22.0, 0.20),
    (22.0, 23.0, 0.02),
)
"""Hours of the day from, to and their share of the draws."""
WEEKEND = (
    (8.0, 10.5, 0.45),
    (10.5, 12.0, 0.08),
    (12.0, 13.5, 0.16),
    (13.5, 18.0, 0.08),
    (18.0, 22.5, 0.21),
    (22.5, 23.5, 0.02),
)
WEEKDAY_FACTOR = 7.0 / (5.0 + 2.0 * 1.2)
"""Weekends take a fifth more than weekdays; the week's mean stays."""


def daily_litres(parameters: HotWaterParameters, people: float) -> float:
    """Return the mean use of a day [l at the temperature of use]."""
    return parameters.base_litres_day + parameters.litres_per_person_day * people


@lru_cache(maxsize=64)
def draws_of_day(
    parameters: HotWaterParameters, people: float, day: date, zone: tzinfo
) -> tuple[Draw, ...]:
    """Return the draws of a local day in order of time."""
    chance = random.Random(f"{day.isoformat()} hot water")
    weekend = day.weekday() >= 5
    litres = daily_litres(parameters, people) * WEEKDAY_FACTOR
    litres *= (1.2 if weekend else 1.0) * (0.85 + 0.3 * chance.random())
    hours = WEEKEND if weekend else WEEKDAY
    found: list[tuple[float, float, float]] = []
    for flow_l_per_min, minutes, share in KINDS:
        number = litres * share / (flow_l_per_min * minutes)
        count = int(number) + (chance.random() < number % 1.0)
        for _ in range(count):
            flow = flow_l_per_min * (0.7 + 0.6 * chance.random())
            found.append((_hour(hours, chance), minutes * 60.0, flow * minutes))
    total = sum(amount for _, _, amount in found)
    if total <= 0.0:
        return ()
    return tuple(
        Draw(
            start_s=_instant(day, hour, zone),
            duration_s=duration_s,
            litres=amount * litres / total,
        )
        for hour, duration_s, amount in sorted(found)
    )


def _hour(
    hours: tuple[tuple[float, float, float], ...], chance: random.Random
) -> float:
    """Return a random hour of the day by the shares of a day."""
    ends = list(accumulate(share for _, _, share in hours))
    place = min(bisect_left(ends, chance.random() * ends[-1]), len(hours) - 1)
    start, end, _ = hours[place]
    return start + (end - start) * chance.random()


def _instant(day: date, hour: float, zone: tzinfo) -> float:
    """Return a local hour of a day as seconds since 1970-01-01 UTC."""
    seconds = int(hour * 3600.0)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return datetime.combine(day, clock, tzinfo=zone).timestamp()


def litres_between(draws: tuple[Draw, ...], start_s: float, end_s: float) -> float:
    """Return what is drawn between two instants [l]."""
    litres = 0.0
    for draw in draws:
        overlap = min(end_s, draw.start_s + draw.duration_s) - max(
            start_s, draw.start_s
        )
        if overlap > 0.0:
            litres += draw.litres * overlap / draw.duration_s
    return litres
