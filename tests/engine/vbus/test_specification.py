"""The meaning of packets, read from specification files and the shipped table."""

import struct

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vbus import (
    Field,
    FieldType,
    PacketTemplate,
    Specification,
    fault,
)

from .vsf import Builder, FieldRow, crc16, little_endian, seal

NAME = ("Temperature", "Temperatur", "Température")
OLD_COUNTER = [
    (offset, 0, 0xFF, 0, factor)
    for offset, factor in enumerate(
        (1, 256, 1000, 256_000, 1_000_000, 256_000_000), start=8
    )
]
ROWS = [
    FieldRow("000_2_0", NAME, 62, 1, 1, little_endian(0, 2, signed=True)),
    FieldRow("002_1_0", ("Speed", "Drehzahl", "Vitesse"), 98, 0, 1, [(2, 0, 255, 0, 1)]),
    FieldRow("003_1_4", ("Flag", "Bit", "Bit"), -1, 0, 1, [(3, 2, 4, 1, 1)]),
    FieldRow("003_1_0", ("Mask", "Maske", "Masque"), -1, 0, 1, [(3, 0, 255, 1, 1)]),
    FieldRow("003_1_8", ("Top", "Oben", "Haut"), -1, 0, 1, [(3, 4, 0xF0, 1, 10)]),
    FieldRow("004_4_0", ("Clock", "Uhr", "Horloge"), -1, 0, 5, little_endian(4, 4, signed=True)),
    FieldRow("008_6_0", ("Heat", "Wärme", "Chaleur"), 18, 0, 1, OLD_COUNTER),
    FieldRow("016_8_0", ("Total", "Summe", "Total"), 999, 3, 9, little_endian(16, 8, signed=False)),
    FieldRow("024_3_0", ("Odd", "Odd", "Odd"), 62, 0, 1, little_endian(24, 3, signed=True)),
    FieldRow("000_1_0", ("Overlap", "Overlap", "Overlap"), -1, 0, 1, [(0, 0, 255, 0, 1)]),
]  # fmt: skip
PAYLOAD = struct.pack(
    "<hBBiHHH2xQ3sx",
    -123,
    55,
    0x94,
    -7,
    62_975,
    23,
    700,
    (1 << 64) - 1,
    b"\xfe\xff\xff",
)


def builder() -> Builder:
    """Return a small specification."""
    return Builder(
        units=[
            (62, "DegreesCelsius", " °C"),
            (98, "Percent", "%"),
            (18, "WattHours", " Wh"),
            (-1, "None", ""),
        ],
        devices=[
            (0x7112, 0xFFFF, 0x0010, 0xFFFF, ("Controller", "Regler", "Régulateur")),
            (0x7120, 0xFFF0, 0x0000, 0x0000, ("Circuit", "Kreis", "Circuit")),
        ],
        packets=[
            (0x0010, 0xFFFF, 0x7112, 0xFFFF, 0x0100, ROWS),
            (0x0010, 0xFFFF, 0x7120, 0xFFF0, 0x0100, ROWS[:1]),
            (0x0000, 0x0000, 0x6650, 0xFFF0, 0x0100, []),
            (0x0010, 0xFFFF, 0x7130, 0xFFFF, 0x0100,
             [FieldRow("000_0_0", NAME, 62, 0, 1, []), ROWS[0]]),
        ],
    )  # fmt: skip


@pytest.fixture(name="specification")
def specification_fixture() -> Specification:
    """Return the small specification as read from its file."""
    return Specification.from_vsf(builder().build())


def template_of(
    specification: Specification, destination: int, source: int, command: int = 0x0100
) -> PacketTemplate:
    """Return a template that there is."""
    template = specification.template(destination, source, command)
    assert template is not None
    return template


def test_every_kind_of_field(specification: Specification) -> None:
    """Signs, masks, shifts, factors and long counters are exact."""
    template = template_of(specification, 0x0010, 0x7112)
    raws = (
        -123, 55, 1, 0x94 - 0x100, 90, -7, 62_975 + 23_000 + 700_000_000,
        (1 << 64) - 1, -2, 0x85,
    )  # fmt: skip
    assert template.raws(PAYLOAD) == raws
    assert tuple(field.raw(PAYLOAD) for field in template.fields) == raws
    first = template.fields[0]
    assert first.value(PAYLOAD) == -12.3
    assert (first.id, first.unit, first.unit_code) == (
        "000_2_0", "°C", "DegreesCelsius",
    )  # fmt: skip
    assert first.names == dict(zip(("en", "de", "fr"), NAME, strict=True))
    assert template.fields[1].value(PAYLOAD) == 55
    assert template.fields[5].type is FieldType.DATETIME


def test_unknown_unit_and_type(specification: Specification) -> None:
    """What a newer file may bring is a plain number without a unit."""
    total = template_of(specification, 0x0010, 0x7112).fields[7]
    assert (total.unit, total.unit_code, total.type) == ("", "None", FieldType.NUMBER)
    assert total.value(PAYLOAD) == ((1 << 64) - 1) / 1000


def test_missing_bytes_are_no_value(specification: Specification) -> None:
    """A shorter packet of older firmware has the fields that fit in it."""
    template = template_of(specification, 0x0010, 0x7112)
    short = template.raws(PAYLOAD[:12])
    assert short[:6] == template.raws(PAYLOAD)[:6]
    assert short[6:] == (None, None, None, 0x85)
    assert template.fields[6].value(PAYLOAD[:12]) is None
    assert template.raws(b"") == (None,) * len(ROWS)


def test_a_field_without_bytes_has_no_value(specification: Specification) -> None:
    """No part, no number."""
    template = template_of(specification, 0x0010, 0x7130)
    assert template.raws(PAYLOAD) == (None, -123)
    assert fault(template.fields[0], 8888) is None


def test_masks_and_order_of_templates(specification: Specification) -> None:
    """Addresses match under their masks, commands exactly."""
    assert len(template_of(specification, 0x0010, 0x7125).fields) == 1
    template = template_of(specification, 0x7E11, 0x6651)
    assert template.fields == ()
    assert template.raws(PAYLOAD) == ()
    assert specification.template(0x0010, 0x7112, 0x0101) is None
    assert specification.template(0x0015, 0x7112, 0x0100) is None
    assert specification.template(0x0010, 0x7112, 0x0100) is specification.template(
        0x0010, 0x7112, 0x0100
    )
    assert specification.datecode == 20260101


def test_cache_of_templates_is_bounded(specification: Specification) -> None:
    """Damaged frames can bring any address."""
    for source in range(10_000):
        specification.template(0x0010, source, 0x0100)
    assert len(specification._found) <= 4096


def test_device_names(specification: Specification) -> None:
    """A device is named by its address and by whom it talks to."""
    assert specification.device_name(0x7112) == "Controller"
    assert specification.device_name(0x7112, language="de") == "Regler"
    assert specification.device_name(0x7112, language="xx") == "Controller"
    assert specification.device_name(0x7123, 0x4444, "fr") == "Circuit"
    assert specification.device_name(0x7112, 0x0015) is None


def test_faults_only_where_they_are_told(specification: Specification) -> None:
    """8888 is a fault of a probe and a real number elsewhere."""
    fields = template_of(specification, 0x0010, 0x7112).fields
    probe = fields[0]
    assert [fault(probe, raw) for raw in (8888, -8888, 9999, -9999, 215, 0, None)] == [
        "not_connected", "short_circuit", "unused", "unused", None, None, None,
    ]  # fmt: skip
    assert fault(fields[1], 8888) is None
    assert fault(fields[6], 8888) is None
    assert fault(fields[8], 8888) is None


def test_shipped_table() -> None:
    """The table that is shipped knows the controllers of this world."""
    specification = Specification.load()
    assert specification.datecode == 20220206
    assert (
        specification.device_name(0x7112, language="de") == "DeltaSol BX Plus [Regler]"
    )
    template = template_of(specification, 0x0010, 0x7112)
    assert len(template.fields) == 41
    assert {field.unit for field in template.fields} == {
        "°C",
        "W/m²",
        "l/h",
        "bar",
        "%",
        "",
    }
    assert template_of(specification, 0x0010, 0x7131).fields[0].unit == "Wh"


def test_all_shipped_templates_read_alike() -> None:
    """Reading all fields at once gives what reading one by one gives."""
    specification = Specification.load()
    payload = bytes((at * 89 + 13) & 0xFF for at in range(508))
    for number in range(len(specification._table["packets"])):
        template = specification._template(number)
        for length in (0, 7, 40, 508):
            part = payload[:length]
            assert template.raws(part) == tuple(
                by_definition(field, part) for field in template.fields
            )


def by_definition(field: Field, payload: bytes) -> int | None:
    """Return a field's integer part by part, as RESOL's document tells."""
    if not field.parts or max(part[0] for part in field.parts) >= len(payload):
        return None
    total = 0
    for offset, bit, mask, signed, factor in field.parts:
        byte = int.from_bytes(payload[offset : offset + 1], signed=bool(signed))
        if mask != 0xFF:
            byte &= mask
        total += (byte >> bit) * factor
    assert field.raw(payload) == total
    return total


def resealed(data: bytes, at: int, form: str, value: int) -> bytes:
    """Return a file with one number changed and its checksum made right again."""
    body = bytearray(data)
    struct.pack_into(form, body, at, value)
    return seal(body)


def test_damaged_files_are_refused() -> None:
    """A file with a wrong checksum, length or version is not used."""
    good = builder().build()
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    doubled = struct.pack("<H", good[0] ^ 1) + good[2:]
    version = bytearray(good)
    version[8] = 2
    for data in (b"", b"\0" * 40, good[:-1], bytes(flipped), doubled, bytes(version)):
        with pytest.raises(InputError) as caught:
            Specification.from_vsf(data)
        assert caught.value.field == "specification"


@pytest.mark.parametrize("position", range(1, 11))
@pytest.mark.parametrize("value", [-1, 0x7FFFFFFF])
def test_impossible_offsets_are_refused(position: int, value: int) -> None:
    """A file that passes its checksum may still be nonsense."""
    with pytest.raises(InputError):
        Specification.from_vsf(
            resealed(builder().build(), 16 + 4 * position, "<i", value)
        )


def test_negative_offsets_and_indices_are_refused() -> None:
    """They would count from the end."""
    good = builder().build()
    body = bytearray(good)
    struct.pack_into("<i", body, 12, -44)
    struct.pack_into("<H", body, 0, crc16(bytes(body[4:])))
    struct.pack_into("<H", body, 2, crc16(bytes(body[4:])))
    files = [bytes(body)]
    _datecode, *sections = struct.unpack_from("<11i", good, 16)
    files += [resealed(good, sections[at], "<i", -1) for at in (1, 3)]
    name_of_device = sections[7] + 8
    files.append(resealed(good, name_of_device, "<i", -1))
    for data in files:
        with pytest.raises(InputError):
            Specification.from_vsf(data)


def test_a_small_file_cannot_become_a_large_table() -> None:
    """Rows and texts that many others point at would multiply."""
    long = ("x" * 60_000, "y", "z")
    fields = [FieldRow(f"{at:03}_1_0", NAME, 62, 0, 1, []) for at in range(4000)]
    shared = Builder(packets=[(0x0010, 0xFFFF, 0x7112, 0xFFFF, 0x0100, fields)])
    good = shared.build()
    assert len(Specification.from_vsf(good)._template(0).fields) == 4000
    _datecode, *sections = struct.unpack_from("<11i", good, 16)
    row = good[sections[9] : sections[9] + 20]
    many_packets = bytearray(good) + row * 4000
    struct.pack_into("<ii", many_packets, 16 + 36, 4000, len(good))
    named = Builder(devices=[(0x7112, 0xFFFF, 0x0010, 0xFFFF, long)]).build()
    _datecode, *sections = struct.unpack_from("<11i", named, 16)
    many_texts = bytearray(named) + named[sections[1] : sections[1] + 4] * 4000
    struct.pack_into("<ii", many_texts, 16 + 4, 4000, len(named))
    for body in (many_packets, many_texts):
        with pytest.raises(InputError):
            Specification.from_vsf(seal(body))


@settings(deadline=None)
@given(st.integers(60, 5000), st.integers(-(1 << 31), (1 << 31) - 1))
def test_nonsense_with_a_right_checksum(at: int, value: int) -> None:
    """Any number anywhere gives a specification or the one error."""
    good = builder().build()
    data = resealed(good, min(at, len(good) - 4), "<i", value)
    try:
        specification = Specification.from_vsf(data)
    except InputError:
        return
    for source in (0x7112, 0x7120, 0x7130):
        template = specification.template(0x0010, source, 0x0100)
        if template is not None:
            assert len(template.raws(PAYLOAD)) == len(template.fields)
