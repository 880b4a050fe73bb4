"""The league table: fair conditions, forecasts that err, and a bound nobody beats."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.evaluation import (
    bound,
    closed_loop,
    controllers,
    league,
    outlook,
)
from custom_components.energy_manager.engine.evaluation.control import (
    Modes,
    Observation,
)
from custom_components.energy_manager.engine.evaluation.heating_need import heating_need
from custom_components.energy_manager.engine.evaluation.league import Conditions
from custom_components.energy_manager.engine.evaluation.outlook import (
    Forecaster,
    Outlook,
)
from custom_components.energy_manager.engine.plant.boundary import Boundary, boundary_of
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.parameters import (
    BuildingParameters,
    ImmersionHeaterParameters,
    PVParameters,
)
from scripts.benchmarks import forecasts

from ..plant.test_year import NEW_YEAR_S, example, weather

SPRING_S = NEW_YEAR_S + 90 * 86400.0
LOADS = forecasts.YEAR


def conditions(days: int, **changes: object) -> Conditions:
    """Return some days in spring."""
    usual = Conditions(weather=weather(days + 3, SPRING_S), start_s=SPRING_S, days=days)
    return replace(usual, **changes)  # type: ignore[arg-type]


def truth(days: int = 8) -> Boundary:
    """Return what acts on a house for some days."""
    return boundary_of(
        example("hot-water-only"),
        weather(days, SPRING_S),
        start_s=SPRING_S,
        steps=288 * days,
    )


def house() -> House:
    """Return a house that is quick to plan."""
    return example("hot-water-only")


def test_bound_is_never_beaten_and_the_maker_is_at_zero() -> None:
    """Every rule lies between the maker's control and the bound."""
    names = ["maker", "late", "rules"]
    found = league.run_league(house(), names, conditions(6))
    assert [row.outcome.name for row in found.rows] == names
    assert found.rows[0].share_of_bound == 0.0
    assert found.beaten_by == ()
    for row in found.rows:
        assert row.outcome.owed_kwh >= found.bound.owed_kwh - 0.5
        assert abs(row.outcome.figures.balance_error) < 1e-9


@pytest.mark.parametrize("name", ["proof-of-concept", "off-grid", "old-house"])
@pytest.mark.parametrize(("start_day", "seed"), [(15, 1), (110, 2)])
def test_bound_holds_for_the_shipped_houses(
    name: str, start_day: int, seed: int
) -> None:
    """Whatever the house, the season and the disturbance: nobody beats the bound."""
    start_s = NEW_YEAR_S + start_day * 86400.0
    some = Conditions(weather=weather(5, start_s), start_s=start_s, days=2, seed=seed)
    found = league.run_league(example(name), ["maker", "late", "rules"], some)
    assert found.beaten_by == ()
    maker, late, rules = (row.outcome for row in found.rows)
    wanted = maker.figures.dhw_heat_kwh + maker.figures.heating_heat_kwh
    for outcome in (maker, late, rules):
        assert outcome.owed_kwh >= found.bound.owed_kwh - 0.01 * wanted
        assert outcome.figures.boiler_heat_kwh >= found.bound.boiler_heat_kwh - 0.5
    # Holding the boiler back leaves nobody cold: it ends when the heating calls.
    for outcome in (late, rules):
        unmet = outcome.figures.heating_unmet_kwh - maker.figures.heating_unmet_kwh
        assert unmet <= 0.03 * wanted


def test_bound_gives_all_that_can_be_given() -> None:
    """With a boiler nothing is unmet; a heater of the sun's surplus lowers the bound."""
    boundary = truth(2)
    described = house()
    found = bound.least_boiler_heat(described, boundary, 1.0)
    assert found.unmet_kwh == pytest.approx(0.0, abs=1e-6)
    assert found.boiler_heat_kwh >= 0.0
    bright = replace(boundary, pv_available_w=[500.0] * boundary.steps)
    heater = ImmersionHeaterParameters(power_w=1000.0)
    lit = replace(described, immersion_heater=heater, pv=PVParameters())
    helped = bound.least_boiler_heat(lit, bright, 1.0)
    assert helped.owed_kwh < found.owed_kwh - 1.0


def test_bound_knows_the_heat_exchanger() -> None:
    """A worse heat exchanger makes the collectors warmer, and the bound higher."""
    boundary = truth(2)
    parts = house().collector
    assert parts is not None
    owed = [
        bound.least_boiler_heat(
            replace(
                house(), collector=replace(parts, heat_exchanger_effectiveness=share)
            ),
            boundary,
            1.0,
        ).owed_kwh
        for share in (1.0, 0.75, 0.4)
    ]
    assert owed[0] < owed[1] < owed[2]


def test_progress_is_told_to_the_end() -> None:
    """Each controller and the bound begin and end."""
    told: dict[str, list[float]] = {}
    league.run_league(
        house(),
        ["late"],
        conditions(2),
        lambda name, share: told.setdefault(name, []).append(share),
    )
    assert list(told) == ["maker", "late", "bound"]
    for shares in told.values():
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_bound_holds_for_heating_and_for_no_sun() -> None:
    """Without sun the bound is what the house takes, and no controller needs less."""
    old = replace(example("old-house"), collector=None)
    found = league.run_league(old, ["maker", "late"], conditions(3))
    assert found.beaten_by == ()
    demand = found.rows[0].outcome.figures
    wanted = demand.dhw_heat_kwh + demand.heating_heat_kwh
    wanted += demand.dhw_unmet_kwh + demand.heating_unmet_kwh
    assert found.bound.owed_kwh == pytest.approx(wanted, rel=0.15)


def test_planner_is_in_the_table() -> None:
    """The planner runs in closed loop on forecasts that err, and saves heat."""
    start_s = NEW_YEAR_S + 170 * 86400.0
    sunny = Conditions(weather=weather(6, start_s), start_s=start_s, days=3)
    found = league.run_league(house(), ["plan"], sunny)
    (row,) = found.rows
    assert row.outcome.name == "plan"
    assert row.share_of_bound is not None
    assert row.share_of_bound > 0.0
    assert row.outcome.figures.draw_share_below_43c == pytest.approx(0.0, abs=0.05)


def test_same_seed_same_table() -> None:
    """Disturbed plant and forecasts depend on the seed alone."""
    first = league.run_league(house(), ["rules"], conditions(3, seed=5))
    again = league.run_league(house(), ["rules"], conditions(3, seed=5))
    other = league.run_league(house(), ["rules"], conditions(3, seed=6))
    assert first.rows[0].outcome.figures == again.rows[0].outcome.figures
    assert first.rows[0].outcome.figures != other.rows[0].outcome.figures


def test_a_new_controller_needs_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has `interval_s` and `decide` can be listed and is judged."""

    class Cold:
        interval_s = 3600.0

        def __init__(self, _setting: object) -> None:
            pass

        def decide(
            self, _observation: Observation, _outlook: Callable[[], Outlook]
        ) -> Modes:
            return Modes(boiler=RelayMode.OFF)

    monkeypatch.setitem(controllers.CONTROLLERS, "cold", Cold)
    found = league.run_league(house(), ["cold"], conditions(3))
    figures = found.rows[0].outcome.figures
    assert figures.boiler_heat_kwh == 0.0
    # What it saved did not come: the measure does not reward that.
    assert figures.dhw_unmet_kwh > 1.0
    assert found.beaten_by == ()


def test_unknown_controllers_are_told() -> None:
    """The names that there are stand in the message."""
    with pytest.raises(InputError, match="best is unknown; there are maker"):
        league.run_league(house(), ["best"], conditions(2))


def test_plant_is_finer_and_disturbed() -> None:
    """The house that is run is not the house that is planned with."""
    described = house()
    real = closed_loop.disturbed(described, seed=1)
    assert real.tank.nodes > described.tank.nodes
    assert real.tank.loss_w_per_k > described.tank.loss_w_per_k
    assert real.collector != described.collector
    assert real.site == described.site


@pytest.mark.parametrize("kind", ["perfect", "realistic", "naive"])
def test_kinds_of_forecast(kind: outlook.Forecast) -> None:
    """Perfect ones are true, naive ones repeat yesterday, realistic ones err."""
    real = truth()
    now_s = real.start_s + 3 * 86400.0
    ahead = Forecaster(real, kind, seed=3).outlook(now_s, 2 * 86400.0)
    first = 3 * 288
    sun = np.array(real.absorbed_w_per_m2)
    if kind == "perfect":
        assert ahead.absorbed_w_per_m2.tolist() == sun[first : first + 576].tolist()
    elif kind == "naive":
        yesterday = sun[first - 288 : first]
        assert ahead.absorbed_w_per_m2[:288].tolist() == yesterday.tolist()
        assert ahead.absorbed_w_per_m2[288:].tolist() == yesterday.tolist()
    else:
        true = sun[first : first + 576]
        assert (ahead.absorbed_w_per_m2[true == 0.0] == 0.0).all()
        bright = true > 50.0
        ratio = ahead.absorbed_w_per_m2[bright] / true[bright]
        assert 0.05 < float(np.log(ratio).std()) < 1.5


def test_near_hours_err_less() -> None:
    """The same noon is forecast better six hours before than a day before."""
    real = truth(30)
    errors: dict[int, list[float]] = {6: [], 30: []}
    sun = np.array(real.absorbed_w_per_m2)
    for seed in range(15):
        source = Forecaster(real, "realistic", seed=seed)
        for day in range(3, 25):
            noon = day * 288 + 132
            if sun[noon] < 50.0:
                continue
            for lead_h, found in errors.items():
                now_s = real.start_s + (noon - 12 * lead_h) * 300.0
                ahead = source.outlook(now_s, 2 * 86400.0)
                ratio = float(ahead.absorbed_w_per_m2[12 * lead_h] / sun[noon])
                found.append(abs(np.log(ratio)))
    assert np.mean(errors[6]) < 0.8 * np.mean(errors[30])


def test_realistic_forecasts_have_no_bias() -> None:
    """Over many seeds the mean of the forecasts is the truth."""
    real = truth()
    sun = np.array(real.absorbed_w_per_m2)[288 : 2 * 288].sum()
    sums = [
        Forecaster(real, "realistic", seed=seed)
        .outlook(real.start_s + 86400.0, 86400.0)
        .absorbed_w_per_m2.sum()
        for seed in range(150)
    ]
    assert float(np.mean(sums)) == pytest.approx(float(sun), rel=0.08)


def test_fit_finds_the_model_again() -> None:
    """Errors made with known spreads are measured as such."""
    real = truth(120)
    hours = np.arange(120 * 24, dtype=np.float64)
    sun = np.array(real.absorbed_w_per_m2).reshape(-1, 12).mean(axis=1)
    model = outlook.ErrorModel()
    days, within, _ = outlook._noise(model, len(hours), seed=2)
    exponent = model.day_spread * days[(hours // 24).astype(int)]
    exponent += model.hour_spread * within[: len(hours)]
    found = outlook.fit(sun * np.exp(exponent), sun, hours)
    assert found.day_spread == pytest.approx(model.day_spread, rel=0.3)
    assert found.hour_spread == pytest.approx(model.hour_spread, rel=0.2)


@pytest.mark.skipif(
    not LOADS.exists(), reason="the measured years are not in the repository"
)
def test_error_model_is_that_of_a_measured_year() -> None:
    """The defaults are what `fit` gives for a real forecast beside its measurement."""
    forecast, power, hours = forecasts.hourly(LOADS.read_text())
    found = outlook.fit(forecast, power, hours)
    model = outlook.ErrorModel()
    assert found.day_spread == pytest.approx(model.day_spread, abs=0.01)
    assert found.hour_spread == pytest.approx(model.hour_spread, abs=0.01)
    assert found.hour_persistence == pytest.approx(model.hour_persistence, abs=0.05)
    assert found.day_persistence == pytest.approx(model.day_persistence, abs=0.05)


# Heating that is expected


def with_rooms() -> House:
    """Return a house whose rooms are modelled."""
    usual = example("proof-of-concept")
    return replace(
        usual,
        demand=replace(usual.demand, heating_kwh=None, heating_limit_c=None),
        building=BuildingParameters(set_back_hours=((22.0, 6.0),)),
    )


def winter(described: House) -> Boundary:
    """Return what acts on a house in a week of January."""
    start_s = NEW_YEAR_S + 12 * 86400.0
    return boundary_of(described, weather(9, start_s), start_s=start_s, steps=288 * 7)


@pytest.mark.parametrize("kind", ["perfect", "realistic", "naive"])
def test_modelled_rooms_are_expected_to_ask_for_heat(kind: outlook.Forecast) -> None:
    """Outlooks tell what the thermostat will want, not what degree hours would say."""
    described = with_rooms()
    real = winter(described)
    need = heating_need(described, real).wanted_w
    now_s = real.start_s + 3 * 86400.0
    ahead = Forecaster(real, kind, house=described, seed=3).outlook(now_s, 2 * 86400.0)
    assert ahead.heating_w is not None
    assert ahead.heating_w.shape == (576,)
    assert ahead.heating_w.min() >= 0.0
    true = need[3 * 288 : 5 * 288]
    if kind == "perfect":
        assert ahead.heating_w.tolist() == true.tolist()
    elif kind == "naive":
        assert ahead.heating_w[:288].tolist() == need[2 * 288 : 3 * 288].tolist()
    else:
        assert ahead.heating_w.tolist() != true.tolist()
        assert float(ahead.heating_w.sum()) == pytest.approx(float(true.sum()), rel=0.3)
        # By the hour, and off at night when the thermostat is set back.
        assert np.corrcoef(ahead.heating_w, true)[0, 1] > 0.7


def test_given_heating_errs_with_the_temperature() -> None:
    """A day that is forecast too cold is expected to take more heat."""
    described = example("proof-of-concept")
    real = winter(described)
    assert real.heating_w is not None
    ahead = Forecaster(real, "realistic", house=described, seed=3).outlook(
        real.start_s, 2 * 86400.0
    )
    assert ahead.heating_w is not None
    more = ahead.heating_w - np.array(real.heating_w[:576])
    colder = np.array(real.ambient_c[:576]) - ahead.ambient_c
    assert float(np.abs(more).max()) > 10.0
    assert np.corrcoef(more, colder)[0, 1] > 0.9
