"""What a VE.Direct device is set to: read over HEX now and then, written with care."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, Context, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo

from .engine.vedirect import (
    Device,
    Setting,
    SettingKind,
    Storage,
    Value,
    questions_of,
    settings_of,
)
from .links import Subscriptions
from .vedirect_charge_limit import ChargeLimit
from .vedirect_register_values import RegisterValues
from .vedirect_writing import VEDirectWriting, stored_value
from .write_errors import write_error
from .write_log import async_log_write

if TYPE_CHECKING:
    from .vedirect_link import VEDirectLink

CONNECTION: Final = "connection"
CONTROL: Final = "control"
"""What to listen to for whether the device can be controlled."""
WRITES_LEFT: Final = "writes_left"
"""What to listen to for the budget of writes."""

READ_AGAIN_S: Final = 1800.0
"""Settings change when an owner changes them elsewhere: rarely."""
READ_FAILED_S: Final = 300.0
READ_CHANGED_S: Final = 2.0
"""After a change of one setting others may be different."""
DONE: Final = "done"
"""What is told of something that a device does once."""

LAG_S: Final = 3.0
"""So long after a write the text may still tell what was before."""

type Shown = float | str | bool | None


class Control(StrEnum):
    """Whether a device can be controlled, and why not."""

    ALLOWED = "allowed"
    NOT_SWITCHED_ON = "not_switched_on"
    """The owner has not allowed it."""
    UNKNOWN_DEVICE = "unknown_device"
    """Nobody knows what this product takes, only what it says."""
    NOTHING_TO_SET = "nothing_to_set"
    """The device has nothing that can be set over its cable."""
    ASKING = "asking"
    """The device has not answered yet."""
    NO_ANSWER = "no_answer"
    """The device sends readings but does not answer questions."""


def _charger_on(value: Value) -> bool:
    """Return whether the off reasons leave a charger switched on."""
    return "switched_off_register" not in value.active


_TEXTS: Final[Mapping[str, tuple[str, Callable[[Value], Shown]]]] = {
    "inverter_mode": ("device_mode", lambda value: value.value),
    "charger": ("off_reason", _charger_on),
    "relay": ("relay_state", lambda value: value.value),
}
"""Settings that the text tells as well, every second: by which of its values."""


class VEDirectSettings:
    """The settings of one device."""

    def __init__(self, link: VEDirectLink) -> None:
        """Belong to a device; nothing is asked yet."""
        self._link = link
        self.identity = link.identity
        self._registers: RegisterValues
        self._settings: dict[str, Setting] = {}
        self._newcomers: list[Callable[[Iterable[Setting]], None]] = []
        self._offered: dict[str, Setting] = {}
        self._subscriptions: Subscriptions[Hashable] = Subscriptions()
        self._again = asyncio.Event()
        self._session = 0
        self.control = Control.NOT_SWITCHED_ON
        self.writing = VEDirectWriting(
            link.hass,
            link.entry,
            link.commands,
            may_write=lambda: self.speaks and link.presence.trusted,
            spent=lambda: self._subscriptions.async_tell(WRITES_LEFT),
        )
        self.limit = ChargeLimit(
            link.hass,
            link.entry.title,
            link.commands,
            self.writing,
            changed=lambda: self._subscriptions.async_tell("charge_current_limit"),
        )

    @property
    def speaks(self) -> bool:
        """Whether the device is there, and the one that it should be."""
        return self._link.connected and bool(self._link.values)

    @property
    def device_info(self) -> DeviceInfo:
        """Return the device."""
        return self._link.device_info

    @property
    def settings(self) -> Mapping[str, Setting]:
        """Return what can be set at present."""
        return self._settings

    # Life

    async def async_start(self) -> None:
        """Find out what can be set, if the owner allows it."""
        link = self._link
        if not link.control_allowed:
            return
        if link.family is None or link.product is None:
            self.control = Control.UNKNOWN_DEVICE
            return
        await self.writing.async_load()
        self._registers = RegisterValues(link.family, link.commands, self._told)
        self.control = Control.ASKING
        unload = link.entry.async_on_unload
        unload(link.commands.async_listen(self._registers.take))
        unload(link.async_listen(CONNECTION, self._presence_changed))
        for key, (label, _) in _TEXTS.items():
            unload(link.async_listen(label, self._teller(key)))
        self._offer()
        link.entry.async_create_background_task(
            link.hass, self._async_keep_reading(), f"settings of {link.entry.title}"
        )

    async def async_stop(self) -> None:
        """Give back what ends with Home Assistant."""
        await self.limit.async_release()
        await self.writing.async_save()

    @callback
    def _teller(self, key: str) -> CALLBACK_TYPE:
        return lambda: self._subscriptions.async_tell(key)

    @callback
    def _presence_changed(self) -> None:
        """Read anew when the device is back, and tell everybody."""
        if self.speaks and self._session != self._link.commands.session:
            self._again.set()
        self._subscriptions.async_tell_all()

    @callback
    def async_listen(self, key: Hashable, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call the listener whenever the setting may have changed."""
        return self._subscriptions.async_listen(key, listener)

    @callback
    def async_on_settings(self, newcomer: Callable[[Iterable[Setting]], None]) -> None:
        """Call with the settings that the device has, and those to come."""
        self._newcomers.append(newcomer)
        newcomer(self._offered.values())

    # Reading

    def _device(self) -> Device:
        """Return what is known of the device."""
        link = self._link
        assert link.family is not None
        return Device(
            family=link.family,
            product_id=link.presence.product_id,
            firmware=link.firmware,
            values=self._registers.numbers,
        )

    async def _async_keep_reading(self) -> None:
        """Read all settings at start, now and then, and when something has changed."""
        while True:
            self._again.clear()
            read = False
            if self.speaks:
                self._session = self._link.commands.session
                # If it is lost meanwhile, it is asked when it is back.
                with suppress(HomeAssistantError):
                    read = await self._async_read_all()
            if read:
                self._offer()
                some = bool(self._settings)
                self._set_control(Control.ALLOWED if some else Control.NOTHING_TO_SET)
            elif self.speaks:
                self._set_control(Control.NO_ANSWER)
            pause_s = READ_AGAIN_S if read else READ_FAILED_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._again.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(READ_CHANGED_S)

    async def _async_read_all(self) -> bool:
        """Read what decides on the settings, then these; return if it answers."""
        questions = questions_of(self._device())
        if not await self._registers.async_ask(questions):
            return False
        registers = {
            setting.register.number
            for setting in settings_of(self._device())
            if setting.kind is not SettingKind.BUTTON
        }
        return await self._registers.async_ask(sorted(registers.difference(questions)))

    @callback
    def _told(self, number: int) -> None:
        """Tell of the settings that a register is about."""
        for key, setting in self._settings.items():
            if setting.register.number == number:
                self._subscriptions.async_tell(key)

    @callback
    def _offer(self) -> None:
        """Find out anew what can be set, and offer what was not offered yet."""
        self._settings = {
            setting.key: setting
            for setting in settings_of(self._device())
            if self._exists(setting)
        }
        fresh = {
            key: setting
            for key, setting in self._settings.items()
            if key not in self._offered
        }
        self._offered |= fresh
        for newcomer in self._newcomers:
            newcomer(fresh.values())
        self._subscriptions.async_tell_all()

    def _exists(self, setting: Setting) -> bool:
        """Return whether the device is known to have the setting."""
        return (
            self._registers.has(setting.register.number)
            or self._text(setting.key) is not None
            or (setting.kind is SettingKind.BUTTON and self._registers.any)
        )

    @callback
    def _set_control(self, control: Control) -> None:
        """Say whether the device can be controlled."""
        if control is not self.control:
            self.control = control
            self._subscriptions.async_tell_all()

    # Showing

    def fresh(self, key: str) -> bool:
        """Return whether the setting is there and its value is not outdated."""
        return self.speaks and key in self._settings

    def shown(self, key: str) -> Shown:
        """Return what a setting is set to, None if that is not known."""
        setting = self._settings[key]
        if setting.kept_alive:
            return setting.shown(self.limit.in_force_a)
        number = setting.register.number
        text = self._text(key)
        if text is not None and not self._registers.heard_within(number, LAG_S):
            return text
        return setting.shown(self._registers.numbers.get(number))

    def _text(self, key: str) -> Shown:
        """Return what the text tells of a setting, None if nothing."""
        label, read = _TEXTS.get(key, ("", None))
        value = self._link.values.get(label)
        return None if value is None or read is None else read(value)

    def writes_left(self) -> dict[str, int]:
        """Return how often each stored setting may be written today."""
        return {
            key: self.writing.left(setting.register)
            for key, setting in self._settings.items()
            if setting.register.storage is Storage.PERMANENT
        }

    def writes_free_at(self) -> datetime | None:
        """Return when all settings may be written again, None if they may now."""
        times = [
            self.writing.free_at(setting.register)
            for setting in self._settings.values()
            if setting.register.storage is Storage.PERMANENT
        ]
        return max((when for when in times if when is not None), default=None)

    def diagnostics(self) -> dict[str, Any]:
        """Return what is set, and what may be written."""
        return {
            "control": self.control,
            "settings": {key: self.shown(key) for key in self._settings},
            "charge_limit_wanted": self.limit.wanted,
            "writes_left": self.writes_left(),
        }

    # Writing

    async def async_set(
        self,
        key: str,
        shown: float | str | bool,
        entity_id: str,
        context: Context | None,
    ) -> None:
        """Set something, and tell who did.

        HomeAssistantError if the device does not take it over.
        """
        if (setting := self._settings.get(key)) is None:
            raise write_error("write_unknown_setting")
        before = self.shown(key)
        if setting.kept_alive:
            await self._async_limit(setting, shown)
        else:
            await self._async_write(setting, shown)
        after = DONE if setting.kind is SettingKind.BUTTON else self.shown(key)
        if after != before:
            async_log_write(
                self._link.hass,
                entity_id=entity_id,
                setting=key,
                before=before,
                after=after,
                context=context,
            )

    async def _async_write(self, setting: Setting, shown: float | str | bool) -> None:
        """Write a setting and what has to come before it."""
        async with self.writing.async_order() as session:
            if setting.kind is SettingKind.BUTTON:
                await self.writing.async_repeat(setting.register, 0, session)
                return
            for need in setting.needs:
                await self.writing.async_meet(need, session)
            present = await self.writing.async_read(setting.register, session)
            value = stored_value(setting, shown, present.value)
            await self.writing.async_write(present, value, session)
        if not setting.volatile:
            self._again.set()

    async def _async_limit(self, setting: Setting, shown: float | str | bool) -> None:
        """Limit the charge current; the greatest value limits nothing."""
        limit_a = stored_value(setting, shown, None)
        assert setting.maximum is not None
        if limit_a < setting.maximum:
            await self.limit.async_begin(limit_a)
        elif self.limit.wanted:
            await self.limit.async_end()
