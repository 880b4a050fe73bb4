"""Visits over wires that lose, delay, repeat and damage what they carry."""

from collections import deque
from random import Random

import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Indices,
    Session,
    ValueRequest,
    encode,
    family_of,
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

from .test_emulation import READINGS

MODELS = [BX_PLUS, MX_1, MX_2, SLT, CS_PLUS, E, VITOSOLIC_200]
STEP_S = 0.05


class Wire:
    """One direction: what is sent comes later, twice, damaged or never, in order."""

    def __init__(self, random: Random, badness: float, delay_s: float) -> None:
        """Do something bad to a part of all frames."""
        self._random = random
        self._badness = badness
        self._delay_s = delay_s
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0

    def send(self, frame: Frame, now: float) -> None:
        """Take a frame."""
        data = encode(frame)
        self._free_at = max(self._free_at, now + self._random.uniform(0, self._delay_s))
        fate = self._random.random() / self._badness if self._badness else 1.0
        if fate < 0.4:
            return
        if fate < 0.6:
            data += data
        elif fate < 0.8:
            at = self._random.randrange(1, len(data))
            data = data[:at] + bytes((data[at] ^ 0x11,)) + data[at + 1 :]
        elif fate < 0.9:
            data = data[: self._random.randrange(1, len(data))]
        self._waiting.append((self._free_at, data))

    def receive(self, now: float) -> bytes:
        """Return what arrives by now."""
        data = b""
        while self._waiting and self._waiting[0][0] <= now:
            data += self._waiting.popleft()[1]
        return data


class Bus:
    """A controller and sessions with it, with bad wires between them."""

    def __init__(self, model: Model, seed: int) -> None:
        """Draw how bad the wires are."""
        self.random = Random(seed)
        self.controller = Controller(
            model, quirks=Quirks(answer_after_s=self.random.choice((0, 0, 0.2, 0.6)))
        )
        badness = self.random.choice((0.0, 0.1, 0.3))
        delay_s = self.random.choice((0.02, 0.3, 0.9))
        self._out = Wire(self.random, badness, delay_s)
        self._in = Wire(self.random, badness, delay_s)
        self._at_session, self._at_wire = Decoder(), Decoder()
        self._at_controller = Decoder()
        self.now = 0.0
        self._ticks = 0
        self.writes: list[tuple[int, int]] = []
        self.longest_hold_s = 0.0
        self._taken_at: float | None = None

    def visit(self, session: Session) -> None:
        """Let a session come to its end."""
        while not session.done:
            assert self.now < 500
            self._tell(session.poll(self.now))
            for frame in self._at_session.feed(self._in.receive(self.now)):
                if frame.command == 0x0500:
                    # Whoever had the bus, it is free again.
                    self._taken_at = None
                self._tell(session.feed(frame, self.now))
            self._step()
        self._taken_at = None

    def _step(self) -> None:
        self.now += STEP_S
        self._ticks += 1
        heard = self._out.receive(self.now)
        said = self.controller.feed(heard, self.now)
        self.writes += [
            (frame.index | (frame.command & 0x7F) << 16, frame.value)
            for frame in self._at_controller.feed(heard)
            if isinstance(frame, Datagram) and frame.command & 0xFF80 == 0x0200
        ]
        if self._ticks % 20 == 0:
            said += self.controller.cycle(READINGS, self.now)
        for frame in self._at_wire.feed(said):
            self._in.send(frame, self.now)

    def _tell(self, data: bytes) -> None:
        for frame in Decoder().feed(data):
            assert isinstance(frame, Datagram)
            if frame.command == 0x0600:
                self._taken_at = None
            elif self._taken_at is None:
                self._taken_at = self.now
            if self._taken_at is not None:
                held_s = self.now - self._taken_at
                self.longest_hold_s = max(self.longest_hold_s, held_s)
            self._out.send(frame, self.now)


@pytest.mark.parametrize("model", MODELS)
def test_nothing_wrong_is_ever_taken_for_right(model: Model) -> None:
    """What is told as read or written is so, and nothing else was touched."""
    read = written = 0
    for seed in range(16):
        bus = Bus(model, seed)
        controller, indices = bus.controller, dict[tuple[int, int, str], int]()
        family = family_of(model.address)
        assert family is not None
        if (telltale := telltale_request(family)) is not None:
            _visit(bus, [telltale], indices)
            family = variant(family, 0, None if model is MX_2 else "unknown")
        settings = [one for one in family.settings if one.name in controller.values]
        for _ in range(3):
            chosen = bus.random.sample(settings, min(4, len(settings)))
            before = controller.values
            requests = [family.request(one) for one in chosen[:-1]]
            last = chosen[-1]
            shown: float | str = (
                bus.random.choice(last.writable_options)
                if last.kind == "select"
                else bus.random.choice((last.minimum, last.maximum))
            )
            requests.append(family.request(last, shown))
            places = {controller.indices[last.name]}
            bus.writes.clear()
            session = _visit(bus, requests, indices, has_changeset=family.has_changeset)
            after = controller.values
            assert {one for one in after if after[one] != before[one]} <= {last.name}
            assert {index for index, _value in bus.writes} <= places
            for request, outcome in zip(requests, session.outcomes, strict=True):
                if outcome.failure is None:
                    assert outcome.value == after[request.name], (seed, request)
                    read += 1
                elif outcome.failure == "unknown":
                    raise AssertionError(f"seed {seed}: {request.name} is known")
            if session.outcomes[-1].failure is None:
                assert after[last.name] == last.stored(shown)
                written += 1
        assert bus.longest_hold_s <= 5.0
    # Most visits get through, so that something was tried at all.
    assert read > 30
    assert written > 5


def _visit(
    bus: Bus,
    requests: list[ValueRequest],
    indices: Indices,
    *,
    has_changeset: bool = True,
) -> Session:
    session = Session(
        requests,
        bus.now,
        controller=bus.controller.model.address,
        has_changeset=has_changeset,
        indices=indices,
    )
    bus.visit(session)
    return session
