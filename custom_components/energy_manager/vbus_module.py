"""The virtual sensor: an extension module that is only emulated on the bus."""

import asyncio
from collections.abc import Hashable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any, Final, Protocol

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from .const import DOMAIN
from .engine.vbus import Frame
from .engine.vbus.extension_module import (
    MODULES,
    OFF_MOHM,
    ON_MOHM,
    SENSORS,
    ExtensionModule,
)
from .runtime import EnergyManagerConfigEntry

CONF_VIRTUAL_MODULE: Final = "virtual_module"
"""Option of a VBus adapter: the emulated extension module, if there is one."""

CONF_MODULE: Final = "module"
CONF_SENSOR: Final = "sensor"
CONF_AWAY: Final = "away"

FIRST_SENSOR: Final = 1
LAST_SENSOR: Final = SENSORS
LAST_MODULE: Final = MODULES

RENEW: Final = timedelta(seconds=60)
"""The wish is renewed as long as Home Assistant runs; it ends by itself after 300 s."""

LAST_WORD_S: Final = 3.0
"""A controller asks its modules about once in two seconds."""

ISSUE_TAKEN: Final = "vbus_module_taken"

KEY: Final = "virtual_module"
"""What the switch listens to."""


class Away(StrEnum):
    """What the sensor says when nobody has a wish."""

    RELEASED = "released"
    HELD = "held"


class ModuleState(StrEnum):
    """Whether the controller listens to the virtual sensor."""

    ASKED = "asked"
    NOT_ASKED = "not_asked"
    LISTENING = "listening"
    COLLISION = "collision"


class Bus(Protocol):
    """The VBus adapter as the module sees it."""

    hass: HomeAssistant
    entry: EnergyManagerConfigEntry

    def send(self, data: bytes) -> None:
        """Send bytes to the bus."""

    def async_tell(self, key: Hashable) -> None:
        """Tell those who listen to the module."""


class VirtualModule:
    """Answers the controller as a module whose probe says what is wanted."""

    def __init__(self, bus: Bus, options: Mapping[str, Any]) -> None:
        """Take which module and which of its probes; nobody has a wish yet."""
        self._bus = bus
        self._sensor: int = options[CONF_SENSOR]
        self._released_alone = Away(options[CONF_AWAY]) is Away.RELEASED
        self._wish: bool | None = None
        self._state = ModuleState.NOT_ASKED
        self._module = ExtensionModule(
            number=options[CONF_MODULE],
            neutral_mohm=ON_MOHM if self._released_alone else OFF_MOHM,
        )
        self._is_ending = False
        self._said_last = asyncio.Event()

    @property
    def address(self) -> int:
        """The module's address on the bus."""
        return self._module.address

    @property
    def released(self) -> bool:
        """Whether the after-heating is released."""
        return self._released_alone if self._wish is None else self._wish

    @property
    def state(self) -> ModuleState:
        """Whether the controller asks for the sensor and gets an answer."""
        now = monotonic()
        block = self._module.block(now)
        if block == "collision":
            return ModuleState.COLLISION
        if not self._module.is_asked(now):
            return ModuleState.NOT_ASKED
        return ModuleState.ASKED if block is None else ModuleState.LISTENING

    @callback
    def async_start(self) -> None:
        """Renew the wish until the entry is unloaded."""
        self._bus.entry.async_on_unload(
            async_track_time_interval(
                self._bus.hass, self._renew, RENEW, cancel_on_shutdown=True
            )
        )

    async def async_stop(self) -> None:
        """Withdraw the wish, and give the controller a moment to hear of it."""
        self._wish = None
        self._module.withdraw()
        if self.state is not ModuleState.ASKED:
            return
        self._is_ending = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_S):
                await self._said_last.wait()

    @callback
    def async_feed(self, frame: Frame) -> None:
        """Take a frame of the bus; an answer goes out at once."""
        answer = self._module.feed(frame, monotonic())
        if answer:
            self._bus.send(answer)
            if self._is_ending:
                self._said_last.set()
        self._note_state()

    @callback
    def async_set(self, released: bool) -> None:
        """Release the after-heating, or hold it back."""
        self._wish = released
        self._renew()

    @callback
    def _renew(self, _now: datetime | None = None) -> None:
        """Say for a while longer what is wanted."""
        if self._wish is not None:
            self._module.set_demand(self._sensor, on=self._wish, now=monotonic())
        self._note_state()

    @callback
    def _note_state(self) -> None:
        """Tell when the controller begins or ceases to listen."""
        state = self.state
        if state is self._state:
            return
        self._state = state
        issue_id = f"{ISSUE_TAKEN}_{self._bus.entry.entry_id}"
        if state is ModuleState.COLLISION:
            ir.async_create_issue(
                self._bus.hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=ISSUE_TAKEN,
                translation_placeholders={"title": self._bus.entry.title},
            )
        else:
            ir.async_delete_issue(self._bus.hass, DOMAIN, issue_id)
        self._bus.async_tell(KEY)
