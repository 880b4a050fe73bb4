"""A house over a year, or any other stretch of time: what came of it.

The run is the demo house's own (`house_run`); here it goes through given weather,
draws and loads, under the maker's control or another one, and is added up by month.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from . import house as house_model, house_rest, tank
from .boundary import Boundary
from .house_document import House
from .house_run import HouseRun
from .house_state import HouseState
from .house_sums import HouseSums

type Control = Callable[[float, HouseRun], None]
"""Called before each step with its time [s]; it may set the relays' modes."""

WARM_UP_TANK_C = 45.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """What a house did from one instant to another."""

    start_s: float
    end_s: float
    sums: HouseSums
    stored_j: float
    """Heat that the tank took up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What came of a simulation."""

    whole: Stretch
    months: tuple[Stretch, ...]
    """By calendar month in UTC, in order of time."""
    state: HouseState
    """At the end."""


def start_state(house: House, ambient_c: float) -> HouseState:
    """Return a house at rest with a warm tank."""
    return house_model.initial_state(
        house.plant, tank_c=WARM_UP_TANK_C, ambient_c=ambient_c
    )


def simulate(
    house: House,
    boundary: Boundary,
    *,
    state: HouseState | None = None,
    control: Control | None = None,
    run: HouseRun | None = None,
) -> Course:
    """Run a house through what acts on it. Same input, same result.

    Steps that are too long for the flows are divided. Start from `state`, else from
    a tank at 45 degC.
    """
    if run is None:
        first = (
            state if state is not None else start_state(house, boundary.ambient_c[0])
        )
        run = HouseRun(house.plant, first)
    months: list[Stretch] = []
    layout = run.tank
    stored_j = tank.energy_j(layout, run.tank_c, 0.0)
    begun = run.sums.copy(), stored_j, boundary.start_s
    month = begun
    calm = house_rest.calm_until(boundary)
    for first_step, last_step in month_steps(
        boundary.start_s, boundary.step_s, boundary.steps
    ):
        _advance(run, boundary, first_step, last_step, calm, control)
        end_s = boundary.start_s + last_step * boundary.step_s
        stored_j = tank.energy_j(layout, run.tank_c, 0.0)
        months.append(_stretch(run, month, stored_j, end_s))
        month = run.sums.copy(), stored_j, end_s
    return Course(
        whole=_stretch(run, begun, stored_j, month[2]),
        months=tuple(months),
        state=house_model.state_of(run),
    )


def _stretch(
    run: HouseRun, begun: tuple[HouseSums, float, float], stored_j: float, end_s: float
) -> Stretch:
    before, stored_before_j, start_s = begun
    return Stretch(
        start_s=start_s,
        end_s=end_s,
        sums=run.sums.since(before),
        stored_j=stored_j - stored_before_j,
    )


def month_steps(start_s: float, step_s: float, steps: int) -> list[tuple[int, int]]:
    """Return the steps of each calendar month as (first, end)."""
    found: list[tuple[int, int]] = []
    step = 0
    while step < steps:
        when = datetime.fromtimestamp(start_s + step * step_s, UTC)
        following = datetime(
            when.year + when.month // 12, when.month % 12 + 1, 1, tzinfo=UTC
        )
        left_s = following.timestamp() - start_s
        end = min(steps, max(step + 1, round(left_s / step_s)))
        found.append((step, end))
        step = end
    return found


def _advance(
    run: HouseRun,
    boundary: Boundary,
    first: int,
    end: int,
    calm_until: list[int],
    control: Control | None,
) -> None:
    """Move a house through the steps from `first` up to, not including, `end`.

    Where nobody else controls it, it rests through calm steps as long as it can.
    """
    step_s, heating, gains = boundary.step_s, boundary.heating_w, boundary.solar_gain_w
    hours = boundary.local_hour
    place = first
    while place < end:
        if control is None and (calm := min(calm_until[place], end)) > place:
            place = house_rest.rest(run, boundary, place, calm)
            if place == end:
                break
        run.ambient_c = boundary.ambient_c[place]
        run.absorbed = boundary.absorbed_w_per_m2[place]
        run.pv_available_w = boundary.pv_available_w[place]
        run.draw_l_per_s = boundary.draw_l[place] / step_s
        run.electrical_load_w = boundary.electrical_load_w[place]
        run.heating_w = None if heating is None else heating[place]
        run.solar_gain_w = 0.0 if gains is None else gains[place]
        if hours is not None:
            run.local_hour = hours[place]
        if control is not None:
            control(boundary.start_s + place * step_s, run)
        run.move(step_s)
        place += 1
