"""A house while it moves on: the changing values, and how they change.

One run goes through any number of steps. The caller sets what acts on the house and
the modes of its relays, calls `advance` with steps that are short enough, and reads
state and sums.
"""

import math

from . import boiler, building, collector, heating, tank
from .heating import HeatingDraw
from .house_controls import OFF, HouseControls
from .parameters import (
    BuildingParameters,
    CollectorParameters,
    ImmersionHeaterParameters,
)

SUN_W_PER_M2 = 200.0
"""Absorbed heat from which a pump held still counts as stagnation."""
COOL_C = 43.0
"""Hot water below this is told as cool: the comfort limit of the league table."""

_NOTHING = HeatingDraw()


class HouseRun(HouseControls):
    """A house that moves on; see `HouseValues` for what it holds."""

    __slots__ = ()

    def longest_step_s(self) -> float:
        """Return the longest stable step with all flows at their greatest."""
        kg_per_s = self.draw_l_per_s + self.loop_kg_per_s
        parameters = self.heating
        if parameters is not None and (wanted := self._heating_demand_w()) > 0.0:
            span = parameters.supply_c - parameters.return_c
            kg_per_s += wanted / (tank.WATER_J_PER_KG_K * span)
        longest_s = self.rest_step_s
        if kg_per_s * longest_s <= self.most_kg:
            return longest_s
        return self.most_kg / kg_per_s

    def move(self, dt_s: float, longest_s: float = math.inf) -> None:
        """Move on by a step of any length: it is divided as the flows demand."""
        if self.follows_rooms:
            self._ask_rooms(dt_s)
        stable_s = self.longest_step_s()
        if dt_s <= stable_s and dt_s <= longest_s:
            self.advance(dt_s)
            return
        count = math.ceil(dt_s / min(longest_s, stable_s))
        for _ in range(count):
            self.advance(dt_s / count)

    def advance(self, dt_s: float) -> None:
        """Move on by a step no longer than `longest_step_s`."""
        share = self.day_share_of(dt_s)
        self.ambient_mean_c += (self.ambient_c - self.ambient_mean_c) * share
        if self.pump_output > 0.0 or not self._rests():
            self._control_pump()
        wanted_w = self._control_heating() if self.heating is not None else 0.0
        self._release_boiler(dt_s)
        self.feed_loads(wanted_w, dt_s)
        electric = self.electric
        if not self.tops_up:
            burns = self.boiler_relay and self.boiler_safe and electric.powered
            if burns != self.boiler_on:
                self._switch_boiler(burns=burns)
        self.pump = self.pump_output if electric.powered else 0.0
        before_j = self.sums.heating
        self._heat(wanted_w, dt_s)
        if (rooms := self.parameters.building) is not None:
            self._warm_rooms(rooms, (self.sums.heating - before_j) / dt_s, dt_s)

    # Electricity

    def _load_w(self, wanted_w: float) -> float:
        """Return what is wanted from the inverter [W]."""
        parameters = self.parameters
        load_w = self.electrical_load_w
        if (device := parameters.inverter) is not None:
            load_w += device.base_load_w
            if wanted_w > 0.0:
                load_w += device.heating_pump_w
        if self.pump_output > 0.0 and parameters.collector is not None:
            load_w += collector.pump_power_w(parameters.collector, self.pump_output)
        if self.boiler_relay and self.boiler_safe and parameters.boiler is not None:
            load_w += parameters.boiler.electric_w
        return load_w

    def feed_loads(self, wanted_w: float, dt_s: float) -> None:
        """Feed the loads while the rooms want so much heat."""
        load_w = self._load_w(wanted_w)
        if self.electrified:
            self._use_sun_and_battery(load_w, dt_s)
            return
        self.electric.inverter_ac_w = load_w
        if load_w > 0.0:
            self.sums.load += load_w * dt_s
            self.sums.inverter_ac += load_w * dt_s

    def _use_sun_and_battery(self, load_w: float, dt_s: float) -> None:
        """Feed the loads from sun and battery."""
        electric, sums = self.electric, self.sums
        available_w = self.pv_available_w
        limit_w = 0.0
        if available_w > 0.0:
            limit_w = electric.charger_limit_w(
                available_w,
                charger_on=self.charger_on,
                current_limit_a=self.charger_current_limit_a,
            )
        electric.advance(load_w, available_w, limit_w, self.inverter_mode, dt_s)
        self.surplus_w = max(limit_w - electric.charger_power_w, 0.0)
        if available_w > 0.0:
            sums.pv_available += available_w * dt_s
            sums.pv += electric.pv_power_w * dt_s
            sums.charger += electric.charger_power_w * dt_s
        sums.battery += electric.battery_power_w * dt_s
        sums.load += load_w * dt_s
        sums.inverter_ac += electric.inverter_ac_w * dt_s
        sums.inverter_dc += electric.inverter_dc_w * dt_s
        if electric.on_grid:
            sums.grid += load_w * dt_s

    # Heat

    def _switch_boiler(self, *, burns: bool) -> None:
        """Start or stop the boiler: released, not too hot, with electricity."""
        self.boiler_on = burns
        self.boiler_since_s = 0.0
        if burns and self.parameters.boiler is not None:
            self.sums.boiler_starts += 1
            self.sums.fuel += boiler.fuel_j(self.parameters.boiler, 0.0, 1)

    def _heat(self, wanted_w: float, dt_s: float) -> None:
        """Move heat and water for one stable step."""
        flows, sums = self.flows, self.sums
        if self.parameters.collector is not None:
            self._collect(dt_s)
        flows.cold_kg = 0.0
        litres = self.draw_l_per_s * dt_s
        lacking_j = 0.0
        if litres > 0.0:
            flows.cold_kg, lacking_j = self._draw_hot_water(litres)
        heat = self._draw_heating(wanted_w, dt_s) if wanted_w > 0.0 else _NOTHING
        if lacking_j > 0.0 or heat.unmet_w > 0.0 or self.tops_up:
            self._settle(litres, lacking_j, heat.unmet_w * dt_s, dt_s)
        boiler_j = 0.0
        burner = self.parameters.boiler
        if self.boiler_on and burner is not None and not self.tops_up:
            boiler_j = burner.power_kw * 1000.0 * dt_s
            zone_c = self.tank_c[self.tank.boiler_node]
            sums.fuel += boiler.fuel_j(burner, boiler_j, 0, zone_c)
            sums.boiler += boiler_j
        if self.parameters.immersion_heater is not None:
            self._heat_surplus(self.parameters.immersion_heater, dt_s)
        flows.heating_kg = heat.kg_per_s * dt_s
        flows.boiler_j = boiler_j - heat.zone_w * dt_s
        self.tank_c, lost_j = tank.step(self.tank, self.tank_c, flows, dt_s)
        sums.tank_loss += lost_j

    def _warm_rooms(
        self, rooms: BuildingParameters, heat_w: float, dt_s: float
    ) -> None:
        """Let the rooms take up what they get and lose what they lose."""
        sums = self.sums
        self.room_c, self.mass_c, mean_c, loss_w = building.step(
            rooms,
            self.room_c,
            self.mass_c,
            ambient_c=self.ambient_c,
            solar_w=self.solar_gain_w,
            heat_w=heat_w,
            dt_s=dt_s,
        )
        sums.room_gain += (rooms.internal_gain_w + self.solar_gain_w) * dt_s
        sums.room_loss += loss_w * dt_s
        sums.room_kelvin_s += mean_c * dt_s
        if mean_c < building.set_point_c(rooms, self.local_hour) - building.COLD_K:
            sums.cold_room_s += dt_s

    def _heat_surplus(self, heater: ImmersionHeaterParameters, dt_s: float) -> None:
        """Put into the tank what sun the battery no longer takes."""
        flows, sums = self.flows, self.sums
        flows.heater_j = 0.0
        modules = self.parameters.pv
        if (
            modules is None
            or self.electric.soc < heater.minimum_soc
            or self.tank_c[-1] >= heater.maximum_c
        ):
            return
        heat_w = min(self.surplus_w, heater.power_w)
        flows.heater_j = heat_w * dt_s
        sums.immersion += heat_w * dt_s
        sums.pv += heat_w / modules.charger_efficiency * dt_s

    def _collect(self, dt_s: float) -> None:
        """Let the sun act on the collectors, and the pump carry what it warms."""
        parameters, sums, flows = self.parameters.collector, self.sums, self.flows
        assert parameters is not None
        absorbed = self.absorbed
        if absorbed > 0.0:
            sums.absorbed += absorbed * parameters.area_m2 * dt_s
        flows.solar_kg = flows.coil_j = 0.0
        if self.pump > 0.0:
            self.stagnating = False
            loss_w, stored_w = self._carry(parameters, dt_s)
        else:
            self.stagnating = absorbed > SUN_W_PER_M2
            if self.stagnating:
                sums.stagnation_s += dt_s
            self.collector_c, loss_w, stored_w = collector.rest(
                parameters, self.collector_c, absorbed, self.ambient_c, dt_s
            )
        sums.collector_loss += loss_w * dt_s
        sums.collector_stored += stored_w * dt_s

    def _carry(
        self, parameters: CollectorParameters, dt_s: float
    ) -> tuple[float, float]:
        """Run the loop: what it warms goes to the lance, inlet or coil.

        Returns what the collectors lose and what they take up themselves [W].
        """
        sums, flows = self.sums, self.flows
        loop = self.loop_w_per_k * self.pump / 100.0
        bottom_c = self.tank_c[0]
        if flows.coil_node > 0:
            around = self.tank_c[: flows.coil_node + 1]
            bottom_c = sum(around) / len(around)
        self.collector_c, heat_w, loss_w, stored_w = collector.step(
            parameters,
            self.collector_c,
            self.absorbed,
            self.ambient_c,
            bottom_c,
            loop,
            dt_s,
            self.tank.room_c,
        )
        sums.solar += heat_w * dt_s
        moved_kg = loop * dt_s / tank.WATER_J_PER_KG_K
        sums.solar_kg += moved_kg
        if flows.coil_node >= 0:
            flows.coil_j = heat_w * dt_s
        else:
            flows.solar_kg = moved_kg
            flows.solar_c = bottom_c + heat_w / loop
        return loss_w, stored_w

    def _draw_hot_water(self, litres: float) -> tuple[float, float]:
        """Return the water taken at the top [kg], mixed down to use, and what lacks [J]."""
        parameters, sums = self.parameters.hot_water, self.sums
        top_c, cold_c = self.tank_c[-1], parameters.cold_c
        share = 1.0
        if top_c > parameters.use_c and parameters.mixing_valve:
            share = (parameters.use_c - cold_c) / (top_c - cold_c)
        given = share * litres * tank.WATER_J_PER_KG_K * (top_c - cold_c)
        wanted = litres * tank.WATER_J_PER_KG_K * (parameters.use_c - cold_c)
        sums.hot_water += given
        sums.drawn_l += litres
        # Compared as temperatures: a rounded difference of heats starts no boiler.
        lacking_j = 0.0 if top_c >= parameters.use_c else max(wanted - given, 0.0)
        return share * litres, lacking_j

    def _draw_heating(self, wanted_w: float, dt_s: float) -> HeatingDraw:
        """Return what the tank gives to the heating; nothing without its pump."""
        parameters, sums = self.heating, self.sums
        if parameters is None:
            return _NOTHING
        if not self.electric.powered:
            sums.heating_unmet += wanted_w * dt_s
            return _NOTHING
        zone_c = self.tank_c[self.tank.boiler_node]
        heat = heating.draw(
            parameters,
            wanted_w,
            valve_on=self.valve_on,
            tank_c=self.tank_c[self.tank.heating_node],
            # Behind the tank there is no zone that the boiler keeps warm.
            zone_c=parameters.return_c if self.tops_up else zone_c,
        )
        sums.heating += (heat.solar_part_w + heat.zone_w) * dt_s
        sums.heating_kg += heat.kg_per_s * dt_s
        sums.heating_zone += heat.zone_w * dt_s
        return heat

    def _settle(
        self, litres: float, hot_water_j: float, heating_j: float, dt_s: float
    ) -> None:
        """Let a boiler behind the tank give what this lacks; the rest is unmet."""
        sums = self.sums
        if self.tops_up:
            burned_j = self._top_up(hot_water_j + heating_j, dt_s)
            for_water_j = min(burned_j, hot_water_j)
            sums.hot_water += for_water_j
            sums.heating += burned_j - for_water_j
            hot_water_j -= for_water_j
            heating_j -= burned_j - for_water_j
        sums.hot_water_unmet += hot_water_j
        sums.heating_unmet += heating_j
        if hot_water_j > 0.0:
            water = self.parameters.hot_water
            mean_c = water.use_c - hot_water_j / (litres * tank.WATER_J_PER_KG_K)
            if mean_c < COOL_C:
                sums.cool_l += litres

    def _top_up(self, lacking_j: float, dt_s: float) -> float:
        """Return what a boiler behind the tank gives of what is lacking [J]."""
        parameters, sums = self.parameters.boiler, self.sums
        assert parameters is not None
        burns = lacking_j > 0.0 and self.boiler_mode != OFF and self.electric.powered
        self.boiler_relay = burns
        if burns and not self.boiler_on:
            sums.boiler_starts += 1
            sums.fuel += boiler.fuel_j(parameters, 0.0, 1)
        self.boiler_on = burns
        if not burns:
            return 0.0
        given_j = min(lacking_j, parameters.power_kw * 1000.0 * dt_s)
        sums.boiler += given_j
        sums.fuel += boiler.fuel_j(parameters, given_j, 0, self.flows.return_c)
        return given_j
