"""Roles that entities play in the home, and which entity suits which role."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import re
from typing import Any, Final

from homeassistant.components.calendar import DOMAIN as CALENDAR_DOMAIN
from homeassistant.components.energy.websocket_api import async_get_energy_platforms
from homeassistant.components.person import DOMAIN as PERSON_DOMAIN
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.weather import (
    DOMAIN as WEATHER_DOMAIN,
    WeatherEntityFeature,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_SUPPORTED_FEATURES,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
)

from .const import CONF_KIND, DOMAIN, EntryKind

SENSOR: Final = "sensor"
BINARY_SENSOR: Final = "binary_sensor"
SWITCHES: Final = ("switch", "input_boolean")
SELECTS: Final = ("select", "input_select")


class Role(StrEnum):
    """What an entity stands for in the home."""

    TANK_TOP = "tank_top"
    TANK_MIDDLE = "tank_middle"
    TANK_BOTTOM = "tank_bottom"
    COLLECTOR = "collector"
    SOLAR_PUMP = "solar_pump"
    BOILER_RELEASE = "boiler_release"
    BOILER_RUNNING = "boiler_running"
    BATTERY_SOC = "battery_soc"
    BATTERY_VOLTAGE = "battery_voltage"
    PV_POWER = "pv_power"
    INVERTER_MODE = "inverter_mode"
    INVERTER_POWER = "inverter_power"
    CHARGER = "charger"
    OUTDOOR_TEMPERATURE = "outdoor_temperature"
    WEATHER = "weather"
    SOLAR_FORECAST = "solar_forecast"
    PEOPLE = "people"
    CALENDAR = "calendar"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDescription:
    """Say which entities can play a role and how they are called."""

    domains: tuple[str, ...]
    device_classes: tuple[str, ...] = ()
    multiple: bool = False
    keywords: str = ""
    """Words, English, German and French, in the name of an entity that suits."""
    own_keys: tuple[str, ...] = ()
    """How the unique ids of suitable entities of this integration's links end."""


_BX_PLUS: Final = "_00_0010_7112_10_0100"
"""The measurements of a DeltaSol BX Plus, as its systems usually use them."""
_TEMPERATURE: Final = (SensorDeviceClass.TEMPERATURE,)
_TANK: Final = r"tank|store|storage|buffer|speicher|puffer|ballon|cuve"

ROLES: Final[Mapping[Role, RoleDescription]] = {
    Role.TANK_TOP: RoleDescription(
        domains=(SENSOR,),
        device_classes=_TEMPERATURE,
        keywords=rf"(?=.*({_TANK}))(?=.*(\btop|upper|oben|haut))",
        own_keys=(f"{_BX_PLUS}_004_2_0",),
    ),
    Role.TANK_MIDDLE: RoleDescription(
        domains=(SENSOR,),
        device_classes=_TEMPERATURE,
        keywords=rf"(?=.*({_TANK}))(?=.*(mid|centre|mitte|milieu))",
        own_keys=(f"{_BX_PLUS}_006_2_0",),
    ),
    Role.TANK_BOTTOM: RoleDescription(
        domains=(SENSOR,),
        device_classes=_TEMPERATURE,
        keywords=rf"(?=.*({_TANK}))(?=.*(bottom|lower|base\b|unten|bas\b))",
        own_keys=(f"{_BX_PLUS}_002_2_0",),
    ),
    Role.COLLECTOR: RoleDescription(
        domains=(SENSOR,),
        device_classes=_TEMPERATURE,
        keywords=r"collector|kollektor|capteur solaire|capteurs|solar panel temp",
        own_keys=(f"{_BX_PLUS}_000_2_0",),
    ),
    Role.SOLAR_PUMP: RoleDescription(
        domains=(SENSOR, BINARY_SENSOR, *SWITCHES),
        keywords=r"solar ?pump|solarpumpe|kollektorpumpe|collector pump|pompe solaire",
        own_keys=(f"{_BX_PLUS}_040_1_0",),
    ),
    Role.BOILER_RELEASE: RoleDescription(
        domains=(*SWITCHES, *SELECTS),
        keywords=r"boiler|after.?heating|nachheizung|kessel|brenner|chaudi[eè]re|appoint",
    ),
    Role.BOILER_RUNNING: RoleDescription(
        domains=(BINARY_SENSOR, SENSOR, *SWITCHES),
        keywords=r"(boiler|burner|kessel|brenner|chaudi[eè]re|br[uû]leur).*"
        r"(running|state|active|läuft|betrieb|marche)",
    ),
    Role.BATTERY_SOC: RoleDescription(
        domains=(SENSOR,),
        device_classes=(SensorDeviceClass.BATTERY,),
        keywords=r"state of charge|\bsoc\b|ladezustand|[eé]tat de charge|house battery",
        own_keys=("_state_of_charge",),
    ),
    Role.BATTERY_VOLTAGE: RoleDescription(
        domains=(SENSOR,),
        device_classes=(SensorDeviceClass.VOLTAGE,),
        keywords=r"battery voltage|batteriespannung|tension (de la )?batterie",
    ),
    Role.PV_POWER: RoleDescription(
        domains=(SENSOR,),
        device_classes=(SensorDeviceClass.POWER,),
        keywords=r"\bpv\b|solar power|panel power|photovolta|solarleistung|yield power",
        own_keys=("_solar_power",),
    ),
    Role.INVERTER_MODE: RoleDescription(
        domains=(*SELECTS, *SWITCHES),
        # Not suggested: the inverter may feed Home Assistant itself.
    ),
    Role.INVERTER_POWER: RoleDescription(
        domains=(SENSOR,),
        device_classes=(SensorDeviceClass.POWER, SensorDeviceClass.APPARENT_POWER),
        keywords=r"(inverter|phoenix|wechselrichter|onduleur).*"
        r"(power|load|leistung|puissance)|\bac (output|power|apparent)",
        own_keys=("_ac_apparent_power",),
    ),
    # Not suggested, either: a battery that is not charged is the owner's choice.
    Role.CHARGER: RoleDescription(domains=SWITCHES),
    Role.OUTDOOR_TEMPERATURE: RoleDescription(
        domains=(SENSOR,),
        device_classes=_TEMPERATURE,
        keywords=r"outdoor|outside|aussen|außen|ext[eé]rieur",
    ),
    Role.WEATHER: RoleDescription(domains=(WEATHER_DOMAIN,)),
    Role.SOLAR_FORECAST: RoleDescription(domains=(), multiple=True),
    Role.PEOPLE: RoleDescription(domains=(PERSON_DOMAIN,), multiple=True),
    Role.CALENDAR: RoleDescription(domains=(CALENDAR_DOMAIN,), multiple=True),
}

ACTUATORS: Final = (Role.BOILER_RELEASE, Role.INVERTER_MODE, Role.CHARGER)
"""Roles whose entities the plan may switch."""


def entities_of_homes(hass: HomeAssistant) -> list[str]:
    """Return what the homes themselves show: none of it can play a role.

    A home that took its own release for the boiler's would wait for itself.
    """
    registry = er.async_get(hass)
    return [
        entity.entity_id
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data.get(CONF_KIND) == EntryKind.HOME
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
    ]


def role_selector(role: Role, excluded: list[str]) -> EntitySelector:
    """Return a selector that offers only entities that can play the role."""
    description = ROLES[role]
    by_class = [domain for domain in description.domains if domain == SENSOR]
    others = [domain for domain in description.domains if domain != SENSOR]
    filters: list[EntityWithDeviceFilterSelectorConfig] = []
    if by_class and description.device_classes:
        filters.append(
            {"domain": by_class, "device_class": [*description.device_classes]}
        )
    elif by_class:
        filters.append({"domain": by_class})
    if others:
        filters.append({"domain": others})
    return EntitySelector(
        EntitySelectorConfig(
            filter=filters,
            multiple=description.multiple,
            exclude_entities=excluded,
        )
    )


def entities_of(roles: Mapping[str, Any], role: Role) -> tuple[str, ...]:
    """Return the entities that play a role, none where it is not given."""
    value = roles.get(role)
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def entity_of(roles: Mapping[str, Any], role: Role) -> str | None:
    """Return the one entity that plays a role."""
    entities = entities_of(roles, role)
    return entities[0] if entities else None


async def async_solar_forecasts(hass: HomeAssistant) -> dict[str, str]:
    """Return title by id of the config entries that forecast solar power."""
    platforms = await async_get_energy_platforms(hass)
    return {
        entry.entry_id: entry.title
        for domain in platforms
        if domain != DOMAIN
        for entry in hass.config_entries.async_entries(domain)
        if entry.state is ConfigEntryState.LOADED
    }


async def async_suggest_roles(hass: HomeAssistant) -> dict[str, Any]:
    """Suggest entities for the roles from what Home Assistant already has."""
    registry = er.async_get(hass)
    own = set(entities_of_homes(hass))
    suggestion: dict[str, Any] = {}
    for role, description in ROLES.items():
        candidates = [
            state
            for state in hass.states.async_all(description.domains)
            if _suits(state, description) and state.entity_id not in own
        ]
        if role is Role.SOLAR_FORECAST:
            if forecasts := list(await async_solar_forecasts(hass)):
                suggestion[role] = forecasts
        elif description.multiple:
            if candidates:
                suggestion[role] = sorted(state.entity_id for state in candidates)
        elif best := _best(registry, candidates, description):
            suggestion[role] = best
    return suggestion


def _suits(state: State, description: RoleDescription) -> bool:
    """Return whether an entity's domain and class fit the role."""
    if state.domain == WEATHER_DOMAIN:
        features = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0)
        return bool(features & WeatherEntityFeature.FORECAST_HOURLY)
    if state.domain != SENSOR or not description.device_classes:
        return True
    return state.attributes.get(ATTR_DEVICE_CLASS) in description.device_classes


def _best(
    registry: er.EntityRegistry,
    candidates: list[State],
    description: RoleDescription,
) -> str | None:
    """Return the candidate that fits best by its name, or the only weather."""
    if description.domains == (WEATHER_DOMAIN,):
        return candidates[0].entity_id if candidates else None
    scored = [
        (score, state.entity_id)
        for state in candidates
        if (score := _score(registry, state, description)) > 0
    ]
    # The best score wins; the order of names makes the choice repeatable.
    scored.sort(key=lambda item: (-item[0], item[1]))
    return scored[0][1] if scored else None


def _score(
    registry: er.EntityRegistry, state: State, description: RoleDescription
) -> int:
    """Return how well an entity's name fits; 0 says not at all."""
    entry = registry.async_get(state.entity_id)
    own = entry is not None and entry.platform == DOMAIN
    score = 0
    if own and entry is not None and entry.unique_id.endswith(description.own_keys):
        score = 4 * bool(description.own_keys)
    words = " ".join(
        (
            state.entity_id.partition(".")[2].replace("_", " "),
            str(state.attributes.get(ATTR_FRIENDLY_NAME, "")),
        )
    )
    if description.keywords and re.search(description.keywords, words, re.IGNORECASE):
        score += 2 + own
    return score
