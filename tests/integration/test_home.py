"""A home in Home Assistant: its life, its entities, its owner."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import threading
from typing import Any
from unittest.mock import Mock, patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.energy_manager import coordinator
from custom_components.energy_manager.const import DOMAIN, Mode
from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.planner.plan import Plan
from custom_components.energy_manager.engine.planner.problem import Problem
from custom_components.energy_manager.home import Home, async_give_back

from .house import EVENING, RELAY, ROLES, House, async_set_up, home_entry, state_of

RELEASE = "switch.home_boiler_release"
MODE = "select.home_mode"
PEOPLE = "number.home_people_expected"
REASON = "sensor.home_reason_of_the_decision"
NEXT_START = "sensor.home_next_boiler_start"
CALENDAR = "calendar.home_planned_boiler_runs"


def _home(entry: MockConfigEntry) -> Home:
    """Return a loaded home."""
    home = entry.runtime_data
    assert isinstance(home, Home)
    return home


async def _async_pass(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: timedelta
) -> None:
    """Let time pass."""
    freezer.tick(time)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done()


async def _async_call(
    hass: HomeAssistant, action: str, entity_id: str, **data: Any
) -> None:
    """Do what the owner does on a page."""
    domain, name = action.split(".")
    await hass.services.async_call(
        domain, name, {"entity_id": entity_id, **data}, blocking=True
    )
    await hass.async_block_till_done()


async def test_entities(
    hass: HomeAssistant, house: House, entity_registry: er.EntityRegistry
) -> None:
    """A home starts in advise mode with all its entities, each with a class or icon."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {entity.entity_id for entity in entities} == {
        RELEASE,
        MODE,
        PEOPLE,
        REASON,
        NEXT_START,
        CALENDAR,
        "sensor.home_planned_solar_heat",
        "sensor.home_planned_boiler_heat",
        "sensor.home_usable_heat",
        "sensor.home_heat_in_the_tank",
        "sensor.home_temperature_the_heating_finds_at_least",
        "sensor.home_hot_water_drawn_today",
        "sensor.home_heat_in_hot_water_drawn_today",
    }
    assert state_of(hass, MODE).state == "advise"
    assert state_of(hass, PEOPLE).state == "2"
    solar = state_of(hass, "sensor.home_planned_solar_heat")
    assert float(solar.state) > 10
    assert solar.attributes["unit_of_measurement"] == "kWh"
    assert state_of(hass, "sensor.home_planned_boiler_heat").state == "0.0"
    usable = state_of(hass, "sensor.home_usable_heat")
    assert 0 < float(usable.state) < 30
    assert usable.attributes["device_class"] == "energy_storage"
    assert state_of(hass, REASON).attributes["parameters"]["solar_kwh"] > 5


async def test_reasons_in_the_language_of_home_assistant(
    hass: HomeAssistant, house: House
) -> None:
    """The reason is told in the language that Home Assistant speaks."""
    hass.config.language = "de"
    await async_set_up(hass, home_entry(hass))
    [state] = [
        state for state in hass.states.async_all("sensor") if "code" in state.attributes
    ]
    assert "Sonne" in state.state
    assert "{" not in state.attributes["text"]


async def test_planned_runs_are_in_the_calendar(
    hass: HomeAssistant, house: House
) -> None:
    """The calendar shows runs with their reasons, also to other integrations."""
    house.weather.cloud_cover_percent = 100
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    plan = _home(entry).plan
    assert isinstance(plan, Plan)
    answer: Any = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": CALENDAR, "duration": {"hours": 48}},
        blocking=True,
        return_response=True,
    )
    events = answer[CALENDAR]["events"]
    assert len(events) == len(plan.runs) > 0
    assert dt_util.parse_datetime(events[0]["start"]) == plan.runs[0].start
    assert events[0]["summary"].startswith("Boiler run (")
    assert "boiler" in events[0]["description"]
    assert state_of(hass, CALENDAR).state == STATE_OFF


async def test_boiler_release_by_hand(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """What the owner switches holds six hours, also in advise mode, then ends."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    await _async_call(hass, "switch.turn_on", RELEASE)
    # Released is not made to run: the boiler's own thermostat decides.
    assert house.relay.state == "auto"
    state = state_of(hass, RELEASE)
    assert state.state == STATE_ON
    assert state.attributes["decided_by"] == "owner"
    until = EVENING + timedelta(hours=6)
    assert dt_util.parse_datetime(state.attributes["set_until"]) == until

    await _async_call(hass, "switch.turn_off", RELEASE)
    assert house.relay.state == "off"
    assert state_of(hass, RELEASE).state == STATE_OFF

    await _async_pass(hass, freezer, timedelta(hours=5, minutes=59))
    assert house.relay.state == "off"
    await _async_pass(hass, freezer, timedelta(minutes=2))
    assert house.relay.state == "auto"
    assert state_of(hass, RELEASE).attributes["decided_by"] == "device"
    assert house.relay.commands == ["off", "auto"]


async def _async_turn_relay(hass: HomeAssistant, option: str) -> None:
    """Turn the boiler's relay by hand."""
    await hass.services.async_call(
        "select", "select_option", {"entity_id": RELAY, "option": option}, blocking=True
    )
    await hass.async_block_till_done()


async def test_hand_on_the_device_itself(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """In automatic mode a hand on the device is not fought, for six hours."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    assert house.relay.state == "off"
    await _async_turn_relay(hass, "on")
    await _async_pass(hass, freezer, timedelta(minutes=5))
    assert house.relay.state == "on"
    assert state_of(hass, RELEASE).state == STATE_ON
    assert state_of(hass, RELEASE).attributes["decided_by"] == "owner"
    await _async_turn_relay(hass, "off")
    await _async_pass(hass, freezer, timedelta(minutes=5))
    assert state_of(hass, RELEASE).state == STATE_OFF
    assert state_of(hass, RELEASE).attributes["decided_by"] == "owner"
    # Choosing a mode ends it.
    await _async_call(hass, "select.select_option", MODE, option="automatic")
    assert state_of(hass, RELEASE).attributes["decided_by"] == "plan"


async def test_automatic_chosen_on_the_device_itself(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """Who sets the device to its automatic has released the boiler."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    assert house.relay.state == "off"
    await _async_turn_relay(hass, "auto")
    await _async_pass(hass, freezer, timedelta(minutes=5))
    assert house.relay.state == "auto"
    assert state_of(hass, RELEASE).attributes["decided_by"] == "owner"
    await _async_pass(hass, freezer, timedelta(hours=6))
    assert state_of(hass, RELEASE).attributes["decided_by"] != "owner"


async def test_device_is_given_back_before_its_entry_goes(
    hass: HomeAssistant, house: House
) -> None:
    """A device link that is unloaded leaves no device in our hands."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    assert house.relay.state == "off"
    link = MockConfigEntry(domain=DOMAIN)
    with patch.object(
        er,
        "async_entries_for_config_entry",
        return_value=[Mock(entity_id=RELAY)],
    ):
        await async_give_back(hass, link)
    assert house.relay.state == "auto"
    assert _home(entry).memory.leases == {}


async def test_modes(hass: HomeAssistant, house: House) -> None:
    """Automatic takes the boiler, advise and off give it back, off plans nothing."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    await _async_call(hass, "select.select_option", MODE, option="automatic")
    assert house.relay.state == "off"
    await _async_call(hass, "select.select_option", MODE, option="advise")
    assert house.relay.state == "auto"
    await _async_call(hass, "select.select_option", MODE, option="automatic")
    await _async_call(hass, "select.select_option", MODE, option="off")
    assert house.relay.state == "auto"
    assert state_of(hass, REASON).state == STATE_UNKNOWN
    assert state_of(hass, NEXT_START).state == STATE_UNKNOWN
    with pytest.raises(ServiceValidationError):
        await _async_call(hass, "switch.turn_on", RELEASE)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(DOMAIN, "plan", blocking=True)
    assert house.relay.commands == ["off", "auto", "off", "auto"]


async def test_people_by_hand(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """A number set by hand is planned with at once and ends after tomorrow."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    await _async_call(hass, "number.set_value", PEOPLE, value=6)
    await _async_pass(hass, freezer, timedelta(seconds=5))
    state = state_of(hass, PEOPLE)
    assert state.state == "6"
    until = datetime(2026, 6, 19, 22, 0, tzinfo=UTC)
    assert dt_util.parse_datetime(state.attributes["set_until"]) == until
    planned = _home(entry).coordinator.data
    assert planned is not None
    assert [day.persons for day in planned.problem.people] == [6, 6, 2, 2]

    # The number that would be reckoned with anyway ends it.
    await _async_call(hass, "number.set_value", PEOPLE, value=2)
    assert state_of(hass, PEOPLE).attributes["set_until"] is None

    await _async_call(hass, "number.set_value", PEOPLE, value=0)
    assert state_of(hass, PEOPLE).state == "0"
    house.set_tank(60, 60, 60)
    freezer.move_to(until)
    async_fire_time_changed(hass, until)
    await hass.async_block_till_done()
    assert state_of(hass, PEOPLE).state == "2"


async def test_restart_goes_on_where_it_was(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """Mode and what was set by hand survive; the device is taken and given back."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    await _async_call(hass, "select.select_option", MODE, option="automatic")
    await _async_call(hass, "number.set_value", PEOPLE, value=5)
    assert house.relay.state == "off"
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert house.relay.state == "auto"
    assert state_of(hass, MODE).state == STATE_UNAVAILABLE
    await async_set_up(hass, entry)
    assert state_of(hass, MODE).state == "automatic"
    assert state_of(hass, PEOPLE).state == "5"
    # Taken again: whether to run or to wait is the plan's matter.
    assert house.relay.state in ("on", "off")


async def test_stop_of_home_assistant_gives_the_boiler_back(
    hass: HomeAssistant, house: House
) -> None:
    """Nothing stays in manual operation while Home Assistant is down."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    assert house.relay.state == "off"
    await house.calendar.async_remove()
    await house.weather.async_remove()
    relay = house.relay
    await hass.async_stop(force=True)
    assert hass.state is CoreState.stopped
    assert relay.state == "auto"


async def test_removal(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """A removed home gives its boiler back and leaves nothing behind."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    assert f"energy_manager.home.{entry.entry_id}" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert house.relay.state == "auto"
    assert f"energy_manager.home.{entry.entry_id}" not in hass_storage
    assert not hass.states.async_all("number")
    assert "energy-manager" not in hass.data["frontend_panels"]


async def test_removal_with_a_device_out_of_reach(
    hass: HomeAssistant, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be given back is said."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    house.relay.write_error = HomeAssistantError("no bus")
    await hass.config_entries.async_remove(entry.entry_id)
    assert f"{RELAY} could not be set back to auto" in caplog.text


async def test_change_while_a_plan_is_made(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, house: House
) -> None:
    """What changes while a plan is being made is planned for next, not forgotten."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    home = _home(entry)
    began, go_on = threading.Event(), threading.Event()
    make_plan = coordinator._make_plan

    def wait(inputs: coordinator.PlanningInputs) -> tuple[Problem, Plan]:
        began.set()
        assert go_on.wait(10)
        return make_plan(inputs)

    before = dt_util.utcnow()
    with patch.object(coordinator, "_make_plan", wait):
        home.plan_now()
        assert await hass.async_add_executor_job(began.wait, 10)
        home.request_plan()
        freezer.tick(timedelta(seconds=5))
        async_fire_time_changed(hass, dt_util.utcnow())
        await asyncio.sleep(0)
        go_on.set()
        await hass.async_block_till_done()
    plan = home.plan
    assert plan is not None
    assert plan.created == before + timedelta(seconds=5)


async def test_unloading_while_a_plan_is_made(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    house: House,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A plan that fails when its home is gone is nobody's trouble."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    began, go_on = threading.Event(), threading.Event()

    def fail(_inputs: coordinator.PlanningInputs) -> tuple[Problem, Plan]:
        began.set()
        assert go_on.wait(10)
        raise InputError("grid", "gone")

    with patch.object(coordinator, "_make_plan", fail):
        _home(entry).request_plan()
        freezer.tick(timedelta(seconds=5))
        async_fire_time_changed(hass, dt_util.utcnow())
        await asyncio.sleep(0)
        assert await hass.async_add_executor_job(began.wait, 10)
        assert await hass.config_entries.async_unload(entry.entry_id)
        go_on.set()
        await hass.async_block_till_done()
    assert "No new plan" not in caplog.text


async def test_failing_weather(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The last forecast serves for half a day, then the boiler is left alone."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    first = _home(entry).plan
    house.weather._attr_available = False
    house.weather.async_write_ha_state()
    for _ in range(2):
        await _async_pass(hass, freezer, timedelta(minutes=15))
        house.set_tank(52, 39, 22)
    second = _home(entry).plan
    assert second is not None
    assert second is not first
    assert caplog.text.count("No new weather for plan of Home") == 1

    await _async_pass(hass, freezer, timedelta(hours=13))
    await _async_pass(hass, freezer, timedelta(minutes=15))
    assert _home(entry).plan is None
    assert state_of(hass, REASON).state == STATE_UNAVAILABLE
    assert state_of(hass, MODE).state == "automatic"
    assert house.relay.state == "auto"

    house.weather._attr_available = True
    house.weather.async_write_ha_state()
    await _async_pass(hass, freezer, timedelta(seconds=5))
    assert state_of(hass, REASON).state != STATE_UNAVAILABLE
    assert "weather for plan of Home is back" in caplog.text


async def test_failing_solver(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A plan that fails leaves the last one in force for two hours, told once."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    plan = _home(entry).plan
    with patch(
        "custom_components.energy_manager.planning.solve",
        side_effect=InputError("grid", "must be other"),
    ):
        for _ in range(3):
            await _async_pass(hass, freezer, timedelta(minutes=15))
        assert _home(entry).plan is plan
        assert house.relay.state == "off"
        assert caplog.text.count("No new plan for plan of Home") == 1
        with pytest.raises(HomeAssistantError):
            await hass.services.async_call(DOMAIN, "plan", blocking=True)
        await _async_pass(hass, freezer, timedelta(hours=2))
        await _async_pass(hass, freezer, timedelta(minutes=15))
        assert _home(entry).plan is None
        assert house.relay.state == "auto"
    await _async_pass(hass, freezer, timedelta(minutes=15))
    assert _home(entry).plan is not None


async def test_failing_calendar_is_passed_over(
    hass: HomeAssistant, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the calendar's guests there is still a plan."""
    entry = home_entry(hass)
    with patch.object(
        house.calendar, "async_get_events", side_effect=HomeAssistantError("offline")
    ):
        await async_set_up(hass, entry)
    assert _home(entry).plan is not None
    assert "No new calendar for plan of Home" in caplog.text


async def test_boiler_is_watched(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """Only a start or a stop that was seen tells since when the boiler is so."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    boiler = ROLES["boiler_running"]
    assert isinstance(boiler, str)
    coordinator = _home(entry).coordinator
    for state in (STATE_UNAVAILABLE, STATE_OFF, STATE_UNKNOWN, STATE_OFF):
        hass.states.async_set(boiler, state)
    await hass.async_block_till_done()
    assert coordinator.boiler_since is None
    freezer.tick(60)
    hass.states.async_set(boiler, STATE_ON)
    await hass.async_block_till_done()
    assert coordinator.boiler_since == dt_util.utcnow()


async def test_tank_that_becomes_known_is_planned_for(
    hass: HomeAssistant, house: House
) -> None:
    """A plan that was made before the probes spoke does not stay."""
    for probe in ("top", "middle", "bottom"):
        house.set(f"sensor.tank_{probe}", STATE_UNKNOWN, "°C")
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    first = _home(entry).plan
    assert first is not None
    assert first.decision.action == "allow"
    house.set_tank(51, 39, 22)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=5))
    await hass.async_block_till_done()
    second = _home(entry).plan
    assert second is not None
    assert second.decision.action == "hold"


async def test_tank_that_surprises_is_planned_for(
    hass: HomeAssistant, house: House
) -> None:
    """A tank that cools much faster than planned makes a new plan."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    first = _home(entry).plan
    house.set_tank(51, 39, 22)
    await hass.async_block_till_done()
    assert not _home(entry).coordinator.tank_surprises()
    house.set_tank(43, 39, 22)
    assert _home(entry).coordinator.tank_surprises()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=5))
    await hass.async_block_till_done()
    assert _home(entry).plan is not first


async def test_missing_and_unavailable_entities_are_told(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Repairs name what is gone or has been unavailable for long, until it is back."""
    house.set("sensor.battery", STATE_UNAVAILABLE)
    entry = home_entry(hass, collector="sensor.nowhere")
    await async_set_up(hass, entry)
    assert [key for _, key in issue_registry.issues] == [
        f"role_missing_{entry.entry_id}_collector_sensor.nowhere"
    ]
    await _async_pass(hass, freezer, timedelta(minutes=31))
    await _async_pass(hass, freezer, timedelta(minutes=15))
    assert {issue.translation_key for issue in issue_registry.issues.values()} == {
        "role_missing",
        "role_unavailable",
    }
    house.set("sensor.battery", "50", "%")
    house.set("sensor.nowhere", "20", "°C")
    await _async_pass(hass, freezer, timedelta(minutes=15))
    assert not issue_registry.issues
    hass.states.async_remove("sensor.nowhere")
    await _async_pass(hass, freezer, timedelta(minutes=15))
    assert len(issue_registry.issues) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not issue_registry.issues


async def test_action_plan(hass: HomeAssistant, house: House) -> None:
    """The action plans anew and returns the plan."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            DOMAIN, "plan", {"config_entry": "other"}, blocking=True
        )
    before = _home(entry).plan
    await hass.services.async_call(DOMAIN, "plan", blocking=True)
    assert _home(entry).plan is not before
    answer: Any = await hass.services.async_call(
        DOMAIN,
        "plan",
        {"config_entry": entry.entry_id},
        blocking=True,
        return_response=True,
    )
    assert Plan.from_json(answer["plan"]).decision.action == "hold"
    assert "sun" in answer["reason_text"]


async def test_two_homes(hass: HomeAssistant, house: House) -> None:
    """Beside an own home there may be a demo house's; actions must name one."""
    await async_set_up(hass, home_entry(hass))
    demo = MockConfigEntry(
        domain=DOMAIN,
        title="Demo house",
        unique_id="home_demo",
        data={"kind": "home", "demo_entry_id": "demo"},
        options={**hass.config_entries.async_entries(DOMAIN)[0].options},
    )
    demo.add_to_hass(hass)
    await async_set_up(hass, demo)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(DOMAIN, "plan", blocking=True)
    assert "energy-manager" in hass.data["frontend_panels"]
    assert await hass.config_entries.async_unload(demo.entry_id)
    assert "energy-manager" in hass.data["frontend_panels"]
    assert demo.state is ConfigEntryState.NOT_LOADED


# Home Assistant's own web server warns of itself.
@pytest.mark.filterwarnings("ignore:It is recommended to use web.RequestKey")
async def test_page_follows_the_plan(
    hass: HomeAssistant,
    house: House,
    hass_ws_client: WebSocketGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The page gets the plan, its words in its own language and every change."""
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "energy_manager/subscribe_plan", "entry_id": "other"}
    )
    answer = await client.receive_json()
    assert answer["error"]["code"] == "not_found"

    await client.send_json_auto_id(
        {"type": "energy_manager/subscribe_plan", "language": "fr"}
    )
    assert (await client.receive_json(timeout=60))["success"]
    event = (await client.receive_json(timeout=60))["event"]
    assert event["title"] == "Home"
    assert event["mode"] == "advise"
    assert "soleil" in event["reason_text"]
    assert event["roles"]["people"] == ["person.anna", "person.ben"]
    assert event["roles"]["boiler_release"] == RELAY
    assert event["entities"]["decision_reason"] == REASON
    assert len(event["run_texts"]) == len(event["plan"]["runs"])
    assert Plan.from_json(event["plan"]) == _home(entry).plan
    await _async_call(hass, "select.select_option", MODE, option="off")
    while event["mode"] != "off" or event["plan"] is not None:
        event = (await client.receive_json(timeout=60))["event"]
    assert event["reason_text"] is None

    # After a change of the options the home is another one; the page goes on.
    await hass.config_entries.async_reload(entry.entry_id)
    await _async_call(hass, "select.select_option", MODE, option="advise")
    await _async_pass(hass, freezer, timedelta(seconds=5))
    while event["plan"] is None:
        event = (await client.receive_json(timeout=60))["event"]
    assert event["mode"] == "advise"


async def test_starting_home_assistant(hass: HomeAssistant, house: House) -> None:
    """While Home Assistant starts, entities may be missing: nothing is planned yet."""
    hass.set_state(CoreState.starting)
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    assert _home(entry).plan is None
    assert not ir.async_get(hass).issues
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done()
    assert _home(entry).plan is not None


@pytest.mark.parametrize(
    "evening",
    [
        datetime(2026, 3, 28, 19, 7, tzinfo=UTC),
        datetime(2026, 10, 24, 18, 7, tzinfo=UTC),
    ],
)
async def test_clock_changes(
    hass: HomeAssistant,
    house: House,
    freezer: FrozenDateTimeFactory,
    evening: datetime,
) -> None:
    """On the evening before a clock change the plan covers 48 hours by any clock."""
    freezer.move_to(evening)
    house.set_tank(52, 39, 22)
    house.announce_guests("Guests 4")
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    planned = _home(entry).coordinator.data
    assert planned is not None
    grid = planned.plan.grid
    assert grid.end - grid.start == timedelta(hours=48)
    starts = [day.start for day in planned.problem.people]
    assert len({after - before for before, after in pairwise(starts)}) == 2
    assert [day.persons for day in planned.problem.people] == [2, 6, 2, 2]
    # The day with the clock change has its showers once, at the same hour.
    assert sum(planned.problem.demand.hot_water_kwh) > 5
