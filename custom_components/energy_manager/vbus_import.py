"""Imports recordings of RESOL's loggers into the statistics of an adapter's entities."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field as dataclass_field
from datetime import UTC, datetime
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.vbus import Field
from .statistics_import import Imported, Series, async_import
from .vbus_import_files import Found, RecordingReader, find_recordings
from .vbus_import_hours import Column, PacketColumns, RecordedHours
from .vbus_link import VBusLink
from .vbus_packets import BLOCKS, DISPLAY, PacketKey
from .vbus_points import Point, point_of_block, point_of_field

MOST_CELLS: Final = 400_000
"""Hours of values that are kept before the recorder gets them: about 80 MB."""

AT_ONCE: Final = 2000
"""Hours of a kind of packet that are worked on without looking up."""

READING_SHARE: Final = 0.6
"""Part of the progress that is reading; the rest is the recorder's writing."""

_UNIQUE_ID: Final = re.compile(r"_([0-9A-F]{4})_([0-9A-F]{4})_10_([0-9A-F]{4})_(\w+)$")
"""The end of a value's unique id: destination, source, command and value."""

type Progress = Callable[[float], None]


@dataclass(slots=True, kw_only=True)
class Summary:
    """What an import has done."""

    files: int = 0
    not_recordings: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    records: int = 0
    damaged: int = 0
    repeated: int = 0
    wrong_time: int = 0
    entities: dict[str, Imported] = dataclass_field(default_factory=dict)
    without_entity: dict[str, int] = dataclass_field(default_factory=dict)

    @property
    def hours(self) -> int:
        """Return how many hours of all entities were filled in."""
        return sum(one.hours for one in self.entities.values())

    @property
    def present(self) -> int:
        """Return how many hours of all entities the recorder had."""
        return sum(one.present for one in self.entities.values())

    def add(self, results: dict[str, Imported]) -> None:
        """Add what became of some more hours."""
        for entity_id, result in results.items():
            before = self.entities.get(entity_id, Imported())
            self.entities[entity_id] = Imported(
                hours=before.hours + result.hours,
                present=before.present + result.present,
                left_out=result.left_out,
            )

    def to_json(self) -> dict[str, Any]:
        """Return the summary as the action answers it."""
        return {
            "files": self.files,
            "not_recordings": list(self.not_recordings),
            "from": None if self.first is None else self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(),
            "records": self.records,
            "damaged": self.damaged,
            "repeated": self.repeated,
            "wrong_time": self.wrong_time,
            "hours_imported": self.hours,
            "hours_skipped": self.present,
            "entities": {
                entity_id: {
                    "imported": one.hours,
                    "skipped": one.present,
                    "left_out": one.left_out,
                }
                for entity_id, one in sorted(self.entities.items())
            },
            "without_entity": dict(sorted(self.without_entity.items())),
        }


async def async_find(hass: HomeAssistant, path: Path) -> Found:
    """Return the recordings at a path; an error tells that there are none."""
    found = await hass.async_add_executor_job(find_recordings, path)
    if not found.recordings:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_recordings",
            translation_placeholders={"path": str(path)},
        )
    return found


def channel_of(link: VBusLink, found: Found) -> int | None:
    """Return the recorded channel that belongs to an adapter, None to ask for it."""
    if link.channel in found.channels:
        return link.channel
    if len(found.channels) <= 1:
        return next(iter(found.channels), 0)
    return None


async def async_import_recordings(
    link: VBusLink, found: Found, channel: int, *, progress: Progress | None = None
) -> Summary:
    """Import recordings of a channel into the entities of an adapter.

    Reading and computing happen in the executor, in pieces. Being cancelled, what the
    recorder has got so far stays; importing again does the rest.
    """
    hass = link.hass
    tell = progress or _tell_nobody
    columns, silent = _columns(link)
    reader = RecordingReader(found.recordings)
    hours = RecordedHours(
        reader.frames(),
        columns,
        channel=channel,
        now_ms=int(dt_util.utcnow().timestamp() * 1000),
    )
    summary = Summary(files=len(found.recordings), not_recordings=found.others)
    summary.entities.update(silent)
    size = max(1, found.size)
    try:
        while not await hass.async_add_executor_job(hours.work, AT_ONCE):
            tell(READING_SHARE * reader.bytes_read / size)
            if hours.cells >= MOST_CELLS:
                summary.add(await _async_write(hass, hours, at_end=False))
    finally:
        with suppress(asyncio.CancelledError):
            await asyncio.shield(hass.async_add_executor_job(reader.close))
    summary.add(
        await _async_write(
            hass,
            hours,
            at_end=True,
            progress=lambda part: tell(READING_SHARE + (1 - READING_SHARE) * part),
        )
    )
    _tell_all(summary, link, reader, hours)
    tell(1.0)
    return summary


def _tell_nobody(_part: float) -> None:
    """Nobody wants to know."""


async def _async_write(
    hass: HomeAssistant,
    hours: RecordedHours,
    *,
    at_end: bool,
    progress: Progress | None = None,
) -> dict[str, Imported]:
    """Hand the hours so far to the recorder."""
    rows = await hass.async_add_executor_job(lambda: hours.rows(at_end=at_end))
    by_entity: defaultdict[str, list[Series]] = defaultdict(list)
    for column, filled in rows:
        by_entity[column.entity_id].append(
            Series(entity_id=column.entity_id, unit=column.unit, rows=filled)
        )
    return await async_import(
        hass,
        [one for series in by_entity.values() for one in series],
        progress=progress,
    )


def _tell_all(
    summary: Summary, link: VBusLink, reader: RecordingReader, hours: RecordedHours
) -> None:
    """Complete a summary with what was met on the way."""
    summary.not_recordings += tuple(reader.unreadable)
    summary.records = hours.frames
    summary.damaged = reader.malformed
    summary.repeated = hours.repeated
    summary.wrong_time = hours.wrong_time
    if hours.first_ms is not None and hours.last_ms is not None:
        summary.first = datetime.fromtimestamp(hours.first_ms // 1000, UTC)
        summary.last = datetime.fromtimestamp(hours.last_ms // 1000, UTC)
    named: Counter[str] = Counter()
    for key, count in hours.unclaimed.items():
        name = link.specification.device_name(key.source, DISPLAY, link.language)
        named[f"{key.text} {name or ''}".strip()] += count
    summary.without_entity = dict(named)


def _columns(
    link: VBusLink,
) -> tuple[dict[PacketKey, PacketColumns], dict[str, Imported]]:
    """Return the values that belong to entities, and entities that want none."""
    registry = er.async_get(link.hass)
    columns: defaultdict[PacketKey, list[Column]] = defaultdict(list)
    silent: dict[str, Imported] = {}
    for entity in er.async_entries_for_config_entry(registry, link.entry.entry_id):
        found = _UNIQUE_ID.search(entity.unique_id)
        if entity.domain != Platform.SENSOR or found is None:
            continue
        key = PacketKey(*(int(number, 16) for number in found.group(1, 2, 3)))
        if entity.unique_id != link.unique_id(key, found[4]):
            continue
        point, field = _point_of(link, key, found[4])
        if point is None or point.quantity.state_class is None:
            continue
        if entity.disabled:
            silent[entity.entity_id] = Imported(left_out="disabled")
            continue
        columns[key].append(
            Column(
                entity_id=entity.entity_id,
                unit=point.quantity.unit,
                point=point,
                field=field,
            )
        )
    wanted = {
        key: PacketColumns(
            template=link.specification.template(*key)
            if key.destination == DISPLAY
            else None,
            columns=tuple(found),
        )
        for key, found in columns.items()
    }
    return wanted, silent


def _point_of(
    link: VBusLink, key: PacketKey, name: str
) -> tuple[Point | None, Field | None]:
    """Return what a packet tells under a name, and the field of the specification."""
    if key.destination == BLOCKS:
        return point_of_block(name), None
    template = link.specification.template(*key)
    for field in () if template is None else template.fields:
        if field.id == name:
            return point_of_field(field, link.language), field
    return None, None
