"""Recordings in bulk: the packets of every hour together, and what a field said then.

A year of a logger has millions of packets. What the history needs of them is a mean, a
minimum, a maximum and a last number for each field and hour, so packets are gathered
by hour and read column by column.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .faults import FAULTS, can_fail
from .frames import Packet
from .recording import RecordedFrame
from .specification import Field

HOUR_MS: Final = 3_600_000
LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999, behind which no calendar goes."""
_OPEN_HOURS: Final = 4

type _Key = tuple[int, int, int, int]
"""Channel, destination, source and command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketHour:
    """All packets of one kind that were received in one hour, in order of their times.

    `start_ms` is the start of the hour in milliseconds since 1970 in UTC; `times_ms`
    and `payloads` belong together.
    """

    start_ms: int
    channel: int
    destination: int
    source: int
    command: int
    times_ms: tuple[int, ...]
    payloads: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a field said in an hour: raw integers without missing values and faults."""

    count: int
    minimum: int
    maximum: int
    mean: float
    first: int
    last: int


def packet_hours(frames: Iterable[RecordedFrame]) -> Iterator[PacketHour]:
    """Gather packets by hour and kind; only a few hours are held in memory.

    A packet that a logger repeats with its old time, because nothing newer came, counts
    once. An hour is given when later ones have come. Where clocks jump the same hour
    may be given again, with the packets that came later. Records have no checksum: a
    time that no calendar has is damage, and its packet is left out.
    """
    hours: dict[int, dict[_Key, dict[int, bytes]]] = {}
    for recorded in frames:
        packet = recorded.frame
        if not isinstance(packet, Packet):
            continue
        time_ms = recorded.time_ms
        if time_ms > LAST_MS:
            continue
        hour = time_ms // HOUR_MS
        kinds = hours.get(hour)
        if kinds is None:
            kinds = hours[hour] = {}
            if len(hours) > _OPEN_HOURS:
                first = next(iter(hours))
                yield from _closed(first, hours.pop(first))
        key = recorded.channel, packet.destination, packet.source, packet.command
        payloads = kinds.get(key)
        if payloads is None:
            payloads = kinds[key] = {}
        payloads[time_ms] = packet.payload
    for hour, kinds in hours.items():
        yield from _closed(hour, kinds)


def _closed(hour: int, kinds: dict[_Key, dict[int, bytes]]) -> Iterator[PacketHour]:
    for (channel, destination, source, command), payloads in kinds.items():
        times_ms = tuple(sorted(payloads))
        yield PacketHour(
            start_ms=hour * HOUR_MS,
            channel=channel,
            destination=destination,
            source=source,
            command=command,
            times_ms=times_ms,
            payloads=tuple([payloads[time_ms] for time_ms in times_ms]),
        )


def summary(field: Field, raws: Sequence[int | None]) -> Summary | None:
    """Return what a field said, None if it never told a number.

    `raws` is a column of `PacketTemplate.columns`.
    """
    numbers = [raw for raw in raws if raw is not None]
    if not FAULTS.keys().isdisjoint(numbers) and can_fail(field):
        numbers = [raw for raw in numbers if raw not in FAULTS]
    if not numbers:
        return None
    return Summary(
        count=len(numbers),
        minimum=min(numbers),
        maximum=max(numbers),
        mean=sum(numbers) / len(numbers),
        first=numbers[0],
        last=numbers[-1],
    )
