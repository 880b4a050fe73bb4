"""What loggers and gateways of the maker tell as JSON, turned back into packets.

DL2, DL3 and KM2 hand out the values of all packets they heard, already divided and
with names in their own language (DLx data download API, the same body in all three).
They are laid out in a payload again, so that one template reads a packet whichever
way it came. Packets that the specification does not know are described by the names
and units of the JSON itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
import json
import re
from typing import Any, Final

from ..errors import InputError
from .frames import Packet
from .layout import Part, needed_bytes, raw_reader
from .packing import pack
from .specification import Field, PacketTemplate, Specification
from .text import LANGUAGES, FieldType

_PACKET_VERSION: Final = 0x10
_MAX_PACKETS: Final = 256
_MAX_FIELDS: Final = 1024
_MAX_BYTES: Final = 508
_OWN_BYTES: Final = 8
_ABSENT: Final = b"\x00\x80\x00\x00\x00\x00\x00\x80"
"""What no field that was told can hold, neither of two bytes nor of eight."""
_IMPOSSIBLE: Final = 1 << 80
_IMPOSSIBLE_DIGITS: Final = 30
_NO_UNIT: Final = "None"
_UNTOLD_PRECISION: Final = 3
_MAX_PRECISION: Final = 6
_NUMBER: Final = re.compile(r"\s*-?\d+(?:[.,](\d+))?(?![\d.,:/])")
_INT16_ID: Final = re.compile(r"\d+_2_")

type Key = tuple[int, int, int]
"""Destination, source and command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPacket:
    """One packet as it was told.

    `template` reads exactly those fields that were told. `timestamp` is when the other
    end heard the packet, in seconds of its own clock: good for comparing only.
    """

    channel: int
    packet: Packet
    template: PacketTemplate
    timestamp: float | None


class JsonReadings:
    """Reads one JSON document after another from the same logger."""

    def __init__(self, specification: Specification) -> None:
        """Take what explains packets."""
        self._specification = specification
        self._templates: dict[tuple[int, Key, tuple[str, ...]], PacketTemplate] = {}
        self._own_fields: dict[tuple[int, Key], dict[str, Field]] = {}

    def read(self, text: str | bytes) -> tuple[JsonPacket, ...]:
        """Return the packets of a document, in its order.

        What is missing or makes no sense in a packet is left out, and a packet of
        which nothing is left as well.

        Raises:
            InputError: if this is not such a document at all.
        """
        return self.packets(parse(text))

    def packets(self, document: object) -> tuple[JsonPacket, ...]:
        """Return the packets of a document that is parsed already, as `read` does."""
        headers = _member(document, "headers", list)
        headersets = _member(document, "headersets", list)
        if headers is None or headersets is None:
            raise InputError("json", "the live data of a data logger")
        found: dict[tuple[int, Key], JsonPacket] = {}
        # The newest set comes last and replaces what older ones say.
        for headerset in headersets:
            for told in (_member(headerset, "packets", list) or ())[:_MAX_PACKETS]:
                header = _at(headers, _member(told, "header_index", int))
                packet = self._packet(header, told)
                if packet is not None:
                    found[packet.channel, _key(packet.packet)] = packet
        return tuple(found.values())

    def _packet(self, header: object, told: object) -> JsonPacket | None:
        key = _header_key(header)
        values = _values(header, told)
        if key is None or not values:
            return None
        channel: int = _member(header, "channel", int) or 0
        known = self._specification.template(*key)
        if known is not None:
            fields, payload = _known_payload(known, values)
        else:
            fields, payload = self._own_payload((channel, key), values)
        if not fields:
            return None
        return JsonPacket(
            channel=channel,
            packet=Packet(*key, payload),
            template=self._template(channel, key, fields),
            timestamp=_timestamp(told),
        )

    def _template(
        self, channel: int, key: Key, fields: Sequence[Field]
    ) -> PacketTemplate:
        """Return a template of these fields; the same one for the same fields."""
        identity = channel, key, tuple(field.id for field in fields)
        if identity not in self._templates:
            if len(self._templates) >= _MAX_PACKETS:
                self._templates.clear()
            self._templates[identity] = PacketTemplate(
                fields=tuple(fields),
                _read=lambda payload: tuple([field.raw(payload) for field in fields]),
            )
        return self._templates[identity]

    def _own_payload(
        self, identity: tuple[int, Key], values: Mapping[str, _Told]
    ) -> tuple[list[Field], bytes]:
        """Return the fields that only the JSON describes, and a payload for them.

        A field keeps the place where it was first put, whatever comes beside it.
        """
        if len(self._own_fields) >= _MAX_PACKETS and identity not in self._own_fields:
            return [], b""
        own = self._own_fields.setdefault(identity, {})
        for id_, told in values.items():
            if id_ not in own and len(own) < _MAX_FIELDS:
                own[id_] = _own_field(id_, told, len(own) * _OWN_BYTES)
        payload = bytearray(_ABSENT * len(own))
        for id_, field in own.items():
            value = values.get(id_)
            raw = None if value is None else _raw(value, field)
            if raw is not None:
                offset, size = field.parts[0][0], len(field.parts)
                highest = (1 << 8 * size - 1) - 1
                if -highest <= raw <= highest:
                    payload[offset : offset + size] = raw.to_bytes(
                        size, "little", signed=True
                    )
        return [own[id_] for id_ in values if id_ in own], bytes(payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A field as the JSON tells it."""

    name: str
    unit: str
    unit_code: str
    value: Decimal
    precision: int


def parse(text: str | bytes) -> object:
    """Return a JSON document with exact numbers.

    Raises:
        InputError: if it is not JSON: many devices answer with a page for people.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, InvalidOperation) as err:
        raise InputError("json", "a JSON document") from err


def channels(packets: Sequence[JsonPacket]) -> tuple[int, ...]:
    """Return the channels from which packets came, in order."""
    return tuple(sorted({packet.channel for packet in packets}))


def _no_number(_text: str) -> None:
    """Take the words for infinity and not-a-number as nothing."""


def _member(document: object, name: str, kind: type | tuple[type, ...]) -> Any:
    """Return a member of a JSON object if it is there and of this kind."""
    value = document.get(name) if isinstance(document, dict) else None
    if isinstance(value, bool) or not isinstance(value, kind):
        return None
    return value


def _at(items: Sequence[object], index: int | None) -> object | None:
    """Return an item by its index, None if there is none."""
    if index is None or not 0 <= index < len(items):
        return None
    return items[index]


def _key(packet: Packet) -> Key:
    return packet.destination, packet.source, packet.command


def _header_key(header: object) -> Key | None:
    """Return which kind of packet a header is about; None if it is no packet."""
    version = _member(header, "protocol_version", int)
    numbers = [
        _member(header, name, int)
        for name in ("destination_address", "source_address", "command")
    ]
    if version not in (None, _PACKET_VERSION):
        return None
    if any(number is None or not 0 <= number <= 0xFFFF for number in numbers):
        return None
    return numbers[0], numbers[1], numbers[2]


def _values(header: object, told: object) -> dict[str, _Told]:
    """Return the values of a packet by the id of the field."""
    fields = _member(header, "fields", list) or []
    values: dict[str, _Told] = {}
    for value in (_member(told, "field_values", list) or ())[:_MAX_FIELDS]:
        field = _at(fields, _member(value, "field_index", int))
        number = _member(value, "raw_value", (int, Decimal))
        id_ = _member(field, "id", str)
        if number is None or id_ is None or not Decimal(number).is_finite():
            continue
        text = _member(value, "value", str)
        if text is not None and not text.strip() and number == 0:
            # Bytes that did not arrive are told as zero without a text.
            continue
        values[id_] = _Told(
            name=_member(field, "name", str) or id_,
            unit=_member(field, "unit", str) or "",
            unit_code=_member(field, "unit_code", str) or _NO_UNIT,
            value=Decimal(number),
            precision=_precision(text),
        )
    return values


def _precision(text: str | None) -> int:
    """Return how many digits a number is told with behind the point."""
    match = None if text is None else _NUMBER.match(text)
    if match is None:
        return _UNTOLD_PRECISION
    return min(len(match[1] or ""), _MAX_PRECISION)


def _timestamp(told: object) -> float | None:
    """Return when a packet was heard; None if it is not told or no number of seconds."""
    seconds = _member(told, "timestamp", (int, Decimal))
    if seconds is None or Decimal(seconds).adjusted() > _IMPOSSIBLE_DIGITS:
        return None
    return float(seconds)


def _raw(told: _Told, field: Field) -> int | None:
    """Return the integer that was on the bus; None for an impossible one."""
    if told.value.adjusted() > _IMPOSSIBLE_DIGITS:
        return None
    scaled = told.value.scaleb(field.precision)
    return None if abs(scaled) >= _IMPOSSIBLE else round(scaled)


def _known_payload(
    template: PacketTemplate, values: Mapping[str, _Told]
) -> tuple[list[Field], bytes]:
    """Return the fields that template and JSON both know, and their payload."""
    raws = [
        (field, raw)
        for field in template.fields
        if (told := values.get(field.id)) is not None
        and needed_bytes(field.parts) <= _MAX_BYTES
        and (raw := _raw(told, field)) is not None
    ]
    payload = pack([(field.parts, raw) for field, raw in raws])
    # A value that its field cannot hold was told of some other field.
    return [field for field, raw in raws if field.raw(payload) == raw], payload


def _own_field(id_: str, told: _Told, offset: int) -> Field:
    """Return a field that the specification does not know."""
    # Fault codes are told from plain signed fields of two bytes only.
    size = 2 if _INT16_ID.match(id_) and told.unit_code != _NO_UNIT else _OWN_BYTES
    parts: tuple[Part, ...] = tuple(
        (offset + byte, 0, 0xFF, int(byte == size - 1), 1 << 8 * byte)
        for byte in range(size)
    )
    read = raw_reader(parts)
    absent = read(bytes(offset) + _ABSENT)

    def read_told(payload: bytes) -> int | None:
        raw = read(payload)
        return None if raw == absent else raw

    return Field(
        id=id_,
        names=dict.fromkeys(LANGUAGES, told.name),
        unit=told.unit.strip(),
        unit_suffix=told.unit,
        unit_code=told.unit_code,
        precision=told.precision,
        type=FieldType.NUMBER,
        parts=parts,
        _read=read_told,
    )
