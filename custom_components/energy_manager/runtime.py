"""The type of a config entry of Energy Manager and what it carries while loaded."""

from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry

if TYPE_CHECKING:
    # Each class lives beside what it runs; importing them here at run time would
    # tie every module to every other.
    from .demo import DemoHouse
    from .home import Home
    from .vbus_link import VBusLink
    from .vedirect_link import VEDirectLink

type EnergyManagerConfigEntry = ConfigEntry[VBusLink | VEDirectLink | Home | DemoHouse]
