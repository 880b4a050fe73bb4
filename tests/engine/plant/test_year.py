"""Houses over a year: reference figures, balance, months and every component."""

from dataclasses import replace
import json
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.plant import irradiance, sun, year
from custom_components.energy_manager.engine.plant.boundary import (
    Boundary,
    WeatherSeries,
    boundary_of,
)
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house_document import House
from custom_components.energy_manager.engine.plant.house_run import HouseRun
from custom_components.energy_manager.engine.plant.house_state import HouseState
from custom_components.energy_manager.engine.plant.parameters import (
    ControllerParameters,
    ImmersionHeaterParameters,
    TankParameters,
)
from custom_components.energy_manager.engine.plant.results import Figures, figures

from .test_sun import WEATHER

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "houses"
NEW_YEAR_S = 1546300800.0
"""2019-01-01 in UTC."""
MANNHEIM = WEATHER / "mannheim.csv"
DRAWS = WEATHER.parent / "dhw" / "dhwcalc_200L_1min_4cat_sf_nods_max1200_events.csv"
needs_data = pytest.mark.skipif(
    not MANNHEIM.exists(), reason="the measured years are not in the repository"
)


def example(name: str) -> House:
    """Return a house that ships with the project."""
    return House.from_json(json.loads((EXAMPLES / f"{name}.json").read_text()))


def weather(days: int, start_s: float = NEW_YEAR_S) -> WeatherSeries:
    """Return hours of simple weather: the sun of a clear sky every other day."""
    times_s = start_s + 3600.0 * np.arange(24 * days, dtype=np.float64)
    house = example("proof-of-concept")
    position = sun.position(times_s, house.site)
    clear = irradiance.clear_sky_ghi(position)
    ghi = clear * np.where((times_s // 86400.0) % 2 < 1, 0.9, 0.2)
    dni, dhi = irradiance.split_global(position, ghi)
    season = np.cos((times_s - start_s) / 86400.0 / 365.0 * 2.0 * np.pi)
    return WeatherSeries(
        times_s=times_s,
        ghi=ghi,
        dni=dni,
        dhi=dhi,
        ambient_c=10.0 - 9.0 * season,
        wind_m_per_s=np.full(times_s.shape, 2.0),
    )


def days_of(house: House, days: int, start_s: float = NEW_YEAR_S) -> Boundary:
    """Return what acts on a house for some days."""
    return boundary_of(
        house, weather(max(days, 2), start_s), start_s=start_s, steps=288 * days
    )


def run(house: House, days: int, start_s: float = NEW_YEAR_S) -> Figures:
    """Return the figures of some days."""
    course = year.simulate(house, days_of(house, days, start_s))
    return figures(house, course.whole)


SUMMER_S = NEW_YEAR_S + 160 * 86400.0


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.json")))
def test_shipped_houses_balance(name: str) -> None:
    """A month of every shipped house closes to a tenth of a percent and more."""
    found = run(example(name), 30)
    assert abs(found.balance_error) < 1e-9
    assert found.dhw_heat_kwh > 20.0
    assert found.boiler_heat_kwh > 0.0


def test_same_input_same_result() -> None:
    """Two runs agree to the last bit."""
    house = example("off-grid")
    assert run(house, 20) == run(house, 20)


def test_months_add_up_to_the_year() -> None:
    """Twelve months, whose energies are those of the year."""
    house = replace(example("hot-water-only"), people=1.0)
    course = year.simulate(house, days_of(house, 365))
    months = [figures(house, one) for one in course.months]
    whole = figures(house, course.whole)
    assert len(months) == 12
    for name in ("collector_heat_kwh", "boiler_heat_kwh", "dhw_heat_kwh"):
        assert sum(getattr(one, name) for one in months) == pytest.approx(
            getattr(whole, name)
        )
    assert sum(one.boiler_starts for one in months) == whole.boiler_starts
    assert months[5].solar_fraction or (months[0].solar_fraction or 0.0) < 0.0


def test_given_energies_are_met() -> None:
    """Heating by degree hours and scaled draws take what the document says."""
    house = replace(example("proof-of-concept"), pv=None, battery=None, inverter=None)
    days = 365
    boundary = days_of(house, days)
    assert boundary.heating_w is not None
    heating_kwh = sum(boundary.heating_w) * 300.0 / 3.6e6
    assert heating_kwh == pytest.approx(8569.0, rel=1e-4)
    litres = sum(boundary.draw_l)
    assert litres * 4186.8 * 35.0 / 3.6e6 == pytest.approx(2968.0, rel=1e-4)
    daily_c = np.array(boundary.ambient_c).reshape(days, 288).mean(axis=1)
    given_w = np.array(boundary.heating_w).reshape(days, 288)
    assert given_w[daily_c > 15.1].max() == 0.0
    # Degree hours 20/15: on a day that counts, as much as it is below 20 degC.
    cold_k = 20.0 - np.array(boundary.ambient_c).reshape(days, 288)[daily_c < 14.9]
    assert np.ptp(given_w[daily_c < 14.9] / cold_k) < 0.1


def test_degree_hours_without_a_limit() -> None:
    """Each hour below the base counts, whatever its day is like."""
    house = replace(example("proof-of-concept"), pv=None, battery=None, inverter=None)
    assert house.heating is not None
    house = replace(
        house,
        demand=replace(house.demand, heating_limit_c=None),
        heating=replace(house.heating, base_temperature_c=15.0),
    )
    boundary = days_of(house, 365)
    assert boundary.heating_w is not None
    heating_w, ambient_c = np.array(boundary.heating_w), np.array(boundary.ambient_c)
    assert heating_w.sum() * 300.0 / 3.6e6 == pytest.approx(8569.0, rel=1e-4)
    assert heating_w[ambient_c > 15.0].max() == 0.0
    assert heating_w[ambient_c < 14.9].min() > 0.0


def test_untold_tank_goes_with_its_volume() -> None:
    """A tank of a third loses about half and is shorter; what is told stays."""

    def tank(**told: float) -> TankParameters:
        return House.from_json(
            {"site": {"latitude": 48, "longitude": 11}, "tank": {**told}}
        ).tank

    assert tank() == TankParameters()
    small = tank(volume_l=300)
    assert small.loss_w_per_k == pytest.approx(1.57, abs=0.01)
    assert small.height_m == pytest.approx(1.14, abs=0.01)
    assert tank(volume_l=300, loss_w_per_k=3.5).loss_w_per_k == 3.5
    assert tank(volume_l=1000) == TankParameters()


def test_grid_takes_over() -> None:
    """With a transfer switch nothing stands still, and what the grid gives is told."""
    house = example("proof-of-concept")
    assert house.battery is not None and house.inverter is not None
    small = replace(house.battery, capacity_kwh=0.3)
    alone = replace(
        house, battery=small, inverter=replace(house.inverter, grid_backup=False)
    )
    backed = replace(house, battery=small)
    off, on = run(alone, 10), run(backed, 10)
    assert off.unserved_kwh > 1.0
    assert off.grid_kwh == 0.0
    assert off.heating_unmet_kwh > 10.0
    assert on.unserved_kwh == pytest.approx(0.0, abs=1e-9)
    assert 1.0 < on.grid_kwh < on.load_kwh
    assert on.heating_unmet_kwh < 1.0
    assert abs(on.balance_error) < 1e-9


def test_go_on_from_a_state() -> None:
    """Two halves one after the other are the whole."""
    house = replace(example("hot-water-only"), people=2.0)
    whole = year.simulate(house, days_of(house, 4))
    boundary = days_of(house, 4)
    half = boundary.steps // 2
    first = replace(
        boundary,
        ambient_c=boundary.ambient_c[:half],
        absorbed_w_per_m2=boundary.absorbed_w_per_m2[:half],
        pv_available_w=boundary.pv_available_w[:half],
        draw_l=boundary.draw_l[:half],
        electrical_load_w=boundary.electrical_load_w[:half],
    )
    second = replace(
        boundary,
        start_s=boundary.start_s + half * 300.0,
        ambient_c=boundary.ambient_c[half:],
        absorbed_w_per_m2=boundary.absorbed_w_per_m2[half:],
        pv_available_w=boundary.pv_available_w[half:],
        draw_l=boundary.draw_l[half:],
        electrical_load_w=boundary.electrical_load_w[half:],
    )
    state = year.simulate(house, first).state
    end = year.simulate(house, second, state=state).state
    assert end.tank_c == pytest.approx(whole.state.tank_c, abs=1e-9)


def test_control_holds_the_boiler() -> None:
    """A control that switches the boiler off leaves it off."""
    house = example("old-house")
    boundary = days_of(house, 3)

    def hold(_time_s: float, run: HouseRun) -> None:
        run.boiler_mode = RelayMode.OFF

    held = figures(house, year.simulate(house, boundary, control=hold).whole)
    free = figures(house, year.simulate(house, boundary).whole)
    assert held.boiler_heat_kwh == 0.0 == held.fuel_kwh
    assert held.heating_unmet_kwh > free.heating_unmet_kwh
    assert free.boiler_heat_kwh > 100.0


def test_top_up_boiler_gives_only_what_lacks() -> None:
    """Behind the tank nothing is unmet, and the tank stays the sun's."""
    house = replace(example("proof-of-concept"), pv=None, battery=None, inverter=None)
    assert house.boiler is not None
    late = replace(house, boiler=replace(house.boiler, connection="top_up"))
    in_tank, behind = run(house, 60), run(late, 60)
    assert behind.dhw_unmet_kwh + behind.heating_unmet_kwh < 2.0
    assert behind.boiler_heat_kwh < in_tank.boiler_heat_kwh
    assert behind.tank_loss_kwh < in_tank.tank_loss_kwh
    assert abs(behind.balance_error) < 1e-9


def test_hot_tank_needs_no_top_up() -> None:
    """A tank that is hot enough starts no boiler, however the figures are rounded."""
    house = example("water-heating-reference")
    assert house.boiler is not None
    house = replace(house, hot_water=replace(house.hot_water, mixing_valve=True))
    for tenths in range(40):
        tank_c = (56.0 + 0.37 * tenths,) * house.tank.nodes
        state = HouseState(tank_c=tank_c, collector_c=10.0, ambient_mean_c=10.0)
        run = HouseRun(house.plant, state)
        run.draw_l_per_s = 0.013 + 0.0007 * tenths
        run.move(300.0)
        assert run.sums.boiler_starts == 0
        assert run.sums.hot_water_unmet == 0.0


def test_condensing_boiler_likes_a_cold_return() -> None:
    """The same heat takes less fuel where the zone is cooler."""
    house = example("hot-water-only")
    assert house.boiler is not None
    cool = replace(house, boiler=replace(house.boiler, setpoint_c=48.0))
    hot = replace(house, boiler=replace(house.boiler, setpoint_c=60.0))
    shares = []
    for one in (cool, hot):
        found = run(one, 20)
        started_kwh = found.boiler_starts * 0.2
        shares.append(found.boiler_heat_kwh / (found.fuel_kwh - started_kwh))
    assert 0.88 <= shares[1] < shares[0] < 0.98


@pytest.mark.parametrize("inlet", ["lance", "fixed", "coil"])
def test_every_way_into_the_tank_balances(
    inlet: Literal["lance", "fixed", "coil"],
) -> None:
    """Lance, fixed inlet and coil keep the heat; the lance serves best."""
    house = example("hot-water-only")
    assert house.collector is not None
    changed = replace(house, collector=replace(house.collector, inlet=inlet))
    found = run(changed, 20, SUMMER_S)
    assert abs(found.balance_error) < 1e-9
    assert found.collector_heat_kwh > 60.0


def test_pipes_cost_heat() -> None:
    """Pipes that lose heat leave less for the tank."""
    house = example("hot-water-only")
    assert house.collector is not None
    lossy = replace(house, collector=replace(house.collector, pipe_loss_w_per_k=10.0))
    assert (
        run(lossy, 20, SUMMER_S).collector_heat_kwh
        < 0.97 * run(house, 20, SUMMER_S).collector_heat_kwh
    )


def test_immersion_heater_takes_the_surplus() -> None:
    """Sun that a full battery leaves warms the tank instead of the modules."""
    # Without collectors and without heating, for which a wood boiler burns so long
    # that the tank is as hot as the heater may make it: so the tank has room.
    house = replace(
        example("off-grid"), immersion_heater=None, collector=None, heating=None
    )
    heater = replace(house, immersion_heater=ImmersionHeaterParameters(power_w=800.0))
    without, found = run(house, 20, SUMMER_S), run(heater, 20, SUMMER_S)
    assert found.immersion_heat_kwh > 5.0
    assert found.curtailed_kwh < without.curtailed_kwh
    assert found.pv_kwh > without.pv_kwh
    assert found.boiler_heat_kwh <= without.boiler_heat_kwh
    assert abs(found.balance_error) < 1e-9


def test_thermostat_keeps_its_hours() -> None:
    """Outside of its windows the after-heating never starts the boiler."""
    house = replace(
        example("hot-water-only"),
        controller=ControllerParameters(after_heating_windows=((5.0, 7.0),)),
    )
    boundary = days_of(house, 5)
    assert boundary.local_hour is not None
    burning: list[float] = []

    def watch(time_s: float, run: HouseRun) -> None:
        if run.boiler_on and run.local_hour is not None:
            burning.append((time_s + 3600.0) / 3600.0 % 24.0)

    year.simulate(house, boundary, control=watch)
    assert burning
    assert 5.0 <= min(burning) <= max(burning) <= 7.2


def test_wrong_houses_are_told() -> None:
    """The place and what is allowed are named."""
    document = example("proof-of-concept").to_json()
    for change, field in (
        ({"tank": {"volume_l": 3}}, "tank.volume_l"),
        ({"tank": {"litres": 3}}, "tank.litres"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"heating": None}, "demand.heating_kwh"),
        ({"site": {"latitude": 95, "longitude": 0}}, "site.latitude"),
        ({"people": "four"}, "people"),
    ):
        with pytest.raises(InputError) as caught:
            House.from_json({**document, **change})  # type: ignore[dict-item]
        assert caught.value.field == field
    with pytest.raises(InputError):
        House.from_json({"name": "nowhere"})
