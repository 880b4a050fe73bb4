"""The product's planner: a plan for two days, and hands that follow it.

A plan is made anew every three hours, or sooner where the tank is not as planned. Every
few minutes the valve, the pump and the boiler are set by what is known of the tank
(`relays`): the plan says when the boiler runs ahead of need, and what the battery feeds.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import math

import numpy as np

from ...errors import EngineError
from ...forecast import heating_kwh
from ...planner import Plan, Problem, solve
from ...planner.layers import initial_layers
from ...planner.problem import DemandSeries, ForecastSeries, PlantState
from ...plant import photovoltaics
from ...plant.controller import RelayMode
from ...plant.inverter import InverterMode
from ...plant.sun import FloatArray
from ...series import IntervalSeries, TimeGrid
from ...units import SECONDS_PER_HOUR, WATER_KWH_PER_L_K, WATTS_PER_KILOWATT
from ..control import Modes, Observation
from ..estimate import TankEstimate
from ..outlook import Outlook
from ..relays import Relays
from ..setting import Setting

STEP_S = 1800
LONGEST = timedelta(hours=3)
SHORTEST = timedelta(hours=1)
"""A plan holds so long, and at least so long."""
ASTRAY_K = 4.0
"""So far from the plan the boiler's zone may be before it is planned anew."""
STRATIFIED_K = 4.0
"""So much warmer than the mean of the boiler's zone its top may well be."""
RESERVE_K = 0.5
"""Above comfort, which the top of the tank must have."""
AHEAD_H = 3.0
"""A run ahead of need heats no further than this asks."""
AHEAD_K = 2.0
"""So much above comfort is enough where the tank holds what is drawn until then."""


class Planned:
    """Plans ahead."""

    interval_s = 300.0

    def __init__(self, setting: Setting) -> None:
        """Take the house, and no plan yet."""
        self._house = setting.house
        self._plan: Plan | None = None
        self._steps = math.floor(setting.horizon_s / STEP_S)
        self._estimate = TankEstimate(setting.house)
        self._relays = Relays(setting.house)
        self._valve_on: bool | None = None
        self._heating_w = 0.0
        self.failures = 0
        """How often no plan could be made."""

    def decide(self, observation: Observation, outlook: Callable[[], Outlook]) -> Modes:
        """Follow the tank, plan where it is time, and set the relays."""
        now = datetime.fromtimestamp(observation.time_s, UTC)
        estimate = self._estimate
        estimate.look(observation, self._heating_w, valve_on=self._valve_on)
        if self._is_time(now):
            try:
                self._plan = solve(self.problem(observation, outlook()))
            except EngineError:
                self.failures += 1
                self._plan = None
        plan = self._plan
        step = None if plan is None else plan.grid.index(now)
        if plan is None or step is None:
            self._valve_on = None
            return Modes()
        watts = WATTS_PER_KILOWATT / (STEP_S / SECONDS_PER_HOUR)
        self._heating_w = plan.heat.heating_kwh[step] * watts
        self._valve_on = self._relays.valve(estimate.layers_c)
        valve = RelayMode.AUTO
        if self._valve_on is not None:
            valve = RelayMode.ON if self._valve_on else RelayMode.OFF
        electric = plan.electricity
        return Modes(
            pump=self._relays.pump(observation),
            valve=valve,
            boiler=self._boiler(plan, step, observation),
            inverter=InverterMode.ON
            if electric.inverter_on[step]
            else InverterMode.OFF,
            charger_on=electric.charger_on[step],
        )

    def _is_time(self, now: datetime) -> bool:
        """Return whether there is no plan, or one that is old or not kept to."""
        if self._plan is None:
            return True
        age = now - self._plan.created
        if age < SHORTEST or age >= LONGEST:
            return age >= LONGEST
        found = initial_layers(self._house.plant, (), tuple(self._estimate.layers_c))
        step = self._plan.grid.index(now)
        if found is None or step is None:
            return True
        return abs(found[0] - self._plan.heat.tank_upper_c[step]) > ASTRAY_K

    def _boiler(self, plan: Plan, step: int, observation: Observation) -> int:
        """Return the mode of the boiler's relay."""
        house, top_c = self._house, observation.probes_c[-1]
        if house.boiler is None:
            return RelayMode.AUTO
        ceiling_c = min(
            house.boiler.setpoint_c,
            house.tank.maximum_c - 5.0,
            plan.heat.tank_upper_c[step + 1] - STRATIFIED_K,
        )
        # The forecast of the sun may be too low: what is not needed soon can wait.
        last = step + round(AHEAD_H * SECONDS_PER_HOUR / STEP_S)
        soon_kwh = sum(plan.heat.hot_water_kwh[step:last])
        if plan.heat.usable_heat_kwh[step] >= soon_kwh and not self._relays.small_zone:
            ceiling_c = min(ceiling_c, house.hot_water.comfort_c + AHEAD_K)
        # A run waits while the tank's top is nearly as warm as planned for all of the
        # zone, and ends when it is.
        return self._relays.boiler(
            observation,
            self._estimate.layers_c,
            self._heating_w,
            run=plan.heat.boiler_on[step] and top_c < ceiling_c,
            least_c=house.hot_water.comfort_c + RESERVE_K,
        )

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
                layers_c=tuple(round(one, 2) for one in self._estimate.layers_c),
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
