"""The other end of the wire, for the demo house and for tests."""

from .emulated_adapter import Adapter
from .emulated_controller import Controller, Quirks, Thermostat
from .emulated_models import BX_PLUS, CS_PLUS, MX_1, MX_2, SLT, VITOSOLIC_200, E, Model
from .emulated_packets import ControllerReadings
from .emulated_values import Parameter, bx_plus_parameters

__all__ = [
    "BX_PLUS",
    "CONTROLLER",
    "CS_PLUS",
    "MX_1",
    "MX_2",
    "SLT",
    "VITOSOLIC_200",
    "Adapter",
    "Controller",
    "ControllerReadings",
    "E",
    "Model",
    "Parameter",
    "Quirks",
    "Thermostat",
    "bx_plus_parameters",
]

CONTROLLER = BX_PLUS.address
"""The controller of the demo house."""
