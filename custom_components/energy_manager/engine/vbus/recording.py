"""Recording files of RESOL's loggers (`.vbus`): records of whole frames.

Every record begins with 0xA5, a type with two equal digits, twice its length, and a
time in milliseconds since 1970 in UTC. Payloads are eight bits wide, without septets.
"""

from dataclasses import dataclass
import struct
from typing import Final

from .decoder import Decoder
from .frames import (
    MAX_PACKET_FRAMES,
    Datagram,
    Frame,
    Packet,
    Telegram,
    telegram_frames,
)

SYNC: Final = 0xA5
_SYNC_BYTES = bytes((SYNC,))
_HEAD_BYTES: Final = 14
_FRAME_AT: Final = 26
_RAW_AT: Final = 22
_RECORD_HEAD = struct.Struct("<BBHH")
_FRAME_HEAD = struct.Struct("<6H")
_DATAGRAM = struct.Struct("<Hi")
_TYPE_OLD_FRAME: Final = 0x33
_TYPE_SET: Final = 0x44
_TYPE_FRAME: Final = 0x66
_TYPE_CHANNEL: Final = 0x77
_TYPE_RAW: Final = 0x88
_DATAGRAM_DATA_BYTES: Final = 6
_MAX_CHANNELS: Final = 64
# A stretch has less than 64 KiB, about a minute of a line; a longer one is damage.
_LONGEST_RAW_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFrame:
    """A frame with the time at which the logger received it and its channel.

    The time inside a set of frames can be older than the set: loggers repeat the last
    frame of a source until it is too old.
    """

    time_ms: int
    channel: int
    frame: Frame


def is_recording(data: bytes) -> bool:
    """Return whether these bytes, the beginning or all of a file, are a recording.

    A frame on the line never contains 0xA5, so two records that follow one another
    (or one that fills the rest) are proof enough, also behind damage.
    """
    position = data.find(_SYNC_BYTES)
    while position >= 0:
        length = _whole_length(data, position)
        if length > 0:
            end = position + length
            if end == len(data) or _whole_length(data, end) > 0:
                return True
        position = data.find(_SYNC_BYTES, position + 1)
    return False


class RecordingDecoder:
    """Push decoder of a recording file; the result does not depend on the cutting.

    A record is taken only if another whole one, or the end of the file, follows it:
    call `close` at the end. `malformed` counts rows of bytes outside of records, records
    that make no sense and damaged frames in stretches of raw line bytes.
    """

    def __init__(self) -> None:
        """Begin at the start of a file."""
        self.frames = 0
        self._malformed = 0
        self._pending = b""
        self._skipping = False
        self._channel = 0
        self._lines: dict[int, Decoder] = {}

    @property
    def malformed(self) -> int:
        """How often something was dropped."""
        return self._malformed + sum(line.malformed for line in self._lines.values())

    def feed(self, data: bytes) -> list[RecordedFrame]:
        """Return the frames of the records that are complete with these bytes."""
        return self._take(data, at_end=False)

    def close(self) -> list[RecordedFrame]:
        """Return the frames of the last record; nothing follows it."""
        return self._take(b"", at_end=True)

    def _take(self, data: bytes, *, at_end: bool) -> list[RecordedFrame]:
        data = self._pending + data
        found: list[RecordedFrame] = []
        position = 0
        length = _whole_length(data, position)
        while position < len(data):
            if length > 0:
                end = position + length
                following = _whole_length(data, end)
                if following < 0 and not at_end:
                    break
                if following > 0 or end == len(data):
                    self._skipping = False
                    found += self._record(data[position:end])
                    position, length = end, following
                    continue
            elif length < 0 and not at_end:
                break
            if not self._skipping:
                self._malformed += 1
                self._skipping = True
            position = data.find(_SYNC_BYTES, position + 1)
            if position < 0:
                position = len(data)
            length = _whole_length(data, position)
        self._pending = data[position:]
        return found

    def _record(self, record: bytes) -> list[RecordedFrame]:
        kind = record[1]
        time_ms = int.from_bytes(record[6:14], "little")
        if kind == _TYPE_SET:
            self._channel = 0
        elif kind == _TYPE_CHANNEL and len(record) >= _HEAD_BYTES + 2:
            self._channel = record[14] | record[15] << 8
        elif kind == _TYPE_RAW and len(record) >= _RAW_AT:
            return self._raw(record, time_ms)
        elif kind in (_TYPE_FRAME, _TYPE_OLD_FRAME):
            frame = _frame(record)
            if frame is None:
                self._malformed += 1
                return []
            self.frames += 1
            return [RecordedFrame(time_ms=time_ms, channel=self._channel, frame=frame)]
        return []

    def _raw(self, record: bytes, start_ms: int) -> list[RecordedFrame]:
        """Return the frames in raw bytes, spread over the time that they took."""
        if self._channel not in self._lines and len(self._lines) >= _MAX_CHANNELS:
            self._malformed += 1
            return []
        line = self._lines.setdefault(self._channel, Decoder())
        frames = line.feed(record[_RAW_AT:])
        self.frames += len(frames)
        duration_ms = int.from_bytes(record[_HEAD_BYTES:_RAW_AT], "little") - start_ms
        if not 0 <= duration_ms <= _LONGEST_RAW_MS:
            duration_ms = 0
        return [
            RecordedFrame(
                time_ms=start_ms + duration_ms * number // len(frames),
                channel=self._channel,
                frame=frame,
            )
            for number, frame in enumerate(frames, start=1)
        ]


def _whole_length(data: bytes, position: int) -> int:
    """Return the length of the whole record here, 0 for none, -1 for too few bytes."""
    available = len(data) - position
    if available <= 0:
        return -1
    if data[position] != SYNC:
        return 0
    if available < _RECORD_HEAD.size:
        return -1
    _sync, kind, length, again = _RECORD_HEAD.unpack_from(data, position)
    if length != again or length < _HEAD_BYTES or kind >> 4 != kind & 15:
        return 0
    return int(length) if length <= available else -1


def _frame(record: bytes) -> Frame | None:
    """Return the frame in a record of data, None if it makes no sense."""
    if len(record) < _FRAME_AT:
        return None
    head = _FRAME_HEAD.unpack_from(record, _HEAD_BYTES)
    destination, source, version, command, length, _info = head
    data = record[_FRAME_AT : _FRAME_AT + length]
    if len(data) != length:
        return None
    major, minor = version >> 4, version & 15
    if major == 1 and length <= 4 * MAX_PACKET_FRAMES:
        whole = length // 4 * 4
        return Packet(destination, source, command, data[:whole], minor)
    if major == 2 and length == _DATAGRAM_DATA_BYTES:
        index, value = _DATAGRAM.unpack(data)
        return Datagram(destination, source, command, index, value, minor)
    if major == 3 and length == 7 * telegram_frames(command):
        return Telegram(destination, source, command, data, minor)
    return None
