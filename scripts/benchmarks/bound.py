"""`bound`: the least boiler heat of published cases, and what computing it takes.

The reference house undisturbed, with measured draws, where its year of weather is there;
beside it what an independent program of the same kind gives, and the maker's control in
a simulation, which must not need less.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
import time
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.energy_manager.engine.evaluation.bound import least_boiler_heat
from custom_components.energy_manager.engine.plant.boundary import Boundary, boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.results import figures
from custom_components.energy_manager.engine.plant.tables import (
    draws_table,
    weather_table,
)
from custom_components.energy_manager.engine.plant.year import simulate
from scripts.benchmarks.simulate import MEASURED, NEW_YEAR_S, STEPS, house_of

DATA = MEASURED.parent.parent
DRAWS = DATA / "dhw" / "dhwcalc_200L_1min_4cat_sf_nods_max1200_events.csv"
STEP_S = 300.0
BLOCK_H = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A published case: the reference house with other weather or heating."""

    name: str
    weather: str
    heating_kwh: float | None
    published: float
    """Solar fraction at the bound by an independent program: eight classes, collectors
    4 K warmer than their water, heating and hot water by water that is warm enough."""


CASES = (
    Case(
        name="Mannheim, heating 8569 kWh and hot water",
        weather="mannheim.csv",
        heating_kwh=8569.0,
        published=0.493,
    ),
    Case(
        name="Mannheim, hot water alone",
        weather="mannheim.csv",
        heating_kwh=None,
        published=0.956,
    ),
    Case(
        name="45 N 8 E, heating 6000 kWh and hot water",
        weather="pvgis_45N_8E.csv",
        heating_kwh=6000.0,
        published=0.755,
    ),
    Case(
        name="45 N 8 E, hot water alone",
        weather="pvgis_45N_8E.csv",
        heating_kwh=None,
        published=1.0,
    ),
)


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser("bound", help="the bound of published cases")
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", default=DATA, help="measured years"
    )
    parser.add_argument("--block", type=float, metavar="HOURS", default=BLOCK_H)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the cases; exit code 1 where a year is not there."""
    if not (options.data / "dhw" / DRAWS.name).exists():
        print(f"no measured draws and years in {options.data}; see --data")
        return 1
    print(f"blocks of {options.block:g} h; share of the heat that is not the boiler's")
    for case in CASES:
        print(case.name)
        for line in measure(case, options.data, options.block):
            print(f"  {line}")
    return 0


def measure(case: Case, data: Path, block_h: float) -> Iterator[str]:
    """Yield the lines about a case."""
    house, boundary = conditions_of(case, data)
    begun_s = time.process_time()
    found = least_boiler_heat(house, boundary, block_h)
    busy_s = time.process_time() - begun_s
    share = 1.0 - found.boiler_heat_kwh / found.wanted_kwh
    yield (
        f"bound      {share:.3f} ({found.boiler_heat_kwh:.0f} of {found.wanted_kwh:.0f} "
        f"kWh), {case.published:.3f} by another program"
    )
    yield f"time       {busy_s:.1f} s of processor, {found.variables} variables, twice"
    maker = figures(house, simulate(house, boundary).whole)
    yield f"maker      {maker.solar_fraction:.3f} ({maker.boiler_heat_kwh:.0f} kWh)"


def conditions_of(case: Case, data: Path) -> tuple[House, Boundary]:
    """Return the house of a case and what acts on it in its year."""
    house = house_of("proof-of-concept")
    house = replace(
        house,
        pv=None,
        battery=None,
        inverter=None,
        heating=None if case.heating_kwh is None else house.heating,
        demand=replace(house.demand, heating_kwh=case.heating_kwh),
    )
    if case.weather != MEASURED.name:
        site = replace(house.site, latitude=45.0, longitude=8.0, elevation_m=250.0)
        house = replace(house, site=site)
    known = weather_table((data / "weather" / case.weather).read_text(), house.site)
    draws = draws_table(
        (data / "dhw" / DRAWS.name).read_text(),
        start_s=NEW_YEAR_S,
        steps=STEPS,
        step_s=STEP_S,
        zone=ZoneInfo("UTC"),
    )
    return house, boundary_of(
        house, known, start_s=NEW_YEAR_S, steps=STEPS, step_s=STEP_S, draw_l=draws
    )
