"""Which of the program's 0-or-1 columns a known path of the plant settles."""

import numpy as np

from .heat_rows import Modes
from .model import Model
from .program import Floats, Program
from .search import Path

LEAST_SHARE = 0.9
"""Of the heat that the boiler gives on the path."""


def settle_boiler(program: Program, model: Model, path: Path) -> None:
    """Fix when the boiler is on; it burns nearly as long as on the path.

    An on/off boiler that is released burns until its thermostat ends the run.
    """
    columns = model.heat.boiler_on
    program.narrow(columns[path.boiler_on], low=1.0)
    program.narrow(columns[~path.boiler_on], high=0.0)
    burnt = path.column("boiler_kwh")
    for step in np.flatnonzero(path.boiler_on):
        column = model.heat.boiler_kwh[step : step + 1]
        program.narrow(column, low=LEAST_SHARE * float(burnt[step]))


def settle_modes(program: Program, model: Model, path: Path) -> None:
    """Fix what the plant does by itself: pump, charging lance, heating."""
    risen = path.column("solar_upper_kwh")
    solar = risen + path.column("solar_lower_kwh")
    giving = path.column("heating_lower_kwh")
    for modes, heat_kwh in (
        (model.pump, solar),
        (model.charging, risen),
        (model.giving, giving),
    ):
        _settle(program, modes, heat_kwh)


def _settle(program: Program, modes: Modes, heat_kwh: Floats) -> None:
    running = heat_kwh[modes.steps] > 1e-9
    program.narrow(modes.columns[running], low=1.0)
    # A pump that must run keeps its 1: it may still carry nothing.
    program.narrow(modes.columns[~running & ~modes.always], high=0.0)
