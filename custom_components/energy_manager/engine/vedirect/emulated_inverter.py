"""An emulated inverter, Phoenix 12/1200, firmware 1.24."""

from dataclasses import dataclass
from typing import Final

from .frames import encode_block
from .registers_common import (
    ALARM_REASON,
    DEVICE_MODE,
    DEVICE_STATE,
    OFF_REASON,
    UPTIME,
    WARNING_REASON,
)
from .registers_inverter import INVERTER
from .responder import Cell, Responder

ON: Final = 2
OFF: Final = 4
ECO: Final = 5

STATE_OFF: Final = 0
STATE_LOW_POWER: Final = 1
STATE_FAULT: Final = 2
STATE_INVERTING: Final = 9

SWITCHED_OFF: Final = 0x04
PROTECTION: Final = 0x10

WAKE_UP_VA: Final = 15.0
"""In eco mode the inverter sleeps below this load."""
RATED_VA: Final = 1200
VA_S_PER_KVAH: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterReadings:
    """What an inverter measures; the AC side counts only while it inverts."""

    battery_voltage_v: float
    ac_voltage_v: float
    ac_current_a: float
    ac_apparent_power_va: float
    alarm_reason: int = 0
    """Bits of why the inverter switched itself off."""
    warning: int = 0
    """Bits of conditions that are present."""


class Inverter:
    """An inverter at the far end of a VE.Direct cable.

    What the host writes is in `mode`; whoever makes the readings lets the AC side
    follow.
    """

    def __init__(
        self, *, product_id: int = 0xA2F1, serial: str = "HQ2345INV12"
    ) -> None:
        """Be switched on."""
        self._serial = serial
        self._mode = ON
        self._uptime_s = 0
        self._run_time_s = 0
        self._energy_va_s = 0.0
        self._readings = InverterReadings(
            battery_voltage_v=0.0,
            ac_voltage_v=0.0,
            ac_current_a=0.0,
            ac_apparent_power_va=0.0,
        )
        self._responder = Responder(product_id=product_id, version=0x0124)
        self._responder.add_identity(
            INVERTER, serial=serial, model="Phoenix Inverter 12V 1200VA 230V"
        )
        self._add_registers()

    @property
    def mode(self) -> int:
        """Return the mode as written: 2 on, 4 off, 5 eco."""
        return self._mode

    def feed(self, data: bytes) -> bytes:
        """Take bytes that the host sends and return the HEX answers."""
        answers = self._responder.feed(data)
        if self._responder.restarted:
            self._responder.restarted = False
            self._uptime_s = 0
        return answers

    def second(self, readings: InverterReadings) -> bytes:
        """Return what the inverter says in one second with these readings."""
        self._uptime_s += 1
        self._readings = readings
        if self._state() == STATE_INVERTING:
            self._run_time_s += 1
            self._energy_va_s += readings.ac_apparent_power_va
        return encode_block(self._fields()) + self._responder.asynchronous(
            (DEVICE_STATE, OFF_REASON, ALARM_REASON, WARNING_REASON), 1.0
        )

    def _state(self) -> int:
        if self._mode == OFF:
            return STATE_OFF
        if self._readings.alarm_reason:
            return STATE_FAULT
        if self._mode == ECO and self._readings.ac_apparent_power_va < WAKE_UP_VA:
            return STATE_LOW_POWER
        return STATE_INVERTING

    def _off_reason(self) -> int:
        if self._mode == OFF:
            return SWITCHED_OFF
        return PROTECTION if self._readings.alarm_reason else 0

    def _while_inverting(self, value: float) -> float:
        return value if self._state() == STATE_INVERTING else 0.0

    def _fields(self) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        ac = self._while_inverting
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            ("FW", f"{self._responder.version:04X}"),
            ("SER#", self._serial),
            ("MODE", f"{self._mode}"),
            ("CS", f"{self._state()}"),
            ("AC_OUT_V", f"{round(ac(readings.ac_voltage_v) * 100)}"),
            ("AC_OUT_I", f"{round(ac(readings.ac_current_a) * 10)}"),
            ("AC_OUT_S", f"{round(ac(readings.ac_apparent_power_va))}"),
            ("V", f"{round(readings.battery_voltage_v * 1000)}"),
            ("AR", f"{readings.alarm_reason}"),
            ("WARN", f"{readings.warning}"),
            ("OR", f"0x{self._off_reason():08X}"),
        )

    def _add_registers(self) -> None:
        self._responder.add(
            Cell(
                register=INVERTER[DEVICE_MODE],
                get=lambda: bytes([self._mode]),
                set=self._set_mode,
                choices=frozenset({ON, OFF, ECO}),
            )
        )
        ac = self._while_inverting
        self._responder.add_numbers(
            INVERTER,
            {
                UPTIME: lambda: self._uptime_s,
                DEVICE_STATE: self._state,
                OFF_REASON: self._off_reason,
                WARNING_REASON: lambda: self._readings.warning,
                ALARM_REASON: lambda: self._readings.alarm_reason,
                0x0230: lambda: 230.0,
                0x0231: lambda: 210.0,
                0x0232: lambda: 245.0,
                0x1040: lambda: self._run_time_s,
                0x1041: lambda: self._energy_va_s / VA_S_PER_KVAH,
                0x2200: lambda: ac(self._readings.ac_voltage_v),
                0x2201: lambda: ac(self._readings.ac_current_a),
                0x2202: lambda: 230,
                0x2203: lambda: RATED_VA,
                0x2205: lambda: ac(self._readings.ac_apparent_power_va),
                0xED8D: lambda: self._readings.battery_voltage_v,
            },
        )

    def _set_mode(self, data: bytes) -> None:
        self._mode = data[0]
