"""Energy Manager: reads, plans and controls the energy of a solar home."""

from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from . import demo, home, vbus_link, vedirect_link
from .const import CONF_KIND, DOMAIN, EntryKind
from .vbus_permission import source_of

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


class _Kind(Protocol):
    """What the module of each kind of config entry offers."""

    async def async_setup_entry(
        self, hass: HomeAssistant, entry: ConfigEntry[Any]
    ) -> bool:
        """Set up an entry of this kind."""

    async def async_unload_entry(
        self, hass: HomeAssistant, entry: ConfigEntry[Any]
    ) -> bool:
        """Unload an entry of this kind."""

    async def async_remove_entry(
        self, hass: HomeAssistant, entry: ConfigEntry[Any]
    ) -> None:
        """Remove what an entry of this kind leaves outside of itself."""


_KINDS: Final[dict[str, _Kind]] = {
    EntryKind.VBUS: vbus_link,
    EntryKind.VEDIRECT: vedirect_link,
    EntryKind.HOME: home,
    EntryKind.DEMO: demo,
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what belongs to no single config entry."""
    await home.async_setup(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up one config entry."""
    return await _KINDS[entry.data[CONF_KIND]].async_setup_entry(hass, entry)


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Unload one config entry."""
    # A device that is in a home's hands is given back while it can be reached.
    await home.async_give_back(hass, entry)
    return await _KINDS[entry.data[CONF_KIND]].async_unload_entry(hass, entry)


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what an entry leaves outside of itself."""
    await _KINDS[entry.data[CONF_KIND]].async_remove_entry(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: ConfigEntry[Any], device: DeviceEntry
) -> bool:
    """Let the owner remove a device that is not heard any more."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    match entry.runtime_data:
        case vbus_link.VBusLink() as link:
            source = source_of(device)
            return source is not None and not link.heard(source)
        case vedirect_link.VEDirectLink() as link:
            return not device.identifiers & link.device_info["identifiers"]
    return False
