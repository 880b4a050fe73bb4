"""A house over a year, or any other stretch of time: what came of it.

The run is the demo house's own (`house_run`); here it goes through given weather,
draws and loads, under the maker's control or another one, and is added up by month.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from . import house as house_model, tank
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
    for first_step, last_step in month_steps(
        boundary.start_s, boundary.step_s, boundary.steps
    ):
        _advance(run, boundary, first_step, last_step, control)
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
    control: Control | None,
) -> None:
    """Move a house through the steps from `first` up to, not including, `end`."""
    step_s = boundary.step_s
    loads = boundary.electrical_load_w
    heating = boundary.heating_w
    gains = boundary.solar_gain_w
    rows = zip(
        boundary.ambient_c[first:end],
        boundary.absorbed_w_per_m2[first:end],
        boundary.pv_available_w[first:end],
        boundary.draw_l[first:end],
        loads[first:end],
        heating[first:end] if heating is not None else [None] * (end - first),
        gains[first:end] if gains is not None else [0.0] * (end - first),
        strict=True,
    )
    time_s = boundary.start_s + first * step_s
    hours = boundary.local_hour
    place = first
    for ambient_c, absorbed, pv_w, litres, load_w, heating_w, gain_w in rows:
        run.ambient_c = ambient_c
        run.absorbed = absorbed
        run.pv_available_w = pv_w
        run.draw_l_per_s = litres / step_s
        run.electrical_load_w = load_w
        run.heating_w = heating_w
        run.solar_gain_w = gain_w
        if hours is not None:
            run.local_hour = hours[place]
            place += 1
        if control is not None:
            control(time_s, run)
        run.move(step_s)
        time_s += step_s
