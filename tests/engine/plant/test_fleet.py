"""Many houses at once: the figures are those of each house run alone."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from functools import cache
import random
from typing import Any, Literal

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.energy_manager.engine.plant import tables, year
from custom_components.energy_manager.engine.plant.boundary import (
    WeatherSeries,
    boundary_of,
)
from custom_components.energy_manager.engine.plant.fleet import (
    most_houses,
    simulate_fleet,
)
from custom_components.energy_manager.engine.plant.fleet_boundary import Conditions
from custom_components.energy_manager.engine.plant.fleet_structure import structure_of
from custom_components.energy_manager.engine.plant.fleet_tank import FleetTank
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.parameters import (
    BoilerParameters,
    BuildingParameters,
    ControllerParameters,
    ImmersionHeaterParameters,
    TankParameters,
)
from custom_components.energy_manager.engine.plant.results import (
    Figures,
    yearly_and_monthly,
)
from custom_components.energy_manager.engine.plant.tank import mix_inversions

from .test_year import (
    EXAMPLES,
    MANNHEIM,
    NEW_YEAR_S,
    SUMMER_S,
    example,
    needs_data,
    weather,
)

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
STARTS = (NEW_YEAR_S, NEW_YEAR_S + 27 * 86400.0, NEW_YEAR_S + 100 * 86400.0, SUMMER_S)
"""Winter, over the end of a month, spring and summer."""


@cache
def known_weather(start_s: float, days: int) -> WeatherSeries:
    """Return simple weather with the season of its start."""
    return replace_season(weather(days, NEW_YEAR_S), start_s)


def replace_season(series: WeatherSeries, start_s: float) -> WeatherSeries:
    """Return the weather of another time of the year, warmer in summer."""
    later = weather(len(series.times_s) // 24, start_s)
    gone = (start_s - NEW_YEAR_S) / 86400.0 / 365.0
    warmer_k = 9.0 - 9.0 * np.cos(2.0 * np.pi * gone)
    hours = np.sin(2.0 * np.pi * (later.times_s / 86400.0 - 0.3))
    return replace(later, ambient_c=later.ambient_c + warmer_k + 4.0 * hours)


def alone(house: House, conditions: Conditions) -> tuple[Figures, list[Figures]]:
    """Return the figures of one house."""
    acting = boundary_of(
        house,
        conditions.weather,
        start_s=conditions.start_s,
        steps=conditions.steps,
        step_s=conditions.step_s,
        draw_l=conditions.draw_l,
        electrical_load_w=conditions.electrical_load_w,
    )
    return yearly_and_monthly(house, year.simulate(house, acting))


def assert_same(found: Figures, expected: Figures) -> None:
    """Two results agree: energies nearly to the last digit, starts exactly."""
    assert abs(found.balance_error) < 1e-9
    for name, value in asdict(expected).items():
        if name != "balance_error":
            assert getattr(found, name) == pytest.approx(value, rel=1e-8, abs=1e-8), (
                name
            )


def assert_fleet_is_each_alone(houses: list[House], conditions: Conditions) -> None:
    """A fleet gives what each of its houses gives."""
    for house, (whole, months) in zip(
        houses, simulate_fleet(houses, conditions), strict=True
    ):
        expected, expected_months = alone(house, conditions)
        assert_same(whole, expected)
        for month, one in zip(months, expected_months, strict=True):
            assert_same(month, one)


def changed(house: House, chance: random.Random) -> House:
    """Return a house that differs in many numbers."""

    def between(low: float, high: float) -> float:
        return chance.uniform(low, high)

    def scaled(part: Any, *names: str) -> Any:
        if part is None:
            return None
        return replace(
            part, **{name: getattr(part, name) * between(0.5, 1.8) for name in names}
        )

    collector = scaled(house.collector, "area_m2", "a1_w_per_m2_k", "flow_l_per_h_m2")
    boiler = scaled(house.boiler, "power_kw", "minimum_on_min", "minimum_off_min")
    setpoint_c = between(51.0, 70.0)
    heights = sorted(between(0.0, 1.0) for _ in range(3))
    return replace(
        house,
        people=float(chance.randrange(1, 7)),
        demand=scaled(house.demand, *_given(house.demand)),
        collector=collector
        and replace(
            collector,
            tilt_deg=between(10.0, 80.0),
            azimuth_deg=between(90.0, 270.0),
            heat_exchanger_effectiveness=between(0.4, 1.0),
            inlet_height=between(0.0, 1.0),
            pipe_loss_w_per_k=between(0.0, 10.0),
        ),
        tank=replace(
            scaled(house.tank, "volume_l", "loss_w_per_k"),
            probe_heights=(heights[0], heights[2]),
            boiler_height=between(0.05, 0.95),
            heating_height=between(0.2, 1.0),
            heating_return_height=between(0.0, 0.6),
            maximum_c=setpoint_c + between(0.0, 30.0),
        ),
        boiler=boiler
        and replace(
            boiler,
            setpoint_c=setpoint_c,
            hysteresis_k=between(1.0, 15.0),
            safety_c=between(60.0, 95.0),
            condensing_per_k=chance.choice((0.0, 0.003)),
        ),
        heating=scaled(house.heating, "heat_loss_w_per_k"),
        hot_water=replace(
            house.hot_water,
            use_c=between(40.0, 55.0),
            cold_c=between(5.0, 15.0),
            mixing_valve=chance.random() < 0.7,
        ),
        pv=scaled(house.pv, "peak_power_w", "charger_current_a"),
        battery=scaled(
            house.battery, "capacity_kwh", "maximum_charge_w", "maximum_discharge_w"
        ),
        inverter=house.inverter
        and replace(
            scaled(house.inverter, "rated_power_va", "idle_w", "base_load_w"),
            grid_backup=chance.random() < 0.5,
        ),
        immersion_heater=scaled(house.immersion_heater, "power_w"),
        controller=replace(
            house.controller,
            target_difference_k=between(7.0, 15.0),
            minimum_speed_percent=between(10.0, 100.0),
            collector_emergency_c=between(90.0, 130.0),
            return_raise_on_k=between(2.0, 8.0),
            return_raise_off_k=between(0.0, 2.0),
        ),
    )


def _given(demand: Any) -> list[str]:
    names = ("heating_kwh", "hot_water_kwh", "electricity_kwh")
    return [name for name in names if getattr(demand, name) is not None]


@settings(max_examples=8, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    inlet=st.sampled_from(["lance", "fixed", "coil", "mixed", None]),
    connection=st.sampled_from(["tank", "top_up", None]),
    start_s=st.sampled_from(STARTS),
    seed=st.integers(0, 10**6),
    nodes=st.sampled_from([1, 2, 5, 10, 20]),
)
def test_random_variants_of_the_shipped_houses(
    name: str,
    inlet: Literal["lance", "fixed", "coil", "mixed"] | None,
    connection: Literal["tank", "top_up"] | None,
    start_s: float,
    seed: int,
    nodes: int,
) -> None:
    """Whatever the numbers, a fleet gives what each house gives alone."""
    chance = random.Random(seed)
    house = example(name)
    collector, boiler = house.collector, house.boiler
    assert collector is not None
    assert boiler is not None
    house = replace(
        house,
        collector=None if inlet is None else replace(collector, inlet=inlet),
        boiler=None if connection is None else replace(boiler, connection=connection),
        tank=replace(house.tank, nodes=nodes),
    )
    houses = [changed(house, chance) for _ in range(3)]
    days = 2
    conditions = Conditions(
        weather=known_weather(start_s, days),
        start_s=start_s,
        steps=int(days * 86400 / 300),
        step_s=300.0,
    )
    assert_fleet_is_each_alone(houses, conditions)


def test_over_the_end_of_months_with_other_steps() -> None:
    """Figures of each month; steps of ten minutes, given draws and loads."""
    chance = random.Random(3)
    start_s = NEW_YEAR_S + 29 * 86400.0
    steps = 6 * 144
    draws = np.zeros(steps)
    draws[40::48] = 12.0
    conditions = Conditions(
        weather=known_weather(start_s, 7),
        start_s=start_s,
        steps=steps,
        step_s=600.0,
        draw_l=draws,
        electrical_load_w=np.linspace(0.0, 400.0, steps),
    )
    houses = [changed(example("off-grid"), chance) for _ in range(3)]
    assert len(simulate_fleet(houses, conditions)[0][1]) == 2
    assert_fleet_is_each_alone(houses, conditions)


@pytest.mark.parametrize(
    "change",
    [
        lambda house: replace(house, pv=None),
        lambda house: replace(house, battery=None),
        lambda house: replace(
            house, battery=replace(house.battery, chemistry="lead", capacity_kwh=1.0)
        ),
        lambda house: replace(
            house, inverter=None, immersion_heater=ImmersionHeaterParameters()
        ),
        lambda house: replace(
            house,
            controller=ControllerParameters(after_heating_windows=((22.0, 7.0),)),
        ),
        lambda house: replace(
            house,
            heating=replace(house.heating, curve_exponent=1.3, supply_c=55.0),
        ),
        lambda house: replace(
            house,
            heating=replace(house.heating, curve_exponent=1.1, design_power_w=6000.0),
            demand=replace(house.demand, heating_kwh=9000.0, heating_limit_c=12.0),
        ),
    ],
    ids=["no pv", "no battery", "lead", "no inverter", "windows", "curve", "given"],
)
@pytest.mark.parametrize("start_s", [STARTS[0], STARTS[2]])
def test_other_structures(change: Callable[[House], House], start_s: float) -> None:
    """Without a part, with windows, and with a heating curve."""
    chance = random.Random(11)
    houses = [changed(change(example("off-grid")), chance) for _ in range(3)]
    conditions = Conditions(
        weather=known_weather(start_s, 3), start_s=start_s, steps=864, step_s=300.0
    )
    assert_fleet_is_each_alone(houses, conditions)


def _numbers(part: Any) -> list[str]:
    return [
        field.name
        for field in fields(part)
        if isinstance(getattr(part, field.name), float | bool)
    ]


def test_every_number_of_a_house_counts() -> None:
    """No parameter is left out: each one changed gives what the house gives alone."""
    house = replace(
        example("off-grid"),
        demand=replace(
            example("off-grid").demand, heating_kwh=12000.0, hot_water_kwh=2500.0
        ),
    )
    houses = [house]
    for field in fields(house):
        part: Any = getattr(house, field.name)
        if not hasattr(part, "__dataclass_fields__"):
            continue
        for name in _numbers(part):
            value = getattr(part, name)
            other = (not value) if isinstance(value, bool) else value * 0.97 or 0.004
            changes: dict[str, Any] = {field.name: replace(part, **{name: other})}
            one = replace(house, **changes)
            if structure_of(one) == structure_of(house):
                houses.append(one)
    assert len(houses) > 60
    conditions = Conditions(
        weather=known_weather(STARTS[2], 2),
        start_s=STARTS[2],
        steps=288,
        step_s=300.0,
    )
    assert_fleet_is_each_alone(houses, conditions)


def test_houses_of_other_structures_are_told_apart() -> None:
    """What must be the same, and what no fleet moves."""
    house = example("off-grid")
    assert structure_of(house) == structure_of(replace(house, people=5.0))
    for other in (
        replace(house, tank=replace(house.tank, nodes=12)),
        replace(house, boiler=None),
        replace(house, boiler=BoilerParameters(connection="top_up")),
        replace(house, pv=None),
    ):
        assert structure_of(other) != structure_of(house)
    assert structure_of(replace(house, building=BuildingParameters())) is None
    assert structure_of(replace(house, tank=replace(house.tank, nodes=41))) is None


def test_fine_weather_takes_smaller_fleets() -> None:
    """The memory of a fleet stays bounded."""
    assert most_houses(8760) == 1024
    assert most_houses(105120) < 100
    assert most_houses(10**9) == 1


@given(
    seed=st.integers(0, 10**6),
    nodes=st.integers(2, 24),
    tanks=st.sampled_from([1, 7, 40, 300]),
)
@settings(max_examples=30, deadline=None)
def test_mixing_is_that_of_one_tank(seed: int, nodes: int, tanks: int) -> None:
    """Layers out of order in many tanks at once are mixed as in one."""
    numbers = np.random.default_rng(seed)
    layers_c = np.sort(numbers.uniform(10.0, 90.0, (nodes, tanks)), axis=0)
    some = numbers.random(layers_c.shape) < 0.2
    layers_c[some] += numbers.uniform(-20.0, 20.0, int(some.sum()))
    expected = layers_c.T.tolist()
    for one in expected:
        mix_inversions(one)
    fleet = FleetTank(
        [TankParameters(nodes=nodes)] * tanks, np.full(tanks, 10.0), np.ones(tanks)
    )
    fleet.mix(layers_c)
    assert pytest.approx(np.array(expected), abs=1e-9) == layers_c.T


@needs_data
def test_reference_house_at_mannheim() -> None:
    """Weeks of measured weather: variants of the reference house."""
    house = example("proof-of-concept")
    chance = random.Random(5)
    houses = [house, *(changed(house, chance) for _ in range(2))]
    conditions = Conditions(
        weather=tables.weather_table(MANNHEIM.read_text(), house.site),
        start_s=NEW_YEAR_S + 60 * 86400.0,
        steps=28 * 288,
        step_s=300.0,
    )
    assert_fleet_is_each_alone(houses, conditions)
