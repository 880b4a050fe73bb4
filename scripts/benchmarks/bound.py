"""`bound`: the least boiler heat of published cases, and what computing it takes.

The reference house undisturbed, on measured years with measured draws: the solar fraction
that no control can exceed, that of an independent program of the same kind, and what the
maker's control comes to in a simulation.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
import sys
import time
from typing import Any

from custom_components.energy_manager.engine.evaluation.bound import least_boiler_heat
from custom_components.energy_manager.engine.plant.boundary import Boundary, boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from scripts.benchmarks.reference_cases import (
    COMBI,
    HEAT_ONLY,
    MANNHEIM,
    NO_HEATING,
    SOUTH,
    TOP_UP,
)
from scripts.benchmarks.references import (
    DATA,
    DRAWS,
    NEW_YEAR_S,
    YEAR_S,
    draws_of,
    house_of,
    weather_of,
    year_of,
)

STEP_S = 300.0
BLOCK_H = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A published case: the reference house at a place, with its heating or without."""

    name: str
    place: str
    changes: tuple[str, ...]
    published: float
    """Solar fraction at the bound by an independent program: eight classes, collectors
    4 K warmer than their water, heating and hot water by water that is warm enough."""


CASES = (
    Case(
        name="heating 8569 kWh and hot water",
        place=MANNHEIM,
        changes=(),
        published=0.493,
    ),
    Case(name="hot water alone", place=MANNHEIM, changes=NO_HEATING, published=0.956),
    Case(
        name="heating 6000 kWh and hot water",
        place=SOUTH,
        changes=("demand.heating_kwh=6000",),
        published=0.755,
    ),
    Case(name="hot water alone", place=SOUTH, changes=NO_HEATING, published=1.0),
)


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser("bound", help="the bound of published cases")
    parser.add_argument("--block", type=float, metavar="HOURS", default=BLOCK_H)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the cases."""
    if not DRAWS.exists():
        print(f"{DATA}: the measured years are not on this machine", file=sys.stderr)
        return 2
    print(f"blocks of {options.block:g} h; share of the heat that is not the boiler's")
    for case in CASES:
        print(f"{case.place}, {case.name}")
        for line in measure(case, options.block):
            print(f"  {line}", flush=True)
    return 0


def measure(case: Case, block_h: float) -> Iterator[str]:
    """Yield the lines about a case."""
    house, boundary = conditions_of(case)
    begun_s = time.process_time()
    found = least_boiler_heat(house, boundary, block_h)
    busy_s = time.process_time() - begun_s
    share = 1.0 - found.boiler_heat_kwh / found.wanted_kwh
    yield (
        f"bound     {share:.3f} ({found.boiler_heat_kwh:.0f} of {found.wanted_kwh:.0f} "
        f"kWh); another program's {case.published:.3f}"
    )
    yield f"time      {busy_s:.1f} s of processor for {found.variables} variables, twice"
    for name, changes in (("in tank", ()), ("top-up", (TOP_UP,))):
        maker = year_of(COMBI, case.place, (*HEAT_ONLY, *case.changes, *changes))
        yield (
            f"{name:<9} {maker.solar_fraction:.3f} ({maker.boiler_heat_kwh:.0f} kWh) "
            "by the maker's control, simulated"
        )


def conditions_of(case: Case) -> tuple[House, Boundary]:
    """Return the house of a case and what acts on it in its year."""
    house = house_of(COMBI, case.place, (*HEAT_ONLY, *case.changes))
    return house, boundary_of(
        house,
        weather_of(case.place),
        start_s=NEW_YEAR_S,
        steps=round(YEAR_S / STEP_S),
        step_s=STEP_S,
        draw_l=draws_of(STEP_S),
    )
