"""What acts on a house from outside, step by step, for a simulation.

Measured or typical weather at instants becomes heat at the absorbers and power of
the modules on equal steps; draws and loads likewise. Between instants values run
straight. What is worked out with arrays is rounded, so that the last bit of a
machine's arithmetic does not decide when a pump starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from . import collector, irradiance, photovoltaics, sun, tank
from .draws import draws_of_day
from .house_document import House
from .parameters import HotWaterParameters
from .sun import FloatArray

DAY_S = 86400.0
DECIMALS = 4
"""Of powers in W and temperatures in degC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeatherSeries:
    """Weather at instants in order; all arrays have one shape.

    Irradiances in W/m2: global horizontal, direct normal, diffuse horizontal.
    """

    times_s: FloatArray
    """Seconds since 1970-01-01 UTC."""
    ghi: FloatArray
    dni: FloatArray
    dhi: FloatArray
    ambient_c: FloatArray
    wind_m_per_s: FloatArray

    @property
    def step_s(self) -> float:
        """Time between neighbouring instants."""
        return float(np.median(np.diff(self.times_s)))

    @property
    def year_s(self) -> float | None:
        """After how long it repeats: a whole year does, anything shorter does not."""
        span = float(self.times_s[-1] - self.times_s[0]) + self.step_s
        return span if span >= 364.0 * DAY_S else None

    def at(self, values: FloatArray, times_s: FloatArray) -> FloatArray:
        """Return one of the arrays at other instants."""
        found = np.interp(times_s, self.times_s, values, period=self.year_s)
        return np.array(found, dtype=np.float64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Boundary:
    """What acts on a house in each of a row of equal steps."""

    start_s: float
    """Seconds since 1970-01-01 UTC."""
    step_s: float
    ambient_c: Sequence[float]
    absorbed_w_per_m2: Sequence[float]
    """Heat at the absorbers."""
    pv_available_w: Sequence[float]
    draw_l: Sequence[float]
    """Hot water of the step, counted at the temperature of use."""
    electrical_load_w: Sequence[float]
    heating_w: Sequence[float] | None = None
    """Heat for the rooms where it is given, else it follows the weather."""
    local_hour: Sequence[float] | None = None
    """Hour of the local day, where controller or thermostat have time windows."""
    solar_gain_w: Sequence[float] | None = None
    """Heat of the sun through the windows, where the rooms are modelled."""

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.ambient_c)

    def times_s(self) -> FloatArray:
        """Return the middle of each step."""
        return self.start_s + self.step_s * (
            np.arange(self.steps, dtype=np.float64) + 0.5
        )


def boundary_of(
    house: House,
    weather: WeatherSeries,
    *,
    start_s: float,
    steps: int,
    step_s: float = 300.0,
    draw_l: FloatArray | None = None,
    electrical_load_w: FloatArray | None = None,
) -> Boundary:
    """Return what acts on a house.

    `draw_l` are the litres of each step and `electrical_load_w` the loads besides
    pumps and electronics; without them they follow from the house's people and
    `demand`.
    """
    times_s = start_s + step_s * (np.arange(steps, dtype=np.float64) + 0.5)
    ambient_c = weather.at(weather.ambient_c, times_s)
    absorbed, power = sunlight(house, weather)
    days = steps * step_s / DAY_S
    if draw_l is None:
        draw_l = modelled_draws(house, start_s, steps, step_s)
    draw_l = scaled_draws(house, draw_l, days)
    if electrical_load_w is None:
        yearly_kwh = house.demand.electricity_kwh or 0.0
        electrical_load_w = np.full(steps, yearly_kwh * 1000.0 / 8760.0)
    heating_w = given_heating(house, weather, times_s, ambient_c)
    return Boundary(
        start_s=start_s,
        step_s=step_s,
        ambient_c=_rounded(ambient_c),
        absorbed_w_per_m2=_rounded(weather.at(absorbed, times_s)),
        pv_available_w=_rounded(weather.at(power, times_s)),
        draw_l=_rounded(draw_l),
        electrical_load_w=_rounded(electrical_load_w),
        heating_w=None if heating_w is None else _rounded(heating_w),
        local_hour=(
            local_hours(house, times_s)
            if house.controller.after_heating_windows
            or (house.building is not None and house.building.set_back_hours)
            else None
        ),
        solar_gain_w=_solar_gain(house, weather, times_s),
    )


def _solar_gain(
    house: House, weather: WeatherSeries, times_s: FloatArray
) -> list[float] | None:
    """Return the heat of the sun through upright windows [W]."""
    if (rooms := house.building) is None:
        return None
    plane = irradiance.plane_of_array(
        sun.position(weather.times_s, house.site),
        weather.ghi,
        weather.dni,
        weather.dhi,
        tilt_deg=90.0,
        azimuth_deg=rooms.window_azimuth_deg,
    )
    return _rounded(weather.at(plane.total * rooms.solar_aperture_m2, times_s))


def local_hours(house: House, times_s: FloatArray) -> list[float]:
    """Return the hour of the local day at each time."""
    zone = ZoneInfo(house.time_zone)
    found = []
    for seconds in times_s.tolist():
        when = datetime.fromtimestamp(seconds, zone)
        found.append(when.hour + when.minute / 60.0 + when.second / 3600.0)
    return found


def _rounded(values: FloatArray) -> list[float]:
    rounded: list[float] = np.round(values, DECIMALS).tolist()
    return rounded


def sunlight(house: House, weather: WeatherSeries) -> tuple[FloatArray, FloatArray]:
    """Return heat at the absorbers [W/m2] and the modules' power [W] at the instants."""
    position = sun.position(weather.times_s, house.site)
    dark = np.zeros(weather.times_s.shape)
    absorbed, power = dark, dark
    if (parts := house.collector) is not None:
        plane = irradiance.plane_of_array(
            position,
            weather.ghi,
            weather.dni,
            weather.dhi,
            tilt_deg=parts.tilt_deg,
            azimuth_deg=parts.azimuth_deg,
        )
        absorbed = parts.eta0 * collector.passed_w_per_m2(
            parts,
            plane.beam,
            plane.diffuse,
            plane.incidence_cosine,
            plane.incidence_sideways,
        )
    if (modules := house.pv) is not None:
        total = irradiance.plane_of_array(
            position,
            weather.ghi,
            weather.dni,
            weather.dhi,
            tilt_deg=modules.tilt_deg,
            azimuth_deg=modules.azimuth_deg,
        ).total
        power = photovoltaics.power_series_w(
            modules, total, weather.ambient_c, weather.wind_m_per_s
        )
    return absorbed, power


def modelled_draws(
    house: House, start_s: float, steps: int, step_s: float
) -> FloatArray:
    """Return the litres that the people of a house draw in each step."""
    return _draws_of(
        house.hot_water, house.people, house.time_zone, start_s, steps, step_s
    )


@lru_cache(maxsize=8)
def _draws_of(
    hot_water: HotWaterParameters,
    people: float,
    time_zone: str,
    start_s: float,
    steps: int,
    step_s: float,
) -> FloatArray:
    """Return the draws of some people, kept for the next house with the same."""
    zone = ZoneInfo(time_zone)
    litres = np.zeros(steps)
    day = datetime.fromtimestamp(start_s, UTC).astimezone(zone).date()
    day -= timedelta(days=1)
    last = datetime.fromtimestamp(start_s + steps * step_s, UTC).astimezone(zone).date()
    while day <= last:
        for draw in draws_of_day(hot_water, people, day, zone):
            _add_draw(
                litres, draw.litres, draw.start_s - start_s, draw.duration_s, step_s
            )
        day += timedelta(days=1)
    litres.flags.writeable = False
    return litres


def _add_draw(
    litres: FloatArray, amount: float, begin_s: float, duration_s: float, step_s: float
) -> None:
    """Spread a draw evenly over the steps that it touches."""
    end_s = begin_s + duration_s
    first = max(int(begin_s // step_s), 0)
    for place in range(first, min(int(end_s // step_s), len(litres) - 1) + 1):
        overlap = min(end_s, (place + 1) * step_s) - max(begin_s, place * step_s)
        if overlap > 0.0:
            litres[place] += amount * overlap / duration_s


def scaled_draws(house: House, draw_l: FloatArray, days: float) -> FloatArray:
    """Return draws that give the known heat of a year, if it is known."""
    yearly_kwh = house.demand.hot_water_kwh
    if yearly_kwh is None:
        return draw_l
    water = house.hot_water
    kwh_per_l = tank.WATER_J_PER_KG_K / 3.6e6 * (water.use_c - water.cold_c)
    drawn_kwh = float(draw_l.sum()) * kwh_per_l
    wanted_kwh = yearly_kwh * days / 365.0
    return draw_l * (wanted_kwh / drawn_kwh) if drawn_kwh > 0.0 else draw_l


def given_heating(
    house: House, weather: WeatherSeries, times_s: FloatArray, ambient_c: FloatArray
) -> FloatArray | None:
    """Return the known heat for the rooms by degree hours [W], None if it is modelled.

    The degree hours are those of the weather's year, or of these steps where the
    weather is shorter.
    """
    yearly_kwh = house.demand.heating_kwh
    if house.heating is None or yearly_kwh is None:
        return None
    degrees_k = _degrees_k(house, weather, times_s, ambient_c)
    known_k = degrees_k
    if weather.year_s is not None:
        known_k = _degrees_k(house, weather, weather.times_s, weather.ambient_c)
    mean_k = float(known_k.mean())
    if mean_k <= 0.0:
        return np.zeros(ambient_c.shape)
    return degrees_k * (yearly_kwh * 1000.0 / 8760.0 / mean_k)


def _degrees_k(
    house: House, weather: WeatherSeries, times_s: FloatArray, ambient_c: FloatArray
) -> FloatArray:
    """Return by how much it is colder than the heating's base, on days that count [K]."""
    assert house.heating is not None
    degrees_k = np.maximum(house.heating.base_temperature_c - ambient_c, 0.0)
    limit_c = house.demand.heating_limit_c
    if limit_c is None:
        return degrees_k
    days, rows = np.unique(weather.times_s // DAY_S, return_inverse=True)
    mean_c = np.bincount(rows, weather.ambient_c) / np.bincount(rows)
    # A year's end and beginning may lie beyond the first and the last row.
    place = np.searchsorted(days, times_s // DAY_S).clip(0, len(days) - 1)
    return np.where(mean_c[place] < limit_c, degrees_k, 0.0)
