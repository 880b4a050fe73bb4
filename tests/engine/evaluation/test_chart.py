"""Charts of weeks and league tables: the right things, with their units."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.evaluation import league
from scripts.command_line import chart

from .test_league import SPRING_S, conditions, house


def words(path: Path) -> str:
    """Return all text of an SVG file."""
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    return " ".join(text.strip() for text in root.itertext() if text.strip())


def test_week_and_table_are_drawn(tmp_path: Path) -> None:
    """A league gives both charts: text with units, a legend, a row for the bound."""
    pytest.importorskip("matplotlib", reason="only development has Matplotlib")
    record = chart.Record(*chart.week_of(SPRING_S, 2, 1))
    found = league.run_league(
        house(), ["maker", "late"], conditions(2), watch={"late": record}
    )
    noted = record.course
    assert len(noted.time) == 47
    assert max(noted.held) == 1.0
    assert max(noted.made) == 0.0
    outcome = next(row.outcome for row in found.rows if row.outcome.name == "late")
    boiler_kwh = outcome.figures.boiler_heat_kwh
    assert sum(noted.boiler_kw) == pytest.approx(boiler_kwh, rel=0.05)
    week, table = tmp_path / "week.svg", tmp_path / "table.svg"
    chart.draw_week(week, "A house", noted)
    for word in (
        "A house",
        "Temperature [°C]",
        "[kW]",
        "tank, top",
        "held back",
        "UTC",
    ):
        assert word in words(week)
    chart.draw_league(table, "A house", found)
    for word in ("maker", "late", "bound", "Heat [kWh]", "boiler heat", "0.0 %"):
        assert word in words(table)
    again = tmp_path / "again.svg"
    chart.draw_league(again, "A house", found)
    assert again.read_bytes() == table.read_bytes()


def test_form_and_week_are_checked(tmp_path: Path) -> None:
    """Another ending and a week that is not there are told."""
    with pytest.raises(InputError, match=r"\.svg, \.png, \.pdf"):
        chart.check_file(tmp_path / "week.doc")
    for week in (0, 3):
        with pytest.raises(InputError, match="between 1 and 2"):
            chart.week_of(0.0, 9.0, week)
    assert chart.week_of(0.0, 9.0, 2) == (7 * 86400.0, 9 * 86400.0)
