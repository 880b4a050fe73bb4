"""The weather of the demo house."""

from datetime import timedelta
from typing import Final, override

from homeassistant.components.weather import (
    ATTR_CONDITION_CLEAR_NIGHT,
    ATTR_CONDITION_CLOUDY,
    ATTR_CONDITION_PARTLYCLOUDY,
    ATTR_CONDITION_RAINY,
    ATTR_CONDITION_SNOWY,
    ATTR_CONDITION_SUNNY,
    Forecast,
    WeatherEntity,
    WeatherEntityFeature,
)
from homeassistant.const import UnitOfPrecipitationDepth, UnitOfTemperature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .demo import DemoHouse
from .demo_world import HourWeather
from .runtime import EnergyManagerConfigEntry

PARALLEL_UPDATES = 0

FORECAST_HOURS: Final = 72
REFRESH: Final = timedelta(minutes=10)
"""The weather of now moves slowly; the hour's change is never missed for long."""

CLEAR_SHARE: Final = 0.2
CLOUDY_SHARE: Final = 0.75
"""Shares of the sky: clear below the first, cloudy from the second."""
WET_MM: Final = 0.1
SNOW_C: Final = 1.0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the weather of the demo house."""
    if isinstance(entry.runtime_data, DemoHouse):
        async_add_entities([DemoWeather(entry.runtime_data)])


class DemoWeather(WeatherEntity):
    """The weather that the demo house has and will have."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_should_poll = False
    _attr_native_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_native_precipitation_unit = UnitOfPrecipitationDepth.MILLIMETERS
    _attr_supported_features = WeatherEntityFeature.FORECAST_HOURLY

    def __init__(self, house: DemoHouse) -> None:
        """Belong to a demo house."""
        self._house = house
        self._attr_unique_id = f"{house.entry.entry_id}_weather"
        self._attr_device_info = house.device_info
        self._take()

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the owner's choice at once and the clock now and then."""
        self.async_on_remove(self._house.async_listen(self._async_changed))
        self.async_on_remove(
            async_track_time_interval(self.hass, self._async_changed, REFRESH)
        )

    @callback
    def _async_changed(self, *_: object) -> None:
        """Write the weather of now and renew the forecast."""
        self._take()
        self.async_write_ha_state()
        self.hass.async_create_task(
            self.async_update_listeners(("hourly",)), "demo forecast"
        )

    def _take(self) -> None:
        """Take the weather of now."""
        now = self._house.weather_now()
        self._attr_condition = condition(now)
        self._attr_native_temperature = round(now.temperature_c, 1)
        self._attr_cloud_coverage = round(100 * now.cloud_cover)

    @override
    async def async_forecast_hourly(self) -> list[Forecast]:
        """Return the weather of the coming hours."""
        start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
        hours = await self.hass.async_add_executor_job(
            self._house.world.weather_of_hours, start, FORECAST_HOURS
        )
        return [
            Forecast(
                datetime=hour.start.isoformat(),
                condition=condition(hour),
                cloud_coverage=round(100 * hour.cloud_cover),
                native_temperature=round(hour.temperature_c, 1),
                native_precipitation=round(hour.precipitation_mm, 1),
            )
            for hour in hours
        ]


def condition(weather: HourWeather) -> str:
    """Return Home Assistant's word for the weather of an hour."""
    if weather.precipitation_mm >= WET_MM:
        snow = weather.temperature_c < SNOW_C
        return ATTR_CONDITION_SNOWY if snow else ATTR_CONDITION_RAINY
    if weather.cloud_cover >= CLOUDY_SHARE:
        return ATTR_CONDITION_CLOUDY
    if weather.cloud_cover >= CLEAR_SHARE:
        return ATTR_CONDITION_PARTLYCLOUDY
    return ATTR_CONDITION_SUNNY if weather.daylight else ATTR_CONDITION_CLEAR_NIGHT
