"""Constants of the Energy Manager integration."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "energy_manager"

CONF_KIND: Final = "kind"
"""What a config entry is for: a member of EntryKind."""

CONF_CONTROL: Final = "control"
"""Option of a device link: whether Home Assistant may write to the device."""

CONF_DEMO_ENTRY: Final = "demo_entry_id"
"""In an entry that the demo house made: the demo house's entry."""


class EntryKind(StrEnum):
    """What a config entry is for."""

    VBUS = "vbus"
    VEDIRECT = "vedirect"
    HOME = "home"
    DEMO = "demo"
