"""What changes in a house while it moves on, and what acts on it."""

from . import collector, photovoltaics, tank
from .controller import RelayMode
from .electricity import Electricity
from .house_state import HouseInputs, HouseState
from .house_sums import HouseSums
from .inverter import InverterMode
from .parameters import CollectorParameters, PlantParameters


class HouseValues:
    """The changing values of a house, with what acts on it now."""

    __slots__ = (
        "absorbed",
        "ambient_c",
        "ambient_mean_c",
        "boiler_mode",
        "boiler_on",
        "boiler_relay",
        "boiler_safe",
        "boiler_since_s",
        "charger_current_limit_a",
        "charger_on",
        "collector_blocked",
        "collector_c",
        "day_share",
        "day_share_s",
        "draw_l_per_s",
        "electric",
        "electrical_load_w",
        "electrified",
        "flows",
        "follows_rooms",
        "heating",
        "heating_call",
        "heating_w",
        "heats_tank",
        "hot_water_call",
        "inverter_mode",
        "local_hour",
        "loop_kg_per_s",
        "loop_w_per_k",
        "mass_c",
        "most_kg",
        "parameters",
        "pump",
        "pump_mode",
        "pump_output",
        "pv_available_w",
        "rest_step_s",
        "room_c",
        "solar_gain_w",
        "stagnating",
        "store_full",
        "sums",
        "surplus_w",
        "tank",
        "tank_c",
        "tops_up",
        "valve_mode",
        "valve_on",
    )

    def __init__(self, parameters: PlantParameters, state: HouseState) -> None:
        """Take over a state; nothing acts on the house yet."""
        self.parameters = parameters
        self.sums = HouseSums()
        self.flows = tank.TankFlows(cold_c=parameters.hot_water.cold_c)
        self.heating = parameters.heating
        """The heating with its water's temperatures of now."""
        if parameters.heating is not None:
            self.flows.return_c = parameters.heating.return_c
        self.tank = tank.layout(parameters.tank)
        self.loop_w_per_k = 0.0
        """Capacity rate of the solar loop at full speed."""
        if parameters.collector is not None:
            self.loop_w_per_k = collector.fluid_w_per_k(parameters.collector, 100.0)
            self._lay_inlet(parameters.collector)
        self.loop_kg_per_s = self.loop_w_per_k / tank.WATER_J_PER_KG_K
        self.most_kg = tank.MOST_SHARE * self.tank.node_kg
        """Water that may pass through a layer in a step."""
        self.rest_step_s = tank.longest_step_s(self.tank, 0.0)
        """Longest stable step without any flow."""
        boiler = parameters.boiler
        self.tops_up = boiler is not None and boiler.connection == "top_up"
        self.heats_tank = boiler is not None and boiler.connection == "tank"
        if parameters.immersion_heater is not None:
            height = parameters.immersion_heater.height
            self.flows.heater_node = tank.node_at(self.tank.nodes, height)
        self.electrified = parameters.pv is not None or not (
            parameters.battery is None or parameters.inverter is None
        )
        """Whether there is more than the grid."""
        self.day_share_s = self.day_share = 0.0
        """Length of a step, and what it is of the day that temperatures are smoothed
        over."""
        self.follows_rooms = parameters.building is not None or (
            parameters.heating is not None
            and parameters.heating.curve_exponent is not None
        )
        """Whether rooms or a heating curve have a say in the heating."""
        self._act_nothing()
        self._take_over(state)

    def _lay_inlet(self, parameters: CollectorParameters) -> None:
        """Find the layers where the sun's heat comes in."""
        node = tank.node_at(self.tank.nodes, parameters.inlet_height)
        self.flows.coil_node = node if parameters.inlet == "coil" else -1
        self.flows.solar_node = node if parameters.inlet == "fixed" else None
        self.flows.solar_mixes = parameters.inlet == "mixed"

    def _act_nothing(self) -> None:
        self.absorbed = self.draw_l_per_s = 0.0
        self.ambient_c = 10.0
        self.heating_w: float | None = None
        """Heat wanted for the rooms where it is given; else it follows the weather."""
        self.solar_gain_w = 0.0
        self.pv_available_w = self.electrical_load_w = self.surplus_w = 0.0
        self.pump_mode = self.valve_mode = self.boiler_mode = int(RelayMode.AUTO)
        self.inverter_mode = int(InverterMode.ON)
        self.local_hour: float | None = None
        self.charger_on = True
        self.charger_current_limit_a: float | None = None

    def _take_over(self, state: HouseState) -> None:
        self.tank_c = list(state.tank_c)
        self.collector_c = state.collector_c
        self.ambient_mean_c = state.ambient_mean_c
        self.pump_output = state.pump_output_percent
        self.pump = state.pump_percent
        self.collector_blocked = state.collector_blocked
        self.store_full = state.store_full
        self.valve_on = state.valve_on
        self.hot_water_call = state.hot_water_call
        self.heating_call = state.heating_call
        self.boiler_on = state.boiler_on
        self.boiler_relay = self.boiler_safe = self.stagnating = False
        self.boiler_since_s = state.boiler_since_s
        self.room_c, self.mass_c = state.room_c, state.mass_c
        self.electric = Electricity(
            self.parameters,
            soc=state.soc,
            battery_v=state.battery_v,
            charge_stage=state.charge_stage,
            low_battery=state.low_battery,
        )

    def take(self, inputs: HouseInputs) -> None:
        """Let these inputs act on the house from now on."""
        parameters = self.parameters
        self.ambient_c = inputs.ambient_c
        self.draw_l_per_s = inputs.draw_l_per_min / 60.0
        self.solar_gain_w = inputs.solar_gain_w
        self.electrical_load_w = inputs.electrical_load_w
        self.pump_mode = inputs.pump_mode
        self.valve_mode = inputs.valve_mode
        self.boiler_mode = inputs.boiler_mode
        self.inverter_mode = inputs.inverter_mode
        self.local_hour = inputs.local_hour
        self.charger_on = inputs.charger_on
        self.charger_current_limit_a = inputs.charger_current_limit_a
        if parameters.collector is not None:
            self.absorbed = collector.absorbed_w_per_m2(
                parameters.collector,
                inputs.collector_beam,
                inputs.collector_diffuse,
                inputs.collector_cosine,
                inputs.collector_sideways,
            )
        if parameters.pv is not None:
            self.pv_available_w = photovoltaics.power_w(
                parameters.pv, inputs.pv_irradiance, inputs.ambient_c
            )

    def _probe_c(self, place: int) -> float:
        return tank.temperature_at(self.tank_c, self.tank.probes[place])

    def sensor_c(self) -> float:
        """Return what the collector's sensor shows."""
        parameters = self.parameters.collector
        if parameters is None:
            return self.ambient_c
        if self.pump <= 0.0:
            return self.collector_c
        loop = self.loop_w_per_k * self.pump / 100.0
        return collector.outlet_c(parameters, self.collector_c, self.tank_c[0], loop)
