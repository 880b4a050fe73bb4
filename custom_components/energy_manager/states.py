"""Home Assistant's states as the engine reads them: numbers in its units, or None."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import math
from typing import Any, Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfElectricPotential,
    UnitOfPower,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    ElectricPotentialConverter,
    PowerConverter,
    TemperatureConverter,
)

from .engine.planner.problem import PlantState
from .engine.plant.parameters import TankParameters
from .roles import Role, entities_of, entity_of

STALE: Final = timedelta(hours=24)
"""Sensors here write on change only, and a cold tank may rest for half a day."""

PLAUSIBLE_C: Final = (-40.0, 150.0)
"""A probe outside of this is broken: controllers show 888.8 or -88.8 for that."""

HOTTEST_C: Final = 300.0
"""A collector that stands still in the sun may be much hotter than any tank."""

TANK_PROBES: Final = (Role.TANK_BOTTOM, Role.TANK_MIDDLE, Role.TANK_TOP)
"""In the order of the tank's probe heights."""


def fresh_state(
    hass: HomeAssistant, entity_id: str | None, now: datetime
) -> State | None:
    """Return an entity's state, None if it is not known or too old."""
    if entity_id is None or (state := hass.states.get(entity_id)) is None:
        return None
    if state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
        return None
    return state if now - state.last_reported <= STALE else None


def number(
    state: State | None, converter: type[BaseUnitConverter], unit: str
) -> float | None:
    """Return a state as a number in a unit; zero is a number like any other."""
    if state is None:
        return None
    try:
        value = float(state.state)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    try:
        return converter.convert(
            value, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT), unit
        )
    except HomeAssistantError:
        return None


def temperature_c(
    hass: HomeAssistant,
    entity_id: str | None,
    now: datetime,
    highest_c: float = PLAUSIBLE_C[1],
) -> float | None:
    """Return a temperature, None if it is not known or not plausible."""
    value = number(
        fresh_state(hass, entity_id, now),
        TemperatureConverter,
        UnitOfTemperature.CELSIUS,
    )
    if value is None or not PLAUSIBLE_C[0] <= value <= highest_c:
        return None
    return value


def power_w(hass: HomeAssistant, entity_id: str | None, now: datetime) -> float | None:
    """Return a power."""
    return number(fresh_state(hass, entity_id, now), PowerConverter, UnitOfPower.WATT)


def voltage_v(
    hass: HomeAssistant, entity_id: str | None, now: datetime
) -> float | None:
    """Return a voltage."""
    return number(
        fresh_state(hass, entity_id, now),
        ElectricPotentialConverter,
        UnitOfElectricPotential.VOLT,
    )


def share(hass: HomeAssistant, entity_id: str | None, now: datetime) -> float | None:
    """Return a percentage as a share from 0 to 1, None if it is not one."""
    state = fresh_state(hass, entity_id, now)
    if state is None or state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) != PERCENTAGE:
        return None
    try:
        value = float(state.state) / 100
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def runs(state: State | None) -> bool | None:
    """Return whether a device runs, by the state of a switch or a number."""
    if state is None:
        return None
    if state.state in (STATE_ON, STATE_OFF):
        return state.state == STATE_ON
    try:
        return float(state.state) > 0
    except ValueError:
        return None


def tank_temperatures_c(
    hass: HomeAssistant, roles: Mapping[str, Any], now: datetime
) -> tuple[float | None, ...]:
    """Return the temperatures of the tank's probes, bottom first."""
    return tuple(
        temperature_c(hass, entity_of(roles, role), now) for role in TANK_PROBES
    )


def tank_top_c(
    hass: HomeAssistant, roles: Mapping[str, Any], now: datetime
) -> float | None:
    """Return the temperature of the highest probe that the home has."""
    for role in reversed(TANK_PROBES):
        if (entity_id := entity_of(roles, role)) is not None:
            return temperature_c(hass, entity_id, now)
    return None


def plant_state(
    hass: HomeAssistant,
    roles: Mapping[str, Any],
    tank: TankParameters,
    now: datetime,
    boiler_since: datetime | None = None,
    layers_c: tuple[float, ...] = (),
    zone_least_c: float | None = None,
) -> PlantState:
    """Return what the plant is like now.

    Since when the boiler runs or rests only who has watched it can tell: after a
    start of Home Assistant its state is new, and the boiler need not have changed.
    The layers and what the boiler's zone surely has come from the estimated tank.
    """
    probes = tank_temperatures_c(hass, roles, now)
    known = any(probe is not None for probe in probes)
    boiler_on = runs(fresh_state(hass, entity_of(roles, Role.BOILER_RUNNING), now))
    return PlantState(
        tank_c=probes if known and len(probes) == len(tank.probe_heights) else (),
        layers_c=layers_c,
        zone_least_c=zone_least_c,
        boiler_on=boiler_on,
        boiler_since=None if boiler_on is None else boiler_since,
        battery_soc=share(hass, entity_of(roles, Role.BATTERY_SOC), now),
    )


def entities_in_use(roles: Mapping[str, Any]) -> dict[str, Role]:
    """Return the entities of a home with their role, forecasts of entries left out."""
    return {
        entity_id: role
        for role in Role
        if role is not Role.SOLAR_FORECAST
        for entity_id in entities_of(roles, role)
    }
