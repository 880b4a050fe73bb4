"""What the packets of each controller mean: templates, fields, names and units."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
import json
from operator import getitem
from typing import Final, Self
import zlib

from .layout import AllReader, Part, RawReader, all_reader, contiguous, raw_reader
from .specification_file import Table, read_vsf
from .text import LANGUAGES, FieldType, Texts, texts

SHIPPED_TABLE: Final = "specification.json.zlib"
DISPLAY: Final = 0x0010
_CACHED_TEMPLATES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a packet.

    `id` is `offset_size_mask[_n]` in decimal and stays the same over versions of the
    specification. `unit` is the unit's text, as in "°C"; empty where there is none.
    `unit_suffix` is what stands behind a number, as in " °C" or "%". `unit_code` is
    the unit's name, as in "DegreesCelsius". A value is the raw integer divided by 10
    to the power of `precision`.
    """

    id: str
    names: dict[str, str]
    unit: str
    unit_suffix: str
    unit_code: str
    precision: int
    type: FieldType
    parts: tuple[Part, ...]
    _read: RawReader = field(repr=False, compare=False)

    def raw(self, payload: bytes) -> int | None:
        """Return the exact integer, or None if not all bytes of it arrived."""
        return self._read(payload)

    def value(self, payload: bytes) -> int | float | None:
        """Return the number in `unit`, or None if not all bytes of it arrived."""
        raw = self._read(payload)
        return None if raw is None else self.scaled(raw)

    def scaled(self, raw: int) -> int | float:
        """Return what a raw integer of this field means in its unit."""
        return raw / 10**self.precision if self.precision else raw

    def text(self, raw: int | None, language: str = "en") -> str:
        """Return what a raw integer means, for people; empty without a value."""
        return self.texts(language)[raw]

    def texts(self, language: str) -> Texts:
        """Return the texts of all raw integers of this field."""
        return texts(self.type, self.precision, self.unit_suffix, language)

    @property
    def is_int16(self) -> bool:
        """Whether this is a plain signed integer of two bytes."""
        plain = contiguous(self.parts)
        return plain is not None and plain[1:] == (2, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketTemplate:
    """The fields of the packets between two addresses with one command."""

    fields: tuple[Field, ...]
    _read: AllReader = field(repr=False, compare=False)
    _texts: dict[str, list[Texts]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def raws(self, payload: bytes) -> tuple[int | None, ...]:
        """Return the raw integers of all fields, in the order of `fields`."""
        return self._read(payload)

    def columns(self, payloads: Sequence[bytes]) -> list[tuple[int | None, ...]]:
        """Return the raw integers of many packets: for each field one of each packet."""
        if not payloads:
            return [()] * len(self.fields)
        return list(zip(*map(self._read, payloads), strict=True))

    def texts(
        self, raws: tuple[int | None, ...], language: str = "en"
    ) -> tuple[str, ...]:
        """Return the texts of all fields, in the order of `fields`."""
        forms = self._texts.get(language)
        if forms is None:
            forms = [known.texts(language) for known in self.fields]
            self._texts[language] = forms
        return tuple(map(getitem, forms, raws, strict=True))


class Specification:
    """Templates of packets by address and command, made when first asked for."""

    def __init__(self, table: Table) -> None:
        """Take the compact form of a specification."""
        self.datecode = table["datecode"]
        self._table = table
        self._units = {number: (code, text) for number, code, text in table["units"]}
        self._names = [
            dict(zip(LANGUAGES, texts, strict=True)) for texts in table["names"]
        ]
        self._found: dict[tuple[int, int, int], PacketTemplate | None] = {}
        self._made: dict[int, PacketTemplate] = {}

    @classmethod
    def load(cls) -> Self:
        """Return the specification that is shipped; this reads a file."""
        packed = files(__package__).joinpath(SHIPPED_TABLE).read_bytes()
        return cls(json.loads(zlib.decompress(packed)))

    @classmethod
    def from_vsf(cls, data: bytes) -> Self:
        """Return the specification in a file of RESOL (`.vsf`).

        Raises:
            InputError: if it is not such a file or its checksum is wrong.
        """
        return cls(read_vsf(data))

    def template(
        self, destination: int, source: int, command: int
    ) -> PacketTemplate | None:
        """Return the first template that fits, or None for an unknown packet."""
        key = destination, source, command
        if key in self._found:
            return self._found[key]
        if len(self._found) >= _CACHED_TEMPLATES:
            # Damage that passes the weak checksum can bring any address.
            self._found.clear()
        found = None
        for number, packet in enumerate(self._table["packets"]):
            if (
                packet[4] == command
                and not (packet[0] ^ destination) & packet[1]
                and not (packet[2] ^ source) & packet[3]
            ):
                found = self._template(number)
                break
        self._found[key] = found
        return found

    def device_name(
        self, source: int, destination: int = DISPLAY, language: str = "en"
    ) -> str | None:
        """Return the name of a device as told to `destination`, None if unknown."""
        for self_address, self_mask, peer, peer_mask, name in self._table["devices"]:
            if not (self_address ^ source) & self_mask and not (
                (peer ^ destination) & peer_mask
            ):
                names = self._names[name]
                return names.get(language, names["en"])
        return None

    def _template(self, number: int) -> PacketTemplate:
        if number not in self._made:
            fields = tuple(
                self._field(*values) for values in self._table["packets"][number][5]
            )
            self._made[number] = PacketTemplate(
                fields=fields, _read=all_reader([known.parts for known in fields])
            )
        return self._made[number]

    def _field(
        self, id_: str, name: int, unit: int, precision: int, kind: int,
        layout: int, first: int,
    ) -> Field:  # fmt: skip
        parts: tuple[Part, ...] = tuple(
            (first + offset, bit, mask, signed, factor)
            for offset, bit, mask, signed, factor in self._table["layouts"][layout]
        )
        code, suffix = self._units.get(unit, ("None", ""))
        types = set(FieldType)
        return Field(
            id=id_,
            names=self._names[name],
            unit=suffix.strip(),
            unit_suffix=suffix,
            unit_code=code,
            precision=precision,
            type=FieldType(kind) if kind in types else FieldType.NUMBER,
            parts=parts,
            _read=raw_reader(parts),
        )
