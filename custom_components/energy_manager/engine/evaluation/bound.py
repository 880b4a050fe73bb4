"""The least boiler heat that any controller could need, with perfect foresight.

A linear program over temperature classes: the tank is a set of volumes at fixed
temperatures. Collectors lift water from one class to the next ones at their yield
(ISO 9806) for the mean of the two; the boiler lifts any water; draws and heating take
water of a class, mixed down where it is warmer than needed; losses let water sink to
the class below, and a room that is warmer lets it rise. The heat exchanger makes the
collectors as much warmer as their yield at full flow asks. Stratification is perfect,
valves and pumps cost nothing, and electricity is there whenever it is wanted: what a
real plant needs lies above. Between classes the collectors' yield is taken straight, so
that the bound is near-tight, not rigorous to the last percent.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from ..errors import SolverError
from ..plant.boundary import Boundary
from ..plant.house_document import House
from ..plant.parameters import CollectorParameters
from ..plant.sun import FloatArray
from ..plant.tank import WATER_J_PER_KG_K
from ..plant.year import WARM_UP_TANK_C
from ..units import SECONDS_PER_HOUR

KWH_PER_KG_K = WATER_J_PER_KG_K / 3.6e6
STEPS_UP = 2
"""How many classes water may rise at once."""
MANY = 50_000
"""Columns from which the interior-point method is faster than the simplex method."""
TIE = 1e-3
"""What is unmet costs so much more than boiler heat, and what is left at the end is
worth so much less: among equals the bound is the one that needs least boiler heat for
all that is wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What the best possible operation needs."""

    boiler_heat_kwh: float
    unmet_kwh: float
    """What no operation could have given."""
    owed_kwh: float
    """Boiler heat less what the tank holds more at the end; see `Outcome`."""
    block_h: float
    variables: int


class _Rows:
    """A growing sparse matrix with its right side."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.values: list[float] = []
        self.right: list[float] = []

    def add(self, terms: list[tuple[int, float]], right: float) -> None:
        """Add sum(value x[column]) = right, or <= right."""
        row = len(self.right)
        for column, value in terms:
            self.rows.append(row)
            self.columns.append(column)
            self.values.append(value)
        self.right.append(right)

    def matrix(self, columns: int) -> coo_array:
        """Return the matrix."""
        return coo_array(
            (self.values, (self.rows, self.columns)), shape=(len(self.right), columns)
        )


def classes_of(house: House) -> list[float]:
    """Return the temperatures of the classes [degC], coldest first."""
    water, heating = house.hot_water, house.heating
    wanted = {water.cold_c, water.use_c, house.tank.maximum_c}
    if heating is not None:
        wanted |= {heating.return_c, heating.supply_c}
    low, high = min(wanted), max(wanted)
    found = sorted(wanted)
    for extra in np.linspace(low, high, 13).tolist():
        if min(abs(extra - one) for one in found) > 3.0:
            found = sorted([*found, extra])
    return found


def least_boiler_heat(house: House, boundary: Boundary, block_h: float) -> Bound:
    """Return the bound for a house and what acts on it, in blocks of hours.

    `boundary.heating_w` must be known (see `given_heating`). Raises SolverError where
    the program has no solution.
    """
    program = _Program(house, boundary, block_h)
    for block in range(program.blocks):
        program.add_block(block)
    return program.solve()


def _yield_w_per_m2(
    parts: CollectorParameters, absorbed: FloatArray, above_air_k: FloatArray
) -> FloatArray:
    """Return what collectors give to water that is so much warmer than the air.

    The fluid is warmer than the water by r q, with r of the heat exchanger at full
    flow: q = S - a1 x - a2 x |x| with x = above_air + r q, solved for q.
    """
    rate = parts.flow_l_per_h_m2 * parts.fluid_kj_per_l_k / 3.6
    r = (1.0 / parts.heat_exchanger_effectiveness - 1.0) / rate
    # With x = d + r q and q = S - (a1 + a2 |x|) x: r a2 x|x| + (1 + r a1) x = d + r S.
    source = above_air_k + r * absorbed
    linear = 1.0 + r * parts.a1_w_per_m2_k
    curve = r * parts.a2_w_per_m2_k2 * np.abs(source)
    excess = 2.0 * source / (linear + np.sqrt(linear * linear + 4.0 * curve))
    loss = (parts.a1_w_per_m2_k + parts.a2_w_per_m2_k2 * np.abs(excess)) * excess
    gain: FloatArray = np.maximum(absorbed - loss, 0.0)
    return gain


class _Program:
    """The linear program of one house."""

    def __init__(self, house: House, boundary: Boundary, block_h: float) -> None:
        self.house = house
        self.block_h = block_h
        self.classes = classes_of(house)
        per_block = round(block_h * SECONDS_PER_HOUR / boundary.step_s)
        self.blocks = boundary.steps // per_block
        used = self.blocks * per_block
        self.dt_h = boundary.step_s / SECONDS_PER_HOUR

        def by_block(values: object) -> FloatArray:
            array = np.array(values, dtype=np.float64)[:used]
            return array.reshape(self.blocks, per_block)

        self.ambient = by_block(boundary.ambient_c)
        self.absorbed = by_block(boundary.absorbed_w_per_m2)
        water = house.hot_water
        litres = by_block(boundary.draw_l).sum(axis=1)
        self.surplus_w = by_block(boundary.pv_available_w)
        self.hot_water_kwh = litres * KWH_PER_KG_K * (water.use_c - water.cold_c)
        heating = boundary.heating_w
        self.heating_kwh = np.zeros(self.blocks)
        if heating is not None:
            self.heating_kwh = by_block(heating).sum(axis=1) * self.dt_h / 1000.0
        self.equal, self.at_most = _Rows(), _Rows()
        self.costs: list[float] = []
        self.heat: list[float] = []
        self.unmet: list[float] = []
        self.volumes = [self._new(0.0) for _ in self.classes]
        """Columns of the volumes at the end of the block before."""
        self._begin()

    def _new(self, cost: float, heat: float = 0.0, unmet: float = 0.0) -> int:
        """Add a column: what it costs, and what of that is burnt or lacking."""
        self.costs.append(cost)
        self.heat.append(heat)
        self.unmet.append(unmet)
        return len(self.costs) - 1

    def _begin(self) -> None:
        """Start as simulations do: all water at one temperature."""
        above = next(
            place for place, one in enumerate(self.classes) if one >= WARM_UP_TANK_C
        )
        low, high = self.classes[max(above - 1, 0)], self.classes[above]
        share = 1.0 if high == low else (WARM_UP_TANK_C - low) / (high - low)
        volume = self.house.tank.volume_l
        for place, column in enumerate(self.volumes):
            amount = 0.0
            if place == above:
                amount = volume * share
            elif place == above - 1:
                amount = volume * (1.0 - share)
            self.equal.add([(column, 1.0)], amount)

    def add_block(self, block: int) -> None:
        """Add what may happen in a block, and the balances of its classes."""
        count = len(self.classes)
        balance: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        self._lose(balance)
        if self.house.collector is not None:
            self._collect(block, balance)
        if self.house.boiler is not None:
            self._burn(block, balance)
        if self.house.immersion_heater is not None:
            self._immerse(block, balance)
        self._draw(block, balance)
        self._heat(block, balance)
        after = [self._new(0.0) for _ in self.classes]
        for place in range(count):
            terms = [(self.volumes[place], 1.0), *balance[place], (after[place], -1.0)]
            self.equal.add(terms, 0.0)
        self.volumes = after

    def _lose(self, balance: list[list[tuple[int, float]]]) -> None:
        """Let a share of each class sink to the one below, or rise in a warm room."""
        store = self.house.tank
        per_kg = store.loss_w_per_k / store.volume_l * self.block_h / 1000.0
        for place, warm_c in enumerate(self.classes):
            onward = place - 1 if warm_c > store.room_c else place + 1
            if not 0 <= onward < len(self.classes):
                continue
            span = KWH_PER_KG_K * abs(self.classes[onward] - warm_c)
            share = min(per_kg * abs(warm_c - store.room_c) / span, 1.0)
            balance[place].append((self.volumes[place], -share))
            balance[onward].append((self.volumes[place], share))

    def _collect(self, block: int, balance: list[list[tuple[int, float]]]) -> None:
        """Lift water with the sun, as far as the area reaches."""
        parts = self.house.collector
        assert parts is not None
        areas: list[tuple[int, float]] = []
        for low in range(len(self.classes) - 1):
            for high in range(low + 1, min(low + 1 + STEPS_UP, len(self.classes))):
                mean_c = (self.classes[low] + self.classes[high]) / 2.0
                gain = _yield_w_per_m2(
                    parts, self.absorbed[block], mean_c - self.ambient[block]
                )
                kwh_per_m2 = float(gain.sum()) * self.dt_h / 1000.0
                if kwh_per_m2 <= 1e-6:
                    continue
                column = self._new(0.0)
                lift = KWH_PER_KG_K * (self.classes[high] - self.classes[low])
                areas.append((column, lift / kwh_per_m2))
                balance[low].append((column, -1.0))
                balance[high].append((column, 1.0))
        if areas:
            self.at_most.add(areas, parts.area_m2)

    def _burn(self, block: int, balance: list[list[tuple[int, float]]]) -> None:
        """Lift water with the boiler, and warm the rooms with it directly."""
        boiler = self.house.boiler
        assert boiler is not None
        power: list[tuple[int, float]] = []
        for low in range(len(self.classes) - 1):
            if self.classes[low + 1] > max(boiler.safety_c, boiler.setpoint_c):
                break
            lift = KWH_PER_KG_K * (self.classes[low + 1] - self.classes[low])
            column = self._new(lift, lift)
            power.append((column, lift))
            balance[low].append((column, -1.0))
            balance[low + 1].append((column, 1.0))
        self._direct = self._new(1.0, 1.0)
        power.append((self._direct, 1.0))
        self.at_most.add(power, boiler.power_kw * self.block_h)

    def _immerse(self, block: int, balance: list[list[tuple[int, float]]]) -> None:
        """Lift water with what the modules could give, as if nothing else took it."""
        heater = self.house.immersion_heater
        assert heater is not None
        sun_kwh = float(self.surplus_w[block].sum()) * self.dt_h / 1000.0
        power: list[tuple[int, float]] = []
        for low in range(len(self.classes) - 1):
            if sun_kwh <= 1e-6 or self.classes[low] >= heater.maximum_c:
                break
            column = self._new(0.0)
            power.append(
                (column, KWH_PER_KG_K * (self.classes[low + 1] - self.classes[low]))
            )
            balance[low].append((column, -1.0))
            balance[low + 1].append((column, 1.0))
        if power:
            most_kwh = heater.power_w / 1000.0 * self.block_h
            self.at_most.add(power, min(sun_kwh, most_kwh))

    def _draw(self, block: int, balance: list[list[tuple[int, float]]]) -> None:
        """Meet the hot water; what does not come costs as much as boiler heat."""
        wanted = float(self.hot_water_kwh[block])
        if wanted <= 0.0:
            return
        water = self.house.hot_water
        terms: list[tuple[int, float]] = [(self._new(1.0 + TIE, unmet=1.0), 1.0)]
        cold = self.classes.index(water.cold_c)
        full = wanted / (KWH_PER_KG_K * (water.use_c - water.cold_c))
        flow: list[tuple[int, float]] = []
        for place, warm_c in enumerate(self.classes):
            if warm_c <= water.cold_c:
                continue
            column = self._new(0.0)
            gain = KWH_PER_KG_K * (warm_c - water.cold_c)
            terms.append((column, gain))
            # Time that the draw runs from this class: colder water runs no longer.
            flow.append((column, max(gain * full / wanted, 1.0) / full))
            balance[place].append((column, -1.0))
            balance[cold].append((column, 1.0))
        self.equal.add(terms, wanted)
        self.at_most.add(flow, 1.0)

    def _heat(self, block: int, balance: list[list[tuple[int, float]]]) -> None:
        """Meet the heating from water above its return, or from the boiler."""
        wanted = float(self.heating_kwh[block])
        heating = self.house.heating
        if wanted <= 0.0 or heating is None:
            return
        terms: list[tuple[int, float]] = [(self._new(1.0 + TIE, unmet=1.0), 1.0)]
        if self.house.boiler is not None:
            terms.append((self._direct, 1.0))
        back = self.classes.index(heating.return_c)
        span = KWH_PER_KG_K * (heating.supply_c - heating.return_c)
        flow: list[tuple[int, float]] = []
        for place, warm_c in enumerate(self.classes):
            if warm_c <= heating.return_c:
                continue
            column = self._new(0.0)
            gain = KWH_PER_KG_K * (warm_c - heating.return_c)
            terms.append((column, gain))
            flow.append((column, max(gain, span) / wanted))
            balance[place].append((column, -1.0))
            balance[back].append((column, 1.0))
        self.equal.add(terms, wanted)
        self.at_most.add(flow, 1.0)

    def solve(self) -> Bound:
        """Return the least of boiler heat, unmet heat and heat taken from the tank."""
        columns = len(self.costs)
        costs, stored = np.array(self.costs), np.zeros(columns)
        for place, warm_c in enumerate(self.classes):
            stored[place] -= KWH_PER_KG_K * warm_c
            stored[self.volumes[place]] += KWH_PER_KG_K * warm_c
        # The start is given: its share of the costs is the same for all.
        result = linprog(
            costs - (1.0 - TIE) * stored,
            A_ub=self.at_most.matrix(columns).tocsr() if self.at_most.right else None,
            b_ub=self.at_most.right or None,
            A_eq=self.equal.matrix(columns).tocsr(),
            b_eq=self.equal.right,
            bounds=(0.0, None),
            method="highs-ipm" if columns > MANY else "highs",
        )
        if result.x is None:
            raise SolverError(f"the bound could not be computed: {result.message}")
        burnt_kwh = float(np.dot(self.heat, result.x))
        unmet_kwh = float(np.dot(self.unmet, result.x))
        return Bound(
            boiler_heat_kwh=burnt_kwh,
            unmet_kwh=unmet_kwh,
            owed_kwh=burnt_kwh + unmet_kwh - float(np.dot(stored, result.x)),
            block_h=self.block_h,
            variables=columns,
        )
