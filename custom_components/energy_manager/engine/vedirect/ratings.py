"""What the name of a product tells: currents, voltages and power it is made for."""

from dataclasses import dataclass
import re
from typing import Final

from .products import PRODUCTS, Family

_SOLAR: Final = re.compile(r"(?P<panel>\d+)/(?P<amps>\d+)")
_INVERTER: Final = re.compile(r"(?P<volts>\d+)V (?P<va>\d+)VA (?P<ac>\d+)V")
_CHARGER: Final = re.compile(r"(?P<volts>\d+)/(?P<amps>\d+)\b(?!V)")
_CONVERTER: Final = re.compile(r"\d+/(?P<volts>\d+)-(?P<amps>\d+)A")

_LOAD_OUTPUT_A: Final = 20
"""Solar chargers up to this current have terminals for loads."""
_LOW_VOLTAGE_PANEL: Final = 100
"""Solar chargers for panels up to this voltage charge 12 V and 24 V only [V]."""
_SILENT_AT_NIGHT: Final = frozenset({0xA040, 0xA041, 0xA044, 0xA045})
"""Solar chargers that live on the panels alone and say nothing in the dark."""
_TEXT_ONLY: Final = range(0x0200, 0x0203)
"""BMV-600: they answer no register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """What a product is made for; None is what its name does not tell."""

    maximum_current_a: float | None = None
    system_voltages: tuple[int, ...] = ()
    """Voltages of batteries that it charges or runs on [V]."""
    load_output: bool | None = None
    rated_power_va: int | None = None
    ac_voltage_v: int | None = None
    relay: bool | None = None
    silent_at_night: bool = False
    registers: bool = True
    """Whether it answers questions for registers."""


UNKNOWN: Final = Ratings()


def ratings_of(product_id: int | None) -> Ratings:
    """Return the ratings of a product; an unknown one has none."""
    known = None if product_id is None else PRODUCTS.get(product_id)
    if known is None or product_id is None:
        return UNKNOWN
    match known.family:
        case Family.MPPT | Family.MPPT_RS:
            return _solar(product_id, known.name)
        case Family.INVERTER:
            return _inverter(known.name)
        case Family.BMV:
            return Ratings(
                relay=known.name.startswith("BMV-7"),
                registers=product_id not in _TEXT_ONLY,
            )
        case Family.AC_CHARGER:
            return _charger(_CHARGER.search(known.name))
        case Family.DCDC:
            return _charger(_CONVERTER.search(known.name))
        case Family.MULTI_RS:
            return Ratings(system_voltages=(48,))


def _solar(product_id: int, name: str) -> Ratings:
    match = _SOLAR.search(name)
    assert match is not None
    panel, amps = int(match["panel"]), int(match["amps"])
    voltages: tuple[int, ...] = (
        (12, 24) if panel <= _LOW_VOLTAGE_PANEL else (12, 24, 36, 48)
    )
    if panel > 250:
        voltages = (48,)
    elif name.endswith("48V"):
        voltages = (12, 24, 36, 48)
    elif name.endswith("12V"):
        voltages = (12,)
    return Ratings(
        maximum_current_a=amps,
        system_voltages=voltages,
        load_output=amps <= _LOAD_OUTPUT_A,
        silent_at_night=product_id in _SILENT_AT_NIGHT,
    )


def _inverter(name: str) -> Ratings:
    match = _INVERTER.search(name)
    if match is None:
        return UNKNOWN
    return Ratings(
        system_voltages=(int(match["volts"]),),
        rated_power_va=int(match["va"]),
        ac_voltage_v=int(match["ac"]),
    )


def _charger(match: re.Match[str] | None) -> Ratings:
    if match is None:
        return UNKNOWN
    return Ratings(
        maximum_current_a=int(match["amps"]), system_voltages=(int(match["volts"]),)
    )
