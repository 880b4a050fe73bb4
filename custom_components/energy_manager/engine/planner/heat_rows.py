"""Rows of the tank and of the demand for heat.

Temperatures in degrees Celsius, heat in kWh per step. docs/models/planner.md gives
the equations.
"""

from dataclasses import dataclass
import math
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..plant.parameters import BoilerParameters
from .layers import Layers
from .problem import Problem
from .program import Floats, Indices, Numbers, Program


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

    @classmethod
    def of(cls, steps: Indices, columns: Indices) -> Self:
        """Return modes none of which is always 1."""
        return cls(
            steps=steps, columns=columns, always=np.zeros(len(steps), dtype=bool)
        )


def heat_price_eur_per_kwh(problem: Problem) -> float:
    """Return what a kilowatt-hour of boiler heat costs."""
    boiler = problem.plant.boiler or BoilerParameters()
    return boiler.fuel_price_eur_per_kwh / boiler.efficiency


def lowest_c(problem: Problem, layers: Layers) -> float:
    """Return a temperature that no layer can fall below."""
    return min(layers.cold_c, layers.room_c, *_known_c(problem)) - 5.0


def highest_c(problem: Problem, layers: Layers) -> float:
    """Return the warmest that a layer may become, or is already."""
    return max(layers.maximum_c, *_known_c(problem), layers.room_c)


def _known_c(problem: Problem) -> list[float]:
    """Return the temperatures that are known of the tank."""
    state = problem.state
    probes = [probe for probe in state.tank_c if probe is not None]
    return probes + list(state.layers_c)


def add_tank(
    program: Program,
    problem: Problem,
    layers: Layers,
    starting_c: tuple[float, float],
) -> HeatVariables:
    """Add the columns of heat and the balances of both layers."""
    heat = _add_columns(program, problem, layers, starting_c)
    step_h = problem.grid.step_h
    draw = np.array(problem.demand.hot_water_kwh)
    _add_balance(
        program,
        heat.upper_c,
        (layers.upper_kwh_per_k, layers.upper_loss_kw_per_k * step_h, layers.room_c),
        gains=(
            heat.boiler_kwh,
            heat.solar_upper_kwh,
            heat.rising_kwh,
            heat.unmet_hot_water_kwh,
        ),
        losses=(heat.heating_upper_kwh,),
        drawn_kwh=draw,
    )
    _add_balance(
        program,
        heat.lower_c,
        (layers.lower_kwh_per_k, layers.lower_loss_kw_per_k * step_h, layers.room_c),
        gains=(heat.solar_lower_kwh,),
        losses=(heat.rising_kwh, heat.heating_lower_kwh),
        drawn_kwh=np.zeros_like(draw),
    )
    # Warm water does not stay below colder water.
    program.constrain((1.0, heat.upper_c[1:]), (-1.0, heat.lower_c[1:]), low=0.0)
    return heat


def _add_balance(
    program: Program,
    temperature_c: Indices,
    layer: tuple[float, float, float],
    *,
    gains: tuple[Indices, ...],
    losses: tuple[Indices, ...],
    drawn_kwh: Floats,
) -> None:
    """Add a layer's balance; `layer` is its capacity, loss per step and room.

    Losses count with the mean of the step's two temperatures.
    """
    capacity, loss, room_c = layer
    rest = loss * room_c - drawn_kwh
    program.constrain(
        (capacity + loss / 2, temperature_c[1:]),
        (loss / 2 - capacity, temperature_c[:-1]),
        *((-1.0, columns) for columns in gains),
        *((1.0, columns) for columns in losses),
        low=rest,
        high=rest,
    )


def _add_columns(
    program: Program,
    problem: Problem,
    layers: Layers,
    starting_c: tuple[float, float],
) -> HeatVariables:
    steps = problem.grid.steps
    draw = np.array(problem.demand.hot_water_kwh)
    heating = np.array(problem.demand.heating_kwh)
    lowest, highest = lowest_c(problem, layers), highest_c(problem, layers)
    below = (layers.comfort_c - lowest) / (layers.comfort_c - layers.cold_c)

    def temperatures(start_c: float) -> Indices:
        low, high = np.full(steps + 1, lowest), np.full(steps + 1, highest)
        low[0] = high[0] = start_c
        return program.variables(steps + 1, low=low, high=high)

    return HeatVariables(
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
        return Modes.of(heated[:0], heated[:0])
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
    return Modes.of(heated, giving)


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
