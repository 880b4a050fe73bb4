"""Frames that tests send, from the documents and from captures."""

from hypothesis import strategies as st

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Frame,
    Packet,
    Telegram,
    encode,
)

PACKET = Packet(0x4411, 0x6610, 0x0200, bytes.fromhex("07040f00"))
OFFER = Datagram(0x0000, 0x7E11, 0x0500, 0, 0)
TELEGRAM = Telegram(0x7771, 0x2011, 0x25, bytes.fromhex("6018ab04000000"))
LONGEST = Packet(0x0010, 0x7E11, 0x0100, bytes(range(256)) + bytes(252))
EMPTY = Packet(0x0010, 0x7E11, 0x0100, b"")

NUMBERS = st.integers(0, 0x7F).flatmap(
    lambda high: st.integers(0, 0x7F).map(lambda low: high << 8 | low)
)
MINORS = st.integers(0, 1)
PACKETS = st.builds(
    Packet,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.integers(0, 30).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n)),
    MINORS,
)
DATAGRAMS = st.builds(
    Datagram,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.integers(0, 0xFFFF),
    st.integers(-(1 << 31), (1 << 31) - 1),
    MINORS,
)
TELEGRAMS = st.integers(0, 0x7F).flatmap(
    lambda command: st.builds(
        Telegram,
        NUMBERS,
        NUMBERS,
        st.just(command),
        st.binary(min_size=7 * (command >> 5), max_size=7 * (command >> 5)),
        MINORS,
    )
)
FRAMES = st.one_of(PACKETS, DATAGRAMS, TELEGRAMS)


def stream() -> tuple[list[Frame], bytes]:
    """Return frames of all kinds and both checksums, and their bytes."""
    frames: list[Frame] = []
    for number in range(30):
        minor = number & 1
        payload = bytes((number * 37 + at * 11) & 0xFF for at in range(4 * number))
        frames += [
            Packet(0x0010, 0x7112, 0x0100, payload, minor),
            Datagram(0x0000, 0x7112, 0x0500, 0x8000 + number, -number, minor),
            Telegram(0x7771, 0x2011, 0x25, bytes((0x80 + number,)) * 7, minor),
        ]
    return frames, b"".join(encode(frame) for frame in frames)
