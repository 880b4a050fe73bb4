"""Makes hours of statistics of recorded packets; without Home Assistant and files."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .counter_guard import CounterGuard
from .engine.vbus import Field, Packet, RecordedFrame
from .engine.vbus.faults import FAULTS
from .statistics_join import RESET_SHARE, HourRow
from .vbus_packets import BLOCKS, DISPLAY, PacketKey
from .vbus_points import Point

type Integers = NDArray[np.int64]
type Flags = NDArray[np.bool_]

BATCH: Final = 2048
"""Packets of a kind that are worked on at once."""

HOUR_MS: Final = 3_600_000

EARLIEST_MS: Final = 1_104_537_600_000
"""Before 2005 no logger existed: its clock was not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A value of recorded packets that belongs to an entity."""

    entity_id: str
    unit: str | None
    counter: bool
    point: Point
    field: Field | None
    """The specification's field; None for a value of a self-explaining packet."""

    def raws(self, payloads: Sequence[bytes]) -> tuple[Integers, Flags]:
        """Return the raw integers in payloads of one length, and which are values."""
        if self.field is None:
            return self._point_raws(payloads)
        field = self.field
        needed = max((part[0] + 1 for part in field.parts), default=0)
        if not needed or len(payloads[0]) < needed:
            return np.zeros(len(payloads), np.int64), np.zeros(len(payloads), np.bool_)
        table = np.frombuffer(b"".join(payloads), np.uint8)
        table = table.reshape(len(payloads), -1)
        raws = np.zeros(len(payloads), np.int64)
        for offset, bit, mask, signed, factor in field.parts:
            byte = table[:, offset]
            numbers = (byte.view(np.int8) if signed else byte).astype(np.int64)
            if mask != 0xFF:
                numbers &= mask
            raws += (numbers >> bit) * np.int64(factor)
        good = np.ones(len(payloads), np.bool_)
        if self.point.can_fail:
            good = ~np.isin(raws, tuple(FAULTS))
        if self.counter:
            # Counters have no sign: beyond 63 bits there is only damage.
            good &= raws >= 0
        return raws, good

    def _point_raws(self, payloads: Sequence[bytes]) -> tuple[Integers, Flags]:
        """Return what a point reads, one payload after the other."""
        raws = [self.point.read(payload).raw for payload in payloads]
        good = np.array([raw is not None for raw in raws], np.bool_)
        numbers = np.array([0 if raw is None else raw for raw in raws], np.int64)
        return numbers, good

    def guard(self) -> CounterGuard:
        """Return what keeps spikes of this counter out, in raw integers."""
        return self.point.counter_guard()


@dataclass(slots=True)
class _Cell:
    """One hour of a column, in raw integers."""

    count: int
    total: float
    lowest: int
    highest: int
    first: int
    last: int
    rise: int

    def take(self, other: _Cell) -> None:
        """Add what follows in the same hour."""
        rise = _rise(self.last, other.first)
        self.count += other.count
        self.total += other.total
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)
        self.rise += rise + other.rise
        self.last = other.last


def _rise(before: int, now: int) -> int:
    """Return the growth of a counter between two readings, resets included."""
    return now if now < RESET_SHARE * before else now - before


class _ColumnHours:
    """The hours of one column so far."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.cells: dict[int, _Cell] = {}
        self._guard = column.guard() if column.counter else None

    def take(self, times_ms: Integers, payloads: Sequence[bytes]) -> int:
        """Add readings of one packet length; return how many new hours there are."""
        raws, good = self.column.raws(payloads)
        times, raws = times_ms[good], raws[good]
        if self._guard is not None:
            times, raws = _believed(self._guard, times, raws)
        if not len(raws):
            return 0
        before = len(self.cells)
        hours = times // HOUR_MS
        starts = np.flatnonzero(np.diff(hours, prepend=hours[0] - 1))
        ends = np.append(starts[1:], len(hours))
        totals = np.add.reduceat(raws.astype(np.float64), starts)
        lowest = np.minimum.reduceat(raws, starts)
        highest = np.maximum.reduceat(raws, starts)
        rises = self._rises(raws, starts, ends)
        for number, start in enumerate(starts.tolist()):
            end = int(ends[number])
            cell = _Cell(
                end - start,
                float(totals[number]),
                int(lowest[number]),
                int(highest[number]),
                int(raws[start]),
                int(raws[end - 1]),
                int(rises[number]),
            )
            hour = int(hours[start])
            if hour in self.cells:
                self.cells[hour].take(cell)
            else:
                self.cells[hour] = cell
        return len(self.cells) - before

    def _rises(self, raws: Integers, starts: Integers, ends: Integers) -> Integers:
        """Return the growth from the first to the last reading of each hour."""
        if self._guard is None or len(raws) < 2:
            return np.zeros(len(starts), np.int64)
        steps = np.diff(raws)
        steps = np.where(raws[1:] < RESET_SHARE * raws[:-1], raws[1:], steps)
        sums = np.concatenate(([0], np.cumsum(steps)))
        grown: Integers = sums[ends - 1] - sums[starts]
        return grown

    def rows(self, until: int | None) -> list[HourRow]:
        """Return and forget the hours before `until`, all of them for None."""
        hours = sorted(hour for hour in self.cells if until is None or hour < until)
        return [self._row(hour, self.cells.pop(hour)) for hour in hours]

    def _row(self, hour: int, cell: _Cell) -> HourRow:
        start = datetime.fromtimestamp(hour * 3600, UTC)
        scale = 10.0**self.column.point.precision
        if self.column.counter:
            return HourRow(
                start=start,
                state=cell.last / scale,
                first=cell.first / scale,
                rise=cell.rise / scale,
            )
        return HourRow(
            start=start,
            mean=cell.total / cell.count / scale,
            minimum=cell.lowest / scale,
            maximum=cell.highest / scale,
        )


def _believed(
    guard: CounterGuard, times_ms: Integers, raws: Integers
) -> tuple[Integers, Integers]:
    """Return the readings of a counter that follow one another plausibly."""
    position = 0
    kept_times: list[Integers] = []
    kept: list[Integers] = []
    while position < len(raws):
        good = _plausible_run(guard, times_ms[position:], raws[position:])
        if good:
            end = position + good
            kept_times.append(times_ms[position:end])
            kept.append(raws[position:end])
            guard.accept(int(raws[end - 1]), times_ms[end - 1] / 1000)
            position = end
            continue
        value = int(raws[position])
        now_s = times_ms[position] / 1000
        before = guard.believed
        guard.believe(value, now_s)
        if guard.believed == (value, now_s) != before:
            kept_times.append(times_ms[position : position + 1])
            kept.append(raws[position : position + 1])
        position += 1
    if not kept:
        return times_ms[:0], raws[:0]
    return np.concatenate(kept_times), np.concatenate(kept)


def _plausible_run(guard: CounterGuard, times_ms: Integers, raws: Integers) -> int:
    """Return how many readings follow the last believed one without a doubt."""
    believed = guard.believed
    if believed is None:
        return 0
    value, at_s = believed
    rises = np.diff(raws, prepend=int(value))
    elapsed_s = np.diff(times_ms / 1000, prepend=at_s)
    limits = guard.limits(np.concatenate(([int(value)], raws[:-1])), elapsed_s)
    doubtful = np.flatnonzero((rises < 0) | (rises > limits))
    return int(doubtful[0]) if len(doubtful) else len(raws)


class _PacketHours:
    """The columns of one kind of packet on one channel."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = [_ColumnHours(column) for column in columns]
        self._times_ms: list[int] = []
        self._payloads: list[bytes] = []
        self._newest_ms = 0

    def take(self, time_ms: int, payload: bytes) -> bool:
        """Add a packet, but not one that was repeated or came too late."""
        if time_ms <= self._newest_ms:
            return False
        if self._payloads and len(payload) != len(self._payloads[0]):
            self.work()
        self._newest_ms = time_ms
        self._times_ms.append(time_ms)
        self._payloads.append(payload)
        return True

    @property
    def full(self) -> bool:
        """Whether enough packets wait to be worked on."""
        return len(self._payloads) >= BATCH

    def work(self) -> int:
        """Work on the packets that wait; return how many new hours there are."""
        if not self._payloads:
            return 0
        times_ms = np.array(self._times_ms, np.int64)
        found = sum(column.take(times_ms, self._payloads) for column in self.columns)
        self._times_ms.clear()
        self._payloads.clear()
        return found


class RecordedHours:
    """Takes recorded frames, in the order of time, and makes hours of them."""

    def __init__(
        self,
        columns: Mapping[PacketKey, Sequence[Column]],
        *,
        channel: int | None,
        now_ms: int,
    ) -> None:
        """Take which values are wanted, of which channel (None for any) and the time.

        Frames from the future are damage or come from a clock that is wrong.
        """
        self._columns = columns
        self._channel = channel
        self._latest_ms = now_ms + HOUR_MS
        self._packets: dict[PacketKey, _PacketHours] = {}
        self.cells = 0
        """Hours of all columns that are kept."""
        self.frames = 0
        self.repeated = 0
        """Packets that the logger had repeated, or that came twice."""
        self.wrong_time = 0
        self.first_ms: int | None = None
        self.last_ms: int | None = None
        self.unclaimed: Counter[PacketKey] = Counter()
        """Packets for displays that belong to no entity."""

    def take(self, frames: Iterable[RecordedFrame]) -> None:
        """Add frames."""
        for recorded in frames:
            self.frames += 1
            frame, time_ms = recorded.frame, recorded.time_ms
            if self._channel is not None and recorded.channel != self._channel:
                continue
            if not isinstance(frame, Packet) or frame.destination not in (
                DISPLAY,
                BLOCKS,
            ):
                continue
            if not EARLIEST_MS <= time_ms <= self._latest_ms:
                self.wrong_time += 1
                continue
            key = PacketKey(frame.destination, frame.source, frame.command)
            self._note(time_ms)
            packet = self._packet(key)
            if packet is None:
                self.unclaimed[key] += 1
            elif not packet.take(time_ms, frame.payload):
                self.repeated += 1
            elif packet.full:
                self.cells += packet.work()

    def _note(self, time_ms: int) -> None:
        """Remember the span of time."""
        if self.first_ms is None or time_ms < self.first_ms:
            self.first_ms = time_ms
        if self.last_ms is None or time_ms > self.last_ms:
            self.last_ms = time_ms

    def _packet(self, key: PacketKey) -> _PacketHours | None:
        """Return where the packets of a kind go, None if nobody wants them."""
        if key not in self._columns:
            return None
        if key not in self._packets:
            self._packets[key] = _PacketHours(self._columns[key])
        return self._packets[key]

    def rows(self, *, at_end: bool) -> list[tuple[Column, list[HourRow]]]:
        """Return and forget the hours so far.

        Before the end the newest hour of all is kept back: more of it may come.
        """
        for packet in self._packets.values():
            packet.work()
        columns = [
            column for packet in self._packets.values() for column in packet.columns
        ]
        newest = max((max(column.cells, default=0) for column in columns), default=0)
        rows = [
            (column.column, column.rows(None if at_end else newest))
            for column in columns
        ]
        self.cells = sum(len(column.cells) for column in columns)
        return [(column, hours) for column, hours in rows if hours]
