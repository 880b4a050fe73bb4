"""Actions."""

from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.selector import ConfigEntrySelector
import probatio as vol

from .const import CONF_KIND, DOMAIN, EntryKind, Mode
from .vbus_actions import async_setup_actions

if TYPE_CHECKING:
    from .home import Home

ATTR_CONFIG_ENTRY: Final = "config_entry"
SERVICE_PLAN: Final = "plan"

_PLAN_SCHEMA: Final = vol.Schema(
    {vol.Optional(ATTR_CONFIG_ENTRY): ConfigEntrySelector({"integration": DOMAIN})}
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_PLAN,
        _async_plan,
        schema=_PLAN_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_setup_actions(hass)


async def _async_plan(call: ServiceCall) -> ServiceResponse:
    """Plan now, and return the plan to whom it may interest."""
    home = _home(call.hass, call.data.get(ATTR_CONFIG_ENTRY))
    if home.mode is Mode.OFF:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="mode_is_off"
        )
    await home.coordinator.async_refresh()
    if (failure := home.coordinator.failure) is not None:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="planning_failed",
            translation_placeholders={"error": str(failure)},
        ) from failure
    if not call.return_response or (plan := home.plan) is None:
        return None
    answer: dict[str, Any] = {
        "plan": plan.to_json(),
        "reason_text": home.reason_text(),
    }
    return answer


def loaded_homes(hass: HomeAssistant) -> list[Home]:
    """Return the homes that are loaded."""
    return [
        entry.runtime_data
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry.data[CONF_KIND] == EntryKind.HOME
    ]


def _home(hass: HomeAssistant, entry_id: str | None) -> Home:
    """Return the named home, or the only one."""
    homes = [
        home
        for home in loaded_homes(hass)
        if entry_id is None or home.entry.entry_id == entry_id
    ]
    if not homes:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="home_not_found"
        )
    if len(homes) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="several_homes"
        )
    return homes[0]
