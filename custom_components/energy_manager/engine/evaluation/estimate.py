"""What a controller takes to be in the tank, from what it sees every few minutes."""

from ..plant.house_document import House
from ..plant.observer import TankObserver
from ..plant.sensed_flows import Sensed, SensedFlows
from .control import Observation


class TankEstimate:
    """The tank's layers by its probes and by what is known to flow."""

    def __init__(self, house: House) -> None:
        """Know the house as its owner described it; nothing is seen yet."""
        self._house = house
        self._observer = TankObserver(
            house.tank, house.hot_water, collector=house.collector
        )
        self._flows = SensedFlows(house.plant)
        self._seen_s: float | None = None

    @property
    def layers_c(self) -> list[float]:
        """Temperatures of layers of equal volume, bottom first."""
        return self._observer.profile_c

    def sure_c(self, height: float) -> float:
        """Return what the layer that begins at a relative height surely has."""
        return self._observer.sure_c(height)

    def look(
        self, seen: Observation, heating_w: float, *, valve_on: bool | None
    ) -> None:
        """Follow the tank to what is seen now.

        `heating_w` is what the rooms are expected to have asked for since the last
        look, `valve_on` how the valve was set by hand in that time.
        """
        if self._seen_s is None:
            self._observer.start_from(seen.probes_c)
        else:
            dt_s = seen.time_s - self._seen_s
            sensed = Sensed(
                pump_percent=seen.pump_percent,
                collector_c=seen.collector_c,
                boiler_on=seen.boiler_on,
                heating_w=heating_w,
                valve_on=valve_on,
            )
            self._flows.gather(sensed, self.layers_c, dt_s)
            self._observer.look(seen.probes_c, self._flows.take(), dt_s)
        self._seen_s = seen.time_s
