"""Where the bytes of a field lie in a payload, and how its integer is read.

A field is the sum of parts; a part is one byte, signed or not, masked, shifted and
multiplied by a factor (RESOL's specification file). The sum is an exact integer of
any size. Common layouts are read by one call of struct instead of part by part.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
import struct

type Part = tuple[int, int, int, int, int]
"""Byte offset, bit position, mask, 1 if the byte is signed, factor."""

type RawReader = Callable[[bytes], int | None]
type AllReader = Callable[[bytes], tuple[int | None, ...]]

_STRUCT_CODES = {
    (1, False): "B", (1, True): "b",
    (2, False): "H", (2, True): "h",
    (4, False): "I", (4, True): "i",
    (8, False): "Q", (8, True): "q",
}  # fmt: skip


def needed_bytes(parts: Sequence[Part]) -> int:
    """Return how long a payload must be to hold all parts."""
    return max((part[0] + 1 for part in parts), default=0)


def contiguous(parts: Sequence[Part]) -> tuple[int, int, bool] | None:
    """Return (offset, bytes, signed) of a plain little-endian integer, else None."""
    if not parts:
        return None
    first = parts[0][0]
    last = len(parts) - 1
    for position, (offset, bit, mask, signed, factor) in enumerate(parts):
        plain = bit == 0 and mask == 0xFF and factor == 1 << 8 * position
        if not plain or offset != first + position:
            return None
        if signed and position != last:
            return None
    return first, len(parts), bool(parts[last][3])


def raw_reader(parts: Sequence[Part]) -> RawReader:
    """Return a function from a payload to the integer, or None if bytes are missing."""
    needed = needed_bytes(parts)
    if not parts:
        return lambda payload: None
    plain = contiguous(parts)
    if plain is not None:
        offset, count, signed = plain
        end = offset + count

        def read_plain(payload: bytes) -> int | None:
            if len(payload) < end:
                return None
            return int.from_bytes(payload[offset:end], "little", signed=signed)

        return read_plain
    fixed = tuple(parts)

    def read_parts(payload: bytes) -> int | None:
        if len(payload) < needed:
            return None
        return _sum(payload, fixed)

    return read_parts


def all_reader(fields: Sequence[Sequence[Part]]) -> AllReader:
    """Return a function from a payload to the integers of all fields, in order.

    Firmware versions send payloads of different lengths; each gets a plan of its own
    with the fields that fit in it.
    """
    needed = max((needed_bytes(parts) for parts in fields), default=0)
    plans: dict[int, AllReader] = {}

    def read_all(payload: bytes) -> tuple[int | None, ...]:
        size = min(len(payload), needed)
        read = plans.get(size)
        if read is None:
            read = plans[size] = _Plan(fields, size).reader()
        return read(payload)

    return read_all


class _Plan:
    """How to read all fields that fit in a payload of one length with few steps."""

    def __init__(self, fields: Sequence[Sequence[Part]], size: int) -> None:
        plain: list[tuple[int, int, bool, int]] = []
        self.bits: list[tuple[int, int, int]] = []
        self.sums: list[tuple[Part, ...]] = []
        bit_fields: list[int] = []
        sum_fields: list[int] = []
        missing_fields: list[int] = []
        for number, parts in enumerate(fields):
            whole = contiguous(parts)
            if not parts or needed_bytes(parts) > size:
                missing_fields.append(number)
            elif whole is not None and whole[1:] in _STRUCT_CODES:
                plain.append((*whole, number))
            elif len(parts) == 1 and parts[0][2] != 0xFF and parts[0][4] == 1:
                self.bits.append((parts[0][0], parts[0][2], parts[0][1]))
                bit_fields.append(number)
            else:
                self.sums.append(tuple(parts))
                sum_fields.append(number)
        code = "<"
        position = 0
        struct_fields: list[int] = []
        for offset, count, signed, number in sorted(plain):
            if offset < position:
                # It shares bytes with the field before.
                self.sums.append(tuple(fields[number]))
                sum_fields.append(number)
                continue
            code += f"{offset - position}x{_STRUCT_CODES[count, signed]}"
            position = offset + count
            struct_fields.append(number)
        self.unpack = struct.Struct(code).unpack_from
        read_order = struct_fields + bit_fields + sum_fields + missing_fields
        self.missing = [None] * len(missing_fields)
        self.order = [read_order.index(number) for number in range(len(fields))]

    def reader(self) -> AllReader:
        """Return the function that reads a payload after this plan."""
        unpack, bits, sums, missing = self.unpack, self.bits, self.sums, self.missing
        if self.order == list(range(len(self.order))) and not (bits or sums or missing):
            return unpack
        pick = itemgetter(*self.order) if len(self.order) > 1 else tuple

        def read(payload: bytes) -> tuple[int | None, ...]:
            values: list[int | None] = list(unpack(payload))
            if bits:
                values += [(payload[at] & mask) >> bit for at, mask, bit in bits]
            if sums:
                values += [_sum(payload, parts) for parts in sums]
            values += missing
            picked: tuple[int | None, ...] = pick(values)
            return picked

        return read


def _sum(payload: bytes, parts: Sequence[Part]) -> int:
    total = 0
    for offset, bit, mask, signed, factor in parts:
        byte = payload[offset]
        if signed and byte & 0x80:
            byte -= 0x100
        if mask != 0xFF:
            byte &= mask
        total += (byte >> bit) * factor
    return total
