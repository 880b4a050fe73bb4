"""The boilers of a fleet: equations and order of `boiler` and `HouseRun`."""

from collections.abc import Sequence

import numpy as np

from . import boiler
from .fleet_structure import BoolArray, OverHouses, any_of, column, part
from .fleet_values import FleetValues
from .house_document import House
from .sun import FloatArray


class FleetBurners(OverHouses):
    """The boilers, in the tanks or behind them."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over what the owners told."""
        parts = part(lambda one: one.boiler, houses)
        self.electric_w = column(lambda one: one.electric_w, parts)
        self._power_w = column(lambda one: one.power_kw * 1000.0, parts)
        self._efficiency = column(lambda one: one.efficiency, parts)
        self._condensing = column(lambda one: max(one.condensing_per_k, 0.0), parts)
        self._condenses = bool(self._condensing.any())
        self._start_j = column(lambda one: boiler.fuel_j(one, 0.0, 1), parts)

    def _start(self, values: FleetValues, burns: BoolArray) -> None:
        """Count what starts."""
        starts = burns & ~values.boiler_on
        if any_of(starts):
            values.boiler_starts += starts
            values.fuel += self._start_j * starts
        np.copyto(values.boiler_on, burns)

    def switch(
        self,
        values: FleetValues,
        released: BoolArray | None,
        powered: BoolArray | None,
    ) -> None:
        """Start or stop boilers: released, not too hot, with electricity."""
        burning = values.boiler_on
        if released is None:
            if any_of(burning):
                values.boiler_since_s *= ~burning
                burning.fill(False)
            return
        burns = released if powered is None else released & powered
        changed = burns ^ burning
        if any_of(changed):
            values.boiler_since_s *= ~changed
            self._start(values, burns)

    def burn(
        self, values: FleetValues, zone_c: FloatArray, dt_s: FloatArray
    ) -> FloatArray | None:
        """Return the heat that boilers in the tanks give [J]."""
        if not any_of(values.boiler_on):
            return None
        heat_j = self._power_w * dt_s
        heat_j *= values.boiler_on
        values.boiler += heat_j
        values.fuel += heat_j / self._efficiency_at(zone_c)
        return heat_j

    def _efficiency_at(self, return_c: FloatArray) -> FloatArray:
        """Return heat over fuel, as `boiler.efficiency`."""
        if not self._condenses:
            return self._efficiency
        loss = return_c - boiler.CONDENSING_C
        np.maximum(loss, 0.0, out=loss)
        loss *= self._condensing
        np.minimum(loss, boiler.MOST_CONDENSING, out=loss)
        return self._efficiency - loss

    def top_up(
        self,
        values: FleetValues,
        water_j: FloatArray | None,
        heating_j: FloatArray | None,
        powered: BoolArray | None,
        return_c: FloatArray,
        dt_s: FloatArray,
    ) -> tuple[FloatArray | None, FloatArray | None]:
        """Give what is lacking behind the tanks; return what still lacks [J]."""
        lacking_j = water_j
        if heating_j is not None:
            lacking_j = heating_j if water_j is None else water_j + heating_j
        if lacking_j is None:
            values.boiler_on.fill(False)
            return None, None
        burns = lacking_j > 0.0
        if powered is not None:
            burns &= powered
        self._start(values, burns)
        given_j = np.minimum(lacking_j, self._power_w * dt_s)
        given_j *= burns
        values.boiler += given_j
        values.fuel += given_j / self._efficiency_at(return_c)
        if water_j is not None:
            for_water_j = np.minimum(given_j, water_j)
            values.hot_water += for_water_j
            water_j = water_j - for_water_j
            given_j = given_j - for_water_j
        if heating_j is not None:
            values.heating += given_j
            heating_j = heating_j - given_j
        return water_j, heating_j
