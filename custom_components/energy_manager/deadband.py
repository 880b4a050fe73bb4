"""Decides when a reading is worth a new state: devices speak every second."""

from dataclasses import dataclass
from decimal import Decimal

from homeassistant.helpers.typing import StateType


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """How far a reading may move before it is told.

    A change of `far` is told at once (but see SETTLE_S), a change of `near` only
    after NEAR_S: so noise costs nothing, a drift is followed closely and a jump
    is seen immediately. `share` widens `far` by a share of the reading. With a pace,
    a reading that never rests is told BURST times at first and then only once per
    `pace_s` on average: a recorder keeps every state for days.
    """

    near: float
    far: float
    share: float = 0.0
    pace_s: float = 0.0


SETTLE_S = 5.0
"""No reading is told more often than this."""

NEAR_S = 60.0
"""A small change is told this long after the last one."""

BURST = 6
"""Changes in a row that are told at once before the pace counts."""

JITTER = 1e-9
"""Differences of floating-point numbers below this are none."""


class Deadband:
    """Holds a reading back until it has moved enough for the time that passed."""

    def __init__(self, band: Band | None) -> None:
        """Start without a reading; without a band every change is told."""
        self._band = band
        self._told: StateType | Decimal = None
        self._told_at: float | None = None
        self._left = float(BURST)

    def passes(self, value: StateType | Decimal, now: float) -> bool:
        """Return whether the reading is to be told now, and remember it if so."""
        if self._told_at is None:
            self._told, self._told_at = value, now
            return True
        elapsed_s = now - self._told_at
        left = self._left
        if self._band is not None and self._band.pace_s:
            left = min(BURST, left + elapsed_s / self._band.pace_s)
        if not self._due(value, elapsed_s, left):
            return False
        if self._band is not None and self._band.pace_s:
            self._left = left - 1
        self._told, self._told_at = value, now
        return True

    def _due(self, value: StateType | Decimal, elapsed_s: float, left: float) -> bool:
        """Return whether the change since the last telling is big enough.

        `left` is how often it may be told at once.
        """
        told = self._told
        if value == told:
            return False
        if (
            self._band is None
            or not isinstance(value, int | float)
            or not isinstance(told, int | float)
        ):
            # Unknown, back again or another word: not held back but by a pace.
            return value is None or told is None or left >= 1
        if elapsed_s < SETTLE_S:
            return False
        if value == 0:
            # A device that has come to rest says so, however little it moved.
            return left > -BURST
        moved = abs(value - told) + JITTER
        if moved >= max(self._band.far, self._band.share * abs(told)):
            return left >= 1
        near_s = max(NEAR_S, self._band.pace_s)
        return elapsed_s >= near_s and moved >= self._band.near
