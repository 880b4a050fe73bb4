"""Which VBus controllers may be written to, and why the others may not."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import CONF_CONTROL, CONF_CONTROLLERS, DOMAIN
from .engine.vbus import family_of, reason_read_only
from .runtime import EnergyManagerConfigEntry

_PART: Final = "part_of_controller"


class ControlState(StrEnum):
    """Whether a controller may be written to, or why it may not."""

    ALLOWED = "allowed"
    NOT_SWITCHED_ON = "not_switched_on"
    ADAPTER_CANNOT_SEND = "adapter_cannot_send"
    NO_ANSWER = "no_answer"
    """It may, but the controller has not answered when it was asked."""
    VERSION_UNKNOWN = "version_unknown"
    UNKNOWN_CONTROLLER = "unknown_controller"
    MEANING_UNCONFIRMED = "meaning_unconfirmed"


def address(source: int) -> str:
    """Return an address on the bus as options and ids write it."""
    return f"{source:04X}"


def is_part(source: int) -> bool:
    """Return whether a device's settings are found in the controller it belongs to."""
    return reason_read_only(source) == _PART


def first_state(
    options: Mapping[str, Any], source: int, *, can_write: bool
) -> ControlState:
    """Return what is known of a controller before it was asked anything."""
    family = family_of(source)
    if family is None:
        reason = reason_read_only(source)
        if reason is None or reason not in ControlState:
            return ControlState.UNKNOWN_CONTROLLER
        return ControlState(reason)
    if not can_write:
        return ControlState.ADAPTER_CANNOT_SEND
    if not is_switched_on(options, source):
        return ControlState.NOT_SWITCHED_ON
    if family.telltale is not None:
        return ControlState.VERSION_UNKNOWN
    return ControlState.ALLOWED


def is_switched_on(options: Mapping[str, Any], source: int) -> bool:
    """Return whether the owner allows to write to a controller."""
    if CONF_CONTROLLERS in options:
        return address(source) in options[CONF_CONTROLLERS]
    # An older entry that has not met its controllers yet: all or none.
    return bool(options.get(CONF_CONTROL, False))


def controllable(sources: Iterable[int]) -> list[int]:
    """Return the devices to which something may be written at all."""
    return sorted(source for source in set(sources) if family_of(source) is not None)


def source_of(device: dr.DeviceEntry) -> int | None:
    """Return the address of a device on a bus, None for the adapter itself."""
    for domain, identifier in device.identifiers:
        _adapter, sign, tail = identifier.rpartition("_")
        if domain == DOMAIN and sign and len(tail) == 4:
            with suppress(ValueError):
                return int(tail, 16)
    return None


@callback
def registered_sources(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> dict[int, str]:
    """Return the devices on a bus that were ever shown, with their names."""
    found: dict[int, str] = {}
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        if (source := source_of(device)) is not None:
            name = device.name_by_user or device.name
            found[source] = f"VBus {address(source)}" if name is None else name
    return found


@callback
def async_migrate_options(hass: HomeAssistant, entry: EnergyManagerConfigEntry) -> None:
    """Turn the switch for a whole adapter into one for each of its controllers."""
    if CONF_CONTROL not in entry.options:
        return
    sources = controllable(registered_sources(hass, entry))
    if entry.options[CONF_CONTROL] and not sources:
        return
    options = {
        key: value for key, value in entry.options.items() if key != CONF_CONTROL
    }
    allowed = sources if entry.options[CONF_CONTROL] else []
    options[CONF_CONTROLLERS] = [address(source) for source in allowed]
    hass.config_entries.async_update_entry(entry, options=options)
