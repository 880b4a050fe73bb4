"""The league table: controllers side by side, between the maker's and the best possible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
import math

import numpy as np

from ..errors import InputError
from ..plant.boundary import DAY_S, Boundary, WeatherSeries, boundary_of, modelled_draws
from ..plant.house_document import House
from ..plant.year import Control
from .bound import Bound, least_boiler_heat
from .closed_loop import Outcome, disturbed, run_controller
from .controllers import CONTROLLERS
from .outlook import Forecast, Forecaster
from .setting import Setting

BASELINE = "maker"
BOUND = "bound"
"""Under this name the bound tells how far it has come."""
FINE_DAYS = 31
FINE_BLOCK_H = 1.0
COARSE_BLOCK_H = 3.0
"""Blocks of the bound, up to so many days and beyond."""
TOLERANCE = 0.01
"""Share of all heat by which a controller may seem to beat the near-tight bound."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A controller in the table."""

    outcome: Outcome
    share_of_bound: float | None
    """How far on the way from the maker's control to the bound: 0 is the maker's, 1 is
    there; None where there is no way between them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class League:
    """All controllers on one house, weather and set of forecasts."""

    rows: tuple[Row, ...]
    bound: Bound
    beaten_by: tuple[str, ...]
    """Controllers that needed less than the bound: something is wrong then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a league is run under."""

    weather: WeatherSeries
    start_s: float
    days: int
    forecast: Forecast = "realistic"
    seed: int = 0
    step_s: float = 300.0
    draw_l: Sequence[float] | None = None
    """By step, two days longer than `days`; None for modelled draws."""
    electrical_load_w: Sequence[float] | None = None


def check_names(names: Sequence[str]) -> None:
    """Raise InputError where a controller is not known."""
    for name in names:
        if name not in CONTROLLERS:
            known = ", ".join(CONTROLLERS)
            raise InputError("controllers", f"{name} is unknown; there are {known}")


def run_league(
    house: House,
    names: Sequence[str],
    conditions: Conditions,
    progress: Callable[[str, float], None] | None = None,
    watch: Mapping[str, Control] | None = None,
) -> League:
    """Run controllers on the same house and return the table.

    The maker's control is always run, since the others are judged by it. `progress`
    is called with a controller's name and the share done; `watch` has, by name of a
    controller, what is called before each step with its time and the house.
    """
    check_names(names)
    setting = Setting(house=house)
    real = disturbed(house, conditions.seed)
    ahead_days = conditions.days + math.ceil(setting.horizon_s / DAY_S)
    truth = _truth(real, conditions, ahead_days)
    boundary = _first_days(truth, conditions.days)
    usual = modelled_draws(house, truth.start_s, truth.steps, truth.step_s)
    forecaster = Forecaster(
        truth,
        conditions.forecast,
        house=house,
        seed=conditions.seed,
        usual_draw_l=_spread(usual, conditions.step_s),
    )
    outcomes: dict[str, Outcome] = {}
    for name in dict.fromkeys((BASELINE, *names)):
        outcomes[name] = run_controller(
            name,
            CONTROLLERS[name](setting),
            real,
            boundary,
            forecaster,
            setting.horizon_s,
            None if progress is None else _named(progress, name),
            None if watch is None else watch.get(name),
        )
    if progress is not None:
        progress(BOUND, 0.0)
    hours = FINE_BLOCK_H if conditions.days <= FINE_DAYS else COARSE_BLOCK_H
    bound = least_boiler_heat(real, boundary, hours)
    if progress is not None:
        progress(BOUND, 1.0)
    return _table(
        [outcomes[name] for name in dict.fromkeys(names)], outcomes[BASELINE], bound
    )


def _table(shown: list[Outcome], baseline: Outcome, bound: Bound) -> League:
    """Return the table of outcomes with what they are worth."""
    turnover = baseline.figures.dhw_heat_kwh + baseline.figures.heating_heat_kwh
    return League(
        rows=tuple(
            Row(outcome=one, share_of_bound=_share(one, baseline, bound))
            for one in shown
        ),
        bound=bound,
        beaten_by=tuple(
            one.name
            for one in shown
            if one.owed_kwh < bound.owed_kwh - TOLERANCE * turnover
        ),
    )


def _named(
    progress: Callable[[str, float], None], name: str
) -> Callable[[float], None]:
    return lambda share: progress(name, share)


def _truth(real: House, conditions: Conditions, days: int) -> Boundary:
    """Return what really acts on the house, over the last horizon too."""
    steps = round(days * DAY_S / conditions.step_s)
    draws, load = conditions.draw_l, conditions.electrical_load_w
    return boundary_of(
        real,
        conditions.weather,
        start_s=conditions.start_s,
        steps=steps,
        step_s=conditions.step_s,
        draw_l=None if draws is None else np.array(draws[:steps], dtype=np.float64),
        electrical_load_w=(
            None if load is None else np.array(load[:steps], dtype=np.float64)
        ),
    )


def _first_days(truth: Boundary, days: int) -> Boundary:
    steps = round(days * DAY_S / truth.step_s)
    heating, hours, gains = truth.heating_w, truth.local_hour, truth.solar_gain_w
    return replace(
        truth,
        ambient_c=truth.ambient_c[:steps],
        absorbed_w_per_m2=truth.absorbed_w_per_m2[:steps],
        pv_available_w=truth.pv_available_w[:steps],
        draw_l=truth.draw_l[:steps],
        electrical_load_w=truth.electrical_load_w[:steps],
        heating_w=None if heating is None else heating[:steps],
        local_hour=None if hours is None else hours[:steps],
        solar_gain_w=None if gains is None else gains[:steps],
    )


def _spread(draw_l: np.ndarray, step_s: float) -> list[float]:
    """Return habits from draws: the mean of each hour of the day, over a week around."""
    per_hour = round(3600.0 / step_s)
    hours = (
        draw_l[: len(draw_l) // per_hour * per_hour].reshape(-1, per_hour).sum(axis=1)
    )
    means = [float(hours[hour % 24 :: 24].mean()) / per_hour for hour in range(24)]
    return [means[step // per_hour % 24] for step in range(len(draw_l))]


def _share(one: Outcome, baseline: Outcome, bound: Bound) -> float | None:
    if one.name == baseline.name:
        return 0.0
    way = baseline.owed_kwh - bound.owed_kwh
    if way <= 1e-6:
        return None
    return round((baseline.owed_kwh - one.owed_kwh) / way, 6)
