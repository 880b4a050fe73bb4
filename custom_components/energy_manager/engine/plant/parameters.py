"""Parameters of a plant: what its owner tells about the house.

The defaults are the proof-of-concept house: 18 m2 flat-plate collectors with a
PWM pump, a 1000 l tank with three probes and a 3-way valve, a carbon-fuel
boiler, 12 m2 of photovoltaics, a 12 V battery and an inverter.
"""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteParameters:
    """Where the house stands."""

    latitude: float
    """Degrees, north positive."""
    longitude: float
    """Degrees, east positive."""
    elevation_m: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectorParameters:
    """Solar-thermal collectors by ISO 9806, on gross area."""

    area_m2: float = 18.0
    tilt_deg: float = 45.0
    azimuth_deg: float = 180.0
    """Compass direction the collectors face: 180 is south."""
    eta0: float = 0.75
    """Zero-loss efficiency for beam irradiance."""
    a1_w_per_m2_k: float = 3.5
    a2_w_per_m2_k2: float = 0.015
    b0: float = 0.15
    """Incidence angle modifier: 1 - b0 (1 / cos(i) - 1)."""
    incidence_modifiers: tuple[tuple[float, float], ...] = ()
    """The modifier by angle [degrees] from a test report, used instead of b0. For tubes
    the one along them (longitudinal)."""
    transversal_modifiers: tuple[tuple[float, float], ...] = ()
    """For tubes: the modifier across them, by angle [degrees]. The tubes run up the
    roof."""
    diffuse_modifier: float = 0.91
    """Modifier of diffuse irradiance, as eta0 is for beam."""
    capacity_kj_per_m2_k: float = 7.0
    flow_l_per_h_m2: float = 40.0
    heat_exchanger_effectiveness: float = 0.75
    """Heat carried over as a share of the greatest possible."""
    pipe_loss_w_per_k: float = 0.0
    """Of the loop's pipes to the room, while the pump runs."""
    inlet: Literal["lance", "fixed", "coil", "mixed"] = "lance"
    """How heat comes into the tank: a lance that stratifies, a pipe at one height,
    a coil from the bottom up to that height, or with a flow that mixes all of it."""
    inlet_height: float = 0.5
    """Relative height of the fixed inlet or of the coil's upper end."""
    fluid_kj_per_l_k: float = 3.9
    """Heat capacity of the fluid: 40 % glycol 3.9, water 4.19."""
    pump_full_w: float = 45.0
    pump_idle_w: float = 2.0
    """Power that a running pump takes at the lowest speed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TankParameters:
    """A stratified storage tank."""

    volume_l: float = 1000.0
    loss_w_per_k: float = 3.5
    """Where a house does not tell it, it goes with the surface: 0.6 W/K for each m2."""
    maximum_c: float = 90.0
    room_c: float = 15.0
    probe_heights: tuple[float, ...] = (0.1, 0.5, 0.9)
    """Relative heights of the probes, bottom first (0 bottom, 1 top)."""
    boiler_height: float = 0.7
    """Relative height above which the boiler heats."""
    heating_height: float = 0.5
    """Relative height from which heating is drawn."""
    heating_return_height: float = 0.2
    """Relative height at which heating water comes back."""
    nodes: int = 10
    """Layers of equal volume in the model."""
    conductivity_w_per_m_k: float = 0.8
    """Between the layers, wall included."""
    height_m: float = 1.7
    """Where a house does not tell it, it goes with the volume: twice the width."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoilerParameters:
    """A boiler, and what it burns."""

    connection: Literal["tank", "top_up"] = "tank"
    """It heats the upper part of the tank, or, behind the tank, only what this
    lacks."""
    power_kw: float = 15.0
    efficiency: float = 0.85
    condensing_per_k: float = 0.0
    """What a condensing boiler loses of its efficiency for each kelvin of return
    above 35 degC."""
    setpoint_c: float = 60.0
    hysteresis_k: float = 8.0
    minimum_on_min: float = 20.0
    minimum_off_min: float = 20.0
    start_loss_kwh: float = 0.2
    """Fuel that every start takes without heating the tank."""
    safety_c: float = 80.0
    """The boiler's own limit, which no controller overrides."""
    electric_w: float = 40.0
    """Fan, feed and charging pump while it burns."""
    fuel_price_eur_per_kwh: float = 0.11
    co2_kg_per_kwh: float = 0.266


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatingParameters:
    """What the building needs to stay warm."""

    heat_loss_w_per_k: float = 150.0
    base_temperature_c: float = 14.0
    """Outdoor daily mean above which nothing is heated."""
    supply_c: float = 35.0
    return_c: float = 28.0
    curve_exponent: float | None = None
    """Of the heating curve: floor 1.1, radiators 1.3. With it `supply_c` and
    `return_c` belong to the coldest day, and warmer days get cooler water; without
    it they stay."""
    design_ambient_c: float = -12.0
    """Outdoor temperature of the coldest day."""
    design_power_w: float | None = None
    """Heat that the rooms take on the coldest day; null for what follows from
    `heat_loss_w_per_k`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildingParameters:
    """The rooms as heat capacities; their thermostat asks for heat, not the weather."""

    model: Literal["1r1c", "2r2c"] = "1r1c"
    """One heat capacity, or the air and the mass of walls and floors."""
    heat_loss_w_per_k: float = 150.0
    """Of walls, windows and ventilation together; `heating.heat_loss_w_per_k` does
    not count with this part."""
    capacity_kwh_per_k: float = 5.5
    """Light houses 0.03, medium 0.045, heavy 0.07 for each m2 of floor."""
    air_capacity_kwh_per_k: float = 0.8
    """Part of it in air and furniture (2r2c)."""
    coupling_w_per_k: float = 1500.0
    """Between air and mass (2r2c)."""
    ventilation_share: float = 0.4
    """Share of the heat loss that goes out of the air itself, by windows and
    ventilation (2r2c)."""
    solar_aperture_m2: float = 3.0
    """Windows' area times what they let through of the sun."""
    window_azimuth_deg: float = 180.0
    """Compass direction that the windows face."""
    solar_air_share: float = 0.3
    """Share of the sun's heat that warms the air at once (2r2c)."""
    internal_gain_w: float = 250.0
    """Of people and devices."""
    set_point_c: float = 20.0
    set_back_c: float = 17.0
    set_back_hours: tuple[tuple[float, float], ...] = ()
    """Hours of the local day (from, to) with the lower temperature."""
    heating_power_w: float = 8000.0
    """The most that radiators or floor give."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HotWaterParameters:
    """How much hot water people use."""

    litres_per_person_day: float = 40.0
    base_litres_day: float = 20.0
    use_c: float = 45.0
    """Temperature at which the litres are counted."""
    cold_c: float = 10.0
    mixing_valve: bool = True
    """Without one the litres are drawn as hot as the tank is."""
    comfort_c: float = 45.0
    """Hot water below this is felt as cold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PVParameters:
    """Photovoltaic modules and their charge controller."""

    peak_power_w: float = 2400.0
    tilt_deg: float = 35.0
    azimuth_deg: float = 180.0
    gamma_per_k: float = -0.0035
    system_loss: float = 0.10
    charger_efficiency: float = 0.97
    charger_current_a: float = 70.0
    maximum_power_voltage_v: float = 97.0
    """Of the string of modules at 25 degC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryParameters:
    """A battery; energies are on its direct-current side."""

    capacity_kwh: float = 4.8
    nominal_v: float = 12.8
    minimum_soc: float = 0.15
    """Share of the capacity that is kept, 0 to 1."""
    charge_efficiency: float = 0.96
    discharge_efficiency: float = 0.97
    maximum_charge_w: float = 1500.0
    maximum_discharge_w: float = 1200.0
    chemistry: Literal["lfp", "lead"] = "lfp"
    resistance_mohm: float = 4.0
    cut_off_soc: float = 0.05
    """At this the inverter shuts down to save the battery, 0 to 1."""
    reconnect_soc: float = 0.10


@dataclass(frozen=True, kw_only=True, slots=True)
class InverterParameters:
    """An inverter from the battery to the house's pumps and electronics."""

    rated_power_va: float = 1200.0
    idle_w: float = 8.0
    efficiency: float = 0.92
    """Greatest efficiency, idle power included."""
    base_load_w: float = 12.0
    """Electronics that run all the time, on the alternating-current side."""
    heating_pump_w: float = 35.0
    eco_idle_w: float = 1.5
    eco_wake_w: float = 15.0
    """In eco mode smaller loads do not wake the inverter."""
    grid_backup: bool = False
    """Whether the grid takes over while the inverter cannot feed the loads, as a
    transfer switch lets it; without it they stand still."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImmersionHeaterParameters:
    """An electric heater in the tank for the sun's surplus."""

    power_w: float = 1000.0
    height: float = 0.7
    """Relative height above which it heats."""
    maximum_c: float = 85.0
    minimum_soc: float = 0.95
    """State of charge of the battery from which it takes the surplus, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControllerParameters:
    """Settings of the solar controller, as its maker delivers it."""

    on_difference_k: float = 6.0
    off_difference_k: float = 4.0
    target_difference_k: float = 10.0
    """From here on the pump runs faster, 10 % for every 2 K."""
    minimum_speed_percent: float = 30.0
    collector_emergency_c: float = 130.0
    """At this the pump stops until the collector has cooled by 10 K."""
    store_hysteresis_k: float = 2.0
    store_top_margin_k: float = 5.0
    """The top of the tank may be so much above the tank's maximum."""
    return_raise_on_k: float = 6.0
    """The valve sends heating water through the tank if so much warmer."""
    return_raise_off_k: float = 4.0
    after_heating_windows: tuple[tuple[float, float], ...] = ()
    """Hours of the local day (from, to) in which the thermostat may ask for the
    boiler; empty for the whole day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantParameters:
    """A whole plant; a component that is None does not exist."""

    collector: CollectorParameters | None = field(default_factory=CollectorParameters)
    tank: TankParameters = field(default_factory=TankParameters)
    boiler: BoilerParameters | None = field(default_factory=BoilerParameters)
    heating: HeatingParameters | None = field(default_factory=HeatingParameters)
    building: BuildingParameters | None = None
    hot_water: HotWaterParameters = field(default_factory=HotWaterParameters)
    pv: PVParameters | None = field(default_factory=PVParameters)
    battery: BatteryParameters | None = field(default_factory=BatteryParameters)
    inverter: InverterParameters | None = field(default_factory=InverterParameters)
    immersion_heater: ImmersionHeaterParameters | None = None
    controller: ControllerParameters = field(default_factory=ControllerParameters)
