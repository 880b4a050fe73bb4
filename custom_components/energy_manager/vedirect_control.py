"""HEX transactions with a VE.Direct device: one at a time, behind a text block."""

import asyncio
from collections.abc import Callable
import logging
from time import monotonic
from typing import Final

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .engine.errors import InputError
from .engine.vedirect import (
    Decoder,
    Failure,
    Family,
    Reading,
    Refusal,
    Register,
    Transaction,
    Transactions,
    WriteBudget,
    registers_of,
)
from .engine.vedirect.budget import PERMANENT_GAP_S
from .engine.vedirect.registers import DEVICE_MODE, REMOTE_CONTROL, SERIAL_NUMBER
from .engine.vedirect.transaction import ANSWER_S
from .links import LinkError, LinkSilentError, Stream

_LOGGER = logging.getLogger(__name__)

REMOTE_ON_OFF: Final = 0x02
"""Without this bit of the remote control register a charger ignores its mode."""

_FAILURES: Final = {
    Failure.TIMEOUT: "write_timeout",
    Failure.UNKNOWN_REGISTER: "write_refused",
    Failure.NOT_SUPPORTED: "write_refused",
    Failure.OUT_OF_RANGE: "write_refused",
    Failure.MISMATCH: "write_mismatch",
    Failure.DROPPED: "not_connected",
}


def _error(key: str) -> HomeAssistantError:
    """Return an error that the owner can read."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key)


async def async_read_serial_number(stream: Stream, decoder: Decoder) -> str | None:
    """Return the serial number that a device tells over HEX, None if it does not."""
    transactions = Transactions()
    question = Transaction(registers_of(Family.BMV)[SERIAL_NUMBER])
    transactions.add(question, monotonic())
    while (deadline := transactions.next_deadline) is not None:
        try:
            data = await stream.async_read(max(0.01, deadline - monotonic()))
        except LinkSilentError:
            stream.write(transactions.poll(monotonic()))
            continue
        for reading in decoder.feed(data):
            stream.write(transactions.take(reading, monotonic()))
        stream.write(transactions.poll(monotonic()))
    if question.failure is not None or question.data is None:
        return None
    text = question.data.rstrip(b"\x00").decode("ascii", "replace").strip()
    return text if text.isalnum() else None


class VEDirectControl:
    """Reads and writes registers of one device."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        """Take how to send bytes; it may raise LinkError."""
        self._send = send
        self._lock = asyncio.Lock()
        self._progress = asyncio.Event()
        self._transactions = Transactions()
        self._budget = WriteBudget()
        self._connected = False
        self._used_at: float | None = None

    def used_within(self, seconds: float) -> bool:
        """Return whether the device was spoken to lately."""
        return self._used_at is not None and monotonic() - self._used_at <= seconds

    @callback
    def async_set_connected(self, connected: bool) -> None:
        """Note whether the device can be reached; without it nothing is kept back."""
        self._connected = connected
        if not connected:
            self._transactions.drop()
            self._progress.set()

    @callback
    def async_take(self, reading: Reading) -> None:
        """Take what the device says: answers, and the pauses behind text blocks."""
        if not self._transactions.idle:
            self._say(self._transactions.take(reading, monotonic()))
            self._progress.set()

    async def async_read(
        self, register: Register, *, answer_s: float = ANSWER_S
    ) -> Transaction:
        """Read a register; the device may have answered with a failure, or not."""
        transaction = Transaction(register, answer_s=answer_s)
        await self._async_run(transaction)
        return transaction

    async def async_switch_charger(self, on: bool) -> None:
        """Switch a solar charger on or off."""
        registers = registers_of(Family.MPPT)
        remote = Transaction(registers[REMOTE_CONTROL])
        await self._async_run(remote)
        if remote.value is not None and not int(remote.value) & REMOTE_ON_OFF:
            await self._async_write(Family.MPPT, REMOTE_CONTROL, REMOTE_ON_OFF)
        await self._async_write(Family.MPPT, DEVICE_MODE, 1 if on else 4)

    async def async_set_inverter_mode(self, mode: int) -> None:
        """Give an inverter another mode."""
        await self._async_write(Family.INVERTER, DEVICE_MODE, mode)

    async def _async_write(self, family: Family, number: int, value: int) -> None:
        """Write a register if it has another value; the device's answer counts."""
        register = registers_of(family)[number]
        present = Transaction(register)
        await self._async_run(present)
        if present.failure is None and present.value == value:
            return
        refusal = self._budget.refusal(register, monotonic())
        if refusal is Refusal.TOO_SOON:
            await asyncio.sleep(PERMANENT_GAP_S)
        elif refusal is not None:
            raise _error("write_limit")
        try:
            write = Transaction(register, value)
        except InputError as err:
            raise _error("write_refused") from err
        self._budget.note(register, monotonic())
        await self._async_run(write)
        if write.failure is not None:
            raise _error(_FAILURES[write.failure])
        _LOGGER.debug("Register %s set to %s", register.key, value)

    async def _async_run(self, transaction: Transaction) -> None:
        """Wait until a transaction is done."""
        async with self._lock:
            if not self._connected:
                raise _error("not_connected")
            self._transactions.add(transaction, monotonic())
            while not transaction.done:
                self._progress.clear()
                deadline = self._transactions.next_deadline
                wait_s = 0.0 if deadline is None else max(0.0, deadline - monotonic())
                try:
                    async with asyncio.timeout(wait_s):
                        await self._progress.wait()
                except TimeoutError:
                    self._say(self._transactions.poll(monotonic()))
            if transaction.failure is Failure.DROPPED:
                raise _error("not_connected")

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
