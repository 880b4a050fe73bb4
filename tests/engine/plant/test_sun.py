"""The sun's position against published and independent figures."""

import csv
from datetime import UTC, datetime
import gzip
from pathlib import Path

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import irradiance, sun
from custom_components.energy_manager.engine.plant.parameters import SiteParameters

WEATHER = Path(__file__).parents[3].parent / "shared" / "data" / "weather"
PVLIB = WEATHER / "pvlib_reference_45N_8E.csv.gz"
PVGIS = WEATHER / "pvgis_45N_8E.csv"
needs_reference = pytest.mark.skipif(
    not (PVLIB.exists() and PVGIS.exists()),
    reason="reference data ../shared/data/weather is not on this machine",
)
SITE = SiteParameters(latitude=45.0, longitude=8.0)


def at(*moments: str) -> sun.FloatArray:
    """Return epoch seconds of ISO moments in UTC."""
    return np.array(
        [datetime.fromisoformat(m).replace(tzinfo=UTC).timestamp() for m in moments]
    )


def reference() -> dict[str, sun.FloatArray]:
    """Return the columns of pvlib's results with the irradiance they come from."""
    with gzip.open(PVLIB, "rt") as file:
        rows = list(csv.DictReader(file))
    with PVGIS.open() as file:
        weather = list(csv.DictReader(file))
    columns = {
        name: np.array([float(row[name]) for row in rows])
        for name in rows[0]
        if name != "time_utc_irradiance"
    }
    columns["times"] = np.array(
        [datetime.fromisoformat(row["time_utc_irradiance"]).timestamp() for row in rows]
    )
    for name in ("ghi", "dni", "dhi"):
        columns[name] = np.array([float(row[name]) for row in weather])
    return columns


@needs_reference
def test_position_agrees_with_pvlib() -> None:
    """Zenith and azimuth stay within 0.02 degrees of the NREL algorithm."""
    expected = reference()
    found = sun.position(expected["times"], SITE)
    assert np.abs(found.zenith_deg - expected["zenith"]).max() < 0.02
    turn = (found.azimuth_deg - expected["azimuth"] + 180.0) % 360.0 - 180.0
    on_sky = turn * np.sin(np.radians(expected["zenith"]))
    assert np.abs(on_sky).max() < 0.02


@needs_reference
@pytest.mark.parametrize(
    ("column", "tilt_deg", "azimuth_deg"),
    [("poa_haydavies_t45_a180", 45.0, 180.0), ("poa_haydavies_t30_a135", 30.0, 135.0)],
)
def test_plane_agrees_with_pvlib(
    column: str, tilt_deg: float, azimuth_deg: float
) -> None:
    """The yearly sum is within 0.5 % and each hour within 2 W/m2 (RMSE)."""
    expected = reference()
    position = sun.position(expected["times"], SITE)
    found = irradiance.plane_of_array(
        position,
        expected["ghi"],
        expected["dni"],
        expected["dhi"],
        tilt_deg=tilt_deg,
        azimuth_deg=azimuth_deg,
    ).total
    assert found.sum() == pytest.approx(expected[column].sum(), rel=0.005)
    assert np.sqrt(np.mean((found - expected[column]) ** 2)) < 2.0


@needs_reference
def test_plane_from_global_alone() -> None:
    """The split by Erbs errs as measured: 13 W/m2, half a percent in the year."""
    expected = reference()
    position = sun.position(expected["times"], SITE)
    found = irradiance.plane_from_global(
        position, expected["ghi"], tilt_deg=45.0, azimuth_deg=180.0
    ).total
    wanted = expected["poa_haydavies_t45_a180"]
    assert found.sum() == pytest.approx(wanted.sum(), rel=0.01)
    assert np.sqrt(np.mean((found - wanted) ** 2)) < 14.0


def test_declination_at_the_solstices() -> None:
    """At the pole the elevation is the declination: 23.44 degrees either way."""
    pole = SiteParameters(latitude=90.0, longitude=0.0)
    found = sun.position(at("2024-06-20T20:51:00", "2024-12-21T09:20:00"), pole)
    assert found.elevation_deg == pytest.approx([23.436, -23.436], abs=0.02)


def test_equinox_passes_the_equator() -> None:
    """The declination is zero at the equinox of 2024-03-20 03:06 UTC."""
    pole = SiteParameters(latitude=90.0, longitude=0.0)
    found = sun.position(at("2024-03-20T03:06:00"), pole)
    assert found.elevation_deg[0] == pytest.approx(0.0, abs=0.02)


def test_equation_of_time_in_november() -> None:
    """In early November the sun is 16.4 minutes ahead of the mean sun."""
    greenwich = SiteParameters(latitude=0.0, longitude=0.0)
    found = sun.position(at("2023-11-03T12:00:00"), greenwich)
    hour_angle_deg = np.degrees(np.arctan2(found.west, found.up))
    assert hour_angle_deg[0] == pytest.approx(16.43 / 4.0, abs=0.03)


def test_directions() -> None:
    """The sun rises in the east, culminates in the south, sets in the west."""
    found = sun.position(
        at("2024-03-20T05:40:00", "2024-03-20T11:35:00", "2024-03-20T17:30:00"), SITE
    )
    assert found.azimuth_deg == pytest.approx([90.0, 180.0, 270.0], abs=3.0)
    assert found.elevation_deg[1] == pytest.approx(45.0, abs=0.5)
    south = sun.position(
        at("2024-03-20T12:07:00"), SiteParameters(latitude=-45.0, longitude=0.0)
    )
    assert np.cos(np.radians(south.azimuth_deg[0])) == pytest.approx(1.0, abs=0.01)


def test_earth_is_nearest_in_january() -> None:
    """The irradiance outside the atmosphere swings by 3.3 percent."""
    found = sun.position(at("2024-01-03T12:00:00", "2024-07-05T12:00:00"), SITE)
    assert found.extraterrestrial_w_per_m2 == pytest.approx([1408.0, 1316.0], abs=2.0)


def test_one_time_equals_many() -> None:
    """A time alone gives the same as within an array."""
    times = at("2024-02-01T00:00:00") + 1800.0 * np.arange(200)
    whole = sun.position(times, SITE)
    single = [sun.position(times[i : i + 1], SITE).up[0] for i in range(len(times))]
    assert whole.up == pytest.approx(single)
