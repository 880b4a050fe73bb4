"""Hot-water draws: repeatable, in the right amounts and at the right hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.energy_manager.engine.plant.draws import (
    Draw,
    daily_litres,
    draws_of_day,
    litres_between,
)
from custom_components.energy_manager.engine.plant.parameters import HotWaterParameters

WATER = HotWaterParameters()
MONDAY = date(2026, 6, 15)
DAYS = [MONDAY + timedelta(days=days) for days in range(364)]
BERLIN = ZoneInfo("Europe/Berlin")


def litres(day: date, people: float = 4.0) -> float:
    """Return the litres of a day."""
    return sum(draw.litres for draw in draws_of_day(WATER, people, day, UTC))


def test_mean_day() -> None:
    """20 l and 40 l for each person, over a year within 3 percent."""
    assert daily_litres(WATER, 4.0) == pytest.approx(180.0)
    mean = sum(litres(day) for day in DAYS) / len(DAYS)
    assert mean == pytest.approx(180.0, rel=0.03)


def test_weekends_take_a_fifth_more() -> None:
    """Two fuller days, five lesser ones."""
    weekend = [litres(day) for day in DAYS if day.weekday() >= 5]
    weekdays = [litres(day) for day in DAYS if day.weekday() < 5]
    ratio = sum(weekend) / len(weekend) / (sum(weekdays) / len(weekdays))
    assert ratio == pytest.approx(1.2, rel=0.05)


def test_half_of_a_weekday_is_drawn_in_the_morning() -> None:
    """06:30 to 07:30 on weekdays, later at weekends."""
    early = total = late_weekend = 0.0
    for day in DAYS:
        for draw in draws_of_day(WATER, 4.0, day, UTC):
            when = datetime.fromtimestamp(draw.start_s, UTC)
            hour = when.hour + when.minute / 60.0
            assert when.date() == day
            if day.weekday() >= 5:
                late_weekend += draw.litres * (hour < 8.0)
                continue
            total += draw.litres
            early += draw.litres * (6.5 <= hour < 7.5)
    assert early / total == pytest.approx(0.5, abs=0.05)
    assert late_weekend == 0.0


def test_same_day_same_draws() -> None:
    """A day is always the same; the next one is another."""
    draws_of_day.cache_clear()
    first = draws_of_day(WATER, 3.0, MONDAY, UTC)
    draws_of_day.cache_clear()
    assert draws_of_day(WATER, 3.0, MONDAY, UTC) == first
    other = draws_of_day(WATER, 3.0, MONDAY + timedelta(days=1), UTC)
    assert [draw.litres for draw in other] != [draw.litres for draw in first]


def test_draws_are_in_order_and_realistic() -> None:
    """Flows between a trickle and a bath; no draw without length."""
    for day in DAYS[:60]:
        draws = draws_of_day(WATER, 4.0, day, UTC)
        starts = [draw.start_s for draw in draws]
        assert starts == sorted(starts)
        for draw in draws:
            assert draw.duration_s >= 60.0
            assert 0.2 < draw.litres / draw.duration_s * 60.0 < 30.0


def test_local_hours() -> None:
    """The morning is the local one, in winter and in summer time."""
    for day in (date(2026, 1, 14), date(2026, 7, 15), date(2026, 3, 30)):
        local = draws_of_day(WATER, 4.0, day, BERLIN)
        utc = draws_of_day(WATER, 4.0, day, UTC)
        offset = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN).utcoffset()
        assert offset is not None
        for here, there in zip(local, utc, strict=True):
            assert there.start_s - here.start_s == offset.total_seconds()


def test_nobody_without_base_draws_nothing() -> None:
    """Zero litres are an empty day, not an error."""
    dry = HotWaterParameters(base_litres_day=0.0)
    assert draws_of_day(dry, 0.0, MONDAY, UTC) == ()


def test_litres_between() -> None:
    """A draw counts for the part of it that lies within."""
    draws = (Draw(start_s=100.0, duration_s=60.0, litres=6.0),)
    assert litres_between(draws, 0.0, 1000.0) == pytest.approx(6.0)
    assert litres_between(draws, 130.0, 140.0) == pytest.approx(1.0)
    assert litres_between(draws, 0.0, 100.0) == 0.0
    assert litres_between(draws, 160.0, 200.0) == 0.0
