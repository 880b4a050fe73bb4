"""`simulate`: a house document through a year of weather, as figures."""

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
import json
from pathlib import Path
import sys
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.energy_manager.engine.document import Json, parse
from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.plant.boundary import (
    DAY_S,
    Boundary,
    WeatherSeries,
    boundary_of,
)
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.results import (
    Figures,
    yearly_and_monthly,
)
from custom_components.energy_manager.engine.plant.tables import (
    draws_table,
    load_table,
    weather_table,
)
from custom_components.energy_manager.engine.plant.year import Course, simulate
from scripts.command_line import chart
from scripts.command_line.plan import read

STEP_S = 300.0


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "simulate", help="run a house through a year of weather"
    )
    add_house(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    add_chart(parser)
    parser.set_defaults(run=run)


def add_chart(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a chart of a week."""
    parser.add_argument(
        "--chart",
        metavar="FILE.svg",
        type=Path,
        help="draw a chart; the ending says in which form (svg, png, pdf)",
    )
    parser.add_argument(
        "--week", type=int, metavar="N", help="the week of the chart, 1 is the first"
    )


def add_house(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that tell a house and what acts on it."""
    parser.add_argument("house", metavar="HOUSE.json", type=Path)
    parser.add_argument("--weather", metavar="FILE.csv", type=Path, required=True)
    parser.add_argument("--load", metavar="FILE.csv", type=Path)
    parser.add_argument("--draws", metavar="FILE.csv", type=Path)
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="another value of the house, as in tank.volume_l=800",
    )


def run(options: argparse.Namespace) -> int:
    """Print what a year came to; one line and exit code 2 where a file is wrong."""
    try:
        house = house_of(options)
        boundary = conditions(options, house)
        record = _record(options, boundary)
        course = simulate(house, boundary, control=record)
        if record is not None:
            chart.draw_week(options.chart, house.name or "House", record.course)
    except InputError as error:
        print(f"{options.house}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(document(house, course), indent=2))
    else:
        print_table(house, course)
    return 0


def _record(options: argparse.Namespace, boundary: Boundary) -> chart.Record | None:
    """Return what notes the week of the chart, None without a chart."""
    if options.chart is None:
        return None
    chart.check_file(options.chart)
    days = boundary.steps * boundary.step_s / DAY_S
    week = 1 if options.week is None else options.week
    return chart.Record(*chart.week_of(boundary.start_s, days, week))


def house_of(options: argparse.Namespace) -> House:
    """Return the house of a file with the changes of the command line."""
    value = parse(read(options.house))
    for text in options.changes:
        change(value, text)
    return House.from_json(value)


def change(value: Json, wanted: str) -> None:
    """Change one field of a document, named by its path as in tank.volume_l=800."""
    name, equals, text = wanted.partition("=")
    *path, last = name.strip().split(".")
    if not equals or not last:
        raise InputError("--set", "must be like tank.volume_l=800")
    place = value
    for part in path:
        if isinstance(place, dict):
            # A part that stands at its defaults need not be in the document.
            place = place.setdefault(part, {})
    if not isinstance(place, dict):
        raise InputError(name, "is no field of the house")
    try:
        place[last] = parse(text)
    except InputError:
        place[last] = text


def conditions(options: argparse.Namespace, house: House) -> Boundary:
    """Return what acts on the house, from the files of the command line."""
    weather = weather_table(
        text_of(options.weather), house.site, f"weather {options.weather.name}"
    )
    start_s, steps = span_of(weather)
    zone = ZoneInfo(house.time_zone)
    draws = load = None
    if options.draws is not None:
        draws = draws_table(
            text_of(options.draws),
            start_s=start_s,
            steps=steps,
            step_s=STEP_S,
            zone=zone,
            name=f"draws {options.draws.name}",
        )
    if options.load is not None:
        times_s = start_s + STEP_S * (np.arange(steps, dtype=np.float64) + 0.5)
        load = load_table(
            text_of(options.load),
            times_s=times_s,
            zone=zone,
            name=f"load {options.load.name}",
        )
    return boundary_of(
        house,
        weather,
        start_s=start_s,
        steps=steps,
        step_s=STEP_S,
        draw_l=draws,
        electrical_load_w=load,
    )


def span_of(weather: WeatherSeries) -> tuple[float, int]:
    """Return the start and the number of steps of what a weather file covers.

    A whole year begins at the midnight (UTC) that is nearest to the first row, so that
    it has twelve months whatever instants its rows belong to.
    """
    first_s, step_s = float(weather.times_s[0]), weather.step_s
    span_s = float(weather.times_s[-1]) - first_s + step_s
    if weather.year_s is not None:
        first_s = round(first_s / DAY_S) * DAY_S
        span_s = round(span_s / DAY_S) * DAY_S
    steps = round(span_s / STEP_S)
    if steps < 1:
        raise InputError("weather", f"must cover at least {STEP_S / 60.0:g} minutes")
    return first_s, steps


def text_of(path: Path) -> str:
    """Return the text of a file."""
    try:
        return read(path)
    except InputError as error:
        raise InputError(
            str(path), "must be a readable file of text in UTF-8"
        ) from error


def document(house: House, course: Course) -> dict[str, Any]:
    """Return the figures of a course as a JSON document."""
    whole, months = yearly_and_monthly(house, course)
    rows = []
    for stretch, month in zip(course.months, months, strict=True):
        when = datetime.fromtimestamp(stretch.start_s, UTC)
        rows.append({"month": when.strftime("%Y-%m"), **asdict(month)})
    return {"name": house.name, **asdict(whole), "monthly": rows}


_COLUMNS = (
    ("collector", "collector_heat_kwh"),
    ("boiler", "boiler_heat_kwh"),
    ("hot water", "dhw_heat_kwh"),
    ("heating", "heating_heat_kwh"),
    ("tank loss", "tank_loss_kwh"),
    ("starts", "boiler_starts"),
    ("PV", "pv_kwh"),
    ("unserved", "unserved_kwh"),
)


def print_table(house: House, course: Course) -> None:
    """Print the figures of a course for people."""
    whole, months = yearly_and_monthly(house, course)
    print(house.name or "House")
    print("  kWh     " + "".join(f"{title:>11}" for title, _ in _COLUMNS))
    for stretch, month in zip(course.months, months, strict=True):
        when = datetime.fromtimestamp(stretch.start_s, UTC)
        print(f"  {when:%Y-%m} " + _cells(month))
    print("  total   " + _cells(whole))
    share = whole.solar_fraction
    cool = whole.draw_share_below_43c
    print(
        f"  solar fraction {_percent(share)}, fuel {whole.fuel_kwh:.0f} kWh, "
        f"CO2 {whole.co2_kg:.0f} kg, {whole.cost_eur:.0f} EUR, "
        f"draws below 43 degC {_percent(cool)}, "
        f"stagnation {whole.stagnation_h:.0f} h, "
        f"PV unused {whole.curtailed_kwh:.0f} kWh, "
        f"balance within {abs(whole.balance_error):.1e}"
    )


def _cells(one: Figures) -> str:
    return " " + "".join(f"{getattr(one, name):11.0f}" for _, name in _COLUMNS)


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100.0 * share:.1f} %"
