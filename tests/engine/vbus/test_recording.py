"""Recording files of loggers, good and damaged."""

import struct

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Packet,
    RecordedFrame,
    RecordingDecoder,
    Telegram,
    encode,
    is_recording,
)

from .frames import OFFER, PACKET, TELEGRAM, stream

TIME = 1_392_336_000_833


def record(kind: int, body: bytes, time_ms: int = TIME) -> bytes:
    """Return one record."""
    length = 14 + len(body)
    return struct.pack("<BBHHQ", 0xA5, kind, length, length, time_ms) + body


def data_record(
    destination: int,
    source: int,
    version: int,
    command: int,
    data: bytes,
    kind: int = 0x66,
) -> bytes:
    """Return a record with one frame."""
    head = struct.pack("<6H", destination, source, version, command, len(data), 0)
    return record(kind, head + data)


PACKET_RECORD = data_record(0x4411, 0x6610, 0x10, 0x0200, PACKET.payload)
SET = record(0x44, b"")
FILE = b"".join(
    (
        SET,
        PACKET_RECORD,
        record(0x77, struct.pack("<H", 3)),
        data_record(0x0000, 0x7E11, 0x20, 0x0500, struct.pack("<Hi", 0xFFFE, -5)),
        data_record(0x7771, 0x2011, 0x30, 0x25, TELEGRAM.payload),
        record(0x99, "Größe".encode()),
        record(0x88, struct.pack("<Q", TIME) + encode(OFFER)[:9]),
        record(0x88, struct.pack("<Q", TIME) + encode(OFFER)[9:] + encode(PACKET)),
        SET,
        data_record(0x0010, 0x7E11, 0x10, 0x0100, bytes(8), kind=0x33),
    )
)
EXPECTED = [
    (0, PACKET),
    (3, Datagram(0x0000, 0x7E11, 0x0500, 0xFFFE, -5)),
    (3, Telegram(0x7771, 0x2011, 0x25, TELEGRAM.payload)),
    (3, OFFER),
    (3, PACKET),
    (0, Packet(0x0010, 0x7E11, 0x0100, bytes(8))),
]


def fed(data: bytes, chunk: int) -> tuple[list[RecordedFrame], int, int]:
    """Return what a decoder makes of a file that comes `chunk` bytes at a time."""
    decoder = RecordingDecoder()
    found = []
    for at in range(0, len(data), chunk):
        found += decoder.feed(data[at : at + chunk])
    found += decoder.close()
    return found, decoder.frames, decoder.malformed


@pytest.mark.parametrize("chunk", [1, 7, 14, 1 << 20])
def test_all_kinds_of_records(chunk: int) -> None:
    """Frames come in order with their channel and time."""
    found, frames, malformed = fed(FILE, chunk)
    assert [(one.channel, one.frame) for one in found] == EXPECTED
    assert {one.time_ms for one in found} == {TIME}
    assert (frames, malformed) == (len(EXPECTED), 0)


def test_channels_have_two_bytes() -> None:
    """The number of a channel is not cut."""
    data = SET + record(0x77, struct.pack("<H", 0x0103)) + PACKET_RECORD
    found, _frames, _malformed = fed(data, 1000)
    assert [one.channel for one in found] == [0x0103]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_damage_between_records(chunk: int) -> None:
    """Junk and a cut record cost themselves and count once."""
    cut = PACKET_RECORD[:20]
    data = b"junk" + FILE + b"\xa5\x66junk\xa5" + PACKET_RECORD + cut
    found, frames, malformed = fed(data, chunk)
    # A record counts only if a whole one follows: the last of FILE and the one
    # before the cut have damage behind them.
    assert [one.frame for one in found] == [frame for _channel, frame in EXPECTED[:-1]]
    assert (frames, malformed) == (len(EXPECTED) - 1, 2)
    assert is_recording(data)


@pytest.mark.parametrize(
    "wrong",
    [
        record(0x66, bytes(4)),
        data_record(0x0010, 0x7E11, 0x40, 0x0100, b""),
        data_record(0x0010, 0x7E11, 0x10, 0x0100, bytes(512)),
        data_record(0x0010, 0x7E11, 0x20, 0x0100, bytes(8)),
        data_record(0x0010, 0x7E11, 0x30, 0x25, bytes(14)),
        data_record(0x0010, 0x7E11, 0x10, 0x0100, bytes(8))[:14]
        + struct.pack("<6H", 0x10, 0x7E11, 0x10, 0x0100, 9, 0)
        + bytes(8),
    ],
)
def test_records_that_make_no_sense(wrong: bytes) -> None:
    """They are counted and passed over."""
    found, _frames, malformed = fed(SET + wrong + PACKET_RECORD, 1000)
    assert [one.frame for one in found] == [PACKET]
    assert malformed == 1


def test_short_and_unknown_records_say_nothing() -> None:
    """A channel or stretch of bytes that is too short, and types of the future."""
    data = (
        record(0x77, b"\0") + record(0x88, b"\0") + record(0xBB, b"x") + PACKET_RECORD
    )
    assert fed(data, 5)[1:] == (1, 0)


@pytest.mark.parametrize(
    ("end_ms", "times"),
    [
        (TIME + 3000, [1000, 2000, 3000]),
        (TIME, [0, 0, 0]),
        # A record has no checksum: an impossible end is not believed.
        (TIME - 1, [0, 0, 0]),
        (1 << 62, [0, 0, 0]),
    ],
)
def test_frames_of_a_stretch_of_raw_bytes_have_times_of_their_own(
    end_ms: int, times: list[int]
) -> None:
    """They are spread between the times at which the stretch began and ended."""
    data = encode(OFFER) + encode(PACKET) + encode(PACKET)
    found, _frames, _malformed = fed(
        record(0x88, struct.pack("<Q", end_ms) + data), 1000
    )
    assert [one.time_ms - TIME for one in found] == times


def test_damage_in_raw_bytes_is_counted() -> None:
    """Stretches of line bytes have their own decoder per channel, not endlessly many."""
    bad = bytearray(encode(PACKET))
    bad[-1] ^= 1
    raw = record(0x88, bytes(8) + bytes(bad) + encode(OFFER))
    channels = b"".join(
        record(0x77, struct.pack("<H", number)) + raw for number in range(100)
    )
    found, frames, malformed = fed(channels, 1 << 20)
    assert frames == len(found) == 64
    assert malformed == 64 + 36


def test_line_bytes_are_not_a_recording() -> None:
    """0xA5 never occurs in a frame."""
    assert not is_recording(stream()[1])
    assert not is_recording(b"")
    assert not is_recording(b"\xa5\x66\x0e\x00")
    assert not is_recording(b"\xa5\x66\x0e\x00\x0e\x00")
    assert is_recording(SET)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30), st.sampled_from([SET, PACKET_RECORD, b"\xa5"])
        ),
        max_size=10,
    ),
    st.integers(1, 20),
)
def test_anything_is_survived_and_chunking_changes_nothing(
    parts: list[bytes], chunk: int
) -> None:
    """Arbitrary bytes never raise, and the result does not depend on the cutting."""
    data = b"".join(parts)
    assert fed(data, chunk) == fed(data, max(len(data), 1))
