"""Repairs for entities that a home needs but does not get."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .roles import Role
from .states import entities_in_use

PATIENCE: Final = timedelta(minutes=30)
"""A device that restarts or a router that hangs is back by then."""

MISSING: Final = "role_missing"
UNAVAILABLE: Final = "role_unavailable"


@callback
def async_check(
    hass: HomeAssistant, entry: ConfigEntry, roles: Mapping[str, Any]
) -> None:
    """Tell which entities of a home are missing, and take back what is over."""
    if not hass.is_running:
        return
    for entity_id, role in entities_in_use(roles).items():
        trouble = _trouble(hass, entity_id)
        for kind in (MISSING, UNAVAILABLE):
            issue_id = _issue_id(kind, entry, role, entity_id)
            if kind != trouble:
                ir.async_delete_issue(hass, DOMAIN, issue_id)
                continue
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=kind,
                translation_placeholders={"entity": entity_id, "home": entry.title},
            )


@callback
def async_clear(
    hass: HomeAssistant, entry: ConfigEntry, roles: Mapping[str, Any]
) -> None:
    """Take everything back that was told about a home's entities."""
    for entity_id, role in entities_in_use(roles).items():
        for kind in (MISSING, UNAVAILABLE):
            ir.async_delete_issue(hass, DOMAIN, _issue_id(kind, entry, role, entity_id))


def _trouble(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return what is wrong with an entity, None if nothing is."""
    if (state := hass.states.get(entity_id)) is None:
        return MISSING
    if state.state != STATE_UNAVAILABLE:
        return None
    age = dt_util.utcnow() - state.last_changed
    return UNAVAILABLE if age >= PATIENCE else None


def _issue_id(kind: str, entry: ConfigEntry, role: Role, entity_id: str) -> str:
    """Return the id of the issue about one entity of a home."""
    return f"{kind}_{entry.entry_id}_{role}_{entity_id}"
