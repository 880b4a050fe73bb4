"""Grids of time, also where local clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.series import (
    BoundarySeries,
    IntervalSeries,
    TimeGrid,
    interpolate,
    spread,
)

START = datetime(2026, 3, 28, 23, tzinfo=UTC)
GRID = TimeGrid(start=START, step_s=1800, steps=48)


def test_a_grid_is_utc_wherever_it_starts() -> None:
    """A grid is UTC wherever it starts."""
    local = START.astimezone(ZoneInfo("Europe/Paris"))
    assert TimeGrid(start=local, step_s=1800, steps=48) == GRID
    assert GRID.end == START + timedelta(days=1)
    # That day the clocks go forward: 24 real hours are 25 on the clock.
    end = GRID.end.astimezone(ZoneInfo("Europe/Paris"))
    assert (local.hour, end.day - local.day, end.hour) == (0, 1, 1)


@pytest.mark.parametrize(
    ("when", "index"),
    [
        (START, 0),
        (START + timedelta(minutes=29), 0),
        (START + timedelta(minutes=30), 1),
        (START - timedelta(seconds=1), None),
        (START + timedelta(days=1), None),
    ],
)
def test_instants_belong_to_the_step_they_start(
    when: datetime, index: int | None
) -> None:
    """Instants belong to the step they start."""
    assert GRID.index(when) == index


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("start", {"start": datetime(2026, 1, 1)}),
        ("step_s", {"step_s": 0}),
        ("steps", {"steps": 0}),
    ],
)
def test_impossible_grids_are_refused(field: str, values: dict[str, object]) -> None:
    """Impossible grids are refused."""
    arguments = {"start": START, "step_s": 1800, "steps": 1} | values
    with pytest.raises(InputError) as caught:
        TimeGrid(**arguments)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_series_have_as_many_values_as_their_kind() -> None:
    """Series have as many values as their kind."""
    with pytest.raises(InputError):
        IntervalSeries(grid=GRID, values=(0.0,) * 49)
    with pytest.raises(InputError):
        BoundarySeries(grid=GRID, values=(0.0,) * 48)


def test_spreading_keeps_the_amount_inside_the_grid() -> None:
    """Spreading keeps the amount inside the grid."""
    quarter = timedelta(minutes=15)
    series = spread(GRID, ((START + quarter, START + 5 * quarter, 4.0),))
    assert series.values[:4] == pytest.approx((1.0, 2.0, 1.0, 0.0))
    half_outside = spread(GRID, ((START - timedelta(hours=1), START + quarter * 4, 4),))
    assert sum(half_outside.values) == pytest.approx(2.0)
    assert sum(spread(GRID, ((START, START, 1.0),)).values) == 0.0


def test_sums_count_steps_in_part() -> None:
    """Sums count steps in part."""
    series = IntervalSeries(grid=GRID, values=tuple(float(n) for n in range(48)))
    quarter = timedelta(minutes=15)
    assert series.sum_between(START + quarter, START + 3 * quarter) == pytest.approx(
        0.5
    )
    far = timedelta(days=9)
    assert series.sum_between(START - far, START + far) == pytest.approx(
        sum(series.values)
    )


def test_instants_are_joined_by_straight_lines() -> None:
    """Instants are joined by straight lines."""
    hour = timedelta(hours=1)
    series = interpolate(GRID, ((START + hour, 10.0), (START + 2 * hour, 20.0)))
    assert series is not None
    assert series.values[:6] == pytest.approx((10, 10, 10, 15, 20, 20))
    assert series.interval_means().values[1:4] == pytest.approx((10, 12.5, 17.5))
    assert interpolate(GRID, ()) is None
