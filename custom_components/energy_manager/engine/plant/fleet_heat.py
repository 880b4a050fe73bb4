"""Collectors, hot water and heating of a fleet: as `collector`, `HouseRun`, `heating`."""

from collections.abc import Sequence

import numpy as np

from . import collector, heating
from .fleet_structure import BoolArray, OverHouses, all_of, any_of, column, part
from .fleet_tank import FleetFlows, FleetTank
from .fleet_values import FleetValues
from .house_document import House
from .house_run import COOL_C, SUN_W_PER_M2
from .sun import FloatArray
from .tank import WATER_J_PER_KG_K

_LEAST_K = 1e-9
"""Keeps a division from failing where its result does not count."""


class FleetCollectors(OverHouses):
    """The collectors and their loops; `collect` moves them on."""

    def __init__(self, houses: Sequence[House], tank: FleetTank) -> None:
        """Take over what the owners told."""
        parts = part(lambda one: one.collector, houses)
        tank.lay_inlet(parts)
        self._tank = tank
        self._area_m2 = column(lambda one: one.area_m2, parts)
        self._a1 = column(lambda one: one.a1_w_per_m2_k, parts)
        self._a2 = column(lambda one: one.a2_w_per_m2_k2, parts)
        capacity = column(lambda one: one.capacity_kj_per_m2_k, parts)
        self._capacity = np.maximum(capacity * self._area_m2 * 1000.0, 1.0)
        effectiveness = column(lambda one: one.heat_exchanger_effectiveness, parts)
        self._exchange = effectiveness / (1.0 - effectiveness / 2.0)
        self._pipes = column(lambda one: one.pipe_loss_w_per_k, parts)
        self._room_c = column(lambda one: one.tank.room_c, houses)
        self.loop_w_per_k = column(
            lambda one: collector.fluid_w_per_k(one, 100.0), parts
        )
        self._pump_idle_w = column(lambda one: one.pump_idle_w, parts)
        self._pump_span_w = column(lambda one: one.pump_full_w, parts)
        self._pump_span_w -= self._pump_idle_w
        self._dt_over_capacity = np.zeros(len(parts))

    def set_step(self, dt_s: FloatArray) -> None:
        """Work out what depends on the length of the coming steps."""
        np.divide(dt_s, self._capacity, out=self._dt_over_capacity)

    def pump_power_w(self, speed: FloatArray) -> FloatArray:
        """Return the electric power of the pumps [W]."""
        share = speed / 100.0
        power_w = self._pump_span_w * (share * share * share)
        power_w += self._pump_idle_w
        power_w *= speed > 0.0
        return power_w

    def collect(
        self,
        values: FleetValues,
        flows: FleetFlows,
        dt_s: FloatArray,
        ambient_c: float,
        absorbed: FloatArray | None,
    ) -> None:
        """Run the collectors; what they warm goes to the tanks."""
        before_c = values.collector_c
        loss = np.abs(before_c - ambient_c)
        loss *= self._a2
        loss += self._a1
        loss *= self._area_m2
        np.maximum(loss, collector.LEAST_LOSS_W_PER_K, out=loss)
        flows.solar_kg = flows.coil_j = None
        running = values.pump > 0.0
        if absorbed is not None:
            still = absorbed > SUN_W_PER_M2
            still &= ~running
            if any_of(still):
                values.stagnation_s += dt_s * still
        if any_of(running):
            self._run(values, flows, loss, running, dt_s, ambient_c, absorbed)
            return
        settled_c: FloatArray | float = ambient_c
        if absorbed is not None:
            settled_c = absorbed * self._area_m2 / loss
            settled_c += ambient_c
        loss *= self._dt_over_capacity
        np.negative(loss, out=loss)
        stay = np.expm1(loss)
        stay += 1.0
        stay *= before_c - settled_c
        np.add(settled_c, stay, out=before_c)

    def _run(
        self,
        values: FleetValues,
        flows: FleetFlows,
        loss: FloatArray,
        running: BoolArray,
        dt_s: FloatArray,
        ambient_c: float,
        absorbed: FloatArray | None,
    ) -> None:
        """Run collectors some of whose pumps turn."""
        layout, tank_c = self._tank, values.tank_c
        bottom_c = tank_c[0]
        if layout.coil is not None:
            bottom_c = np.add.reduce(tank_c * layout.coil, axis=0) * layout.coil_mean
        loop = self.loop_w_per_k * values.pump
        loop /= 100.0
        exchange = loop * self._exchange
        pipes = self._pipes * running
        settled_c = loss * ambient_c
        if absorbed is not None:
            settled_c += absorbed * self._area_m2
        settled_c += exchange * bottom_c
        settled_c += pipes * self._room_c
        loss += exchange
        loss += pipes
        settled_c /= loss
        decay = loss * self._dt_over_capacity
        kept = np.expm1(-decay)
        apart_k = values.collector_c - settled_c
        average_c = apart_k * kept
        average_c /= decay
        np.subtract(settled_c, average_c, out=average_c)
        kept += 1.0
        apart_k *= kept
        np.add(settled_c, apart_k, out=values.collector_c)
        average_c -= bottom_c
        average_c *= exchange
        heat_w = average_c
        heat_j = heat_w * dt_s
        values.solar += heat_j
        if layout.coil is not None:
            flows.coil_j = heat_j
            return
        flows.solar_kg = loop * dt_s
        flows.solar_kg /= WATER_J_PER_KG_K
        loop += ~running
        heat_w /= loop
        heat_w += bottom_c
        flows.solar_c = heat_w


class FleetHotWater(OverHouses):
    """The hot water that people draw."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over what the owners told."""
        parts = [one.hot_water for one in houses]
        self.cold_c = column(lambda one: one.cold_c, parts)
        self.use_c = column(lambda one: one.use_c, parts)
        self._span_k = self.use_c - self.cold_c
        self._unmixed = np.array([0.0 if one.mixing_valve else 1.0 for one in parts])

    def draw(
        self, values: FleetValues, flows: FleetFlows, litres: FloatArray
    ) -> FloatArray | None:
        """Draw hot water; return the heat that lacks to the temperature of use [J]."""
        top_c = values.tank_c[-1]
        above_k = top_c - self.cold_c
        warm = top_c >= self.use_c
        share = np.maximum(above_k, _LEAST_K)
        np.divide(self._span_k, share, out=share)
        # Water that is no warmer than in use is not mixed, nor any without a valve.
        np.minimum(share, 1.0, out=share)
        np.maximum(share, self._unmixed, out=share)
        kg = share * litres
        flows.cold_kg = kg
        heat_j = litres * WATER_J_PER_KG_K
        given_j = kg * WATER_J_PER_KG_K
        given_j *= above_k
        values.hot_water += given_j
        values.drawn_l += litres
        if all_of(warm):
            return None
        heat_j *= self._span_k
        heat_j -= given_j
        np.maximum(heat_j, 0.0, out=heat_j)
        heat_j *= ~warm
        return heat_j

    def count_cool(
        self, values: FleetValues, litres: FloatArray, lacking_j: FloatArray
    ) -> None:
        """Count the litres that came too cold."""
        lacks = lacking_j > 0.0
        if any_of(lacks):
            short_k = lacking_j / (np.maximum(litres, _LEAST_K) * WATER_J_PER_KG_K)
            lacks &= self.use_c - short_k < COOL_C
            values.cool_l += litres * lacks


class FleetHeating(OverHouses):
    """The heatings and their water."""

    def __init__(self, houses: Sequence[House]) -> None:
        """Take over what the owners told."""
        self._parts = parts = part(lambda one: one.heating, houses)
        self.supply_c = column(lambda one: one.supply_c, parts)
        self.return_c = column(lambda one: one.return_c, parts)
        self._loss_w_per_k = column(lambda one: one.heat_loss_w_per_k, parts)
        self._base_c = column(lambda one: one.base_temperature_c, parts)
        self.warmest_base_c = float(self._base_c.max())
        if parts[0].curve_exponent is not None:
            self._lay_curve(houses)

    def _lay_curve(self, houses: Sequence[House]) -> None:
        parts = self._parts
        self._span_k = self.supply_c - self.return_c
        self._lift_k = self.supply_c - heating.ROOM_C
        self._power = column(lambda one: 1.0 / (one.curve_exponent or 1.0), parts)
        self._design_k = column(
            lambda one: heating.ROOM_C - one.design_ambient_c, parts
        )
        design_w = np.maximum(self._loss_w_per_k * self._design_k, 1.0)
        given_w = [one.design_power_w for one in parts]
        self._design_w = np.array(
            [
                follows if known is None else known
                for known, follows in zip(given_w, design_w.tolist(), strict=True)
            ]
        )

    def demand_w(self, ambient_mean_c: FloatArray) -> FloatArray:
        """Return what keeps the rooms warm, as `heating.demand_w` [W]."""
        wanted_w = self._base_c - ambient_mean_c
        np.maximum(wanted_w, 0.0, out=wanted_w)
        wanted_w *= self._loss_w_per_k
        return wanted_w

    def curve_c(
        self, ambient_mean_c: FloatArray, wanted_w: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return supply and return of a heating curve, as `heating.on_curve` [degC].

        `ambient_mean_c` has the shape (steps, 1), `wanted_w` (steps, houses).
        """
        cold = np.clip((heating.ROOM_C - ambient_mean_c) / self._design_k, 0.0, 1.0)
        supply_c = heating.ROOM_C + self._lift_k * cold**self._power
        np.maximum(supply_c, heating.COOLEST_SUPPLY_C, out=supply_c)
        load = np.clip(wanted_w / self._design_w, heating.LEAST_LOAD, 1.0)
        return_c = np.maximum(supply_c - self._span_k * load, heating.ROOM_C)
        return supply_c, np.minimum(return_c, supply_c - 0.1)

    def draw(
        self,
        values: FleetValues,
        flows: FleetFlows,
        wanted_w: FloatArray,
        water_c: tuple[FloatArray, FloatArray],
        above_return_k: FloatArray,
        zone_c: FloatArray | None,
        dt_s: FloatArray,
    ) -> tuple[FloatArray | None, FloatArray | None]:
        """Draw what the tanks give; return zone's heat and what is unmet [W], or None.

        `water_c` is supply and return of the water; `zone_c` is None where no zone is
        kept warm.
        """
        supply_c, return_c = water_c
        missing_w = wanted_w
        reached_c = return_c
        solar_w: FloatArray | None = None
        opened = values.valve_on & (above_return_k > 0.0)
        if any_of(opened):
            span_k = supply_c - return_c
            full = wanted_w / (WATER_J_PER_KG_K * span_k)
            risen_k = np.minimum(above_return_k, span_k)
            kg_per_s = full * risen_k
            kg_per_s *= opened
            kg_per_s /= np.maximum(above_return_k, _LEAST_K)
            solar_w = kg_per_s * WATER_J_PER_KG_K * above_return_k
            warm = opened & (above_return_k >= span_k)
            missing_w = (wanted_w - solar_w) * ~warm
            np.maximum(missing_w, 0.0, out=missing_w)
            reached_c = return_c + risen_k * opened
            values.heating += solar_w * dt_s
            flows.heating_kg = kg_per_s * dt_s
        if zone_c is None:
            return None, missing_w
        short_k = np.maximum(supply_c - reached_c, _LEAST_K)
        share = zone_c - reached_c
        share /= short_k
        np.maximum(share, 0.0, out=share)
        np.minimum(share, 1.0, out=share)
        zone_w = missing_w * share
        values.heating += zone_w * dt_s
        if not any_of(share < 1.0):
            return zone_w, None
        return zone_w, missing_w - zone_w
