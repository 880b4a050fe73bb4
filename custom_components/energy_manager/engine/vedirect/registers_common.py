"""Registers that devices of every family have, and their numbers by name."""

from typing import Final

from .register import Register, code, flag, signed, unsigned

RESTORE_DEFAULTS: Final = 0x0004
PRODUCT_ID: Final = 0x0100
HARDWARE_REVISION: Final = 0x0101
SOFTWARE_REVISION: Final = 0x0102
SERIAL_NUMBER: Final = 0x010A
MODEL_NAME: Final = 0x010B
DESCRIPTION: Final = 0x010C
UPTIME: Final = 0x0120
CAPABILITIES: Final = 0x0140
DEVICE_MODE: Final = 0x0200
DEVICE_STATE: Final = 0x0201
REMOTE_CONTROL: Final = 0x0202
OFF_REASON_OF_OLD: Final = 0x0205
OFF_REASON: Final = 0x0207
WARNING_REASON: Final = 0x031C
ALARM_REASON: Final = 0x031E
ACKNOWLEDGE_ALARM: Final = 0x031F
RELAY_STATE: Final = 0x034E
RELAY_MODE: Final = 0x034F
CHARGE_CURRENT_LIMIT: Final = 0x2015
HISTORY_TOTAL: Final = 0x104F
HISTORY_TODAY: Final = 0x1050
HISTORY_DAYS: Final = 31
"""Records of today and of the 30 days before."""

RELAY_REMOTE: Final = 2
"""Relay mode in which the host may switch the relay."""

COMMON: Final = (
    Register(number=PRODUCT_ID, key="product_id", size=4),
    unsigned(HARDWARE_REVISION, "hardware_revision", 3),
    unsigned(SOFTWARE_REVISION, "firmware", 3),
    flag(0x0104, "group"),
    Register(number=SERIAL_NUMBER, key="serial_number"),
    Register(number=MODEL_NAME, key="model_name"),
    Register(number=DESCRIPTION, key="description"),
    unsigned(UPTIME, "uptime", 4, 0, "s"),
    unsigned(CAPABILITIES, "capabilities", 4),
    unsigned(0x0150, "bluetooth_capabilities", 4),
    flag(0x0090, "bluetooth"),
    flag(DEVICE_MODE, "device_mode"),
    flag(DEVICE_STATE, "device_state"),
    unsigned(OFF_REASON, "off_reason", 4),
    unsigned(WARNING_REASON, "warning_reason", 2),
    unsigned(ALARM_REASON, "alarm_reason", 2),
    code(RELAY_STATE, "relay_state", (0, 1)),
    signed(0xED8D, "voltage", 2, 2, "V"),
    signed(0xED8F, "current", 2, 1, "A"),
    signed(0xED8C, "current_fine", 4, 3, "A"),
    signed(0xED8E, "power", 2, 0, "W"),
    unsigned(0xEDEC, "battery_temperature", 2, 2, "K"),
    unsigned(0xEC41, "settings_changed", 4, 0, "s"),
)
