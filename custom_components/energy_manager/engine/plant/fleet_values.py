"""The changing values of a fleet: one array of numbers and one of flags.

Each row is one quantity, each column a house, so that houses that have reached the
end of a step are set aside and put back at once.
"""

import numpy as np

from . import year
from .fleet_structure import OverHouses
from .house_state import DAY_S, HouseState
from .house_sums import HouseSums
from .sun import FloatArray

SUMS = (
    "boiler",
    "boiler_starts",
    "cool_l",
    "drawn_l",
    "fuel",
    "grid",
    "heating",
    "heating_unmet",
    "hot_water",
    "hot_water_unmet",
    "immersion",
    "inverter_ac",
    "load",
    "pv",
    "pv_available",
    "solar",
    "stagnation_s",
    "tank_loss",
)
"""What of `HouseSums` the figures of a result are made of."""
NUMBERS = 6
FLAGS = 10


class FleetValues(OverHouses):
    """The changing values of a fleet."""

    def __init__(self, nodes: int, houses: int, ambient_c: float) -> None:
        """Begin as `year.start_state` does."""
        self._values = np.zeros((nodes + NUMBERS + len(SUMS), houses))
        self._flags = np.zeros((FLAGS, houses), dtype=np.bool_)
        self.tank_c = self._values[:nodes]
        (
            self.collector_c,
            self.pump_output,
            self.pump,
            self.boiler_since_s,
            self.soc,
            self.battery_w,
        ) = self._values[nodes : nodes + NUMBERS]
        (
            self.blocked,
            self.full,
            self.valve_on,
            self.hot_water_call,
            self.heating_call,
            self.boiler_on,
            self.low_battery,
            self.charging,
            self.absorbing,
            self.floating,
        ) = self._flags
        self.sums = self._values[nodes + NUMBERS :]
        (
            self.boiler,
            self.boiler_starts,
            self.cool_l,
            self.drawn_l,
            self.fuel,
            self.grid,
            self.heating,
            self.heating_unmet,
            self.hot_water,
            self.hot_water_unmet,
            self.immersion,
            self.inverter_ac,
            self.load,
            self.pv,
            self.pv_available,
            self.solar,
            self.stagnation_s,
            self.tank_loss,
        ) = self.sums
        self._begin(ambient_c)

    def _begin(self, ambient_c: float) -> None:
        """Begin at rest with a warm tank."""
        rest = HouseState(tank_c=(), collector_c=ambient_c, ambient_mean_c=ambient_c)
        self.tank_c.fill(year.WARM_UP_TANK_C)
        self.collector_c.fill(ambient_c)
        self.boiler_since_s.fill(DAY_S)
        self.soc.fill(rest.soc)
        self.battery_v = rest.battery_v
        """Until the battery has first been asked."""

    def put_aside(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the values of some houses, for `put_back`."""
        return self._values.take(columns, axis=1), self._flags.take(columns, axis=1)

    def put_back(
        self, columns: np.ndarray, values: tuple[np.ndarray, np.ndarray]
    ) -> None:
        """Let some houses be again as they were."""
        self._values[:, columns], self._flags[:, columns] = values


def house_sums(values: FloatArray) -> HouseSums:
    """Return the sums of one house from its column."""
    found = dict(zip(SUMS, values.tolist(), strict=True))
    starts = round(found.pop("boiler_starts"))
    return HouseSums(boiler_starts=starts, **found)
