"""VE.Direct devices on real pseudo terminals: reading, losing, swapping, writing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    CONF_DEVICE,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
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

from custom_components.energy_manager import links, vedirect_identity
from custom_components.energy_manager.const import (
    CONF_CONTROL,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.vedirect_history import CONF_HISTORY_IMPORTED
from custom_components.energy_manager.vedirect_identity import (
    CONF_PRODUCT_ID,
    CONF_SERIAL_NUMBER,
)

from .conftest import (
    Clock,
    EmulatedPort,
    SpeakingCharger,
    SpeakingInverter,
    SpeakingMonitor,
    async_until,
    entities_of,
)

# No reading grows old because the machine is slow.
pytestmark = pytest.mark.usefixtures("clock")

IDENTITY = "a-device"


def entry_for(
    port: EmulatedPort, *, control: bool = False, product_id: int | None = None
) -> MockConfigEntry:
    """Return the config entry of the device at a port."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="My device",
        unique_id=IDENTITY,
        data={
            CONF_KIND: EntryKind.VEDIRECT.value,
            CONF_DEVICE: port.path,
            CONF_PRODUCT_ID: product_id,
            CONF_HISTORY_IMPORTED: True,
        },
        options={CONF_CONTROL: control},
    )


def entity_id(hass: HomeAssistant, platform: Platform, key: str) -> str:
    """Return the entity of a value."""
    found = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{IDENTITY}_{key}"
    )
    assert found is not None
    return found


def state_of(hass: HomeAssistant, key: str, platform: Platform) -> str | None:
    """Return the state of a value, None if there is none yet."""
    found = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{IDENTITY}_{key}"
    )
    state = None if found is None else hass.states.get(found)
    return None if state is None else state.state


def sensor_of(hass: HomeAssistant, key: str) -> str | None:
    """Return the state of a sensor, None if there is none yet."""
    return state_of(hass, key, Platform.SENSOR)


async def async_set_up(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> None:
    """Set an entry up and wait for one of its sensors."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: sensor_of(hass, key) is not None)
    await hass.async_block_till_done()


async def test_a_charger_is_shown(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A charger's readings have the names and states of core's integration."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "yield_total")
    shown = {
        "battery_voltage": "13.36",
        "battery_current": "21.4",
        "solar_power": "298",
        "panel_voltage": "88.2",
        "charge_state": "bulk",
        "charger_error": "no_error",
        "off_reason": "no_reason",
        "yield_total": "1234.56",
        "yield_today": "2.34",
    }
    # A counter is believed when its second reading agrees.
    await async_until(lambda: {key: sensor_of(hass, key) for key in shown} == shown)
    total = hass.states.get(entity_id(hass, Platform.SENSOR, "yield_total"))
    assert total is not None
    assert total.attributes["device_class"] == "energy"
    assert total.attributes["state_class"] == "total_increasing"
    assert total.attributes["unit_of_measurement"] == "kWh"
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.name == "SmartSolar MPPT 150/70 rev2"
    assert device.manufacturer == "Victron Energy"
    assert device.serial_number == "HQ2345SUN70"
    assert device.sw_version == "1.64"
    assert state_of(hass, "connection", Platform.BINARY_SENSOR) == STATE_ON


async def test_all_entities_of_a_charger(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Names, units and classes stay as they are."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "yield_today")
    assert entities_of(entity_registry, entry.entry_id) == snapshot


async def test_all_entities_of_an_inverter(
    hass: HomeAssistant,
    inverter: SpeakingInverter,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Names, units and classes stay as they are."""
    entry = entry_for(inverter.port)
    await async_set_up(hass, entry, "off_reason")
    assert entities_of(entity_registry, entry.entry_id) == snapshot


async def test_all_entities_of_a_battery_monitor(
    hass: HomeAssistant,
    monitor: SpeakingMonitor,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Names, units and classes stay as they are."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "charged_energy")
    assert entities_of(entity_registry, entry.entry_id) == snapshot


async def test_rarely_used_values_are_disabled(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    entity_registry: er.EntityRegistry,
) -> None:
    """Statistics of the device are there, but disabled."""
    await async_set_up(hass, entry_for(charger.port), "solar_power")
    disabled = {
        found.unique_id.removeprefix(f"{IDENTITY}_")
        for found in entity_registry.entities.values()
        if found.disabled
    }
    assert disabled == {
        "battery_temperature",
        "charger_current",
        "charger_temperature",
        "day_number",
        "max_power_today",
        "max_power_yesterday",
        "panel_current",
    }


async def test_an_inverter_is_shown(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """Inverters have apparent power, alarms and warnings."""
    await async_set_up(hass, entry_for(inverter.port), "ac_voltage")
    shown = {
        "ac_voltage": "230.1",
        "ac_current": "0.8",
        "ac_apparent_power": "184",
        "battery_voltage": "12.9",
        "device_state": "inverting",
        "device_mode": "on",
        "alarm": "no_alarm",
        "warning": "no_alarm",
    }
    await async_until(lambda: {key: sensor_of(hass, key) for key in shown} == shown)
    inverter.readings = replace(inverter.readings, warning=0x101)
    await async_until(lambda: sensor_of(hass, "warning") == "low_voltage")
    warning = hass.states.get(entity_id(hass, Platform.SENSOR, "warning"))
    assert warning is not None
    assert warning.attributes["active"] == ["low_voltage", "overload"]


async def test_two_blocks_make_one_battery_monitor(
    hass: HomeAssistant,
    monitor: SpeakingMonitor,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The second block has no product id, and is no other device."""
    entry = entry_for(monitor.port)
    await async_set_up(hass, entry, "charged_energy")
    shown = {
        "voltage": "12.61",
        "current": "-7.6",
        "state_of_charge": "83.9",
        "consumed_ampere_hours": "-32.2",
        "remaining_minutes": "942",
        "discharged_energy": "120.5",
        "charged_energy": "131.2",
    }
    await async_until(lambda: {key: sensor_of(hass, key) for key in shown} == shown)
    charge = hass.states.get(entity_id(hass, Platform.SENSOR, "state_of_charge"))
    assert charge is not None
    assert charge.attributes["device_class"] == "battery"
    assert len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == 1
    monitor.readings = replace(
        monitor.readings, state_of_charge_percent=None, consumed_ah=None
    )
    await async_until(lambda: sensor_of(hass, "state_of_charge") == STATE_UNKNOWN)


async def test_states_are_written_at_leisure(
    hass: HomeAssistant, charger: SpeakingCharger, clock: Clock
) -> None:
    """A minute of a flickering reading costs no state, a jump shows."""
    await async_set_up(hass, entry_for(charger.port), "battery_voltage")
    entity = entity_id(hass, Platform.SENSOR, "battery_voltage")
    state = hass.states.get(entity)
    assert state is not None
    link = hass.config_entries.async_entries(DOMAIN)[0].runtime_data
    await charger.async_fall_silent(link)

    async def async_second(voltage_v: float) -> None:
        clock.tick(1)
        charger.readings = replace(charger.readings, battery_voltage_v=voltage_v)
        await charger.async_say(link)

    for second in range(60):
        await async_second(13.36 + 0.02 * (second % 2))
    assert hass.states.get(entity) is state
    await async_second(14.4)
    assert sensor_of(hass, "battery_voltage") == "14.4"


async def test_a_value_that_was_held_back_is_told_later(
    hass: HomeAssistant, inverter: SpeakingInverter, clock: Clock
) -> None:
    """A load that is on for two seconds does not stay for ever."""
    await async_set_up(hass, entry_for(inverter.port), "ac_apparent_power")
    link = hass.config_entries.async_entries(DOMAIN)[0].runtime_data
    await inverter.async_fall_silent(link)

    async def async_second(power_va: int, seconds: float) -> str | None:
        clock.tick(seconds)
        inverter.readings = replace(inverter.readings, ac_apparent_power_va=power_va)
        await inverter.async_say(link)
        return sensor_of(hass, "ac_apparent_power")

    assert await async_second(1000, 10) == "1000"
    assert await async_second(0, 3) == "1000"
    assert await async_second(0, 3) == "0"


async def test_a_damaged_counter_leaves_no_spike(
    hass: HomeAssistant, charger: SpeakingCharger, clock: Clock
) -> None:
    """One false reading of the yield does not reach the statistics."""
    await async_set_up(hass, entry_for(charger.port), "yield_total")
    honest = charger.readings
    link = hass.config_entries.async_entries(DOMAIN)[0].runtime_data
    await charger.async_fall_silent(link)
    for yield_total_kwh in (99_999.0, 1234.57, 1234.58):
        clock.tick(120)
        charger.readings = replace(honest, yield_total_kwh=yield_total_kwh)
        await charger.async_say(link)
        await hass.async_block_till_done()
        assert sensor_of(hass, "yield_total") in ("1234.56", "1234.57", "1234.58")


async def test_a_silent_device_is_unavailable_and_comes_back(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After 10 s the values are unavailable, after 30 s the port is opened anew."""
    caplog.set_level("INFO")
    monkeypatch.setattr(links, "BACK_OFF_S", (0.05,))
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "solar_power")
    await charger.async_fall_silent(entry.runtime_data)

    async def async_pass(seconds: float) -> None:
        clock.tick(seconds)
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=3))
        await hass.async_block_till_done()

    await async_pass(6)
    assert sensor_of(hass, "solar_power") == "298"
    assert caplog.text.count("Connection to My device lost: no readings") == 1
    await async_pass(5)
    assert sensor_of(hass, "solar_power") == STATE_UNAVAILABLE
    assert state_of(hass, "connection", Platform.BINARY_SENSOR) == STATE_OFF
    await async_until(lambda: entry.runtime_data.trouble == "no_text")
    connections = entry.runtime_data.diagnostics()["connections"]
    await async_pass(20)
    await async_until(lambda: not entry.runtime_data.connected)
    charger.start()
    await async_until(lambda: sensor_of(hass, "solar_power") == "298")
    assert state_of(hass, "connection", Platform.BINARY_SENSOR) == STATE_ON
    assert entry.runtime_data.diagnostics()["connections"] == connections + 1
    assert entry.runtime_data.trouble is None
    assert caplog.text.count("Connection to My device lost") == 1
    assert caplog.text.count("Connection to My device is back") == 1


async def test_an_unplugged_cable(
    hass: HomeAssistant, charger: SpeakingCharger, caplog: pytest.LogCaptureFixture
) -> None:
    """Unplugging makes everything unavailable at once and is logged once."""
    caplog.set_level("INFO")
    await async_set_up(hass, entry_for(charger.port), "solar_power")
    await charger.async_stop()
    charger.port.unplug()
    await async_until(lambda: sensor_of(hass, "solar_power") == STATE_UNAVAILABLE)
    assert state_of(hass, "connection", Platform.BINARY_SENSOR) == STATE_OFF
    assert caplog.text.count("Connection to My device lost") == 1


async def test_another_device_is_not_shown_as_the_old_one(
    hass: HomeAssistant,
    monitor: SpeakingMonitor,
    issue_registry: ir.IssueRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Swapped cables are told; histories are not mixed."""
    entry = entry_for(monitor.port, product_id=0xA06C)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    issue = issue_registry.async_get_issue(
        DOMAIN, f"vedirect_another_device_{entry.entry_id}"
    )
    assert issue is not None
    assert issue.translation_placeholders == {
        "title": "My device",
        "found": "SmartShunt 500A/50mV",
    }
    await hass.config_entries.async_remove(entry.entry_id)
    assert not issue_registry.issues


async def test_a_swap_while_running(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Readings of another device end the old one's until it is back."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "solar_power")
    assert entry.data[CONF_PRODUCT_ID] == 0xA06C
    assert entry.data[CONF_SERIAL_NUMBER] == "HQ2345SUN70"
    right = charger.device
    charger.device = type(right)(serial="HQ9999OTHER")
    await async_until(lambda: sensor_of(hass, "solar_power") == STATE_UNAVAILABLE)
    assert len(issue_registry.issues) == 1
    charger.device = right
    await async_until(lambda: sensor_of(hass, "solar_power") == "298")
    assert not issue_registry.issues


async def test_a_silent_port_is_tried_again(
    hass: HomeAssistant, serial_port: EmulatedPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A charger without communication at night is tried again later."""
    monkeypatch.setattr(vedirect_identity, "TEXT_WAIT_S", 0.2)
    monkeypatch.setattr(vedirect_identity, "ANSWER_S", 0.05)
    entry = entry_for(serial_port)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "no_connection"
    # The port is free again.
    stream = await links.async_open(
        links.SerialPort(device=serial_port.path, baudrate=19200)
    )
    await stream.async_close()


async def test_unloading_frees_the_port(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """After unloading the port can be opened by others."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "solar_power")
    assert await hass.config_entries.async_unload(entry.entry_id)
    stream = await links.async_open(
        links.SerialPort(device=charger.port.path, baudrate=19200)
    )
    await stream.async_close()


async def test_diagnostics_show_the_device(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    hass_client: ClientSessionGenerator,
) -> None:
    """Values and counters of damage, but no serial number."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "yield_today")
    assert await async_setup_component(hass, "diagnostics", {})
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert shown["link"]["family"] == "mppt"
    assert shown["link"]["malformed_frames"] == 0
    assert shown["link"]["product"] == "SmartSolar MPPT 150/70 rev2"
    assert shown["link"]["firmware"] == 164
    assert shown["link"]["trouble"] is None
    assert shown["link"]["label_ages_s"]["PPV"] < 5
    assert shown["link"]["values"]["solar_power"] == 298
    assert "HQ2345SUN70" not in str(shown)
