"""Published figures, and the houses that rebuild them.

Each case is a house that ships with the project, changed as `--set` would, on a measured
year. What it stands beside comes from other programs: NREL's System Advisor Model (PySAM
Swh 7.1.1), an independent simulator of the same plant with its studies (ten layers, five
minutes), EN 15316-4-3 and a bound with perfect foresight.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from custom_components.energy_manager.engine.plant.parameters import SiteParameters

PLACES = {
    "mannheim": SiteParameters(latitude=49.52, longitude=8.55, elevation_m=96.0),
    "pvgis_45N_8E": SiteParameters(latitude=45.0, longitude=8.0, elevation_m=250.0),
}
"""Where the weather files were measured."""
MANNHEIM, SOUTH = PLACES

COMBI, WATER = "proof-of-concept", "water-heating-reference"
HEAT_ONLY = ("pv=null", "battery=null", "inverter=null")
TOP_UP = "boiler.connection=top_up"
NO_HEATING = ("heating=null", "demand.heating_kwh=null", "demand.heating_limit_c=null")
LOAD_KWH = 8569.0 + 2968.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A published figure, and how to come to it."""

    group: str
    name: str
    house: str = COMBI
    place: str = MANNHEIM
    changes: tuple[str, ...] = ()
    figure: str = "solar_fraction"
    """Of `results.Figures`; or `unserved_share`."""
    published: float
    tolerance: float
    """How far from it ours may be, in its unit."""
    less_usual: bool = False
    """The figure is the difference to the same house without the last change."""
    quick: bool = False
    """It represents its group in the tests."""

    @property
    def id(self) -> str:
        """Name for a test or a line."""
        return f"{self.group}: {self.name}, {self.place}, {self.figure}"


def cases() -> tuple[Case, ...]:
    """Return all cases in the order in which they are told."""
    return (
        *_combi(),
        *_water(),
        *_layers(),
        *_area_and_volume(),
        *_tilt(),
        *_people(),
        *_sensitivity(),
        *_off_grid(),
    )


_COMBI = (
    # place, changes, name, quick, then top-up and in the tank: collector, boiler, fraction
    (MANNHEIM, (), "heating 8569", (6438, 6163, 0.466), (5955, 6848, 0.406)),
    (MANNHEIM, NO_HEATING, "hot water only", (4314, 189, 0.936), (4213, 370, 0.875)),
    (
        SOUTH,
        ("demand.heating_kwh=6000",),
        "heating 6000",
        (7956, 2505, 0.721),
        (7548, 3032, 0.662),
    ),
    (SOUTH, NO_HEATING, "hot water only", (4999, 6, 0.998), (4964, 50, 0.983)),
)


def _combi() -> Iterator[Case]:
    """Yield the reference house at both places, boiler behind the tank and in it."""
    for place, changes, name, behind, inside in _COMBI:
        for words, more, published in (
            ("behind the tank", (TOP_UP,), behind),
            ("in the tank", (), inside),
        ):
            figures = zip(
                ("collector_heat_kwh", "boiler_heat_kwh", "solar_fraction"),
                published,
                (max(60.0, 0.01 * published[0]), max(20.0, 0.01 * published[1]), 0.01),
                strict=True,
            )
            for figure, value, tolerance in figures:
                yield Case(
                    group="reference house",
                    name=f"{name}, boiler {words}",
                    place=place,
                    changes=(*HEAT_ONLY, *changes, *more),
                    figure=figure,
                    published=value,
                    tolerance=tolerance,
                    quick=True,
                )


SAM = (
    (SOUTH, ((4, 1362), (8, 506), (12, 276), (18, 172)), (0.931, 0.866, 0.748)),
    (MANNHEIM, ((4, 2016), (8, 1151), (12, 780), (18, 529)), (0.842, 0.730, 0.589)),
)
"""Auxiliary heat by area, and solar fractions at 18 m2, with 400 l a day, and of 6 m2
with 300 l."""
SAM_LOAD_KWH = 3816.0


def _water() -> Iterator[Case]:
    """Yield the rows of the System Advisor Model; auxiliary heat within 8 percent.

    Its fractions are 1 - (Qaux + Ppump) / load: the pump's energy is known from the row
    of 18 m2, whose auxiliary heat is published too.
    """
    for place, rows, (usual, double, small) in SAM:
        pump_kwh = (1.0 - usual) * SAM_LOAD_KWH - rows[-1][1]
        found: list[tuple[str, tuple[str, ...], float]] = [
            (f"{area} m2, 1000 l", (f"collector.area_m2={area}",), float(auxiliary))
            for area, auxiliary in rows
        ]
        found += [
            (
                "18 m2, 400 l a day",
                (f"demand.hot_water_kwh={2.0 * SAM_LOAD_KWH}",),
                (1.0 - double) * 2.0 * SAM_LOAD_KWH - pump_kwh,
            ),
            (
                "6 m2, 300 l",
                ("collector.area_m2=6", "tank.volume_l=300"),
                (1.0 - small) * SAM_LOAD_KWH - pump_kwh,
            ),
        ]
        for name, changes, auxiliary in found:
            yield Case(
                group="System Advisor Model",
                name=name,
                house=WATER,
                place=place,
                changes=changes,
                figure="boiler_heat_kwh",
                published=auxiliary,
                tolerance=0.08 * auxiliary,
                quick=True,
            )


_LAYERS = (
    # layers, fraction with the boiler behind the tank and in it
    (1, 0.436, 0.254),
    (2, 0.451, 0.359),
    (3, 0.454, 0.383),
    (5, 0.461, 0.388),
    (10, 0.466, 0.406),
    (20, 0.468, 0.416),
    (40, 0.470, 0.418),
)


def _layers() -> Iterator[Case]:
    for nodes, behind, inside in _LAYERS:
        for words, more, published in (
            ("behind the tank", (TOP_UP,), behind),
            ("in the tank", (), inside),
        ):
            yield Case(
                group="layers",
                name=f"{nodes} layers, boiler {words}",
                changes=(*HEAT_ONLY, *more, f"tank.nodes={nodes}"),
                published=published,
                tolerance=0.015 if nodes < 3 else 0.01,
                quick=nodes in {1, 2} and not more,
            )


_MAP = (
    (500, (0.163, 0.255, 0.316, 0.377, 0.416, 0.440)),
    (1000, (0.149, 0.255, 0.328, 0.406, 0.458, 0.495)),
    (2000, (0.119, 0.238, 0.319, 0.410, 0.476, 0.523)),
)
_AREAS_M2 = (4, 8, 12, 18, 24, 30)


def _area_and_volume() -> Iterator[Case]:
    for litres, fractions in _MAP:
        for area, published in zip(_AREAS_M2, fractions, strict=True):
            yield Case(
                group="area and volume",
                name=f"{area} m2, {litres} l",
                changes=(
                    *HEAT_ONLY,
                    f"tank.volume_l={litres}",
                    f"collector.area_m2={area}",
                ),
                published=published,
                tolerance=0.013,
                quick=(litres, area) in {(500, 30), (2000, 4), (2000, 30)},
            )


_TILT = (
    # degrees, Mannheim, 45 N
    (30, 0.383, 0.613),
    (45, 0.407, 0.661),
    (50, 0.410, 0.671),
    (60, 0.409, 0.679),
    (70, 0.398, 0.674),
    (90, 0.336, 0.612),
)


def _tilt() -> Iterator[Case]:
    for degrees, *published in _TILT:
        for place, fraction in zip(PLACES, published, strict=True):
            heating = "8569" if place == MANNHEIM else "6000"
            yield Case(
                group="tilt",
                name=f"{degrees} degrees",
                place=place,
                changes=(
                    *HEAT_ONLY,
                    f"demand.heating_kwh={heating}",
                    f"collector.tilt_deg={degrees}",
                ),
                published=fraction,
                tolerance=0.01,
                quick=degrees == 90,
            )


def _people() -> Iterator[Case]:
    for people, published in (
        (1, 0.376),
        (2, 0.386),
        (4, 0.401),
        (6, 0.411),
        (8, 0.416),
    ):
        yield Case(
            group="people",
            name=f"{people} people at 40 l a day",
            changes=(*HEAT_ONLY, f"demand.hot_water_kwh={2968.0 / 5.0 * people}"),
            published=published,
            tolerance=0.01,
            quick=people == 8,
        )


_SENSITIVITY = (
    # change, difference of the solar fraction, how well it is met
    ("collector.eta0=0.70", -0.035, 0.004),
    ("collector.eta0=0.82", 0.016, 0.004),
    ("collector.a1_w_per_m2_k=4.5", -0.032, 0.004),
    ("collector.a1_w_per_m2_k=3.0", 0.017, 0.004),
    ("tank.loss_w_per_k=1.75", 0.019, 0.004),
    ("tank.loss_w_per_k=7", -0.040, 0.004),
    ("collector.azimuth_deg=135", -0.053, 0.004),
    ("collector.azimuth_deg=225", -0.028, 0.004),
    ("collector.inlet=fixed", -0.007, 0.006),
    ("heating.return_c=23", 164.0 / LOAD_KWH, 0.008),
    ("heating.return_c=32", -131.0 / LOAD_KWH, 0.008),
    ("boiler.setpoint_c=50", 144.0 / LOAD_KWH, 0.008),
    ("boiler.setpoint_c=60", -145.0 / LOAD_KWH, 0.008),
    ("boiler.setpoint_c=65", -294.0 / LOAD_KWH, 0.008),
    ("tank.boiler_height=0.85", 130.0 / LOAD_KWH, 0.006),
    ("tank.boiler_height=0.6", -141.0 / LOAD_KWH, 0.006),
    ("controller.on_difference_k=15", -21.0 / LOAD_KWH, 0.004),
    ("collector.flow_l_per_h_m2=15", -82.0 / LOAD_KWH, 0.004),
    ("collector.flow_l_per_h_m2=60", 16.0 / LOAD_KWH, 0.004),
)
_QUICK_CHANGES = {"collector.azimuth_deg=135", "tank.loss_w_per_k=7"}


def _sensitivity() -> Iterator[Case]:
    for change, published, tolerance in _SENSITIVITY:
        yield Case(
            group="sensitivity",
            name=change,
            changes=(*HEAT_ONLY, change),
            published=published,
            tolerance=tolerance,
            less_usual=True,
            quick=change in _QUICK_CHANGES,
        )


_OFF_GRID = (
    # battery kWh, modules kWp, unserved in percent: Mannheim lead, LFP, then 45 N
    (1.2, 0.6, (36.8, 31.2), (24.0, 15.6)),
    (1.2, 2.4, (17.9, 8.5), (12.7, 2.0)),
    (2.4, 1.2, (17.9, 13.0), (6.9, 3.6)),
    (2.4, 2.4, (8.5, 4.5), (2.1, 0.7)),
    (4.8, 2.4, (4.5, 1.7), (0.7, 0.0)),
)
_OFF_GRID_LOAD = (
    "inverter.grid_backup=false",
    "inverter.idle_w=10",
    "inverter.base_load_w=12",
    "inverter.heating_pump_w=35",
    "inverter.efficiency=0.9",
    "collector.pump_full_w=45",
    "controller.minimum_speed_percent=100",
    "boiler.electric_w=0",
)
_CHEMISTRIES = {
    "lead": (
        "battery.chemistry=lead",
        "battery.cut_off_soc=0.5",
        "battery.reconnect_soc=0.55",
        "battery.minimum_soc=0.5",
        "battery.charge_efficiency=0.85",
        "battery.discharge_efficiency=0.95",
    ),
    "lfp": (
        "battery.chemistry=lfp",
        "battery.cut_off_soc=0.1",
        "battery.reconnect_soc=0.15",
        "battery.minimum_soc=0.1",
        "battery.charge_efficiency=0.97",
        "battery.discharge_efficiency=0.97",
    ),
}


def _off_grid() -> Iterator[Case]:
    """Yield the sizing of a house without the grid: what of its load is not served.

    12 W of electronics, 10 W idle inverter, 45 W solar pump and 35 W heating pump.
    """
    for capacity, peak, *published in _OFF_GRID:
        for place, shares in zip(PLACES, published, strict=True):
            heating = "8569" if place == MANNHEIM else "6000"
            for chemistry, percent in zip(_CHEMISTRIES, shares, strict=True):
                yield Case(
                    group="off grid",
                    name=f"{capacity} kWh {chemistry}, {peak} kWp",
                    place=place,
                    changes=(
                        *_OFF_GRID_LOAD,
                        *_CHEMISTRIES[chemistry],
                        f"demand.heating_kwh={heating}",
                        f"battery.capacity_kwh={capacity}",
                        f"pv.peak_power_w={1000.0 * peak}",
                    ),
                    figure="unserved_share",
                    published=percent / 100.0,
                    tolerance=0.015 + 0.1 * percent / 100.0,
                    quick=(capacity, peak, place) == (2.4, 1.2, MANNHEIM),
                )
