"""Builds small specification files for tests, after RESOL's document of the file."""

from dataclasses import dataclass, field
import struct

type Part = tuple[int, int, int, int, int]


def crc16(data: bytes) -> int:
    """CRC-16/X.25, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc ^ 0xFFFF


@dataclass
class FieldRow:
    """A field of a packet: parts are (offset, bit, mask, signed, factor)."""

    id: str
    name: tuple[str, str, str]
    unit: int
    precision: int
    type: int
    parts: list[Part]


def little_endian(offset: int, size: int, *, signed: bool) -> list[Part]:
    """Return the parts of a plain integer."""
    return [
        (offset + at, 0, 0xFF, int(signed and at == size - 1), 256**at)
        for at in range(size)
    ]


@dataclass
class Builder:
    """Collects rows and writes the file."""

    datecode: int = 20260101
    units: list[tuple[int, str, str]] = field(default_factory=list)
    devices: list[tuple[int, int, int, int, tuple[str, str, str]]] = field(
        default_factory=list
    )
    packets: list[tuple[int, int, int, int, int, list[FieldRow]]] = field(
        default_factory=list
    )

    def build(self) -> bytes:
        """Return the bytes of the file."""
        body = bytearray(16 + 44)
        texts: list[int] = []
        localized: list[tuple[int, int, int]] = []

        def put(data: bytes) -> int:
            at = len(body)
            body.extend(data)
            return at

        def text(words: str) -> int:
            texts.append(put(words.encode() + b"\0"))
            return len(texts) - 1

        def name(words: tuple[str, str, str]) -> int:
            localized.append((text(words[0]), text(words[1]), text(words[2])))
            return len(localized) - 1

        units = [
            struct.pack("<4i", number, -1, text(code), text(words))
            for number, code, words in self.units
        ]
        devices = [
            struct.pack("<4Hi", *addresses, name(words))
            for *addresses, words in self.devices
        ]
        packets = []
        for *key, rows in self.packets:
            fields = []
            for row in rows:
                at = put(
                    b"".join(
                        struct.pack("<I4Bq", offset, bit, mask, signed, 0, factor)
                        for offset, bit, mask, signed, factor in row.parts
                    )
                )
                fields.append(
                    struct.pack(
                        "<7i",
                        text(row.id),
                        name(row.name),
                        row.unit,
                        row.precision,
                        row.type,
                        len(row.parts),
                        at,
                    )
                )
            at = put(b"".join(fields))
            packets.append(struct.pack("<6H2i", *key, 0, len(rows), at))
        sections = (
            [struct.pack("<i", at) for at in texts],
            [struct.pack("<3i", *row) for row in localized],
            units,
            devices,
            packets,
        )
        numbers = [self.datecode]
        for rows_of_section in sections:
            numbers += [len(rows_of_section), put(b"".join(rows_of_section))]
        struct.pack_into("<11i", body, 16, *numbers)
        return seal(body)


def seal(body: bytearray) -> bytes:
    """Return a file with its head: checksums, length, version and offset."""
    struct.pack_into("<iii", body, 4, len(body), 1, 16)
    crc = crc16(bytes(body[4:]))
    struct.pack_into("<HH", body, 0, crc, crc)
    return bytes(body)
