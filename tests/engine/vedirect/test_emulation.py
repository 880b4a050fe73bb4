"""Emulated devices say and answer what real ones do."""

from dataclasses import replace

import pytest

from custom_components.energy_manager.engine.vedirect import (
    Block,
    Decoder,
    HexFrame,
    encode_hex,
    get_application_version,
    get_product_id,
    get_register,
    ping,
    set_register,
)
from custom_components.energy_manager.engine.vedirect.emulated_device import (
    EmulatedDevice,
)
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    BatteryReadings,
    Charger,
    ChargerReadings,
    Inverter,
    InverterReadings,
)
from custom_components.energy_manager.engine.vedirect.records import (
    DayRecord,
    TotalRecord,
)

type Device = EmulatedDevice
type Speaking = Charger | Inverter | BatteryMonitor

SUN = ChargerReadings(
    battery_voltage_v=13.456,
    battery_current_a=30.004,
    panel_voltage_v=96.4,
    panel_power_w=412.4,
    state=3,
    yield_total_kwh=11.58,
    yield_today_kwh=0.77,
    yield_yesterday_kwh=1.35,
    max_power_today_w=479,
    max_power_yesterday_w=525,
    day=2,
)
NIGHT = replace(
    SUN,
    battery_current_a=-0.03,
    panel_voltage_v=0.01,
    panel_power_w=0.0,
    state=0,
    tracker=0,
)
LOAD = InverterReadings(
    battery_voltage_v=12.85,
    ac_voltage_v=230.04,
    ac_current_a=1.26,
    ac_apparent_power_va=290.2,
)
DRAWN = BatteryReadings(
    voltage_v=12.123,
    current_a=-7.6,
    state_of_charge_percent=83.7,
    consumed_ah=-32.6,
    time_to_go_min=942,
    temperature_c=18.4,
    discharged_kwh=60.66,
    charged_kwh=61.17,
)


def decoded(wire: bytes) -> tuple[list[dict[str, str]], list[HexFrame]]:
    """Return blocks and frames of what a device said, which must be whole."""
    decoder = Decoder()
    readings = decoder.feed(wire)
    assert decoder.malformed == 0
    blocks = [dict(each.fields) for each in readings if isinstance(each, Block)]
    return blocks, [each for each in readings if isinstance(each, HexFrame)]


def answer(device: Device, question: bytes) -> HexFrame:
    """Return the one answer to a question."""
    blocks, frames = decoded(device.feed(question))
    assert blocks == []
    assert len(frames) == 1
    return frames[0]


def value(device: Device, register: int) -> bytes:
    """Return the bytes of a register that answers without flags."""
    frame = answer(device, get_register(register))
    assert (frame.command, frame.register, frame.flags) == (7, register, 0)
    return frame.data


def write(device: Device, register: int, data: bytes) -> tuple[int | None, bytes]:
    """Write a register and return flags and value of the answer."""
    frame = answer(device, set_register(register, data))
    assert (frame.command, frame.register) == (8, register)
    return frame.flags, frame.data


def test_block_of_the_charger() -> None:
    """Labels, their order and their units are those of a real charger."""
    blocks, frames = decoded(Charger().second(SUN))
    assert frames == []
    assert list(blocks[0].items()) == [
        ("PID", "0xA06C"),
        ("FW", "164"),
        ("SER#", "HQ2345SUN70"),
        ("V", "13460"),
        ("I", "30000"),
        ("VPV", "96400"),
        ("PPV", "412"),
        ("CS", "3"),
        ("MPPT", "2"),
        ("OR", "0x00000000"),
        ("ERR", "0"),
        ("LOAD", "ON"),
        ("Relay", "OFF"),
        ("H19", "1158"),
        ("H20", "77"),
        ("H21", "479"),
        ("H22", "135"),
        ("H23", "525"),
        ("HSDS", "2"),
    ]


def test_charger_at_night() -> None:
    """Without sun the charger is off for lack of input, which is no fault."""
    blocks, _ = decoded(Charger().second(NIGHT))
    assert blocks[0]["CS"] == blocks[0]["MPPT"] == blocks[0]["PPV"] == "0"
    assert blocks[0]["OR"] == "0x00000001"
    assert blocks[0]["I"] == "-30"


def test_block_of_the_inverter() -> None:
    """Labels, their order and their units are those of a real inverter."""
    blocks, frames = decoded(Inverter().second(LOAD))
    assert frames == []
    assert list(blocks[0].items()) == [
        ("PID", "0xA2F1"),
        ("FW", "0124"),
        ("SER#", "HQ2345INV12"),
        ("MODE", "2"),
        ("CS", "9"),
        ("AC_OUT_V", "23004"),
        ("AC_OUT_I", "13"),
        ("AC_OUT_S", "290"),
        ("V", "12850"),
        ("AR", "0"),
        ("WARN", "0"),
        ("OR", "0x00000000"),
    ]


def test_two_blocks_of_the_monitor() -> None:
    """Measurements and history come in two blocks, the second without PID."""
    blocks, frames = decoded(BatteryMonitor().second(DRAWN))
    assert frames == []
    assert list(blocks[0].items()) == [
        ("PID", "0xA389"),
        ("V", "12123"),
        ("T", "18"),
        ("I", "-7600"),
        ("P", "-92"),
        ("CE", "-32600"),
        ("SOC", "837"),
        ("TTG", "942"),
        ("Alarm", "OFF"),
        ("AR", "0"),
        ("BMV", "SmartShunt 500A/50mV"),
        ("FW", "0413"),
        ("MON", "0"),
    ]
    history = [*(f"H{number}" for number in range(1, 13)), "H15", "H16", "H17", "H18"]
    assert list(blocks[1]) == history
    assert (blocks[1]["H1"], blocks[1]["H17"], blocks[1]["H18"]) == (
        "-32600",
        "6066",
        "6117",
    )


def test_monitor_that_is_not_synchronised() -> None:
    """What the monitor does not know yet is `---`."""
    readings = BatteryReadings(voltage_v=12.5, current_a=0.0, starter_voltage_v=-0.014)
    blocks, _ = decoded(BatteryMonitor().second(readings))
    assert blocks[0]["VS"] == "-14"
    assert blocks[0]["SOC"] == blocks[0]["CE"] == blocks[0]["TTG"] == "---"
    monitor = BatteryMonitor()
    monitor.second(readings)
    assert value(monitor, 0x0FFF) == b"\xff\xff"
    assert value(monitor, 0xEDEC) == b"\xff\xff"
    assert value(monitor, 0xEEB6) == b"\x00"


def test_monitor_counts() -> None:
    """Charge drawn, full charges and extremes are remembered."""
    monitor = BatteryMonitor()
    for _ in range(10):
        monitor.second(DRAWN)
    full = replace(DRAWN, current_a=1.0, state_of_charge_percent=100.0, voltage_v=14.4)
    full = replace(full, consumed_ah=0.0, time_to_go_min=None, alarm_reason=2)
    monitor.second(full)
    blocks, _ = decoded(monitor.second(replace(full, temperature_c=None)))
    assert "T" not in blocks[0]
    assert (blocks[0]["TTG"], blocks[0]["Alarm"]) == ("-1", "ON")
    assert (blocks[1]["H7"], blocks[1]["H8"]) == ("12123", "14400")
    assert value(monitor, 0xED8E) == b"\x0e\x00"
    assert value(monitor, 0x0FFE) == b"\xff\xff"
    assert (blocks[1]["H6"], blocks[1]["H9"], blocks[1]["H10"]) == ("-21", "0", "1")


@pytest.mark.parametrize(
    ("device", "product", "version"),
    [
        (Charger(), 0xA06C, b"\x64\x41"),
        (Inverter(), 0xA2F1, b"\x24\x41"),
        (BatteryMonitor(), 0xA389, b"\x13\x44"),
    ],
    ids=["charger", "inverter", "monitor"],
)
def test_identity_over_hex(device: Device, product: int, version: bytes) -> None:
    """Every device says what it is."""
    product_bytes = product.to_bytes(2, "little")
    assert answer(device, ping()) == HexFrame(
        command=5, register=None, flags=None, data=version
    )
    assert answer(device, get_application_version()).data == version
    assert answer(device, get_product_id()).data == product_bytes
    assert value(device, 0x0100) == b"\x00" + product_bytes + b"\xff"
    serial = value(device, 0x010A)
    assert serial.startswith(b"HQ2345")
    assert len(serial) == 16
    assert value(device, 0x010B).endswith(b"\x00")


def test_answers_to_what_a_device_does_not_know() -> None:
    """Flags and errors are those of the protocol."""
    charger = Charger()
    charger.second(SUN)
    assert charger.feed(get_register(0x7777)) == b":77777015F\n"
    assert write(charger, 0x7777, b"\x00") == (1, b"")
    assert write(charger, 0x0201, b"\x00") == (2, b"\x03")
    assert write(charger, 0x0200, b"\x01\x00") == (4, b"\x01")
    assert charger.feed(b":80002000448\n") == b":4AAAAFD\n"
    assert charger.feed(encode_hex(2)) == encode_hex(3, b"\x02")
    assert charger.feed(encode_hex(0xA, b"\x00\x02\x00\x01")) == b""
    assert charger.feed(b"MODE\t4\r\n") == b""
    assert charger.mode == 1


def test_inverter_is_switched() -> None:
    """On, eco and off are written, read back and obeyed; 3 is not a mode."""
    inverter = Inverter()
    assert inverter.feed(b":80002000447\n") == b":80002000447\n"
    blocks, frames = decoded(inverter.second(LOAD))
    assert inverter.mode == 4
    assert (blocks[0]["MODE"], blocks[0]["CS"]) == ("4", "0")
    assert blocks[0]["OR"] == "0x00000004"
    assert blocks[0]["AC_OUT_V"] == blocks[0]["AC_OUT_S"] == "0"
    assert {frame.register for frame in frames} == {0x0201, 0x0207, 0x031C, 0x031E}
    assert write(inverter, 0x0200, b"\x05") == (0, b"\x05")
    blocks, _ = decoded(inverter.second(LOAD))
    assert (blocks[0]["MODE"], blocks[0]["CS"]) == ("5", "9")
    blocks, _ = decoded(inverter.second(replace(LOAD, ac_apparent_power_va=3.0)))
    assert (blocks[0]["CS"], blocks[0]["AC_OUT_V"]) == ("1", "0")
    flags, nearest = write(inverter, 0x0200, b"\x03")
    assert flags == 4
    assert nearest in {b"\x02", b"\x04"}
    assert inverter.mode == 5


def test_inverter_stops_by_itself() -> None:
    """A protection shows as fault with alarm and off reason."""
    inverter = Inverter()
    blocks, _ = decoded(inverter.second(replace(LOAD, alarm_reason=1, warning=1)))
    assert (blocks[0]["CS"], blocks[0]["OR"]) == ("2", "0x00000010")
    assert (blocks[0]["AR"], blocks[0]["WARN"]) == ("1", "1")
    assert value(inverter, 0x031E) == b"\x01\x00"


def test_inverter_counts_energy() -> None:
    """Run time and energy count only while it inverts."""
    inverter = Inverter()
    for _ in range(125):
        inverter.second(replace(LOAD, ac_apparent_power_va=1152.0))
    inverter.feed(set_register(0x0200, b"\x04"))
    inverter.second(LOAD)
    assert value(inverter, 0x1040) == (125).to_bytes(4, "little")
    assert value(inverter, 0x1041) == (4).to_bytes(4, "little")


def test_charger_is_switched_off_and_on() -> None:
    """Off stops charging and is told as off reason."""
    charger = Charger()
    assert charger.feed(b":80002000447\n") == b":80002000447\n"
    assert not charger.on
    blocks, _ = decoded(charger.second(SUN))
    assert (blocks[0]["CS"], blocks[0]["PPV"], blocks[0]["I"]) == ("0", "0", "0")
    assert blocks[0]["OR"] == "0x00000004"
    blocks, _ = decoded(charger.second(NIGHT))
    assert blocks[0]["OR"] == "0x00000005"
    assert write(charger, 0x0200, b"\x00") == (0, b"\x04")
    assert charger.mode == 4
    assert charger.feed(b":8000200014A\n") == b":8000200014A\n"
    assert charger.on
    assert write(charger, 0x0200, b"\x09") == (4, b"\x04")


def test_charge_current_limit_ends_by_itself() -> None:
    """A limit needs external control, and both are repeated within 60 s."""
    charger = Charger()
    assert charger.current_limit_a == 70.0
    assert value(charger, 0x2015) == b"\xff\xff"
    assert charger.feed(b":8152000C80050\n") == b":8152000C80050\n"
    assert charger.current_limit_a == 70.0
    assert charger.feed(b":80E20000519\n") == b":4AAAAFD\n"
    assert charger.feed(b":80E2000051A\n") == b":80E2000051A\n"
    assert charger.current_limit_a == 20.0
    for _ in range(59):
        charger.second(SUN)
    assert charger.current_limit_a == 20.0
    charger.feed(set_register(0x200E, b"\x05"))
    charger.second(SUN)
    assert charger.current_limit_a == 70.0
    assert value(charger, 0x2015) == b"\xff\xff"
    assert value(charger, 0x200E) == b"\x05"
    for _ in range(60):
        charger.second(SUN)
    assert value(charger, 0x200E) == b"\x00"
    charger.feed(set_register(0x2015, b"\x64\x00") + set_register(0x200E, b"\x05"))
    assert charger.current_limit_a == 10.0
    assert write(charger, 0x2015, b"\xff\xff") == (0, b"\xff\xff")
    assert charger.current_limit_a == 70.0


def test_maximum_current_has_limits() -> None:
    """What is out of range is refused with the nearest legal value."""
    charger = Charger()
    assert write(charger, 0xEDF0, b"\x64\x00") == (0, b"\x64\x00")
    assert charger.current_limit_a == 10.0
    assert write(charger, 0xEDF0, b"\x00\x00") == (4, b"\x0a\x00")
    assert write(charger, 0xEDF0, b"\x00\x10") == (4, b"\xbc\x02")
    assert charger.current_limit_a == 10.0
    monitor = BatteryMonitor()
    assert monitor.feed(b":800100000003D\n") == b":8001004010038\n"
    assert monitor.feed(b":8001000F40148\n") == b":8001000F40148\n"
    assert monitor.capacity_ah == 500


def test_longest_time_to_go() -> None:
    """Over HEX a shunt tells ten days at most; a sensor's heat is in kelvin."""
    monitor = BatteryMonitor()
    monitor.second(replace(DRAWN, time_to_go_min=20_000))
    assert value(monitor, 0x0FFE) == (14_400).to_bytes(2, "little")
    assert value(monitor, 0xEDEC) == (29_155).to_bytes(2, "little")


def test_unasked_frames_need_a_value() -> None:
    """Before the first measurement there is no record to tell."""
    assert Charger()._responder.unasked(0x1050) == b""


def test_remote_control_flag() -> None:
    """Bits of the flag can only be set."""
    charger = Charger()
    assert write(charger, 0x0202, b"\x00\x00\x00\x00") == (0, b"\x02\x00\x00\x00")


def test_dangerous_bit_stops_the_charger() -> None:
    """A charger that once heard of a battery management system misses it for ever."""
    charger = Charger()
    charger.feed(encode_hex(8, b"\x0e\x20\x00\x0d"))
    charger.feed(encode_hex(6))
    blocks, _ = decoded(charger.second(SUN))
    assert not charger.on
    assert (blocks[0]["CS"], blocks[0]["ERR"]) == ("2", "67")
    assert blocks[0]["OR"] == "0x00000010"
    assert value(charger, 0xEDE8) == b"\x01"


@pytest.mark.parametrize(
    ("device", "readings"),
    [(Charger(), SUN), (Inverter(), LOAD), (BatteryMonitor(), DRAWN)],
    ids=["charger", "inverter", "monitor"],
)
def test_restart_begins_again(device: Speaking, readings: object) -> None:
    """A restart has no answer, and the time since then is short."""
    for _ in range(3):
        device.second(readings)  # type: ignore[arg-type]
    assert value(device, 0x0120) == (3).to_bytes(4, "little")
    assert device.feed(encode_hex(6)) == b""
    device.second(readings)  # type: ignore[arg-type]
    assert value(device, 0x0120) == (1).to_bytes(4, "little")


def test_charger_tells_changes_while_the_host_asks() -> None:
    """Unasked frames come until two minutes after the last question."""
    charger = Charger()
    assert decoded(charger.second(SUN))[1] == []
    charger.feed(ping())
    assert 0xEDBC in {frame.register for frame in decoded(charger.second(SUN))[1]}
    assert decoded(charger.second(SUN))[1] == []
    brighter = replace(SUN, panel_power_w=500.0)
    frames = decoded(charger.second(brighter))[1]
    assert frames == [
        HexFrame(command=10, register=0xEDBC, flags=0, data=b"\x50\xc3\x00\x00")
    ]
    for _ in range(120):
        charger.second(brighter)
    assert decoded(charger.second(SUN))[1] == []


def test_charger_sends_its_records_once_a_minute() -> None:
    """Nobody has to ask for them."""
    charger = Charger()
    for _ in range(59):
        assert decoded(charger.second(SUN))[1] == []
    frames = decoded(charger.second(SUN))[1]
    assert [frame.register for frame in frames] == [0x1050, 0x104F]
    today = DayRecord.decode(frames[0].data)
    assert today == DayRecord(
        yield_kwh=0.77,
        max_battery_voltage_v=13.46,
        min_battery_voltage_v=13.46,
        bulk_min=1,
        max_power_w=479,
        max_battery_current_a=30.0,
        max_panel_voltage_v=96.4,
        day=2,
    )
    total = TotalRecord.decode(frames[1].data)
    assert total is not None
    assert (total.user_yield_kwh, total.days) == (11.58, 1)


def test_records_of_earlier_days() -> None:
    """A new day begins a new record; days that never were have no data."""
    charger = Charger()
    assert charger.feed(get_register(0x1050)) == encode_hex(7, b"\x50\x10\x04")
    assert charger.feed(get_register(0x104F)) == encode_hex(7, b"\x4f\x10\x04")
    charger.second(SUN)
    charger.second(replace(SUN, day=3, yield_today_kwh=0.0))
    yesterday = DayRecord.decode(value(charger, 0x1051))
    assert yesterday is not None
    assert (yesterday.day, yesterday.yield_kwh) == (2, 0.77)
    assert charger.feed(get_register(0x105A)) == b":75A1004E0\n"


def test_recorded_record() -> None:
    """The example of the facts is read as it is explained there."""
    (reading,) = Decoder().feed(
        b":7501000003500000000000000880526050000000000A20300000000B3000000"
        b"81008C11090082\n"
    )
    assert isinstance(reading, HexFrame)
    record = DayRecord.decode(reading.data)
    assert record == DayRecord(
        yield_kwh=0.53,
        consumed_kwh=0.0,
        max_battery_voltage_v=14.16,
        min_battery_voltage_v=13.18,
        bulk_min=930,
        max_power_w=179,
        max_battery_current_a=12.9,
        max_panel_voltage_v=44.92,
        day=9,
    )
    assert DayRecord.decode(record.encode()) == record
    assert DayRecord.decode(reading.data[1:]) is None


@pytest.mark.parametrize(
    ("raw", "max_power_w", "yield_kwh"),
    [
        (0xFFFFFFFF, 179, None),
        (53, 179, 0.53),
        (430, 179, None),
        (0x01000035, 179, None),
        (53, 0, 0.53),
        (0x01000035, 0, None),
    ],
)
def test_a_day_cannot_bring_more_than_its_power(
    raw: int, max_power_w: int, yield_kwh: float | None
) -> None:
    """Damage passes the weak check now and then, and must not get into statistics."""
    record = DayRecord(
        yield_kwh=0.0,
        max_battery_voltage_v=14.16,
        min_battery_voltage_v=13.18,
        max_power_w=max_power_w,
    )
    data = bytearray(record.encode())
    data[1:5] = raw.to_bytes(4, "little")
    read = DayRecord.decode(bytes(data))
    assert read is not None
    assert read.yield_kwh == yield_kwh
    assert read.max_battery_voltage_v == 14.16
    again = DayRecord.decode(read.encode())
    assert again == read


def test_record_of_all_days_has_two_lengths() -> None:
    """The first version has no lowest voltage."""
    total = TotalRecord(
        user_yield_kwh=48.03,
        system_yield_kwh=135.27,
        max_panel_voltage_v=101.0,
        max_battery_voltage_v=14.4,
        min_battery_voltage_v=11.5,
        days=30,
    )
    data = total.encode()
    assert len(data) == 34
    assert TotalRecord.decode(data) == total
    short = replace(total, min_battery_voltage_v=None)
    assert TotalRecord.decode(data[:19]) == short
    assert TotalRecord.decode(short.encode()) == short
    assert TotalRecord.decode(data[:18]) is None
