"""The settings of each controller family.

Collected from the tables of RESOL's parameter tools and from what users of a family
reported. Names and numbers of the same sounding setting differ between families, and
so does the meaning of the numbers: nothing is carried over from one to another.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from .setting import CrossLimit, Setting

MEANING_UNCONFIRMED: Final = "meaning_unconfirmed"
"""What the numbers mean is not told for this family."""

USUAL_RELAYS: Final = 5
"""Relays whose modes are shown at first: large controllers have many that hang free."""

_CELSIUS: Final = (("TemperatureSelector", 0), ("TemperatureHysteresisSelector", 0))
_KELVIN: Final = (("TemperatureHysteresisSelector", 0),)

# 4 is known on MX 2.x and SLT only; elsewhere it is never written.
_ZERO_TO_FOUR: Final = {"off": 0, "minimum": 1, "automatic": 2, "maximum": 3, "on": 4}
_ZERO_TO_THREE: Final = {"off": 0, "minimum": 1, "automatic": 2, "on": 3}
_AUTOMATIC_SECOND: Final = {"off": 0, "automatic": 1, "minimum": 2, "maximum": 3}
_THREE: Final = {"off": 0, "automatic": 1, "on": 2}
_AUTOMATIC_FIRST: Final = {"automatic": 0, "on": 2}

CROSS_LIMITS: Final = (
    CrossLimit(higher="switch_on_difference", lower="switch_off_difference", gap=0.5),
    CrossLimit(higher="target_difference", lower="switch_on_difference", gap=0.5),
    CrossLimit(higher="store_maximum", lower="store_target", gap=0.0),
    CrossLimit(higher="relay_maximum_speed", lower="relay_minimum_speed", gap=0.0),
    CrossLimit(higher="collector_emergency", lower="collector_minimum", gap=0.0),
)
"""A controller keeps these on its own display; over the bus it may not."""


def _mode(
    key: str,
    number: int,
    name: str,
    options: Mapping[str, int],
    *,
    index: int | None = None,
    writable: tuple[str, ...] | None = None,
) -> Setting:
    return Setting(
        key=key,
        number=number,
        name=name,
        kind="select",
        index=index,
        options=options,
        writable=writable,
        reason=None if writable is None else MEANING_UNCONFIRMED,
        default="automatic",
        automatic="automatic",
        enabled_by_default=key == "relay_mode" and number <= USUAL_RELAYS,
    )


def _speed(
    key: str,
    number: int,
    name: str,
    *,
    index: int | None = None,
    minimum: float = 20,
    step: float = 1,
) -> Setting:
    return Setting(
        key=key,
        number=number,
        name=name,
        kind="number",
        index=index,
        minimum=minimum,
        maximum=100,
        step=step,
        unit="%",
    )


_DIFFERENCES: Final = {
    "switch_on_difference": (1.0, 20.0, 6.0),
    "switch_off_difference": (0.5, 19.5, 4.0),
    "target_difference": (1.5, 30.0, 10.0),
}
_TEMPERATURES: Final = {
    "store_maximum": (4.0, 95.0, 60.0),
    "store_target": (4.0, 95.0, 45.0),
    "collector_emergency": (80.0, 200.0, 130.0),
    "collector_minimum": (10.0, 90.0, None),
}
"""Minimum, maximum and factory value, told for MX and SLT."""


def _temperature(
    key: str, number: int, name: str, *, index: int | None = None
) -> Setting:
    """Return a temperature or temperature difference, stored in tenths."""
    is_difference = key in _DIFFERENCES
    minimum, maximum, default = (_DIFFERENCES if is_difference else _TEMPERATURES)[key]
    selectors = _KELVIN if is_difference else _CELSIUS
    return Setting(
        key=key,
        number=number,
        name=name,
        kind="number",
        index=index,
        minimum=minimum,
        maximum=maximum,
        step=0.5 if is_difference else 1.0,
        stored_per_shown=10,
        unit="K" if is_difference else "°C",
        default=default,
        enabled_by_default=key == "store_maximum" and number == 1,
        # Fixed indices belong to controllers that have no such choice.
        requires=selectors if index is None else (),
    )


def _relays(
    count: int,
    options: Mapping[str, int],
    *,
    maximum_speed: bool = False,
    writable: tuple[str, ...] | None = None,
) -> Iterable[Setting]:
    """Return relays of a controller that numbers its values by itself."""
    for relay in range(1, count + 1):
        name = f"Relais_Regler_R{relay}_"
        yield _mode(
            "relay_mode", relay, name + "Handbetrieb", options, writable=writable
        )
        yield _speed("relay_minimum_speed", relay, name + "MinDrehzahl")
        if maximum_speed:
            yield _speed("relay_maximum_speed", relay, name + "MaxDrehzahl")


def _outputs(count: int) -> Iterable[Setting]:
    for output in range(1, count + 1):
        name = f"Ausgang_Regler_A{output}_"
        yield _mode("output_mode", output, name + "Handbetrieb", _ZERO_TO_FOUR)
        yield _speed("output_minimum_speed", output, name + "MinDrehzahl")


def _solar(stores: int, collectors: int) -> Iterable[Setting]:
    for store in range(1, stores + 1):
        name = f"Solar_Sp{store}_"
        yield _temperature("switch_on_difference", store, name + "dTein")
        yield _temperature("switch_off_difference", store, name + "dTaus")
        yield _temperature("target_difference", store, name + "dTsoll")
        yield _temperature("store_target", store, name + "Tsoll")
        yield _temperature("store_maximum", store, name + "Tmax")
        yield _speed("store_minimum_speed", store, name + "MinDrehzahl")
        yield _priority(store, name + "Vorrang", stores)
    for collector in range(1, collectors + 1):
        name = f"Solar_Kol{collector}_"
        yield _temperature("collector_emergency", collector, name + "Tnot")
        yield _temperature("collector_minimum", collector, name + "Tmin")


def _priority(
    store: int, name: str, stores: int, *, index: int | None = None
) -> Setting:
    return Setting(
        key="store_priority",
        number=store,
        name=name,
        kind="number",
        index=index,
        minimum=1,
        maximum=stores,
    )


def _hand_modes(
    first_index: int, *, writable: tuple[str, ...] | None = None
) -> Iterable[Setting]:
    for relay in (1, 2):
        yield _mode(
            "relay_mode",
            relay,
            f"Handbetrieb{relay}",
            _THREE,
            index=first_index + relay - 1,
            writable=writable,
        )


def _relay_modes(count: int, options: Mapping[str, int]) -> Iterable[Setting]:
    for relay in range(1, count + 1):
        yield _mode(
            "relay_mode", relay, f"Relaismodus{relay}", options, index=0x1F0 + relay
        )


def _small(
    indices: Mapping[str, int], *, minimum_speed: float = 10
) -> Iterable[Setting]:
    """Return the settings of controllers with fixed indices for one store."""
    speeds = {
        "relay_minimum_speed": "MinDrehzahl1",
        "relay_maximum_speed": "MaxDrehzahl1",
    }
    temperatures = {
        "switch_on_difference": "dT1ein",
        "switch_off_difference": "dT1aus",
        "store_maximum": "TSp1Max",
        "collector_emergency": "TKol1Not",
    }
    for key, index in indices.items():
        if key in speeds:
            yield _speed(
                key, 1, speeds[key], index=index, minimum=minimum_speed, step=5
            )
        else:
            yield _temperature(key, 1, temperatures[key], index=index)


_CS_INDICES: Final = {
    "relay_minimum_speed": 48,
    "relay_maximum_speed": 50,
    "switch_on_difference": 384,
    "switch_off_difference": 400,
    "store_maximum": 443,
    "collector_emergency": 447,
}
_C_INDICES: Final = {
    "relay_minimum_speed": 48,
    "switch_on_difference": 384,
    "switch_off_difference": 400,
    "store_maximum": 432,
    "collector_emergency": 448,
}
_E_INDICES: Final = {
    "relay_minimum_speed": 560,
    "relay_maximum_speed": 8736,
    "switch_on_difference": 888,
    "switch_off_difference": 889,
    "store_maximum": 733,
    "collector_emergency": 596,
}
_BS_INDICES: Final = {
    key: index for key, index in _CS_INDICES.items() if key != "relay_maximum_speed"
}

_ONLY_AUTOMATIC: Final = ("automatic",)

MX_2: Final = (
    *_relays(14, _ZERO_TO_FOUR, maximum_speed=True),
    *_outputs(4),
    *_solar(4, 2),
)
MX_1: Final = (
    *_relays(14, _ZERO_TO_THREE, writable=_ONLY_AUTOMATIC),
    *_solar(4, 2),
)
# That 3 is the highest of four is told, and the manual names four modes, so that the
# order of MX 2.x is the only one with automatic third.
BX_PLUS: Final = (*_relays(5, _ZERO_TO_THREE), *_solar(2, 1))
HC: Final = tuple(_relays(5, _ZERO_TO_THREE, writable=_ONLY_AUTOMATIC))
SLT: Final = (*_relays(4, _ZERO_TO_FOUR, maximum_speed=True), *_solar(2, 1))
CS: Final = (*_hand_modes(552), *_small(_CS_INDICES))
BS_4: Final = (*_hand_modes(552, writable=()), *_small(_BS_INDICES))
C: Final = (*_hand_modes(38, writable=()), *_small(_C_INDICES))
E: Final = (
    *_relay_modes(7, _AUTOMATIC_SECOND),
    *_small(_E_INDICES, minimum_speed=20),
)
VITOSOLIC: Final = (
    _priority(1, "Vorrang1", 2, index=0x1000),
    _priority(2, "Vorrang2", 2, index=0x1001),
)
# 0 was read in normal running and 2 switched on; nothing else is told.
COSMO: Final = tuple(_relay_modes(7, _AUTOMATIC_FIRST))
