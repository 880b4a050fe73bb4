"""How far the battery reaches for the pumps, before the heat is planned.

The boiler's runs depend on the heat that the pumps carry. Where electricity is
short, the search must know it: pumps are shed, the heating pump first, so that the
electronics stay on.
"""

from dataclasses import dataclass

import numpy as np

from .electric_rows import PumpedHeat, add_electricity
from .model import Model
from .problem import Problem
from .program import Floats, Program

SOLAR_EUR_PER_KWH = 0.1
"""Solar heat is worth its pump's electricity, but less than heated rooms."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PumpSupply:
    """Shares, 0 to 1, of each step's wanted pumping that can be fed."""

    solar: Floats
    heating: Floats


def pump_supply(problem: Problem, model: Model) -> PumpSupply:
    """Return how far the pumps can be fed when both run at full."""
    wanted = np.array(problem.demand.heating_kwh)
    most = model.gain_reference_kw * problem.grid.step_h
    full = np.ones(problem.grid.steps)
    everything = PumpSupply(solar=full, heating=full)
    if problem.plant.battery is None:
        return everything
    program = Program()
    steps = problem.grid.steps
    solar = program.variables(steps, high=most, cost=-SOLAR_EUR_PER_KWH)
    heating = program.variables(
        steps, high=wanted, cost=-problem.objective.unmet_heating_eur_per_kwh
    )
    # Heat for the rooms comes from the boiler, as long as nothing else is known.
    pumped = PumpedHeat(
        solar_kwh=(solar,), heating_kwh=(heating,), boiler_kwh=(heating,)
    )
    add_electricity(program, problem, pumped, model.gain_reference_kw, model.load_kw)
    result = program.solve(
        time_limit_s=problem.solver.time_limit_s, relative_gap=0.0, relaxed=True
    )
    if result.x is None:
        return everything
    return PumpSupply(
        solar=_share(result.x[solar], most), heating=_share(result.x[heating], wanted)
    )


def _share(given: Floats, wanted: Floats) -> Floats:
    share = np.divide(given, wanted, out=np.ones_like(given), where=wanted > 0.0)
    # Solver noise is not a shortage.
    return np.where(share > 0.999, 1.0, np.clip(share, 0.0, 1.0))
