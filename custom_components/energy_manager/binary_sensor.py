"""Binary sensors."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .demo import DemoHouse
from .home import Home
from .runtime import EnergyManagerConfigEntry
from .vbus_link import VBusLink
from .vedirect_link import VEDirectLink

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VBusLink():
            pass
        case VEDirectLink():
            pass
        case Home():
            # Entities of the home.
            pass
        case DemoHouse():
            # Entities of the demo house.
            pass
