"""Registers of inverters; sources: two open programs that agree on the units."""

from typing import Final

from .register import Register, code, flag, signed, stored, table, unsigned
from .registers_charger import SOLAR_RS, VOLTAGE_MAXIMUM, VOLTAGE_MINIMUM
from .registers_common import COMMON, DEVICE_MODE, RELAY_MODE

OUTPUT_VOLTAGE: Final = 0x0230
OUTPUT_VOLTAGE_MINIMUM: Final = 0x0231
OUTPUT_VOLTAGE_MAXIMUM: Final = 0x0232
SHUT_DOWN_VOLTAGE: Final = 0x2210
RESTART_VOLTAGE: Final = 0x0320
CHARGE_DETECTED_VOLTAGE: Final = 0x0321
NOMINAL_AC_VOLTAGE: Final = 0x2202

VOLTAGES: Final = (8.0, 68.0)
"""Of any battery that an inverter takes; the device says its own limits."""

_AC: Final = (
    signed(0x2200, "ac_voltage", 2, 2, "V"),
    signed(0x2201, "ac_current", 2, 1, "A"),
    unsigned(NOMINAL_AC_VOLTAGE, "ac_nominal_voltage", 1, 0, "V"),
    signed(0x2203, "rated_power", 2, 0, "VA"),
    signed(0x2205, "ac_apparent_power", 4, 0, "VA"),
)

INVERTER: Final = table(
    COMMON,
    _AC,
    (
        code(DEVICE_MODE, "device_mode", (2, 4, 5)),
        stored(OUTPUT_VOLTAGE, "output_voltage", (85, 280), digits=2, unit="V"),
        unsigned(OUTPUT_VOLTAGE_MINIMUM, "output_voltage_minimum", 2, 2, "V"),
        unsigned(OUTPUT_VOLTAGE_MAXIMUM, "output_voltage_maximum", 2, 2, "V"),
        stored(RESTART_VOLTAGE, "restart_voltage", VOLTAGES, digits=2, unit="V"),
        stored(
            CHARGE_DETECTED_VOLTAGE,
            "charge_detected_voltage",
            VOLTAGES,
            digits=2,
            unit="V",
        ),
        code(RELAY_MODE, "relay_mode", (0, 2, 3, 4, 5, 6)),
        unsigned(0x1040, "run_time", 4, 0, "s"),
        unsigned(0x1041, "energy", 4, 2, "kVAh"),
        unsigned(0x2206, "load_sense", 2, 0, "VA"),
        unsigned(0x2207, "load_sense_clear", 2, 0, "VA"),
        stored(SHUT_DOWN_VOLTAGE, "shut_down_voltage", VOLTAGES, digits=2, unit="V"),
        unsigned(VOLTAGE_MINIMUM, "voltage_minimum", 2, 2, "V"),
        unsigned(VOLTAGE_MAXIMUM, "voltage_maximum", 2, 2, "V"),
        flag(0xEB03, "frequency_50_hz"),
        signed(0xEB04, "eco_wake_up_current", 2, 3, "A"),
        unsigned(0xEB06, "eco_search_interval", 1),
        flag(0xEB10, "eco_detect_periods"),
        signed(0xEB4E, "loop_current", 2, 3, "A"),
        flag(0xEBBA, "dynamic_cut_off"),
        unsigned(0xEBB7, "dynamic_cut_off_factor_1", 2),
        unsigned(0xEBB5, "dynamic_cut_off_factor_2", 2),
        unsigned(0xEBB3, "dynamic_cut_off_factor_3", 2),
        unsigned(0xEBB2, "dynamic_cut_off_factor_4", 2),
        unsigned(0xEBB1, "dynamic_cut_off_voltage", 2, 3, "V"),
    ),
)

INVERTER_RS: Final = table(
    SOLAR_RS.values(),
    _AC,
    (Register(number=DEVICE_MODE, key="device_mode", size=1),),
)
"""Inverters with solar chargers: no document says what may be written to them."""
