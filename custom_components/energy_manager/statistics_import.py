"""Fills hours that the recorder does not have into the statistics of our entities."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Final, Literal

from homeassistant.components.recorder import DOMAIN as RECORDER_DOMAIN, get_instance
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    UNIT_CLASS_TO_UNIT_CONVERTER,
    StatisticsRow,
    async_import_statistics,
    async_list_statistic_ids,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.components.sensor import ATTR_STATE_CLASS, SensorStateClass
from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .statistics_join import HOUR, NEAR, CounterRow, HourRow, Join, KnownRow, join

BATCH: Final = 1000
"""Rows handed to the recorder in one piece: it records states in between."""

MARGIN: Final = timedelta(minutes=10)
"""The recorder may not have written an hour yet that ended less than this ago."""

SLOT: Final = timedelta(minutes=5)
"""The recorder's short-term statistics are of five minutes each."""

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

type LeftOut = Literal["disabled", "not_found", "not_recorded", "unit"]
"""Why nothing was imported: the entity is disabled or does not exist, the recorder
keeps no statistics of it, or it keeps them in a unit that does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The hours of one entity, in the unit of its readings."""

    entity_id: str
    unit: str | None
    rows: Sequence[HourRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of the hours of one entity."""

    hours: int = 0
    """Hours that were filled in."""
    present: int = 0
    """Hours that were left alone because the recorder has them, or is about to."""
    left_out: LeftOut | None = None


@singleton(f"{DOMAIN}_statistics_import")
def _lock(_hass: HomeAssistant) -> asyncio.Lock:
    """Return the lock that keeps two imports apart."""
    return asyncio.Lock()


async def async_import(
    hass: HomeAssistant,
    series: Sequence[Series],
    *,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Imported]:
    """Fill in what the recorder lacks, and return what became of each entity.

    Hours that it has stay; only sums behind filled gaps of a counter are raised, so
    that no step appears. Importing the same again changes nothing. Returns when the
    recorder has committed; being cancelled, no entity is left half imported. Progress
    is told from 0 to 1.
    """
    result: dict[str, Imported] = {}
    async with _lock(hass):
        for number, one in enumerate(series, start=1):
            result[one.entity_id] = await _async_import_entity(hass, one)
            if progress is not None:
                progress(number / len(series))
    return result


async def _async_committed(hass: HomeAssistant) -> None:
    """Wait until the recorder has done and committed all that was asked before.

    Its own waiting overlooks the task that it is just working on.
    """
    future: asyncio.Future[None] = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(future))
    await future


async def _async_import_entity(hass: HomeAssistant, series: Series) -> Imported:
    """Fill in the hours of one entity."""
    meta = await _async_metadata(hass, series.entity_id)
    if isinstance(meta, str):
        return Imported(left_out=meta)
    convert = _converter(meta, series.unit)
    if convert is None:
        return Imported(left_out="unit")
    instance = get_instance(hass)
    await _async_committed(hass)
    newest = dt_util.utcnow() - HOUR - MARGIN
    known = await instance.async_add_executor_job(_known, hass, meta)
    taken = {row.start for row in known.hours}
    rows = [
        _converted(row, convert)
        for row in sorted(series.rows, key=lambda row: row.start)
        if row.start <= newest and row.start not in taken and _says(row, meta)
    ]
    if rows:
        if meta["has_sum"]:
            _import_counter(hass, meta, rows, known)
        else:
            _queue(hass, meta, _measured(rows))
        await _async_committed(hass)
    return Imported(hours=len(rows), present=len(series.rows) - len(rows))


async def _async_metadata(
    hass: HomeAssistant, entity_id: str
) -> StatisticMetaData | LeftOut:
    """Return how the recorder keeps an entity, or why it does not."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None:
        return "not_found"
    if entity.disabled:
        return "disabled"
    unit_class: str | None
    found = await async_list_statistic_ids(hass, {entity_id})
    if found:
        mean_type, has_sum = found[0]["mean_type"], found[0]["has_sum"]
        unit = found[0]["statistics_unit_of_measurement"]
        unit_class = found[0]["unit_class"]
    elif hass.states.get(entity_id) is not None:
        return "not_recorded"
    else:
        state_class = (entity.capabilities or {}).get(ATTR_STATE_CLASS)
        if state_class is None:
            return "not_recorded"
        has_sum = state_class != SensorStateClass.MEASUREMENT
        mean_type = StatisticMeanType.NONE if has_sum else StatisticMeanType.ARITHMETIC
        unit = entity.unit_of_measurement
        device_class = entity.device_class or entity.original_device_class
        converter = UNIT_CONVERTERS.get(device_class)
        if converter is None or unit not in converter.VALID_UNITS:
            converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
        unit_class = None if converter is None else converter.UNIT_CLASS
    return StatisticMetaData(
        mean_type=mean_type,
        has_sum=has_sum,
        name=None,
        source=RECORDER_DOMAIN,
        statistic_id=entity_id,
        unit_class=unit_class,
        unit_of_measurement=unit,
    )


def _converter(
    meta: StatisticMetaData, unit: str | None
) -> Callable[[float], float] | None:
    """Return how to get from the unit of readings to that of the statistics."""
    wanted = meta["unit_of_measurement"]
    if unit == wanted:
        return lambda value: value
    converter = UNIT_CLASS_TO_UNIT_CONVERTER.get(meta["unit_class"])
    if (
        converter is None
        or unit not in converter.VALID_UNITS
        or wanted not in converter.VALID_UNITS
    ):
        return None
    return converter.converter_factory(unit, wanted)


def _converted(row: HourRow, convert: Callable[[float], float]) -> HourRow:
    """Return an hour in the unit of the statistics."""

    def converted(value: float | None) -> float | None:
        return None if value is None else convert(value)

    return replace(
        row,
        mean=converted(row.mean),
        minimum=converted(row.minimum),
        maximum=converted(row.maximum),
        state=converted(row.state),
        first=converted(row.first),
        rise=converted(row.rise),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the recorder has of an entity."""

    hours: list[KnownRow]
    slots: list[KnownRow]
    """Slots of five minutes behind the last hour: the hour that is not over yet."""


def _known(hass: HomeAssistant, meta: StatisticMetaData) -> _Known:
    """Return what the recorder has of an entity; call this in its executor."""
    hours = _rows(hass, meta, BEGINNING, "hour")
    if not meta["has_sum"]:
        return _Known(hours=hours, slots=[])
    behind = hours[-1].start + HOUR if hours else BEGINNING
    return _Known(hours=hours, slots=_rows(hass, meta, behind, "5minute"))


def _rows(
    hass: HomeAssistant,
    meta: StatisticMetaData,
    start: datetime,
    period: Literal["hour", "5minute"],
) -> list[KnownRow]:
    """Return rows of the recorder in the unit of its statistics."""
    unit_class, unit = meta["unit_class"], meta["unit_of_measurement"]
    units = None if unit_class is None or unit is None else {unit_class: unit}
    found = statistics_during_period(
        hass,
        start,
        None,
        {meta["statistic_id"]},
        period,
        units,
        {"state", "sum"} if meta["has_sum"] else {"mean"},
    )
    return [_known_row(row) for row in found.get(meta["statistic_id"], [])]


def _known_row(row: StatisticsRow) -> KnownRow:
    """Return a row of the recorder."""
    total = row.get("sum")
    return KnownRow(
        start=datetime.fromtimestamp(row["start"], UTC),
        state=row.get("state"),
        sum=0.0 if total is None else total,
    )


def _says(row: HourRow, meta: StatisticMetaData) -> bool:
    """Return whether an hour has what the recorder keeps of the entity."""
    return (row.state if meta["has_sum"] else row.mean) is not None


def _import_counter(
    hass: HomeAssistant, meta: StatisticMetaData, rows: list[HourRow], known: _Known
) -> None:
    """Hand the hours of a counter to the recorder, their sums joined."""
    joined = join(rows, known.hours + known.slots[:1])
    instance = get_instance(hass)
    for shift in joined.shifts:
        # Before the import: it must not raise new rows, whose sums are final.
        instance.async_adjust_statistics(
            meta["statistic_id"],
            shift.start,
            shift.amount,
            meta["unit_of_measurement"] or "",
        )
    _queue(hass, meta, [_counted(row) for row in joined.rows])
    if joined.open_end:
        instance.async_import_statistics(
            meta, [_foothold(hass, meta, joined)], StatisticsShortTerm
        )


def _foothold(
    hass: HomeAssistant, meta: StatisticMetaData, joined: Join
) -> StatisticData:
    """Return the slot from which the recorder goes on counting.

    Without it the recorder would begin at zero. Long after the last hour it goes on
    from what the counter reads now: growth that nobody recorded is not one bar.
    """
    last = joined.rows[-1]
    now = dt_util.utcnow()
    state = hass.states.get(meta["statistic_id"])
    if state is not None and now - last.start > NEAR:
        convert = _converter(meta, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
        try:
            reading = float(state.state)
        except ValueError:
            reading = None
        if convert is not None and reading is not None:
            slot = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
            return _counted(
                CounterRow(start=slot - 2 * SLOT, state=convert(reading), sum=last.sum)
            )
    return _counted(replace(last, start=last.start + HOUR - SLOT))


def _counted(row: CounterRow) -> StatisticData:
    """Return an hour of a counter as the recorder takes it."""
    return StatisticData(start=row.start, state=row.state, sum=row.sum)


def _measured(rows: list[HourRow]) -> list[StatisticData]:
    """Return hours of a measurement as the recorder takes them."""
    data = []
    for row in rows:
        if row.mean is None:
            continue
        one = StatisticData(start=row.start, mean=row.mean)
        one["min"] = row.mean if row.minimum is None else row.minimum
        one["max"] = row.mean if row.maximum is None else row.maximum
        data.append(one)
    return data


def _queue(
    hass: HomeAssistant, meta: StatisticMetaData, rows: list[StatisticData]
) -> None:
    """Hand rows to the recorder, in pieces but all at once."""
    for piece in _pieces(rows):
        async_import_statistics(hass, meta, piece)


def _pieces(rows: list[StatisticData]) -> Iterator[list[StatisticData]]:
    """Return rows in pieces."""
    for piece in batched(rows, BATCH, strict=False):
        yield list(piece)
