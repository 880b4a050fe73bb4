"""Keeps the charge current of a solar charger limited as long as it is wanted.

The limit is in the charger's memory only. The charger forgets it within a minute when
nobody repeats it: when Home Assistant stops or the cable is pulled, it charges on as it
is set up itself.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
import logging
from time import monotonic
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from .engine.vedirect import Family, registers_of
from .engine.vedirect.registers import BMS_BIT, CHARGE_CURRENT_LIMIT, NETWORK_MODE
from .vedirect_control import VEDirectControl, not_connected
from .vedirect_writing import VEDirectWriting
from .write_errors import write_error

_LOGGER = logging.getLogger(__name__)

REPEAT: Final = timedelta(seconds=25)
"""The charger wants to hear it more than once a minute."""
LIFE_S: Final = 60.0
"""A limit that was not repeated for so long has ended."""
RELEASE_TIMEOUT_S: Final = 3.0

EXTERNAL_CONTROL: Final = 0x05
STAND_ALONE: Final = 0x00
BMS_PRESENT: Final = 0xEDE8

_REGISTERS: Final = registers_of(Family.MPPT)


class ChargeLimit:
    """Limits the charge current of one charger, and repeats it."""

    def __init__(
        self,
        hass: HomeAssistant,
        title: str,
        control: VEDirectControl,
        writing: VEDirectWriting,
        changed: Callable[[], None],
    ) -> None:
        """Take how to write, and whom to tell of a limit that begins or ends."""
        self._hass = hass
        self._title = title
        self._control = control
        self._writing = writing
        self._changed = changed
        self._wanted_a: float | None = None
        self._in_force_a: float | None = None
        self._repeated_at = 0.0
        self._told_active = False
        self._stop: list[CALLBACK_TYPE] = []
        self._stop_ending: CALLBACK_TYPE | None = None
        self._released = False
        self._lock = asyncio.Lock()

    @property
    def wanted(self) -> bool:
        """Return whether somebody wants a limit."""
        return self._wanted_a is not None

    @property
    def in_force_a(self) -> float | None:
        """Return the limit that the charger keeps to, None if there is none."""
        alive = monotonic() - self._repeated_at < LIFE_S
        return self._in_force_a if alive else None

    async def async_begin(self, limit_a: float) -> None:
        """Limit the current from now on; HomeAssistantError if that does not work."""
        async with self._lock:
            before = self._wanted_a
            self._wanted_a = limit_a
            try:
                await self._async_write(careful=before is None)
            except BaseException:
                self._wanted_a = before
                raise
            if self._released:
                # Too late: nobody would repeat it, and it ends by itself.
                self._wanted_a = None
                raise not_connected()
            if not self._stop:
                self._stop = [
                    async_track_time_interval(
                        self._hass, self._async_repeat, REPEAT, name=self._title
                    ),
                    # Earlier than the event of stopping: answers still come in.
                    self._hass.async_add_shutdown_job(HassJob(self._async_stopping)),
                ]

    async def async_end(self) -> None:
        """Let the charger decide again."""
        async with self._lock:
            self._forget()
            self._tell_end()
            async with self._writing.async_order() as session:
                await self._writing.async_repeat(
                    _REGISTERS[NETWORK_MODE], STAND_ALONE, session
                )
            self._in_force_a = None
            self._tell()

    async def async_release(self) -> None:
        """End the limit for good, as far as possible: the charger does the rest."""
        self._released = True
        if self.wanted:
            with suppress(HomeAssistantError, TimeoutError):
                async with asyncio.timeout(RELEASE_TIMEOUT_S):
                    await self.async_end()
        self._forget()
        if self._stop_ending is not None:
            self._stop_ending()

    async def _async_stopping(self) -> None:
        """End the limit with Home Assistant."""
        # The list of jobs is being gone through: this one must not leave it now.
        self._stop = self._stop[:1]
        await self.async_release()

    @callback
    def _forget(self) -> None:
        """Want no limit any more."""
        self._wanted_a = None
        for stop in self._stop:
            stop()
        self._stop = []

    @callback
    def _tell_end(self) -> None:
        """Tell it when a limit has ended by itself that could not be taken back."""
        if self._stop_ending is not None:
            self._stop_ending()

        @callback
        def tell(_now: datetime) -> None:
            self._stop_ending = None
            self._tell()

        self._stop_ending = async_call_later(self._hass, LIFE_S, tell)

    async def _async_repeat(self, _now: datetime) -> None:
        """Repeat the limit; a device that is away hears it when it is back."""
        if self._lock.locked():
            return
        async with self._lock:
            if self._wanted_a is None:
                return
            active = self._told_active
            try:
                await self._async_write(careful=not active)
            except HomeAssistantError as err:
                _LOGGER.debug("Limit of %s not repeated: %s", self._title, err)
            self._tell()
            if active is not self._told_active:
                _LOGGER.info(
                    "Charge current limit of %s %s",
                    self._title,
                    "ended: it cannot be repeated" if active else "is in force again",
                )

    @callback
    def _tell(self) -> None:
        """Tell what is in force now."""
        self._told_active = self.in_force_a is not None
        self._changed()

    async def _async_write(self, *, careful: bool) -> None:
        """Write both registers, and believe what the charger answers."""
        assert self._wanted_a is not None
        async with self._writing.async_order() as session:
            if careful:
                await self._async_check_alone(session)
            await self._writing.async_repeat(
                _REGISTERS[NETWORK_MODE], EXTERNAL_CONTROL, session
            )
            self._in_force_a = await self._writing.async_repeat(
                _REGISTERS[CHARGE_CURRENT_LIMIT], self._wanted_a, session
            )
        self._repeated_at = monotonic()
        self._tell()

    async def _async_check_alone(self, session: int) -> None:
        """Refuse to come between a charger and its battery management system."""
        mode = await self._writing.async_read(_REGISTERS[NETWORK_MODE], session)
        present = await self._control.async_read(
            _REGISTERS[BMS_PRESENT], session=session
        )
        led = mode.value is not None and int(mode.value) & BMS_BIT
        if led or present.value == 1:
            raise write_error("write_bms_leads")
