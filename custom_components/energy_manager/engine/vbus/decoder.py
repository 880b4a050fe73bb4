"""Push decoder of the VBus line: bytes in, frames out; damage is counted."""

import struct

from .checksum import crc7, without_septet
from .frames import (
    DATAGRAM_BYTES,
    MAX_PACKET_FRAMES,
    PACKET_FRAME_BYTES,
    PACKET_HEAD_BYTES,
    SYNC,
    TELEGRAM_FRAME_BYTES,
    TELEGRAM_HEAD_BYTES,
    Datagram,
    Frame,
    Packet,
    Telegram,
    telegram_frames,
)

_SYNC_BYTES = bytes((SYNC,))
_VERSION_AT = 5
_ADDRESSES_AND_VERSION = 6


class Decoder:
    """Decode the bytes of one line; the result does not depend on how they are cut.

    0xAA always begins a frame and throws an unfinished one away. A frame is dropped
    as a whole when one of its checksums is wrong, when one of its bytes has its top
    bit set or when its version is unknown; decoding goes on at the next 0xAA.

    `frames` counts what was returned. `malformed` counts frames that were begun and
    dropped, and rows of stray bytes between frames, such as what is left of a frame
    whose first byte was lost. Bytes before the first 0xAA are the rest of a frame
    that was on the line when listening began: they are passed over and not counted,
    and neither is a frame that the end of the stream cuts off.
    """

    def __init__(self) -> None:
        """Begin in the middle of whatever is on the line."""
        self.frames = 0
        self.malformed = 0
        self._pending = b""
        # With fewer bytes than this nothing more is known of the pending frame.
        self._needed = 0
        # Bytes up to the next 0xAA are passed over; whether they count as damage
        # depends on what stood before them.
        self._stray_counts = False

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are complete with these bytes, in order.

        At most one unfinished frame (772 bytes) is kept. Damage never raises.
        """
        size = len(self._pending) + len(data)
        if size < self._needed and SYNC not in data:
            self._pending += data
            return []
        data = self._pending + data
        found: list[Frame] = []
        position = 0
        while position < size:
            if data[position] != SYNC:
                position = self._pass_over(data, position)
                continue
            end = self._frame(data, position, found)
            if end < 0:
                self._pending = data[position:]
                return found
            position = end
        self._pending = b""
        self._needed = 0
        return found

    def _pass_over(self, data: bytes, position: int) -> int:
        """Go to the next 0xAA and count a row of stray bytes once."""
        if self._stray_counts:
            self.malformed += 1
            self._stray_counts = False
        following = data.find(_SYNC_BYTES, position)
        return len(data) if following < 0 else following

    def _frame(self, data: bytes, start: int, found: list[Frame]) -> int:
        """Take the frame at `start`; return where it ends, or -1 for more bytes.

        A dropped frame ends behind its first byte: what follows it up to the next
        0xAA is passed over without being counted again.
        """
        length = _length(data, start)
        if length == 0:
            return self._drop(start)
        end = start + length
        if end > len(data):
            cut_short = data.find(_SYNC_BYTES, start + 1) >= 0
            self._needed = length
            return self._drop(start) if cut_short else -1
        frame = _parse(data[start:end])
        if frame is None:
            return self._drop(start)
        self.frames += 1
        self._stray_counts = True
        found.append(frame)
        return end

    def _drop(self, start: int) -> int:
        self.malformed += 1
        self._stray_counts = False
        return start + 1


def _length(data: bytes, start: int) -> int:
    """Return how many bytes are needed to go on with this frame; 0 if it is damaged.

    While the head is incomplete this is the length up to the version or of the head.
    """
    available = len(data) - start
    if available < _ADDRESSES_AND_VERSION:
        return _ADDRESSES_AND_VERSION
    version = data[start + _VERSION_AT]
    if version in (0x10, 0x11):
        if available < PACKET_HEAD_BYTES:
            return PACKET_HEAD_BYTES
        head = data[start + 1 : start + PACKET_HEAD_BYTES]
        if not _head_is_good(head, version):
            return 0
        return PACKET_HEAD_BYTES + head[7] * PACKET_FRAME_BYTES
    if version in (0x20, 0x21):
        return DATAGRAM_BYTES
    if version in (0x30, 0x31):
        if available < TELEGRAM_HEAD_BYTES:
            return TELEGRAM_HEAD_BYTES
        head = data[start + 1 : start + TELEGRAM_HEAD_BYTES]
        if not _head_is_good(head, version):
            return 0
        return TELEGRAM_HEAD_BYTES + telegram_frames(head[5]) * TELEGRAM_FRAME_BYTES
    return 0


def _head_is_good(head: bytes, version: int) -> bool:
    """Return whether a head, without its 0xAA, has its checksum and seven bits."""
    if not head.isascii():
        return False
    if version & 1:
        return crc7(head[:-1]) == head[-1]
    return sum(head) & 0x7F == 0x7F


def _parse(data: bytes) -> Frame | None:
    """Return the frame in these bytes of the right length, or None for damage."""
    body = data[1:]
    if not body.isascii():
        return None
    destination = body[0] | body[1] << 8
    source = body[2] | body[3] << 8
    version = body[4]
    minor_version = version & 1
    if version < 0x20:
        payload = _packet_payload(body[PACKET_HEAD_BYTES - 1 :], minor_version)
        if payload is None:
            return None
        command = body[5] | body[6] << 8
        return Packet(destination, source, command, payload, minor_version)
    if version < 0x30:
        if not _head_is_good(body, version):
            return None
        numbers = without_septet(body[7:14])
        index = int.from_bytes(numbers[:2], "little")
        value = int.from_bytes(numbers[2:], "little", signed=True)
        command = body[5] | body[6] << 8
        return Datagram(destination, source, command, index, value, minor_version)
    payload = b""
    for offset in range(TELEGRAM_HEAD_BYTES - 1, len(body), TELEGRAM_FRAME_BYTES):
        part = body[offset : offset + TELEGRAM_FRAME_BYTES]
        if not _head_is_good(part, version):
            return None
        payload += without_septet(part[:-1])
    return Telegram(destination, source, body[5], payload, minor_version)


def _in_every_frame(pattern: bytes) -> list[int]:
    """Return the integers with a pattern of six bytes in each of 0 to 127 frames."""
    return [
        int.from_bytes(pattern * count, "little")
        for count in range(MAX_PACKET_FRAMES + 1)
    ]


_EVERY_OTHER_BYTE = _in_every_frame(b"\xff\x00\xff\x00\xff\x00")
_SEVEN_BITS = _in_every_frame(b"\x7f\x00\x00\x00\x00\x00")
_TOP_BITS = [_in_every_frame(bytes((1 << bit, 0, 0, 0, 0, 0))) for bit in range(4)]
_PAYLOADS = [
    struct.Struct("4s2x" * count).unpack for count in range(MAX_PACKET_FRAMES + 1)
]


def _packet_payload(data: bytes, minor_version: int) -> bytes | None:
    """Return the payload of the frames in `data`, or None for a wrong checksum.

    All frames are worked on at once, as one long integer: what is done to it happens
    to every frame, so that the cost in Python does not grow with their number.
    """
    count = len(data) // PACKET_FRAME_BYTES
    number = int.from_bytes(data, "little")
    if minor_version:
        for offset in range(0, len(data), PACKET_FRAME_BYTES):
            frame = data[offset : offset + PACKET_FRAME_BYTES]
            if crc7(frame[:-1]) != frame[-1]:
                return None
    else:
        # Six numbers of seven bits, added in two bytes each, never carry.
        every_other = _EVERY_OTHER_BYTE[count]
        pairs = (number & every_other) + (number >> 8 & every_other)
        sums = pairs + (pairs >> 16) + (pairs >> 32)
        if sums & _SEVEN_BITS[count] != _SEVEN_BITS[count]:
            return None
    septets = number >> 32
    for bit, mask in enumerate(_TOP_BITS):
        number |= (septets & mask[count]) << 7 * (bit + 1)
    whole = number.to_bytes(len(data), "little")
    return b"".join(_PAYLOADS[count](whole))
