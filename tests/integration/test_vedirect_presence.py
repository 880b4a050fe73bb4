"""Which device is at a port: swapped, mute, in the dark, plugged in again."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from unittest.mock import patch

from homeassistant.components.usb import USBDevice
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_DEVICE, STATE_OFF, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.energy_manager import links, vedirect_identity
from custom_components.energy_manager.engine.vedirect import (
    Block,
    Decoder,
    encode_block,
)
from custom_components.energy_manager.engine.vedirect.emulation import BatteryMonitor
from custom_components.energy_manager.vedirect_identity import (
    CONF_PRODUCT_ID,
    CONF_SERIAL_NUMBER,
    TextMissingError,
    async_identify,
    cable_number,
)
from custom_components.energy_manager.vedirect_merge import identity_of

from .conftest import Clock, EmulatedPort, SpeakingCharger, SpeakingMonitor, async_until
from .test_vedirect_link import async_set_up, entry_for, sensor_of, state_of

# No reading grows old because the machine is slow.
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect again soon."""
    monkeypatch.setattr(links, "BACK_OFF_S", (0.05,))


# Short waits are only for what does not come: a slow machine would miss what does.


@pytest.fixture
def no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for text."""
    monkeypatch.setattr(vedirect_identity, "TEXT_WAIT_S", 0.4)


@pytest.fixture
def no_text_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for text that pauses behind HEX."""
    monkeypatch.setattr(vedirect_identity, "TEXT_RETURN_S", 0.4)


@pytest.fixture
def no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for answers."""
    monkeypatch.setattr(vedirect_identity, "ANSWER_S", 0.2)


async def async_speak(port: EmulatedPort, block: bytes) -> None:
    """Say the same block again and again."""
    while True:
        port.say(block)
        await asyncio.sleep(0.02)


def text(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return a block on the wire."""
    return encode_block(tuple(fields))


async def test_a_monitor_is_known_by_its_serial_number(
    hass: HomeAssistant, monitor: SpeakingMonitor, issue_registry: ir.IssueRegistry
) -> None:
    """Two monitors of a kind look the same in their text, but not over HEX."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "voltage")
    assert entry.data[CONF_PRODUCT_ID] == 0xA389
    assert entry.data[CONF_SERIAL_NUMBER] == "HQ2345BAT05"
    right = monitor.device
    other = BatteryMonitor(serial="HQ9999OTHER")
    monitor.device = other
    monitor.port.answer = other.feed
    entry.runtime_data._link.abort("pulled")
    await async_until(lambda: len(issue_registry.issues) == 1)
    assert sensor_of(hass, "voltage") == STATE_UNAVAILABLE
    assert entry.runtime_data.trouble == "another_device"
    assert state_of(hass, "connection", Platform.BINARY_SENSOR) == STATE_OFF
    monitor.device = right
    monitor.port.answer = right.feed
    await async_until(lambda: sensor_of(hass, "voltage") == "12.61")
    assert not issue_registry.issues
    assert entry.data[CONF_SERIAL_NUMBER] == "HQ2345BAT05"


async def test_a_pause_may_be_a_swap(
    hass: HomeAssistant,
    monitor: SpeakingMonitor,
    clock: Clock,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The plug at the device can change hands while the cable stays in the host."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "voltage")
    other = BatteryMonitor(serial="HQ9999OTHER")
    await monitor.async_fall_silent(entry.runtime_data)
    clock.tick(60)
    monitor.device = other
    monitor.port.answer = other.feed
    monitor.readings = replace(monitor.readings, voltage_v=48.0)
    monitor.start()
    await async_until(lambda: len(issue_registry.issues) == 1)
    assert sensor_of(hass, "voltage") != "48.0"


async def test_asking_who_is_there_may_make_the_text_pause(
    hass: HomeAssistant, monitor: SpeakingMonitor, clock: Clock
) -> None:
    """A monitor that pauses because it was just asked for its number is no other."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "voltage")
    link = entry.runtime_data
    await monitor.async_fall_silent(link)
    assert entry.data[CONF_SERIAL_NUMBER] == "HQ2345BAT05"
    clock.tick(6)
    link._receive(text((("PID", "0xA389"), ("V", "12700"))))
    await asyncio.sleep(0.1)
    assert link.connected
    assert link.values["voltage"].value == 12.7


async def test_a_stranger_leaves_no_reading(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Not even the first block of another device is taken over."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "battery_voltage")
    link = entry.runtime_data
    await charger.async_fall_silent(link)
    link._receive(text((("PID", "0xA053"), ("SER#", "HQ1"), ("V", "99000"))))
    link._receive(text((("H19", "5"), ("V", "98000"))))
    assert link.values["battery_voltage"].value == 13.36
    link._receive(charger.say())
    assert link.values["battery_voltage"].value == 13.36
    link._receive(text((("V", "14000"),)))
    assert link.values["battery_voltage"].value == 14.0


@pytest.mark.usefixtures("no_text", "no_text_returns")
async def test_a_device_that_only_answers_is_told(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Its text may have been switched off, or another program uses HEX."""
    charger.silent = True
    with pytest.raises(TextMissingError) as raised:
        await async_identify(charger.port.path)
    assert raised.value.identity.product_id == 0xA06C
    assert raised.value.identity.serial_number == "HQ2345SUN70"
    entry = entry_for(charger.port)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "no_text"


@pytest.mark.usefixtures("no_text")
async def test_text_may_return_behind_hex(charger: SpeakingCharger) -> None:
    """Old firmware is silent for seconds after another program has spoken to it."""
    charger.silent = True

    async def async_wake() -> None:
        await async_until(lambda: b":7" in charger.port.heard)
        charger.silent = False

    async with asyncio.TaskGroup() as group:
        group.create_task(async_wake())
        identity = await async_identify(charger.port.path)
    assert identity.serial_number == "HQ2345SUN70"


@pytest.mark.usefixtures("no_text", "no_answer")
@pytest.mark.parametrize(
    ("up", "reason"), [(False, "no_light"), (True, "no_connection")]
)
async def test_a_charger_may_sleep_in_the_dark(
    hass: HomeAssistant, serial_port: EmulatedPort, up: bool, reason: str
) -> None:
    """Some chargers live on their panels alone."""
    entry = entry_for(serial_port, product_id=0xA040)
    entry.add_to_hass(hass)
    with patch(
        "custom_components.energy_manager.vedirect_presence.sun.is_up", return_value=up
    ):
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == reason


async def test_the_oldest_monitors_name_their_model(serial_port: EmulatedPort) -> None:
    """A BMV-600 sends no product id and answers no question for a register."""
    block = text((("V", "12800"), ("I", "-100"), ("SOC", "987"), ("BMV", "602S")))
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(async_speak(serial_port, block))
        identity = await async_identify(serial_port.path)
        speaking.cancel()
    assert identity.product_id == 0x0201
    assert identity.serial_number is None
    assert b":7" not in serial_port.heard
    (reading,) = Decoder().feed(text((("PID", "nonsense"),)))
    assert isinstance(reading, Block)
    assert identity_of(reading) is None


async def test_a_cable_that_is_plugged_in_again_reconnects_at_once(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the growing pauses."""
    monkeypatch.setattr(links, "BACK_OFF_S", (600.0,))
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "solar_power")
    entry.runtime_data._link.abort("unplugged")
    await async_until(lambda: sensor_of(hass, "solar_power") == STATE_UNAVAILABLE)

    def plugged(device: str) -> set[USBDevice]:
        return {
            USBDevice(
                device=device,
                vid="0403",
                pid="6015",
                serial_number="VE3MQXH",
                manufacturer="VictronEnergy BV",
                description="VE Direct cable",
            )
        }

    entry.runtime_data._ports_changed(plugged("/dev/serial/by-id/another"), set())
    await asyncio.sleep(0.2)
    assert not entry.runtime_data.connected
    entry.runtime_data._ports_changed(plugged(entry.data[CONF_DEVICE]), set())
    await async_until(lambda: sensor_of(hass, "solar_power") == "298")


async def test_half_a_block_before_a_pause_does_not_spoil_the_next(
    hass: HomeAssistant, charger: SpeakingCharger, clock: Clock
) -> None:
    """What was cut off by a pause never comes."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "battery_voltage")
    link = entry.runtime_data
    await charger.async_fall_silent(link)
    link._receive(charger.say())
    malformed = link._decoder.malformed
    link._receive(charger.say()[:40])
    clock.tick(0.9)
    link._receive(text((("V", "14440"),)))
    assert link.values["battery_voltage"].value == 14.44
    assert link._decoder.malformed == malformed


async def test_each_label_has_its_own_age(
    hass: HomeAssistant, monitor: SpeakingMonitor, clock: Clock
) -> None:
    """A value that is not repeated expires while others live on."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "charged_energy")
    link = entry.runtime_data
    await monitor.async_fall_silent(link)
    link.commands._used_at = None
    block = text((("PID", "0xA389"), ("V", "12700")))
    for _ in range(12):
        clock.tick(1)
        link._receive(block)
    assert link.values["voltage"].value == 12.7
    assert "state_of_charge" not in link.values
    assert "charged_energy" not in link.values
    assert sensor_of(hass, "state_of_charge") == STATE_UNAVAILABLE


async def test_old_firmware_may_pause_behind_hex(
    hass: HomeAssistant, monitor: SpeakingMonitor, clock: Clock
) -> None:
    """Readings count for 15 s longer when the device was spoken to."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "voltage")
    link = entry.runtime_data
    await monitor.async_fall_silent(link)
    with patch.object(link.commands, "used_within", return_value=True):
        clock.tick(20)
        link._watch(None)
        assert "voltage" in link.values
        clock.tick(6)
        link._watch(None)
        assert "voltage" not in link.values


def test_the_number_of_a_cable_is_in_its_path() -> None:
    """It stands in where the device tells no number."""
    path = "/dev/serial/by-id/usb-VictronEnergy_BV_VE_Direct_cable_VE3MQXH-if00-port0"
    assert cable_number(path) == "VE3MQXH"
    assert cable_number("/dev/ttyUSB0") is None
    assert cable_number("socket://192.168.1.7:3000") is None
