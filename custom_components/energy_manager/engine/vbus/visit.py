"""The questions of one visit to a controller, in the order in which they are asked."""

from collections.abc import Generator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from . import parameters
from .exchanges import Action, Exchange, Reply, exchange
from .parameters import id_hash

type Failure = Literal[
    "no_bus",
    "timeout",
    "lost_bus",
    "refused",
    "unknown",
    "mismatch",
    "unit",
    "cancelled",
]
"""Why a value was not read or written.

`no_bus`: the bus was not offered, or an offer could not be taken. `timeout`: an answer
did not come, or the time of the visit was over. `lost_bus`: the controller took the bus
back. `refused`: the controller said no. `unknown`: it has no value of that name.
`mismatch`: it kept another value. `unit`: it counts in other units than those asked
for. `cancelled`: the visit was broken off on our side.
"""

type Indices = MutableMapping[tuple[int, int, str], int]
"""Known indices by controller address, changeset and name; 0: there is no such value.

Under the name `NO_HASHES` is counted how often a controller has not answered a question
for a name.
"""

NO_HASHES: Final = ""
SILENCES: Final = 2
"""A controller that was silent so often is not asked for names any more."""

CHECK_TRIES: Final = 1
FULL_TRIES: Final = 3
WRITE_TAKES_S: Final = 1.0
"""No write is begun with less time left: it could not be read back."""


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

    After a mismatch both are set. `written` tells whether a write was needed and sent.
    """

    value: int | None = None
    failure: Failure | None = None
    written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request to send, and how often; nothing to send is a pause to let pass.

    With `needs_s` it is not asked when the visit has less time left.
    """

    exchange: Exchange | None
    tries: int = FULL_TRIES
    needs_s: float = 0.0


class NoAnswer(Exception):
    """Inside a visit: the question has no answer, for this reason."""

    def __init__(self, failure: Failure, *, was_sent: bool = True) -> None:
        """Tell why, and whether the question went out at all."""
        super().__init__(failure)
        self.failure: Failure = failure
        self.was_sent = was_sent


type Questions[T] = Generator[Question, Reply, T]


class Visit:
    """Asks one controller for all that is wanted and fills in the outcomes."""

    def __init__(
        self,
        controller: int,
        requests: Sequence[ValueRequest],
        outcomes: Sequence[Outcome],
        *,
        has_changeset: bool,
        indices: Indices,
    ) -> None:
        """Prepare to ask; what earlier visits settled is not asked again."""
        self.changeset: int | None = None
        self.may_be_late = False
        """Whether an answer to an earlier question may still come."""
        self._controller = controller
        self._requests = requests
        self._outcomes = outcomes
        self._has_changeset = has_changeset
        self._indices = indices
        self._cannot_look_up = False
        self._units: dict[str, int | None] = {}

    def questions(self) -> Questions[None]:
        """Ask everything; a `NoAnswer` thrown in tells why there is no reply."""
        if self._has_changeset:
            try:
                yield from self._read_changeset()
            except NoAnswer as error:
                fail_rest(self._requests, self._outcomes, error.failure)
                return
        for request, outcome in zip(self._requests, self._outcomes, strict=True):
            if outcome.failure is not None or _is_settled(request, outcome):
                continue
            try:
                yield from self._settle(request, outcome)
            except NoAnswer as error:
                outcome.failure = error.failure

    def _read_changeset(self) -> Questions[None]:
        """Prove that the bus is ours, and find out which indices are valid."""
        can_go_without = all(one.index is not None for one in self._requests)
        try:
            reply = yield from self._ask(
                "read",
                parameters.CHANGESET_INDEX,
                tries=CHECK_TRIES if can_go_without else FULL_TRIES,
            )
        except NoAnswer as error:
            if error.failure != "timeout" or not can_go_without:
                raise
            # Older controllers do not tell one, and their indices never move.
            self._has_changeset = False
            return
        self.changeset = reply.value

    def _settle(self, request: ValueRequest, outcome: Outcome) -> Questions[None]:
        for name, expected in request.requires:
            yield from self._require(name, expected)
        index = yield from self._index(request)
        try:
            outcome.value = yield from self._read(request.name, index)
        except NoAnswer as error:
            if error.failure == "refused":
                self._forget(request.name)
            raise
        if request.value is None or outcome.value == request.value:
            return
        yield from self._resynchronise()
        before, outcome.value = outcome.value, None
        asked = exchange("write", self._controller, index, request.value)
        # Not heard is not the same as not done.
        outcome.written = True
        try:
            yield Question(exchange=asked, needs_s=WRITE_TAKES_S)
        except NoAnswer as error:
            if error.failure == "refused" or not error.was_sent:
                outcome.value, outcome.written = before, False
            raise
        outcome.value = yield from self._read(request.name, index)
        if outcome.value != request.value:
            # An old answer, or a controller that takes its time: it is asked again.
            self.may_be_late = True
            outcome.value = None
            outcome.value = yield from self._read(request.name, index)
        if outcome.value != request.value:
            outcome.failure = "mismatch"

    def _require(self, name: str, expected: int) -> Questions[None]:
        """Check a choice on which the meaning of other numbers depends."""
        if name not in self._units:
            index = yield from self._look_up(name)
            self._units[name] = (
                None if index == 0 else (yield from self._read(name, index))
            )
        if self._units[name] not in {None, expected}:
            raise NoAnswer("unit")

    def _index(self, request: ValueRequest) -> Questions[int]:
        if request.index is None:
            index = yield from self._look_up(request.name)
        elif request.is_checked:
            index = yield from self._checked(request.name, request.index)
        else:
            return request.index
        if index == 0:
            raise NoAnswer("unknown")
        return index

    def _checked(self, name: str, index: int) -> Questions[int]:
        """Return where a value is that should be at an index, as far as that is told."""
        if (known := self._known(name)) is not None:
            return known
        silences = self._known(NO_HASHES) or 0
        if silences >= SILENCES:
            return index
        has_other_name = False
        try:
            reply = yield from self._ask("hash_of_index", index, tries=CHECK_TRIES)
            if reply.value == id_hash(name):
                self._learn(name, index)
                return index
            has_other_name = True
        except NoAnswer as error:
            if error.failure not in {"timeout", "refused"}:
                raise
            if error.failure == "timeout":
                self._learn(NO_HASHES, silences + 1)
                return index
        # Another name, or none, at this place: is the value at another one?
        try:
            return (yield from self._look_up(name))
        except NoAnswer as error:
            if error.failure != "refused" or has_other_name:
                raise
            self._learn(NO_HASHES, SILENCES)
            return index

    def _look_up(self, name: str) -> Questions[int]:
        """Return the index of a name, 0 if the controller has none."""
        if (known := self._known(name)) is not None:
            return known
        if self._cannot_look_up:
            raise NoAnswer("timeout")
        try:
            reply = yield from self._ask("index_of_hash", value=id_hash(name))
        except NoAnswer as error:
            # Who does not answer one will not answer the next.
            self._cannot_look_up = error.failure == "timeout"
            raise
        self._learn(name, reply.index)
        return reply.index

    def _known(self, name: str) -> int | None:
        return self._indices.get((self._controller, self.changeset or 0, name))

    def _learn(self, name: str, index: int) -> None:
        """Keep an index as long as the changeset stays the same."""
        if self.changeset is not None or name == NO_HASHES:
            self._indices[self._controller, self.changeset or 0, name] = index

    def _forget(self, name: str) -> None:
        """Look a name up again next time: it is not where it was."""
        self._indices.pop((self._controller, self.changeset or 0, name), None)

    def _read(self, name: str, index: int) -> Questions[int]:
        """Return a value.

        What was told for a look-up has the same command and index: should it come
        once more, it is known by its number.
        """
        for _ in range(2):
            reply = yield from self._ask("read", index)
            if reply.value != id_hash(name):
                return reply.value
            self.may_be_late = True
        raise NoAnswer("timeout")

    def _ask(
        self, action: Action, index: int = 0, value: int = 0, *, tries: int = FULL_TRIES
    ) -> Questions[Reply]:
        yield from self._resynchronise()
        asked = exchange(action, self._controller, index, value)
        return (yield Question(exchange=asked, tries=tries))

    def _resynchronise(self) -> Questions[None]:
        """Let no late answer to a repeated question be taken for the next one.

        Answers to reads, writes and look-ups look alike. The changeset is asked
        again: what comes before its answer is late. Where there is none, a pause
        has to do.
        """
        if not self.may_be_late:
            return
        self.may_be_late = False
        if self.changeset is None:
            yield Question(exchange=None)
            return
        asked = exchange("read", self._controller, parameters.CHANGESET_INDEX)
        for _ in range(2):
            # A look-up without success has index 0 too, and may be the late answer.
            reply = yield Question(exchange=asked)
            if reply.value == self.changeset:
                self.may_be_late = False
                return
        raise NoAnswer("lost_bus")


def _is_settled(request: ValueRequest, outcome: Outcome) -> bool:
    """Return whether an earlier visit got through with this request."""
    return outcome.value is not None and request.value in (None, outcome.value)


def fail_rest(
    requests: Sequence[ValueRequest], outcomes: Sequence[Outcome], failure: Failure
) -> None:
    """Give all requests that are not through the same failure."""
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.failure is None and not _is_settled(request, outcome):
            outcome.failure = failure
