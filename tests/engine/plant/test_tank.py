"""The stratified tank: balance, direction of flows, mixing and losses."""

import math
import random

import pytest

from custom_components.energy_manager.engine.plant import tank
from custom_components.energy_manager.engine.plant.parameters import TankParameters

PARAMETERS = TankParameters()
LAYOUT = tank.layout(PARAMETERS)
LAYERED = [20.0, 22.0, 25.0, 30.0, 38.0, 45.0, 50.0, 55.0, 60.0, 65.0]


def heat_kwh(temperatures_c: list[float]) -> float:
    """Return the heat above 0 degC."""
    return tank.energy_j(LAYOUT, temperatures_c, 0.0) / 3.6e6


def test_heat_of_a_thousand_litres() -> None:
    """1000 l warmed by 60 K hold 69.8 kWh (1.163 Wh per litre and kelvin)."""
    cold, hot = [30.0] * 10, [90.0] * 10
    assert heat_kwh(hot) - heat_kwh(cold) == pytest.approx(69.78, abs=0.01)


@pytest.mark.parametrize(
    ("energy_class", "limit_w"), [("A+", 55.6), ("A", 75.9), ("B", 106.0), ("C", 149.0)]
)
def test_standing_loss_of_energy_classes(energy_class: str, limit_w: float) -> None:
    """Limits of Regulation (EU) 812/2013 for 1000 l, rounded as published."""
    found = tank.standing_loss_limit_w(1000.0, energy_class)
    assert found == pytest.approx(limit_w, abs=0.6)


@pytest.mark.parametrize("energy_class", ["A+", "A", "B", "C"])
def test_model_loses_what_its_class_says(energy_class: str) -> None:
    """A tank with the class's loss rate at 45 K loses that power."""
    limit_w = tank.standing_loss_limit_w(1000.0, energy_class)
    layout = tank.layout(TankParameters(loss_w_per_k=limit_w / 45.0, room_c=20.0))
    _, lost_j = tank.step(layout, [65.0] * 10, tank.TankFlows(), 60.0)
    assert lost_j / 60.0 == pytest.approx(limit_w)


def test_cooling_follows_the_exponential() -> None:
    """A mixed tank cools as exp(-UA t / C)."""
    temperatures = [60.0] * 10
    for _ in range(1440):
        temperatures, _ = tank.step(LAYOUT, temperatures, tank.TankFlows(), 60.0)
    tau_s = 10 * LAYOUT.node_j_per_k / 3.5
    expected = 15.0 + 45.0 * math.exp(-86400.0 / tau_s)
    assert temperatures == pytest.approx([expected] * 10, abs=0.01)


def test_balance_with_everything_at_once() -> None:
    """Over a thousand random steps heat in less heat out is heat stored."""
    chance = random.Random(1)
    temperatures = LAYERED
    start = tank.energy_j(LAYOUT, temperatures, 0.0)
    net = 0.0
    capacity = tank.WATER_J_PER_KG_K
    for _ in range(1000):
        flows = tank.TankFlows(
            solar_kg=chance.choice([0.0, 10.0, 24.0]),
            solar_c=chance.uniform(10.0, 95.0),
            cold_kg=chance.choice([0.0, 0.0, 16.0]),
            cold_c=10.0,
            heating_kg=chance.choice([0.0, 12.0]),
            return_c=28.0,
            boiler_j=chance.choice([0.0, 1.8e6, -2e5]),
        )
        net += flows.solar_kg * capacity * (flows.solar_c - temperatures[0])
        net += flows.cold_kg * capacity * (flows.cold_c - temperatures[-1])
        drawn_c = temperatures[LAYOUT.heating_node]
        net += flows.heating_kg * capacity * (flows.return_c - drawn_c)
        net += flows.boiler_j
        temperatures, lost_j = tank.step(LAYOUT, temperatures, flows, 120.0)
        net -= lost_j
        assert temperatures == sorted(temperatures)
    stored = tank.energy_j(LAYOUT, temperatures, 0.0) - start
    assert stored == pytest.approx(net, rel=1e-9)


def test_draw_moves_water_up() -> None:
    """A layer's volume of draws shifts the profile up by about one layer."""
    temperatures = LAYERED
    for _ in range(50):
        flows = tank.TankFlows(cold_kg=2.0, cold_c=10.0)
        temperatures, _ = tank.step(LAYOUT, temperatures, flows, 1.0)
    assert temperatures[0] < 15.0
    assert temperatures[-1] == pytest.approx(60.0, abs=0.5)
    assert all(
        after <= before for after, before in zip(temperatures, LAYERED, strict=True)
    )


def test_draw_of_a_whole_tank_leaves_it_cold() -> None:
    """Two volumes of cold water wash all warmth out."""
    temperatures = LAYERED
    for _ in range(100):
        flows = tank.TankFlows(cold_kg=20.0, cold_c=10.0)
        temperatures, _ = tank.step(LAYOUT, temperatures, flows, 60.0)
    assert temperatures == pytest.approx([10.0] * 10, abs=1.0)


@pytest.mark.parametrize(
    ("inlet_c", "node"), [(10.0, 0), (20.0, 0), (31.0, 3), (55.0, 7), (99.0, 9)]
)
def test_lance_lets_in_where_it_is_as_warm(inlet_c: float, node: int) -> None:
    """Water enters below the first layer that is warmer."""
    assert tank.lance_node(LAYERED, inlet_c) == node


def test_solar_water_warms_from_its_layer_downward() -> None:
    """Layers above the lance's outlet stay as they are."""
    flows = tank.TankFlows(solar_kg=20.0, solar_c=47.0)
    result = tank.advect(LAYOUT, LAYERED, flows)
    assert result[6:] == LAYERED[6:]
    assert all(a > b for a, b in zip(result[:6], LAYERED[:6], strict=True))


def test_solar_and_draw_meet() -> None:
    """Equal flows down and up leave the layers between untouched."""
    flows = tank.TankFlows(solar_kg=20.0, solar_c=99.0, cold_kg=20.0, cold_c=10.0)
    result = tank.advect(LAYOUT, LAYERED, flows)
    assert result[1:9] == LAYERED[1:9]
    assert result[0] == pytest.approx(20.0 + 20.0 / 100.0 * (10.0 - 20.0))


def test_inversion_is_mixed_and_heat_kept() -> None:
    """Warm water below cold mixes until the order is right."""
    temperatures = [50.0, 20.0, 30.0, 60.0, 40.0]
    tank.mix_inversions(temperatures)
    assert temperatures == pytest.approx([100 / 3, 100 / 3, 100 / 3, 50.0, 50.0])


@pytest.mark.parametrize("seed", range(20))
def test_mixing_random_profiles(seed: int) -> None:
    """The result is in order, has the same sum and leaves order alone."""
    chance = random.Random(seed)
    temperatures = [chance.uniform(0.0, 90.0) for _ in range(chance.randint(1, 40))]
    total = sum(temperatures)
    tank.mix_inversions(temperatures)
    assert temperatures == sorted(temperatures)
    assert sum(temperatures) == pytest.approx(total)
    again = temperatures[:]
    tank.mix_inversions(again)
    assert again == temperatures


def test_boiler_leaves_the_part_below_alone() -> None:
    """Boiler heat rises: the solar part stays as it is."""
    temperatures = [30.0] * 10
    for _ in range(30):
        flows = tank.TankFlows(boiler_j=15000.0 * 60.0)
        temperatures, _ = tank.step(LAYOUT, temperatures, flows, 60.0)
    assert temperatures[9] == pytest.approx(30.0 + 7.5 / (3 * 0.1163), abs=1.0)
    assert temperatures[5] < 31.0


@pytest.mark.parametrize("nodes", [1, 2, 5, 10, 40])
def test_any_number_of_layers(nodes: int) -> None:
    """A mixed tank as well as a fine one conserve heat and stay stable."""
    layout = tank.layout(TankParameters(nodes=nodes))
    temperatures = [40.0] * nodes
    dt_s = tank.longest_step_s(layout, 0.2)
    start = tank.energy_j(layout, temperatures, 0.0)
    lost = 0.0
    for _ in range(200):
        kg = 0.1 * dt_s
        flows = tank.TankFlows(solar_kg=kg, solar_c=80.0, cold_kg=kg, cold_c=10.0)
        lost += (
            kg
            * tank.WATER_J_PER_KG_K
            * (temperatures[-1] - 10.0 - 80.0 + temperatures[0])
        )
        temperatures, lost_j = tank.step(layout, temperatures, flows, dt_s)
        lost += lost_j
        assert 9.9 <= min(temperatures) <= max(temperatures) <= 80.1
    left = tank.energy_j(layout, temperatures, 0.0)
    assert start - lost == pytest.approx(left, rel=1e-9)


@pytest.mark.parametrize(
    ("height", "expected"),
    [(0.0, 20.0), (0.05, 20.0), (0.1, 21.0), (0.5, 41.5), (0.9, 62.5), (1.0, 65.0)],
)
def test_probe_between_layers(height: float, expected: float) -> None:
    """A probe shows the temperature between the centres of layers."""
    assert tank.temperature_at(LAYERED, tank.place_of(10, height)) == pytest.approx(
        expected
    )


def test_usable_heat() -> None:
    """Only layers above the wanted temperature count."""
    assert tank.usable_kwh(PARAMETERS, LAYERED, 45.0) == pytest.approx(
        (5 + 10 + 15 + 20) * 0.1163
    )
    assert tank.usable_kwh(PARAMETERS, [20.0] * 10, 45.0) == 0.0
