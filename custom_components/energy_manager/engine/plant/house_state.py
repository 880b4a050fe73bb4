"""What a house is, what acts on it and what it does in a step."""

from dataclasses import dataclass

from .battery import ChargeStage
from .controller import RelayMode
from .inverter import OUTPUT_V, InverterMode

DAY_S = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseState:
    """Everything that the next step depends on."""

    tank_c: tuple[float, ...]
    """Layers of the tank, bottom first."""
    collector_c: float
    """Mean temperature of the collectors."""
    ambient_mean_c: float
    """Outdoor temperature, smoothed over a day."""
    pump_output_percent: float = 0.0
    """What the controller asks of the solar pump."""
    pump_percent: float = 0.0
    """The speed at which the pump turns; 0 without electricity."""
    collector_blocked: bool = False
    store_full: bool = False
    valve_on: bool = False
    hot_water_call: bool = False
    heating_call: bool = False
    boiler_on: bool = False
    boiler_since_s: float = DAY_S
    """Time since the boiler last started or stopped."""
    boiler_starts: int = 0
    room_c: float = 20.0
    """Of the rooms, where the house has them."""
    mass_c: float = 20.0
    """Of walls and floors."""
    soc: float = 0.8
    """State of charge of the battery, 0 to 1."""
    battery_v: float = 13.2
    charge_stage: ChargeStage = ChargeStage.OFF
    low_battery: bool = False
    """The inverter has shut down to save the battery."""
    heat_total_wh: float = 0.0
    """Reading of the solar heat meter."""
    volume_total_l: float = 0.0
    """Water that has passed the solar heat meter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseInputs:
    """What acts on the house from outside during a step."""

    collector_beam: float = 0.0
    """Beam irradiance in the collectors' plane [W/m2]."""
    collector_diffuse: float = 0.0
    """Irradiance from sky and ground in the collectors' plane [W/m2]."""
    collector_cosine: float = 1.0
    """Cosine of the beam's incidence angle on the collectors."""
    collector_sideways: float = 0.0
    """The sun's cosine to the collectors' horizontal axis."""
    pv_irradiance: float = 0.0
    """Global irradiance in the modules' plane [W/m2]."""
    ambient_c: float = 10.0
    draw_l_per_min: float = 0.0
    """Hot water drawn, counted at the temperature of use."""
    solar_gain_w: float = 0.0
    """Heat of the sun through the windows."""
    electrical_load_w: float = 0.0
    """Loads of the inverter besides pumps and electronics."""
    pump_mode: int = RelayMode.AUTO
    """Relay R1, see `RelayMode`."""
    valve_mode: int = RelayMode.AUTO
    """Relay R2."""
    boiler_mode: int = RelayMode.AUTO
    """Relay R3."""
    inverter_mode: int = InverterMode.ON
    charger_on: bool = True
    charger_current_limit_a: float | None = None
    local_hour: float | None = None
    """Hour of the local day, where the controller has time windows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseFlows:
    """What happened in a step: powers are means, readings are from its end."""

    dt_s: float
    collector_c: float
    """What the collector's sensor (S1) shows."""
    probes_c: tuple[float, ...]
    """The tank's probes, bottom first."""
    solar_flow_l_per_h: float
    pump_output_percent: float
    pump_percent: float
    valve_percent: float
    boiler_relay: bool
    """The controller releases the boiler."""
    boiler_on: bool
    """The boiler burns."""
    stagnating: bool
    """Sun on the collectors while the pump is held still."""
    absorbed_heat_w: float
    collector_loss_w: float
    collector_stored_w: float
    solar_heat_w: float
    """From the collectors to the tank; negative when the tank heats them."""
    boiler_heat_w: float
    boiler_fuel_w: float
    immersion_heat_w: float
    """From the immersion heater to the tank."""
    hot_water_heat_w: float
    hot_water_unmet_w: float
    """Missing to the temperature of use."""
    hot_water_c: float
    """Temperature of the water as drawn, after the mixing valve."""
    heating_heat_w: float
    heating_unmet_w: float
    tank_loss_w: float
    pv_available_w: float
    pv_power_w: float
    """Taken from the modules."""
    pv_curtailed_w: float
    pv_voltage_v: float
    charger_power_w: float
    """At the output of the charge controller."""
    charge_stage: ChargeStage
    battery_power_w: float
    """Charging is positive."""
    battery_v: float
    soc: float
    powered: bool
    """The pumps and electronics have electricity."""
    load_w: float
    """Wanted from the inverter."""
    unserved_w: float
    inverter_ac_w: float
    inverter_dc_w: float
    low_battery: bool

    @property
    def tank_bottom_c(self) -> float:
        """What the lowest probe of the tank shows."""
        return self.probes_c[0]

    @property
    def tank_middle_c(self) -> float:
        """What the middle probe of the tank shows."""
        return self.probes_c[len(self.probes_c) // 2]

    @property
    def tank_top_c(self) -> float:
        """What the highest probe of the tank shows."""
        return self.probes_c[-1]

    @property
    def charger_current_a(self) -> float:
        """Current at the output of the charge controller."""
        return self.charger_power_w / self.battery_v

    @property
    def battery_current_a(self) -> float:
        """Current at the battery's shunt; charging is positive."""
        return self.battery_power_w / self.battery_v

    @property
    def inverter_dc_a(self) -> float:
        """Current that the inverter takes from the battery."""
        return self.inverter_dc_w / self.battery_v

    @property
    def inverter_ac_v(self) -> float:
        """Voltage at the inverter's output, 0 while it gives nothing."""
        return OUTPUT_V if self.powered else 0.0

    @property
    def inverter_ac_a(self) -> float:
        """Current at the inverter's output."""
        return self.inverter_ac_w / OUTPUT_V
