"""Numbers."""

from typing import Any, override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.vedirect import SettingKind
from .home import Home, most_people
from .home_entity import HomeControlEntity
from .outlook import MOST_PEOPLE
from .runtime import EnergyManagerConfigEntry
from .vbus_link import VBusLink
from .vbus_settings import async_add_numbers
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
            async_add_numbers(link, async_add_entities)
        case VEDirectLink() as link:
            async_add_settings(link.settings, SettingKind.NUMBER, async_add_entities)
        case Home() as home:
            async_add_entities([PeopleExpected(home, "people_expected")])


class PeopleExpected(HomeControlEntity, NumberEntity):
    """How many people the home reckons with, today or tomorrow."""

    _attr_native_min_value = 0
    _attr_native_max_value = MOST_PEOPLE
    _attr_native_step = 1
    _attr_mode = NumberMode.BOX

    @property
    @override
    def native_value(self) -> float | None:
        """Return the greater number of today and tomorrow."""
        if (override := self.home.people_override) is not None:
            return override.value
        people = self.coordinator.people
        return most_people(people) if people else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the numbers by day and until when a number set by hand holds."""
        people = self.coordinator.people[:2]
        override = self.home.people_override
        return {
            "today": people[0].persons if people else None,
            "tomorrow": people[1].persons if people else None,
            "guests": max(day.guests for day in people) if people else None,
            "set_until": None if override is None else override.until.isoformat(),
        }

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Reckon with another number."""
        await self.home.async_set_people(round(value))
