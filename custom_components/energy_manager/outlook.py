"""What is to come: weather, solar forecasts, people and guests."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
import logging
import re
from typing import Any, Final

from homeassistant.components.calendar import DOMAIN as CALENDAR_DOMAIN
from homeassistant.components.energy.websocket_api import async_get_energy_platforms
from homeassistant.components.weather import (
    ATTR_FORECAST_CLOUD_COVERAGE,
    ATTR_FORECAST_CONDITION,
    ATTR_FORECAST_TEMP,
    ATTR_FORECAST_TEMP_LOW,
    ATTR_FORECAST_TIME,
    ATTR_WEATHER_TEMPERATURE_UNIT,
    DOMAIN as WEATHER_DOMAIN,
    SERVICE_GET_FORECASTS,
    WeatherEntityFeature,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    STATE_HOME,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from .engine.forecast import Household, SolarStretch, WeatherStretch
from .roles import Role, entities_of

_LOGGER = logging.getLogger(__name__)

DEFAULT_PEOPLE: Final = 2
"""Where the home knows no persons."""
DEFAULT_GUESTS: Final = 2
"""Where a guests event names no number."""
MOST_PEOPLE: Final = 50
AWAY: Final = timedelta(hours=12)
"""Who left only since then is at work or out, and back for the next shower."""
DAYS_AHEAD: Final = 4
"""48 hours from any moment, in whole days, and one for the clock change."""

CLOUD_BY_CONDITION: Final[Mapping[str, float]] = {
    "clear-night": 0.05,
    "sunny": 0.05,
    "windy": 0.3,
    "partlycloudy": 0.45,
    "windy-variant": 0.6,
    "cloudy": 0.9,
    "exceptional": 0.8,
    "fog": 0.9,
    "hail": 0.95,
    "lightning": 0.9,
    "lightning-rainy": 0.95,
    "pouring": 1.0,
    "rainy": 0.95,
    "snowy": 0.95,
    "snowy-rainy": 1.0,
}
"""Share of the sky, for forecasts that tell no cloud cover."""

_GUEST_WORDS: Final = (
    r"guests?(?!\s+room)|visitors?|g[äa]e?ste?(?!\s*zimmer)"
    r"|besuch(?:er)?(?!\s+(?:bei|beim|im|in)\b)"
    r"|invit(?:és?|ées?|ee?s)|visiteurs?"
)
_GUESTS: Final = re.compile(
    rf"(?:(?<![\d:.\-–/])(?P<before>\d{{1,3}})\s+)?\b(?:{_GUEST_WORDS})\b"
    # A number that is a time of day or a date is no number of guests.
    r"(?:\s*[:(x×]?\s*(?P<after>\d{1,3})\b(?![:.\-–/]\d|\s*(?:uhr|h|am|pm)\b))?",
    re.IGNORECASE,
)


async def async_weather(
    hass: HomeAssistant, entity_id: str
) -> tuple[WeatherStretch, ...]:
    """Return a weather entity's forecast, hourly if it has one.

    Raises HomeAssistantError where the entity gives none.
    """
    state = hass.states.get(entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        raise HomeAssistantError(f"{entity_id} is not available")
    features = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0)
    hourly = bool(features & WeatherEntityFeature.FORECAST_HOURLY)
    answer = await hass.services.async_call(
        WEATHER_DOMAIN,
        SERVICE_GET_FORECASTS,
        {ATTR_ENTITY_ID: entity_id, "type": "hourly" if hourly else "daily"},
        blocking=True,
        return_response=True,
    )
    unit = state.attributes.get(
        ATTR_WEATHER_TEMPERATURE_UNIT, UnitOfTemperature.CELSIUS
    )
    answered: Any = (answer or {}).get(entity_id, {})
    length = timedelta(hours=1) if hourly else timedelta(days=1)
    stretches = _stretches(answered.get("forecast") or [], unit, length)
    if not stretches:
        raise HomeAssistantError(f"{entity_id} gives no forecast")
    return stretches


def _stretches(
    forecast: list[dict[str, Any]], unit: str, length: timedelta
) -> tuple[WeatherStretch, ...]:
    """Return a forecast's entries as stretches of time, the last one `length` long."""
    entries = sorted(
        (
            (dt_util.as_utc(start), entry)
            for entry in forecast
            if (start := dt_util.parse_datetime(str(entry.get(ATTR_FORECAST_TIME))))
        ),
        key=lambda item: item[0],
    )
    starts = [start for start, _ in entries]
    ends = starts[1:] + [start + length for start in starts[-1:]]
    return tuple(
        WeatherStretch(
            start=start,
            # A gap in the forecast is not filled with what was before it.
            end=min(end, start + max(length, timedelta(hours=3))),
            temperature_c=_temperature_c(entry, unit),
            cloud_cover=_cloud_cover(entry),
        )
        for (start, entry), end in zip(entries, ends, strict=True)
        if end > start
    )


def _temperature_c(entry: Mapping[str, Any], unit: str) -> float | None:
    """Return the mean temperature of a forecast's entry."""
    values = [
        TemperatureConverter.convert(float(value), unit, UnitOfTemperature.CELSIUS)
        for key in (ATTR_FORECAST_TEMP, ATTR_FORECAST_TEMP_LOW)
        if (value := entry.get(key)) is not None
    ]
    return sum(values) / len(values) if values else None


def _cloud_cover(entry: Mapping[str, Any]) -> float | None:
    """Return the cloud cover of a forecast's entry, told or by its condition."""
    if (cover := entry.get(ATTR_FORECAST_CLOUD_COVERAGE)) is not None:
        return min(1.0, max(0.0, float(cover) / 100))
    return CLOUD_BY_CONDITION.get(str(entry.get(ATTR_FORECAST_CONDITION)))


async def async_solar_forecast(
    hass: HomeAssistant, roles: Mapping[str, Any]
) -> tuple[SolarStretch, ...]:
    """Return the expected yield of photovoltaics, of all forecasts together."""
    stretches: list[SolarStretch] = []
    platforms = await async_get_energy_platforms(hass)
    for entry_id in entities_of(roles, Role.SOLAR_FORECAST):
        entry = hass.config_entries.async_get_entry(entry_id)
        if entry is None or (ask := platforms.get(entry.domain)) is None:
            continue
        answer = await ask(hass, entry_id)
        if answer is not None:
            stretches.extend(_yields(answer["wh_hours"]))
    return tuple(stretches)


def _yields(wh_hours: Mapping[str, float]) -> list[SolarStretch]:
    """Return yields by period; a period ends where the next one starts."""
    points = sorted(
        (dt_util.as_utc(start), float(energy_wh))
        for text, energy_wh in wh_hours.items()
        if (start := dt_util.parse_datetime(text)) is not None
    )
    hour = timedelta(hours=1)
    ends = [start for start, _ in points[1:]] + [
        start + hour for start, _ in points[-1:]
    ]
    return [
        SolarStretch(
            start=start, end=min(end, start + hour), energy_kwh=energy_wh / 1000
        )
        for (start, energy_wh), end in zip(points, ends, strict=True)
    ]


def persons_expected(
    hass: HomeAssistant, roles: Mapping[str, Any], now: datetime
) -> int:
    """Return how many of the home's persons are there or soon back."""
    persons = entities_of(roles, Role.PEOPLE)
    if not persons:
        return DEFAULT_PEOPLE
    return sum(
        (state := hass.states.get(person)) is None
        or state.state in (STATE_HOME, STATE_UNKNOWN, STATE_UNAVAILABLE)
        or now - state.last_changed < AWAY
        for person in persons
    )


def guests_in(text: str) -> int | None:
    """Return how many guests an event's text announces, None if it is not of guests."""
    if (found := _GUESTS.search(text)) is None:
        return None
    count = found["after"] or found["before"]
    return DEFAULT_GUESTS if count is None else min(int(count), MOST_PEOPLE)


async def async_guests(
    hass: HomeAssistant, roles: Mapping[str, Any], now: datetime
) -> dict[date, int]:
    """Return the number of guests by day at home, from the home's calendars.

    Raises HomeAssistantError where a calendar cannot be read.
    """
    calendars = [
        entity_id
        for entity_id in entities_of(roles, Role.CALENDAR)
        if (state := hass.states.get(entity_id)) is not None
        and state.state != STATE_UNAVAILABLE
    ]
    if not calendars:
        return {}
    start = dt_util.start_of_local_day(dt_util.as_local(now))
    answer: Any = await hass.services.async_call(
        CALENDAR_DOMAIN,
        "get_events",
        {
            ATTR_ENTITY_ID: calendars,
            "start_date_time": start,
            "end_date_time": start + timedelta(days=DAYS_AHEAD),
        },
        blocking=True,
        return_response=True,
    )
    # The same visit in two calendars is one visit.
    events = {
        (str(event["start"]), str(event["end"]), str(event.get("summary", "")))
        for calendar in (answer or {}).values()
        for event in calendar["events"]
    }
    guests: dict[date, int] = {}
    for first, last, summary in events:
        if (count := guests_in(summary)) is not None:
            for day in _days(first, last):
                guests[day] = guests.get(day, 0) + count
    return guests


def _days(start: str, end: str) -> list[date]:
    """Return the days at home that an event touches; its end is not part of it."""
    if (first := dt_util.parse_date(start)) is not None:
        last = dt_util.parse_date(end) or first + timedelta(days=1)
    else:
        begin = dt_util.parse_datetime(start, raise_on_error=True)
        finish = dt_util.parse_datetime(end, raise_on_error=True)
        first = dt_util.as_local(begin).date()
        local = dt_util.as_local(max(begin, finish - timedelta(microseconds=1)))
        last = local.date() + timedelta(days=1)
    count = min(max(1, (last - first).days), 366)
    return [first + timedelta(days=number) for number in range(count)]


def people_by_day(
    persons: int,
    guests: Mapping[date, int],
    override: tuple[int, datetime] | None,
    now: datetime,
) -> tuple[Household, ...]:
    """Return who is expected on each of the coming days.

    The override, a number and until when it holds, takes the place of both.
    """
    today = dt_util.as_local(now).date()
    days: list[Household] = []
    for number in range(DAYS_AHEAD):
        day = today + timedelta(days=number)
        coming = guests.get(day, 0)
        total = persons + coming
        if override is not None and dt_util.start_of_local_day(day) < override[1]:
            total = override[0]
            coming = min(coming, total)
        days.append(Household(day=day, persons=total, guests=coming))
    return tuple(days)


def override_end(now: datetime) -> datetime:
    """Return until when a number of people set by hand holds: all of tomorrow."""
    day_after = dt_util.as_local(now).date() + timedelta(days=2)
    return dt_util.as_utc(dt_util.start_of_local_day(day_after))
