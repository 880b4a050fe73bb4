"""What the home remembers over restarts: mode, overrides, leases and decisions."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN, Mode

STORAGE_VERSION: Final = 1
SAVE_DELAY_S: Final = 30
TANK_DELAY_S: Final = 900
"""The tank changes all the time; its estimate is little, and little of it is lost."""
"""Decisions come every quarter of an hour: one write for a burst of changes."""
DECISIONS_KEPT: Final = 1000
"""Enough for ten days of quarter hours, small enough to load at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """What the owner set by hand, and until when it holds."""

    value: float
    until: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return the override as it is stored."""
        return {"value": self.value, "until": self.until.isoformat()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A device that was taken from its own automatic and must be given back."""

    entity_id: str
    commanded: str
    """State that was last asked for."""
    automatic: str
    """State in which the device decides for itself."""
    changed: datetime
    """When the device was last told to change."""

    def as_dict(self) -> dict[str, Any]:
        """Return the lease as it is stored."""
        return {
            "entity_id": self.entity_id,
            "commanded": self.commanded,
            "automatic": self.automatic,
            "changed": self.changed.isoformat(),
        }


@dataclass(kw_only=True, slots=True)
class HomeMemory:
    """What the home remembers."""

    mode: Mode
    people_override: Override | None = None
    release_override: Override | None = None
    leases: dict[str, Lease] = field(default_factory=dict)
    """By role."""
    decisions: deque[dict[str, Any]] = field(
        default_factory=lambda: deque(maxlen=DECISIONS_KEPT)
    )
    """What was decided and done, oldest first."""
    tank: dict[str, Any] | None = None
    """The tank as it was estimated last; it has a file of its own."""

    def as_dict(self) -> dict[str, Any]:
        """Return a copy of the memory as it is stored."""
        return {
            "mode": self.mode,
            "people_override": _stored(self.people_override),
            "release_override": _stored(self.release_override),
            "leases": {role: lease.as_dict() for role, lease in self.leases.items()},
            "decisions": list(self.decisions),
        }


class HomeStore:
    """Keeps the memory of one home on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str, mode: Mode) -> None:
        """Start with the mode a new home is in; nothing is read yet."""
        self.memory = HomeMemory(mode=mode)
        self._store = Store[dict[str, Any]](
            hass, STORAGE_VERSION, f"{DOMAIN}.home.{entry_id}"
        )
        self._tank_store = Store[dict[str, Any]](
            hass, STORAGE_VERSION, f"{DOMAIN}.tank.{entry_id}"
        )
        self._tank_waits = False

    async def async_load(self) -> None:
        """Read the memory, if there is one."""
        self.memory.tank = await self._tank_store.async_load()
        if (stored := await self._store.async_load()) is None:
            return
        memory = self.memory
        memory.mode = Mode(stored["mode"])
        memory.people_override = _override(stored["people_override"])
        memory.release_override = _override(stored["release_override"])
        memory.leases = {
            role: _lease(lease) for role, lease in stored["leases"].items()
        }
        memory.decisions.extend(stored["decisions"])

    @callback
    def schedule_save(self) -> None:
        """Write the memory soon."""
        self._store.async_delay_save(self.memory.as_dict, SAVE_DELAY_S)

    @callback
    def schedule_save_tank(self) -> None:
        """Write the estimate of the tank in a while, at the latest when all stops."""
        if not self._tank_waits:
            self._tank_waits = True
            self._tank_store.async_delay_save(self._tank, TANK_DELAY_S)

    @callback
    def _tank(self) -> dict[str, Any]:
        """Return the estimate of the tank as it is stored."""
        self._tank_waits = False
        return self.memory.tank or {}

    async def async_save_tank(self) -> None:
        """Write the estimate of the tank now."""
        if self._tank_waits:
            await self._tank_store.async_save(self._tank())

    async def async_save(self) -> None:
        """Write the memory now: a lease must be on disk before it is acted on."""
        await self._store.async_save(self.memory.as_dict())

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()
        await self._tank_store.async_remove()


def _stored(override: Override | None) -> dict[str, Any] | None:
    """Return an override as it is stored."""
    return None if override is None else override.as_dict()


def _override(stored: Mapping[str, Any] | None) -> Override | None:
    """Return a stored override."""
    if stored is None:
        return None
    return Override(value=stored["value"], until=_moment(stored["until"]))


def _lease(stored: Mapping[str, Any]) -> Lease:
    """Return a stored lease."""
    return Lease(
        entity_id=stored["entity_id"],
        commanded=stored["commanded"],
        automatic=stored["automatic"],
        changed=_moment(stored["changed"]),
    )


def _moment(text: str) -> datetime:
    """Return a stored moment."""
    moment = dt_util.parse_datetime(text, raise_on_error=True)
    return dt_util.as_utc(moment)
