"""Selects."""

from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DEMO_WEATHERS, Mode
from .demo import DemoHouse
from .engine.vedirect import SettingKind
from .home import Home
from .home_entity import HomeControlEntity
from .runtime import EnergyManagerConfigEntry
from .vbus_link import VBusLink
from .vbus_settings import async_add_selects
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
            async_add_selects(link, async_add_entities)
        case VEDirectLink() as link:
            async_add_settings(link.settings, SettingKind.SELECT, async_add_entities)
        case Home() as home:
            async_add_entities([HomeMode(home, "mode")])
        case DemoHouse() as house:
            async_add_entities([DemoWeatherSelect(house)])


class HomeMode(HomeControlEntity, SelectEntity):
    """What the home does with its plan."""

    _attr_options = [mode.value for mode in Mode]

    @property
    @override
    def current_option(self) -> str:
        """Return the mode."""
        return self.home.mode

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the mode."""
        await self.home.async_set_mode(Mode(option))


class DemoWeatherSelect(SelectEntity):
    """What the weather at the demo house is like."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_translation_key = "demo_weather"
    _attr_options = [*DEMO_WEATHERS]

    def __init__(self, house: DemoHouse) -> None:
        """Belong to the demo house."""
        self._house = house
        self._attr_unique_id = f"{house.entry.entry_id}_weather_select"
        self._attr_device_info = house.device_info
        self._attr_current_option = house.scenario

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the options of the demo house."""
        self.async_on_remove(self._house.async_listen(self._async_changed))

    @callback
    def _async_changed(self) -> None:
        """Show what the weather is like now."""
        self._attr_current_option = self._house.scenario
        self.async_write_ha_state()

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose the weather; house and forecast follow at once."""
        self._house.async_choose_weather(option)
