"""Reading and writing over the bus, with good and bad controllers."""

from collections.abc import Callable

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
    assert sent(session.feed(answer(0x0100, 0, 43), 2.0)) == [(0x0600, 0, 0)]
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
        MEASUREMENTS,
        Packet(0x0010, 0x7131, 0x0100, b""),
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
    assert sent(session.feed(answer(0x0100, 0x1F1, 2), 1.6)) == [
        (0x1100, 0, id_hash(R1))
    ]
    assert sent(session.feed(answer(0x1101, 5, id_hash(R1)), 1.7)) == [(0x0300, 5, 0)]
    session.feed(answer(0x0100, 5, 1), 1.8)
    assert [outcome.value for outcome in session.outcomes] == [2, 1]
