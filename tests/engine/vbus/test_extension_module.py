"""The emulated extension module, alone and with a controller that asks it."""

from hypothesis import given, strategies as st
import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    ExtensionModule,
    Packet,
    Specification,
    Telegram,
    encode,
    resistance_mohm,
    temperature_c,
)
from custom_components.energy_manager.engine.vbus.emulation import (
    BX_PLUS,
    MX_2,
    SLT,
    Controller,
    Model,
    Thermostat,
)

from .test_emulation import READINGS

POLL = Packet(0x6651, 0x7112, 0x0200, bytes(48))
ON, OFF = 0, 4_000_000


def answers(data: bytes) -> list[Packet]:
    """Return the packets in bytes."""
    return [frame for frame in Decoder().feed(data) if isinstance(frame, Packet)]


def probes(data: bytes) -> list[int]:
    """Return the six resistances of one answer."""
    (packet,) = answers(data)
    assert len(packet.payload) == 24
    return [
        int.from_bytes(packet.payload[at : at + 4], "little", signed=True)
        for at in range(0, 24, 4)
    ]


def listened(now: float = 0.0, **options: int) -> ExtensionModule:
    """Return a module that was asked in vain often enough."""
    module = ExtensionModule(**options)
    poll = Packet(module.address, 0x7112, 0x0200, bytes(48))
    for at in range(3):
        assert module.block(now) == "listening"
        assert module.feed(poll, now + at) == b""
    return module


@pytest.mark.parametrize(
    ("celsius", "ohm"),
    [
        (-200.0, 185.201),
        (-100.0, 602.558),
        (-40.0, 842.707),
        (0.0, 1000.0),
        (25.0, 1097.347),
        (60.0, 1232.419),
        (100.0, 1385.055),
        (300.0, 2120.515),
        (850.0, 3904.811),
    ],
)
def test_platinum_probe(celsius: float, ohm: float) -> None:
    """The table of IEC 60751, both ways."""
    assert resistance_mohm(celsius) / 1000 == pytest.approx(ohm, abs=0.01)
    found = temperature_c(round(ohm * 1000))
    assert found == pytest.approx(celsius, abs=0.01)


@given(st.floats(-200, 850))
def test_resistance_and_back(celsius: float) -> None:
    """A milliohm is fine enough for a hundredth of a degree."""
    found = temperature_c(resistance_mohm(celsius))
    assert found == pytest.approx(celsius, abs=0.001)


def test_outside_of_the_equation() -> None:
    """Such resistances are no temperatures, and such temperatures cannot be said."""
    for ohm in (0, 185_000, 3_905_000, 4_000_000, -1):
        assert temperature_c(ohm) is None
    for celsius in (-200.1, 850.1, float("nan")):
        with pytest.raises(InputError):
            resistance_mohm(celsius)


def test_answer_as_the_specification_reads_it() -> None:
    """Six resistances in ohm, from the module to the controller that asked."""
    module = listened()
    module.set_temperature(2, 60.0, 3.0)
    (packet,) = answers(module.feed(POLL, 3.0))
    assert (packet.destination, packet.source, packet.command) == (
        0x7112, 0x6651, 0x0100,
    )  # fmt: skip
    template = Specification.load().template(0x7112, 0x6651, 0x0100)
    assert template is not None
    assert [field.value(packet.payload) for field in template.fields] == [
        4000.0, 1232.419, 4000.0, 4000.0, 4000.0, 4000.0,
    ]  # fmt: skip


@pytest.mark.parametrize("number", [0, 1, 2, 5, 15])
def test_each_module_has_its_own_address(number: int) -> None:
    """A module answers only when it is meant."""
    module = listened(number=number)
    for other in range(16):
        poll = Packet(0x6650 + other, 0x7112, 0x0200, bytes(48))
        said = answers(module.feed(poll, 3.0))
        assert [packet.source for packet in said] == (
            [0x6650 + number] if other == number else []
        )


def test_what_is_no_question() -> None:
    """Other commands, frames and controllers get no answer."""
    module = ExtensionModule(controller=0x7E11)
    for _ in range(5):
        assert module.feed(POLL, 0.0) == b""
    for frame in (
        Packet(0x6651, 0x7E11, 0x0100, bytes(48)),
        Datagram(0x6651, 0x7E11, 0x0200, 0, 0),
        Telegram(0x6651, 0x7E11, 0x25, bytes(7)),
    ):
        assert module.feed(frame, 0.0) == b""
    assert not module.is_asked(0.0)
    poll = Packet(0x6651, 0x7E11, 0x0200, b"")
    assert [bool(module.feed(poll, float(at))) for at in range(5)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert module.is_asked(5.0)


def test_demand_and_its_lease() -> None:
    """A wish that nobody renews ends: the controller decides alone again."""
    module = listened()
    assert probes(module.feed(POLL, 3.0)) == [OFF] * 6
    module.set_demand(1, on=True, now=3.0)
    assert probes(module.feed(POLL, 3.0))[0] == ON
    assert probes(module.feed(POLL, 50.0))[0] == ON
    module.set_demand(1, on=True, now=50.0)
    for now in (100.0, 150.0, 200.0, 250.0, 300.0, 349.9):
        assert probes(module.feed(POLL, now))[0] == ON
    assert probes(module.feed(POLL, 350.0))[0] == OFF
    module.set_demand(1, on=False, now=350.0)
    assert module.resistances_mohm(350.0)[0] == OFF


def test_neutral_temperature() -> None:
    """What the owner has chosen as neutral is said by all probes without a wish."""
    module = listened(neutral_mohm=resistance_mohm(50.0))
    assert probes(module.feed(POLL, 3.0)) == [resistance_mohm(50.0)] * 6
    module.set_demand(6, on=True, now=3.0)
    module.set_demand(1, on=True, now=3.0)
    assert probes(module.feed(POLL, 3.0)) == [
        ON, *[resistance_mohm(50.0)] * 4, ON,
    ]  # fmt: skip
    module.withdraw(6)
    assert probes(module.feed(POLL, 3.0))[5] == resistance_mohm(50.0)
    module.withdraw()
    assert probes(module.feed(POLL, 3.0))[0] == resistance_mohm(50.0)


def test_another_module_at_the_address() -> None:
    """It answers while we still listen: we never speak."""
    module = ExtensionModule()
    own = Packet(0x7112, 0x6651, 0x0100, bytes(24))
    for now in range(10):
        assert module.feed(POLL, float(now)) == b""
        assert module.feed(own, now + 0.1) == b""
    assert module.block(10.0) == "collision"


def test_another_module_that_comes_later() -> None:
    """We fall silent at once, and listen again after a while."""
    module = listened()
    assert module.feed(POLL, 3.0) != b""
    other = Packet(0x7112, 0x6651, 0x0100, bytes(range(24)))
    module.feed(other, 3.1)
    assert module.block(3.2) == "collision"
    for now in range(4, 600, 7):
        assert module.feed(POLL, float(now)) == b""
    assert module.block(603.2) == "listening" or module.feed(POLL, 604.0)
    assert module.feed(POLL, 610.0) != b""


def test_echo_is_no_collision() -> None:
    """Some adapters send back what was sent."""
    module = listened()
    for now in range(3, 9):
        (echo,) = answers(module.feed(POLL, float(now)))
        module.feed(echo, now + 0.1)
    assert module.block(9.0) is None
    (echo,) = answers(module.feed(POLL, 9.0))
    module.feed(echo, 9.1)
    # Twice is one too many, and so is one that comes much later.
    module.feed(echo, 9.2)
    assert module.block(9.3) == "collision"


def test_after_a_pause_it_listens_again() -> None:
    """Somebody may have installed a real module in the meantime."""
    module = listened()
    assert module.feed(POLL, 3.0) != b""
    assert not module.is_asked(70.0)
    assert module.feed(POLL, 70.0) == b""
    assert module.block(70.0) == "listening"


def test_relay_speeds_of_the_question() -> None:
    """What the controller wants from the module's relays can be shown."""
    payload = bytearray(48)
    payload[0], payload[8], payload[32] = 100, 30, 7
    module = ExtensionModule()
    module.feed(Packet(0x6651, 0x7112, 0x0200, bytes(payload)), 0.0)
    assert module.relays_percent == (100, 30, 0, 0, 7)
    module.feed(Packet(0x6651, 0x7112, 0x0200, bytes(8)), 1.0)
    assert list(module.relays_percent) == [0]


def test_what_there_is_not() -> None:
    """Wrong probes and modules are refused."""
    with pytest.raises(InputError):
        ExtensionModule(number=16)
    for sensor in (0, 7):
        with pytest.raises(InputError):
            ExtensionModule().set_demand(sensor, on=True, now=0.0)


class House:
    """A controller with a thermostat function, and the emulated module on its bus."""

    def __init__(self, model: Model) -> None:
        """Heat with relay 3 below 40 degC until 45 degC."""
        self.controller = Controller(
            model,
            modules=2,
            thermostats=(Thermostat(relay=3, on_c=40.0, off_c=45.0, module=2),),
        )
        self.module = ExtensionModule(number=2)
        self.now = 0.0
        self.reachable = True
        self._decoder = Decoder()

    def cycle(self, count: int = 1) -> None:
        """Let time pass, a second for each cycle."""
        for _ in range(count):
            self.now += 1.0
            said = self.controller.cycle(READINGS, self.now)
            for frame in self._decoder.feed(said):
                if self.reachable:
                    answer = self.module.feed(frame, self.now)
                    self.controller.feed(answer, self.now)

    @property
    def heats(self) -> bool:
        """Whether the controller heats."""
        return 3 in self.controller.heating_relays


@pytest.mark.parametrize("model", [BX_PLUS, MX_2, SLT])
def test_controller_switches_its_relay(model: Model) -> None:
    """The wish goes through the controller's own thermostat and ends by itself."""
    house = House(model)
    house.cycle(5)
    assert not house.heats
    house.module.set_demand(1, on=True, now=house.now)
    house.cycle()
    assert house.heats
    house.module.set_demand(1, on=False, now=house.now)
    house.cycle()
    assert not house.heats
    house.module.set_demand(1, on=True, now=house.now)
    house.cycle(299)
    assert house.heats
    house.cycle(2)
    assert not house.heats


def test_between_on_and_off_nothing_changes() -> None:
    """A thermostat has two limits: in between it stays as it is."""
    house = House(BX_PLUS)
    house.cycle(4)
    for value_c, heats in ((42.0, False), (39.0, True), (42.0, True), (46.0, False)):
        house.module.set_temperature(1, value_c, house.now)
        house.cycle()
        assert house.heats is heats


def test_controller_that_hears_its_module_no_more() -> None:
    """Home Assistant is gone: the function switches off by itself."""
    house = House(BX_PLUS)
    house.cycle(4)
    house.module.set_demand(1, on=True, now=house.now)
    house.cycle()
    assert house.heats
    house.reachable = False
    house.cycle(3)
    assert house.heats
    house.cycle()
    assert not house.heats


def test_manual_mode_wins() -> None:
    """Who has set the relay by hand is not overruled."""
    house = House(BX_PLUS)
    house.cycle(4)
    house.module.set_demand(1, on=True, now=house.now)
    house.cycle()

    def relay_percent() -> int:
        frame = Decoder().feed(house.controller.cycle(READINGS, house.now))[0]
        assert isinstance(frame, Packet)
        return frame.payload[42]

    assert relay_percent() == 100
    house.controller.set_value("Relais_Regler_R3_Handbetrieb", 0)
    assert relay_percent() == 0


def test_answer_that_comes_too_late() -> None:
    """Outside of its window the controller does not listen."""
    controller = Controller(
        modules=1, thermostats=(Thermostat(relay=3, on_c=40.0, off_c=45.0),)
    )
    controller.cycle(READINGS, 0.0)
    answer = Packet(0x7112, 0x6651, 0x0100, bytes(24))
    controller.feed(encode(answer), 0.6)
    assert not controller.heating_relays
    controller.feed(encode(Telegram(0x7112, 0x6651, 0x25, bytes(7))), 0.1)
    controller.feed(encode(Packet(0x7112, 0x6652, 0x0100, bytes(24))), 0.1)
    controller.feed(encode(Packet(0x7112, 0x6651, 0x0100, bytes(20))), 0.1)
    assert not controller.heating_relays
    controller.feed(encode(answer), 0.4)
    assert controller.heating_relays == {3}
