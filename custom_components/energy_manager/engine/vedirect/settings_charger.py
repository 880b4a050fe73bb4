"""Settings of chargers: on and off, current limit, load, relay, and the battery's.

The battery's settings are in flash, and wrong ones ruin a battery. They are offered
only where the owner has chosen a battery type of his own on the charger, within the
limits of that kind of battery, and none of them unless asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from .products import Family
from .register import Registers
from .registers import registers_of
from .registers_charger import (
    ABSORPTION_VOLTAGE,
    BATTERY_MAXIMUM_CURRENT,
    BATTERY_TYPE,
    BATTERY_TYPE_USER,
    CHARGER_MAXIMUM_CURRENT,
    CHARGER_RELAY_MODE,
    EQUALISATION_VOLTAGE,
    FLOAT_VOLTAGE,
    LOAD_CONTROL,
    RECEIVE_FUNCTION,
    STEEPEST_COMPENSATION,
    SYSTEM_VOLTAGE,
    TEMPERATURE_COMPENSATION,
    VOLTAGE_MAXIMUM,
    VOLTAGE_MINIMUM,
)
from .registers_common import (
    CAPABILITIES,
    CHARGE_CURRENT_LIMIT,
    DEVICE_MODE,
    REMOTE_CONTROL,
)
from .settings import OFF, ON, Capability, Chemistry, Device, Need, Setting, SettingKind

ABSORPTION_TIME: Final = 0xEDFB
ADAPTIVE_ABSORPTION: Final = 0xEDFE
AUTOMATIC_EQUALISATION: Final = 0xEDFD
TAIL_CURRENT: Final = 0xEDE7
REBULK_OFFSET: Final = 0xED2E
LOW_TEMPERATURE_LEVEL: Final = 0xEDE0

QUESTIONS: Final = (
    CAPABILITIES,
    SYSTEM_VOLTAGE,
    CHARGER_MAXIMUM_CURRENT,
    BATTERY_TYPE,
    BATTERY_MAXIMUM_CURRENT,
    TEMPERATURE_COMPENSATION,
    ABSORPTION_VOLTAGE,
    FLOAT_VOLTAGE,
    EQUALISATION_VOLTAGE,
    VOLTAGE_MINIMUM,
    VOLTAGE_MAXIMUM,
    ABSORPTION_TIME,
    ADAPTIVE_ABSORPTION,
    AUTOMATIC_EQUALISATION,
    TAIL_CURRENT,
    REBULK_OFFSET,
    LOW_TEMPERATURE_LEVEL,
)
QUESTIONS_OF_SOLAR: Final = (
    *QUESTIONS,
    LOAD_CONTROL,
    RECEIVE_FUNCTION,
    CHARGER_RELAY_MODE,
)

HIGHEST_CURRENT: Final = 200
"""Of all chargers [A]."""
SYSTEM_VOLTAGES: Final = (12, 24, 36, 48)
LIMIT_FIRMWARE: Final = 129
"""Solar chargers take a limit of the charge current from version 1.29 on."""
REMOTE_FIRMWARE: Final = 142
"""Up to here a charger ignores its mode until the remote control bit is set."""
REMOTE_ON_OFF: Final = 0x02
LOAD_BY_CABLE: Final = frozenset({2, 3})
"""Functions of the receiving pin with which the cable switches the load."""

LOAD_MODES: Final = MappingProxyType(
    {
        "off": 0,
        "automatic": 1,
        "conventional_1": 2,
        "conventional_2": 3,
        "on": 4,
        "user_1": 5,
        "user_2": 6,
        "energy_selector": 7,
    }
)
"""`automatic` and all but `on` protect the battery from deep discharge."""

RELAY_MODES: Final = MappingProxyType(
    {
        "off": 0,
        "panel_voltage_high": 1,
        "temperature_high": 2,
        "battery_low": 3,
        "equalising": 4,
        "error": 5,
        "temperature_low": 6,
        "battery_high": 7,
        "float_or_storage": 8,
        "daylight": 9,
        "load_control": 10,
    }
)

BATTERY_TYPES: Final = MappingProxyType(
    {
        "gel_long_life": 1,
        "gel": 2,
        "gel_or_agm": 3,
        "agm_spiral": 4,
        "tubular_1": 5,
        "tubular_2": 6,
        "tubular_3": 7,
        "lithium": 8,
        "user": BATTERY_TYPE_USER,
    }
)
"""Presets of chargers with a rotary switch; smaller ones know some of them."""

_CHEMISTRY_OF_TYPE: Final[Mapping[int, Chemistry]] = MappingProxyType(
    {
        **dict.fromkeys((1, 2, 3), Chemistry.GEL),
        4: Chemistry.AGM,
        **dict.fromkeys((5, 6, 7), Chemistry.FLOODED),
        8: Chemistry.LITHIUM,
    }
)
_CHEMISTRY_OF_TYPE_RS: Final[Mapping[int, Chemistry]] = MappingProxyType(
    {1: Chemistry.AGM, 2: Chemistry.AGM, 3: Chemistry.LITHIUM}
)

type Limits = tuple[float, float]

ABSORPTION_LIMITS: Final[Mapping[Chemistry, Limits]] = MappingProxyType(
    {
        Chemistry.GEL: (13.8, 14.4),
        Chemistry.AGM: (14.1, 14.9),
        Chemistry.FLOODED: (14.1, 15.3),
        Chemistry.LITHIUM: (13.8, 14.6),
        Chemistry.LEAD_ACID: (13.8, 14.7),
    }
)
"""Of a battery of 12 V [V], around the presets of the chargers."""
FLOAT_LIMITS: Final[Limits] = (13.2, 13.8)
EQUALISATION_LIMITS: Final[Limits] = (15.0, 16.2)
"""Of flooded batteries of 12 V [V]; no other kind bears it."""


def chemistry_of(device: Device) -> Chemistry | None:
    """Return the kind of the battery, None if nothing tells.

    A battery type of the owner's own tells by its temperature compensation: lithium
    batteries have none.
    """
    if device.chemistry is not None:
        return device.chemistry
    number = device.values.get(BATTERY_TYPE)
    if number is None:
        return None
    if number == BATTERY_TYPE_USER:
        compensation = device.values.get(TEMPERATURE_COMPENSATION)
        if compensation is None:
            return None
        return Chemistry.LITHIUM if compensation == 0 else Chemistry.LEAD_ACID
    if device.family is Family.MPPT:
        return _CHEMISTRY_OF_TYPE.get(int(number))
    if device.family is Family.MPPT_RS:
        return _CHEMISTRY_OF_TYPE_RS.get(int(number))
    return None


def rated_current_a(device: Device) -> float | None:
    """Return the greatest current of the charger, as it says and as its name tells.

    A damaged answer now and then passes the weak check of a frame: what no charger
    has is not believed.
    """
    told = device.values.get(CHARGER_MAXIMUM_CURRENT)
    named = device.ratings.maximum_current_a
    if not told or told > HIGHEST_CURRENT:
        return named
    return told if named is None else min(told, named)


def system_voltage_v(device: Device) -> int | None:
    """Return the voltage of the battery system: 12, 24, 36 or 48.

    None if nothing tells, or the charger says one that it is not made for.
    """
    told = device.values.get(SYSTEM_VOLTAGE)
    voltages = device.ratings.system_voltages
    if told:
        return int(told) if told in (voltages or SYSTEM_VOLTAGES) else None
    return voltages[0] if len(voltages) == 1 else None


def settings_of_charger(device: Device) -> Iterator[Setting]:
    """Yield what can be set on a charger on a socket or another battery."""
    registers = registers_of(device.family)
    yield Setting(
        key="charger",
        register=registers[DEVICE_MODE],
        kind=SettingKind.SWITCH,
        options={ON: 1, OFF: 4},
    )
    yield from _battery(device, registers)


def settings_of_solar_charger(device: Device) -> Iterator[Setting]:
    """Yield what can be set on a solar charger."""
    registers = registers_of(device.family)
    remote = Need(register=registers[REMOTE_CONTROL], value=REMOTE_ON_OFF, bits=True)
    told = device.firmware is not None and device.newer_than(REMOTE_FIRMWARE)
    yield Setting(
        key="charger",
        register=registers[DEVICE_MODE],
        kind=SettingKind.SWITCH,
        options={ON: 1, OFF: 4},
        needs=() if told else (remote,),
    )
    rated = rated_current_a(device)
    external = device.has(Capability.EXTERNAL_CONTROL, otherwise=True)
    if rated is not None and external and device.newer_than(LIMIT_FIRMWARE):
        yield Setting(
            key="charge_current_limit",
            register=registers[CHARGE_CURRENT_LIMIT],
            kind=SettingKind.NUMBER,
            minimum=0,
            maximum=rated,
            step=0.1,
            kept_alive=True,
        )
    by_cable = device.values.get(RECEIVE_FUNCTION) in LOAD_BY_CABLE
    otherwise = device.ratings.load_output is True
    if device.has(Capability.LOAD_OUTPUT, otherwise) and not by_cable:
        yield _load_output(device, registers)
    if device.has(Capability.ALARM_RELAY, otherwise=False):
        yield Setting(
            key="charger_relay_mode",
            register=registers[CHARGER_RELAY_MODE],
            kind=SettingKind.SELECT,
            options=RELAY_MODES,
            enabled_by_default=False,
        )
    if device.values.get(BATTERY_TYPE) is not None and device.family is Family.MPPT:
        yield Setting(
            key="battery_type",
            register=registers[BATTERY_TYPE],
            kind=SettingKind.SELECT,
            options=BATTERY_TYPES,
            enabled_by_default=False,
        )
    yield from _battery(device, registers)


def _load_output(device: Device, registers: Registers) -> Setting:
    modes = dict(LOAD_MODES)
    if not device.has(Capability.LOAD_ENERGY_SELECTOR, otherwise=False):
        del modes["energy_selector"]
    return Setting(
        key="load_output_mode",
        register=registers[LOAD_CONTROL],
        kind=SettingKind.SELECT,
        options=MappingProxyType(modes),
        keep_bits=0xF0,
        automatic="automatic",
    )


def _battery(device: Device, registers: Registers) -> Iterator[Setting]:
    """Yield settings of the battery that the charger has and that suit it."""
    rated = rated_current_a(device)
    if rated is not None and BATTERY_MAXIMUM_CURRENT in device.values:
        yield _number(registers, BATTERY_MAXIMUM_CURRENT, (1, rated), 0.1)
    chemistry, volts = chemistry_of(device), system_voltage_v(device)
    if (
        device.values.get(BATTERY_TYPE) != BATTERY_TYPE_USER
        or chemistry is None
        or volts is None
    ):
        return
    limits: dict[int, tuple[Limits, float]] = {
        **_voltages(device, chemistry, volts / 12),
        ABSORPTION_TIME: ((1, 24), 0.25),
        TAIL_CURRENT: ((0, min(50, rated or 50)), 0.1),
        REBULK_OFFSET: ((0.1, 2 * volts / 12), 0.01),
        LOW_TEMPERATURE_LEVEL: (
            (0 if chemistry is Chemistry.LITHIUM else -10, 10),
            0.5,
        ),
    }
    if chemistry is not Chemistry.LITHIUM:
        steepest = -STEEPEST_COMPENSATION * volts / 12
        limits[TEMPERATURE_COMPENSATION] = ((steepest, 0), 0.1)
    if chemistry is Chemistry.FLOODED:
        limits[AUTOMATIC_EQUALISATION] = ((0, 250), 1)
    # Another type, chosen meanwhile, has voltages of its own.
    user = Need(register=registers[BATTERY_TYPE], value=BATTERY_TYPE_USER)
    for number, (limit, step) in limits.items():
        if number in device.values and limit[0] < limit[1]:
            yield replace(_number(registers, number, limit, step), needs=(user,))
    if ADAPTIVE_ABSORPTION in device.values:
        yield Setting(
            key=registers[ADAPTIVE_ABSORPTION].key,
            register=registers[ADAPTIVE_ABSORPTION],
            kind=SettingKind.SWITCH,
            options={ON: 1, OFF: 0},
            enabled_by_default=False,
        )


def _voltages(
    device: Device, chemistry: Chemistry, times: float
) -> dict[int, tuple[Limits, float]]:
    """Return the limits of the charge voltages: also of each other."""
    lowest = device.values.get(VOLTAGE_MINIMUM) or 0.0
    highest = device.values.get(VOLTAGE_MAXIMUM) or 17.4 * times
    bulk, floating = ABSORPTION_LIMITS[chemistry], FLOAT_LIMITS
    present = device.values.get(ABSORPTION_VOLTAGE)
    present_float = device.values.get(FLOAT_VOLTAGE) or 0.0
    limits = {
        ABSORPTION_VOLTAGE: (max(bulk[0] * times, present_float), bulk[1] * times),
        FLOAT_VOLTAGE: (
            floating[0] * times,
            floating[1] * times
            if present is None
            else min(floating[1] * times, present),
        ),
    }
    if chemistry is Chemistry.FLOODED:
        least, most = EQUALISATION_LIMITS
        limits[EQUALISATION_VOLTAGE] = (
            max(least * times, present or 0.0),
            most * times,
        )
    return {
        number: ((round(max(low, lowest), 2), round(min(high, highest), 2)), 0.01)
        for number, (low, high) in limits.items()
    }


def _number(registers: Registers, number: int, limits: Limits, step: float) -> Setting:
    return Setting(
        key=registers[number].key,
        register=registers[number],
        kind=SettingKind.NUMBER,
        minimum=limits[0],
        maximum=limits[1],
        step=step,
        enabled_by_default=False,
    )
