"""Registers of the HEX protocol: types, scales, and what may be written.

Sources: BlueSolar HEX protocol rev 18, BMV-7xx HEX protocol rev 6; the inverter's from
two open programs that agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..errors import InputError
from .products import Family


class Storage(StrEnum):
    """Where a device keeps what is written to a register."""

    NONE = "none"
    """Nothing can be written."""
    VOLATILE = "volatile"
    """In memory: any rate up to once a second is harmless."""
    PERMANENT = "permanent"
    """In flash, which wears: rarely, and never from a loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register: a little-endian number, or bytes where the size is 0."""

    number: int
    key: str
    size: int = 0
    """Bytes of the number; 0 for text and records."""
    signed: bool = False
    digits: int = 0
    """Decimal digits behind the point: value = raw / 10**digits [unit]."""
    unit: str | None = None
    storage: Storage = Storage.NONE
    minimum: float | None = None
    """Least value that may be written [unit]."""
    maximum: float | None = None
    """Greatest value that may be written [unit]."""
    choices: frozenset[int] | None = None
    """The only values that may be written, where it is a code."""
    forbidden_bits: int = 0
    """Bits that must never be written."""

    def decode(self, data: bytes) -> float | None:
        """Return the value of an answer, None if the device does not know it.

        The length of the answer counts, not the table: devices differ.
        """
        if not data:
            return None
        raw = int.from_bytes(data, "little", signed=self.signed)
        unknown = (1 << (8 * len(data) - self.signed)) - 1
        if raw == unknown:
            return None
        return raw / 10**self.digits if self.digits else raw

    def encode(self, value: float | None) -> bytes:
        """Return the bytes of a value; None gives what stands for unknown.

        A value that does not fit gives the nearest one that does.
        """
        unknown = (1 << (8 * self.size - self.signed)) - 1
        lowest = -unknown - 1 if self.signed else 0
        raw = unknown
        if value is not None:
            raw = max(lowest, min(round(value * 10**self.digits), unknown - 1))
        return raw.to_bytes(self.size, "little", signed=self.signed)

    def check(self, value: float) -> None:
        """Refuse a value that must not be written.

        Raises:
            InputError: names the register and what is allowed.
        """
        if self.storage is Storage.NONE:
            raise InputError(self.key, "can only be read")
        if self.choices is not None:
            if value not in self.choices:
                allowed = ", ".join(map(str, sorted(self.choices)))
                raise InputError(self.key, f"one of {allowed}")
        elif self.minimum is None or self.maximum is None:
            raise InputError(self.key, "is not offered for writing")
        elif not self.minimum <= value <= self.maximum:
            unit = f" {self.unit}" if self.unit else ""
            raise InputError(self.key, f"{self.minimum} to {self.maximum}{unit}")
        if self.forbidden_bits and int(value) & self.forbidden_bits:
            raise InputError(self.key, "the bit of a battery management system is set")


type Registers = MappingProxyType[int, Register]


def _table(*groups: Iterable[Register]) -> Registers:
    return MappingProxyType(
        {register.number: register for group in groups for register in group}
    )


PRODUCT_ID: Final = 0x0100
SERIAL_NUMBER: Final = 0x010A
MODEL_NAME: Final = 0x010B
UPTIME: Final = 0x0120
CAPABILITIES: Final = 0x0140
DEVICE_MODE: Final = 0x0200
DEVICE_STATE: Final = 0x0201
REMOTE_CONTROL: Final = 0x0202
OFF_REASON: Final = 0x0207
WARNING_REASON: Final = 0x031C
ALARM_REASON: Final = 0x031E
NETWORK_MODE: Final = 0x200E
CHARGE_CURRENT_LIMIT: Final = 0x2015
HISTORY_TOTAL: Final = 0x104F
HISTORY_TODAY: Final = 0x1050
HISTORY_DAYS: Final = 31
BATTERY_MAXIMUM_CURRENT: Final = 0xEDF0

NEVER_WRITTEN: Final = frozenset({0x0004, 0x0090, 0x1030, 0xED98, 0xED9E})
"""Restore defaults, Bluetooth off, clear history, functions of the port's pins."""

BMS_BIT: Final = 0x08
"""In 0x200E; the charger stores it and then stops with error 67 without a BMS."""

COMMON: Final = (
    Register(number=PRODUCT_ID, key="product_id", size=4),
    Register(number=0x0102, key="firmware", size=3),
    Register(number=0x0104, key="group", size=1),
    Register(number=SERIAL_NUMBER, key="serial_number"),
    Register(number=MODEL_NAME, key="model_name"),
    Register(number=UPTIME, key="uptime", size=4, unit="s"),
    Register(number=CAPABILITIES, key="capabilities", size=4),
    Register(number=DEVICE_STATE, key="device_state", size=1),
    Register(number=OFF_REASON, key="off_reason", size=4),
    Register(number=WARNING_REASON, key="warning_reason", size=2),
    Register(number=ALARM_REASON, key="alarm_reason", size=2),
    Register(number=0xED8D, key="voltage", size=2, signed=True, digits=2, unit="V"),
    Register(number=0xED8F, key="current", size=2, signed=True, digits=1, unit="A"),
    Register(
        number=0xED8C, key="current_fine", size=4, signed=True, digits=3, unit="A"
    ),
    Register(number=0xED8E, key="power", size=2, signed=True, unit="W"),
    Register(number=0xEDEC, key="battery_temperature", size=2, digits=2, unit="K"),
)

CHARGER: Final = _table(
    COMMON,
    (
        Register(
            number=DEVICE_MODE,
            key="device_mode",
            size=1,
            storage=Storage.PERMANENT,
            choices=frozenset({1, 4}),
        ),
        Register(
            number=REMOTE_CONTROL,
            key="remote_control",
            size=4,
            storage=Storage.VOLATILE,
            choices=frozenset({0x02}),
        ),
        Register(
            number=NETWORK_MODE,
            key="network_mode",
            size=1,
            storage=Storage.VOLATILE,
            choices=frozenset({0x00, 0x05}),
            forbidden_bits=BMS_BIT,
        ),
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
        Register(number=0x2030, key="daylight", size=1),
        Register(number=HISTORY_TOTAL, key="history_total"),
        *(
            Register(number=HISTORY_TODAY + day, key=f"history_{day}")
            for day in range(HISTORY_DAYS)
        ),
        # Stored voltages are left alone: a charger sized for 12 V stops with error 119
        # when one does not fit, and only a reset by hand helps then.
        Register(number=0xEDFB, key="absorption_time", size=2, digits=2, unit="h"),
        Register(number=0xEDF7, key="absorption_voltage", size=2, digits=2, unit="V"),
        Register(number=0xEDF6, key="float_voltage", size=2, digits=2, unit="V"),
        Register(number=0xEDF1, key="battery_type", size=1),
        Register(
            number=BATTERY_MAXIMUM_CURRENT,
            key="battery_maximum_current",
            size=2,
            digits=1,
            unit="A",
            storage=Storage.PERMANENT,
            minimum=1,
            maximum=200,
        ),
        Register(number=0xEDEF, key="system_voltage", size=1, unit="V"),
        Register(number=0xEDE8, key="bms_present", size=1),
        Register(
            number=0xEDDF, key="charger_maximum_current", size=2, digits=1, unit="A"
        ),
        Register(number=0xEDDD, key="yield_system", size=4, digits=2, unit="kWh"),
        Register(number=0xEDDC, key="yield_total", size=4, digits=2, unit="kWh"),
        Register(
            number=0xEDDB,
            key="charger_temperature",
            size=2,
            signed=True,
            digits=2,
            unit="°C",
        ),
        Register(number=0xEDDA, key="charger_error", size=1),
        Register(number=0xEDD7, key="charger_current", size=2, digits=1, unit="A"),
        Register(number=0xEDD5, key="charger_voltage", size=2, digits=2, unit="V"),
        Register(number=0xEDD3, key="yield_today", size=2, digits=2, unit="kWh"),
        Register(number=0xEDD2, key="max_power_today", size=2, unit="W"),
        Register(number=0xEDD1, key="yield_yesterday", size=2, digits=2, unit="kWh"),
        Register(number=0xEDD0, key="max_power_yesterday", size=2, unit="W"),
        Register(number=0xEDBC, key="solar_power", size=4, digits=2, unit="W"),
        Register(number=0xEDBB, key="panel_voltage", size=2, digits=2, unit="V"),
        Register(number=0xEDBD, key="panel_current", size=2, digits=1, unit="A"),
        Register(
            number=0xEDB8, key="panel_maximum_voltage", size=2, digits=2, unit="V"
        ),
        Register(number=0xEDB3, key="tracker_mode", size=1),
        Register(
            number=0xEDAB,
            key="load_control",
            size=1,
            storage=Storage.PERMANENT,
            choices=frozenset({0, 1, 4}),
        ),
        Register(number=0xEDA8, key="load_state", size=1),
    ),
)

INVERTER: Final = _table(
    COMMON,
    (
        Register(
            number=DEVICE_MODE,
            key="device_mode",
            size=1,
            storage=Storage.PERMANENT,
            choices=frozenset({2, 4, 5}),
        ),
        Register(number=0x0230, key="output_voltage", size=2, digits=2, unit="V"),
        Register(
            number=0x0231, key="output_voltage_minimum", size=2, digits=2, unit="V"
        ),
        Register(
            number=0x0232, key="output_voltage_maximum", size=2, digits=2, unit="V"
        ),
        Register(number=0x1040, key="run_time", size=4, unit="s"),
        Register(number=0x1041, key="energy", size=4, digits=2, unit="kVAh"),
        Register(
            number=0x2200, key="ac_voltage", size=2, signed=True, digits=2, unit="V"
        ),
        Register(
            number=0x2201, key="ac_current", size=2, signed=True, digits=1, unit="A"
        ),
        Register(number=0x2202, key="ac_nominal_voltage", size=1, unit="V"),
        Register(number=0x2203, key="rated_power", size=2, signed=True, unit="VA"),
        Register(
            number=0x2205, key="ac_apparent_power", size=4, signed=True, unit="VA"
        ),
    ),
)

MONITOR: Final = _table(
    COMMON,
    (
        Register(
            number=0x0300,
            key="deepest_discharge",
            size=4,
            signed=True,
            digits=1,
            unit="Ah",
        ),
        Register(
            number=0x0306, key="min_voltage", size=4, signed=True, digits=2, unit="V"
        ),
        Register(
            number=0x0307, key="max_voltage", size=4, signed=True, digits=2, unit="V"
        ),
        Register(number=0x0308, key="time_since_full", size=4, unit="s"),
        Register(number=0x0310, key="discharged_energy", size=4, digits=2, unit="kWh"),
        Register(number=0x0311, key="charged_energy", size=4, digits=2, unit="kWh"),
        Register(number=0x0FFE, key="remaining_minutes", size=2, unit="min"),
        Register(number=0x0FFF, key="state_of_charge", size=2, digits=2, unit="%"),
        Register(
            number=0x1000,
            key="battery_capacity",
            size=2,
            unit="Ah",
            storage=Storage.PERMANENT,
            minimum=1,
            maximum=9999,
        ),
        Register(number=0xEEB6, key="synchronised", size=1),
        Register(
            number=0xEEFF,
            key="consumed_ampere_hours",
            size=4,
            signed=True,
            digits=1,
            unit="Ah",
        ),
    ),
)

_OF_FAMILY: Final[Mapping[Family, Registers]] = MappingProxyType(
    {
        Family.MPPT: CHARGER,
        Family.MPPT_RS: CHARGER,
        Family.INVERTER: INVERTER,
        Family.BMV: MONITOR,
    }
)
_ANY: Final = _table(COMMON)


def registers_of(family: Family | None) -> Registers:
    """Return the registers of a family by number, the common ones if unknown."""
    return _ANY if family is None else _OF_FAMILY.get(family, _ANY)
