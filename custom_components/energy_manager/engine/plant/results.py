"""What a simulation came to, in the figures that owners compare."""

from dataclasses import dataclass

from . import boiler
from .house_document import House
from .house_sums import HouseSums
from .year import Course, Stretch

J_PER_KWH = 3.6e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Energies and counts of a stretch of time."""

    collector_heat_kwh: float
    """From the collectors to the tank."""
    boiler_heat_kwh: float
    immersion_heat_kwh: float
    """From the immersion heater to the tank."""
    dhw_heat_kwh: float
    """In the hot water delivered."""
    heating_heat_kwh: float
    """Delivered to the rooms."""
    tank_loss_kwh: float
    solar_fraction: float | None
    """1 - boiler heat / (hot water + heating); None where nothing was delivered."""
    boiler_starts: int
    fuel_kwh: float
    co2_kg: float
    cost_eur: float
    """Of the fuel."""
    draw_share_below_43c: float | None
    """Share of the drawn litres that came below 43 degC; None without draws."""
    dhw_unmet_kwh: float
    """Missing to the temperature of use."""
    heating_unmet_kwh: float
    room_mean_c: float | None
    """Mean temperature of the rooms; None where they are not modelled."""
    cold_room_h: float | None
    """Time with rooms half a kelvin or more below what the thermostat should hold."""
    room_gain_kwh: float
    """From sun and people to the rooms."""
    room_loss_kwh: float
    """From the rooms to the outside."""
    stagnation_h: float
    pv_kwh: float
    """Taken from the modules."""
    curtailed_kwh: float
    """What the modules could have given besides."""
    load_kwh: float
    """Electricity wanted from the inverter."""
    grid_kwh: float
    """Part of it that the grid gave in the inverter's place."""
    unserved_kwh: float
    """Part of it that did not come."""
    balance_error: float
    """Heat in less heat out and stored, as a share of the heat in."""


def figures(house: House, stretch: Stretch) -> Figures:
    """Return the figures of a stretch."""
    sums = stretch.sums
    delivered = sums.hot_water + sums.heating
    fuel_kwh = sums.fuel / J_PER_KWH
    parameters = house.boiler
    rooms = house.building is not None
    span_s = stretch.end_s - stretch.start_s
    return Figures(
        collector_heat_kwh=sums.solar / J_PER_KWH,
        boiler_heat_kwh=sums.boiler / J_PER_KWH,
        immersion_heat_kwh=sums.immersion / J_PER_KWH,
        dhw_heat_kwh=sums.hot_water / J_PER_KWH,
        heating_heat_kwh=sums.heating / J_PER_KWH,
        tank_loss_kwh=sums.tank_loss / J_PER_KWH,
        solar_fraction=1.0 - sums.boiler / delivered if delivered > 0.0 else None,
        boiler_starts=sums.boiler_starts,
        fuel_kwh=fuel_kwh,
        co2_kg=boiler.co2_kg(parameters, fuel_kwh) if parameters else 0.0,
        cost_eur=boiler.cost_eur(parameters, fuel_kwh) if parameters else 0.0,
        draw_share_below_43c=sums.cool_l / sums.drawn_l if sums.drawn_l else None,
        dhw_unmet_kwh=sums.hot_water_unmet / J_PER_KWH,
        heating_unmet_kwh=sums.heating_unmet / J_PER_KWH,
        room_mean_c=sums.room_kelvin_s / span_s if rooms and span_s > 0.0 else None,
        cold_room_h=sums.cold_room_s / 3600.0 if rooms else None,
        room_gain_kwh=sums.room_gain / J_PER_KWH,
        room_loss_kwh=sums.room_loss / J_PER_KWH,
        stagnation_h=sums.stagnation_s / 3600.0,
        pv_kwh=sums.pv / J_PER_KWH,
        curtailed_kwh=max(sums.pv_available - sums.pv, 0.0) / J_PER_KWH,
        load_kwh=sums.load / J_PER_KWH,
        grid_kwh=sums.grid / J_PER_KWH,
        unserved_kwh=max(sums.load - sums.inverter_ac - sums.grid, 0.0) / J_PER_KWH,
        balance_error=_balance_error(sums, stretch.stored_j),
    )


def _balance_error(sums: HouseSums, stored_j: float) -> float:
    """Return what is missing in the heat's balance as a share of its turnover."""
    given = sums.solar + sums.boiler + sums.immersion
    gone = sums.hot_water + sums.heating + sums.tank_loss + stored_j
    turnover = max(abs(sums.solar) + sums.boiler + sums.immersion, abs(gone), J_PER_KWH)
    return (given - gone) / turnover


def yearly_and_monthly(house: House, course: Course) -> tuple[Figures, list[Figures]]:
    """Return the figures of a whole course and of each of its months."""
    return figures(house, course.whole), [figures(house, one) for one in course.months]
