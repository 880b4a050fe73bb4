"""An inverter from the battery to the pumps and electronics of the house.

Pdc = P0 + k1 Pac + k2 Pac**2 / Pn: idle power, proportional and square losses,
with k1 = 1.04 and k2 such that the greatest efficiency is the given one. Valid
for small inverters of 12 V; reactive power is not considered.
"""

from enum import IntEnum

from .parameters import InverterParameters

PROPORTIONAL = 1.04
OUTPUT_V = 230.0
OVERLOAD = 1.1
"""Share of the rated power above which it shuts down."""


class InverterMode(IntEnum):
    """Operating modes, by the numbers of VE.Direct's register 0x0200."""

    ON = 2
    OFF = 4
    ECO = 5


_OFF, _ECO = int(InverterMode.OFF), int(InverterMode.ECO)


def losses(parameters: InverterParameters) -> tuple[float, float]:
    """Return k1 and k2 / Pn [1/W] of a running inverter."""
    proportional = min(PROPORTIONAL, 1.0 / parameters.efficiency)
    if parameters.idle_w <= 0.0:
        return proportional, 0.0
    # At the best load z: 1 / eta = k1 + 2 sqrt(p0 k2), with p0 = P0 / Pn.
    square = ((1.0 / parameters.efficiency - proportional) / 2.0) ** 2
    return proportional, square / parameters.idle_w


def direct_current_w(parameters: InverterParameters, load_w: float) -> float:
    """Return the power taken from the battery at a load, running [W]."""
    proportional, square = losses(parameters)
    return parameters.idle_w + load_w * (proportional + square * load_w)


def is_awake(parameters: InverterParameters, mode: int, load_w: float) -> bool:
    """Return whether there is alternating current for this load."""
    if mode == _OFF or load_w > OVERLOAD * parameters.rated_power_va:
        return False
    return mode != _ECO or load_w >= parameters.eco_wake_w


def asleep_w(parameters: InverterParameters, mode: int) -> float:
    """Return what it takes from the battery while it gives nothing [W]."""
    return parameters.eco_idle_w if mode == _ECO else 0.0
