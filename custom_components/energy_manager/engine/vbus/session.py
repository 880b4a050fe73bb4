"""A visit to the bus to read and write values, without input and output.

The controller offers the bus once per cycle. Whoever answers at once has it until it
is given back; until then the controller sends no measurements, so a visit is short.
The steps are those of RESOL's parameter tools: wait for the offer, ask for the
changeset (the answer proves that the bus is ours), find indices by name, read, write,
read back, give the bus back, and see that packets come again.
"""

from collections.abc import Callable, Generator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from . import parameters
from .frames import Datagram, Frame, Packet, encode
from .parameters import id_hash

type Failure = Literal[
    "no_bus", "timeout", "lost_bus", "refused", "unknown", "mismatch"
]
"""Why a value was not read or written.

`no_bus`: the bus was not offered, or an offer could not be taken. `timeout`: an answer
did not come. `lost_bus`: the controller took the bus back. `refused`: the controller said
no. `unknown`: it has no value of that name. `mismatch`: it kept another value.
"""

type Indices = MutableMapping[tuple[int, int, str], int]
"""Known indices by controller address, changeset and name."""

OFFER_TIMEOUT_S: Final = 20.0
HOLD_LIMIT_S: Final = 5.0
RETRY_AFTER_S: Final = (0.5, 1.0, 1.5)
RELEASE_AFTER_S: Final = (1.5, 1.5)
LOSSES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRequest:
    """One value to read, or to write if `value` is given, in the controller's number.

    Without `index` the index is found by the hash of `name`. With `is_checked` the
    controller is asked first whether its index has that name. `requires` are further
    values, by name, without which the number would mean something else.
    """

    name: str
    index: int | None = None
    value: int | None = None
    is_checked: bool = False
    requires: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one request: the value that the controller has, or a failure.

    After a mismatch both are set. `written` tells whether a write was needed.
    """

    value: int | None = None
    failure: Failure | None = None
    written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A datagram to send, and which answers are good."""

    datagram: Datagram
    accepts: Callable[[Datagram], bool]
    refusals: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Asked:
    """The question on its way."""

    question: _Question
    sends: int = 1
    next_at: float = field(default=0.0)


class _NoAnswer(Exception):
    """Inside a visit: the question has no answer, for this reason."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure: Failure = failure


type _Visit = Generator[_Question, Datagram]


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
        self._visit: _Visit | None = None
        self._asked: _Asked | None = None
        self._answered = False
        self._repeated = False
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
        if isinstance(frame, Datagram):
            return self._answer(frame, now)
        if self._answered and isinstance(frame, Packet):
            self._lose(now)
        return b""

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
            self._fail_rest("no_bus")
            self.done = True
            return b""
        if now >= self._hold_until or asked.sends >= len(RETRY_AFTER_S):
            out_of_time = now >= self._hold_until
            return self._raise_in_visit("timeout", now, stop=out_of_time)
        self._repeated = True
        asked.next_at = now + RETRY_AFTER_S[asked.sends]
        asked.sends += 1
        return encode(asked.question.datagram)

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
        self._repeated = False
        self._hold_until = now + HOLD_LIMIT_S
        self._visit = self._steps()
        return self._advance(None, now)

    def _lose(self, now: float) -> None:
        """The bus is not ours: wait for the next offer, or give up."""
        self._close_visit()
        self._losses += self._answered
        if self._losses >= LOSSES or now >= self._give_up_at:
            self._fail_rest("lost_bus" if self._answered else "no_bus")
            self.done = True

    def _close_visit(self) -> None:
        self._asked = None
        if self._visit is not None:
            self._visit.close()
            self._visit = None

    def _fail_rest(self, failure: Failure) -> None:
        for outcome in self.outcomes:
            if outcome.value is None and outcome.failure is None:
                outcome.failure = failure

    def _answer(self, frame: Datagram, now: float) -> bytes:
        if self._asked is None or frame.destination != parameters.COMPUTER:
            return b""
        question = self._asked.question
        if question.accepts(frame):
            self._answered = True
            return self._advance(frame, now)
        if (
            frame.command in question.refusals
            and frame.index == question.datagram.index
        ):
            self._answered = True
            return self._raise_in_visit("refused", now)
        return b""

    def _advance(self, answer: Datagram | None, now: float) -> bytes:
        visit = self._visit
        assert visit is not None
        try:
            question = next(visit) if answer is None else visit.send(answer)
        except StopIteration:
            return self._release(now)
        return self._ask(question, now)

    def _raise_in_visit(
        self, failure: Failure, now: float, *, stop: bool = False
    ) -> bytes:
        visit = self._visit
        assert visit is not None
        try:
            question = visit.throw(_NoAnswer(failure))
        except StopIteration:
            return self._release(now)
        if stop:
            self._fail_rest(failure)
            return self._release(now)
        return self._ask(question, now)

    def _ask(self, question: _Question, now: float) -> bytes:
        self._asked = _Asked(question=question, next_at=now + RETRY_AFTER_S[0])
        return encode(question.datagram)

    def _release(self, now: float) -> bytes:
        self._close_visit()
        self._release_at = now + RELEASE_AFTER_S[self._releases]
        self._releases += 1
        return encode(self._datagram(parameters.RELEASE, 0, 0))

    # The questions of one visit

    def _steps(self) -> _Visit:
        if self._has_changeset:
            try:
                self.changeset = yield from self._read_changeset()
            except _NoAnswer as error:
                self._fail_rest(error.failure)
                return
        for request, outcome in zip(self.requests, self.outcomes, strict=True):
            if outcome.failure is not None or self._is_settled(request, outcome):
                continue
            try:
                yield from self._settle(request, outcome)
            except _NoAnswer as error:
                outcome.failure = error.failure

    @staticmethod
    def _is_settled(request: ValueRequest, outcome: Outcome) -> bool:
        """Return whether an earlier visit got through with this request."""
        return outcome.value is not None and request.value in (None, outcome.value)

    def _settle(
        self, request: ValueRequest, outcome: Outcome
    ) -> Generator[_Question, Datagram]:
        index = yield from self._index(request)
        outcome.value = yield from self._transfer(parameters.READ, index, 0)
        if request.value is None or outcome.value == request.value:
            return
        outcome.written = True
        outcome.value = None
        yield from self._transfer(parameters.WRITE, index, request.value)
        outcome.value = yield from self._transfer(parameters.READ, index, 0)
        if outcome.value != request.value:
            outcome.failure = "mismatch"

    def _index(self, request: ValueRequest) -> Generator[_Question, Datagram, int]:
        if request.index is not None:
            return request.index
        key = self._peer, self.changeset or 0, request.name
        if self.changeset is not None and key in self._indices:
            return self._indices[key]
        wanted = id_hash(request.name)
        answer = yield from self._once(
            _Question(
                datagram=self._datagram(parameters.INDEX_OF_HASH, 0, wanted),
                accepts=lambda got: (
                    got.command in (parameters.INDEX_FOUND, parameters.DATA)
                    and got.value == wanted
                ),
                refusals=(parameters.INDEX_OF_HASH | 0x4000,),
            )
        )
        if answer.index == 0:
            raise _NoAnswer("unknown")
        if self.changeset is not None:
            self._indices[key] = answer.index
        return answer.index

    def _transfer(
        self, command: int, index: int, value: int
    ) -> Generator[_Question, Datagram, int]:
        """Read or write; an index above 16 bits goes partly into the command."""
        sub = index >> 16 & 0x7F
        low = index & 0xFFFF
        answer = yield from self._once(
            _Question(
                datagram=self._datagram(command | sub, low, value),
                accepts=lambda got: (
                    got.command == parameters.DATA | sub and got.index == low
                ),
                refusals=(
                    parameters.REFUSED_READ | sub,
                    parameters.REFUSED_WRITE | sub,
                ),
            )
        )
        return answer.value

    def _read_changeset(self) -> Generator[_Question, Datagram, int]:
        answer = yield _Question(
            datagram=self._datagram(parameters.READ, parameters.CHANGESET_INDEX, 0),
            accepts=lambda got: (
                got.command == parameters.DATA
                and got.index == parameters.CHANGESET_INDEX
            ),
            refusals=(parameters.REFUSED_READ,),
        )
        return answer.value

    def _once(self, question: _Question) -> Generator[_Question, Datagram, Datagram]:
        """Ask so that a late answer to a repeated question is not taken for this one.

        Answers to reads, writes and look-ups look alike. After a repetition the
        changeset is asked again: what comes before its answer is late.
        """
        if self._repeated and self._has_changeset:
            self._repeated = False
            changeset = yield from self._read_changeset()
            if changeset != self.changeset:
                raise _NoAnswer("lost_bus")
        return (yield question)

    def _datagram(self, command: int, index: int, value: int) -> Datagram:
        return Datagram(self._peer, parameters.COMPUTER, command, index, value)
