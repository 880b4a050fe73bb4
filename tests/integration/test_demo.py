"""The demo house as a whole: real sockets, real terminals, nothing left behind."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
import logging
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun import freeze_time
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_DEVICE, CONF_PORT, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.energy_manager.const import (
    CONF_DEMO_ENTRY,
    CONF_KIND,
    CONF_MADE,
    CONF_ROLES,
    CONF_TIME_FACTOR,
    CONF_WEATHER,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.demo import DemoHouse
from custom_components.energy_manager.demo_children import (
    BUS,
    HOME,
    ROLE_KEYS,
    children,
)
from custom_components.energy_manager.demo_devices import (
    BATTERY,
    INVERTER,
    LOOPBACK,
    MPPT,
)
from custom_components.energy_manager.engine.errors import SolverError
from custom_components.energy_manager.flow_demo import CONF_TANK
from custom_components.energy_manager.roles import Role

from .conftest import async_until as until

pytestmark = pytest.mark.usefixtures("socket_enabled")

MADE = [BUS, MPPT, INVERTER, BATTERY, HOME]

MORNING = datetime(2026, 1, 13, 16, 20, tzinfo=UTC)
"""In winter, when the sun has made no tank hot, and far from the next hour: neither
the season nor an hour that ends under a test may decide."""


def complete(entry: ConfigEntry) -> bool:
    """Return whether the house has made all its entries and their past."""
    return (
        entry.state is ConfigEntryState.LOADED
        and entry.data.get(CONF_MADE) == MADE
        and bool(entry.runtime_data.statistics)
    )


async def add_demo(hass: HomeAssistant) -> ConfigEntry:
    """Click once on the demo house and wait until it is furnished."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": EntryKind.DEMO}
    )
    entry: ConfigEntry = result["result"]
    await until(lambda: complete(entry))
    return entry


@pytest.fixture
async def config_folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Keep what the demo house writes out of the shared test configuration."""
    hass.config.config_dir = str(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def quiet_recorder() -> None:
    """Keep the recorder from telling every statement, which takes its time."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@pytest.fixture
def past() -> timedelta:
    """Return how far back the past goes: short, where it does not matter."""
    return timedelta(hours=6)


@pytest.fixture
async def demo(
    hass: HomeAssistant, config_folder: Path, past: timedelta
) -> AsyncGenerator[ConfigEntry]:
    """A furnished demo house, removed in the end."""
    # The plan is tested elsewhere, and the solver takes its time.
    no_plan = SolverError("not under test")
    with (
        freeze_time(MORNING, tick=True),
        patch("custom_components.energy_manager.demo.PAST", past),
        patch("custom_components.energy_manager.demo.SECOND_S", 0.25),
        patch(
            "custom_components.energy_manager.coordinator._make_plan",
            side_effect=no_plan,
        ),
    ):
        entry = await add_demo(hass)
        yield entry
        if hass.config_entries.async_get_entry(entry.entry_id) is not None:
            await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()


def role_entity(hass: HomeAssistant, demo: ConfigEntry, role: Role) -> str:
    """Return the entity that plays a role in the demo's home."""
    home = next(
        child
        for child in children(hass, demo.entry_id)
        if child.data[CONF_KIND] == EntryKind.HOME
    )
    entity_id: str = home.options[CONF_ROLES][role]
    return entity_id


def number(hass: HomeAssistant, entity_id: str) -> float:
    """Return what a sensor shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return float(state.state)


async def select(hass: HomeAssistant, entity_id: str, option: str) -> None:
    """Choose an option of a select."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id, "option": option},
        blocking=True,
    )


async def set_options(hass: HomeAssistant, demo: ConfigEntry, **options: Any) -> None:
    """Go through the options of the demo house."""
    result = await hass.config_entries.options.async_init(demo.entry_id)
    await hass.config_entries.options.async_configure(
        result["flow_id"],
        {CONF_WEATHER: "as_usual", CONF_TIME_FACTOR: 1, **options},
    )
    await hass.async_block_till_done()


async def forecast(hass: HomeAssistant, entity_id: str) -> list[dict[str, Any]]:
    """Return the hourly forecast of a weather entity."""
    answer = await hass.services.async_call(
        "weather",
        "get_forecasts",
        {"entity_id": entity_id, "type": "hourly"},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: list[dict[str, Any]] = answer[entity_id]["forecast"]  # type: ignore[index, call-overload, assignment]
    return found


async def test_everything_appears(hass: HomeAssistant, demo: ConfigEntry) -> None:
    """One click makes five entries whose entities show the house."""
    made = children(hass, demo.entry_id)
    assert len(made) == 5
    assert all(child.state is ConfigEntryState.LOADED for child in made)
    assert {entry.data[CONF_KIND] for entry in made} == {
        EntryKind.VBUS,
        EntryKind.VEDIRECT,
        EntryKind.HOME,
    }
    roles = made[0].options[CONF_ROLES]
    assert set(ROLE_KEYS) <= set(roles)

    house: DemoHouse = demo.runtime_data
    flows = house.world.flows
    for role, value in (
        (Role.TANK_TOP, flows.tank_top_c),
        (Role.TANK_MIDDLE, flows.tank_middle_c),
        (Role.TANK_BOTTOM, flows.tank_bottom_c),
    ):
        assert number(hass, roles[role]) == pytest.approx(value, abs=1.0)
    state = hass.states.get(roles[Role.TANK_TOP])
    assert state is not None
    assert state.name.endswith("Tank top")
    registry = er.async_get(hass)
    for role in ROLE_KEYS:
        entity = registry.async_get(roles[role])
        assert entity is not None
        assert entity.platform == DOMAIN


async def test_written_relay_moves_the_boiler(
    hass: HomeAssistant, demo: ConfigEntry
) -> None:
    """The boiler follows the relay that Home Assistant sets, and the tank follows it."""
    relay = role_entity(hass, demo, Role.BOILER_RELEASE)
    running = role_entity(hass, demo, Role.BOILER_RUNNING)
    top = role_entity(hass, demo, Role.TANK_TOP)
    house: DemoHouse = demo.runtime_data

    await set_options(hass, demo, **{CONF_TANK: 30, CONF_TIME_FACTOR: 60})
    await until(lambda: number(hass, top) < 45)
    await select(hass, relay, "off")
    await until(lambda: not house.world.flows.boiler_on)
    await until(lambda: number(hass, running) == 0)

    cold = number(hass, top)
    await select(hass, relay, "on")
    await until(lambda: house.world.flows.boiler_on)
    await until(lambda: number(hass, running) == 100)
    await until(lambda: number(hass, top) > cold + 5)


async def test_weather_changes_house_and_forecast(
    hass: HomeAssistant, demo: ConfigEntry
) -> None:
    """The owner's choice of the weather takes effect at once."""
    weather = role_entity(hass, demo, Role.WEATHER)
    registry = er.async_get(hass)
    chooser = registry.async_get_entity_id(
        "select", DOMAIN, f"{demo.entry_id}_weather_select"
    )
    assert chooser is not None

    await select(hass, chooser, "overcast")
    await hass.async_block_till_done()
    covered = await forecast(hass, weather)
    assert len(covered) == 72
    assert min(hour["cloud_coverage"] for hour in covered) > 90
    state = hass.states.get(weather)
    assert state is not None
    assert state.attributes["cloud_coverage"] > 90
    assert {hour["condition"] for hour in covered} <= {"cloudy", "rainy", "snowy"}
    assert sum(hour["precipitation"] for hour in covered) > 0

    await select(hass, chooser, "sunny")
    await hass.async_block_till_done()
    clear = await forecast(hass, weather)
    assert max(hour["cloud_coverage"] for hour in clear) < 20
    assert {hour["condition"] for hour in clear} == {"sunny", "clear-night"}
    assert demo.options[CONF_WEATHER] == "sunny"
    state = hass.states.get(chooser)
    assert state is not None
    assert state.state == "sunny"
    first = dt_util.parse_datetime(clear[0]["datetime"])
    assert first is not None
    assert abs(first - dt_util.utcnow()) <= timedelta(hours=1)

    house: DemoHouse = demo.runtime_data
    noon = dt_util.now().replace(hour=12).timestamp()
    house.world.clock_s = noon
    assert house.world.weather_now().cloud_cover < 0.2


async def test_people_at_home_count(hass: HomeAssistant, demo: ConfigEntry) -> None:
    """Hot water is drawn for those who are there."""
    house: DemoHouse = demo.runtime_data
    assert house.people == 2
    hass.states.async_set("person.one", "home")
    hass.states.async_set("person.two", "not_home")
    hass.states.async_set("person.three", "unknown")
    assert house.people == 2
    hass.states.async_set("person.two", "home")
    assert house.people == 3
    await until(lambda: house.world.surroundings.people == 3)


@pytest.mark.parametrize("past", [timedelta(days=14)])
async def test_past_is_there_once(
    hass: HomeAssistant, demo: ConfigEntry, past: timedelta
) -> None:
    """Two weeks of hourly statistics make charts that are not empty."""
    await async_wait_recording_done(hass)
    top = role_entity(hass, demo, Role.TANK_TOP)
    house: DemoHouse = demo.runtime_data
    heat = next(name for name in house.statistics if name.endswith("heat_quantity"))
    now = dt_util.utcnow()
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        now - timedelta(days=15),
        None,
        {top, heat},
        "hour",
        None,
        {"mean", "min", "max", "state", "sum"},
    )
    hours = past / timedelta(hours=1)
    assert hours - 1 <= len(rows[top]) <= hours + 1
    for row in rows[top]:
        assert row["min"] is not None
        assert row["min"] <= row["mean"] <= row["max"]  # type: ignore[operator]
        assert 10 < row["mean"] < 95  # type: ignore[operator]
    assert now.timestamp() - rows[top][-1]["end"] < 3600
    sums = [row["sum"] for row in rows[heat]]
    assert sums == sorted(sums)  # type: ignore[type-var]
    assert sums[-1] == 0
    assert rows[heat][-1]["state"] - rows[heat][0]["state"] == pytest.approx(  # type: ignore[operator]
        -sums[0],  # type: ignore[operator]
        rel=1e-6,
    )


async def test_removal_leaves_nothing(
    hass: HomeAssistant,
    demo: ConfigEntry,
    config_folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No entry, device, entity, socket, link or file remains, and no complaint."""
    port = demo.data[CONF_PORT]
    caplog.clear()
    assert await hass.config_entries.async_remove(demo.entry_id) == {
        "require_restart": False
    }
    await hass.async_block_till_done()
    assert hass.config_entries.async_entries(DOMAIN) == []
    assert not [
        entity
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN
    ]
    assert not [
        device
        for device in dr.async_get(hass).devices
        if any(owner == DOMAIN for owner, _ in device.identifiers)
    ]
    assert not (config_folder / DOMAIN).exists()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(LOOPBACK, port)
    assert not [
        record
        for record in caplog.records
        if record.levelno >= logging.WARNING and DOMAIN in record.name
    ]


async def test_child_removed_by_hand_stays_away(
    hass: HomeAssistant, demo: ConfigEntry
) -> None:
    """The house makes each entry once; port and links stay the same."""
    battery = next(
        child
        for child in children(hass, demo.entry_id)
        if child.data.get(CONF_DEVICE, "").endswith(BATTERY)
    )
    await hass.config_entries.async_remove(battery.entry_id)
    port = demo.data[CONF_PORT]
    relay = role_entity(hass, demo, Role.BOILER_RELEASE)
    await select(hass, relay, "off")

    demo.runtime_data.world.fill_tank(77)
    assert await hass.config_entries.async_reload(demo.entry_id)
    await until(lambda: complete(demo))
    await until(
        lambda: all(
            child.state is ConfigEntryState.LOADED
            for child in children(hass, demo.entry_id)
        )
    )
    assert len(children(hass, demo.entry_id)) == 4
    assert demo.data[CONF_PORT] == port
    house: DemoHouse = demo.runtime_data
    # A manual mode is lent: unloading gave the relay back to the controller.
    assert house.devices.controller.relay_modes[3] == 2
    assert house.world.flows.tank_middle_c == pytest.approx(77, abs=2)
    await until(
        lambda: (state := hass.states.get(relay)) is not None and state.state == "auto"
    )


async def test_port_taken_meanwhile(hass: HomeAssistant, demo: ConfigEntry) -> None:
    """If another program has taken the port, the bus entry follows to a new one."""
    port = demo.data[CONF_PORT]
    assert await hass.config_entries.async_unload(demo.entry_id)
    other = await asyncio.start_server(lambda reader, writer: None, LOOPBACK, port)
    assert await hass.config_entries.async_setup(demo.entry_id)
    assert demo.data[CONF_PORT] != port
    bus = next(
        child
        for child in children(hass, demo.entry_id)
        if child.data[CONF_KIND] == EntryKind.VBUS
    )
    assert bus.data[CONF_PORT] == demo.data[CONF_PORT]
    await until(lambda: bus.state is ConfigEntryState.LOADED)
    top = role_entity(hass, demo, Role.TANK_TOP)
    await until(
        lambda: (
            (state := hass.states.get(top)) is not None
            and state.state != STATE_UNAVAILABLE
        )
    )
    other.close()
    await other.wait_closed()


async def test_child_without_house_is_not_ready(hass: HomeAssistant) -> None:
    """A device of a demo house that is gone waits quietly."""
    child = MockConfigEntry(
        domain=DOMAIN,
        data={
            CONF_KIND: EntryKind.VEDIRECT,
            CONF_DEVICE: "/nowhere",
            CONF_DEMO_ENTRY: "gone",
        },
    )
    child.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(child.entry_id)
    assert child.state is ConfigEntryState.SETUP_RETRY
    assert child.error_reason_translation_key == "demo_not_running"


@pytest.mark.parametrize("pause", [timedelta(hours=1), timedelta(days=3), None])
async def test_house_after_a_pause(
    hass: HomeAssistant,
    demo: ConfigEntry,
    hass_storage: dict[str, Any],
    pause: timedelta | None,
) -> None:
    """A short pause is caught up, a long one only keeps counters and settings."""
    demo.runtime_data.devices.inverter.feed(b":80002000546\n")
    assert await hass.config_entries.async_unload(demo.entry_id)
    saved = hass_storage[f"{DOMAIN}.demo.{demo.entry_id}"]["data"]
    heat_wh = saved["world"]["state"]["heat_total_wh"]
    if pause is None:
        # Another version has saved the house in another form.
        del saved["world"]["state"]
    else:
        saved["world"]["clock_s"] -= pause.total_seconds()
        saved["world"]["state"]["tank_c"] = [88.0] * len(
            saved["world"]["state"]["tank_c"]
        )
    assert await hass.config_entries.async_setup(demo.entry_id)
    assert demo.runtime_data.devices.inverter.mode == 5
    world = demo.runtime_data.world
    assert abs(world.clock_s - dt_util.utcnow().timestamp()) < 60
    if pause is not None:
        assert (world.flows.tank_middle_c > 80) == (pause < timedelta(hours=2))
        assert world.state.heat_total_wh == pytest.approx(heat_wh, rel=1e-3)
