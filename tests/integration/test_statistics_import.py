"""Hours that are filled into the recorder's statistics, and its sums behind them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import DOMAIN as RECORDER_DOMAIN, get_instance
from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.energy_manager.const import DOMAIN
from custom_components.energy_manager.statistics_import import (
    Imported,
    Series,
    async_import,
)
from custom_components.energy_manager.statistics_join import HourRow, KnownRow, join

HOUR = timedelta(hours=1)
START = datetime(2026, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 10, 12, 32, tzinfo=UTC)

COUNTER = {
    "state_class": "total_increasing",
    "device_class": "energy",
    "unit_of_measurement": "kWh",
}
MEASUREMENT = {
    "state_class": "measurement",
    "device_class": "temperature",
    "unit_of_measurement": "°C",
}


@pytest.fixture(autouse=True)
async def sensors(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """The recorder keeps statistics of sensors; it is a quiet moment."""
    freezer.move_to(NOW)
    await async_setup_component(hass, "sensor", {})
    await async_wait_recording_done(hass)


def register(
    hass: HomeAssistant, attributes: dict[str, str], *, state: str | None, **more: Any
) -> str:
    """Return the entity id of a registered sensor, with a state if one is given."""
    entity = er.async_get(hass).async_get_or_create(
        "sensor",
        DOMAIN,
        "probe",
        capabilities={"state_class": attributes["state_class"]},
        original_device_class=attributes["device_class"],
        unit_of_measurement=attributes["unit_of_measurement"],
        **more,
    )
    if state is not None:
        hass.states.async_set(entity.entity_id, state, attributes)
    return entity.entity_id


def counted(first_hour: int, states: Sequence[float]) -> list[HourRow]:
    """Return hours of a counter from an hour of the test's time on."""
    return [
        HourRow(start=START + (first_hour + number) * HOUR, state=state)
        for number, state in enumerate(states)
    ]


def measured(first_hour: int, means: Sequence[float]) -> list[HourRow]:
    """Return hours of a measurement."""
    return [
        HourRow(
            start=START + (first_hour + number) * HOUR,
            mean=mean,
            minimum=mean - 1,
            maximum=mean + 2,
        )
        for number, mean in enumerate(means)
    ]


async def async_record(
    hass: HomeAssistant,
    entity_id: str,
    first_hour: int,
    rows: Sequence[tuple[float, float]],
    unit: str = "kWh",
) -> None:
    """Let the recorder have hours of a counter: states and sums."""
    async_import_statistics(
        hass,
        StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=None,
            source=RECORDER_DOMAIN,
            statistic_id=entity_id,
            unit_class="energy",
            unit_of_measurement=unit,
        ),
        [
            StatisticData(
                start=START + (first_hour + number) * HOUR, state=state, sum=total
            )
            for number, (state, total) in enumerate(rows)
        ],
    )
    await async_wait_recording_done(hass)


async def async_table(hass: HomeAssistant) -> list[tuple[Any, ...]]:
    """Return everything that the recorder has in its tables of statistics."""

    def read() -> list[tuple[Any, ...]]:
        with session_scope(hass=hass, read_only=True) as session:
            return [
                tuple(row)
                for table in (StatisticsMeta, Statistics, StatisticsShortTerm)
                for row in session.query(*table.__table__.columns).order_by(table.id)
            ]

    await async_wait_recording_done(hass)
    return await get_instance(hass).async_add_executor_job(read)


async def async_hours(
    hass: HomeAssistant, entity_id: str, *what: Any
) -> list[tuple[Any, ...]]:
    """Return the hours of an entity, each as its number and what is asked for."""
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        START - 400 * HOUR,
        None,
        {entity_id},
        "hour",
        None,
        set(what),
    )
    return [
        (
            (datetime.fromtimestamp(row["start"], UTC) - START) // HOUR,
            *(pytest.approx(row.get(name)) for name in what),
        )
        for row in found.get(entity_id, [])
    ]


async def test_measurements_fill_only_what_is_missing(hass: HomeAssistant) -> None:
    """Mean, minimum and maximum of hours that the recorder does not have."""
    entity_id = register(hass, MEASUREMENT, state="40")
    told: list[float] = []
    first = await async_import(
        hass,
        [Series(entity_id=entity_id, unit="°C", rows=measured(5, [30, 31]))],
        progress=told.append,
    )
    assert first == {entity_id: Imported(hours=2)}
    assert told == [1.0]
    second = await async_import(
        hass, [Series(entity_id=entity_id, unit="°C", rows=measured(4, [50] * 4))]
    )
    assert second == {entity_id: Imported(hours=2, present=2)}
    assert await async_hours(hass, entity_id, "mean", "min", "max") == [
        (4, 50, 49, 52),
        (5, 30, 29, 32),
        (6, 31, 30, 33),
        (7, 50, 49, 52),
    ]


async def test_the_owners_unit_is_kept(hass: HomeAssistant) -> None:
    """Readings in °C fill statistics in °F."""
    entity_id = register(
        hass, {**MEASUREMENT, "unit_of_measurement": "°F"}, state="104"
    )
    await async_import(
        hass, [Series(entity_id=entity_id, unit="°C", rows=measured(0, [40]))]
    )
    assert await async_hours(hass, entity_id, "mean", "max") == [(0, 104, 107.6)]


@pytest.mark.parametrize("state", ["120", None])
async def test_twice_changes_nothing(hass: HomeAssistant, state: str | None) -> None:
    """The tables are the same after the second time, between known hours too."""
    entity_id = register(hass, COUNTER, state=state)
    await async_record(hass, entity_id, 10, [(110, 0.5), (111, 1.5)])
    series = [Series(entity_id=entity_id, unit="kWh", rows=counted(0, range(100, 130)))]
    result = await async_import(hass, series)
    assert result == {entity_id: Imported(hours=28, present=2)}
    before = await async_table(hass)
    assert await async_import(hass, series) == {entity_id: Imported(present=30)}
    assert await async_table(hass) == before


async def test_history_before_the_first_hour(hass: HomeAssistant) -> None:
    """Hours that the recorder has are raised: no step at the junction."""
    entity_id = register(hass, COUNTER, state=None)
    await async_record(hass, entity_id, 3, [(103.4, 0.4), (104.4, 1.4)])
    await async_import(
        hass,
        [Series(entity_id=entity_id, unit="kWh", rows=counted(0, [100, 101, 102.5]))],
    )
    assert await async_hours(hass, entity_id, "sum", "change") == [
        (0, 0, 0),
        (1, 1, 1),
        (2, 2.5, 1.5),
        (3, 3.4, 0.9),
        (4, 4.4, 1),
    ]


async def test_a_gap_is_filled_without_touching_what_is_known(
    hass: HomeAssistant,
) -> None:
    """The growth over an outage, which was one bar, is shared by its hours."""
    entity_id = register(hass, COUNTER, state=None)
    await async_record(hass, entity_id, 0, [(100, 7), (110, 17)])
    await async_record(hass, entity_id, 5, [(140, 47)])
    await async_import(
        hass,
        [Series(entity_id=entity_id, unit="kWh", rows=counted(2, [115, 125, 135]))],
    )
    assert await async_hours(hass, entity_id, "sum", "change") == [
        (0, 7, 7),
        (1, 17, 10),
        (2, 22, 5),
        (3, 32, 10),
        (4, 42, 10),
        (5, 47, 5),
    ]


async def test_other_units_of_energy(hass: HomeAssistant) -> None:
    """Wh of a controller join kWh of the statistics."""
    entity_id = register(hass, COUNTER, state=None)
    await async_record(hass, entity_id, 1, [(2, 0.25)])
    await async_import(
        hass, [Series(entity_id=entity_id, unit="Wh", rows=counted(0, [1500]))]
    )
    assert await async_hours(hass, entity_id, "state", "sum") == [
        (0, 1.5, 0),
        (1, 2, 0.5),
    ]


@pytest.mark.parametrize("days_ago", [0, 300])
async def test_the_recorder_goes_on_without_a_step(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, days_ago: int
) -> None:
    """What the recorder itself counts next continues the imported sum."""
    entity_id = register(hass, COUNTER, state="1000")
    last = NOW.replace(minute=0) - 2 * HOUR - timedelta(days=days_ago)
    rows = [
        HourRow(start=last - (2 - number) * HOUR, state=990.0 + number - days_ago)
        for number in range(3)
    ]
    if days_ago == 0:
        rows[-1] = HourRow(start=last, state=999.5)
    await async_import(hass, [Series(entity_id=entity_id, unit="kWh", rows=rows)])
    await async_wait_recording_done(hass)
    period = NOW.replace(minute=30)
    freezer.move_to(period + timedelta(minutes=3))
    hass.states.async_set(entity_id, "1002", COUNTER)
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=period)
    await async_wait_recording_done(hass)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        period,
        None,
        {entity_id},
        "5minute",
        None,
        {"sum", "state"},
    )
    assert [row["state"] for row in found[entity_id]] == [1002]
    # The hours before told 9.5 or 2 kWh; growth of 300 days is no bar of today.
    expected = 2.0 + 2.0 if days_ago else 9.5 + 2.5
    assert found[entity_id][0]["sum"] == pytest.approx(expected)


async def test_the_running_hour_is_raised_too(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An entity that is younger than an hour has no hour yet, but a sum."""
    period = NOW.replace(minute=20)
    freezer.move_to(period + timedelta(seconds=5))
    entity_id = register(hass, COUNTER, state="500")
    await async_wait_recording_done(hass)
    freezer.move_to(period + timedelta(minutes=2))
    hass.states.async_set(entity_id, "501", COUNTER)
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=period)
    freezer.move_to(NOW)
    hour = NOW.replace(minute=0) - 2 * HOUR
    rows = [HourRow(start=hour - HOUR, state=490), HourRow(start=hour, state=495)]
    series = [Series(entity_id=entity_id, unit="kWh", rows=rows)]
    await async_import(hass, series)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        period,
        None,
        {entity_id},
        "5minute",
        None,
        {"sum"},
    )
    assert found[entity_id][0]["sum"] == pytest.approx(11)
    before = await async_table(hass)
    await async_import(hass, series)
    assert await async_table(hass) == before


async def test_hours_that_are_not_over_are_the_recorders(hass: HomeAssistant) -> None:
    """The present hour and the future are left alone."""
    entity_id = register(hass, MEASUREMENT, state="40")
    hour = NOW.replace(minute=0)
    rows = [HourRow(start=hour + number * HOUR, mean=20) for number in range(-1, 3)]
    result = await async_import(
        hass, [Series(entity_id=entity_id, unit="°C", rows=rows)]
    )
    assert result == {entity_id: Imported(hours=1, present=3)}


async def test_who_is_left_out_is_told(hass: HomeAssistant) -> None:
    """Disabled and unknown entities and units that do not fit."""
    rows = measured(0, [20])
    disabled = register(
        hass, MEASUREMENT, state=None, disabled_by=er.RegistryEntryDisabler.USER
    )
    plain = "sensor.unknown"
    result = await async_import(
        hass,
        [
            Series(entity_id=disabled, unit="°C", rows=rows),
            Series(entity_id=plain, unit="°C", rows=rows),
        ],
    )
    assert result == {
        disabled: Imported(left_out="disabled"),
        plain: Imported(left_out="not_found"),
    }
    er.async_get(hass).async_update_entity(disabled, disabled_by=None)
    hass.states.async_set(disabled, "20", MEASUREMENT)
    result = await async_import(
        hass, [Series(entity_id=disabled, unit="kWh", rows=rows)]
    )
    assert result == {disabled: Imported(left_out="unit")}
    hass.states.async_set(disabled, "on", {})
    result = await async_import(
        hass, [Series(entity_id=disabled, unit="°C", rows=rows)]
    )
    assert result == {disabled: Imported(left_out="not_recorded")}


def test_a_reset_inside_an_hour_counts_all_growth() -> None:
    """Readings of an hour with a reset: first, last and the growth between."""
    rows = [
        HourRow(start=START, first=98, state=100, rise=2),
        HourRow(start=START + HOUR, first=101, state=3, rise=7),
        HourRow(start=START + 2 * HOUR, first=4, state=5, rise=1),
    ]
    joined = join(rows, [])
    assert [row.sum for row in joined.rows] == [2, 2 + 1 + 7, 10 + 1 + 1]
    assert joined.open_end


def test_another_meter_long_ago_makes_no_bar_of_today() -> None:
    """Months between the recording and the first recorded hour are not one hour's."""
    known = [KnownRow(start=START + 2000 * HOUR, state=9000, sum=0.3)]
    joined = join(counted(0, [100, 101]), known)
    (shift,) = joined.shifts
    assert shift.start == known[0].start
    assert shift.amount == pytest.approx(1.0)
    assert not joined.open_end


def test_sums_that_began_anew_in_a_gap_are_raised() -> None:
    """A recorder that began at zero behind an outage is joined again."""
    known = [
        KnownRow(start=START, state=100, sum=50),
        KnownRow(start=START + 4 * HOUR, state=105, sum=0.5),
    ]
    joined = join(counted(1, [101, 102, 104]), known)
    assert [row.sum for row in joined.rows] == [51, 52, 54]
    assert [shift.amount for shift in joined.shifts] == [pytest.approx(54.5)]


async def test_a_break_leaves_nothing_half_done(hass: HomeAssistant) -> None:
    """An import that is cancelled is completed by the next one."""
    entities = [
        er.async_get(hass).async_get_or_create(
            "sensor",
            DOMAIN,
            f"meter {number}",
            capabilities={"state_class": "total_increasing"},
            original_device_class="energy",
            unit_of_measurement="kWh",
        )
        for number in range(3)
    ]
    ids = [entity.entity_id for entity in entities]
    for entity_id in ids:
        await async_record(hass, entity_id, 50, [(150, 0.5), (151, 1.5)])
    series = [
        Series(entity_id=entity_id, unit="kWh", rows=counted(0, range(100, 150)))
        for entity_id in ids
    ]
    running: list[asyncio.Task[dict[str, Imported]]] = []

    def stop(part: float) -> None:
        if part > 0.3:
            running[0].cancel()

    running.append(asyncio.create_task(async_import(hass, series, progress=stop)))
    with pytest.raises(asyncio.CancelledError):
        await running[0]
    await async_wait_recording_done(hass)
    result = await async_import(hass, series)
    assert {one.hours + one.present for one in result.values()} == {50}
    assert 0 < sum(one.hours for one in result.values()) < 150
    for entity_id in ids:
        rows = await async_hours(hass, entity_id, "sum", "change")
        assert [row[2] for row in rows[1:]] == [1.0] * 51
