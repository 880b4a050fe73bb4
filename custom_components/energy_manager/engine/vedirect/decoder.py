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

TEXT_RUN: Final = re.compile(rb"[\x20-\x39\x3B-\x7E]*")
DIGIT_RUN: Final = re.compile(rb"[0-9A-F]*")
START: Final = re.compile(rb"[\r:]")
WHOLE_HEX: Final = re.compile(rb":([0-9A-F]{3,%d})[\n\xFE]" % DIGIT_LIMIT)

CHECKSUM: Final = CHECKSUM_LABEL.encode("ascii")
LINE_END: Final = b"\r\n"
BLOCK_END: Final = LINE_END + CHECKSUM + b"\t"
WHOLE_LIMIT: Final = 512
"""Longest block that is looked for at once; a longer one goes field by field.

Below 65521 the low half of Adler-32 is the plain sum of the bytes, and 512 printable
bytes cannot reach that.
"""
PRINTABLE: Final = bytes(byte for byte in range(0x20, 0x7F) if byte != COLON)
KNOWN_LIMIT: Final = 4096
"""Most lines that are kept; each has 81 bytes at most."""


class KnownLines(dict[bytes, tuple[str, str]]):
    """Label and value by their line: most of a block is as it was a second ago."""

    def __missing__(self, line: bytes) -> tuple[str, str]:
        """Return label and value of a line that is not known yet.

        Raises:
            KeyError: for what is not a label, a TAB and a value.
        """
        if line.translate(None, PRINTABLE) != b"\t":
            raise KeyError(line)
        label, _, value = line.decode("ascii").partition("\t")
        if len(line) > LABEL_LIMIT and (
            len(label) > LABEL_LIMIT or len(value) > VALUE_LIMIT
        ):
            raise KeyError(line)
        if len(self) >= KNOWN_LIMIT:
            self.clear()
        field = self[line] = label, value
        return field


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
        self._known = KnownLines()
        self.reset()

    def reset(self) -> None:
        """Forget what is unfinished: after a new connection or a long silence."""
        self._pending = b""
        self._state = State.IDLE
        self._sum = 0
        self._fields: list[tuple[str, str]] = []
        self._label = ""
        self._text = bytearray()
        self._digits: bytearray | None = None

    def feed(self, data: bytes) -> list[Reading]:
        """Return the readings that these bytes complete."""
        if self._pending:
            known = len(self._pending)
            data = self._pending + data
            end = data.find(BLOCK_END, max(0, known - len(BLOCK_END)))
            if (
                len(data) <= WHOLE_LIMIT
                and data.find(COLON, known) < 0
                and (end < 0 or end + len(BLOCK_END) == len(data))
            ):
                self._pending = data
                return []
            self._pending = b""
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
        """Take blocks and HEX frames that lie in one piece, and skip noise.

        This is only a faster way to the same result: what is not clean goes byte by
        byte. The start of a block waits for its end as long as it cannot hold a HEX
        frame, for nothing comes out of it before.
        """
        size = len(data)
        while position < size:
            first = data[position]
            if first == COLON:
                whole = WHOLE_HEX.match(data, position)
                if whole is None:
                    self._digits = bytearray()
                    return position + 1
                self._end_hex(whole[1], readings)
                position = whole.end()
                continue
            if first != CR:
                found = START.search(data, position)
                position = size if found is None else found.start()
                continue
            end = data.find(BLOCK_END, position, position + WHOLE_LIMIT)
            after = end + len(BLOCK_END) + 1
            if end < 0 or after > size:
                return self._begin_block(data, position)
            if not self._take_block(data[position:after], readings):
                self._state = State.STARTING
                return position + 1
            position = after
        return position

    def _take_block(self, wire: bytes, readings: list[Reading]) -> bool:
        """Take a block and whole HEX frames within; return False for anything else."""
        frames: list[bytes] = []
        if wire.find(COLON, 0, -1) >= 0:
            frames = WHOLE_HEX.findall(wire[:-1])
            wire = WHOLE_HEX.sub(b"", wire[:-1]) + wire[-1:]
            if wire.find(BLOCK_END) < len(wire) - len(BLOCK_END) - 1:
                # A frame stood in the label of an earlier checksum.
                return False
        lines = wire[2 : -len(BLOCK_END) - 1].split(LINE_END)
        try:
            fields = tuple(map(self._known.__getitem__, lines))
        except KeyError:
            return False
        if len(fields) > FIELD_LIMIT or not wire.startswith(LINE_END):
            return False
        for digits in frames:
            self._end_hex(digits, readings)
        if zlib.adler32(wire, 0) & 0xFF:
            self.malformed += 1
        else:
            readings.append(Block(fields=fields))
        return True

    def _begin_block(self, data: bytes, position: int) -> int:
        """Begin what may be a block, or wait until more of it is there."""
        if len(data) - position <= WHOLE_LIMIT and data.find(COLON, position) < 0:
            self._pending = data[position:]
            return len(data)
        self._state = State.STARTING
        return position + 1

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
        if data[end] in {LF, ODD_HEX_END}:
            self._end_hex(bytes(digits), readings)
            return end + 1
        self.malformed += 1
        return end

    def _end_hex(self, digits: bytes, readings: list[Reading]) -> None:
        frame = parse_hex(digits)
        if frame is None:
            self.malformed += 1
        else:
            readings.append(frame)


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
