"""A house in its surroundings over a stretch of time.

Weather and draws are synthetic (`weather`, `draws`); the house runs under its own
solar controller unless a control changes its inputs. Same input, same result.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np

from . import house
from .draws import Draw, draws_of_day, litres_between
from .house import HouseFlows, HouseInputs, HouseState
from .parameters import PlantParameters, SiteParameters
from .weather import Scenario, weather_at

type Control = Callable[[float, HouseState, HouseInputs], HouseInputs]
"""Called with the time, the house and its inputs before each step."""

HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Where a house stands, who lives there and in what weather."""

    site: SiteParameters
    zone: tzinfo = UTC
    people: float = 2.0
    scenario: Scenario = Scenario.AS_USUAL
    electrical_load_w: float = 0.0
    """Loads of the inverter besides pumps and electronics."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """What a house did in an hour."""

    start_s: float
    mean: HouseFlows
    """Means; texts and states are those at the hour's end."""
    minimum: HouseFlows
    maximum: HouseFlows
    state: HouseState
    """At the hour's end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """The course of a house, hour by hour."""

    hours: tuple[Hour, ...]
    state: HouseState
    """At the end."""


def inputs_at(
    parameters: PlantParameters,
    surroundings: Surroundings,
    time_s: float,
    dt_s: float = 1.0,
) -> HouseInputs:
    """Return what acts on the house from `time_s` on for `dt_s` seconds."""
    return inputs_between(parameters, surroundings, time_s, 1, dt_s)[0]


def inputs_between(
    parameters: PlantParameters,
    surroundings: Surroundings,
    start_s: float,
    steps: int,
    step_s: float,
) -> list[HouseInputs]:
    """Return what acts on the house in each of a row of steps."""
    middles = start_s + step_s * (np.arange(steps, dtype=np.float64) + 0.5)
    weather = weather_at(surroundings.site, middles, surroundings.scenario)
    dark = np.zeros(steps)
    beam, diffuse, cosine, sideways, modules = dark, dark, dark, dark, dark
    if parameters.collector is not None:
        plane = weather.plane(
            tilt_deg=parameters.collector.tilt_deg,
            azimuth_deg=parameters.collector.azimuth_deg,
        )
        beam, diffuse = plane.beam, plane.diffuse
        cosine, sideways = plane.incidence_cosine, plane.incidence_sideways
    if parameters.pv is not None:
        modules = weather.plane(
            tilt_deg=parameters.pv.tilt_deg, azimuth_deg=parameters.pv.azimuth_deg
        ).total
    litres = _litres(parameters, surroundings, start_s, steps, step_s)
    rows = zip(
        beam.tolist(),
        diffuse.tolist(),
        cosine.tolist(),
        sideways.tolist(),
        modules.tolist(),
        weather.ambient_c.tolist(),
        litres,
        strict=True,
    )
    return [
        HouseInputs(
            collector_beam=row[0],
            collector_diffuse=row[1],
            collector_cosine=row[2],
            collector_sideways=row[3],
            pv_irradiance=row[4],
            ambient_c=row[5],
            draw_l_per_min=row[6] * 60.0 / step_s,
            electrical_load_w=surroundings.electrical_load_w,
        )
        for row in rows
    ]


def _litres(
    parameters: PlantParameters,
    surroundings: Surroundings,
    start_s: float,
    steps: int,
    step_s: float,
) -> list[float]:
    """Return the hot water drawn in each of a row of steps [l]."""
    litres = [0.0] * steps
    for draw in _draws(parameters, surroundings, start_s, start_s + steps * step_s):
        first = max(int((draw.start_s - start_s) // step_s), 0)
        last = int((draw.start_s + draw.duration_s - start_s) // step_s)
        for place in range(first, min(last, steps - 1) + 1):
            begin = start_s + place * step_s
            litres[place] += litres_between((draw,), begin, begin + step_s)
    return litres


def _draws(
    parameters: PlantParameters,
    surroundings: Surroundings,
    start_s: float,
    end_s: float,
) -> Iterator[Draw]:
    """Yield the draws of all local days that touch a stretch of time."""
    zone = surroundings.zone
    day: date = datetime.fromtimestamp(start_s, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end_s, zone).date()
    while day <= last:
        yield from draws_of_day(parameters.hot_water, surroundings.people, day, zone)
        day += timedelta(days=1)


def simulate(
    parameters: PlantParameters,
    surroundings: Surroundings,
    *,
    start_s: float,
    hours: int,
    step_s: float = 120.0,
    state: HouseState | None = None,
    control: Control | None = None,
) -> Simulation:
    """Run a house for whole hours and return each hour's means and extremes.

    Without a state it starts from a plausible one; `step_s` divides an hour.
    """
    if state is None:
        state = plausible_state(parameters, surroundings, start_s)
    steps = round(HOUR_S / step_s)
    inputs = inputs_between(parameters, surroundings, start_s, hours * steps, step_s)
    found: list[Hour] = []
    for hour in range(hours):
        begin_s = start_s + hour * HOUR_S
        flows: list[HouseFlows] = []
        for place in range(steps):
            here = inputs[hour * steps + place]
            if control is not None:
                here = control(begin_s + place * step_s, state, here)
            state, flow = house.step(parameters, state, here, step_s)
            flows.append(flow)
        found.append(_summary(begin_s, flows, state))
    return Simulation(hours=tuple(found), state=state)


def plausible_state(
    parameters: PlantParameters,
    surroundings: Surroundings,
    when_s: float,
    days: int = 3,
) -> HouseState:
    """Return a house as it would be at an instant after some days of such weather."""
    steps = days * 288
    start_s = when_s - steps * 300.0
    inputs = inputs_between(parameters, surroundings, start_s, steps, 300.0)
    ambient_c = sum(here.ambient_c for here in inputs[:288]) / 288.0
    state = house.initial_state(parameters, tank_c=45.0, ambient_c=ambient_c)
    for here in inputs:
        state, _ = house.step(parameters, state, here, 300.0)
    return state


_NAMES = tuple(field.name for field in fields(HouseFlows))


def _summary(start_s: float, flows: list[HouseFlows], state: HouseState) -> Hour:
    """Return the means and extremes of an hour's flows."""
    means: dict[str, object] = {}
    lows: dict[str, object] = {}
    highs: dict[str, object] = {}
    for name in _NAMES:
        column = [getattr(flow, name) for flow in flows]
        last = column[-1]
        if isinstance(last, float):
            means[name] = sum(column) / len(column)
            lows[name], highs[name] = min(column), max(column)
        elif isinstance(last, tuple):
            probes = list(zip(*column, strict=True))
            means[name] = tuple(sum(probe) / len(probe) for probe in probes)
            lows[name] = tuple(min(probe) for probe in probes)
            highs[name] = tuple(max(probe) for probe in probes)
        else:
            means[name] = lows[name] = highs[name] = last
    return Hour(
        start_s=start_s,
        mean=HouseFlows(**means),  # type: ignore[arg-type]
        minimum=HouseFlows(**lows),  # type: ignore[arg-type]
        maximum=HouseFlows(**highs),  # type: ignore[arg-type]
        state=state,
    )
