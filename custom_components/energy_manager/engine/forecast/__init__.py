"""Weather, sun and demand: what is expected to come."""

from .demand import (
    Household,
    electric_load_w,
    heating_kwh,
    hot_water_kwh,
    local_days,
    midnight,
)
from .weather import (
    SolarPower,
    SolarStretch,
    Weather,
    WeatherStretch,
    solar_on_grid,
    weather_on_grid,
)

__all__ = [
    "Household",
    "SolarPower",
    "SolarStretch",
    "Weather",
    "WeatherStretch",
    "electric_load_w",
    "heating_kwh",
    "hot_water_kwh",
    "local_days",
    "midnight",
    "solar_on_grid",
    "weather_on_grid",
]
