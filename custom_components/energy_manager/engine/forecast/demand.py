"""What a house will need: hot water from its people, heat from the cold outside.

Habits follow the clock at home, so that all days here are local and every hour is
found by its time zone: a day on which the clocks change has 23 or 25 hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import numpy as np

from ..plant.draws import WEEKDAY, WEEKDAY_FACTOR, WEEKEND, daily_litres
from ..plant.heating import demand_w
from ..plant.parameters import HeatingParameters, HotWaterParameters, InverterParameters
from ..series import IntervalSeries, TimeGrid, spread
from ..units import SECONDS_PER_HOUR, WATER_KWH_PER_L_K, energy_kwh

WEEKEND_FACTOR = 1.2
"""Weekends take a fifth more hot water than weekdays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    """Who is at home on a local day."""

    day: date
    persons: float
    """All of them, guests too."""
    guests: float = 0.0


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a local day begins, in UTC."""
    return _instant(day, 0.0, zone)


def local_days(grid: TimeGrid, zone: tzinfo) -> Iterator[date]:
    """Yield the local days that a grid touches."""
    day = grid.start.astimezone(zone).date()
    last = (grid.end - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def household_on(households: tuple[Household, ...], day: date) -> Household:
    """Return who is at home on a day: as told, or as on the nearest day told.

    A far day's guests do not stay: only its own people do.
    """
    exact = [entry for entry in households if entry.day == day]
    if exact:
        return exact[0]
    if not households:
        return Household(day=day, persons=0.0)
    nearest = min(households, key=lambda entry: abs(entry.day - day))
    return Household(day=day, persons=max(nearest.persons - nearest.guests, 0.0))


def hot_water_kwh(
    grid: TimeGrid,
    parameters: HotWaterParameters,
    households: tuple[Household, ...],
    zone: tzinfo,
) -> IntervalSeries:
    """Return the heat in the hot water that people are expected to draw.

    Litres by person and day over the hours of a weekday or a weekend.
    """
    per_litre = WATER_KWH_PER_L_K * (parameters.use_c - parameters.cold_c)
    amounts: list[tuple[datetime, datetime, float]] = []
    for day in local_days(grid, zone):
        weekend = day.weekday() >= 5
        persons = household_on(households, day).persons
        litres = daily_litres(parameters, persons) * WEEKDAY_FACTOR
        litres *= WEEKEND_FACTOR if weekend else 1.0
        amounts.extend(
            (
                _instant(day, start_h, zone),
                _instant(day, end_h, zone),
                litres * share * per_litre,
            )
            for start_h, end_h, share in (WEEKEND if weekend else WEEKDAY)
        )
    return _rounded(spread(grid, tuple(amounts)))


def heating_kwh(
    grid: TimeGrid, parameters: HeatingParameters | None, ambient_c: IntervalSeries
) -> IntervalSeries:
    """Return the heat for the rooms by degree hours; nothing without heating.

    A house answers slowly: the outdoor temperature counts as its mean over a day
    around each step, as far as the grid reaches.
    """
    if parameters is None:
        return IntervalSeries(grid=grid, values=(0.0,) * grid.steps)
    half = max(1, round(12 * SECONDS_PER_HOUR / grid.step_s))
    ambient = np.array(ambient_c.values)
    values = []
    for step in range(grid.steps):
        first = min(max(0, step - half), max(0, grid.steps - 2 * half))
        mean = float(ambient[first : max(step + half, 2 * half)].mean())
        values.append(energy_kwh(demand_w(parameters, mean), grid.step_s))
    return _rounded(IntervalSeries(grid=grid, values=tuple(values)))


def electric_load_w(
    grid: TimeGrid, parameters: InverterParameters | None
) -> IntervalSeries:
    """Return the load behind the inverter without pumps: the electronics."""
    load = 0.0 if parameters is None else parameters.base_load_w
    return IntervalSeries(grid=grid, values=(load,) * grid.steps)


def _instant(day: date, hour: float, zone: tzinfo) -> datetime:
    """Return an hour of a local day as UTC; 24 is the next midnight."""
    whole = datetime.combine(day, time(), tzinfo=zone) + timedelta(hours=hour)
    return whole.astimezone(UTC)


def _rounded(series: IntervalSeries) -> IntervalSeries:
    values = tuple(round(value, 5) for value in series.values)
    return IntervalSeries(grid=series.grid, values=values)
