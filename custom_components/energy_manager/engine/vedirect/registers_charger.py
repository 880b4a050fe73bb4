"""Registers of solar chargers, and of chargers on a socket or another battery.

Source: BlueSolar HEX protocol rev 18. A charger sized for 12 V takes 8.0 to 17.4 V and
21 mV/K and stops with error 119 for anything else; the limits here are those of 48 V,
and what a charger in hand accepts is in `settings`.
"""

from dataclasses import replace
from typing import Final

from .frames import BMS_PRESENT, NETWORK_MODE
from .register import Register, Storage, code, flag, signed, stored, table, unsigned
from .registers_common import (
    CHARGE_CURRENT_LIMIT,
    COMMON,
    DEVICE_MODE,
    HISTORY_DAYS,
    HISTORY_TODAY,
    HISTORY_TOTAL,
    OFF_REASON_OF_OLD,
    REMOTE_CONTROL,
)

BATTERY_TYPE: Final = 0xEDF1
BATTERY_TYPE_USER: Final = 255
BATTERY_MAXIMUM_CURRENT: Final = 0xEDF0
CHARGER_MAXIMUM_CURRENT: Final = 0xEDDF
SYSTEM_VOLTAGE: Final = 0xEDEF
TEMPERATURE_COMPENSATION: Final = 0xEDF2
ABSORPTION_VOLTAGE: Final = 0xEDF7
FLOAT_VOLTAGE: Final = 0xEDF6
STORAGE_VOLTAGE: Final = 0xEDF5
EQUALISATION_VOLTAGE: Final = 0xEDF4
RECEIVE_FUNCTION: Final = 0xED98
LOAD_CONTROL: Final = 0xEDAB
CHARGER_RELAY_MODE: Final = 0xEDD9
VOLTAGE_MINIMUM: Final = 0x2211
VOLTAGE_MAXIMUM: Final = 0x2212

LOAD_MODES: Final = frozenset(
    timer << 4 | mode for timer in range(16) for mode in range(8)
)
"""Eight modes in the lower half; the upper one belongs to the light timer."""

LOWEST_VOLTAGE: Final = 8.0
HIGHEST_VOLTAGE: Final = 17.4
"""What a charger accepts for a battery of 12 V [V]."""
STEEPEST_COMPENSATION: Final = 21.0
"""Of a battery of 12 V [mV/K]."""
VOLTAGES: Final = (LOWEST_VOLTAGE, 4 * HIGHEST_VOLTAGE)


def _tracker(tracker: int, base: int) -> tuple[Register, ...]:
    return (
        unsigned(base + 0xC, f"tracker_{tracker}_power", 4, 2, "W"),
        unsigned(base + 0xB, f"tracker_{tracker}_voltage", 2, 2, "V"),
        unsigned(base + 0xD, f"tracker_{tracker}_current", 2, 1, "A"),
        flag(base + 0x3, f"tracker_{tracker}_mode"),
    )


_CONTROL: Final = (
    replace(code(DEVICE_MODE, "device_mode", (1, 4)), told_as=(4, 0)),
    Register(
        number=REMOTE_CONTROL,
        key="remote_control",
        size=4,
        storage=Storage.VOLATILE,
        choices=frozenset({0x02}),
    ),
    flag(OFF_REASON_OF_OLD, "off_reason_of_old"),
    unsigned(0x2001, "charge_voltage_set_point", 2, 2, "V"),
    unsigned(0x2002, "voltage_sense", 2, 2, "V"),
    signed(0x2003, "temperature_sense", 2, 2, "°C"),
    flag(0x2004, "remote_command"),
    flag(0x2009, "link_error"),
    flag(0x200D, "network_info"),
    Register(
        number=NETWORK_MODE,
        key="network_mode",
        size=1,
        storage=Storage.VOLATILE,
        choices=frozenset({0x00, 0x05}),
    ),
    flag(0x200F, "network_status"),
    # Out of a network all bits are set, the sign as well.
    replace(signed(0x2013, "network_charge_current", 4, 3, "A"), also_unknown=-1),
    flag(0x2014, "current_percentage"),
    Register(
        number=CHARGE_CURRENT_LIMIT,
        key="charge_current_limit",
        size=2,
        digits=1,
        unit="A",
        storage=Storage.VOLATILE,
        minimum=0,
        maximum=200,
    ),
    flag(0x2018, "equalise_pending"),
    unsigned(0x2027, "network_solar_power", 4, 2, "W"),
    flag(0x2030, "daylight"),
    unsigned(0x2031, "minutes_since_midnight", 2, 0, "min"),
)

_BATTERY: Final = (
    flag(0xEDFF, "battery_safe"),
    code(0xEDFE, "adaptive_absorption", (0, 1)),
    stored(0xEDFD, "automatic_equalisation", (0, 250), size=1, unit="d"),
    unsigned(0xEDFC, "bulk_time", 2, 2, "h"),
    stored(0xEDFB, "absorption_time", (1, 24), digits=2, unit="h"),
    stored(ABSORPTION_VOLTAGE, "absorption_voltage", VOLTAGES, digits=2, unit="V"),
    stored(FLOAT_VOLTAGE, "float_voltage", VOLTAGES, digits=2, unit="V"),
    stored(STORAGE_VOLTAGE, "storage_voltage", VOLTAGES, digits=2, unit="V"),
    stored(EQUALISATION_VOLTAGE, "equalisation_voltage", VOLTAGES, digits=2, unit="V"),
    stored(
        TEMPERATURE_COMPENSATION,
        "temperature_compensation",
        (-4 * STEEPEST_COMPENSATION, 0),
        digits=2,
        unit="mV/K",
        negative=True,
    ),
    Register(
        number=BATTERY_TYPE,
        key="battery_type",
        size=1,
        storage=Storage.PERMANENT,
        choices=frozenset({*range(1, 9), BATTERY_TYPE_USER}),
        always_known=True,
    ),
    stored(
        BATTERY_MAXIMUM_CURRENT,
        "battery_maximum_current",
        (1, 200),
        digits=1,
        unit="A",
    ),
    flag(SYSTEM_VOLTAGE, "system_voltage"),
    flag(0xEDEA, "system_voltage_setting"),
    flag(BMS_PRESENT, "bms_present"),
    stored(0xEDE7, "tail_current", (0, 50), digits=1, unit="A"),
    stored(0xEDE6, "low_temperature_current", (0, 200), digits=1, unit="A"),
    flag(0xEDE5, "equalisation_stop"),
    unsigned(0xEDE4, "equalisation_current", 1, 0, "%"),
    unsigned(0xEDE3, "equalisation_time", 2, 2, "h"),
    stored(0xED2E, "rebulk_voltage_offset", (0.1, 8), digits=2, unit="V"),
    stored(
        0xEDE0,
        "low_temperature_level",
        (-10, 10),
        digits=2,
        unit="°C",
        negative=True,
    ),
    unsigned(0xEDCA, "voltage_compensation", 2, 2, "V"),
    unsigned(0xEDCE, "system_voltage_range", 2),
    unsigned(VOLTAGE_MINIMUM, "voltage_minimum", 2, 2, "V"),
    unsigned(VOLTAGE_MAXIMUM, "voltage_maximum", 2, 2, "V"),
)

_MEASURED: Final = (
    unsigned(CHARGER_MAXIMUM_CURRENT, "charger_maximum_current", 2, 1, "A"),
    unsigned(0xEDDD, "yield_system", 4, 2, "kWh"),
    unsigned(0xEDDC, "yield_total", 4, 2, "kWh"),
    signed(0xEDDB, "charger_temperature", 2, 2, "°C"),
    flag(0xEDDA, "charger_error"),
    unsigned(0xEDD7, "charger_current", 2, 1, "A"),
    unsigned(0xEDD5, "charger_voltage", 2, 2, "V"),
    flag(0xEDD4, "charger_information"),
    unsigned(0xEDD3, "yield_today", 2, 2, "kWh"),
    unsigned(0xEDD2, "max_power_today", 2, 0, "W"),
    unsigned(0xEDD1, "yield_yesterday", 2, 2, "kWh"),
    unsigned(0xEDD0, "max_power_yesterday", 2, 0, "W"),
    unsigned(0xEDBC, "solar_power", 4, 2, "W"),
    unsigned(0xEDBB, "panel_voltage", 2, 2, "V"),
    unsigned(0xEDBD, "panel_current", 2, 1, "A"),
    unsigned(0xEDB8, "panel_maximum_voltage", 2, 2, "V"),
    flag(0xEDB3, "tracker_mode"),
)

_HISTORY: Final = (
    Register(number=HISTORY_TOTAL, key="history_total"),
    *(
        Register(number=HISTORY_TODAY + day, key=f"history_{day}")
        for day in range(HISTORY_DAYS)
    ),
)

_LOAD: Final = (
    unsigned(0xEDAD, "load_current", 2, 1, "A"),
    unsigned(0xEDAC, "load_voltage_offset", 1, 2, "V"),
    code(LOAD_CONTROL, "load_control", LOAD_MODES),
    unsigned(0xEDA9, "load_voltage", 2, 2, "V"),
    flag(0xEDA8, "load_state"),
    stored(0xED9D, "load_switch_high", VOLTAGES, digits=2, unit="V"),
    stored(0xED9C, "load_switch_low", VOLTAGES, digits=2, unit="V"),
    flag(0xED91, "load_off_reason"),
    unsigned(0xED90, "load_energy_selector_timer", 2, 0, "min"),
    flag(0xED9E, "transmit_function"),
    flag(RECEIVE_FUNCTION, "receive_function"),
)

_RELAY: Final = (
    code(CHARGER_RELAY_MODE, "charger_relay_mode", range(11)),
    stored(0x0350, "relay_low_voltage", VOLTAGES, digits=2, unit="V"),
    stored(0x0351, "relay_low_voltage_clear", VOLTAGES, digits=2, unit="V"),
    stored(0x0352, "relay_high_voltage", VOLTAGES, digits=2, unit="V"),
    stored(0x0353, "relay_high_voltage_clear", VOLTAGES, digits=2, unit="V"),
    unsigned(0xEDBA, "relay_panel_voltage", 2, 2, "V"),
    unsigned(0xEDB9, "relay_panel_voltage_clear", 2, 2, "V"),
    unsigned(0x100A, "relay_minimum_time", 2, 0, "min"),
)

CHARGER: Final = table(COMMON, _CONTROL, _BATTERY, _MEASURED, _HISTORY, _LOAD, _RELAY)
"""Solar chargers."""

_TRACKERS: Final = (
    flag(0x0244, "trackers"),
    *_tracker(1, 0xECC0),
    *_tracker(2, 0xECD0),
    *_tracker(3, 0xECE0),
    *_tracker(4, 0xECF0),
    *(
        Register(number=0x10A0 + day, key=f"tracker_history_{day}")
        for day in range(HISTORY_DAYS)
    ),
)

SOLAR_RS: Final = table(CHARGER.values(), _TRACKERS)
"""Solar chargers with several trackers."""

CONVERTER: Final = table(
    COMMON,
    _CONTROL,
    _BATTERY,
    (register for register in _MEASURED if not register.key.startswith("panel")),
)
"""Chargers on a socket or on another battery."""
