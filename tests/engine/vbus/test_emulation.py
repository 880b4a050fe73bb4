"""The emulated controller says and does what a DeltaSol BX Plus does."""

from datetime import UTC, datetime

import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Packet,
    Specification,
    decode_blocks,
    encode,
    id_hash,
)
from custom_components.energy_manager.engine.vbus.emulation import (
    Controller,
    ControllerReadings,
    Parameter,
)

READINGS = ControllerReadings(
    temperatures_c=(85.3, 22.1, 55.0, None),
    flow_l_per_h=412.4,
    relays_percent=(60, 100, 0),
    pwm_percent=60,
    heat_wh=123_456.7,
    heat_power_w=3200,
    heat_today_wh=1000,
    heat_week_wh=22_222,
    volume_l=9999,
    local_time=datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC),
)
R3 = 1309


def frames_of(data: bytes) -> list[Frame]:
    """Return the frames in bytes that must be clean."""
    decoder = Decoder()
    frames = decoder.feed(data)
    assert decoder.malformed == 0
    assert b"".join(encode(frame) for frame in frames) == data
    return frames


def ask(
    controller: Controller, now: float, command: int, index: int, value: int = 0
) -> list[Frame]:
    """Send one request and return the answers."""
    request = Datagram(0x7112, 0x0020, command, index, value)
    return frames_of(controller.feed(encode(request), now))


@pytest.fixture(name="controller")
def controller_fixture() -> Controller:
    """Return a controller that has just offered its bus."""
    controller = Controller()
    controller.cycle(READINGS, 0.0)
    return controller


def test_cycle() -> None:
    """Measurements, block types, heat meter, and then the bus is offered."""
    frames = frames_of(Controller().cycle(READINGS, 0.0))
    measurements, blocks, meter, offer = frames
    assert isinstance(measurements, Packet)
    assert (measurements.destination, measurements.source) == (0x0010, 0x7112)
    assert len(measurements.payload) == 4 * 18
    assert isinstance(blocks, Packet)
    assert (blocks.destination, blocks.source) == (0x0015, 0x7112)
    assert isinstance(meter, Packet)
    assert (meter.destination, meter.source) == (0x0010, 0x7131)
    assert len(meter.payload) == 4 * 5
    assert offer == Datagram(0x0000, 0x7112, 0x0500, 0, 0)


def test_values_as_the_specification_reads_them() -> None:
    """Fields of the real template show the readings."""
    specification = Specification.load()
    shown: dict[str, int | float | None] = {}
    for frame in frames_of(Controller().cycle(READINGS, 0.0)):
        if isinstance(frame, Packet) and frame.destination == 0x0010:
            template = specification.template(0x0010, frame.source, frame.command)
            assert template is not None
            for field in template.fields:
                shown[f"{frame.source:04X} {field.id}"] = field.value(frame.payload)
    clock = (datetime(2026, 7, 1, 12, 0, 5) - datetime(2001, 1, 1)).total_seconds()
    expected = {
        "7112 000_2_0": 85.3, "7112 002_2_0": 22.1, "7112 004_2_0": 55.0,
        "7112 006_2_0": 888.8, "7112 008_2_0": 999.9, "7112 018_2_0": 9999,
        "7112 024_4_0": 412, "7112 028_4_0": 0, "7112 038_2_0": 99.99,
        "7112 040_1_0": 60, "7112 041_1_0": 100, "7112 042_1_0": 0,
        "7112 064_1_0": 60, "7112 048_4_0": clock, "7112 052_1_1": 1,
        "7112 068_4_0": 0, "7131 000_4_0": 123_457, "7131 004_4_0": 3200,
        "7131 008_4_0": 1000, "7131 012_4_0": 22_222, "7131 016_4_0": 9999,
    }  # fmt: skip
    assert {key: shown[key] for key in expected} == expected


def test_block_types_repeat_the_readings() -> None:
    """Displays that know no specification see the same numbers."""
    _measurements, blocks, *_ = frames_of(Controller().cycle(READINGS, 0.0))
    assert isinstance(blocks, Packet)
    values = {
        reading.id: reading.value
        for section in decode_blocks(blocks.payload)
        for reading in section.readings
    }
    assert values["temperature_1"] == 85.3
    assert values["temperature_4"] is None
    assert values["speed_2"] == 100
    assert values["heat_1"] == values["store_heat_1"] == 123_457
    assert values["store_temperature_1"] == 55.0
    assert values["error_mask_1"] == 1


def test_extremes_are_clamped() -> None:
    """What does not fit into a field becomes its limit."""
    readings = ControllerReadings(
        temperatures_c=(9000.0, -9000.0) + (20.0,) * 7 + (812.4,) + (20.0,) * 5,
        flow_l_per_h=-1,
        relays_percent=(200, -5, 1, 2, 3, 4),
        pwm_percent=101,
        heat_wh=1e12,
        heat_power_w=-1,
        heat_today_wh=0,
        heat_week_wh=0,
        volume_l=0,
        local_time=datetime(2026, 7, 1),
    )
    measurements = frames_of(Controller().cycle(readings, 0.0))[0]
    assert isinstance(measurements, Packet)
    payload = measurements.payload
    assert payload[:4] == b"\xff\x7f\x00\x80"
    assert int.from_bytes(payload[18:20], "little") == 812
    assert payload[24:28] == bytes(4)
    assert payload[40:45] == bytes((100, 0, 1, 2, 3))
    assert payload[64] == 100


def test_requests_count_only_after_an_offer(controller: Controller) -> None:
    """The bus can be taken within 0.4 s of the offer, not later and not before."""
    assert ask(Controller(), 0.0, 0x0300, 0) == []
    assert ask(controller, 0.5, 0x0300, 0) == []
    assert not controller.is_held(0.5)
    controller.cycle(READINGS, 1.0)
    (answer,) = ask(controller, 1.3, 0x0300, 0)
    assert isinstance(answer, Datagram)
    assert (answer.destination, answer.source) == (0x0020, 0x7112)
    assert (answer.command, answer.index) == (0x0100, 0)
    assert controller.is_held(1.3)


def test_no_measurements_while_the_bus_is_held(controller: Controller) -> None:
    """After 10 s of silence the controller takes its bus back."""
    ask(controller, 0.1, 0x0300, 0)
    assert controller.cycle(READINGS, 1.0) == b""
    ask(controller, 9.0, 0x0300, R3)
    assert controller.cycle(READINGS, 18.9) == b""
    assert controller.cycle(READINGS, 19.1) != b""


def test_release(controller: Controller) -> None:
    """A bus given back is not taken again without an offer."""
    ask(controller, 0.1, 0x0300, 0)
    assert ask(controller, 0.2, 0x0600, 0) == []
    assert ask(controller, 0.3, 0x0300, 0) == []
    assert controller.cycle(READINGS, 1.0) != b""


def test_look_up_read_write(controller: Controller) -> None:
    """Values are found by name, read, written within limits and refused otherwise."""
    wanted = id_hash("Relais_Regler_R3_Handbetrieb")
    assert ask(controller, 0.1, 0x1100, 0, wanted) == [
        Datagram(0x0020, 0x7112, 0x1101, R3, wanted)
    ]
    assert ask(controller, 0.2, 0x1100, 0, 12345) == [
        Datagram(0x0020, 0x7112, 0x1101, 0, 12345)
    ]
    assert ask(controller, 0.2, 0x1000, R3) == [
        Datagram(0x0020, 0x7112, 0x0100, R3, wanted)
    ]
    assert ask(controller, 0.3, 0x0300, R3) == [Datagram(0x0020, 0x7112, 0x0100, R3, 2)]
    assert ask(controller, 0.3, 0x0200, R3, 3) == [
        Datagram(0x0020, 0x7112, 0x0100, R3, 3)
    ]
    assert controller.relay_modes == {1: 2, 2: 2, 3: 3, 4: 2, 5: 2}
    assert controller.values["Relais_Regler_R3_Handbetrieb"] == 3
    for wrong in (-1, 4):
        assert ask(controller, 0.4, 0x0200, R3, wrong) == [
            Datagram(0x0020, 0x7112, 0x0100, R3, 3)
        ]
    for command in (0x0200, 0x0300, 0x1000):
        assert ask(controller, 0.5, command, 9) == [
            Datagram(0x0020, 0x7112, 0x4300, 9, 0)
        ]


def test_what_is_not_for_it_is_passed_over(controller: Controller) -> None:
    """Other addresses, packets and unknown commands get no answer."""
    other = Datagram(0x7E11, 0x0020, 0x0300, 0, 0)
    packet = Packet(0x7112, 0x0020, 0x0100, b"")
    assert controller.feed(encode(other) + encode(packet), 0.1) == b""
    assert ask(controller, 0.1, 0x0900, 0) == []


def test_own_values_are_not_shared() -> None:
    """Two controllers made from the same values do not disturb each other."""
    values = {
        7: Parameter(name="Relais_Regler_R1_Handbetrieb", value=2, minimum=0, maximum=3)
    }
    first, second = Controller(values=values), Controller(values=values, changeset=5)
    for controller in (first, second):
        controller.cycle(READINGS, 0.0)
    ask(first, 0.1, 0x0200, 7, 0)
    assert first.relay_modes[1] == 0
    assert second.relay_modes[1] == 2
    assert ask(second, 0.1, 0x0300, 0) == [Datagram(0x0020, 0x7112, 0x0100, 0, 5)]
