"""Damaged streams give what a plain decoder finds, byte by byte."""

import random

import pytest

from custom_components.energy_manager.engine.vedirect import (
    Block,
    Decoder,
    encode_block,
)
from custom_components.energy_manager.engine.vedirect.decoder import KNOWN_LIMIT
from tests.engine.vedirect.plain_decoder import PlainDecoder
from tests.engine.vedirect.test_decoder import INVERTER, STATE_WIRE, decode


def damaged(stream: bytes, source: random.Random) -> bytes:
    """Return a stream with bytes changed, lost, doubled and frames between them."""
    data = bytearray()
    for byte in stream:
        match source.randrange(400):
            case 0:
                continue
            case 1:
                data.append(source.randrange(256))
                continue
            case 2:
                data.append(byte)
            case 3:
                data += STATE_WIRE
            case 4:
                data += STATE_WIRE[: source.randrange(len(STATE_WIRE))]
            case 5:
                data += source.choice([b"\r", b"\n", b"\t", b":", b"\xfe", b"\x00"])
        data.append(byte)
    return bytes(data)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_streams_as_byte_by_byte(seed: int) -> None:
    """The fast way over clean blocks finds what the plain way finds."""
    source = random.Random(seed)
    clean = b"".join(
        encode_block(
            (
                *INVERTER[: source.randrange(len(INVERTER))],
                ("I", f"{source.randrange(-5000, 5000)}"),
                ("H19", f"{source.randrange(10**6)}"),
            )
        )
        + STATE_WIRE * source.choice([0, 0, 0, 1, 3])
        for _ in range(200)
    )
    for stream in (clean, damaged(clean, source)):
        plain = PlainDecoder()
        plain.feed(stream)
        expected = (plain.readings, plain.malformed)
        assert decode(stream) == expected
        for chunk in (1, 5, 64, 200, 4096):
            assert decode(stream, chunk) == expected
        assert len(plain.readings) >= 100


def test_lines_that_are_known_are_few() -> None:
    """Values that never come again do not fill the memory."""
    decoder = Decoder()
    for number in range(3 * KNOWN_LIMIT):
        block = encode_block((("H6", f"{number}"),))
        assert decoder.feed(block) == [Block(fields=(("H6", f"{number}"),))]
    assert len(decoder._known) <= KNOWN_LIMIT
