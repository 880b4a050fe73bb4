"""`scripts/energy-manager simulate`: figures of a house, or one line and exit code 2."""

import argparse
import json
from pathlib import Path

import pytest

from scripts import house_schema
from scripts.command_line import simulate as command

from .test_year import EXAMPLES

KEYS = {
    "collector_heat_kwh", "boiler_heat_kwh", "dhw_heat_kwh", "heating_heat_kwh",
    "tank_loss_kwh", "solar_fraction", "boiler_starts", "fuel_kwh", "co2_kg", "cost_eur",
    "draw_share_below_43c", "stagnation_h", "pv_kwh", "unserved_kwh", "curtailed_kwh",
    "balance_error",
}  # fmt: skip
"""What checks outside of the repository read."""


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """Return a file with a few days of weather."""
    path = tmp_path / "weather.csv"
    rows = [
        f"2019-06-{day:02}T{hour:02}:00:00Z,{max(0, 900 - 25 * (hour - 11) ** 2)},{12 + hour / 3}"
        for day in range(21, 25)
        for hour in range(24)
    ]
    path.write_text("\n".join(["time_utc,ghi,temp_air", *rows]))
    return path


def call(*arguments: object) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["simulate", *map(str, arguments)])
    return int(options.run(options))


def figures(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, float]:
    """Return the JSON document that the command prints."""
    assert call(*arguments, "--json") == 0
    document: dict[str, float] = json.loads(capsys.readouterr().out)
    return document


def test_json_has_all_figures(
    weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole stretch and each of its months have every key."""
    found = figures(capsys, EXAMPLES / "off-grid.json", "--weather", weather)
    assert set(found) >= KEYS | {"monthly"}
    months = found["monthly"]
    assert isinstance(months, list)
    assert [month["month"] for month in months] == ["2019-06"]
    assert set(months[0]) >= KEYS
    assert found["collector_heat_kwh"] > 20.0


def test_values_can_be_set(weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change on the command line acts, also on a part that is not in the file."""
    house = EXAMPLES / "hot-water-only.json"
    usual = figures(capsys, house, "--weather", weather)
    larger = figures(
        capsys, house, "--weather", weather,
        "--set", "collector.area_m2=9", "--set", "demand.hot_water_kwh=4000",
    )  # fmt: skip
    assert larger["collector_heat_kwh"] > 1.2 * usual["collector_heat_kwh"]
    assert larger["dhw_heat_kwh"] == pytest.approx(4000.0 * 4.0 / 365.0, rel=0.02)
    none = figures(capsys, house, "--weather", weather, "--set", "boiler=null")
    assert none["boiler_heat_kwh"] == 0.0
    dark = figures(capsys, house, "--weather", weather, "--set", "site.latitude=-60")
    assert dark["collector_heat_kwh"] < 0.8 * usual["collector_heat_kwh"]


def test_table_for_people(weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the same figures stand in a table."""
    assert call(EXAMPLES / "hot-water-only.json", "--weather", weather) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Hot water only")
    assert lines[2].split()[0] == "2019-06"
    assert "solar fraction" in lines[-1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tank.volume_l=3", "tank.volume_l: must be between"),
        ("tank.volume=3", "tank.volume: is unknown"),
        ("tank", "--set: must be like"),
        ("people.age=3", "people.age: is no field"),
        ("collector.inlet=hose", "collector.inlet: must be one of"),
        ("collector.incidence_modifiers=[[0,1,2]]", "must be pairs of angle and"),
        ("controller.after_heating_windows=[[5]]", "must be pairs of from and to"),
        ("tank.probe_heights=[]", "tank.probe_heights: must have at least one"),
        ("tank.volume_l=true", "tank.volume_l: must be a number"),
        ("tank.nodes=2.5", "tank.nodes: must be a whole number"),
        ("people=1e400", "people: must be a number"),
        ("site.latitude=north", "site.latitude: must be a number"),
        ("time_zone=../etc", "time_zone: must be the name of a zone"),
        ("hot_water=null", "hot_water: must be an object"),
    ],
)
def test_wrong_changes(
    weather: Path, capsys: pytest.CaptureFixture[str], change: str, words: str
) -> None:
    """One line says what is allowed."""
    house = EXAMPLES / "hot-water-only.json"
    assert call(house, "--weather", weather, "--set", change) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert words in output.err


def test_wrong_files(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file and a wrong row are told in one line."""
    house = EXAMPLES / "hot-water-only.json"
    assert call(house, "--weather", tmp_path / "none.csv") == 2
    assert "none.csv" in capsys.readouterr().err
    weather.write_text(weather.read_text().replace("2019-06-22T03:00:00Z,0,", "x,0,"))
    assert call(house, "--weather", weather) == 2
    assert "row 29" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes",
    [
        ("collector.area_m2=0",),
        ("boiler=null",),
        ("boiler.power_kw=0", "collector=null"),
        ("tank.nodes=1",),
        ("tank.nodes=80",),
        ("tank.volume_l=50", "collector.area_m2=40", "boiler.power_kw=60"),
        ("tank.volume_l=10000", "collector.area_m2=200"),
        ("people=0", "hot_water.base_litres_day=0"),
        ("site.latitude=-89.9",),
        ("heating={}", "pv={}", "battery={}", "inverter={}", "immersion_heater={}"),
        ("building={}", "heating={}"),
    ],
)
def test_unusual_houses_balance(
    weather: Path, capsys: pytest.CaptureFixture[str], changes: tuple[str, ...]
) -> None:
    """Tiny, huge and bare houses run, and their heat closes."""
    house = EXAMPLES / "hot-water-only.json"
    sets = [word for change in changes for word in ("--set", change)]
    found = figures(capsys, house, "--weather", weather, *sets)
    assert abs(found["balance_error"]) < 1e-3
    if "collector.area_m2=0" in changes:
        assert found["collector_heat_kwh"] == 0.0


def test_schema_and_page_are_up_to_date() -> None:
    """docs/house.schema.json and the tables are what scripts/make-house-schema writes."""
    for path, text in house_schema.contents().items():
        assert path.read_text(encoding="utf-8") == text, path.name
