"""What the collectors give, depending on how warm the tank is where they heat it.

Steady yield by EN ISO 9806 on a loop with a heat exchanger of equal capacity
rates; without the collector's own heat capacity, which only shifts it in time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..plant.parameters import CollectorParameters
from ..units import WATTS_PER_KILOWATT

type Floats = NDArray[np.float64]

TOUCHING_C = (15.0, 40.0, 60.0, 80.0)
"""Tank temperatures at which the tangents touch the curve."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GainLine:
    """A straight line above the concave yield: offset + slope * temperature [kW]."""

    offset_kw: Floats
    slope_kw_per_k: Floats

    def at(self, tank_c: float) -> Floats:
        """Return the line at a tank temperature, one value per step."""
        return self.offset_kw + self.slope_kw_per_k * tank_c


def gain_kw(
    collector: CollectorParameters,
    irradiance_w_per_m2: Floats,
    ambient_c: Floats,
    tank_c: float,
) -> Floats:
    """Return the heat into a tank at `tank_c` [kW]; negative where it would cool.

    q = eta0 G - a1 x - a2 x |x| with x = tank_c + r q - Ta: the fluid's mean is
    r q above the tank, r = (1/2 + 1/e - 1) / capacity rate. Solved for q exactly.
    """
    rate = collector.flow_l_per_h_m2 * collector.fluid_kj_per_l_k / 3.6
    r = (1.0 / collector.heat_exchanger_effectiveness - 0.5) / rate
    a1, a2 = collector.a1_w_per_m2_k, collector.a2_w_per_m2_k2
    # With x = d + r q: (1/r) x - d/r = eta0 G - a1 x - a2 x|x|.
    excess = tank_c - ambient_c
    linear = a1 + 1.0 / r
    source = collector.eta0 * irradiance_w_per_m2 + excess / r
    curve = np.where(source >= 0.0, a2, -a2)
    root = np.sqrt(linear * linear + 4.0 * curve * source)
    fluid = 2.0 * source / (linear + root)
    heat = (fluid - excess) / r
    return heat * collector.area_m2 / WATTS_PER_KILOWATT


def gain_lines(
    collector: CollectorParameters, irradiance_w_per_m2: Floats, ambient_c: Floats
) -> tuple[GainLine, ...]:
    """Return tangents of the yield over the tank's temperature, for all steps.

    The yield is concave in the temperature above the air, so that the least of the
    tangents is the yield from above.
    """
    lines = []
    for touching in TOUCHING_C:
        here = gain_kw(collector, irradiance_w_per_m2, ambient_c, touching)
        near = gain_kw(collector, irradiance_w_per_m2, ambient_c, touching + 0.01)
        slope = (near - here) / 0.01
        lines.append(GainLine(offset_kw=here - slope * touching, slope_kw_per_k=slope))
    return tuple(lines)
