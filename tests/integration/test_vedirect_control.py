"""Setting VE.Direct devices on real pseudo terminals: with care, and read back."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    EVENT_HOMEASSISTANT_STOP,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    Platform,
)
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockUser,
    async_fire_time_changed,
)

from custom_components.energy_manager.engine.vedirect import Transaction
from custom_components.energy_manager.write_log import EVENT_WRITE

from .conftest import (
    Clock,
    EmulatedPort,
    SpeakingCharger,
    SpeakingInverter,
    SpeakingMonitor,
    async_until,
)
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
        # Without being repeated it would end soon.
        charger.device._limit_age_s = charger.device._network_mode_age_s = 50
        await async_pass(hass, 26)
        await async_until(lambda: charger.device._limit_age_s < 40)
        assert charger.device.current_limit_a == 12.5
