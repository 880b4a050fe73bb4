"""A house as a document: site, every component, people and what they need.

`House` is the form of HOUSE.json (docs/house.md); all its fields but the site have
the proof-of-concept house's values as defaults.
"""

from dataclasses import dataclass, field
import math
from typing import Self
from zoneinfo import ZoneInfo

from ..document import Json, Limits, LimitsTable, check_limits, decode, encode
from ..errors import InputError
from .limits import PLANT_LIMITS, check_plant
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


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandParameters:
    """What a year takes, where it is known; None is modelled."""

    heating_kwh: float | None = None
    """Heat for the rooms in a year, spread by degree hours below
    `heating.base_temperature_c`."""
    heating_limit_c: float | None = None
    """With it only days (UTC) whose mean outdoor temperature is below count, as in
    degree days 20/15: base 20, limit 15."""
    hot_water_kwh: float | None = None
    """Heat in the hot water of a year; draws are scaled to give it."""
    electricity_kwh: float | None = None
    """Of the inverter in a year besides pumps and electronics."""


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """A house to simulate. Raises InputError where it cannot be."""

    site: SiteParameters
    name: str = ""
    time_zone: str = "UTC"
    """Name of the zone in which people live, as in Europe/Berlin."""
    people: float = 2.0
    """How many live there."""
    demand: DemandParameters = field(default_factory=DemandParameters)
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
    version: int = 1
    """Of the document's form."""

    def __post_init__(self) -> None:
        """Check limits and what must fit together."""
        check_limits(self, LIMITS)
        check_plant(self.plant, "")
        if self.heating is None and self.demand.heating_kwh:
            raise InputError("demand.heating_kwh", "needs the part heating")
        if self.building is not None and self.demand.heating_kwh is not None:
            raise InputError(
                "demand.heating_kwh", "must be null where the part building is given"
            )
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, OSError, ValueError) as error:
            raise InputError(
                "time_zone", "must be the name of a zone, like Europe/Berlin"
            ) from error

    @property
    def plant(self) -> PlantParameters:
        """All components together."""
        return PlantParameters(
            collector=self.collector,
            tank=self.tank,
            boiler=self.boiler,
            heating=self.heating,
            building=self.building,
            hot_water=self.hot_water,
            pv=self.pv,
            battery=self.battery,
            inverter=self.inverter,
            immersion_heater=self.immersion_heater,
            controller=self.controller,
        )

    def to_json(self) -> dict[str, Json]:
        """Return the house as a JSON document."""
        document = encode(self)
        assert isinstance(document, dict)
        return document

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Return the house of a JSON document; raise InputError where it is wrong.

        What the document does not tell of the tank goes with its volume; a component
        whose size is 0 is none.
        """
        return decode(cls, _sized(_without_empty(document)))


_SIZES = {
    "collector": "area_m2",
    "boiler": "power_kw",
    "pv": "peak_power_w",
    "battery": "capacity_kwh",
    "immersion_heater": "power_w",
}


def _without_empty(document: Json) -> Json:
    """Return a document without the components whose size is 0."""
    if not isinstance(document, dict):
        return document
    found = dict(document)
    for name, size in _SIZES.items():
        part = document.get(name)
        if isinstance(part, dict) and part.get(size) == 0 and part[size] is not False:
            found[name] = None
    return found


def _sized(document: Json) -> Json:
    """Return a document whose tank has the height and loss that its volume makes likely.

    A tank of the default's shape and insulation: 0.6 W/K for each m2 of its surface.
    """
    tank = document.get("tank") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(tank, dict):
        return document
    volume_l, usual = tank.get("volume_l"), TankParameters()
    if not isinstance(volume_l, int | float) or not 0.0 < volume_l < math.inf:
        return document
    size = (volume_l / usual.volume_l) ** (1.0 / 3.0)
    likely: dict[str, Json] = {
        "height_m": round(usual.height_m * size, 3),
        "loss_w_per_k": round(usual.loss_w_per_k * size**2, 3),
    }
    return {**document, "tank": {**likely, **tank}}


_YEARLY = Limits(low=0, high=1e6)

LIMITS: LimitsTable = {
    **PLANT_LIMITS,
    House: {"people": Limits(low=0, high=1000), "version": Limits(low=1, high=1)},
    DemandParameters: {
        "heating_kwh": _YEARLY,
        "heating_limit_c": Limits(low=-20, high=30),
        "hot_water_kwh": _YEARLY,
        "electricity_kwh": _YEARLY,
    },
}
