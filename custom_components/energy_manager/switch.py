"""Switches."""

from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .demo import DemoHouse
from .engine.vedirect import Family
from .entity import LinkEntity
from .home import Home
from .home_entity import HomeControlEntity
from .runtime import EnergyManagerConfigEntry
from .vbus_link import VBusLink
from .vedirect_link import VEDirectLink

PARALLEL_UPDATES = 1

OFF_REASON: Final = "off_reason"
SWITCHED_OFF: Final = "switched_off_register"
"""The reason that a charger tells while it is switched off by its mode."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VBusLink():
            pass
        case VEDirectLink() as link:
            if link.control_allowed and link.family is Family.MPPT:
                async_add_entities([ChargerSwitch(link)])
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


class ChargerSwitch(LinkEntity[VEDirectLink], SwitchEntity):
    """Whether a solar charger may charge."""

    _attr_translation_key = "charger"

    def __init__(self, link: VEDirectLink) -> None:
        """Belong to the charger."""
        super().__init__(link, OFF_REASON)
        self._attr_unique_id = f"{link.identity}_charger"
        self._attr_device_info = link.device_info

    @override
    def _fresh(self) -> bool:
        return OFF_REASON in self._link.values

    @override
    def _take(self) -> bool:
        on = SWITCHED_OFF not in self._link.values[OFF_REASON].active
        changed = on is not self._attr_is_on
        self._attr_is_on = on
        return changed

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the charger charge."""
        await self._async_switch(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Keep the charger from charging."""
        await self._async_switch(False)

    async def _async_switch(self, on: bool) -> None:
        await self._link.commands.async_switch_charger(on)
        self._attr_is_on = on
        self.async_write_ha_state()
