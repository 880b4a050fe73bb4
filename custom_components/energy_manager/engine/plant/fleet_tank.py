"""The tanks of a fleet: equations and order of `tank.step`, over arrays.

Temperatures have the shape (layers, houses), layers counted from the bottom; all
else has one value for each house. What no house needs in a step is not worked out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import tank
from .fleet_structure import OverHouses, any_of
from .parameters import CollectorParameters, ImmersionHeaterParameters, TankParameters
from .sun import FloatArray

FEW_COLUMNS = 4
"""Up to so many tanks are mixed one by one."""
MANY_COLUMNS = 256
"""So many at most are mixed at once: what it takes stays in the processor's cache."""


class Layer(OverHouses):
    """One layer of each tank, another one in each tank if need be."""

    __slots__ = ("_house", "_nodes", "_same")

    def __init__(self, nodes: Sequence[int]) -> None:
        """Take over the number of the layer in each tank."""
        self._same = nodes[0] if len(set(nodes)) == 1 else None
        self._nodes = np.array(nodes, dtype=np.intp)
        self._house = np.arange(len(nodes))

    def of(self, tank_c: FloatArray) -> FloatArray:
        """Return the temperatures of the layer; not to be changed."""
        if self._same is not None:
            layer: FloatArray = tank_c[self._same]
            return layer
        found: FloatArray = tank_c[self._nodes, self._house]
        return found

    def add(self, tank_c: FloatArray, more_k: FloatArray) -> None:
        """Warm the layer."""
        if self._same is not None:
            tank_c[self._same] += more_k
        else:
            tank_c[self._nodes, self._house] += more_k


class Probe(OverHouses):
    """A probe in each tank, between the centres of layers."""

    __slots__ = ("_above", "_below", "_rest", "_share")

    def __init__(self, places: Sequence[tank.Place], nodes: int) -> None:
        """Take over the place in each tank."""
        self._below = Layer([below for below, _ in places])
        self._above = Layer([min(below + 1, nodes - 1) for below, _ in places])
        self._share: FloatArray | None = np.array([share for _, share in places])
        self._rest = 1.0 - self._share
        if not self._share.any():
            self._share = None

    def of(self, tank_c: FloatArray) -> FloatArray:
        """Return what the probe shows; not to be changed."""
        below_c = self._below.of(tank_c)
        if self._share is None:
            return below_c
        return below_c * self._rest + self._above.of(tank_c) * self._share


@dataclass(kw_only=True, slots=True)
class FleetFlows:
    """As `tank.TankFlows`; None is nothing in any house."""

    solar_kg: FloatArray | None = None
    solar_c: FloatArray | None = None
    coil_j: FloatArray | None = None
    cold_kg: FloatArray | None = None
    heating_kg: FloatArray | None = None
    boiler_j: FloatArray | None = None
    heater_j: FloatArray | None = None


class FleetTank(OverHouses):
    """The tanks of a fleet."""

    __slots__ = (
        "_beside",
        "_cold_c",
        "_conduction",
        "_drop",
        "_exchange",
        "_fixed_at",
        "_house",
        "_keep",
        "_lengths",
        "_loss",
        "_loss_j",
        "_means",
        "_new",
        "_return_span",
        "_return_to_heating",
        "_room_c",
        "_room_k",
        "_room_total_k",
        "_sums",
        "_up",
        "_work",
        "boiler",
        "bottom",
        "capacity",
        "coil",
        "coil_j_per_k",
        "coil_mean",
        "fixed",
        "heater",
        "heating",
        "mixes",
        "node_kg",
        "nodes",
        "rest_step_s",
        "return_",
        "top",
    )

    def __init__(
        self, parts: Sequence[TankParameters], cold_c: FloatArray, dt_s: FloatArray
    ) -> None:
        """Lay out the tanks for steps of these lengths."""
        layouts = [tank.layout(one) for one in parts]
        self.nodes = nodes = layouts[0].nodes
        count = len(parts)
        self._house = np.arange(count)
        self._cold_c = cold_c
        self.node_kg = np.array([one.node_kg for one in layouts])
        self.capacity = np.array([one.node_j_per_k for one in layouts])
        self.rest_step_s = np.array([tank.longest_step_s(one, 0.0) for one in layouts])
        self._conduction = np.array([one.conduction_w_per_k for one in layouts])
        self._loss = np.array([one.loss_w_per_k for one in layouts])
        self._room_c = np.array([one.room_c for one in layouts])
        self._room_total_k = nodes * self._room_c
        self.boiler = Layer([one.boiler_node for one in layouts])
        self.heating = Layer([one.heating_node for one in layouts])
        self.return_ = Layer([one.return_node for one in layouts])
        self.bottom = Probe([one.probes[0] for one in layouts], nodes)
        self.top = Probe([one.probes[-1] for one in layouts], nodes)
        low = min(one.return_node for one in layouts)
        high = max(one.heating_node for one in layouts)
        self._return_span = slice(low, high)
        """Of the boundaries above layers that heating water may pass."""
        node = np.arange(low, high)[:, np.newaxis]
        passed = node >= np.array([one.return_node for one in layouts])
        passed &= node < np.array([one.heating_node for one in layouts])
        self._return_to_heating = passed.astype(np.float64)
        self._new, self._work, self._beside = np.zeros((3, nodes, count))
        self._drop, self._up = np.zeros((2, max(nodes - 1, 0), count))
        self._exchange, self._keep, self._room_k, self._loss_j = np.zeros((4, count))
        self._lengths = self._inverse_lengths()
        self._sums = np.zeros((nodes + 1, MANY_COLUMNS))
        self._means = np.zeros((nodes, nodes, MANY_COLUMNS))
        self.fixed: FloatArray | None = None
        self._fixed_at = self._house
        self.coil: FloatArray | None = None
        self.coil_mean = self.coil_j_per_k = self.capacity
        self.mixes = False
        self.heater = self.boiler
        self.set_step(dt_s)

    def _inverse_lengths(self) -> FloatArray:
        """Return one over the number of layers from each to each above it."""
        node = np.arange(self.nodes)
        length = node[np.newaxis, :] - node[:, np.newaxis] + 1
        inverse: FloatArray = 1.0 / np.maximum(length, 1)
        return inverse[:, :, np.newaxis]

    def lay_inlet(self, parts: Sequence[CollectorParameters]) -> None:
        """Find the layers where the sun's heat comes in."""
        inlet = parts[0].inlet
        ends = np.array([tank.node_at(self.nodes, one.inlet_height) for one in parts])
        node = np.arange(self.nodes)[:, np.newaxis]
        self.mixes = inlet == "mixed"
        if inlet == "fixed":
            self.fixed = (node[1:] <= ends).astype(np.float64)
            self._fixed_at = ends
        elif inlet == "coil":
            self.coil = (node <= ends).astype(np.float64)
            self.coil_mean = 1.0 / (ends + 1.0)
            self.coil_j_per_k = self.capacity * (ends + 1.0)

    def lay_heater(self, parts: Sequence[ImmersionHeaterParameters]) -> None:
        """Find the layers with an immersion heater."""
        self.heater = Layer([tank.node_at(self.nodes, one.height) for one in parts])

    def set_step(self, dt_s: FloatArray) -> None:
        """Work out what the coming steps make of conduction and losses."""
        exchange, loss = self._exchange, self._loss_j
        np.multiply(self._conduction, dt_s, out=exchange)
        exchange /= self.capacity
        np.multiply(self._loss, dt_s, out=loss)
        loss /= self.capacity
        np.subtract(1.0 - loss, 2.0 * exchange, out=self._keep)
        np.multiply(loss, self._room_c, out=self._room_k)
        loss *= self.capacity

    def step(
        self, tank_c: FloatArray, flows: FleetFlows, return_c: FloatArray
    ) -> FloatArray:
        """Move the tanks on in place; return the heat lost to the room [J]."""
        new, beside = self._new, self._beside
        lost_j: FloatArray = np.add.reduce(tank_c, axis=0)
        lost_j -= self._room_total_k
        lost_j *= self._loss_j
        # The ends see themselves beyond: no heat is conducted out of the tank.
        np.add(tank_c[:-2], tank_c[2:], beside[1:-1])
        np.add(tank_c[0], tank_c[min(1, self.nodes - 1)], beside[0])
        if self.nodes > 1:
            np.add(tank_c[-1], tank_c[-2], beside[-1])
        beside *= self._exchange
        np.multiply(tank_c, self._keep, new)
        new += beside
        new += self._room_k
        solar_kg = flows.solar_kg
        moved = (
            solar_kg is not None
            or flows.cold_kg is not None
            or flows.heating_kg is not None
        )
        if moved:
            self._advect(tank_c, flows, return_c)
        if flows.boiler_j is not None:
            self.boiler.add(new, flows.boiler_j / self.capacity)
            moved = True
        if flows.heater_j is not None:
            self.heater.add(new, flows.heater_j / self.capacity)
            moved = True
        if flows.coil_j is not None and self.coil is not None:
            np.multiply(self.coil, flows.coil_j / self.coil_j_per_k, self._work)
            new += self._work
            moved = True
        if self.mixes and solar_kg is not None:
            mean_c = np.add.reduce(new, axis=0) / self.nodes
            np.copyto(new, mean_c, where=solar_kg > 0.0)
        if moved:
            self.mix(new)
        np.copyto(tank_c, new)
        return lost_j

    def _advect(
        self, tank_c: FloatArray, flows: FleetFlows, return_c: FloatArray
    ) -> None:
        """Let the water move, explicit and upwind."""
        new, drop, upward = self._new, self._drop, self._up
        np.subtract(tank_c[1:], tank_c[:-1], drop)
        upward.fill(0.0)
        solar_kg, cold_kg, heating_kg = (
            flows.solar_kg,
            flows.cold_kg,
            flows.heating_kg,
        )
        if solar_kg is not None and flows.solar_c is not None:
            self._let_in(tank_c, solar_kg / self.node_kg, flows.solar_c)
        if cold_kg is not None:
            cold = cold_kg / self.node_kg
            upward += cold
            new[0] += cold * (self._cold_c - tank_c[0])
        if heating_kg is not None:
            heating = heating_kg / self.node_kg
            upward[self._return_span] += self._return_to_heating * heating
            here_c = self.return_.of(tank_c)
            self.return_.add(new, heating * (return_c - here_c))
        if solar_kg is None:
            upward *= drop
            new[1:] -= upward
            return
        work = self._work[1:]
        np.maximum(upward, 0.0, out=work)
        work *= drop
        new[1:] -= work
        np.minimum(upward, 0.0, out=upward)
        upward *= drop
        new[:-1] -= upward

    def _let_in(
        self, tank_c: FloatArray, solar: FloatArray, solar_c: FloatArray
    ) -> None:
        """Let water from the sun in where the lance opens, or at the fixed inlet."""
        if self.fixed is None:
            below = tank_c[1:] <= solar_c
            np.multiply(below, -solar, self._up)
            lance = np.add.reduce(below, axis=0, dtype=np.intp)
        else:
            np.multiply(self.fixed, -solar, self._up)
            lance = self._fixed_at
        more_k = solar * (solar_c - tank_c[lance, self._house])
        self._new[lance, self._house] += more_k

    def mix(self, new: FloatArray) -> None:
        """Mix layers that are warmer than those above them."""
        warmer = new[1:] < new[:-1]
        if not any_of(warmer):
            return
        columns = np.logical_or.reduce(warmer, axis=0).nonzero()[0]
        if len(columns) <= FEW_COLUMNS:
            for column in columns.tolist():
                layers_c: list[float] = new[:, column].tolist()
                tank.mix_inversions(layers_c)
                new[:, column] = layers_c
            return
        for place in range(0, len(columns), MANY_COLUMNS):
            some = columns[place : place + MANY_COLUMNS]
            mixed = new.take(some, axis=1)
            self._pool(mixed)
            new[:, some] = mixed

    def _pool(self, layers_c: FloatArray) -> None:
        """Bring layers into order, in place: what pooling adjacent violators comes to.

        The greatest of the least means, over the layers up from here, of those down from
        here (R. Barlow et al., Statistical inference under order restrictions, 1972).
        """
        for low, high in _bands(layers_c):
            band_c = layers_c[low:high]
            count, tanks = band_c.shape
            sums = self._sums[: count + 1, :tanks]
            for node in range(count):
                np.add(sums[node], band_c[node], out=sums[node + 1])
            means = self._means[:count, :count, :tanks]
            np.subtract(sums[np.newaxis, 1:], sums[:-1, np.newaxis], out=means)
            means *= self._lengths[:count, :count]
            for node in range(count - 2, -1, -1):
                here = means[: node + 1, node]
                np.minimum(here, means[: node + 1, node + 1], out=here)
            for node in range(1, count):
                here = means[node, node:]
                np.maximum(here, means[node - 1, node:], out=here)
            band_c[...] = means.diagonal().T


def _bands(layers_c: FloatArray) -> list[tuple[int, int]]:
    """Return the bands of layers, first and end, that must be brought into order.

    Between bands all below is colder than all above, in all tanks: they are mixed each
    for itself.
    """
    warmest_c = np.maximum.accumulate(layers_c, axis=0)
    coldest_c = np.minimum.accumulate(layers_c[::-1], axis=0)[::-1]
    joined = np.logical_or.reduce(warmest_c[:-1] > coldest_c[1:], axis=1)
    bands: list[tuple[int, int]] = []
    low = 0
    for node, together in enumerate([*joined.tolist(), False]):
        if not together:
            if node > low:
                bands.append((low, node + 1))
            low = node + 1
    return bands
