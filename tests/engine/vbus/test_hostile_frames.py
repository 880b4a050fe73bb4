"""Whatever is on the bus: visits, modules and emulated controllers do not break."""

from hypothesis import given, strategies as st

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    ExtensionModule,
    Frame,
    Packet,
    Session,
    ValueRequest,
    encode,
)
from custom_components.energy_manager.engine.vbus.emulation import (
    MX_2,
    Adapter,
    Controller,
)

from .frames import FRAMES
from .test_emulation import READINGS

COMMANDS = st.one_of(
    st.sampled_from([0x0100, 0x0101, 0x0200, 0x0300, 0x0400, 0x0500, 0x0600]),
    st.sampled_from([0x0900, 0x1000, 0x1100, 0x1101, 0x1300, 0x1400, 0x1402]),
    st.sampled_from([0x1404, 0x1500, 0x1700, 0x1702, 0x4300, 0x4301]),
)
NEAR = st.builds(
    Datagram,
    st.sampled_from([0x0000, 0x0020, 0x7E11]),
    st.sampled_from([0x7E11, 0x0020, 0x7112]),
    COMMANDS,
    st.sampled_from([0, 1, 1977, 2612, 0xFFFF]),
    st.sampled_from([0, 1, 2, 5, -1, 42, 763685401, (1 << 31) - 1, -(1 << 31)]),
)
PACKETS = st.builds(
    Packet,
    st.sampled_from([0x0010, 0x0015, 0x7E11, 0x6651]),
    st.sampled_from([0x7E11, 0x6651]),
    st.sampled_from([0x0100, 0x0200]),
    st.integers(0, 12).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n)),
)
STEPS = st.lists(
    st.tuples(st.one_of(NEAR, PACKETS, FRAMES), st.floats(0, 3)), max_size=40
)


@given(STEPS)
def test_visit(steps: list[tuple[Frame, float]]) -> None:
    """It ends in time, has an outcome for each request and gives the bus back."""
    requests = [
        ValueRequest(name="Relais_Regler_R1_Handbetrieb", value=2),
        ValueRequest(name="place", index=1977, is_checked=True),
        ValueRequest(name="x", index=1, requires=(("TemperatureSelector", 0),)),
    ]
    session = Session(requests, 0.0, controller=0x7E11)
    now = 0.0
    last = b""
    for frame, pause_s in steps:
        now += pause_s
        last = session.poll(now) or last
        last = session.feed(frame, now) or last
    while (deadline := session.next_deadline) is not None:
        assert deadline <= max(now, 20.0) + 8.0
        now = max(now, deadline)
        last = session.poll(now) or last
    assert session.done
    for request, outcome in zip(requests, session.outcomes, strict=True):
        assert outcome.failure is not None or outcome.value is not None
        if outcome.failure is None and request.value is not None:
            assert outcome.value == request.value
    assert session.poll(now + 100) == session.abort(now + 100) == b""


@given(STEPS)
def test_module(steps: list[tuple[Frame, float]]) -> None:
    """It only ever answers a question to itself, with six resistances."""
    module = ExtensionModule()
    now = 0.0
    for frame, pause_s in steps:
        now += pause_s
        said = Decoder().feed(module.feed(frame, now))
        assert not said or frame.destination == module.address
        for answer in said:
            assert isinstance(answer, Packet)
            assert (answer.source, len(answer.payload)) == (module.address, 24)


@given(STEPS)
def test_controller(steps: list[tuple[Frame, float]]) -> None:
    """Values stay within their limits, and the bus comes back."""
    controller = Controller(MX_2, modules=1)
    parameters = MX_2.parameters().values()
    now = 0.0
    for frame, pause_s in steps:
        now += pause_s
        controller.cycle(READINGS, now)
        controller.feed(encode(frame), now)
    for known in parameters:
        assert known.minimum <= controller.values[known.name] <= known.maximum
    assert controller.cycle(READINGS, now + 10.1)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_adapter(chunks: list[bytes]) -> None:
    """Nobody gets data without the password."""
    adapter = Adapter("a password that is not guessed", {1: "x"})
    for chunk in chunks:
        adapter.feed(chunk)
    assert not adapter.streaming
