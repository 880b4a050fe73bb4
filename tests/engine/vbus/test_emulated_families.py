"""The emulated controllers of other families, with their values and their quirks."""

from dataclasses import replace

import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Indices,
    Packet,
    Session,
    Specification,
    ValueRequest,
    encode,
    family_of,
    id_hash,
    telltale_request,
    variant,
)
from custom_components.energy_manager.engine.vbus.emulation import (
    BX_PLUS,
    CS_PLUS,
    MX_1,
    MX_2,
    SLT,
    VITOSOLIC_200,
    Controller,
    E,
    Model,
    Quirks,
)

from .test_emulation import READINGS, frames_of
from .test_session import run

MODELS = [BX_PLUS, MX_1, MX_2, SLT, CS_PLUS, E, VITOSOLIC_200]
FULL = replace(
    READINGS,
    temperatures_c=(85.3, -22.1, 55.0, None),
    heat_wh=12_345_678_901.0,
    irradiation_w_per_m2=812.0,
    operating_hours=(1234.4, 8888.0),
)


def shown(model: Model, readings: object = FULL, modules: int = 0) -> dict[str, object]:
    """Return what the specification reads from one cycle."""
    specification = Specification.load()
    controller = Controller(model, modules=modules)
    found: dict[str, object] = {}
    assert isinstance(readings, type(READINGS))
    for frame in frames_of(controller.cycle(readings, 0.0)):
        if isinstance(frame, Packet) and frame.destination == 0x0010:
            template = specification.template(0x0010, frame.source, frame.command)
            assert template is not None
            for field in template.fields:
                # The real controller's packet is long enough for every field.
                assert field.raw(frame.payload) is not None
                head = f"{frame.source:04X} {frame.command:04X}"
                found[f"{head} {field.id}"] = field.value(frame.payload)
    return found


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            MX_2,
            {
                "7E11 0100 000_2_0": 85.3, "7E11 0100 002_2_0": -22.1,
                "7E11 0100 006_2_0": 888.8, "7E11 0100 008_2_0": 999.9,
                "7E11 0100 030_2_0": 812, "7E11 0100 040_4_0": 412,
                "7E11 0100 068_2_0": 99.99, "7E11 0100 076_1_0": 60,
                "7E11 0100 077_1_0": 100, "7E11 0100 100_1_0": 60,
                "7E11 0100 096_1_1": 1, "7E11 0101 000_4_0": 0,
                "7E11 0140 000_1_0": 0, "7E21 0100 000_2_0": 35.0,
                "7E31 0100 000_4_0": 12_345_678_901, "7E31 0100 004_4_0": 3200,
                "7E31 0100 008_4_0": 1000, "7E31 0100 016_4_0": 9999,
            },
        ),
        (
            SLT,
            {
                "1001 0100 004_2_0": 85.3, "1001 0100 010_2_0": 888.8,
                "1001 0100 012_2_0": 999.9, "1001 0100 016_4_0": 412,
                "1001 0100 028_2_0": 99.99, "1001 0100 030_1_0": 60,
                "1001 0100 031_1_0": 100, "1001 0100 034_1_0": 60,
                "1001 0100 036_1_1": 1, "1011 0100 000_4_0": 0xFFFFFFFF,
                "1011 0100 004_4_0": 1000, "1011 0100 012_4_0": 22_222,
                "1011 0100 036_4_0": 9999, "1011 0100 072_4_0": 3.2,
            },
        ),
        (
            CS_PLUS,
            {
                "2211 0100 000_2_0": 85.3, "2211 0100 002_2_0": -22.1,
                "2211 0100 006_2_0": 888.8, "2211 0100 036_2_0": 888.8,
                "2211 0100 038_2_0": 412, "2211 0100 008_1_0": 60,
                "2211 0100 012_1_0": 100, "2211 0100 010_2_0": 1234,
                "2211 0100 014_2_0": 8888, "2211 0100 020_2_0": 8,
                "2211 0100 020_1_8": 1, "2211 0100 022_2_0": 720,
                "2211 0100 028_4_0": 0xFFFFFFFF,
            },
        ),
        (
            E,
            {
                "1050 0100 000_2_0": 85.3, "1050 0100 008_2_0": 888.8,
                "1050 0100 020_2_0": 812, "1050 0100 026_1_0": 60,
                "1050 0100 027_1_0": 100, "1050 0100 068_1_0": 60,
                "1050 0100 036_2_0": 8, "1050 0100 062_2_0": 720,
                "1050 0100 064_2_0": 2026, "1050 0100 066_1_0": 7,
                "1050 0100 067_1_0": 1, "1050 0100 060_1_0": 2.04,
            },
        ),
        (
            VITOSOLIC_200,
            {
                "7321 0100 000_2_0": 85.3, "7321 0100 024_2_0": 812,
                "7321 0100 036_2_0": 8, "7321 0100 040_2_0": 15,
                "7321 0100 044_1_0": 60, "7321 0100 045_1_0": 100,
                "7321 0100 058_2_0": 7, "7321 0100 066_2_0": 2 * 1440 + 720,
                "7326 0100 000_2_0": 85.3, "7326 0100 002_2_0": -22.1,
                "7326 0100 004_2_0": 412, "7326 0100 006_2_0": 12_345_678_901,
            },
        ),
    ],
)  # fmt: skip
def test_measurements(model: Model, expected: dict[str, object]) -> None:
    """Fields of the real templates show the readings."""
    found = shown(model)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("model", MODELS)
def test_cycle_ends_with_the_offer(model: Model) -> None:
    """First the measurements, last the bus is offered."""
    frames = frames_of(Controller(model).cycle(READINGS, 0.0))
    first = frames[0]
    assert isinstance(first, Packet)
    assert (first.source, first.destination) == (model.address, 0x0010)
    assert frames[-1] == Datagram(0x0000, model.address, 0x0500, 0, 0)
    assert sum(isinstance(frame, Datagram) for frame in frames) == 1


@pytest.mark.parametrize(
    ("model", "packet", "count"),
    [(BX_PLUS, "7113 0100", 12), (MX_2, "7E12 0100", 30), (MX_2, "7E42 0100", 11)],
)
def test_modules(model: Model, packet: str, count: int) -> None:
    """Modules are asked, and what they say is shown; silent ones show a fault."""
    found = shown(model, modules=2)
    values = [value for key, value in found.items() if key.startswith(packet)]
    assert len(values) == count
    assert values[0] == 888.8
    frames = Decoder().feed(Controller(model, modules=2).cycle(READINGS, 0.0))
    assert [
        (frame.destination, frame.command, len(frame.payload))
        for frame in frames
        if isinstance(frame, Packet) and frame.destination & 0xFFF0 == 0x6650
    ] == [(0x6651, 0x0200, 48), (0x6652, 0x0200, 48)]
    assert not any(key.startswith(packet) for key in shown(model))


@pytest.mark.parametrize(
    ("model", "indices"),
    [
        (
            MX_2,
            {
                "Relais_Regler_R1_Handbetrieb": 1977,
                "Relais_Regler_R2_Handbetrieb": 1991,
                "Relais_Regler_R3_Handbetrieb": 2005,
                "Relais_Regler_R1_MinDrehzahl": 1974,
                "Relais_Regler_R1_MaxDrehzahl": 1975,
                "Ausgang_Regler_A1_Handbetrieb": 2612,
                "Ausgang_Regler_A1_MinDrehzahl": 2607,
                "Solar_Sp1_Tmax": 3591,
                "Solar_Kol1_Tnot": 3542,
                "TemperatureHysteresisSelector": 60,
            },
        ),
        (
            MX_1,
            {
                "Relais_Regler_R1_Handbetrieb": 1285,
                "Relais_Regler_R3_Handbetrieb": 1309,
                "Solar_Sp1_dTein": 4160,
                "TemperatureHysteresisSelector": 6,
            },
        ),
        (
            SLT,
            {
                "Relais_Regler_R1_Handbetrieb": 370,
                "Relais_Regler_R2_Handbetrieb": 383,
                "Relais_Regler_R3_Handbetrieb": 396,
                "Relais_Regler_R1_MaxDrehzahl": 368,
                "Solar_Sp1_dTein": 859,
                "TemperatureHysteresisSelector": 54,
            },
        ),
        (CS_PLUS, {"Handbetrieb1": 552, "dT1aus": 400, "Pum1": 12549}),
        (E, {"Relaismodus5": 501, "TSp1Max": 733, "MaxDrehzahl1": 8736}),
        (VITOSOLIC_200, {"Relaismodus1": 497, "Vorrang2": 0x1001}),
    ],
)
def test_values_are_where_the_firmware_has_them(
    model: Model, indices: dict[str, int]
) -> None:
    """The places that are told for each family."""
    found = Controller(model).indices
    assert {name: found[name] for name in indices} == indices


@pytest.mark.parametrize("model", MODELS)
def test_every_setting_can_be_read_and_written(model: Model) -> None:
    """What the family's table allows goes through the emulated controller."""
    controller = Controller(model)
    indices: Indices = {}
    family = family_of(model.address)
    assert family is not None
    telltale = telltale_request(family)
    if telltale is not None:
        session = Session([telltale], 0.0, indices=indices)
        run(session, controller)
        outcome = session.outcomes[0]
        family = variant(family, outcome.value, outcome.failure)
        assert family.key == ("mx_2" if model is MX_2 else "mx_1")
    known = controller.values.keys()
    settings = [one for one in family.settings if one.name in known]
    assert {one.key for one in settings} >= {one.key for one in family.settings}
    assert any(one.automatic for one in settings) or model is VITOSOLIC_200
    for one in settings[:3] + settings[-3:]:
        before = one.shown(controller.values[one.name])
        assert before is not None
        if one.kind == "select":
            target: float | str = one.writable_options[-1]
        else:
            target = one.minimum if before != one.minimum else one.maximum
        session = Session(
            [family.request(one), family.request(one, target)],
            0.0,
            controller=model.address,
            has_changeset=family.has_changeset,
            indices=indices,
        )
        run(session, controller)
        assert session.failure is None, one
        read, written = session.outcomes
        assert read.value is not None
        assert one.shown(read.value) == before
        assert written.value is not None
        assert one.shown(written.value) == target
        assert controller.values[one.name] == written.value


def test_values_that_the_controller_does_not_have() -> None:
    """A second store is told as unknown, and nothing else is disturbed."""
    family = family_of(0x7112)
    assert family is not None
    second, first = family.setting("store_maximum", 2), family.setting("store_maximum")
    assert second is not None
    assert first is not None
    session = Session([family.request(second), family.request(first)], 0.0)
    run(session, Controller())
    assert [one.failure for one in session.outcomes] == ["unknown", None]


def test_firmware_update_moves_the_values() -> None:
    """The changeset tells; indices of before are not used."""
    controller = Controller(SLT)
    indices: Indices = {}
    request = ValueRequest(name="Relais_Regler_R1_Handbetrieb", value=0)
    run(Session([request], 0.0, indices=indices), controller)
    before = controller.indices["Relais_Regler_R1_Handbetrieb"]
    controller.update_firmware()
    assert controller.indices["Relais_Regler_R1_Handbetrieb"] != before
    neighbours = {
        name: value
        for name, value in controller.values.items()
        if name != "Relais_Regler_R1_Handbetrieb"
    }
    session = Session([replace(request, value=4)], 0.0, indices=indices)
    run(session, controller)
    assert session.failure is None
    assert controller.relay_modes[1] == 4
    assert neighbours.items() <= controller.values.items()


def test_moved_values_of_a_fixed_family() -> None:
    """Nothing is written to a place whose name is another one."""
    controller = Controller(CS_PLUS)
    controller.update_firmware()
    family = family_of(0x2211)
    assert family is not None
    mode = family.setting("relay_mode")
    assert mode is not None
    session = Session([family.request(mode, "on")], 0.0)
    run(session, controller)
    assert session.failure is None
    assert controller.relay_modes == {1: 2, 2: 1}


def test_late_answers() -> None:
    """A slow controller is waited for, and nothing is mixed up."""
    quirks = Quirks(answer_after_s=0.7)
    controller = Controller(SLT, quirks=quirks)
    requests = [
        ValueRequest(name="Solar_Sp1_dTein"),
        ValueRequest(name="Solar_Sp1_Tmax"),
    ]
    for request in requests:
        session = Session([request], 0.0)
        run(session, controller)
        assert session.outcomes[0].value in {
            None,
            controller.values[request.name],
        }
        assert session.failure in {None, "timeout"}
    quirks.answer_after_s = 0.2
    session = Session(requests, 0.0)
    run(session, controller)
    assert [one.value for one in session.outcomes] == [60, 600]


def test_refused_values() -> None:
    """A refusal is told at once, and the others go on."""
    quirks = Quirks(refused={"Solar_Sp1_dTein"})
    controller = Controller(MX_2, quirks=quirks)
    requests = [
        ValueRequest(name="Solar_Sp1_dTein", value=70),
        ValueRequest(name="Solar_Sp1_dTaus", value=30),
    ]
    session = Session(requests, 0.0)
    assert run(session, controller) < 4
    assert [one.failure for one in session.outcomes] == ["refused", None]
    assert controller.values["Solar_Sp1_dTein"] == 60
    assert controller.values["Solar_Sp1_dTaus"] == 30


def test_clamped_values() -> None:
    """The controller keeps its limit: what it has is told."""
    controller = Controller(SLT, quirks=Quirks(clamps=True))
    session = Session([ValueRequest(name="Solar_Sp1_Tmax", value=990)], 0.0)
    run(session, controller)
    assert session.failure == "mismatch"
    assert session.outcomes[0].value == 950
    assert controller.values["Solar_Sp1_Tmax"] == 950


def test_deaf_controller() -> None:
    """Nothing is answered: time runs out and the bus is given back."""
    controller = Controller(BX_PLUS, quirks=Quirks(deaf=True))
    session = Session([ValueRequest(name="Solar_Sp1_Tmax")], 0.0)
    run(session, controller)
    assert session.failure == "timeout"
    assert not controller.is_held(30.0)


def test_hasty_controller() -> None:
    """It goes on while it is asked: the visit is given up after two attempts."""
    controller = Controller(BX_PLUS, quirks=Quirks(hasty=True, answer_after_s=0.3))
    requests = [ValueRequest(name=name) for name in controller.values]
    session = Session(requests, 0.0)
    run(session, controller)
    assert session.failure == "lost_bus"
    assert session.outcomes[0].value is not None


def test_bus_is_taken_back_after_silence() -> None:
    """Whoever forgets to give it back loses it after 10 s."""
    controller = Controller(MX_2)
    controller.cycle(READINGS, 0.0)
    controller.feed(encode(Datagram(0x7E11, 0x0020, 0x0300, 0, 0)), 0.1)
    assert controller.cycle(READINGS, 10.0) == b""
    assert controller.cycle(READINGS, 10.2) != b""


def ask(controller: Controller, command: int, index: int, value: int) -> list[Frame]:
    """Send one request with the bus in hand and return the answers."""
    now = 0.2
    if not controller.is_held(now):
        controller.cycle(READINGS, now)
    request = Datagram(controller.model.address, 0x0020, command, index, value)
    return Decoder().feed(controller.feed(encode(request), now))


@pytest.mark.parametrize(
    ("model", "command"), [(MX_2, 0x1101), (MX_1, 0x0100), (CS_PLUS, 0x0100)]
)
def test_look_ups(model: Model, command: int) -> None:
    """Newer controllers answer a look-up with a command of its own."""
    controller = Controller(model)
    name, index = next(iter(controller.indices.items()))
    wanted = id_hash(name)
    own = model.address
    assert ask(controller, 0x1100, 0, wanted) == [
        Datagram(0x0020, own, command, index, wanted)
    ]
    assert ask(controller, 0x1000, index, 0) == [
        Datagram(0x0020, own, 0x0100, index, wanted)
    ]


def test_controllers_that_tell_less() -> None:
    """Vitosolic 200 tells no changeset, and older ones no names."""
    vitosolic, e = Controller(VITOSOLIC_200), Controller(E)
    assert ask(vitosolic, 0x0300, 0, 0) == []
    assert ask(vitosolic, 0x0300, 0x1001, 0) == [
        Datagram(0x0020, 0x7321, 0x0100, 0x1001, 2)
    ]
    assert ask(e, 0x0300, 0, 0) != []
    for controller in (vitosolic, e):
        assert ask(controller, 0x1100, 0, id_hash("Relaismodus1")) == []
        assert ask(controller, 0x1000, 497, 0) == []


def test_bulk_transaction() -> None:
    """Writes of a transaction count when it is committed, all at once."""
    controller = Controller(MX_2)
    index = controller.indices["Solar_Sp1_dTein"]
    assert ask(controller, 0x1500, index, 70) == [
        Datagram(0x0020, 0x7E11, 0x4300, index, 0)
    ]
    for end, expected in ((0x1404, 60), (0x1402, 70)):
        (begun,) = ask(controller, 0x1400, 0, 30)
        assert isinstance(begun, Datagram)
        assert begun.command == 0x1401
        (written,) = ask(controller, 0x1500, index, 70)
        assert isinstance(written, Datagram)
        assert (written.command, written.value) == (0x1600, 70)
        assert controller.values["Solar_Sp1_dTein"] == 60
        (ended,) = ask(controller, end, 0, 0)
        assert isinstance(ended, Datagram)
        assert ended.command == end + 1
        assert controller.values["Solar_Sp1_dTein"] == expected
    for command, reply in ((0x1300, 0x1301), (0x1702, 0x1703)):
        (answer,) = ask(controller, command, 0, 0)
        assert isinstance(answer, Datagram)
        assert answer.command == reply
    assert ask(controller, 0x1700, 99, -5) == [Datagram(0x0020, 0x7E11, 0x1701, 99, -5)]
