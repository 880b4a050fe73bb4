"""How often registers may be written: flash wears after about 100,000 writes."""

from collections import defaultdict, deque
from enum import StrEnum
from typing import Final

from .registers import Register, Storage

VOLATILE_GAP_S: Final = 1.0
PERMANENT_GAP_S: Final = 2.0
HOUR_S: Final = 3600.0
DAY_S: Final = 86400.0
WRITES_PER_HOUR: Final = 10
WRITES_PER_DAY: Final = 50
"""At this rate a register lasts five years."""


class Refusal(StrEnum):
    """Why a write has to wait."""

    TOO_SOON = "too_soon"
    HOUR = "hour"
    DAY = "day"


class WriteBudget:
    """Writes to the registers of one device; times are seconds of a steady clock."""

    def __init__(self) -> None:
        """Have written nothing."""
        self._writes: defaultdict[int, deque[float]] = defaultdict(deque)

    def refusal(self, register: Register, now: float) -> Refusal | None:
        """Return why a register must not be written now, None if it may be."""
        writes = self._recent(register, now)
        permanent = register.storage is Storage.PERMANENT
        gap = PERMANENT_GAP_S if permanent else VOLATILE_GAP_S
        if writes and now - writes[-1] < gap:
            return Refusal.TOO_SOON
        if not permanent:
            return None
        if len(writes) >= WRITES_PER_DAY:
            return Refusal.DAY
        in_hour = sum(now - write < HOUR_S for write in writes)
        return Refusal.HOUR if in_hour >= WRITES_PER_HOUR else None

    def note(self, register: Register, now: float) -> None:
        """Count a write."""
        writes = self._recent(register, now)
        if register.storage is not Storage.PERMANENT:
            writes.clear()
        writes.append(now)

    def left_today(self, register: Register, now: float) -> int:
        """Return how many writes of a stored register are left within 24 hours."""
        return max(0, WRITES_PER_DAY - len(self._recent(register, now)))

    def _recent(self, register: Register, now: float) -> deque[float]:
        """Return the writes of the last 24 hours, oldest first."""
        writes = self._writes[register.number]
        while writes and now - writes[0] >= DAY_S:
            writes.popleft()
        return writes
