"""Heat for the building: what it needs and what the tank can give.

Steady heat loss against the smoothed outdoor temperature; the heating water
takes what it can from the solar part of the tank when the 3-way valve sends it
there, and the rest from the zone that the boiler heats.
"""

from dataclasses import replace
from typing import NamedTuple

from .parameters import HeatingParameters
from .tank import WATER_J_PER_KG_K

ROOM_C = 20.0
"""What a heating curve is made for."""
COOLEST_SUPPLY_C = 22.0
LEAST_LOAD = 0.1
"""A pump lets the water of the heating cool no less than at this share of the load."""


class HeatingDraw(NamedTuple):
    """How the tank meets the heating's demand."""

    kg_per_s: float = 0.0
    """Water through the solar part of the tank."""
    solar_part_w: float = 0.0
    zone_w: float = 0.0
    """Taken from the boiler's zone."""
    unmet_w: float = 0.0


def demand_w(parameters: HeatingParameters, ambient_mean_c: float) -> float:
    """Return H (Tbase - Tmean), the heat that keeps the building warm [W]."""
    excess_k = parameters.base_temperature_c - ambient_mean_c
    return parameters.heat_loss_w_per_k * max(excess_k, 0.0)


def on_curve(
    parameters: HeatingParameters, ambient_c: float, wanted_w: float
) -> HeatingParameters:
    """Return the heating with the water's temperatures of now.

    Supply 20 + (Tn - 20) ((20 - Ta) / (20 - Tdesign))^(1 / n), the curve of controllers
    that follow the weather (EN 442 exponent n); the water cools by as much of its span
    as there is load, for the pump's flow stays. Without a curve nothing changes.
    """
    if (exponent := parameters.curve_exponent) is None:
        return parameters
    design_k = ROOM_C - parameters.design_ambient_c
    cold = min(max((ROOM_C - ambient_c) / design_k, 0.0), 1.0)
    supply_c = ROOM_C + (parameters.supply_c - ROOM_C) * cold ** (1.0 / exponent)
    supply_c = max(supply_c, COOLEST_SUPPLY_C)
    design_w = parameters.design_power_w
    if design_w is None:
        design_w = max(parameters.heat_loss_w_per_k * design_k, 1.0)
    load = min(max(wanted_w / design_w, LEAST_LOAD), 1.0)
    span_k = (parameters.supply_c - parameters.return_c) * load
    return_c = min(max(supply_c - span_k, ROOM_C), supply_c - 0.1)
    return replace(parameters, supply_c=supply_c, return_c=return_c)


def draw(
    parameters: HeatingParameters,
    wanted_w: float,
    *,
    valve_on: bool,
    tank_c: float,
    zone_c: float,
) -> HeatingDraw:
    """Return the draw for a demand, by temperatures at heating height and zone.

    Water that is warmer than needed is mixed with returning water, so that less
    flows; colder water is warmed further by the zone.
    """
    if wanted_w <= 0.0:
        return HeatingDraw()
    supply_c, return_c = parameters.supply_c, parameters.return_c
    full_kg_per_s = wanted_w / (WATER_J_PER_KG_K * (supply_c - return_c))
    kg_per_s = solar_w = 0.0
    reached_c = return_c
    if valve_on and tank_c > return_c:
        reached_c = min(tank_c, supply_c)
        kg_per_s = full_kg_per_s * (reached_c - return_c) / (tank_c - return_c)
        solar_w = kg_per_s * WATER_J_PER_KG_K * (tank_c - return_c)
    zone_w = 0.0
    missing_w = wanted_w - solar_w if reached_c < supply_c else 0.0
    if missing_w > 0.0 and zone_c > reached_c:
        share = min((zone_c - reached_c) / (supply_c - reached_c), 1.0)
        zone_w = missing_w * share
    return HeatingDraw(kg_per_s, solar_w, zone_w, max(missing_w - zone_w, 0.0))
