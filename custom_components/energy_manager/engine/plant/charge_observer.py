"""The battery's state of charge from what there is: a monitor, a current, or a voltage.

A monitor's own figure is believed. Without one, energy is counted in and out and put
right where something tells: full when the charger floats, or when the voltage has stood at absorption while hardly
any current flows for three minutes (the anchor of shunt monitors), and after an hour's
rest by its voltage, unless that is flat (lithium iron phosphate from 20 to 90 percent).
"""

from dataclasses import dataclass
from itertools import pairwise

from .battery import ABSORPTION_V, REST_V
from .parameters import BatteryParameters

FULL_AFTER_S = 180.0
TAIL_SHARE = 0.04
"""Share of the capacity per hour below which a charged battery takes no more."""
NEARLY_V = 0.1
"""So much below absorption still counts as there."""
REST_AFTER_S = 3600.0
REST_SHARE = 0.005
"""Share of the capacity per hour below which a battery rests."""
FLAT = {"lfp": (0.2, 0.9), "lead": (1.1, 1.1)}
"""States of charge between which the rest voltage says nothing."""
UNSURE_PER_DAY = 0.02
"""How fast counting alone drifts, as a share of the capacity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeReading:
    """What is known of a battery at one moment; None is unknown."""

    soc: float | None = None
    """State of charge as a monitor tells it, 0 to 1."""
    voltage_v: float | None = None
    power_w: float | None = None
    """Into the battery positive."""
    floats: bool | None = None
    """Whether the charger says that it only keeps a full battery full."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """What is believed of a battery."""

    soc: float
    """State of charge, 0 to 1."""
    unsure: float
    """How far it may be off, 0 to 1."""


class ChargeObserver:
    """Follows a battery; call `look` again and again."""

    def __init__(self, parameters: BatteryParameters) -> None:
        """Know nothing yet."""
        self._parameters = parameters
        self._charge: Charge | None = None
        self._full_s = 0.0
        self._rest_s = 0.0

    @property
    def charge(self) -> Charge | None:
        """What is believed; None as long as nothing tells."""
        return self._charge

    def look(self, reading: ChargeReading, dt_s: float) -> Charge | None:
        """Take a reading that holds for the `dt_s` seconds before it."""
        if reading.soc is not None:
            self._charge = Charge(soc=min(max(reading.soc, 0.0), 1.0), unsure=0.02)
            self._full_s = self._rest_s = 0.0
            return self._charge
        self._count(reading.power_w, dt_s)
        if reading.floats:
            self._charge = Charge(soc=1.0, unsure=0.03)
        elif reading.voltage_v is not None and reading.power_w is not None:
            self._anchor(reading.voltage_v, reading.power_w, dt_s)
        return self._charge

    def _count(self, power_w: float | None, dt_s: float) -> None:
        """Count energy in and out; what is unknown makes the figure less sure."""
        charge, battery = self._charge, self._parameters
        if charge is None:
            return
        capacity_j = battery.capacity_kwh * 3.6e6
        unsure = charge.unsure + UNSURE_PER_DAY * dt_s / 86400.0
        soc = charge.soc
        if power_w is None:
            # Without a current nobody knows; a day of that and all is possible.
            unsure += dt_s / 86400.0
        elif power_w > 0.0:
            soc += power_w * battery.charge_efficiency * dt_s / capacity_j
        else:
            soc += power_w / battery.discharge_efficiency * dt_s / capacity_j
        self._charge = Charge(soc=min(max(soc, 0.0), 1.0), unsure=min(unsure, 1.0))

    def _anchor(self, voltage_v: float, power_w: float, dt_s: float) -> None:
        """Put the figure right where the battery tells."""
        battery = self._parameters
        capacity_w = battery.capacity_kwh * 1000.0
        scale = battery.nominal_v / 12.8 if battery.nominal_v > 18.0 else 1.0
        volts = voltage_v / scale
        charged = volts >= ABSORPTION_V[battery.chemistry] - NEARLY_V
        hardly = 0.0 <= power_w < TAIL_SHARE * capacity_w
        self._full_s = self._full_s + dt_s if charged and hardly else 0.0
        if self._full_s >= FULL_AFTER_S:
            self._charge = Charge(soc=1.0, unsure=0.02)
        resting = abs(power_w) < REST_SHARE * capacity_w
        self._rest_s = self._rest_s + dt_s if resting else 0.0
        if self._rest_s < REST_AFTER_S or charged:
            return
        soc = soc_at_rest(battery, volts)
        low, high = FLAT[battery.chemistry]
        if not low < soc < high:
            self._charge = Charge(soc=soc, unsure=0.05)
        elif self._charge is None:
            # All that a flat voltage tells is that it is neither empty nor full.
            self._charge = Charge(soc=(low + high) / 2.0, unsure=(high - low) / 2.0)


def soc_at_rest(parameters: BatteryParameters, voltage_v: float) -> float:
    """Return the state of charge for a rest voltage of a 12 V battery, 0 to 1."""
    points = REST_V[parameters.chemistry]
    if voltage_v <= points[0][1]:
        return points[0][0]
    for (low, low_v), (high, high_v) in pairwise(points):
        if voltage_v <= high_v:
            return low + (high - low) * (voltage_v - low_v) / (high_v - low_v)
    return points[-1][0]
