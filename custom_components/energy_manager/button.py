"""Buttons."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.vedirect import SettingKind
from .runtime import EnergyManagerConfigEntry
from .vedirect_controls import async_add_settings
from .vedirect_history import VEDirectHistoryButton, remembers_days
from .vedirect_link import VEDirectLink

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VEDirectLink() as link:
            async_add_settings(link.settings, SettingKind.BUTTON, async_add_entities)
            if remembers_days(link):
                async_add_entities([VEDirectHistoryButton(link)])
