"""`scripts/energy-manager evaluate`: the table, or one line and exit code 2."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.command_line import evaluate as command

from ..plant.test_simulate_command import KEYS
from ..plant.test_year import EXAMPLES

HOUSE = EXAMPLES / "hot-water-only.json"
DAYS = 9


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """Return a file with some days of weather, from the end of a month."""
    path = tmp_path / "weather.csv"
    rows = [
        f"2019-{'06' if day < 31 else '07'}-{day if day < 31 else day - 30:02}"
        f"T{hour:02}:00:00Z,{max(0, 700 - 20 * (hour - 11) ** 2)},{12 + hour / 3}"
        for day in range(29, 29 + DAYS)
        for hour in range(24)
    ]
    path.write_text("\n".join(["time_utc,ghi,temp_air", *rows]))
    return path


def call(*arguments: object) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["evaluate", *map(str, arguments)])
    return int(options.run(options))


def table(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Return the JSON document that the command prints."""
    assert call(*arguments, "--json") == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_json_has_all_figures_of_each_controller(
    weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All members of `simulate`, months too, the measure and the bound."""
    found = table(
        capsys, HOUSE, "--weather", weather, "--days", 3, "--controllers", "maker,late"
    )
    assert [row["name"] for row in found["controllers"]] == ["maker", "late"]
    for row in found["controllers"]:
        assert set(row) >= KEYS | {"monthly", "share_of_bound", "owed_kwh"}
        assert [month["month"] for month in row["monthly"]] == ["2019-06", "2019-07"]
        assert set(row["monthly"][0]) >= KEYS
        monthly = sum(month["boiler_heat_kwh"] for month in row["monthly"])
        assert monthly == pytest.approx(row["boiler_heat_kwh"])
        assert row["boiler_heat_kwh"] >= found["bound"]["boiler_heat_kwh"]
    assert found["controllers"][0]["share_of_bound"] == 0.0
    assert found["beaten_by"] == []


@pytest.mark.parametrize("forecast", ["perfect", "realistic", "naive"])
def test_same_seed_same_table(
    weather: Path, capsys: pytest.CaptureFixture[str], forecast: str
) -> None:
    """The seed decides all that is left to chance; the maker is in any table's measure."""
    run = (HOUSE, "--weather", weather, "--days", 2, "--forecast", forecast)
    line = (*run, "--controllers", "rules", "--quiet", "--seed")
    first, again, other = (table(capsys, *line, seed) for seed in (4, 4, 5))
    assert first == again
    assert first != other
    assert [row["name"] for row in first["controllers"]] == ["rules"]


def test_table_and_progress(weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table goes to stdout with cost, CO2 and the bound, the progress to stderr."""
    line = (HOUSE, "--weather", weather, "--controllers", "late", "--days", 2)
    assert call(*line) == 0
    told = capsys.readouterr()
    for word in ("late", "bound", "EUR", "CO2", "starts", "of bound"):
        assert word in told.out
    assert "maker: 100 %" in told.err
    assert "bound: 100 %" in told.err
    assert "%" not in told.out.splitlines()[0]
    assert call(*line, "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_year_is_all_that_short_weather_allows(
    weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two days are kept for the last outlooks; `--start-day` begins later."""
    line = (HOUSE, "--weather", weather, "--controllers", "maker", "--year", "--json")
    assert call(*line, "--start-day", 4) == 0
    (row,) = json.loads(capsys.readouterr().out)["controllers"]
    assert [month["month"] for month in row["monthly"]] == ["2019-07"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--days", "0"], "--days: must be between 1 and"),
        (["--days", "-3"], "--days: must be between 1 and"),
        (["--days", "8"], "--days: must be at most 7: the weather has 9 days"),
        (["--start-day", "9"], "--start-day: must be between 0 and 8"),
        (["--start-day", "-1"], "--start-day: must be between 0 and 8"),
        (["--start-day", "8", "--year"], "--days: must be at most 0"),
        (["--controllers", "best"], "best is unknown; there are maker"),
        (["--controllers", " , "], "--controllers: must name some of maker"),
        (["--set", "tank.volume_l=wide"], "tank.volume_l: must be a number"),
        (["--load", "nothing.csv"], "nothing.csv: must be a readable file"),
        (["--chart", "table.doc"], "--chart: must end in one of"),
        (["--days", "2", "--chart", "a.svg", "--week", "2"], "--week: must be between"),
        (["--chart", "a.svg", "--week-of", "plan"], "--week-of: must be one of maker"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    weather: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """The field and what is allowed; nothing on stdout, exit code 2."""
    if "--chart" in arguments:
        pytest.importorskip("matplotlib", reason="only development has Matplotlib")
    line = ["--controllers", "maker", *arguments]
    assert call(HOUSE, "--weather", weather, *line) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err
    assert told.err.count("\n") == 1


def test_charts_of_the_table_and_of_a_week(
    weather: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SVG and PNG of a short run, by the file's ending."""
    pytest.importorskip("matplotlib", reason="only development has Matplotlib")
    line = (HOUSE, "--weather", weather, "--controllers", "maker,late", "--days", 2)
    for name, more in (("table.svg", ()), ("week.png", ("--week", "1"))):
        path = tmp_path / name
        assert call(*line, "--quiet", "--chart", path, *more) == 0
        assert path.stat().st_size > 5000
    assert "bound" in (tmp_path / "table.svg").read_text()
    assert (tmp_path / "week.png").read_bytes().startswith(b"\x89PNG")
    capsys.readouterr()
