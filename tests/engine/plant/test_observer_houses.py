"""The observer beside other houses, from what sensors of a home tell.

The truth has forty layers and minutes; the observer has ten, a fifth less loss, a tenth
less solar flow, a tenth more heating, noisy probes, and sees pump, collector and boiler
as Home Assistant does. Nobody measures draws.
"""

from dataclasses import dataclass, replace
import random

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import tank
from custom_components.energy_manager.engine.plant.boundary import boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.house_run import HouseRun
from custom_components.energy_manager.engine.plant.observer import (
    KnownFlows,
    TankObserver,
)
from custom_components.energy_manager.engine.plant.parameters import (
    HotWaterParameters,
    PlantParameters,
    TankParameters,
)
from custom_components.energy_manager.engine.plant.sensed_flows import (
    Sensed,
    SensedFlows,
)
from custom_components.energy_manager.engine.plant.year import start_state
from scripts.benchmarks import references
from scripts.benchmarks.reference_cases import PLACES

from .test_year import NEW_YEAR_S, example, needs_data

LAYERS = 10
FIRST_DAY = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
DAYS = 30


@dataclass(kw_only=True)
class Seen:
    """How an observer did."""

    profile_k: float
    energy_kwh: float
    drawn_share: float
    """Inferred heat of draws as a share of the true one."""
    too_sure: float
    """Share of looks at which the boiler's zone was colder than what was sure."""
    unfit: float
    """Share of looks at which the rooms were let down by that."""
    held: float
    """Share of looks at which the zone was surely warm enough for the rooms."""


def follow(
    house: House,
    place: str,
    month: int,
    *,
    heard: tuple[int, ...] = (0, 1, 2),
    noise_k: float = 0.3,
) -> Seen:
    """Return how an observer does in a measured month."""
    first, steps = FIRST_DAY[month - 1], DAYS * 288
    litres = references.draws_of(300.0)[first * 288 : first * 288 + steps]
    boundary = boundary_of(
        replace(house, site=PLACES[place]),
        references.weather_of(place),
        start_s=NEW_YEAR_S + first * 86400.0,
        steps=steps * 5,
        step_s=60.0,
        draw_l=np.repeat(litres / 5.0, 5),
    )
    run = HouseRun(house.plant, start_state(house, boundary.ambient_c[0]))
    model = replace(
        house.tank, nodes=LAYERS, loss_w_per_k=0.8 * house.tank.loss_w_per_k
    )
    parts = house.collector
    assert parts is not None
    parts = replace(parts, flow_l_per_h_m2=0.9 * parts.flow_l_per_h_m2)
    plant = replace(house.plant, tank=model, collector=parts)
    observer = TankObserver(model, house.hot_water, collector=parts)
    sensed, chance = SensedFlows(plant), random.Random(1)
    zone = tank.layout(model).boiler_node
    supply_c = 0.0 if house.heating is None else house.heating.supply_c
    errors: list[list[float]] = []
    sure: list[tuple[bool, bool, bool]] = []
    drawn_kwh = true_kwh = 0.0
    per_kg_k = tank.WATER_J_PER_KG_K / 3.6e6
    for step in range(boundary.steps):
        run.ambient_c = boundary.ambient_c[step]
        run.absorbed = boundary.absorbed_w_per_m2[step]
        run.draw_l_per_s = boundary.draw_l[step] / 60.0
        if boundary.heating_w is not None:
            run.heating_w = boundary.heating_w[step]
        before_j = run.sums.hot_water
        run.move(60.0)
        heating_w = 0.0 if house.heating is None else 1.1 * (run.heating_w or 0.0)
        now = Sensed(
            pump_percent=run.pump,
            collector_c=run.sensor_c(),
            boiler_on=run.boiler_on,
            heating_w=heating_w,
        )
        sensed.gather(now, observer.profile_c, 60.0)
        settled = step >= 1440
        true_kwh += (run.sums.hot_water - before_j) / 3.6e6 if settled else 0.0
        if step % 5 < 4:
            continue
        probes = [
            tank.temperature_at(run.tank_c, one) + chance.gauss(0.0, noise_k)
            if place in heard
            else None
            for place, one in enumerate(run.tank.probes)
        ]
        top_c, before_l = observer.profile_c[-1], observer.drawn_l
        hour = step // 60 % 24
        warmth_k = max(top_c - house.hot_water.cold_c, 10.0)
        expected_kg = 200.0 / 192.0 * 35.0 / warmth_k if 5 <= hour < 21 else 0.0
        observer.look(probes, sensed.take(expected_kg), 300.0)
        if not settled:
            continue
        drawn_kwh += (observer.drawn_l - before_l) * per_kg_k * warmth_k
        truth = np.array(run.tank_c).reshape(LAYERS, -1).mean(axis=1)
        errors.append((np.array(observer.profile_c) - truth).tolist())
        least_c, zone_c = observer.sure_c(model.boiler_height), float(truth[zone])
        fit = least_c >= supply_c + 2.0
        sure.append((least_c > zone_c, fit and zone_c < supply_c, fit))
    off = np.array(errors)
    too_sure, unfit, held = np.array(sure).mean(axis=0)
    capacity = house.tank.volume_l * per_kg_k
    return Seen(
        profile_k=float(np.sqrt((off**2).mean(axis=1)).mean()),
        energy_kwh=float(np.abs(off.mean(axis=1)).mean() * capacity),
        drawn_share=drawn_kwh / true_kwh,
        too_sure=float(too_sure),
        unfit=float(unfit),
        held=float(held),
    )


def a_house(name: str = "proof-of-concept", volume_l: float | None = None) -> House:
    """Return a house that ships with the project, in forty layers."""
    house = replace(example(name), pv=None, battery=None, inverter=None)
    litres = house.tank.volume_l if volume_l is None else volume_l
    return replace(house, tank=replace(house.tank, nodes=40, volume_l=litres))


@needs_data
@pytest.mark.parametrize("place", ["mannheim", "pvgis_45N_8E"])
def test_summer_month(place: str) -> None:
    """The boiler in the tank, July: 1.5 K, 0.7 kWh, draws within a quarter."""
    seen = follow(a_house(), place, 7)
    assert seen.profile_k < 1.5
    assert seen.energy_kwh < 0.7
    assert seen.drawn_share == pytest.approx(1.0, abs=0.25)
    assert seen.too_sure < 0.01
    assert seen.held > 0.98


@needs_data
@pytest.mark.parametrize(
    ("volume_l", "profile_k", "energy_kwh"), [(500.0, 1.8, 0.5), (2000.0, 1.3, 1.3)]
)
def test_other_volumes(volume_l: float, profile_k: float, energy_kwh: float) -> None:
    """Half and double the water."""
    seen = follow(a_house(volume_l=volume_l), "mannheim", 7)
    assert seen.profile_k < profile_k
    assert seen.energy_kwh < energy_kwh
    assert seen.drawn_share == pytest.approx(1.0, abs=0.3)


@needs_data
def test_two_probes() -> None:
    """Without the middle probe."""
    seen = follow(a_house(), "mannheim", 7, heard=(0, 2))
    assert seen.profile_k < 2.2
    assert seen.energy_kwh < 1.4


@needs_data
def test_noisy_probes() -> None:
    """With half a kelvin of noise: some of it is taken for draws."""
    seen = follow(a_house(), "mannheim", 7, noise_k=0.5)
    assert seen.profile_k < 2.3
    assert seen.energy_kwh < 1.2


@needs_data
@pytest.mark.parametrize(
    ("month", "held"), [(1, 0.05), (4, 0.6)], ids=["January", "April"]
)
def test_rooms_are_not_let_down(month: int, held: float) -> None:
    """A boiler that heats the tank for rooms: between the probes much is unknown.

    The zone may be far off the estimate, and now and then colder than what is said to
    be sure, but never was it too cold for the rooms while it was said to be warm enough.
    """
    seen = follow(a_house(), "mannheim", month)
    assert seen.unfit == 0.0
    assert seen.too_sure < 0.15
    assert seen.held >= held


@needs_data
def test_small_tank_for_hot_water_only() -> None:
    """A coil in 300 l: no heating asks, and the zone is seldom colder than sure."""
    seen = follow(a_house("hot-water-only"), "mannheim", 7)
    assert seen.profile_k < 3.0
    assert seen.energy_kwh < 0.6
    assert seen.too_sure < 0.02


def an_observer() -> TankObserver:
    """Return an observer of a tank of 50 degC."""
    return TankObserver(TankParameters(), HotWaterParameters(), 50.0)


def test_start_from_probes() -> None:
    """The profile runs straight between probes; nothing known changes nothing."""
    observer = an_observer()
    assert not observer.start_from((None, float("nan"), None))
    assert observer.profile_c == [50.0] * 10
    assert observer.start_from((20.0, 40.0, 60.0))
    assert observer.profile_c[0] == 20.0
    assert observer.profile_c[-1] == 60.0
    assert observer.profile_c == sorted(observer.profile_c)
    # What is sure at the zone's lower end is what the probe below shows.
    assert observer.sure_c(0.7) == pytest.approx(38.5)
    assert observer.drawn_l == 0.0
    assert observer.start_from((None, 45.0, None))
    assert observer.profile_c == [45.0] * 10


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), 140.0, -39.0])
def test_broken_probe(broken: float) -> None:
    """A value that cannot be is left out, unless it stays."""
    observer = an_observer()
    for _ in range(2):
        observer.look((50.0, broken, 50.0), KnownFlows(), 300.0)
    assert max(abs(layer - 50.0) for layer in observer.profile_c) < 0.5
    for _ in range(20):
        observer.look((50.0, 90.0, 90.0), KnownFlows(), 300.0)
    assert observer.profile_c[-1] > 80.0


def test_boiler_that_warms_the_probe_proves_its_zone() -> None:
    """Heat from below reaches the top only through a warm zone; the sun's need not."""
    for flows, proven in (
        (KnownFlows(boiler_j=4.5e6), True),
        (KnownFlows(boiler_j=4.5e6, solar_kg=10.0, solar_c=70.0), False),
        (KnownFlows(), False),
    ):
        observer = an_observer()
        observer.start_from((12.0, 25.0, 50.0))
        for top_c in (50.0, 51.0, 53.0, 56.0, 59.0):
            observer.look((12.0, 25.0, top_c), flows, 300.0)
        assert (observer.sure_c(0.7) > 50.0) is proven
        assert observer.sure_c(0.7) >= 23.5


def test_unknown_grows_with_time_and_flows() -> None:
    """What is sure falls while nobody looks, and with heat that flows unseen."""
    observer = an_observer()
    observer.start_from((48.0, 50.0, 50.0))
    first = observer.sure_c(0.7)
    for _ in range(24):
        observer.look((None, None, None), KnownFlows(), 300.0)
    blind = observer.sure_c(0.7)
    assert first - 6.0 < blind < first - 2.5
    for _ in range(6):
        observer.look((None, None, None), KnownFlows(boiler_j=-1e6), 300.0)
    taken_k = 50.0 - observer.profile_c[7]
    assert taken_k > 2.0
    assert observer.profile_c[7] - observer.sure_c(0.7) > 50.0 - blind + 0.2 * taken_k


def test_sensed_flows() -> None:
    """Pump, collector, boiler and heating become water and heat; unknown is nothing."""
    plant = PlantParameters()
    layers = [30.0] * 7 + [55.0] * 3
    sensed = SensedFlows(plant)
    sensed.gather(Sensed(), layers, 300.0)
    assert sensed.take() == KnownFlows(return_c=28.0)
    sensed.gather(Sensed(pump_percent=50.0, collector_c=70.0), layers, 300.0)
    flows = sensed.take(expected_draw_kg=3.0)
    # 18 m2 with 40 l/h m2 at half speed, of glycol.
    assert flows.solar_kg == pytest.approx(30.0 * 3.9 / 4.1868, rel=1e-3)
    assert flows.solar_c == pytest.approx(60.0)
    assert flows.expected_draw_kg == 3.0
    sensed.gather(Sensed(boiler_on=True, heating_w=3000.0), layers, 300.0)
    flows = sensed.take()
    assert flows.heating_kg == 0.0
    assert flows.boiler_j == pytest.approx(12e3 * 300.0)
    sensed.gather(Sensed(heating_w=3000.0), [45.0] * 10, 300.0)
    flows = sensed.take()
    assert flows.heating_kg == pytest.approx(3000.0 * 300.0 / 4186.8 / 17.0, rel=1e-3)
    assert flows.boiler_j == 0.0
