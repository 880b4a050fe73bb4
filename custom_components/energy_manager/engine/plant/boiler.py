"""A boiler that heats the upper part of the tank.

Constant heat while it burns, fuel = heat / efficiency plus a fixed amount for
each start (EN 15316-4-1, case-specific boiler reduced to two figures). Valid for
on/off boilers; its own limit `safety_c` stops it whatever asks for heat.
"""

from .parameters import BoilerParameters

SAFETY_HYSTERESIS_K = 5.0


def may_burn(parameters: BoilerParameters, zone_c: float, *, burning: bool) -> bool:
    """Return whether the boiler's own limit lets it burn.

    `zone_c` is the warmest temperature that the boiler sees.
    """
    if burning:
        return zone_c < parameters.safety_c
    return zone_c < parameters.safety_c - SAFETY_HYSTERESIS_K


def next_state(
    parameters: BoilerParameters,
    *,
    wanted: bool,
    burning: bool,
    since_change_s: float,
) -> bool:
    """Return whether it burns next, its shortest times on and off kept."""
    if wanted == burning:
        return burning
    shortest_min = parameters.minimum_on_min if burning else parameters.minimum_off_min
    return burning if since_change_s < 60.0 * shortest_min else wanted


def fuel_j(parameters: BoilerParameters, heat_j: float, starts: int) -> float:
    """Return the energy of the fuel for heat and starts [J]."""
    return heat_j / parameters.efficiency + starts * parameters.start_loss_kwh * 3.6e6


def co2_kg(parameters: BoilerParameters, fuel_kwh: float) -> float:
    """Return the carbon dioxide that a quantity of fuel gives [kg]."""
    return fuel_kwh * parameters.co2_kg_per_kwh


def cost_eur(parameters: BoilerParameters, fuel_kwh: float) -> float:
    """Return what a quantity of fuel costs [EUR]."""
    return fuel_kwh * parameters.fuel_price_eur_per_kwh
