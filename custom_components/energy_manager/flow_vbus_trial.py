"""Trying a VBus adapter in a config flow, and making or correcting its entry."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow

from .const import CONF_CONTROLLERS, CONF_DEMO_ENTRY, CONF_KIND, DOMAIN, EntryKind
from .engine.vbus.device_information import DeviceInformation
from .links import LinkError
from .vbus_adapter import (
    CONF_CHANNEL,
    CONF_SERIAL_NUMBER,
    NETWORK,
    Way,
    async_channels,
    async_probe,
    way_of,
)
from .vbus_discovery import FoundAdapter, async_device_information
from .vbus_specification import async_get_specification
from .vbus_ways import error_of


class VBusTrialFlow(ConfigFlow):
    """What all steps for a VBus adapter share."""

    _answers: dict[str, Any]
    """What the owner has said of the adapter so far: the data of its entry."""
    _channels: dict[int, str]
    _information: DeviceInformation | None = None
    _released: ConfigEntry | None = None

    async def _async_begin(self, answers: dict[str, Any]) -> str | None:
        """Find out who the adapter is and which channels it has, or the error."""
        self._answers = answers
        self._channels = {}
        self._information = None
        self._abort_same_address()
        way = way_of(answers)
        if way in (Way.SERIAL, Way.STREAM):
            return None
        told = await async_device_information(self.hass, answers[CONF_HOST])
        self._information = told
        if way is Way.TCP and told is not None and told.access != "channels":
            self._abort_same_adapter()
            return None
        await self._async_release()
        specification = await async_get_specification(self.hass)
        try:
            self._channels = await async_channels(self.hass, answers, specification)
        except LinkError as err:
            await self._async_resume()
            return error_of(err, answers)
        except BaseException:
            await self._async_resume()
            raise
        if len(self._channels) > 1:
            # The owner takes his time to choose.
            await self._async_resume()
        elif self._channels:
            (answers[CONF_CHANNEL],) = self._channels
        return None

    async def _async_try(self) -> tuple[str, str | None]:
        """Return a title for what is connected, and the error if there is one."""
        answers = self._answers
        try:
            self._abort_same_address()
            self._abort_same_adapter()
        except AbortFlow:
            await self._async_resume()
            raise
        await self._async_release()
        specification = await async_get_specification(self.hass)
        try:
            name = await async_probe(self.hass, answers, specification)
        except LinkError as err:
            await self._async_resume()
            return "", error_of(err, answers)
        except BaseException:
            await self._async_resume()
            raise
        return name or f"VBus {answers.get(CONF_HOST, '')}".strip(), None

    async def _async_finish(self, title: str) -> ConfigFlowResult:
        """Make the entry, or correct the one that is there."""
        data = {CONF_KIND: EntryKind.VBUS.value, **self._answers}
        serial = "" if self._information is None else self._information.serial
        if serial:
            data[CONF_SERIAL_NUMBER] = serial
        if (entry := self._corrected_entry()) is not None:
            if CONF_DEMO_ENTRY in entry.data:
                data[CONF_DEMO_ENTRY] = entry.data[CONF_DEMO_ENTRY]
            # Its identity stays: names and history of all sensors hang on it.
            return self.async_update_reload_and_abort(entry, data=data)
        if serial:
            channel = data.get(CONF_CHANNEL, 0)
            await self.async_set_unique_id(
                f"{serial}_{channel}" if channel else serial, raise_on_progress=False
            )
            self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=title, data=data, options={CONF_CONTROLLERS: []}
        )

    # Other entries

    @callback
    def _corrected_entry(self) -> ConfigEntry | None:
        """Return the entry that is being corrected, None for a new one."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_entry()

    @callback
    def _other_entries(self) -> list[ConfigEntry]:
        """Return the entries of other VBus adapters."""
        own = (
            self._get_reauth_entry()
            if self.source == SOURCE_REAUTH
            else self._corrected_entry()
        )
        return [
            entry
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            if entry.data.get(CONF_KIND) == EntryKind.VBUS and entry is not own
        ]

    @callback
    def _abort_same_address(self) -> None:
        """Abort if another entry already uses this port, or this channel of it."""
        answers = self._answers
        keys = (CONF_DEVICE,) if CONF_DEVICE in answers else (CONF_HOST, CONF_PORT)
        for entry in self._other_entries():
            taken = entry.data.get(CONF_CHANNEL, 0)
            same = all(entry.data.get(key) == answers[key] for key in keys)
            if same and taken in (0, answers.get(CONF_CHANNEL, 0)):
                raise AbortFlow("already_configured")

    @callback
    def _abort_same_adapter(self) -> None:
        """Abort if another entry has the same adapter, by whatever way."""
        told = self._information
        if told is None or not told.serial:
            return
        for entry in self._other_entries():
            if entry.data.get(CONF_SERIAL_NUMBER) == told.serial and entry.data.get(
                CONF_CHANNEL, 0
            ) == self._answers.get(CONF_CHANNEL, 0):
                self._follow(entry, self._answers[CONF_HOST])
                raise AbortFlow("already_configured")

    @callback
    def _is_known(self, adapter: FoundAdapter) -> bool:
        """Return whether an adapter has an entry; one that has moved is followed."""
        told = adapter.information
        network = [e for e in self._other_entries() if way_of(e.data) in NETWORK]
        same = [
            entry
            for entry in network
            if told.serial and entry.data.get(CONF_SERIAL_NUMBER) == told.serial
        ]
        for entry in same:
            self._follow(entry, adapter.host)
        if told.access == "channels":
            # A data logger may have more channels to add.
            return False
        return bool(same) or any(e.data[CONF_HOST] == adapter.host for e in network)

    @callback
    def _follow(self, entry: ConfigEntry, host: str) -> None:
        """Let an entry know that its adapter has another address now."""
        if entry.data.get(CONF_HOST, host) != host:
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_HOST: host}
            )
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    # The adapter serves one client at a time

    async def _async_release(self) -> None:
        """Let go of the adapter that is being corrected."""
        entry = self._corrected_entry()
        if (
            entry is not None
            and entry.state is ConfigEntryState.LOADED
            and await self.hass.config_entries.async_unload(entry.entry_id)
        ):
            self._released = entry

    async def _async_resume(self) -> None:
        """Go on with the entry as it was."""
        entry, self._released = self._released, None
        if entry is not None:
            await self.hass.config_entries.async_setup(entry.entry_id)
