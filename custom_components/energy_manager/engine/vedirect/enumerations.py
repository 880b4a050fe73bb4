"""Codes of the VE.Direct protocol and the state keys of Home Assistant for them.

The keys are those of Home Assistant's `victron_ble` (and `victron_gx` where that has
none), so that both integrations say the same words. Source of the codes: VE.Direct
protocol 3.33 and BlueSolar HEX protocol rev 18.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

type Codes = Mapping[int, str]


def _codes(*groups: tuple[str, tuple[int, ...]]) -> Codes:
    return MappingProxyType({code: key for key, codes in groups for code in codes})


STATES: Final[Codes] = MappingProxyType(
    {
        0: "off",
        1: "low_power",
        2: "fault",
        3: "bulk",
        4: "absorption",
        5: "float",
        6: "storage",
        7: "equalize_manual",
        8: "passthrough",
        9: "inverting",
        10: "power_assist",
        11: "power_supply",
        244: "sustain",
        245: "starting_up",
        246: "repeated_absorption",
        247: "recondition",
        248: "battery_safe",
        249: "active",
        250: "blocked",
        252: "external_control",
        255: "not_available",
    }
)
"""Label CS, register 0x0201."""

ERRORS: Final[Codes] = _codes(
    ("no_error", (0,)),
    ("temperature_battery_high", (1,)),
    ("voltage_high", (2,)),
    ("remote_temperature_auto_reset", (3, 4)),
    ("remote_temperature_not_auto_reset", (5,)),
    ("remote_battery", (6, 7, 8)),
    ("high_ripple", (11,)),
    ("temperature_battery_low", (14,)),
    ("temperature_charger", (17,)),
    ("over_current", (18,)),
    ("charger_current_reversed", (19,)),
    ("bulk_time", (20,)),
    ("current_sensor", (21,)),
    ("internal_temperature", (22, 23)),
    ("fan", (24, 25)),
    ("overheated", (26,)),
    ("short_circuit", (27,)),
    ("converter_issue", (28,)),
    ("over_charge", (29,)),
    ("input_voltage", (33,)),
    ("input_current", (34,)),
    ("input_power", (35,)),
    ("input_shutdown_voltage", (38,)),
    ("input_shutdown_current", (39,)),
    ("input_shutdown_failure", (40,)),
    ("inverter_shutdown_pv_isolation", (41, 42)),
    ("inverter_shutdown_ground_fault", (43,)),
    ("inverter_overload", (50,)),
    ("inverter_temperature", (51,)),
    ("inverter_peak_current", (52,)),
    ("inverter_output_voltage", (53, 54)),
    ("inverter_self_test", (55, 56, 58)),
    ("inverter_ac", (57,)),
    ("communication", (65,)),
    ("synchronisation", (66,)),
    ("bms", (67,)),
    ("network", (68, 69, 70, 71, 75)),
    ("pv_input_shutdown", tuple(range(80, 88))),
    ("cpu_temperature", (114,)),
    ("calibration_lost", (116,)),
    ("firmware", (117,)),
    ("settings", (119,)),
    ("tester_fail", (121,)),
    ("internal_dc_voltage", (200, 201)),
    ("self_test", (202,)),
    ("internal_supply", (203, 205, 212, 215)),
    ("sense_wires", (9,)),
    ("voltage_low", (10,)),
    ("state_of_charge_low", (12,)),
    ("midpoint", (13,)),
    ("battery_relay", (15,)),
    ("no_battery", (16,)),
    ("input_voltage_range", (31,)),
    ("input_voltage_low", (32,)),
    ("input_polarity", (36,)),
    ("input_absent", (37,)),
    ("ac_input_relay", (59, 60)),
    ("phase_rotation", (72,)),
    ("several_ac_inputs", (73,)),
    ("phase_overload", (74,)),
    ("inverters_missing", (76,)),
    ("settings_not_shared", (77,)),
    ("memory_write", (113,)),
    ("communication_lost", (115,)),
    ("hardware", (118,)),
    ("reference_voltage", (120,)),
    ("history_invalid", (122,)),
    ("energy_counters_invalid", (123,)),
)
"""Label ERR, register 0xEDDA; from `sense_wires` on with keys of our own."""

TRACKER_MODES: Final[Codes] = MappingProxyType({0: "off", 1: "limited", 2: "tracking"})
"""Label MPPT, register 0xEDB3."""

DEVICE_MODES: Final[Codes] = MappingProxyType(
    {1: "on", 2: "on", 3: "on", 4: "off", 5: "eco", 253: "hibernate"}
)
"""Label MODE, register 0x0200; which number is on depends on the device."""

METER_TYPES: Final[Codes] = MappingProxyType(
    {
        -9: "solar_charger",
        -8: "wind_charger",
        -7: "shaft_generator",
        -6: "alternator",
        -5: "fuel_cell",
        -4: "water_generator",
        -3: "dc_dc_charger",
        -2: "ac_charger",
        -1: "generic_source",
        0: "battery_monitor",
        1: "generic_load",
        2: "electric_drive",
        3: "fridge",
        4: "water_pump",
        5: "bilge_pump",
        6: "dc_system",
        7: "inverter",
        8: "water_heater",
    }
)
"""Label MON: what a monitor watches; 0 is a battery."""

ALARMS: Final[Codes] = MappingProxyType(
    {
        0x0001: "low_voltage",
        0x0002: "high_voltage",
        0x0004: "low_soc",
        0x0008: "low_starter_voltage",
        0x0010: "high_starter_voltage",
        0x0020: "low_temperature",
        0x0040: "high_temperature",
        0x0080: "mid_voltage",
        0x0100: "overload",
        0x0200: "dc_ripple",
        0x0400: "low_v_ac_out",
        0x0800: "high_v_ac_out",
        0x1000: "short_circuit",
        0x2000: "bms_lockout",
    }
)
"""Bits of the labels AR and WARN, registers 0x031E and 0x031C."""
NO_ALARM: Final = "no_alarm"

OFF_REASONS: Final[Codes] = MappingProxyType(
    {
        0x001: "no_input_power",
        0x002: "switched_off_switch",
        0x004: "switched_off_register",
        0x008: "remote_input",
        0x010: "protection_active",
        0x020: "pay_as_you_go_out_of_credit",
        0x040: "bms",
        0x080: "engine_shutdown",
        0x100: "analysing_input_voltage",
        0x200: "low_temperature",
    }
)
"""Bits of the label OR, registers 0x0205 and 0x0207."""
NO_REASON: Final = "no_reason"


def active_bits(bits: int, codes: Codes) -> tuple[str, ...]:
    """Return the keys of all known bits that are set, lowest bit first."""
    return tuple(key for bit, key in codes.items() if bits & bit)
