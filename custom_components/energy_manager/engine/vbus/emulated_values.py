"""The values that emulated controllers know, each at the index of its own firmware."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True, kw_only=True)
class Parameter:
    """One value that can be read and written, in the controller's own number."""

    name: str
    value: int
    minimum: int
    maximum: int


type Parameters = dict[int, Parameter]

_SOLAR: Final = {
    "Sp1_dTein": (60, 10, 200),
    "Sp1_dTaus": (40, 5, 195),
    "Sp1_dTsoll": (100, 15, 300),
    "Sp1_Tsoll": (450, 40, 950),
    "Sp1_Tmax": (600, 40, 950),
    "Sp1_Vorrang": (1, 1, 4),
    "Sp1_MinDrehzahl": (30, 20, 100),
    "Kol1_Tmin": (100, 100, 900),
    "Kol1_Tnot": (1300, 800, 2000),
    "SystemId": (2, 0, 7),
}
"""Value from the factory, minimum and maximum; temperatures in tenths."""


def _parameters(rows: Iterator[tuple[int, str, int, int, int]]) -> Parameters:
    return {
        index: Parameter(name=name, value=value, minimum=minimum, maximum=maximum)
        for index, name, value, minimum, maximum in rows
    }


def _solar(indices: Mapping[str, int]) -> Iterator[tuple[int, str, int, int, int]]:
    for name, index in indices.items():
        yield index, f"Solar_{name}", *_SOLAR[name]


def _selectors(index: int) -> Iterator[tuple[int, str, int, int, int]]:
    yield index, "TemperatureHysteresisSelector", 0, 0, 1


def _relays(
    count: int, first: int, step: int, *, highest_mode: int, places: Mapping[str, int]
) -> Iterator[tuple[int, str, int, int, int]]:
    rows = {
        "Handbetrieb": (2, 0, highest_mode),
        "MinDrehzahl": (30, 20, 100),
        "MaxDrehzahl": (100, 20, 100),
    }
    for relay in range(1, count + 1):
        for name, place in places.items():
            index = first + step * (relay - 1) + place
            yield index, f"Relais_Regler_R{relay}_{name}", *rows[name]


_OLD_PLACES: Final = {"MinDrehzahl": 0, "Handbetrieb": 1}
_OLD_SOLAR: Final = {
    "SystemId": 2064,
    "Kol1_Tmin": 2624,
    "Kol1_Tnot": 2640,
    "Sp1_dTein": 4160,
    "Sp1_dTaus": 4168,
    "Sp1_dTsoll": 4176,
    "Sp1_Tsoll": 4184,
    "Sp1_Tmax": 4192,
    "Sp1_Vorrang": 4224,
    "Sp1_MinDrehzahl": 4236,
}


def _old(relays: int) -> Parameters:
    def rows() -> Iterator[tuple[int, str, int, int, int]]:
        yield from _relays(relays, 1284, 12, highest_mode=3, places=_OLD_PLACES)
        yield from _selectors(6)
        yield from _solar(_OLD_SOLAR)

    return _parameters(rows())


def bx_plus_parameters() -> Parameters:
    """Return the values of a DeltaSol BX Plus by index (temperatures times 10)."""
    known = _old(5)
    # The house of the demo may charge its tank further.
    known[_OLD_SOLAR["Sp1_Tmax"]].value = 900
    return known


def mx_1_parameters() -> Parameters:
    """Return the values of a DeltaSol MX with firmware 1.12."""
    return _old(14)


def mx_2_parameters() -> Parameters:
    """Return the values of a DeltaSol MX with firmware 2.x."""

    def rows() -> Iterator[tuple[int, str, int, int, int]]:
        places = {"MinDrehzahl": 0, "MaxDrehzahl": 1, "Handbetrieb": 3}
        yield from _relays(14, 1974, 14, highest_mode=4, places=places)
        for output in range(1, 5):
            first = 2607 + 14 * (output - 1)
            yield first, f"Ausgang_Regler_A{output}_MinDrehzahl", 30, 20, 100
            yield first + 5, f"Ausgang_Regler_A{output}_Handbetrieb", 2, 0, 4
        yield from _selectors(60)
        yield from _solar(
            {
                "SystemId": 3416,
                "Kol1_Tmin": 3539,
                "Kol1_Tnot": 3542,
                "Sp1_dTein": 3579,
                "Sp1_dTaus": 3582,
                "Sp1_dTsoll": 3585,
                "Sp1_Tsoll": 3588,
                "Sp1_Tmax": 3591,
                "Sp1_Vorrang": 3600,
                "Sp1_MinDrehzahl": 3602,
            }
        )

    return _parameters(rows())


def slt_parameters() -> Parameters:
    """Return the values of a DeltaSol SLT with firmware 1.02."""

    def rows() -> Iterator[tuple[int, str, int, int, int]]:
        places = {"MinDrehzahl": 0, "MaxDrehzahl": 1, "Handbetrieb": 3}
        yield from _relays(4, 367, 13, highest_mode=4, places=places)
        yield from _selectors(54)
        yield from _solar(
            {
                "SystemId": 709,
                "Kol1_Tmin": 813,
                "Kol1_Tnot": 816,
                "Sp1_dTein": 859,
                "Sp1_dTaus": 862,
                "Sp1_dTsoll": 865,
                "Sp1_Tsoll": 868,
                "Sp1_Tmax": 871,
                "Sp1_Vorrang": 880,
                "Sp1_MinDrehzahl": 882,
            }
        )

    return _parameters(rows())


def cs_plus_parameters() -> Parameters:
    """Return the values of a DeltaSol CS Plus; they have always been there."""

    def rows() -> Iterator[tuple[int, str, int, int, int]]:
        yield 48, "MinDrehzahl1", 30, 10, 100
        yield 50, "MaxDrehzahl1", 100, 10, 100
        yield 384, "dT1ein", 60, 10, 200
        yield 400, "dT1aus", 40, 5, 195
        yield 443, "TSp1Max", 600, 40, 950
        yield 447, "TKol1Not", 1300, 800, 2000
        yield 552, "Handbetrieb1", 1, 0, 2
        yield 553, "Handbetrieb2", 1, 0, 2
        yield 12549, "Pum1", 0, 0, 3

    return _parameters(rows())


def e_parameters() -> Parameters:
    """Return the values of a DeltaSol E, version 2."""

    def rows() -> Iterator[tuple[int, str, int, int, int]]:
        for relay in range(1, 8):
            yield 0x1F0 + relay, f"Relaismodus{relay}", 1, 0, 3
        yield 560, "MinDrehzahl1", 30, 20, 100
        yield 596, "TKol1Not", 1300, 800, 2000
        yield 733, "TSp1Max", 600, 40, 950
        yield 888, "dT1ein", 60, 10, 200
        yield 889, "dT1aus", 40, 5, 195
        yield 8736, "MaxDrehzahl1", 100, 20, 100

    return _parameters(rows())


def vitosolic_parameters() -> Parameters:
    """Return the values of a Vitosolic 200."""

    def rows() -> Iterator[tuple[int, str, int, int, int]]:
        for relay in range(1, 10):
            yield 0x1F0 + relay, f"Relaismodus{relay}", 0, 0, 2
        yield 0x1000, "Vorrang1", 1, 1, 4
        yield 0x1001, "Vorrang2", 2, 1, 4

    return _parameters(rows())
