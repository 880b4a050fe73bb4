"""Photovoltaic modules and their charge controller.

Power as in PVWatts (NREL/TP-6A20-62641) with the module temperature of D. Faiman
(Progress in Photovoltaics 16 (2008) 307). Valid for crystalline modules that are
ventilated behind; the voltage is a display value.
"""

import math

import numpy as np

from .parameters import PVParameters
from .sun import FloatArray

FAIMAN_U0 = 25.0
FAIMAN_U1 = 6.84
WIND_M_PER_S = 1.5
"""Where the wind is not known."""
START_W = 3.0
"""Below this the charge controller stays asleep."""


def module_c(
    irradiance: float, ambient_c: float, wind_m_per_s: float = WIND_M_PER_S
) -> float:
    """Return the temperature of the modules [degC], irradiance in W/m2."""
    return ambient_c + irradiance / (FAIMAN_U0 + FAIMAN_U1 * wind_m_per_s)


def power_series_w(
    parameters: PVParameters,
    irradiance: FloatArray,
    ambient_c: FloatArray,
    wind_m_per_s: float | FloatArray = WIND_M_PER_S,
) -> FloatArray:
    """Return the greatest direct-current power at an irradiance in the plane [W].

    P = P0 G / 1000 (1 + gamma (Tm - 25)) (1 - loss).
    """
    irradiance = np.maximum(irradiance, 0.0)
    module_c = ambient_c + irradiance / (FAIMAN_U0 + FAIMAN_U1 * wind_m_per_s)
    power = parameters.peak_power_w * (1.0 - parameters.system_loss) / 1000.0
    warm: FloatArray = 1.0 + parameters.gamma_per_k * (module_c - 25.0)
    return np.maximum(power * irradiance * warm, 0.0)


def power_w(parameters: PVParameters, irradiance: float, ambient_c: float) -> float:
    """Return the greatest direct-current power at one moment [W]."""
    power = power_series_w(parameters, np.asarray(irradiance), np.asarray(ambient_c))
    return float(power)


def charger_limit_w(
    parameters: PVParameters,
    available_w: float,
    battery_v: float,
    current_limit_a: float | None = None,
) -> float:
    """Return the most that the charge controller can give at its output [W].

    Limited by the sun and by its current, which may be set lower than its own.
    """
    if available_w < START_W:
        return 0.0
    current_a = parameters.charger_current_a
    if current_limit_a is not None:
        current_a = min(current_a, max(current_limit_a, 0.0))
    return min(available_w * parameters.charger_efficiency, current_a * battery_v)


def voltage_v(
    parameters: PVParameters,
    irradiance: float,
    ambient_c: float,
    used_share: float,
) -> float:
    """Return the voltage of the string [V].

    At the point of greatest power when all is used, toward the open circuit (a
    fifth higher) when less is; it collapses below a few W/m2.
    """
    if irradiance <= 0.0:
        return 0.0
    excess_k = module_c(irradiance, ambient_c) - 25.0
    light = irradiance / (irradiance + 3.0)
    curtailed = 1.0 - min(max(used_share, 0.0), 1.0)
    full = parameters.maximum_power_voltage_v * (1.0 - 0.003 * excess_k) * light
    return full * (1.0 + 0.2 * math.sqrt(math.sqrt(curtailed)))
