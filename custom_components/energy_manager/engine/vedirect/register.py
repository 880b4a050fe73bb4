"""A register of the HEX protocol: its type, its scale and what may be written."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ..errors import InputError
from .frames import check_write


class Storage(StrEnum):
    """Where a device keeps what is written to a register."""

    NONE = "none"
    """Nothing can be written."""
    VOLATILE = "volatile"
    """In memory: any rate up to once a second is harmless."""
    PERMANENT = "permanent"
    """In flash, which wears: rarely, and never from a loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register: a little-endian number, or bytes where the size is 0."""

    number: int
    key: str
    size: int = 0
    """Bytes of the number; 0 for text, records and commands."""
    signed: bool = False
    digits: int = 0
    """Decimal digits behind the point: value = raw / 10**digits [unit]."""
    unit: str | None = None
    storage: Storage = Storage.NONE
    minimum: float | None = None
    """Least value that may be written [unit]."""
    maximum: float | None = None
    """Greatest value that may be written [unit]."""
    choices: frozenset[int] | None = None
    """The only values that may be written, where it is a code."""
    always_known: bool = False
    """All bits set is a value like any other, not the mark of an unknown one."""
    also_unknown: int | None = None
    """A further number that says that the device knows none."""
    told_as: tuple[int, int] | None = None
    """A code as it is written, and the one that old firmware tells instead."""

    @property
    def is_command(self) -> bool:
        """Return whether writing it without a value makes the device do something."""
        return self.size == 0 and self.storage is not Storage.NONE

    def decode(self, data: bytes) -> float | None:
        """Return the value of an answer, None if the device does not know it.

        The length of the answer counts, not the table: devices differ.
        """
        if not data:
            return None
        raw = int.from_bytes(data, "little", signed=self.signed)
        unknown = (1 << (8 * len(data) - self.signed)) - 1
        if raw in {unknown, self.also_unknown} and not self.always_known:
            return None
        return raw / 10**self.digits if self.digits else raw

    def holds(self, data: bytes | None, wanted: bytes) -> bool:
        """Return whether an answer tells the value of the bytes that were written.

        The number counts, not the bytes: devices tell it in more, or as another code.
        """
        told = None if data is None else self.decode(data)
        if told is None:
            return data == wanted
        written = self.decode(wanted)
        return told == written or (written, told) == self.told_as

    def encode(self, value: float | None) -> bytes:
        """Return the bytes of a value; None gives what stands for unknown.

        A value that does not fit gives the nearest one that does.
        """
        unknown = (1 << (8 * self.size - self.signed)) - 1
        lowest = -unknown - 1 if self.signed else 0
        highest = unknown if self.always_known else unknown - 1
        raw = unknown
        if value is not None:
            raw = max(lowest, min(round(value * 10**self.digits), highest))
        return raw.to_bytes(self.size, "little", signed=self.signed)

    def check(self, value: float) -> None:
        """Refuse a value that must not be written.

        Raises:
            InputError: names the register and what is allowed.
        """
        if self.storage is Storage.NONE:
            raise InputError(self.key, "can only be read")
        if self.is_command:
            check_write(self.number, b"")
            return
        if self.choices is not None:
            if value not in self.choices:
                allowed = ", ".join(map(str, sorted(self.choices)))
                raise InputError(self.key, f"one of {allowed}")
        elif self.minimum is None or self.maximum is None:
            raise InputError(self.key, "is not offered for writing")
        elif not self.minimum <= value <= self.maximum:
            unit = f" {self.unit}" if self.unit else ""
            raise InputError(self.key, f"{self.minimum} to {self.maximum}{unit}")
        check_write(self.number, self.encode(value))


type Registers = MappingProxyType[int, Register]


def table(*groups: Iterable[Register]) -> Registers:
    """Return the registers of several groups by number; a later one replaces."""
    return MappingProxyType(
        {register.number: register for group in groups for register in group}
    )


def unsigned(
    number: int, key: str, size: int, digits: int = 0, unit: str | None = None
) -> Register:
    """Return a number without a sign that can only be read."""
    return Register(number=number, key=key, size=size, digits=digits, unit=unit)


def signed(
    number: int, key: str, size: int, digits: int = 0, unit: str | None = None
) -> Register:
    """Return a number with a sign that can only be read."""
    return Register(
        number=number, key=key, size=size, signed=True, digits=digits, unit=unit
    )


def flag(number: int, key: str) -> Register:
    """Return a number of one byte: a code, a bit field or yes and no."""
    return Register(number=number, key=key, size=1)


def code(number: int, key: str, choices: Iterable[int], size: int = 1) -> Register:
    """Return a stored code with the values that may be written."""
    return Register(
        number=number,
        key=key,
        size=size,
        storage=Storage.PERMANENT,
        choices=frozenset(choices),
    )


def stored(
    number: int,
    key: str,
    limits: tuple[float, float],
    *,
    size: int = 2,
    digits: int = 0,
    unit: str | None = None,
    negative: bool = False,
) -> Register:
    """Return a stored number with the limits of what may be written."""
    return Register(
        number=number,
        key=key,
        size=size,
        signed=negative,
        digits=digits,
        unit=unit,
        storage=Storage.PERMANENT,
        minimum=limits[0],
        maximum=limits[1],
    )


def command(number: int, key: str) -> Register:
    """Return a command: written without a value, the device does it once."""
    return Register(number=number, key=key, storage=Storage.PERMANENT)
