"""The same house on the same evening; only the forecast or the calendar differs."""

from datetime import date, datetime, timedelta

from custom_components.energy_manager.engine.planner import Plan, Problem, solve

from .homes import SUMMER_EVENING, ZONE, a_problem

MORNING = datetime(2026, 6, 19, 9, tzinfo=ZONE)
TONIGHT_AND_TOMORROW = {date(2026, 6, 18): 4.0, date(2026, 6, 19): 4.0}


def runs_before(plan: Plan, when: datetime) -> int:
    """Return the runs that begin before an instant."""
    return sum(run.start < when for run in plan.runs)


def coldest_draw_c(problem: Problem, plan: Plan) -> float:
    """Return the tank's coldest top at the end of a step with draws."""
    return min(
        top
        for top, draw in zip(
            plan.heat.tank_upper_c[1:], problem.demand.hot_water_kwh, strict=True
        )
        if draw > 0.0
    )


def test_before_a_sunny_day_the_boiler_waits() -> None:
    """Before a sunny day the boiler waits."""
    problem = a_problem(cloud_cover=0.05)
    plan = solve(problem)
    assert plan.decision.action == "hold"
    assert plan.decision.reason.code == "wait_for_sun"
    assert runs_before(plan, SUMMER_EVENING + timedelta(hours=24)) == 0
    assert coldest_draw_c(problem, plan) >= 45.0


def test_before_an_overcast_day_the_boiler_runs_in_time() -> None:
    """Before an overcast day the boiler runs in time."""
    problem = a_problem(cloud_cover=1.0, ambient_c=16.0)
    plan = solve(problem)
    assert runs_before(plan, MORNING) >= 1
    assert plan.decision.reason.code == "wait_for_run"
    assert coldest_draw_c(problem, plan) >= 45.0


def test_before_guests_the_boiler_runs_in_time() -> None:
    """Before guests the boiler runs in time."""
    problem = a_problem(cloud_cover=0.05, guests=TONIGHT_AND_TOMORROW)
    plan = solve(problem)
    assert runs_before(plan, MORNING) >= 1
    assert plan.runs[0].reason.code == "run_for_guests"
    assert plan.runs[0].reason.parameters["persons"] == 6.0
    assert plan.runs[0].reason.parameters["guests"] == 4.0
    assert coldest_draw_c(problem, plan) >= 45.0


def test_only_the_forecast_differs() -> None:
    """Only the forecast differs."""
    sunny = a_problem(cloud_cover=0.05, ambient_c=16.0)
    overcast = a_problem(cloud_cover=1.0, ambient_c=16.0)
    assert sunny.demand.hot_water_kwh == overcast.demand.hot_water_kwh
    assert sunny.state == overcast.state
    assert not solve(sunny).runs
    assert solve(overcast).runs


def test_more_people_need_more_of_the_boiler() -> None:
    """More people need more of the boiler."""
    heat = [
        solve(a_problem(cloud_cover=1.0, persons=persons)).totals.boiler_heat_kwh
        for persons in (1.0, 4.0, 8.0)
    ]
    assert heat == sorted(heat)
    assert heat[0] < heat[-1]
