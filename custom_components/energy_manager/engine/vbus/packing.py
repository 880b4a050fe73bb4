"""Lays integers out in a payload: the way back from a packet's fields to its bytes."""

from collections.abc import Sequence

from .layout import Part, contiguous, needed_bytes


def pack(fields: Sequence[tuple[Sequence[Part], int]]) -> bytes:
    """Return the shortest payload in which these fields have these integers.

    Plain integers are written first. Fields that are sums of parts then fill the bytes
    that are still free, the part with the greatest factor first: old heat counters add
    up words of Wh, kWh and MWh. An integer that does not fit in its field gives some
    other bytes; who must know reads the fields again.
    """
    size = max((needed_bytes(parts) for parts, _raw in fields), default=0)
    payload = _Payload(size)
    sums = []
    for parts, raw in fields:
        plain = contiguous(parts)
        if plain is None:
            sums.append((parts, raw))
            continue
        offset, count, _signed = plain
        number = raw & ((1 << 8 * count) - 1)
        for position, byte in enumerate(number.to_bytes(count, "little"), offset):
            payload.put(position, 0xFF, byte)
    # Single bits know their bytes better than sums of many.
    for parts, raw in sorted(sums, key=lambda field: len(field[0])):
        payload.add(parts, raw)
    return bytes(payload.bytes)


class _Payload:
    """Bytes of a payload and which of their bits are decided."""

    def __init__(self, size: int) -> None:
        self.bytes = bytearray(size)
        self._decided = bytearray(size)

    def put(self, offset: int, mask: int, byte: int) -> None:
        """Decide the bits of a mask, those that are not decided yet."""
        free = mask & ~self._decided[offset]
        self.bytes[offset] |= byte & free
        self._decided[offset] |= mask

    def add(self, parts: Sequence[Part], raw: int) -> None:
        """Decide the parts of a sum so that they make up the integer."""
        rest = raw
        undecided = []
        for part in parts:
            offset, _bit, mask, _signed, _factor = part
            if mask & ~self._decided[offset]:
                undecided.append(part)
            else:
                rest -= _share(part, self.bytes[offset])
        for offset, bit, mask, signed, factor in sorted(
            undecided, key=lambda part: part[4], reverse=True
        ):
            negative = signed and mask == 0xFF
            highest = 0x7F if negative else mask >> bit
            lowest = -0x80 if negative else 0
            digit = min(max(rest // factor, lowest), highest)
            rest -= digit * factor
            self.put(offset, mask, (digit << bit) & mask)


def _share(part: Part, byte: int) -> int:
    """Return what a byte adds to a sum."""
    _offset, bit, mask, signed, factor = part
    if signed and byte & 0x80:
        byte -= 0x100
    if mask != 0xFF:
        byte &= mask
    return (byte >> bit) * factor
