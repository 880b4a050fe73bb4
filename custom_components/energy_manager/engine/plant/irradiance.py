"""Solar irradiance on tilted planes, from whatever is known of the sky.

All arrays have one shape; irradiances are in W/m2. Unknown stays with the
caller: no function here returns NaN for finite input, and none is negative.
"""

from dataclasses import dataclass
import math

import numpy as np

from .sun import FloatArray, SunPosition

ALBEDO = 0.2
"""Reflectance of ground without snow."""
LOWEST_UP = 0.087
"""Cosine of a zenith angle of 85 degrees: no ratio to the horizontal below it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaneIrradiance:
    """Irradiance on a tilted plane by its origin [W/m2]."""

    beam: FloatArray
    sky: FloatArray
    """Diffuse from the sky, the part around the sun included."""
    ground: FloatArray
    incidence_cosine: FloatArray
    """Cosine of the angle between the sun and the plane's normal, 0 when behind."""
    incidence_sideways: FloatArray
    """Cosine of the angle between the sun and the plane's horizontal axis."""

    @property
    def diffuse(self) -> FloatArray:
        """Irradiance from sky and ground [W/m2]."""
        return self.sky + self.ground

    @property
    def total(self) -> FloatArray:
        """Global irradiance on the plane [W/m2]."""
        return self.beam + self.sky + self.ground


def incidence_cosine(
    sun: SunPosition, tilt_deg: float, azimuth_deg: float
) -> FloatArray:
    """Return the cosine of the incidence angle on a plane, 0 when behind it.

    The plane faces the compass direction `azimuth_deg` (180 is south); it is
    horizontal at `tilt_deg` 0. With the sun below the horizon it is 0 too.
    """
    tilt, turn = math.radians(tilt_deg), math.radians(azimuth_deg - 180.0)
    cosine = (
        sun.up * math.cos(tilt)
        + sun.south * math.sin(tilt) * math.cos(turn)
        + sun.west * math.sin(tilt) * math.sin(turn)
    )
    return np.where(sun.up > 0.0, np.maximum(cosine, 0.0), 0.0)


def plane_of_array(
    sun: SunPosition,
    ghi: FloatArray,
    dni: FloatArray,
    dhi: FloatArray,
    *,
    tilt_deg: float,
    azimuth_deg: float,
    albedo: float = ALBEDO,
) -> PlaneIrradiance:
    """Return the irradiance on a plane by the model of Hay and Davies (1980).

    `ghi`, `dni` and `dhi` are global horizontal, direct normal and diffuse
    horizontal irradiance [W/m2].
    """
    turn = math.radians(azimuth_deg - 180.0)
    cosine = incidence_cosine(sun, tilt_deg, azimuth_deg)
    upward = (1.0 + math.cos(math.radians(tilt_deg))) / 2.0
    anisotropy = np.clip(dni / sun.extraterrestrial_w_per_m2, 0.0, 1.0)
    ratio = cosine / np.maximum(sun.up, LOWEST_UP)
    return PlaneIrradiance(
        beam=np.maximum(dni, 0.0) * cosine,
        sky=np.maximum(dhi, 0.0) * (anisotropy * ratio + (1.0 - anisotropy) * upward),
        ground=np.maximum(ghi, 0.0) * albedo * (1.0 - upward),
        incidence_cosine=cosine,
        incidence_sideways=sun.west * math.cos(turn) - sun.south * math.sin(turn),
    )


def split_global(sun: SunPosition, ghi: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return direct normal and diffuse horizontal irradiance from global alone.

    Correlation of Erbs, Klein and Duffie, Solar Energy 28 (1982) 293. Below an
    elevation of 5 degrees everything counts as diffuse.
    """
    ghi = np.maximum(ghi, 0.0)
    high = sun.up > LOWEST_UP
    up = np.maximum(sun.up, LOWEST_UP)
    clearness = np.clip(ghi / (sun.extraterrestrial_w_per_m2 * up), 0.0, 1.0)
    middle = (
        0.9511
        - 0.1604 * clearness
        + 4.388 * clearness**2
        - 16.638 * clearness**3
        + 12.336 * clearness**4
    )
    share = np.where(
        clearness <= 0.22,
        1.0 - 0.09 * clearness,
        np.where(clearness <= 0.8, middle, 0.165),
    )
    dhi = np.where(high, ghi * share, ghi)
    return np.where(high, (ghi - dhi) / up, 0.0), dhi


def clear_sky_ghi(sun: SunPosition) -> FloatArray:
    """Return the global horizontal irradiance under a clear sky [W/m2].

    B. Haurwitz, Journal of Meteorology 2 (1945) 154, in the form of pvlib.
    """
    up = np.maximum(sun.up, 1e-3)
    return np.where(sun.up > 1e-3, 1098.0 * up * np.exp(-0.059 / up), 0.0)


def ghi_from_cloud_cover(sun: SunPosition, cloud_cover: FloatArray) -> FloatArray:
    """Return the global horizontal irradiance under a covered share 0..1 of sky.

    F. Kasten and G. Czeplak, Solar Energy 24 (1980) 177.
    """
    covered = np.clip(cloud_cover, 0.0, 1.0)
    return clear_sky_ghi(sun) * (1.0 - 0.75 * covered**3.4)


def plane_from_global(
    sun: SunPosition, ghi: FloatArray, *, tilt_deg: float, azimuth_deg: float
) -> PlaneIrradiance:
    """Return the irradiance on a plane when only global horizontal is known."""
    dni, dhi = split_global(sun, ghi)
    return plane_of_array(
        sun, ghi, dni, dhi, tilt_deg=tilt_deg, azimuth_deg=azimuth_deg
    )


def plane_from_cloud_cover(
    sun: SunPosition, cloud_cover: FloatArray, *, tilt_deg: float, azimuth_deg: float
) -> PlaneIrradiance:
    """Return the irradiance on a plane when only the cloud cover 0..1 is known."""
    ghi = ghi_from_cloud_cover(sun, cloud_cover)
    return plane_from_global(sun, ghi, tilt_deg=tilt_deg, azimuth_deg=azimuth_deg)
