"""The controls of a house while it moves on: pump, valve, boiler and thermostat."""

import math

from . import boiler, building, controller, heating, tank
from .controller import RelayMode
from .house_state import DAY_S
from .house_values import HouseValues
from .parameters import BoilerParameters

AUTO, OFF = int(RelayMode.AUTO), int(RelayMode.OFF)
"""Plain numbers: they are compared in every step."""
LONG_AGO_S = 1e9
"""Time after which nobody asks any more when the boiler started or stopped."""


class HouseControls(HouseValues):
    """Sets what is called for and released, by sensors and modes of now."""

    __slots__ = ()

    def _control_pump(self) -> None:
        """Let the controller set the speed of the solar pump."""
        if self.parameters.collector is None:
            return
        settings = self.parameters.controller
        sensor_c = self.sensor_c()
        layers_c, probes = self.tank_c, self.tank.probes
        bottom_c = tank.temperature_at(layers_c, probes[0])
        if self.collector_blocked or sensor_c > settings.collector_emergency_c:
            self.collector_blocked = controller.emergency(
                settings, before=self.collector_blocked, collector_c=sensor_c
            )
        self.store_full = controller.store_is_full(
            settings,
            before=self.store_full,
            bottom_c=bottom_c,
            top_c=tank.temperature_at(layers_c, probes[-1]),
            maximum_c=self.parameters.tank.maximum_c,
        )
        speed = 0.0
        if not (self.collector_blocked or self.store_full):
            speed = controller.pump_speed_percent(
                settings,
                running=self.pump_output > 0.0,
                difference_k=sensor_c - bottom_c,
            )
        if self.pump_mode != AUTO:
            speed = controller.manual_speed_percent(settings, self.pump_mode, speed)
        self.pump_output = speed

    def _rests(self) -> bool:
        """Return whether nothing can start the pump: automatic, and no heat above."""
        return (
            self.collector_c < self.tank_c[0]
            and self.pump_mode == AUTO
            and not self.store_full
            and not self.collector_blocked
            and (
                self.absorbed <= 0.0 or self.tank_c[-1] < self.parameters.tank.maximum_c
            )
        )

    def day_share_of(self, dt_s: float) -> float:
        """Return how much of a day's mean a step makes up."""
        if dt_s != self.day_share_s:
            self.day_share_s, self.day_share = dt_s, -math.expm1(-dt_s / DAY_S)
        return self.day_share

    def _ask_rooms(self, dt_s: float) -> None:
        """Let the thermostat say what heat it wants, and the curve how warm."""
        rooms, parameters = self.parameters.building, self.parameters.heating
        if rooms is not None:
            self.heating_w = 0.0
            if (
                parameters is not None
                and self.ambient_mean_c < parameters.base_temperature_c
            ):
                self.heating_w = building.wanted_w(
                    rooms,
                    self.room_c,
                    self.mass_c,
                    ambient_c=self.ambient_c,
                    solar_w=self.solar_gain_w,
                    set_point_c=building.set_point_c(rooms, self.local_hour),
                    dt_s=dt_s,
                )
        if parameters is not None and parameters.curve_exponent is not None:
            self.heating = heating.on_curve(
                parameters, self.ambient_mean_c, self._heating_demand_w()
            )
            self.flows.return_c = self.heating.return_c

    def _heating_demand_w(self) -> float:
        if self.heating_w is not None:
            return self.heating_w
        parameters = self.parameters.heating
        return (
            0.0
            if parameters is None
            else heating.demand_w(parameters, self.ambient_mean_c)
        )

    def _control_heating(self) -> float:
        """Set the 3-way valve and the heating's call; return the demand [W]."""
        parameters = self.heating
        if parameters is None:
            self.valve_on = self.heating_call = False
            return 0.0
        wanted_w = self._heating_demand_w()
        if wanted_w <= 0.0 and self.valve_mode == AUTO:
            self.valve_on = self.heating_call = False
            return 0.0
        valve_on = wanted_w > 0.0 and controller.return_raise(
            self.parameters.controller,
            before=self.valve_on,
            tank_c=self.tank_c[self.tank.heating_node],
            return_c=parameters.return_c,
        )
        if self.valve_mode != AUTO:
            valve_on = controller.manual_switch(self.valve_mode, automatic=valve_on)
        self.valve_on = valve_on
        self.heating_call = controller.heating_call(
            before=self.heating_call,
            wanted=wanted_w > 0.0,
            zone_c=self.tank_c[self.tank.boiler_node],
            supply_c=parameters.supply_c,
        )
        return wanted_w

    def _release_boiler(self, dt_s: float) -> None:
        """Set the boiler's relay."""
        parameters = self.parameters.boiler
        if self.boiler_since_s < LONG_AGO_S:
            self.boiler_since_s += dt_s
        if parameters is None or not self.heats_tank:
            # Behind the tank it burns when it is needed, see `_top_up`.
            return
        burning = self.boiler_on
        self.hot_water_call = self._calls_for_water(parameters)
        wanted = self.hot_water_call or self.heating_call
        if self.boiler_mode != AUTO:
            wanted = self.boiler_mode != OFF
        elif wanted != burning:
            wanted = boiler.next_state(
                parameters,
                wanted=wanted,
                burning=burning,
                since_change_s=self.boiler_since_s,
            )
        self.boiler_relay = wanted
        self.boiler_safe = wanted and boiler.may_burn(
            parameters, self.tank_c[self.tank.boiler_node], burning=burning
        )

    def _calls_for_water(self, parameters: BoilerParameters) -> bool:
        """Return whether the thermostat asks for the boiler, and may."""
        before = self.hot_water_call
        top_c = tank.temperature_at(self.tank_c, self.tank.probes[-1])
        if not controller.after_heating(parameters, before=before, top_c=top_c):
            return False
        return self.local_hour is None or controller.may_heat_at(
            self.parameters.controller, self.local_hour
        )
