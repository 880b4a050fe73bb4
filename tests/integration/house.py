"""A house for tests of the home: its sensors, its weather, its calendar, its boiler."""

from datetime import UTC, datetime, timedelta
from typing import Any, override

import freezegun
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.select import SelectEntity
from homeassistant.components.weather import (
    Forecast,
    WeatherEntity,
    WeatherEntityFeature,
)
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import DOMAIN, Mode
from custom_components.energy_manager.plant_profile import default_plant

# The engine never asks for the time, and under a stopped clock its documents would
# not know their own type of time again.
freezegun.configure(extend_ignore_list=["custom_components.energy_manager.engine"])

EVENING = datetime(2026, 6, 18, 18, 7, tzinfo=UTC)
"""A Thursday in summer, seven past eight at home."""

RELAY = "select.boiler_relay"

ROLES = {
    "tank_top": "sensor.tank_top",
    "tank_middle": "sensor.tank_middle",
    "tank_bottom": "sensor.tank_bottom",
    "boiler_release": RELAY,
    "boiler_running": "binary_sensor.boiler",
    "battery_soc": "sensor.battery",
    "weather": "weather.house",
    "people": ["person.anna", "person.ben"],
    "calendar": ["calendar.family"],
}


class HouseWeather(WeatherEntity):
    """A weather service that foresees the same sky for days."""

    _attr_name = "House"
    _attr_should_poll = False
    _attr_native_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_supported_features = WeatherEntityFeature.FORECAST_HOURLY
    _attr_condition = "sunny"

    def __init__(self, cloud_cover_percent: int) -> None:
        """Foresee a sky."""
        self.cloud_cover_percent = cloud_cover_percent
        self.temperature_c = 16.0

    @override
    async def async_forecast_hourly(self) -> list[Forecast]:
        """Return the forecast."""
        start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
        return [
            Forecast(
                datetime=(start + timedelta(hours=hour)).isoformat(),
                cloud_coverage=self.cloud_cover_percent,
                native_temperature=self.temperature_c + warmer,
            )
            for hour in range(60)
            for warmer in [4.0 if 7 <= (start.hour + hour) % 24 < 19 else -4.0]
        ]


class FamilyCalendar(CalendarEntity):
    """A calendar with a few events."""

    _attr_name = "Family"
    _attr_should_poll = False

    def __init__(self) -> None:
        """Start empty."""
        self.events: list[CalendarEvent] = []

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the next event."""
        return self.events[0] if self.events else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events in a stretch of time."""
        return [
            event
            for event in self.events
            if event.start_datetime_local < end_date
            and event.end_datetime_local > start_date
        ]


class BoilerRelay(SelectEntity):
    """The relay that releases the boiler."""

    _attr_name = "Boiler relay"
    _attr_should_poll = False
    _attr_current_option = "auto"

    def __init__(self) -> None:
        """Start in automatic."""
        self._attr_options = ["off", "min", "auto", "on"]
        self.commands: list[str] = []
        self.write_error: Exception | None = None

    @override
    async def async_select_option(self, option: str) -> None:
        """Write the mode."""
        self.commands.append(option)
        if self.write_error is not None:
            raise self.write_error
        self.put(option)

    def put(self, option: str) -> None:
        """Be in a mode."""
        self._attr_current_option = option
        self.async_write_ha_state()


class House:
    """The house in Home Assistant."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Belong to a Home Assistant."""
        self.hass = hass
        self.weather = HouseWeather(0)
        self.calendar = FamilyCalendar()
        self.relay = BoilerRelay()

    async def async_build(self) -> None:
        """Give Home Assistant the house's entities."""
        hass = self.hass
        await hass.config.async_set_time_zone("Europe/Berlin")
        hass.config.latitude, hass.config.longitude = 49.5, 8.5
        for domain, entity in (
            ("weather", self.weather),
            ("calendar", self.calendar),
            ("select", self.relay),
        ):
            assert await async_setup_component(hass, domain, {})
            await hass.data[domain].async_add_entities([entity])
        self.set_tank(52, 39, 22)
        self.set("binary_sensor.boiler", "off")
        self.set("sensor.battery", "80", "%")
        self.set("person.anna", "home")
        self.set("person.ben", "home")
        await hass.async_block_till_done()

    async def async_take_down(self) -> None:
        """Remove what has timers of its own."""
        await self.calendar.async_remove()
        await self.weather.async_remove()
        await self.relay.async_remove()

    def set(self, entity_id: str, state: str, unit: str | None = None) -> None:
        """Set an entity's state."""
        attributes = {} if unit is None else {"unit_of_measurement": unit}
        self.hass.states.async_set(entity_id, state, attributes)

    def set_tank(self, top: float, middle: float, bottom: float) -> None:
        """Set the temperatures of the tank's probes."""
        self.set("sensor.tank_top", str(top), "°C")
        self.set("sensor.tank_middle", str(middle), "°C")
        self.set("sensor.tank_bottom", str(bottom), "°C")

    async def async_foresee(self, cloud_cover_percent: int) -> None:
        """Let the weather service foresee another sky."""
        self.weather.cloud_cover_percent = cloud_cover_percent
        await self.weather.async_update_listeners(("hourly",))

    def announce_guests(self, summary: str, days: int = 1) -> None:
        """Put guests of a coming day into the calendar."""
        day = (dt_util.now() + timedelta(days=days)).date()
        self.calendar.events.append(
            CalendarEvent(start=day, end=day + timedelta(days=1), summary=summary)
        )
        self.calendar.async_write_ha_state()


def home_entry(
    hass: HomeAssistant, mode: Mode = Mode.ADVISE, **roles: Any
) -> MockConfigEntry:
    """Return the entry of the house's home."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id="home",
        data={"kind": "home"},
        options={
            "roles": {
                role: value
                for role, value in {**ROLES, **roles}.items()
                if value is not None
            },
            "plant": default_plant(),
            "mode": mode.value,
        },
    )
    entry.add_to_hass(hass)
    return entry


async def async_set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up and wait for its first plan."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def moment_of(hass: HomeAssistant, entity_id: str) -> datetime:
    """Return the time that a sensor tells."""
    moment = dt_util.parse_datetime(state_of(hass, entity_id).state)
    assert moment is not None, entity_id
    return moment


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity that has one."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state
