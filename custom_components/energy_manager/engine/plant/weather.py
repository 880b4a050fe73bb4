"""Synthetic weather of any day: the same for the same site, day and scenario.

Cloud cover and temperature vary smoothly about what is usual for the latitude
and season; irradiance follows from the cloud cover. For demonstration and
tests: the climate is a plausible one of the temperate zone, not a measured one.
"""

from dataclasses import dataclass
from enum import StrEnum
import math

import numpy as np
from numpy.typing import NDArray

from . import sun as sun_model
from .irradiance import (
    PlaneIrradiance,
    ghi_from_cloud_cover,
    plane_of_array,
    split_global,
)
from .parameters import SiteParameters
from .sun import FloatArray, SunPosition

DAY_S = 86400.0
YEAR_S = 365.2425 * DAY_S
WARMEST_DAY = 200.0
"""Day of the year on which it is warmest north of the equator."""
COVER_KNOTS_PER_DAY = 12
_DAY_SALT, _HOUR_SALT, _WARMTH_SALT = 1, 2, 3


class Scenario(StrEnum):
    """What kind of weather there is."""

    AS_USUAL = "as_usual"
    SUNNY = "sunny"
    OVERCAST = "overcast"


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """Weather at a row of instants; all arrays have their shape."""

    times_s: FloatArray
    """Seconds since 1970-01-01 UTC."""
    cloud_cover: FloatArray
    """Covered share of the sky, 0 to 1."""
    ambient_c: FloatArray
    sun: SunPosition
    ghi: FloatArray
    """Global horizontal irradiance [W/m2]."""
    dni: FloatArray
    dhi: FloatArray

    def plane(self, *, tilt_deg: float, azimuth_deg: float) -> PlaneIrradiance:
        """Return the irradiance on a tilted plane."""
        return plane_of_array(
            self.sun,
            self.ghi,
            self.dni,
            self.dhi,
            tilt_deg=tilt_deg,
            azimuth_deg=azimuth_deg,
        )


def weather_at(
    site: SiteParameters, times_s: FloatArray, scenario: Scenario
) -> Weather:
    """Return the weather at instants in seconds since 1970-01-01 UTC."""
    position = sun_model.position(times_s, site)
    covered = cloud_cover(site, times_s, scenario)
    ghi = ghi_from_cloud_cover(position, covered)
    dni, dhi = split_global(position, ghi)
    return Weather(
        times_s=times_s,
        cloud_cover=covered,
        ambient_c=ambient_c(site, times_s, scenario),
        sun=position,
        ghi=ghi,
        dni=dni,
        dhi=dhi,
    )


def weather_of_day(
    site: SiteParameters, start_s: float, scenario: Scenario, hours: int = 24
) -> Weather:
    """Return the weather hour by hour from an instant on."""
    times_s = start_s + 3600.0 * np.arange(hours, dtype=np.float64)
    return weather_at(site, times_s, scenario)


def cloud_cover(
    site: SiteParameters, times_s: FloatArray, scenario: Scenario
) -> FloatArray:
    """Return the covered share of the sky, 0 to 1, continuous in time."""
    days = _solar_days(site, times_s)
    ripple = _noise(site, days * COVER_KNOTS_PER_DAY, _HOUR_SALT)
    if scenario is Scenario.SUNNY:
        return 0.03 + 0.12 * ripple
    if scenario is Scenario.OVERCAST:
        return 0.97 + 0.03 * ripple
    level = _usual_level(site, times_s)
    swing = 1.4 * level * (1.0 - level)
    return np.clip(level + swing * (2.0 * ripple - 1.0), 0.0, 1.0)


def ambient_c(
    site: SiteParameters, times_s: FloatArray, scenario: Scenario
) -> FloatArray:
    """Return the outdoor temperature [degC], continuous in time.

    A mean by latitude and elevation, a wave over the year, one over the day that
    clouds flatten, and spells of some days.
    """
    days = _solar_days(site, times_s)
    season = _season(site, times_s)
    mean = 13.0 - 0.55 * (min(max(abs(site.latitude), 20.0), 70.0) - 45.0)
    mean -= 0.0065 * site.elevation_m
    amplitude = 10.5 * min(abs(site.latitude) / 45.0, 1.2)
    spell = 3.0 * (2.0 * _noise(site, days / 2.0, _WARMTH_SALT) - 1.0)
    if scenario is Scenario.SUNNY:
        level, shift = np.full(days.shape, 0.08), 2.0 * season
    elif scenario is Scenario.OVERCAST:
        level, shift = np.full(days.shape, 0.98), -2.0 * season
    else:
        level, shift = _usual_level(site, times_s), np.zeros(days.shape)
    daily = (1.0 + 4.5 * (1.0 - level)) * np.cos(2.0 * math.pi * (days - 15.0 / 24.0))
    total: FloatArray = mean + amplitude * season + daily + spell + shift
    return total


def _usual_level(site: SiteParameters, times_s: FloatArray) -> FloatArray:
    """Return the day's cloudiness: from clear to covered, more so in winter."""
    days = _solar_days(site, times_s)
    exponent = 0.38 + 0.18 * _season(site, times_s)
    level: FloatArray = _noise(site, days - 0.5, _DAY_SALT) ** exponent
    return level


def _season(site: SiteParameters, times_s: FloatArray) -> FloatArray:
    """Return a wave over the year: 1 in midsummer, -1 in midwinter."""
    days = (times_s % YEAR_S) / DAY_S
    wave = np.cos(2.0 * math.pi * (days - WARMEST_DAY) / 365.2425)
    half = 1.0 if site.latitude >= 0.0 else -1.0
    season: FloatArray = half * wave
    return season


def _solar_days(site: SiteParameters, times_s: FloatArray) -> FloatArray:
    """Return days of mean solar time since 1970; whole numbers are midnights."""
    return np.asarray(times_s / DAY_S + site.longitude / 360.0, dtype=np.float64)


def _noise(site: SiteParameters, places: FloatArray, salt: int) -> FloatArray:
    """Return smooth noise 0..1 that passes random values at whole places."""
    low = np.floor(places)
    share = places - low
    smooth = share * share * (3.0 - 2.0 * share)
    knots = low.astype(np.int64)
    first = _uniform(site, knots, salt)
    value: FloatArray = first + smooth * (_uniform(site, knots + 1, salt) - first)
    return value


def _uniform(site: SiteParameters, knots: NDArray[np.int64], salt: int) -> FloatArray:
    """Return a random number 0..1 for each knot, by the SplitMix64 mixer."""
    place = round((site.latitude + 90.0) * 100.0) * 36001
    place += round((site.longitude + 180.0) * 100.0)
    seed = (place * 8 + salt) * 0x9E3779B97F4A7C15 % 2**64
    value = knots.astype(np.uint64) * np.uint64(0xD1342543DE82EF95) + np.uint64(seed)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return (value >> np.uint64(11)).astype(np.float64) / 2.0**53
