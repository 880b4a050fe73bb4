"""Frames are built and read as the documents' examples are."""

import pytest

from custom_components.energy_manager.engine.errors import ProtocolError
from custom_components.energy_manager.engine.vedirect import (
    Decoder,
    HexFrame,
    encode_block,
    encode_frame,
    encode_hex,
    get_application_version,
    get_product_id,
    get_register,
    ping,
    set_register,
)
from custom_components.energy_manager.engine.vedirect.frames import (
    DIGIT_LIMIT,
    FIELD_LIMIT,
    LABEL_LIMIT,
    VALUE_LIMIT,
)


def number(value: int, size: int) -> bytes:
    """Return a little-endian number."""
    return value.to_bytes(size, "little")


QUESTIONS = {
    ping(): b":154",
    get_application_version(): b":352",
    get_product_id(): b":451",
    get_register(0xEDF0): b":7F0ED0071",
    set_register(0xEDF0, number(100, 2)): b":8F0ED0064000C",
    get_register(0x010A): b":70A010043",
    get_register(0x010B): b":70B010042",
    get_register(0x0140): b":74001000D",
    get_register(0x0200): b":70002004C",
    get_register(0x0201): b":70102004B",
    set_register(0x0200, b"\x01"): b":8000200014A",
    set_register(0x0200, b"\x04"): b":80002000447",
    set_register(0x0200, b"\x02"): b":80002000249",
    set_register(0x0200, b"\x05"): b":80002000546",
    set_register(0x0202, number(2, 4)): b":80202000200000047",
    set_register(0x200E, b"\x05"): b":80E2000051A",
    set_register(0x200E, b"\x00"): b":80E2000001F",
    set_register(0x2015, number(200, 2)): b":8152000C80050",
    get_register(0x2015): b":715200019",
    set_register(0xEDAB, b"\x00"): b":8ABED0000B5",
    set_register(0xEDAB, b"\x04"): b":8ABED0004B1",
    set_register(0xEDAB, b"\x01"): b":8ABED0001B4",
    get_register(0xEDAB): b":7ABED00B6",
    get_register(0xEDA8): b":7A8ED00B9",
    set_register(0x034E, b"\x01"): b":84E030001FB",
    get_register(0x1050): b":7501000EE",
    set_register(0x1000, number(500, 2)): b":8001000F40148",
    set_register(0x1000, number(0, 2)): b":800100000003D",
}
ANSWERS = {
    b":181A330": HexFrame(command=1, register=None, flags=None, data=b"\x81\xa3"),
    b":51641F9": HexFrame(command=5, register=None, flags=None, data=b"\x16\x41"),
    b":501440B": HexFrame(command=5, register=None, flags=None, data=b"\x01\x44"),
    b":4AAAAFD": HexFrame(command=4, register=None, flags=None, data=b"\xaa\xaa"),
    b":7F0ED009600DB": HexFrame(
        command=7, register=0xEDF0, flags=0, data=number(150, 2)
    ),
    b":77777015F": HexFrame(command=7, register=0x7777, flags=1, data=b""),
    b":75A1004E0": HexFrame(command=7, register=0x105A, flags=4, data=b""),
    b":8001004010038": HexFrame(command=8, register=0x1000, flags=4, data=number(1, 2)),
}


@pytest.mark.parametrize(("built", "documented"), QUESTIONS.items())
def test_questions(built: bytes, documented: bytes) -> None:
    """What the host sends is what the documents show."""
    assert built == documented + b"\n"


@pytest.mark.parametrize(("wire", "frame"), ANSWERS.items())
def test_answers(wire: bytes, frame: HexFrame) -> None:
    """What devices answer is read, and written, as the documents show."""
    assert Decoder().feed(wire + b"\n") == [frame]
    assert encode_frame(frame) == wire + b"\n"


def test_frame_too_short_for_a_register() -> None:
    """It has a payload only."""
    frame = HexFrame(command=7, register=None, flags=None, data=b"\x01\x02")
    assert Decoder().feed(encode_frame(frame)) == [frame]


@pytest.mark.parametrize(
    "fields",
    [
        (("V", "1\r"),),
        (("V", "1:2"),),
        (("V\t", "1"),),
        (("V", "ä"),),
        (("L" * (LABEL_LIMIT + 1), "1"),),
        (("V", "1" * (VALUE_LIMIT + 1)),),
        (("Checksum", "1"),),
        (("V", "1"),) * (FIELD_LIMIT + 1),
    ],
)
def test_blocks_that_cannot_be(fields: tuple[tuple[str, str], ...]) -> None:
    """A block that no decoder would read is not built."""
    with pytest.raises(ProtocolError):
        encode_block(fields)


@pytest.mark.parametrize(
    ("command", "payload"), [(16, b""), (-1, b""), (7, bytes(DIGIT_LIMIT // 2))]
)
def test_frames_that_cannot_be(command: int, payload: bytes) -> None:
    """A frame that no decoder would read is not built."""
    with pytest.raises(ProtocolError):
        encode_hex(command, payload)
