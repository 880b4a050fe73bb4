"""Find text blocks and HEX frames in the bytes of a VE.Direct port."""

from enum import Enum, auto
import re
from typing import Final
import zlib

from .frames import (
    CHECKSUM_LABEL,
    DIGIT_LIMIT,
    FIELD_LIMIT,
    HEX_SUM,
    LABEL_LIMIT,
    VALUE_LIMIT,
    Block,
    HexFrame,
    Reading,
    hex_frame,
)

CR: Final = 0x0D
LF: Final = 0x0A
TAB: Final = 0x09
COLON: Final = 0x3A
# Real chargers end a HEX frame with this byte instead of LF now and then.
ODD_HEX_END: Final = 0xFE

PRINTABLE: Final = bytes(byte for byte in range(0x20, 0x7F) if byte != COLON)
TEXT_RUN: Final = re.compile(rb"[\x20-\x39\x3B-\x7E]*")
DIGIT_RUN: Final = re.compile(rb"[0-9A-F]*")
START: Final = re.compile(rb"[\r:]")

CHECKSUM: Final = CHECKSUM_LABEL.encode("ascii")
BLOCK_END: Final = b"\r\n" + CHECKSUM + b"\t"
FIELD_SKELETON: Final = b"\r\n\t"
SKELETONS: Final = {FIELD_SKELETON * count for count in range(FIELD_LIMIT + 1)}
WHOLE_LIMIT: Final = 512
"""Longest block that is looked for at once; a longer one goes field by field.

Below 65521 the low half of Adler-32 is the plain sum of the bytes, and 512 printable
bytes cannot reach that.
"""


class State(Enum):
    """Where in a text block the decoder stands."""

    IDLE = auto()
    STARTING = auto()
    """The CR that may begin a block has been seen."""
    LABEL = auto()
    VALUE = auto()
    VALUE_ENDING = auto()
    """The CR behind a value has been seen."""
    CHECKSUM = auto()


class Decoder:
    """Push decoder of one port: bytes in, frozen readings out.

    Bytes may come in pieces of any size; readings come out in the order in which they
    are complete. Nothing that arrives raises or grows the memory without bound:
    damage is counted. A block comes out only if its sum is right, with its own fields
    only. HEX frames may stand anywhere but in the place of the checksum byte; their
    bytes do not belong to the block around them.
    """

    frames: int
    """Readings that have come out."""
    malformed: int
    """Blocks that end with a wrong sum, and broken HEX frames."""

    def __init__(self) -> None:
        """Begin between blocks."""
        self.frames = 0
        self.malformed = 0
        self.reset()

    def reset(self) -> None:
        """Forget what is unfinished: after a new connection or a long silence."""
        self._state = State.IDLE
        self._sum = 0
        self._fields: list[tuple[str, str]] = []
        self._label = ""
        self._text = bytearray()
        self._digits: bytearray | None = None

    def feed(self, data: bytes) -> list[Reading]:
        """Return the readings that these bytes complete."""
        readings: list[Reading] = []
        position = 0
        while position < len(data):
            if self._digits is not None:
                position = self._take_hex(self._digits, data, position, readings)
                continue
            match self._state:
                case State.IDLE:
                    position = self._take_idle(data, position, readings)
                case State.LABEL | State.VALUE:
                    position = self._take_text(data, position)
                case State.CHECKSUM:
                    self._end_block(data[position], readings)
                    position += 1
                case _:
                    self._after_carriage_return(data[position])
                    position += 1
        self.frames += len(readings)
        return readings

    def _take_idle(self, data: bytes, position: int, readings: list[Reading]) -> int:
        """Skip noise up to what may begin a block or a HEX frame."""
        found = START.search(data, position)
        if found is None:
            return len(data)
        position = found.start()
        if data[position] == COLON:
            self._digits = bytearray()
            return position + 1
        after = self._take_whole_block(data, position, readings)
        if after is not None:
            return after
        self._state = State.STARTING
        return position + 1

    def _take_whole_block(
        self, data: bytes, start: int, readings: list[Reading]
    ) -> int | None:
        """Take a block that lies in one piece, or return None to go field by field.

        This is only a faster way to the same result. What remains of the fields
        without printable bytes tells whether all separators are in their places.
        """
        end = data.find(BLOCK_END, start, start + WHOLE_LIMIT)
        after = end + len(BLOCK_END) + 1
        if end < 0 or after > len(data):
            return None
        body = data[start:end]
        if body.translate(None, PRINTABLE) not in SKELETONS:
            return None
        parts = body.decode("ascii").replace("\r\n", "\t").split("\t")
        labels, values = parts[1::2], parts[2::2]
        if labels and (
            max(map(len, labels)) > LABEL_LIMIT or max(map(len, values)) > VALUE_LIMIT
        ):
            return None
        if zlib.adler32(data[start:after], 0) & 0xFF:
            self.malformed += 1
        else:
            readings.append(Block(fields=tuple(zip(labels, values, strict=True))))
        return after

    def _after_carriage_return(self, byte: int) -> None:
        """Take the byte behind a CR: before a block or behind a value."""
        if byte == COLON:
            self._digits = bytearray()
        elif byte != LF:
            self._give_up(byte)
        elif self._state is State.STARTING or len(self._fields) == FIELD_LIMIT:
            self._fields = []
            self._text.clear()
            self._sum = CR + LF
            self._state = State.LABEL
        else:
            self._fields.append((self._label, self._text.decode("ascii")))
            self._text.clear()
            self._sum += CR + LF
            self._state = State.LABEL

    def _take_text(self, data: bytes, position: int) -> int:
        """Take bytes of a label or value and what ends it."""
        limit = LABEL_LIMIT if self._state is State.LABEL else VALUE_LIMIT
        end = _run_end(TEXT_RUN, data, position)
        room = limit - len(self._text)
        if end - position > room:
            position += room
            self._give_up(data[position])
            return position + 1
        run = data[position:end]
        self._text += run
        self._sum += sum(run)
        if end == len(data):
            return end
        byte = data[end]
        if byte == COLON:
            self._digits = bytearray()
        elif self._state is State.LABEL and byte == TAB:
            self._end_label()
        elif self._state is State.VALUE and byte == CR:
            self._state = State.VALUE_ENDING
        else:
            self._give_up(byte)
        return end + 1

    def _end_label(self) -> None:
        self._sum += TAB
        if self._text == CHECKSUM:
            self._state = State.CHECKSUM
            return
        self._label = self._text.decode("ascii")
        self._text.clear()
        self._state = State.VALUE

    def _give_up(self, byte: int) -> None:
        """Leave a block at a byte that cannot be there; a CR may begin the next one.

        What follows in the block is taken for a block of its own, so that the damage
        is counted once, at the checksum byte.
        """
        self._state = State.STARTING if byte == CR else State.IDLE

    def _end_block(self, byte: int, readings: list[Reading]) -> None:
        self._state = State.IDLE
        if (self._sum + byte) & 0xFF:
            self.malformed += 1
        else:
            readings.append(Block(fields=tuple(self._fields)))

    def _take_hex(
        self, digits: bytearray, data: bytes, position: int, readings: list[Reading]
    ) -> int:
        """Take digits of a HEX frame and what ends it.

        Any other byte breaks the frame and is looked at again in the text around it.
        """
        end = _run_end(DIGIT_RUN, data, position)
        room = DIGIT_LIMIT - len(digits)
        if end - position > room:
            self._digits = None
            self.malformed += 1
            return position + room
        digits += data[position:end]
        if end == len(data):
            return end
        self._digits = None
        frame = None
        if data[end] in {LF, ODD_HEX_END}:
            frame = parse_hex(bytes(digits))
            end += 1
        if frame is None:
            self.malformed += 1
        else:
            readings.append(frame)
        return end


def _run_end(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    """Return where the bytes of a kind end that begin at a position."""
    found = pattern.match(data, position)
    return position if found is None else found.end()


def parse_hex(digits: bytes) -> HexFrame | None:
    """Return the frame of the digits between colon and line feed.

    None if the digits are not a command, whole bytes and a right check.
    """
    if len(digits) < 3 or len(digits) % 2 == 0:
        return None
    command = int(digits[:1], 16)
    payload = bytes.fromhex(digits[1:].decode("ascii"))
    if (command + sum(payload)) & 0xFF != HEX_SUM:
        return None
    return hex_frame(command, payload[:-1])
