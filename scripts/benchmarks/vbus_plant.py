"""The VBus of a plant for the benchmark: packets whose numbers move as real ones do."""

from collections.abc import Iterator
import random
import struct

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Field,
    FieldType,
    Packet,
    Specification,
    encode,
)

DISPLAY = 0x0010
BLOCKS = 0x0015
COMMAND = 0x0100

MX_PLANT = (0x7E11, 0x7E12, 0x7E20, 0x7E21, 0x7E30, 0x7E31, 0x7E40, 0x7E41)
"""A DeltaSol MX with modules, two heating circuits and two heat meters."""

_UNUSED = 9999
_INPUTS_IN_USE = 10
_EPOCH_S = 978_307_200


class _Signal:
    """One field: probes wander, counters rise, outputs switch, clocks run."""

    def __init__(self, field: Field, number: int, chosen: random.Random) -> None:
        self.field = field
        self._random = chosen
        self.raw = 0
        if field.is_int16:
            in_use = number < _INPUTS_IN_USE
            self.raw = chosen.randrange(100, 900) if in_use else _UNUSED

    def move(self, now_s: int) -> int:
        """Return the raw integer at a time in seconds since 1970."""
        if self.field.type is FieldType.DATETIME:
            return now_s - _EPOCH_S
        unit = self.field.unit
        if self.field.is_int16 and self.raw != _UNUSED:
            self.raw += self._random.randrange(-3, 4)
        elif unit == "%" and self._random.random() < 0.05:
            self.raw = self._random.randrange(30, 101)
        elif unit in ("Wh", "l", "s"):
            self.raw += self._random.randrange(20)
        elif unit in ("W", "l/h"):
            self.raw = self._random.randrange(3000)
        return self.raw


class Plant:
    """Controller, modules and heat meters of a plant that talk in cycles."""

    def __init__(
        self,
        specification: Specification,
        sources: tuple[int, ...] = MX_PLANT,
        seed: int = 1,
    ) -> None:
        """Choose where the signals begin; the same seed gives the same bytes."""
        chosen = random.Random(seed)
        self._sources = sources
        self._signals: dict[int, list[_Signal]] = {}
        for source in sources:
            template = specification.template(DISPLAY, source, COMMAND)
            if template is None:
                raise ValueError(f"{source:04X} is not in the specification")
            self._signals[source] = [
                _Signal(field, number, chosen)
                for number, field in enumerate(template.fields)
            ]

    def packets(self, now_s: int) -> Iterator[Packet]:
        """Return what is sent to displays in one cycle."""
        for source, signals in self._signals.items():
            size = max(part[0] for one in signals for part in one.field.parts) // 4 + 1
            payload = bytearray(4 * size)
            for signal in signals:
                _write(payload, signal.field, signal.move(now_s))
            yield Packet(DISPLAY, source, COMMAND, bytes(payload))

    def line(self, size: int, start_s: int = 1_760_000_000) -> bytes:
        """Return at least so many bytes of the line."""
        found = bytearray()
        now_s = start_s
        master = self._sources[0]
        while len(found) < size:
            packets = list(self.packets(now_s))
            for packet in packets:
                found += encode(packet)
            probes = packets[0].payload[:40]
            blocks = bytes((len(probes) // 4, 1, 0, 0)) + probes
            found += encode(Packet(BLOCKS, master, COMMAND, blocks))
            found += encode(Datagram(0, master, 0x0500, 0, 0))
            now_s += 1
        return bytes(found)

    def recording(
        self, days: int, every_s: int = 60, start_s: int = 1_759_276_800
    ) -> bytes:
        """Return the file of a logger that records a set of packets so often."""
        parts: list[bytes] = []
        for now_s in range(start_s, start_s + 86_400 * days, every_s):
            parts.append(_record(0x44, now_s, b""))
            for packet in self.packets(now_s):
                head = struct.pack(
                    "<6H", packet.destination, packet.source, 0x10, packet.command,
                    len(packet.payload), 0,
                )  # fmt: skip
                parts.append(_record(0x66, now_s, head + packet.payload))
        return b"".join(parts)


def _write(payload: bytearray, field: Field, raw: int) -> None:
    """Put a raw integer where a field is; fields that are no plain integer stay 0."""
    if all(mask == 0xFF and not bit for _at, bit, mask, _sign, _factor in field.parts):
        data = (raw & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "little")
        for position, (at, *_rest) in enumerate(field.parts[:8]):
            payload[at] = data[position]


def _record(kind: int, time_s: int, body: bytes) -> bytes:
    length = 14 + len(body)
    return struct.pack("<BBHHQ", 0xA5, kind, length, length, time_s * 1000) + body
