"""Files of weather, draws and loads: read exactly, and wrong ones told by row."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.plant import sun, tables
from custom_components.energy_manager.engine.plant.parameters import SiteParameters

SITE = SiteParameters(latitude=48.0, longitude=11.0)
UTC = ZoneInfo("UTC")
NEW_YEAR_S = 1546300800.0
"""2019-01-01 in UTC."""


def weather_text(**changes: str) -> str:
    """Return some hours of weather; `row3="..."` replaces the third row."""
    rows = {
        "row1": "time_utc,ghi,dni,dhi,temp_air,wind_speed",
        "row2": "2019-06-21T10:00:00Z,700,600,150,22.5,1.0",
        "row3": "2019-06-21T11:00:00Z,750,650,150,23.5,2.0",
        "row4": "2019-06-21T12:00:00Z,760,660,150,24.0,3.0",
    }
    rows.update(changes)
    return "\n".join(rows.values())


def test_weather_is_read() -> None:
    """Columns become arrays in their order."""
    weather = tables.weather_table(weather_text(), SITE)
    assert weather.ghi.tolist() == [700.0, 750.0, 760.0]
    assert weather.ambient_c.tolist() == [22.5, 23.5, 24.0]
    assert weather.wind_m_per_s.tolist() == [1.0, 2.0, 3.0]
    assert weather.step_s == 3600.0
    assert weather.year_s is None


def test_irradiance_from_global_alone() -> None:
    """Beam and diffuse are estimated and add up to the global again."""
    text = "time_utc,ghi,temp_air\n" + "\n".join(
        f"2019-06-21T{hour:02}:00:00Z,{ghi},20"
        for hour, ghi in ((9, 500), (10, 700), (11, 750))
    )
    weather = tables.weather_table(text, SITE)
    position = sun.position(weather.times_s, SITE)
    total = weather.dhi + weather.dni * position.up
    assert total.tolist() == pytest.approx([500.0, 700.0, 750.0])
    assert (weather.dni > 100.0).all()


def test_irradiance_from_clouds_alone() -> None:
    """A covered sky gives a quarter of what a clear one does."""
    text = (
        "time_utc,cloud_cover,temp_air\n"
        "2019-06-21T11:00:00Z,0,20\n2019-06-21T11:00:01Z,1,20"
    )
    weather = tables.weather_table(text, SITE)
    assert weather.ghi[0] > 700.0
    assert weather.ghi[1] / weather.ghi[0] == pytest.approx(0.25, rel=0.001)


@pytest.mark.parametrize(
    ("changes", "row", "words"),
    [
        ({"row3": "2019-06-21T11:00:00Z,x,650,150,23.5,2"}, "row 3", "ghi"),
        ({"row3": "2019-06-21T11:00:00Z,nan,650,150,23.5,2"}, "row 3", "ghi"),
        ({"row3": "2019-06-21T11:00:00Z,750,650,150,,2"}, "row 3", "temp_air"),
        ({"row4": "2019-06-21T12:00:00Z,760,660"}, "row 4", "temp_air"),
        ({"row3": "yesterday,750,650,150,23.5,2"}, "row 3", "time"),
        ({"row4": "2019-06-21T11:00:00Z,760,660,150,24,3"}, "row 4", "later"),
        ({"row4": "2019-06-22T11:00:00Z,760,660,150,24,3"}, "row 4", "within 3 hours"),
        ({"row1": "time_utc,ghi,dni,dhi,wind_speed"}, "weather", "temp_air"),
        ({"row2": "", "row3": "", "row4": ""}, "weather", "rows"),
    ],
)
def test_wrong_weather_is_told_by_row(
    changes: dict[str, str], row: str, words: str
) -> None:
    """The row and what it must hold are named."""
    with pytest.raises(InputError) as caught:
        tables.weather_table(weather_text(**changes), SITE)
    assert row in caught.value.field
    assert words in caught.value.allowed


def draws(text: str, *, zone: ZoneInfo = UTC, steps: int = 24) -> list[float]:
    """Return the litres of a day's first hours from New Year on."""
    found = tables.draws_table(
        text, start_s=NEW_YEAR_S, steps=steps, step_s=300.0, zone=zone
    )
    return [round(float(litres), 6) for litres in found]


def test_draws_by_minute() -> None:
    """Minutes fall into their step, also two of them into one."""
    found = draws("minute_of_year,litres\n4,3.0\n6,2.0\n8,1.5")
    assert found[:3] == [3.0, 3.5, 0.0]
    assert sum(found) == 6.5


def test_draws_by_hour_are_even() -> None:
    """An hour's litres spread over its twelve steps."""
    found = draws("hour_of_year,litres_per_hour\n0,0\n1,24")
    assert found == [0.0] * 12 + [2.0] * 12


def test_draws_by_time() -> None:
    """A row holds until the next one."""
    found = draws(
        "time_utc,litres\n2019-01-01T00:05:00Z,4\n2019-01-01T00:15:00Z,0", steps=4
    )
    assert found == [0.0, 2.0, 2.0, 0.0]


def test_draws_follow_the_local_standard_time() -> None:
    """Minute 61 of a year in Berlin is the first minute of it in UTC."""
    found = draws("minute_of_year,litres\n61,5.0", zone=ZoneInfo("Europe/Berlin"))
    assert found[0] == 5.0


def test_draws_repeat_every_year() -> None:
    """The second year has the first one's draws, day by day."""
    start_s = NEW_YEAR_S + 365.0 * 86400.0
    found = tables.draws_table(
        "minute_of_year,litres\n0,7.0",
        start_s=start_s,
        steps=12,
        step_s=300.0,
        zone=UTC,
    )
    assert float(found[0]) == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("minute_of_year,litres\n5,1\nsix,1", "row 3"),
        ("minute_of_year,litres\n5,1\n4,1", "row 3"),
        ("minute_of_year,litres\n5,-1", "row 2"),
        ("minute_of_year,litres\n999999,1", "row 2"),
        ("hour,litres\n5,1", "draws"),
    ],
)
def test_wrong_draws_are_told_by_row(text: str, row: str) -> None:
    """The row is named."""
    with pytest.raises(InputError) as caught:
        draws(text)
    assert row in caught.value.field


def test_load_of_another_year() -> None:
    """The load of a day in June 2021 serves for June 2019, by the time of the year."""
    rows = [
        f"2021-{month:02}-{day:02}T{hour:02}:00:00Z,{month * 100 + hour}"
        for month, days in enumerate(
            (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1
        )
        for day in range(1, days + 1)
        for hour in range(24)
    ]
    times_s = np.array([NEW_YEAR_S + (151 + 20) * 86400.0 + 7 * 3600.0])
    found = tables.load_table(
        "time_utc,load_w\n" + "\n".join(rows), times_s=times_s, zone=UTC
    )
    assert found.tolist() == pytest.approx([607.0])


def test_load_in_kilowatts_and_local_time() -> None:
    """A short file repeats; local times have their zone's offset."""
    text = "time_local,load_kw\n2019-01-01 01:00:00,0.5\n2019-01-01 02:00:00,1.5\n"
    found = tables.load_table(
        text,
        times_s=np.array([NEW_YEAR_S, NEW_YEAR_S + 3600.0, NEW_YEAR_S + 7200.0]),
        zone=ZoneInfo("Europe/Berlin"),
    )
    assert found.tolist() == pytest.approx([500.0, 1500.0, 500.0])


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_other_programs_files(between: str, ending: str) -> None:
    """Separators, line ends, decimal commas, a mark at the start, notes and capitals."""
    text = weather_text(
        row3="# a note", row1="TIME_UTC,GHI,DNI,DHI,Temp_Air,Wind_Speed"
    )
    text = text.replace(",", between).replace("\n", ending)
    if between != ",":
        text = text.replace(".", ",")
    found = tables.weather_table("\ufeff" + text, SITE)
    assert found.ghi.tolist() == [700.0, 760.0]
    assert found.ambient_c.tolist() == [22.5, 24.0]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0019-06-21T11:00:00Z,750,650,150,23.5,2", "years 1900 to 2200"),
        ("x" * 200000, "columns"),
        ("\0\0", "time"),
        ("2019-06-21T11:00:00Z,inf,650,150,23.5,2", "ghi"),
        ("2019-06-21T11:00:00Z,9999,650,150,23.5,2", "ghi"),
    ],
)
def test_nonsense_is_told_by_row(row: str, words: str) -> None:
    """Whatever stands in a row, the row is named."""
    with pytest.raises(InputError) as caught:
        tables.weather_table(weather_text(row3=row), SITE)
    assert caught.value.field == "weather row 3"
    assert words in caught.value.allowed


def test_draws_of_another_time_are_told() -> None:
    """Draws that all lie outside of the weather are no draws."""
    with pytest.raises(InputError, match="time that the weather is of"):
        draws("time_utc,litres\n2005-06-05T10:00Z,10\n2005-06-05T10:05Z,0")


def hourly_load(text: str, *, zone: ZoneInfo = UTC, hours: int = 24) -> list[float]:
    """Return the load of each hour of 2019 from New Year on."""
    times_s = NEW_YEAR_S + 3600.0 * np.arange(hours, dtype=np.float64)
    return [
        round(float(watt), 6)
        for watt in tables.load_table(text, times_s=times_s, zone=zone)
    ]


def test_missing_loads_are_bridged() -> None:
    """A short gap runs straight, a long one takes the mean of that hour of the day."""
    rows = [f"2019-01-{d:02}T{h:02}:00Z,{100 + h}" for d in (1, 3) for h in range(24)]
    rows[5] = "2019-01-01T05:00Z,"
    found = hourly_load("\n".join(["time_utc,load_w", *rows]), hours=72)
    assert found == [100.0 + hour for hour in range(24)] * 3


def test_loads_when_the_clocks_change() -> None:
    """An hour that comes twice counts twice; one that is left out never was."""
    berlin = ZoneInfo("Europe/Berlin")
    autumn = [
        f"2019-10-27T{h:02}:00:00,{w}" for h, w in ((1, 1), (2, 2), (2, 3), (3, 4))
    ]
    spring = [f"2019-03-31T{h:02}:00:00,{w}" for h, w in ((1, 1), (2, 2), (3, 3))]
    for rows, start, expected in (
        (autumn, "2019-10-26T23:00:00+00:00", [1.0, 2.0, 3.0, 4.0]),
        (spring, "2019-03-31T00:00:00+00:00", [1.0, 3.0]),
    ):
        begin_s = datetime.fromisoformat(start).timestamp()
        times_s = begin_s + 3600.0 * np.arange(len(expected), dtype=np.float64)
        text = "\n".join(["time_local,load_w", *rows])
        found = tables.load_table(text, times_s=times_s, zone=berlin)
        assert found.tolist() == expected
