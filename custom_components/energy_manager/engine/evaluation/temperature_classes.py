"""How the bound's program divides a tank's temperatures and a stretch of time.

And what collectors give to water between two temperatures.
"""

import numpy as np

from ..plant.house_document import House
from ..plant.parameters import CollectorParameters
from ..plant.sun import FloatArray

EVENLY_SPREAD = 13
CLASS_APART_K = 3.0
"""So many classes over all temperatures, and none nearer to another one."""
DISTINCT_K = 0.5
"""Temperatures that are nearer share a class."""


def classes_of(house: House, others_c: tuple[float, ...] = ()) -> list[float]:
    """Return the temperatures of the classes [degC], coldest first.

    The hottest is what the solar controller lets the tank's top come to. `others_c` are
    classes besides those of hot water.
    """
    water, top_c = house.hot_water, house.tank.maximum_c
    top_c += house.controller.store_top_margin_k
    if house.immersion_heater is not None:
        top_c = max(top_c, house.immersion_heater.maximum_c)
    found = sorted({water.cold_c, water.use_c, top_c})
    for other in others_c:
        if min(abs(other - one) for one in found) > DISTINCT_K:
            found = sorted([*found, other])
    for extra in np.linspace(found[0], found[-1], EVENLY_SPREAD).tolist():
        if min(abs(extra - one) for one in found) > CLASS_APART_K:
            found = sorted([*found, extra])
    return found


def yield_to_water(
    parts: CollectorParameters, absorbed: FloatArray, above_air_k: FloatArray
) -> FloatArray:
    """Return what collectors give to water that is so much warmer than the air [W/m2].

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


def blocks_of(lit: np.ndarray, per_block: int, per_night: int) -> np.ndarray:
    """Return the first step of each block: equal ones, dark ones next to each other joined."""
    steps = len(lit)
    begins, step = [], 0
    while step < steps:
        begins.append(step)
        end = min(step + per_block, steps)
        if not lit[step:end].any():
            while end < steps and end - step + per_block <= per_night:
                if lit[end : end + per_block].any():
                    break
                end = min(end + per_block, steps)
        step = end
    return np.array(begins, dtype=np.int64)
