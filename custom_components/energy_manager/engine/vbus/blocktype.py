"""Block-type packets: measurements that need no specification.

Newer controllers send them to address 0x0015. The payload is a row of sections, each
with a head of four bytes (number of payload frames, type, two reserved) and that many
frames of four bytes. They name nothing; values come in the order of the inputs.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
import struct
from typing import Final

from .faults import FAULTS, Fault

_HEAD_BYTES: Final = 4


class BlockQuantity(StrEnum):
    """What a value in a block-type packet is."""

    TEMPERATURE = "temperature"
    HEAT = "heat"
    SPEED = "speed"
    COLLECTOR_TEMPERATURE = "collector_temperature"
    STORE_TEMPERATURE = "store_temperature"
    STORE_HEAT = "store_heat"
    ERROR_MASK = "error_mask"
    WARNING_MASK = "warning_mask"
    STATUS_MASK = "status_mask"
    SEGMENT_MASK = "segment_mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReading:
    """One value: `number` counts the values of a quantity in a packet from 1.

    `value` is the raw integer in `unit`, and None if the raw integer tells a fault.
    """

    quantity: BlockQuantity
    number: int
    raw: int
    value: int | float | None
    unit: str
    fault: Fault | None

    @property
    def id(self) -> str:
        """Identity of the value within the packets of its controller."""
        return f"{self.quantity}_{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSection:
    """One section: its type and offset in the packet, and what it says."""

    type: int
    offset: int
    payload: bytes
    readings: tuple[BlockReading, ...]


_SECTION_FORMS: Final[dict[int, tuple[str, tuple[BlockQuantity, ...]]]] = {
    0x01: ("<h", (BlockQuantity.TEMPERATURE,)),
    0x05: ("<I", (BlockQuantity.HEAT,)),
    0x08: ("<B", (BlockQuantity.SPEED,)),
    0x0A: (
        "<hhI",
        (
            BlockQuantity.COLLECTOR_TEMPERATURE,
            BlockQuantity.STORE_TEMPERATURE,
            BlockQuantity.STORE_HEAT,
        ),
    ),
    0x0B: ("<I", (BlockQuantity.ERROR_MASK,)),
    0x0C: ("<I", (BlockQuantity.WARNING_MASK,)),
    0x0D: ("<I", (BlockQuantity.STATUS_MASK,)),
    0x0E: ("<B", (BlockQuantity.SEGMENT_MASK,)),
}

_TEMPERATURES: Final = frozenset(
    {
        BlockQuantity.TEMPERATURE,
        BlockQuantity.COLLECTOR_TEMPERATURE,
        BlockQuantity.STORE_TEMPERATURE,
    }
)
_UNITS: Final = {
    BlockQuantity.HEAT: "Wh",
    BlockQuantity.STORE_HEAT: "Wh",
    BlockQuantity.SPEED: "%",
} | dict.fromkeys(_TEMPERATURES, "°C")


def decode_blocks(payload: bytes) -> list[BlockSection]:
    """Return the sections of a packet to 0x0015, none if the packet is malformed.

    A section that is longer than the packet makes the whole packet malformed. A
    section of an unknown type has no readings.
    """
    sections: list[BlockSection] = []
    counted: Counter[BlockQuantity] = Counter()
    offset = 0
    while offset < len(payload):
        start = offset + _HEAD_BYTES
        end = start + 4 * payload[offset]
        if end > len(payload):
            return []
        kind = payload[offset + 1]
        data = payload[start:end]
        sections.append(
            BlockSection(
                type=kind,
                offset=offset,
                payload=data,
                readings=_readings(kind, data, counted),
            )
        )
        offset = end
    return sections


def _readings(
    kind: int, data: bytes, counted: Counter[BlockQuantity]
) -> tuple[BlockReading, ...]:
    if kind not in _SECTION_FORMS:
        return ()
    code, quantities = _SECTION_FORMS[kind]
    form = struct.Struct(code)
    whole = len(data) // form.size * form.size
    readings = []
    for row in form.iter_unpack(data[:whole]):
        for quantity, raw in zip(quantities, row, strict=True):
            counted[quantity] += 1
            readings.append(_reading(quantity, counted[quantity], raw))
    return tuple(readings)


def _reading(quantity: BlockQuantity, number: int, raw: int) -> BlockReading:
    is_temperature = quantity in _TEMPERATURES
    fault = FAULTS.get(raw) if is_temperature else None
    value = raw / 10 if is_temperature else raw
    return BlockReading(
        quantity=quantity,
        number=number,
        raw=raw,
        value=None if fault else value,
        unit=_UNITS.get(quantity, ""),
        fault=fault,
    )
