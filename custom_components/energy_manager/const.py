"""Constants of the Energy Manager integration."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "energy_manager"

CONF_KIND: Final = "kind"
"""What a config entry is for: a member of EntryKind."""

CONF_CONTROL: Final = "control"
"""Option of a device link: whether Home Assistant may write to the device."""

CONF_CONTROLLERS: Final = "controllers"
"""Option of a VBus adapter: addresses of the controllers that may be written to."""

CONF_DEMO_ENTRY: Final = "demo_entry_id"
"""In an entry that the demo house made: the demo house's entry."""

CONF_MADE: Final = "made"
"""In the demo house's entry: the names of the entries it has already made."""

CONF_WEATHER: Final = "weather"
"""Option of the demo house: one of DEMO_WEATHERS."""

DEMO_WEATHERS: Final = ("as_usual", "sunny", "overcast")
"""What the weather of the demo house can be like."""

CONF_TIME_FACTOR: Final = "time_factor"
"""Option of the demo house: how many seconds pass there in one of ours."""

CONF_ROLES: Final = "roles"
"""Option of a home: entity ids by role."""

CONF_PLANT: Final = "plant"
"""Option of a home: what its plant is made of."""

CONF_MODE: Final = "mode"
"""Option of a home: the mode it starts in before the owner chooses one."""


class Mode(StrEnum):
    """What the home does with its plan."""

    OFF = "off"
    """Plan nothing, touch nothing."""
    ADVISE = "advise"
    """Plan and show the plan, touch nothing."""
    AUTOMATIC = "automatic"
    """Plan and carry the plan out."""


class EntryKind(StrEnum):
    """What a config entry is for."""

    VBUS = "vbus"
    VEDIRECT = "vedirect"
    HOME = "home"
    DEMO = "demo"
