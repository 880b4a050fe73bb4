"""Why the plan is as it is: the quantities that decide, compared.

Every parameter of a reason is a quantity of the plan or of its problem: heat in
kWh, rounded to 0.1, times in ISO 8601 UTC, people as they were expected.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from .boiler_rows import forced_steps
from .layers import initial_layers, rooms_are_cold
from .plan import Decision, HeatFlows, Reason, Run
from .problem import PeopleDay, Problem

LEAST_SUN_KWH = 0.05
"""Solar heat of a step that counts as sun."""

SUNLESS_H = 3.0
"""So long without sun ends a day's sun."""

ROOMS_H = 2.0
"""How far the need of the rooms is looked at for what is done now."""

LEAST_ROOMS_KWH = 0.2
"""Less heat than this until then can wait."""
OUTLOOK_H = 12.0
"""How far a run looks ahead where no sun comes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sunshine:
    """The next stretch of solar heat."""

    begin: int
    """First step with sun."""
    half: int
    """Boundary by which half of the heat has come."""
    half_kwh: float
    total_kwh: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What is needed and what is there between two boundaries."""

    first: int
    last: int
    usable_kwh: float
    """In the tank at the beginning."""
    hot_water_kwh: float
    heating_kwh: float
    solar_kwh: float
    persons: float | None
    guests: float

    @property
    def demand_kwh(self) -> float:
        """Hot water and heating."""
        return self.hot_water_kwh + self.heating_kwh


def decide(problem: Problem, heat: HeatFlows, runs: tuple[Run, ...]) -> Decision:
    """Return what the boiler shall do now, and why."""
    boiler = problem.plant.boiler
    if boiler is None:
        return Decision(action="hold", reason=Reason(code="no_boiler", parameters={}))
    state = problem.state
    if initial_layers(problem.plant, state.tank_c, state.layers_c) is None:
        reason = Reason(code="tank_unknown", parameters={})
        return Decision(action="allow", reason=reason)
    rooms = _rooms_need_boiler(problem, heat)
    if rooms is not None:
        return Decision(action="allow", reason=rooms)
    forced_on, forced_off = forced_steps(problem, boiler)
    if heat.boiler_on[0]:
        if forced_on:
            minutes = _amount(boiler.minimum_on_min)
            reason = Reason(code="shortest_run", parameters={"minutes": minutes})
            return Decision(action="run", reason=reason)
        return Decision(action="run", reason=runs[0].reason)
    if forced_off and runs and runs[0].start <= problem.grid.boundary(forced_off):
        minutes = _amount(boiler.minimum_off_min)
        reason = Reason(code="shortest_pause", parameters={"minutes": minutes})
        return Decision(action="hold", reason=reason)
    return Decision(action="hold", reason=_why_hold(problem, heat, runs))


def _rooms_need_boiler(problem: Problem, heat: HeatFlows) -> Reason | None:
    """Return why the boiler's own thermostat must see to the rooms, if it must.

    Heating water is taken at the bottom of the boiler's zone, which may be cold while
    its top is warm. Holding the boiler back could then leave the rooms cold.
    """
    last = min(problem.grid.steps, max(1, round(ROOMS_H / problem.grid.step_h)))
    wanted = sum(heat.heating_kwh[:last])
    if wanted < LEAST_ROOMS_KWH or problem.plant.heating is None:
        return None
    state = problem.state
    if not rooms_are_cold(problem.plant, state.tank_c, state.zone_least_c):
        return None
    return Reason(
        code="rooms_need_boiler",
        parameters={
            "heating_kwh": _amount(wanted),
            "until_time": _time(problem.grid.boundary(last)),
            "lower_c": _amount(heat.tank_lower_c[0]),
        },
    )


def explain_runs(problem: Problem, heat: HeatFlows) -> tuple[Run, ...]:
    """Return the boiler's runs, each with its reason."""
    stretches = _stretches(heat.boiler_on)
    runs = []
    for number, (first, last) in enumerate(stretches):
        later = stretches[number + 1][0] if number + 1 < len(stretches) else None
        runs.append(
            Run(
                start=problem.grid.boundary(first),
                end=problem.grid.boundary(last),
                heat_kwh=_amount(sum(heat.boiler_heat_kwh[first:last])),
                reason=_why_run(problem, heat, first, later),
            )
        )
    return tuple(runs)


def next_sunshine(problem: Problem, heat: HeatFlows, first: int) -> Sunshine | None:
    """Return the next stretch of solar heat from a step on, None without any."""
    solar = heat.solar_heat_kwh
    gap = max(1, round(SUNLESS_H / problem.grid.step_h))
    bright = [i for i in range(first, len(solar)) if solar[i] >= LEAST_SUN_KWH]
    if not bright:
        return None
    begin = last = bright[0]
    for step in bright:
        if step - last > gap:
            break
        last = step
    total = sum(solar[begin : last + 1])
    gathered, half = 0.0, begin
    while gathered < total / 2 and half <= last:
        gathered += solar[half]
        half += 1
    return Sunshine(begin=begin, half=half, half_kwh=gathered, total_kwh=total)


def look_ahead(problem: Problem, heat: HeatFlows, first: int, last: int) -> Outlook:
    """Return demand, stock, sun and people between two boundaries."""
    water = heat.hot_water_kwh[first:last]
    # People count as on the day on which most hot water is drawn.
    busiest = first + max(range(len(water)), key=water.__getitem__, default=0)
    day = _people_at(problem.people, problem.grid.boundary(busiest))
    return Outlook(
        first=first,
        last=last,
        usable_kwh=heat.usable_heat_kwh[first],
        hot_water_kwh=sum(water),
        heating_kwh=sum(heat.heating_kwh[first:last]),
        solar_kwh=sum(heat.solar_heat_kwh[first:last]),
        persons=None if day is None else day.persons,
        guests=0.0 if day is None else day.guests,
    )


def _why_hold(problem: Problem, heat: HeatFlows, runs: tuple[Run, ...]) -> Reason:
    grid = problem.grid
    sunshine = next_sunshine(problem, heat, 0)
    first_run = grid.steps
    if runs:
        first_run = round(grid.position(runs[0].start))
    if sunshine is not None and sunshine.half <= first_run:
        outlook = look_ahead(problem, heat, 0, sunshine.half)
        if sunshine.total_kwh >= 0.25 * max(outlook.demand_kwh, 1.0):
            return Reason(
                code="wait_for_sun",
                parameters={
                    "solar_kwh": _amount(sunshine.half_kwh),
                    "sun_time": _time(grid.boundary(sunshine.half)),
                    "solar_total_kwh": _amount(sunshine.total_kwh),
                    "usable_kwh": _amount(outlook.usable_kwh),
                    "demand_kwh": _amount(outlook.demand_kwh),
                },
            )
    outlook = look_ahead(problem, heat, 0, first_run)
    parameters: dict[str, str | int | float] = {
        "usable_kwh": _amount(outlook.usable_kwh),
        "solar_kwh": _amount(outlook.solar_kwh),
        "until_time": _time(grid.boundary(first_run)),
    }
    if runs:
        parameters["hot_water_kwh"] = _amount(outlook.hot_water_kwh)
        parameters["heat_kwh"] = runs[0].heat_kwh
        return Reason(code="wait_for_run", parameters=parameters)
    parameters["demand_kwh"] = _amount(outlook.demand_kwh)
    if outlook.usable_kwh + outlook.solar_kwh < 0.5 * outlook.demand_kwh:
        return Reason(code="cannot_help", parameters=parameters)
    return Reason(code="tank_suffices", parameters=parameters)


def _why_run(
    problem: Problem, heat: HeatFlows, first: int, next_run: int | None
) -> Reason:
    grid = problem.grid
    last = min(grid.steps, first + round(OUTLOOK_H / grid.step_h))
    if next_run is not None:
        last = min(last, next_run)
    outlook = look_ahead(problem, heat, first, last)
    if outlook.heating_kwh > outlook.hot_water_kwh:
        return Reason(
            code="run_for_heating",
            parameters={
                "demand_kwh": _amount(outlook.demand_kwh),
                "heating_kwh": _amount(outlook.heating_kwh),
                "until_time": _time(grid.boundary(last)),
                "usable_kwh": _amount(outlook.usable_kwh),
                "solar_kwh": _amount(outlook.solar_kwh),
            },
        )
    tightest = _tightest(heat, first, last)
    outlook = look_ahead(problem, heat, first, tightest)
    day_end = min(grid.steps, first + round(24 / grid.step_h))
    day = look_ahead(problem, heat, first, day_end)
    parameters: dict[str, str | int | float] = {
        "hot_water_kwh": _amount(outlook.hot_water_kwh),
        "until_time": _time(grid.boundary(tightest)),
        "usable_kwh": _amount(outlook.usable_kwh),
        "solar_kwh": _amount(outlook.solar_kwh),
    }
    if outlook.persons is not None and outlook.guests > 0:
        parameters["persons"] = _amount(outlook.persons)
        parameters["guests"] = _amount(outlook.guests)
        return Reason(code="run_for_guests", parameters=parameters)
    if outlook.usable_kwh >= outlook.hot_water_kwh:
        parameters["comfort_c"] = _amount(problem.plant.hot_water.comfort_c)
        return Reason(code="run_for_reserve", parameters=parameters)
    if day.solar_kwh < day.demand_kwh:
        parameters["solar_day_kwh"] = _amount(day.solar_kwh)
        parameters["demand_day_kwh"] = _amount(day.demand_kwh)
        return Reason(code="run_little_sun", parameters=parameters)
    return Reason(code="run_before_sun", parameters=parameters)


def _tightest(heat: HeatFlows, first: int, last: int) -> int:
    """Return the boundary at which least is left of stock and sun after the draws."""
    left, least, tightest = 0.0, float("inf"), last
    for step in range(first, last):
        left += heat.solar_heat_kwh[step] - heat.hot_water_kwh[step]
        if left < least:
            least, tightest = left, step + 1
    return tightest


def _stretches(boiler_on: Iterable[bool]) -> list[tuple[int, int]]:
    """Return the first and the end boundary of each run."""
    stretches: list[tuple[int, int]] = []
    for step, on in enumerate(boiler_on):
        if not on:
            continue
        if stretches and stretches[-1][1] == step:
            stretches[-1] = stretches[-1][0], step + 1
        else:
            stretches.append((step, step + 1))
    return stretches


def _people_at(people: tuple[PeopleDay, ...], when: datetime) -> PeopleDay | None:
    begun = [day for day in people if day.start <= when]
    return begun[-1] if begun else None


def _amount(value: float) -> float:
    return round(value, 1) + 0.0


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
