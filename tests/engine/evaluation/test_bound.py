"""The bound: published cases, what makes it lower or higher, and houses of all kinds."""

from dataclasses import replace

import numpy as np
import pytest

from custom_components.energy_manager.engine.evaluation import (
    bound,
    closed_loop,
    league,
)
from custom_components.energy_manager.engine.evaluation.heating_need import heating_need
from custom_components.energy_manager.engine.evaluation.league import Conditions
from custom_components.energy_manager.engine.evaluation.temperature_classes import (
    blocks_of,
    classes_of,
)
from custom_components.energy_manager.engine.plant import year
from custom_components.energy_manager.engine.plant.boundary import Boundary, boundary_of
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.house_run import HouseRun
from custom_components.energy_manager.engine.plant.parameters import (
    BuildingParameters,
    ImmersionHeaterParameters,
)
from scripts.benchmarks import bound as published
from scripts.benchmarks.references import DRAWS

from ..plant.test_year import NEW_YEAR_S, example, weather

needs_data = pytest.mark.skipif(
    not DRAWS.exists(), reason="the measured years are not in the repository"
)
ROOMS = BuildingParameters(set_back_hours=((22.0, 6.0),))


def acts_on(house: House, days: int, start_day: int) -> Boundary:
    """Return what acts on a house for some days of a year."""
    start_s = NEW_YEAR_S + start_day * 86400.0
    return boundary_of(
        house, weather(days + 2, start_s), start_s=start_s, steps=288 * days
    )


def plain() -> House:
    """Return the reference house without electricity, heated as the weather asks."""
    house = example("proof-of-concept")
    return replace(
        house,
        pv=None,
        battery=None,
        inverter=None,
        demand=replace(house.demand, heating_kwh=None, heating_limit_c=None),
    )


def with_rooms(**changes: object) -> House:
    """Return a house whose rooms are modelled."""
    return replace(plain(), building=replace(ROOMS, **changes))  # type: ignore[arg-type]


# Published cases: facts of an independent program, which serves heating and hot water
# only by water that is warm enough, has eight classes and collectors 4 K warmer than
# their water. This one counts water that preheats too, so it lies a little above.


@needs_data
def test_published_bound() -> None:
    """Solar fraction at most 0.493 at Mannheim, by that program.

    The other cases are those of `scripts/benchmark bound`.
    """
    case = published.CASES[0]
    house, boundary = published.conditions_of(case)
    found = bound.least_boiler_heat(house, boundary, 3.0)
    share = 1.0 - found.boiler_heat_kwh / found.wanted_kwh
    assert case.published - 0.01 <= share <= case.published + 0.04
    assert found.unmet_kwh == 0.0


def test_finer_blocks_give_nearly_the_same() -> None:
    """Blocks of three hours and of one differ by a hundredth of what is wanted."""
    house, boundary = plain(), acts_on(plain(), 10, 70)
    fine = bound.least_boiler_heat(house, boundary, 1.0)
    coarse = bound.least_boiler_heat(house, boundary, 3.0)
    assert coarse.variables < fine.variables
    assert coarse.wanted_kwh == pytest.approx(fine.wanted_kwh)
    assert coarse.owed_kwh == pytest.approx(fine.owed_kwh, abs=0.01 * fine.wanted_kwh)


def test_dark_hours_are_one_block() -> None:
    """Blocks without sun are joined, up to a night's length."""
    lit = np.zeros(48, dtype=bool)
    lit[[8, 9, 10, 30]] = True
    assert blocks_of(lit, 2, 12).tolist() == [0, 8, 10, 12, 24, 30, 32, 44]
    assert blocks_of(np.ones(5, dtype=bool), 2, 12).tolist() == [0, 2, 4]


def test_classes_are_apart() -> None:
    """Temperatures that are nearly the same share a class."""
    found = classes_of(plain(), (28.0, 28.1, 35.0))
    assert found[0] == 10.0
    assert 45.0 in found
    assert min(np.diff(found)) > 0.5
    assert 10 <= len(found) <= 18


# What the bound must follow


def test_less_sun_and_more_loss_raise_the_bound() -> None:
    """Smaller collectors, a tank that loses more, hotter heating water."""
    house = plain()
    assert house.collector is not None
    assert house.heating is not None
    usual = bound.least_boiler_heat(house, acts_on(house, 5, 70), 1.0)
    worse = [
        replace(house, collector=replace(house.collector, area_m2=9.0)),
        replace(house, tank=replace(house.tank, loss_w_per_k=10.0)),
        replace(house, heating=replace(house.heating, supply_c=55.0, return_c=45.0)),
    ]
    for other in worse:
        found = bound.least_boiler_heat(other, acts_on(other, 5, 70), 1.0)
        assert found.owed_kwh > usual.owed_kwh + 1.0
        assert found.wanted_kwh == pytest.approx(usual.wanted_kwh)


def test_a_heating_curve_lowers_the_bound() -> None:
    """Milder days take cooler water, which the sun gives more easily."""
    house = plain()
    assert house.heating is not None
    hot = replace(house.heating, supply_c=55.0, return_c=45.0)
    owed = []
    for parts in (hot, replace(hot, curve_exponent=1.3)):
        other = replace(house, heating=parts)
        boundary = acts_on(other, 6, 85)
        owed.append(bound.least_boiler_heat(other, boundary, 1.0).owed_kwh)
    assert owed[1] < owed[0] - 5.0


def test_without_a_boiler_all_that_lacks_is_unmet() -> None:
    """And a boiler that is too weak leaves a part."""
    house = plain()
    assert house.boiler is not None
    boundary = acts_on(house, 5, 10)
    strong = bound.least_boiler_heat(house, boundary, 1.0)
    none = bound.least_boiler_heat(replace(house, boiler=None), boundary, 1.0)
    assert none.boiler_heat_kwh == 0.0
    assert none.unmet_kwh == pytest.approx(strong.boiler_heat_kwh)
    assert none.owed_kwh == pytest.approx(strong.owed_kwh)
    boiler = replace(house.boiler, power_kw=1.0)
    weak = bound.least_boiler_heat(replace(house, boiler=boiler), boundary, 1.0)
    assert 0.0 < weak.boiler_heat_kwh <= 5 * 24.0 + 0.1
    assert weak.boiler_heat_kwh + weak.unmet_kwh == pytest.approx(
        strong.boiler_heat_kwh
    )


def test_nothing_wanted_nothing_burnt() -> None:
    """Without people and heating only the tank's own heat counts."""
    house = plain()
    empty = replace(
        house,
        heating=None,
        people=0.0,
        demand=replace(house.demand, hot_water_kwh=None),
        hot_water=replace(house.hot_water, base_litres_day=0.0),
    )
    for other in (empty, replace(empty, collector=None)):
        found = bound.least_boiler_heat(other, acts_on(other, 3, 100), 1.0)
        assert found.boiler_heat_kwh == found.unmet_kwh == found.wanted_kwh == 0.0
    # Without collectors the tank can only cool.
    assert 0.0 < found.owed_kwh < 25.0


# Rooms that are modelled


@pytest.mark.parametrize("model", ["1r1c", "2r2c"])
def test_rooms_never_ask_for_less(model: str) -> None:
    """What they ask for when they get all is what they ask for at least."""
    house = with_rooms(model=model)
    boundary = acts_on(house, 4, 20)
    need = heating_need(house, boundary)
    assert need.wanted_w.max() > 1000.0
    assert house.boiler is not None
    weak = replace(house, boiler=replace(house.boiler, power_kw=3.0))
    asked: dict[str, list[float]] = {"usual": [], "weak": []}
    for name, one in (("usual", house), ("weak", weak)):

        def watch(_time: float, run: HouseRun, into: list[float] = asked[name]) -> None:
            into.append((run.sums.heating + run.sums.heating_unmet) / boundary.step_s)

        year.simulate(one, boundary, control=watch)
    # A control is called before each step: the sums are those of the steps before.
    least = np.cumsum(need.wanted_w)[:-1]
    usual, with_weak = np.array(asked["usual"][1:]), np.array(asked["weak"][1:])
    assert usual[-1] == pytest.approx(least[-1], rel=0.03)
    assert (usual >= least - 0.001 * least[-1]).all()
    assert (with_weak >= least - 0.001 * least[-1]).all()
    assert with_weak[-1] > 1.1 * least[-1]


def test_rooms_of_a_house_without_heating_ask_for_nothing() -> None:
    """Nor does the bound want heat for them."""
    house = replace(with_rooms(), heating=None)
    boundary = acts_on(house, 3, 20)
    assert not heating_need(house, boundary).wanted_w.any()


# The league with houses of all kinds


def houses() -> dict[str, House]:
    """Return houses that differ in what the bound has to know."""
    poc, reference = plain(), example("water-heating-reference")
    assert poc.boiler is not None
    assert poc.heating is not None
    assert poc.collector is not None
    coil = replace(poc.collector, inlet="coil", inlet_height=0.4)
    windows = replace(poc.controller, after_heating_windows=((5.0, 8.0), (17.0, 21.0)))
    radiators = replace(poc.heating, supply_c=55.0, return_c=42.0, curve_exponent=1.3)
    return {
        "rooms": with_rooms(),
        "rooms 2r2c, curve": replace(with_rooms(model="2r2c"), heating=radiators),
        "curve, coil": replace(poc, heating=radiators, collector=coil),
        "fixed inlet": replace(poc, collector=replace(poc.collector, inlet="fixed")),
        "boiler behind the tank": replace(
            poc, boiler=replace(poc.boiler, connection="top_up")
        ),
        "water heating": reference,
        "no boiler": replace(poc, boiler=None),
        "no collectors": replace(poc, collector=None),
        "no hot water": replace(
            poc, people=0.0, demand=replace(poc.demand, hot_water_kwh=None),
            hot_water=replace(poc.hot_water, base_litres_day=0.0),
        ),
        "condensing, windows": replace(
            poc,
            boiler=replace(poc.boiler, efficiency=1.0, condensing_per_k=0.003),
            controller=windows,
        ),
        "immersion heater": replace(
            example("off-grid"), immersion_heater=ImmersionHeaterParameters(power_w=2e3)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", houses())
@pytest.mark.parametrize("start_day", [15, 110])
def test_nobody_beats_the_bound(name: str, start_day: int) -> None:
    """Whatever the house: the maker at zero, nobody beyond the bound."""
    start_s = NEW_YEAR_S + start_day * 86400.0
    some = Conditions(
        weather=weather(6, start_s), start_s=start_s, days=3, seed=start_day
    )
    found = league.run_league(houses()[name], ["maker", "late", "rules"], some)
    assert found.beaten_by == ()
    assert found.rows[0].share_of_bound == 0.0
    for row in found.rows:
        assert row.outcome.owed_kwh >= found.bound.owed_kwh - 1e-6
        assert row.share_of_bound is not None
        assert row.share_of_bound <= 1.0
        figures = row.outcome.figures
        burnt = figures.boiler_heat_kwh
        lacking = figures.dhw_unmet_kwh + figures.heating_unmet_kwh
        least = found.bound.boiler_heat_kwh + found.bound.unmet_kwh
        assert burnt + lacking >= least - 0.01 * found.bound.wanted_kwh


def test_the_bound_is_of_the_house_that_is_run() -> None:
    """Not of the one that is described: that one would be easier."""
    house = plain()
    boundary = acts_on(house, 5, 70)
    real = closed_loop.disturbed(house, seed=3)
    described = bound.least_boiler_heat(house, boundary, 1.0)
    run = bound.least_boiler_heat(real, boundary, 1.0)
    assert run.owed_kwh > described.owed_kwh + 1.0
