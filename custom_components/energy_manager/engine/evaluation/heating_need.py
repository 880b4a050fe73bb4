"""The heat that the rooms of a house ask for when they get all of it.

What controllers are judged by, and what outlooks tell. Where the rooms are modelled
nothing less can be asked for: rooms that once got less are colder, and ask for more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..plant import building, heating
from ..plant.boundary import DAY_S, Boundary
from ..plant.house_document import House
from ..plant.house_state import HouseState
from ..plant.sun import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatingNeed:
    """What the rooms ask for, step by step; zeros without heating."""

    wanted_w: FloatArray
    ambient_mean_c: FloatArray
    """The outdoor temperature as it counts: its mean over about a day."""
    room_c: FloatArray
    """At the beginning of each step."""
    mass_c: FloatArray


def heating_need(
    house: House,
    boundary: Boundary,
    *,
    ambient_mean_c: float | None = None,
    room_c: float | None = None,
    mass_c: float | None = None,
) -> HeatingNeed:
    """Return what the rooms of a house ask for under what acts on it.

    It begins with the temperatures given, else as simulations do: the first outdoor
    temperature, and rooms as `HouseState` has them.
    """
    rest = HouseState(tank_c=(), collector_c=0.0, ambient_mean_c=0.0)
    steps = boundary.steps
    mean_c = boundary.ambient_c[0] if ambient_mean_c is None else ambient_mean_c
    rooms = [rest.room_c if room_c is None else room_c] * steps
    masses = [rest.mass_c if mass_c is None else mass_c] * steps
    means_c = _day_means(boundary, mean_c)
    wanted = np.zeros(steps)
    if house.heating is None:
        pass
    elif house.building is not None:
        wanted = np.array(_follow_rooms(house, boundary, mean_c, rooms, masses))
    elif boundary.heating_w is not None:
        wanted = np.array(boundary.heating_w, dtype=np.float64)
    else:
        parts = house.heating
        wanted = np.array([heating.demand_w(parts, one) for one in means_c.tolist()])
    return HeatingNeed(
        wanted_w=wanted,
        ambient_mean_c=means_c,
        room_c=np.array(rooms),
        mass_c=np.array(masses),
    )


def _day_means(boundary: Boundary, mean_c: float) -> FloatArray:
    """Return the smoothed outdoor temperature, as a simulation has it in each step."""
    share = -np.expm1(-boundary.step_s / DAY_S)
    means = []
    for ambient_c in boundary.ambient_c:
        mean_c += (ambient_c - mean_c) * share
        means.append(mean_c)
    return np.array(means, dtype=np.float64)


def _follow_rooms(
    house: House,
    boundary: Boundary,
    mean_c: float,
    rooms: list[float],
    masses: list[float],
) -> list[float]:
    """Return what the thermostat asks for; fill in the rooms' temperatures."""
    parts, parameters, dt_s = house.building, house.heating, boundary.step_s
    assert parts is not None
    assert parameters is not None
    gains = boundary.solar_gain_w or [0.0] * boundary.steps
    hours: Sequence[float | None] = boundary.local_hour or [None] * boundary.steps
    share = float(-np.expm1(-dt_s / DAY_S))
    room_c, mass_c = rooms[0], masses[0]
    found = []
    for step, ambient_c in enumerate(boundary.ambient_c):
        rooms[step], masses[step] = room_c, mass_c
        wanted_w = 0.0
        if mean_c < parameters.base_temperature_c:
            wanted_w = building.wanted_w(
                parts,
                room_c,
                mass_c,
                ambient_c=ambient_c,
                solar_w=gains[step],
                set_point_c=building.set_point_c(parts, hours[step]),
                dt_s=dt_s,
            )
        found.append(wanted_w)
        mean_c += (ambient_c - mean_c) * share
        room_c, mass_c, _, _ = building.step(
            parts,
            room_c,
            mass_c,
            ambient_c=ambient_c,
            solar_w=gains[step],
            heat_w=wanted_w,
            dt_s=dt_s,
        )
    return found


def forecast_need(
    house: House, need: HeatingNeed, ahead: Boundary, step: int
) -> FloatArray:
    """Return what the rooms are expected to ask for under a forecast.

    `need` tells how warm they are at its `step`, with which the forecast begins.
    """
    before = max(step - 1, 0)
    return heating_need(
        house,
        replace(ahead, heating_w=None),
        ambient_mean_c=float(need.ambient_mean_c[before]),
        room_c=float(need.room_c[step]),
        mass_c=float(need.mass_c[step]),
    ).wanted_w
