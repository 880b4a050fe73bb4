"""Collectors against a Solar Keymark certificate and their own balance."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import collector, irradiance, sun
from custom_components.energy_manager.engine.plant.parameters import (
    CollectorParameters,
    SiteParameters,
)
from scripts.benchmarks import references
from scripts.benchmarks.reference_cases import PLACES

from .test_year import needs_data

KEYMARK = CollectorParameters(
    eta0=0.750,
    a1_w_per_m2_k=3.27,
    a2_w_per_m2_k2=0.016,
    b0=0.25,
    diffuse_modifier=0.91,
    capacity_kj_per_m2_k=5.58,
)
"""EBNER EASYSTAR, Solar Keymark certificate of 2019."""


@pytest.mark.parametrize(
    ("excess_k", "power"),
    [(0.0, 739), (10.0, 705), (30.0, 627), (50.0, 536), (70.0, 432), (100.0, 252)],
)
def test_keymark_certificate(excess_k: float, power: float) -> None:
    """Power at 850 beam and 150 diffuse as the certificate prints it."""
    found = collector.yield_w_per_m2(KEYMARK, 850.0, 150.0, 1.0, excess_k)
    assert found == pytest.approx(power, abs=1.0)


@pytest.mark.parametrize(
    ("angle_deg", "modifier"),
    [(10, 1.0), (20, 0.98), (30, 0.96), (40, 0.93), (50, 0.86), (60, 0.75), (70, 0.52)],
)
def test_incidence_modifier(angle_deg: float, modifier: float) -> None:
    """The one-figure formula follows the certificate's table up to 70 degrees."""
    cosine = float(np.cos(np.radians(angle_deg)))
    found = collector.incidence_modifier(KEYMARK, np.asarray(cosine), np.zeros(()))
    assert found == pytest.approx(modifier, abs=0.011)


TUBES = CollectorParameters(
    tilt_deg=45.0,
    incidence_modifiers=((0, 1.0), (60, 0.8), (90, 0.0)),
    transversal_modifiers=((0, 1.0), (60, 1.4), (90, 0.0)),
)


@pytest.mark.parametrize(
    ("across_deg", "along_deg", "modifier"),
    [(60, 0, 1.4), (-60, 0, 1.4), (0, 60, 0.8), (30, 0, 1.2), (60, 60, 1.12)],
)
def test_tubes_have_two_angles(
    across_deg: float, along_deg: float, modifier: float
) -> None:
    """Each modifier by the angle seen along the other axis (ISO 9806)."""
    tangents = np.tan(np.radians([across_deg, along_deg]))
    cosine = 1.0 / np.sqrt(1.0 + np.sum(tangents**2))
    found = collector.incidence_modifier(TUBES, cosine, cosine * tangents[0])
    assert found == pytest.approx(modifier, abs=1e-9)


def test_afternoon_is_across_the_tubes() -> None:
    """At noon the sun is in the plane of the tubes, in the afternoon beside it."""
    site = SiteParameters(latitude=45.0, longitude=0.0)
    day = datetime.fromisoformat("2024-06-20T00:00:00+00:00").timestamp()
    hours = np.arange(24, dtype=np.float64)
    times_s = day + 3600.0 * hours
    place = sun.position(np.asarray(times_s, dtype=np.float64), site)
    clear = irradiance.clear_sky_ghi(place)
    plane = irradiance.plane_from_global(place, clear, tilt_deg=45.0, azimuth_deg=180.0)
    assert abs(plane.incidence_sideways[12]) < 0.02
    assert plane.incidence_sideways[16] > 0.7
    assert plane.incidence_sideways[8] < -0.7
    modifier = collector.incidence_modifier(
        TUBES, plane.incidence_cosine, plane.incidence_sideways
    )
    assert modifier[9] > 1.1
    assert modifier[15] > 1.1
    assert 0.9 < modifier[12] < 1.0


@pytest.mark.parametrize("cosine", [0.0, 1e-9, 0.1, -0.5])
def test_no_beam_at_grazing_incidence(cosine: float) -> None:
    """Beyond 80 degrees the modifier is zero, not negative."""
    found = collector.incidence_modifier(KEYMARK, np.asarray(cosine), np.zeros(()))
    assert found == 0.0


CERTIFIED_ANGLES = (
    (0, 1.0), (10, 1.0), (20, 0.98), (30, 0.96), (40, 0.93), (50, 0.86), (60, 0.75),
    (70, 0.52), (80, 0.26), (90, 0.0),
)  # fmt: skip


def yearly_kwh_per_m2(
    place: str, tilt_deg: float, *, colder_k: float = 0.0
) -> tuple[float, list[float]]:
    """Return the sun on the plane and the yields at 25, 50 and 75 degC."""
    weather = references.weather_of(place)
    plane = irradiance.plane_of_array(
        sun.position(weather.times_s, PLACES[place]),
        weather.ghi,
        weather.dni,
        weather.dhi,
        tilt_deg=tilt_deg,
        azimuth_deg=180.0,
    )
    parts = replace(KEYMARK, incidence_modifiers=CERTIFIED_ANGLES)
    passed = collector.passed_w_per_m2(
        parts,
        plane.beam,
        plane.diffuse,
        plane.incidence_cosine,
        plane.incidence_sideways,
    )
    found = []
    for mean_c in (25.0, 50.0, 75.0):
        excess = mean_c - weather.ambient_c + colder_k
        loss = parts.a1_w_per_m2_k + parts.a2_w_per_m2_k2 * np.abs(excess)
        heat = np.maximum(parts.eta0 * passed - loss * excess, 0.0)
        found.append(float(heat.sum()) / 1000.0)
    return float(plane.total.sum()) / 1000.0, found


@needs_data
@pytest.mark.parametrize(
    ("place", "tilt_deg", "sun_kwh", "expected"),
    [
        ("mannheim", 35.0, 1246.0, (724, 485, 292)),
        ("pvgis_45N_8E", 30.0, 1708.0, (1052, 762, 502)),
    ],
)
def test_yearly_yields(
    place: str, tilt_deg: float, sun_kwh: float, expected: tuple[float, ...]
) -> None:
    """Hourly yields at fixed temperatures agree with an independent program."""
    total, found = yearly_kwh_per_m2(place, tilt_deg)
    assert total == pytest.approx(sun_kwh, rel=0.005)
    assert found == pytest.approx(expected, rel=0.01)


@needs_data
def test_yearly_yields_of_the_certificate() -> None:
    """The certificate's year at Wuerzburg (1244 kWh/m2, mean 9.0 degC) within 10 percent.

    Mannheim has the same sun and is 2.1 K warmer.
    """
    total, found = yearly_kwh_per_m2("mannheim", 35.0, colder_k=2.1)
    assert total == pytest.approx(1244.0, rel=0.01)
    assert found == pytest.approx((695, 449, 261), rel=0.1)


@pytest.mark.parametrize("a2", [0.0, 0.016])
def test_stagnation_is_where_the_yield_is_zero(a2: float) -> None:
    """At the stagnation temperature all absorbed heat is lost."""
    parameters = CollectorParameters(a2_w_per_m2_k2=a2)
    absorbed = collector.absorbed_w_per_m2(parameters, 850.0, 150.0, 1.0)
    hot = collector.stagnation_c(parameters, absorbed, 30.0)
    assert 120.0 < hot < 260.0
    assert collector.yield_w_per_m2(
        parameters, 850.0, 150.0, 1.0, hot - 30.0
    ) == pytest.approx(0.0, abs=1e-6)


def settle(dt_s: float, loop_w_per_k: float = 0.0) -> collector.CollectorStep:
    """Return the collector after eight hours of noon in steps of `dt_s`."""
    absorbed = collector.absorbed_w_per_m2(KEYMARK, 850.0, 150.0, 1.0)
    mean_c = 20.0
    for _ in range(int(8 * 3600 / dt_s)):
        result = collector.step(
            KEYMARK,
            mean_c,
            absorbed=absorbed,
            ambient_c=20.0,
            tank_c=40.0,
            loop_w_per_k=loop_w_per_k,
            dt_s=dt_s,
        )
        mean_c = result.mean_c
    return result


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 900.0])
def test_standing_collector_reaches_stagnation(dt_s: float) -> None:
    """Without flow it settles where the stagnation formula says, in any step."""
    absorbed = collector.absorbed_w_per_m2(KEYMARK, 850.0, 150.0, 1.0)
    expected = collector.stagnation_c(KEYMARK, absorbed, 20.0)
    assert settle(dt_s).mean_c == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 900.0])
def test_running_collector_gives_the_certified_yield(dt_s: float) -> None:
    """In balance the heat is the yield at the mean temperature."""
    result = settle(dt_s, collector.fluid_w_per_k(KEYMARK, 100.0))
    expected = KEYMARK.area_m2 * collector.yield_w_per_m2(
        KEYMARK, 850.0, 150.0, 1.0, result.mean_c - 20.0
    )
    assert result.heat_w == pytest.approx(expected, rel=1e-3)


def test_heat_exchanger() -> None:
    """The heat is effectiveness times capacity rate times outlet less tank."""
    loop = collector.fluid_w_per_k(KEYMARK, 100.0)
    result = settle(60.0, loop)
    outlet_c = collector.outlet_c(KEYMARK, result.mean_c, 40.0, loop)
    assert result.heat_w == pytest.approx(0.75 * loop * (outlet_c - 40.0), rel=1e-3)
    assert outlet_c - result.heat_w / loop < result.mean_c < outlet_c


@pytest.mark.parametrize("loop_w_per_k", [0.0, 100.0, 900.0])
@pytest.mark.parametrize("absorbed", [0.0, 700.0])
@pytest.mark.parametrize("start_c", [-20.0, 60.0, 180.0])
def test_balance_of_a_step(
    loop_w_per_k: float, absorbed: float, start_c: float
) -> None:
    """Absorbed heat is stored, lost or carried over: nothing is left."""
    result = collector.step(
        KEYMARK,
        start_c,
        absorbed=absorbed,
        ambient_c=5.0,
        tank_c=50.0,
        loop_w_per_k=loop_w_per_k,
        dt_s=120.0,
    )
    left = absorbed * KEYMARK.area_m2 - result.loss_w - result.stored_w - result.heat_w
    assert left == pytest.approx(0.0, abs=1e-6)


def test_full_flow() -> None:
    """40 l/h m2 on 18 m2 is 720 l/h: 780 W/K of 40 % glycol."""
    assert collector.fluid_w_per_k(CollectorParameters(), 100.0) == pytest.approx(780.0)
    assert collector.fluid_w_per_k(CollectorParameters(), 0.0) == 0.0


@pytest.mark.parametrize(
    ("percent", "power_w"), [(0.0, 0.0), (30.0, 3.161), (50.0, 7.375), (100.0, 45.0)]
)
def test_pump_power(percent: float, power_w: float) -> None:
    """Idle power plus the cube of the speed; nothing at standstill."""
    found = collector.pump_power_w(CollectorParameters(), percent)
    assert found == pytest.approx(power_w)
