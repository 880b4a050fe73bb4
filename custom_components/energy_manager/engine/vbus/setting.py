"""One value of a controller that may be shown and set, with the meaning of its number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Final, Literal

from ..errors import InputError

type Kind = Literal["select", "number"]

type Bound = Literal["minimum", "maximum"]

_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value: where it is, what its numbers mean and what may be written.

    `key` tells what it is and `number` of which relay, output, store or collector,
    counted from 1. `name` is the controller's internal German name, `index` its place
    where that never moves (else it is found by the hash of the name).

    A "select" has `options`, the stored number of each; `writable` names those that
    may be written (None: all, empty: reading only, and `reason` tells why).
    A "number" has limits and a step in the shown unit, and is stored
    `stored_per_shown` times as large. `default` is the shown factory value, None where
    it is not known. `automatic` is the option with which the controller decides.

    `requires` are further values of the controller, by name, without which the number
    would mean something else (a controller set to Fahrenheit); one that the controller
    does not know requires nothing.
    """

    key: str
    number: int
    name: str
    kind: Kind
    index: int | None = None
    options: Mapping[str, int] = field(default_factory=dict, hash=False)
    writable: tuple[str, ...] | None = None
    reason: str | None = None
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 1.0
    stored_per_shown: int = 1
    unit: str | None = None
    default: float | str | None = None
    automatic: str | None = None
    enabled_by_default: bool = False
    requires: tuple[tuple[str, int], ...] = ()

    @property
    def read_only(self) -> bool:
        """Whether nothing at all may be written."""
        return self.writable == ()

    @property
    def writable_options(self) -> tuple[str, ...]:
        """The options that may be written, in the controller's order."""
        allowed = self.options if self.writable is None else self.writable
        return tuple(option for option in self.options if option in allowed)

    def shown(self, raw: int) -> float | str | None:
        """Return what a stored number means; None if it means nothing known."""
        if self.kind == "select":
            return next(
                (option for option, value in self.options.items() if value == raw), None
            )
        return raw / self.stored_per_shown

    def stored(self, shown: float | str) -> int:
        """Return the number to write.

        Raises:
            InputError: if it may not be written: another kind, an option that is not
                known for certain, outside of the limits or off the step.
        """
        if self.kind == "select":
            if shown not in self.writable_options:
                raise InputError(self.key, f"one of {', '.join(self.writable_options)}")
            return self.options[str(shown)]
        if isinstance(shown, (str, bool)) or not isfinite(shown) or self.read_only:
            raise InputError(self.key, "a number")
        if not self.minimum <= shown <= self.maximum:
            raise InputError(self.key, f"{self.minimum:g} to {self.maximum:g}")
        steps = (shown - self.minimum) / self.step
        if abs(steps - round(steps)) > _ROUNDING:
            raise InputError(self.key, f"steps of {self.step:g}")
        return round(shown * self.stored_per_shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossLimit:
    """The setting `higher` stays at least `gap` above `lower` of the same number."""

    higher: str
    lower: str
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A new value would be on the wrong side of another setting.

    `limit` is the lowest ("minimum") or highest ("maximum") value that is allowed as
    long as `limit_setting` stays as it is.
    """

    limit_setting: Setting
    bound: Bound
    limit: float
