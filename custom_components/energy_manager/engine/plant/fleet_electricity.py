"""The direct-current side of a fleet: equations and order of `Electricity`.

For houses with battery and inverter, the inverter switched on; one chemistry.
"""

from collections.abc import Sequence

import numpy as np

from . import battery, inverter, photovoltaics
from .fleet_structure import BoolArray, OverHouses, all_of, any_of, column, part
from .fleet_values import FleetValues
from .house_document import House
from .sun import FloatArray

_REST = {
    chemistry: (
        np.array([soc for soc, _ in points]),
        np.array([volts for _, volts in points]),
    )
    for chemistry, points in battery.REST_V.items()
}


class FleetChargers(OverHouses):
    """The charge controllers and their modules."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over what the owners told."""
        modules = part(lambda one: one.pv, houses)
        self.efficiency = column(lambda one: one.charger_efficiency, modules)
        self._current_a = column(lambda one: one.charger_current_a, modules)

    def limit_w(
        self, available_w: FloatArray, battery_v: FloatArray | float
    ) -> FloatArray:
        """Return the most that each may give at its output [W]."""
        limit_w = available_w * self.efficiency
        np.minimum(limit_w, self._current_a * battery_v, out=limit_w)
        limit_w *= available_w >= photovoltaics.START_W
        return limit_w


class FleetElectricity(OverHouses):
    """Batteries and inverters; `advance` moves them on."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over what the owners told."""
        stores = part(lambda one: one.battery, houses)
        devices = part(lambda one: one.inverter, houses)
        losses = [inverter.losses(one) for one in devices]
        self._chemistry = stores[0].chemistry
        self._taper = battery.TAPER_FROM[self._chemistry]
        self._ohm = column(lambda one: one.resistance_mohm, stores) / 1000.0
        self._capacity_j = column(lambda one: one.capacity_kwh * 3.6e6, stores)
        self._charge = column(lambda one: one.charge_efficiency, stores)
        self._discharge = column(lambda one: one.discharge_efficiency, stores)
        self._most_in_w = column(lambda one: one.maximum_charge_w, stores)
        self._most_out_w = column(lambda one: one.maximum_discharge_w, stores)
        self._cut_off = column(lambda one: one.cut_off_soc, stores)
        self._reconnect = column(lambda one: one.reconnect_soc, stores)
        tail_w = column(lambda one: one.capacity_kwh, stores) * 1000.0
        tail_w *= battery.TAIL_SHARE
        self._tail_w = np.minimum(tail_w, self._most_in_w) - self._most_in_w
        self._idle_w = column(lambda one: one.idle_w, devices)
        self._proportional = np.array([first for first, _ in losses])
        self._square = np.array([second for _, second in losses])
        self._overload_w = inverter.OVERLOAD * column(
            lambda one: one.rated_power_va, devices
        )
        backup = np.array([one.grid_backup for one in devices])
        self._backup: BoolArray | None = backup if backup.any() else None
        # An array, so that fewer houses share it.
        self._begun = np.zeros(1, dtype=np.bool_)
        self.powered: BoolArray | None = None
        """Which houses have electricity; None for all."""

    def battery_v(self, values: FleetValues) -> FloatArray | float:
        """Return the voltages at the terminals at the end of the last step [V]."""
        if not self._begun[0]:
            return values.battery_v
        soc, power_w = values.soc, values.battery_w
        volts: FloatArray = np.interp(soc, *_REST[self._chemistry])
        volts += power_w / volts * self._ohm
        charging = values.charging & (power_w >= 0.0)
        if any_of(charging):
            absorption_v = battery.ABSORPTION_V[self._chemistry]
            share = (soc - self._taper) / (battery.FULL_SOC - self._taper)
            np.maximum(share, 0.0, out=share)
            np.minimum(share, 1.0, out=share)
            bulk_v = np.minimum(volts + (absorption_v - volts) * share, absorption_v)
            np.copyto(bulk_v, absorption_v, where=values.absorbing)
            np.copyto(bulk_v, battery.FLOAT_V[self._chemistry], where=values.floating)
            np.copyto(volts, bulk_v, where=charging)
        return volts

    def advance(
        self,
        values: FleetValues,
        load_w: FloatArray,
        limit_w: FloatArray | None,
        dt_s: FloatArray,
    ) -> FloatArray | None:
        """Feed the loads; return what the charge controllers give [W].

        `limit_w` is the most that these may give, None where there is no light.
        """
        dc_w = self._feed(values, load_w, limit_w, dt_s)
        self._begun[0] = True
        if limit_w is not None:
            return self._charge_up(values, dc_w, limit_w, dt_s)
        np.negative(dc_w, out=values.battery_w)
        self._store(values, dt_s)
        for flag in (values.charging, values.floating, values.absorbing):
            flag.fill(False)
        return None

    def _feed(
        self,
        values: FleetValues,
        load_w: FloatArray,
        limit_w: FloatArray | None,
        dt_s: FloatArray,
    ) -> FloatArray:
        """Let the inverters feed what they can; return what they take [W]."""
        soc = values.soc
        dc_w = self._idle_w + load_w * (self._proportional + self._square * load_w)
        short_w = dc_w if limit_w is None else dc_w - limit_w
        stored_w = np.maximum(soc, 0.0) * self._capacity_j / dt_s
        stored_w *= self._discharge
        low = values.low_battery
        low &= soc < self._reconnect
        low |= soc <= self._cut_off
        low |= short_w > stored_w
        awake = short_w <= self._most_out_w
        awake &= load_w <= self._overload_w
        awake &= ~low
        dc_w *= awake
        fed_j = load_w * dt_s
        values.load += fed_j
        self.powered = None
        if all_of(awake):
            values.inverter_ac += fed_j
            return dc_w
        values.inverter_ac += fed_j * awake
        self.powered = awake
        if self._backup is not None:
            on_grid = self._backup & ~awake
            values.grid += fed_j * on_grid
            self.powered = awake | on_grid
        return dc_w

    def _charge_up(
        self,
        values: FleetValues,
        dc_w: FloatArray,
        limit_w: FloatArray,
        dt_s: FloatArray,
    ) -> FloatArray:
        """Let the battery take what the inverters leave; return what is given [W]."""
        soc = values.soc
        tapering = soc > self._taper
        share = np.maximum(soc - self._taper, 0.0)
        share /= 1.0 - self._taper
        takes_w = self._most_in_w + self._tail_w * share
        takes_w *= soc < 1.0
        room_w = np.maximum(1.0 - soc, 0.0) * self._capacity_j
        room_w /= self._charge * dt_s
        np.minimum(takes_w, room_w, out=takes_w)
        takes_w += dc_w
        charger_w: FloatArray = np.minimum(limit_w, takes_w)
        np.subtract(charger_w, dc_w, out=values.battery_w)
        self._store(values, dt_s)
        self._change_stage(values, limit_w > 0.0, (limit_w > takes_w) & tapering)
        return charger_w

    def _store(self, values: FleetValues, dt_s: FloatArray) -> None:
        """Let the batteries take up or give."""
        power_w = values.battery_w
        change = np.maximum(power_w, 0.0) * self._charge
        change += np.minimum(power_w, 0.0) / self._discharge
        change *= dt_s
        change /= self._capacity_j
        values.soc += change

    def _change_stage(
        self, values: FleetValues, awake: BoolArray, limited: BoolArray
    ) -> None:
        """Set what the charge controllers do next, as `battery.next_stage`."""
        soc, floating = values.soc, values.floating
        np.copyto(values.charging, awake)
        # What floated and is no longer full begins from the start.
        limited &= ~floating
        floating &= soc >= battery.REBULK_SOC
        floating |= soc >= battery.FULL_SOC
        floating &= awake
        limited &= awake
        np.logical_and(limited, ~floating, out=values.absorbing)
