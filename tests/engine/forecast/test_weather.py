"""Forecasts of weather and sun on a grid."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.forecast import (
    SolarPower,
    SolarStretch,
    Weather,
    WeatherStretch,
    solar_on_grid,
    weather_on_grid,
)
from custom_components.energy_manager.engine.plant import photovoltaics
from custom_components.energy_manager.engine.plant.parameters import (
    BatteryParameters,
    CollectorParameters,
    PVParameters,
    SiteParameters,
)
from custom_components.energy_manager.engine.series import IntervalSeries, TimeGrid

START = datetime(2026, 6, 20, 22, tzinfo=UTC)
GRID = TimeGrid(start=START, step_s=1800, steps=96)
HOUR = timedelta(hours=1)
SITE = SiteParameters(latitude=49.5, longitude=8.5)
PV = PVParameters(charger_current_a=1000.0)


def hours(
    count: int, temperature_c: float | None, cloud_cover: float | None, skip: int = 0
) -> tuple[WeatherStretch, ...]:
    """Return stretches of an hour each."""
    return tuple(
        WeatherStretch(
            start=START + n * HOUR,
            end=START + (n + 1) * HOUR,
            temperature_c=temperature_c,
            cloud_cover=cloud_cover,
        )
        for n in range(skip, skip + count)
    )


def sun_under(cover: float, **arguments: object) -> SolarPower:
    """Return what the sun gives under an even sky."""
    weather = Weather(
        ambient_c=IntervalSeries(grid=GRID, values=(20.0,) * 96),
        cloud_cover=IntervalSeries(grid=GRID, values=(cover,) * 96),
    )
    parts = {"collector": CollectorParameters(), "pv": PV} | arguments
    return solar_on_grid(GRID, SITE, weather, **parts)  # type: ignore[arg-type]


def test_means_are_weighted_by_time() -> None:
    """Means are weighted by time."""
    stretches = (
        WeatherStretch(start=START, end=START + HOUR / 4, temperature_c=10.0),
        WeatherStretch(
            start=START + HOUR / 4, end=START + 2 * HOUR, temperature_c=20.0
        ),
    )
    weather = weather_on_grid(GRID, stretches)
    assert weather.ambient_c.values[:3] == pytest.approx((15.0, 20.0, 20.0))


def test_beyond_the_forecast_the_day_before_counts() -> None:
    """Beyond the forecast the day before counts."""
    stretches = hours(12, 10.0, 0.2) + hours(12, 25.0, 0.8, skip=12)
    weather = weather_on_grid(GRID, stretches)
    assert weather.ambient_c.values[48:72] == (10.0,) * 24
    assert weather.ambient_c.values[72:] == (25.0,) * 24
    assert weather.cloud_cover.values[48:] == weather.cloud_cover.values[:48]


def test_a_gap_on_the_first_day_takes_the_nearest() -> None:
    """A gap on the first day takes the nearest."""
    weather = weather_on_grid(GRID, hours(4, 12.0, None, skip=6))
    assert weather.ambient_c.values[0] == 12.0
    assert set(weather.cloud_cover.values) == {0.6}


def test_what_is_measured_now_fades_out() -> None:
    """What is measured now fades out."""
    weather = weather_on_grid(GRID, hours(48, 10.0, 0.5), ambient_now_c=16.0)
    values = weather.ambient_c.values
    assert 15.0 < values[0] < 16.0
    assert list(values) == sorted(values, reverse=True)
    assert values[12:] == (10.0,) * 84
    alone = weather_on_grid(GRID, (), ambient_now_c=3.0)
    assert set(alone.ambient_c.values) == {3.0}


def test_without_any_temperature_there_is_no_weather() -> None:
    """Without any temperature there is no weather."""
    with pytest.raises(InputError, match="temperature"):
        weather_on_grid(GRID, hours(4, None, 0.5))


def test_the_sun_shines_by_day_and_less_under_clouds() -> None:
    """The sun shines by day and less under clouds."""
    clear, grey = sun_under(0.0), sun_under(1.0)
    night = [n for n in range(96) if GRID.boundary(n).hour in (22, 23, 0, 1)]
    assert all(clear.collector_w_per_m2.values[n] == 0.0 for n in night)
    clear_kwh = sum(clear.collector_w_per_m2.values) / 2000
    grey_kwh = sum(grey.collector_w_per_m2.values) / 2000
    # Two clear days of June at 45 degrees.
    assert 11.0 < clear_kwh < 17.0
    assert 0.15 < grey_kwh / clear_kwh < 0.4
    assert max(clear.pv_power_w.values) < PV.peak_power_w


def test_absent_components_get_nothing() -> None:
    """Absent components get nothing."""
    sun = sun_under(0.0, collector=None, pv=None)
    assert not any(sun.collector_w_per_m2.values)
    assert not any(sun.pv_power_w.values)


def test_the_charge_controller_limits_by_its_current() -> None:
    """The charge controller limits by its current."""
    limited = PVParameters(charger_current_a=50.0)
    battery = BatteryParameters(nominal_v=12.8)
    sun = sun_under(0.0, pv=limited, battery=battery)
    assert max(sun.pv_power_w.values) == pytest.approx(640.0)


@pytest.mark.parametrize("cover", [0.1, 0.5, 0.9])
def test_a_forecast_of_energy_tells_the_clouds(cover: float) -> None:
    """A forecast of energy tells the clouds."""
    truth = sun_under(cover)
    step_kwh = [
        power / PV.charger_efficiency / 2000 for power in truth.pv_power_w.values
    ]
    solar = tuple(
        SolarStretch(
            start=START + n * HOUR,
            end=START + (n + 1) * HOUR,
            energy_kwh=step_kwh[2 * n] + step_kwh[2 * n + 1],
        )
        for n in range(48)
    )
    # The weather says something else; the energy is believed.
    found = sun_under(0.3, solar=solar)
    expected = sum(truth.collector_w_per_m2.values)
    assert sum(found.collector_w_per_m2.values) == pytest.approx(expected, rel=0.03)
    assert sum(found.pv_power_w.values) == pytest.approx(
        sum(truth.pv_power_w.values), rel=0.03
    )


def test_more_energy_than_a_clear_sky_gives_is_believed_in_part() -> None:
    """More energy than a clear sky gives is believed in part."""
    clear = sum(sun_under(0.0).collector_w_per_m2.values)
    stretch = SolarStretch(
        start=START, end=START + 48 * HOUR, energy_kwh=10 * PV.peak_power_w
    )
    found = sum(sun_under(0.5, solar=(stretch,)).collector_w_per_m2.values)
    assert clear < found <= 1.5 * clear + 1.0


def test_a_forecast_outside_the_grid_changes_nothing() -> None:
    """A forecast outside the grid changes nothing."""
    stretch = SolarStretch(start=START - 9 * HOUR, end=START, energy_kwh=5.0)
    assert sun_under(0.4, solar=(stretch,)) == sun_under(0.4)


def test_power_follows_the_model_of_the_modules() -> None:
    """Power follows the model of the modules."""
    sun = sun_under(0.0)
    brightest = max(sun.pv_power_w.values)
    assert brightest <= photovoltaics.power_w(PV, 1100.0, 20.0)
