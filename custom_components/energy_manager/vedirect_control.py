"""HEX transactions with a VE.Direct device: one at a time, behind a text block."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .engine.vedirect import (
    Command,
    Failure,
    HexFrame,
    Reading,
    Register,
    Transaction,
    Transactions,
)
from .links import LinkError

ABSENT: Final = (Failure.UNKNOWN_REGISTER, Failure.NOT_SUPPORTED)
"""Answers that do not change until the device has other firmware."""


class VEDirectControl:
    """Speaks HEX with one device, as long as its port is open."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        """Take how to send bytes; it may raise LinkError."""
        self._send = send
        self._progress = asyncio.Event()
        self._transactions = Transactions()
        self._listeners: list[Callable[[int, bytes], None]] = []
        self._absent: dict[int, Failure] = {}
        self._connected = False
        self._used_at: float | None = None
        self.session = 0
        """Number of the connection: what was meant for one is not for the next."""

    def used_within(self, seconds: float) -> bool:
        """Return whether the device was spoken to lately."""
        return self._used_at is not None and monotonic() - self._used_at <= seconds

    @callback
    def async_set_connected(self, connected: bool, *, used: bool = False) -> None:
        """Note whether the device can be reached; without it nothing is kept back.

        `used` tells that it was spoken to just before.
        """
        self._connected = connected
        if used:
            self._used_at = monotonic()
        self.async_drop()

    @callback
    def async_drop(self) -> None:
        """Give up what waits: it was not meant for what is there from now on."""
        self.session += 1
        self._absent.clear()
        self._transactions.drop()
        self._progress.set()

    @callback
    def async_listen(self, listener: Callable[[int, bytes], None]) -> CALLBACK_TYPE:
        """Call with every register that the device tells, asked or not."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_take(self, reading: Reading) -> None:
        """Take what the device says: answers, and the pauses behind text blocks."""
        if isinstance(reading, HexFrame):
            self._tell(reading)
        if not self._transactions.idle:
            self._say(self._transactions.take(reading, monotonic()))
            self._progress.set()

    @callback
    def _tell(self, frame: HexFrame) -> None:
        """Tell everybody who listens what a register holds."""
        told = frame.command in (Command.GET, Command.SET, Command.ASYNCHRONOUS)
        if told and frame.register is not None and frame.flags == 0:
            for listener in tuple(self._listeners):
                listener(frame.register, frame.data)

    async def async_read(
        self,
        register: Register,
        *,
        answer_s: float | None = None,
        session: int | None = None,
    ) -> Transaction:
        """Read a register; the device may have answered with a failure, or not.

        HomeAssistantError while the device cannot be reached.
        """
        transaction = Transaction(register, answer_s=answer_s)
        if (failure := self._absent.get(register.number)) is not None:
            transaction.failure = failure
            transaction.done = True
            return transaction
        await self.async_run(transaction, session=session)
        if transaction.failure in ABSENT:
            self._absent[register.number] = transaction.failure
        return transaction

    async def async_run(
        self, transaction: Transaction, *, session: int | None = None
    ) -> None:
        """Wait until a transaction is done; HomeAssistantError if the device is lost.

        Whoever gives up waiting leaves nothing behind that is sent later.
        """
        if not self._connected or session not in (None, self.session):
            raise not_connected()
        self._transactions.add(transaction, monotonic())
        try:
            while not transaction.done:
                await self._async_progress()
        finally:
            if not transaction.done:
                transaction.drop()
                self._say(self._transactions.poll(monotonic()))
                self._progress.set()
        if transaction.failure is Failure.DROPPED:
            raise not_connected()

    async def _async_progress(self) -> None:
        """Wait until something has come, or something is due."""
        self._progress.clear()
        deadline = self._transactions.next_deadline
        wait_s = 0.0 if deadline is None else max(0.0, deadline - monotonic())
        try:
            async with asyncio.timeout(wait_s):
                await self._progress.wait()
        except TimeoutError:
            self._say(self._transactions.poll(monotonic()))
            self._progress.set()

    @callback
    def _say(self, data: bytes) -> None:
        """Send bytes, and remember when."""
        if not data:
            return
        self._used_at = monotonic()
        try:
            self._send(data)
        except LinkError:
            self._transactions.drop()


def not_connected() -> HomeAssistantError:
    """Return the error of a device that cannot be reached."""
    return HomeAssistantError(
        translation_domain=DOMAIN, translation_key="not_connected"
    )
