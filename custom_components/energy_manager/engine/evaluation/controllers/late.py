"""A thermostat set as low as comfort allows: what a careful owner does by hand."""

from collections.abc import Callable

from ...plant.controller import RelayMode
from ..control import Modes, Observation
from ..outlook import Outlook
from ..setting import Setting

MARGIN_K = 4.0
"""Above comfort, so that a long shower stays warm."""


class Late:
    """Holds the boiler until the top of the tank is hardly warm enough."""

    interval_s = 300.0

    def __init__(self, setting: Setting) -> None:
        """Take the temperature that people feel as warm."""
        self._least_c = setting.house.hot_water.comfort_c + MARGIN_K

    def decide(
        self, observation: Observation, _outlook: Callable[[], Outlook]
    ) -> Modes:
        """Release the boiler at the last moment."""
        if observation.probes_c[-1] > self._least_c and not observation.heating_call:
            return Modes(boiler=RelayMode.OFF)
        return Modes()
