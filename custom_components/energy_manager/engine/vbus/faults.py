"""Sensor faults that controllers tell as impossible numbers.

The specification does not know them. Counted in recordings: raw 8888 for a broken
line or a missing sensor, -8888 for a short circuit, 9999 and -9999 for an input that
is not used; only in signed fields of two bytes in the units below. Elsewhere the same
number is a real one: 8888 hours of running, for instance.
"""

from typing import Final, Literal

from .specification import Field

type Fault = Literal["not_connected", "short_circuit", "unused"]

FAULTS: Final[dict[int, Fault]] = {
    8888: "not_connected",
    -8888: "short_circuit",
    9999: "unused",
    -9999: "unused",
}
_UNITS: Final = frozenset(
    {
        "DegreesCelsius",
        "DegreesFahrenheit",
        "DegreesKelvin",
        "Bars",
        "WattsPerSquareMeter",
    }
)


def can_fail(field: Field) -> bool:
    """Return whether this field tells faults as impossible numbers."""
    return field.unit_code in _UNITS and field.is_int16


def fault(field: Field, raw: int | None) -> Fault | None:
    """Return the fault that this raw integer means in this field, None for a value."""
    if raw not in FAULTS or not can_fail(field):
        return None
    return FAULTS[raw]
