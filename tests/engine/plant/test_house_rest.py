"""A house at rest: the same to the last bit as one that is asked at every step."""

from dataclasses import replace

import pytest

from custom_components.energy_manager.engine.plant import house_rest, year
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.house_run import HouseRun
from custom_components.energy_manager.engine.plant.parameters import TankParameters

from .test_year import NEW_YEAR_S, days_of, example

DAYS = 6


def modelled_heating(house: House) -> House:
    """Return a house whose heating follows the weather."""
    return replace(house, demand=replace(house.demand, heating_kwh=None))


HOUSES = {
    "reference": example("proof-of-concept"),
    "heating by weather": modelled_heating(example("proof-of-concept")),
    "off grid": example("off-grid"),
    "hot water": example("hot-water-only"),
    "boiler behind the tank": example("water-heating-reference"),
    "no collectors": replace(example("hot-water-only"), collector=None),
    "no boiler": replace(example("hot-water-only"), boiler=None),
    "one layer": replace(example("hot-water-only"), tank=TankParameters(nodes=1)),
    "small maximum": replace(
        example("water-heating-reference"), tank=TankParameters(maximum_c=61.0)
    ),
}


def leave_alone(_time_s: float, _run: HouseRun) -> None:
    """Control nothing; but a house that may be controlled never rests."""


@pytest.mark.parametrize("day", [10, 100, 190])
@pytest.mark.parametrize("name", list(HOUSES))
def test_rest_is_what_steps_are(name: str, day: int) -> None:
    """Sums, months and the state at the end agree to the last bit."""
    house = HOUSES[name]
    boundary = days_of(house, DAYS, NEW_YEAR_S + day * 86400.0)
    rested = year.simulate(house, boundary)
    assert rested == year.simulate(house, boundary, control=leave_alone)


def test_much_of_a_summer_is_rest() -> None:
    """Without draws and heating a house rests in all steps of a night."""
    house = replace(example("hot-water-only"), people=0.0)
    house = replace(house, hot_water=replace(house.hot_water, base_litres_day=0.0))
    boundary = days_of(house, 2)
    calm = house_rest.calm_until(boundary)
    assert calm == [boundary.steps] * boundary.steps
    run = HouseRun(house.plant, year.start_state(replace(house, boiler=None), 5.0))
    run.tank_c = [30.0, 40.0, 50.0, 60.0, 65.0, 65.0, 65.0, 65.0, 65.0, 65.0]
    assert house_rest.rest(run, boundary, 0, 72) == 72
    assert run.sums.tank_loss > 0.0
    assert run.boiler_since_s == 86400.0 + 72 * 300.0


def test_calm_steps_end_at_draws_and_heating() -> None:
    """Each step knows the next one in which somebody wants heat."""
    boundary = replace(
        days_of(example("hot-water-only"), 1),
        draw_l=[0.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        heating_w=[0.0, 0.0, 0.0, 0.0, 100.0, 0.0],
    )
    assert house_rest.calm_until(boundary) == [2, 2, 2, 4, 4, 6]


@pytest.mark.parametrize("relay", ["pump_mode", "valve_mode", "boiler_mode"])
def test_a_relay_by_hand_lets_nothing_rest(relay: str) -> None:
    """What somebody switched by hand is asked at every step."""
    house = example("hot-water-only")
    run = HouseRun(house.plant, year.start_state(house, 5.0))
    run.tank_c = [65.0] * house.tank.nodes
    boundary = days_of(house, 1)
    setattr(run, relay, int(RelayMode.ON))
    assert house_rest.rest(run, boundary, 0, 10) == 0
