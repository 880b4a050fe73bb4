"""Settings of inverters and battery monitors, and those of any device in hand."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from .products import Family
from .registers import registers_of
from .registers_charger import VOLTAGE_MAXIMUM, VOLTAGE_MINIMUM
from .registers_common import (
    ACKNOWLEDGE_ALARM,
    CAPABILITIES,
    DEVICE_MODE,
    RELAY_MODE,
    RELAY_REMOTE,
    RELAY_STATE,
)
from .registers_inverter import (
    CHARGE_DETECTED_VOLTAGE,
    OUTPUT_VOLTAGE,
    OUTPUT_VOLTAGE_MAXIMUM,
    OUTPUT_VOLTAGE_MINIMUM,
    RESTART_VOLTAGE,
    SHUT_DOWN_VOLTAGE,
)
from .registers_monitor import BATTERY_CAPACITY, SYNCHRONISE, ZERO_CURRENT
from .settings import OFF, ON, Device, Need, Setting, SettingKind
from .settings_charger import (
    QUESTIONS,
    QUESTIONS_OF_SOLAR,
    settings_of_charger,
    settings_of_solar_charger,
)

INVERTER_MODES: Final = MappingProxyType({"on": 2, "eco": 5, "off": 4})
RELAY_MODES_OF_INVERTER: Final = MappingProxyType(
    {
        "normal": 4,
        "warnings": 0,
        "battery_low": 5,
        "fan": 6,
        "off": 3,
        "remote": RELAY_REMOTE,
    }
)
RELAY_MODES_OF_MONITOR: Final = MappingProxyType(
    {"default": 0, "charger": 1, "remote": RELAY_REMOTE}
)

_BATTERY_LIMITS: Final = (SHUT_DOWN_VOLTAGE, RESTART_VOLTAGE, CHARGE_DETECTED_VOLTAGE)
"""Of an inverter, each below the next."""
_STEP_OF_MONITOR: Final = MappingProxyType(
    {
        BATTERY_CAPACITY: 1,
        0x1001: 0.1,
        0x1002: 0.1,
        0x1003: 1,
        0x1004: 1,
        0x1005: 0.01,
        0x1006: 0.01,
        0x1007: 1,
        0x1008: 1,
    }
)
_COMMANDS: Final = (SYNCHRONISE, ZERO_CURRENT, ACKNOWLEDGE_ALARM)

_QUESTIONS: Final = MappingProxyType(
    {
        Family.MPPT: QUESTIONS_OF_SOLAR,
        Family.MPPT_RS: QUESTIONS_OF_SOLAR,
        Family.AC_CHARGER: QUESTIONS,
        Family.DCDC: QUESTIONS,
        Family.INVERTER: (
            OUTPUT_VOLTAGE,
            OUTPUT_VOLTAGE_MINIMUM,
            OUTPUT_VOLTAGE_MAXIMUM,
            VOLTAGE_MINIMUM,
            VOLTAGE_MAXIMUM,
            *_BATTERY_LIMITS,
            RELAY_MODE,
        ),
        Family.BMV: (CAPABILITIES, RELAY_MODE, BATTERY_CAPACITY),
        Family.MULTI_RS: (),
    }
)


def questions_of(device: Device) -> tuple[int, ...]:
    """Return the registers to read, once, before asking for a device's settings."""
    return _QUESTIONS[device.family] if device.ratings.registers else ()


def settings_of(device: Device) -> tuple[Setting, ...]:
    """Return what can be set on the device in hand, the most wanted first.

    Nothing on an RS inverter: no document says what its registers take.
    """
    if not device.ratings.registers:
        return ()
    match device.family:
        case Family.MPPT | Family.MPPT_RS:
            return tuple(settings_of_solar_charger(device))
        case Family.AC_CHARGER | Family.DCDC:
            return tuple(settings_of_charger(device))
        case Family.INVERTER:
            return tuple(_settings_of_inverter(device))
        case Family.BMV:
            return tuple(_settings_of_monitor(device))
        case Family.MULTI_RS:
            return ()


def _settings_of_inverter(device: Device) -> Iterator[Setting]:
    registers = registers_of(device.family)
    yield Setting(
        key="inverter_mode",
        register=registers[DEVICE_MODE],
        kind=SettingKind.SELECT,
        options=INVERTER_MODES,
    )
    least = device.values.get(OUTPUT_VOLTAGE_MINIMUM)
    most = device.values.get(OUTPUT_VOLTAGE_MAXIMUM)
    if OUTPUT_VOLTAGE in device.values and least and most and least < most:
        yield _number(device, OUTPUT_VOLTAGE, (least, most), 1)
    yield from _relay(device, RELAY_MODES_OF_INVERTER)
    lowest = device.values.get(VOLTAGE_MINIMUM)
    highest = device.values.get(VOLTAGE_MAXIMUM)
    if lowest and highest:
        # Each of these voltages lies between its neighbours.
        numbers = [each for each in _BATTERY_LIMITS if each in device.values]
        bounds = [lowest, *(device.values[each] for each in numbers), highest]
        for number, low, high in zip(numbers, bounds, bounds[2:], strict=False):
            if low < high:
                yield _number(device, number, (low, high), 0.1)


def _settings_of_monitor(device: Device) -> Iterator[Setting]:
    registers = registers_of(device.family)
    if device.ratings.relay is not False:
        yield from _relay(device, RELAY_MODES_OF_MONITOR)
    for number in _COMMANDS:
        yield Setting(
            key=registers[number].key,
            register=registers[number],
            kind=SettingKind.BUTTON,
            enabled_by_default=False,
        )
    for number, step in _STEP_OF_MONITOR.items():
        low, high = registers[number].minimum, registers[number].maximum
        assert low is not None
        assert high is not None
        yield _number(device, number, (low, high), step)


def _relay(device: Device, modes: Mapping[str, int]) -> Iterator[Setting]:
    """Yield the relay and what switches it, where the device has one."""
    if RELAY_MODE not in device.values:
        return
    registers = registers_of(device.family)
    remote = Need(register=registers[RELAY_MODE], value=RELAY_REMOTE)
    yield Setting(
        key="relay",
        register=registers[RELAY_STATE],
        kind=SettingKind.SWITCH,
        options={ON: 1, OFF: 0},
        needs=(remote,),
    )
    yield Setting(
        key="relay_mode",
        register=registers[RELAY_MODE],
        kind=SettingKind.SELECT,
        options=modes,
        enabled_by_default=False,
    )


def _number(
    device: Device, number: int, limits: tuple[float, float], step: float
) -> Setting:
    register = registers_of(device.family)[number]
    return Setting(
        key=register.key,
        register=register,
        kind=SettingKind.NUMBER,
        minimum=limits[0],
        maximum=limits[1],
        step=step,
        enabled_by_default=number == OUTPUT_VOLTAGE,
    )
