"""Charts of simulations and league tables, as SVG, PNG or PDF by the file's ending.

Drawn with Matplotlib, which only development has. Lines and bars differ in dashes and
hatches too, so that a chart can be read in grey.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.evaluation.league import League
from custom_components.energy_manager.engine.plant import tank
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house_run import HouseRun

WEEK_S = 7 * 86400.0
HOUR_S = 3600.0
ENDINGS = (".svg", ".png", ".pdf")
# Dark to light, so that they are as far apart in grey as in colour (ColorBrewer).
DARK, WARM, LIGHT, COOL = "#1b2a49", "#c0392b", "#e8a33d", "#6fa8dc"


@dataclass(slots=True)
class Course:
    """What a house did, hour by hour; each list has one value per row of `time`."""

    time: list[datetime] = field(default_factory=list)
    probes_c: list[list[float]] = field(default_factory=list)
    collector_c: list[float] = field(default_factory=list)
    ambient_c: list[float] = field(default_factory=list)
    solar_kw: list[float] = field(default_factory=list)
    boiler_kw: list[float] = field(default_factory=list)
    hot_water_kw: list[float] = field(default_factory=list)
    heating_kw: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    made: list[float] = field(default_factory=list)
    burning: list[float] = field(default_factory=list)
    """Shares of the hour in which the boiler was held back, was made to run, burned."""


class Record:
    """A control of a simulation that only watches, and notes some of it."""

    def __init__(self, first_s: float, last_s: float) -> None:
        """Note what happens from `first_s` until `last_s`."""
        self.course = Course()
        self._first_s, self._last_s = first_s, last_s
        self._begun: tuple[float, ...] | None = None
        self._next_s = first_s
        self._steps = self._held = self._made = self._burning = 0

    def __call__(self, time_s: float, run: HouseRun) -> None:
        """Be the control of a simulation."""
        if self._first_s <= time_s <= self._last_s + 1.0:
            if self._begun is None:
                self._begun = _sums(run)
            elif time_s >= self._next_s + HOUR_S - 1.0:
                self._note(time_s, run)
            self._steps += 1
            self._held += run.boiler_mode == RelayMode.OFF
            self._made += run.boiler_mode == RelayMode.ON
            self._burning += run.boiler_on

    def _note(self, time_s: float, run: HouseRun) -> None:
        """Add an hour that has ended."""
        assert self._begun is not None
        course, now = self.course, _sums(run)
        span_s = time_s - self._next_s
        powers = [
            (after - before) / span_s / 1000.0
            for before, after in zip(self._begun, now, strict=True)
        ]
        course.time.append(datetime.fromtimestamp(self._next_s, UTC))
        places = run.tank.probes
        course.probes_c.append([tank.temperature_at(run.tank_c, one) for one in places])
        course.collector_c.append(run.sensor_c())
        course.ambient_c.append(run.ambient_c)
        course.solar_kw.append(powers[0])
        course.boiler_kw.append(powers[1])
        course.hot_water_kw.append(powers[2])
        course.heating_kw.append(powers[3])
        steps = max(self._steps, 1)
        course.held.append(self._held / steps)
        course.made.append(self._made / steps)
        course.burning.append(self._burning / steps)
        self._begun, self._next_s = now, time_s
        self._steps = self._held = self._made = self._burning = 0


def _sums(run: HouseRun) -> tuple[float, ...]:
    sums = run.sums
    return sums.solar, sums.boiler, sums.hot_water, sums.heating


def check_file(path: Path) -> None:
    """Raise InputError where a chart cannot be written in that form, or at all."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError("--chart", f"must end in one of {', '.join(ENDINGS)}")
    try:
        import_module("matplotlib")
    except ImportError as error:
        raise InputError(
            "--chart", "needs Matplotlib: install requirements_test.txt"
        ) from error


def week_of(start_s: float, days: float, week: int) -> tuple[float, float]:
    """Return the beginning and the end of a week, counted from 1."""
    first_s = start_s + (week - 1) * WEEK_S
    last_s = min(first_s + WEEK_S, start_s + days * 86400.0)
    if week < 1 or first_s >= last_s:
        weeks = int(-(-days // 7))
        raise InputError("--week", f"must be between 1 and {weeks}")
    return first_s, last_s


def draw_week(path: Path, title: str, course: Course) -> None:
    """Draw temperatures, heat flows and what the boiler is told over a week."""
    figure, (above, middle, below) = _page(3, (11.0, 8.5), (4, 3, 1), sharex=True)
    figure.suptitle(title.replace("degC", "°C").replace("m2", "m²"), wrap=True)
    _draw_temperatures(above, course)
    _draw_flows(middle, course)
    _draw_decisions(below, course)
    _write(figure, path)


def _draw_temperatures(axes: Any, course: Course) -> None:
    probes = list(zip(*course.probes_c, strict=True))
    dashes = ["-", "--", ":"]
    for place in range(len(probes) - 1, -1, -1):
        name = {0: "tank, bottom", len(probes) - 1: "tank, top"}.get(
            place, "tank, middle"
        )
        axes.plot(
            course.time,
            probes[place],
            color=DARK,
            linestyle=dashes[(len(probes) - 1 - place) % 3],
            linewidth=1.6,
            label=name,
        )
    axes.plot(
        course.time, course.collector_c, color=LIGHT, linewidth=1.0, label="collector"
    )
    axes.plot(
        course.time,
        course.ambient_c,
        color=COOL,
        linewidth=1.2,
        linestyle="-.",
        label="outdoors",
    )
    axes.set_ylabel("Temperature [°C]")
    _legend(axes)


def _draw_flows(axes: Any, course: Course) -> None:
    width = 1.0 / 24.0
    axes.bar(
        course.time,
        course.solar_kw,
        width=width,
        align="edge",
        color=LIGHT,
        label="sun to tank",
    )
    axes.bar(
        course.time,
        course.boiler_kw,
        width=width,
        align="edge",
        bottom=course.solar_kw,
        color=WARM,
        hatch="////",
        edgecolor="white",
        linewidth=0.0,
        label="boiler",
    )
    taken = [-one for one in course.heating_kw]
    axes.bar(course.time, taken, width=width, align="edge", color=COOL, label="heating")
    axes.bar(
        course.time,
        [-one for one in course.hot_water_kw],
        width=width,
        align="edge",
        bottom=taken,
        color=DARK,
        hatch="....",
        edgecolor="white",
        linewidth=0.0,
        label="hot water",
    )
    axes.axhline(0.0, color="black", linewidth=0.8)
    axes.set_ylabel("Heat, mean of the hour [kW]\nout of tank | into tank")
    _legend(axes)


def _draw_decisions(axes: Any, course: Course) -> None:
    dates: Any = import_module("matplotlib.dates")
    width = 1.0 / 24.0
    kinds = (
        (course.held, 0.0, "held back", COOL, "...."),
        (course.made, course.held, "made to run", WARM, "////"),
    )
    for heights, below, name, colour, hatch in kinds:
        axes.bar(
            course.time,
            heights,
            width=width,
            align="edge",
            bottom=1.2 + np.array(below),
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.0,
            label=name,
        )
    axes.bar(
        course.time,
        course.burning,
        width=width,
        align="edge",
        color=DARK,
        label="burns",
    )
    axes.set_ylim(0.0, 2.4)
    axes.set_yticks([0.5, 1.7], ["boiler burns", "boiler is told"])
    locator = dates.AutoDateLocator(maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.set_xlabel("Time (UTC)")
    _legend(axes)


def draw_league(path: Path, title: str, league: League) -> None:
    """Draw boiler heat, what did not come and starts of each controller."""
    names = [row.outcome.name for row in league.rows]
    figures = [row.outcome.figures for row in league.rows]
    boiler = [one.boiler_heat_kwh for one in figures] + [league.bound.boiler_heat_kwh]
    unmet = [one.dhw_unmet_kwh + one.heating_unmet_kwh for one in figures]
    unmet.append(league.bound.unmet_kwh)
    owed = [row.outcome.owed_kwh for row in league.rows] + [league.bound.owed_kwh]
    labels = [*names, "bound"]
    figure, (left, right) = _page(2, (11.0, 4.8), (3, 2), across=True)
    figure.suptitle(title.replace("degC", "°C").replace("m2", "m²"), wrap=True)
    places = list(range(len(labels)))
    left.barh(places, boiler, color=WARM, label="boiler heat")
    left.barh(
        places,
        unmet,
        left=boiler,
        color=COOL,
        hatch="....",
        edgecolor="white",
        linewidth=0.0,
        label="heat that did not come",
    )
    left.plot(
        owed,
        places,
        linestyle="none",
        marker="D",
        color=DARK,
        label="both less what the tank holds more at the end",
    )
    left.axvline(0.0, color="black", linewidth=0.8)
    left.set_yticks(places, labels)
    left.set_ylim(len(labels) - 0.5, -0.5)
    left.set_xlabel("Heat [kWh]")
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=1, frameon=False)
    _draw_shares(right, labels[:-1], [row.share_of_bound for row in league.rows])
    _write(figure, path)


def _draw_shares(
    axes: Any, names: Sequence[str], shares: Sequence[float | None]
) -> None:
    percent = [0.0 if one is None else 100.0 * one for one in shares]
    places = list(range(len(names)))
    axes.barh(places, percent, color=DARK)
    for place, (value, share) in enumerate(zip(percent, shares, strict=True)):
        text = "none" if share is None else f"{value:.1f} %"
        axes.annotate(
            text,
            (max(value, 0.0), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.axvline(0.0, color="black", linewidth=0.8)
    axes.set_yticks(places, names)
    # The row of the bound stays empty, so that both halves have the same rows.
    axes.set_ylim(len(names) + 0.5, -0.5)
    axes.margins(x=0.25)
    axes.set_xlabel("Way from the maker's control to the bound [%]")


def _page(
    count: int,
    size: tuple[float, float],
    ratios: tuple[int, ...],
    *,
    across: bool = False,
    sharex: bool = False,
) -> tuple[Any, Any]:
    """Return a figure with axes above each other, or beside each other."""
    mpl: Any = import_module("matplotlib")
    mpl.use("Agg")
    plt: Any = import_module("matplotlib.pyplot")
    # Text stays text, and the same chart is the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "energy-manager"})
    mpl.rcParams.update({"axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True})
    shape = (1, count) if across else (count, 1)
    spread = {"width_ratios" if across else "height_ratios": ratios}
    figure, axes = plt.subplots(
        *shape, figsize=size, sharex=sharex, layout="constrained", **spread
    )
    return figure, axes


def _legend(axes: Any) -> None:
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _write(figure: Any, path: Path) -> None:
    plt: Any = import_module("matplotlib.pyplot")
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else {}
    try:
        figure.savefig(path, dpi=120, metadata=metadata)
    except OSError as error:
        raise InputError("--chart", f"cannot be written: {error.strerror}") from error
    finally:
        plt.close(figure)
