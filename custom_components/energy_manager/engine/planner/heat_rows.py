"""Rows of the tank, the boiler, the collectors and the demand for heat.

Temperatures in degrees Celsius, heat in kWh per step. docs/models/planner.md gives
the equations.
"""

from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray

from ..plant.parameters import BoilerParameters
from .layers import Layers
from .problem import Problem
from .program import Floats, Indices, Numbers, Program
from .solar_gain import GainLine, gain_lines

LEAST_IRRADIANCE_W_PER_M2 = 25.0
"""Below this a controller does not start the solar pump."""

CHARGING_SPREAD_K = 12.0
"""How much warmer than the lower layer the water comes from the heat exchanger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatVariables:
    """Columns of the tank and the boiler; `*_c` have steps + 1 entries."""

    upper_c: Indices
    lower_c: Indices
    boiler_kwh: Indices
    boiler_on: Indices
    boiler_start: Indices
    solar_upper_kwh: Indices
    solar_lower_kwh: Indices
    rising_kwh: Indices
    """From the lower to the upper layer with the water that follows a draw."""
    unmet_hot_water_kwh: Indices
    heating_upper_kwh: Indices
    heating_lower_kwh: Indices
    unmet_heating_kwh: Indices


@dataclass(frozen=True, kw_only=True, slots=True)
class Modes:
    """Columns of what the plant does by itself, 0 or 1, for some of the steps."""

    steps: Indices
    columns: Indices
    always: NDArray[np.bool_]
    """Where the mode is 1 whatever is planned."""


def heat_price_eur_per_kwh(problem: Problem) -> float:
    """Return what a kilowatt-hour of boiler heat costs."""
    boiler = problem.plant.boiler or BoilerParameters()
    return boiler.fuel_price_eur_per_kwh / boiler.efficiency


def lowest_c(problem: Problem, layers: Layers) -> float:
    """Return a temperature that no layer can fall below."""
    known = [probe for probe in problem.state.tank_c if probe is not None]
    return min(layers.cold_c, layers.room_c, *known) - 5.0


def highest_c(problem: Problem, layers: Layers) -> float:
    """Return the warmest that a layer may become, or is already."""
    known = [probe for probe in problem.state.tank_c if probe is not None]
    return max(layers.maximum_c, *known, layers.room_c)


def add_tank(
    program: Program,
    problem: Problem,
    layers: Layers,
    starting_c: tuple[float, float],
) -> HeatVariables:
    """Add the columns of heat and the balances of both layers."""
    steps = problem.grid.steps
    draw = np.array(problem.demand.hot_water_kwh)
    heating = np.array(problem.demand.heating_kwh)
    lowest, highest = lowest_c(problem, layers), highest_c(problem, layers)
    below = (layers.comfort_c - lowest) / (layers.comfort_c - layers.cold_c)

    def temperatures(start_c: float) -> Indices:
        low, high = np.full(steps + 1, lowest), np.full(steps + 1, highest)
        low[0] = high[0] = start_c
        return program.variables(steps + 1, low=low, high=high)

    heat = HeatVariables(
        upper_c=temperatures(starting_c[0]),
        lower_c=temperatures(starting_c[1]),
        boiler_kwh=program.variables(steps),
        boiler_on=program.variables(steps, high=1.0, integer=True),
        boiler_start=program.variables(steps, high=1.0),
        solar_upper_kwh=program.variables(steps),
        solar_lower_kwh=program.variables(steps),
        rising_kwh=program.variables(steps, low=-draw, high=draw),
        unmet_hot_water_kwh=program.variables(
            steps,
            high=draw * below,
            cost=problem.objective.unmet_hot_water_eur_per_kwh,
        ),
        heating_upper_kwh=program.variables(steps, high=heating),
        heating_lower_kwh=program.variables(steps, high=heating),
        unmet_heating_kwh=program.variables(
            steps, high=heating, cost=problem.objective.unmet_heating_eur_per_kwh
        ),
    )
    # Losses count with the mean of the step's two temperatures.
    half = layers.upper_loss_kw_per_k * problem.grid.step_h / 2
    program.constrain(
        (layers.upper_kwh_per_k + half, heat.upper_c[1:]),
        (half - layers.upper_kwh_per_k, heat.upper_c[:-1]),
        (-1.0, heat.boiler_kwh),
        (-1.0, heat.solar_upper_kwh),
        (-1.0, heat.rising_kwh),
        (-1.0, heat.unmet_hot_water_kwh),
        (1.0, heat.heating_upper_kwh),
        low=2 * half * layers.room_c - draw,
        high=2 * half * layers.room_c - draw,
    )
    half = layers.lower_loss_kw_per_k * problem.grid.step_h / 2
    program.constrain(
        (layers.lower_kwh_per_k + half, heat.lower_c[1:]),
        (half - layers.lower_kwh_per_k, heat.lower_c[:-1]),
        (-1.0, heat.solar_lower_kwh),
        (1.0, heat.rising_kwh),
        (1.0, heat.heating_lower_kwh),
        low=2 * half * layers.room_c,
        high=2 * half * layers.room_c,
    )
    # Warm water does not stay below colder water.
    program.constrain((1.0, heat.upper_c[1:]), (-1.0, heat.lower_c[1:]), low=0.0)
    return heat


def add_hot_water(
    program: Program,
    problem: Problem,
    layers: Layers,
    heat: HeatVariables,
    warmth_k: Numbers,
) -> None:
    """Add what draws take from each layer, and where comfort is missed.

    `warmth_k` is how much warmer than cold water the upper layer is expected to be
    during each step; the warmer, the less of the lower layer's water has to follow.
    """
    draw = np.array(problem.demand.hot_water_kwh)
    after = heat.upper_c[1:]
    # rising <= met - draw (Tu - Tl) / warmth with the means of the step: the water
    # that follows a draw is as much colder as the lower layer is.
    spread = draw / (2 * warmth_k)
    program.constrain(
        (1.0, heat.rising_kwh),
        (1.0, heat.unmet_hot_water_kwh),
        (spread, heat.upper_c[:-1]),
        (spread, after),
        (-spread, heat.lower_c[:-1]),
        (-spread, heat.lower_c[1:]),
        high=draw,
    )
    drawing = np.flatnonzero(draw > 0.0)
    if not drawing.size:
        return
    # Water below comfort carries less heat than wanted.
    rate = draw[drawing] / (layers.comfort_c - layers.cold_c)
    program.constrain(
        (1.0, heat.unmet_hot_water_kwh[drawing]),
        (rate, after[drawing]),
        low=rate * layers.comfort_c,
    )
    reserve_k = problem.objective.hot_water_reserve_k
    if reserve_k <= 0.0:
        return
    price = problem.objective.reserve_eur_per_kwh * draw[drawing] / reserve_k
    missing_k = program.variables(drawing.size, cost=price)
    program.constrain(
        (1.0, missing_k), (1.0, after[drawing]), low=layers.comfort_c + reserve_k
    )


def add_boiler(
    program: Program, problem: Problem, layers: Layers, heat: HeatVariables
) -> None:
    """Add the boiler: heat while on, its thermostat, shortest times, starts."""
    boiler, steps = problem.plant.boiler, problem.grid.steps
    on, start = heat.boiler_on, heat.boiler_start
    if boiler is None:
        for columns in (on, start, heat.boiler_kwh):
            program.narrow(columns, high=0.0)
        return
    forced_on, forced_off = forced_steps(problem, boiler)
    program.narrow(on[:forced_on], low=1.0)
    program.narrow(on[:forced_off], high=0.0)
    most = boiler.power_kw * problem.grid.step_h
    least = np.full(steps, least_run_kwh(boiler, layers, problem.grid.step_h))
    least[:forced_on] = 0.0
    program.constrain((1.0, heat.boiler_kwh), (-most, on), high=0.0)
    program.constrain((1.0, heat.boiler_kwh), (-least, on), low=0.0)
    # Its thermostat ends the run at the setpoint.
    room = highest_c(problem, layers) - boiler.setpoint_c
    free = slice(forced_on, None)
    program.constrain(
        (1.0, heat.upper_c[1:][free]), (room, on[free]), high=boiler.setpoint_c + room
    )
    was_on = 1.0 if problem.state.boiler_on else 0.0
    program.constrain((1.0, on[:1]), (-1.0, start[:1]), high=was_on)
    program.constrain((1.0, start[:1]), high=1.0 - was_on)
    program.constrain((1.0, on[1:]), (-1.0, on[:-1]), (-1.0, start[1:]), high=0.0)
    for lag in range(1, min(steps, step_count(problem, boiler.minimum_on_min))):
        program.constrain((1.0, start[:-lag]), (-1.0, on[lag:]), high=0.0)
    for lag in range(1, min(steps, 1 + step_count(problem, boiler.minimum_off_min))):
        program.constrain((1.0, start[lag:]), (1.0, on[:-lag]), high=1.0)
    price = boiler.fuel_price_eur_per_kwh
    program.charge(heat.boiler_kwh, price / boiler.efficiency)
    program.charge(
        start, boiler.start_loss_kwh * price + problem.objective.boiler_start_eur
    )


def least_run_kwh(boiler: BoilerParameters, layers: Layers, step_h: float) -> float:
    """Return the least heat of a step with the boiler on.

    Its shortest run, or what warms the upper layer from where the thermostat
    starts the boiler to where it ends the run, if that is less.
    """
    shortest = boiler.power_kw * min(step_h, max(boiler.minimum_on_min, 1.0) / 60)
    return min(shortest, layers.upper_kwh_per_k * boiler.hysteresis_k)


def step_count(problem: Problem, minutes: float) -> int:
    """Return the steps that cover a time, at least one."""
    return max(1, math.ceil(minutes * 60 / problem.grid.step_s - 1e-9))


def forced_steps(problem: Problem, boiler: BoilerParameters) -> tuple[int, int]:
    """Return for how many steps the boiler must still stay on, and stay off."""
    state = problem.state
    if state.boiler_on is None or state.boiler_since is None:
        return 0, 0
    minutes = boiler.minimum_on_min if state.boiler_on else boiler.minimum_off_min
    elapsed_s = (problem.grid.start - state.boiler_since).total_seconds()
    left_s = minutes * 60 - max(elapsed_s, 0.0)
    count = min(problem.grid.steps, max(0, math.ceil(left_s / problem.grid.step_s)))
    return (count, 0) if state.boiler_on else (0, count)


def add_collector(
    program: Program, problem: Problem, layers: Layers, heat: HeatVariables
) -> tuple[Floats, Modes, Modes]:
    """Add the collectors' yield.

    Returns the most a cold tank would get [kW], and the modes "the pump runs" and
    "the lance charges the upper layer".
    """
    steps, hours = problem.grid.steps, problem.grid.step_h
    collector = problem.plant.collector
    irradiance = np.array(problem.forecast.irradiance_w_per_m2)
    reference = np.zeros(steps)
    lines: tuple[GainLine, ...] = ()
    lowest, highest = lowest_c(problem, layers), highest_c(problem, layers)
    if collector is not None:
        lines = gain_lines(collector, irradiance, np.array(problem.forecast.ambient_c))
        most = np.min([line.at(lowest) for line in lines], axis=0)
        running = irradiance >= LEAST_IRRADIANCE_W_PER_M2
        reference = np.where(running, np.maximum(most, 0.0), 0.0)
    dark = np.flatnonzero(reference == 0.0)
    program.narrow(heat.solar_upper_kwh[dark], high=0.0)
    program.narrow(heat.solar_lower_kwh[dark], high=0.0)
    day = np.flatnonzero(reference > 0.0)
    if not day.size:
        none = _modes(day, day)
        return reference, none, none
    upper, lower = heat.solar_upper_kwh[day], heat.solar_lower_kwh[day]
    tank = heat.lower_c[day + 1]
    # Where the warmest tank would be cooled, the pump must be able to stand still.
    coolest = np.min([line.at(highest)[day] for line in lines], axis=0)
    standing = coolest < 0.0
    pump = program.variables(
        day.size, low=np.where(standing, 0.0, 1.0), high=1.0, integer=True
    )
    ceiling = reference[day] * hours
    program.constrain((1.0, upper), (1.0, lower), (-ceiling, pump), high=0.0)
    for line in lines:
        relief = np.maximum(-line.at(highest)[day], 0.0) * hours
        program.constrain(
            (1.0, upper),
            (1.0, lower),
            (-line.slope_kw_per_k[day] * hours, tank),
            (relief, pump),
            high=line.offset_kw[day] * hours + relief,
        )
    # Heat reaches the upper layer only once the lower one is nearly as warm.
    charging = program.variables(day.size, high=1.0, integer=True)
    room = max(0.0, highest - lowest - CHARGING_SPREAD_K)
    program.constrain((1.0, upper), (-ceiling, charging), high=0.0)
    program.constrain(
        (1.0, heat.upper_c[day + 1]),
        (-1.0, tank),
        (room, charging),
        high=CHARGING_SPREAD_K + room,
    )
    return (
        reference,
        Modes(steps=day, columns=pump, always=~standing),
        _modes(day, charging),
    )


def _modes(steps: Indices, columns: Indices) -> Modes:
    return Modes(steps=steps, columns=columns, always=np.zeros(len(steps), dtype=bool))


def add_heating(
    program: Program, problem: Problem, layers: Layers, heat: HeatVariables
) -> Modes:
    """Add the rooms' heat: from the lower layer where warm enough, else the upper.

    Returns the mode "the lower layer gives".
    """
    wanted = np.array(problem.demand.heating_kwh)
    program.constrain(
        (1.0, heat.heating_upper_kwh),
        (1.0, heat.heating_lower_kwh),
        (1.0, heat.unmet_heating_kwh),
        low=wanted,
        high=wanted,
    )
    heated = np.flatnonzero(wanted > 0.0)
    parameters = problem.plant.heating
    if not heated.size or parameters is None:
        return _modes(heated[:0], heated[:0])
    lowest = lowest_c(problem, layers)
    rate = wanted[heated] / (parameters.supply_c - parameters.return_c)
    upper = heat.upper_c[heated + 1]
    lower = heat.lower_c[heated + 1]
    # The upper layer below the supply temperature misses a part of the demand;
    # below the return temperature it would even be warmed, which counts as worse.
    price = 1.2 * problem.objective.unmet_heating_eur_per_kwh
    worse = program.variables(heated.size, cost=price)
    program.constrain(
        (1.0, heat.unmet_heating_kwh[heated]),
        (1.0, heat.heating_lower_kwh[heated]),
        (1.0, worse),
        (rate, upper),
        low=rate * parameters.supply_c,
    )
    # The lower layer gives only what it is warmer than the return.
    giving = program.variables(heated.size, high=1.0, integer=True)
    relief = rate * max(0.0, parameters.return_c - lowest)
    program.constrain(
        (1.0, heat.heating_lower_kwh[heated]), (-wanted[heated], giving), high=0.0
    )
    program.constrain(
        (1.0, heat.heating_lower_kwh[heated]),
        (-rate, lower),
        (relief, giving),
        high=relief - rate * parameters.return_c,
    )
    return _modes(heated, giving)


def add_heat_value(
    program: Program, problem: Problem, layers: Layers, heat: HeatVariables
) -> None:
    """Add what the heat left at the end is worth.

    What the twelve hours after the end will need, taken from the same hours a day
    before, is worth nearly as much as boiler heat; the rest is worth less, for the
    sun may bring it. Heat above comfort counts in full, heat below by half.
    """
    needed, full, surplus = heat_worth(problem)
    value = program.variables(1, low=-math.inf, high=needed, cost=-full)
    rest = program.variables(1, cost=-surplus)
    program.constrain(
        (1.0, value),
        (1.0, rest),
        (-layers.upper_kwh_per_k, heat.upper_c[-1:]),
        (-0.5 * layers.lower_kwh_per_k, heat.lower_c[-1:]),
        high=-layers.upper_kwh_per_k * layers.comfort_c
        - 0.5 * layers.lower_kwh_per_k * layers.cold_c,
    )


def heat_worth(problem: Problem) -> tuple[float, float, float]:
    """Return the heat needed after the end, and the worth of it and of the rest."""
    objective = problem.objective
    price = heat_price_eur_per_kwh(problem)
    day = round(24 / problem.grid.step_h)
    first = max(0, problem.grid.steps - day)
    later = slice(first, min(problem.grid.steps, first + day // 2))
    needed = sum(problem.demand.hot_water_kwh[later])
    needed += sum(problem.demand.heating_kwh[later])
    surplus = min(objective.stored_surplus_value, objective.stored_heat_value)
    return needed, objective.stored_heat_value * price, surplus * price
