"""Switches."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .demo import DemoHouse
from .engine.vedirect import SettingKind
from .home import Home
from .home_entity import HomeControlEntity
from .runtime import EnergyManagerConfigEntry
from .vbus_link import VBusLink
from .vbus_release import async_add_release
from .vedirect_controls import async_add_settings
from .vedirect_link import VEDirectLink

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VBusLink() as link:
            async_add_release(link, async_add_entities)
        case VEDirectLink() as link:
            async_add_settings(link.settings, SettingKind.SWITCH, async_add_entities)
        case Home() as home:
            async_add_entities([BoilerRelease(home, "boiler_release")])
        case DemoHouse():
            # Entities of the demo house.
            pass


class BoilerRelease(HomeControlEntity, SwitchEntity):
    """Whether the boiler may run: as planned, or for some hours as set by hand."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the boiler may run."""
        return self.home.boiler_released()[0]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return who says so, and until when what was set by hand holds."""
        override = self.home.release_override
        return {
            "decided_by": self.home.boiler_released()[1],
            "set_until": None if override is None else override.until.isoformat(),
        }

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the boiler run for some hours."""
        await self.home.async_set_release(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Hold the boiler back for some hours."""
        await self.home.async_set_release(False)
