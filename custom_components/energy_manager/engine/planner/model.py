"""The planner's model: a problem as a mixed-integer linear program.

Temperatures of the tank's two layers, heat in kWh per step, electric power in kW.
docs/models/planner.md gives the equations and what they leave out.
"""

from dataclasses import dataclass

import numpy as np

from ..units import WATTS_PER_KILOWATT
from .boiler_rows import add_boiler
from .collector_rows import add_collector
from .electric_rows import ElectricVariables, PumpedHeat, add_electricity
from .heat_rows import (
    HeatVariables,
    Modes,
    add_heat_value,
    add_heating,
    add_hot_water,
    add_tank,
    highest_c,
)
from .layers import Layers, initial_layers
from .problem import Problem
from .program import Floats, Program


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A problem as a program, with the meaning of its columns."""

    program: Program
    layers: Layers
    heat: HeatVariables
    electric: ElectricVariables | None
    pump: Modes
    """The solar pump runs."""
    charging: Modes
    """The lance lets solar heat into the upper layer."""
    giving: Modes
    """The lower layer gives heat to the rooms."""
    gain_reference_kw: Floats
    """Most that the collectors give to a cold tank, 0 where the pump cannot run."""
    load_kw: Floats
    """Electronics behind the inverter, as far as it can feed them."""


def starting_layers(problem: Problem) -> tuple[float, float]:
    """Return the layers' temperatures at the start; assumed where unknown."""
    state = problem.state
    known = initial_layers(problem.plant, state.tank_c, state.layers_c)
    if known is not None:
        return known
    water = problem.plant.hot_water
    return water.comfort_c, (water.comfort_c + water.cold_c) / 2


def build(problem: Problem, warmth_k: Floats | None = None) -> Model:
    """Return the program of a problem.

    `warmth_k` is how much warmer than cold water the tank's top will be in each
    step, where a path of the plant is known already. Without it the most is taken,
    so that no plan of the plant can be better than the program's.
    """
    program = Program()
    layers = Layers.of(problem.plant)
    heat = add_tank(program, problem, layers, starting_layers(problem))
    if warmth_k is None:
        most_k = highest_c(problem, layers) - layers.cold_c
        warmth_k = np.full(problem.grid.steps, most_k)
    add_hot_water(program, problem, layers, heat, warmth_k)
    add_boiler(program, problem, layers, heat)
    reference, pump, charging = add_collector(program, problem, layers, heat)
    giving = add_heating(program, problem, layers, heat)
    add_heat_value(program, problem, layers, heat)
    load = electronics_kw(problem)
    pumped = PumpedHeat(
        solar_kwh=(heat.solar_upper_kwh, heat.solar_lower_kwh),
        heating_kwh=(heat.heating_upper_kwh, heat.heating_lower_kwh),
        boiler_kwh=(heat.boiler_kwh,),
    )
    electric = add_electricity(program, problem, pumped, reference, load)
    return Model(
        program=program,
        layers=layers,
        heat=heat,
        electric=electric,
        pump=pump,
        charging=charging,
        giving=giving,
        gain_reference_kw=reference,
        load_kw=load,
    )


def electronics_kw(problem: Problem) -> Floats:
    """Return the load behind the inverter without pumps, within its power [kW]."""
    load = np.array(problem.demand.electric_load_w) / WATTS_PER_KILOWATT
    inverter = problem.plant.inverter
    if inverter is None:
        return load
    pumps = inverter.heating_pump_w if problem.plant.heating else 0.0
    if problem.plant.collector:
        pumps += problem.plant.collector.pump_full_w
    room = max(inverter.rated_power_va - pumps, 0.0) / WATTS_PER_KILOWATT
    return np.minimum(load, room)
