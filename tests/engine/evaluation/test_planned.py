"""The planner in closed loop: less boiler heat than the maker's control, as warm."""

from dataclasses import replace
from itertools import pairwise

import pytest

from custom_components.energy_manager.engine.evaluation import closed_loop, league
from custom_components.energy_manager.engine.evaluation.control import Observation
from custom_components.energy_manager.engine.evaluation.controllers import CONTROLLERS
from custom_components.energy_manager.engine.evaluation.controllers.planned import (
    Planned,
)
from custom_components.energy_manager.engine.evaluation.league import Conditions
from custom_components.energy_manager.engine.evaluation.outlook import (
    Forecaster,
    Outlook,
)
from custom_components.energy_manager.engine.evaluation.relays import Relays
from custom_components.energy_manager.engine.evaluation.setting import Setting
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house_document import House

from ..plant.test_year import NEW_YEAR_S, example, weather

SPRING_S = NEW_YEAR_S + 100 * 86400.0
SEEN = Observation(
    time_s=SPRING_S,
    probes_c=(20.0, 30.0, 50.0),
    collector_c=15.0,
    ambient_c=10.0,
    pump_percent=0.0,
    boiler_on=False,
    boiler_since_s=7200.0,
    heating_call=False,
    soc=0.7,
)


def outcomes(
    house: House, names: list[str], days: int
) -> dict[str, closed_loop.Outcome]:
    """Return what controllers come to in spring, without the bound."""
    setting = Setting(house=house)
    under = Conditions(
        weather=weather(days + 3, SPRING_S), start_s=SPRING_S, days=days, seed=3
    )
    real = closed_loop.disturbed(house, under.seed)
    truth = league._truth(real, under, days + 2)
    ahead = Forecaster(truth, "realistic", seed=under.seed)
    return {
        name: closed_loop.run_controller(
            name,
            CONTROLLERS[name](setting),
            real,
            league._first_days(truth, days),
            ahead,
            setting.horizon_s,
        )
        for name in names
    }


def test_planner_saves_in_spring_and_nobody_is_colder() -> None:
    """Days in spring: at least 2 % of the boiler's heat is saved, and no draw is colder."""
    found = outcomes(example("proof-of-concept"), ["maker", "plan"], 2)
    maker, plan = found["maker"], found["plan"]
    burnt_kwh = maker.figures.boiler_heat_kwh
    assert plan.owed_kwh < maker.owed_kwh - 0.02 * burnt_kwh
    assert plan.figures.boiler_heat_kwh < 0.98 * burnt_kwh
    cool = (maker.figures.draw_share_below_43c, plan.figures.draw_share_below_43c)
    assert cool == pytest.approx((0.0, 0.0), abs=0.005)
    wanted = maker.figures.heating_heat_kwh
    assert (
        plan.figures.heating_unmet_kwh
        <= maker.figures.heating_unmet_kwh + 0.002 * wanted
    )
    assert plan.figures.boiler_starts <= maker.figures.boiler_starts + 1


def test_a_plan_holds_for_hours() -> None:
    """While the tank is as planned it is planned no more often than needed."""
    house = example("proof-of-concept")
    setting = Setting(house=house)
    under = Conditions(weather=weather(4, SPRING_S), start_s=SPRING_S, days=1)
    truth = league._truth(house, under, 3)
    ahead = Forecaster(truth, "perfect")
    planned = Planned(setting)
    asked: list[float] = []
    for step in range(60):
        seen = replace(SEEN, time_s=SPRING_S + 300.0 * step)

        def outlook(time_s: float = seen.time_s) -> Outlook:
            asked.append(time_s)
            return ahead.outlook(time_s, setting.horizon_s)

        planned.decide(seen, outlook)
    gaps = [later - before for before, later in pairwise(asked)]
    assert planned.failures == 0
    assert gaps
    assert min(gaps) >= 3600.0
    assert max(gaps) <= 3 * 3600.0


@pytest.mark.parametrize(("below_zone_c", "through"), [(40.0, True), (24.0, False)])
def test_valve_follows_the_sun_s_part_of_the_tank(
    below_zone_c: float, through: bool
) -> None:
    """Heating water goes through the tank only where the sun has warmed it."""
    relays = Relays(example("proof-of-concept"))
    assert relays.valve([15.0] * 4 + [below_zone_c] * 3 + [50.0] * 3) is through


def test_pump_runs_slowly_for_small_gains() -> None:
    """Below the maker's threshold it runs at its lowest speed, but for no loss."""
    relays = Relays(example("proof-of-concept"))
    for collector_c, mode in (
        (20.5, RelayMode.AUTO),
        (24.5, RelayMode.MINIMUM),
        (40.0, RelayMode.AUTO),
    ):
        assert relays.pump(replace(SEEN, collector_c=collector_c)) == mode
    full = replace(SEEN, probes_c=(92.0, 93.0, 94.0), collector_c=96.5)
    assert relays.pump(full) == RelayMode.AUTO


def test_boiler_begins_for_rooms_and_water_and_rests_else() -> None:
    """It burns for a call of the heating and for a cool top, and then long enough."""
    house = example("proof-of-concept")
    layers = [20.0] * 7 + [45.0] * 3

    def mode(relays: Relays, seen: Observation, heating_w: float = 0.0) -> int:
        return relays.boiler(seen, layers, heating_w, run=False, least_c=45.5)

    assert mode(Relays(house), SEEN) == RelayMode.OFF
    assert mode(Relays(house), replace(SEEN, heating_call=True), 3e3) == RelayMode.ON
    relays = Relays(house)
    cool = replace(SEEN, probes_c=(20.0, 30.0, 45.0))
    assert mode(relays, cool) == RelayMode.ON
    begun = replace(SEEN, boiler_on=True, boiler_since_s=300.0)
    assert mode(relays, begun) == RelayMode.ON
    assert mode(relays, replace(begun, boiler_since_s=900.0)) == RelayMode.OFF
    resting = replace(cool, boiler_since_s=60.0)
    assert mode(Relays(house), resting) == RelayMode.OFF
