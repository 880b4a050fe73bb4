"""The device's side of the HEX protocol: registers that answer get and set."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from .decoder import Decoder
from .frames import FRAME_ERROR, Answer, Command, Flag, HexFrame, encode_hex
from .registers import Register, Registers
from .registers_common import MODEL_NAME, PRODUCT_ID, SERIAL_NUMBER

RESTART = 0x6
ASYNCHRONOUS_S = 120.0
"""Unasked frames end so long after the last HEX frame of the host."""


def _always() -> bool:
    return True


@dataclass(slots=True, kw_only=True)
class Cell:
    """A register of a device: how it is read, and how it is written."""

    register: Register
    get: Callable[[], bytes | None]
    """Bytes in force; None where the device has no data yet."""
    set: Callable[[bytes], None] | None = None
    """Store legal bytes; None for a register that can only be read."""
    lowest: float | None = None
    highest: float | None = None
    """Legal values of this device [unit of the register]."""
    choices: frozenset[int] | None = None
    since: int = 0
    """First firmware that has it, BCD as 0x0119 for 1.19."""
    writable: Callable[[], bool] = _always
    """Whether it can be written as the device is set up now."""

    def nearest(self, data: bytes) -> bytes:
        """Return the legal bytes nearest to what the host wants."""
        wanted = self.register.decode(data)
        if wanted is None:
            # All bits set withdraws a value.
            return data
        if self.choices is not None:
            near = min(self.choices, key=lambda choice: abs(choice - wanted))
            return self.register.encode(near)
        if self.lowest is not None and wanted < self.lowest:
            return self.register.encode(self.lowest)
        if self.highest is not None and wanted > self.highest:
            return self.register.encode(self.highest)
        return data


def _encoded(
    register: Register, get: Callable[[], float | None]
) -> Callable[[], bytes]:
    return lambda: register.encode(get())


class Responder:
    """Answers HEX frames of a host the way a device does."""

    def __init__(
        self, *, product_id: int, version: int, text_pause_s: float = 0.0
    ) -> None:
        """Have no registers yet; the version is BCD as 0x0164 for 1.64.

        With old firmware the text pauses for `text_pause_s` after each HEX frame.
        """
        self.product_id = product_id
        self.version = version
        self.text_pause_s = text_pause_s
        self.restarted = False
        """Set by a restart; whoever owns the registers clears it."""
        self.stored: dict[int, float] = {}
        """Settings in flash by register, in its unit."""
        self._cells: dict[int, Cell] = {}
        self._decoder = Decoder()
        self._silent_s = ASYNCHRONOUS_S
        self._told: dict[int, bytes | None] = {}

    def add(self, cell: Cell) -> None:
        """Have one more register."""
        self._cells[cell.register.number] = cell

    def cell(self, number: int) -> Cell:
        """Return a register that was added."""
        return self._cells[number]

    def add_setting(
        self,
        register: Register,
        value: float,
        limits: tuple[float, float] | None = None,
        *,
        choices: Iterable[int] | None = None,
        writable: Callable[[], bool] = _always,
    ) -> None:
        """Have a register in flash, with a value to begin with."""
        number = register.number
        self.stored[number] = value

        def store(data: bytes) -> None:
            stored = register.decode(data)
            if stored is not None:
                self.stored[number] = stored

        self.add(
            Cell(
                register=register,
                get=lambda: register.encode(self.stored[number]),
                set=store,
                lowest=None if limits is None else limits[0],
                highest=None if limits is None else limits[1],
                choices=None if choices is None else frozenset(choices),
                writable=writable,
            )
        )

    def add_command(self, register: Register, do: Callable[[], None]) -> None:
        """Have a register that makes the device do something once."""
        self.add(Cell(register=register, get=lambda: b"", set=lambda _: do()))

    @property
    def in_use(self) -> bool:
        """Return whether the host has used HEX within two minutes."""
        return self._silent_s < ASYNCHRONOUS_S

    @property
    def text_paused(self) -> bool:
        """Return whether the text pauses because the host uses HEX."""
        return self._silent_s < self.text_pause_s

    def add_numbers(
        self, table: Registers, numbers: dict[int, Callable[[], float | None]]
    ) -> None:
        """Have registers with numbers that can only be read."""
        for number, get in numbers.items():
            self.add(Cell(register=table[number], get=_encoded(table[number], get)))

    def add_identity(self, table: Registers, *, serial: str, model: str) -> None:
        """Have the registers that say what the device is."""
        product = b"\x00" + self.product_id.to_bytes(2, "little") + b"\xff"
        texts = {SERIAL_NUMBER: serial, MODEL_NAME: model}
        self.add(Cell(register=table[PRODUCT_ID], get=lambda: product))
        for number, text in texts.items():
            # Real devices pad with NUL, and end with at least one.
            data = text.encode("ascii")
            padded = data.ljust(max(16, len(data) + 1), b"\x00")
            self.add(Cell(register=table[number], get=partial(bytes, padded)))

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the host and return the answers."""
        malformed = self._decoder.malformed
        frames = self._decoder.feed(data)
        answers = [
            self._answer(frame) for frame in frames if isinstance(frame, HexFrame)
        ]
        broken = self._decoder.malformed - malformed
        answers += [encode_hex(Answer.ERROR, FRAME_ERROR)] * broken
        if answers:
            self._silent_s = 0.0
        return b"".join(answers)

    def forget(self) -> None:
        """Be as after a restart: nobody has used HEX yet."""
        self._silent_s = ASYNCHRONOUS_S
        self._told = {}
        self._decoder.reset()

    def asynchronous(self, registers: tuple[int, ...], elapsed_s: float) -> bytes:
        """Return frames for what has changed, as long as the host uses HEX."""
        self._silent_s += elapsed_s
        if self._silent_s >= ASYNCHRONOUS_S:
            return b""
        wire = b""
        for number in registers:
            value = self._cells[number].get()
            if self._told.get(number) != value:
                self._told[number] = value
                wire += self.unasked(number)
        return wire

    def unasked(self, number: int) -> bytes:
        """Return an asynchronous frame with the value of a register."""
        cell = self._cells[number]
        value = cell.get()
        if value is None or self.version < cell.since:
            return b""
        return encode_hex(
            Command.ASYNCHRONOUS, number.to_bytes(2, "little") + b"\x00" + value
        )

    def _answer(self, frame: HexFrame) -> bytes:
        match frame.command:
            case Command.PING:
                return encode_hex(Answer.PING, self._version())
            case Command.APPLICATION_VERSION:
                return encode_hex(Answer.DONE, self._version())
            case Command.PRODUCT_ID:
                return encode_hex(Answer.DONE, self.product_id.to_bytes(2, "little"))
            case Command.GET | Command.SET if frame.register is not None:
                return self._answer_register(frame, frame.register)
            case Command.ASYNCHRONOUS:
                return b""
            case _ if frame.command == RESTART:
                self.restarted = True
                return b""
            case command:
                return encode_hex(Answer.UNKNOWN_COMMAND, bytes([command]))

    def _version(self) -> bytes:
        """Return the version with the mark of an application, as 0x4164."""
        return (0x4000 | self.version).to_bytes(2, "little")

    def _answer_register(self, frame: HexFrame, number: int) -> bytes:
        flags, value = self._get_or_set(frame, number)
        head = number.to_bytes(2, "little") + bytes([flags])
        return encode_hex(frame.command, head + value)

    def _get_or_set(self, frame: HexFrame, number: int) -> tuple[Flag, bytes]:
        cell = self._cells.get(number)
        if cell is None or self.version < cell.since:
            return Flag.UNKNOWN_REGISTER, b""
        flags = Flag(0)
        if frame.command == Command.SET:
            if cell.set is None or not cell.writable():
                flags = Flag.NOT_SUPPORTED
            elif len(frame.data) != cell.register.size:
                flags = Flag.PARAMETER_ERROR
            elif (near := cell.nearest(frame.data)) != frame.data:
                return Flag.PARAMETER_ERROR, near
            else:
                cell.set(frame.data)
        value = cell.get()
        if value is None:
            return Flag.PARAMETER_ERROR, b""
        return flags, value
