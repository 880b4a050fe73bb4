"""What can be set on each kind of VE.Direct device, old and new."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.const import (
    ATTR_ENTITY_ID,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.energy_manager import links
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    BatteryReadings,
    Charger,
    ChargerReadings,
    Inverter,
    InverterReadings,
)

from .conftest import EmulatedPort, SpeakingDevice, async_until, entities_of
from .vedirect import (
    async_select,
    async_set_number,
    async_set_up,
    async_switch,
    entity_id,
    entry_for,
    state_of,
)

# No reading grows old because the machine is slow.
pytestmark = pytest.mark.usefixtures("clock")

SUN = ChargerReadings(
    battery_voltage_v=13.36,
    battery_current_a=11.4,
    panel_voltage_v=38.2,
    panel_power_w=150.0,
    state=3,
    yield_total_kwh=1234.56,
    yield_today_kwh=2.34,
)
LOAD = InverterReadings(
    battery_voltage_v=12.9,
    ac_voltage_v=230.1,
    ac_current_a=0.8,
    ac_apparent_power_va=184.0,
)
BATTERY = BatteryReadings(
    voltage_v=12.61, current_a=-7.6, state_of_charge_percent=83.9, consumed_ah=-32.2
)

BATTERY_TYPE = 0xEDF1
USER = 255
FLOAT_VOLTAGE = 0xEDF6

type Speak = Callable[..., SpeakingDevice[Any, Any]]


@pytest.fixture
async def speak(serial_port: EmulatedPort) -> AsyncGenerator[Speak]:
    """Let a device speak at the port."""
    speaking: list[SpeakingDevice[Any, Any]] = []

    def start(device: Any, readings: Any) -> SpeakingDevice[Any, Any]:
        """Connect the device and let it speak."""
        speaking.append(
            SpeakingDevice(serial_port, device, readings, type(device).second)
        )
        speaking[-1].start()
        return speaking[-1]

    yield start
    for device in speaking:
        await device.async_stop()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write without the usual pause between two writes."""
    monkeypatch.setattr("custom_components.energy_manager.write_budget.SPACING_S", 0.0)


async def async_error(action: Any) -> str | None:
    """Return which error an action ends with."""
    with pytest.raises(HomeAssistantError) as raised:
        await action
    return raised.value.translation_key


# Chargers


async def test_old_firmware_is_told_that_it_is_controlled(
    hass: HomeAssistant, speak: Speak
) -> None:
    """Without that bit a charger ignores its mode; other bits stay as they are."""
    charger = speak(Charger(firmware=0x0139), SUN)
    charger.device._remote_control = 0x08
    await async_set_up(hass, entry_for(charger.port))
    await async_switch(hass, "charger", False)
    assert charger.device._remote_control == 0x0A
    assert not charger.device.on
    assert state_of(hass, Platform.SWITCH, "charger").state == STATE_OFF


async def test_new_firmware_is_not_told_so(hass: HomeAssistant, speak: Speak) -> None:
    """A charger that obeys anyway is asked for nothing else."""
    charger = speak(Charger(), SUN)
    await async_set_up(hass, entry_for(charger.port))
    charger.port.heard = b""
    await async_switch(hass, "charger", False)
    assert b":80202" not in charger.port.heard
    assert not charger.device.on


async def test_old_firmware_stays_available_while_it_is_asked(
    hass: HomeAssistant, speak: Speak
) -> None:
    """The text pauses after each question; readings count on meanwhile."""
    charger = speak(Charger(firmware=0x0139), SUN)
    seen: set[str] = set()
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    power = entity_id(hass, Platform.SENSOR, "solar_power")
    assert power is not None
    for _ in range(3):
        await async_set_number(hass, "charge_current_limit", 10)
        await async_set_number(hass, "charge_current_limit", 20)
        state = hass.states.get(power)
        seen.add("none" if state is None else state.state)
    assert charger.device.current_limit_a == 20
    assert seen == {"150"}


async def test_firmware_without_a_limit_offers_none(
    hass: HomeAssistant, speak: Speak
) -> None:
    """What the firmware does not know is not shown."""
    charger = speak(Charger(firmware=0x0116), SUN)
    await async_set_up(hass, entry_for(charger.port))
    assert entity_id(hass, Platform.NUMBER, "charge_current_limit") is None
    assert entity_id(hass, Platform.SWITCH, "charger") is not None


async def test_the_load_output(hass: HomeAssistant, speak: Speak) -> None:
    """Its mode is chosen; the bits of the street light stay as they are."""
    charger = speak(Charger(product_id=0xA053), SUN)
    charger.device.stored[0xEDAB] = 0x84
    await async_set_up(hass, entry_for(charger.port))
    assert state_of(hass, Platform.SELECT, "load_output_mode").state == "on"
    await async_select(hass, "load_output_mode", "automatic")
    assert charger.device.stored[0xEDAB] == 0x81
    assert state_of(hass, Platform.SELECT, "load_output_mode").state == "automatic"
    await async_select(hass, "load_output_mode", "off")
    assert charger.device.stored[0xEDAB] == 0x80
    assert not charger.device.load_on


async def test_a_charger_without_a_load_output(
    hass: HomeAssistant, speak: Speak
) -> None:
    """A charger that only pretends to have one offers nothing to set."""
    charger = speak(Charger(), SUN)
    await async_set_up(hass, entry_for(charger.port))
    assert entity_id(hass, Platform.SELECT, "load_output_mode") is None


async def test_voltages_follow_the_battery_type(
    hass: HomeAssistant, speak: Speak
) -> None:
    """Voltages can be set only while the owner has a battery type of his own."""
    charger = speak(Charger(), SUN)
    entry = entry_for(charger.port)
    await async_set_up(
        hass,
        entry,
        enable=(
            (Platform.SELECT, "battery_type"),
            (Platform.NUMBER, "float_voltage"),
        ),
    )
    assert state_of(hass, Platform.SELECT, "battery_type").state == "gel_or_agm"
    float_voltage = entity_id(hass, Platform.NUMBER, "float_voltage")
    assert float_voltage is not None
    assert hass.states.get(float_voltage) is None
    await async_select(hass, "battery_type", "user")
    assert charger.device.stored[BATTERY_TYPE] == USER
    await async_until(lambda: hass.states.get(float_voltage) is not None)
    await hass.async_block_till_done()
    state = state_of(hass, Platform.NUMBER, "float_voltage")
    assert float(state.state) == 13.8
    assert (state.attributes["min"], state.attributes["max"]) == (13.2, 13.8)
    await async_set_number(hass, "float_voltage", 13.5)
    assert charger.device.stored[FLOAT_VOLTAGE] == 13.5
    # Changed on the charger itself, which Home Assistant does not know yet.
    charger.device.stored[BATTERY_TYPE] = 4
    assert (
        await async_error(async_set_number(hass, "float_voltage", 13.6))
        == "write_needs_user_battery"
    )
    assert charger.device.stored[BATTERY_TYPE] == 4
    assert charger.device.stored[FLOAT_VOLTAGE] == 13.5
    await async_select(hass, "battery_type", "lithium")
    await async_until(
        lambda: (
            state_of(hass, Platform.NUMBER, "float_voltage").state == STATE_UNAVAILABLE
        )
    )


async def test_all_settings_of_a_charger(
    hass: HomeAssistant,
    speak: Speak,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Names, limits and what is hidden at first stay as they are."""
    device = Charger(product_id=0xA053)
    device.restore({BATTERY_TYPE: USER})
    charger = speak(device, SUN)
    entry = entry_for(charger.port)
    await async_set_up(hass, entry)
    assert settings_of(entity_registry, entry.entry_id) == snapshot


def settings_of(
    registry: er.EntityRegistry, entry_id: str
) -> dict[str, dict[str, object]]:
    """Return the entities that set something."""
    return {
        found: facts
        for found, facts in entities_of(registry, entry_id).items()
        if found.partition(".")[0]
        in (Platform.BUTTON, Platform.NUMBER, Platform.SELECT, Platform.SWITCH)
    }


# Inverters


async def test_the_inverter_gets_another_mode(
    hass: HomeAssistant, speak: Speak
) -> None:
    """Eco and off are not mixed up; nothing is written twice."""
    inverter = speak(Inverter(), LOAD)
    await async_set_up(hass, entry_for(inverter.port))
    assert state_of(hass, Platform.SELECT, "inverter_mode").state == "on"
    await async_select(hass, "inverter_mode", "off")
    assert inverter.device.mode == 4
    assert state_of(hass, Platform.SELECT, "inverter_mode").state == "off"
    inverter.port.heard = b""
    await async_select(hass, "inverter_mode", "off")
    assert b":8" not in inverter.port.heard
    await async_select(hass, "inverter_mode", "eco")
    assert inverter.device.mode == 5


async def test_an_inverter_that_does_not_obey_is_told(
    hass: HomeAssistant, speak: Speak
) -> None:
    """What it has in force is shown, not what was wanted."""
    inverter = speak(Inverter(), LOAD)
    await async_set_up(hass, entry_for(inverter.port))
    feed = inverter.device.feed

    def without_writing(data: bytes) -> bytes:
        """Answer as a device that never takes a new mode over."""
        answer = feed(data)
        inverter.device.stored[0x0200] = 2
        return bytes(answer)

    inverter.port.answer = without_writing
    error = await async_error(async_select(hass, "inverter_mode", "eco"))
    assert error == "write_mismatch"
    assert state_of(hass, Platform.SELECT, "inverter_mode").state == "on"


async def test_the_output_voltage(hass: HomeAssistant, speak: Speak) -> None:
    """Within the limits that the inverter tells."""
    inverter = speak(Inverter(), LOAD)
    await async_set_up(hass, entry_for(inverter.port))
    state = state_of(hass, Platform.NUMBER, "output_voltage")
    assert float(state.state) == 230
    await async_set_number(hass, "output_voltage", 225)
    assert inverter.device.output_voltage_v == 225
    state = state_of(hass, Platform.NUMBER, "output_voltage")
    assert float(state.state) == 225


async def test_a_smart_inverter_has_a_relay(
    hass: HomeAssistant,
    speak: Speak,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """A bigger inverter has more to set than a small one."""
    inverter = speak(Inverter(product_id=0xA2A1, smart=True), LOAD)
    entry = entry_for(inverter.port)
    await async_set_up(hass, entry)
    assert entity_id(hass, Platform.SWITCH, "relay") is not None
    assert settings_of(entity_registry, entry.entry_id) == snapshot


# Battery monitors


async def test_the_relay_of_a_battery_monitor(
    hass: HomeAssistant, speak: Speak
) -> None:
    """It can be switched only while the owner leaves it to remote control."""
    monitor = speak(BatteryMonitor(product_id=0xA381), BATTERY)
    await async_set_up(
        hass,
        entry_for(monitor.port),
        enable=((Platform.SELECT, "relay_mode"),),
    )
    assert state_of(hass, Platform.SELECT, "relay_mode").state == "default"
    assert state_of(hass, Platform.SWITCH, "relay").state == STATE_OFF
    error = await async_error(async_switch(hass, "relay", True))
    assert error == "write_needs_remote_relay"
    assert not monitor.device.relay_closed
    await async_select(hass, "relay_mode", "remote")
    await async_switch(hass, "relay", True)
    assert monitor.device.relay_closed
    assert state_of(hass, Platform.SWITCH, "relay").state == STATE_ON
    await async_switch(hass, "relay", False)
    assert not monitor.device.relay_closed


async def test_a_shunt_without_relay(
    hass: HomeAssistant,
    speak: Speak,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """A SmartShunt has settings of the battery only, all of them hidden at first."""
    monitor = speak(BatteryMonitor(), BATTERY)
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry)
    assert entity_id(hass, Platform.SWITCH, "relay") is None
    assert settings_of(entity_registry, entry.entry_id) == snapshot


async def test_a_full_battery_is_told_to_the_monitor(
    hass: HomeAssistant, speak: Speak
) -> None:
    """A command is sent once, and never read."""
    monitor = speak(BatteryMonitor(), BATTERY)
    await async_set_up(
        hass, entry_for(monitor.port), enable=((Platform.BUTTON, "synchronise"),)
    )
    monitor.port.heard = b""
    await hass.services.async_call(
        BUTTON_DOMAIN,
        SERVICE_PRESS,
        {ATTR_ENTITY_ID: entity_id(hass, Platform.BUTTON, "synchronise")},
        blocking=True,
    )
    assert monitor.port.heard.count(b":82C10") == 1
    assert b":72C10" not in monitor.port.heard


async def test_an_old_monitor_is_only_read(hass: HomeAssistant, speak: Speak) -> None:
    """A BMV-602 knows no registers: nothing can be set, and the owner is told."""
    monitor = speak(BatteryMonitor(product_id=0x0201), BATTERY)
    await async_set_up(hass, entry_for(monitor.port), control="nothing_to_set")
    assert not hass.states.async_entity_ids(Platform.NUMBER)


# Replugging


async def test_a_cable_that_is_replugged_while_an_order_waits(
    hass: HomeAssistant, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is dropped; the device is asked anew and obeys new orders."""
    monkeypatch.setattr(links, "BACK_OFF_S", (0.05,))
    inverter = speak(Inverter(), LOAD)
    entry = entry_for(inverter.port)
    await async_set_up(hass, entry)
    feed, inverter.port.answer = inverter.port.answer, lambda _data: b""
    task = hass.async_create_task(async_select(hass, "inverter_mode", "off"))
    await async_until(lambda: inverter.port.heard.endswith(b":70002004C\n"))
    entry.runtime_data._link.abort("unplugged")
    assert await async_error(task) == "not_connected"
    inverter.port.answer = feed
    inverter.port.heard = b""
    await async_until(
        lambda: state_of(hass, Platform.SELECT, "inverter_mode").state == "on"
    )
    await asyncio.sleep(0.5)
    assert b":8" not in inverter.port.heard
    await async_select(hass, "inverter_mode", "off")
    assert inverter.device.mode == 4
