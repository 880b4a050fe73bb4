"""Many houses of one structure while they move on together.

Steps are divided for each house as its own flows demand; houses that are done wait for
the others. Those that need most parts come first, so that few others wait with them.
"""

from collections.abc import Sequence
import math

import numpy as np

from . import tank
from .fleet_boundary import Block
from .fleet_houses import Acting, FleetHouses
from .fleet_structure import Structure, all_of, any_of
from .house_document import House
from .house_state import DAY_S
from .sun import FloatArray

PARTS = (0.06, 0.12, 0.25, 0.4, 0.55, 0.75)
"""Shares of the houses that are moved on alone while the others wait."""
USUAL_KG_PER_S = 0.1
"""Of draws and heating, to guess which houses need most parts of a step."""


def parts(house: House) -> float:
    """Return a guess of the share of a layer that passes in a second: more, more parts."""
    flow = USUAL_KG_PER_S
    if house.collector is not None:
        flow += house.collector.area_m2 * house.collector.flow_l_per_h_m2 / 3600.0
    return flow / tank.layout(house.tank).node_kg


class FleetRun:
    """Houses that move on."""

    def __init__(
        self,
        houses: Sequence[House],
        structure: Structure,
        *,
        ambient_c: float,
        step_s: float,
    ) -> None:
        """Begin as `year.start_state` does; houses with more `parts` should come first."""
        count = len(houses)
        self._structure = structure
        self._step_s = step_s
        self._mean = ambient_c
        self._houses = FleetHouses(
            houses, structure, ambient_c=ambient_c, step_s=step_s
        )
        self._parts = [
            (width, self._houses.first(width, count))
            for width in sorted({math.ceil(share * count) for share in PARTS})
            if width < count
        ]
        self._parts.append((count, self._houses))
        self._counts = np.ones(count)
        self._supply_c = self._return_c = np.zeros((1, count))

    def sums(self) -> FloatArray:
        """Return what has gone where, as `fleet_values.SUMS`."""
        return self._houses.values.sums.copy()

    def stored_j(self) -> FloatArray:
        """Return the heat in each tank above 0 degC [J]."""
        houses = self._houses
        stored_j: FloatArray = houses.tank.capacity * houses.values.tank_c.sum(axis=0)
        return stored_j

    def run(self, block: Block) -> None:
        """Move the houses through some steps."""
        ambient = block.ambient_c.tolist()
        mean_c = self._mean_c(ambient)
        wanted_w = self._wanted_w(block, mean_c[:-1])
        self._lay_water(mean_c[:-1], wanted_w)
        counts = self._counts_of(block, wanted_w)
        ends = _ends(counts)
        sun, draws, light = (
            [any_of(row > 0.0) for row in rows]
            for rows in (block.absorbed, block.draw_l_per_s, block.pv_available_w)
        )
        open_hours = [all_of(row) for row in block.may_heat]
        acting = Acting()
        for step, ambient_c in enumerate(ambient):
            acting.ambient_c = ambient_c
            acting.mean_c = mean_c[step], mean_c[step + 1]
            acting.absorbed = block.absorbed[step] if sun[step] else None
            acting.draw_l_per_s = block.draw_l_per_s[step] if draws[step] else None
            acting.available_w = block.pv_available_w[step] if light[step] else None
            acting.load_w = block.electrical_load_w[step]
            acting.may_heat = None if open_hours[step] else block.may_heat[step]
            acting.wanted_w = None if block.heating_w is None else block.heating_w[step]
            acting.supply_c = self._supply_c[step]
            acting.return_c = self._return_c[step]
            if not np.array_equal(counts[step], self._counts):
                self._counts = counts[step]
                self._houses.set_step(self._step_s / self._counts)
            self._divide(acting, ends[step])
        self._mean = mean_c[-1]

    def _divide(self, acting: Acting, ends: list[int]) -> None:
        """Go through a step in parts: as many in each house as it needs.

        For each part `ends` has the place behind the last house that needs it.
        """
        count = len(self._counts)
        for place, end in enumerate(ends):
            width, houses = next(one for one in self._parts if one[0] >= end)
            waiting = (self._counts[:width] <= place).nonzero()[0]
            given = acting if width == count else acting.of_first(width)
            if not len(waiting):
                houses.advance(given, place)
                continue
            kept = houses.values.put_aside(waiting)
            houses.advance(given, place)
            houses.values.put_back(waiting, kept)

    def _mean_c(self, ambient: list[float]) -> list[float]:
        """Return the smoothed outdoor temperature before each step and after the last."""
        share = -math.expm1(-self._step_s / DAY_S)
        found = [self._mean]
        for ambient_c in ambient:
            found.append(found[-1] + (ambient_c - found[-1]) * share)
        return found

    def _wanted_w(self, block: Block, mean_c: list[float]) -> FloatArray | None:
        """Return the heat that the rooms want as each step begins [W]."""
        heating = self._houses.heating
        if heating is None or block.heating_w is not None:
            return block.heating_w
        return heating.demand_w(np.array(mean_c)[:, np.newaxis])

    def _lay_water(self, mean_c: list[float], wanted_w: FloatArray | None) -> None:
        """Work out how warm the heating's water is in each step."""
        heating = self._houses.heating
        shape = (len(mean_c), len(self._counts))
        if heating is None or wanted_w is None:
            self._supply_c = self._return_c = np.zeros(shape)
        elif self._structure.curve:
            self._supply_c, self._return_c = heating.curve_c(
                np.array(mean_c)[:, np.newaxis], wanted_w
            )
        else:
            self._supply_c = np.broadcast_to(heating.supply_c, shape)
            self._return_c = np.broadcast_to(heating.return_c, shape)

    def _counts_of(self, block: Block, wanted_w: FloatArray | None) -> FloatArray:
        """Return into how many parts each house divides each step."""
        layout = self._houses.tank
        kg_per_s = block.draw_l_per_s + self._houses.loop_kg_per_s
        if wanted_w is not None:
            span_k = self._supply_c - self._return_c
            kg_per_s += wanted_w / (tank.WATER_J_PER_KG_K * span_k)
        longest_s = np.full(kg_per_s.shape, np.inf)
        most_kg = np.broadcast_to(tank.MOST_SHARE * layout.node_kg, kg_per_s.shape)
        np.divide(most_kg, kg_per_s, out=longest_s, where=kg_per_s > 0.0)
        np.minimum(longest_s, layout.rest_step_s, out=longest_s)
        counts: FloatArray = np.ceil(self._step_s / longest_s)
        return counts


def _ends(counts: FloatArray) -> list[list[int]]:
    """Return for each part of each step the place behind the last house that needs it."""
    most = counts.max(axis=1).astype(int)
    width = counts.shape[1]
    found: list[list[int]] = [[width] * min(1, one) for one in most.tolist()]
    for place in range(1, int(most.max())):
        steps = (most > place).nonzero()[0]
        needs = counts[steps, ::-1] > place
        for step, behind in zip(
            steps.tolist(), needs.argmax(axis=1).tolist(), strict=True
        ):
            found[step].append(width - behind)
    return found
