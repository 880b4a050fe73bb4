"""Emulated battery monitors: SmartShunt 500A/50mV, firmware 4.13, and BMV."""

from dataclasses import dataclass
from typing import Final

from .emulated_device import EmulatedDevice
from .frames import encode_block
from .products import PRODUCTS
from .ratings import ratings_of
from .registers_common import (
    ACKNOWLEDGE_ALARM,
    ALARM_REASON,
    RELAY_MODE,
    RELAY_REMOTE,
    RELAY_STATE,
)
from .registers_monitor import BATTERY_CAPACITY, MONITOR, SYNCHRONISE, ZERO_CURRENT

AS_PER_AH: Final = 3600
FULL_PERCENT: Final = 99.95
KELVIN: Final = 273.15
LONGEST_TIME_MIN: Final = 14_400
"""A SmartShunt knows no longer time to go over HEX."""
DEFAULTS: Final = {
    0x1001: 13.2,
    0x1002: 4.0,
    0x1003: 3,
    0x1004: 90,
    0x1005: 1.25,
    0x1006: 0.1,
    0x1007: 3,
    0x1008: 50,
    0x1009: 90,
}
"""Settings of a monitor that comes from the factory."""
CHANGING: Final = (0xED8D, 0xED8C, 0xED8E, 0x0FFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReadings:
    """What a battery monitor measures; None is what it does not know."""

    voltage_v: float
    current_a: float
    """Positive while charging."""
    state_of_charge_percent: float | None = None
    consumed_ah: float | None = None
    """Zero or negative."""
    time_to_go_min: int | None = None
    """None: the battery does not run empty."""
    temperature_c: float | None = None
    """Of a sensor on the auxiliary input."""
    starter_voltage_v: float | None = None
    """Of a battery on the auxiliary input."""
    discharged_kwh: float = 0.0
    charged_kwh: float = 0.0
    alarm_reason: int = 0


@dataclass(slots=True)
class Statistics:
    """What a monitor remembers."""

    deepest_ah: float = 0.0
    drawn_ah: float = 0.0
    """Cumulative charge drawn, negative."""
    lowest_v: float = 0.0
    highest_v: float = 0.0
    since_full_s: int = 0
    synchronisations: int = 0
    full: bool = False


class BatteryMonitor(EmulatedDevice):
    """A battery monitor at the far end of a VE.Direct cable.

    It says measurements and history in two blocks each second, as real ones do. A BMV
    has a relay and a text that pauses while HEX is in use; a SmartShunt has neither.
    """

    def __init__(
        self,
        *,
        product_id: int = 0xA389,
        serial: str = "HQ2345BAT05",
        firmware: int = 0x0413,
        capacity_ah: int = 200,
        text_pause_s: float = 0.0,
    ) -> None:
        """Remember nothing yet."""
        super().__init__(
            table=MONITOR,
            product_id=product_id,
            firmware=firmware,
            serial=serial,
            text_pause_s=text_pause_s,
        )
        self._name = PRODUCTS[product_id].name.removeprefix("BMV-")
        self._relay = bool(ratings_of(product_id).relay)
        self._acknowledged = 0
        self._readings = BatteryReadings(voltage_v=0.0, current_a=0.0)
        self._statistics: Statistics | None = None
        self._add_settings(capacity_ah)
        self._add_registers()

    @property
    def capacity_ah(self) -> int:
        """Return the battery's capacity as set over HEX."""
        return int(self._responder.stored[BATTERY_CAPACITY])

    @property
    def relay_closed(self) -> bool:
        """Return whether the relay is closed."""
        return bool(self._responder.stored.get(RELAY_STATE, 0))

    @property
    def buzzing(self) -> bool:
        """Return whether it sounds: for an alarm that nobody has acknowledged."""
        return bool(self._readings.alarm_reason & ~self._acknowledged)

    def second(self, readings: BatteryReadings) -> bytes:
        """Return both blocks of one second with these readings."""
        self._uptime_s += 1
        self._readings = readings
        self._acknowledged &= readings.alarm_reason
        statistics = self._remember(readings)
        blocks = encode_block(self._measurements())
        blocks += encode_block(self._history(statistics))
        return self._text(blocks) + self._responder.asynchronous(CHANGING, 1.0)

    def _remember(self, readings: BatteryReadings) -> Statistics:
        kept = self._statistics
        if kept is None:
            volts = readings.voltage_v
            kept = self._statistics = Statistics(lowest_v=volts, highest_v=volts)
        kept.lowest_v = min(kept.lowest_v, readings.voltage_v)
        kept.highest_v = max(kept.highest_v, readings.voltage_v)
        kept.drawn_ah += min(readings.current_a, 0.0) / AS_PER_AH
        kept.deepest_ah = min(kept.deepest_ah, readings.consumed_ah or 0.0)
        charge = readings.state_of_charge_percent
        full = charge is not None and charge >= FULL_PERCENT
        kept.synchronisations += full and not kept.full
        kept.since_full_s = 0 if full else kept.since_full_s + 1
        kept.full = full
        return kept

    def _power_w(self) -> float:
        return self._readings.voltage_v * self._readings.current_a

    def _time_to_go_min(self) -> int | None:
        minutes = self._readings.time_to_go_min
        return None if minutes is None else min(minutes, LONGEST_TIME_MIN)

    def _measurements(self) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        auxiliary: tuple[tuple[str, str], ...] = ()
        if readings.temperature_c is not None:
            auxiliary = (("T", f"{round(readings.temperature_c)}"),)
        elif readings.starter_voltage_v is not None:
            auxiliary = (("VS", _in_units(readings.starter_voltage_v, 1000)),)
        minutes = readings.time_to_go_min
        if readings.state_of_charge_percent is None:
            to_go = "---"
        else:
            to_go = "-1" if minutes is None else f"{minutes}"
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            ("V", _in_units(readings.voltage_v, 1000)),
            *auxiliary,
            ("I", _in_units(readings.current_a, 1000)),
            ("P", _in_units(self._power_w(), 1)),
            ("CE", _in_units(readings.consumed_ah, 1000)),
            ("SOC", _in_units(readings.state_of_charge_percent, 10)),
            ("TTG", to_go),
            ("Alarm", "ON" if readings.alarm_reason else "OFF"),
            *self._relay_field(),
            ("AR", f"{readings.alarm_reason}"),
            ("BMV", self._name),
            self._version_field(4),
            ("MON", "0"),
        )

    def _relay_field(self) -> tuple[tuple[str, str], ...]:
        if not self._relay:
            return ()
        return (("Relay", "ON" if self.relay_closed else "OFF"),)

    def _history(self, statistics: Statistics) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        return (
            ("H1", _in_units(statistics.deepest_ah, 1000)),
            ("H2", _in_units(readings.consumed_ah, 1000)),
            ("H3", _in_units(statistics.deepest_ah, 1000)),
            ("H4", "0"),
            ("H5", "0"),
            ("H6", _in_units(statistics.drawn_ah, 1000)),
            ("H7", _in_units(statistics.lowest_v, 1000)),
            ("H8", _in_units(statistics.highest_v, 1000)),
            ("H9", f"{statistics.since_full_s}"),
            ("H10", f"{statistics.synchronisations}"),
            ("H11", "0"),
            ("H12", "0"),
            ("H15", "0"),
            ("H16", "0"),
            ("H17", _in_units(readings.discharged_kwh, 100)),
            ("H18", _in_units(readings.charged_kwh, 100)),
        )

    def _add_settings(self, capacity_ah: int) -> None:
        """Have the registers that the host may write, and its commands."""
        add, stored = self._responder.add_setting, self._responder.stored
        defaults = {**DEFAULTS, BATTERY_CAPACITY: capacity_ah}
        for number, value in defaults.items():
            register = MONITOR[number]
            assert register.minimum is not None
            assert register.maximum is not None
            add(register, value, (register.minimum, register.maximum))
        if self._relay:
            add(MONITOR[RELAY_MODE], 0, choices=(0, 1, RELAY_REMOTE))
            add(
                MONITOR[RELAY_STATE],
                0,
                choices=(0, 1),
                writable=lambda: stored[RELAY_MODE] == RELAY_REMOTE,
            )
        command = self._responder.add_command
        command(MONITOR[SYNCHRONISE], self._synchronise)
        command(MONITOR[ZERO_CURRENT], lambda: None)
        command(MONITOR[ACKNOWLEDGE_ALARM], self._acknowledge)

    def _synchronise(self) -> None:
        """Take the battery for full from now on."""
        if self._statistics is not None:
            self._statistics.synchronisations += 1
            self._statistics.since_full_s = 0

    def _acknowledge(self) -> None:
        """Be silent about the alarms that are present."""
        self._acknowledged = self._readings.alarm_reason

    def _add_registers(self) -> None:
        """Have the registers that can only be read."""
        self._responder.add_numbers(
            MONITOR,
            {
                ALARM_REASON: lambda: self._readings.alarm_reason,
                0x0310: lambda: self._readings.discharged_kwh,
                0x0311: lambda: self._readings.charged_kwh,
                0x0FFE: self._time_to_go_min,
                0x0FFF: lambda: self._readings.state_of_charge_percent,
                0xED8C: lambda: self._readings.current_a,
                0xED8D: lambda: self._readings.voltage_v,
                0xED8E: self._power_w,
                0xED8F: lambda: self._readings.current_a,
                0xEDEC: self._temperature_k,
                0xEEB6: lambda: self._readings.state_of_charge_percent is not None,
                0xEEFF: lambda: self._readings.consumed_ah,
            },
        )

    def _temperature_k(self) -> float | None:
        celsius = self._readings.temperature_c
        return None if celsius is None else celsius + KELVIN


def _in_units(value: float | None, factor: int) -> str:
    """Return a value in units of the text protocol, `---` if it is unknown."""
    return "---" if value is None else f"{round(value * factor)}"
