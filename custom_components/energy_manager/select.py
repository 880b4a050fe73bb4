"""Selects."""

from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DEMO_WEATHERS, Mode
from .demo import DemoHouse
from .engine.vbus import Family, RelayMode
from .engine.vedirect import SettingKind
from .entity import LinkEntity
from .home import Home
from .home_entity import HomeControlEntity
from .runtime import EnergyManagerConfigEntry
from .vbus_control import OPTIONS
from .vbus_link import VBusLink
from .vbus_packets import HeardPacket
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
            _add_relays(link, async_add_entities)
        case VEDirectLink() as link:
            async_add_settings(link.settings, SettingKind.SELECT, async_add_entities)
        case Home() as home:
            async_add_entities([HomeMode(home, "mode")])
        case DemoHouse() as house:
            async_add_entities([DemoWeatherSelect(house)])


@callback
def _add_relays(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the relays of every controller that may be written to."""
    added: set[int] = set()

    @callback
    def newcomer(packet: HeardPacket) -> None:
        source = packet.key.source
        if source not in added and (family := link.family(source)) is not None:
            added.add(source)
            async_add_entities(
                VBusRelayMode(link, family, relay) for relay in family.relay_modes
            )

    link.async_on_packet(newcomer)


class VBusRelayMode(LinkEntity[VBusLink], SelectEntity):
    """Whether a relay follows the controller's automatic or is set by hand."""

    _attr_translation_key = "relay_mode"
    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, link: VBusLink, family: Family, relay: RelayMode) -> None:
        """Offer the modes that the controller's family knows."""
        super().__init__(link, family.address)
        self._family = family
        self._relay = relay
        self._attr_translation_placeholders = {"number": str(relay.relay)}
        self._attr_unique_id = (
            f"{link.identity}_{family.address:04X}_relay_{relay.relay}_mode"
        )
        self._attr_device_info = link.device_info(family.address)
        self._attr_options = [OPTIONS[mode] for mode in relay.options]

    @override
    def _fresh(self) -> bool:
        return self._link.heard(self._family.address)

    @override
    def _take(self) -> bool:
        mode = self._link.visits.mode(self._family, self._relay)
        changed = mode != self._attr_current_option
        self._attr_current_option = mode
        return changed

    @override
    async def async_select_option(self, option: str) -> None:
        """Write the mode to the controller and read it back."""
        await self._link.visits.async_write_mode(self._family, self._relay, option)


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
