"""The product's planner: a plan for two days, made anew every hour.

What Home Assistant does with a plan is done here too: the boiler is held, released or
run as the plan says, never held below comfort, nor while the heating calls for it,
and never run into a hot tank.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import math

import numpy as np

from ...errors import EngineError
from ...forecast import heating_kwh
from ...planner import Plan, Problem, solve
from ...planner.problem import DemandSeries, ForecastSeries, PlantState
from ...plant import photovoltaics
from ...plant.controller import RelayMode
from ...plant.inverter import InverterMode
from ...plant.sun import FloatArray
from ...series import IntervalSeries, TimeGrid
from ...units import WATER_KWH_PER_L_K
from ..control import Modes, Observation
from ..outlook import Outlook
from ..setting import Setting

STEP_S = 1800
ROOMS = "rooms_need_boiler"
STRATIFIED_K = 4.0
"""So much warmer than the mean of the boiler's zone its top may well be."""
REHEAT_K = 4.0
"""A tank that fell below comfort is warmed by so much, not by a start for each draw."""


class Planned:
    """Plans ahead."""

    interval_s = 300.0

    def __init__(self, setting: Setting) -> None:
        """Take the house, and no plan yet."""
        self._house = setting.house
        self._plan: Plan | None = None
        self._steps = math.floor(setting.horizon_s / STEP_S)
        self._reheating = False
        self.failures = 0
        """How often no plan could be made."""

    def decide(self, observation: Observation, outlook: Callable[[], Outlook]) -> Modes:
        """Plan once an hour, and look every few minutes whether comfort is kept."""
        now = datetime.fromtimestamp(observation.time_s, UTC)
        plan = self._plan
        if plan is None or now - plan.created >= timedelta(hours=1):
            try:
                self._plan = plan = solve(self.problem(observation, outlook()))
            except EngineError:
                self.failures += 1
                self._plan = None
                return Modes()
        step = plan.grid.index(now)
        if step is None:
            return Modes()
        electric = plan.electricity
        return Modes(
            boiler=self._boiler(plan, step, observation),
            inverter=InverterMode.ON
            if electric.inverter_on[step]
            else InverterMode.OFF,
            charger_on=electric.charger_on[step],
        )

    def _boiler(self, plan: Plan, step: int, observation: Observation) -> int:
        """Return the mode of the boiler's relay."""
        house, top_c = self._house, observation.probes_c[-1]
        decision = plan.decision
        # The plan leaves the rooms to the thermostat, for it does not know whether the
        # heating calls; here that is known.
        free = decision.action == "allow" and decision.reason.code != ROOMS
        if house.boiler is None or free:
            return RelayMode.AUTO
        least_c = house.hot_water.comfort_c
        if self._reheating:
            least_c = min(least_c + REHEAT_K, house.boiler.setpoint_c)
        self._reheating = top_c < least_c
        if self._reheating or observation.heating_call:
            return RelayMode.AUTO
        ceiling_c = min(
            house.boiler.setpoint_c,
            house.tank.maximum_c - 5.0,
            plan.heat.tank_upper_c[step + 1] - STRATIFIED_K,
        )
        # A run waits while the tank's top is nearly as warm as planned for all of the
        # zone, and ends when it is.
        if plan.heat.boiler_on[step] and top_c < ceiling_c:
            return RelayMode.ON
        return RelayMode.OFF

    def problem(self, observation: Observation, ahead: Outlook) -> Problem:
        """Return the planner's problem for what is seen and expected."""
        house = self._house
        now = datetime.fromtimestamp(observation.time_s, UTC)
        grid = TimeGrid(start=now, step_s=STEP_S, steps=self._steps)
        return Problem(
            created=now,
            grid=grid,
            plant=replace(house.plant, immersion_heater=None),
            state=PlantState(
                tank_c=tuple(round(one, 2) for one in observation.probes_c),
                boiler_on=observation.boiler_on,
                boiler_since=now
                - timedelta(seconds=min(observation.boiler_since_s, 864e3)),
                battery_soc=min(max(observation.soc, 0.0), 1.0),
            ),
            forecast=self._forecast(ahead),
            demand=self._demand(grid, ahead),
        )

    def _forecast(self, ahead: Outlook) -> ForecastSeries:
        house = self._house
        sunlight = np.zeros(self._steps)
        if house.collector is not None:
            sunlight = (
                self._means(ahead, ahead.absorbed_w_per_m2) / house.collector.eta0
            )
        power = np.zeros(self._steps)
        if house.pv is not None:
            nominal_v = 1e9 if house.battery is None else house.battery.nominal_v
            limits = [
                photovoltaics.charger_limit_w(house.pv, float(watt), nominal_v)
                for watt in self._means(ahead, ahead.pv_available_w)
            ]
            power = np.array(limits)
        return ForecastSeries(
            ambient_c=_rounded(np.clip(self._means(ahead, ahead.ambient_c), -59, 59)),
            irradiance_w_per_m2=_rounded(np.clip(sunlight, 0.0, 1500.0)),
            pv_power_w=_rounded(power),
        )

    def _demand(self, grid: TimeGrid, ahead: Outlook) -> DemandSeries:
        house = self._house
        water = house.hot_water
        litres = self._means(ahead, ahead.draw_l) * STEP_S / ahead.step_s
        hot_water = litres * WATER_KWH_PER_L_K * (water.use_c - water.cold_c)
        ambient = IntervalSeries(
            grid=grid, values=_rounded(self._means(ahead, ahead.ambient_c))
        )
        if ahead.heating_w is not None:
            heating = self._means(ahead, ahead.heating_w) * STEP_S / 3.6e6
        else:
            heating = np.array(heating_kwh(grid, house.heating, ambient).values)
        load = self._means(ahead, ahead.electrical_load_w)
        if house.inverter is not None:
            load = load + house.inverter.base_load_w
        return DemandSeries(
            hot_water_kwh=_rounded(hot_water),
            heating_kwh=_rounded(heating),
            electric_load_w=_rounded(load),
        )

    def _means(self, ahead: Outlook, values: FloatArray) -> FloatArray:
        """Return means over the planner's steps."""
        per_step = round(STEP_S / ahead.step_s)
        means: FloatArray = (
            values[: per_step * self._steps].reshape(self._steps, per_step).mean(axis=1)
        )
        return means


def _rounded(values: FloatArray) -> tuple[float, ...]:
    return tuple(np.round(values, 4).tolist())
