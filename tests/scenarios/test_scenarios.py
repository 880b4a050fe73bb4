"""Every scenario's plan does what is expected of it."""

from datetime import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.energy_manager.engine.planner import Plan, Problem, solve
from custom_components.energy_manager.engine.series import IntervalSeries

FOLDERS = sorted(path.parent for path in Path(__file__).parent.glob("*/problem.json"))
KNOWN = {
    "why",
    "action",
    "reason",
    "run_reasons",
    "boiler_kwh_before",
    "coldest_draw_c",
    "unmet_kwh_at_most",
    "unmet_kwh_at_least",
    "electronics_stay_on",
    "heating_pump_is_shed",
}


def test_there_are_scenarios() -> None:
    """There are scenarios."""
    assert FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_scenario(folder: Path) -> None:
    """The plan of a scenario does what is expected."""
    text = (folder / "problem.json").read_text(encoding="utf-8")
    problem = Problem.from_json(json.loads(text))
    expected = json.loads((folder / "expectations.json").read_text(encoding="utf-8"))
    assert set(expected) <= KNOWN
    plan = solve(problem)
    check_decision(plan, expected)
    check_heat(plan, expected)
    check_electricity(plan, expected)
    for when, (least, most) in expected.get("boiler_kwh_before", {}).items():
        boiler = IntervalSeries(grid=plan.grid, values=plan.heat.boiler_heat_kwh)
        heat = boiler.sum_between(plan.grid.start, datetime.fromisoformat(when))
        assert least <= heat <= most


def check_decision(plan: Plan, expected: dict[str, Any]) -> None:
    """Check what is done now, and why runs are planned."""
    if "action" in expected:
        assert plan.decision.action == expected["action"]
    if "reason" in expected:
        assert plan.decision.reason.code == expected["reason"]
    if "run_reasons" in expected:
        assert plan.runs
        assert {run.reason.code for run in plan.runs} <= set(expected["run_reasons"])


def check_heat(plan: Plan, expected: dict[str, Any]) -> None:
    """Check comfort."""
    if "coldest_draw_c" in expected:
        tops = zip(plan.heat.tank_upper_c[1:], plan.heat.hot_water_kwh, strict=True)
        coldest = min(top for top, draw in tops if draw > 0.0)
        assert coldest >= expected["coldest_draw_c"] - 0.01
    assert plan.totals.unmet_kwh <= expected.get("unmet_kwh_at_most", float("inf"))
    assert plan.totals.unmet_kwh >= expected.get("unmet_kwh_at_least", 0.0)


def check_electricity(plan: Plan, expected: dict[str, Any]) -> None:
    """Check what the battery feeds."""
    if expected.get("electronics_stay_on"):
        assert all(plan.electricity.inverter_on)
    if expected.get("heating_pump_is_shed"):
        assert not all(plan.electricity.heating_pump_on)
