"""Diagnostics: what is needed to understand an entry from afar."""

from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant

from . import vbus_link, vedirect_link
from .home import Home
from .roles import Role, entities_of
from .runtime import EnergyManagerConfigEntry
from .states import entities_in_use
from .vbus_link import VBusLink
from .vedirect_identity import CONF_SERIAL_NUMBER
from .vedirect_link import VEDirectLink

TO_REDACT: Final = {
    CONF_DEVICE,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_SERIAL_NUMBER,
    CONF_USERNAME,
}
"""The path of a port names the cable's serial number."""


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of one config entry."""
    result: dict[str, Any] = {
        "entry": {
            "data": async_redact_data(dict(entry.data), TO_REDACT),
            "options": dict(entry.options),
        }
    }
    # An entry that could not be set up has none.
    match getattr(entry, "runtime_data", None):
        case Home() as home:
            result |= _home(hass, home)
        case VBusLink():
            result["link"] = vbus_link.async_diagnostics(entry)
        case VEDirectLink():
            result["link"] = vedirect_link.async_diagnostics(entry)
    return result


def _home(hass: HomeAssistant, home: Home) -> dict[str, Any]:
    """Return the problem and the plan of a home, and what happened lately.

    The problem holds no place on earth: the sun has been turned into irradiance.
    Who is at home is nobody's business; how many are expected is in the problem.
    """
    planned, failure = home.coordinator.data, home.coordinator.failure
    states = {
        entity_id: None
        if (state := hass.states.get(entity_id)) is None
        else state.state
        for entity_id in entities_in_use(home.roles)
        if entity_id not in entities_of(home.roles, Role.PEOPLE)
    }
    return {
        "problem": None if planned is None else planned.problem.to_json(),
        "plan": None if planned is None else planned.plan.to_json(),
        "reason_text": home.reason_text("en"),
        "failure": None if failure is None else str(failure),
        "states": states,
        "tank": home.tank.diagnostics(),
        "memory": home.memory.as_dict(),
    }
