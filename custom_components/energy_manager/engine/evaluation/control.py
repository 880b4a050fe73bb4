"""The interface of a control algorithm: what it sees, and what it may set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..plant.controller import RelayMode
from ..plant.inverter import InverterMode
from .outlook import Outlook


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What sensors tell at one moment."""

    time_s: float
    """Seconds since 1970-01-01 UTC."""
    probes_c: tuple[float, ...]
    """The tank's probes, bottom first."""
    collector_c: float
    ambient_c: float
    pump_percent: float
    """Speed of the solar pump."""
    boiler_on: bool
    boiler_since_s: float
    """Time since the boiler last started or stopped."""
    heating_call: bool
    """Whether the heating asks for the boiler: the tank is too cold for the rooms."""
    soc: float
    """State of charge of the battery, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Modes:
    """What is set until the next look: each left to the maker's control by default."""

    pump: int = RelayMode.AUTO
    valve: int = RelayMode.AUTO
    boiler: int = RelayMode.AUTO
    inverter: int = InverterMode.ON
    charger_on: bool = True


class Controller(Protocol):
    """A control algorithm."""

    interval_s: float
    """How often it is asked."""

    def decide(self, observation: Observation, outlook: Callable[[], Outlook]) -> Modes:
        """Return what to set until it is asked again.

        `outlook` makes a forecast when it is called, not before.
        """
