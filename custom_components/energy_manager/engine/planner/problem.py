"""The planner's input: everything that is known and expected, frozen.

A problem is a JSON document too (`to_json`, `from_json`); docs/command-line.md
describes it field by field.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from ..document import Json, Limits, LimitsTable, check_limits, decode, encode
from ..errors import InputError
from ..plant.limits import PLANT_LIMITS, check_plant
from ..plant.parameters import PlantParameters
from ..series import TimeGrid


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantState:
    """What the plant is like at the start of the grid; None is unknown."""

    tank_c: tuple[float | None, ...] = ()
    """Temperatures of the tank's probes, bottom first, as `tank.probe_heights`.

    Empty where no probe is known.
    """
    layers_c: tuple[float, ...] = ()
    """The whole tank as it is estimated: layers of equal volume, bottom first.

    Empty where it is only known by its probes.
    """
    zone_least_c: float | None = None
    """What the lower end of the boiler's zone surely has, by that estimate."""
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
        check_plant(self.plant, "plant")
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
_AMOUNT = Limits(low=0, high=1e6)
_TEMPERATURE = Limits(low=-60, high=300)
_PRICE = Limits(low=0, high=1000)

LIMITS: LimitsTable = {
    **PLANT_LIMITS,
    Problem: {"version": Limits(low=1, high=1)},
    TimeGrid: {
        "step_s": Limits(low=60, high=1800),
        "steps": Limits(low=1, high=1000),
    },
    PlantState: {
        "tank_c": _TEMPERATURE,
        "layers_c": _TEMPERATURE,
        "zone_least_c": _TEMPERATURE,
        "battery_soc": _SHARE,
    },
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
}
