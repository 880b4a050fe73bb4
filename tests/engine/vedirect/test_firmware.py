"""Emulated devices differ by firmware and product as real ones do."""

from dataclasses import replace

import pytest

from custom_components.energy_manager.engine.vedirect import (
    Block,
    Decoder,
    HexFrame,
    encode_hex,
    get_register,
    ping,
    set_register,
)
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    Charger,
    Converter,
    ConverterReadings,
    Inverter,
    Line,
    MultiInverter,
)
from tests.engine.vedirect.test_emulation import (
    DRAWN,
    LOAD,
    NIGHT,
    SUN,
    decoded,
    value,
    write,
)


def test_old_firmware_pauses_its_text() -> None:
    """Before 1.53 each HEX frame silences the text for seconds."""
    old, new = Charger(firmware=0x0152), Charger(firmware=0x0153)
    for charger in (old, new):
        assert len(decoded(charger.second(SUN))[0]) == 1
        charger.feed(ping())
    texts = [bool(decoded(old.second(SUN))[0]) for _ in range(8)]
    assert texts == [False] * 5 + [True] * 3
    assert len(decoded(new.second(SUN))[0]) == 1


def test_remote_control_flag_comes_first() -> None:
    """Before 1.42 a charger ignores its mode until it is told to obey."""
    charger = Charger(firmware=0x0141)
    assert write(charger, 0x0200, b"\x04") == (0, b"\x04")
    assert charger.on
    write(charger, 0x0202, b"\x02\x00\x00\x00")
    assert not charger.on
    charger.feed(encode_hex(6))
    assert charger.on
    assert value(Charger(firmware=0x0142), 0x0202) == b"\x02\x00\x00\x00"


def test_registers_that_came_later() -> None:
    """The limit came with 1.19, the long off reason with 1.44."""
    charger = Charger(firmware=0x0118)
    charger.second(SUN)
    assert write(charger, 0x2015, b"\x64\x00") == (1, b"")
    assert charger.feed(get_register(0x0207)) == encode_hex(7, b"\x07\x02\x01")
    charger.install(0x0164)
    assert write(charger, 0x2015, b"\x64\x00") == (0, b"\x64\x00")
    assert value(charger, 0x0207) == bytes(4)
    assert decoded(charger.second(SUN))[0][0]["FW"] == "164"


def test_off_is_zero_on_old_firmware() -> None:
    """Up to 1.16 the mode off reads as 0."""
    charger = Charger(firmware=0x0116)
    write(charger, 0x0202, b"\x02\x00\x00\x00")
    assert write(charger, 0x0200, b"\x04") == (0, b"\x00")
    assert not charger.on


def test_external_control_was_a_state() -> None:
    """Up to 1.39 a limit shows as external control; later the stage goes on."""
    states = {}
    for firmware in (0x0139, 0x0142):
        charger = Charger(firmware=firmware)
        charger.feed(set_register(0x200E, b"\x05") + set_register(0x2015, b"\x64\x00"))
        for _ in range(5):
            charger.second(SUN)
        states[firmware] = int.from_bytes(value(charger, 0x0201))
    assert states == {0x0139: 252, 0x0142: 3}


@pytest.mark.parametrize(
    ("firmware", "records", "changes"),
    [(0x0115, False, False), (0x0116, True, False), (0x0117, True, True)],
)
def test_unasked_frames_came_with_firmware(
    firmware: int, records: bool, changes: bool
) -> None:
    """First the records, then whatever changes."""
    charger = Charger(firmware=firmware)
    told = set()
    for second in range(60):
        charger.feed(ping())
        sun = replace(SUN, panel_power_w=400.0 + second)
        told |= {frame.register for frame in decoded(charger.second(sun))[1]}
    assert (0x1050 in told) is records
    assert (0xEDBC in told) is changes


def test_newer_chargers_send_two_blocks() -> None:
    """The second block has no product id; unasked frames come each second."""
    charger = Charger(firmware=0x0342)
    blocks, frames = decoded(charger.second(SUN))
    assert len(blocks) == 2
    assert blocks[0]["FWE"] == "0342FF"
    assert "PID" not in blocks[1]
    assert "HSDS" in blocks[1]
    assert {frame.register for frame in frames} >= {0xEDBC, 0xEDDB}


def test_charger_that_lives_on_its_panels() -> None:
    """In the dark it neither speaks nor answers."""
    charger = Charger(product_id=0xA041, firmware=0x0153)
    assert decoded(charger.second(SUN))[0]
    assert charger.feed(ping())
    assert charger.second(NIGHT) == b""
    assert charger.feed(ping()) == b""
    assert decoded(charger.second(SUN))[0]


def test_load_output() -> None:
    """Small chargers have one: off, automatic with protection, always on."""
    charger = Charger(product_id=0xA053, serial="HQ2345LOAD1")
    sun = replace(SUN, load_current_a=1.5)
    blocks, _ = decoded(charger.second(sun))
    assert (blocks[0]["LOAD"], blocks[0]["IL"]) == ("ON", "1500")
    assert charger.feed(b":8ABED0000B5\n") == b":8ABED0000B5\n"
    blocks, _ = decoded(charger.second(sun))
    assert (blocks[0]["LOAD"], blocks[0]["IL"]) == ("OFF", "0")
    assert value(charger, 0xEDA8) == b"\x00"
    empty = replace(sun, battery_voltage_v=10.9)
    assert charger.feed(b":8ABED0001B4\n") == b":8ABED0001B4\n"
    assert decoded(charger.second(empty))[0][0]["LOAD"] == "OFF"
    assert charger.feed(b":8ABED0004B1\n") == b":8ABED0004B1\n"
    assert decoded(charger.second(empty))[0][0]["LOAD"] == "ON"
    assert value(charger, 0x0140)[0] & 1
    big = Charger()
    assert write(big, 0xEDAB, b"\x01") == (1, b"")
    assert not value(big, 0x0140)[0] & 1


def test_voltages_need_a_battery_type_of_their_own() -> None:
    """With a preset they are refused, out of range the nearest is told."""
    charger = Charger(system_voltage_v=24)
    volts = (2850).to_bytes(2, "little")
    assert write(charger, 0xEDF7, volts) == (2, (2880).to_bytes(2, "little"))
    assert write(charger, 0xEDF1, b"\xff") == (0, b"\xff")
    assert write(charger, 0xEDF7, volts) == (0, volts)
    assert write(charger, 0xEDF7, (4000).to_bytes(2, "little")) == (
        4,
        (3480).to_bytes(2, "little"),
    )
    assert value(charger, 0xEDF7) == volts
    charger.feed(encode_hex(6))
    assert value(charger, 0xEDF7) == volts


def test_settings_outlive_another_run() -> None:
    """What is in flash can be taken over; what is not is forgotten."""
    before = Charger()
    write(before, 0x0200, b"\x04")
    write(before, 0xEDF0, b"\x64\x00")
    write(before, 0x200E, b"\x05")
    after = Charger()
    after.restore(before.stored)
    assert (after.mode, after.current_limit_a) == (4, 10.0)
    assert value(after, 0x200E) == b"\x00"
    inverter = Inverter()
    inverter.restore({0x0200: 5.0, 0x7777: 1.0})
    assert inverter.mode == 5
    assert 0x7777 not in inverter.stored


def test_output_voltage_of_an_inverter() -> None:
    """It stays within what the inverter tells."""
    inverter = Inverter()
    low, high = (value(inverter, number) for number in (0x0231, 0x0232))
    assert (low, high) == (b"\x08\x52", b"\xb4\x5f")
    assert write(inverter, 0x0230, (23500).to_bytes(2, "little"))[0] == 0
    assert inverter.output_voltage_v == 235.0
    assert write(inverter, 0x0230, (26000).to_bytes(2, "little")) == (4, high)
    assert inverter.output_voltage_v == 235.0


def test_relay_needs_the_remote_mode() -> None:
    """A relay that follows something else is not switched by the host."""
    monitor = BatteryMonitor(product_id=0xA381, firmware=0x0403)
    assert decoded(monitor.second(DRAWN))[0][0]["Relay"] == "OFF"
    assert write(monitor, 0x034E, b"\x01") == (2, b"\x00")
    assert write(monitor, 0x034F, b"\x02") == (0, b"\x02")
    assert monitor.feed(b":84E030001FB\n") == b":84E030001FB\n"
    assert decoded(monitor.second(DRAWN))[0][0]["Relay"] == "ON"
    assert monitor.relay_closed
    shunt = BatteryMonitor()
    assert write(shunt, 0x034E, b"\x01") == (1, b"")
    smart = Inverter(product_id=0xA2B1, smart=True)
    assert write(smart, 0x034F, b"\x02") == (0, b"\x02")
    assert write(smart, 0x034E, b"\x01") == (0, b"\x01")
    assert decoded(smart.second(LOAD))[0][0]["Relay"] == "ON"


def test_commands_of_a_monitor() -> None:
    """Written without a value, they are done once."""
    monitor = BatteryMonitor()
    alarm = replace(DRAWN, alarm_reason=1)
    monitor.second(alarm)
    assert monitor.buzzing
    assert write(monitor, 0x031F, b"") == (0, b"")
    monitor.second(alarm)
    assert not monitor.buzzing
    monitor.second(DRAWN)
    monitor.second(alarm)
    assert monitor.buzzing
    assert write(monitor, 0x102C, b"") == (0, b"")
    blocks, _ = decoded(monitor.second(DRAWN))
    assert (blocks[1]["H9"], blocks[1]["H10"]) == ("1", "1")


CHARGING = ConverterReadings(
    output_voltage_v=14.2,
    output_current_a=20.5,
    input_voltage_v=13.9,
    input_current_a=21.9,
    state=3,
)


def test_charger_on_another_battery() -> None:
    """Orion XS: both sides, unasked frames each second, on and off."""
    orion = Converter()
    blocks, frames = decoded(orion.second(CHARGING))
    assert blocks[0]["FWE"] == "0110FF"
    assert (blocks[0]["DC_IN_V"], blocks[0]["DC_IN_P"]) == ("1390", "304")
    assert 0x0201 in {frame.register for frame in frames}
    assert write(orion, 0x0200, b"\x04") == (0, b"\x04")
    blocks, _ = decoded(orion.second(CHARGING))
    assert (blocks[0]["CS"], blocks[0]["I"]) == ("0", "0")
    assert blocks[0]["OR"] == "0x00000004"
    assert write(orion, 0xEDF0, (600).to_bytes(2, "little")) == (
        4,
        (500).to_bytes(2, "little"),
    )
    assert orion.current_limit_a == 50.0


def test_charger_on_a_socket() -> None:
    """Blue Smart: no input, a temperature that it does not know."""
    charger = Converter(product_id=0xA30A, serial="HQ2345IP650")
    blocks, _ = decoded(charger.second(CHARGING))
    assert blocks[0]["T"] == "---"
    assert not any(label.startswith("DC_IN") for label in blocks[0])
    assert value(charger, 0xEDDF) == (250).to_bytes(2, "little")


def test_inverter_with_solar_charger() -> None:
    """Multi RS: solar, battery and house in one block; nothing can be written."""
    multi = MultiInverter()
    blocks, _ = decoded(multi.second(SUN, LOAD))
    assert (blocks[0]["CS"], blocks[0]["AC_OUT_V"]) == ("9", "23004")
    assert (blocks[0]["PPV"], blocks[0]["H20"]) == ("412", "77")
    assert write(multi, 0x0200, b"\x04")[0] == 1
    assert value(multi, 0x0244) == b"\x02"


def test_line_that_damages() -> None:
    """Most comes through, damage never makes another block."""
    charger = Charger()
    line = Line(charger, damage=0.05, odd_ends=0.5, seed=7)
    decoder = Decoder()
    blocks = set()
    asked = answered = 0
    for _ in range(1000):
        for reading in decoder.feed(line.carry(charger.second(SUN))):
            if isinstance(reading, Block):
                blocks.add(reading.fields)
        asked += 1
        answers = decoder.feed(line.feed(get_register(0xEDBC)))
        answered += any(isinstance(each, HexFrame) for each in answers)
    assert line.damaged > 50
    assert decoder.malformed > 20
    # Eight bits of sum let one of 256 pass.
    assert len(blocks) <= 3
    assert 0.85 * asked < answered < asked


def test_damaged_question_is_told() -> None:
    """A device that hears a broken frame says so."""
    charger = Charger()
    line = Line(charger, damage=1.0, seed=3)
    answers = b"".join(line.feed(ping() + get_register(0xEDBC)) for _ in range(30))
    assert b"AAAAFD" in answers


def test_plugged_in_anew() -> None:
    """Noise and a cut block come first; another device may be there."""
    first, other = Charger(), Charger(serial="HQ2345OTHER")
    line = Line(first, seed=1)
    decoder = Decoder()
    assert decoder.feed(line.carry(first.second(SUN))) == []
    assert len(decoder.feed(line.carry(first.second(SUN)))) == 1
    line.unplug()
    assert line.carry(first.second(SUN)) == line.feed(ping()) == b""
    line.plug(other)
    wire = line.carry(other.second(SUN))
    assert wire.startswith(b"\x00")
    decoder.feed(wire)
    (block,) = decoder.feed(line.carry(other.second(SUN)))
    assert isinstance(block, Block)
    assert dict(block.fields)["SER#"] == "HQ2345OTHER"
