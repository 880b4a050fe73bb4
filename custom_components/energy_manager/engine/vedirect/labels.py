"""What the labels of text blocks mean, and their values in common units.

Keys are those of Home Assistant's `victron_ble` where that has one. Source: VE.Direct
protocol 3.33.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
import re
from types import MappingProxyType
from typing import Final

from .enumerations import (
    ALARMS,
    DEVICE_MODES,
    ERRORS,
    METER_TYPES,
    NO_ALARM,
    NO_REASON,
    OFF_REASONS,
    STATES,
    TRACKER_MODES,
    Codes,
    active_bits,
)
from .products import Family, family_of

UNKNOWN: Final = "---"
NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}")
HEXADECIMAL: Final = re.compile(r"0[xX][0-9A-Fa-f]{1,16}")
SWITCH: Final = MappingProxyType({"ON": True, "OFF": False})
NOT_LIMITED: Final = -1
"""Time to go of a battery that does not run empty."""


NO_CODES: Final[Codes] = MappingProxyType({})


class Kind(StrEnum):
    """What sort of value a label has."""

    MEASUREMENT = "measurement"
    COUNTER = "counter"
    """Rises until it is reset, at midnight or by the owner."""
    DRAWN = "drawn"
    """Falls for ever, as the charge drawn from a battery does."""
    EXTREME = "extreme"
    """Least, greatest or latest of a history."""
    CODE = "code"
    BITS = "bits"
    SWITCH = "switch"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a label means."""

    key: str
    kind: Kind
    unit: str | None = None
    digits: int = 0
    """Decimal digits behind the point: value = raw / 10**digits [unit]."""
    codes: Codes = NO_CODES
    nothing: str | None = None
    """Key of a bit field without any bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The value of one label."""

    label: str
    key: str
    kind: Kind
    unit: str | None
    value: float | str | None
    """Number in its unit, key of a code, text, or True and False of a switch.

    None where the device knows none or sends something that is not understood.
    """
    number: int | None = None
    """Raw number of a code or bit field, also of an unknown one."""
    active: tuple[str, ...] = ()
    """Keys of all bits that are set; `value` is the first of them."""


def _measured(key: str, unit: str, digits: int = 0) -> Label:
    return Label(key=key, kind=Kind.MEASUREMENT, unit=unit, digits=digits)


def _counted(key: str, unit: str | None = None, digits: int = 0) -> Label:
    return Label(key=key, kind=Kind.COUNTER, unit=unit, digits=digits)


def _extreme(key: str, unit: str, digits: int = 0) -> Label:
    return Label(key=key, kind=Kind.EXTREME, unit=unit, digits=digits)


def _code(key: str, codes: Codes) -> Label:
    return Label(key=key, kind=Kind.CODE, codes=codes)


def _bits(key: str, codes: Codes, nothing: str) -> Label:
    return Label(key=key, kind=Kind.BITS, codes=codes, nothing=nothing)


LABELS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "V": _measured("battery_voltage", "V", 3),
        "V2": _measured("output_voltage_2", "V", 3),
        "V3": _measured("output_voltage_3", "V", 3),
        "VS": _measured("starter_voltage", "V", 3),
        "VM": _measured("midpoint_voltage", "V", 3),
        "DM": _measured("midpoint_deviation", "%", 1),
        "VPV": _measured("panel_voltage", "V", 3),
        "PPV": _measured("solar_power", "W"),
        "I": _measured("battery_current", "A", 3),
        "I2": _measured("output_current_2", "A", 3),
        "I3": _measured("output_current_3", "A", 3),
        "IL": _measured("external_device_load", "A", 3),
        "LOAD": Label(key="load_state", kind=Kind.SWITCH),
        "T": _measured("temperature", "°C"),
        "P": _measured("power", "W"),
        "CE": _measured("consumed_ampere_hours", "Ah", 3),
        "SOC": _measured("state_of_charge", "%", 1),
        "TTG": _measured("remaining_minutes", "min"),
        "Alarm": Label(key="alarm_condition", kind=Kind.SWITCH),
        "Relay": Label(key="relay_state", kind=Kind.SWITCH),
        "AR": _bits("alarm", ALARMS, NO_ALARM),
        "WARN": _bits("warning", ALARMS, NO_ALARM),
        "OR": _bits("off_reason", OFF_REASONS, NO_REASON),
        "H1": _extreme("deepest_discharge", "Ah", 3),
        "H2": _extreme("last_discharge", "Ah", 3),
        "H3": _extreme("average_discharge", "Ah", 3),
        "H4": _counted("charge_cycles"),
        "H5": _counted("full_discharges"),
        "H6": Label(key="charge_drawn", kind=Kind.DRAWN, unit="Ah", digits=3),
        "H7": _extreme("min_voltage", "V", 3),
        "H8": _extreme("max_voltage", "V", 3),
        "H9": _extreme("time_since_full", "s"),
        "H10": _counted("synchronisations"),
        "H11": _counted("low_voltage_alarms"),
        "H12": _counted("high_voltage_alarms"),
        "H13": _counted("low_starter_voltage_alarms"),
        "H14": _counted("high_starter_voltage_alarms"),
        "H15": _extreme("min_starter_voltage", "V", 3),
        "H16": _extreme("max_starter_voltage", "V", 3),
        "H17": _counted("discharged_energy", "kWh", 2),
        "H18": _counted("charged_energy", "kWh", 2),
        "H19": _counted("yield_total", "kWh", 2),
        "H20": _counted("yield_today", "kWh", 2),
        "H21": _extreme("max_power_today", "W"),
        "H22": _extreme("yield_yesterday", "kWh", 2),
        "H23": _extreme("max_power_yesterday", "W"),
        "HSDS": Label(key="day_number", kind=Kind.EXTREME),
        "ERR": _code("charger_error", ERRORS),
        "CS": _code("device_state", STATES),
        "MPPT": _code("tracker_mode", TRACKER_MODES),
        "MODE": _code("device_mode", DEVICE_MODES),
        "AC_OUT_V": _measured("ac_voltage", "V", 2),
        "AC_OUT_I": _measured("ac_current", "A", 1),
        "AC_OUT_S": _measured("ac_apparent_power", "VA"),
        "DC_IN_V": _measured("input_voltage", "V", 2),
        "DC_IN_I": _measured("input_current", "A", 1),
        "DC_IN_P": _measured("input_power", "W"),
        "MON": _code("meter_type", METER_TYPES),
        "BMV": Label(key="model", kind=Kind.TEXT),
        "FW": Label(key="firmware", kind=Kind.TEXT),
        "FWE": Label(key="firmware", kind=Kind.TEXT),
        "PID": Label(key="product_id", kind=Kind.TEXT),
        "SER#": Label(key="serial_number", kind=Kind.TEXT),
        "HC#": Label(key="hardware", kind=Kind.TEXT),
        "CAP_BLE": Label(key="bluetooth", kind=Kind.TEXT),
    }
)

KEYS_OF_FAMILY: Final[Mapping[Family, Mapping[str, str]]] = MappingProxyType(
    {
        Family.MPPT: {"CS": "charge_state"},
        Family.MPPT_RS: {"CS": "charge_state"},
        Family.BMV: {"V": "voltage", "I": "current"},
        Family.AC_CHARGER: {
            "CS": "charge_state",
            "V": "output_voltage_1",
            "I": "output_current_1",
        },
        Family.DCDC: {"V": "output_voltage", "I": "output_current"},
    }
)
"""Keys of labels that a family calls otherwise."""


def readings(
    fields: Iterable[tuple[str, str]], family: Family | None = None
) -> dict[str, Value]:
    """Return the values of a block by key; labels that are not known are left out.

    Without a family the labels decide.
    """
    known = dict(fields)
    if family is None:
        family = family_of(known)
    keys = {} if family is None else KEYS_OF_FAMILY.get(family, {})
    values = {}
    for name, text in known.items():
        label = LABELS.get(name)
        if label is not None:
            value = _value(name, label, keys.get(name, label.key), text)
            values[value.key] = value
    return values


def _value(name: str, label: Label, key: str, text: str) -> Value:
    value: float | str | None = None
    number: int | None = None
    active: tuple[str, ...] = ()
    match label.kind:
        case Kind.TEXT:
            value = None if text == UNKNOWN else text
        case Kind.SWITCH:
            value = SWITCH.get(text.upper())
        case Kind.CODE:
            number = parse_number(text)
            value = None if number is None else label.codes.get(number)
        case Kind.BITS:
            number = parse_number(text)
            if number is not None and number >= 0:
                active = active_bits(number, label.codes)
                value = next(iter(active), None) if number else label.nothing
        case _:
            value = scaled(parse_number(text), label.digits)
            if name == "TTG" and value == NOT_LIMITED:
                value = None
    return Value(
        label=name,
        key=key,
        kind=label.kind,
        unit=label.unit,
        value=value,
        number=number,
        active=active,
    )


def parse_number(text: str) -> int | None:
    """Return a decimal or `0x` number, None for anything else."""
    if NUMBER.fullmatch(text):
        return int(text)
    return int(text, 16) if HEXADECIMAL.fullmatch(text) else None


def scaled(raw: int | None, digits: int) -> float | None:
    """Return raw / 10**digits, rounded once: 30 / 100 is 0.3, 30 * 0.01 is not."""
    if raw is None or digits == 0:
        return raw
    value: float = raw / 10**digits
    return value


def firmware_version(label: str, text: str) -> str | None:
    """Return a version as people write it, from a value of FW or FWE.

    FW has 16 bits: `161` is 1.61, and a leading letter marks a release candidate.
    FWE has 24 bits: `0342FF` is 3.42, and a last byte other than FF counts betas.
    """
    match = re.fullmatch(r"([A-Z]?)([0-9]{1,2})([0-9]{2})([0-9A-F]{2})?", text)
    if match is None:
        return None
    candidate, major, minor, beta = match.groups()
    version = f"{int(major)}.{minor}"
    if label == "FWE":
        if beta is None:
            return None
        return version if beta == "FF" else f"{version} beta {int(beta, 16)}"
    if beta is not None:
        return None
    return f"{version} candidate {candidate}" if candidate else version


def firmware_number(label: str, text: str) -> int | None:
    """Return a version to compare with, from a value of FW or FWE: 161 for 1.61."""
    match = re.fullmatch(r"[A-Z]?([0-9]{3,4})([0-9A-F]{2})?", text)
    if match is None or (match[2] is not None) is not (label == "FWE"):
        return None
    return int(match[1])
