"""Registers of the HEX protocol that all devices have, and the tables of families.

Sources: BlueSolar HEX protocol rev 18, BMV-7xx HEX protocol rev 6; the inverter's from
two open programs that agree.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .frames import BMS_BIT, NETWORK_MODE
from .products import Family
from .register import Register, Registers, Storage, table
from .registers_charger import BATTERY_MAXIMUM_CURRENT, CHARGER, CONVERTER, SOLAR_RS
from .registers_common import (
    ALARM_REASON,
    CAPABILITIES,
    CHARGE_CURRENT_LIMIT,
    COMMON,
    DEVICE_MODE,
    DEVICE_STATE,
    HISTORY_DAYS,
    HISTORY_TODAY,
    HISTORY_TOTAL,
    MODEL_NAME,
    OFF_REASON,
    PRODUCT_ID,
    RELAY_MODE,
    RELAY_STATE,
    REMOTE_CONTROL,
    SERIAL_NUMBER,
    UPTIME,
    WARNING_REASON,
)
from .registers_inverter import INVERTER, INVERTER_RS
from .registers_monitor import MONITOR

__all__ = [
    "ALARM_REASON",
    "BATTERY_MAXIMUM_CURRENT",
    "BMS_BIT",
    "CAPABILITIES",
    "CHARGE_CURRENT_LIMIT",
    "DEVICE_MODE",
    "DEVICE_STATE",
    "HISTORY_DAYS",
    "HISTORY_TODAY",
    "HISTORY_TOTAL",
    "MODEL_NAME",
    "NETWORK_MODE",
    "OFF_REASON",
    "PRODUCT_ID",
    "RELAY_MODE",
    "RELAY_STATE",
    "REMOTE_CONTROL",
    "SERIAL_NUMBER",
    "UPTIME",
    "WARNING_REASON",
    "Register",
    "Registers",
    "Storage",
    "registers_of",
]

_OF_FAMILY: Final[Mapping[Family, Registers]] = MappingProxyType(
    {
        Family.MPPT: CHARGER,
        Family.MPPT_RS: SOLAR_RS,
        Family.INVERTER: INVERTER,
        Family.BMV: MONITOR,
        Family.AC_CHARGER: CONVERTER,
        Family.DCDC: CONVERTER,
        Family.MULTI_RS: INVERTER_RS,
    }
)
_ANY: Final = table(COMMON)


def registers_of(family: Family | None) -> Registers:
    """Return the registers of a family by number, the common ones if unknown."""
    return _ANY if family is None else _OF_FAMILY[family]
