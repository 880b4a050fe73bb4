"""Setting VE.Direct devices on real pseudo terminals: with care, and read back."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    EntityCategory,
    Platform,
)
from homeassistant.core import Context, Event, HassJobWithArgs, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockUser,
    async_fire_time_changed,
)

from custom_components.energy_manager import vedirect_charge_limit, vedirect_writing
from custom_components.energy_manager.engine.vedirect import (
    emulated_charger_memory,
    encode_block,
    encode_hex,
)
from custom_components.energy_manager.write_log import EVENT_WRITE

from .conftest import Clock, SpeakingCharger, SpeakingInverter, async_until
from .vedirect import (
    async_select,
    async_set_number,
    async_set_up,
    async_switch,
    control_of,
    entity_id,
    entry_for,
    state_of,
)

# No reading grows old because the machine is slow.
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write without the usual pause between two writes."""
    monkeypatch.setattr("custom_components.energy_manager.write_budget.SPACING_S", 0.0)


@pytest.fixture
def writes(hass: HomeAssistant) -> list[Event]:
    """All writes that were told."""
    told: list[Event] = []

    @callback
    def take(event: Event) -> None:
        told.append(event)

    hass.bus.async_listen(EVENT_WRITE, take)
    return told


async def async_error(task: asyncio.Future[None]) -> str | None:
    """Return which error an action ends with."""
    with pytest.raises(HomeAssistantError) as raised:
        await task
    return raised.value.translation_key


# Permission


async def test_without_permission_nothing_can_be_written(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The option is off by default: nothing is asked, and the owner is told why."""
    entry = entry_for(charger.port, control=False)
    await async_set_up(hass, entry, control=None)
    assert control_of(hass) == "not_switched_on"
    for platform in (Platform.SWITCH, Platform.SELECT, Platform.NUMBER):
        assert not hass.states.async_entity_ids(platform)
    assert entity_id(hass, Platform.SENSOR, "writes_left") is None


async def test_a_device_that_does_not_answer_is_only_read(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Without HEX there are readings, and the owner is told."""
    charger.port.answer = lambda _data: b""
    await async_set_up(hass, entry_for(charger.port), control=None)
    await async_until(lambda: control_of(hass) == "no_answer")


async def test_an_unknown_product_is_only_read(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Nobody has tried what a product takes that is in no table."""
    charger.device._responder.product_id = 0xA0FE
    await async_set_up(hass, entry_for(charger.port), control="unknown_device")
    await async_until(
        lambda: entity_id(hass, Platform.SENSOR, "solar_power") is not None
    )
    assert not hass.states.async_entity_ids(Platform.SWITCH)


async def test_diagnostics_tell_the_settings(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Whoever helps sees what is set, and what may still be written."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    shown = entry.runtime_data.diagnostics()
    assert shown["control"] == "allowed"
    assert shown["settings"]["charger"] is True
    assert shown["settings"]["charge_current_limit"] == 70
    assert shown["writes_left"]["charger"] == 50


# Chargers


@pytest.mark.usefixtures("no_pause")
async def test_the_charger_is_switched(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    writes: list[Event],
    hass_admin_user: MockUser,
) -> None:
    """The charger obeys, says so in its text, and the write is told."""
    await async_set_up(hass, entry_for(charger.port))
    assert state_of(hass, Platform.SWITCH, "charger").state == STATE_ON
    await async_switch(hass, "charger", False, Context(user_id=hass_admin_user.id))
    assert charger.device.mode == 4
    assert state_of(hass, Platform.SWITCH, "charger").state == STATE_OFF
    await async_until(
        lambda: state_of(hass, Platform.SENSOR, "charge_state").state == "off"
    )
    await async_switch(hass, "charger", True)
    assert charger.device.on
    assert state_of(hass, Platform.SWITCH, "charger").state == STATE_ON
    told = [
        (event.data["setting"], event.data["before"], event.data["after"])
        for event in writes
    ]
    assert told == [("charger", True, False), ("charger", False, True)]
    assert writes[0].data["author"] == "user"
    assert writes[0].data["entity_id"] == entity_id(hass, Platform.SWITCH, "charger")


async def test_nothing_is_written_twice(
    hass: HomeAssistant, charger: SpeakingCharger, writes: list[Event]
) -> None:
    """What is in force already is not written."""
    await async_set_up(hass, entry_for(charger.port))
    charger.port.heard = b""
    await async_switch(hass, "charger", True)
    assert b":8" not in charger.port.heard
    assert not writes


# The limit of the charge current


async def async_pass(hass: HomeAssistant, seconds: float) -> None:
    """Let time pass for what repeats."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await asyncio.sleep(0.3)
    await hass.async_block_till_done()


async def test_the_charge_current_is_limited_and_repeated(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The limit is in memory, repeated before it ends, and shown as active."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    state = state_of(hass, Platform.NUMBER, "charge_current_limit")
    assert float(state.state) == 70.0
    assert (state.attributes["min"], state.attributes["max"]) == (0, 70)
    assert state.attributes["active"] is False
    await async_set_number(hass, "charge_current_limit", 12.5)
    assert charger.device.current_limit_a == 12.5
    state = state_of(hass, Platform.NUMBER, "charge_current_limit")
    assert float(state.state) == 12.5
    assert state.attributes["active"] is True
    for _ in range(3):
        charger.device._limit_age_s = charger.device._network_mode_age_s = 500
        await async_pass(hass, 26)
        await async_until(lambda: charger.device._limit_age_s < 500)
        assert charger.device.current_limit_a == 12.5


async def test_a_limit_that_is_not_repeated_ends(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The charger falls back by itself when Home Assistant is gone."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    await async_set_number(hass, "charge_current_limit", 10)
    assert charger.device.current_limit_a == 10
    # Nobody repeats anything.
    charger.device._limit_age_s = emulated_charger_memory.LIMIT_TIMEOUT_S - 5
    await async_until(lambda: charger.device.current_limit_a == 70)


async def test_the_greatest_limit_limits_nothing(
    hass: HomeAssistant, charger: SpeakingCharger, writes: list[Event]
) -> None:
    """The charger is given back to itself, and nothing is repeated any more."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    await async_set_number(hass, "charge_current_limit", 0)
    assert charger.device.current_limit_a == 0
    await async_set_number(hass, "charge_current_limit", 70)
    assert charger.device._network_mode == 0
    state = state_of(hass, Platform.NUMBER, "charge_current_limit")
    assert (float(state.state), state.attributes["active"]) == (70.0, False)
    charger.port.heard = b""
    await async_pass(hass, 26)
    assert b":8" not in charger.port.heard
    assert [event.data["after"] for event in writes] == [0.0, 70.0]


async def test_the_limit_ends_with_the_entry(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Unloading gives the charger back at once."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    await async_set_number(hass, "charge_current_limit", 5)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert charger.device._network_mode == 0
    assert charger.device.current_limit_a == 70


async def test_the_limit_ends_with_home_assistant(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Stopping Home Assistant gives the charger back as well."""
    await async_set_up(hass, entry_for(charger.port))
    await async_set_number(hass, "charge_current_limit", 5)
    jobs: list[HassJobWithArgs] = hass._shutdown_jobs
    for job in tuple(jobs):
        if (work := hass.async_run_hass_job(job.job, *job.args)) is not None:
            await work
    assert charger.device._network_mode == 0


async def test_a_mute_charger_does_not_delay_unloading(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Releasing is tried for a moment only: the charger does it by itself."""
    monkeypatch.setattr(
        "custom_components.energy_manager.vedirect_charge_limit.RELEASE_TIMEOUT_S", 0.2
    )
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    await async_set_number(hass, "charge_current_limit", 5)
    charger.port.answer = lambda _data: b""
    written = charger.port.heard.count(b":8")
    assert await hass.config_entries.async_unload(entry.entry_id)
    # Left to itself it would be told three times, and wait a second for each answer.
    assert charger.port.heard.count(b":8") <= written + 1


async def test_a_limit_that_cannot_be_repeated_is_not_shown_as_active(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute after the last answer nobody believes in it, until it is back."""
    clock = Clock()
    monkeypatch.setattr(vedirect_charge_limit, "monotonic", clock)
    await async_set_up(hass, entry_for(charger.port))
    await async_set_number(hass, "charge_current_limit", 5)
    feed, charger.port.answer = charger.port.answer, lambda _data: b""
    clock.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=26))

    def active() -> bool:
        state = state_of(hass, Platform.NUMBER, "charge_current_limit")
        return bool(state.attributes.get("active"))

    await async_until(lambda: not active())
    await hass.async_block_till_done()
    charger.port.answer = feed
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=26))
    await async_until(active)
    assert charger.device.current_limit_a == 5


async def test_a_limit_that_cannot_be_taken_back_is_not_shown_behind_its_end(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A charger that did not hear of it ends the limit by itself."""
    clock = Clock()
    monkeypatch.setattr(vedirect_charge_limit, "monotonic", clock)
    await async_set_up(hass, entry_for(charger.port))
    await async_set_number(hass, "charge_current_limit", 5)
    charger.port.answer = lambda _data: b""
    with pytest.raises(HomeAssistantError):
        await async_set_number(hass, "charge_current_limit", 70)
    state = state_of(hass, Platform.NUMBER, "charge_current_limit")
    assert (float(state.state), state.attributes["active"]) == (5.0, True)
    clock.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await hass.async_block_till_done()
    state = state_of(hass, Platform.NUMBER, "charge_current_limit")
    assert (float(state.state), state.attributes["active"]) == (70.0, False)


async def test_a_charger_led_by_its_battery_is_left_alone(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Nothing comes between a charger and a battery management system."""
    await async_set_up(hass, entry_for(charger.port))
    charger.device._bms_present = True
    with pytest.raises(HomeAssistantError) as raised:
        await async_set_number(hass, "charge_current_limit", 5)
    assert raised.value.translation_key == "write_bms_leads"
    assert charger.device._network_mode == 0


# Numbers in the device's memory

MAXIMUM_CURRENT = ((Platform.NUMBER, "battery_maximum_current"),)


@pytest.mark.usefixtures("no_pause")
async def test_a_stored_number(hass: HomeAssistant, charger: SpeakingCharger) -> None:
    """It is hidden at first, has the charger's limits and is read back."""
    await async_set_up(hass, entry_for(charger.port), enable=MAXIMUM_CURRENT)
    state = state_of(hass, Platform.NUMBER, "battery_maximum_current")
    assert float(state.state) == 70.0
    assert (state.attributes["min"], state.attributes["max"]) == (1, 70)
    await async_set_number(hass, "battery_maximum_current", 40)
    assert charger.device.current_limit_a == 40
    state = state_of(hass, Platform.NUMBER, "battery_maximum_current")
    assert float(state.state) == 40.0
    with pytest.raises(ServiceValidationError):
        await async_set_number(hass, "battery_maximum_current", 80)


async def test_what_is_changed_elsewhere_is_shown_at_once(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """New firmware tells unasked what an owner changes in the maker's app."""
    await async_set_up(hass, entry_for(charger.port), enable=MAXIMUM_CURRENT)
    charger.port.say(encode_hex(0xA, bytes.fromhex("F0ED00") + b"\x2c\x01"))
    await async_until(
        lambda: (
            float(state_of(hass, Platform.NUMBER, "battery_maximum_current").state)
            == 30.0
        )
    )


async def test_stored_settings_are_hidden_at_first(
    hass: HomeAssistant, charger: SpeakingCharger, entity_registry: er.EntityRegistry
) -> None:
    """An owner has to look for what may ruin a battery."""
    await async_set_up(hass, entry_for(charger.port))
    found = entity_id(hass, Platform.NUMBER, "battery_maximum_current")
    assert found is not None
    entity = entity_registry.async_get(found)
    assert entity is not None
    assert entity.disabled
    assert entity.entity_category is EntityCategory.CONFIG


async def test_a_value_that_the_device_narrows_is_told(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """What is in force is shown, and the owner gets to know what is possible."""
    await async_set_up(hass, entry_for(charger.port), enable=MAXIMUM_CURRENT)
    charger.device._responder._cells[0xEDF0].highest = 35.0
    with pytest.raises(HomeAssistantError) as raised:
        await async_set_number(hass, "battery_maximum_current", 60)
    assert raised.value.translation_key == "write_clamped"
    assert raised.value.translation_placeholders == {
        "nearest": "35.0 A",
        "in_force": "70.0 A",
    }
    state = state_of(hass, Platform.NUMBER, "battery_maximum_current")
    assert float(state.state) == 70.0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (":8F0ED0100", "write_unknown_setting"),
        (":8F0ED0200", "write_not_supported"),
        (":8F0ED0400", "write_invalid"),
        (":308", "write_not_supported"),
        ("", "write_timeout"),
    ],
)
async def test_a_refusal_says_what_to_do(
    hass: HomeAssistant, charger: SpeakingCharger, answer: str, error: str
) -> None:
    """Each refusal of the device has words of its own."""
    await async_set_up(hass, entry_for(charger.port), enable=MAXIMUM_CURRENT)
    feed = charger.port.answer

    def refusing(data: bytes) -> bytes:
        """Answer as a device that refuses to be set."""
        if not data.startswith(b":8"):
            return feed(data)
        if not answer:
            return b""
        payload = bytes.fromhex(answer[2:])
        return encode_hex(int(answer[1]), payload[:3])

    charger.port.answer = refusing
    task = hass.async_create_task(async_set_number(hass, "battery_maximum_current", 9))
    assert await async_error(task) == error
    state = state_of(hass, Platform.NUMBER, "battery_maximum_current")
    assert float(state.state) == 70.0


# The budget


@pytest.mark.usefixtures("no_pause")
async def test_the_budget_is_enforced_and_shown(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A runaway automation cannot wear the charger out, and the owner sees why."""
    start = dt_util.parse_datetime("2026-06-01 10:00:00+00:00", raise_on_error=True)
    now = start.timestamp()
    monkeypatch.setattr(vedirect_writing, "_now", lambda: now)
    await async_set_up(hass, entry_for(charger.port))
    assert state_of(hass, Platform.SENSOR, "writes_left").state == "50"
    for _ in range(5):
        await async_switch(hass, "charger", False)
        await async_switch(hass, "charger", True)
    shown = state_of(hass, Platform.SENSOR, "writes_left")
    assert shown.state == "40"
    assert shown.attributes["charger"] == 40
    free_at = start + timedelta(hours=1)
    assert shown.attributes["free_at"] == free_at
    with pytest.raises(HomeAssistantError) as raised:
        await async_switch(hass, "charger", False)
    assert raised.value.translation_key == "write_limit_until"
    assert raised.value.translation_placeholders == {
        "time": dt_util.as_local(free_at).strftime("%Y-%m-%d %H:%M")
    }
    assert charger.device.on
    now += 3601
    await async_switch(hass, "charger", False)
    assert not charger.device.on


@pytest.mark.usefixtures("no_pause")
async def test_the_budget_outlives_a_restart(
    hass: HomeAssistant, charger: SpeakingCharger, hass_storage: dict[str, Any]
) -> None:
    """Reloading gives no new writes."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    await async_switch(hass, "charger", False)
    assert state_of(hass, Platform.SENSOR, "writes_left").state == "49"
    await hass.config_entries.async_reload(entry.entry_id)
    await async_until(lambda: control_of(hass) == "allowed")
    await hass.async_block_till_done()
    assert state_of(hass, Platform.SENSOR, "writes_left").state == "49"
    await hass.config_entries.async_remove(entry.entry_id)
    assert not [key for key in hass_storage if "vedirect_writes" in key]


@pytest.mark.usefixtures("no_pause")
async def test_the_budget_outlives_a_removal(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Who removes a device and adds it again gets no new writes for it."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    await async_switch(hass, "charger", False)
    await hass.config_entries.async_remove(entry.entry_id)
    again = entry_for(charger.port)
    await async_set_up(hass, again)
    assert state_of(hass, Platform.SENSOR, "writes_left").state == "49"
    await hass.config_entries.async_reload(again.entry_id)
    await async_until(lambda: control_of(hass) == "allowed")
    await hass.async_block_till_done()
    assert state_of(hass, Platform.SENSOR, "writes_left").state == "49"


async def test_a_limit_of_the_current_costs_no_budget(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Memory that forgets does not wear."""
    await async_set_up(hass, entry_for(charger.port))
    for amps in range(1, 14):
        await async_set_number(hass, "charge_current_limit", amps)
    assert charger.device.current_limit_a == 13
    assert state_of(hass, Platform.SENSOR, "writes_left").state == "50"


# Losing the device


async def test_an_order_is_not_for_another_device(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The plug may change hands while an order waits for its turn."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    link = entry.runtime_data
    await charger.async_fall_silent(link)
    heard = charger.port.heard
    limits = dict(link.settings._registers.numbers)
    task = hass.async_create_task(async_switch(hass, "charger", False))
    await asyncio.sleep(0.1)
    stranger = encode_block((("PID", "0xA053"), ("SER#", "HQ1"), ("V", "99000")))
    link._receive(stranger)
    assert await async_error(task) == "not_connected"
    again = hass.async_create_task(async_switch(hass, "charger", False))
    assert await async_error(again) == "not_connected"
    link._receive(encode_hex(0xA, bytes.fromhex("F0ED009600")))
    assert charger.port.heard == heard
    assert link.settings._registers.numbers == limits
    link._receive(charger.say())
    charger.start()
    await async_switch(hass, "charger", False)
    assert not charger.device.on


async def test_a_limit_does_not_begin_behind_its_end(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that is late when the entry is unloaded leaves nothing that goes on."""
    monkeypatch.setattr(vedirect_charge_limit, "RELEASE_TIMEOUT_S", 0.05)
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    limit = entry.runtime_data.settings.limit
    late = asyncio.Event()

    async def async_write_late(*, careful: bool) -> None:
        await late.wait()

    monkeypatch.setattr(limit, "_async_write", async_write_late)
    task = hass.async_create_task(limit.async_begin(10.0))
    await asyncio.sleep(0)
    await limit.async_release()
    late.set()
    assert await async_error(task) == "not_connected"
    assert not limit.wanted
    assert not limit._stop


async def test_an_order_is_dropped_with_the_connection(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """Nothing is kept back for later: a late command is worse than none."""
    await async_set_up(hass, entry_for(inverter.port))
    inverter.port.answer = lambda _data: b""
    task = hass.async_create_task(async_select(hass, "inverter_mode", "off"))
    await async_until(lambda: inverter.port.heard.endswith(b":70002004C\n"))
    await inverter.async_stop()
    inverter.port.unplug()
    assert await async_error(task) == "not_connected"
    assert state_of(hass, Platform.SELECT, "inverter_mode").state == STATE_UNAVAILABLE


async def test_an_order_that_waits_too_long_is_dropped(
    hass: HomeAssistant, inverter: SpeakingInverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that is busy with something else is not surprised later."""
    await async_set_up(hass, entry_for(inverter.port))
    monkeypatch.setattr(
        "custom_components.energy_manager.vedirect_writing.ORDER_LIFE_S", 0.3
    )
    feed, inverter.port.answer = inverter.port.answer, lambda _data: b""
    task = hass.async_create_task(async_select(hass, "inverter_mode", "off"))
    assert await async_error(task) == "write_too_late"
    inverter.port.answer = feed
    inverter.port.heard = b""
    await asyncio.sleep(2)
    assert b":8" not in inverter.port.heard
    assert inverter.device.mode == 2


async def test_a_cancelled_order_leaves_nothing_behind(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """Whoever stops waiting has not ordered anything."""
    entry = entry_for(inverter.port)
    await async_set_up(hass, entry)
    feed, inverter.port.answer = inverter.port.answer, lambda _data: b""
    inverter.port.heard = b""
    task = hass.async_create_task(async_select(hass, "inverter_mode", "off"))
    await async_until(lambda: b":7" in inverter.port.heard)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    inverter.port.answer = feed
    await asyncio.sleep(1.2)
    assert b":8" not in inverter.port.heard
    assert entry.runtime_data.commands._transactions.idle
    await async_select(hass, "inverter_mode", "eco")
    assert inverter.device.mode == 5
