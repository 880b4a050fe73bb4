"""Broken probes are told, one by one and for the whole device."""

from dataclasses import replace

from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .conftest import EmulatedAdapter, async_until
from .test_vbus_link import MEASUREMENTS, async_set_up, entity_id, entry_for, state_of

PROBES = {"000_2_0": "not_connected", "002_2_0": "none", "012_2_0": "unused"}


async def test_each_probe_tells_its_fault(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    entity_registry: er.EntityRegistry,
) -> None:
    """Disabled until wanted; a probe that broke before the start is told too."""
    entry = entry_for(speaking_adapter)
    await async_set_up(hass, entry)
    faults = {
        key: entity_id(hass, Platform.BINARY_SENSOR, f"{MEASUREMENTS}_{key}_fault")
        for key in PROBES
    }
    for fault in faults.values():
        registered = entity_registry.async_get(fault)
        assert registered is not None
        assert registered.disabled
        entity_registry.async_update_entity(fault, disabled_by=None)
    device = f"{MEASUREMENTS}_sensor_fault"
    assert state_of(hass, Platform.BINARY_SENSOR, device) == STATE_OFF

    speaking_adapter.readings = replace(
        speaking_adapter.readings, temperatures_c=(None, 32.1, 58.4, None)
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await async_until(
        lambda: state_of(hass, Platform.BINARY_SENSOR, device) == STATE_ON
    )
    await hass.async_block_till_done()
    for key, fault in faults.items():
        state = hass.states.get(fault)
        assert state is not None
        assert state.attributes["fault"] == PROBES[key]
        assert state.state == (STATE_ON if key == "000_2_0" else STATE_OFF)
    first = hass.states.get(faults["000_2_0"])
    assert first is not None
    assert first.name.endswith("Fault of Temperature sensor 1")
    told = hass.states.get(entity_id(hass, Platform.BINARY_SENSOR, device))
    assert told is not None
    assert told.attributes["Temperature sensor 1"] == "not_connected"
    assert "Temperature sensor 4" not in told.attributes, "never worked"
