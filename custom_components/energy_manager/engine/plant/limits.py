"""What the parameters of a plant may be, and what must fit together."""

from ..document import Limits, LimitsTable
from ..errors import InputError
from .parameters import (
    BatteryParameters,
    BoilerParameters,
    BuildingParameters,
    CollectorParameters,
    ControllerParameters,
    HeatingParameters,
    HotWaterParameters,
    ImmersionHeaterParameters,
    InverterParameters,
    PlantParameters,
    PVParameters,
    SiteParameters,
    TankParameters,
)

_SHARE = Limits(low=0, high=1)
_POSITIVE = Limits(low=0, high=1e6, above=True)
_AMOUNT = Limits(low=0, high=1e6)

PLANT_LIMITS: LimitsTable = {
    SiteParameters: {
        "latitude": Limits(low=-90, high=90),
        "longitude": Limits(low=-180, high=180),
        "elevation_m": Limits(low=-500, high=9000),
    },
    CollectorParameters: {
        "area_m2": Limits(low=0, high=10000, above=True),
        "tilt_deg": Limits(low=0, high=90),
        "azimuth_deg": Limits(low=0, high=360),
        "eta0": Limits(low=0, high=1, above=True),
        "a1_w_per_m2_k": Limits(low=0, high=20),
        "a2_w_per_m2_k2": Limits(low=0, high=0.5),
        "b0": _SHARE,
        "diffuse_modifier": _SHARE,
        "capacity_kj_per_m2_k": Limits(low=0, high=100),
        "fluid_kj_per_l_k": Limits(low=1, high=10),
        "flow_l_per_h_m2": Limits(low=0, high=200, above=True),
        "heat_exchanger_effectiveness": Limits(low=0, high=1, above=True),
        "pump_full_w": Limits(low=0, high=5000),
        "pump_idle_w": Limits(low=0, high=1000),
        "incidence_modifiers": Limits(low=0, high=90),
        "transversal_modifiers": Limits(low=0, high=90),
        "pipe_loss_w_per_k": Limits(low=0, high=1000),
        "inlet_height": _SHARE,
    },
    TankParameters: {
        "volume_l": Limits(low=50, high=100000),
        "loss_w_per_k": Limits(low=0, high=1000),
        "maximum_c": Limits(low=40, high=110),
        "room_c": Limits(low=-30, high=60),
        "probe_heights": _SHARE,
        "boiler_height": Limits(low=0.05, high=0.95),
        "heating_height": _SHARE,
        "heating_return_height": _SHARE,
        "nodes": Limits(low=1, high=1000),
        "conductivity_w_per_m_k": Limits(low=0, high=1000),
        "height_m": Limits(low=0.1, high=100),
    },
    BoilerParameters: {
        "power_kw": Limits(low=0, high=1000, above=True),
        "efficiency": Limits(low=0.1, high=6),
        "condensing_per_k": Limits(low=0, high=0.05),
        "setpoint_c": Limits(low=30, high=100),
        "hysteresis_k": Limits(low=0.5, high=40),
        "minimum_on_min": Limits(low=0, high=720),
        "minimum_off_min": Limits(low=0, high=720),
        "start_loss_kwh": Limits(low=0, high=50),
        "fuel_price_eur_per_kwh": Limits(low=0, high=10),
        "co2_kg_per_kwh": Limits(low=0, high=10),
        "safety_c": Limits(low=30, high=130),
        "electric_w": Limits(low=0, high=100000),
    },
    HeatingParameters: {
        "heat_loss_w_per_k": Limits(low=0, high=100000),
        "base_temperature_c": Limits(low=-20, high=30),
        "supply_c": Limits(low=20, high=90),
        "return_c": Limits(low=15, high=80),
        "curve_exponent": Limits(low=1, high=3),
        "design_ambient_c": Limits(low=-60, high=15),
        "design_power_w": _POSITIVE,
    },
    BuildingParameters: {
        "heat_loss_w_per_k": Limits(low=1, high=100000),
        "capacity_kwh_per_k": Limits(low=0.01, high=10000),
        "air_capacity_kwh_per_k": Limits(low=0.001, high=10000),
        "coupling_w_per_k": Limits(low=1, high=1e6),
        "ventilation_share": _SHARE,
        "solar_aperture_m2": Limits(low=0, high=10000),
        "window_azimuth_deg": Limits(low=0, high=360),
        "solar_air_share": _SHARE,
        "internal_gain_w": _AMOUNT,
        "set_point_c": Limits(low=5, high=30),
        "set_back_c": Limits(low=5, high=30),
        "set_back_hours": Limits(low=0, high=24),
        "heating_power_w": _AMOUNT,
    },
    HotWaterParameters: {
        "litres_per_person_day": Limits(low=0, high=1000),
        "base_litres_day": Limits(low=0, high=10000),
        "use_c": Limits(low=30, high=70),
        "cold_c": Limits(low=1, high=30),
        "comfort_c": Limits(low=30, high=70),
    },
    PVParameters: {
        "peak_power_w": _POSITIVE,
        "tilt_deg": Limits(low=0, high=90),
        "azimuth_deg": Limits(low=0, high=360),
        "gamma_per_k": Limits(low=-0.02, high=0),
        "system_loss": Limits(low=0, high=0.9),
        "charger_efficiency": Limits(low=0.1, high=1),
        "charger_current_a": Limits(low=0, high=10000, above=True),
    },
    BatteryParameters: {
        "capacity_kwh": Limits(low=0, high=10000, above=True),
        "nominal_v": Limits(low=1, high=1000),
        "minimum_soc": Limits(low=0, high=0.95),
        "charge_efficiency": Limits(low=0.1, high=1),
        "discharge_efficiency": Limits(low=0.1, high=1),
        "maximum_charge_w": _AMOUNT,
        "maximum_discharge_w": _AMOUNT,
    },
    InverterParameters: {
        "rated_power_va": _POSITIVE,
        "idle_w": _AMOUNT,
        "efficiency": Limits(low=0.1, high=1),
        "base_load_w": _AMOUNT,
        "heating_pump_w": _AMOUNT,
    },
    ImmersionHeaterParameters: {
        "power_w": _AMOUNT,
        "height": Limits(low=0.05, high=0.95),
        "maximum_c": Limits(low=30, high=110),
        "minimum_soc": _SHARE,
    },
    ControllerParameters: {
        "on_difference_k": Limits(low=0, high=60),
        "off_difference_k": Limits(low=0, high=60),
        "target_difference_k": Limits(low=0, high=80),
        "minimum_speed_percent": Limits(low=0, high=100),
        "collector_emergency_c": Limits(low=60, high=250),
        "store_hysteresis_k": Limits(low=0, high=20),
        "store_top_margin_k": Limits(low=0, high=40),
        "return_raise_on_k": Limits(low=0, high=40),
        "return_raise_off_k": Limits(low=0, high=40),
        "after_heating_windows": Limits(low=0, high=24),
    },
}


def check_plant(plant: PlantParameters, path: str) -> None:
    """Raise InputError where parts of a plant do not fit together.

    `path` is where the plant stands in its document, as in "plant"; empty at the root.
    """
    prefix = f"{path}." if path else ""
    tank = plant.tank
    if not tank.probe_heights:
        raise InputError(f"{prefix}tank.probe_heights", "must have at least one")
    if any(
        high <= low
        for low, high in zip(tank.probe_heights, tank.probe_heights[1:], strict=False)
    ):
        raise InputError(f"{prefix}tank.probe_heights", "must rise from bottom to top")
    water = plant.hot_water
    for name in ("use_c", "comfort_c"):
        if getattr(water, name) < water.cold_c + 5:
            raise InputError(
                f"{prefix}hot_water.{name}", "must be at least 5 above cold_c"
            )
    if tank.maximum_c < water.comfort_c + 5:
        raise InputError(
            f"{prefix}tank.maximum_c", "must be at least 5 above hot_water.comfort_c"
        )
    boiler = plant.boiler
    if boiler and not water.comfort_c < boiler.setpoint_c <= tank.maximum_c:
        raise InputError(
            f"{prefix}boiler.setpoint_c",
            "must be above hot_water.comfort_c and at most tank.maximum_c",
        )
    heating = plant.heating
    if heating and heating.return_c >= heating.supply_c:
        raise InputError(f"{prefix}heating.return_c", "must be below supply_c")
    _check_pairs(
        f"{prefix}controller.after_heating_windows",
        plant.controller.after_heating_windows,
        "from and to",
    )
    if (parts := plant.collector) is not None:
        for name in ("incidence_modifiers", "transversal_modifiers"):
            _check_pairs(
                f"{prefix}collector.{name}",
                getattr(parts, name),
                "angle and modifier",
            )
    if plant.building is not None:
        _check_building(plant.building, f"{prefix}building")


def _check_pairs(field: str, pairs: tuple[tuple[float, ...], ...], words: str) -> None:
    """Raise InputError where a list holds something else than pairs."""
    if any(len(pair) != 2 for pair in pairs):
        raise InputError(field, f"must be pairs of {words}")


def _check_building(building: BuildingParameters, path: str) -> None:
    """Raise InputError where the rooms' parts do not fit together."""
    if building.set_back_c > building.set_point_c:
        raise InputError(f"{path}.set_back_c", "must be at most set_point_c")
    _check_pairs(f"{path}.set_back_hours", building.set_back_hours, "from and to")
    if building.model == "1r1c":
        return
    if building.air_capacity_kwh_per_k >= building.capacity_kwh_per_k:
        raise InputError(
            f"{path}.air_capacity_kwh_per_k", "must be below capacity_kwh_per_k"
        )
    through = building.heat_loss_w_per_k * (1.0 - building.ventilation_share)
    if building.coupling_w_per_k <= through:
        raise InputError(
            f"{path}.coupling_w_per_k",
            "must be above what is lost through the walls, "
            "heat_loss_w_per_k (1 - ventilation_share)",
        )
