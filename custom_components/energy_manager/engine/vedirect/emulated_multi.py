"""An emulated inverter with solar charger: Multi RS Solar 48/6000."""

from typing import Final

from .emulated_charger import UNMEASURED, ChargerReadings
from .emulated_device import EmulatedDevice
from .emulated_inverter import InverterReadings
from .frames import encode_block
from .registers_common import DEVICE_STATE
from .registers_inverter import INVERTER_RS

INVERTING: Final = 9
TRACKERS: Final = 2
EACH_SECOND: Final = (DEVICE_STATE, 0xEDBC, 0xED8D, 0x2205)
"""New products tell some registers each second, asked or not."""


class MultiInverter(EmulatedDevice):
    """An inverter with solar charger at the far end of a VE.Direct cable.

    No document says what may be written to it, so nothing can be written here.
    """

    def __init__(
        self,
        *,
        product_id: int = 0xA442,
        serial: str = "HQ2345MRS48",
        firmware: int = 0x0116,
    ) -> None:
        """Be switched on."""
        super().__init__(
            table=INVERTER_RS,
            product_id=product_id,
            firmware=firmware,
            serial=serial,
            text_pause_s=0.0,
        )
        self._solar = UNMEASURED
        self._ac = InverterReadings(
            battery_voltage_v=0.0,
            ac_voltage_v=0.0,
            ac_current_a=0.0,
            ac_apparent_power_va=0.0,
        )
        self._responder.add_numbers(
            INVERTER_RS,
            {
                DEVICE_STATE: self._state,
                0x0244: lambda: TRACKERS,
                0xED8D: lambda: self._solar.battery_voltage_v,
                0xED8F: lambda: self._solar.battery_current_a,
                0xEDBC: lambda: self._solar.panel_power_w,
                0xECCC: lambda: self._solar.panel_power_w / TRACKERS,
                0xECCB: lambda: self._solar.panel_voltage_v,
                0xECDC: lambda: self._solar.panel_power_w / TRACKERS,
                0xECDB: lambda: self._solar.panel_voltage_v,
                0xEDDA: lambda: self._solar.error,
                0x2200: lambda: self._ac.ac_voltage_v,
                0x2201: lambda: self._ac.ac_current_a,
                0x2205: lambda: self._ac.ac_apparent_power_va,
            },
        )

    def second(self, solar: ChargerReadings, ac: InverterReadings) -> bytes:
        """Return what the device says in one second with these readings."""
        self._uptime_s += 1
        self._solar, self._ac = solar, ac
        self._responder.asynchronous((), 1.0)
        return encode_block(self._fields()) + b"".join(
            map(self._responder.unasked, EACH_SECOND)
        )

    def _state(self) -> int:
        inverting = self._ac.ac_apparent_power_va > 0.0
        return INVERTING if inverting else self._solar.state

    def _fields(self) -> tuple[tuple[str, str], ...]:
        solar, ac = self._solar, self._ac
        return (
            ("PID", f"0x{self._responder.product_id:X}"),
            ("SER#", self._serial),
            self._long_version_field(),
            ("CS", f"{self._state()}"),
            ("ERR", f"{solar.error}"),
            ("AC_OUT_I", f"{round(ac.ac_current_a * 10)}"),
            ("AC_OUT_V", f"{round(ac.ac_voltage_v * 100)}"),
            ("V", f"{round(solar.battery_voltage_v * 1000)}"),
            ("I", f"{round(solar.battery_current_a * 1000)}"),
            ("VPV", f"{round(solar.panel_voltage_v * 1000)}"),
            ("PPV", f"{round(solar.panel_power_w)}"),
            ("H19", f"{round(solar.yield_total_kwh * 100)}"),
            ("H20", f"{round(solar.yield_today_kwh * 100)}"),
            ("H21", f"{round(solar.max_power_today_w)}"),
            ("H22", f"{round(solar.yield_yesterday_kwh * 100)}"),
            ("H23", f"{round(solar.max_power_yesterday_w)}"),
            ("HSDS", f"{solar.day}"),
        )
