"""Emulated VE.Direct devices: text once a second, answers over HEX, no clock.

Each call of `second` is one second of the device, whatever a clock says. Readings
come from outside; the devices add what their firmware adds: modes written over HEX,
off reasons, statistics, time-outs, checksums and asynchronous frames.
"""

from .emulated_charger import Charger, ChargerReadings
from .emulated_converter import Converter, ConverterReadings
from .emulated_inverter import Inverter, InverterReadings
from .emulated_line import Line
from .emulated_monitor import BatteryMonitor, BatteryReadings
from .emulated_multi import MultiInverter

__all__ = [
    "BatteryMonitor",
    "BatteryReadings",
    "Charger",
    "ChargerReadings",
    "Converter",
    "ConverterReadings",
    "Inverter",
    "InverterReadings",
    "Line",
    "MultiInverter",
]
