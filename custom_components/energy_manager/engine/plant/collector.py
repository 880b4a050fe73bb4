"""Solar-thermal collectors and their loop.

Heat of the collector by EN ISO 9806:2017 with one temperature for its heat
capacity; the loop ends in a heat exchanger with equal capacity rates on both
sides. Valid for glazed flat-plate and tube collectors, wind not considered.
"""

import math
from typing import NamedTuple

import numpy as np

from .parameters import CollectorParameters
from .sun import FloatArray

FURTHEST_COSINE = 0.17
"""Cosine of an incidence angle of 80 degrees: no beam is taken beyond."""


def incidence_modifier(
    parameters: CollectorParameters, cosine: FloatArray, sideways: FloatArray
) -> FloatArray:
    """Return what the glass lets through of the beam.

    `cosine` is that of the incidence angle, `sideways` the sun's cosine to the plane's
    horizontal axis. Tubes have modifiers of their own across and along them, by the
    angles projected on these planes: K = Kt(theta_t) Kl(theta_l) (ISO 9806; McIntire and
    Reed, Solar Energy 31 (1983) 405). They may be above 1.
    """
    if not parameters.transversal_modifiers:
        return _even_modifier(parameters, cosine)
    near = np.maximum(cosine, 1e-6)
    along = np.sqrt(np.maximum(1.0 - cosine**2 - sideways**2, 0.0))
    across_deg = np.degrees(np.arctan(np.abs(sideways) / near))
    across = _interpolated(parameters.transversal_modifiers, across_deg)
    return across * _even_modifier(parameters, near / np.hypot(near, along))


def _even_modifier(parameters: CollectorParameters, cosine: FloatArray) -> FloatArray:
    """Return the modifier by one angle.

    From the table of the test report where there is one, else
    K = 1 - b0 (1 / cos(i) - 1).
    """
    if parameters.incidence_modifiers:
        angle_deg = np.degrees(np.arccos(np.clip(cosine, 0.0, 1.0)))
        return _interpolated(parameters.incidence_modifiers, angle_deg)
    # Beyond 80 degrees no beam is taken.
    near = np.maximum(cosine, FURTHEST_COSINE)
    modifier = np.clip(1.0 - parameters.b0 * (1.0 / near - 1.0), 0.0, 1.0)
    return np.where(cosine < FURTHEST_COSINE, 0.0, modifier)


def _interpolated(
    table: tuple[tuple[float, float], ...], angle_deg: FloatArray
) -> FloatArray:
    angles, modifiers = zip(*sorted(table), strict=True)
    return np.asarray(np.interp(angle_deg, angles, modifiers), dtype=np.float64)


def passed_w_per_m2(
    parameters: CollectorParameters,
    beam: FloatArray,
    diffuse: FloatArray,
    cosine: FloatArray,
    sideways: FloatArray,
) -> FloatArray:
    """Return K Gb + Kd Gd, the irradiance that passes the glass [W/m2].

    `beam` and `diffuse` are irradiances in the collector's plane [W/m2]; for the rest
    see `incidence_modifier`.
    """
    modifier = incidence_modifier(parameters, cosine, sideways)
    return modifier * beam + parameters.diffuse_modifier * diffuse


def absorbed_w_per_m2(
    parameters: CollectorParameters,
    beam: float,
    diffuse: float,
    cosine: float,
    sideways: float = 0.0,
) -> float:
    """Return eta0 (K Gb + Kd Gd), the heat that reaches the absorber [W/m2]."""
    passed = passed_w_per_m2(
        parameters,
        np.asarray(beam),
        np.asarray(diffuse),
        np.asarray(cosine),
        np.asarray(sideways),
    )
    return parameters.eta0 * float(passed)


def yield_w_per_m2(
    parameters: CollectorParameters,
    beam: float,
    diffuse: float,
    cosine: float,
    excess_k: float,
) -> float:
    """Return the steady useful heat at a mean fluid temperature [W/m2].

    q = eta0 (K Gb + Kd Gd) - a1 dT - a2 dT**2, with dT = `excess_k` above the
    air. Negative where the fluid loses heat.
    """
    loss = parameters.a1_w_per_m2_k + parameters.a2_w_per_m2_k2 * abs(excess_k)
    return absorbed_w_per_m2(parameters, beam, diffuse, cosine) - loss * excess_k


def stagnation_c(
    parameters: CollectorParameters, absorbed: float, ambient_c: float
) -> float:
    """Return the temperature at which losses eat all absorbed heat [degC].

    `absorbed` is what `absorbed_w_per_m2` gives.
    """
    a1, a2 = parameters.a1_w_per_m2_k, parameters.a2_w_per_m2_k2
    if a2 == 0.0:
        return ambient_c + absorbed / a1
    return ambient_c + (math.sqrt(a1 * a1 + 4.0 * a2 * absorbed) - a1) / (2.0 * a2)


def fluid_w_per_k(parameters: CollectorParameters, pump_percent: float) -> float:
    """Return the capacity rate of the loop at a pump speed [W/K]."""
    full_l_per_h = parameters.flow_l_per_h_m2 * parameters.area_m2
    return full_l_per_h * pump_percent / 100.0 * parameters.fluid_kj_per_l_k / 3.6


def pump_power_w(parameters: CollectorParameters, pump_percent: float) -> float:
    """Return the electric power of the solar pump [W]; 0 at standstill."""
    if pump_percent <= 0.0:
        return 0.0
    span = parameters.pump_full_w - parameters.pump_idle_w
    return parameters.pump_idle_w + span * (pump_percent / 100.0) ** 3


LEAST_LOSS_W_PER_K = 1e-3
"""Of collectors said to have none, so that a temperature to settle at exists."""


class CollectorStep(NamedTuple):
    """Result of one step; powers are means over the step."""

    mean_c: float
    """Temperature of the collector at the end."""
    heat_w: float
    """Carried over to the tank; negative where the tank heats the collector."""
    loss_w: float
    stored_w: float
    """Taken up by the collector's own heat capacity."""


def step(
    parameters: CollectorParameters,
    mean_c: float,
    absorbed: float,
    ambient_c: float,
    tank_c: float,
    loop_w_per_k: float,
    dt_s: float,
    room_c: float = 15.0,
) -> CollectorStep:
    """Let the collector warm or cool for `dt_s` seconds.

    C dT/dt = A (absorbed - U (T - Ta)) - Q - P, U = a1 + a2 |T - Ta| at the start,
    Q = e W / (1 - e / 2) (T - Ttank), P the pipes' loss to the room while the pump
    runs: solved exactly, so that any step is stable. `absorbed` is in W/m2,
    `loop_w_per_k` is the loop's capacity rate W. The pipes' loss counts as loss.
    """
    if loop_w_per_k <= 0.0:
        end_c, loss_w, stored_w = rest(parameters, mean_c, absorbed, ambient_c, dt_s)
        return CollectorStep(end_c, 0.0, loss_w, stored_w)
    area = parameters.area_m2
    loss, capacity = _loss_and_capacity(parameters, mean_c, ambient_c)
    effectiveness = parameters.heat_exchanger_effectiveness
    exchange = effectiveness * loop_w_per_k / (1.0 - effectiveness / 2.0)
    pipes = parameters.pipe_loss_w_per_k
    total = loss + exchange + pipes
    settled_c = (
        area * absorbed + loss * ambient_c + exchange * tank_c + pipes * room_c
    ) / total
    decay = total * dt_s / capacity
    gone = -math.expm1(-decay)
    end_c = settled_c + (mean_c - settled_c) * (1.0 - gone)
    average_c = settled_c + (mean_c - settled_c) * gone / decay
    return CollectorStep(
        end_c,
        exchange * (average_c - tank_c),
        loss * (average_c - ambient_c) + pipes * (average_c - room_c),
        capacity * (end_c - mean_c) / dt_s,
    )


def rest(
    parameters: CollectorParameters,
    mean_c: float,
    absorbed: float,
    ambient_c: float,
    dt_s: float,
) -> tuple[float, float, float]:
    """Let a collector stand still for `dt_s` seconds: nothing but sun and air.

    Returns its temperature at the end, and loss and what its heat capacity took up as
    means over the step [W].
    """
    loss, capacity = _loss_and_capacity(parameters, mean_c, ambient_c)
    decay = loss * dt_s / capacity
    absorbed_w = parameters.area_m2 * absorbed
    settled_c = absorbed_w / loss + ambient_c
    apart_k = mean_c - settled_c
    gone = -math.expm1(-decay)
    lost_w = loss * (settled_c + apart_k * gone / decay - ambient_c)
    return settled_c + apart_k * (1.0 - gone), lost_w, absorbed_w - lost_w


def _loss_and_capacity(
    parameters: CollectorParameters, mean_c: float, ambient_c: float
) -> tuple[float, float]:
    """Return what collectors lose to the air [W/K] and their heat capacity [J/K]."""
    area = parameters.area_m2
    excess = abs(mean_c - ambient_c)
    loss = area * (parameters.a1_w_per_m2_k + parameters.a2_w_per_m2_k2 * excess)
    loss = max(loss, LEAST_LOSS_W_PER_K)
    capacity = parameters.capacity_kj_per_m2_k * area * 1000.0
    return loss, max(1.0, capacity)


def outlet_c(
    parameters: CollectorParameters, mean_c: float, tank_c: float, loop_w_per_k: float
) -> float:
    """Return what a sensor at the collector's outlet shows [degC]."""
    if loop_w_per_k <= 0.0:
        return mean_c
    effectiveness = parameters.heat_exchanger_effectiveness
    return mean_c + effectiveness / (2.0 - effectiveness) * (mean_c - tank_c)
