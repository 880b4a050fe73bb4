"""Weather forecasts on a time grid: temperature, sun on the collectors, photovoltaics.

A forecast comes as stretches of time, each with what is told about it. A forecast
of photovoltaic energy says more about the sun than a cloud cover does: where there
is one, the cloud cover is taken that would give just that energy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ..errors import InputError
from ..plant import irradiance, photovoltaics, sun
from ..plant.collector import passed_w_per_m2
from ..plant.parameters import (
    BatteryParameters,
    CollectorParameters,
    PVParameters,
    SiteParameters,
)
from ..plant.sun import FloatArray
from ..series import IntervalSeries, TimeGrid
from ..units import SECONDS_PER_HOUR, WATTS_PER_KILOWATT

UNKNOWN_COVER = 0.6
"""Cloud cover where nothing is told: near the mean of Central Europe."""

LOOKS_PER_STEP = 3
"""The sun's position is looked up so often within a step."""

COVERS = np.linspace(0.0, 1.0, 21)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeatherStretch:
    """What a forecast tells about a stretch of time; None is not told."""

    start: datetime
    end: datetime
    temperature_c: float | None = None
    cloud_cover: float | None = None
    """Covered share of the sky, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SolarStretch:
    """The photovoltaic energy that a forecast expects in a stretch of time."""

    start: datetime
    end: datetime
    energy_kwh: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """Means of a grid's steps."""

    ambient_c: IntervalSeries
    cloud_cover: IntervalSeries
    """Covered share of the sky, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SolarPower:
    """What the sun gives in a grid's steps, means."""

    collector_w_per_m2: IntervalSeries
    """On the collectors, less what their glass reflects; 0 without collectors."""
    pv_power_w: IntervalSeries
    """Behind the charge controller; 0 without photovoltaics."""


def weather_on_grid(
    grid: TimeGrid,
    stretches: tuple[WeatherStretch, ...],
    *,
    ambient_now_c: float | None = None,
) -> Weather:
    """Return a forecast on a grid.

    Where it tells nothing, the same hour of the day before counts, else the nearest
    known step. `ambient_now_c` is measured: what it differs from the forecast fades
    out within six hours. Raises InputError where no temperature is known at all.
    """
    ambient = _on_grid(grid, stretches, lambda stretch: stretch.temperature_c)
    if ambient is None:
        if ambient_now_c is None:
            raise InputError("weather", "must tell the temperature of some hours")
        ambient = np.full(grid.steps, ambient_now_c)
    elif ambient_now_c is not None:
        hours = (np.arange(grid.steps) + 0.5) * grid.step_h
        fading = np.clip(1.0 - hours / 6.0, 0.0, 1.0)
        ambient = ambient + (ambient_now_c - ambient[0]) * fading
    cover = _on_grid(grid, stretches, lambda stretch: stretch.cloud_cover)
    if cover is None:
        cover = np.full(grid.steps, UNKNOWN_COVER)
    return Weather(
        ambient_c=_series(grid, ambient),
        cloud_cover=_series(grid, np.clip(cover, 0.0, 1.0)),
    )


def solar_on_grid(
    grid: TimeGrid,
    site: SiteParameters,
    weather: Weather,
    *,
    collector: CollectorParameters | None,
    pv: PVParameters | None,
    battery: BatteryParameters | None = None,
    solar: tuple[SolarStretch, ...] = (),
) -> SolarPower:
    """Return what collectors and photovoltaics get from the sun.

    From the cloud cover, or from a forecast of photovoltaic energy where `solar`
    has one. `battery` gives the voltage at which the charge controller's current is
    limited.
    """
    sky = _Sky(grid, site, np.array(weather.ambient_c.values))
    cover = np.array(weather.cloud_cover.values)
    factor = np.ones(grid.steps)
    if pv is not None and solar:
        cover, factor = _fit_cover(sky, pv, cover, solar)
    collected = np.zeros(grid.steps)
    if collector is not None:
        collected = sky.on_collector(collector, cover) * factor
    power = np.zeros(grid.steps)
    if pv is not None:
        power = sky.pv_power_w(pv, cover) * factor
        nominal_v = 1e9 if battery is None else battery.nominal_v
        power = np.array(
            [photovoltaics.charger_limit_w(pv, watt, nominal_v) for watt in power]
        )
    return SolarPower(
        collector_w_per_m2=_series(grid, collected), pv_power_w=_series(grid, power)
    )


def _on_grid(
    grid: TimeGrid,
    stretches: tuple[WeatherStretch, ...],
    value_of: Callable[[WeatherStretch], float | None],
) -> FloatArray | None:
    """Return means by step of what stretches tell, gaps filled; None without any."""
    total = np.zeros(grid.steps)
    weight = np.zeros(grid.steps)
    for stretch in stretches:
        value = value_of(stretch)
        if value is None:
            continue
        first = max(0.0, grid.position(stretch.start))
        last = min(float(grid.steps), grid.position(stretch.end))
        for step in range(int(first), int(np.ceil(last))):
            share = min(step + 1.0, last) - max(float(step), first)
            if share > 0.0:
                total[step] += share * value
                weight[step] += share
    known = np.flatnonzero(weight > 0.0)
    if not known.size:
        return None
    values = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0.0)
    day = round(24 * SECONDS_PER_HOUR / grid.step_s)
    for step in np.flatnonzero(weight <= 0.0):
        if step >= day:
            # The day before is known or has been filled.
            values[step] = values[step - day]
        else:
            values[step] = values[known[np.argmin(np.abs(known - step))]]
    return values


class _Sky:
    """The sun over a site at several instants of each step of a grid."""

    def __init__(
        self, grid: TimeGrid, site: SiteParameters, ambient_c: FloatArray
    ) -> None:
        self.grid = grid
        self.ambient_c = ambient_c
        offsets = (np.arange(LOOKS_PER_STEP) + 0.5) / LOOKS_PER_STEP
        steps = np.arange(grid.steps)[:, None] + offsets[None, :]
        times_s = grid.start.timestamp() + steps * grid.step_s
        self.sun = sun.position(times_s, site)

    def plane(
        self, cover: FloatArray, tilt_deg: float, azimuth_deg: float
    ) -> irradiance.PlaneIrradiance:
        """Return the irradiance on a plane at every look."""
        covers = np.broadcast_to(cover[:, None], self.sun.up.shape)
        return irradiance.plane_from_cloud_cover(
            self.sun, covers, tilt_deg=tilt_deg, azimuth_deg=azimuth_deg
        )

    def on_collector(
        self, collector: CollectorParameters, cover: FloatArray
    ) -> FloatArray:
        """Return the means of what passes the collectors' glass [W/m2]."""
        plane = self.plane(cover, collector.tilt_deg, collector.azimuth_deg)
        passed = passed_w_per_m2(
            collector,
            plane.beam,
            plane.diffuse,
            plane.incidence_cosine,
            plane.incidence_sideways,
        )
        return np.asarray(passed.mean(axis=1))

    def pv_power_w(self, pv: PVParameters, cover: FloatArray) -> FloatArray:
        """Return the means of the modules' power [W]."""
        plane = self.plane(cover, pv.tilt_deg, pv.azimuth_deg).total.mean(axis=1)
        return photovoltaics.power_series_w(pv, plane, self.ambient_c)


def _fit_cover(
    sky: _Sky,
    pv: PVParameters,
    cover: FloatArray,
    solar: tuple[SolarStretch, ...],
) -> tuple[FloatArray, FloatArray]:
    """Return the cloud cover that gives the forecast energy, and a factor for the rest.

    The factor is for energies that no cloud cover explains: between a half and
    three halves. Stretches with hardly any sun keep the cover they had.
    """
    grid = sky.grid
    cover, factor = cover.copy(), np.ones(grid.steps)
    kwh = grid.step_h / WATTS_PER_KILOWATT
    table = np.array(
        [sky.pv_power_w(pv, np.full(grid.steps, share)) * kwh for share in COVERS]
    )
    for stretch in solar:
        shares = _shares(grid, stretch.start, stretch.end)
        covered = shares.sum() * grid.step
        if covered < (stretch.end - stretch.start) * 0.99:
            # It reaches out of the grid: how its energy divides is not known.
            if covered <= timedelta(0):
                continue
            part = covered / (stretch.end - stretch.start)
        else:
            part = 1.0
        energies = table @ shares
        if energies[0] < 0.02 * pv.peak_power_w / WATTS_PER_KILOWATT * part:
            continue
        wanted = stretch.energy_kwh * part
        # Energies fall with the cover: np.interp wants them rising.
        fitted = np.interp(wanted, energies[::-1], COVERS[::-1])
        reached = np.interp(fitted, COVERS, energies)
        inside = shares > 0.0
        cover[inside] = fitted
        factor[inside] = np.clip(wanted / reached, 0.5, 1.5) if reached > 0.0 else 1.0
    return cover, factor


def _shares(grid: TimeGrid, start: datetime, end: datetime) -> FloatArray:
    """Return which share of each step lies in a stretch of time."""
    steps = np.arange(grid.steps)
    first, last = grid.position(start), grid.position(end)
    inside = np.minimum(steps + 1, last) - np.maximum(steps, first)
    return np.asarray(np.clip(inside, 0.0, 1.0), dtype=np.float64)


def _series(grid: TimeGrid, values: FloatArray) -> IntervalSeries:
    return IntervalSeries(
        grid=grid, values=tuple(round(float(value), 4) for value in values)
    )
