"""The world of the demo house: its clock, its meters and what comes back of it."""

from datetime import UTC, datetime, timedelta
import json
from zoneinfo import ZoneInfo

import pytest

from custom_components.energy_manager.demo_history import Series
from custom_components.energy_manager.demo_world import (
    DAY_S,
    HOUR_S,
    PAST_STEP_S,
    Actuators,
    DemoWorld,
)
from custom_components.energy_manager.engine.plant.parameters import SiteParameters
from custom_components.energy_manager.engine.plant.simulation import Surroundings
from custom_components.energy_manager.engine.plant.weather import Scenario

ZONE = ZoneInfo("Europe/Zurich")
SUNDAY = datetime(2026, 6, 21, 23, 0, tzinfo=ZONE)


def surroundings(scenario: Scenario = Scenario.SUNNY) -> Surroundings:
    """Return a house in the temperate zone."""
    return Surroundings(
        site=SiteParameters(latitude=47.5, longitude=9.2, elevation_m=450.0),
        zone=ZONE,
        people=2,
        scenario=scenario,
    )


@pytest.fixture
def world() -> DemoWorld:
    """Return a house on a Sunday evening in summer."""
    return DemoWorld.plausible(surroundings(), SUNDAY.timestamp())


def test_meters_begin_anew_at_midnight(world: DemoWorld) -> None:
    """Today's counters start at local midnight, the week's on Monday, totals never."""
    before = world.readings()
    assert world.local_time == SUNDAY
    world.advance(2 * HOUR_S, Actuators())
    night = world.readings()
    assert night.controller.heat_today_wh == 0
    assert night.controller.heat_week_wh == 0
    assert night.charger.yield_today_kwh == 0
    assert night.charger.yield_yesterday_kwh == before.charger.yield_today_kwh
    assert night.charger.day == before.charger.day + 1

    world.advance(14 * HOUR_S, Actuators())
    noon = world.readings()
    assert noon.controller.heat_today_wh > 5000
    assert noon.controller.heat_week_wh == noon.controller.heat_today_wh
    assert noon.controller.heat_wh - night.controller.heat_wh == pytest.approx(
        noon.controller.heat_today_wh
    )
    assert noon.charger.yield_today_kwh > 0
    assert noon.charger.yield_total_kwh - night.charger.yield_total_kwh == (
        pytest.approx(noon.charger.yield_today_kwh)
    )

    world.advance(DAY_S, Actuators())
    tuesday = world.readings().controller
    assert tuesday.heat_week_wh > tuesday.heat_today_wh


def test_sun_makes_more_than_clouds() -> None:
    """The weather that the owner chooses is the weather that the house has."""
    morning = SUNDAY.replace(hour=6).timestamp()
    heat = {}
    for scenario in (Scenario.SUNNY, Scenario.OVERCAST):
        world = DemoWorld.plausible(surroundings(scenario), morning)
        world.fill_tank(30)
        world.advance(12 * HOUR_S, Actuators())
        heat[scenario] = world.readings().controller.heat_today_wh
    assert heat[Scenario.SUNNY] > 3 * heat[Scenario.OVERCAST]


def test_what_is_written_acts(world: DemoWorld) -> None:
    """Relay, inverter and charger do what Home Assistant has written."""
    world.fill_tank(30)
    world.advance(60, Actuators(relay_modes={1: 3, 2: 2, 3: 0}))
    assert world.readings().controller.relays_percent[0] == 100
    assert world.readings().controller.relays_percent[2] == 0
    assert not world.flows.boiler_on

    world.advance(1800, Actuators(relay_modes={3: 3}))
    assert world.flows.boiler_on
    assert world.readings().controller.relays_percent[2] == 100
    warm = world.flows.tank_top_c
    assert warm > 31

    world.advance(60, Actuators(inverter_mode=4))
    assert world.readings().inverter.ac_voltage_v == 0
    assert not world.flows.boiler_on
    world.advance(11 * HOUR_S, Actuators(charger_on=False))
    assert world.readings().charger.panel_power_w == 0


def test_house_comes_back_as_it_was(world: DemoWorld) -> None:
    """What is saved as JSON is the same house again."""
    world.advance(7 * HOUR_S, Actuators())
    saved = json.loads(json.dumps(world.to_dict()))
    again = DemoWorld.from_dict(saved, surroundings())
    assert again.to_dict() == world.to_dict()
    for house in (world, again):
        house.advance(HOUR_S, Actuators())
    assert again.readings() == world.readings()


def test_counters_survive_a_long_pause(world: DemoWorld) -> None:
    """A house that is made anew goes on counting where the old one stopped."""
    world.advance(DAY_S, Actuators())
    later = DemoWorld.plausible(surroundings(), world.clock_s + 30 * DAY_S)
    later.keep_counting(world)
    assert later.readings().controller.heat_wh == world.readings().controller.heat_wh
    assert (
        later.readings().charger.yield_total_kwh
        == world.readings().charger.yield_total_kwh
    )


def test_past_ends_now(world: DemoWorld) -> None:
    """The past leads up to the moment, reading by reading."""
    now_s = world.clock_s + 3 * HOUR_S + 100
    past = list(world.past(now_s))
    assert len(past) == 36
    assert past[0][0] == SUNDAY.timestamp() + PAST_STEP_S
    assert world.clock_s == pytest.approx(now_s)


def test_forecast_is_the_weather_to_come(world: DemoWorld) -> None:
    """What is forecast for an hour is what the house then has."""
    forecast = world.weather_of_hours(SUNDAY.astimezone(UTC), 24)
    assert [hour.start - forecast[0].start for hour in forecast] == [
        timedelta(hours=hour) for hour in range(24)
    ]
    world.advance(14 * HOUR_S, Actuators())
    now = world.weather_now()
    assert now.cloud_cover == pytest.approx(forecast[14].cloud_cover)
    assert now.temperature_c == pytest.approx(forecast[14].temperature_c)
    assert now.daylight
    assert not forecast[2].daylight


def test_sums_lead_up_to_the_recorders() -> None:
    """A counter's sum goes on over a reset and ends with 0."""
    start = SUNDAY.timestamp()
    values = [5.0, 6.0, 8.0, 0.5, 2.0, 2.5, 3.0]
    series = Series(
        unit="kWh",
        values=[
            (start + 1800.0 * (place + 1), value) for place, value in enumerate(values)
        ],
    )
    rows = series.sums()
    # The hour that is still going on is left to the recorder.
    assert [row["start"] for row in rows] == [
        SUNDAY.astimezone(UTC) + timedelta(hours=hour) for hour in range(3)
    ]
    assert [row["state"] for row in rows] == [6.0, 0.5, 2.5]
    assert [row["sum"] for row in rows] == pytest.approx([-4.5, -2.0, 0.0])


def test_means_have_extremes() -> None:
    """A measurement's hour has its mean, lowest and highest value."""
    start = SUNDAY.timestamp()
    series = Series(
        unit="°C",
        values=[(start + 1800.0 * (place + 1), float(place)) for place in range(5)],
    )
    rows = series.means()
    assert [(row["min"], row["mean"], row["max"]) for row in rows] == [
        (0.0, 0.5, 1.0),
        (2.0, 2.5, 3.0),
    ]
