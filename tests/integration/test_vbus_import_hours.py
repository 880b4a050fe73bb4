"""Recorded packets become hours of statistics, without any Home Assistant."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from custom_components.energy_manager.engine.vbus import (
    Packet,
    RecordedFrame,
    Specification,
)
from custom_components.energy_manager.statistics_join import HourRow
from custom_components.energy_manager.vbus_import_files import (
    RecordingReader,
    find_recordings,
)
from custom_components.energy_manager.vbus_import_hours import (
    Column,
    PacketColumns,
    RecordedHours,
)
from custom_components.energy_manager.vbus_packets import PacketKey
from custom_components.energy_manager.vbus_points import point_of_block, point_of_field

from .recordings import set_of

RECORDING = (
    Path(__file__).parents[3] / "shared" / "data" / "vbus" / "rec-dl-20140214.vbus"
)

START = datetime(2026, 3, 1, tzinfo=UTC)
START_MS = int(START.timestamp()) * 1000
NOW_MS = START_MS + 400 * 24 * 3_600_000
CONTROLLER = PacketKey(0x0010, 0x7112, 0x0100)
METER = PacketKey(0x0010, 0x7131, 0x0100)
BLOCK = PacketKey(0x0015, 0x6F01, 0x0100)


@pytest.fixture(scope="module")
def specification() -> Specification:
    """The shipped specification."""
    return Specification.load()


def column(specification: Specification, key: PacketKey, name: str) -> Column:
    """Return a value of a packet, with its id as the entity's."""
    if key.destination == 0x0015:
        point = point_of_block(name)
        field = None
    else:
        template = specification.template(*key)
        assert template is not None
        field = next(field for field in template.fields if field.id == name)
        point = point_of_field(field, "en")
    assert point is not None
    return Column(
        entity_id=f"sensor.{name}",
        unit=point.quantity.unit,
        point=point,
        field=field,
    )


def recorded(
    specification: Specification,
    frames: Iterable[RecordedFrame],
    key: PacketKey,
    *names: str,
    channel: int = 0,
) -> RecordedHours:
    """Return frames that are to become hours of some values."""
    wanted = PacketColumns(
        template=specification.template(*key),
        columns=tuple(column(specification, key, name) for name in names),
    )
    columns = {key: wanted} if names else {}
    return RecordedHours(frames, columns, channel=channel, now_ms=NOW_MS)


def frame(
    minute: float, payload: bytes, key: PacketKey = CONTROLLER, channel: int = 0
) -> RecordedFrame:
    """Return a recorded packet."""
    return RecordedFrame(
        time_ms=START_MS + round(minute * 60_000),
        channel=channel,
        frame=Packet(key.destination, key.source, key.command, payload),
    )


def probe(tenths: int) -> bytes:
    """Return a payload of the controller with its first temperature."""
    return tenths.to_bytes(2, "little", signed=True) + bytes(70)


def heat(watt_hours: int) -> bytes:
    """Return a payload of the heat meter with its total."""
    return watt_hours.to_bytes(4, "little") + bytes(16)


def hours_of(
    specification: Specification,
    frames: list[RecordedFrame],
    key: PacketKey = CONTROLLER,
    name: str = "000_2_0",
) -> list[HourRow]:
    """Return the hours of one value."""
    hours = recorded(specification, frames, key, name)
    assert hours.work(10**9)
    rows = hours.rows(at_end=True)
    return rows[0][1] if rows else []


def test_mean_lowest_and_highest(specification: Specification) -> None:
    """Faults of the probe are no temperatures."""
    frames = [
        frame(minute, probe(tenths))
        for minute, tenths in ((0, 100), (20, 300), (30, 8888), (40, -8888), (59, -40))
    ]
    frames += [frame(61, probe(9999)), frame(125, probe(500))]
    first, second = hours_of(specification, frames)
    assert first.start == START
    assert (first.mean, first.minimum, first.maximum) == (12.0, -4.0, 30.0)
    assert second.start.hour == 2
    assert second.mean == 50.0


def test_a_counter_without_spikes(specification: Specification) -> None:
    """A damaged reading is left out, as in the state of the entity."""
    readings = [1000, 1010, 1020, 4_000_000_000, 1030, 0, 1040, 1050, 1060]
    frames = [
        frame(10 * number, heat(value), METER) for number, value in enumerate(readings)
    ]
    first, second = hours_of(specification, frames, METER, "000_4_0")
    assert (first.first, first.state, first.rise) == (1010, 1030, 20)
    assert (second.first, second.state, second.rise) == (1040, 1060, 20)


def test_a_counter_that_is_reset(specification: Specification) -> None:
    """The growth on both sides of the reset counts."""
    readings = [100_000, 100_010, 100_020, 5, 10, 15, 20]
    frames = [
        frame(8 * number, heat(value), METER) for number, value in enumerate(readings)
    ]
    (row,) = hours_of(specification, frames, METER, "000_4_0")
    assert (row.first, row.state, row.rise) == (100_010, 20, 10 + 20)


def test_repeated_packets_count_once(specification: Specification) -> None:
    """A logger repeats what it has until it is too old; the packet's time counts."""
    frames = [frame(5, probe(100)), frame(5, probe(100)), frame(5, probe(100))]
    frames.append(frame(30, probe(300)))
    hours = recorded(specification, frames, CONTROLLER, "000_2_0")
    assert hours.work(10**9)
    ((_, (row,)),) = hours.rows(at_end=True)
    assert row.mean == 20.0
    assert hours.repeated == 2


def test_other_channels_and_wrong_clocks_are_left_out(
    specification: Specification,
) -> None:
    """The future, the time before loggers, and other controllers' channels."""
    frames = [
        frame(0, probe(100)),
        frame(1, probe(900), channel=2),
        frame(600 * 24 * 60, probe(900)),
        frame(-30 * 365 * 24 * 60, probe(900)),
    ]
    hours = recorded(specification, frames, CONTROLLER, "000_2_0")
    assert hours.work(10**9)
    ((_, (row,)),) = hours.rows(at_end=True)
    assert row.mean == 10.0
    assert hours.wrong_time == 2
    assert hours.frames == 4


def test_packets_that_nobody_wants_are_told(specification: Specification) -> None:
    """Other devices in the recording have no entity."""
    frames = [frame(0, heat(1), METER), frame(1, heat(1), METER)]
    hours = recorded(specification, frames, METER)
    assert hours.work(10**9)
    assert hours.unclaimed == {METER: 2}
    assert hours.rows(at_end=True) == []


def test_self_explaining_packets(specification: Specification) -> None:
    """Values of controllers that the specification does not know."""
    payload = bytes.fromhex("010100007300b822")
    (row,) = hours_of(specification, [frame(3, payload, BLOCK)], BLOCK, "temperature_1")
    assert row.mean == 11.5
    assert not hours_of(
        specification, [frame(3, payload, BLOCK)], BLOCK, "temperature_2"
    )


def test_short_payloads_of_old_firmware(specification: Specification) -> None:
    """What a packet does not hold has no hours; what it holds has."""
    short = [frame(minute, probe(200)[:4]) for minute in range(3)]
    long = [frame(minute, probe(400)) for minute in range(3, 6)]
    assert hours_of(specification, short, name="004_2_0") == []
    (row,) = hours_of(specification, short + long)
    assert row.mean == 30.0


def test_pieces_do_not_matter(specification: Specification) -> None:
    """Hours are the same however the frames are handed over and the rows taken."""
    generator = np.random.default_rng(7)
    count = 6000
    minutes = np.cumsum(generator.uniform(0.05, 3.0, count))
    readings = 5000 + np.cumsum(generator.integers(0, 20, count))
    damaged = generator.random(count) < 0.01
    readings[damaged] = generator.integers(0, 2**32, int(damaged.sum()))
    frames = [
        frame(float(minute), heat(int(value)), METER)
        for minute, value in zip(minutes, readings, strict=True)
    ]
    whole = hours_of(specification, frames, METER, "000_4_0")
    hours = recorded(specification, frames, METER, "000_4_0")
    pieces: list[HourRow] = []
    while not hours.work(7):
        for _, rows in hours.rows(at_end=False):
            pieces += rows
    for _, rows in hours.rows(at_end=True):
        pieces += rows
    assert pieces == whole
    assert len(whole) > 100
    rises = [row.rise for row in whole if row.rise is not None]
    assert max(rises) < 60 / 0.05 * 20
    assert sum(rises) <= readings[~damaged][-1] - 5000


def test_files_of_a_folder_in_the_order_of_time(tmp_path: Path) -> None:
    """Other files are named, damage is counted, and two folders deep is found."""
    later = set_of(START_MS + 60_000, [(START_MS + 60_000, Packet(16, 1, 256, b""))], 2)
    early = set_of(START_MS, [(START_MS, Packet(16, 2, 256, b"1234"))], 2)
    (tmp_path / "a.vbus").write_bytes(later * 2)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.VBUS").write_bytes(early + b"damage" + early)
    (tmp_path / "c.vbus").write_bytes(b"no recording at all")
    (tmp_path / "notes.txt").write_text("nothing")
    found = find_recordings(tmp_path)
    assert [one.path.name for one in found.recordings] == ["b.VBUS", "a.vbus"]
    assert found.others == ("c.vbus",)
    assert found.channels == {2}
    reader = RecordingReader(found.recordings)
    sources = [one.frame.source for one in reader.frames()]
    # What stands before damage cannot be trusted either.
    assert sources == [2, 1, 1]
    assert reader.malformed == 1
    assert reader.bytes_read == found.size


@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize("days", [300, 0.2])
def test_a_damaged_time_blocks_nothing(
    specification: Specification, at: int, days: float
) -> None:
    """One packet of a later time does not make all others look repeated."""
    frames = [frame(60 * hour, heat(5_000 + hour), METER) for hour in range(12)]
    whole = hours_of(specification, frames, METER, "000_4_0")
    frames.insert(at, frame(days * 1440 + 700, heat(5_003), METER))
    hours = recorded(specification, frames, METER, "000_4_0")
    assert hours.work(10**9)
    ((_, rows),) = hours.rows(at_end=True)
    assert rows[-1].start == START + timedelta(hours=11)
    assert [row.start for row in rows][-8:] == [row.start for row in whole][-8:]
    assert sum(row.rise or 0 for row in rows) <= 11
    assert hours.wrong_time == 1
    assert hours.repeated == 0
    assert hours.last_ms == frames[-1].time_ms


def test_a_gap_in_a_recording_is_no_damage(specification: Specification) -> None:
    """A logger that was off goes on where its clock is, to the last packet."""
    frames = [
        frame(minute, probe(200))
        for minute in (0, 60, 120, 30_000, 30_060, 90_000, 200_000)
    ]
    rows = hours_of(specification, frames)
    assert len(rows) == len(frames)


def test_overlapping_files_with_a_gap(specification: Specification) -> None:
    """Files that tell the same hours again take none of them away."""
    once = [frame(minute, probe(200)) for minute in (0, 60, 900, 960)]
    rows = hours_of(specification, [*once, *once, frame(1020, probe(210))])
    assert len(rows) == 5


def test_a_vanished_file_is_told(tmp_path: Path) -> None:
    """A file that cannot be read any more does not end the import."""
    path = tmp_path / "a.vbus"
    path.write_bytes(set_of(START_MS, [(START_MS, Packet(16, 1, 256, b""))], 0))
    found = find_recordings(tmp_path)
    path.unlink()
    reader = RecordingReader(found.recordings)
    assert list(reader.frames()) == []
    assert reader.unreadable == ["a.vbus"]


@pytest.mark.skipif(
    not RECORDING.exists(), reason="needs the recording in ../shared/data/vbus"
)
def test_a_real_recording(specification: Specification) -> None:
    """The hours of a DL3's day are those of its packets, read one by one."""
    found = find_recordings(RECORDING)
    assert found.channels == {1}
    key = PacketKey(0x0010, 0x7E11, 0x0100)
    template = specification.template(*key)
    assert template is not None
    names = [field.id for field in template.fields[:20]]
    columns = [column(specification, key, name) for name in names]
    frames = list(RecordingReader(found.recordings).frames())
    hours = recorded(specification, frames, key, *names, channel=1)
    assert hours.work(10**9)
    values: dict[tuple[str, int], list[float]] = {}
    for one in frames:
        if not isinstance(one.frame, Packet) or one.channel != 1:
            continue
        packet = one.frame
        if (packet.destination, packet.source, packet.command) != key:
            continue
        for each in columns:
            value = each.point.read(one.frame.payload).value
            if value is not None:
                hour = one.time_ms // 3_600_000
                values.setdefault((each.entity_id, hour), []).append(float(value))
    seen = 0
    for each, rows in hours.rows(at_end=True):
        for row in rows:
            told = values.pop((each.entity_id, int(row.start.timestamp()) // 3600))
            assert row.mean == pytest.approx(sum(told) / len(told))
            assert (row.minimum, row.maximum) == pytest.approx((min(told), max(told)))
            seen += 1
    assert not values
    assert seen > 24 * 5
