"""A stratified storage tank as a row of mixed layers.

Each layer i of mass m and specific heat c obeys
m c dTi/dt = sum(mdot c (Tfrom - Ti)) + k (Ti+1 - 2 Ti + Ti-1) - UA / N (Ti - Troom)
with explicit upwind flows; layers that end up warmer than the one above are
mixed. Valid for steps in which less than one layer of water passes through a
layer (`longest_step_s`). Layers are counted from the bottom. Lists of floats and
plain loops: for ten layers they are faster than arrays.
"""

from dataclasses import dataclass
from functools import lru_cache

from .parameters import TankParameters

WATER_J_PER_KG_K = 4186.8
MOST_SHARE = 0.8
"""Of a layer that may pass in one step."""

type Place = tuple[int, float]
"""A layer and how far, 0..1, a height lies on the way to the centre of the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TankLayout:
    """What follows from a tank's parameters, worked out once."""

    nodes: int
    node_kg: float
    node_j_per_k: float
    loss_w_per_k: float
    """Of one layer."""
    conduction_w_per_k: float
    """Between neighbouring layers."""
    room_c: float
    boiler_node: int
    """Lowest layer that the boiler heats."""
    heating_node: int
    return_node: int
    probes: tuple[Place, ...]
    """Where the probes sit, bottom first."""


@lru_cache(maxsize=64)
def layout(parameters: TankParameters) -> TankLayout:
    """Return the layers of a tank."""
    nodes = parameters.nodes
    area_m2 = parameters.volume_l / 1000.0 / parameters.height_m
    distance_m = parameters.height_m / nodes
    node_kg = parameters.volume_l / nodes
    heating_node = node_at(nodes, parameters.heating_height)
    return TankLayout(
        nodes=nodes,
        node_kg=node_kg,
        node_j_per_k=node_kg * WATER_J_PER_KG_K,
        loss_w_per_k=parameters.loss_w_per_k / nodes,
        conduction_w_per_k=parameters.conductivity_w_per_m_k * area_m2 / distance_m,
        room_c=parameters.room_c,
        boiler_node=node_at(nodes, parameters.boiler_height),
        heating_node=heating_node,
        return_node=min(node_at(nodes, parameters.heating_return_height), heating_node),
        probes=tuple(place_of(nodes, height) for height in parameters.probe_heights),
    )


def node_at(nodes: int, height: float) -> int:
    """Return the layer that begins at or holds a relative height 0..1."""
    return min(nodes - 1, max(0, int(height * nodes + 1e-9)))


def place_of(nodes: int, height: float) -> Place:
    """Return where a relative height lies between the centres of layers."""
    place = min(max(height * nodes - 0.5, 0.0), nodes - 1.0)
    below = min(int(place), max(nodes - 2, 0))
    return below, place - below


def temperature_at(temperatures_c: list[float], place: Place) -> float:
    """Return the temperature at a place, between layers' centres."""
    below, share = place
    if share == 0.0:
        return temperatures_c[below]
    return temperatures_c[below] * (1.0 - share) + temperatures_c[below + 1] * share


def energy_j(tank: TankLayout, temperatures_c: list[float], base_c: float) -> float:
    """Return the heat above a base temperature [J]."""
    return tank.node_j_per_k * sum(t - base_c for t in temperatures_c)


def usable_kwh(
    parameters: TankParameters, temperatures_c: list[float], from_c: float
) -> float:
    """Return the heat of those layers that are warmer than `from_c` [kWh]."""
    warm = sum(t - from_c for t in temperatures_c if t > from_c)
    return layout(parameters).node_j_per_k * warm / 3.6e6


def longest_step_s(tank: TankLayout, flow_kg_per_s: float) -> float:
    """Return the longest stable step for the sum of all flows [s]."""
    conduction = 3.0 * tank.conduction_w_per_k + tank.loss_w_per_k
    longest = tank.node_j_per_k / conduction if conduction > 0.0 else 3600.0
    if flow_kg_per_s > 0.0:
        longest = min(longest, MOST_SHARE * tank.node_kg / flow_kg_per_s)
    return longest


def lance_node(temperatures_c: list[float], inlet_c: float) -> int:
    """Return the layer into which a stratifying lance lets water of `inlet_c`."""
    node = 0
    last = len(temperatures_c) - 1
    while node < last and temperatures_c[node + 1] <= inlet_c:
        node += 1
    return node


@dataclass(kw_only=True, slots=True)
class TankFlows:
    """Water and heat that go into a tank during one step.

    Masses in kg, heat in J over the step; what comes in pushes the same mass out.
    Not frozen: a simulation fills the same one for every step.
    """

    solar_kg: float = 0.0
    """From the bottom through the heat exchanger to the lance or inlet."""
    solar_c: float = 0.0
    solar_node: int | None = None
    """Layer of a fixed inlet; None for a lance."""
    coil_j: float = 0.0
    """From a coil that reaches from the bottom up to `coil_node`, evenly."""
    coil_node: int = -1
    """-1 without a coil."""
    solar_mixes: bool = False
    """The water that comes from the sun mixes the whole tank."""
    cold_kg: float = 0.0
    """Cold water in at the bottom, hot water out at the top."""
    cold_c: float = 0.0
    heating_kg: float = 0.0
    """Heating water in at its return, out at the heating height."""
    return_c: float = 0.0
    boiler_j: float = 0.0
    """Into the bottom of the boiler's zone, less what is taken there."""
    heater_j: float = 0.0
    """From an immersion heater in `heater_node`."""
    heater_node: int = 0


def step(
    tank: TankLayout, temperatures_c: list[float], flows: TankFlows, dt_s: float
) -> tuple[list[float], float]:
    """Return the layers after `dt_s` seconds and the heat lost to the room [J]."""
    capacity = tank.node_j_per_k
    exchange, loss = shares(tank, dt_s)
    moved = flows.solar_kg > 0.0 or flows.cold_kg > 0.0 or flows.heating_kg > 0.0
    if moved:
        result = advect(tank, temperatures_c, flows, exchange, loss)
    else:
        result = cool(temperatures_c, exchange, loss, tank.room_c)
    if flows.boiler_j != 0.0:
        result[tank.boiler_node] += flows.boiler_j / capacity
        moved = True
    if flows.heater_j != 0.0:
        result[flows.heater_node] += flows.heater_j / capacity
        moved = True
    if flows.coil_j != 0.0:
        share_k = flows.coil_j / (capacity * (flows.coil_node + 1))
        for node in range(flows.coil_node + 1):
            result[node] += share_k
        moved = True
    if flows.solar_mixes and flows.solar_kg > 0.0:
        result = [sum(result) / tank.nodes] * tank.nodes
    elif moved and sorted(result) != result:
        mix_inversions(result)
    return result, loss_j(tank, temperatures_c, loss)


def shares(tank: TankLayout, dt_s: float) -> tuple[float, float]:
    """Return what a layer exchanges with a neighbour and loses, as shares of its heat."""
    capacity = tank.node_j_per_k
    return (
        tank.conduction_w_per_k * dt_s / capacity,
        tank.loss_w_per_k * dt_s / capacity,
    )


def loss_j(tank: TankLayout, temperatures_c: list[float], loss: float) -> float:
    """Return what all layers lose to the room, each this share of its heat [J]."""
    excess_k = sum(temperatures_c) - tank.nodes * tank.room_c
    return loss * excess_k * tank.node_j_per_k


def cool(
    temperatures_c: list[float], exchange: float, loss: float, room_c: float
) -> list[float]:
    """Return the layers after a step in which no water moves.

    `exchange` with each neighbour and `loss` to the room are shares of a layer's heat.
    """
    keep, room_k = 1.0 - loss - 2.0 * exchange, loss * room_c
    # The ends see themselves beyond: no heat is conducted out of the tank.
    below = here = temperatures_c[0]
    result = temperatures_c[:]
    place = 0
    for above in temperatures_c[1:]:
        result[place] = keep * here + room_k + exchange * (below + above)
        below, here = here, above
        place += 1
    result[place] = keep * here + room_k + exchange * (below + here)
    return result


def advect(
    tank: TankLayout,
    temperatures_c: list[float],
    flows: TankFlows,
    exchange: float = 0.0,
    loss: float = 0.0,
) -> list[float]:
    """Return the layers after the water has moved, explicit and upwind.

    With `exchange` and `loss` also what `cool` does in the same step.
    """
    mass = tank.node_kg
    # As shares of a layer that pass in the step.
    solar = flows.solar_kg / mass
    cold = flows.cold_kg / mass
    heating = flows.heating_kg / mass
    return_node, lance = tank.return_node, 0
    rise = cold
    if solar > 0.0:
        found = flows.solar_node
        lance = lance_node(temperatures_c, flows.solar_c) if found is None else found
    elif return_node == 0 and tank.heating_node == tank.nodes - 1:
        rise += heating
    if lance > 0 or (heating > 0.0 and rise == cold):
        upward = _upward(tank, cold, heating, solar, lance)
        result = _move(temperatures_c, upward, exchange, loss, tank.room_c)
    else:
        result = _rise(temperatures_c, rise, exchange, loss, tank.room_c)
    if cold > 0.0:
        result[0] += cold * (flows.cold_c - temperatures_c[0])
    if solar > 0.0:
        result[lance] += solar * (flows.solar_c - temperatures_c[lance])
    if heating > 0.0:
        result[return_node] += heating * (flows.return_c - temperatures_c[return_node])
    return result


def _upward(
    tank: TankLayout, cold: float, heating: float, solar: float, lance: int
) -> list[float]:
    """Return the net water through the boundary below each layer, as shares of it."""
    upward = [cold] * tank.nodes
    if heating > 0.0:
        for node in range(tank.return_node + 1, tank.heating_node + 1):
            upward[node] += heating
    if solar > 0.0:
        for node in range(1, lance + 1):
            upward[node] -= solar
    return upward


def _rise(
    temperatures_c: list[float],
    rise: float,
    exchange: float,
    loss: float,
    room_c: float,
) -> list[float]:
    """Let the same water rise from every layer to the next."""
    room_k = loss * room_c
    keep, from_below = 1.0 - loss - 2.0 * exchange - rise, exchange + rise
    below = here = temperatures_c[0]
    result = temperatures_c[:]
    place = 0
    for above in temperatures_c[1:]:
        result[place] = keep * here + room_k + from_below * below + exchange * above
        below, here = here, above
        place += 1
    result[place] = keep * here + room_k + from_below * below + exchange * here
    return result


def _move(
    temperatures_c: list[float],
    upward: list[float],
    exchange: float,
    loss: float,
    room_c: float,
) -> list[float]:
    """Let water rise or sink through each boundary, as `_upward` tells."""
    result = cool(temperatures_c, exchange, loss, room_c)
    below = temperatures_c[0]
    for place, here in enumerate(temperatures_c):
        if (rise := upward[place]) > 0.0:
            result[place] += rise * (below - here)
        elif rise < 0.0:
            result[place - 1] -= rise * (here - below)
        below = here
    return result


def mix_inversions(temperatures_c: list[float]) -> None:
    """Mix, in place, layers that are warmer than those above them.

    A layer that is warmer than the next is mixed with it, and what came of them with
    its neighbours, until no layer is warmer than the next (pool adjacent violators),
    which keeps the heat.
    """
    count = len(temperatures_c)
    below = temperatures_c[0]
    end = 0
    for here in temperatures_c:
        if here < below:
            break
        below = here
        end += 1
    while end < count:
        if temperatures_c[end] >= temperatures_c[end - 1]:
            end += 1
            continue
        begin = end - 1
        total = mean = temperatures_c[begin]
        while True:
            if end < count and temperatures_c[end] < mean:
                total += temperatures_c[end]
                end += 1
            elif begin > 0 and temperatures_c[begin - 1] > mean:
                begin -= 1
                total += temperatures_c[begin]
            else:
                break
            mean = total / (end - begin)
        temperatures_c[begin:end] = [mean] * (end - begin)


def standing_loss_limit_w(volume_l: float, energy_class: str) -> float:
    """Return the greatest standing loss of an energy class at 45 K [W].

    Commission Delegated Regulation (EU) 812/2013, annex II, table 3; the classes
    are "A+" to "C" here.
    """
    offset, factor = {
        "A+": (5.5, 3.16),
        "A": (8.5, 4.25),
        "B": (12.0, 5.93),
        "C": (16.66, 8.33),
    }[energy_class]
    return offset + factor * float(volume_l**0.4)
