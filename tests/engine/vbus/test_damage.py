"""Damaged and hostile streams, compared with a second reader that is plain and slow."""

from collections.abc import Callable
import random
import struct

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_manager.engine.vbus import (
    Decoder,
    Frame,
    Packet,
    RecordingDecoder,
    encode,
    is_recording,
)

from .frames import FRAMES, LONGEST, OFFER, stream
from .line_rules import frames_of_line, frames_of_recording
from .test_recording import FILE, PACKET_RECORD, SET, data_record, record

RECORDING = FILE * 3 + b"".join(
    data_record(0x0010, 0x7E11, 0x10, 0x0100, bytes(range(4 * size)))
    for size in range(1, 20)
)


def lost(data: bytearray, chosen: random.Random) -> None:
    """Lose bytes here and there."""
    for _ in range(chosen.randrange(1, 30)):
        del data[chosen.randrange(len(data))]


def flipped(data: bytearray, chosen: random.Random) -> None:
    """Flip bits."""
    for _ in range(chosen.randrange(1, 30)):
        data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)


def inserted(data: bytearray, chosen: random.Random) -> None:
    """Insert bytes, most of them those that mean something."""
    for _ in range(chosen.randrange(1, 30)):
        at = chosen.randrange(len(data))
        data[at:at] = chosen.choice((b"\xaa", b"\xa5", b"\x80", chosen.randbytes(1)))


def junk(data: bytearray, chosen: random.Random) -> None:
    """Put stretches of junk between."""
    for _ in range(chosen.randrange(1, 5)):
        at = chosen.randrange(len(data))
        data[at:at] = chosen.randbytes(chosen.randrange(1, 1000))


def cut(data: bytearray, chosen: random.Random) -> None:
    """Lose a stretch, as when an adapter restarts."""
    at = chosen.randrange(len(data))
    del data[at : at + chosen.randrange(1, 1500)]


def endless(data: bytearray, chosen: random.Random) -> None:
    """Begin a frame or record that never ends."""
    at = chosen.randrange(len(data))
    begun = chosen.choice((encode(LONGEST)[:10], b"\xa5\x66\xff\xff\xff\xff"))
    data[at:at] = begun + bytes(chosen.randrange(3000))


def doubled(data: bytearray, chosen: random.Random) -> None:
    """Repeat a stretch, as a network adapter does."""
    at = chosen.randrange(len(data))
    data[at:at] = data[at : at + chosen.randrange(1, 300)]


WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    lost, flipped, inserted, junk, cut, endless, doubled,
)  # fmt: skip


def damaged(good: bytes, seed: int) -> tuple[bytes, random.Random]:
    """Return bytes that one to three things happened to."""
    chosen = random.Random(seed)
    data = bytearray(good)
    for way in chosen.sample(WAYS, chosen.randrange(1, 4)):
        way(data, chosen)
    return bytes(data), chosen


def pieces(data: bytes, chosen: random.Random) -> list[bytes]:
    """Cut bytes at random."""
    places = sorted(chosen.randrange(len(data) + 1) for _ in range(40))
    return [
        data[start:end]
        for start, end in zip((0, *places), (*places, len(data)), strict=True)
    ]


def line(parts: list[bytes]) -> tuple[list[Frame], int, int]:
    """Decode the parts of a line."""
    decoder = Decoder()
    found = []
    for part in parts:
        found += decoder.feed(part)
        assert len(decoder._pending) < 772
    return found, decoder.frames, decoder.malformed


def recording(parts: list[bytes]) -> tuple[list[tuple[int, int, Frame]], int, int]:
    """Decode the parts of a recording."""
    decoder = RecordingDecoder()
    found = []
    for part in parts:
        found += decoder.feed(part)
        assert len(decoder._pending) < 2 * 65536
    found += decoder.close()
    rows = [(one.time_ms, one.channel, one.frame) for one in found]
    return rows, decoder.frames, decoder.malformed


@pytest.mark.parametrize("seed", range(500))
def test_damaged_line(seed: int) -> None:
    """Exactly the frames that are whole come out, however the bytes are cut."""
    data, chosen = damaged(stream()[1], seed)
    whole = line([data])
    assert whole[0] == frames_of_line(data)
    assert whole[1] == len(whole[0])
    assert line(pieces(data, chosen)) == whole
    if seed % 10 == 0:
        assert line([data[at : at + 1] for at in range(len(data))]) == whole


@pytest.mark.parametrize("seed", range(200))
def test_damaged_recording(seed: int) -> None:
    """Exactly the records that are whole and followed by another come out."""
    data, chosen = damaged(RECORDING, seed)
    whole = recording([data])
    assert whole[0] == frames_of_recording(data)
    assert whole[1] == len(whole[0])
    assert recording(pieces(data, chosen)) == whole
    assert isinstance(is_recording(data), bool)
    if seed % 10 == 0:
        assert recording([data[at : at + 1] for at in range(len(data))]) == whole


@pytest.mark.parametrize("kind", [0x33, 0x44, 0x66, 0x77, 0x88, 0x99, 0x00, 0xFF])
@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 11, 12, 13, 40])
def test_short_records_of_all_kinds(kind: int, size: int) -> None:
    """A record that is too short for what it should hold never raises."""
    data = SET + record(kind, bytes(size)) + PACKET_RECORD
    whole = recording([data])
    assert whole[0] == frames_of_recording(data)
    assert whole[0][-1][2] == frames_of_recording(PACKET_RECORD)[0][2]
    assert recording([data[at : at + 1] for at in range(len(data))]) == whole


def test_raw_line_bytes_across_records() -> None:
    """A frame may begin in one stretch of raw bytes and end in the next."""
    frames, data = stream()
    chosen = random.Random(1)
    file = SET + b"".join(
        record(0x88, struct.pack("<Q", 5) + part, time_ms=number)
        for number, part in enumerate(pieces(data, chosen))
    )
    found, _frames, malformed = recording([file])
    assert [frame for _time, _channel, frame in found] == frames
    assert malformed == 0
    assert found == frames_of_recording(file)


def test_endless_feeds_are_bounded() -> None:
    """Feeds that never bring a frame or record keep no more than one."""
    decoder = Decoder()
    loggers = RecordingDecoder()
    for part in (
        b"\xaa", b"\x7f", b"\xaa\x10", encode(LONGEST)[:10], b"\xa5",
        b"\xa5\x66\xff\xff\xff\xff", b"\xa5\x66\x0e\x00\x0e\x00", b"\x00" * 100,
    ):  # fmt: skip
        for _ in range(3000):
            decoder.feed(part)
            loggers.feed(part)
        assert len(decoder._pending) < 772
        assert len(loggers._pending) < 2 * 65536
    found = decoder.feed(bytes(800) + encode(OFFER))
    assert found == [OFFER]


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            FRAMES.map(encode),
            st.binary(max_size=30),
            st.sampled_from([b"\xaa", b"\x80", encode(LONGEST)[:50]]),
        ),
        max_size=10,
    )
)
def test_any_line_is_read_as_the_rules_tell(parts: list[bytes]) -> None:
    """The decoder and the plain reader agree on everything."""
    assert line(parts)[0] == frames_of_line(b"".join(parts))


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(
                record, st.sampled_from([0x33, 0x44, 0x66, 0x77, 0x88, 0x99, 0x12]),
                st.binary(max_size=60), st.integers(0, (1 << 64) - 1),
            ),
            FRAMES.map(
                lambda frame: data_record(
                    frame.destination, frame.source,
                    0x10 if isinstance(frame, Packet) else 0x30, frame.command,
                    getattr(frame, "payload", b""),
                )
            ),
            st.binary(max_size=20),
        ),
        max_size=10,
    )
)  # fmt: skip
def test_any_recording_is_read_as_the_rules_tell(parts: list[bytes]) -> None:
    """The decoder and the plain reader agree on everything."""
    assert recording(parts)[0] == frames_of_recording(b"".join(parts))
