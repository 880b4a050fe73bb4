"""The main job: the forecast and the calendar decide whether the boiler runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.energy_manager.const import Mode
from custom_components.energy_manager.engine.planner.plan import Plan

from .house import EVENING, House, async_set_up, home_entry, moment_of, state_of

BREAKFAST = datetime(2026, 6, 19, 6, 0, tzinfo=UTC)
"""Eight o'clock at home, when the morning's showers are over."""
MIDDAY = datetime(2026, 6, 19, 11, 0, tzinfo=UTC)

REASON = "sensor.home_reason_of_the_decision"
NEXT_START = "sensor.home_next_boiler_start"
RELEASE = "switch.home_boiler_release"


def _plan(entry: Any) -> Plan:
    """Return the plan of a home."""
    plan = entry.runtime_data.plan
    assert isinstance(plan, Plan)
    return plan


def _code(hass: HomeAssistant) -> str:
    """Return the code of the reason that is shown."""
    return str(state_of(hass, REASON).attributes["code"])


async def _async_pass(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, moment: datetime
) -> None:
    """Let time pass."""
    freezer.move_to(moment)
    async_fire_time_changed(hass, moment)
    await hass.async_block_till_done()


async def test_sunny_forecast_keeps_the_boiler_off(
    hass: HomeAssistant, house: House
) -> None:
    """With sun to come the boiler does not run before midday, and the page says so."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    plan = _plan(entry)
    assert all(run.start > MIDDAY for run in plan.runs)
    assert plan.decision.action == "hold"
    assert _code(hass) == "wait_for_sun"
    assert "sun should bring" in state_of(hass, REASON).state
    assert state_of(hass, NEXT_START).state == STATE_UNKNOWN


@pytest.mark.parametrize(
    ("cloud_cover_percent", "guests", "codes"),
    [
        (100, None, {"run_little_sun", "run_for_reserve", "run_before_sun"}),
        (0, "Guests 4", {"run_for_guests"}),
    ],
)
async def test_overcast_or_guests_make_the_boiler_run_in_time(
    hass: HomeAssistant,
    house: House,
    cloud_cover_percent: int,
    guests: str | None,
    codes: set[str],
) -> None:
    """The same house and evening: only the forecast or the calendar differs."""
    house.weather.cloud_cover_percent = cloud_cover_percent
    if guests is not None:
        house.announce_guests(guests)
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    plan = _plan(entry)
    run = plan.runs[0]
    assert run.end <= BREAKFAST
    assert run.reason.code in codes
    assert sum(plan.heat.unmet_hot_water_kwh) < 0.3
    assert moment_of(hass, NEXT_START) == run.start
    reason = state_of(hass, NEXT_START).attributes["reason"]
    assert "boiler" in reason
    assert "{" not in reason


async def test_run_that_is_due_is_shown_until_it_has_begun(
    hass: HomeAssistant, house: House
) -> None:
    """A run of which the boiler has done nothing yet is still the next one."""
    house.announce_guests("Guests 4")
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    plan = _plan(entry)
    due = plan.runs[0]
    assert moment_of(hass, NEXT_START) == due.start
    hass.states.async_set("binary_sensor.boiler", STATE_ON)
    entry.runtime_data.coordinator.async_update_listeners()
    await hass.async_block_till_done()
    later = [run.start for run in plan.runs if run.start > EVENING]
    shown = state_of(hass, NEXT_START).state
    assert shown == (later[0].isoformat() if later else STATE_UNKNOWN)


async def test_a_change_of_the_forecast_changes_the_decision(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """A running home hears of a new forecast, of guests and of their absence."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    assert state_of(hass, NEXT_START).state == STATE_UNKNOWN

    await house.async_foresee(100)
    await _async_pass(hass, freezer, EVENING + timedelta(seconds=5))
    assert moment_of(hass, NEXT_START) < BREAKFAST

    await house.async_foresee(0)
    await _async_pass(hass, freezer, EVENING + timedelta(seconds=10))
    assert state_of(hass, NEXT_START).state == STATE_UNKNOWN

    house.announce_guests("4 Gäste")
    await _async_pass(hass, freezer, EVENING + timedelta(seconds=15))
    assert moment_of(hass, NEXT_START) < BREAKFAST
    people = state_of(hass, "number.home_people_expected")
    assert people.state == "6"
    assert people.attributes["today"] == 2
    assert people.attributes["guests"] == 4


async def test_automatic_carries_the_plan_out(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """The boiler is held back, runs in time for the morning and is held back again."""
    house.weather.cloud_cover_percent = 100
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    seen: dict[datetime, str | None] = {}
    decided: list[str] = []
    moment = EVENING.replace(minute=0, second=3)
    while moment < BREAKFAST + timedelta(hours=1):
        moment += timedelta(minutes=30)
        # The tank does what the plan expects of it.
        heat = _plan(entry).heat
        step = round(_plan(entry).grid.position(moment))
        upper_c, lower_c = heat.tank_upper_c[step], heat.tank_lower_c[step]
        house.set_tank(upper_c, (upper_c + lower_c) / 2, lower_c)
        await _async_pass(hass, freezer, moment)
        seen[moment] = house.relay.state
        decided.append({"run": "on", "hold": "off"}[_plan(entry).decision.action])
    assert list(seen.values()) == decided
    running = [when for when, state in seen.items() if state == "on"]
    assert running[-1] < BREAKFAST
    assert seen[max(seen)] == "off"
    assert house.relay.commands[0] == "off"
    assert state_of(hass, RELEASE).state == STATE_OFF
    assert state_of(hass, RELEASE).attributes["decided_by"] == "plan"


async def test_advise_carries_nothing_out(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """In advise mode the boiler is the owner's, also when its run is due."""
    house.weather.cloud_cover_percent = 100
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    due = _plan(entry).runs[0].start
    await _async_pass(hass, freezer, due + timedelta(seconds=3))
    await _async_pass(hass, freezer, due + timedelta(minutes=15, seconds=3))
    assert house.relay.commands == []
    assert house.relay.state == "auto"


async def test_advise_shows_and_touches_nothing(
    hass: HomeAssistant, house: House
) -> None:
    """In advise mode the release shows what the device does, not what is planned."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    assert _plan(entry).decision.action == "hold"
    assert state_of(hass, RELEASE).state == STATE_ON
    assert state_of(hass, RELEASE).attributes["decided_by"] == "device"
    house.relay.put("off")
    await hass.async_block_till_done()
    assert state_of(hass, RELEASE).state == STATE_OFF
    assert house.relay.commands == []
