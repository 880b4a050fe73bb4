"""The planner's output: what to do when, what is expected of it, and why; frozen.

A plan is a JSON document too (`to_json`, `from_json`); docs/command-line.md
describes it field by field.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from ..document import Json, decode, encode
from ..errors import InputError
from ..series import TimeGrid


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why something is planned: a stable code and the quantities compared.

    The words are in `reasons/<language>.json` by code. Numbers are rounded, times
    are ISO 8601 in UTC.
    """

    code: str
    parameters: dict[str, str | int | float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the boiler shall do now: wait, run, or follow its own thermostat."""

    action: Literal["hold", "run", "allow"]
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One planned run of the boiler."""

    start: datetime
    end: datetime
    heat_kwh: float
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatFlows:
    """Heat by step of the grid, in kWh; boundaries have one value more.

    `usable_heat_kwh` is the hot water that the tank could give before its top
    falls below comfort.
    """

    solar_heat_kwh: tuple[float, ...]
    boiler_heat_kwh: tuple[float, ...]
    boiler_on: tuple[bool, ...]
    hot_water_kwh: tuple[float, ...]
    """Demand, as in the problem."""
    heating_kwh: tuple[float, ...]
    """Demand, as in the problem."""
    unmet_hot_water_kwh: tuple[float, ...]
    unmet_heating_kwh: tuple[float, ...]
    loss_kwh: tuple[float, ...]
    tank_upper_c: tuple[float, ...]
    """At boundaries: the part that the boiler heats."""
    tank_lower_c: tuple[float, ...]
    """At boundaries: the part below it."""
    usable_heat_kwh: tuple[float, ...]
    """At boundaries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ElectricFlows:
    """Electric power by step of the grid, in W; boundaries have one value more.

    Without battery or inverter the loads are fed from elsewhere: nothing is unmet
    and the state of charge is empty.
    """

    pv_power_w: tuple[float, ...]
    """Available, as in the problem."""
    curtailed_w: tuple[float, ...]
    load_power_w: tuple[float, ...]
    """Wanted behind the inverter: electronics, the pumps that run, the boiler."""
    unmet_load_w: tuple[float, ...]
    charge_w: tuple[float, ...]
    """Into the battery."""
    discharge_w: tuple[float, ...]
    """Out of the battery."""
    inverter_on: tuple[bool, ...]
    charger_on: tuple[bool, ...]
    heating_pump_on: tuple[bool, ...]
    """Off where it must be shed to keep the battery for the electronics."""
    battery_soc: tuple[float, ...]
    """At boundaries, 0 to 1; empty without a battery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Sums over the plan."""

    solar_heat_kwh: float
    boiler_heat_kwh: float
    fuel_kwh: float
    co2_kg: float
    boiler_starts: int
    demand_kwh: float
    unmet_kwh: float
    loss_kwh: float
    pv_used_kwh: float
    cost_eur: float
    """Fuel, starts and battery wear."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SolverReport:
    """How the plan came about."""

    status: Literal["solved", "fallback"]
    """`fallback`: the solver gave nothing in time, the plan is the search's own."""
    objective_eur: float | None
    """What the solver minimised: costs and penalties less what is left at the end."""
    bound_eur: float | None
    """No plan of this model can be below; None where no bound is known."""
    variables: int
    integers: int
    constraints: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A plan for a plant on a grid of time."""

    created: datetime
    grid: TimeGrid
    decision: Decision
    runs: tuple[Run, ...]
    heat: HeatFlows
    electricity: ElectricFlows
    totals: Totals
    solver: SolverReport
    version: int = 1
    """Of the document's form."""

    def __post_init__(self) -> None:
        """Raise InputError where a series has not one value per step or boundary."""
        steps = self.grid.steps
        for group, boundary in (
            ("heat", ("tank_upper_c", "tank_lower_c", "usable_heat_kwh")),
            ("electricity", ("battery_soc",)),
        ):
            flows = getattr(self, group)
            for name in type(flows).__dataclass_fields__:
                count = len(getattr(flows, name))
                wanted = steps + 1 if name in boundary else steps
                if count != wanted and not (name == "battery_soc" and count == 0):
                    raise InputError(f"{group}.{name}", f"must have {wanted} values")

    def to_json(self) -> dict[str, Json]:
        """Return the plan as a JSON document."""
        document = encode(self)
        assert isinstance(document, dict)
        return document

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return the plan of a JSON document; raise InputError where it is wrong."""
        return decode(cls, document)
