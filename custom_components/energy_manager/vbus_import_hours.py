"""Makes hours of statistics of recorded packets; without Home Assistant and files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from .counter_guard import CounterGuard
from .engine.vbus import (
    Field,
    Packet,
    PacketHour,
    PacketTemplate,
    RecordedFrame,
    packet_hours,
    summary,
)
from .statistics_join import HourRow, growth
from .vbus_packets import BLOCKS, DISPLAY, PacketKey
from .vbus_points import Point

HOUR_MS: Final = 3_600_000

LEAP_MS: Final = 2 * HOUR_MS
"""Times further apart than this are a gap in the recording, or damage."""

EARLIEST_MS: Final = 1_104_537_600_000
"""Before 2005 no logger existed: its clock was not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A value of recorded packets that belongs to an entity."""

    entity_id: str
    unit: str | None
    point: Point
    field: Field | None = None
    """The specification's field; None for a value of a self-explaining packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketColumns:
    """The values of a kind of packet that belong to entities."""

    template: PacketTemplate | None
    """None for packets that explain themselves."""
    columns: tuple[Column, ...]


@dataclass(slots=True)
class _Cell:
    """One hour of a column, in raw integers."""

    count: int
    mean: float
    lowest: int
    highest: int
    first: int
    last: int
    rise: int

    def take(self, other: _Cell) -> None:
        """Add what follows in the same hour."""
        both = self.count + other.count
        self.mean += (other.mean - self.mean) * other.count / both
        self.count = both
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)
        self.rise += _growth(self.last, other.first) + other.rise
        self.last = other.last


def _growth(before: int, now: int) -> int:
    """Return the growth of a counter between two readings, resets included."""
    return int(growth(before, now))


class _ColumnHours:
    """The hours of one column so far."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.cells: dict[int, _Cell] = {}
        point = column.point
        self._guard = point.counter_guard() if point.counts else None

    def take(
        self, hour: int, times_ms: Sequence[int], raws: Sequence[int | None]
    ) -> None:
        """Add readings of one hour, faults among them."""
        if self._guard is not None:
            cell = self._counted(self._guard, times_ms, raws)
        else:
            cell = self._measured(raws)
        if cell is None:
            return
        if hour in self.cells:
            self.cells[hour].take(cell)
        else:
            self.cells[hour] = cell

    def _measured(self, raws: Sequence[int | None]) -> _Cell | None:
        """Return what a measurement said in an hour."""
        field = self.column.field
        if field is None:
            known = [raw for raw in raws if raw is not None]
            if not known:
                return None
            mean = sum(known) / len(known)
            return _Cell(len(known), mean, min(known), max(known), 0, 0, 0)
        told = summary(field, raws)
        if told is None:
            return None
        return _Cell(told.count, told.mean, told.minimum, told.maximum, 0, 0, 0)

    def _counted(
        self, guard: CounterGuard, times_ms: Sequence[int], raws: Sequence[int | None]
    ) -> _Cell | None:
        """Return what a counter plausibly said in an hour."""
        believed: list[int] = []
        for time_ms, raw in zip(times_ms, raws, strict=True):
            if raw is None or raw < 0:
                continue
            now_s = time_ms / 1000
            guard.believe(raw, now_s)
            if guard.believed == (raw, now_s):
                believed.append(raw)
        if not believed:
            return None
        rise = sum(_growth(before, now) for before, now in pairwise(believed))
        return _Cell(len(believed), 0.0, 0, 0, believed[0], believed[-1], rise)

    def rows(self, until: int | None) -> list[HourRow]:
        """Return and forget the hours before `until`, all of them for None."""
        hours = sorted(hour for hour in self.cells if until is None or hour < until)
        return [self._row(hour, self.cells.pop(hour)) for hour in hours]

    def _row(self, hour: int, cell: _Cell) -> HourRow:
        start = datetime.fromtimestamp(hour * HOUR_MS // 1000, UTC)
        scale = 10.0**self.column.point.precision
        if self._guard is not None:
            return HourRow(
                start=start,
                state=cell.last / scale,
                first=cell.first / scale,
                rise=cell.rise / scale,
            )
        return HourRow(
            start=start,
            mean=cell.mean / scale,
            minimum=cell.lowest / scale,
            maximum=cell.highest / scale,
        )


class _Kind:
    """One kind of packet and the hours of its columns."""

    def __init__(self, wanted: PacketColumns) -> None:
        self.columns = [_ColumnHours(column) for column in wanted.columns]
        self._template = wanted.template
        self._newest_ms = 0
        self._leap: PacketHour | None = None
        self.taken = 0
        """Packets that were new."""
        self.first_ms: int | None = None
        self.last_ms: int | None = None

    def take(self, packets: PacketHour) -> int:
        """Add the packets of an hour; return how many had a damaged time.

        An hour far behind the ones before waits for the next: times that go back
        after it tell that its own is damaged. Taken at once, it would make all that
        follow look repeated.
        """
        leap = self._leap
        if leap is not None:
            if not self._new(packets):
                return 0
            self._leap = None
            if packets.start_ms >= leap.start_ms:
                self._add(leap)
            else:
                return len(self._new(leap)) + self.take(packets)
        new = self._new(packets)
        if new and packets.times_ms[new[0]] - self._newest_ms > LEAP_MS:
            self._leap = packets
        else:
            self._add(packets)
        return 0

    def end(self) -> None:
        """Add what waits: nothing comes that could tell that it is damaged."""
        leap, self._leap = self._leap, None
        if leap is not None:
            self._add(leap)

    def _new(self, packets: PacketHour) -> list[int]:
        """Return which packets of an hour are new.

        Files can overlap, and a logger repeats what it has for a while.
        """
        return [
            number
            for number, time_ms in enumerate(packets.times_ms)
            if time_ms > self._newest_ms
        ]

    def _add(self, packets: PacketHour) -> None:
        """Add what is new in an hour."""
        new = self._new(packets)
        if not new:
            return
        times_ms = [packets.times_ms[number] for number in new]
        payloads = [packets.payloads[number] for number in new]
        self._newest_ms = self.last_ms = times_ms[-1]
        if self.first_ms is None:
            self.first_ms = times_ms[0]
        self.taken += len(new)
        if not self.columns:
            return
        hour = packets.start_ms // HOUR_MS
        for hours, raws in zip(self.columns, self._raws(payloads), strict=True):
            hours.take(hour, times_ms, raws)

    def _raws(self, payloads: list[bytes]) -> list[Sequence[int | None]]:
        """Return the raw integers of each column."""
        if self._template is None:
            return [
                [hours.column.point.read(payload).raw for payload in payloads]
                for hours in self.columns
            ]
        by_field = dict(
            zip(
                (field.id for field in self._template.fields),
                self._template.columns(payloads),
                strict=True,
            )
        )
        return [by_field[hours.column.point.key] for hours in self.columns]


class RecordedHours:
    """Takes recorded frames, roughly in the order of time, and makes hours of them."""

    def __init__(
        self,
        frames: Iterable[RecordedFrame],
        wanted: Mapping[PacketKey, PacketColumns],
        *,
        channel: int,
        now_ms: int,
    ) -> None:
        """Take the frames, which values are wanted, of which channel, and the time.

        Frames from the future are damage or come from a clock that is wrong.
        """
        self._channel = channel
        self._latest_ms = now_ms + HOUR_MS
        self._kinds = {key: _Kind(columns) for key, columns in wanted.items()}
        self._unclaimed: dict[PacketKey, _Kind] = {}
        self._hours = packet_hours(self._kept(frames))
        self._offered = 0
        self.frames = 0
        self.wrong_time = 0

    @property
    def first_ms(self) -> int | None:
        """When the earliest packet was received."""
        times = (kind.first_ms for kind in self._all())
        return min((time for time in times if time is not None), default=None)

    @property
    def last_ms(self) -> int | None:
        """When the latest packet was received."""
        times = (kind.last_ms for kind in self._all())
        return max((time for time in times if time is not None), default=None)

    @property
    def unclaimed(self) -> dict[PacketKey, int]:
        """Packets for displays that belong to no entity."""
        return {key: kind.taken for key, kind in self._unclaimed.items()}

    @property
    def repeated(self) -> int:
        """How many packets the logger had repeated, or came twice."""
        return self._offered - sum(kind.taken for kind in self._all())

    @property
    def cells(self) -> int:
        """How many hours of all columns are kept."""
        return sum(len(hours.cells) for hours in self._columns())

    def work(self, count: int) -> bool:
        """Work on some hours of packets; return whether there are no more."""
        for _ in range(count):
            packets = next(self._hours, None)
            if packets is None:
                for kind in self._all():
                    kind.end()
                return True
            key = PacketKey(packets.destination, packets.source, packets.command)
            known = self._kinds.get(key) or self._unclaimed.get(key)
            if known is None:
                nothing = PacketColumns(template=None, columns=())
                known = self._unclaimed[key] = _Kind(nothing)
            damaged = known.take(packets)
            self._offered -= damaged
            self.wrong_time += damaged
        return False

    def _all(self) -> Iterator[_Kind]:
        """Return all kinds of packets."""
        yield from self._kinds.values()
        yield from self._unclaimed.values()

    def _kept(self, frames: Iterable[RecordedFrame]) -> Iterator[RecordedFrame]:
        """Return the frames that can be of use, and count all."""
        for recorded in frames:
            self.frames += 1
            frame, time_ms = recorded.frame, recorded.time_ms
            if (
                recorded.channel != self._channel
                or not isinstance(frame, Packet)
                or frame.destination not in (DISPLAY, BLOCKS)
            ):
                continue
            if not EARLIEST_MS <= time_ms <= self._latest_ms:
                self.wrong_time += 1
                continue
            self._offered += 1
            yield recorded

    def rows(self, *, at_end: bool) -> list[tuple[Column, list[HourRow]]]:
        """Return and forget the hours so far.

        Before the end the newest hour of all is kept back: more of it may come.
        """
        newest = max(
            (max(hours.cells, default=0) for hours in self._columns()), default=0
        )
        rows = [
            (hours.column, hours.rows(None if at_end else newest))
            for hours in self._columns()
        ]
        return [(column, filled) for column, filled in rows if filled]

    def _columns(self) -> Iterator[_ColumnHours]:
        """Return the hours of all columns."""
        for kind in self._kinds.values():
            yield from kind.columns
