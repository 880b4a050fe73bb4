"""`evaluate`: control algorithms on a house, between the maker's and the best possible."""

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
import json
import sys
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.energy_manager.engine.errors import EngineError, InputError
from custom_components.energy_manager.engine.evaluation.controllers import CONTROLLERS
from custom_components.energy_manager.engine.evaluation.league import (
    Conditions,
    League,
    check_names,
    run_league,
)
from custom_components.energy_manager.engine.plant.boundary import DAY_S, WeatherSeries
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.tables import (
    draws_table,
    load_table,
    weather_table,
)
from scripts.command_line import chart, simulate
from scripts.command_line.simulate import (
    STEP_S,
    add_chart,
    add_house,
    house_of,
    span_of,
    text_of,
)

DAYS = 14
FORECASTS = ("perfect", "realistic", "naive")
AHEAD_DAYS = 2


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate", help="compare control algorithms on a house"
    )
    add_house(parser)
    parser.add_argument(
        "--controllers",
        metavar="NAME,...",
        default=",".join(CONTROLLERS),
        help=f"which of {', '.join(CONTROLLERS)}; all without this",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--days", type=int, metavar="N", help=f"how long; at most {DAYS} without this"
    )
    length.add_argument("--year", action="store_true", help="all that the weather has")
    parser.add_argument(
        "--start-day",
        type=int,
        default=0,
        metavar="N",
        help="begin so many days after the weather's start",
    )
    parser.add_argument("--forecast", choices=FORECASTS, default="realistic")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    add_chart(parser)
    parser.add_argument(
        "--week-of",
        metavar="NAME",
        help="with --week: the controller of the chart; the last one without this",
    )
    parser.add_argument("--quiet", action="store_true", help="tell no progress")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the league table; one line and exit code 2 where something is wrong."""
    try:
        names = names_of(options.controllers)
        house = house_of(options)
        league = _league(options, house, names)
    except InputError as error:
        of_file = not error.field.startswith("--")
        print(f"{options.house}: {error}" if of_file else error, file=sys.stderr)
        return 2
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(document(house, league), indent=2))
    else:
        print_table(league)
    for name in league.beaten_by:
        print(
            f"{name} needs less than the bound: one of them is wrong", file=sys.stderr
        )
    return 0


def names_of(text: str) -> list[str]:
    """Return the controllers that a list with commas names, each once."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    names = [name for name in names if name]
    if not names:
        raise InputError("--controllers", f"must name some of {', '.join(CONTROLLERS)}")
    check_names(names)
    return names


def _league(options: argparse.Namespace, house: House, names: list[str]) -> League:
    """Return the table, and draw the chart that is asked for."""
    under = conditions(options, house)
    record: chart.Record | None = None
    shown = names[-1] if options.week_of is None else options.week_of
    if options.chart is not None:
        chart.check_file(options.chart)
        if shown not in names:
            raise InputError("--week-of", f"must be one of {', '.join(names)}")
        if options.week is not None:
            span = chart.week_of(under.start_s, under.days, options.week)
            record = chart.Record(*span)
    league = run_league(
        house,
        names,
        under,
        None if options.quiet else tell,
        watch=None if record is None else {shown: record},
    )
    title = house.name or "House"
    if record is not None:
        chart.draw_week(options.chart, f"{title}\ncontroller: {shown}", record.course)
    elif options.chart is not None:
        chart.draw_league(options.chart, f"{title}\n{_terms(under)}", league)
    return league


def _terms(under: Conditions) -> str:
    """Return in a few words what a league was run under."""
    begin = datetime.fromtimestamp(under.start_s, UTC)
    return (
        f"{under.days} days from {begin:%Y-%m-%d}, {under.forecast} forecasts, "
        f"seed {under.seed}"
    )


def tell(name: str, share: float) -> None:
    """Say how far a controller has come."""
    end = "\n" if share >= 1.0 else ""
    print(f"\r{name}: {100 * share:.0f} %", end=end, file=sys.stderr, flush=True)


def conditions(options: argparse.Namespace, house: House) -> Conditions:
    """Return what the league is run under, from the files of the command line."""
    weather = weather_table(text_of(options.weather), house.site)
    start_s, steps = span_of(weather)
    start_s += options.start_day * DAY_S
    days = days_of(options, weather, round(steps * STEP_S / DAY_S))
    zone = ZoneInfo(house.time_zone)
    steps = round((days + AHEAD_DAYS) * DAY_S / STEP_S)
    draws = load = None
    if options.draws is not None:
        draws = draws_table(
            text_of(options.draws),
            start_s=start_s,
            steps=steps,
            step_s=STEP_S,
            zone=zone,
        ).tolist()
    if options.load is not None:
        times_s = start_s + STEP_S * (np.arange(steps, dtype=np.float64) + 0.5)
        load = load_table(text_of(options.load), times_s=times_s, zone=zone).tolist()
    return Conditions(
        weather=weather,
        start_s=start_s,
        days=days,
        forecast=options.forecast,
        seed=options.seed,
        step_s=STEP_S,
        draw_l=draws,
        electrical_load_w=load,
    )


def days_of(options: argparse.Namespace, weather: WeatherSeries, covered: int) -> int:
    """Return how many days to run; raise InputError where the weather has them not."""
    first = options.start_day
    if not 0 <= first < covered:
        raise InputError(
            "--start-day",
            f"must be between 0 and {covered - 1}: the weather has {covered} days",
        )
    repeats = weather.year_s is not None
    left = covered - first if repeats else covered - first - AHEAD_DAYS
    days = left if options.year else options.days
    if days is None:
        days = min(DAYS, left)
    if not repeats and (left < 1 or days > left):
        raise InputError(
            "--days",
            f"must be at most {max(left, 0)}: the weather has {covered - first} days "
            f"from there, and {AHEAD_DAYS} are needed ahead",
        )
    if days < 1 or (repeats and days > covered):
        raise InputError("--days", f"must be between 1 and {covered}")
    return int(days)


def document(house: House, league: League) -> dict[str, Any]:
    """Return the table as a JSON document."""
    return {
        "controllers": [
            {
                **simulate.document(house, row.outcome.course),
                "name": row.outcome.name,
                "owed_kwh": row.outcome.owed_kwh,
                "share_of_bound": row.share_of_bound,
            }
            for row in league.rows
        ],
        "bound": asdict(league.bound),
        "beaten_by": list(league.beaten_by),
    }


def print_table(league: League) -> None:
    """Print the table for people."""
    print(
        f"{'controller':<12}{'boiler':>9}{'unmet':>8}{'stored':>8}{'starts':>8}"
        f"{'cost':>9}{'CO2':>8}{'cool':>8}{'unserved':>10}{'of bound':>10}"
    )
    print(f"{'':<12}{'kWh':>9}{'kWh':>8}{'kWh':>8}{'':>8}{'EUR':>9}{'kg':>8}"
          f"{'':>8}{'kWh':>10}{'':>10}")  # fmt: skip
    for row in league.rows:
        one = row.outcome.figures
        unmet = one.dhw_unmet_kwh + one.heating_unmet_kwh
        stored = one.boiler_heat_kwh + unmet - row.outcome.owed_kwh
        cool = one.draw_share_below_43c
        print(
            f"{row.outcome.name:<12}{one.boiler_heat_kwh:9.1f}{unmet:8.1f}{stored:8.1f}"
            f"{one.boiler_starts:8d}{one.cost_eur:9.2f}{one.co2_kg:8.1f}"
            f"{_percent(cool):>8}{one.unserved_kwh:10.2f}"
            f"{_percent(row.share_of_bound):>10}"
        )
    bound = league.bound
    print(
        f"{'bound':<12}{bound.boiler_heat_kwh:9.1f}{bound.unmet_kwh:8.1f}"
        f"{'':>{8 + 8 + 9 + 8 + 8 + 10}}{'100.0 %':>10}"
    )
    print(
        "of bound: the way from the maker's control to the bound, in boiler heat and "
        "unmet heat\n  less what the tank has stored more at the end: "
        f"{bound.owed_kwh:.1f} kWh at the bound"
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100.0 * share:.1f} %"
