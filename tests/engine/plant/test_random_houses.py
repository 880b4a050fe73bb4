"""Any house that a document may tell: it runs, it balances, or it is refused in words."""

from functools import cache
import math

from hypothesis import HealthCheck, given, settings, strategies as st
import numpy as np

from custom_components.energy_manager.engine.document import Json
from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.plant import year
from custom_components.energy_manager.engine.plant.boundary import (
    WeatherSeries,
    boundary_of,
)
from custom_components.energy_manager.engine.plant.house_document import LIMITS, House
from custom_components.energy_manager.engine.plant.results import figures

from .test_year import SUMMER_S, weather

STEPS = 96
STEP_S = 900.0


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers from low to high, the ends more often than others."""
    return st.sampled_from([low, high]) | st.floats(low, high, allow_subnormal=False)


def part(**fields: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Return a part of a house with some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


COLLECTOR = part(
    area_m2=numbers(0.0, 200.0),
    tilt_deg=numbers(0.0, 90.0),
    azimuth_deg=numbers(0.0, 360.0),
    eta0=numbers(0.1, 1.0),
    a1_w_per_m2_k=numbers(0.0, 20.0),
    a2_w_per_m2_k2=numbers(0.0, 0.5),
    capacity_kj_per_m2_k=numbers(0.0, 100.0),
    flow_l_per_h_m2=numbers(1.0, 200.0),
    heat_exchanger_effectiveness=numbers(0.05, 1.0),
    pipe_loss_w_per_k=numbers(0.0, 100.0),
    inlet=st.sampled_from(["lance", "fixed", "coil", "mixed"]),
    inlet_height=numbers(0.0, 1.0),
)
TANK = part(
    volume_l=numbers(50.0, 10000.0),
    nodes=st.integers(1, 30),
    loss_w_per_k=numbers(0.0, 100.0),
    maximum_c=numbers(65.0, 110.0),
    boiler_height=numbers(0.05, 0.95),
    heating_height=numbers(0.0, 1.0),
    heating_return_height=numbers(0.0, 1.0),
    probe_heights=st.sampled_from([[0.5], [0.0, 1.0], [0.1, 0.5, 0.9]]),
)
BOILER = part(
    connection=st.sampled_from(["tank", "top_up"]),
    power_kw=numbers(0.0, 200.0),
    setpoint_c=numbers(46.0, 65.0),
    hysteresis_k=numbers(0.5, 40.0),
    minimum_on_min=numbers(0.0, 720.0),
    minimum_off_min=numbers(0.0, 720.0),
    safety_c=numbers(30.0, 130.0),
    condensing_per_k=numbers(0.0, 0.05),
)
HEATING = part(
    heat_loss_w_per_k=numbers(0.0, 2000.0),
    base_temperature_c=numbers(-20.0, 30.0),
    supply_c=numbers(30.0, 90.0),
    return_c=numbers(15.0, 29.0),
    curve_exponent=st.none() | numbers(1.0, 3.0),
)
HOUSES = st.fixed_dictionaries(
    {
        "site": st.fixed_dictionaries(
            {"latitude": numbers(-90.0, 90.0), "longitude": numbers(-180.0, 180.0)}
        )
    },
    optional={
        "people": numbers(0.0, 50.0),
        "collector": st.none() | COLLECTOR,
        "tank": TANK,
        "boiler": st.none() | BOILER,
        "heating": st.none() | HEATING,
        "building": st.none()
        | part(
            model=st.sampled_from(["1r1c", "2r2c"]), set_point_c=numbers(17.0, 30.0)
        ),
        "demand": part(
            heating_kwh=st.none() | numbers(0.0, 1e5),
            heating_limit_c=st.none() | numbers(-20.0, 30.0),
            hot_water_kwh=st.none() | numbers(0.0, 1e5),
            electricity_kwh=st.none() | numbers(0.0, 1e5),
        ),
        "hot_water": part(cold_c=numbers(1.0, 30.0), mixing_valve=st.booleans()),
        "pv": st.none() | part(peak_power_w=numbers(0.0, 20000.0)),
        "battery": st.none()
        | part(
            capacity_kwh=numbers(0.0, 50.0),
            chemistry=st.sampled_from(["lfp", "lead"]),
        ),
        "inverter": st.none() | part(grid_backup=st.booleans()),
        "immersion_heater": st.none() | part(power_w=numbers(0.0, 5000.0)),
        "controller": part(
            on_difference_k=numbers(0.0, 60.0),
            off_difference_k=numbers(0.0, 60.0),
            return_raise_on_k=numbers(0.0, 40.0),
            after_heating_windows=st.sampled_from([[], [[5, 7]], [[22, 4], [12, 13]]]),
        ),
    },
)


@cache
def some_weather() -> WeatherSeries:
    """Return two days, one of them bright."""
    return weather(2, SUMMER_S)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=HOUSES)
def test_any_document_runs_and_balances(document: dict[str, Json]) -> None:
    """A day of any house closes to 0.1 percent, and no figure is NaN or below zero."""
    house, refusal = None, ""
    try:
        house = House.from_json(document)
    except InputError as error:
        refusal = f"{error.field}: {error.allowed}"
    if house is None:
        assert "must" in refusal or "needs" in refusal
        return
    boundary = boundary_of(
        house, some_weather(), start_s=SUMMER_S, steps=STEPS, step_s=STEP_S
    )
    found = figures(house, year.simulate(house, boundary).whole)
    assert abs(found.balance_error) < 1e-3
    # Hot water alone may cool: from a tank that is colder than the mains.
    for name in ("boiler_heat_kwh", "fuel_kwh", "heating_heat_kwh"):
        assert getattr(found, name) >= 0.0
    for name in ("pv_kwh", "curtailed_kwh", "unserved_kwh", "grid_kwh", "stagnation_h"):
        assert getattr(found, name) >= 0.0
    numbers_of = [getattr(found, name) for name in type(found).__slots__]
    assert all(math.isfinite(value) for value in numbers_of if value is not None)
    assert House.from_json(house.to_json()) == house


def test_every_field_has_limits() -> None:
    """No number of a house may be anything: limits are finite for every part."""
    for kind, limits in LIMITS.items():
        assert limits, kind
        assert all(np.isfinite([one.low, one.high]).all() for one in limits.values())
