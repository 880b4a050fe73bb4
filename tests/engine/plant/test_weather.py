"""Synthetic weather: repeatable, continuous and plausible."""

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import weather
from custom_components.energy_manager.engine.plant.parameters import SiteParameters
from custom_components.energy_manager.engine.plant.sun import FloatArray
from custom_components.energy_manager.engine.plant.weather import Scenario

SITE = SiteParameters(latitude=49.5, longitude=8.5)
NEW_YEAR_S = 1767225600.0
"""2026-01-01 00:00 UTC."""
YEAR: FloatArray = NEW_YEAR_S + 3600.0 * np.arange(8760, dtype=np.float64)
JULY = slice(181 * 24, 212 * 24)
JANUARY = slice(0, 31 * 24)


def test_same_input_same_weather() -> None:
    """Fixed figures: the same on every machine and in every version."""
    found = weather.weather_of_day(SITE, NEW_YEAR_S, Scenario.AS_USUAL)
    again = weather.weather_of_day(SITE, NEW_YEAR_S, Scenario.AS_USUAL)
    assert (found.cloud_cover == again.cloud_cover).all()
    assert found.cloud_cover[[0, 12, 23]] == pytest.approx(
        [0.965624, 0.907218, 0.860527], abs=1e-6
    )
    assert found.ambient_c[[0, 12, 23]] == pytest.approx(
        [0.048386, 2.00739, -0.008936], abs=1e-6
    )


def test_any_stretch_agrees_with_any_other() -> None:
    """An instant's weather does not depend on what else is asked."""
    whole = weather.weather_at(SITE, YEAR[:100], Scenario.AS_USUAL)
    part = weather.weather_at(SITE, YEAR[40:41], Scenario.AS_USUAL)
    assert part.cloud_cover[0] == whole.cloud_cover[40]
    assert part.ambient_c[0] == whole.ambient_c[40]
    assert part.ghi[0] == pytest.approx(whole.ghi[40])


@pytest.mark.parametrize("scenario", list(Scenario))
def test_continuous_over_midnight(scenario: Scenario) -> None:
    """From minute to minute nothing jumps, at midnight and new year neither."""
    minutes = NEW_YEAR_S - 86400.0 * 3 + 60.0 * np.arange(6 * 1440, dtype=np.float64)
    found = weather.weather_at(SITE, minutes, scenario)
    assert np.abs(np.diff(found.cloud_cover)).max() < 0.03
    assert np.abs(np.diff(found.ambient_c)).max() < 0.1


@pytest.mark.parametrize("scenario", list(Scenario))
def test_within_bounds(scenario: Scenario) -> None:
    """Cover 0 to 1, temperatures of the temperate zone, finite irradiance."""
    found = weather.weather_at(SITE, YEAR, scenario)
    assert found.cloud_cover.min() >= 0.0
    assert found.cloud_cover.max() <= 1.0
    assert -20.0 < found.ambient_c.min() < 0.0
    assert 20.0 < found.ambient_c.max() < 40.0
    for values in (found.ghi, found.dni, found.dhi):
        assert np.isfinite(values).all()
        assert values.min() >= 0.0


def test_scenarios_differ_as_they_say() -> None:
    """A sunny July gives at least 2.5 times the light of an overcast one."""
    light = {
        scenario: weather.weather_at(SITE, YEAR, scenario).ghi[JULY].sum()
        for scenario in Scenario
    }
    assert light[Scenario.SUNNY] > 2.5 * light[Scenario.OVERCAST]
    assert light[Scenario.OVERCAST] < light[Scenario.AS_USUAL] < light[Scenario.SUNNY]


def test_usual_year() -> None:
    """As usual the year is like at Mannheim: 11 degC, 900 to 1300 kWh/m2."""
    found = weather.weather_at(SITE, YEAR, Scenario.AS_USUAL)
    assert found.ambient_c.mean() == pytest.approx(10.5, abs=1.5)
    assert 900.0 < found.ghi.sum() / 1000.0 < 1300.0
    assert found.ambient_c[JULY].mean() - found.ambient_c[JANUARY].mean() > 15.0
    assert found.cloud_cover[JANUARY].mean() > found.cloud_cover[JULY].mean()


def test_warm_afternoon() -> None:
    """Clear summer days swing by about 10 K with the maximum after noon."""
    found = weather.weather_at(SITE, YEAR, Scenario.SUNNY).ambient_c[JULY]
    by_hour = found.reshape(-1, 24).mean(axis=0)
    assert 8.0 < by_hour.max() - by_hour.min() < 12.0
    assert 13 <= int(by_hour.argmax()) <= 16


def test_southern_hemisphere() -> None:
    """South of the equator January is warmer than July."""
    site = SiteParameters(latitude=-35.0, longitude=150.0)
    found = weather.weather_at(site, YEAR, Scenario.AS_USUAL)
    assert found.ambient_c[JANUARY].mean() > found.ambient_c[JULY].mean() + 8.0


def test_sites_have_their_own_weather() -> None:
    """Two towns do not share their clouds."""
    other = SiteParameters(latitude=52.4, longitude=13.0)
    here = weather.cloud_cover(SITE, YEAR, Scenario.AS_USUAL)
    there = weather.cloud_cover(other, YEAR, Scenario.AS_USUAL)
    assert abs(np.corrcoef(here, there)[0, 1]) < 0.3
