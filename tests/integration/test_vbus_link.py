"""VBus adapters over real TCP: reading, losing and finding them, writing."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.select import (
    ATTR_OPTION,
    DOMAIN as SELECT_DOMAIN,
    SERVICE_SELECT_OPTION,
)
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.energy_manager.const import (
    CONF_CONTROLLERS,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.engine.vbus import Packet, encode, session
from custom_components.energy_manager.vbus_packets import PacketKey
from custom_components.energy_manager.vbus_specification import (
    ISSUE_DAMAGED,
    SPECIFICATION_FILE,
)

from .conftest import PASSWORD, Clock, EmulatedAdapter, async_until, entities_of

MEASUREMENTS = "00_0010_7112_10_0100"
HEAT_METER = "00_0010_7131_10_0100"
PACKET = PacketKey(0x0010, 0x7112, 0x0100)
IDENTITY = "0011223344556677"


def entry_for(adapter: EmulatedAdapter, *, control: bool = False) -> MockConfigEntry:
    """Return the config entry of an emulated adapter."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Solar controller",
        unique_id=IDENTITY,
        data={
            CONF_KIND: EntryKind.VBUS.value,
            CONF_HOST: "127.0.0.1",
            CONF_PORT: adapter.port,
            CONF_PASSWORD: PASSWORD,
        },
        options={CONF_CONTROLLERS: ["7112"] if control else []},
    )


def entity_id(hass: HomeAssistant, platform: Platform, key: str) -> str:
    """Return the entity of a value on the bus."""
    found = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{IDENTITY}_{key}"
    )
    assert found is not None
    return found


def state_of(hass: HomeAssistant, platform: Platform, key: str) -> str | None:
    """Return the state of a value on the bus, None if there is none yet."""
    found = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{IDENTITY}_{key}"
    )
    state = None if found is None else hass.states.get(found)
    return None if state is None else state.state


async def async_set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up and wait until the controller is known."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(
        lambda: state_of(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0") is not None
    )
    await hass.async_block_till_done()


@pytest.fixture
async def entry(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> MockConfigEntry:
    """An adapter that is set up, read only."""
    entry = entry_for(speaking_adapter)
    await async_set_up(hass, entry)
    return entry


@pytest.fixture
async def controlled(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> MockConfigEntry:
    """An adapter that is set up and may be written to."""
    entry = entry_for(speaking_adapter, control=True)
    await async_set_up(hass, entry)
    await async_until(
        lambda: state_of(hass, Platform.SELECT, "7112_relay_3_mode") == "auto"
    )
    return entry


async def test_sensors_show_what_is_on_the_bus(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Readings have the unit and class of the specification."""
    collector = hass.states.get(
        entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0")
    )
    assert collector is not None
    assert collector.state == "71.5"
    assert collector.name.endswith("Temperature sensor 1")
    assert collector.attributes["device_class"] == "temperature"
    assert collector.attributes["state_class"] == "measurement"
    assert collector.attributes["unit_of_measurement"] == "°C"

    pump = hass.states.get(entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_040_1_0"))
    assert pump is not None
    assert pump.state == "80"
    assert "device_class" not in pump.attributes
    assert pump.attributes["unit_of_measurement"] == "%"

    heat = hass.states.get(entity_id(hass, Platform.SENSOR, f"{HEAT_METER}_000_4_0"))
    assert heat is not None
    assert heat.state == "1234567"
    assert heat.attributes["device_class"] == "energy"
    assert heat.attributes["state_class"] == "total_increasing"
    assert state_of(hass, Platform.BINARY_SENSOR, "connection") == STATE_ON


async def test_every_source_is_a_device_behind_the_adapter(
    hass: HomeAssistant, entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    """Controller and heat meter are devices of their own."""
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    names = {device.name: device for device in devices}
    assert set(names) == {
        "VBus adapter",
        "DeltaSol BX Plus [Controller]",
        "DeltaSol BX Plus [HQM #1]",
    }
    adapter = names["VBus adapter"]
    assert {device.via_device_id for device in devices} == {None, adapter.id}


async def test_useful_entities_only_are_enabled(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Unused probes, masks and clocks are there but disabled."""

    def disabled(key: str) -> bool:
        found = entity_registry.async_get(
            entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_{key}")
        )
        assert found is not None
        return found.disabled

    assert not disabled("004_2_0")
    assert disabled("006_2_0"), "not connected"
    assert disabled("012_2_0"), "not used"
    assert disabled("052_4_0"), "a mask"
    assert disabled("048_4_0"), "the controller's clock"


async def test_all_entities_of_a_controller(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Names, units and classes stay as they are."""
    assert entities_of(entity_registry, controlled.entry_id) == snapshot


async def test_names_follow_the_language(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Names of values come in the language of Home Assistant."""
    hass.config.language = "de-CH"
    await async_set_up(hass, entry_for(speaking_adapter))
    state = hass.states.get(entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0"))
    assert state is not None
    assert state.name == "DeltaSol BX Plus [Regler] Temperatur Sensor 1"


async def test_one_damaged_frame_makes_no_device(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A packet counts only after it was seen three times."""
    entry = entry_for(speaking_adapter)
    await async_set_up(hass, entry)
    ghost = encode(Packet(0x0010, 0x2251, 0x0100, bytes(100)))
    speaking_adapter.send(ghost * 2)
    await asyncio.sleep(0.2)
    await hass.async_block_till_done()
    known = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert len(known) == 3
    speaking_adapter.send(ghost)
    await async_until(
        lambda: (
            len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == 4
        )
    )


async def test_unknown_controllers_explain_themselves(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Block-type packets stand in where the specification knows nothing."""
    await async_set_up(hass, entry_for(speaking_adapter))
    payload = bytes.fromhex("01010000 7300b822 01080000 64000000")
    speaking_adapter.send(encode(Packet(0x0015, 0x6F01, 0x0100, payload)) * 10)
    key = "00_0015_6F01_10_0100"
    await async_until(
        lambda: (
            state_of(hass, Platform.SENSOR, f"{key}_temperature_1") is not None
            and state_of(hass, Platform.SENSOR, f"{key}_speed_1") is not None
        )
    )
    await hass.async_block_till_done()
    assert state_of(hass, Platform.SENSOR, f"{key}_temperature_1") == "11.5"
    assert state_of(hass, Platform.SENSOR, f"{key}_speed_1") == "100"
    second = er.async_get(hass).async_get(
        entity_id(hass, Platform.SENSOR, f"{key}_temperature_2")
    )
    assert second is not None
    assert second.disabled


async def test_a_fault_is_told(
    hass: HomeAssistant, entry: MockConfigEntry, speaking_adapter: EmulatedAdapter
) -> None:
    """A probe that breaks is unknown, with the fault beside it."""
    probe = entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_002_2_0")
    fault = f"{MEASUREMENTS}_sensor_fault"
    assert state_of(hass, Platform.BINARY_SENSOR, fault) == STATE_OFF
    speaking_adapter.readings = replace(
        speaking_adapter.readings, temperatures_c=(71.5, None, 58.4, None)
    )
    await async_until(lambda: state_of(hass, Platform.BINARY_SENSOR, fault) == STATE_ON)
    state = hass.states.get(probe)
    assert state is not None
    assert state.state == STATE_UNKNOWN
    assert state.attributes["fault"] == "not_connected"
    told = hass.states.get(entity_id(hass, Platform.BINARY_SENSOR, fault))
    assert told is not None
    assert told.attributes["Temperature sensor 2"] == "not_connected"

    speaking_adapter.readings = replace(
        speaking_adapter.readings, temperatures_c=(71.5, 40.0, 58.4, None)
    )
    await async_until(
        lambda: state_of(hass, Platform.SENSOR, f"{MEASUREMENTS}_002_2_0") == "40.0"
    )
    state = hass.states.get(probe)
    assert state is not None
    assert "fault" not in state.attributes


async def test_states_are_written_at_leisure(
    hass: HomeAssistant,
    adapter: EmulatedAdapter,
    clock: Clock,
) -> None:
    """A minute of noise and a slow drift cost a handful of states, a jump shows."""
    entry = entry_for(adapter)
    entry.add_to_hass(hass)
    task = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await async_until(lambda: adapter.streaming)
    adapter.speak(3)
    await task
    key = f"{MEASUREMENTS}_000_2_0"
    await async_until(lambda: state_of(hass, Platform.SENSOR, key) == "71.5")
    written: list[str] = []

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and new.entity_id == collector:
            written.append(new.state)

    collector = entity_id(hass, Platform.SENSOR, key)
    hass.bus.async_listen("state_changed", count)

    async def async_second(temperature_c: float) -> None:
        clock.tick(1)
        adapter.readings = replace(
            adapter.readings, temperatures_c=(temperature_c, 32.1, 58.4, None)
        )
        heard = entry.runtime_data.packets[PACKET].sightings
        adapter.speak()
        await async_until(lambda: entry.runtime_data.packets[PACKET].sightings > heard)
        await hass.async_block_till_done()

    for second in range(120):
        await async_second(71.5 + 0.1 * (second % 2))
    assert written == []
    for second in range(60):
        await async_second(71.5 + 0.01 * second)
    assert 1 <= len(written) <= 3
    written.clear()
    for _ in range(10):
        await async_second(80.0)
    assert written == ["80.0"]


async def test_a_lost_connection_comes_back(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    speaking_adapter: EmulatedAdapter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Entities become unavailable and recover, and each is logged once."""
    key = f"{MEASUREMENTS}_000_2_0"
    await speaking_adapter.async_stop()
    await async_until(lambda: state_of(hass, Platform.SENSOR, key) == STATE_UNAVAILABLE)
    assert state_of(hass, Platform.BINARY_SENSOR, "connection") == STATE_OFF
    await asyncio.sleep(1.2)
    await speaking_adapter.async_start()
    await async_until(lambda: state_of(hass, Platform.SENSOR, key) == "71.5")
    assert state_of(hass, Platform.BINARY_SENSOR, "connection") == STATE_ON
    await async_until(lambda: "Connection to Solar controller is back" in caplog.text)
    assert caplog.text.count("Connection to Solar controller lost") == 1
    assert caplog.text.count("Connection to Solar controller is back") == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_last_heard_tells_how_old_values_are(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter, clock: Clock
) -> None:
    """The time is told once a minute, and it stays when the device falls silent."""
    registered = er.async_get(hass).async_get_or_create(
        Platform.SENSOR, DOMAIN, f"{IDENTITY}_7112_last_heard", disabled_by=None
    )
    await async_set_up(hass, entry_for(speaking_adapter))

    def told() -> str:
        state = hass.states.get(registered.entity_id)
        assert state is not None
        return state.state

    first = dt_util.parse_datetime(told())
    assert first is not None
    assert abs((dt_util.utcnow() - first).total_seconds()) < 30
    early = told()
    clock.tick(30)
    await asyncio.sleep(0.3)
    assert told() == early
    # Longer than a second, which is all that a state of time shows.
    await asyncio.sleep(1.0)
    clock.tick(31)
    await async_until(lambda: told() != early)
    speaking_adapter.silent = True
    await asyncio.sleep(0.1)
    last = told()
    clock.tick(300)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=5))
    await hass.async_block_till_done()
    assert told() == last


async def test_a_device_that_falls_silent_is_unavailable(
    hass: HomeAssistant,
    adapter: EmulatedAdapter,
    clock: Clock,
) -> None:
    """Packets that stop coming say nothing any more after a minute."""
    entry = entry_for(adapter)
    entry.add_to_hass(hass)
    task = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await async_until(lambda: adapter.streaming)
    adapter.speak(3)
    await task
    key = f"{MEASUREMENTS}_000_2_0"
    await async_until(lambda: state_of(hass, Platform.SENSOR, key) == "71.5")
    clock.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=11))
    await hass.async_block_till_done()
    assert state_of(hass, Platform.SENSOR, key) == STATE_UNAVAILABLE
    adapter.speak()
    await async_until(lambda: state_of(hass, Platform.SENSOR, key) == "71.5")


async def test_wrong_password_at_start_asks_for_it(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The owner is asked for the password instead of trying on."""
    speaking_adapter.password = "changed"
    entry = entry_for(speaking_adapter)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_wrong_password_later_asks_for_it_once(
    hass: HomeAssistant, entry: MockConfigEntry, speaking_adapter: EmulatedAdapter
) -> None:
    """The adapter is not hammered with a password that it does not accept."""
    speaking_adapter.password = "changed"
    logins = speaking_adapter.logins
    speaking_adapter.hang_up()
    await async_until(lambda: any(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))
    await asyncio.sleep(2.5)
    assert speaking_adapter.logins == logins + 1


async def test_no_adapter_is_tried_again(
    hass: HomeAssistant, adapter: EmulatedAdapter
) -> None:
    """An adapter that is off while Home Assistant starts is tried again."""
    await adapter.async_stop()
    entry = entry_for(adapter)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY


async def test_no_measurements_is_tried_again(
    hass: HomeAssistant, adapter: EmulatedAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An adapter without a bus is tried again."""
    monkeypatch.setattr(
        "custom_components.energy_manager.vbus_link.FIRST_DATA_TIMEOUT_S", 0.1
    )
    entry = entry_for(adapter)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "no_connection"
    await async_until(lambda: not adapter.streaming)


async def test_unloading_closes_the_connection(
    hass: HomeAssistant, entry: MockConfigEntry, speaking_adapter: EmulatedAdapter
) -> None:
    """The adapter serves one client: it must be free after unloading."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    await async_until(lambda: not speaking_adapter.streaming)
    assert await hass.config_entries.async_remove(entry.entry_id)


async def test_without_permission_nothing_can_be_written(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The option is off by default: there are no relays to switch."""
    assert not hass.states.async_entity_ids(SELECT_DOMAIN)


async def async_select(hass: HomeAssistant, relay: int, option: str) -> None:
    """Choose a mode of a relay as the owner would."""
    await hass.services.async_call(
        SELECT_DOMAIN,
        SERVICE_SELECT_OPTION,
        {
            ATTR_ENTITY_ID: entity_id(
                hass, Platform.SELECT, f"7112_relay_{relay}_mode"
            ),
            ATTR_OPTION: option,
        },
        blocking=True,
    )


async def test_a_relay_is_switched_by_hand(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    speaking_adapter: EmulatedAdapter,
    clock: Clock,
) -> None:
    """The controller takes the mode over, and its answer is shown."""
    await async_select(hass, 3, "on")
    assert speaking_adapter.controller.relay_modes[3] == 3
    assert state_of(hass, Platform.SELECT, "7112_relay_3_mode") == "on"
    assert state_of(hass, Platform.SELECT, "7112_relay_1_mode") == "auto"
    # The bus was given back: measurements go on.
    clock.tick(30)
    speaking_adapter.readings = replace(speaking_adapter.readings, flow_l_per_h=0.0)
    await async_until(
        lambda: state_of(hass, Platform.SENSOR, f"{MEASUREMENTS}_024_4_0") == "0"
    )


async def test_a_mode_changed_at_the_controller_is_noticed(
    hass: HomeAssistant, controlled: MockConfigEntry, speaking_adapter: EmulatedAdapter
) -> None:
    """The owner may also turn a knob in the cellar."""
    parameters = speaking_adapter.controller._values
    relay = next(
        one for one in parameters.values() if one.name == "Relais_Regler_R2_Handbetrieb"
    )
    relay.value = 0
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=31))
    await async_until(
        lambda: state_of(hass, Platform.SELECT, "7112_relay_2_mode") == "off"
    )


async def test_a_mode_that_is_in_force_is_not_written(
    hass: HomeAssistant, controlled: MockConfigEntry, speaking_adapter: EmulatedAdapter
) -> None:
    """Every write wears the controller's memory."""
    for _ in range(25):
        await async_select(hass, 2, "auto")
    assert speaking_adapter.controller.relay_modes[2] == 2


async def test_a_refusal_is_told(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    speaking_adapter: EmulatedAdapter,
) -> None:
    """A controller that keeps its value makes the action fail."""
    parameters = speaking_adapter.controller._values
    relay = next(
        one for one in parameters.values() if one.name == "Relais_Regler_R3_Handbetrieb"
    )
    relay.maximum = 2
    with pytest.raises(HomeAssistantError) as raised:
        await async_select(hass, 3, "on")
    assert raised.value.translation_key == "vbus_kept"
    assert state_of(hass, Platform.SELECT, "7112_relay_3_mode") == "auto"


async def test_writing_without_a_connection_is_told(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    speaking_adapter: EmulatedAdapter,
) -> None:
    """A visit ends when the connection breaks."""
    speaking_adapter.deaf = True
    task = hass.async_create_task(async_select(hass, 3, "on"))
    await asyncio.sleep(0.2)
    await speaking_adapter.async_stop()
    with pytest.raises(HomeAssistantError) as raised:
        await task
    assert raised.value.translation_key == "not_connected"


async def test_too_many_writes_are_refused(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A runaway automation cannot wear the controller out."""
    monkeypatch.setattr("custom_components.energy_manager.write_budget.SPACING_S", 0.0)
    for _ in range(10):
        await async_select(hass, 3, "on")
        await async_select(hass, 3, "auto")
    with pytest.raises(HomeAssistantError) as raised:
        await async_select(hass, 3, "on")
    assert raised.value.translation_key == "write_limit_until"


async def test_a_damaged_specification_is_told(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    issue_registry: ir.IssueRegistry,
    tmp_path: Path,
) -> None:
    """The shipped table is used instead, and the owner gets to know."""
    (tmp_path / SPECIFICATION_FILE).write_bytes(b"not a specification")
    hass.config.config_dir = str(tmp_path)
    await async_set_up(hass, entry_for(speaking_adapter))
    issue = issue_registry.async_get_issue(DOMAIN, ISSUE_DAMAGED)
    assert issue is not None
    assert issue.translation_placeholders == {"file": SPECIFICATION_FILE}
    assert state_of(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0") == "71.5"


async def test_diagnostics_show_the_bus(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    """Packets, their age and their values, but no password."""
    assert await async_setup_component(hass, "diagnostics", {})
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    link = shown["link"]
    assert link["connected"] is True
    assert link["malformed_frames"] == 0
    assert link["bus_held_for_a_write"] is False
    packet = link["packets"][MEASUREMENTS]
    assert packet["device"] == "DeltaSol BX Plus [Controller]"
    assert packet["values"]["000_2_0"] == 71.5
    assert packet["age_s"] < 10
    assert PASSWORD not in str(shown)


async def test_a_controller_that_keeps_the_bus_is_told(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without an offer of the bus nothing can be written."""
    monkeypatch.setattr(session, "OFFER_TIMEOUT_S", 0.3)
    speaking_adapter.silent = True
    await asyncio.sleep(0.1)
    with pytest.raises(HomeAssistantError) as raised:
        await async_select(hass, 3, "on")
    assert raised.value.translation_key == "vbus_no_bus"
    assert state_of(hass, Platform.SELECT, "7112_relay_3_mode") == "auto"
    speaking_adapter.silent = False
    await async_select(hass, 3, "on")
    assert state_of(hass, Platform.SELECT, "7112_relay_3_mode") == "on"


async def test_lost_answers_are_asked_for_again(
    hass: HomeAssistant,
    controlled: MockConfigEntry,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One answer that is damaged on its way does not spoil the visit."""
    feed = speaking_adapter.controller.feed
    answers = 0

    def lossy(data: bytes, now: float) -> bytes:
        """Lose the third answer."""
        nonlocal answers
        answers += 1
        answer = feed(data, now)
        return b"" if answers == 3 else answer

    monkeypatch.setattr(speaking_adapter.controller, "feed", lossy)
    await async_select(hass, 3, "on")
    assert answers > 4
    assert speaking_adapter.controller.relay_modes[3] == 3
