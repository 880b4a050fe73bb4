"""The plant as its owner describes it: fields of the forms and of the options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    UnitOfApparentPower,
    UnitOfArea,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
)

from .engine.plant.parameters import (
    BatteryParameters,
    BoilerParameters,
    CollectorParameters,
    HeatingParameters,
    HotWaterParameters,
    InverterParameters,
    PlantParameters,
    PVParameters,
    TankParameters,
)

CONF_INSTALLED: Final = "installed"
"""Whether a component that a home may lack is there."""

PROBES: Final = ("probe_bottom", "probe_middle", "probe_top")
"""The fields that make up the tank's probe heights, bottom first."""

LEAST_WARMTH_K: Final = 5.0
"""How far apart cold water, comfort and the tank's maximum must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileField:
    """One number about a component, as the owner reads and writes it."""

    minimum: float
    maximum: float
    step: float
    unit: str
    per_unit: float = 1.0
    """What the owner sees for one unit of the engine: 100 for a share in %."""


def _percent(minimum: float, maximum: float) -> ProfileField:
    """Return a field for a share, shown in percent."""
    return ProfileField(
        minimum=minimum, maximum=maximum, step=1, unit=PERCENTAGE, per_unit=100.0
    )


def _celsius(minimum: float, maximum: float) -> ProfileField:
    """Return a field for a temperature."""
    return ProfileField(
        minimum=minimum, maximum=maximum, step=0.5, unit=UnitOfTemperature.CELSIUS
    )


def _field(minimum: float, maximum: float, step: float, unit: str) -> ProfileField:
    """Return a field that is shown as the engine takes it."""
    return ProfileField(minimum=minimum, maximum=maximum, step=step, unit=unit)


type Parameters = (
    CollectorParameters
    | TankParameters
    | BoilerParameters
    | HeatingParameters
    | HotWaterParameters
    | PVParameters
    | BatteryParameters
    | InverterParameters
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """A component of the plant: its parameters and what the owner tells of it."""

    parameters: type[Parameters]
    optional: bool
    fields: Mapping[str, ProfileField]


_TILT: Final = _field(0, 90, 1, DEGREE)
_AZIMUTH: Final = _field(0, 360, 1, DEGREE)

COMPONENTS: Final[Mapping[str, Component]] = {
    "collector": Component(
        parameters=CollectorParameters,
        optional=True,
        fields={
            "area_m2": _field(0.5, 200, 0.1, UnitOfArea.SQUARE_METERS),
            "tilt_deg": _TILT,
            "azimuth_deg": _AZIMUTH,
            "eta0": _percent(20, 95),
            "a1_w_per_m2_k": _field(0, 10, 0.01, "W/(m²·K)"),
            "a2_w_per_m2_k2": _field(0, 0.1, 0.001, "W/(m²·K²)"),
        },
    ),
    "tank": Component(
        parameters=TankParameters,
        optional=False,
        fields={
            "volume_l": _field(50, 20000, 10, UnitOfVolume.LITERS),
            "loss_w_per_k": _field(0, 50, 0.1, "W/K"),
            "maximum_c": _celsius(40, 110),
            "probe_bottom": _percent(0, 100),
            "probe_middle": _percent(0, 100),
            "probe_top": _percent(0, 100),
            "boiler_height": _percent(5, 95),
            "heating_height": _percent(0, 100),
        },
    ),
    "boiler": Component(
        parameters=BoilerParameters,
        optional=True,
        fields={
            "power_kw": _field(1, 200, 0.5, UnitOfPower.KILO_WATT),
            "efficiency": _percent(20, 110),
            "setpoint_c": _celsius(30, 90),
            "minimum_on_min": _field(0, 240, 5, UnitOfTime.MINUTES),
            "minimum_off_min": _field(0, 240, 5, UnitOfTime.MINUTES),
            "fuel_price_eur_per_kwh": _field(0, 5, 0.001, "EUR/kWh"),
            "co2_kg_per_kwh": _field(0, 2, 0.001, "kg/kWh"),
        },
    ),
    "heating": Component(
        parameters=HeatingParameters,
        optional=True,
        fields={
            "heat_loss_w_per_k": _field(5, 5000, 5, "W/K"),
            "base_temperature_c": _celsius(0, 25),
            "supply_c": _celsius(20, 80),
            "return_c": _celsius(15, 70),
        },
    ),
    "hot_water": Component(
        parameters=HotWaterParameters,
        optional=False,
        fields={
            "litres_per_person_day": _field(0, 300, 1, UnitOfVolume.LITERS),
            "base_litres_day": _field(0, 1000, 1, UnitOfVolume.LITERS),
            "comfort_c": _celsius(35, 65),
            "cold_c": _celsius(1, 30),
        },
    ),
    "pv": Component(
        parameters=PVParameters,
        optional=True,
        fields={
            "peak_power_w": _field(10, 100000, 10, UnitOfPower.WATT),
            "tilt_deg": _TILT,
            "azimuth_deg": _AZIMUTH,
            "charger_current_a": _field(1, 500, 1, UnitOfElectricCurrent.AMPERE),
        },
    ),
    "battery": Component(
        parameters=BatteryParameters,
        optional=True,
        fields={
            "capacity_kwh": _field(0.1, 500, 0.1, UnitOfEnergy.KILO_WATT_HOUR),
            "nominal_v": _field(6, 1000, 0.1, UnitOfElectricPotential.VOLT),
            "minimum_soc": _percent(0, 90),
            "maximum_charge_w": _field(10, 100000, 10, UnitOfPower.WATT),
            "maximum_discharge_w": _field(10, 100000, 10, UnitOfPower.WATT),
        },
    ),
    "inverter": Component(
        parameters=InverterParameters,
        optional=True,
        fields={
            "rated_power_va": _field(50, 100000, 10, UnitOfApparentPower.VOLT_AMPERE),
            "idle_w": _field(0, 500, 0.5, UnitOfPower.WATT),
            "efficiency": _percent(50, 100),
            "base_load_w": _field(0, 5000, 1, UnitOfPower.WATT),
            "heating_pump_w": _field(0, 1000, 1, UnitOfPower.WATT),
        },
    ),
}


def default_plant() -> dict[str, Any]:
    """Return the profile of the proof-of-concept house, as kept in options."""
    return {
        name: {
            key: value
            for key, value in _values_of(component.parameters()).items()
            if key in component.fields
        }
        for name, component in COMPONENTS.items()
    }


def _values_of(parameters: Parameters) -> dict[str, float]:
    """Return a component's numbers by the names of the fields."""
    values: dict[str, float] = {}
    for name in parameters.__dataclass_fields__:
        value = getattr(parameters, name)
        if name == "probe_heights":
            values.update(zip(PROBES, value, strict=True))
        elif isinstance(value, int | float):
            values[name] = float(value)
    return values


def form_of_plant(plant: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows for a plant as kept in options."""
    form: dict[str, Any] = {}
    defaults = default_plant()
    for name, component in COMPONENTS.items():
        kept = plant.get(name, defaults[name])
        values = defaults[name] | (kept or {})
        form[name] = {
            key: round(values[key] * field.per_unit, 6)
            for key, field in component.fields.items()
        }
        if component.optional:
            form[name][CONF_INSTALLED] = kept is not None
    return form


def plant_of_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filled-in form as it is kept in options."""
    plant: dict[str, Any] = {}
    for name, component in COMPONENTS.items():
        section = form[name]
        if component.optional and not section[CONF_INSTALLED]:
            plant[name] = None
        else:
            plant[name] = {
                key: float(section[key]) / field.per_unit
                for key, field in component.fields.items()
            }
    return plant


def plant_parameters(plant: Mapping[str, Any]) -> PlantParameters:
    """Return the engine's parameters of a plant as kept in options.

    What the options do not name has the engine's own default.
    """
    components: dict[str, Any] = {}
    for name, component in COMPONENTS.items():
        kept = plant.get(name, {})
        if kept is None:
            components[name] = None
            continue
        values = dict(kept)
        probes = [values.pop(probe, None) for probe in PROBES]
        if None not in probes:
            values["probe_heights"] = tuple(probes)
        components[name] = component.parameters(**values)
    return PlantParameters(**components)


def plant_error(form: Mapping[str, Any]) -> str | None:
    """Return the key of what cannot be in a filled-in form, None if all can."""
    tank, boiler = form["tank"], form["boiler"]
    heating, hot_water = form["heating"], form["hot_water"]
    heights = [tank[probe] for probe in PROBES]
    if heights != sorted(set(heights)):
        return "probe_order"
    if hot_water["cold_c"] + LEAST_WARMTH_K > hot_water["comfort_c"]:
        return "cold_not_below_comfort"
    if tank["maximum_c"] < hot_water["comfort_c"] + LEAST_WARMTH_K:
        return "maximum_below_comfort"
    if boiler[CONF_INSTALLED] and boiler["setpoint_c"] <= hot_water["comfort_c"]:
        return "setpoint_below_comfort"
    if boiler[CONF_INSTALLED] and boiler["setpoint_c"] > tank["maximum_c"]:
        return "setpoint_above_maximum"
    if heating[CONF_INSTALLED] and heating["return_c"] >= heating["supply_c"]:
        return "return_not_below_supply"
    if form["inverter"][CONF_INSTALLED] and not form["battery"][CONF_INSTALLED]:
        return "inverter_without_battery"
    return None
