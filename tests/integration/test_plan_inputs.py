"""What goes into a plan: states, forecasts, people and guests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.weather import WeatherEntityFeature
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager import outlook, states
from custom_components.energy_manager.engine.forecast import (
    Household,
    SolarStretch,
    WeatherStretch,
)
from custom_components.energy_manager.engine.plant.parameters import TankParameters

NOW = datetime(2026, 6, 20, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def summer_evening(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock on a summer evening in Berlin."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(NOW)


@pytest.mark.parametrize(
    ("state", "unit", "value"),
    [
        ("0", "°C", 0.0),
        ("55.5", "°C", 55.5),
        ("131", "°F", 55.0),
        ("unknown", "°C", None),
        ("unavailable", "°C", None),
        ("nan", "°C", None),
        ("inf", "°C", None),
        ("warm", "°C", None),
        ("55", "W", None),
        ("55", None, None),
        ("888.8", "°C", None),
        ("-88.8", "°C", None),
    ],
)
async def test_temperatures(
    hass: HomeAssistant, state: str, unit: str | None, value: float | None
) -> None:
    """Zero is a temperature; what is unknown, broken or no temperature is None."""
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    hass.states.async_set("sensor.probe", state, attributes)
    assert states.temperature_c(hass, "sensor.probe", NOW) == (
        None if value is None else pytest.approx(value)
    )


async def test_what_does_not_exist(hass: HomeAssistant) -> None:
    """A role without entity and an entity without state are unknown."""
    assert states.temperature_c(hass, None, NOW) is None
    assert states.temperature_c(hass, "sensor.none", NOW) is None
    assert states.share(hass, None, NOW) is None


async def test_stale_states_are_unknown(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A reading of yesterday is no reading of now."""
    attributes = {"unit_of_measurement": "°C"}
    hass.states.async_set("sensor.probe", "55", attributes)
    freezer.tick(states.STALE)
    assert states.temperature_c(hass, "sensor.probe", dt_util.utcnow()) == 55.0
    freezer.tick(1)
    assert states.temperature_c(hass, "sensor.probe", dt_util.utcnow()) is None
    # Reported again without a change it is fresh.
    hass.states.async_set("sensor.probe", "55", attributes)
    assert states.temperature_c(hass, "sensor.probe", dt_util.utcnow()) == 55.0


@pytest.mark.parametrize(
    ("state", "unit", "value"),
    [
        ("0", "%", 0.0),
        ("80", "%", 0.8),
        ("101", "%", None),
        ("80", "V", None),
        ("x", "%", None),
    ],
)
async def test_shares(
    hass: HomeAssistant, state: str, unit: str, value: float | None
) -> None:
    """A percentage is a share from 0 to 1."""
    hass.states.async_set("sensor.soc", state, {"unit_of_measurement": unit})
    assert states.share(hass, "sensor.soc", NOW) == value


@pytest.mark.parametrize(
    ("state", "runs"),
    [("on", True), ("off", False), ("0", False), ("100", True), ("eco", None)],
)
async def test_running(hass: HomeAssistant, state: str, runs: bool | None) -> None:
    """A switch or a speed tells whether a device runs."""
    hass.states.async_set("switch.boiler", state)
    assert states.runs(hass.states.get("switch.boiler")) is runs
    assert states.runs(hass.states.get("switch.none")) is None


async def test_power_and_voltage(hass: HomeAssistant) -> None:
    """Powers and voltages come in the engine's units."""
    hass.states.async_set("sensor.pv", "1.2", {"unit_of_measurement": "kW"})
    hass.states.async_set("sensor.battery", "12800", {"unit_of_measurement": "mV"})
    assert states.power_w(hass, "sensor.pv", NOW) == pytest.approx(1200.0)
    assert states.voltage_v(hass, "sensor.battery", NOW) == pytest.approx(12.8)


async def test_state_of_the_plant(hass: HomeAssistant) -> None:
    """Probes come bottom first; one that is missing is unknown, not left out."""
    unit = {"unit_of_measurement": "°C"}
    hass.states.async_set("sensor.top", "60", unit)
    hass.states.async_set("sensor.bottom", "20", unit)
    hass.states.async_set("sensor.relay", "0")
    roles = {
        "tank_top": "sensor.top",
        "tank_bottom": "sensor.bottom",
        "boiler_running": "sensor.relay",
    }
    state = states.plant_state(hass, roles, TankParameters(), NOW)
    assert state.tank_c == (20.0, None, 60.0)
    assert state.boiler_on is False
    # The state is as old as Home Assistant; the boiler may have rested for hours.
    assert state.boiler_since is None
    state = states.plant_state(hass, roles, TankParameters(), NOW, boiler_since=NOW)
    assert state.boiler_since == NOW
    assert state.battery_soc is None
    assert states.tank_top_c(hass, roles, NOW) == 60.0
    # The highest probe that the home has decides, even while it is unknown.
    hass.states.async_set("sensor.top", "unavailable")
    assert states.tank_top_c(hass, roles, NOW) is None
    hass.states.async_set("sensor.bottom", "unknown")
    assert states.plant_state(hass, roles, TankParameters(), NOW).tank_c == ()
    assert states.tank_top_c(hass, {}, NOW) is None


class Forecasts:
    """A weather integration's answer."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Offer the action that returns forecasts."""
        self.forecast: list[dict[str, Any]] | None = []
        self.asked: list[str] = []
        hass.services.async_register(
            "weather",
            "get_forecasts",
            self._async_answer,
            supports_response=SupportsResponse.ONLY,
        )

    async def _async_answer(self, call: ServiceCall) -> Any:
        """Answer."""
        self.asked.append(call.data["type"])
        return {call.data["entity_id"]: {"forecast": self.forecast}}


def _weather(hass: HomeAssistant, feature: WeatherEntityFeature, unit: str) -> None:
    """Give Home Assistant a weather entity."""
    hass.states.async_set(
        "weather.home",
        "sunny",
        {"supported_features": int(feature), "temperature_unit": unit},
    )


async def test_hourly_forecast(hass: HomeAssistant) -> None:
    """Units are converted, cloud cover is told or follows from the condition."""
    forecasts = Forecasts(hass)
    _weather(hass, WeatherEntityFeature.FORECAST_HOURLY, "°F")
    forecasts.forecast = [
        {
            "datetime": "2026-06-20T21:00:00+02:00",
            "temperature": 50,
            "condition": "fog",
        },
        {
            "datetime": "2026-06-20T18:00:00+00:00",
            "temperature": 68.0,
            "condition": "rainy",
            "cloud_coverage": 0,
        },
        {"datetime": "2026-06-21T02:00:00+00:00", "temperature": None},
        {"datetime": None, "temperature": 1},
    ]
    assert await outlook.async_weather(hass, "weather.home") == (
        WeatherStretch(start=NOW, end=NOW + HOUR, temperature_c=20.0, cloud_cover=0.0),
        # The gap until two o'clock is not filled.
        WeatherStretch(
            start=NOW + HOUR,
            end=NOW + 4 * HOUR,
            temperature_c=10.0,
            cloud_cover=0.9,
        ),
        WeatherStretch(
            start=NOW + 8 * HOUR,
            end=NOW + 9 * HOUR,
            temperature_c=None,
            cloud_cover=None,
        ),
    )
    assert forecasts.asked == ["hourly"]


async def test_daily_forecast(hass: HomeAssistant) -> None:
    """Where there are no hours, days have to do: with the mean of the day."""
    forecasts = Forecasts(hass)
    _weather(hass, WeatherEntityFeature.FORECAST_DAILY, "°C")
    forecasts.forecast = [
        {
            "datetime": "2026-06-20",
            "temperature": 24,
            "templow": 12,
            "condition": "cloudy",
        }
    ]
    [day] = await outlook.async_weather(hass, "weather.home")
    assert day.temperature_c == 18.0
    assert day.end - day.start == timedelta(days=1)
    assert forecasts.asked == ["daily"]


@pytest.mark.parametrize("forecast", [None, []])
async def test_no_forecast(
    hass: HomeAssistant, forecast: list[dict[str, Any]] | None
) -> None:
    """No forecast is an error, not an empty one."""
    Forecasts(hass).forecast = forecast
    with pytest.raises(HomeAssistantError, match="not available"):
        await outlook.async_weather(hass, "weather.home")
    _weather(hass, WeatherEntityFeature.FORECAST_HOURLY, "°C")
    with pytest.raises(HomeAssistantError, match="no forecast"):
        await outlook.async_weather(hass, "weather.home")


async def test_solar_forecasts_are_added_up(hass: HomeAssistant) -> None:
    """Periods of any length are kept; entries without forecast are passed over."""
    east = MockConfigEntry(domain="forecaster")
    east.add_to_hass(hass)
    other = MockConfigEntry(domain="silent")
    other.add_to_hass(hass)

    async def forecast(_hass: HomeAssistant, entry_id: str) -> Any:
        assert entry_id == east.entry_id
        return {
            "wh_hours": {
                "2026-06-20T18:30:00+00:00": 250,
                "2026-06-20T18:00:00+00:00": 500,
                "2026-06-21T06:00:00+00:00": 0,
            }
        }

    async def nothing(_hass: HomeAssistant, _entry_id: str) -> None:
        return None

    roles = {"solar_forecast": [east.entry_id, other.entry_id, "gone"]}
    with patch.object(
        outlook,
        "async_get_energy_platforms",
        return_value={"forecaster": forecast, "silent": nothing},
    ):
        stretches = await outlook.async_solar_forecast(hass, roles)
    half = HOUR / 2
    assert stretches == (
        SolarStretch(start=NOW, end=NOW + half, energy_kwh=0.5),
        SolarStretch(start=NOW + half, end=NOW + half + HOUR, energy_kwh=0.25),
        SolarStretch(start=NOW + 12 * HOUR, end=NOW + 13 * HOUR, energy_kwh=0.0),
    )


async def test_persons(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Who is out for the day comes back; who is away for longer does not count."""
    roles = {"people": ["person.anna", "person.ben", "person.cleo"]}
    assert outlook.persons_expected(hass, {}, NOW) == 2
    hass.states.async_set("person.anna", "home")
    hass.states.async_set("person.ben", "not_home")
    assert outlook.persons_expected(hass, roles, NOW) == 3
    freezer.tick(outlook.AWAY)
    hass.states.async_set("person.cleo", "Work")
    assert outlook.persons_expected(hass, roles, dt_util.utcnow()) == 2


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("Guests 4", 4),
        ("4 guests", 4),
        ("Guests: 3", 3),
        ("Guests (5)", 5),
        ("guest", 2),
        ("Two visitors for dinner", 2),
        ("4 Gäste", 4),
        ("Gäste x3", 3),
        ("Gaeste", 2),
        ("Besuch", 2),
        ("Besuch von Oma", 2),
        ("Besuch beim Zahnarzt", None),
        ("6 invités", 6),
        ("Invitées", 2),
        ("visiteurs 2", 2),
        ("Guests 0", 0),
        ("999 guests", 50),
        ("Guest house closed", 2),
        ("Gastherme prüfen", None),
        ("Dentist 4", None),
        ("Besuch 14:30 Oma", 2),
        ("14:30 Besuch", 2),
        ("Besuch 8-10 Uhr", 2),
        ("Gäste 19 Uhr", 2),
        ("Guests 7 pm", 2),
        ("Guests 24.12.", 2),
        ("Guest room paint", None),
        ("Gästezimmer streichen", None),
        ("invite code", None),
        ("", None),
    ],
)
def test_guests_in_an_event(text: str, guests: int | None) -> None:
    """Events of guests are known by their words, in three languages."""
    assert outlook.guests_in(text) == guests


class Calendars:
    """A calendar integration's answer."""

    def __init__(
        self, hass: HomeAssistant, events: dict[str, list[dict[str, str]]]
    ) -> None:
        """Offer the action that returns events."""
        self.events = events
        self.asked: list[dict[str, Any]] = []
        for entity_id in events:
            hass.states.async_set(entity_id, "off")
        hass.services.async_register(
            "calendar",
            "get_events",
            self._async_answer,
            supports_response=SupportsResponse.ONLY,
        )

    async def _async_answer(self, call: ServiceCall) -> Any:
        """Answer."""
        self.asked.append(dict(call.data))
        return {
            entity_id: {"events": self.events[entity_id]}
            for entity_id in call.data["entity_id"]
        }


async def test_guests_by_day(hass: HomeAssistant) -> None:
    """Guests count on each day at home that their event touches, once."""
    party = {
        "start": "2026-06-20T20:00:00+02:00",
        "end": "2026-06-21T00:00:00+02:00",
        "summary": "Guests 4",
    }
    calendars = Calendars(
        hass,
        {
            "calendar.a": [
                party,
                {"start": "2026-06-21", "end": "2026-06-23", "summary": "2 Gäste"},
                {"start": "2026-06-21", "end": "2026-06-22", "summary": "Dentist"},
                {
                    "start": "2026-06-22T23:00:00+02:00",
                    "end": "2026-06-23T01:00:00+02:00",
                    "summary": "Invités",
                },
            ],
            "calendar.b": [party],
        },
    )
    roles = {"calendar": ["calendar.a", "calendar.b", "calendar.gone"]}
    assert await outlook.async_guests(hass, roles, NOW) == {
        date(2026, 6, 20): 4,
        date(2026, 6, 21): 2,
        date(2026, 6, 22): 4,
        date(2026, 6, 23): 2,
    }
    assert calendars.asked[0]["entity_id"] == ["calendar.a", "calendar.b"]
    assert await outlook.async_guests(hass, {}, NOW) == {}


async def test_people_by_day_and_override() -> None:
    """What the owner says holds for today and tomorrow, then guests count again."""
    days = [date(2026, 6, 20) + timedelta(days=number) for number in range(4)]
    guests = {days[1]: 4, days[2]: 1}
    assert outlook.people_by_day(2, guests, None, NOW) == (
        Household(day=days[0], persons=2, guests=0),
        Household(day=days[1], persons=6, guests=4),
        Household(day=days[2], persons=3, guests=1),
        Household(day=days[3], persons=2, guests=0),
    )
    until = outlook.override_end(NOW)
    assert until == datetime(2026, 6, 21, 22, 0, tzinfo=UTC)
    assert outlook.people_by_day(2, guests, (0, until), NOW) == (
        Household(day=days[0], persons=0, guests=0),
        Household(day=days[1], persons=0, guests=0),
        Household(day=days[2], persons=3, guests=1),
        Household(day=days[3], persons=2, guests=0),
    )


async def test_days_of_the_clock_change(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Days stay days when the clock changes, and the override ends at midnight."""
    saturday = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
    freezer.move_to(saturday)
    people = outlook.people_by_day(2, {date(2026, 10, 25): 3}, None, saturday)
    assert [day.day.day for day in people] == [24, 25, 26, 27]
    assert [day.persons for day in people] == [2, 5, 2, 2]
    assert outlook.override_end(saturday) == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
