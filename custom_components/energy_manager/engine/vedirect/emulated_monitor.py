"""An emulated battery monitor, SmartShunt 500A/50mV, firmware 4.13."""

from dataclasses import dataclass
from typing import Final

from .frames import encode_block
from .registers_common import ALARM_REASON, UPTIME
from .registers_monitor import MONITOR
from .responder import Cell, Responder

AS_PER_AH: Final = 3600
FULL_PERCENT: Final = 99.95
KELVIN: Final = 273.15
LONGEST_TIME_MIN: Final = 14_400
"""A SmartShunt knows no longer time to go over HEX."""
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


class BatteryMonitor:
    """A battery monitor at the far end of a VE.Direct cable.

    It says measurements and history in two blocks each second, as real ones do.
    """

    def __init__(
        self,
        *,
        product_id: int = 0xA389,
        serial: str = "HQ2345BAT05",
        capacity_ah: int = 200,
    ) -> None:
        """Remember nothing yet."""
        self._capacity_ah = capacity_ah
        self._uptime_s = 0
        self._readings = BatteryReadings(voltage_v=0.0, current_a=0.0)
        self._statistics: Statistics | None = None
        self._responder = Responder(product_id=product_id, version=0x0413)
        self._responder.add_identity(
            MONITOR, serial=serial, model="SmartShunt 500A/50mV"
        )
        self._add_registers()

    @property
    def capacity_ah(self) -> int:
        """Return the battery's capacity as set over HEX."""
        return self._capacity_ah

    def feed(self, data: bytes) -> bytes:
        """Take bytes that the host sends and return the HEX answers."""
        answers = self._responder.feed(data)
        if self._responder.restarted:
            self._responder.restarted = False
            self._uptime_s = 0
        return answers

    def second(self, readings: BatteryReadings) -> bytes:
        """Return both blocks of one second with these readings."""
        self._uptime_s += 1
        self._readings = readings
        statistics = self._remember(readings)
        return (
            encode_block(self._measurements())
            + encode_block(self._history(statistics))
            + self._responder.asynchronous(CHANGING, 1.0)
        )

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
            auxiliary = (("VS", _text(readings.starter_voltage_v, 1000)),)
        minutes = readings.time_to_go_min
        if readings.state_of_charge_percent is None:
            to_go = "---"
        else:
            to_go = "-1" if minutes is None else f"{minutes}"
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            ("V", _text(readings.voltage_v, 1000)),
            *auxiliary,
            ("I", _text(readings.current_a, 1000)),
            ("P", _text(self._power_w(), 1)),
            ("CE", _text(readings.consumed_ah, 1000)),
            ("SOC", _text(readings.state_of_charge_percent, 10)),
            ("TTG", to_go),
            ("Alarm", "ON" if readings.alarm_reason else "OFF"),
            ("AR", f"{readings.alarm_reason}"),
            ("BMV", "SmartShunt 500A/50mV"),
            ("FW", f"{self._responder.version:04X}"),
            ("MON", "0"),
        )

    def _history(self, statistics: Statistics) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        return (
            ("H1", _text(statistics.deepest_ah, 1000)),
            ("H2", _text(readings.consumed_ah, 1000)),
            ("H3", _text(statistics.deepest_ah, 1000)),
            ("H4", "0"),
            ("H5", "0"),
            ("H6", _text(statistics.drawn_ah, 1000)),
            ("H7", _text(statistics.lowest_v, 1000)),
            ("H8", _text(statistics.highest_v, 1000)),
            ("H9", f"{statistics.since_full_s}"),
            ("H10", f"{statistics.synchronisations}"),
            ("H11", "0"),
            ("H12", "0"),
            ("H15", "0"),
            ("H16", "0"),
            ("H17", _text(readings.discharged_kwh, 100)),
            ("H18", _text(readings.charged_kwh, 100)),
        )

    def _add_registers(self) -> None:
        capacity = MONITOR[0x1000]
        self._responder.add(
            Cell(
                register=capacity,
                get=lambda: capacity.encode(self._capacity_ah),
                set=self._set_capacity,
                lowest=1,
                highest=9999,
            )
        )
        self._responder.add_numbers(
            MONITOR,
            {
                UPTIME: lambda: self._uptime_s,
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

    def _set_capacity(self, data: bytes) -> None:
        self._capacity_ah = int.from_bytes(data, "little")


def _text(value: float | None, factor: int) -> str:
    """Return a value in units of the text protocol, `---` if it is unknown."""
    return "---" if value is None else f"{round(value * factor)}"
