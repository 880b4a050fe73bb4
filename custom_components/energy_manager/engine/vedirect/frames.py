"""What a VE.Direct port says, and the bytes of it: text blocks and HEX frames.

Sources: Victron VE.Direct protocol 3.33 (text) and BlueSolar HEX protocol rev 18.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from ..errors import InputError, ProtocolError

CHECKSUM_LABEL: Final = "Checksum"
LABEL_LIMIT: Final = 16
"""Longest label that is accepted (the document says 8)."""
VALUE_LIMIT: Final = 64
"""Longest value that is accepted (the document says 32)."""
FIELD_LIMIT: Final = 64
"""Most fields of a block that are accepted (the document says 22)."""
DIGIT_LIMIT: Final = 512
"""Most HEX digits of a frame that are accepted (80 are the most ever seen)."""

HEX_SUM: Final = 0x55
"""What command, data and check byte of a HEX frame add up to, modulo 256."""


class Command(IntEnum):
    """First digit of a HEX frame: what the host asks, or what the device answers."""

    PING = 0x1
    APPLICATION_VERSION = 0x3
    PRODUCT_ID = 0x4
    GET = 0x7
    SET = 0x8
    ASYNCHRONOUS = 0xA


class Answer(IntEnum):
    """First digit of the device's frames that answer no register."""

    DONE = 0x1
    UNKNOWN_COMMAND = 0x3
    ERROR = 0x4
    PING = 0x5


class Flag(IntFlag):
    """Flags in the answer to a get or set."""

    UNKNOWN_REGISTER = 0x01
    NOT_SUPPORTED = 0x02
    PARAMETER_ERROR = 0x04


WITH_REGISTER: Final = frozenset({Command.GET, Command.SET, Command.ASYNCHRONOUS})
NEVER_WRITTEN: Final = frozenset({0x0004, 0x0090, 0x1030, 0x2009, 0xED98, 0xED9E})
"""Restore defaults, Bluetooth off, clear history, inject an error, functions of the
port's pins."""

BMS_PRESENT: Final = 0xEDE8
NETWORK_MODE: Final = 0x200E
BMS_BIT: Final = 0x08
"""In the network mode; the charger stores it and then stops with error 67 for ever
without a battery management system."""

FRAME_ERROR: Final = b"\xaa\xaa"
"""Data of `:4AAAAFD`: the device received a damaged frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text block with a right sum."""

    fields: tuple[tuple[str, str], ...]
    """Label and value in order of arrival, without the checksum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HexFrame:
    """A HEX frame with a right check."""

    command: int
    """First digit, 0 to 15."""
    register: int | None
    """Register of a get, set or asynchronous frame; None for other commands."""
    flags: int | None
    """Flags of a frame with a register."""
    data: bytes
    """Bytes behind the flags, or all bytes where there is no register."""


type Reading = Block | HexFrame


def hex_frame(command: int, payload: bytes) -> HexFrame:
    """Return the frame of a command and all bytes behind it but the check."""
    if command in WITH_REGISTER and len(payload) >= 3:
        return HexFrame(
            command=command,
            register=int.from_bytes(payload[:2], "little"),
            flags=payload[2],
            data=payload[3:],
        )
    return HexFrame(command=command, register=None, flags=None, data=payload)


def payload_of(frame: HexFrame) -> bytes:
    """Return all bytes between the command and the check of a frame."""
    if frame.register is None or frame.flags is None:
        return frame.data
    return frame.register.to_bytes(2, "little") + frame.flags.to_bytes(1) + frame.data


def encode_block(fields: Sequence[tuple[str, str]]) -> bytes:
    """Return a text block on the wire, with its checksum.

    Raises:
        ProtocolError: for text that a block cannot carry.
    """
    if len(fields) > FIELD_LIMIT:
        raise ProtocolError(f"A block has at most {FIELD_LIMIT} fields")
    wire = bytearray()
    for label, value in fields:
        _check_text(label, LABEL_LIMIT)
        _check_text(value, VALUE_LIMIT)
        if label == CHECKSUM_LABEL:
            raise ProtocolError("The checksum of a block is not one of its fields")
        wire += f"\r\n{label}\t{value}".encode("ascii")
    wire += f"\r\n{CHECKSUM_LABEL}\t".encode("ascii")
    wire.append(-sum(wire) & 0xFF)
    return bytes(wire)


def _check_text(text: str, limit: int) -> None:
    if len(text) > limit or any(
        not " " <= character <= "~" or character == ":" for character in text
    ):
        raise ProtocolError(f"A block cannot carry {text!r}")


def encode_hex(command: int, payload: bytes = b"") -> bytes:
    """Return a HEX frame on the wire, from its colon to its line feed.

    Raises:
        ProtocolError: for a command above 15 or a frame that is too long.
    """
    if not 0 <= command <= 0xF:
        raise ProtocolError(f"A HEX command is one digit, not {command}")
    if 2 * len(payload) + 3 > DIGIT_LIMIT:
        raise ProtocolError(f"A HEX frame has at most {DIGIT_LIMIT} digits")
    check = (HEX_SUM - command - sum(payload)) & 0xFF
    return f":{command:X}{payload.hex().upper()}{check:02X}\n".encode("ascii")


def encode_frame(frame: HexFrame) -> bytes:
    """Return a frame on the wire."""
    return encode_hex(frame.command, payload_of(frame))


def ping() -> bytes:
    """Return the question whether a device is there; the answer is its version."""
    return encode_hex(Command.PING)


def get_application_version() -> bytes:
    """Return the question for the version of the firmware."""
    return encode_hex(Command.APPLICATION_VERSION)


def get_product_id() -> bytes:
    """Return the question for the product id."""
    return encode_hex(Command.PRODUCT_ID)


def get_register(register: int) -> bytes:
    """Return the question for the value of a register."""
    return encode_hex(Command.GET, register.to_bytes(2, "little") + b"\x00")


def check_write(register: int, data: bytes) -> None:
    """Refuse what must never be written to any device.

    Raises:
        InputError: names the register.
    """
    if register in NEVER_WRITTEN:
        raise InputError(f"0x{register:04X}", "is never written")
    stored_bms = register == BMS_PRESENT and any(data)
    if stored_bms or (register == NETWORK_MODE and data and data[0] & BMS_BIT):
        raise InputError(
            f"0x{register:04X}", "a battery management system is never announced"
        )


def set_register(register: int, data: bytes) -> bytes:
    """Return the order to set a register to little-endian `data`.

    Boot loader and restart have no function here for the same reason: they must not
    be sent.

    Raises:
        InputError: for what must never be written to any device.
    """
    check_write(register, data)
    return encode_hex(Command.SET, register.to_bytes(2, "little") + b"\x00" + data)
