"""F-chart and EN 15316-4-3 as oracles: a solar fraction from monthly means.

f = 1.029 Y - 0.065 X - 0.245 Y2 + 0.0018 X2 + 0.0215 Y3 (Klein, Beckman, Duffie; EN 15316
method 2 takes the same). They know neither hours nor layers: a simulation that leaves them
by more than their own error is wrong.
"""

from dataclasses import dataclass
import math

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import irradiance, sun
from custom_components.energy_manager.engine.plant.boundary import boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from scripts.benchmarks import references
from scripts.benchmarks.reference_cases import (
    COMBI,
    HEAT_ONLY,
    MANNHEIM,
    NO_HEATING,
    SOUTH,
    TOP_UP,
)

from .test_year import needs_data

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HOUSES = {
    "heating at Mannheim": (MANNHEIM, ()),
    "heating at 45 N": (SOUTH, ("demand.heating_kwh=6000",)),
    "hot water at Mannheim": (MANNHEIM, NO_HEATING),
    "hot water at 45 N": (SOUTH, NO_HEATING),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """What a month brings and takes."""

    hours: float
    sun_kwh_per_m2: float
    ambient_c: float
    heating_kwh: float
    hot_water_kwh: float


def fraction(x: float, y: float) -> float:
    """Return the part of a load that the sun gives, within what the formula is for."""
    x, y = min(max(x, 0.0), 18.0), min(max(y, 0.0), 3.0)
    share = (
        1.029 * y - 0.065 * x - 0.245 * y**2 + 0.0018 * x**2 + 0.0215 * y**3
    )  # fmt: skip
    return min(max(share, 0.0), 1.0)


@pytest.mark.parametrize(
    ("area_m2", "x", "y", "share"),
    [(25, 0.772, 0.177, 0.125), (50, 1.544, 0.353, 0.238)],
)
def test_formula_by_the_book(area_m2: float, x: float, y: float, share: float) -> None:
    """Duffie and Beckman, Madison in January: 36 GJ, 11.9 MJ/m2 a day, -7 degC."""
    seconds, load_j = 31 * 86400.0, 36.0e9
    found_x = 4.00 * 0.97 * (100.0 + 7.0) * seconds * area_m2 / load_j
    found_y = 0.74 * 0.97 * 0.96 * 11.9e6 * 31 * area_m2 / load_j
    assert (found_x, found_y) == pytest.approx((x, y), abs=0.002)
    assert fraction(found_x, found_y) == pytest.approx(share, abs=0.002)


def months_of(place: str, changes: tuple[str, ...]) -> tuple[House, list[Month]]:
    """Return the reference house and its months: sun on its plane, loads as given."""
    house = references.house_of(COMBI, place, (*HEAT_ONLY, *changes))
    weather = references.weather_of(place)
    assert house.collector is not None
    plane = irradiance.plane_of_array(
        sun.position(weather.times_s, house.site),
        weather.ghi,
        weather.dni,
        weather.dhi,
        tilt_deg=house.collector.tilt_deg,
        azimuth_deg=house.collector.azimuth_deg,
    )
    boundary = boundary_of(
        house, weather, start_s=references.NEW_YEAR_S, steps=8760, step_s=3600.0
    )
    heating = boundary.heating_w or [0.0] * 8760
    rows, begin = [], 0
    for days in MONTH_DAYS:
        end = begin + 24 * days
        rows.append(
            Month(
                hours=24.0 * days,
                sun_kwh_per_m2=float(plane.total[begin:end].sum()) / 1000.0,
                ambient_c=float(np.mean(weather.ambient_c[begin:end])),
                heating_kwh=sum(heating[begin:end]) / 1000.0,
                hot_water_kwh=2968.0 * days / 365.0,
            )
        )
        begin = end
    return house, rows


def f_chart(house: House, months: list[Month]) -> float:
    """Return the solar fraction of a year by F-chart for liquids (space heating form)."""
    parts = house.collector
    assert parts is not None
    loss = parts.a1_w_per_m2_k + 40.0 * parts.a2_w_per_m2_k2
    rate = parts.flow_l_per_h_m2 * parts.fluid_kj_per_l_k / 3.6
    removal = rate / loss * -math.expm1(-loss / rate)
    exchange = 1.0 / (
        1.0 + removal * loss / rate * (1.0 / parts.heat_exchanger_effectiveness - 1.0)
    )
    store = (house.tank.volume_l / parts.area_m2 / 75.0) ** -0.25
    met = total = 0.0
    for month in months:
        load = month.heating_kwh + month.hot_water_kwh
        area = parts.area_m2 / load * removal * exchange
        x = area * loss * (100.0 - month.ambient_c) * month.hours / 1000.0 * store
        y = area * parts.eta0 * 0.94 * month.sun_kwh_per_m2
        met += fraction(x, y) * load
        total += load
    return met / total


def en_15316(house: House, months: list[Month]) -> float:
    """Return the solar fraction of a year by EN 15316-4-3, method 2.

    Area and volume are divided between heating and hot water by their loads.
    """
    parts = house.collector
    assert parts is not None
    area, litres = parts.area_m2, house.tank.volume_l
    loop = parts.a1_w_per_m2_k + 40.0 * parts.a2_w_per_m2_k2 + (5.0 + 0.5 * area) / area
    store = (75.0 * area / litres) ** 0.25
    met = total = 0.0
    for month in months:
        load = month.heating_kwh + month.hot_water_kwh
        water = house.hot_water
        hot_c = 11.6 + 1.18 * water.use_c + 3.86 * water.cold_c - 1.32 * month.ambient_c
        for wanted, reference_c in (
            (month.heating_kwh, 100.0),
            (month.hot_water_kwh, hot_c),
        ):
            if wanted <= 0.0:
                continue
            per_kwh = area / load
            x = per_kwh * loop * 0.8 * (reference_c - month.ambient_c)
            y = per_kwh * 0.94 * parts.eta0 * 0.8 * month.sun_kwh_per_m2
            met += fraction(x * store * month.hours / 1000.0, y) * wanted
        total += load
    return met / total


@needs_data
@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("heating at Mannheim", 0.379),
        ("heating at 45 N", 0.643),
        ("hot water at Mannheim", 0.812),
        ("hot water at 45 N", 0.898),
    ],
)
def test_standard_as_published(name: str, published: float) -> None:
    """EN 15316 of these houses on these years, and no simulation far below it."""
    place, changes = HOUSES[name]
    found = en_15316(*months_of(place, changes))
    assert found == pytest.approx(published, abs=0.01)
    inside = references.year_of(COMBI, place, (*HEAT_ONLY, *changes)).solar_fraction
    assert (inside or 0.0) >= found - 0.03


@needs_data
@pytest.mark.parametrize(
    ("name", "published"), [("heating at Mannheim", 0.431), ("heating at 45 N", 0.714)]
)
def test_f_chart_is_between_the_boilers(name: str, published: float) -> None:
    """F-chart of these houses, and the mean of both boilers within 0.03 of it."""
    place, changes = HOUSES[name]
    found = f_chart(*months_of(place, changes))
    assert found == pytest.approx(published, abs=0.01)
    both = [
        references.year_of(COMBI, place, (*HEAT_ONLY, *changes, *more)).solar_fraction
        for more in ((TOP_UP,), ())
    ]
    assert sum(one or 0.0 for one in both) / 2.0 == pytest.approx(found, abs=0.03)
