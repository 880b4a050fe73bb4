"""Reading and writing over the bus, with good and bad controllers."""

from collections.abc import Callable

import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Indices,
    Packet,
    Session,
    ValueRequest,
    encode,
    id_hash,
)
from custom_components.energy_manager.engine.vbus.emulation import Controller

from .test_emulation import READINGS

R1 = "Relais_Regler_R1_Handbetrieb"
R3 = "Relais_Regler_R3_Handbetrieb"
OFFER = Datagram(0x0000, 0x7112, 0x0500, 0, 0)
MEASUREMENTS = Packet(0x0010, 0x7112, 0x0100, bytes(4))

type Wire = Callable[[bytes], bytes]


def passes(data: bytes) -> bytes:
    """Let everything through."""
    return data


def run(
    session: Session,
    controller: Controller,
    *,
    to_controller: Wire = passes,
    to_session: Wire = passes,
    limit_s: float = 40.0,
) -> float:
    """Let a session and a controller talk; return how long it took."""
    decoder = Decoder()
    now = 0.0
    while not session.done:
        assert now < limit_s
        assert session.next_deadline is not None
        pending = controller.cycle(READINGS, now) if round(now * 10) % 10 == 0 else b""
        pending += controller.feed(to_controller(session.poll(now)), now)
        while pending:
            said = b"".join(
                session.feed(frame, now) for frame in decoder.feed(to_session(pending))
            )
            pending = controller.feed(to_controller(said), now)
        now += 0.1
    assert session.next_deadline is None
    return now


def sent(data: bytes) -> list[tuple[int, int, int]]:
    """Return command, index and value of the datagrams in bytes."""
    return [
        (frame.command, frame.index, frame.value)
        for frame in Decoder().feed(data)
        if isinstance(frame, Datagram)
    ]


def answer(command: int, index: int, value: int, source: int = 0x7112) -> Datagram:
    """Return an answer of the controller to the computer."""
    return Datagram(0x0020, source, command, index, value)


def at_changeset(*requests: ValueRequest, indices: Indices | None = None) -> Session:
    """Return a session that has taken the bus and asked for the changeset."""
    session = Session(requests, 0.0, indices=indices)
    assert sent(session.feed(OFFER, 1.0)) == [(0x0300, 0, 0)]
    return session


def test_known_good_session() -> None:
    """The bytes of a real session with a DeltaSol MX 2.08, relay 1 to automatic."""
    session = Session([ValueRequest(name=R1, value=2)], 0.0, controller=0x7E11)
    assert not session.holds_bus

    def said(line: str) -> str:
        (frame,) = Decoder().feed(bytes.fromhex(line))
        return session.feed(frame, 1.0).hex().upper()

    assert (
        said("AA0000117E200005000000000000004B") == "AA117E2000200003000000000000002D"
    )
    assert session.holds_bus
    assert (
        said("AA2000117E20000100003C5A34270C32") == "AA117E20002000110000196A042D1853"
    )
    assert session.changeset == 0x2734DABC
    read = encode(Datagram(0x7E11, 0x0020, 0x0300, 1977, 0)).hex().upper()
    assert said("AA2000117E2001113907196A042D1911") == read
    other = encode(answer(0x0100, 1977, 0, 0x7E11)).hex()
    assert said(other) == "AA117E200020000239070200000001" + "6B"
    assert said("AA2000117E200001390702000000016C") == read
    released = "AA117E2000200006000000000000002A"
    assert said("AA2000117E200001390702000000016C") == released
    assert not session.done
    session.feed(Packet(0x0010, 0x7E11, 0x0100, b""), 1.5)
    assert session.done
    assert session.failure is None
    assert session.outcomes[0].value == 2
    assert session.outcomes[0].written


def test_write_and_read_several() -> None:
    """Values are written, read back and only written on change."""
    controller = Controller()
    indices: Indices = {}
    requests = [
        ValueRequest(name=R3, value=3),
        ValueRequest(name=R1, value=2),
        ValueRequest(name="Solar_Sp1_dTein"),
        ValueRequest(name="by index", index=4192),
    ]
    session = Session(requests, 0.0, controller=0x7112, indices=indices)
    assert run(session, controller) < 3
    assert [outcome.value for outcome in session.outcomes] == [3, 2, 60, 900]
    assert [outcome.written for outcome in session.outcomes] == [
        True,
        False,
        False,
        False,
    ]
    assert session.failure is None
    assert controller.relay_modes[3] == 3
    assert session.changeset is not None
    assert indices[0x7112, session.changeset, R3] == 1309

    asked: list[int] = []

    def watch(data: bytes) -> bytes:
        asked.extend(command for command, _index, _value in sent(data))
        return data

    again = Session([ValueRequest(name=R3, value=2)], 0.0, indices=indices)
    run(again, controller, to_controller=watch)
    assert asked == [0x0300, 0x0300, 0x0200, 0x0300, 0x0600]
    assert controller.relay_modes[3] == 2


def test_moved_indices_are_looked_up_again() -> None:
    """Another changeset means that what was known of indices is void."""
    indices: Indices = {(0x7112, 99, R3): 4711}
    session = Session([ValueRequest(name=R3)], 0.0, indices=indices)
    run(session, Controller())
    assert session.outcomes[0].value == 2


def test_place_that_is_refused_is_looked_up_again() -> None:
    """Should values ever move without a new changeset, the next visit finds them."""
    indices: Indices = {(0x7112, 42, R3): 4711}
    session = at_changeset(ValueRequest(name=R3), indices=indices)
    assert sent(session.feed(answer(0x0100, 0, 42), 1.1)) == [(0x0300, 4711, 0)]
    session.feed(answer(0x4300, 4711, 0), 1.2)
    assert session.failure == "refused"
    again = at_changeset(ValueRequest(name=R3), indices=indices)
    assert sent(again.feed(answer(0x0100, 0, 42), 1.1)) == [(0x1100, 0, id_hash(R3))]


def test_value_out_of_limits_and_unknown_name() -> None:
    """One failure does not stop the others."""
    requests = [
        ValueRequest(name=R3, value=7),
        ValueRequest(name="Gibt_Es_Nicht"),
        ValueRequest(name="nowhere", index=9),
        ValueRequest(name=R1),
    ]
    session = Session(requests, 0.0)
    run(session, Controller())
    assert [outcome.failure for outcome in session.outcomes] == [
        "mismatch", "unknown", "refused", None,
    ]  # fmt: skip
    assert session.outcomes[0].value == 2
    assert session.outcomes[3].value == 2
    assert session.failure == "mismatch"


def test_lost_frames_are_repeated() -> None:
    """Questions and answers may get lost; the bus is held under 5 s."""
    counter = 0

    def lossy(data: bytes) -> bytes:
        nonlocal counter
        if not data:
            return data
        counter += 1
        return b"" if counter in (2, 5) else data

    controller = Controller()
    session = Session([ValueRequest(name=R3, value=3)], 0.0)
    assert run(session, controller, to_controller=lossy) < 6
    assert session.failure is None
    assert controller.relay_modes[3] == 3


def test_late_answer_is_not_taken_for_the_next() -> None:
    """After a repetition the changeset is asked again before going on."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    assert sent(session.feed(answer(0x0100, 0, 42), 1.1)) == [(0x0300, 7, 0)]
    assert session.poll(1.2) == b""
    assert sent(session.poll(1.7)) == [(0x0300, 7, 0)]
    assert sent(session.feed(answer(0x0100, 7, 1), 1.8)) == [(0x0300, 0, 0)]
    # The answer to the first question comes at last; it is not that of the write.
    assert session.feed(answer(0x0100, 7, 1), 1.9) == b""
    assert sent(session.feed(answer(0x0100, 0, 42), 2.0)) == [(0x0200, 7, 5)]
    assert sent(session.feed(answer(0x0100, 7, 5), 2.1)) == [(0x0300, 7, 0)]
    assert sent(session.feed(answer(0x0100, 7, 5), 2.2)) == [(0x0600, 0, 0)]


def test_changeset_that_changes_in_between() -> None:
    """Indices are then void: nothing is written."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.poll(1.7)
    session.feed(answer(0x0100, 7, 1), 1.8)
    # It could be a late look-up without success: asked once more.
    assert sent(session.feed(answer(0x0100, 0, 43), 2.0)) == [(0x0300, 0, 0)]
    assert sent(session.feed(answer(0x0100, 0, 43), 2.1)) == [(0x0600, 0, 0)]
    assert session.failure == "lost_bus"


def test_foreign_answers_are_passed_over() -> None:
    """Other senders, receivers, commands and indices are not for this question."""
    session = at_changeset(ValueRequest(name=R1))
    wrong: list[Frame] = [
        answer(0x0100, 0, 42, source=0x7E11),
        Datagram(0x0050, 0x7112, 0x0100, 0, 42),
        answer(0x0200, 0, 42),
        answer(0x0100, 1, 42),
        answer(0x4300, 1, 42),
        Packet(0x0010, 0x7131, 0x0100, b""),
        Packet(0x6651, 0x7112, 0x0200, b""),
        Datagram(0x0000, 0x7E11, 0x0500, 0, 0),
    ]
    for frame in wrong:
        assert session.feed(frame, 1.1) == b""
    assert session.holds_bus
    wanted = id_hash(R1)
    assert sent(session.feed(answer(0x0100, 0, 42), 1.1)) == [(0x1100, 0, wanted)]
    assert session.feed(answer(0x1101, 5, wanted + 1), 1.1) == b""
    assert sent(session.feed(answer(0x0100, 5, wanted), 1.1)) == [(0x0300, 5, 0)]


def test_refusal_ends_the_wait_at_once() -> None:
    """A refused changeset fails everything, and the bus is given back."""
    session = at_changeset(ValueRequest(name=R1), ValueRequest(name=R3))
    assert sent(session.feed(answer(0x4300, 0, 0), 1.1)) == [(0x0600, 0, 0)]
    assert [outcome.failure for outcome in session.outcomes] == ["refused"] * 2


def test_index_above_16_bits() -> None:
    """The upper bits travel in the command."""
    session = at_changeset(ValueRequest(name="x", index=0x3_0007))
    assert sent(session.feed(answer(0x0100, 0, 42), 1.1)) == [(0x0303, 7, 0)]
    assert session.feed(answer(0x0100, 7, 1), 1.1) == b""
    session.feed(answer(0x0103, 7, 1), 1.1)
    assert session.outcomes[0].value == 1


def test_nobody_answers() -> None:
    """Three questions in 3 s, then the bus is given back, twice."""
    session = at_changeset(ValueRequest(name=R1))
    times, said = [], []
    while not session.done:
        deadline = session.next_deadline
        assert deadline is not None
        assert session.poll(deadline - 0.01) == b""
        said += sent(session.poll(deadline))
        times.append(round(deadline, 3))
    assert times == [1.5, 2.5, 4.0, 5.5, 7.0]
    assert [command for command, _index, _value in said] == [
        0x0300,
        0x0300,
        0x0600,
        0x0600,
    ]
    assert session.failure == "timeout"
    assert session.poll(100.0) == b""
    assert session.feed(OFFER, 100.0) == b""


def test_hold_is_limited() -> None:
    """After 5 s the bus is given back, whatever is still to do."""
    session = at_changeset(*(ValueRequest(name="x", index=at) for at in range(1, 9)))
    session.feed(answer(0x0100, 0, 42), 1.4)
    now = 1.4
    released_at = None
    index = 1
    while released_at is None:
        now += 0.9
        said = sent(session.poll(now))
        if (0x0600, 0, 0) in said:
            released_at = now
            break
        said = sent(session.feed(answer(0x0100, index, 0), now))
        while said and said[0][:2] == (0x0300, 0):
            said = sent(session.feed(answer(0x0100, 0, 42), now))
        index = said[0][1]
    assert released_at <= 1.0 + 5.0 + 0.9
    assert session.outcomes[0].failure is None
    assert {outcome.failure for outcome in session.outcomes[-2:]} == {"timeout"}


def test_no_offer() -> None:
    """Without an offer nothing is ever sent."""
    session = Session([ValueRequest(name=R1)], 10.0)
    assert session.feed(MEASUREMENTS, 11.0) == b""
    assert session.next_deadline == 30.0
    assert session.poll(29.9) == b""
    assert not session.done
    assert session.poll(30.0) == b""
    assert session.done
    assert session.failure == "no_bus"


def test_other_controllers_offers_are_left() -> None:
    """Only the wanted controller's bus is taken."""
    session = Session([], 0.0, controller=0x7112)
    assert session.feed(Datagram(0, 0x7E11, 0x0500, 0, 0), 1.0) == b""
    assert sent(session.feed(OFFER, 1.0)) == [(0x0300, 0, 0)]
    assert sent(session.feed(answer(0x0100, 0, 1), 1.1)) == [(0x0600, 0, 0)]


def test_missed_offer_is_tried_again() -> None:
    """A question that came too late is not heard; the next offer is taken."""
    session = at_changeset(ValueRequest(name="x", index=7))
    assert sent(session.feed(OFFER, 2.0)) == [(0x0300, 0, 0)]
    assert sent(session.feed(OFFER, 3.0)) == [(0x0300, 0, 0)]
    assert session.feed(OFFER, 20.5) == b""
    assert session.done
    assert session.failure == "no_bus"


def test_bus_taken_back() -> None:
    """Measurements or an offer in between tell that the bus is lost; tried twice."""
    session = at_changeset(
        ValueRequest(name="x", index=7), ValueRequest(name="y", index=8)
    )
    session.feed(answer(0x0100, 0, 42), 1.1)
    assert sent(session.feed(answer(0x0100, 7, 1), 1.2)) == [(0x0300, 8, 0)]
    assert session.feed(MEASUREMENTS, 2.0) == b""
    assert not session.holds_bus
    assert sent(session.feed(OFFER, 2.1)) == [(0x0300, 0, 0)]
    # What was settled before is not asked again.
    assert sent(session.feed(answer(0x0100, 0, 42), 2.2)) == [(0x0300, 8, 0)]
    assert session.feed(OFFER, 3.0) == b""
    assert session.done
    assert [outcome.failure for outcome in session.outcomes] == [None, "lost_bus"]


def test_controller_without_changeset() -> None:
    """Vitosolic 200 does not tell one: indices are used as given."""
    session = Session(
        [ValueRequest(name="x", index=0x1F1, value=2), ValueRequest(name=R1)],
        0.0,
        has_changeset=False,
    )
    assert sent(session.feed(OFFER, 1.0)) == [(0x0300, 0x1F1, 0)]
    assert sent(session.poll(1.5)) == [(0x0300, 0x1F1, 0)]
    # Late answers cannot be told from others by the changeset: they may come now.
    assert session.feed(answer(0x0100, 0x1F1, 2), 1.6) == b""
    assert session.feed(answer(0x0100, 0x1F1, 2), 1.7) == b""
    assert session.poll(2.0) == b""
    assert sent(session.poll(2.1)) == [(0x1100, 0, id_hash(R1))]
    assert sent(session.feed(answer(0x1101, 5, id_hash(R1)), 2.2)) == [(0x0300, 5, 0)]
    session.feed(answer(0x0100, 5, 1), 2.3)
    assert [outcome.value for outcome in session.outcomes] == [2, 1]


def test_bus_that_was_not_taken() -> None:
    """Measurements before any answer tell that the offer was missed: no repetition."""
    session = at_changeset(ValueRequest(name="x", index=7))
    assert session.feed(MEASUREMENTS, 1.3) == b""
    assert not session.holds_bus
    assert session.next_deadline == 20.0
    assert session.poll(1.6) == b""
    assert sent(session.feed(OFFER, 2.0)) == [(0x0300, 0, 0)]
    assert sent(session.feed(answer(0x0100, 0, 42), 2.1)) == [(0x0300, 7, 0)]


def test_place_is_checked_by_its_hash() -> None:
    """A fixed index is used only if it has the name that it should have."""
    indices: Indices = {}
    wanted = ValueRequest(name="Handbetrieb1", index=552, is_checked=True)
    session = at_changeset(wanted, indices=indices)
    assert sent(session.feed(answer(0x0100, 0, 42), 1.1)) == [(0x1000, 552, 0)]
    right = answer(0x0100, 552, id_hash("Handbetrieb1"))
    assert sent(session.feed(right, 1.2)) == [(0x0300, 552, 0)]
    session.feed(answer(0x0100, 552, 1), 1.3)
    assert session.outcomes[0].value == 1
    assert indices == {(0x7112, 42, "Handbetrieb1"): 552}

    again = at_changeset(wanted, indices=indices)
    assert sent(again.feed(answer(0x0100, 0, 42), 1.1)) == [(0x0300, 552, 0)]


def test_place_that_moved_is_looked_up() -> None:
    """Another name at the place: the right one is searched, or nothing is done."""
    wanted = ValueRequest(name="Handbetrieb1", index=552, value=2, is_checked=True)
    name = id_hash("Handbetrieb1")
    session = at_changeset(wanted)
    session.feed(answer(0x0100, 0, 42), 1.1)
    moved = session.feed(answer(0x0100, 552, id_hash("Betriebsstunden1")), 1.2)
    assert sent(moved) == [(0x1100, 0, name)]
    assert sent(session.feed(answer(0x1101, 560, name), 1.3)) == [(0x0300, 560, 0)]

    session = at_changeset(wanted)
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.feed(answer(0x0100, 552, id_hash("Betriebsstunden1")), 1.2)
    assert sent(session.feed(answer(0x1101, 0, name), 1.3)) == [(0x0600, 0, 0)]
    assert session.failure == "unknown"


def test_place_with_another_name_is_never_used() -> None:
    """Not even if the controller refuses to tell where the right one is."""
    wanted = ValueRequest(name="Handbetrieb1", index=552, value=2, is_checked=True)
    session = at_changeset(wanted)
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.feed(answer(0x0100, 552, id_hash("Betriebsstunden1")), 1.2)
    assert sent(session.feed(answer(0x4300, 0, 0), 1.3)) == [(0x0600, 0, 0)]
    assert session.failure == "refused"


@pytest.mark.parametrize("refuses", [True, False])
def test_controller_that_tells_no_hashes(refuses: bool) -> None:
    """Old ones cannot be checked: known places are used, and it is asked only once."""
    indices: Indices = {}
    wanted = ValueRequest(name="Handbetrieb1", index=552, is_checked=True)
    session = at_changeset(wanted, indices=indices)
    session.feed(answer(0x0100, 0, 42), 1.1)
    if refuses:
        said = session.feed(answer(0x4300, 552, 0), 1.2)
        assert sent(said) == [(0x1100, 0, id_hash("Handbetrieb1"))]
        said = session.feed(answer(0x4300, 0, 0), 1.3)
    else:
        # What may come late is waited for.
        assert sent(session.poll(1.6)) == [(0x0300, 0, 0)]
        said = session.feed(answer(0x0100, 0, 42), 1.7)
    assert sent(said) == [(0x0300, 552, 0)]
    session.feed(answer(0x0100, 552, 1), 1.8)
    assert session.failure is None
    if not refuses:
        # One answer may have been lost: it is asked once more.
        again = at_changeset(wanted, indices=indices)
        assert sent(again.feed(answer(0x0100, 0, 42), 1.1)) == [(0x1000, 552, 0)]
        again.poll(1.6)
    again = at_changeset(wanted, indices=indices)
    assert sent(again.feed(answer(0x0100, 0, 42), 1.1)) == [(0x0300, 552, 0)]


def test_late_hash_is_not_taken_for_a_value() -> None:
    """It has the same command and index as the answer to the read behind it."""
    session = at_changeset(ValueRequest(name="y", index=552, is_checked=True))
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.poll(1.6)
    assert session.feed(answer(0x0100, 552, id_hash("y")), 1.7) == b""
    session.feed(answer(0x0100, 0, 42), 1.8)
    session.feed(answer(0x0100, 552, 1), 1.9)
    assert session.outcomes[0].value == 1


def test_changeset_is_not_needed_for_fixed_places() -> None:
    """An old controller that does not tell one is asked by index all the same."""
    session = at_changeset(ValueRequest(name="x", index=7))
    assert session.poll(1.4) == b""
    assert session.poll(1.5) == b""
    assert sent(session.poll(2.0)) == [(0x0300, 7, 0)]
    session.feed(answer(0x0100, 7, 3), 2.1)
    assert session.outcomes[0].value == 3
    assert session.changeset is None


def test_look_ups_without_answer_are_not_repeated_for_each_name() -> None:
    """Who does not answer the first will not answer the second."""
    session = at_changeset(ValueRequest(name=R1), ValueRequest(name=R3))
    session.feed(answer(0x0100, 0, 42), 1.0)
    said = []
    while not session.done and (0x0600, 0, 0) not in said:
        assert session.next_deadline is not None
        said += sent(session.poll(session.next_deadline))
    assert [one[0] for one in said] == [0x1100, 0x1100, 0x0600]
    assert [outcome.failure for outcome in session.outcomes] == ["timeout"] * 2


def test_unknown_names_are_remembered() -> None:
    """A value that the controller does not have is asked for only once."""
    indices: Indices = {}
    session = at_changeset(ValueRequest(name=R1), indices=indices)
    session.feed(answer(0x0100, 0, 42), 1.0)
    session.feed(answer(0x1101, 0, id_hash(R1)), 1.1)
    assert session.failure == "unknown"
    again = at_changeset(ValueRequest(name=R1), indices=indices)
    assert sent(again.feed(answer(0x0100, 0, 42), 1.0)) == [(0x0600, 0, 0)]
    assert again.failure == "unknown"


@pytest.mark.parametrize(("selector", "failure"), [(0, None), (1, "unit")])
def test_other_units(selector: int, failure: str | None) -> None:
    """A controller that counts in Fahrenheit gets no degrees Celsius."""
    requires = (("TemperatureHysteresisSelector", 0),)
    controller = Controller()
    name = "TemperatureHysteresisSelector"
    setup = Session([ValueRequest(name=name, value=selector)], 0.0)
    run(setup, controller)
    requests = [
        ValueRequest(name="Solar_Sp1_dTein", value=70, requires=requires),
        ValueRequest(name="Solar_Sp1_dTaus", value=50, requires=requires),
        ValueRequest(name=R1),
    ]
    session = Session(requests, 0.0)
    run(session, controller)
    assert [one.failure for one in session.outcomes] == [failure, failure, None]
    assert controller.values["Solar_Sp1_dTein"] == (60 if failure else 70)


def test_choice_that_is_not_there_requires_nothing() -> None:
    """A controller without a choice of units counts in Celsius."""
    request = ValueRequest(name=R3, value=3, requires=(("TemperatureSelector", 0),))
    controller = Controller()
    session = Session([request], 0.0)
    run(session, controller)
    assert session.failure is None
    assert controller.relay_modes[3] == 3


def test_cancelled_visit_gives_the_bus_back() -> None:
    """Nobody waits any more: one release, and nothing after it."""
    session = at_changeset(ValueRequest(name=R1, value=0), ValueRequest(name=R3))
    session.feed(answer(0x0100, 0, 42), 1.1)
    assert sent(session.abort(1.2)) == [(0x0600, 0, 0)]
    assert session.done
    assert not session.holds_bus
    assert [one.failure for one in session.outcomes] == ["cancelled"] * 2
    assert session.feed(OFFER, 2.0) == b""
    assert session.poll(9.0) == b""
    assert session.abort(9.0) == b""


def test_cancelled_before_the_bus_was_taken() -> None:
    """There is nothing to give back."""
    session = Session([ValueRequest(name=R1)], 0.0)
    assert session.abort(1.0) == b""
    assert session.done
    assert session.feed(OFFER, 2.0) == b""


def test_cancelled_while_the_bus_is_given_back() -> None:
    """It is said again, for the first time may have been lost."""
    session = at_changeset(ValueRequest(name="x", index=7))
    session.feed(answer(0x0100, 0, 42), 1.1)
    assert sent(session.feed(answer(0x0100, 7, 1), 1.2)) == [(0x0600, 0, 0)]
    assert sent(session.abort(1.3)) == [(0x0600, 0, 0)]
    assert session.outcomes[0].value == 1
    assert session.failure is None


def test_refused_write_keeps_the_value_that_was_read() -> None:
    """What the controller has is known although it said no."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    session.feed(answer(0x0100, 0, 42), 1.1)
    assert sent(session.feed(answer(0x0100, 7, 1), 1.2)) == [(0x0200, 7, 5)]
    assert sent(session.feed(answer(0x4300, 7, 0), 1.3)) == [(0x0600, 0, 0)]
    assert (session.outcomes[0].value, session.failure) == (1, "refused")
    assert not session.outcomes[0].written


def test_no_write_that_could_not_be_read_back() -> None:
    """Near the end of the visit nothing new is begun."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    session.feed(answer(0x0100, 0, 42), 4.4)
    assert sent(session.feed(answer(0x0100, 7, 1), 4.6)) == [(0x0600, 0, 0)]
    assert session.failure == "timeout"
    assert not session.outcomes[0].written


def test_time_that_ends_between_reading_and_writing() -> None:
    """A value that was read is not one that was written."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.poll(1.7)
    assert sent(session.feed(answer(0x0100, 7, 1), 1.8)) == [(0x0300, 0, 0)]
    while (deadline := session.next_deadline) is not None:
        session.poll(deadline)
    assert session.failure == "timeout"
    assert not session.outcomes[0].written


def test_hash_that_comes_twice_is_no_value() -> None:
    """Older controllers answer look-ups as they answer reads."""
    session = at_changeset(ValueRequest(name=R1))
    session.feed(answer(0x0100, 0, 42), 1.1)
    found = answer(0x0100, 1285, id_hash(R1))
    assert sent(session.feed(found, 1.2)) == [(0x0300, 1285, 0)]
    assert sent(session.feed(found, 1.2)) == [(0x0300, 0, 0)]
    assert session.feed(answer(0x0100, 1285, 2), 1.3) == b""
    assert sent(session.feed(answer(0x0100, 0, 42), 1.3)) == [(0x0300, 1285, 0)]
    session.feed(answer(0x0100, 1285, 2), 1.4)
    assert session.outcomes[0].value == 2


def test_hash_that_comes_again_and_again() -> None:
    """Then there is no value to be had."""
    session = at_changeset(ValueRequest(name=R1))
    session.feed(answer(0x0100, 0, 42), 1.1)
    found = answer(0x0100, 1285, id_hash(R1))
    session.feed(found, 1.2)
    session.feed(found, 1.2)
    session.feed(answer(0x0100, 0, 42), 1.3)
    assert sent(session.feed(found, 1.4)) == [(0x0600, 0, 0)]
    assert session.failure == "timeout"


def test_answer_that_comes_when_the_time_is_over() -> None:
    """It is taken, and then the bus is given back."""
    session = at_changeset(ValueRequest(name="x", index=7))
    assert sent(session.feed(answer(0x0100, 0, 42), 5.6)) == [(0x0600, 0, 0)]
    assert session.changeset == 42
    assert session.failure == "timeout"


def test_other_changeset_before_a_place_is_checked() -> None:
    """Nothing more is asked of a controller that has begun anew."""
    session = at_changeset(
        ValueRequest(name="y", index=7),
        ValueRequest(name="x", index=8, is_checked=True),
    )
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.poll(1.7)
    assert sent(session.feed(answer(0x0100, 7, 1), 1.8)) == [(0x0300, 0, 0)]
    assert sent(session.feed(answer(0x0100, 0, 43), 1.9)) == [(0x0300, 0, 0)]
    assert sent(session.feed(answer(0x0100, 0, 43), 2.0)) == [(0x0600, 0, 0)]
    assert [one.failure for one in session.outcomes] == [None, "lost_bus"]


def test_slow_memory_is_asked_again() -> None:
    """The first answer may still be the old value; the second one counts."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    session.feed(answer(0x0100, 0, 42), 1.1)
    assert sent(session.feed(answer(0x0100, 7, 1), 1.2)) == [(0x0200, 7, 5)]
    assert sent(session.feed(answer(0x0100, 7, 1), 1.3)) == [(0x0300, 7, 0)]
    assert sent(session.feed(answer(0x0100, 7, 1), 1.4)) == [(0x0300, 0, 0)]
    assert sent(session.feed(answer(0x0100, 0, 42), 1.5)) == [(0x0300, 7, 0)]
    session.feed(answer(0x0100, 7, 5), 1.6)
    assert (session.outcomes[0].value, session.failure) == (5, None)


def test_write_that_nobody_confirms() -> None:
    """It may have been done: that is told, and the next visit reads first."""
    session = at_changeset(ValueRequest(name="x", index=7, value=5))
    session.feed(answer(0x0100, 0, 42), 1.1)
    session.feed(answer(0x0100, 7, 1), 1.2)
    while (deadline := session.next_deadline) is not None:
        session.poll(deadline)
    assert session.outcomes[0].failure == "timeout"
    assert session.outcomes[0].written
    assert session.outcomes[0].value is None
