"""Rooms that take up heat and lose it: one or two heat capacities.

1R1C: C dTi/dt = H (Ta - Ti) + Qh + Qsun + Qin. 2R2C: air with furniture and the mass
of walls and floors, Ci dTi/dt = (Tm - Ti) K + Hv (Ta - Ti) + Qh + f Qsun + Qin,
Cm dTm/dt = (Ti - Tm) K + Hm (Ta - Tm) + (1 - f) Qsun. Solved exactly for what stays
constant during a step, so any step is stable. In a steady state both need
H (Ti - Ta) less the gains. Source: EN ISO 13790:2008 (capacities, gains); models of
P. Bacher and H. Madsen, Energy and Buildings 43 (2011) 1511. Valid for a house as one
zone; moisture and wind are not considered.
"""

from dataclasses import dataclass
from functools import lru_cache
import math
from typing import NamedTuple

from .parameters import BuildingParameters

type Row = tuple[float, float, float, float, float]
"""Weights of room, mass and outdoor temperature and of heat [W] to air and mass."""

J_PER_KWH = 3.6e6
COLD_K = 0.5
"""Rooms that are so much below the set point count as cold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What a step makes of temperatures and heat, worked out once for its length."""

    room_end: Row
    mass_end: Row
    room_mean: Row
    mass_mean: Row
    room_loss_w_per_k: float
    """From the air to the outside."""
    mass_loss_w_per_k: float
    """From the mass to the outside."""


class RoomStep(NamedTuple):
    """Result of a step."""

    room_c: float
    mass_c: float
    mean_c: float
    """Of the room over the step."""
    loss_w: float
    """To the outside, mean over the step."""


@lru_cache(maxsize=256)
def response(parameters: BuildingParameters, dt_s: float) -> Response:
    """Return the exact response of the rooms to a step of `dt_s` seconds."""
    if parameters.model == "1r1c":
        return _one_capacity(parameters, dt_s)
    return _two_capacities(parameters, dt_s)


def _one_capacity(parameters: BuildingParameters, dt_s: float) -> Response:
    loss = parameters.heat_loss_w_per_k
    decay = loss * dt_s / (parameters.capacity_kwh_per_k * J_PER_KWH)
    gone = -math.expm1(-decay)
    mean = 1.0 - gone / decay
    end_row = (1.0 - gone, 0.0, gone, gone / loss, gone / loss)
    mean_row = (1.0 - mean, 0.0, mean, mean / loss, mean / loss)
    return Response(
        room_end=end_row,
        mass_end=end_row,
        room_mean=mean_row,
        mass_mean=mean_row,
        room_loss_w_per_k=loss,
        mass_loss_w_per_k=0.0,
    )


def conductances_w_per_k(parameters: BuildingParameters) -> tuple[float, float, float]:
    """Return K between air and mass, Hv from the air and Hm from the mass outward."""
    coupling = parameters.coupling_w_per_k
    direct = parameters.heat_loss_w_per_k * parameters.ventilation_share
    through = parameters.heat_loss_w_per_k - direct
    # K and Hm one after the other are what goes through the walls.
    return coupling, direct, through * coupling / (coupling - through)


def _two_capacities(parameters: BuildingParameters, dt_s: float) -> Response:
    coupling, direct, outward = conductances_w_per_k(parameters)
    air = parameters.air_capacity_kwh_per_k * J_PER_KWH
    mass = parameters.capacity_kwh_per_k * J_PER_KWH - air
    # x' = A x + ..., A = [[-a, b], [c, -d]], with real negative eigenvalues.
    a, b = (coupling + direct) / air, coupling / air
    c, d = coupling / mass, (coupling + outward) / mass
    root = math.sqrt((a - d) ** 2 + 4.0 * b * c)
    slow, fast = (root - a - d) / 2.0, (-root - a - d) / 2.0

    def function_of_matrix(at_slow: float, at_fast: float) -> list[list[float]]:
        """Return f(A) by the values of f at the eigenvalues (Cayley and Hamilton)."""
        slope = (at_slow - at_fast) / root
        level = at_slow - slope * slow
        return [[level - slope * a, slope * b], [slope * c, level - slope * d]]

    end = function_of_matrix(math.exp(slow * dt_s), math.exp(fast * dt_s))
    mean = function_of_matrix(
        math.expm1(slow * dt_s) / (slow * dt_s), math.expm1(fast * dt_s) / (fast * dt_s)
    )
    # Where it settles: inverse of the conductances' matrix, times what acts.
    whole = (coupling + direct) * (coupling + outward) - coupling * coupling
    settled = (
        (1.0, (coupling + outward) / whole, coupling / whole),
        (1.0, coupling / whole, (coupling + direct) / whole),
    )

    def row(matrix: list[list[float]], place: int) -> Row:
        from_room, from_mass = matrix[place]
        to_room, to_mass = -from_room, -from_mass
        if place == 0:
            to_room += 1.0
        else:
            to_mass += 1.0
        ambient, heat, deep = (
            to_room * settled[0][one] + to_mass * settled[1][one] for one in range(3)
        )
        return from_room, from_mass, ambient, heat, deep

    return Response(
        room_end=row(end, 0),
        mass_end=row(end, 1),
        room_mean=row(mean, 0),
        mass_mean=row(mean, 1),
        room_loss_w_per_k=direct,
        mass_loss_w_per_k=outward,
    )


def set_point_c(parameters: BuildingParameters, local_hour: float | None) -> float:
    """Return what the thermostat holds at an hour of the local day.

    Hours of set-back that end before they begin go over midnight.
    """
    if local_hour is not None:
        for start, end in parameters.set_back_hours:
            inside = start <= local_hour < end
            if start > end:
                inside = local_hour >= start or local_hour < end
            if inside:
                return parameters.set_back_c
    return parameters.set_point_c


def gains_w(parameters: BuildingParameters, solar_w: float) -> tuple[float, float]:
    """Return the heat of sun and people to the air and to the mass [W]."""
    to_air_w = solar_w * parameters.solar_air_share
    return parameters.internal_gain_w + to_air_w, solar_w - to_air_w


def wanted_w(
    parameters: BuildingParameters,
    room_c: float,
    mass_c: float,
    *,
    ambient_c: float,
    solar_w: float,
    set_point_c: float,
    dt_s: float,
) -> float:
    """Return the heat that brings the room to a temperature by the step's end [W].

    Between nothing and the heating's greatest power: a thermostat that modulates.
    """
    row = response(parameters, dt_s).room_end
    air_w, mass_w = gains_w(parameters, solar_w)
    free_c = _of(row, room_c, mass_c, ambient_c, air_w, mass_w)
    return min(max((set_point_c - free_c) / row[3], 0.0), parameters.heating_power_w)


def step(
    parameters: BuildingParameters,
    room_c: float,
    mass_c: float,
    *,
    ambient_c: float,
    solar_w: float,
    heat_w: float,
    dt_s: float,
) -> RoomStep:
    """Return the rooms after `dt_s` seconds; `heat_w` comes from the heating."""
    found = response(parameters, dt_s)
    air_w, mass_w = gains_w(parameters, solar_w)
    air_w += heat_w
    mean_c = _of(found.room_mean, room_c, mass_c, ambient_c, air_w, mass_w)
    deep_c = _of(found.mass_mean, room_c, mass_c, ambient_c, air_w, mass_w)
    return RoomStep(
        _of(found.room_end, room_c, mass_c, ambient_c, air_w, mass_w),
        _of(found.mass_end, room_c, mass_c, ambient_c, air_w, mass_w),
        mean_c,
        found.room_loss_w_per_k * (mean_c - ambient_c)
        + found.mass_loss_w_per_k * (deep_c - ambient_c),
    )


def stored_j(parameters: BuildingParameters, room_c: float, mass_c: float) -> float:
    """Return the heat in air and mass above 0 degC [J]."""
    whole = parameters.capacity_kwh_per_k * J_PER_KWH
    if parameters.model == "1r1c":
        return whole * room_c
    air = parameters.air_capacity_kwh_per_k * J_PER_KWH
    return air * room_c + (whole - air) * mass_c


def _of(
    row: Row,
    room_c: float,
    mass_c: float,
    ambient_c: float,
    air_w: float,
    mass_w: float,
) -> float:
    return (
        row[0] * room_c
        + row[1] * mass_c
        + row[2] * ambient_c
        + row[3] * air_w
        + row[4] * mass_w
    )
