"""`forecasts`: how a real forecast of the sun erred, and what the league makes of it.

The error model of `realistic` outlooks is fitted on a forecast of photovoltaics beside
the measured year of the same modules (columns `time_utc, load_w, pv_w, pv_forecast_w` of
the file, half hours).
"""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from custom_components.energy_manager.engine.evaluation.outlook import ErrorModel, fit
from custom_components.energy_manager.engine.plant.sun import FloatArray
from scripts.benchmarks.simulate import MEASURED

YEAR = MEASURED.parent.parent / "load" / "emhass_france_30min_2024_2025.csv"
PER_HOUR = 2


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser(
        "forecasts", help="the errors of a real forecast of the sun"
    )
    parser.add_argument("file", metavar="FILE.csv", type=Path, nargs="?", default=YEAR)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the fit beside the model; exit code 1 without the file."""
    if not options.file.exists():
        print(f"{options.file} is not there")
        return 1
    forecast_w, measured_w, hours = hourly(options.file.read_text(encoding="utf-8"))
    days = len(np.unique(hours // 24))
    print(f"{options.file.name}: {len(hours)} whole hours of {days} days")
    error = np.abs(forecast_w - measured_w).sum() / measured_w.sum()
    bias = forecast_w.sum() / measured_w.sum() - 1.0
    print(
        f"  forecast as it is: mean error {error:.1%} of the energy, bias {bias:+.1%}"
    )
    print(f"  {'':<24}{'fitted':>8}{'model':>8}")
    fitted, model = asdict(fit(forecast_w, measured_w, hours)), asdict(ErrorModel())
    for name in FITTED:
        print(f"  {name:<24}{fitted[name]:8.2f}{model[name]:8.2f}")
    return 0


FITTED = ("day_spread", "day_persistence", "hour_spread", "hour_persistence")


def hourly(text: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return forecast and measured power [W] of whole hours, and the hours since 1970."""
    known: dict[int, list[tuple[float, float]]] = {}
    for line in text.splitlines()[1:]:
        when, _load, power, forecast = line.split(",")
        if not power or not forecast:
            continue
        hour = int(np.datetime64(when.rstrip("Z")).astype("datetime64[h]").astype(int))
        pair = float(power), max(float(forecast), 0.0)
        if np.isfinite(pair).all():
            known.setdefault(hour, []).append(pair)
    whole = sorted(hour for hour, pairs in known.items() if len(pairs) == PER_HOUR)
    means = np.array([np.mean(known[hour], axis=0) for hour in whole])
    return means[:, 1], means[:, 0], np.array(whole, dtype=np.float64)
