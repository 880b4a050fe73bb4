"""Keeps writes to a device's memory rare: it wears."""

from collections import deque
from collections.abc import Iterable
from typing import Final

WRITES_PER_HOUR: Final = 20
SPACING_S: Final = 3.0
"""Between two writes of the same value."""

_HOUR_S: Final = 3600.0
_DAY_S: Final = 86400.0


class WriteBudget:
    """Counts the writes of one value; times are seconds of any one clock.

    A clock that was set back makes writes of the future: they count as just made.
    """

    def __init__(
        self,
        *,
        per_hour: int = WRITES_PER_HOUR,
        per_day: int | None = None,
        writes: Iterable[float] = (),
    ) -> None:
        """Start with the whole budget, less the writes that are known already."""
        self._per_hour = per_hour
        self._per_day = per_day
        kept = per_hour if per_day is None else per_day
        self._writes = deque(sorted(writes), maxlen=kept)

    def allows(self, now: float) -> bool:
        """Return whether another write is acceptable now."""
        return self.free_at(now) is None

    def free_at(self, now: float) -> float | None:
        """Return when another write is acceptable, None if it is now."""
        writes = self._until(now)
        ends = [
            writes[-most] + period_s
            for most, period_s in self._limits()
            if len(writes) >= most and now - writes[-most] <= period_s
        ]
        return max(ends, default=None)

    def left(self, now: float) -> int:
        """Return how many writes are left of the longest period that is limited."""
        most, period_s = self._limits()[-1]
        return most - sum(now - write <= period_s for write in self._until(now))

    def wait_s(self, now: float) -> float:
        """Return how long to wait before the next write."""
        writes = self._until(now)
        return max(0.0, writes[-1] + SPACING_S - now) if writes else 0.0

    def spend(self, now: float) -> None:
        """Count a write."""
        self._writes = deque([*self._until(now), now], maxlen=self._writes.maxlen)

    @property
    def writes(self) -> tuple[float, ...]:
        """Return when was written, oldest first."""
        return tuple(self._writes)

    def _until(self, now: float) -> list[float]:
        """Return the writes, none of them later than now."""
        return [min(write, now) for write in self._writes]

    def _limits(self) -> list[tuple[int, float]]:
        """Return how many writes are acceptable in which period, shortest first."""
        limits = [(self._per_hour, _HOUR_S)]
        if self._per_day is not None:
            limits.append((self._per_day, _DAY_S))
        return limits
