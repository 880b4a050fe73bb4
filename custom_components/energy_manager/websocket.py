"""Websocket commands of the page."""

from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import websocket_api
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
import probatio as vol

from .const import DOMAIN
from .roles import Role, entities_of
from .services import loaded_homes

if TYPE_CHECKING:
    from .home import Home

SIGNAL_HOME: Final = f"{DOMAIN}_home"
"""Sent with a home that has been set up."""


@callback
def async_setup_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, subscribe_plan)


@websocket_api.websocket_command(
    {
        vol.Required("type"): "energy_manager/subscribe_plan",
        vol.Optional("entry_id"): str,
        vol.Optional("language"): str,
    }
)
@callback
def subscribe_plan(
    hass: HomeAssistant,
    connection: websocket_api.ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Send the plan of a home now and whenever it changes."""
    wanted = msg.get("entry_id")
    language = msg.get("language", hass.config.language)
    homes = loaded_homes(hass)
    home = next((h for h in homes if wanted in (None, h.entry.entry_id)), None)
    if home is None:
        connection.send_error(
            msg["id"], websocket_api.ERR_NOT_FOUND, "This home is not set up."
        )
        return
    entry_id = home.entry.entry_id
    following: list[CALLBACK_TYPE] = []

    @callback
    def follow(home: Home) -> None:
        """Follow a home; it is another object whenever it has been set up."""
        if home.entry.entry_id != entry_id:
            return

        @callback
        def send() -> None:
            connection.send_event(msg["id"], plan_event(hass, home, language))

        while following:
            following.pop()()
        following.append(home.coordinator.async_add_listener(send))
        send()

    stop_watching = async_dispatcher_connect(hass, SIGNAL_HOME, follow)

    @callback
    def stop() -> None:
        stop_watching()
        while following:
            following.pop()()

    connection.subscriptions[msg["id"]] = stop
    connection.send_result(msg["id"])
    follow(home)


def plan_event(hass: HomeAssistant, home: Home, language: str) -> dict[str, Any]:
    """Return what the page shows of a home."""
    plan, now = home.plan, dt_util.utcnow()
    registry = er.async_get(hass)
    prefix = f"{home.entry.entry_id}_"
    return {
        "entry_id": home.entry.entry_id,
        "title": home.entry.title,
        "mode": home.mode,
        "now": now.isoformat(),
        "plan": None if plan is None else plan.to_json(),
        "reason_text": home.reason_text(language),
        "run_texts": []
        if plan is None
        else [home.texts.text(run.reason, language, now) for run in plan.runs],
        "roles": {
            role.value: entities[0] if len(entities) == 1 else list(entities)
            for role in Role
            if (entities := entities_of(home.roles, role))
        },
        "entities": {
            entity.unique_id.removeprefix(prefix): entity.entity_id
            for entity in er.async_entries_for_config_entry(
                registry, home.entry.entry_id
            )
        },
    }
