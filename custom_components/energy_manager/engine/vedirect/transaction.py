"""Read and write registers over HEX, one transaction at a time, without I/O.

The caller sends the bytes that methods return, hands in every frame that arrives, and
calls `poll` when `next_deadline` has come. Times are seconds of any steady clock.
"""

from collections import deque
from enum import StrEnum
from typing import Final

from .frames import (
    FRAME_ERROR,
    Answer,
    Block,
    Command,
    Flag,
    HexFrame,
    Reading,
    get_register,
    set_register,
)
from .registers import HISTORY_DAYS, HISTORY_TODAY, HISTORY_TOTAL, Register

ANSWER_S: Final = 1.0
"""Devices answer within 50 to 260 ms."""
HISTORY_ANSWER_S: Final = 2.0
"""Records of days take longer."""
TRIES: Final = 3
BLOCK_WAIT_S: Final = 1.5
"""Longest wait for the end of a text block, behind which a question fits best."""
AGE_LIMIT_S: Final = 30.0
"""An order that could not be sent for so long is not what its owner wants now."""


class Failure(StrEnum):
    """Why a transaction did not do what it should."""

    TIMEOUT = "timeout"
    UNKNOWN_REGISTER = "unknown_register"
    """The device does not have this register, with this firmware."""
    NOT_SUPPORTED = "not_supported"
    """The register cannot be written, or the command is not known."""
    OUT_OF_RANGE = "out_of_range"
    """The value is not legal, or a record has no data yet."""
    MISMATCH = "mismatch"
    """The device has another value in force than the one that was written."""
    DROPPED = "dropped"
    """The connection ended, or the order became too old."""


FAILURES: Final = (
    (Flag.UNKNOWN_REGISTER, Failure.UNKNOWN_REGISTER),
    (Flag.NOT_SUPPORTED, Failure.NOT_SUPPORTED),
    (Flag.PARAMETER_ERROR, Failure.OUT_OF_RANGE),
)


class Transaction:
    """Read a register, or write it and read it back."""

    def __init__(
        self,
        register: Register,
        value: float | None = None,
        *,
        answer_s: float | None = None,
        tries: int = TRIES,
    ) -> None:
        """Prepare to read, or to write a value in the register's unit.

        Commands take any value; there is nothing to read back of them.

        Raises:
            InputError: for a value or register that must not be written.
        """
        self._register = register
        self._wanted: bytes | None = None
        if value is not None:
            register.check(value)
            self._wanted = register.encode(value)
        if answer_s is None:
            answer_s = HISTORY_ANSWER_S if _is_history(register) else ANSWER_S
        self._answer_s = answer_s
        self._tries = tries
        self._tries_left = tries
        self._command = Command.GET if self._wanted is None else Command.SET
        self.next_deadline: float | None = None
        """When `poll` wants to be called; None before and after."""
        self.done = False
        self.failure: Failure | None = None
        self.data: bytes | None = None
        """Bytes in force, as the device answered; None if it said none."""

    @property
    def register(self) -> Register:
        """Return the register that is read or written."""
        return self._register

    @property
    def value(self) -> float | None:
        """Return the number in force, None if the device knows or said none."""
        return None if self.data is None else self._register.decode(self.data)

    def begin(self, now: float) -> bytes:
        """Return the first bytes to send."""
        return self._send(now)

    def poll(self, now: float) -> bytes:
        """Return the bytes to send again when no answer has come in time."""
        if self.next_deadline is None or now < self.next_deadline:
            return b""
        return self._send(now)

    def take(self, frame: HexFrame, now: float) -> bytes:
        """Take a frame that arrived and return what to send next.

        Frames that do not answer this transaction are ignored: unasked ones, and late
        answers to others.
        """
        if self.next_deadline is None:
            return b""
        if frame.command == Answer.ERROR and frame.data == FRAME_ERROR:
            return self._send(now)
        if frame.command == Answer.UNKNOWN_COMMAND and frame.data == bytes(
            [self._command]
        ):
            self._end(Failure.NOT_SUPPORTED)
            return b""
        if frame.command != self._command or frame.register != self._register.number:
            return b""
        return self._take_answer(frame, now)

    def drop(self) -> None:
        """Give up, unless it is done."""
        if not self.done:
            self._end(Failure.DROPPED)

    def _take_answer(self, frame: HexFrame, now: float) -> bytes:
        self.data = frame.data or None
        for flag, failure in FAILURES:
            if frame.flags is not None and frame.flags & flag:
                self._end(failure)
                return b""
        if self._command == Command.SET and not self._register.is_command:
            self._command = Command.GET
            self._tries_left = self._tries
            return self._send(now)
        in_force = (
            self._wanted is None
            or self._register.is_command
            or self._register.holds(self.data, self._wanted)
        )
        self._end(None if in_force else Failure.MISMATCH)
        return b""

    def _send(self, now: float) -> bytes:
        if self._tries_left == 0:
            self._end(Failure.TIMEOUT)
            return b""
        self._tries_left -= 1
        self.next_deadline = now + self._answer_s
        if self._command == Command.SET and self._wanted is not None:
            return set_register(self._register.number, self._wanted)
        return get_register(self._register.number)

    def _end(self, failure: Failure | None) -> None:
        self.done = True
        self.failure = failure
        self.next_deadline = None


def _is_history(register: Register) -> bool:
    """Return whether a register is a record of a day or of all days."""
    return HISTORY_TOTAL <= register.number < HISTORY_TODAY + HISTORY_DAYS


class Transactions:
    """The transactions of one port, in order, one at a time."""

    def __init__(self) -> None:
        """Have none."""
        self._waiting: deque[tuple[float, Transaction]] = deque()
        self._running: Transaction | None = None

    @property
    def idle(self) -> bool:
        """Return whether nothing waits or runs."""
        return self._running is None and not self._waiting

    @property
    def next_deadline(self) -> float | None:
        """Return when `poll` wants to be called, None if nothing waits."""
        if self._running is not None:
            return self._running.next_deadline
        return self._waiting[0][0] + BLOCK_WAIT_S if self._waiting else None

    def add(self, transaction: Transaction, now: float) -> None:
        """Let a transaction wait for its turn."""
        self._waiting.append((now, transaction))

    def take(self, reading: Reading, now: float) -> bytes:
        """Take what arrived and return what to send.

        The end of a text block is the moment at which a device listens best.
        """
        if isinstance(reading, Block):
            return b"" if self._running else self._begin_next(now)
        if self._running is None:
            return b""
        return self._running.take(reading, now) or self._after(now)

    def poll(self, now: float) -> bytes:
        """Return what to send when an answer or a text block has not come."""
        if self._running is not None:
            return self._running.poll(now) or self._after(now)
        deadline = self.next_deadline
        return b"" if deadline is None or now < deadline else self._begin_next(now)

    def drop(self) -> None:
        """Give up all: the connection has ended, and nothing is sent later."""
        if self._running is not None:
            self._running.drop()
        for _, transaction in self._waiting:
            transaction.drop()
        self._running = None
        self._waiting.clear()

    def _after(self, now: float) -> bytes:
        """Begin the next transaction when the running one is done."""
        if self._running is None or not self._running.done:
            return b""
        self._running = None
        return self._begin_next(now)

    def _begin_next(self, now: float) -> bytes:
        while self._waiting:
            added, transaction = self._waiting.popleft()
            if transaction.done:
                continue
            if now - added > AGE_LIMIT_S:
                transaction.drop()
                continue
            self._running = transaction
            return transaction.begin(now)
        return b""
