"""Irradiance on planes: fixed points, limits and nonsense input."""

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import irradiance, sun
from custom_components.energy_manager.engine.plant.parameters import SiteParameters

SITE = SiteParameters(latitude=45.0, longitude=8.0)
YEAR = sun.position(1767225600.0 + 600.0 * np.arange(52560, dtype=np.float64), SITE)


def overhead(up: float) -> sun.SunPosition:
    """Return a sun in the south whose zenith angle has the cosine `up`."""
    return sun.SunPosition(
        up=np.array([up]),
        south=np.array([np.sqrt(1.0 - up * up)]),
        west=np.array([0.0]),
        extraterrestrial_w_per_m2=np.array([1361.0]),
    )


def test_horizontal_plane_gives_global() -> None:
    """On the horizontal the parts add up to the global irradiance."""
    position = overhead(0.5)
    dni, dhi = np.array([600.0]), np.array([100.0])
    ghi = dni * 0.5 + dhi
    plane = irradiance.plane_of_array(
        position, ghi, dni, dhi, tilt_deg=0.0, azimuth_deg=180.0
    )
    assert plane.total == pytest.approx(ghi)
    assert plane.ground == pytest.approx([0.0])


def test_plane_facing_the_sun() -> None:
    """A plane normal to the beam gets all of it; one behind gets none."""
    position = overhead(0.5)
    facing = irradiance.incidence_cosine(position, 60.0, 180.0)
    behind = irradiance.incidence_cosine(position, 90.0, 0.0)
    assert facing == pytest.approx([1.0])
    assert behind == pytest.approx([0.0])


def test_isotropic_without_beam() -> None:
    """Without beam a vertical plane sees half the sky and half the ground."""
    plane = irradiance.plane_of_array(
        overhead(0.5),
        np.array([100.0]),
        np.array([0.0]),
        np.array([100.0]),
        tilt_deg=90.0,
        azimuth_deg=180.0,
    )
    assert plane.sky == pytest.approx([50.0])
    assert plane.ground == pytest.approx([10.0])


@pytest.mark.parametrize(
    ("clearness", "share"), [(0.1, 0.991), (0.22, 0.9802), (0.5, 0.6592), (0.9, 0.165)]
)
def test_diffuse_share_by_erbs(clearness: float, share: float) -> None:
    """The published polynomial at chosen clearness indices."""
    ghi = np.array([clearness * 1361.0 * 0.6])
    dni, dhi = irradiance.split_global(overhead(0.6), ghi)
    assert dhi / ghi == pytest.approx([share], abs=2e-4)
    assert dni * 0.6 + dhi == pytest.approx(ghi)


def test_clear_sky_by_haurwitz() -> None:
    """Overhead 1098 exp(-0.059) W/m2, at 60 degrees 488; nothing at night."""
    assert irradiance.clear_sky_ghi(overhead(1.0)) == pytest.approx([1035.1], abs=0.1)
    assert irradiance.clear_sky_ghi(overhead(0.5)) == pytest.approx([487.9], abs=0.1)
    assert irradiance.clear_sky_ghi(overhead(-0.1)) == pytest.approx([0.0])


def test_cloud_cover_takes_three_quarters() -> None:
    """A sky wholly covered leaves a quarter; more than whole is whole."""
    position = overhead(0.8)
    clear = irradiance.clear_sky_ghi(position)
    for cover, left in ((0.0, 1.0), (0.5, 0.929), (1.0, 0.25), (1.7, 0.25)):
        found = irradiance.ghi_from_cloud_cover(position, np.array([cover]))
        assert found / clear == pytest.approx([left], abs=1e-3)


@pytest.mark.parametrize("cover", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("tilt_deg", [0.0, 45.0, 90.0])
def test_finite_and_bounded_all_year(cover: float, tilt_deg: float) -> None:
    """No instant of a year gives NaN, a negative or an impossible value."""
    covers = np.full(YEAR.up.shape, cover)
    plane = irradiance.plane_from_cloud_cover(
        YEAR, covers, tilt_deg=tilt_deg, azimuth_deg=150.0
    )
    for part in (plane.beam, plane.sky, plane.ground):
        assert np.isfinite(part).all()
        assert (part >= 0.0).all()
    assert plane.total.max() < 1250.0
    assert (plane.total[YEAR.up < 0.0] == 0.0).all()


def test_measured_values_below_the_horizon_stay_finite() -> None:
    """Sensor noise at night neither divides by zero nor turns negative."""
    noise = np.where(np.arange(YEAR.up.size) % 2 == 0, 3.0, -3.0)
    plane = irradiance.plane_from_global(YEAR, noise, tilt_deg=60.0, azimuth_deg=90.0)
    assert np.isfinite(plane.total).all()
    assert (plane.total >= 0.0).all()
