"""A visit to the bus to read and write values, without input and output.

The controller offers the bus once per cycle. Whoever answers at once has it until it
is given back; until then the controller sends no measurements, so a visit is short.
The steps are those of RESOL's parameter tools: wait for the offer, ask for the
changeset (the answer proves that the bus is ours), find indices by name, read, write,
read back, give the bus back, and see that packets come again.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

from . import parameters
from .exchanges import Reply, exchange
from .frames import Datagram, Frame, Packet, encode
from .visit import (
    Failure,
    Indices,
    NoAnswer,
    Outcome,
    Question,
    ValueRequest,
    Visit,
    fail_rest,
)

OFFER_TIMEOUT_S: Final = 20.0
HOLD_LIMIT_S: Final = 4.5
"""The bus is given back so long after it was offered, whatever is left to ask."""

RETRY_AFTER_S: Final = (0.5, 1.0, 1.5)
RELEASE_AFTER_S: Final = (1.5, 1.5)
LOSSES: Final = 2
_MEASUREMENTS: Final = (parameters.DISPLAY, parameters.STANDARD_INFO)


@dataclass(slots=True, kw_only=True)
class _Asked:
    """The question on its way; `is_sent` is false for a pause."""

    question: Question
    next_at: float
    sends: int = 1


class Session:
    """One session; feed it every frame of the bus and poll it at `next_deadline`.

    Send what `feed` and `poll` return. When `done`, `outcomes` has one outcome per
    request, in their order. All times are monotonic seconds.
    """

    def __init__(
        self,
        requests: Sequence[ValueRequest],
        now: float,
        *,
        controller: int | None = None,
        has_changeset: bool = True,
        indices: Indices | None = None,
    ) -> None:
        """Begin to wait for the bus.

        Only offers of `controller` are taken if it is given. `indices` is the cache
        of looked-up indices and is added to. `has_changeset` is false for
        controllers that do not tell a changeset: then every index is looked up.
        """
        self.requests = tuple(requests)
        self.outcomes = tuple(Outcome() for _ in self.requests)
        self.done = False
        self.changeset: int | None = None
        self._controller = controller
        self._has_changeset = has_changeset
        self._indices: Indices = {} if indices is None else indices
        self._peer = 0
        self._losses = 0
        self._visit: Visit | None = None
        self._questions: Generator[Question, Reply] | None = None
        self._asked: _Asked | None = None
        self._answered = False
        self._give_up_at = now + OFFER_TIMEOUT_S
        self._hold_until = 0.0
        self._releases = 0
        self._release_at = 0.0

    @property
    def failure(self) -> Failure | None:
        """The first failure of a request; None if all is well so far."""
        return next((one.failure for one in self.outcomes if one.failure), None)

    @property
    def holds_bus(self) -> bool:
        """Whether the bus is, or may be, taken by this session."""
        return not self.done and (self._asked is not None or self._releases > 0)

    @property
    def next_deadline(self) -> float | None:
        """When to call `poll`; None when done."""
        if self.done:
            return None
        if self._releases:
            return self._release_at
        if self._asked is not None:
            return min(self._asked.next_at, self._hold_until)
        return self._give_up_at

    def feed(self, frame: Frame, now: float) -> bytes:
        """Take a frame from the bus; return the bytes to send."""
        if self.done:
            return b""
        if self._releases:
            self.done = isinstance(frame, Packet)
            return b""
        if isinstance(frame, Datagram) and frame.command == parameters.OFFER:
            return self._offered(frame, now)
        if self._asked is None or frame.source != self._peer:
            return b""
        if isinstance(frame, Packet):
            if frame.destination in _MEASUREMENTS:
                # It goes on as if we were not there: nothing more is sent until it
                # offers the bus again.
                self._lose(now)
            return b""
        return self._answer(frame, now)

    def poll(self, now: float) -> bytes:
        """Repeat a question or give up when it is time; return the bytes to send."""
        deadline = self.next_deadline
        if deadline is None or now < deadline:
            return b""
        if self._releases:
            if self._releases < len(RELEASE_AFTER_S):
                return self._release(now)
            self.done = True
            return b""
        asked = self._asked
        if asked is None:
            fail_rest(self.requests, self.outcomes, "no_bus")
            self.done = True
            return b""
        if now >= self._hold_until:
            return self._out_of_time(now)
        if asked.question.exchange is None:
            return self._advance(Reply(index=0, value=0), now)
        if asked.sends >= asked.question.tries:
            return self._raise_in_visit(NoAnswer("timeout"), now)
        asked.next_at = now + RETRY_AFTER_S[asked.sends]
        asked.sends += 1
        return encode(asked.question.exchange.request)

    def abort(self, now: float) -> bytes:
        """End at once because nobody waits any more; return the bytes to send.

        A bus that is taken is given back. Requests that are not through are
        "cancelled".
        """
        held = self.holds_bus
        fail_rest(self.requests, self.outcomes, "cancelled")
        said = self._release(now) if held else b""
        self._close_visit()
        self.done = True
        return said

    def _offered(self, offer: Datagram, now: float) -> bytes:
        if self._controller not in (None, offer.source):
            return b""
        if self._asked is not None:
            if offer.source != self._peer:
                return b""
            # The controller did not hear us, or took the bus back.
            self._lose(now)
            if self.done:
                return b""
        self._peer = offer.source
        self._answered = False
        self._hold_until = now + HOLD_LIMIT_S
        self._visit = Visit(
            self._peer,
            self.requests,
            self.outcomes,
            has_changeset=self._has_changeset,
            indices=self._indices,
        )
        self._questions = self._visit.questions()
        return self._advance(None, now)

    def _lose(self, now: float) -> None:
        """The bus is not ours: wait for the next offer, or give up."""
        self._close_visit()
        self._losses += self._answered
        if self._losses >= LOSSES or now >= self._give_up_at:
            fail_rest(
                self.requests, self.outcomes, "lost_bus" if self._answered else "no_bus"
            )
            self.done = True
        self._answered = False

    def _close_visit(self) -> None:
        self._asked = None
        if self._questions is not None:
            self._questions.close()
            self._questions = None

    def _answer(self, frame: Frame, now: float) -> bytes:
        asked = self._asked
        if asked is None or asked.question.exchange is None:
            return b""
        reply = asked.question.exchange.reply(frame)
        if reply is None:
            return b""
        self._answered = True
        assert self._visit is not None
        self._visit.may_be_late |= asked.sends > 1
        if reply.refused:
            return self._raise_in_visit(NoAnswer("refused"), now)
        return self._advance(reply, now)

    def _advance(self, reply: Reply | None, now: float) -> bytes:
        questions = self._questions
        assert questions is not None
        try:
            question = next(questions) if reply is None else questions.send(reply)
        except StopIteration:
            return self._release(now)
        return self._ask(question, now)

    def _raise_in_visit(self, reason: NoAnswer, now: float) -> bytes:
        questions, visit = self._questions, self._visit
        assert questions is not None
        assert visit is not None
        visit.may_be_late |= reason.failure == "timeout" and reason.was_sent
        try:
            question = questions.throw(reason)
        except StopIteration:
            return self._release(now)
        return self._ask(question, now)

    def _out_of_time(self, now: float) -> bytes:
        """Give the bus back with what is done."""
        fail_rest(self.requests, self.outcomes, "timeout")
        return self._release(now)

    def _ask(self, question: Question, now: float) -> bytes:
        assert self._visit is not None
        self.changeset = self._visit.changeset
        if now >= self._hold_until:
            return self._out_of_time(now)
        if question.exchange is None:
            self._asked = _Asked(question=question, next_at=now + RETRY_AFTER_S[0])
            return b""
        if now + question.needs_s > self._hold_until:
            return self._raise_in_visit(NoAnswer("timeout", was_sent=False), now)
        self._asked = _Asked(question=question, next_at=now + RETRY_AFTER_S[0])
        return encode(question.exchange.request)

    def _release(self, now: float) -> bytes:
        assert self._visit is not None
        self.changeset = self._visit.changeset
        self._close_visit()
        self._release_at = now + RELEASE_AFTER_S[min(self._releases, 1)]
        self._releases += 1
        return encode(exchange("release", self._peer).request)
