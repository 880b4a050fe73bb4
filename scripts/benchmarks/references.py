"""`references`: published figures beside ours, with the deviation.

All cases of `reference_cases`, on the measured years that stay outside of the repository.
"""

import argparse
from functools import cache
import json
from pathlib import Path
import sys
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.energy_manager.engine.plant.boundary import (
    WeatherSeries,
    boundary_of,
)
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.results import Figures, figures
from custom_components.energy_manager.engine.plant.sun import FloatArray
from custom_components.energy_manager.engine.plant.tables import (
    draws_table,
    weather_table,
)
from custom_components.energy_manager.engine.plant.year import simulate
from scripts.benchmarks.reference_cases import PLACES, Case, cases
from scripts.command_line.simulate import change

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
DRAWS = DATA / "dhw" / "dhwcalc_200L_1min_4cat_sf_nods_max1200_events.csv"
NEW_YEAR_S = 1546300800.0
"""2019-01-01 in UTC."""
YEAR_S = 365 * 86400


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser(
        "references", help="published figures beside the models'"
    )
    parser.add_argument(
        "--group", metavar="NAME", help="only the groups whose name begins like this"
    )
    parser.add_argument(
        "--quick", action="store_true", help="only the cases that are also tests"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each case; the exit code tells whether all are met."""
    if not DRAWS.exists():
        print(f"{DATA}: the measured years are not on this machine", file=sys.stderr)
        return 2
    wanted = [
        case
        for case in cases()
        if case.group.startswith(options.group or "")
        and (case.quick or not options.quick)
    ]
    if not wanted:
        print(f"--group {options.group}: no such group", file=sys.stderr)
        return 2
    missed = 0
    group = ""
    for case in wanted:
        if case.group != group:
            group = case.group
            print(f"{group:<68} published      ours  deviation  allowed")
        ours = value(case)
        away = ours - case.published
        met = abs(away) <= case.tolerance
        missed += not met
        digits = 0 if abs(case.published) >= 1.0 else 4
        print(
            f"  {f'{case.name}, {case.place}, {case.figure}':<66} {case.published:9.{digits}f} "
            f"{ours:9.{digits}f} {away:+10.{digits}f} {case.tolerance:8.{digits}f}"
            f"{'' if met else '  missed'}",
            flush=True,
        )
    print(f"{len(wanted) - missed} of {len(wanted)} are met")
    return int(missed > 0)


def value(case: Case) -> float:
    """Return what our models say."""
    found = figure(case, year_of(case.house, case.place, case.changes))
    if case.less_usual:
        usual = year_of(case.house, case.place, case.changes[:-1])
        found -= figure(case, usual)
    return found


def figure(case: Case, found: Figures) -> float:
    """Return a case's figure."""
    if case.figure == "unserved_share":
        return found.unserved_kwh / found.load_kwh
    return float(getattr(found, case.figure))


@cache
def year_of(
    name: str, place: str, changes: tuple[str, ...], step_s: float = 300.0
) -> Figures:
    """Return a house's year: each is run once."""
    house = house_of(name, place, changes)
    steps = round(YEAR_S / step_s)
    boundary = boundary_of(
        house,
        weather_of(place),
        start_s=NEW_YEAR_S,
        steps=steps,
        step_s=step_s,
        draw_l=draws_of(step_s),
    )
    return figures(house, simulate(house, boundary).whole)


def house_of(name: str, place: str, changes: tuple[str, ...]) -> House:
    """Return a house that ships with the project, changed, at a place."""
    path = ROOT / "examples" / "houses" / f"{name}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    site = PLACES[place]
    document["site"] = {
        "latitude": site.latitude,
        "longitude": site.longitude,
        "elevation_m": site.elevation_m,
    }
    for text in changes:
        change(document, text)
    return House.from_json(document)


@cache
def weather_of(place: str) -> WeatherSeries:
    """Return a measured year."""
    text = (DATA / "weather" / f"{place}.csv").read_text(encoding="utf-8")
    return weather_table(text, PLACES[place])


@cache
def draws_of(step_s: float) -> FloatArray:
    """Return a year's draws of 200 l a day."""
    return draws_table(
        DRAWS.read_text(encoding="utf-8"),
        start_s=NEW_YEAR_S,
        steps=round(YEAR_S / step_s),
        step_s=step_s,
        zone=ZoneInfo("UTC"),
    )
