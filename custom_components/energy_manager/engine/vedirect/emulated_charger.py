"""An emulated solar charger, SmartSolar MPPT 150/70, firmware 1.64."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from .frames import BMS_BIT, NETWORK_MODE, encode_block
from .records import DayRecord, TotalRecord
from .registers_charger import BATTERY_MAXIMUM_CURRENT, CHARGER
from .registers_common import (
    CHARGE_CURRENT_LIMIT,
    DEVICE_MODE,
    DEVICE_STATE,
    HISTORY_DAYS,
    HISTORY_TODAY,
    HISTORY_TOTAL,
    OFF_REASON,
    REMOTE_CONTROL,
    UPTIME,
)
from .responder import Cell, Responder

RATED_CURRENT_A: Final = 70.0
LIMIT_TIMEOUT_S: Final = 60
"""A limit or network mode that is not written again ends after so long."""
NO_LIMIT: Final = 0xFFFF
EXTERNAL_CONTROL_BITS: Final = 0x05
REMOTE_ON_OFF_BIT: Final = 0x02
RECORD_PERIOD_S: Final = 60
"""Seconds between two unasked records of the day."""

ON: Final = 1
OFF: Final = 4
OFF_OF_OLD: Final = 0
"""Older firmware writes and reports this for off; it is still understood."""

STATE_OFF: Final = 0
STATE_FAULT: Final = 2
STATE_MINUTES: Final = {3: "bulk_min", 4: "absorption_min", 5: "float_min"}
NO_INPUT: Final = 0x01
SWITCHED_OFF: Final = 0x04
PROTECTION: Final = 0x10
BMS_LOST: Final = 67

CHANGING: Final = (DEVICE_STATE, OFF_REASON, 0xEDBC, 0xEDBB, 0xEDD5, 0xEDD7)
"""Registers that are told unasked while the host uses HEX."""


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


class Charger:
    """A solar charger at the far end of a VE.Direct cable.

    What the host writes is in `on` and `current_limit_a`; whoever makes the readings
    lets the current follow.
    """

    def __init__(
        self, *, product_id: int = 0xA06C, serial: str = "HQ2345SUN70"
    ) -> None:
        """Be switched on, without any limit but the rated current."""
        self._serial = serial
        self._readings = UNMEASURED
        self._mode = ON
        self._maximum_current_a = RATED_CURRENT_A
        self._bms_present = False
        self._history: list[DayRecord] = []
        self._minutes: dict[str, float] = {}
        self._restart()
        self._responder = Responder(product_id=product_id, version=0x0164)
        self._responder.add_identity(
            CHARGER, serial=serial, model="SmartSolar Charger MPPT 150/70"
        )
        self._add_settings()
        self._add_measurements()

    def _restart(self) -> None:
        """Forget what is only in memory."""
        self._uptime_s = 0
        self._remote_control = REMOTE_ON_OFF_BIT
        self._network_mode = 0
        self._network_mode_age_s = 0
        self._limit = NO_LIMIT
        self._limit_age_s = 0

    @property
    def mode(self) -> int:
        """Return the mode as written: 1 on, 4 off."""
        return OFF if self._mode == OFF_OF_OLD else self._mode

    @property
    def on(self) -> bool:
        """Return whether the charger charges when there is sun."""
        switched_off = self.mode == OFF and self._remote_control & REMOTE_ON_OFF_BIT
        return not switched_off and not self._bms_present

    @property
    def current_limit_a(self) -> float:
        """Return the greatest battery current that is allowed now."""
        if not self._network_mode & EXTERNAL_CONTROL_BITS or self._limit == NO_LIMIT:
            return self._maximum_current_a
        return min(self._limit / 10, self._maximum_current_a)

    def feed(self, data: bytes) -> bytes:
        """Take bytes that the host sends and return the HEX answers."""
        answers = self._responder.feed(data)
        if self._responder.restarted:
            self._responder.restarted = False
            self._restart()
        return answers

    def second(self, readings: ChargerReadings) -> bytes:
        """Return what the charger says in one second with these readings."""
        self._uptime_s += 1
        self._let_limits_end()
        self._readings = self._in_force(readings)
        self._record()
        wire = encode_block(self._fields())
        wire += self._responder.asynchronous(CHANGING, 1.0)
        if self._uptime_s % RECORD_PERIOD_S == 0:
            wire += self._responder.unasked(HISTORY_TODAY)
            wire += self._responder.unasked(HISTORY_TOTAL)
        return wire

    def _let_limits_end(self) -> None:
        self._limit_age_s += 1
        if self._limit_age_s >= LIMIT_TIMEOUT_S:
            self._limit = NO_LIMIT
        self._network_mode_age_s += 1
        if self._network_mode_age_s >= LIMIT_TIMEOUT_S:
            self._network_mode = 0

    def _in_force(self, readings: ChargerReadings) -> ChargerReadings:
        """Return the readings as they are when the charger may not charge."""
        if self._bms_present:
            readings = replace(readings, state=STATE_FAULT, error=BMS_LOST)
        elif not self.on:
            readings = replace(readings, state=STATE_OFF)
        if self.on and readings.state != STATE_OFF:
            return readings
        return replace(
            readings,
            battery_current_a=min(readings.battery_current_a, 0.0),
            panel_power_w=0.0,
            tracker=0,
        )

    def _off_reason(self) -> int:
        reason = NO_INPUT if self._readings.panel_voltage_v < 1.0 else 0
        if self._bms_present:
            return reason | PROTECTION
        if not self.on:
            return reason | SWITCHED_OFF
        return NO_INPUT if self._readings.state == STATE_OFF else 0

    def _fields(self) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            ("FW", f"{self._responder.version:X}"),
            ("SER#", self._serial),
            ("V", _tens(readings.battery_voltage_v * 1000)),
            ("I", _tens(readings.battery_current_a * 1000)),
            ("VPV", _tens(readings.panel_voltage_v * 1000)),
            ("PPV", f"{round(readings.panel_power_w)}"),
            ("CS", f"{readings.state}"),
            ("MPPT", f"{readings.tracker}"),
            ("OR", f"0x{self._off_reason():08X}"),
            ("ERR", f"{readings.error}"),
            ("LOAD", "ON"),
            ("Relay", "OFF"),
            ("H19", f"{round(readings.yield_total_kwh * 100)}"),
            ("H20", f"{round(readings.yield_today_kwh * 100)}"),
            ("H21", f"{round(readings.max_power_today_w)}"),
            ("H22", f"{round(readings.yield_yesterday_kwh * 100)}"),
            ("H23", f"{round(readings.max_power_yesterday_w)}"),
            ("HSDS", f"{readings.day}"),
        )

    def _record(self) -> None:
        """Keep the record of the day."""
        readings = self._readings
        volts = readings.battery_voltage_v
        if not self._history or self._history[0].day != readings.day:
            today = DayRecord(
                yield_kwh=0.0,
                max_battery_voltage_v=volts,
                min_battery_voltage_v=volts,
                day=readings.day,
            )
            self._history = [today, *self._history][:HISTORY_DAYS]
            self._minutes = dict.fromkeys(STATE_MINUTES.values(), 0.0)
        if readings.state in STATE_MINUTES:
            self._minutes[STATE_MINUTES[readings.state]] += 1 / 60
        today = self._history[0]
        self._history[0] = replace(
            today,
            yield_kwh=readings.yield_today_kwh,
            max_battery_voltage_v=max(today.max_battery_voltage_v, volts),
            min_battery_voltage_v=min(today.min_battery_voltage_v, volts),
            bulk_min=int(self._minutes["bulk_min"]),
            absorption_min=int(self._minutes["absorption_min"]),
            float_min=int(self._minutes["float_min"]),
            max_power_w=round(
                max(
                    today.max_power_w,
                    readings.panel_power_w,
                    readings.max_power_today_w,
                )
            ),
            max_battery_current_a=max(
                today.max_battery_current_a, readings.battery_current_a
            ),
            max_panel_voltage_v=max(
                today.max_panel_voltage_v, readings.panel_voltage_v
            ),
        )

    def _day(self, age: int) -> bytes | None:
        """Return the record of so many days ago."""
        return self._history[age].encode() if age < len(self._history) else None

    def _total(self) -> bytes | None:
        if not self._history:
            return None
        gained = self._readings.yield_total_kwh
        return TotalRecord(
            user_yield_kwh=gained,
            system_yield_kwh=gained,
            max_panel_voltage_v=max(day.max_panel_voltage_v for day in self._history),
            max_battery_voltage_v=max(
                day.max_battery_voltage_v for day in self._history
            ),
            min_battery_voltage_v=min(
                day.min_battery_voltage_v for day in self._history
            ),
            days=len(self._history),
        ).encode()

    def _add_settings(self) -> None:
        """Have the registers that the host may write."""
        add = self._responder.add
        add(
            Cell(
                register=CHARGER[DEVICE_MODE],
                get=lambda: bytes([self.mode]),
                set=self._set_mode,
                choices=frozenset({ON, OFF, OFF_OF_OLD}),
            )
        )
        add(
            Cell(
                register=CHARGER[REMOTE_CONTROL],
                get=lambda: self._remote_control.to_bytes(4, "little"),
                set=self._set_remote_control,
            )
        )
        add(
            Cell(
                register=CHARGER[NETWORK_MODE],
                get=lambda: bytes([self._network_mode]),
                set=self._set_network_mode,
            )
        )
        add(
            Cell(
                register=CHARGER[CHARGE_CURRENT_LIMIT],
                get=lambda: self._limit.to_bytes(2, "little"),
                set=self._set_limit,
            )
        )
        maximum = CHARGER[BATTERY_MAXIMUM_CURRENT]
        add(
            Cell(
                register=maximum,
                get=lambda: maximum.encode(self._maximum_current_a),
                set=self._set_maximum_current,
                lowest=1.0,
                highest=RATED_CURRENT_A,
            )
        )

    def _set_mode(self, data: bytes) -> None:
        self._mode = data[0]

    def _set_remote_control(self, data: bytes) -> None:
        # Bits can only be set; a restart clears them.
        self._remote_control |= int.from_bytes(data, "little")

    def _set_network_mode(self, data: bytes) -> None:
        self._network_mode = data[0]
        self._network_mode_age_s = 0
        if self._network_mode & BMS_BIT:
            self._bms_present = True

    def _set_limit(self, data: bytes) -> None:
        self._limit = int.from_bytes(data, "little")
        self._limit_age_s = 0

    def _set_maximum_current(self, data: bytes) -> None:
        self._maximum_current_a = int.from_bytes(data, "little") / 10

    def _add_measurements(self) -> None:
        """Have the registers that can only be read."""
        self._responder.add_numbers(
            CHARGER,
            {
                0x0140: lambda: 0x0001_C93C,
                UPTIME: lambda: self._uptime_s,
                DEVICE_STATE: lambda: self._readings.state,
                OFF_REASON: self._off_reason,
                0xED8D: lambda: self._readings.battery_voltage_v,
                0xED8F: lambda: self._readings.battery_current_a,
                0xEDEC: lambda: None,
                0xEDEF: lambda: 12,
                0xEDF1: lambda: 3,
                0xEDF6: lambda: 13.8,
                0xEDF7: lambda: 14.4,
                0xEDFB: lambda: 6.0,
                0xEDE8: lambda: int(self._bms_present),
                0xEDDF: lambda: RATED_CURRENT_A,
                0xEDDD: lambda: self._readings.yield_total_kwh,
                0xEDDC: lambda: self._readings.yield_total_kwh,
                0xEDDB: lambda: self._readings.temperature_c,
                0xEDDA: lambda: self._readings.error,
                0xEDD7: lambda: max(self._readings.battery_current_a, 0.0),
                0xEDD5: lambda: self._readings.battery_voltage_v,
                0xEDD3: lambda: self._readings.yield_today_kwh,
                0xEDD2: lambda: self._readings.max_power_today_w,
                0xEDD1: lambda: self._readings.yield_yesterday_kwh,
                0xEDD0: lambda: self._readings.max_power_yesterday_w,
                0xEDBC: lambda: self._readings.panel_power_w,
                0xEDBB: lambda: self._readings.panel_voltage_v,
                0xEDB3: lambda: self._readings.tracker,
            },
        )
        self._responder.add(Cell(register=CHARGER[HISTORY_TOTAL], get=self._total))
        for age in range(HISTORY_DAYS):
            register = CHARGER[HISTORY_TODAY + age]
            self._responder.add(Cell(register=register, get=partial(self._day, age)))


def _tens(value: float) -> str:
    """Return a number in steps of ten, as chargers measure."""
    return f"{round(value / 10) * 10}"
