"""Block-type packets explain themselves."""

from hypothesis import given, settings, strategies as st

from custom_components.energy_manager.engine.vbus import BlockQuantity, decode_blocks

SLL = bytes.fromhex(
    "03010000cd0085029902b8220000f1d80108000000000000020a0000cd00850200000000010b000000000000"
)


def test_packet_of_a_deltasol_sll() -> None:
    """Temperatures, speeds, display values and masks in sensor order."""
    sections = decode_blocks(SLL)
    assert [(section.type, section.offset) for section in sections] == [
        (1, 0), (8, 16), (10, 24), (11, 36),
    ]  # fmt: skip
    temperatures = sections[0].readings
    assert [reading.value for reading in temperatures] == [
        20.5,
        64.5,
        66.5,
        None,
        0,
        None,
    ]
    assert [reading.fault for reading in temperatures] == [
        None, None, None, "not_connected", None, "unused",
    ]  # fmt: skip
    assert {reading.unit for reading in temperatures} == {"°C"}
    assert [reading.id for reading in sections[1].readings] == [
        "speed_1", "speed_2", "speed_3", "speed_4",
    ]  # fmt: skip
    assert [
        (reading.quantity, reading.value, reading.unit)
        for reading in sections[2].readings
    ] == [
        (BlockQuantity.COLLECTOR_TEMPERATURE, 20.5, "°C"),
        (BlockQuantity.STORE_TEMPERATURE, 64.5, "°C"),
        (BlockQuantity.STORE_HEAT, 0, "Wh"),
    ]
    assert sections[3].readings[0].raw == 0


def test_counting_goes_on_over_sections() -> None:
    """A second section of a type continues the numbers; unknown types say nothing."""
    payload = bytes.fromhex("01050000 01000000 01050000 02000000 01630000 03000000")
    sections = decode_blocks(payload)
    assert [reading.id for section in sections for reading in section.readings] == [
        "heat_1", "heat_2",
    ]  # fmt: skip
    assert sections[2].type == 0x63


def test_section_longer_than_the_packet() -> None:
    """Then nothing in the packet is believed."""
    assert decode_blocks(SLL[:-4]) == []
    assert decode_blocks(SLL + b"\x01\x01\x00\x00") == []
    assert decode_blocks(b"\0") == []
    assert decode_blocks(b"") == []


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_anything_is_survived(payload: bytes) -> None:
    """Arbitrary bytes never raise."""
    for section in decode_blocks(payload):
        assert len(section.payload) % 4 == 0
