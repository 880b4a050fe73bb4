"""Keeps writes to a device's memory rare: it wears."""

from collections import deque
from typing import Final

WRITES_PER_HOUR: Final = 20
SPACING_S: Final = 3.0
"""Between two writes of the same value."""

_HOUR_S: Final = 3600.0


class WriteBudget:
    """Counts the writes of one value."""

    def __init__(self) -> None:
        """Start with the whole budget."""
        self._writes: deque[float] = deque(maxlen=WRITES_PER_HOUR)

    def allows(self, now: float) -> bool:
        """Return whether another write within this hour is acceptable."""
        return len(self._writes) < WRITES_PER_HOUR or now - self._writes[0] > _HOUR_S

    def wait_s(self, now: float) -> float:
        """Return how long to wait before the next write."""
        return max(0.0, self._writes[-1] + SPACING_S - now) if self._writes else 0.0

    def spend(self, now: float) -> None:
        """Count a write."""
        self._writes.append(now)
