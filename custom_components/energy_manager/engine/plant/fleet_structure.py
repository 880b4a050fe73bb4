"""Which houses go together in a fleet: those that differ in nothing but numbers."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .house_document import House
from .sun import FloatArray

type BoolArray = NDArray[np.bool_]

MOST_NODES = 40
"""Layers of a tank up to which mixing many at once is fast and takes little memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """What houses must have in common to be moved on together."""

    nodes: int
    inlet: str | None
    """How the collectors' heat comes in; None without collectors."""
    boiler: str | None
    """How the boiler is connected; None without one."""
    heats: bool
    given_heating: bool
    """The rooms' heat is given for the year; else it follows the weather."""
    curve: bool
    """The heating's water follows the weather."""
    chemistry: str | None
    """Of the battery that feeds an inverter; None where the grid feeds the loads."""
    modules: bool
    immersion_heater: bool


def structure_of(house: House) -> Structure | None:
    """Return what a house is made of; None where no fleet moves such houses.

    Houses whose rooms are modelled, and tanks of very many layers, are run one by one.
    """
    if house.building is not None or house.tank.nodes > MOST_NODES:
        return None
    heating = house.heating
    fed = house.battery is not None and house.inverter is not None
    return Structure(
        nodes=house.tank.nodes,
        inlet=None if house.collector is None else house.collector.inlet,
        boiler=None if house.boiler is None else house.boiler.connection,
        heats=heating is not None,
        given_heating=heating is not None and house.demand.heating_kwh is not None,
        curve=heating is not None and heating.curve_exponent is not None,
        chemistry=house.battery.chemistry if house.battery and fed else None,
        modules=house.pv is not None,
        immersion_heater=house.immersion_heater is not None,
    )


def part[T](of: Callable[[House], T | None], houses: Sequence[House]) -> list[T]:
    """Return the same part of all houses, which all have it."""
    found = []
    for house in houses:
        one = of(house)
        assert one is not None
        found.append(one)
    return found


def column[T](of: Callable[[T], float], parts: Sequence[T]) -> FloatArray:
    """Return one number of every house."""
    return np.array([of(one) for one in parts], dtype=np.float64)


def any_of(mask: BoolArray) -> bool:
    """Return whether any is true; for some hundreds twice as fast as numpy's way."""
    return b"\x01" in mask.tobytes()


def all_of(mask: BoolArray) -> bool:
    """Return whether all are true."""
    return b"\x00" not in mask.tobytes()


class OverHouses:
    """Arrays whose last axis is the houses of a fleet."""

    __slots__ = ()

    def first(self, width: int, houses: int) -> Self:
        """Return the same for the first houses; its arrays are views of these."""
        found = copy(self)
        names = self.__slots__ or tuple(vars(self))
        for name in names:
            value = getattr(self, name)
            if isinstance(value, OverHouses):
                setattr(found, name, value.first(width, houses))
            elif isinstance(value, np.ndarray) and value.shape[-1] == houses:
                setattr(found, name, value[..., :width])
        return found
