"""Text blocks and HEX frames are found in any stream, damaged or not."""

from itertools import batched
import random

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_manager.engine.vedirect import (
    Block,
    Decoder,
    HexFrame,
    Reading,
    encode_block,
    encode_frame,
)
from custom_components.energy_manager.engine.vedirect.frames import (
    DIGIT_LIMIT,
    FIELD_LIMIT,
    LABEL_LIMIT,
    VALUE_LIMIT,
    hex_frame,
)
from tests.engine.vedirect.plain_decoder import PlainDecoder

INVERTER = (
    ("PID", "0xA2F1"),
    ("FW", "0124"),
    ("SER#", "HQ2152UFKWY"),
    ("MODE", "2"),
    ("CS", "9"),
    ("AC_OUT_V", "23007"),
    ("V", "13232"),
    ("OR", "0x00000000"),
)
BLOCK = Block(fields=INVERTER)
WIRE = encode_block(INVERTER)
STATE = HexFrame(command=0xA, register=0x0201, flags=0, data=b"\x05")
STATE_WIRE = b":A0102000543\n"

type Outcome = tuple[list[Reading], int]


def decode(stream: bytes, chunk: int | None = None) -> Outcome:
    """Feed a stream in pieces and return readings and damage."""
    decoder = Decoder()
    readings: list[Reading] = []
    for piece in batched(stream, chunk or len(stream) or 1, strict=False):
        readings += decoder.feed(bytes(piece))
    assert decoder.frames == len(readings)
    return readings, decoder.malformed


def decode_each_way(stream: bytes) -> Outcome:
    """Feed a stream whole and in small pieces; the result must not differ."""
    outcome = decode(stream)
    for chunk in (1, 2, 3, 7, 16):
        assert decode(stream, chunk) == outcome
    return outcome


def with_checksum(body: bytes) -> bytes:
    """Return any body with the checksum line that makes its sum right."""
    head = body + b"\r\nChecksum\t"
    return head + bytes([-sum(head) & 0xFF])


def value_that_gives(checksum: int) -> tuple[tuple[str, str], ...]:
    """Return fields of a block whose checksum byte is the given one."""
    rest = checksum - encode_block((("V", "AAAA"),))[-1]
    # A sum that is lower by so much gives a checksum byte that is higher by as much.
    letters = list(b"AAAA")
    for place in range(4):
        step = min(-rest % 0x100, ord("~") - letters[place])
        letters[place] += step
        rest += step
    return (("V", bytes(letters).decode()),)


def test_blocks_follow_each_other() -> None:
    """Two blocks of one second are two readings."""
    history = (("H1", "-96470"), ("H18", "6117"))
    stream = WIRE + encode_block(history)
    assert decode_each_way(stream) == ([BLOCK, Block(fields=history)], 0)


def test_block_is_complete_with_its_checksum_byte() -> None:
    """No byte of the next block is needed."""
    decoder = Decoder()
    assert decoder.feed(WIRE[:-1]) == []
    assert decoder.feed(WIRE[-1:]) == [BLOCK]


def test_block_of_no_fields() -> None:
    """A sum that fits is enough."""
    assert decode_each_way(encode_block(())) == ([Block(fields=())], 0)


@pytest.mark.parametrize("checksum", [*b":\r\n\t\x00\xff0AF"])
def test_checksum_may_be_any_byte(checksum: int) -> None:
    """The byte behind the last TAB is never anything else."""
    fields = value_that_gives(checksum)
    stream = WIRE + encode_block(fields) + WIRE + STATE_WIRE
    blocks = [BLOCK, Block(fields=fields), BLOCK, STATE]
    assert decode_each_way(stream) == (blocks, 0)


@pytest.mark.parametrize("position", range(len(WIRE) + 1))
def test_hex_frame_anywhere_in_a_block(position: int) -> None:
    """A HEX frame is taken out, and the text around it goes on."""
    stream = WIRE[:position] + STATE_WIRE + WIRE[position:] + WIRE
    readings, malformed = decode_each_way(stream)
    if position == len(WIRE) - 1:
        # In the place of the checksum byte a colon is that byte.
        assert (readings, malformed) == ([BLOCK], 1)
    elif position == len(WIRE):
        assert (readings, malformed) == ([BLOCK, STATE, BLOCK], 0)
    else:
        assert (readings, malformed) == ([STATE, BLOCK, BLOCK], 0)


def test_noise_between_blocks_is_not_summed() -> None:
    """Neither NULs at opening nor what follows a checksum byte spoil a block."""
    stream = b"\x00\x00abcd" + WIRE + b"noise \xff\r\t\n" + WIRE + b"\r\n" + WIRE
    assert decode_each_way(stream) == ([BLOCK] * 3, 0)


def test_carriage_return_may_come_twice() -> None:
    """The last CR before LF begins the block."""
    assert decode_each_way(b"\r\r" + WIRE) == ([BLOCK], 0)
    assert decode_each_way(b"\rx" + WIRE) == ([BLOCK], 0)


def test_first_block_is_cut() -> None:
    """A stream that begins inside a block loses only that one."""
    for cut in range(1, len(WIRE)):
        readings, malformed = decode_each_way(WIRE[cut:] + WIRE)
        assert readings == [BLOCK]
        assert malformed <= 1


def test_last_block_is_cut() -> None:
    """What never ends is neither a reading nor damage."""
    for cut in range(1, len(WIRE)):
        assert decode(WIRE + WIRE[:cut]) == ([BLOCK], 0)


def test_wrong_sum() -> None:
    """A block with a wrong sum leaves nothing behind."""
    damaged = WIRE.replace(b"23007", b"23006")
    short = encode_block((("V", "1"),))
    expected = ([Block(fields=(("V", "1"),)), BLOCK], 1)
    assert decode_each_way(damaged + short + WIRE) == expected


IMPOSSIBLE = [byte for byte in range(0x100) if not 0x20 <= byte < 0x7F]


@pytest.mark.parametrize("byte", [byte for byte in IMPOSSIBLE if byte != 0x09])
def test_impossible_byte_in_a_label_spoils_the_block(byte: int) -> None:
    """A right sum does not make up for a control or non-ASCII byte."""
    stream = with_checksum(b"\r\nV\t1\r\nS" + bytes([byte]) + b"R\t2") + WIRE
    assert decode_each_way(stream) == ([BLOCK], 1)


@pytest.mark.parametrize("byte", IMPOSSIBLE)
def test_impossible_byte_in_a_value_spoils_the_block(byte: int) -> None:
    """A right sum does not make up for a control or non-ASCII byte."""
    stream = with_checksum(b"\r\nV\t1" + bytes([byte]) + b"2\r\nI\t2") + WIRE
    assert decode_each_way(stream) == ([BLOCK], 1)


def test_carriage_return_in_a_label_begins_the_next_block() -> None:
    """A cut block does not take the next one with it."""
    assert decode_each_way(b"\r\nV\t12345\r\nSE" + WIRE) == ([BLOCK], 0)
    assert decode_each_way(b"\r\nV\t12345\rx" + WIRE) == ([BLOCK], 0)
    assert decode_each_way(b"\r\nV\t12345\r" + WIRE) == ([BLOCK], 0)


def test_blank_line_begins_anew() -> None:
    """Line ends behind a checksum byte are noise, not damage."""
    assert decode_each_way(WIRE + b"\r\n" + WIRE) == ([BLOCK, BLOCK], 0)


def test_limits_of_text() -> None:
    """What is longer than anything real is given up, at the same byte always."""
    fields = tuple(
        ("L" * LABEL_LIMIT, f"{number:0{VALUE_LIMIT}}") for number in range(FIELD_LIMIT)
    )
    assert decode_each_way(encode_block(fields)) == ([Block(fields=fields)], 0)
    long_label = with_checksum(b"\r\n" + b"L" * (LABEL_LIMIT + 1) + b"\t1")
    long_value = with_checksum(b"\r\nV\t" + b"1" * (VALUE_LIMIT + 1))
    many = with_checksum(b"\r\nV\t1" * (FIELD_LIMIT + 1))
    for stream in (long_label, long_value, many):
        assert decode_each_way(stream + WIRE) == ([BLOCK], 1)


def test_memory_is_bounded() -> None:
    """An endless line, frame or block does not grow the decoder."""
    decoder = Decoder()
    for endless in (
        b"\r\nV\t",
        b"A" * 10_000,
        b"\r\nV\t1" * 10_000,
        b":",
        b"7" * 10_000,
    ):
        decoder.feed(endless)
        assert len(decoder._fields) <= FIELD_LIMIT
        assert len(decoder._text) <= VALUE_LIMIT
        assert decoder._digits is None or len(decoder._digits) <= DIGIT_LIMIT


def test_frame_may_end_with_fe() -> None:
    """Chargers do that now and then."""
    stream = STATE_WIRE[:-1] + b"\xfe" + WIRE
    assert decode_each_way(stream) == ([STATE, BLOCK], 0)


@pytest.mark.parametrize("byte", [0x00, 0x0D, 0x20, 0x47, 0x61, 0x66, 0xFF])
def test_other_byte_breaks_a_frame_and_is_text(byte: int) -> None:
    """The byte that breaks a frame belongs to the text around the frame."""
    if 0x20 <= byte < 0x7F:
        body = b"\r\nV\t12" + bytes([byte]) + b"34"
        stream = with_checksum(body)
        stream = stream.replace(b"\t12", b"\t12:A0102")
        value = "12" + chr(byte) + "34"
        expected = [Block(fields=(("V", value),)), BLOCK]
        assert decode_each_way(stream + WIRE) == (expected, 1)
    else:
        stream = b":A0102" + bytes([byte]) + WIRE
        assert decode_each_way(stream) == ([BLOCK], 1)


def test_carriage_return_breaks_a_frame_and_begins_a_block() -> None:
    """A frame without its line feed does not eat the next block."""
    assert decode_each_way(STATE_WIRE[:-1] + WIRE) == ([BLOCK], 1)


def test_colon_breaks_a_frame_and_begins_one() -> None:
    """A frame cut short does not eat the next frame."""
    assert decode_each_way(b":A0102" + STATE_WIRE) == ([STATE], 1)


@pytest.mark.parametrize(
    "frame", [b":\n", b":1\n", b":15\n", b":1544\n", b":A0102000544\n"]
)
def test_frame_that_is_wrong(frame: bytes) -> None:
    """Half bytes, no check and a wrong check are counted."""
    assert decode_each_way(frame + STATE_WIRE + WIRE) == ([STATE, BLOCK], 1)


def test_limit_of_frames() -> None:
    """A frame longer than anything real is broken where it is too long."""
    longest = hex_frame(0xA, b"\x01\x02\x00" + b"1" * ((DIGIT_LIMIT - 3) // 2 - 3))
    wire = encode_frame(longest)
    assert decode_each_way(wire) == ([longest], 0)
    too_long = b":" + b"A" * (DIGIT_LIMIT + 1) + b"\n"
    assert decode_each_way(too_long + WIRE) == ([BLOCK], 1)


def test_frame_between_carriage_return_and_line_feed() -> None:
    """Also there the text goes on behind a frame."""
    stream = b"\r" + STATE_WIRE + WIRE[1:]
    assert decode_each_way(stream) == ([STATE, BLOCK], 0)
    stream = WIRE.replace(b"\r\nV", b"\r" + STATE_WIRE + b"\nV")
    assert decode_each_way(stream) == ([STATE, BLOCK], 0)


def test_reset_forgets_what_is_unfinished() -> None:
    """After a silence the next block stands alone."""
    decoder = Decoder()
    decoder.feed(WIRE[:40] + b":A01")
    decoder.reset()
    assert decoder.feed(WIRE) == [BLOCK]
    assert decoder.malformed == 0


def test_lost_bytes_lose_only_their_blocks() -> None:
    """Random loss never makes a block that was not sent."""
    random_source = random.Random(2)
    blocks = [
        Block(fields=(("V", f"{12000 + number}"), ("I", f"{-number}"), ("SOC", "987")))
        for number in range(400)
    ]
    stream = bytearray()
    intact = 0
    for block in blocks:
        wire = encode_block(block.fields)
        kept = bytes(byte for byte in wire if random_source.random() > 0.01)
        intact += kept == wire
        stream += kept
    readings, malformed = decode(bytes(stream))
    assert readings == [block for block in blocks if block in readings]
    # A lost checksum byte takes the first byte of the next block with it.
    assert len(readings) >= 0.9 * intact
    assert 0 < malformed <= len(blocks) - len(readings)


FIELDS = st.lists(
    st.tuples(
        st.text(alphabet="ABCHPV_#0189", min_size=1, max_size=LABEL_LIMIT),
        st.text(
            st.characters(
                min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=":"
            ),
            max_size=VALUE_LIMIT,
        ),
    ),
    max_size=30,
)
READINGS = st.lists(
    st.one_of(
        FIELDS.map(lambda fields: Block(fields=tuple(fields))),
        st.builds(hex_frame, st.integers(0, 15), st.binary(max_size=40)),
    ),
    max_size=6,
)


def encode(reading: Reading) -> bytes:
    """Return the bytes of a reading."""
    if isinstance(reading, Block):
        return encode_block(reading.fields)
    return encode_frame(reading)


@given(READINGS, st.integers(1, 40))
@settings(deadline=None, max_examples=150)
def test_what_is_encoded_is_decoded(readings: list[Reading], chunk: int) -> None:
    """Encoding and decoding are each other's inverse."""
    stream = b"".join(map(encode, readings))
    assert decode(stream, chunk) == (readings, 0)
    assert decode(stream) == (readings, 0)


PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([WIRE, WIRE[:30], WIRE[20:], STATE_WIRE, b":", b"\r\n", b"\t"]),
    st.sampled_from([b"\r\nChecksum\t", b":A01", b"\xfe", b"\r", b"V\t12"]),
)


@given(st.lists(PIECES, max_size=12).map(b"".join), st.integers(1, 20))
@settings(deadline=None, max_examples=400)
def test_nothing_raises_or_depends_on_pieces(stream: bytes, chunk: int) -> None:
    """Arbitrary bytes give the same result in any pieces."""
    outcome = decode(stream)
    assert decode(stream, chunk) == outcome
    assert decode(stream, 1) == outcome
    plain = PlainDecoder()
    plain.feed(stream)
    assert (plain.readings, plain.malformed) == outcome
