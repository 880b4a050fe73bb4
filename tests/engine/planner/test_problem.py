"""The documents of problems and plans: round trips, and what is refused."""

import copy
import json
from typing import Any

import pytest

from custom_components.energy_manager.engine.document import parse
from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.planner import Plan, Problem, solve

from .homes import a_problem, without

PROBLEM = a_problem(steps=8)


def document() -> dict[str, Any]:
    """Return the JSON document of a problem as plain objects."""
    plain: dict[str, Any] = json.loads(json.dumps(PROBLEM.to_json()))
    return plain


def test_a_problem_survives_json() -> None:
    """A problem survives JSON."""
    assert Problem.from_json(document()) == PROBLEM


@pytest.mark.parametrize(
    "absent", ["collector", "boiler", "heating", "pv", "battery", "inverter"]
)
def test_absent_components_survive_json(absent: str) -> None:
    """Absent components survive JSON."""
    problem = a_problem(steps=4, plant=without(**{absent: None}))
    again = Problem.from_json(json.loads(json.dumps(problem.to_json())))
    assert again == problem
    assert getattr(again.plant, absent) is None


def test_a_plan_survives_json() -> None:
    """A plan survives JSON."""
    plan = solve(PROBLEM)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_defaults_may_be_left_out() -> None:
    """Defaults may be left out."""
    short = document()
    for name in ("people", "objective", "solver", "version", "state"):
        if name != "state":
            del short[name]
    short["plant"] = {}
    short["state"] = {}
    problem = Problem.from_json(short)
    assert problem.plant == PROBLEM.plant
    assert problem.state.battery_soc is None


WRONG = [
    ("created", "yesterday", "created", "time like"),
    ("created", "2026-06-18T20:00:00", "created", "time like"),
    ("created", None, "created", "time like"),
    ("version", 2, "version", "between 1 and 1"),
    ("version", True, "version", "whole number"),
    ("grid", [], "grid", "object"),
    ("grid.step_s", 3600, "grid.step_s", "between 60 and 1800"),
    ("grid.step_s", 1800.5, "grid.step_s", "whole number"),
    ("grid.steps", 0, "grid.steps", "above 0"),
    ("grid.steps", 9, "forecast.ambient_c", "one value per step, so 9"),
    ("plant.tank", None, "plant.tank", "object"),
    ("plant.tank.volume_l", "1000", "plant.tank.volume_l", "number"),
    ("plant.tank.volume_l", 0, "plant.tank.volume_l", "between 50"),
    ("plant.tank.probe_heights", 0.5, "plant.tank.probe_heights", "list"),
    ("plant.tank.probe_heights", [0.9, 0.1], "plant.tank.probe_heights", "rise"),
    ("plant.tank.maximum_c", 47, "plant.tank.maximum_c", "comfort_c"),
    ("plant.boiler.power_kw", 0, "plant.boiler.power_kw", "above 0"),
    ("plant.boiler.setpoint_c", 40, "plant.boiler.setpoint_c", "comfort_c"),
    ("plant.boiler", "big", "plant.boiler", "object with named fields or null"),
    ("plant.heating.return_c", 40, "plant.heating.return_c", "below supply_c"),
    ("plant.hot_water", {"cold_c": 28, "use_c": 30}, "plant.hot_water.use_c", "above"),
    ("plant.hot_water.cold_c", 44, "plant.hot_water.cold_c", "between"),
    ("plant.windmill", {}, "plant.windmill", "unknown; allowed here: collector"),
    ("state.tank_c", [40, 50], "state.tank_c", "so 3, not 2"),
    ("state.tank_c", [40, "warm", 50], "state.tank_c[1]", "number or null"),
    ("state.tank_c", [40, 500, 50], "state.tank_c[1]", "between"),
    ("state.battery_soc", 70, "state.battery_soc", "between 0 and 1"),
    ("state.boiler_on", 1, "state.boiler_on", "true or false or null"),
    ("forecast.ambient_c", [1, 2], "forecast.ambient_c", "one value per step"),
    ("forecast.pv_power_w", None, "forecast.pv_power_w", "list"),
    ("demand.hot_water_kwh", [-1.0] * 8, "demand.hot_water_kwh[0]", "between 0"),
    ("people", {"persons": 2}, "people", "list"),
    ("people", [{"persons": 2}], "people[0].start", "missing"),
    ("objective.battery_wear_eur_per_kwh", 0, "objective.battery_wear", None),
    ("solver.relative_gap", 10**400, "solver.relative_gap", "number"),
]


@pytest.mark.parametrize(
    ("place", "value", "field", "allowed"), WRONG, ids=lambda value: str(value)[:40]
)
def test_wrong_fields_are_named(
    place: str, value: object, field: str, allowed: str | None
) -> None:
    """Wrong fields are named."""
    wrong = document()
    target = wrong
    *way, last = place.split(".")
    for name in way:
        target = target[name]
    target[last] = value
    with pytest.raises(InputError) as caught:
        Problem.from_json(wrong)
    assert caught.value.field.startswith(field)
    assert allowed is None or allowed in caught.value.allowed
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "place",
    ["created", "grid", "grid.start", "plant", "state", "forecast.ambient_c", "demand"],
)
def test_missing_fields_are_named(place: str) -> None:
    """Missing fields are named."""
    wrong = document()
    target = wrong
    *way, last = place.split(".")
    for name in way:
        target = target[name]
    del target[last]
    with pytest.raises(InputError) as caught:
        Problem.from_json(wrong)
    assert caught.value.field == place
    assert "missing" in caught.value.allowed


def test_people_come_in_order() -> None:
    """People come in order."""
    wrong = document()
    wrong["people"] = list(reversed(wrong["people"] + wrong["people"]))
    with pytest.raises(InputError, match="later"):
        Problem.from_json(wrong)


@pytest.mark.parametrize("value", [3, "text", [], None, True])
def test_a_problem_is_an_object(value: Any) -> None:
    """A problem is an object."""
    with pytest.raises(InputError, match="object"):
        Problem.from_json(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        "NaN",
        '{"a": Infinity}',
        "[" * 100_000,
        "9" * 5000,
        '{"a":1,"a":2}',
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_json_is_told_in_one_line(text: str) -> None:
    """What is no JSON is told in one line."""
    with pytest.raises(InputError) as caught:
        Problem.from_json(parse(text))
    assert "\n" not in str(caught.value)


def test_times_without_offset_are_refused_in_problems_made_by_code() -> None:
    """Times without offset are refused in problems made by code."""
    with pytest.raises(InputError) as caught:
        copy.replace(PROBLEM, created=PROBLEM.created.replace(tzinfo=None))
    assert caught.value.field == "created"


def test_a_plan_with_series_of_other_lengths_is_refused() -> None:
    """A plan with series of other lengths is refused."""
    wrong: Any = json.loads(json.dumps(solve(PROBLEM).to_json()))
    wrong["heat"]["tank_upper_c"].pop()
    with pytest.raises(InputError) as caught:
        Plan.from_json(wrong)
    assert caught.value.field == "heat.tank_upper_c"
