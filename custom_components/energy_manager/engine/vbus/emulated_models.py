"""The kinds of controllers that are emulated."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from . import emulated_packets as packets, emulated_values as tables
from .emulated_packets import ControllerReadings, ModuleTemperatures
from .emulated_values import Parameters
from .frames import Packet


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What one kind of controller is like.

    `relay_mode` is the name of the manual mode of a relay, with its number, and
    `automatic` the number that is the controller's own automatic. `tells_hashes` is
    false for those that do not answer questions for names, `newer` for those that
    answer a look-up as they answer a read.
    """

    address: int
    parameters: Callable[[], Parameters]
    packets: Callable[[ControllerReadings, ModuleTemperatures], list[Packet]]
    relay_mode: str
    relays: int
    automatic: int
    tells_changeset: bool = True
    tells_hashes: bool = True
    newer: bool = True


_REGULATOR: Final = "Relais_Regler_R{}_Handbetrieb"

BX_PLUS: Final = Model(
    address=0x7112,
    parameters=tables.bx_plus_parameters,
    packets=packets.bx_plus,
    relay_mode=_REGULATOR,
    relays=5,
    automatic=2,
)
MX_2: Final = Model(
    address=0x7E11,
    parameters=tables.mx_2_parameters,
    packets=packets.mx,
    relay_mode=_REGULATOR,
    relays=14,
    automatic=2,
)
MX_1: Final = replace(MX_2, parameters=tables.mx_1_parameters, newer=False)
SLT: Final = Model(
    address=0x1001,
    parameters=tables.slt_parameters,
    packets=packets.slt,
    relay_mode=_REGULATOR,
    relays=4,
    automatic=2,
)
CS_PLUS: Final = Model(
    address=0x2211,
    parameters=tables.cs_plus_parameters,
    packets=packets.cs_plus,
    relay_mode="Handbetrieb{}",
    relays=2,
    automatic=1,
    newer=False,
)
E: Final = Model(
    address=0x1050,
    parameters=tables.e_parameters,
    packets=packets.e,
    relay_mode="Relaismodus{}",
    relays=7,
    automatic=1,
    tells_hashes=False,
)
VITOSOLIC_200: Final = Model(
    address=0x7321,
    parameters=tables.vitosolic_parameters,
    packets=packets.vitosolic_200,
    relay_mode="Relaismodus{}",
    relays=9,
    automatic=0,
    tells_changeset=False,
    tells_hashes=False,
)
