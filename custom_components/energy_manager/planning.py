"""From what Home Assistant knows to a plan: one job for the executor."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from .coordinator import PlanningInputs
from .engine.forecast import (
    electric_load_w,
    heating_kwh,
    hot_water_kwh,
    midnight,
    solar_on_grid,
    weather_on_grid,
)
from .engine.planner.plan import Plan
from .engine.planner.problem import DemandSeries, ForecastSeries, PeopleDay, Problem
from .engine.planner.solve import solve
from .engine.series import TimeGrid

HORIZON: Final = timedelta(hours=48)
STEP: Final = timedelta(minutes=30)
ALIGNMENT: Final = timedelta(minutes=15)
"""Grids begin at a quarter of an hour: runs begin when plans are made."""


def make_plan(inputs: PlanningInputs) -> tuple[Problem, Plan]:
    """Build the problem and solve it; EngineError where that is not possible."""
    problem = build_problem(inputs)
    return problem, solve(problem)


def build_problem(inputs: PlanningInputs) -> Problem:
    """Put what is known and expected on the grid of the coming two days."""
    grid = _grid(inputs.now)
    zone = ZoneInfo(inputs.time_zone)
    plant = inputs.plant
    weather = weather_on_grid(grid, inputs.weather, ambient_now_c=inputs.ambient_now_c)
    solar = solar_on_grid(
        grid,
        inputs.site,
        weather,
        collector=plant.collector,
        pv=plant.pv,
        battery=plant.battery,
        solar=inputs.solar,
    )
    hot_water = hot_water_kwh(grid, plant.hot_water, inputs.people, zone)
    heating = heating_kwh(grid, plant.heating, weather.ambient_c)
    load = electric_load_w(grid, plant.inverter)
    return Problem(
        created=inputs.now,
        grid=grid,
        plant=plant,
        state=inputs.state,
        forecast=ForecastSeries(
            ambient_c=weather.ambient_c.values,
            irradiance_w_per_m2=solar.collector_w_per_m2.values,
            pv_power_w=solar.pv_power_w.values,
        ),
        demand=DemandSeries(
            hot_water_kwh=hot_water.values,
            heating_kwh=heating.values,
            electric_load_w=load.values,
        ),
        people=tuple(
            PeopleDay(
                start=midnight(household.day, zone),
                persons=household.persons,
                guests=household.guests,
            )
            for household in inputs.people
        ),
    )


def _grid(now: datetime) -> TimeGrid:
    """Return the grid of a plan that is made now."""
    start = datetime.min.replace(tzinfo=UTC)
    return TimeGrid(
        start=now - (now - start) % ALIGNMENT,
        step_s=round(STEP.total_seconds()),
        steps=HORIZON // STEP,
    )
