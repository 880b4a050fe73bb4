"""The tank's profile from three probes, beside a finer tank that is the truth."""

from dataclasses import replace
import random

import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import tank
from custom_components.energy_manager.engine.plant.boundary import Boundary, boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.house_run import HouseRun
from custom_components.energy_manager.engine.plant.observer import (
    KnownFlows,
    TankObserver,
)
from custom_components.energy_manager.engine.plant.parameters import (
    HotWaterParameters,
    TankParameters,
)
from custom_components.energy_manager.engine.plant.year import start_state
from scripts.benchmarks import references
from scripts.benchmarks.reference_cases import PLACES

from .test_year import NEW_YEAR_S, example, needs_data, weather

LOOK_S = 300
LAYERS = 10
"""Of the observer; the truth has forty."""


def truth_house() -> House:
    """Return the reference house with forty layers, its boiler behind the tank."""
    house = replace(example("proof-of-concept"), pv=None, battery=None, inverter=None)
    assert house.boiler is not None
    return replace(
        house,
        tank=replace(house.tank, nodes=40, boiler_height=0.7, heating_height=0.9),
        boiler=replace(house.boiler, connection="top_up"),
    )


def errors(house: House, boundary: Boundary, seed: int = 1) -> tuple[float, float]:
    """Return how far an observer is from the truth on average: profile [K], heat [kWh].

    The profile's error at one look is the root mean square over its layers.

    It believes in a quarter of the layers, a fifth less loss, a tenth less solar flow and a tenth
    more heating; its probes are noisy, and draws are not measured.
    """
    chance = random.Random(seed)
    run = HouseRun(house.plant, start_state(house, boundary.ambient_c[0]))
    model = replace(
        house.tank, nodes=LAYERS, loss_w_per_k=0.8 * house.tank.loss_w_per_k
    )
    observer = TankObserver(model, house.hot_water)
    profile: list[float] = []
    energy: list[float] = []
    steps = round(LOOK_S / boundary.step_s)
    assert boundary.heating_w is not None
    for place in range(boundary.steps):
        run.ambient_c = boundary.ambient_c[place]
        run.absorbed = boundary.absorbed_w_per_m2[place]
        run.draw_l_per_s = boundary.draw_l[place] / boundary.step_s
        run.heating_w = boundary.heating_w[place]
        if place % steps == 0:
            before = run.sums.copy()
            bottom_c = run.tank_c[0]
        run.move(boundary.step_s)
        if place % steps < steps - 1:
            continue
        now = run.sums.since(before)
        solar_c = 0.0
        if now.solar_kg > 0.0:
            bottom_c = (bottom_c + run.tank_c[0]) / 2.0
            solar_c = bottom_c + now.solar / (now.solar_kg * tank.WATER_J_PER_KG_K)
        probes = [
            tank.temperature_at(run.tank_c, one) + chance.gauss(0.0, 0.3)
            for one in run.tank.probes
        ]
        flows = KnownFlows(
            solar_kg=0.9 * now.solar_kg,
            solar_c=solar_c,
            heating_kg=1.1 * now.heating_kg,
            return_c=run.flows.return_c,
            boiler_j=0.0 if run.tops_up else now.boiler - 1.1 * now.heating_zone,
        )
        observer.look(probes, flows, LOOK_S)
        if place * boundary.step_s < 86400.0:
            continue
        true = np.array(run.tank_c).reshape(LAYERS, 40 // LAYERS).mean(axis=1)
        difference = np.array(observer.profile_c) - true
        profile.append(float(np.sqrt((difference**2).mean())))
        energy.append(float(difference.sum()) * 1000.0 / LAYERS * 4186.8 / 3.6e6)
    return float(np.mean(profile)), float(np.mean(np.abs(energy)))


def test_observer_follows_a_tank() -> None:
    """A week of sun, draws and heating: within 1.5 K and 0.7 kWh."""
    house = truth_house()
    start_s = NEW_YEAR_S + 100 * 86400.0
    boundary = boundary_of(
        house, weather(8, start_s), start_s=start_s, steps=7 * 1440, step_s=60.0
    )
    profile_k, energy_kwh = errors(house, boundary)
    assert profile_k < 1.5
    assert energy_kwh < 0.7


@needs_data
@pytest.mark.parametrize(
    ("place", "month"),
    [("mannheim", 1), ("mannheim", 4), ("mannheim", 7), ("pvgis_45N_8E", 10)],
)
def test_observer_on_measured_months(place: str, month: int) -> None:
    """January, April, July and October: at most 1.5 K and 0.7 kWh beside the truth."""
    first_day = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273)[month - 1]
    steps = 30 * 288
    litres = references.draws_of(300.0)[first_day * 288 : first_day * 288 + steps]
    boundary = boundary_of(
        replace(truth_house(), site=PLACES[place]),
        references.weather_of(place),
        start_s=NEW_YEAR_S + first_day * 86400.0,
        steps=steps * 5,
        step_s=60.0,
        draw_l=np.repeat(litres / 5.0, 5),
    )
    profile_k, energy_kwh = errors(truth_house(), boundary)
    assert profile_k < 1.5
    assert energy_kwh < 0.7


def test_probes_that_say_nothing() -> None:
    """Without probes the model runs alone; with one of them it is corrected by that."""
    observer = TankObserver(TankParameters(), HotWaterParameters(), 50.0)
    observer.look((None, None, None), KnownFlows(), 300.0)
    assert max(observer.profile_c) < 50.0
    for _ in range(30):
        observer.look((None, None, 60.0), KnownFlows(), 300.0)
    assert observer.profile_c[-1] == pytest.approx(60.0, abs=0.6)
    assert observer.profile_c[-1] > observer.profile_c[0] > 49.0
    assert observer.usable_kwh(55.0) > 0.0


def test_unmeasured_draws_are_inferred() -> None:
    """A bath of 100 l from a tank at rest is found again within a half."""
    parameters = TankParameters()
    layout = tank.layout(parameters)
    water = HotWaterParameters()
    layers = [55.0] * 10
    observer = TankObserver(parameters, water, layers)
    flows = tank.TankFlows(cold_c=water.cold_c)
    for look in range(60):
        flows.cold_kg = 50.0 if look in (5, 6) else 0.0
        layers, _ = tank.step(layout, layers, flows, 300.0)
        probes = [tank.temperature_at(layers, one) for one in layout.probes]
        observer.look(probes, KnownFlows(), 300.0)
    assert observer.drawn_l == pytest.approx(100.0, rel=0.5)
    measured = TankObserver(parameters, water, 55.0)
    measured.look((55.0, 55.0, 55.0), KnownFlows(draw_kg=50.0), 300.0)
    assert measured.drawn_l == 0.0
