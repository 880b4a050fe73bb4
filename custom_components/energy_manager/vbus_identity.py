"""Who a VBus adapter is, and where on the network it is found."""

from time import monotonic
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.typing import UNDEFINED

from .const import CONF_DEMO_ENTRY, DOMAIN
from .engine.vbus.device_information import DeviceInformation
from .vbus_adapter import CONF_SERIAL_NUMBER, Way, way_of
from .vbus_discovery import async_device_information, async_find

SEARCH_PAUSE_S: Final = 600.0
"""A lost adapter is searched for so often."""

_TELLING: Final = frozenset({Way.TCP, Way.DOWNLOAD, Way.WEB_SERVICE})
"""Ways to adapters that have an information page."""


class AdapterIdentity:
    """Knows an adapter by its serial number and follows it to another address."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, identity: str) -> None:
        """Take the entry and by what its devices and entities are known."""
        self._hass = hass
        self._entry = entry
        self._identity = identity
        self._searched_at: float | None = None

    @callback
    def async_register(self) -> str:
        """Register the adapter as the device behind which the bus is; return its id."""
        device = dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={(DOMAIN, self._identity)},
            translation_key="vbus_adapter",
            manufacturer="RESOL",
        )
        self._device_id = device.id
        return device.id

    async def async_learn(self) -> None:
        """Ask the adapter who it is, and remember it.

        Entries of before had no serial number. Theirs serves to find the adapter
        again; what their devices and entities are known by never changes.
        """
        data = self._entry.data
        if way_of(data) not in _TELLING or CONF_DEMO_ENTRY in data:
            return
        told = await async_device_information(self._hass, data[CONF_HOST])
        if told is None:
            return
        self._describe(told)
        if told.serial and data.get(CONF_SERIAL_NUMBER) is None:
            self._hass.config_entries.async_update_entry(
                self._entry,
                data={**self._entry.data, CONF_SERIAL_NUMBER: told.serial},
            )

    def _describe(self, told: DeviceInformation) -> None:
        """Show on the device's page what the adapter tells."""
        dr.async_get(self._hass).async_update_device(
            self._device_id,
            model=told.product or UNDEFINED,
            sw_version=told.version or UNDEFINED,
            serial_number=told.serial or UNDEFINED,
        )

    async def async_follow(self) -> bool:
        """Search the network for the adapter; return whether it was found elsewhere."""
        data = self._entry.data
        serial = data.get(CONF_SERIAL_NUMBER)
        if way_of(data) not in _TELLING or serial is None or not self._may_search():
            return False
        host = await async_find(self._hass, serial)
        if host is None or host == data[CONF_HOST]:
            return False
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_HOST: host}
        )
        return True

    def _may_search(self) -> bool:
        """Return whether the last search was long ago."""
        now = monotonic()
        last = self._searched_at
        if last is not None and now - last < SEARCH_PAUSE_S:
            return False
        self._searched_at = now
        return True
