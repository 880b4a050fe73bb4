"""The least boiler heat that any controller could need, with perfect foresight.

A linear program over temperature classes: the tank is a set of volumes at fixed
temperatures. Collectors lift water from one class to the next ones at their yield
(ISO 9806) for the mean of the two, an immersion heater with what the modules could
give; draws and heating take water of a class, mixed down where it is warmer than needed
and counted in part where it is colder; the boiler gives what then lacks, for its heat
is never better kept in the tank. Losses let water sink to the class below, and a room
that is warmer lets it rise; water that is drawn in a block has not lost anything in it.
The heat exchanger makes the collectors as much warmer as their yield at full flow asks.
Stratification is perfect, valves and pumps cost nothing, boiler and flows know no
limits, and electricity is there whenever it is wanted: what a real plant needs lies
above. Hours without sun are one block. Between classes the collectors' yield is taken
straight, so that the bound is near-tight, not rigorous to the last percent.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from ..plant.boundary import Boundary
from ..plant.heating import on_curve
from ..plant.house_document import House
from ..plant.parameters import CollectorParameters, HeatingParameters
from ..plant.sun import FloatArray
from ..plant.tank import WATER_J_PER_KG_K
from ..plant.year import WARM_UP_TANK_C
from ..units import SECONDS_PER_HOUR
from .heating_need import HeatingNeed, heating_need
from .interior_point import minimise
from .temperature_classes import blocks_of, classes_of, yield_to_water

KWH_PER_KG_K = WATER_J_PER_KG_K / 3.6e6
STEPS_UP = 3
"""How many classes water may rise at once."""
DARK_W = 5.0
"""Sun that does not count, on a square metre of absorber or from all modules."""
NIGHT_H = 12.0
"""Longest block without sun."""
LEAST_KWH = 1e-6
"""Heat too small to count in a block."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What the best possible operation needs."""

    boiler_heat_kwh: float
    """The least that gives all that can be given, whatever is left in the tank."""
    unmet_kwh: float
    """What no boiler of this power could have given, or none at all."""
    owed_kwh: float
    """The least of boiler heat and unmet heat less what the tank holds more at the end;
    see `Outcome`."""
    wanted_kwh: float
    """Hot water and heating that are asked for."""
    block_h: float
    variables: int


class Supply(NamedTuple):
    """What asks for heat: how much in each block, and between which temperatures."""

    wanted_kwh: FloatArray
    cool_c: FloatArray
    """At which the water comes back."""
    warm_c: FloatArray
    """At which it is wanted."""


def least_boiler_heat(house: House, boundary: Boundary, block_h: float) -> Bound:
    """Return the bound for a house and what acts on it, in blocks of hours.

    It begins as simulations do. Raises SolverError where there is no solution.
    """
    need = heating_need(house, boundary)
    program = _Program(house, boundary, need, block_h)
    owed_kwh, _ = program.solve(worth=1.0)
    burnt_kwh, lacking = program.solve(worth=0.0)
    burnt_kwh = max(burnt_kwh, 0.0)
    unmet_kwh = burnt_kwh
    if house.boiler is not None:
        # The boiler may have burned all the time before, and kept it.
        late = np.cumsum(lacking) - house.boiler.power_kw * np.cumsum(program.hours)
        unmet_kwh = min(max(float(late.max(initial=0.0)), 0.0), burnt_kwh)
        if unmet_kwh <= LEAST_KWH * program.wanted_kwh:
            unmet_kwh = 0.0
    return Bound(
        boiler_heat_kwh=burnt_kwh - unmet_kwh,
        unmet_kwh=unmet_kwh,
        owed_kwh=owed_kwh,
        wanted_kwh=program.wanted_kwh,
        block_h=block_h,
        variables=program.columns,
    )


class _Program:
    """The linear program of one house.

    Rows of a block: the balance of each class, then the collectors' area, hot water and
    its time, heating and its time, the immersion heater. Columns are counted as they
    come; all but the volumes at the ends of blocks belong to one block.
    """

    def __init__(
        self, house: House, boundary: Boundary, need: HeatingNeed, block_h: float
    ) -> None:
        self.house = house
        self._absorbed = np.array(boundary.absorbed_w_per_m2, dtype=np.float64)
        self._ambient = np.array(boundary.ambient_c, dtype=np.float64)
        self._surplus_w = self._surplus(boundary)
        self._dt_h = boundary.step_s / SECONDS_PER_HOUR
        self._begins = blocks_of(
            (self._absorbed > DARK_W) | (self._surplus_w > DARK_W),
            max(round(block_h / self._dt_h), 1),
            round(NIGHT_H / self._dt_h),
        )
        self.blocks = len(self._begins)
        self.hours = self._dt_h * np.diff(np.append(self._begins, boundary.steps))
        hot_water, heating = self._hot_water(boundary), self._heating(need)
        wanted_kwh = float(heating.wanted_kwh.sum())
        others: tuple[float, ...] = ()
        if wanted_kwh > 0.0:
            others = (
                float(heating.cool_c.min()),
                float(heating.cool_c @ heating.wanted_kwh) / wanted_kwh,
                float(heating.warm_c @ heating.wanted_kwh) / wanted_kwh,
            )
        self.classes = np.array(classes_of(house, others))
        self.wanted_kwh = float(hot_water.wanted_kwh.sum()) + wanted_kwh
        self._entries: list[tuple[np.ndarray, np.ndarray, FloatArray]] = []
        self._lacking: list[tuple[np.ndarray, np.ndarray]] = []
        self.columns = 0
        count = len(self.classes)
        self._rows = count + 6
        self._right = np.zeros(self.blocks * self._rows)
        self._volumes = self._new(self.blocks * count).reshape(self.blocks, count)
        self._sinks = self._keep()
        if house.collector is not None:
            self._collect(house.collector, count)
        self._serve(hot_water, count + 1)
        self._serve(heating, count + 3)
        if house.immersion_heater is not None:
            self._immerse(house.immersion_heater.maximum_c, count + 5)
        self._matrix, self._kept = self._assemble()

    # What acts on the house, by block

    def _sum(self, values: FloatArray) -> FloatArray:
        found: FloatArray = np.add.reduceat(values, self._begins)
        return found

    def _surplus(self, boundary: Boundary) -> FloatArray:
        """Return what an immersion heater could get if nothing else took it [W]."""
        heater = self.house.immersion_heater
        if heater is None or self.house.pv is None:
            return np.zeros(boundary.steps)
        found: FloatArray = np.minimum(boundary.pv_available_w, heater.power_w)
        return found

    def _hot_water(self, boundary: Boundary) -> Supply:
        water = self.house.hot_water
        litres = self._sum(np.array(boundary.draw_l, dtype=np.float64))
        return Supply(
            litres * KWH_PER_KG_K * (water.use_c - water.cold_c),
            np.full(self.blocks, water.cold_c),
            np.full(self.blocks, water.use_c),
        )

    def _heating(self, need: HeatingNeed) -> Supply:
        """Return the heating; of a curve's temperatures the mean, weighed by heat."""
        parts = self.house.heating
        if parts is None:
            nothing = np.zeros(self.blocks)
            return Supply(nothing, nothing, nothing)
        wanted_w = need.wanted_w
        cool, warm = _temperatures(parts, need)
        sums = self._sum(wanted_w)
        weight = np.where(sums > 0.0, sums, 1.0)
        by_heat = [
            np.where(sums > 0.0, self._sum(one * wanted_w) / weight, usual_c)
            for one, usual_c in ((cool, parts.return_c), (warm, parts.supply_c))
        ]
        return Supply(sums * self._dt_h / 1000.0, by_heat[0], by_heat[1])

    # Rows and columns

    def _new(self, count: int) -> np.ndarray:
        """Return the numbers of new columns."""
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def _put(
        self,
        blocks: np.ndarray,
        row: int | np.ndarray,
        columns: np.ndarray,
        values: FloatArray | float,
    ) -> None:
        """Add entries to a row of some blocks."""
        values = np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape)
        self._entries.append((blocks * self._rows + row, columns, values))

    def _limit(self, blocks: np.ndarray, row: int, right: FloatArray | float) -> None:
        """Let the rows of some blocks come to at most `right`."""
        self._put(blocks, row, self._new(len(blocks)), 1.0)
        self._right[blocks * self._rows + row] = right

    def _keep(self) -> list[tuple[int, FloatArray]]:
        """Balance the volumes; return for each class where to and how much of it sinks.

        In a block a share of each class loses its heat over the room exactly:
        exp(-UA t / m c) of it is left.
        """
        store, classes = self.house.tank, self.classes
        rate = store.loss_w_per_k / (store.volume_l * KWH_PER_KG_K * 1000.0)
        gone = -np.expm1(-rate * self.hours)
        every, volumes = np.arange(self.blocks), self._volumes
        start = self._start()
        sinks: list[tuple[int, FloatArray]] = []
        for place, warm_c in enumerate(classes.tolist()):
            onward = place - 1 if warm_c > store.room_c else place + 1
            share = np.zeros(self.blocks)
            if 0 <= onward < len(classes):
                span_k = abs(classes[onward] - warm_c)
                share = np.minimum(gone * abs(warm_c - store.room_c) / span_k, 1.0)
                self._put(every[1:], onward, volumes[:-1, place], share[1:])
                self._right[onward] -= share[0] * start[place]
            else:
                onward = place
            self._put(every, place, volumes[:, place], -1.0)
            self._put(every[1:], place, volumes[:-1, place], 1.0 - share[1:])
            self._right[place] -= (1.0 - share[0]) * start[place]
            sinks.append((onward, share))
        return sinks

    def _start(self) -> FloatArray:
        """Return the volumes at the beginning: all water at one temperature."""
        weights = self._between(np.array([WARM_UP_TANK_C]))
        volumes = np.zeros(len(self.classes))
        for place, weight in weights:
            volumes[place] += weight * self.house.tank.volume_l
        return volumes

    def _between(self, warm_c: FloatArray) -> list[tuple[np.ndarray, FloatArray]]:
        """Return the classes below and above temperatures, with how much of each."""
        classes = self.classes
        above = np.searchsorted(classes, warm_c).clip(1, len(classes) - 1)
        span_k = classes[above] - classes[above - 1]
        weight = ((warm_c - classes[above - 1]) / span_k).clip(0.0, 1.0)
        return [(above - 1, 1.0 - weight), (above, weight)]

    def _collect(self, parts: CollectorParameters, row: int) -> None:
        """Lift water with the sun, as far as the area reaches."""
        classes = self.classes
        lit = np.zeros(self.blocks, dtype=bool)
        for low in range(len(classes) - 1):
            for high in range(low + 1, min(low + 1 + STEPS_UP, len(classes))):
                mean_c = (classes[low] + classes[high]) / 2.0
                gain = yield_to_water(parts, self._absorbed, mean_c - self._ambient)
                kwh_per_m2 = self._sum(gain) * self._dt_h / 1000.0
                blocks = np.nonzero(kwh_per_m2 > 1e-4)[0]
                lit[blocks] = True
                columns = self._new(len(blocks))
                lift = KWH_PER_KG_K * (classes[high] - classes[low])
                self._put(blocks, row, columns, lift / kwh_per_m2[blocks])
                self._put(blocks, low, columns, -1.0)
                self._put(blocks, high, columns, 1.0)
        self._limit(np.nonzero(lit)[0], row, parts.area_m2)

    def _immerse(self, maximum_c: float, row: int) -> None:
        """Lift water with what the modules could give."""
        classes = self.classes
        sun_kwh = self._sum(self._surplus_w) * self._dt_h / 1000.0
        blocks = np.nonzero(sun_kwh > LEAST_KWH)[0]
        for low in range(len(classes) - 1):
            if classes[low] >= maximum_c:
                break
            columns = self._new(len(blocks))
            lift = KWH_PER_KG_K * (classes[low + 1] - classes[low])
            self._put(blocks, row, columns, lift)
            self._put(blocks, low, columns, -1.0)
            self._put(blocks, low + 1, columns, 1.0)
        self._limit(blocks, row, sun_kwh[blocks])

    def _serve(self, supply: Supply, row: int) -> None:
        """Meet a supply from water that is warmer than what comes back, or else lack.

        In the row after it is the time: water too cold runs no longer, warmer water is
        mixed and runs less.
        """
        blocks = np.nonzero(supply.wanted_kwh > LEAST_KWH)[0]
        wanted, cool_c = supply.wanted_kwh[blocks], supply.cool_c[blocks]
        lacking = self._new(len(blocks))
        self._lacking.append((blocks, lacking))
        self._put(blocks, row, lacking, 1.0)
        self._right[blocks * self._rows + row] = wanted
        span = KWH_PER_KG_K * (supply.warm_c[blocks] - cool_c)
        returns = self._between(cool_c)
        for place, warm_c in enumerate(self.classes.tolist()):
            some = np.nonzero(warm_c > cool_c + 1e-6)[0]
            columns, here = self._new(len(some)), blocks[some]
            gain = KWH_PER_KG_K * (warm_c - cool_c[some])
            self._put(here, row, columns, gain)
            self._put(
                here, row + 1, columns, np.maximum(gain, span[some]) / wanted[some]
            )
            # Drawn before it has lost anything in this block.
            onward, share = self._sinks[place]
            self._put(here, place, columns, share[here] - 1.0)
            self._put(here, onward, columns, -share[here])
            for back, weight in returns:
                self._put(here, back[some], columns, weight[some])
        self._limit(blocks, row + 1, 1.0)

    def _assemble(self) -> tuple[csr_array, np.ndarray]:
        """Return the matrix without empty rows, and which rows these are not."""
        rows, columns, values = (
            np.concatenate(parts) for parts in zip(*self._entries, strict=True)
        )
        shape = (self.blocks * self._rows, self.columns)
        matrix = coo_array((values, (rows, columns)), shape=shape).tocsr()
        matrix.eliminate_zeros()
        kept = np.diff(matrix.indptr) > 0
        return csr_array(matrix[kept]), kept

    def solve(self, worth: float) -> tuple[float, FloatArray]:
        """Return the least heat that lacks, and where: by block.

        With a `worth` of 1 what the tank holds more at the end counts as well.
        """
        costs = np.zeros(self.columns)
        for _, columns in self._lacking:
            costs[columns] = 1.0
        held = worth * KWH_PER_KG_K * self.classes
        costs[self._volumes[-1]] = -held
        lacking = np.zeros(self.blocks)
        begun_kwh = float(held @ self._start())
        if self.wanted_kwh <= 0.0 and worth == 0.0:
            return 0.0, lacking
        found = minimise(costs, self._matrix, self._right[self._kept])
        for blocks, columns in self._lacking:
            lacking[blocks] += found.x[columns]
        return found.floor + begun_kwh, lacking


def _temperatures(
    parts: HeatingParameters, need: HeatingNeed
) -> tuple[FloatArray, FloatArray]:
    """Return at which temperatures the heating's water comes back and goes, by step."""
    cool = np.full(need.wanted_w.shape, parts.return_c)
    warm = np.full(need.wanted_w.shape, parts.supply_c)
    if parts.curve_exponent is not None:
        for step in np.nonzero(need.wanted_w > 0.0)[0].tolist():
            now = on_curve(
                parts, float(need.ambient_mean_c[step]), float(need.wanted_w[step])
            )
            cool[step], warm[step] = now.return_c, now.supply_c
    return cool, warm
