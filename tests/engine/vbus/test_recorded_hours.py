"""Recordings in bulk, hour by hour."""

from collections.abc import Iterator
from datetime import UTC, datetime
import struct

from hypothesis import given, settings, strategies as st

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Packet,
    PacketHour,
    RecordedFrame,
    Specification,
    Summary,
    packet_hours,
    summary,
)
from custom_components.energy_manager.engine.vbus.recorded_hours import LAST_MS

from .test_specification import PAYLOAD, builder, template_of

HOUR = 3_600_000
START = 1_700_000_000_000 // HOUR * HOUR


def recorded(time_ms: int, value: int, channel: int = 0) -> RecordedFrame:
    """Return a packet whose first field is a temperature."""
    payload = struct.pack("<h", value) + PAYLOAD[2:]
    frame = Packet(0x0010, 0x7112, 0x0100, payload)
    return RecordedFrame(time_ms=START + time_ms, channel=channel, frame=frame)


def values(hour: PacketHour) -> list[int]:
    """Return the temperatures of an hour."""
    return [struct.unpack_from("<h", payload)[0] for payload in hour.payloads]


def test_packets_come_by_hour_and_kind() -> None:
    """Channels stay apart, datagrams are left out, and times belong to payloads."""
    frames = [
        recorded(0, 1),
        recorded(HOUR - 1, 2),
        recorded(5, 7, channel=1),
        RecordedFrame(
            time_ms=START, channel=0, frame=Datagram(0, 0x7112, 0x0500, 0, 0)
        ),
        recorded(HOUR, 3),
    ]
    hours = list(packet_hours(frames))
    assert [(hour.start_ms, hour.channel, values(hour)) for hour in hours] == [
        (START, 0, [1, 2]),
        (START, 1, [7]),
        (START + HOUR, 0, [3]),
    ]
    assert hours[0].times_ms == (START, START + HOUR - 1)
    assert (hours[0].destination, hours[0].source, hours[0].command) == (
        0x0010, 0x7112, 0x0100,
    )  # fmt: skip


def test_a_packet_that_is_repeated_with_its_old_time_counts_once() -> None:
    """Loggers repeat the last packet of a source until it is too old."""
    frames = [recorded(1000, 1), recorded(1000, 1), recorded(500, 9), recorded(1000, 1)]
    (hour,) = packet_hours(frames)
    assert values(hour) == [9, 1]
    assert hour.times_ms == (START + 500, START + 1000)


def test_only_a_few_hours_are_held() -> None:
    """An hour is given while the recording is still being read."""
    read = 0

    def frames() -> Iterator[RecordedFrame]:
        nonlocal read
        for number in range(1000):
            read += 1
            yield recorded(number * HOUR, number)

    for number, hour in enumerate(packet_hours(frames())):
        assert values(hour) == [number]
        assert read <= number + 5


def test_a_wild_time_does_not_disturb_the_others() -> None:
    """Records have no checksum; a damaged time makes an hour of its own, or none."""
    frames = [recorded(0, 1), recorded((1 << 62) - START, 98), recorded(1, 2)]
    frames += [recorded(5 << 45, 99), recorded(HOUR, 3), recorded(-START, 4)]
    hours = list(packet_hours(frames))
    assert sorted(values(hour) for hour in hours) == [[1, 2], [3], [4], [99]]
    for hour in hours:
        assert datetime.fromtimestamp(hour.start_ms / 1000, UTC)


def test_summary_of_a_column() -> None:
    """Faults and missing values do not count; the mean is that of what is left."""
    template = template_of(Specification.from_vsf(builder().build()), 0x0010, 0x7112)
    frames = [
        recorded(at, value) for at, value in enumerate((40, 8888, -20, 100, 9999))
    ]
    (hour,) = packet_hours(frames)
    columns = template.columns((*hour.payloads, b""))
    assert columns[0] == (40, 8888, -20, 100, 9999, None)
    assert summary(template.fields[0], columns[0]) == Summary(
        count=3, minimum=-20, maximum=100, mean=40, first=40, last=100
    )
    # 8888 percent, litres or hours are numbers.
    assert summary(template.fields[1], (8888,)) == Summary(
        count=1, minimum=8888, maximum=8888, mean=8888, first=8888, last=8888
    )
    assert summary(template.fields[0], (8888, None)) is None
    assert template.columns(()) == [()] * len(template.fields)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(0, 1 << 63), st.integers(0, 9 * HOUR)),
            st.integers(-9, 9),
            st.integers(0, 2),
        ),
        max_size=60,
    )
)
def test_nothing_is_lost(rows: list[tuple[int, int, int]]) -> None:
    """Every time of a kind is there once, in its hour."""
    found: set[tuple[int, int]] = set()
    for hour in packet_hours(recorded(*row) for row in rows):
        assert list(hour.times_ms) == sorted(set(hour.times_ms))
        assert len(hour.times_ms) == len(hour.payloads)
        for time_ms in hour.times_ms:
            assert hour.start_ms <= time_ms < hour.start_ms + HOUR
            found.add((time_ms - START, hour.channel))
    assert found == {
        (time_ms, channel)
        for time_ms, _value, channel in rows
        if START + time_ms <= LAST_MS
    }
