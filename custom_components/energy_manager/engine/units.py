"""Units of the engine and the constants that convert between them.

Power is in W, energy in kWh, temperature in degrees Celsius, irradiance in W/m2,
time steps in seconds, money in EUR. Names end with the unit. Battery states of
charge and other shares are 0 to 1.
"""

from typing import Final

SECONDS_PER_HOUR: Final = 3600.0

WATTS_PER_KILOWATT: Final = 1000.0

WATER_KWH_PER_L_K: Final = 4.18 / 3600.0
"""Heat that warms one litre of water by one kelvin (4.18 kJ/kg K, 1 kg/l)."""


def energy_kwh(power_w: float, duration_s: float) -> float:
    """Return the energy of a power held for a time."""
    return power_w * duration_s / (WATTS_PER_KILOWATT * SECONDS_PER_HOUR)


def power_w(energy_kwh: float, duration_s: float) -> float:
    """Return the mean power of an energy spread over a time."""
    return energy_kwh * WATTS_PER_KILOWATT * SECONDS_PER_HOUR / duration_s
