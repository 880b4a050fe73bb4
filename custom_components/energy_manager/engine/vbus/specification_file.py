"""Reader of RESOL's specification file (`.vsf`) into the compact table.

Layout after RESOL's document of the file: a header with a doubled checksum, then
tables of texts, localized texts, units, devices and packets, found by offsets.
"""

import binascii
from collections.abc import Iterator
import struct
from typing import Any, TypedDict

from ..errors import InputError

_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_HEADER = struct.Struct("<HHiii")
_SPECIFICATION = struct.Struct("<11i")
_TEXT = struct.Struct("<i")
_LOCALIZED_TEXT = struct.Struct("<3i")
_UNIT = struct.Struct("<4i")
_DEVICE = struct.Struct("<4Hi")
_PACKET = struct.Struct("<6H2i")
_FIELD = struct.Struct("<7i")
_PART = struct.Struct("<I4Bq")
_DATA_VERSION = 1
_MAX_PRECISION = 18
_MAX_PARTS = 64
# Several times what RESOL's newest file has (0.7 MB, 7000 fields). Rows and texts are
# found by offsets, so that many of them could share the same bytes of a small file.
_MAX_BYTES = 8_000_000
_MAX_FIELDS = 100_000
_MAX_TEXT_BYTES = 8_000_000


class Table(TypedDict):
    """The compact form of a specification: names, units and layouts are shared.

    Texts are in English, German and French. A unit is [id, code, text]. A part of a
    layout is [byte offset, bit position, mask, signed, factor] with offsets from the
    field's first byte. A device is [self address, mask, peer address, mask, name]. A
    packet is [destination, mask, source, mask, command, fields] and a field [id, name,
    unit id, precision, type, layout, first byte].
    """

    datecode: int
    names: list[list[str]]
    units: list[list[Any]]
    layouts: list[list[list[int]]]
    devices: list[list[int]]
    packets: list[list[Any]]


def read_vsf(data: bytes) -> Table:
    """Return the table in a specification file.

    Raises:
        InputError: if it is not such a file, or damaged, or of another version.
    """
    try:
        return _Reader(data).table()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise _wrong() from error


def crc16(data: bytes) -> int:
    """CRC-16 of the file: reflected 0x8408, start and final xor 0xFFFF (X.25).

    The standard library has the same polynomial unreflected, so the bits of every
    byte are reversed on the way in and those of the result on the way out.
    """
    crc = binascii.crc_hqx(data.translate(_REVERSED_BITS), 0xFFFF)
    return int(f"{crc:016b}"[::-1], 2) ^ 0xFFFF


def _wrong() -> InputError:
    return InputError(
        "specification", "an undamaged VBus specification file (.vsf) is allowed"
    )


class _Reader:
    """One pass over a file; every offset is checked before it is used."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) > _MAX_BYTES:
            raise _wrong()
        crc_a, crc_b, length, version, offset = _HEADER.unpack_from(data)
        if length != len(data) or version != _DATA_VERSION:
            raise _wrong()
        if crc_a != crc_b or crc_a != crc16(data[4:]):
            raise _wrong()
        self._datecode, *counts = self._at(_SPECIFICATION, offset)
        self._sections = list(zip(counts[::2], counts[1::2], strict=True))
        self._fields_left = _MAX_FIELDS
        self._text_bytes_left = _MAX_TEXT_BYTES
        self._texts = [self._string(at) for (at,) in self._section(0, _TEXT)]
        self._name_numbers: dict[tuple[str, ...], int] = {}
        self._layout_numbers: dict[tuple[tuple[int, ...], ...], int] = {}
        self._names = [
            self._shared_name(tuple(self._text(index) for index in indices))
            for indices in self._section(1, _LOCALIZED_TEXT)
        ]

    def table(self) -> Table:
        units = [
            [number, self._text(code), self._text(text)]
            for number, _family, code, text in self._section(2, _UNIT)
        ]
        devices = [
            [*addresses, self._name(name)]
            for *addresses, name in self._section(3, _DEVICE)
        ]
        packets = [
            [*key, [self._field(values) for values in self._field_rows(at, count)]]
            for *key, _reserved, count, at in self._section(4, _PACKET)
        ]
        return Table(
            datecode=self._datecode,
            names=[list(name) for name in self._name_numbers],
            units=units,
            layouts=[[list(part) for part in parts] for parts in self._layout_numbers],
            devices=devices,
            packets=packets,
        )

    def _at(self, form: struct.Struct, offset: int) -> tuple[int, ...]:
        if offset < 0:
            raise _wrong()
        return form.unpack_from(self._data, offset)

    def _rows(
        self, form: struct.Struct, offset: int, count: int
    ) -> Iterator[tuple[int, ...]]:
        end = offset + count * form.size
        if offset < 0 or count < 0 or end > len(self._data):
            raise _wrong()
        return form.iter_unpack(self._data[offset:end])

    def _field_rows(self, offset: int, count: int) -> Iterator[tuple[int, ...]]:
        self._fields_left -= count
        if self._fields_left < 0:
            raise _wrong()
        return self._rows(_FIELD, offset, count)

    def _section(self, number: int, form: struct.Struct) -> Iterator[tuple[int, ...]]:
        count, offset = self._sections[number]
        return self._rows(form, offset, count)

    def _string(self, offset: int) -> str:
        end = self._data.find(b"\0", offset) if offset >= 0 else -1
        self._text_bytes_left -= end - offset
        if end < 0 or self._text_bytes_left < 0:
            raise _wrong()
        return self._data[offset:end].decode()

    def _text(self, index: int) -> str:
        if index < 0:
            raise _wrong()
        return self._texts[index]

    def _shared_name(self, name: tuple[str, ...]) -> int:
        return self._name_numbers.setdefault(name, len(self._name_numbers))

    def _name(self, index: int) -> int:
        if index < 0:
            raise _wrong()
        return self._names[index]

    def _field(self, values: tuple[int, ...]) -> list[Any]:
        text, name, unit, precision, kind, count, offset = values
        if not 0 <= precision <= _MAX_PRECISION or not 0 <= count <= _MAX_PARTS:
            raise _wrong()
        rows = list(self._rows(_PART, offset, count))
        first = min((row[0] for row in rows), default=0)
        parts = tuple(
            (at - first, bit, mask, signed, factor)
            for at, bit, mask, signed, _reserved, factor in rows
        )
        layout = self._layout_numbers.setdefault(parts, len(self._layout_numbers))
        return [
            self._text(text), self._name(name), unit, precision, kind, layout, first,
        ]  # fmt: skip
