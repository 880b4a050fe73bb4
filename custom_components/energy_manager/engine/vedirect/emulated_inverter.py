"""Emulated inverters: Phoenix 12/1200, firmware 1.24, and others of the family."""

from dataclasses import dataclass
from typing import Final

from .emulated_device import EmulatedDevice
from .frames import encode_block
from .ratings import ratings_of
from .registers_charger import VOLTAGE_MAXIMUM, VOLTAGE_MINIMUM
from .registers_common import (
    ALARM_REASON,
    DEVICE_MODE,
    DEVICE_STATE,
    OFF_REASON,
    RELAY_MODE,
    RELAY_REMOTE,
    RELAY_STATE,
    WARNING_REASON,
)
from .registers_inverter import (
    CHARGE_DETECTED_VOLTAGE,
    INVERTER,
    OUTPUT_VOLTAGE,
    OUTPUT_VOLTAGE_MAXIMUM,
    OUTPUT_VOLTAGE_MINIMUM,
    RESTART_VOLTAGE,
    SHUT_DOWN_VOLTAGE,
)

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
RELAY_NORMAL: Final = 4
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


class Inverter(EmulatedDevice):
    """An inverter at the far end of a VE.Direct cable.

    What the host writes is in `mode` and `output_voltage_v`; whoever makes the readings
    lets the AC side follow. The bigger ones, called Smart, have a relay and keep their
    text while HEX is in use.
    """

    def __init__(
        self,
        *,
        product_id: int = 0xA2F1,
        serial: str = "HQ2345INV12",
        firmware: int = 0x0124,
        smart: bool = False,
        text_pause_s: float = 0.0,
    ) -> None:
        """Be switched on."""
        super().__init__(
            table=INVERTER,
            product_id=product_id,
            firmware=firmware,
            serial=serial,
            text_pause_s=text_pause_s,
        )
        self._ratings = ratings_of(product_id)
        self._smart = smart
        self._run_time_s = 0
        self._energy_va_s = 0.0
        self._readings = InverterReadings(
            battery_voltage_v=0.0,
            ac_voltage_v=0.0,
            ac_current_a=0.0,
            ac_apparent_power_va=0.0,
        )
        self._add_settings()
        self._add_registers()

    @property
    def mode(self) -> int:
        """Return the mode as written: 2 on, 4 off, 5 eco."""
        return int(self._responder.stored[DEVICE_MODE])

    @property
    def output_voltage_v(self) -> float:
        """Return the voltage that the inverter is set to make."""
        return self._responder.stored[OUTPUT_VOLTAGE]

    def second(self, readings: InverterReadings) -> bytes:
        """Return what the inverter says in one second with these readings."""
        self._uptime_s += 1
        self._readings = readings
        if self._state() == STATE_INVERTING:
            self._run_time_s += 1
            self._energy_va_s += readings.ac_apparent_power_va
        return self._text(encode_block(self._fields())) + self._responder.asynchronous(
            (DEVICE_STATE, OFF_REASON, ALARM_REASON, WARNING_REASON), 1.0
        )

    def _state(self) -> int:
        if self.mode == OFF:
            return STATE_OFF
        if self._readings.alarm_reason:
            return STATE_FAULT
        if self.mode == ECO and self._readings.ac_apparent_power_va < WAKE_UP_VA:
            return STATE_LOW_POWER
        return STATE_INVERTING

    def _off_reason(self) -> int:
        if self.mode == OFF:
            return SWITCHED_OFF
        return PROTECTION if self._readings.alarm_reason else 0

    def _while_inverting(self, value: float) -> float:
        return value if self._state() == STATE_INVERTING else 0.0

    def _fields(self) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        ac = self._while_inverting
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            self._version_field(4),
            ("SER#", self._serial),
            ("MODE", f"{self.mode}"),
            ("CS", f"{self._state()}"),
            ("AC_OUT_V", f"{round(ac(readings.ac_voltage_v) * 100)}"),
            ("AC_OUT_I", f"{round(ac(readings.ac_current_a) * 10)}"),
            ("AC_OUT_S", f"{round(ac(readings.ac_apparent_power_va))}"),
            ("V", f"{round(readings.battery_voltage_v * 1000)}"),
            ("AR", f"{readings.alarm_reason}"),
            ("WARN", f"{readings.warning}"),
            ("OR", f"0x{self._off_reason():08X}"),
            *self._relay_field(),
        )

    def _relay_field(self) -> tuple[tuple[str, str], ...]:
        if not self._smart:
            return ()
        return (("Relay", "ON" if self._responder.stored[RELAY_STATE] else "OFF"),)

    def _add_settings(self) -> None:
        """Have the registers that the host may write."""
        add, stored = self._responder.add_setting, self._responder.stored
        add(INVERTER[DEVICE_MODE], ON, choices=(ON, OFF, ECO))
        nominal = self._nominal_v()
        limits = (nominal * 210 / 230, nominal * 245 / 230)
        add(INVERTER[OUTPUT_VOLTAGE], nominal, limits)
        times = self._ratings.system_voltages[0] / 12
        span = (9.2 * times, 17.0 * times)
        add(INVERTER[SHUT_DOWN_VOLTAGE], 9.3 * times, span)
        add(INVERTER[RESTART_VOLTAGE], 10.9 * times, span)
        add(INVERTER[CHARGE_DETECTED_VOLTAGE], 14.0 * times, span)
        self._responder.add_numbers(
            INVERTER,
            {
                OUTPUT_VOLTAGE_MINIMUM: lambda: limits[0],
                OUTPUT_VOLTAGE_MAXIMUM: lambda: limits[1],
                VOLTAGE_MINIMUM: lambda: span[0],
                VOLTAGE_MAXIMUM: lambda: span[1],
            },
        )
        if self._smart:
            add(INVERTER[RELAY_MODE], RELAY_NORMAL, choices=range(7))
            add(
                INVERTER[RELAY_STATE],
                0,
                choices=(0, 1),
                writable=lambda: stored[RELAY_MODE] == RELAY_REMOTE,
            )

    def _nominal_v(self) -> int:
        nominal = self._ratings.ac_voltage_v
        return 230 if nominal is None else nominal

    def _add_registers(self) -> None:
        """Have the registers that can only be read."""
        ac = self._while_inverting
        self._responder.add_numbers(
            INVERTER,
            {
                DEVICE_STATE: self._state,
                OFF_REASON: self._off_reason,
                WARNING_REASON: lambda: self._readings.warning,
                ALARM_REASON: lambda: self._readings.alarm_reason,
                0x1040: lambda: self._run_time_s,
                0x1041: lambda: self._energy_va_s / VA_S_PER_KVAH,
                0x2200: lambda: ac(self._readings.ac_voltage_v),
                0x2201: lambda: ac(self._readings.ac_current_a),
                0x2202: self._nominal_v,
                0x2203: lambda: self._ratings.rated_power_va,
                0x2205: lambda: ac(self._readings.ac_apparent_power_va),
                0xED8D: lambda: self._readings.battery_voltage_v,
            },
        )
