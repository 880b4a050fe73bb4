"""The entries that the demo house makes: one for each of its devices, one home."""

import asyncio
from typing import Any, Final

from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry, ConfigEntryState
from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_PORT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.hass_dict import HassKey

from .const import (
    CONF_CONTROL,
    CONF_CONTROLLERS,
    CONF_DEMO_ENTRY,
    CONF_KIND,
    CONF_MADE,
    CONF_ROLES,
    DOMAIN,
    EntryKind,
)
from .demo_devices import BATTERY, BUS_PASSWORD, INVERTER, LOOPBACK, MPPT, DemoDevices
from .engine.vbus.emulation import CONTROLLER
from .roles import Role, async_suggest_roles

BUS: Final = "vbus"
HOME: Final = "home"

TITLES: Final = {
    BUS: "DeltaSol BX Plus",
    MPPT: "SmartSolar MPPT 150/70",
    INVERTER: "Phoenix 12/1200",
    BATTERY: "SmartShunt",
}
CONTROLLED: Final = {MPPT: True, INVERTER: True, BATTERY: False}
"""Whether Home Assistant may write to a VE.Direct device: a monitor only measures."""

APPEAR_S: Final = 60
"""How long the entities of the devices may take to appear."""

_MEASURED: Final = f"{BUS}_00_0010_7112_10_0100"

ROLE_KEYS: Final[dict[Role, str]] = {
    Role.COLLECTOR: f"{_MEASURED}_000_2_0",
    Role.TANK_BOTTOM: f"{_MEASURED}_002_2_0",
    Role.TANK_TOP: f"{_MEASURED}_004_2_0",
    Role.TANK_MIDDLE: f"{_MEASURED}_006_2_0",
    Role.SOLAR_PUMP: f"{_MEASURED}_040_1_0",
    Role.BOILER_RUNNING: f"{_MEASURED}_042_1_0",
    Role.BOILER_RELEASE: f"{BUS}_7112_relay_3_mode",
    Role.BATTERY_SOC: f"{BATTERY}_state_of_charge",
    Role.BATTERY_VOLTAGE: f"{BATTERY}_voltage",
    Role.PV_POWER: f"{MPPT}_solar_power",
    Role.INVERTER_MODE: f"{INVERTER}_inverter_mode",
    Role.CHARGER: f"{MPPT}_charger",
    Role.INVERTER_POWER: f"{INVERTER}_ac_apparent_power",
    Role.WEATHER: "weather",
}
"""What follows the house in the unique ids of the entities that play the roles."""

NAMED: Final = (
    Role.COLLECTOR,
    Role.TANK_BOTTOM,
    Role.TANK_MIDDLE,
    Role.TANK_TOP,
    Role.SOLAR_PUMP,
    Role.BOILER_RUNNING,
)
"""Roles whose entities are named after what is connected, as an owner would do."""

_PAUSED: Final[HassKey[set[str]]] = HassKey(f"{DOMAIN}.demo_paused")


def children(hass: HomeAssistant, demo_entry_id: str) -> list[ConfigEntry]:
    """Return the entries that a demo house made, the home first."""
    entries = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data.get(CONF_DEMO_ENTRY) == demo_entry_id
    ]
    return sorted(entries, key=lambda entry: entry.data[CONF_KIND] != EntryKind.HOME)


async def async_add_children(
    hass: HomeAssistant, entry: ConfigEntry, devices: DemoDevices
) -> None:
    """Add the entries that are still to be made; each is made only once."""
    for name in (BUS, *CONTROLLED, HOME):
        # An entry that the owner removed was made: it does not come back.
        made = entry.data.get(CONF_MADE, ())
        if name in made:
            continue
        if name == HOME:
            data = await _async_home_data(hass, entry)
        else:
            data = _device_data(name, entry, devices)
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_IMPORT}, data=data
        )
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_MADE: [*made, name]}
        )


def _device_data(name: str, entry: ConfigEntry, devices: DemoDevices) -> dict[str, Any]:
    """Return what the entry of a device starts from."""
    if name == BUS:
        return {
            CONF_KIND: EntryKind.VBUS.value,
            CONF_NAME: TITLES[name],
            CONF_HOST: LOOPBACK,
            CONF_PORT: devices.port,
            CONF_PASSWORD: BUS_PASSWORD,
            CONF_CONTROLLERS: [f"{CONTROLLER:04X}"],
            CONF_DEMO_ENTRY: entry.entry_id,
        }
    return {
        CONF_KIND: EntryKind.VEDIRECT.value,
        CONF_NAME: TITLES[name],
        CONF_DEVICE: devices.path(name),
        CONF_CONTROL: CONTROLLED[name],
        CONF_DEMO_ENTRY: entry.entry_id,
    }


async def _async_home_data(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Return what the home's entry starts from, once there are entities for it."""
    own: dict[Role, str] = {}
    try:
        async with asyncio.timeout(APPEAR_S):
            while len(own := own_roles(hass, entry)) < len(ROLE_KEYS):
                await asyncio.sleep(0.5)
    except TimeoutError:
        # Better a home without some roles than no home.
        pass
    await _async_name(hass, own)
    return {
        CONF_KIND: EntryKind.HOME.value,
        CONF_ROLES: {**await async_suggest_roles(hass), **own},
        CONF_DEMO_ENTRY: entry.entry_id,
        "title": hass.config.location_name,
    }


async def _async_name(hass: HomeAssistant, own: dict[Role, str]) -> None:
    """Give the controller's numbered sensors the names of what they measure."""
    texts = await async_get_translations(hass, hass.config.language, "entity", {DOMAIN})
    registry = er.async_get(hass)
    for role in NAMED:
        name = texts.get(f"component.{DOMAIN}.entity.sensor.demo_{role}.name")
        if role in own and name is not None:
            registry.async_update_entity(own[role], name=name)


@callback
def own_roles(hass: HomeAssistant, entry: ConfigEntry) -> dict[Role, str]:
    """Return the demo house's own entities by role, as far as they have a state."""
    registry = er.async_get(hass)
    found: dict[Role, str] = {}
    for owner in (entry, *children(hass, entry.entry_id)):
        for entity in er.async_entries_for_config_entry(registry, owner.entry_id):
            state = hass.states.get(entity.entity_id)
            if state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
                continue
            for role, key in ROLE_KEYS.items():
                if entity.unique_id == f"{entry.entry_id}_{key}":
                    found[role] = entity.entity_id
    return found


@callback
def async_tell_port(hass: HomeAssistant, demo_entry_id: str, port: int) -> None:
    """Let the bus entry know the port at which the adapter now listens."""
    for entry in children(hass, demo_entry_id):
        if entry.data[CONF_KIND] != EntryKind.VBUS or entry.data[CONF_PORT] == port:
            continue
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_PORT: port}
        )
        if entry.state in (ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY):
            hass.config_entries.async_schedule_reload(entry.entry_id)


async def async_pause_children(hass: HomeAssistant, demo_entry_id: str) -> None:
    """Unload the entries that a demo house made, which is about to stop.

    The home can then still give its devices back, and no device gets lost.
    """
    for entry in children(hass, demo_entry_id):
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
            hass.data.setdefault(_PAUSED, set()).add(entry.entry_id)


async def async_resume_children(hass: HomeAssistant, demo_entry_id: str) -> None:
    """Set up the entries again that were unloaded when the demo house stopped."""
    paused = hass.data.get(_PAUSED, set())
    # The home comes last: it needs what the devices show.
    for entry in reversed(children(hass, demo_entry_id)):
        if entry.entry_id in paused:
            paused.discard(entry.entry_id)
            if entry.state is ConfigEntryState.NOT_LOADED:
                await hass.config_entries.async_setup(entry.entry_id)


async def async_remove_children(hass: HomeAssistant, demo_entry_id: str) -> None:
    """Remove all entries that a demo house made."""
    for entry in children(hass, demo_entry_id):
        await hass.config_entries.async_remove(entry.entry_id)
