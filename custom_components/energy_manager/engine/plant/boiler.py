"""A boiler in the tank, or behind it.

Constant heat while it burns, fuel = heat / efficiency plus a fixed amount for
each start (EN 15316-4-1, case-specific boiler reduced to two figures). Valid for
on/off boilers; its own limit `safety_c` stops it whatever asks for heat.
"""

from .parameters import BoilerParameters

SAFETY_HYSTERESIS_K = 5.0
CONDENSING_C = 35.0
"""Temperature of the water coming back up to which all condenses that can."""
MOST_CONDENSING = 0.10
"""What condensing brings at most: latent heat of gas, less what never condenses."""


def may_burn(parameters: BoilerParameters, zone_c: float, *, burning: bool) -> bool:
    """Return whether the boiler's own limit lets it burn.

    `zone_c` is the temperature of the water that comes to the boiler, from the lower
    end of its zone: a hot layer far above does not keep it from warming cold water.
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


def efficiency(parameters: BoilerParameters, return_c: float) -> float:
    """Return heat over fuel at a temperature of the water that comes back.

    A condensing boiler loses `condensing_per_k` for each kelvin above 35 degC, down
    to no worse than a boiler that does not condense (10 percent).
    """
    if parameters.condensing_per_k <= 0.0:
        return parameters.efficiency
    loss = parameters.condensing_per_k * max(return_c - CONDENSING_C, 0.0)
    return parameters.efficiency - min(loss, MOST_CONDENSING)


def fuel_j(
    parameters: BoilerParameters, heat_j: float, starts: int, return_c: float = 35.0
) -> float:
    """Return the energy of the fuel for heat and starts [J]."""
    start_j = starts * parameters.start_loss_kwh * 3.6e6
    return heat_j / efficiency(parameters, return_c) + start_j


def co2_kg(parameters: BoilerParameters, fuel_kwh: float) -> float:
    """Return the carbon dioxide that a quantity of fuel gives [kg]."""
    return fuel_kwh * parameters.co2_kg_per_kwh


def cost_eur(parameters: BoilerParameters, fuel_kwh: float) -> float:
    """Return what a quantity of fuel costs [EUR]."""
    return fuel_kwh * parameters.fuel_price_eur_per_kwh
