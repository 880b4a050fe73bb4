"""A 12 V battery: state of charge by energy, voltage for showing.

dE/dt = eta_c P for charging, P / eta_d for discharging. Rest voltages are typical
of the chemistry; never infer the state of charge of lithium iron phosphate from
them between 20 and 90 percent. Temperature and ageing are not considered.
"""

from bisect import bisect_right
from enum import IntEnum

from .parameters import BatteryParameters

REST_V: dict[str, tuple[tuple[float, float], ...]] = {
    "lfp": (
        (0.0, 11.0),
        (0.05, 12.2),
        (0.10, 12.75),
        (0.20, 12.90),
        (0.30, 13.00),
        (0.50, 13.15),
        (0.70, 13.25),
        (0.90, 13.35),
        (1.0, 13.60),
    ),
    "lead": ((0.0, 11.6), (0.25, 11.95), (0.5, 12.2), (0.75, 12.45), (1.0, 12.75)),
}
"""Rest voltage of a 12 V battery over its state of charge."""
_REST_SOC = {name: [soc for soc, _ in points] for name, points in REST_V.items()}
TAPER_FROM = {"lfp": 0.95, "lead": 0.80}
"""State of charge from which less and less charge is accepted."""
ABSORPTION_V = {"lfp": 14.2, "lead": 14.4}
FLOAT_V = {"lfp": 13.5, "lead": 13.8}
FULL_SOC = 0.995
REBULK_SOC = 0.95
TAIL_SHARE = 0.03
"""Share of the capacity per hour that is still accepted when full."""


class ChargeStage(IntEnum):
    """What the charge controller does, by the numbers of VE.Direct's CS."""

    OFF = 0
    BULK = 3
    ABSORPTION = 4
    FLOAT = 5


_OFF, _BULK, _ABSORPTION, _FLOAT = ChargeStage


def rest_voltage_v(parameters: BatteryParameters, soc: float) -> float:
    """Return the voltage without current at a state of charge 0..1 [V]."""
    points = REST_V[parameters.chemistry]
    place = bisect_right(_REST_SOC[parameters.chemistry], soc)
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (low, low_v), (high, high_v) = points[place - 1], points[place]
    return low_v + (high_v - low_v) * (soc - low) / (high - low)


def voltage_v(
    parameters: BatteryParameters, soc: float, power_w: float, stage: ChargeStage
) -> float:
    """Return the voltage at the terminals [V]; charging power is positive."""
    rest = rest_voltage_v(parameters, soc)
    current_a = power_w / rest
    loaded = rest + current_a * parameters.resistance_mohm / 1000.0
    if power_w < 0.0 or stage is _OFF:
        return loaded
    if stage is _FLOAT:
        return FLOAT_V[parameters.chemistry]
    if stage is _ABSORPTION:
        return ABSORPTION_V[parameters.chemistry]
    taper = TAPER_FROM[parameters.chemistry]
    if soc > taper:
        # The voltage climbs to the absorption voltage on the last stretch.
        share = min((soc - taper) / (FULL_SOC - taper), 1.0)
        loaded += (ABSORPTION_V[parameters.chemistry] - loaded) * share
    return min(loaded, ABSORPTION_V[parameters.chemistry])


def acceptance_w(parameters: BatteryParameters, soc: float) -> float:
    """Return the greatest charging power that the battery takes [W]."""
    if soc >= 1.0:
        return 0.0
    taper = TAPER_FROM[parameters.chemistry]
    if soc <= taper:
        return parameters.maximum_charge_w
    tail_w = min(
        TAIL_SHARE * parameters.capacity_kwh * 1000.0, parameters.maximum_charge_w
    )
    share = (soc - taper) / (1.0 - taper)
    return parameters.maximum_charge_w + (tail_w - parameters.maximum_charge_w) * share


def is_tapering(parameters: BatteryParameters, soc: float) -> bool:
    """Return whether the battery accepts less than its greatest power."""
    return soc > TAPER_FROM[parameters.chemistry]


def next_soc(
    parameters: BatteryParameters, soc: float, power_w: float, dt_s: float
) -> float:
    """Return the state of charge after `dt_s`; charging power is positive.

    The caller keeps `power_w` within `room_w` and what is stored.
    """
    if power_w > 0.0:
        power_w *= parameters.charge_efficiency
    else:
        power_w /= parameters.discharge_efficiency
    return soc + power_w * dt_s / (parameters.capacity_kwh * 3.6e6)


def room_w(parameters: BatteryParameters, soc: float, dt_s: float) -> float:
    """Return the charging power that fills the battery within `dt_s` [W]."""
    missing_j = max(1.0 - soc, 0.0) * parameters.capacity_kwh * 3.6e6
    return missing_j / (parameters.charge_efficiency * dt_s)


def next_stage(
    stage: ChargeStage, soc: float, *, awake: bool, limited: bool
) -> ChargeStage:
    """Return the charge controller's next stage.

    `awake` tells that there is light, `limited` that the battery, and not the
    light, sets the power.
    """
    if not awake:
        return _OFF
    if stage is _FLOAT:
        return _BULK if soc < REBULK_SOC else stage
    if soc >= FULL_SOC:
        return _FLOAT
    return _ABSORPTION if limited else _BULK
