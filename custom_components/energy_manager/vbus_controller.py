"""A controller on a VBus and what is known of its settings."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from homeassistant.core import callback

from .engine.vbus import Family, Outcome, Setting
from .vbus_permission import ControlState

UNANSWERED: Final = ("no_bus", "timeout", "lost_bus", "cancelled")
"""Failures that may pass; the others are the controller's answer."""

type Shown = float | str | None


@dataclass(slots=True, kw_only=True, eq=False)
class Controller:
    """A controller on the bus and what is known of its settings."""

    source: int
    family: Family | None
    state: ControlState
    values: dict[Setting, Shown] = field(default_factory=dict)
    absent: set[Setting] = field(default_factory=set)
    """Settings that this controller does not have."""
    wanted: set[Setting] = field(default_factory=set)
    """Settings that somebody looks at."""
    due: set[Setting] = field(default_factory=set)
    """Settings that are to be read."""
    entity_ids: dict[Setting, str] = field(default_factory=dict)
    device_id: str | None = None
    called: asyncio.Event = field(default_factory=asyncio.Event)
    reader: asyncio.Task[None] | None = None

    @property
    def may_be_asked(self) -> bool:
        """Whether the owner allows to speak to it, and its kind is known."""
        return self.state in (
            ControlState.ALLOWED,
            ControlState.NO_ANSWER,
            ControlState.VERSION_UNKNOWN,
        )

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Return what may be set, nothing as long as nothing may be."""
        if self.family is None or not self.may_be_asked:
            return ()
        return self.family.settings

    @callback
    def call(self, settings: Iterable[Setting]) -> None:
        """Have settings read soon."""
        self.due.update(settings)
        self.called.set()

    @callback
    def take(self, setting: Setting, outcome: Outcome) -> None:
        """Keep what the controller told about a setting."""
        if outcome.failure in UNANSWERED:
            return
        self.due.discard(setting)
        if outcome.value is not None:
            self.values[setting] = setting.shown(outcome.value)
            self.absent.discard(setting)
        elif outcome.failure == "unknown":
            self.absent.add(setting)
        elif outcome.failure == "unit":
            self.values[setting] = None
