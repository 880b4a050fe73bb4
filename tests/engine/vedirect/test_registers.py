"""Every register of every family has a type that fits, and knows what is unknown."""

import pytest

from custom_components.energy_manager.engine.vedirect import (
    Family,
    HexFrame,
    Register,
    Storage,
    encode_hex,
    registers_of,
)
from custom_components.energy_manager.engine.vedirect.decoder import parse_hex

FAMILIES = pytest.mark.parametrize("family", list(Family))


def numbers(family: Family) -> list[Register]:
    """Return the registers of a family that hold a number."""
    return [register for register in registers_of(family).values() if register.size]


@FAMILIES
def test_numbers_there_and_back(family: Family) -> None:
    """Extremes keep their value; all bits set, without the sign, are unknown."""
    for register in numbers(family):
        unknown = register.encode(None)
        assert len(unknown) == register.size
        if register.always_known:
            assert register.decode(unknown) == 255
            continue
        assert register.decode(unknown) is None
        bits = 8 * register.size - register.signed
        highest = (2**bits - 2) / 10**register.digits
        lowest = -(2**bits) / 10**register.digits if register.signed else 0.0
        for value in (lowest, 0.0, highest):
            data = register.encode(value)
            assert register.decode(data) == pytest.approx(value), register.key


@FAMILIES
def test_what_may_be_written_can_be(family: Family) -> None:
    """Limits fit into the bytes of the register and pass its own check."""
    for register in numbers(family):
        if register.storage is Storage.NONE:
            continue
        if register.choices is not None:
            allowed: list[float] = sorted(register.choices)
        else:
            assert register.minimum is not None
            assert register.maximum is not None
            allowed = [register.minimum, register.maximum]
        for value in allowed:
            register.check(value)
            data = register.encode(value)
            assert register.decode(data) == pytest.approx(value), register.key


@pytest.mark.parametrize(
    ("family", "number", "data", "value"),
    [
        (Family.MPPT, 0xEDF0, "9600", 15.0),
        (Family.MPPT, 0xEDF2, "ACF9", -16.2),
        (Family.MPPT, 0xEDEC, "FFFF", None),
        (Family.MPPT, 0xEDDB, "7508", 21.65),
        (Family.MPPT, 0xEDDB, "FF7F", None),
        (Family.MPPT, 0x2015, "FFFF", None),
        (Family.MPPT, 0x2013, "18FCFFFF", -1.0),
        (Family.MPPT, 0x2013, "FFFFFFFF", None),
        (Family.MPPT, 0x2013, "FFFFFF7F", None),
        (Family.MPPT, 0x2027, "FFFFFFFF", None),
        (Family.MPPT, 0xEDF1, "FF", 255),
        (Family.MPPT, 0xEDBC, "00000000", 0.0),
        (Family.MPPT, 0xEDD3, "2C010000", 3.0),
        (Family.MPPT_RS, 0xECDC, "10270000", 100.0),
        (Family.INVERTER, 0x2200, "E759", 230.15),
        (Family.INVERTER, 0x2201, "FFFF", -0.1),
        (Family.INVERTER, 0xEB06, "0C00", 12),
        (Family.BMV, 0xED8C, "18FCFFFF", -1.0),
        (Family.BMV, 0xEEFF, "BAFEFFFF", -32.6),
        (Family.BMV, 0x0FFE, "FFFF", None),
        (Family.BMV, 0x0383, "FF7F", None),
        (Family.BMV, 0xEEB8, "F7", -9),
        (Family.BMV, 0x0320, "6900", 10.5),
        (Family.BMV, 0x032C, "2E7E", 323.02),
        (Family.BMV, 0x0328, "2C01", 30.0),
        (Family.BMV, 0x1005, "7D00", 1.25),
        (Family.DCDC, 0xED8D, "8C05", 14.2),
        (Family.MULTI_RS, 0x2205, "22010000", 290),
    ],
)
def test_values_on_the_wire(
    family: Family, number: int, data: str, value: float | None
) -> None:
    """Scale, sign and size are those of the documents."""
    assert registers_of(family)[number].decode(bytes.fromhex(data)) == value


@pytest.mark.parametrize("command", range(16))
@pytest.mark.parametrize(
    "payload", ["", "01", "F0ED", "F0ED00", "F0ED049600", "77770100"]
)
def test_frames_of_every_command(command: int, payload: str) -> None:
    """Commands with and without registers, flags and data."""
    wire = encode_hex(command, bytes.fromhex(payload))
    frame = parse_hex(wire[1:-1])
    assert isinstance(frame, HexFrame)
    assert frame.command == command
    if command in {7, 8, 10} and len(payload) >= 6:
        assert frame.register == int(payload[2:4] + payload[:2], 16)
        assert frame.flags == int(payload[4:6], 16)
        assert frame.data.hex().upper() == payload[6:]
    else:
        assert frame.register is None
        assert frame.data.hex().upper() == payload
