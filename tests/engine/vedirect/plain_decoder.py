"""A decoder that takes one byte at a time, to compare the fast one with.

It follows the protocol's description and nothing else: no runs of bytes, no buffers.
"""

from dataclasses import dataclass, field

from custom_components.energy_manager.engine.vedirect import Block, Reading
from custom_components.energy_manager.engine.vedirect.frames import hex_frame

DIGITS = b"0123456789ABCDEF"


@dataclass(slots=True)
class PlainDecoder:
    """State machine of one port."""

    readings: list[Reading] = field(default_factory=list)
    malformed: int = 0
    state: str = "idle"
    total: int = 0
    label: bytes = b""
    text: bytes = b""
    fields: list[tuple[str, str]] = field(default_factory=list)
    digits: bytes | None = None

    def feed(self, data: bytes) -> None:
        """Take bytes; what they complete is in `readings`."""
        for byte in data:
            if self.digits is not None:
                self.take_digit(byte)
            else:
                self.take_text(byte)

    def take_digit(self, byte: int) -> None:
        """Take a byte behind a colon."""
        digits = self.digits
        assert digits is not None
        if byte in DIGITS and len(digits) < 512:
            self.digits = digits + bytes([byte])
            return
        self.digits = None
        if byte not in b"\n\xfe":
            self.malformed += 1
            self.take_text(byte)
            return
        payload = bytes.fromhex(digits[1:].decode()) if len(digits) % 2 else b""
        if not payload or (int(digits[:1], 16) + sum(payload)) % 256 != 0x55:
            self.malformed += 1
            return
        self.readings.append(hex_frame(int(digits[:1], 16), payload[:-1]))

    def take_text(self, byte: int) -> None:
        """Take a byte of the text."""
        if byte == ord(":") and self.state != "checksum":
            self.digits = b""
            return
        self.total += byte
        match self.state:
            case "checksum":
                if self.total % 256:
                    self.malformed += 1
                else:
                    self.readings.append(Block(fields=tuple(self.fields)))
                self.state = "idle"
            case "idle":
                self.give_up(byte)
            case "starting" if byte == ord("\n"):
                self.begin()
            case "ending" if byte == ord("\n"):
                self.end_field()
            case "label" if byte == ord("\t"):
                self.label, self.text = self.text, b""
                self.state = "checksum" if self.label == b"Checksum" else "value"
            case "value" if byte == ord("\r"):
                self.state = "ending"
            case "label" | "value" if 0x20 <= byte <= 0x7E and self.fits():
                self.text += bytes([byte])
            case _:
                self.give_up(byte)

    def fits(self) -> bool:
        """Return whether one byte more is within the limits."""
        return len(self.text) < (16 if self.state == "label" else 64)

    def begin(self) -> None:
        """Begin a block behind its first CR LF."""
        self.state, self.text, self.fields, self.total = "label", b"", [], 23

    def end_field(self) -> None:
        """Keep a field, or begin anew if there are too many."""
        if len(self.fields) == 64:
            self.begin()
            return
        self.fields.append((self.label.decode(), self.text.decode()))
        self.state, self.text = "label", b""

    def give_up(self, byte: int) -> None:
        """Leave a block; a CR may begin the next one."""
        self.state = "starting" if byte == ord("\r") else "idle"
