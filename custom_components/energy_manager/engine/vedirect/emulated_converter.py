"""Emulated chargers on another battery (Orion XS) or on a socket (Blue Smart)."""

from dataclasses import dataclass
from typing import Final

from .emulated_device import EmulatedDevice
from .frames import encode_block
from .products import PRODUCTS, Family
from .ratings import ratings_of
from .registers_charger import (
    BATTERY_MAXIMUM_CURRENT,
    CHARGER_MAXIMUM_CURRENT,
    CONVERTER,
)
from .registers_common import DEVICE_MODE, DEVICE_STATE, OFF_REASON

ON: Final = 1
OFF: Final = 4
STATE_OFF: Final = 0
SWITCHED_OFF: Final = 0x04
FACTORY_CURRENT_A: Final = 25.0
EACH_SECOND: Final = (DEVICE_STATE, 0xED8D, 0xED8F, 0xEDDB)
"""New products tell some registers each second, asked or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverterReadings:
    """What a charger measures; its input counts only for one on a battery."""

    output_voltage_v: float
    output_current_a: float
    state: int
    """State of operation: 0 off, 3 bulk, 4 absorption, 5 float, 11 supply."""
    input_voltage_v: float = 0.0
    input_current_a: float = 0.0
    error: int = 0
    temperature_c: float = 25.0


class Converter(EmulatedDevice):
    """A charger at the far end of a VE.Direct cable.

    What the host writes is in `mode` and `current_limit_a`.
    """

    def __init__(
        self,
        *,
        product_id: int = 0xA3F0,
        serial: str = "HQ2345ORI12",
        firmware: int = 0x0110,
    ) -> None:
        """Be switched on."""
        super().__init__(
            table=CONVERTER,
            product_id=product_id,
            firmware=firmware,
            serial=serial,
            text_pause_s=0.0,
        )
        self._family = PRODUCTS[product_id].family
        self._readings = ConverterReadings(
            output_voltage_v=0.0, output_current_a=0.0, state=STATE_OFF
        )
        rated = ratings_of(product_id).maximum_current_a or FACTORY_CURRENT_A
        add = self._responder.add_setting
        add(CONVERTER[DEVICE_MODE], ON, choices=(ON, OFF))
        add(CONVERTER[BATTERY_MAXIMUM_CURRENT], rated, (1.0, rated))
        self._responder.add_numbers(
            CONVERTER,
            {
                DEVICE_STATE: self._state,
                OFF_REASON: self._off_reason,
                CHARGER_MAXIMUM_CURRENT: lambda: rated,
                0xED8D: lambda: self._readings.output_voltage_v,
                0xED8F: self._current_a,
                0xED8C: self._current_a,
                0xEDDA: lambda: self._readings.error,
                0xEDDB: lambda: self._readings.temperature_c,
            },
        )

    @property
    def mode(self) -> int:
        """Return the mode as written: 1 on, 4 off."""
        return int(self.stored[DEVICE_MODE])

    @property
    def current_limit_a(self) -> float:
        """Return the greatest output current that is set."""
        return self.stored[BATTERY_MAXIMUM_CURRENT]

    def second(self, readings: ConverterReadings) -> bytes:
        """Return what the charger says in one second with these readings."""
        self._uptime_s += 1
        self._readings = readings
        self._responder.asynchronous((), 1.0)
        return encode_block(self._fields()) + b"".join(
            map(self._responder.unasked, EACH_SECOND)
        )

    def _state(self) -> int:
        return STATE_OFF if self.mode == OFF else self._readings.state

    def _current_a(self) -> float:
        return 0.0 if self.mode == OFF else self._readings.output_current_a

    def _off_reason(self) -> int:
        return SWITCHED_OFF if self.mode == OFF else 0

    def _fields(self) -> tuple[tuple[str, str], ...]:
        readings = self._readings
        fields = [
            ("PID", f"0x{self._responder.product_id:X}"),
            self._long_version_field(),
            ("SER#", self._serial),
            ("V", f"{round(readings.output_voltage_v * 1000)}"),
            ("I", f"{round(self._current_a() * 1000)}"),
        ]
        if self._family is Family.DCDC:
            amps = 0.0 if self.mode == OFF else readings.input_current_a
            watts = amps * readings.input_voltage_v
            fields += [
                ("DC_IN_V", f"{round(readings.input_voltage_v * 100)}"),
                ("DC_IN_I", f"{round(amps * 10)}"),
                ("DC_IN_P", f"{round(watts)}"),
                ("MODE", f"{self.mode}"),
                ("OR", f"0x{self._off_reason():08X}"),
            ]
        else:
            fields += [("T", "---"), ("Relay", "OFF"), ("MODE", f"{self.mode}")]
            fields.append(("HC#", "127"))
        fields += [("CS", f"{self._state()}"), ("ERR", f"{readings.error}")]
        return tuple(fields)
