"""Which values of a packet an owner wants to see, judged when it is first heard.

A controller tells dozens of values, most of them of inputs and outputs that nobody
uses. Those in use and the totals are shown; all others are there, but disabled.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from homeassistant.const import PERCENTAGE

from .vbus_points import Point
from .vbus_quantities import QUANTITIES


class Use(StrEnum):
    """What a value is good for."""

    PROBE = "probe"
    OUTPUT = "output"
    FLOW = "flow"
    POWER = "power"
    ENERGY = "energy"
    VOLUME = "volume"
    OTHER_PROBE = "other_probe"


_USES: Final = {
    "°C": Use.PROBE,
    "°F": Use.PROBE,
    "%": Use.OUTPUT,
    "l/h": Use.FLOW,
    "l/min": Use.FLOW,
    "m³/h": Use.FLOW,
    "W": Use.POWER,
    "kW": Use.POWER,
    "Wh": Use.ENERGY,
    "kWh": Use.ENERGY,
    "MWh": Use.ENERGY,
    "BTU": Use.ENERGY,
    "l": Use.VOLUME,
    "m³": Use.VOLUME,
    "bar": Use.OTHER_PROBE,
    "W/m²": Use.OTHER_PROBE,
    "%RH": Use.OTHER_PROBE,
}
_USE_OF_UNIT: Final = {
    QUANTITIES[unit].unit: use for unit, use in _USES.items() if unit != "%RH"
}

SHOWN_AT_REST: Final = {Use.OUTPUT: 4, Use.FLOW: 1, Use.POWER: 1, Use.ENERGY: 2}
"""How many values of a use are shown although they are zero: a plant at night looks
like an input that nobody uses. The first ones are those that are wired first."""


def shown_at_first(points: Sequence[Point], payload: bytes) -> frozenset[str]:
    """Return the keys of the points that are enabled from the beginning."""
    shown: set[str] = set()
    met: Counter[Use] = Counter()
    for point in points:
        use = _use(point)
        if use is None:
            continue
        value = point.read(payload).value
        if value is None:
            continue
        met[use] += 1
        if use is Use.PROBE or value != 0 or met[use] <= SHOWN_AT_REST.get(use, 0):
            shown.add(point.key)
    return frozenset(shown)


def _use(point: Point) -> Use | None:
    """Return what a point is good for, None if only for the curious."""
    quantity = point.quantity
    if not quantity.useful or quantity.state_class is None or point.of_a_period:
        return None
    if quantity.unit == PERCENTAGE and quantity.device_class is not None:
        return Use.OTHER_PROBE
    return _USE_OF_UNIT.get(quantity.unit)
