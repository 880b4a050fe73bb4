"""Rooms as heat capacities: analytic solutions, thermostat, and a year by degree days."""

from dataclasses import replace
import math
from typing import Any

import numpy as np
import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.plant import building, heating, year
from custom_components.energy_manager.engine.plant.boundary import boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.parameters import (
    BuildingParameters,
    HeatingParameters,
)
from custom_components.energy_manager.engine.plant.results import Figures, figures
from scripts.benchmarks import references

from .test_year import NEW_YEAR_S, days_of, example, needs_data

ONE = BuildingParameters(internal_gain_w=0.0, solar_aperture_m2=0.0)
TWO = replace(ONE, model="2r2c")
MODELS = pytest.mark.parametrize("rooms", [ONE, TWO], ids=["1r1c", "2r2c"])


def settle(
    rooms: BuildingParameters, heat_w: float, hours: float, dt_s: float
) -> tuple[float, float]:
    """Return the temperatures after some hours at 0 degC outside, from 20 degC."""
    room_c = mass_c = 20.0
    for _ in range(round(hours * 3600.0 / dt_s)):
        room_c, mass_c, _mean_c, _loss_w = building.step(
            rooms, room_c, mass_c, ambient_c=0.0, solar_w=0.0, heat_w=heat_w, dt_s=dt_s
        )
    return room_c, mass_c


def test_rooms_cool_with_their_time_constant() -> None:
    """One capacity: after C / H a share of 1/e is left, whatever the step."""
    hours = ONE.capacity_kwh_per_k * 1000.0 / ONE.heat_loss_w_per_k
    for dt_s in (60.0, 300.0, hours * 3600.0):
        steps_h = round(hours * 3600.0 / dt_s) * dt_s / 3600.0
        left = math.exp(-steps_h / hours)
        assert settle(ONE, 0.0, steps_h, dt_s)[0] == pytest.approx(20.0 * left)


@MODELS
def test_rooms_settle_where_loss_is_heat(rooms: BuildingParameters) -> None:
    """In a steady state the heat is H (Ti - Ta)."""
    room_c, _mass_c = settle(rooms, 3000.0, 4000.0, 3600.0)
    assert room_c == pytest.approx(3000.0 / rooms.heat_loss_w_per_k, abs=1e-6)


@pytest.mark.parametrize("dt_s", [300.0, 7200.0])
def test_two_capacities_follow_the_equations(dt_s: float) -> None:
    """The exact step agrees with the same equations in steps of a second."""
    rooms = replace(TWO, internal_gain_w=200.0)
    coupling, direct, outward = building.conductances_w_per_k(rooms)
    air = rooms.air_capacity_kwh_per_k * 3.6e6
    mass = rooms.capacity_kwh_per_k * 3.6e6 - air
    room_c, mass_c, sum_k = 21.0, 17.0, 0.0
    count = round(dt_s / 0.5)
    for _ in range(count):
        between = coupling * (mass_c - room_c)
        sum_k += room_c / count
        room_c, mass_c = (
            room_c
            + 0.5 / air * (between - direct * (room_c + 5.0) + 1500.0 + 200.0 + 270.0),
            mass_c + 0.5 / mass * (-between - outward * (mass_c + 5.0) + 630.0),
        )
    found = building.step(
        rooms, 21.0, 17.0, ambient_c=-5.0, solar_w=900.0, heat_w=1500.0, dt_s=dt_s
    )
    assert found.room_c == pytest.approx(room_c, abs=2e-3)
    assert found.mass_c == pytest.approx(mass_c, abs=2e-3)
    assert found.mean_c == pytest.approx(sum_k, abs=2e-3)


@MODELS
def test_heat_is_kept(rooms: BuildingParameters) -> None:
    """What comes in is stored or lost, to the last joule."""
    rooms = replace(rooms, internal_gain_w=300.0)
    for dt_s in (60.0, 300.0, 86400.0):
        found = building.step(
            rooms, 19.0, 16.0, ambient_c=-3.0, solar_w=700.0, heat_w=2500.0, dt_s=dt_s
        )
        stored = building.stored_j(rooms, found.room_c, found.mass_c)
        stored -= building.stored_j(rooms, 19.0, 16.0)
        given_w = 300.0 + 700.0 + 2500.0
        assert stored == pytest.approx((given_w - found.loss_w) * dt_s, rel=1e-7)


@MODELS
def test_thermostat_reaches_its_set_point(rooms: BuildingParameters) -> None:
    """The heat asked for brings the room there in one step, within its power."""

    def wanted_w(set_point_c: float) -> float:
        return building.wanted_w(
            rooms,
            19.99,
            19.5,
            ambient_c=-5.0,
            solar_w=0.0,
            set_point_c=set_point_c,
            dt_s=300.0,
        )

    heat_w = wanted_w(20.0)
    found = building.step(
        rooms, 19.99, 19.5, ambient_c=-5.0, solar_w=0.0, heat_w=heat_w, dt_s=300.0
    )
    assert 0.0 < heat_w < rooms.heating_power_w
    assert found.room_c == pytest.approx(20.0)
    assert wanted_w(10.0) == 0.0
    assert wanted_w(28.0) == rooms.heating_power_w


@pytest.mark.parametrize(
    ("hour", "set_point_c"),
    [(None, 20.0), (21.9, 20.0), (22.0, 17.0), (3.0, 17.0), (6.0, 20.0), (12.5, 17.0)],
)
def test_set_back_hours(hour: float | None, set_point_c: float) -> None:
    """Hours over midnight and within the day; none where the hour is not known."""
    rooms = replace(ONE, set_back_hours=((22.0, 6.0), (12.0, 13.0)))
    assert building.set_point_c(rooms, hour) == set_point_c


# Heating curve


def test_heating_curve() -> None:
    """Design temperatures on the coldest day, cooler water on warmer days and loads."""
    parameters = HeatingParameters(
        heat_loss_w_per_k=200.0, supply_c=55.0, return_c=45.0, curve_exponent=1.3
    )
    coldest = heating.on_curve(parameters, -12.0, 6400.0)
    assert (coldest.supply_c, coldest.return_c) == pytest.approx((55.0, 45.0))
    mild = heating.on_curve(parameters, 4.0, 3200.0)
    supply_c = 20.0 + 35.0 * 0.5 ** (1.0 / 1.3)
    assert mild.supply_c == pytest.approx(supply_c)
    assert mild.return_c == pytest.approx(supply_c - 5.0)
    assert heating.on_curve(parameters, 4.0, 1600.0).return_c > mild.return_c
    warm = heating.on_curve(parameters, 25.0, 6400.0)
    assert 20.0 <= warm.return_c < warm.supply_c == pytest.approx(22.0)
    fixed = replace(parameters, curve_exponent=None)
    assert heating.on_curve(fixed, 4.0, 3200.0) is fixed


# In a whole house


def house_with(rooms: BuildingParameters, **parts: Any) -> House:
    """Return the reference house with rooms instead of degree hours."""
    house = example("proof-of-concept")
    demand = replace(house.demand, heating_kwh=None)
    plain = replace(house, pv=None, battery=None, inverter=None, demand=demand)
    return replace(plain, building=rooms, **parts)


@MODELS
def test_rooms_of_a_house_stay_warm(rooms: BuildingParameters) -> None:
    """A cold month at the set point; the rooms' heat adds up, and so does the tank's."""
    rooms = replace(rooms, internal_gain_w=250.0, solar_aperture_m2=3.0)
    house = house_with(rooms)
    course = year.simulate(house, days_of(house, 31))
    found = figures(house, course.whole)
    assert abs(found.balance_error) < 1e-9
    assert found.room_mean_c == pytest.approx(20.0, abs=0.4)
    assert found.cold_room_h == pytest.approx(0.0, abs=2.0)
    state = course.state
    stored_j = building.stored_j(rooms, state.room_c, state.mass_c)
    stored_j -= building.stored_j(rooms, 20.0, 20.0)
    given_kwh = found.heating_heat_kwh + found.room_gain_kwh
    assert given_kwh - found.room_loss_kwh == pytest.approx(stored_j / 3.6e6, abs=1e-6)


def january(rooms: BuildingParameters, **parts: Any) -> Figures:
    """Return the figures of a cold fortnight."""
    house = house_with(rooms, **parts)
    return figures(house, year.simulate(house, days_of(house, 14)).whole)


def test_what_changes_the_rooms() -> None:
    """Set-back and sun save heat, a boiler that is missing leaves rooms cold."""
    plain = january(ONE)
    lower = january(replace(ONE, set_back_hours=((22.0, 6.0),)))
    assert lower.heating_heat_kwh < 0.97 * plain.heating_heat_kwh
    assert (lower.room_mean_c or 0.0) < (plain.room_mean_c or 0.0)
    assert january(replace(ONE, solar_aperture_m2=5.0)).heating_heat_kwh < (
        0.95 * plain.heating_heat_kwh
    )
    unheated = january(ONE, boiler=None)
    assert (unheated.cold_room_h or 0.0) > 200.0
    assert (unheated.room_mean_c or 0.0) < 15.0
    weak = january(replace(ONE, heating_power_w=1500.0))
    assert (weak.cold_room_h or 0.0) > 100.0


def test_heating_curve_helps_the_sun() -> None:
    """Cooler returning water leaves more for the collectors."""
    house = example("proof-of-concept")
    assert house.heating is not None
    warm = replace(house.heating, supply_c=45.0, return_c=38.0, heat_loss_w_per_k=150.0)
    fixed = january(ONE, heating=warm)
    curve = january(ONE, heating=replace(warm, curve_exponent=1.1))
    assert curve.collector_heat_kwh > fixed.collector_heat_kwh
    assert curve.heating_heat_kwh == pytest.approx(fixed.heating_heat_kwh, rel=0.02)
    assert abs(curve.balance_error) < 1e-9


@needs_data
@MODELS
def test_year_by_degree_days(rooms: BuildingParameters) -> None:
    """Without gains a year takes H (Ti - Ta) of its heating days.

    Steady heat Q = H sum(Ti - Ta) over hours with a daily mean below 15 degC: 3132 Kd at
    Mannheim (HDD 20/15) and 150 W/K are 11275 kWh.
    """
    house = house_with(rooms)
    assert house.heating is not None
    house = replace(house, heating=replace(house.heating, base_temperature_c=15.0))
    weather = references.weather_of("mannheim")
    boundary = boundary_of(
        house, weather, start_s=NEW_YEAR_S, steps=8760, step_s=3600.0
    )
    found = figures(house, year.simulate(house, boundary).whole)
    daily_c = np.array(boundary.ambient_c).reshape(365, 24).mean(axis=1)
    degree_days = float((20.0 - daily_c)[daily_c < 15.0].sum())
    assert degree_days == pytest.approx(3132.0, rel=0.02)
    steady_kwh = 0.15 * 24.0 * degree_days
    assert found.heating_heat_kwh == pytest.approx(steady_kwh, rel=0.05)


def test_wrong_rooms_are_told() -> None:
    """The place and what is allowed are named."""
    document = house_with(TWO).to_json()
    rooms = document["building"]
    assert isinstance(rooms, dict)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"set_back_c": 21}, "building.set_back_c"),
        ({"coupling_w_per_k": 50}, "building.coupling_w_per_k"),
        ({"air_capacity_kwh_per_k": 6}, "building.air_capacity_kwh_per_k"),
        ({"model": "3r3c"}, "building.model"),
        ({"set_back_hours": [[22]]}, "building.set_back_hours"),
    )
    for change, field in wrong:
        with pytest.raises(InputError) as caught:
            House.from_json({**document, "building": {**rooms, **change}})
        assert caught.value.field == field
    with pytest.raises(InputError) as caught:
        House.from_json({**document, "demand": {"heating_kwh": 5000}})
    assert caught.value.field == "demand.heating_kwh"
