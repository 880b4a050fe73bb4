"""The decoder on clean, damaged and hostile bytes."""

import random

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_manager.engine.vbus import Decoder, Frame, encode

from .frames import FRAMES, LONGEST, OFFER, PACKET, TELEGRAM, stream


def fed(data: bytes, chunk: int) -> tuple[list[Frame], int, int]:
    """Return what a decoder makes of bytes that come `chunk` at a time."""
    decoder = Decoder()
    found = []
    for at in range(0, len(data), chunk):
        found += decoder.feed(data[at : at + chunk])
    return found, decoder.frames, decoder.malformed


@pytest.mark.parametrize("chunk", [1, 2, 7, 100, 1 << 20])
def test_clean_stream(chunk: int) -> None:
    """Every frame is found and nothing is called malformed."""
    frames, data = stream()
    assert fed(data, chunk) == (frames, len(frames), 0)


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_first_byte_missing(chunk: int) -> None:
    """Only the frame that was on the line already is missed, without a count."""
    frames, data = stream()
    assert fed(data[1:], chunk) == (frames[1:], len(frames) - 1, 0)


@pytest.mark.parametrize("seed", range(20))
def test_seeded_loss(seed: int) -> None:
    """A lost byte costs its own frame, is counted and brings no wrong frame."""
    frames, data = stream()
    chosen = random.Random(seed)
    lost = chosen.randrange(1, len(data))
    damaged = data[:lost] + data[lost + 1 :]
    found, count, malformed = fed(damaged, 1 << 20)
    assert count == len(found)
    assert len(found) == len(frames) - 1
    assert [frame for frame in frames if frame in found] == found
    assert malformed <= 1
    assert fed(damaged, 1) == (found, count, malformed)


def test_lost_sync_byte_in_between_is_counted_once() -> None:
    """The rest of a frame without its first byte is one row of stray bytes."""
    data = encode(OFFER) + encode(PACKET)[1:] + encode(TELEGRAM)
    for chunk in (1, 3, 100):
        assert fed(data, chunk) == ([OFFER, TELEGRAM], 2, 1)


def test_frame_cut_short_by_the_next() -> None:
    """0xAA always begins a frame."""
    data = encode(LONGEST)[:300] + encode(OFFER)
    for chunk in (1, 3, 1000):
        assert fed(data, chunk) == ([OFFER], 1, 1)


def test_unfinished_frame_at_the_end_is_not_counted() -> None:
    """The stream may end anywhere."""
    data = encode(OFFER) + encode(LONGEST)[:300]
    for chunk in (1, 3, 1000):
        assert fed(data, chunk) == ([OFFER], 1, 0)


@pytest.mark.parametrize("frame", [PACKET, OFFER, TELEGRAM])
def test_every_flipped_bit_is_noticed(frame: Frame) -> None:
    """One wrong bit never passes, and the next frame is found."""
    good = encode(frame)
    for at in range(1, len(good)):
        for bit in range(8):
            damaged = bytearray(good)
            damaged[at] ^= 1 << bit
            found, _count, malformed = fed(bytes(damaged) + encode(OFFER) * 48, 4096)
            assert set(found) <= {OFFER}
            assert malformed >= 1


@pytest.mark.parametrize(
    "line",
    [
        "AA114410661200020121",  # minor version 2
        "AA114410664000020121",  # major version 4
        "AA114410668000020121",  # top bit set in the version
        "AA117E2000200003000000000000002C",  # wrong checksum of a datagram
        "AA71771120302511 60182B040000000455",  # of a telegram's frame
        "AA71771120302512 60182B040000000454",  # of a telegram's head
        "AA11441066100002012107040F000066",  # of a packet's frame
    ],
)
def test_malformed_frames(line: str) -> None:
    """Damage is dropped, counted once, and decoding goes on behind it."""
    data = bytes.fromhex(line) + encode(OFFER)
    assert fed(data, 1) == ([OFFER], 1, 1)
    assert fed(data, 100) == ([OFFER], 1, 1)


def test_wrong_crc_of_a_frame_in_minor_version_1() -> None:
    """Each frame of a packet has its own CRC."""
    packets = [frame for frame in stream()[0] if frame.minor_version]
    good = bytearray(encode(packets[3]))
    good[-1] ^= 1
    assert fed(bytes(good), 100) == ([], 0, 1)


def test_memory_is_bounded() -> None:
    """At most one unfinished frame is kept, whatever comes."""
    decoder = Decoder()
    head = encode(LONGEST)[:10]
    for junk in (head + bytes(5000), bytes(100_000), b"\xaa" * 100_000, head):
        decoder.feed(junk)
        assert len(decoder._pending) < 772


@settings(deadline=None)
@given(st.lists(FRAMES, max_size=8), st.integers(1, 50))
def test_round_trip(frames: list[Frame], chunk: int) -> None:
    """What is said is understood, however it is cut."""
    data = b"".join(encode(frame) for frame in frames)
    assert fed(data, chunk) == (frames, len(frames), 0)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(st.binary(max_size=40), FRAMES.map(encode), st.just(b"\xaa")),
        max_size=12,
    ),
    st.integers(1, 30),
)
def test_anything_is_survived_and_chunking_changes_nothing(
    parts: list[bytes], chunk: int
) -> None:
    """Arbitrary bytes never raise, and the result does not depend on the cutting."""
    data = b"".join(parts)
    whole = fed(data, max(len(data), 1))
    assert fed(data, chunk) == whole
    assert len(whole[0]) == whole[1]
