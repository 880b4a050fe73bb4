"""What acts on a fleet, some steps at a time, so that its memory stays bounded.

The same values as `boundary_of` gives each house: what houses have in common is
worked out once, and between the instants of the weather only for the steps at hand.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from . import boundary, controller
from .boundary import DAY_S, DECIMALS, WeatherSeries
from .fleet_structure import BoolArray
from .house_document import House
from .parameters import CollectorParameters, HotWaterParameters, PVParameters
from .sun import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What is the same for all houses; see `boundary_of` for the values."""

    weather: WeatherSeries
    start_s: float
    steps: int
    step_s: float
    draw_l: FloatArray | None = None
    electrical_load_w: FloatArray | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Some steps; arrays have the shape (steps, houses)."""

    ambient_c: FloatArray
    """One value for each step."""
    absorbed: FloatArray
    pv_available_w: FloatArray
    draw_l_per_s: FloatArray
    electrical_load_w: FloatArray
    heating_w: FloatArray | None
    may_heat: BoolArray


class _Shared:
    """Series that houses share, each stored once."""

    def __init__(self, keys: Sequence[Hashable]) -> None:
        """Take over what tells the series of each house."""
        first: dict[Hashable, int] = {}
        for house, key in enumerate(keys):
            first.setdefault(key, house)
        self.houses = tuple(first.values())
        """One house for each series."""
        places = {key: place for place, key in enumerate(first)}
        self._places = np.array([places[key] for key in keys], dtype=np.intp)

    def spread[T: np.generic](self, values: NDArray[T]) -> NDArray[T]:
        """Return the columns of all houses from those of the series."""
        found: NDArray[T] = values.take(self._places, axis=1)
        return found


class _Sparse:
    """A series most of which may be 0."""

    def __init__(self, values: FloatArray) -> None:
        """Keep what is not 0."""
        self._places = np.flatnonzero(values)
        self._values = values[self._places]

    def between(self, first: int, end: int) -> FloatArray:
        """Return a stretch of the series."""
        found = np.zeros(end - first)
        low, high = np.searchsorted(self._places, (first, end))
        found[self._places[low:high] - first] = self._values[low:high]
        return found


class FleetBoundary:
    """What acts on a fleet; `block` gives it."""

    def __init__(self, houses: Sequence[House], conditions: Conditions) -> None:
        """Work out what does not depend on the steps at hand."""
        self._conditions = conditions
        self._houses = houses
        weather = conditions.weather
        self._period_s = weather.year_s
        times_s, rows = weather.times_s, np.arange(len(weather.times_s))
        if self._period_s is not None:
            # As `numpy.interp` does: the first follows the last again.
            order = np.argsort(times_s % self._period_s)
            known_s = (times_s % self._period_s)[order]
            times_s = np.concatenate(
                (
                    known_s[-1:] - self._period_s,
                    known_s,
                    known_s[:1] + self._period_s,
                )
            )
            rows = np.concatenate((order[-1:], order, order[:1]))
        self._known_s = times_s
        self._absorbed = _Shared([_light_on(one, one.collector) for one in houses])
        self._power = _Shared([_light_on(one, one.pv) for one in houses])
        light = {
            one: boundary.sunlight(houses[one], weather)
            for one in {*self._absorbed.houses, *self._power.houses}
        }
        absorbed = [light[one][0] for one in self._absorbed.houses]
        self._absorbed_known = _columns(absorbed)[rows]
        power = [light[one][1] for one in self._power.houses]
        self._power_known = _columns(power)[rows]
        steps = conditions.steps
        times_s = conditions.start_s + conditions.step_s * (
            np.arange(steps, dtype=np.float64) + 0.5
        )
        ambient_c = weather.at(weather.ambient_c, times_s)
        self._times_s = times_s
        self.ambient_c: FloatArray = np.round(ambient_c, DECIMALS)
        self._lay_draws()
        self._lay_heating(ambient_c)
        self._lay_windows()
        yearly_kwh = np.array([one.demand.electricity_kwh or 0.0 for one in houses])
        self._load_w = np.round(yearly_kwh * 1000.0 / 8760.0, DECIMALS)

    def _lay_draws(self) -> None:
        """Find the draws of people, and by how much each house scales them."""
        known = self._conditions
        houses = self._houses
        given = known.draw_l
        keys: list[Hashable] = [
            None if given is not None else (_drawn(one), one.people, one.time_zone)
            for one in houses
        ]
        self._draws = _Shared(keys)
        self._litres = []
        totals: dict[Hashable, FloatArray] = {}
        for one in self._draws.houses:
            house = houses[one]
            litres = given
            if litres is None:
                litres = boundary.modelled_draws(
                    replace(house, hot_water=_drawn(house)),
                    known.start_s,
                    known.steps,
                    known.step_s,
                )
            self._litres.append(_Sparse(litres))
            totals[keys[one]] = litres.sum(keepdims=True)
        days = known.steps * known.step_s / DAY_S
        self._draw_scale = np.array(
            [
                _scale(boundary.scaled_draws(house, totals[key], days), totals[key])
                for house, key in zip(houses, keys, strict=True)
            ]
        )

    def _lay_heating(self, ambient_c: FloatArray) -> None:
        """Find the degree hours by which given heat is spread."""
        houses, weather = self._houses, self._conditions.weather
        self._degrees = None
        if houses[0].heating is None or houses[0].demand.heating_kwh is None:
            return
        self._degrees = _Shared(
            [
                (
                    one.heating.base_temperature_c if one.heating else None,
                    one.demand.heating_limit_c,
                )
                for one in houses
            ]
        )
        found = []
        for one in self._degrees.houses:
            unit = replace(houses[one].demand, heating_kwh=1.0)
            house = replace(houses[one], demand=unit)
            shape = boundary.given_heating(house, weather, self._times_s, ambient_c)
            assert shape is not None
            found.append(_Sparse(shape))
        self._degree_shapes = found
        self._heating_kwh = np.array([one.demand.heating_kwh or 0.0 for one in houses])

    def _lay_windows(self) -> None:
        """Find when thermostats may ask for the boiler."""
        self._windows = _Shared(
            [
                (one.controller.after_heating_windows, one.time_zone)
                if one.controller.after_heating_windows
                else None
                for one in self._houses
            ]
        )
        self._allowed = []
        for one in self._windows.houses:
            house = self._houses[one]
            allowed = np.ones(self._conditions.steps, dtype=np.bool_)
            if house.controller.after_heating_windows:
                hours = boundary.local_hours(house, self._times_s)
                allowed[:] = [
                    controller.may_heat_at(house.controller, hour) for hour in hours
                ]
            self._allowed.append(allowed)

    def block(self, first: int, end: int) -> Block:
        """Return what acts in the steps from `first` up to, not including, `end`."""
        known = self._conditions
        draws = _columns([one.between(first, end) for one in self._litres])
        litres = np.round(self._draws.spread(draws) * self._draw_scale, DECIMALS)
        heating_w = None
        if self._degrees is not None:
            shape = _columns([one.between(first, end) for one in self._degree_shapes])
            heating_w = self._degrees.spread(shape) * self._heating_kwh
            np.round(heating_w, DECIMALS, out=heating_w)
        whole = (end - first, len(self._houses))
        load_w = np.broadcast_to(self._load_w, whole)
        if known.electrical_load_w is not None:
            given_w = np.round(known.electrical_load_w[first:end], DECIMALS)
            load_w = np.broadcast_to(given_w[:, np.newaxis], whole)
        return Block(
            ambient_c=self.ambient_c[first:end],
            absorbed=self._absorbed.spread(
                self._between(self._absorbed_known, first, end)
            ),
            pv_available_w=self._power.spread(
                self._between(self._power_known, first, end)
            ),
            draw_l_per_s=litres / known.step_s,
            electrical_load_w=load_w,
            heating_w=heating_w,
            may_heat=self._windows.spread(
                _columns([one[first:end] for one in self._allowed])
            ),
        )

    def _between(self, known: FloatArray, first: int, end: int) -> FloatArray:
        """Return series, known at the weather's instants, in the middle of steps."""
        times_s = self._times_s[first:end]
        if self._period_s is not None:
            times_s = times_s % self._period_s
        instants_s = self._known_s
        times_s = np.clip(times_s, instants_s[0], instants_s[-1])
        row = np.searchsorted(instants_s, times_s, side="right") - 1
        row = np.clip(row, 0, len(instants_s) - 2)
        span_s = instants_s[row + 1] - instants_s[row]
        slope = (known[row + 1] - known[row]) / span_s[:, np.newaxis]
        gone_s = (times_s - instants_s[row])[:, np.newaxis]
        found: FloatArray = np.round(slope * gone_s + known[row], DECIMALS)
        return found


def _light_on(
    house: House, modules: CollectorParameters | PVParameters | None
) -> Hashable:
    """Return all that the light of collectors or modules depends on."""
    if isinstance(modules, CollectorParameters):
        # Of these the light on a square metre does not depend.
        modules = replace(
            modules,
            area_m2=1.0,
            capacity_kj_per_m2_k=1.0,
            flow_l_per_h_m2=1.0,
            inlet_height=1.0,
        )
    return house.site, modules


def _drawn(house: House) -> HotWaterParameters:
    """Return what of the hot water tells how much people draw."""
    water = house.hot_water
    return HotWaterParameters(
        litres_per_person_day=water.litres_per_person_day,
        base_litres_day=water.base_litres_day,
    )


def _scale(scaled: FloatArray, total: FloatArray) -> float:
    return float(scaled[0] / total[0]) if total[0] > 0.0 else 1.0


def _columns[T: np.generic](series: Sequence[NDArray[T]]) -> NDArray[T]:
    """Return series side by side."""
    return np.ascontiguousarray(np.stack(series, axis=1))
