"""What a VBus adapter's writes leave to remember: manual modes and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.vbus import Setting
from .write_budget import WriteBudget

STORAGE_VERSION: Final = 1
SAVE_DELAY_S: Final = 10

WRITES_PER_HOUR: Final = 20
WRITES_PER_DAY: Final = 100
"""Per setting; whether a controller keeps it in flash or in EEPROM is not told."""


class Place(NamedTuple):
    """A setting of one controller on the bus."""

    source: int
    key: str
    number: int

    @property
    def text(self) -> str:
        """Return the place as it is stored."""
        return f"{self.source:04X}_{self.key}_{self.number}"

    @classmethod
    def of(cls, source: int, setting: Setting) -> Place:
        """Return the place of a setting."""
        return cls(source, setting.key, setting.number)

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return a stored place."""
        source, _, rest = text.partition("_")
        key, _, number = rest.rpartition("_")
        return cls(int(source, 16), key, int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualMode:
    """A mode that was set here instead of the controller's own automatic."""

    option: str
    """What was set, as the engine names it."""
    raw: int
    """The controller's number for it: only what is still so is given back."""
    since: datetime
    label: str
    """What the owner calls it, for when it cannot be given back."""

    def as_dict(self) -> dict[str, Any]:
        """Return the mode as it is stored."""
        return {
            "option": self.option,
            "raw": self.raw,
            "since": self.since.isoformat(),
            "label": self.label,
        }


class VBusNotes:
    """Remembers over restarts what is in manual mode, and when was written."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start with nothing to remember."""
        self.modes: dict[Place, ManualMode] = {}
        self.old: set[Place] = set()
        """Modes that were set before Home Assistant started."""
        self._budgets: dict[Place, WriteBudget] = {}
        self._store = Store[dict[str, Any]](
            hass, STORAGE_VERSION, f"{DOMAIN}.vbus_notes.{entry_id}"
        )

    async def async_load(self) -> None:
        """Read what is remembered."""
        stored = await self._store.async_load() or {}
        for text, mode in stored.get("modes", {}).items():
            self.modes[Place.parse(text)] = _mode(mode)
        self.old = set(self.modes)
        for text, writes in stored.get("writes", {}).items():
            self._budgets[Place.parse(text)] = _budget(writes)

    async def async_note(self, place: Place, mode: ManualMode | None) -> None:
        """Remember a manual mode, or forget it; on disk before this returns."""
        self.old.discard(place)
        if mode == self.modes.get(place):
            return
        if mode is None:
            del self.modes[place]
        else:
            self.modes[place] = mode
        await self._store.async_save(self._stored())

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    @callback
    def budget(self, place: Place) -> WriteBudget:
        """Return how often a setting may still be written."""
        return self._budgets.setdefault(place, _budget(()))

    @callback
    def spend(self, place: Place) -> None:
        """Count a write."""
        self.budget(place).spend(now())
        self._store.async_delay_save(self._stored, SAVE_DELAY_S)

    @callback
    def _stored(self) -> dict[str, Any]:
        """Return everything as it is stored."""
        moment = now()
        return {
            "modes": {place.text: mode.as_dict() for place, mode in self.modes.items()},
            "writes": {
                place.text: list(budget.writes)
                for place, budget in self._budgets.items()
                if budget.left(moment) < WRITES_PER_DAY
            },
        }


def now() -> float:
    """Return the time of the write budgets: of the wall, it survives restarts."""
    return dt_util.utcnow().timestamp()


def _budget(writes: tuple[float, ...] | list[float]) -> WriteBudget:
    """Return a budget that knows earlier writes."""
    return WriteBudget(per_hour=WRITES_PER_HOUR, per_day=WRITES_PER_DAY, writes=writes)


def _mode(stored: Mapping[str, Any]) -> ManualMode:
    """Return a stored manual mode."""
    return ManualMode(
        option=stored["option"],
        raw=stored["raw"],
        since=dt_util.as_utc(
            dt_util.parse_datetime(stored["since"], raise_on_error=True)
        ),
        label=stored["label"],
    )
