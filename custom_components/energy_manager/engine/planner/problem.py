"""The planner's input: everything that is known and expected, frozen.

A problem is a JSON document too (`to_json`, `from_json`); docs/command-line.md
describes it field by field.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from ..errors import InputError
from ..plant.parameters import (
    BatteryParameters,
    BoilerParameters,
    CollectorParameters,
    HeatingParameters,
    HotWaterParameters,
    InverterParameters,
    PlantParameters,
    PVParameters,
    SiteParameters,
    TankParameters,
)
from ..series import TimeGrid
from .document import Json, Limits, LimitsTable, check_limits, decode, encode


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantState:
    """What the plant is like at the start of the grid; None is unknown."""

    tank_c: tuple[float | None, ...] = ()
    """Temperatures of the tank's probes, bottom first, as `tank.probe_heights`.

    Empty where no probe is known.
    """
    boiler_on: bool | None = None
    boiler_since: datetime | None = None
    """Since when the boiler is on, or off."""
    battery_soc: float | None = None
    """State of charge, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastSeries:
    """What the weather brings, one value per step."""

    ambient_c: tuple[float, ...]
    """Outdoor temperature, mean of the step."""
    irradiance_w_per_m2: tuple[float, ...]
    """On the collector's plane, mean of the step, less what the collector's glass
    reflects (incidence angle modifier)."""
    pv_power_w: tuple[float, ...]
    """What the photovoltaics could give, after its charge controller."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandSeries:
    """What the house needs, one value per step."""

    hot_water_kwh: tuple[float, ...]
    """Heat in the hot water drawn, counted from cold water to `use_c`."""
    heating_kwh: tuple[float, ...]
    """Heat for the rooms."""
    electric_load_w: tuple[float, ...]
    """Behind the inverter, without the solar and the heating pump, which the plan
    switches itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleDay:
    """How many people are at home, from `start` on until the next entry's start."""

    start: datetime
    """Midnight at home."""
    persons: float
    """All of them, guests too."""
    guests: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """What things are worth. Fuel has its price in the boiler's parameters."""

    unmet_hot_water_eur_per_kwh: float = 10.0
    unmet_heating_eur_per_kwh: float = 3.0
    inverter_off_eur_per_h: float = 20.0
    """An hour in which the electronics and controllers are dark."""
    hot_water_reserve_k: float = 3.0
    """How far above comfort the tank's top should stay when hot water is drawn."""
    reserve_eur_per_kwh: float = 0.5
    """What it costs to draw hot water without any of that reserve left."""
    boiler_start_eur: float = 0.05
    """Wear of one start, beside the fuel that it loses."""
    battery_wear_eur_per_kwh: float = 0.02
    stored_heat_value: float = 0.9
    """Worth of needed heat that is left at the end, as a share of boiler heat."""
    stored_surplus_value: float = 0.2
    """Worth of further heat that is left at the end, as a share of boiler heat."""
    stored_electricity_eur_per_kwh: float = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class SolverSettings:
    """How long and how closely the solver searches."""

    time_limit_s: float = 10.0
    relative_gap: float = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Everything a plan is made from. Raises InputError when it cannot be planned."""

    created: datetime
    grid: TimeGrid
    plant: PlantParameters
    state: PlantState
    forecast: ForecastSeries
    demand: DemandSeries
    people: tuple[PeopleDay, ...] = ()
    objective: Objective = field(default_factory=Objective)
    solver: SolverSettings = field(default_factory=SolverSettings)
    version: int = 1
    """Of the document's form."""

    def __post_init__(self) -> None:
        """Check limits and what must fit together."""
        check_limits(self, LIMITS)
        _check_series(self)
        _check_plant(self.plant)
        _check_state(self)

    def to_json(self) -> dict[str, Json]:
        """Return the problem as a JSON document."""
        document = encode(self)
        assert isinstance(document, dict)
        return document

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return the problem of a JSON document; raise InputError where it is wrong."""
        return decode(cls, document)


def _check_series(problem: Problem) -> None:
    steps = problem.grid.steps
    for name, group in (("forecast", problem.forecast), ("demand", problem.demand)):
        for series in type(group).__dataclass_fields__:
            count = len(getattr(group, series))
            if count != steps:
                raise InputError(
                    f"{name}.{series}",
                    f"must have one value per step, so {steps}, not {count}",
                )
    starts = [day.start for day in problem.people]
    for index in range(1, len(starts)):
        if starts[index] <= starts[index - 1]:
            raise InputError(
                f"people[{index}].start", "must be later than the one before it"
            )


def _check_plant(plant: PlantParameters) -> None:
    tank = plant.tank
    if any(
        high <= low
        for low, high in zip(tank.probe_heights, tank.probe_heights[1:], strict=False)
    ):
        raise InputError("plant.tank.probe_heights", "must rise from bottom to top")
    water = plant.hot_water
    for name in ("use_c", "comfort_c"):
        if getattr(water, name) < water.cold_c + 5:
            raise InputError(
                f"plant.hot_water.{name}", "must be at least 5 above cold_c"
            )
    if tank.maximum_c < water.comfort_c + 5:
        raise InputError(
            "plant.tank.maximum_c", "must be at least 5 above hot_water.comfort_c"
        )
    boiler = plant.boiler
    if boiler and not water.comfort_c < boiler.setpoint_c <= tank.maximum_c:
        raise InputError(
            "plant.boiler.setpoint_c",
            "must be above hot_water.comfort_c and at most tank.maximum_c",
        )
    heating = plant.heating
    if heating and heating.return_c >= heating.supply_c:
        raise InputError("plant.heating.return_c", "must be below supply_c")


def _check_state(problem: Problem) -> None:
    probes = len(problem.plant.tank.probe_heights)
    count = len(problem.state.tank_c)
    if count not in (0, probes):
        raise InputError(
            "state.tank_c",
            "must have one value (or null) per plant.tank.probe_heights, "
            f"so {probes}, not {count}, or be empty",
        )


_SHARE = Limits(low=0, high=1)
_POSITIVE = Limits(low=0, high=1e6, above=True)
_AMOUNT = Limits(low=0, high=1e6)
_TEMPERATURE = Limits(low=-60, high=300)
_PRICE = Limits(low=0, high=1000)

LIMITS: LimitsTable = {
    Problem: {"version": Limits(low=1, high=1)},
    TimeGrid: {
        "step_s": Limits(low=60, high=1800),
        "steps": Limits(low=1, high=1000),
    },
    PlantState: {"tank_c": _TEMPERATURE, "battery_soc": _SHARE},
    ForecastSeries: {
        "ambient_c": Limits(low=-60, high=60),
        "irradiance_w_per_m2": Limits(low=0, high=1500),
        "pv_power_w": _AMOUNT,
    },
    DemandSeries: {
        "hot_water_kwh": Limits(low=0, high=1000),
        "heating_kwh": Limits(low=0, high=1000),
        "electric_load_w": _AMOUNT,
    },
    PeopleDay: {
        "persons": Limits(low=0, high=1000),
        "guests": Limits(low=0, high=1000),
    },
    Objective: {
        "unmet_hot_water_eur_per_kwh": _PRICE,
        "unmet_heating_eur_per_kwh": _PRICE,
        "inverter_off_eur_per_h": _PRICE,
        "hot_water_reserve_k": Limits(low=0, high=30),
        "reserve_eur_per_kwh": _PRICE,
        "boiler_start_eur": _PRICE,
        "battery_wear_eur_per_kwh": Limits(low=0.0001, high=1000),
        "stored_heat_value": _SHARE,
        "stored_surplus_value": _SHARE,
        "stored_electricity_eur_per_kwh": _PRICE,
    },
    SolverSettings: {
        "time_limit_s": Limits(low=0, high=600, above=True),
        "relative_gap": Limits(low=0, high=0.5),
    },
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
}
