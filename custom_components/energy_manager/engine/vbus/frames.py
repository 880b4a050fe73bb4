"""Frames of the VBus line: packets (1.x), datagrams (2.x) and telegrams (3.x).

Byte layout after RESOL's VBus protocol specification. Every frame begins with 0xAA,
and no other byte of it has its top bit set, so 0xAA never occurs inside a good frame.
Numbers are little-endian.
"""

from dataclasses import dataclass

from ..errors import ProtocolError
from .checksum import checksum, with_septet

SYNC = 0xAA
PACKET_HEAD_BYTES = 10
PACKET_FRAME_BYTES = 6
DATAGRAM_BYTES = 16
TELEGRAM_HEAD_BYTES = 8
TELEGRAM_FRAME_BYTES = 9
MAX_PACKET_FRAMES = 127
MAX_FRAME_BYTES = PACKET_HEAD_BYTES + MAX_PACKET_FRAMES * PACKET_FRAME_BYTES


@dataclass(frozen=True, slots=True)
class Packet:
    """Data of a controller or module; `payload` is a multiple of four bytes."""

    destination: int
    source: int
    command: int
    payload: bytes
    minor_version: int = 0


@dataclass(frozen=True, slots=True)
class Datagram:
    """One parameter: `index` 0 to 65535 and a signed value of 32 bits."""

    destination: int
    source: int
    command: int
    index: int
    value: int
    minor_version: int = 0


@dataclass(frozen=True, slots=True)
class Telegram:
    """Data of a digital sensor or pump.

    Bits 5 and 6 of `command` are the number of seven-byte frames in `payload`.
    """

    destination: int
    source: int
    command: int
    payload: bytes
    minor_version: int = 0


type Frame = Packet | Datagram | Telegram


def encode(frame: Frame) -> bytes:
    """Return the bytes of a frame on the line.

    Raises:
        ProtocolError: if the frame cannot be said on the line: an address or command
            with a top bit set, a number out of range, a payload of a wrong length.
    """
    if frame.minor_version not in (0, 1):
        raise ProtocolError("the minor version is 0 or 1")
    if isinstance(frame, Packet):
        return _encode_packet(frame)
    if isinstance(frame, Datagram):
        return _encode_datagram(frame)
    return _encode_telegram(frame)


def _head(frame: Frame, major_version: int) -> bytes:
    head = b""
    for number in (frame.destination, frame.source):
        if not 0 <= number <= 0xFFFF or number & 0x8080:
            raise ProtocolError("an address has two bytes of seven bits")
        head += number.to_bytes(2, "little")
    head += bytes((major_version << 4 | frame.minor_version,))
    command_bytes = 1 if isinstance(frame, Telegram) else 2
    if not 0 <= frame.command < 1 << 8 * command_bytes or frame.command & 0x8080:
        raise ProtocolError("a command has bytes of seven bits")
    return head + frame.command.to_bytes(command_bytes, "little")


def _encode_packet(frame: Packet) -> bytes:
    frames, rest = divmod(len(frame.payload), 4)
    if rest or frames > MAX_PACKET_FRAMES:
        raise ProtocolError("a packet has up to 127 frames of four bytes")
    minor = frame.minor_version
    head = _head(frame, 1) + bytes((frames,))
    parts = [bytes((SYNC,)), head, bytes((checksum(minor, head),))]
    for offset in range(0, len(frame.payload), 4):
        body = with_septet(frame.payload[offset : offset + 4])
        parts += (body, bytes((checksum(minor, body),)))
    return b"".join(parts)


def _encode_datagram(frame: Datagram) -> bytes:
    if not 0 <= frame.index <= 0xFFFF or not -(1 << 31) <= frame.value < 1 << 31:
        raise ProtocolError("a datagram has a 16-bit index and a signed 32-bit value")
    numbers = frame.index.to_bytes(2, "little")
    numbers += frame.value.to_bytes(4, "little", signed=True)
    body = _head(frame, 2) + with_septet(numbers)
    return bytes((SYNC, *body, checksum(frame.minor_version, body)))


def _encode_telegram(frame: Telegram) -> bytes:
    minor = frame.minor_version
    head = _head(frame, 3)
    if len(frame.payload) != 7 * telegram_frames(frame.command):
        raise ProtocolError("bits 5 and 6 of the command count frames of seven bytes")
    parts = [bytes((SYNC,)), head, bytes((checksum(minor, head),))]
    for offset in range(0, len(frame.payload), 7):
        body = with_septet(frame.payload[offset : offset + 7])
        parts += (body, bytes((checksum(minor, body),)))
    return b"".join(parts)


def telegram_frames(command: int) -> int:
    """Return how many frames of seven bytes follow this telegram command."""
    return command >> 5 & 3
