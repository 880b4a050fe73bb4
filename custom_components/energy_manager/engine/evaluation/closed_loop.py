"""A controller in closed loop with a house that is not quite what it believes.

The plant has finer layers and shorter steps than the planner's model, and its
parameters are disturbed within what is usual between data sheet and roof.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
import random

from ..plant import tank, year
from ..plant.boundary import Boundary
from ..plant.house_document import House
from ..plant.house_run import HouseRun
from ..plant.results import J_PER_KWH, Figures, figures
from ..plant.year import Course
from .control import Controller, Modes, Observation
from .outlook import Forecaster, Outlook

PLANT_NODES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a controller came to."""

    name: str
    figures: Figures
    course: Course
    owed_kwh: float
    """Boiler heat, plus heat that did not come, less what the tank holds more at the
    end: the measure that no controller can bring below the bound."""


def disturbed(house: House, seed: int) -> House:
    """Return the house as it really is: some percent beside its document.

    Collectors a little worse, the tank's loss a third higher (pipes), the pump's flow
    lower; the rest within a few percent. Layers are finer than a planner's.
    """
    chance = random.Random(f"house {seed}")

    def about(value: float, mean: float, spread: float) -> float:
        return value * (mean + spread * (2.0 * chance.random() - 1.0))

    parts = house.collector
    if parts is not None:
        parts = replace(
            parts,
            eta0=about(parts.eta0, 0.96, 0.04),
            a1_w_per_m2_k=about(parts.a1_w_per_m2_k, 1.05, 0.05),
            flow_l_per_h_m2=about(parts.flow_l_per_h_m2, 0.92, 0.06),
        )
    store = replace(
        house.tank,
        loss_w_per_k=about(house.tank.loss_w_per_k, 1.3, 0.15),
        nodes=max(PLANT_NODES, house.tank.nodes),
    )
    boiler = house.boiler
    if boiler is not None:
        boiler = replace(boiler, power_kw=about(boiler.power_kw, 0.97, 0.05))
    return replace(house, collector=parts, tank=store, boiler=boiler)


def run_controller(
    name: str,
    controller: Controller,
    real: House,
    boundary: Boundary,
    forecaster: Forecaster,
    horizon_s: float,
    progress: Callable[[float], None] | None = None,
    watch: year.Control | None = None,
) -> Outcome:
    """Let a controller run a house through what acts on it.

    `progress` is called with the share done, about a hundred times; `watch` before
    each step, when the controller has set its modes.
    """
    run = HouseRun(real.plant, year.start_state(real, boundary.ambient_c[0]))
    loop = _Loop(controller, forecaster, horizon_s, boundary, progress)

    def control(time_s: float, house: HouseRun) -> None:
        loop(time_s, house)
        if watch is not None:
            watch(time_s, house)

    course = year.simulate(real, boundary, run=run, control=control)
    if progress is not None:
        progress(1.0)
    found = figures(real, course.whole)
    owed_kwh = (
        found.boiler_heat_kwh
        + found.dhw_unmet_kwh
        + found.heating_unmet_kwh
        - course.whole.stored_j / J_PER_KWH
    )
    return Outcome(name=name, figures=found, course=course, owed_kwh=owed_kwh)


class _Loop:
    """Asks the controller when it is time, and sets what it says."""

    def __init__(
        self,
        controller: Controller,
        forecaster: Forecaster,
        horizon_s: float,
        boundary: Boundary,
        progress: Callable[[float], None] | None,
    ) -> None:
        self._controller = controller
        self._forecaster = forecaster
        self._horizon_s = horizon_s
        self._start_s = boundary.start_s
        self._span_s = boundary.steps * boundary.step_s
        self._progress = progress
        self._told = 0
        self._next_s = boundary.start_s

    def __call__(self, time_s: float, run: HouseRun) -> None:
        """Be the control of a simulation."""
        if time_s < self._next_s:
            return
        self._next_s = time_s + self._controller.interval_s
        modes = self._controller.decide(
            _observe(time_s, run), lambda: self._look_ahead(time_s)
        )
        _apply(modes, run)
        share = (time_s - self._start_s) / self._span_s
        if self._progress is not None and int(100 * share) > self._told:
            self._told = int(100 * share)
            self._progress(share)

    def _look_ahead(self, time_s: float) -> Outlook:
        return self._forecaster.outlook(time_s, self._horizon_s)


def _observe(time_s: float, run: HouseRun) -> Observation:
    return Observation(
        time_s=time_s,
        probes_c=tuple(
            tank.temperature_at(run.tank_c, place) for place in run.tank.probes
        ),
        collector_c=run.sensor_c(),
        ambient_c=run.ambient_c,
        pump_percent=run.pump,
        boiler_on=run.boiler_on,
        boiler_since_s=run.boiler_since_s,
        heating_call=run.heating_call,
        soc=run.electric.soc,
    )


def _apply(modes: Modes, run: HouseRun) -> None:
    run.pump_mode = modes.pump
    run.valve_mode = modes.valve
    run.boiler_mode = modes.boiler
    run.inverter_mode = modes.inverter
    run.charger_on = modes.charger_on
