"""What the registers of a VE.Direct device hold, as far as it has told."""

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final

from homeassistant.core import callback

from .engine.vedirect import Failure, Family, Transaction, registers_of
from .vedirect_control import ABSENT, VEDirectControl

BURST: Final = 8
"""Questions that are asked in one go: old firmware pauses its text meanwhile."""


class RegisterValues:
    """Asks for registers, and takes what comes unasked."""

    def __init__(
        self, family: Family, control: VEDirectControl, told: Callable[[int], None]
    ) -> None:
        """Take how to ask, and whom to tell of every register that is told."""
        self._table = registers_of(family)
        self._control = control
        self._told = told
        self._answered: set[int] = set()
        self._heard_at: dict[int, float] = {}
        self.numbers: dict[int, float] = {}
        """By register, in its unit; what the device itself does not know is missing."""

    @property
    def any(self) -> bool:
        """Return whether the device has answered at all."""
        return bool(self._answered)

    def has(self, number: int) -> bool:
        """Return whether the device has a register."""
        return number in self._answered

    def heard_within(self, number: int, seconds: float) -> bool:
        """Return whether a register was told lately."""
        heard_at = self._heard_at.get(number)
        return heard_at is not None and monotonic() - heard_at <= seconds

    async def async_ask(self, numbers: Iterable[int]) -> bool:
        """Ask for registers in bursts; return whether the device answers at all."""
        waiting = list(numbers)
        # One alone first: a device without HEX lets each question wait for seconds.
        size = 1
        while waiting:
            burst, waiting = waiting[:size], waiting[size:]
            answers = await asyncio.gather(
                *(self._control.async_read(self._table[number]) for number in burst)
            )
            if all(answer.failure is Failure.TIMEOUT for answer in answers):
                return False
            for number, answer in zip(burst, answers, strict=True):
                self._note(number, answer)
            size = BURST
        return True

    @callback
    def _note(self, number: int, answer: Transaction) -> None:
        """Remember whether the device has a register."""
        if answer.failure is None:
            self._answered.add(number)
        elif answer.failure in ABSENT:
            self._answered.discard(number)
            self.numbers.pop(number, None)

    @callback
    def take(self, number: int, data: bytes) -> None:
        """Take what the device told of a register, asked or not."""
        if (register := self._table.get(number)) is None:
            return
        self._heard_at[number] = monotonic()
        value = register.decode(data)
        if value is None:
            self.numbers.pop(number, None)
        else:
            self.numbers[number] = value
        self._told(number)
