"""Reasons: their quantities are those of the plan, and every code has its words."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
import json
from pathlib import Path
import string

import pytest

from custom_components.energy_manager.engine import planner
from custom_components.energy_manager.engine.planner import Plan, Reason, solve
from custom_components.energy_manager.engine.planner.explain import next_sunshine
from custom_components.energy_manager.engine.planner.problem import PlantState, Problem

from .homes import SUMMER_EVENING, USED_TANK, WINTER_EVENING, a_problem, without

REASONS = Path(planner.__file__).parents[2] / "reasons"
LANGUAGES = ("en", "de", "fr")


def words(language: str) -> dict[str, str]:
    """Return the texts of a language by code."""
    texts: dict[str, str] = json.loads(
        (REASONS / f"{language}.json").read_text(encoding="utf-8")
    )
    return texts


def placeholders(text: str) -> set[str]:
    """Return the names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


CASES: dict[str, Problem] = {
    "wait_for_sun": a_problem(),
    "wait_for_run": a_problem(cloud_cover=1.0, ambient_c=16.0),
    "tank_suffices": a_problem(
        WINTER_EVENING,
        plant=without(collector=None, heating=None),
        state=replace(USED_TANK, tank_c=(70.0, 72.0, 75.0)),
    ),
    "rooms_need_boiler": a_problem(
        WINTER_EVENING,
        ambient_c=-5.0,
        cloud_cover=1.0,
        state=PlantState(tank_c=(25.0, 28.0, 42.0), battery_soc=1.0),
    ),
    "run_little_sun": a_problem(
        plant=without(collector=None), state=PlantState(tank_c=(15.0, 20.0, 44.0))
    ),
    "run_before_sun": a_problem(
        SUMMER_EVENING + timedelta(hours=10, minutes=30),
        state=PlantState(tank_c=(15.0, 20.0, 44.0)),
    ),
    "run_for_guests": a_problem(
        guests={SUMMER_EVENING.date() + timedelta(days=day): 4.0 for day in (0, 1)},
        state=PlantState(tank_c=(15.0, 20.0, 44.0)),
    ),
    "shortest_run": a_problem(
        state=replace(
            USED_TANK,
            boiler_on=True,
            boiler_since=SUMMER_EVENING - timedelta(minutes=5),
        )
    ),
    "shortest_pause": a_problem(
        state=PlantState(
            tank_c=(15.0, 20.0, 40.0),
            boiler_on=False,
            boiler_since=SUMMER_EVENING - timedelta(minutes=5),
        )
    ),
    "tank_unknown": a_problem(state=PlantState(tank_c=(None, None, None))),
    "no_boiler": a_problem(plant=without(boiler=None)),
}


@cache
def plan_of(code: str) -> Plan:
    """Return the plan of a case."""
    return solve(CASES[code])


@pytest.mark.parametrize("code", CASES)
def test_the_decision_has_its_reason(code: str) -> None:
    """The decision has its reason."""
    assert plan_of(code).decision.reason.code == code


def every_reason() -> dict[str, Reason]:
    """Return one reason of each code that the cases give."""
    found: dict[str, Reason] = {}
    for code in CASES:
        plan = plan_of(code)
        for reason in (plan.decision.reason, *(run.reason for run in plan.runs)):
            found[reason.code] = reason
    return found


def test_every_reason_can_be_said_in_every_language() -> None:
    """Every reason can be said in every language."""
    reasons = every_reason()
    assert set(CASES) | {"run_for_heating"} <= set(reasons)
    for language in LANGUAGES:
        texts = words(language)
        for code, reason in reasons.items():
            assert placeholders(texts[code]) <= set(reason.parameters), (language, code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_languages_say_the_same(language: str) -> None:
    """The languages say the same."""
    english, texts = words("en"), words(language)
    assert set(texts) == set(english)
    for code, text in texts.items():
        assert placeholders(text) == placeholders(english[code]), code
        assert "http" not in text
        assert "<" not in text


def boundary(plan: Plan, text: object) -> int:
    """Return the boundary of a time in a reason."""
    position = plan.grid.position(datetime.fromisoformat(str(text)))
    assert position == int(position)
    return int(position)


def test_waiting_for_the_sun_compares_true_quantities() -> None:
    """Waiting for the sun compares true quantities."""
    plan = plan_of("wait_for_sun")
    said = plan.decision.reason.parameters
    until = boundary(plan, said["sun_time"])
    heat = plan.heat
    assert said["solar_kwh"] == pytest.approx(
        sum(heat.solar_heat_kwh[:until]), abs=0.06
    )
    assert said["usable_kwh"] == pytest.approx(heat.usable_heat_kwh[0], abs=0.06)
    demand = sum(heat.hot_water_kwh[:until]) + sum(heat.heating_kwh[:until])
    assert said["demand_kwh"] == pytest.approx(demand, abs=0.06)
    assert float(said["usable_kwh"]) >= float(said["demand_kwh"])


@pytest.mark.parametrize("code", ["run_little_sun", "run_before_sun", "run_for_guests"])
def test_running_compares_true_quantities(code: str) -> None:
    """Running compares true quantities."""
    plan = plan_of(code)
    run = plan.runs[0]
    said, heat = run.reason.parameters, plan.heat
    first = boundary(plan, run.start.isoformat())
    until = boundary(plan, said["until_time"])
    drawn = sum(heat.hot_water_kwh[first:until])
    assert said["hot_water_kwh"] == pytest.approx(drawn, abs=0.06)
    assert said["usable_kwh"] == pytest.approx(heat.usable_heat_kwh[first], abs=0.06)
    solar = sum(heat.solar_heat_kwh[first:until])
    assert said["solar_kwh"] == pytest.approx(solar, abs=0.06)
    assert float(said["usable_kwh"]) < float(said["hot_water_kwh"])


def test_the_next_sunshine_ends_with_the_day() -> None:
    """The next sunshine ends with the day."""
    problem, plan = CASES["wait_for_sun"], plan_of("wait_for_sun")
    sunshine = next_sunshine(problem, plan.heat, 0)
    assert sunshine is not None
    begin = plan.grid.boundary(sunshine.begin)
    assert begin - plan.grid.start < timedelta(hours=16)
    assert sunshine.half_kwh >= sunshine.total_kwh / 2
    later = next_sunshine(problem, plan.heat, sunshine.half + 16)
    assert later is not None
    assert later.begin > sunshine.half
    dark = plan_of("run_little_sun")
    assert next_sunshine(problem, dark.heat, 0) is None


def test_waiting_for_a_run_compares_true_quantities() -> None:
    """Waiting for a run compares true quantities."""
    plan = plan_of("wait_for_run")
    said, heat = plan.decision.reason.parameters, plan.heat
    assert said["until_time"] == plan.runs[0].start.isoformat().replace("+00:00", "Z")
    assert said["heat_kwh"] == plan.runs[0].heat_kwh
    until = boundary(plan, said["until_time"])
    drawn = sum(heat.hot_water_kwh[:until])
    assert said["hot_water_kwh"] == pytest.approx(drawn, abs=0.06)
    assert said["usable_kwh"] == pytest.approx(heat.usable_heat_kwh[0], abs=0.06)
    assert float(said["usable_kwh"]) > float(said["hot_water_kwh"])
