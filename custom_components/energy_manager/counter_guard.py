"""Keeps spikes of counters out of the statistics, where they would stay for ever.

The checksums on the wires are weak: some damage passes them, and Home Assistant would
count a single false reading of an energy counter as energy, twice if it falls again.
"""

from decimal import Decimal
from typing import Final

type Number = int | float | Decimal
"""A reading; an integer or a Decimal stays exact however large it is."""

CONFIRMED_FIRST: Final = 2
"""Readings in a row that must agree before a counter is believed at all."""

CONFIRMED_JUMP: Final = 3
"""Readings in a row that must agree before a jump or a reset is believed."""

SLACK_STEPS: Final = 2
"""Steps of its resolution that a counter may always take."""

CONFIRMED_FASTER: Final = 10.0
"""How much faster than plausible a counter may rise while a jump is confirmed."""

UNKNOWN_STEPS: Final = 10
UNKNOWN_SHARE: Final = 0.001
"""What a counter may rise by, in steps or as a share, if no rate is plausible."""


class CounterGuard:
    """Passes on a counter's readings that follow plausibly from the one before.

    A counter rises, and not faster than the plant can make it. Any other reading is
    held back until the next ones confirm it: then it was a real reset (by the owner,
    of a counter of one day, or of a field that is full) or a real jump.
    """

    def __init__(self, *, step: float, rate_per_s: float | None = None) -> None:
        """Take the counter's resolution and how fast it may plausibly rise."""
        self._step = step
        self._rate_per_s = rate_per_s
        self._believed: Number | None = None
        self._believed_at = 0.0
        self._doubted: Number | None = None
        self._doubted_at = 0.0
        self._agreeing = 0

    @property
    def believed(self) -> tuple[Number, float] | None:
        """Return the last believed reading and its time, None before the first."""
        if self._believed is None:
            return None
        return self._believed, self._believed_at

    def believe(self, value: Number | None, now_s: float) -> Number | None:
        """Return the reading, or the last believed one while it is in doubt."""
        if value is None:
            return None
        if self._believed is not None and self._follows(
            value, self._believed, now_s - self._believed_at, 1.0
        ):
            return self.accept(value, now_s)
        if self._doubted is not None and self._follows(
            value, self._doubted, now_s - self._doubted_at, CONFIRMED_FASTER
        ):
            self._agreeing += 1
        else:
            self._agreeing = 1
        wanted = CONFIRMED_FIRST if self._believed is None else CONFIRMED_JUMP
        if self._agreeing >= wanted:
            return self.accept(value, now_s)
        self._doubted = value
        self._doubted_at = now_s
        return self._believed

    def accept(self, value: Number, now_s: float) -> Number:
        """Believe a reading without a doubt."""
        self._believed = value
        self._believed_at = now_s
        self._doubted = None
        self._agreeing = 0
        return value

    def limit(self, before: float, elapsed_s: float, faster: float = 1.0) -> float:
        """Return by how much the counter may have risen since a reading."""
        if self._rate_per_s is None:
            return max(UNKNOWN_STEPS * self._step, UNKNOWN_SHARE * abs(before))
        possible = faster * self._rate_per_s * max(0.0, elapsed_s)
        return possible + SLACK_STEPS * self._step

    def _follows(
        self, value: Number, before: Number, elapsed_s: float, faster: float
    ) -> bool:
        """Return whether a reading can come after another."""
        if value < before:
            return False
        return float(value) - float(before) <= self.limit(
            float(before), elapsed_s, faster
        )
