"""Frames become the bytes that are on real lines."""

import pytest

from custom_components.energy_manager.engine.errors import ProtocolError
from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Packet,
    Telegram,
    encode,
    id_hash,
)
from custom_components.energy_manager.engine.vbus.checksum import (
    crc7,
    with_septet,
    without_septet,
)

from .frames import EMPTY, LONGEST, OFFER, PACKET, TELEGRAM

KNOWN = [
    (PACKET, "AA114410661000020121 07040F000065"),
    (OFFER, "AA0000117E200005000000000000004B"),
    (TELEGRAM, "AA71771120302511 60182B040000000454"),
    (
        Datagram(0x7E11, 0x0020, 0x0300, 0, 0),
        "AA117E2000200003000000000000002D",
    ),
    (
        Datagram(0x0020, 0x7E11, 0x0100, 0, 0x2734DABC),
        "AA2000117E20000100003C5A34270C32",
    ),
    (
        Datagram(0x7E11, 0x0020, 0x1100, 0, 763685401),
        "AA117E20002000110000196A042D1853",
    ),
    (
        Datagram(0x0020, 0x7E11, 0x1101, 1977, 763685401),
        "AA2000117E2001113907196A042D1911",
    ),
    (Datagram(0x7E11, 0x0020, 0x0200, 1977, 2), "AA117E200020000239070200000001 6B"),
    (Datagram(0x0020, 0x7E11, 0x0100, 1977, 2), "AA200011 7E200001390702000000016C"),
    (Datagram(0x7E11, 0x0020, 0x0600, 0, 0), "AA117E2000200006000000000000002A"),
]


@pytest.mark.parametrize(("frame", "line"), KNOWN)
def test_known_frames_both_ways(frame: Frame, line: str) -> None:
    """Bytes of documents and known sessions are said and understood."""
    data = bytes.fromhex(line)
    assert encode(frame) == data
    assert Decoder().feed(data) == [frame]


def test_longest_and_shortest_packet() -> None:
    """A packet has 0 to 127 frames."""
    assert len(encode(LONGEST)) == 772
    assert len(encode(EMPTY)) == 10
    assert Decoder().feed(encode(LONGEST) + encode(EMPTY)) == [LONGEST, EMPTY]


@pytest.mark.parametrize(
    "frame",
    [
        Packet(0x0080, 0x7112, 0x0100, b""),
        Packet(0x0010, 0x8012, 0x0100, b""),
        Packet(0x10010, 0x7112, 0x0100, b""),
        Packet(-1, 0x7112, 0x0100, b""),
        Packet(0x0010, 0x7112, 0x0180, b""),
        Packet(0x0010, 0x7112, 0x0100, b"\0\0\0"),
        Packet(0x0010, 0x7112, 0x0100, bytes(512)),
        Packet(0x0010, 0x7112, 0x0100, b"", 2),
        Datagram(0x0010, 0x7112, 0x0100, 0x10000, 0),
        Datagram(0x0010, 0x7112, 0x0100, -1, 0),
        Datagram(0x0010, 0x7112, 0x0100, 0, 1 << 31),
        Telegram(0x0010, 0x7112, 0x25, b""),
        Telegram(0x0010, 0x7112, 0x100, b""),
    ],
)
def test_what_cannot_be_said_is_refused(frame: Frame) -> None:
    """Numbers that do not fit on the line are a mistake of the caller."""
    with pytest.raises(ProtocolError):
        encode(frame)


@pytest.mark.parametrize(
    ("data", "crc"), [("75", 98), ("5c6551", 40), ("6b0964", 111), ("3d3f", 104)]
)
def test_crc7_of_known_bytes(data: str, crc: int) -> None:
    """The checksum of minor version 1 is RESOL's CRC-7."""
    assert crc7(bytes.fromhex(data)) == crc


@pytest.mark.parametrize(
    ("data", "line"), [("93672429", "1367242901"), ("e803f401", "6803740105")]
)
def test_septet_of_known_bytes(data: str, line: str) -> None:
    """Top bits travel in the septet."""
    assert with_septet(bytes.fromhex(data)).hex() == line
    assert without_septet(bytes.fromhex(line)).hex() == data


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Relais_Regler_R1_Handbetrieb", 763685401),
        ("Relais_Regler_R2_Handbetrieb", 2095313818),
        ("Solar_Sp1_dTein", 1315660039),
        ("Handbetrieb1", 1887930473),
        ("Pum1", 3006019),
    ],
)
def test_hash_of_known_names(name: str, number: int) -> None:
    """Values are found by the hash of their names."""
    assert id_hash(name) == number
