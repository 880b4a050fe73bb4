"""Problems of a house in Central Europe, as the integration would put them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.energy_manager.engine.forecast import (
    Household,
    WeatherStretch,
    electric_load_w,
    heating_kwh,
    hot_water_kwh,
    local_days,
    midnight,
    solar_on_grid,
    weather_on_grid,
)
from custom_components.energy_manager.engine.planner.problem import (
    DemandSeries,
    ForecastSeries,
    PeopleDay,
    PlantState,
    Problem,
)
from custom_components.energy_manager.engine.plant.parameters import (
    PlantParameters,
    SiteParameters,
)
from custom_components.energy_manager.engine.series import TimeGrid

ZONE = ZoneInfo("Europe/Berlin")
SITE = SiteParameters(latitude=49.5, longitude=8.5)
SUMMER_EVENING = datetime(2026, 6, 18, 20, tzinfo=ZONE)
WINTER_EVENING = datetime(2026, 1, 14, 18, tzinfo=ZONE)
USED_TANK = PlantState(
    tank_c=(24.0, 40.0, 53.0),
    boiler_on=False,
    boiler_since=datetime(2026, 1, 1, tzinfo=UTC),
    battery_soc=0.7,
)
"""In the evening: enough for the night, not for a whole day."""


def a_problem(
    start: datetime = SUMMER_EVENING,
    *,
    cloud_cover: float = 0.05,
    ambient_c: float = 20.0,
    persons: float = 2.0,
    guests: dict[date, float] | None = None,
    state: PlantState = USED_TANK,
    plant: PlantParameters | None = None,
    steps: int = 96,
    step_s: int = 1800,
) -> Problem:
    """Return a problem: the same house, with what differs given."""
    plant = PlantParameters() if plant is None else plant
    grid = TimeGrid(start=start, step_s=step_s, steps=steps)
    hour = timedelta(hours=1)
    hours = int((grid.end - grid.start) / hour) + 1
    weather = weather_on_grid(
        grid,
        tuple(
            WeatherStretch(
                start=grid.start + index * hour,
                end=grid.start + (index + 1) * hour,
                temperature_c=ambient_c + (4.0 if 9 <= local_hour < 21 else -4.0),
                cloud_cover=cloud_cover,
            )
            for index in range(hours)
            for local_hour in [(grid.start + index * hour).astimezone(ZONE).hour]
        ),
    )
    sun = solar_on_grid(
        grid,
        SITE,
        weather,
        collector=plant.collector,
        pv=plant.pv,
        battery=plant.battery,
    )
    coming = guests or {}
    households = tuple(
        Household(
            day=day, persons=persons + coming.get(day, 0.0), guests=coming.get(day, 0.0)
        )
        for day in local_days(grid, ZONE)
    )
    return Problem(
        created=grid.start,
        grid=grid,
        plant=plant,
        state=state,
        forecast=ForecastSeries(
            ambient_c=weather.ambient_c.values,
            irradiance_w_per_m2=sun.collector_w_per_m2.values,
            pv_power_w=sun.pv_power_w.values,
        ),
        demand=DemandSeries(
            hot_water_kwh=hot_water_kwh(grid, plant.hot_water, households, ZONE).values,
            heating_kwh=heating_kwh(grid, plant.heating, weather.ambient_c).values,
            electric_load_w=electric_load_w(grid, plant.inverter).values,
        ),
        people=tuple(
            PeopleDay(
                start=midnight(entry.day, ZONE),
                persons=entry.persons,
                guests=entry.guests,
            )
            for entry in households
        ),
    )


def without(**components: None) -> PlantParameters:
    """Return a plant that lacks components."""
    absent: dict[str, Any] = components
    return replace(PlantParameters(), **absent)
