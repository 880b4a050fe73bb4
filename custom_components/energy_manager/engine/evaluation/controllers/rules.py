"""A weather-aware rule as owners build it from automations.

By day the boiler waits if the sun is expected to bring what the tank lacks and the
water is still warm enough; otherwise the thermostat decides.
"""

from collections.abc import Callable

import numpy as np

from ...plant import tank
from ...plant.controller import RelayMode
from ..control import Modes, Observation
from ..outlook import Outlook
from ..setting import Setting

AHEAD_S = 12.0 * 3600.0
YIELD = 0.5
"""Share of the heat at the absorbers that is counted on."""
MARGIN_K = 2.0


class Rules:
    """Holds the boiler before a sunny day."""

    interval_s = 300.0

    def __init__(self, setting: Setting) -> None:
        """Take what the tank lacks from the house."""
        self._house = setting.house

    def decide(self, observation: Observation, outlook: Callable[[], Outlook]) -> Modes:
        """Compare the sun that is expected with what the tank lacks."""
        house = self._house
        top_c = observation.probes_c[-1]
        if house.boiler is None or house.collector is None:
            return Modes()
        if observation.heating_call or top_c < house.hot_water.comfort_c + MARGIN_K:
            return Modes()
        mean_c = sum(observation.probes_c) / len(observation.probes_c)
        heat_j_per_k = house.tank.volume_l * tank.WATER_J_PER_KG_K
        lacking_j = max(house.boiler.setpoint_c - mean_c, 0.0) * heat_j_per_k
        ahead = outlook()
        steps = round(AHEAD_S / ahead.step_s)
        sun_j = float(np.sum(ahead.absorbed_w_per_m2[:steps])) * ahead.step_s
        if YIELD * sun_j * house.collector.area_m2 >= lacking_j:
            return Modes(boiler=RelayMode.OFF)
        return Modes()
