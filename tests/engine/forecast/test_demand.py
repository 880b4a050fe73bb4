"""What people and rooms will need, by the clock at home."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.energy_manager.engine.forecast import (
    Household,
    electric_load_w,
    heating_kwh,
    hot_water_kwh,
    local_days,
    midnight,
)
from custom_components.energy_manager.engine.forecast.demand import household_on
from custom_components.energy_manager.engine.plant.parameters import (
    HeatingParameters,
    HotWaterParameters,
    InverterParameters,
)
from custom_components.energy_manager.engine.series import IntervalSeries, TimeGrid

BERLIN = ZoneInfo("Europe/Berlin")
WATER = HotWaterParameters()


def a_day(day: date, persons: float, zone: ZoneInfo = BERLIN) -> IntervalSeries:
    """Return the hot water of one local day."""
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    grid = TimeGrid(
        start=start, step_s=1800, steps=int((end - start).seconds / 1800) or 48
    )
    grid = TimeGrid(start=start, step_s=1800, steps=round((end - start) / grid.step))
    return hot_water_kwh(grid, WATER, (Household(day=day, persons=persons),), zone)


def test_people_need_litres_at_the_temperature_of_use() -> None:
    # 20 + 2 * 40 litres from 10 to 45 degrees, over a week.
    """People need litres at the temperature of use."""
    week = [date(2026, 6, 15) + timedelta(days=n) for n in range(7)]
    total = sum(sum(a_day(day, 2.0).values) for day in week)
    assert total == pytest.approx(7 * 100 * 35 * 4.18 / 3600, rel=0.005)


def test_more_people_need_more() -> None:
    """More people need more."""
    day = date(2026, 6, 17)
    sums = [sum(a_day(day, persons).values) for persons in (0, 1, 2, 6)]
    assert sums == sorted(sums)
    assert sums[2] - sums[1] == pytest.approx(2 * (sums[3] - sums[2]) / 8, rel=0.01)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 21), 24)],
)
def test_days_on_which_clocks_change_need_as_much(day: date, hours: int) -> None:
    """Days on which clocks change need as much."""
    series = a_day(day, 3.0)
    assert series.grid.steps == 2 * hours
    # All three are Sundays.
    assert sum(series.values) == pytest.approx(
        sum(a_day(date(2026, 6, 21), 3.0).values), abs=1e-3
    )
    busiest = max(range(series.grid.steps), key=series.values.__getitem__)
    assert 8 <= series.grid.boundary(busiest).astimezone(BERLIN).hour < 14


def test_showers_follow_the_local_clock() -> None:
    """Showers follow the local clock."""
    for zone in (BERLIN, ZoneInfo("Australia/Adelaide"), ZoneInfo("America/St_Johns")):
        series = a_day(date(2026, 6, 17), 2.0, zone)
        busiest = max(range(series.grid.steps), key=series.values.__getitem__)
        local = series.grid.boundary(busiest).astimezone(zone)
        assert (local.hour, local.minute) in ((6, 30), (7, 0))


def test_grids_touch_local_days() -> None:
    """Grids touch local days."""
    grid = TimeGrid(start=datetime(2026, 6, 17, 21, tzinfo=UTC), step_s=1800, steps=4)
    assert list(local_days(grid, BERLIN)) == [date(2026, 6, 17), date(2026, 6, 18)]
    grid = TimeGrid(start=datetime(2026, 6, 17, 20, tzinfo=UTC), step_s=1800, steps=4)
    assert list(local_days(grid, BERLIN)) == [date(2026, 6, 17)]


def test_guests_do_not_stay_beyond_what_is_told() -> None:
    """Guests do not stay beyond what is told."""
    told = (Household(day=date(2026, 6, 17), persons=6.0, guests=4.0),)
    assert household_on(told, date(2026, 6, 17)).persons == 6.0
    later = household_on(told, date(2026, 6, 19))
    assert (later.persons, later.guests) == (2.0, 0.0)
    assert household_on((), date(2026, 6, 17)).persons == 0.0


def test_rooms_need_heat_below_the_base_temperature() -> None:
    """Rooms need heat below the base temperature."""
    grid = TimeGrid(start=datetime(2026, 1, 10, tzinfo=UTC), step_s=1800, steps=96)
    heating = HeatingParameters(heat_loss_w_per_k=200.0, base_temperature_c=15.0)
    cold = IntervalSeries(grid=grid, values=(5.0,) * 96)
    assert heating_kwh(grid, heating, cold).values == (1.0,) * 96
    warm = IntervalSeries(grid=grid, values=(16.0,) * 96)
    assert not any(heating_kwh(grid, heating, warm).values)
    assert not any(heating_kwh(grid, None, cold).values)


def test_a_cold_night_between_warm_days_is_not_heated() -> None:
    """A cold night between warm days is not heated."""
    grid = TimeGrid(start=datetime(2026, 6, 10, tzinfo=UTC), step_s=1800, steps=96)
    ambient = tuple(8.0 if 40 <= n < 52 else 24.0 for n in range(96))
    series = heating_kwh(
        grid, HeatingParameters(), IntervalSeries(grid=grid, values=ambient)
    )
    assert not any(series.values)


def test_electronics_run_all_the_time() -> None:
    """Electronics run all the time."""
    grid = TimeGrid(start=datetime(2026, 6, 10, tzinfo=UTC), step_s=1800, steps=3)
    assert (
        electric_load_w(grid, InverterParameters(base_load_w=9.0)).values == (9.0,) * 3
    )
    assert electric_load_w(grid, None).values == (0.0,) * 3
