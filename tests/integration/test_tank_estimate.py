"""The estimated tank of a home: what it follows, what it decides, what it shows."""

from datetime import UTC, datetime, timedelta
import math
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.energy_manager.const import Mode
from custom_components.energy_manager.home import Home

from .house import RELAY, House, async_set_up, home_entry, state_of

HEAT = "sensor.home_heat_in_the_tank"
USABLE = "sensor.home_usable_heat"
DRAWN = "sensor.home_hot_water_drawn_today"
DRAWN_HEAT = "sensor.home_heat_in_hot_water_drawn_today"
WINTER = datetime(2026, 1, 14, 16, 7, tzinfo=UTC)
BOILER = "binary_sensor.boiler"


def _home(entry: MockConfigEntry) -> Home:
    """Return a loaded home."""
    home = entry.runtime_data
    assert isinstance(home, Home)
    return home


async def _async_minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: int
) -> None:
    """Let five minutes pass, again and again."""
    for _ in range(minutes // 5):
        freezer.tick(timedelta(minutes=5))
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done()


def _number(hass: HomeAssistant, entity_id: str) -> float:
    """Return a sensor's number."""
    return float(state_of(hass, entity_id).state)


async def test_what_is_in_the_tank(hass: HomeAssistant, house: House) -> None:
    """From the start the probes tell heat and layers, in every mode."""
    entry = home_entry(hass, Mode.OFF)
    await async_set_up(hass, entry)
    layers = state_of(hass, HEAT).attributes["layers"]
    assert len(layers) == 10
    assert layers == sorted(layers)
    assert layers[0] == 22.0
    assert layers[-1] == 52.0
    mean_k = sum(layers) / 10 - 10.0
    assert _number(hass, HEAT) == pytest.approx(mean_k * 1.163, abs=0.1)
    assert 0 < _number(hass, USABLE) < _number(hass, HEAT)
    assert state_of(hass, HEAT).attributes["device_class"] == "energy_storage"


async def test_plan_starts_from_the_estimate(hass: HomeAssistant, house: House) -> None:
    """The planner gets the whole profile, and the diagnostics show it."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    planned = _home(entry).coordinator.data
    assert planned is not None
    state = planned.problem.state
    assert state.layers_c == _home(entry).tank.layers_c
    assert len(state.layers_c) == 10
    assert state.zone_least_c is not None
    diagnostics = _home(entry).tank.diagnostics()
    assert diagnostics["layers_c"] == list(state.layers_c)
    assert diagnostics["known"]


async def test_a_bath_is_noticed(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """Cold at the bottom without a reason is hot water drawn, until midnight."""
    house.set_tank(60, 58, 55)
    await async_set_up(hass, home_entry(hass))
    await _async_minutes(hass, freezer, 30)
    assert _number(hass, DRAWN) == 0.0
    for bottom in (40, 25, 18, 14):
        house.set_tank(60, 58, bottom)
        await _async_minutes(hass, freezer, 5)
    await _async_minutes(hass, freezer, 30)
    drawn = state_of(hass, DRAWN)
    # About 170 kg of tank water at 60 degC are 240 l at 45 degC.
    assert 120 < float(drawn.state) < 400
    assert drawn.attributes["unit_of_measurement"] == "L"
    heat_kwh = float(drawn.state) * 35 * 1.163e-3
    assert _number(hass, DRAWN_HEAT) == pytest.approx(heat_kwh, abs=0.1)
    midnight = dt_util.parse_datetime(drawn.attributes["last_reset"])
    assert midnight == dt_util.start_of_local_day()
    await _async_minutes(hass, freezer, 240)
    assert _number(hass, DRAWN) < 30
    later = dt_util.parse_datetime(state_of(hass, DRAWN).attributes["last_reset"])
    assert later == midnight + timedelta(days=1)


async def _async_heated_zone(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Set up a home in winter whose boiler has just warmed its zone."""
    freezer.move_to(WINTER)
    house.weather.temperature_c = 2.0
    house.set_tank(52, 27, 14)
    house.set("sensor.outdoor", "2", "°C")
    entry = home_entry(hass, Mode.AUTOMATIC, outdoor_temperature="sensor.outdoor")
    await async_set_up(hass, entry)
    home = _home(entry)
    assert home.tank.rooms_are_cold()
    assert home.situation().rooms_cold
    house.set(BOILER, "on")
    for top in (52, 53, 56, 60, 63, 66):
        house.set_tank(top, 27, 14)
        await _async_minutes(hass, freezer, 5)
    house.set(BOILER, "off")
    await _async_minutes(hass, freezer, 5)
    return entry


async def test_a_warm_zone_lets_the_boiler_rest(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """A boiler that warmed the top has warmed its zone: then it may be held for a while.

    The probe below the zone stays cold all the time: without the estimate the boiler
    would never be held in the heating season.
    """
    entry = await _async_heated_zone(hass, house, freezer)
    home = _home(entry)
    assert not home.situation().rooms_cold
    least_c = home.tank.zone_least_c
    assert least_c is not None
    assert 50 < least_c < 66
    await home.coordinator.async_refresh()
    await hass.async_block_till_done()
    plan = home.plan
    assert plan is not None
    assert plan.decision.reason.code != "rooms_need_boiler"
    assert plan.decision.action == "hold"
    assert state_of(hass, RELAY).state == "off"
    # The heating takes its heat from there: what is sure falls faster than the heat.
    before_k = least_c
    for _ in range(36):
        await _async_minutes(hass, freezer, 5)
        if home.situation().rooms_cold:
            break
    assert home.situation().rooms_cold
    assert state_of(hass, RELAY).state != "off"
    least_c = home.tank.zone_least_c
    assert least_c is not None
    assert least_c < 37.0 < before_k
    assert home.tank.layers_c[7] > least_c + 1.4


async def test_silent_probes_make_a_zone_less_sure(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """The longer no probe says anything, the less is sure; unavailable is unknown."""
    house.set_tank(60, 58, 55)
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    await _async_minutes(hass, freezer, 60)
    tank = _home(entry).tank
    first_c = tank.zone_least_c
    await _async_minutes(hass, freezer, 120)
    later_c = tank.zone_least_c
    assert first_c is not None
    assert later_c is not None
    assert later_c <= first_c - 0.9
    for place in ("top", "middle", "bottom"):
        house.set(f"sensor.tank_{place}", STATE_UNAVAILABLE)
    await _async_minutes(hass, freezer, 5)
    assert tank.zone_least_c is None
    assert tank.layers_c == ()
    assert state_of(hass, HEAT).state == STATE_UNKNOWN
    assert state_of(hass, USABLE).state == STATE_UNKNOWN
    house.set_tank(59, 57, 54)
    await _async_minutes(hass, freezer, 5)
    assert _number(hass, HEAT) == pytest.approx(53, abs=4)


@pytest.mark.parametrize("broken", ["nan", "888.8", "inf", "-88.8", "149", "what", ""])
async def test_broken_probes(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    broken: str,
) -> None:
    """What a probe cannot show changes nothing worth mentioning."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    before = _home(entry).tank.layers_c
    house.set("sensor.tank_middle", broken, "°C")
    await _async_minutes(hass, freezer, 10)
    after = _home(entry).tank.layers_c
    assert all(map(math.isfinite, after))
    assert max(abs(a - b) for a, b in zip(after, before, strict=True)) < 4.0


@pytest.mark.parametrize(
    "roles",
    [
        {"tank_middle": None},
        {"tank_middle": None, "tank_bottom": None},
        {"tank_top": None, "tank_middle": None},
        {"tank_top": None, "tank_middle": None, "tank_bottom": None},
    ],
)
async def test_fewer_probes(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    roles: dict[str, Any],
) -> None:
    """Two probes, one or none: what is known is told, and draws only by the lowest."""
    entry = home_entry(hass, **roles)
    await async_set_up(hass, entry)
    await _async_minutes(hass, freezer, 30)
    known = len(roles) < 3
    assert (state_of(hass, HEAT).state != STATE_UNKNOWN) is known
    assert _home(entry).tank.known is known
    assert (hass.states.get(DRAWN) is None) is ("tank_bottom" in roles)


@pytest.mark.parametrize(("pause", "kept"), [(10, True), (120, False)])
async def test_restart(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    pause: int,
    kept: bool,
) -> None:
    """After a short pause it goes on where it was, after a long one with the probes."""
    entry = await _async_heated_zone(hass, house, freezer)
    sure_c = _home(entry).tank.zone_least_c
    assert sure_c is not None
    assert await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"energy_manager.tank.{entry.entry_id}"]["data"]
    assert len(stored["layers_c"]) == 10
    freezer.tick(timedelta(minutes=pause))
    house.set_tank(66, 27, 14.1)
    await async_set_up(hass, entry)
    after_c = _home(entry).tank.zone_least_c
    assert after_c is not None
    assert (after_c > sure_c - 5.0) is kept
    assert (after_c < 30.0) is not kept
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert f"energy_manager.tank.{entry.entry_id}" not in hass_storage


async def test_the_sun_is_followed_between_the_probes(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """Pump and collector move the model: heat comes in before all probes show it."""
    house.set("sensor.pump", "100", "%")
    house.set("sensor.collector", "80", "°C")
    entry = home_entry(hass, solar_pump="sensor.pump", collector="sensor.collector")
    await async_set_up(hass, entry)
    before = _number(hass, HEAT)
    await _async_minutes(hass, freezer, 15)
    with_sun = _number(hass, HEAT) - before
    house.set("sensor.pump", "0", "%")
    await _async_minutes(hass, freezer, 5)
    now = _number(hass, HEAT)
    await _async_minutes(hass, freezer, 15)
    assert with_sun > 1.5
    assert _number(hass, HEAT) < now
