"""`simulate`: what a house-year takes of a processor.

The reference house without and with its electricity, hot water alone, and many houses
by the worker of variants. With --peer NREL's solar water heating model (PySAM) runs the
hot water case in turn with ours, in an environment of its own. Medians of the time on
the processor; what runs beside each other is compared as a ratio.
"""

import argparse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
from statistics import median
import subprocess
import sys
import time
from typing import Any

import numpy as np

from custom_components.energy_manager.engine.plant import weather as synthetic
from custom_components.energy_manager.engine.plant.boundary import (
    Boundary,
    WeatherSeries,
    boundary_of,
)
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.results import figures
from custom_components.energy_manager.engine.plant.tables import weather_table
from custom_components.energy_manager.engine.plant.variants import (
    conditions_of,
    run_variants,
)
from custom_components.energy_manager.engine.plant.year import simulate

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ROOT / "examples" / "houses"
MEASURED = ROOT.parent / "shared" / "data" / "weather" / "mannheim.csv"
NEW_YEAR_S = 1546300800.0
"""2019-01-01 in UTC."""
STEPS = 105120
PEER_FOLDER = ROOT / ".cache" / "benchmark-peer"
PEER_NEEDS = ROOT / "requirements_benchmark.txt"
PEER_PYTHONS = ("3.13", "3.12", "3.11", "3.10")
VARIANTS = 4

type Timed = Callable[[], tuple[float, float]]
"""Runs a year; returns time on the processor [s] and boiler or auxiliary heat [kWh]."""


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser("simulate", help="house-years")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument(
        "--weather", type=Path, metavar="FILE.csv", help="a year of measured weather"
    )
    parser.add_argument(
        "--peer",
        action="store_true",
        help="beside PySAM's model, which is installed into .cache first",
    )
    parser.add_argument(
        "--houses",
        type=int,
        default=256,
        metavar="N",
        help="so many variants at once (0 for none)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the measurements."""
    reference = house_of("proof-of-concept")
    plain = replace(reference, pv=None, battery=None, inverter=None)
    water = house_of("water-heating-reference")
    weather, source = weather_of(options.weather, reference)
    runs: dict[str, Timed] = {
        "reference house, no electricity": timed(plain, year_of(plain, weather)),
        "the same with electricity": timed(reference, year_of(reference, weather)),
        "hot water alone": timed(water, year_of(water, weather)),
    }
    peer = start_peer(water, weather) if options.peer else None
    if peer is not None:
        runs["PySAM, the same hot water"] = ask(peer)
    times: dict[str, list[float]] = {name: [] for name in runs}
    heats: dict[str, float] = {}
    for _ in range(max(1, options.rounds)):
        for name, once in runs.items():
            busy_s, heats[name] = once()
            times[name].append(busy_s)
    print(f"weather: {source}; 10 layers, steps of 5 min; median of {options.rounds}")
    for name, found in times.items():
        print(
            f"  {name:<33} {median(found):7.3f} s of processor a year "
            f"({min(found):.3f} to {max(found):.3f}), boiler {heats[name]:.0f} kWh"
        )
    if peer is not None:
        ours, theirs = (times[name] for name in list(runs)[2:])
        shares = [a / b for a, b in zip(ours, theirs, strict=True)]
        print(f"  hot water, ours to PySAM's: {median(shares):.1f} times as long")
        print("  (PySAM: steps of an hour, two layers, compiled)")
        close(peer)
    alone_s = variants_s(plain, weather, VARIANTS)
    print(f"  {VARIANTS} houses by the worker: {alone_s:.3f} s each")
    if options.houses > 0:
        together_s = variants_s(plain, weather, options.houses)
        print(f"  {options.houses} houses at once: {together_s:.3f} s each")
    return 0


def house_of(name: str) -> House:
    """Return a house that ships with the project."""
    return House.from_json(json.loads((HOUSES / f"{name}.json").read_text()))


def weather_of(path: Path | None, house: House) -> tuple[WeatherSeries, str]:
    """Return a year of weather, and where it is from."""
    if path is None and MEASURED.exists():
        path = MEASURED
    if path is not None:
        return weather_table(path.read_text(encoding="utf-8"), house.site), path.name
    times_s = NEW_YEAR_S + 3600.0 * np.arange(8760, dtype=np.float64)
    made = synthetic.weather_at(house.site, times_s, synthetic.Scenario.AS_USUAL)
    found = WeatherSeries(
        times_s=times_s,
        ghi=made.ghi,
        dni=made.dni,
        dhi=made.dhi,
        ambient_c=made.ambient_c,
        wind_m_per_s=np.full(times_s.shape, 2.0),
    )
    return found, "synthetic"


def year_of(house: House, weather: WeatherSeries) -> Boundary:
    """Return what acts on a house for a year."""
    start_s = round(float(weather.times_s[0]) / 86400.0) * 86400.0
    return boundary_of(house, weather, start_s=start_s, steps=STEPS)


def timed(house: House, boundary: Boundary) -> Timed:
    """Return what runs a year of a house."""

    def once() -> tuple[float, float]:
        begun = time.process_time()
        course = simulate(house, boundary)
        busy_s = time.process_time() - begun
        return busy_s, figures(house, course.whole).boiler_heat_kwh

    return once


def variants_s(house: House, weather: WeatherSeries, count: int) -> float:
    """Return the time on the processor of each of many houses, all preparation too."""
    conditions = conditions_of(weather, start_s=float(weather.times_s[0]), steps=STEPS)
    houses = [
        replace(house, tank=replace(house.tank, volume_l=600.0 + 800.0 * place / count))
        for place in range(count)
    ]
    begun = time.process_time()
    run_variants([one.to_json() for one in houses], conditions)
    return (time.process_time() - begun) / count


# The peer


def start_peer(house: House, weather: WeatherSeries) -> subprocess.Popen[str] | None:
    """Start PySAM's model on the hot water case, None where it cannot be had."""
    python = peer_python()
    if python is None:
        return None
    boundary = year_of(house, weather)
    when = [datetime.fromtimestamp(one, UTC) for one in weather.times_s.tolist()]
    assert house.collector is not None
    case = {
        "latitude": house.site.latitude,
        "longitude": house.site.longitude,
        "elevation_m": house.site.elevation_m,
        "area_m2": house.collector.area_m2,
        "month": [one.month for one in when][:8760],
        "day": [one.day for one in when][:8760],
        "draw_kg": np.array(boundary.draw_l).reshape(8760, -1).sum(axis=1).tolist(),
        **{
            name: getattr(weather, name).tolist()[:8760]
            for name in ("ghi", "dni", "dhi", "ambient_c", "wind_m_per_s")
        },
    }
    program = Path(__file__).with_name("simulate_peer.py")
    peer = subprocess.Popen(
        [str(python), str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert peer.stdin is not None
    print(json.dumps(case), file=peer.stdin, flush=True)
    return peer


def peer_python() -> Path | None:
    """Return the Python of an environment with PySAM; make it where there is none."""
    python = PEER_FOLDER / "bin" / "python"
    if python.exists() and _runs([str(python), "-c", "import PySAM.Swh"]):
        return python
    uv = shutil.which("uv") or str(ROOT / ".cache" / "tools" / "bin" / "uv")
    if not Path(uv).exists():
        print("PySAM needs uv; scripts/setup brings it", file=sys.stderr)
        return None
    options = ["--quiet", "--clear", str(PEER_FOLDER)]
    install = [uv, "pip", "install", "--quiet", "--system-certs", "--python"]
    for version in PEER_PYTHONS:
        if _runs([uv, "venv", "--python", version, *options]) and _runs(
            [*install, str(python), "-r", str(PEER_NEEDS)]
        ):
            return python
    print(
        f"PySAM has no wheel for this Python, and none of {', '.join(PEER_PYTHONS)} "
        "could be had",
        file=sys.stderr,
    )
    return None


def _runs(command: list[str]) -> bool:
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


def ask(peer: subprocess.Popen[str]) -> Timed:
    """Return what lets the peer run a year."""

    def once() -> tuple[float, float]:
        assert peer.stdin is not None
        assert peer.stdout is not None
        print("run", file=peer.stdin, flush=True)
        busy_s, heat_kwh = json.loads(peer.stdout.readline())
        return busy_s, heat_kwh

    return once


def close(peer: subprocess.Popen[str]) -> None:
    """Let the peer end."""
    with suppress(OSError):
        peer.communicate(timeout=30)
