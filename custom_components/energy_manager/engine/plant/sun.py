"""Where the sun stands.

Low-precision formula of the Astronomical Almanac (J. J. Michalsky, Solar Energy
40 (1988) 227): within 0.012 degrees of the NREL algorithm from 2005 to 2040,
without refraction.
"""

from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray

from .parameters import SiteParameters

type FloatArray = NDArray[np.float64]

J2000_S = 946728000.0
"""2000-01-01 12:00 UTC in seconds since the epoch."""
SOLAR_CONSTANT_W_PER_M2 = 1361.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SunPosition:
    """Unit vector to the sun at each time, in the frame of the site.

    All arrays have the shape of the times they were computed for.
    """

    up: FloatArray
    """Cosine of the zenith angle; negative at night."""
    south: FloatArray
    west: FloatArray
    extraterrestrial_w_per_m2: FloatArray
    """Irradiance normal to the beam outside the atmosphere [W/m2]."""

    @property
    def zenith_deg(self) -> FloatArray:
        """Angle between the vertical and the sun [degrees]."""
        zenith: FloatArray = np.degrees(
            np.arctan2(np.hypot(self.south, self.west), self.up)
        )
        return zenith

    @property
    def elevation_deg(self) -> FloatArray:
        """Height above the horizon, without refraction [degrees]."""
        return 90.0 - self.zenith_deg

    @property
    def azimuth_deg(self) -> FloatArray:
        """Compass direction of the sun, 0 north, 90 east [degrees]."""
        azimuth: FloatArray = np.degrees(np.arctan2(self.west, self.south)) + 180.0
        return azimuth % 360.0


def position(times_s: FloatArray, site: SiteParameters) -> SunPosition:
    """Return the sun's position at `times_s`, seconds since 1970-01-01 UTC."""
    days = (np.asarray(times_s, dtype=np.float64) - J2000_S) / 86400.0
    mean_longitude = np.radians((280.460 + 0.9856474 * days) % 360.0)
    anomaly = np.radians((357.528 + 0.9856003 * days) % 360.0)
    longitude = (
        mean_longitude
        + math.radians(1.915) * np.sin(anomaly)
        + math.radians(0.020) * np.sin(2.0 * anomaly)
    )
    obliquity = np.radians(23.439 - 4e-7 * days)
    right_ascension = np.arctan2(
        np.cos(obliquity) * np.sin(longitude), np.cos(longitude)
    )
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    universal_time_h = ((days + 0.5) % 1.0) * 24.0
    sidereal_h = 6.697375 + 0.0657098242 * days + universal_time_h
    hour_angle = (
        np.radians((15.0 * sidereal_h + site.longitude) % 360.0) - right_ascension
    )
    sin_latitude = math.sin(math.radians(site.latitude))
    cos_latitude = math.cos(math.radians(site.latitude))
    toward_equator = np.cos(declination) * np.cos(hour_angle)
    return SunPosition(
        up=sin_latitude * np.sin(declination) + cos_latitude * toward_equator,
        south=sin_latitude * toward_equator - cos_latitude * np.sin(declination),
        west=np.cos(declination) * np.sin(hour_angle),
        extraterrestrial_w_per_m2=extraterrestrial(days),
    )


def extraterrestrial(days: FloatArray) -> FloatArray:
    """Return the irradiance outside the atmosphere [W/m2].

    `days` count from J2000.0. Series of J. W. Spencer (Search 2 (1971) 172).
    """
    angle = 2.0 * math.pi * ((days - 0.5) % 365.2425) / 365.2425
    return SOLAR_CONSTANT_W_PER_M2 * (
        1.00011
        + 0.034221 * np.cos(angle)
        + 0.00128 * np.sin(angle)
        + 0.000719 * np.cos(2.0 * angle)
        + 0.000077 * np.sin(2.0 * angle)
    )
