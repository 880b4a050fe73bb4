"""Visits to a VBus that read and write values of the controllers on it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
import logging
from time import monotonic
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_interval

from .const import CONF_CONTROL, DOMAIN
from .engine.vbus import (
    Family,
    Frame,
    Indices,
    Outcome,
    RelayMode,
    Session,
    ValueRequest,
    family_of,
)
from .runtime import EnergyManagerConfigEntry
from .write_budget import WriteBudget

_LOGGER = logging.getLogger(__name__)

OPTIONS: Final = {
    "off": "off",
    "minimum": "min",
    "automatic": "auto",
    "maximum": "max",
    "on": "on",
}
"""The engine's modes of a relay and the options shown for them."""

MODES_INTERVAL: Final = timedelta(minutes=30)
"""Relay modes may also be changed at the controller: they are asked this often."""

MODES_PAUSES_S: Final = (10.0, 60.0, 300.0)
"""After a question for relay modes that was not answered."""

_FAILURES: Final = {
    "no_bus": "vbus_no_bus",
    "timeout": "write_timeout",
    "lost_bus": "write_timeout",
    "refused": "write_refused",
    "unknown": "write_refused",
    "mismatch": "write_mismatch",
}


_UNANSWERED: Final = ("no_bus", "timeout", "lost_bus")
"""Failures that may pass; the others are the controller's answer."""


def _error(key: str) -> HomeAssistantError:
    """Return an error that the owner can read."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key)


class VBusControl:
    """Reads and writes values, one visit to the bus at a time."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EnergyManagerConfigEntry,
        send: Callable[[bytes], None],
        told: Callable[[int], None],
    ) -> None:
        """Take how to send bytes and whom to tell of a controller's new modes."""
        self.allowed: bool = entry.options.get(CONF_CONTROL, False)
        self._hass = hass
        self._entry = entry
        self._send = send
        self._told = told
        self._families: list[Family] = []
        self._readers: dict[int, asyncio.Task[None]] = {}
        self._lock = asyncio.Lock()
        self._progress = asyncio.Event()
        self._session: Session | None = None
        self._connected = False
        self._indices: Indices = {}
        self._modes: dict[tuple[int, int], str | None] = {}
        self._budgets: defaultdict[tuple[int, int], WriteBudget] = defaultdict(
            WriteBudget
        )

    @property
    def holds_bus(self) -> bool:
        """Whether the controller is silent because of us."""
        return self._session is not None and self._session.holds_bus

    def mode(self, family: Family, relay: RelayMode) -> str | None:
        """Return the option that the controller last told for a relay."""
        return self._modes.get((family.address, relay.relay))

    def family(self, source: int) -> Family | None:
        """Return what can be written to a device, None if nothing may be."""
        return family_of(source) if self.allowed else None

    @callback
    def async_start(self) -> None:
        """Ask for relay modes from time to time, until the entry is unloaded."""
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass, self._read_all, MODES_INTERVAL, cancel_on_shutdown=True
            )
        )

    @callback
    def async_set_connected(self, connected: bool) -> None:
        """Note whether the bus can be reached; without it a visit ends."""
        self._connected = connected
        if not connected:
            self._modes.clear()
        self._progress.set()
        if connected:
            self._read_all()

    @callback
    def async_introduce(self, source: int) -> None:
        """Take a device that counts from now on."""
        family = self.family(source)
        if family is not None and family not in self._families:
            self._families.append(family)
            self._read_family(family)

    @callback
    def _read_all(self, _now: datetime | None = None) -> None:
        """Ask all controllers for their relay modes."""
        for family in self._families:
            self._read_family(family)

    @callback
    def _read_family(self, family: Family) -> None:
        """Ask a controller for its relay modes as soon as the bus is free."""
        if (running := self._readers.get(family.address)) is not None:
            running.cancel()
        self._readers[family.address] = self._entry.async_create_background_task(
            self._hass,
            self._async_read_family(family),
            f"VBus {self._entry.title} relay modes",
        )

    async def _async_read_family(self, family: Family) -> None:
        """Ask one controller, a few times if it does not answer."""
        with suppress(HomeAssistantError):
            for pause_s in MODES_PAUSES_S:
                if await self.async_read_modes(family):
                    return
                await asyncio.sleep(pause_s)

    @callback
    def async_feed(self, frame: Frame) -> None:
        """Take a frame of the bus."""
        if self._session is not None:
            self._send(self._session.feed(frame, monotonic()))
            self._progress.set()

    async def async_read_modes(self, family: Family) -> bool:
        """Ask a controller for the modes of all its relays; return if it answered."""
        outcomes = await self._async_visit(
            family,
            [
                ValueRequest(name=relay.name, index=relay.index)
                for relay in family.relay_modes
            ],
        )
        for relay, outcome in zip(family.relay_modes, outcomes, strict=True):
            self._remember(family, relay, outcome)
        self._told(family.address)
        return not any(outcome.failure in _UNANSWERED for outcome in outcomes)

    async def async_write_mode(
        self, family: Family, relay: RelayMode, option: str
    ) -> None:
        """Give a relay another mode; the answer of the controller counts."""
        value = next(
            value for mode, value in relay.options.items() if OPTIONS[mode] == option
        )
        budget = self._budgets[family.address, relay.relay]
        if not budget.allows(monotonic()):
            raise _error("write_limit")
        await asyncio.sleep(budget.wait_s(monotonic()))
        (outcome,) = await self._async_visit(
            family, [ValueRequest(name=relay.name, index=relay.index, value=value)]
        )
        if outcome.written:
            budget.spend(monotonic())
            _LOGGER.debug("%s of %s set to %s", relay.name, family.key, option)
        self._remember(family, relay, outcome)
        self._told(family.address)
        if outcome.failure is not None:
            raise _error(_FAILURES[outcome.failure])

    def _remember(self, family: Family, relay: RelayMode, outcome: Outcome) -> None:
        """Keep what the controller told about a relay."""
        if outcome.value is not None:
            mode = relay.option(outcome.value)
            self._modes[family.address, relay.relay] = (
                None if mode is None else OPTIONS[mode]
            )

    async def _async_visit(
        self, family: Family, requests: Sequence[ValueRequest]
    ) -> tuple[Outcome, ...]:
        """Wait for the bus, read and write, and give it back."""
        async with self._lock:
            session = Session(
                requests,
                monotonic(),
                controller=family.address,
                indices=self._indices,
            )
            self._session = session
            try:
                while (deadline := session.next_deadline) is not None:
                    if not self._connected:
                        raise _error("not_connected")
                    self._progress.clear()
                    try:
                        async with asyncio.timeout(max(0.0, deadline - monotonic())):
                            await self._progress.wait()
                    except TimeoutError:
                        self._send(session.poll(monotonic()))
            finally:
                self._session = None
            return session.outcomes
