"""Registers of battery monitors; source: BMV-7xx HEX protocol rev 6."""

from typing import Final

from .register import Register, code, command, flag, signed, stored, table, unsigned
from .registers_common import ACKNOWLEDGE_ALARM, COMMON, RELAY_MODE

ZERO_CURRENT: Final = 0x1029
SYNCHRONISE: Final = 0x102C
BATTERY_CAPACITY: Final = 0x1000

_MEASURED: Final = (
    signed(0xED7D, "auxiliary_voltage", 2, 2, "V"),
    unsigned(0x0382, "midpoint_voltage", 2, 2, "V"),
    signed(0x0383, "midpoint_deviation", 2, 1, "%"),
    unsigned(0x0FFE, "remaining_minutes", 2, 0, "min"),
    unsigned(0x0FFF, "state_of_charge", 2, 2, "%"),
    flag(0xEEB6, "synchronised"),
    signed(0xEEB8, "meter_type", 1),
    signed(0xEEFF, "consumed_ampere_hours", 4, 1, "Ah"),
)

_HISTORY: Final = (
    signed(0x0300, "deepest_discharge", 4, 1, "Ah"),
    signed(0x0301, "last_discharge", 4, 1, "Ah"),
    signed(0x0302, "average_discharge", 4, 1, "Ah"),
    unsigned(0x0303, "charge_cycles", 4),
    unsigned(0x0304, "full_discharges", 4),
    signed(0x0305, "charge_drawn", 4, 1, "Ah"),
    signed(0x0306, "min_voltage", 4, 2, "V"),
    signed(0x0307, "max_voltage", 4, 2, "V"),
    unsigned(0x0308, "time_since_full", 4, 0, "s"),
    unsigned(0x0309, "synchronisations", 4),
    unsigned(0x030A, "low_voltage_alarms", 4),
    unsigned(0x030B, "high_voltage_alarms", 4),
    signed(0x030E, "min_starter_voltage", 4, 2, "V"),
    signed(0x030F, "max_starter_voltage", 4, 2, "V"),
    unsigned(0x0310, "discharged_energy", 4, 2, "kWh"),
    unsigned(0x0311, "charged_energy", 4, 2, "kWh"),
)

_BATTERY: Final = (
    stored(BATTERY_CAPACITY, "battery_capacity", (1, 9999), unit="Ah"),
    stored(0x1001, "charged_voltage", (0, 95), digits=1, unit="V"),
    stored(0x1002, "charged_tail_current", (0.5, 10), digits=1, unit="%"),
    stored(0x1003, "charged_detection_time", (1, 50), unit="min"),
    stored(0x1004, "charge_efficiency", (50, 99), unit="%"),
    stored(0x1005, "peukert_exponent", (1, 1.5), digits=2),
    stored(0x1006, "current_threshold", (0, 2), digits=2, unit="A"),
    stored(0x1007, "remaining_time_averaging", (0, 12), unit="min"),
    stored(0x1008, "discharge_floor", (0, 99), digits=1, unit="%"),
    stored(0x1009, "relay_charge_clear", (0, 99), digits=1, unit="%"),
    flag(0x0FFD, "start_synchronised"),
    unsigned(0xEEFB, "shunt_current", 2, 0, "A"),
    unsigned(0xEEFA, "shunt_voltage", 2, 3, "V"),
    flag(0xEEF8, "auxiliary_input"),
    flag(0xEEFC, "buzzer"),
)

_LEVELS: Final = ("", "_clear")
"""A level has a register that sets the alarm or relay, and one that clears it."""


def _levels(first: int, name: str) -> tuple[Register, ...]:
    """Return the levels of alarms or of the relay, which have the same order."""
    volts = ("low_voltage", "high_voltage", "low_starter_voltage")
    registers = []
    for place, what in enumerate((*volts, "high_starter_voltage")):
        for clear, suffix in enumerate(_LEVELS):
            number = first + 2 * place + clear
            registers.append(unsigned(number, f"{name}_{what}{suffix}", 2, 1, "V"))
    for place, what in ((10, "low_temperature"), (12, "high_temperature")):
        for clear, suffix in enumerate(_LEVELS):
            number = first + place + clear
            registers.append(unsigned(number, f"{name}_{what}{suffix}", 2, 2, "K"))
    for clear, suffix in enumerate(_LEVELS):
        number = first + 17 + clear
        registers.append(unsigned(number, f"{name}_midpoint{suffix}", 2, 1, "%"))
    return tuple(registers)


_ALARMS: Final = (
    *_levels(0x0320, "alarm"),
    unsigned(0x0328, "alarm_low_charge", 2, 1, "%"),
    unsigned(0x0329, "alarm_low_charge_clear", 2, 1, "%"),
)

_RELAY: Final = (
    flag(0x034D, "relay_inverted"),
    code(RELAY_MODE, "relay_mode", (0, 1, 2)),
    *_levels(0x0350, "relay"),
    unsigned(0x100A, "relay_minimum_time", 2, 0, "min"),
    unsigned(0x100B, "relay_minimum_time_off", 2, 0, "min"),
)

_COMMANDS: Final = (
    command(SYNCHRONISE, "synchronise"),
    command(ZERO_CURRENT, "zero_current"),
    command(ACKNOWLEDGE_ALARM, "acknowledge_alarm"),
)

MONITOR: Final = table(
    COMMON, _MEASURED, _HISTORY, _BATTERY, _ALARMS, _RELAY, _COMMANDS
)
