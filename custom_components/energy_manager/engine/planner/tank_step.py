"""One step of the planner's tank, for many states of the tank at once.

The same layers, yields and demands as the rows of the model, with the choices made
as the plant makes them: the pump runs when it gains, the charging lance lets heat
rise as far as it is warm enough, heating takes the lower layer first.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .collector_rows import CHARGING_SPREAD_K, LEAST_IRRADIANCE_W_PER_M2
from .heat_rows import heat_price_eur_per_kwh, heat_worth, highest_c, lowest_c
from .layers import Layers
from .problem import Problem
from .program import Floats
from .pump_supply import PumpSupply
from .solar_gain import GainLine, gain_lines

ROUNDS = 3
"""Repetitions in which a step's end temperatures settle."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """The end of a step and what happened in it, by state; heat in kWh."""

    upper_c: Floats
    lower_c: Floats
    boiler_kwh: Floats
    solar_upper_kwh: Floats
    solar_lower_kwh: Floats
    heating_kwh: Floats
    """From both layers."""
    heating_lower_kwh: Floats
    unmet_hot_water_kwh: Floats
    unmet_heating_kwh: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draws:
    """What hot water and heating take in a step; heat in kWh."""

    from_upper_kwh: Floats
    from_lower_kwh: Floats
    heating_kwh: Floats
    heating_lower_kwh: Floats
    unmet_hot_water_kwh: Floats
    unmet_heating_kwh: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class TankStepper:
    """A problem's tank, ready to be stepped."""

    problem: Problem
    layers: Layers
    lines: tuple[GainLine, ...]
    running: NDArray[np.bool_]
    supply: PumpSupply
    lowest_c: float
    highest_c: float

    @classmethod
    def of(cls, problem: Problem, layers: Layers, supply: PumpSupply) -> Self:
        """Return the stepper of a problem with what its pumps are fed."""
        irradiance = np.array(problem.forecast.irradiance_w_per_m2)
        collector = problem.plant.collector
        lines: tuple[GainLine, ...] = ()
        if collector is not None:
            ambient = np.array(problem.forecast.ambient_c)
            lines = gain_lines(collector, irradiance, ambient)
        return cls(
            problem=problem,
            layers=layers,
            lines=lines,
            running=irradiance >= LEAST_IRRADIANCE_W_PER_M2,
            supply=supply,
            lowest_c=lowest_c(problem, layers),
            highest_c=highest_c(problem, layers),
        )

    def solar_kwh(self, step: int, lower_c: Floats) -> Floats:
        """Return what the collectors give to a lower layer at a temperature."""
        if not self.lines or not self.running[step]:
            return np.zeros_like(lower_c)
        gain_kw = np.min(
            [
                line.offset_kw[step] + line.slope_kw_per_k[step] * lower_c
                for line in self.lines
            ],
            axis=0,
        )
        hours = self.problem.grid.step_h * self.supply.solar[step]
        kwh: Floats = np.maximum(gain_kw, 0.0) * hours
        return kwh

    def advance(
        self, step: int, upper_c: Floats, lower_c: Floats, burning_kwh: Floats
    ) -> StepResult:
        """Return the state after a step in which the boiler may give so much heat.

        It gives less where its thermostat ends the run.
        """
        result = self._settle(step, upper_c, lower_c, burning_kwh, upper_c, lower_c)
        for _ in range(ROUNDS - 1):
            result = self._settle(
                step, upper_c, lower_c, burning_kwh, result.upper_c, result.lower_c
            )
        return result

    def _settle(
        self,
        step: int,
        upper_c: Floats,
        lower_c: Floats,
        burning_kwh: Floats,
        upper_end_c: Floats,
        lower_end_c: Floats,
    ) -> StepResult:
        """Return the end of a step from an estimate of it."""
        layers, hours = self.layers, self.problem.grid.step_h
        draws = self._draws(step, upper_c, lower_c, upper_end_c, lower_end_c)
        half = layers.upper_loss_kw_per_k * hours / 2
        upper_rate = layers.upper_kwh_per_k + half
        upper = (layers.upper_kwh_per_k - half) * upper_c + 2 * half * layers.room_c
        upper -= draws.from_upper_kwh
        half = layers.lower_loss_kw_per_k * hours / 2
        lower_rate = layers.lower_kwh_per_k + half
        lower = (layers.lower_kwh_per_k - half) * lower_c + 2 * half * layers.room_c
        lower -= draws.from_lower_kwh

        burnt = np.clip(upper_rate * self._setpoint_c - upper, 0.0, burning_kwh)
        upper += burnt
        solar = self.solar_kwh(step, lower_end_c)
        # The lance fills the upper layer until it is warmer than what comes.
        excess = CHARGING_SPREAD_K - upper / upper_rate + (lower + solar) / lower_rate
        risen = np.clip(excess / (1 / upper_rate + 1 / lower_rate), 0.0, solar)
        highest = self.highest_c
        risen = np.clip(risen, 0.0, np.maximum(upper_rate * highest - upper, 0.0))
        stayed = np.clip(
            solar - risen, 0.0, np.maximum(lower_rate * highest - lower, 0.0)
        )
        upper_end = (upper + risen) / upper_rate
        lower_end = (lower + stayed) / lower_rate
        mixed = (upper + risen + lower + stayed) / (upper_rate + lower_rate)
        inverted = lower_end > upper_end
        return StepResult(
            upper_c=self._within(np.where(inverted, mixed, upper_end)),
            lower_c=self._within(np.where(inverted, mixed, lower_end)),
            boiler_kwh=burnt,
            solar_upper_kwh=risen,
            solar_lower_kwh=stayed,
            heating_kwh=draws.heating_kwh,
            heating_lower_kwh=draws.heating_lower_kwh,
            unmet_hot_water_kwh=draws.unmet_hot_water_kwh,
            unmet_heating_kwh=draws.unmet_heating_kwh,
        )

    def _within(self, temperature_c: Floats) -> Floats:
        return np.clip(temperature_c, self.lowest_c, self.highest_c)

    def _draws(
        self,
        step: int,
        upper_c: Floats,
        lower_c: Floats,
        upper_end_c: Floats,
        lower_end_c: Floats,
    ) -> _Draws:
        """Return what hot water and heating take from the layers."""
        problem, layers = self.problem, self.layers
        draw = problem.demand.hot_water_kwh[step]
        span = layers.comfort_c - layers.cold_c
        cold = np.maximum(layers.comfort_c - upper_end_c, 0.0)
        unmet = np.minimum(draw * cold / span, draw)
        # The water that follows a draw is as much colder as the lower layer is.
        warmer = np.maximum((upper_c + upper_end_c) / 2 - layers.cold_c, 1.0)
        rising = draw * (lower_c + lower_end_c - 2 * layers.cold_c) / (2 * warmer)
        rising = np.clip(rising - unmet, 0.0, draw)
        wanted = problem.demand.heating_kwh[step]
        shed = wanted * (1.0 - float(self.supply.heating[step]))
        wanted -= shed
        heating_lower, unmet_heating = self._heating(wanted, upper_end_c, lower_end_c)
        heating_upper = wanted - heating_lower - unmet_heating
        return _Draws(
            from_upper_kwh=draw - unmet - rising + heating_upper,
            from_lower_kwh=rising + heating_lower,
            heating_kwh=heating_upper + heating_lower,
            heating_lower_kwh=heating_lower,
            unmet_hot_water_kwh=unmet,
            unmet_heating_kwh=unmet_heating + shed,
        )

    def _heating(
        self, wanted: float, upper_c: Floats, lower_c: Floats
    ) -> tuple[Floats, Floats]:
        """Return the heat that the lower layer gives, and what is missing."""
        heating = self.problem.plant.heating
        if heating is None or wanted == 0.0:
            nothing = np.zeros_like(upper_c)
            return nothing, nothing
        rate = wanted / (heating.supply_c - heating.return_c)
        lower = np.clip(rate * (lower_c - heating.return_c), 0.0, wanted)
        unmet = np.clip(rate * (heating.supply_c - upper_c) - lower, 0.0, wanted)
        return lower, np.minimum(unmet, wanted - lower)

    @property
    def _setpoint_c(self) -> float:
        boiler = self.problem.plant.boiler
        return self.layers.maximum_c if boiler is None else boiler.setpoint_c

    def cost_eur(self, step: int, result: StepResult) -> Floats:
        """Return the cost and the penalties of a step, without starts."""
        objective = self.problem.objective
        cost: Floats = result.boiler_kwh * heat_price_eur_per_kwh(self.problem)
        cost = cost + (
            objective.unmet_hot_water_eur_per_kwh * result.unmet_hot_water_kwh
            + objective.unmet_heating_eur_per_kwh * result.unmet_heating_kwh
        )
        draw, reserve_k = (
            self.problem.demand.hot_water_kwh[step],
            objective.hot_water_reserve_k,
        )
        if draw > 0.0 and reserve_k > 0.0:
            wanted = self.layers.comfort_c + reserve_k
            price = objective.reserve_eur_per_kwh * draw / reserve_k
            cost = cost + price * np.maximum(wanted - result.upper_c, 0.0)
        return cost

    def stored_eur(self, upper_c: Floats, lower_c: Floats) -> Floats:
        """Return what the heat left at the end is worth, as in the model."""
        needed, full, surplus = heat_worth(self.problem)
        layers = self.layers
        stored = layers.upper_kwh_per_k * (upper_c - layers.comfort_c)
        stored = stored + 0.5 * layers.lower_kwh_per_k * (lower_c - layers.cold_c)
        worth: Floats = full * np.minimum(stored, needed)
        return worth + surplus * np.maximum(stored - needed, 0.0)
