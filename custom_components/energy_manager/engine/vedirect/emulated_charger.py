"""Emulated solar chargers: SmartSolar MPPT 150/70, firmware 1.64, and others."""

from dataclasses import dataclass, replace
from typing import Final

from .emulated_charger_memory import ChargerMemory
from .frames import encode_block
from .records import DayRecord
from .registers_common import DEVICE_STATE, HISTORY_TODAY, HISTORY_TOTAL, OFF_REASON

RECORD_PERIOD_S: Final = 60
"""Seconds between two unasked records of the day."""
FIRST_RECORDS: Final = 0x0116
"""From here on firmware tells its records unasked."""
FIRST_CHANGES: Final = 0x0117
"""From here on firmware tells what changes, while the host uses HEX."""
FIRST_FWE: Final = 0x0300
"""From here on firmware tells its version with a third byte, in two blocks."""
EXTERNAL_UNTIL: Final = 0x0139
"""Up to here any external control is a state of its own."""

STATE_OFF: Final = 0
STATE_FAULT: Final = 2
STATE_EXTERNAL: Final = 252
NO_INPUT: Final = 0x01
SWITCHED_OFF: Final = 0x04
PROTECTION: Final = 0x10
BMS_LOST: Final = 67
DARK_V: Final = 1.0
LOAD_OFF_BELOW_V: Final = 11.1
"""Of a battery of 12 V: the load output protects it from deep discharge."""

CHANGING: Final = (DEVICE_STATE, OFF_REASON, 0xEDBC, 0xEDBB, 0xEDD5, 0xEDD7)
"""Registers that are told unasked while the host uses HEX."""
EACH_SECOND: Final = (0xEDDB, 0xEDBC, 0xEDBB, 0xED8D)
"""Registers that newer chargers tell each second."""
FIRST_BLOCK_FIELDS: Final = 9
"""Newer chargers send so many fields in one block, and the rest in another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerReadings:
    """What a solar charger measures."""

    battery_voltage_v: float
    battery_current_a: float
    panel_voltage_v: float
    panel_power_w: float
    state: int
    """State of operation: 0 off, 3 bulk, 4 absorption, 5 float, ..."""
    tracker: int = 2
    """0 off, 1 limited by voltage or current, 2 tracking."""
    yield_total_kwh: float
    yield_today_kwh: float
    yield_yesterday_kwh: float = 0.0
    max_power_today_w: float = 0.0
    max_power_yesterday_w: float = 0.0
    day: int = 0
    """Number of the day, 0 to 364: a change begins a new record."""
    temperature_c: float = 25.0
    error: int = 0
    load_current_a: float = 0.0
    """Of the load output, where there is one and it is on."""


UNMEASURED: Final = ChargerReadings(
    battery_voltage_v=0.0,
    battery_current_a=0.0,
    panel_voltage_v=0.0,
    panel_power_w=0.0,
    state=STATE_OFF,
    tracker=0,
    yield_total_kwh=0.0,
    yield_today_kwh=0.0,
)


class Charger(ChargerMemory):
    """A solar charger at the far end of a VE.Direct cable.

    What the host writes is in `on`, `load_on` and `current_limit_a`; whoever makes the
    readings lets the currents follow.
    """

    def __init__(
        self,
        *,
        product_id: int = 0xA06C,
        serial: str = "HQ2345SUN70",
        firmware: int = 0x0164,
        system_voltage_v: int = 12,
    ) -> None:
        """Be switched on, without any limit but the rated current."""
        self._readings = UNMEASURED
        super().__init__(
            product_id=product_id,
            serial=serial,
            firmware=firmware,
            system_voltage_v=system_voltage_v,
        )
        self._add_measurements()

    @property
    def load_on(self) -> bool:
        """Return whether the load output is on."""
        match self.load_mode & 0x0F:
            case 0:
                return False
            case 4:
                return True
        volts = self._readings.battery_voltage_v * 12 / self._system_voltage_v
        return volts == 0.0 or volts >= LOAD_OFF_BELOW_V

    @property
    def _silent(self) -> bool:
        """Return whether it lives on the panels alone, and they are dark."""
        return self._ratings.silent_at_night and self._readings.panel_voltage_v < DARK_V

    def feed(self, data: bytes) -> bytes:
        """Take bytes that the host sends and return the HEX answers."""
        return b"" if self._silent else super().feed(data)

    def second(self, readings: ChargerReadings) -> bytes:
        """Return what the charger says in one second with these readings."""
        self._uptime_s += 1
        self._let_limits_end()
        self._readings = self._in_force(readings)
        self._days.take(self._day_record(), self._readings.state)
        if self._silent:
            return b""
        fields = self._fields()
        blocks: tuple[tuple[tuple[str, str], ...], ...] = (fields,)
        if self.firmware >= FIRST_FWE:
            blocks = (fields[:FIRST_BLOCK_FIELDS], fields[FIRST_BLOCK_FIELDS:])
        wire = self._text(b"".join(map(encode_block, blocks)))
        if self.firmware >= FIRST_FWE:
            wire += b"".join(map(self._responder.unasked, EACH_SECOND))
        changes = self._responder.asynchronous(CHANGING, 1.0)
        if self.firmware >= FIRST_CHANGES:
            wire += changes
        records = self.firmware >= FIRST_RECORDS
        if records and self._uptime_s % RECORD_PERIOD_S == 0:
            wire += self._responder.unasked(HISTORY_TODAY)
            wire += self._responder.unasked(HISTORY_TOTAL)
        return wire

    def _in_force(self, readings: ChargerReadings) -> ChargerReadings:
        """Return the readings as they are when the charger may not charge."""
        if self._bms_present:
            readings = replace(readings, state=STATE_FAULT, error=BMS_LOST)
        elif not self.on:
            readings = replace(readings, state=STATE_OFF)
        if not self.load_on:
            readings = replace(readings, load_current_a=0.0)
        if self.on and readings.state != STATE_OFF:
            if self.limited and self.firmware <= EXTERNAL_UNTIL:
                readings = replace(readings, state=STATE_EXTERNAL)
            return readings
        return replace(
            readings,
            battery_current_a=min(readings.battery_current_a, 0.0),
            panel_power_w=0.0,
            tracker=0,
        )

    def _day_record(self) -> DayRecord:
        """Return the record of a day that had this second only."""
        readings = self._readings
        volts = readings.battery_voltage_v
        return DayRecord(
            yield_kwh=readings.yield_today_kwh,
            consumed_kwh=None if self._ratings.load_output is False else 0.0,
            max_battery_voltage_v=volts,
            min_battery_voltage_v=volts,
            errors=(readings.error,) if readings.error else (),
            max_power_w=round(max(readings.panel_power_w, readings.max_power_today_w)),
            max_battery_current_a=max(readings.battery_current_a, 0.0),
            max_panel_voltage_v=readings.panel_voltage_v,
            day=readings.day,
        )

    def _off_reason(self) -> int:
        reason = NO_INPUT if self._readings.panel_voltage_v < DARK_V else 0
        if self._bms_present:
            return reason | PROTECTION
        if not self.on:
            return reason | SWITCHED_OFF
        return NO_INPUT if self._readings.state == STATE_OFF else 0

    def _fields(self) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        newer = self.firmware >= FIRST_FWE
        load: tuple[tuple[str, str], ...] = (("LOAD", "ON" if self.load_on else "OFF"),)
        if self._ratings.load_output:
            load += (("IL", _tens(readings.load_current_a * 1000)),)
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            self._long_version_field() if newer else self._version_field(),
            ("SER#", self._serial),
            ("V", _tens(readings.battery_voltage_v * 1000)),
            ("I", _tens(readings.battery_current_a * 1000)),
            ("VPV", _tens(readings.panel_voltage_v * 1000)),
            ("PPV", f"{round(readings.panel_power_w)}"),
            ("CS", f"{readings.state}"),
            ("MPPT", f"{readings.tracker}"),
            ("OR", f"0x{self._off_reason():08X}"),
            ("ERR", f"{readings.error}"),
            *load,
            ("Relay", "OFF"),
            ("H19", f"{round(readings.yield_total_kwh * 100)}"),
            ("H20", f"{round(readings.yield_today_kwh * 100)}"),
            ("H21", f"{round(readings.max_power_today_w)}"),
            ("H22", f"{round(readings.yield_yesterday_kwh * 100)}"),
            ("H23", f"{round(readings.max_power_yesterday_w)}"),
            ("HSDS", f"{readings.day}"),
        )

    def _add_measurements(self) -> None:
        """Have the registers that can only be read."""
        self._add_readings(
            {
                DEVICE_STATE: lambda: self._readings.state,
                OFF_REASON: self._off_reason,
                0xED8D: lambda: self._readings.battery_voltage_v,
                0xED8F: lambda: self._readings.battery_current_a,
                0xEDEC: lambda: None,
                0xEDA8: lambda: self.load_on,
                0xEDAD: lambda: self._readings.load_current_a,
                0xEDDD: lambda: self._readings.yield_total_kwh,
                0xEDDC: lambda: self._readings.yield_total_kwh,
                0xEDDB: lambda: self._readings.temperature_c,
                0xEDDA: lambda: self._readings.error,
                0xEDD7: lambda: self._charger_current_a(),
                0xEDD5: lambda: self._readings.battery_voltage_v,
                0xEDD3: lambda: self._readings.yield_today_kwh,
                0xEDD2: lambda: self._readings.max_power_today_w,
                0xEDD1: lambda: self._readings.yield_yesterday_kwh,
                0xEDD0: lambda: self._readings.max_power_yesterday_w,
                0xEDBC: lambda: self._readings.panel_power_w,
                0xEDBB: lambda: self._readings.panel_voltage_v,
                0xEDB3: lambda: self._readings.tracker,
            },
            total_kwh=lambda: self._readings.yield_total_kwh,
        )

    def _charger_current_a(self) -> float:
        """Return what goes into the battery and into the load output."""
        readings = self._readings
        return max(readings.battery_current_a + readings.load_current_a, 0.0)


def _tens(value: float) -> str:
    """Return a number in steps of ten, as chargers measure."""
    return f"{round(value / 10) * 10}"
