"""The virtual sensor over real TCP, what may be removed, and the options of both."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.energy_manager import async_remove_config_entry_device
from custom_components.energy_manager.const import (
    CONF_CONTROLLERS,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.engine.vbus import Packet, encode
from custom_components.energy_manager.engine.vbus.emulation import (
    MX_2,
    Controller,
    Thermostat,
)
from custom_components.energy_manager.vbus_module import ISSUE_TAKEN
from custom_components.energy_manager.write_log import EVENT_WRITE

from .conftest import PASSWORD, Clock, EmulatedAdapter, async_until

IDENTITY = "0011223344556677"
BOILER_RELAY = 4
MODULE = {"module": 1, "sensor": 2, "away": "held"}


def entry_for(adapter: EmulatedAdapter, **options: Any) -> MockConfigEntry:
    """Return the entry of an adapter."""
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
        options={CONF_CONTROLLERS: [], **options},
    )


@pytest.fixture
def boiler(speaking_adapter: EmulatedAdapter) -> Controller:
    """A controller with a thermostat function on a module's second sensor."""
    speaking_adapter.controller = Controller(
        MX_2,
        modules=1,
        thermostats=(
            Thermostat(relay=BOILER_RELAY, on_c=0.0, off_c=10.0, module=1, sensor=2),
        ),
    )
    return speaking_adapter.controller


def find(hass: HomeAssistant, platform: str, key: str) -> str | None:
    """Return an entity of the adapter."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{IDENTITY}_{key}")


def state_of(hass: HomeAssistant, platform: str, key: str) -> str | None:
    """Return the state of an entity of the adapter."""
    found = find(hass, platform, key)
    state = None if found is None else hass.states.get(found)
    return None if state is None else state.state


async def async_set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: bool(entry.runtime_data.visits.controllers))


async def async_switch(hass: HomeAssistant, service: str) -> None:
    """Use the switch as its owner does."""
    await hass.services.async_call(
        "switch",
        service,
        {ATTR_ENTITY_ID: find(hass, "switch", "virtual_release")},
        blocking=True,
    )


async def test_the_thermostat_function_follows_the_switch(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter, boiler: Controller
) -> None:
    """The controller switches its relay, and nothing is written to its memory."""
    entry = entry_for(speaking_adapter, virtual_module=MODULE)
    before = boiler.values
    await async_set_up(hass, entry)
    await async_until(lambda: state_of(hass, "sensor", "virtual_module") == "asked")
    assert state_of(hass, "switch", "virtual_release") == "off"
    assert boiler.heating_relays == set()
    told = async_capture_events(hass, EVENT_WRITE)
    await async_switch(hass, "turn_on")
    await async_until(lambda: boiler.heating_relays == {BOILER_RELAY})
    assert state_of(hass, "switch", "virtual_release") == "on"
    assert [event.data["after"] for event in told] == [True]
    await async_switch(hass, "turn_off")
    await async_until(lambda: boiler.heating_relays == set())
    assert boiler.values == before


async def test_the_last_word_leaves_the_controller_alone(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter, boiler: Controller
) -> None:
    """Before Home Assistant falls silent the sensor says what holds without it."""
    entry = entry_for(speaking_adapter, virtual_module=MODULE)
    await async_set_up(hass, entry)
    await async_until(lambda: state_of(hass, "sensor", "virtual_module") == "asked")
    await async_switch(hass, "turn_on")
    await async_until(lambda: boiler.heating_relays == {BOILER_RELAY})
    module = boiler._modules[0]
    assert await hass.config_entries.async_unload(entry.entry_id)
    # Not by missing answers: the controller has heard the neutral value.
    assert module.resistances_mohm == () or module.resistances_mohm[1] == 4_000_000
    await async_until(lambda: boiler.heating_relays == set())


async def test_a_real_module_at_the_number_is_told(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    boiler: Controller,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Two modules at one number would talk over each other."""
    entry = entry_for(speaking_adapter, virtual_module=MODULE)
    await async_set_up(hass, entry)
    await async_until(lambda: state_of(hass, "sensor", "virtual_module") == "asked")
    real = Packet(MX_2.address, 0x6651, 0x0100, bytes(24))
    speaking_adapter.send(encode(real))
    await async_until(lambda: state_of(hass, "sensor", "virtual_module") == "collision")
    issue = issue_registry.async_get_issue(DOMAIN, f"{ISSUE_TAKEN}_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders == {"title": "Solar controller"}


async def test_a_number_that_is_not_registered_is_told(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A controller without modules asks for none."""
    entry = entry_for(speaking_adapter, virtual_module=MODULE)
    await async_set_up(hass, entry)
    await async_until(lambda: state_of(hass, "sensor", "virtual_module") == "not_asked")


async def test_the_virtual_sensor_is_set_up_in_the_options(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter, boiler: Controller
) -> None:
    """Choosing it adds the switch; leaving it takes it away."""
    entry = entry_for(speaking_adapter, controllers=["7E11"])
    await async_set_up(hass, entry)
    assert find(hass, "switch", "virtual_release") is None

    async def async_answer(installed: bool) -> None:
        flow = await hass.config_entries.options.async_init(entry.entry_id)
        assert flow["type"] is FlowResultType.MENU
        flow = await hass.config_entries.options.async_configure(
            flow["flow_id"], {"next_step_id": "vbus_virtual_module"}
        )
        assert flow["type"] is FlowResultType.FORM
        flow = await hass.config_entries.options.async_configure(
            flow["flow_id"], {"installed": installed, **MODULE}
        )
        assert flow["type"] is FlowResultType.CREATE_ENTRY
        await hass.async_block_till_done()

    await async_answer(True)
    assert entry.options == {CONF_CONTROLLERS: ["7E11"], "virtual_module": MODULE}
    await async_until(lambda: state_of(hass, "switch", "virtual_release") == "off")
    await async_answer(False)
    assert entry.options == {CONF_CONTROLLERS: ["7E11"]}
    await async_until(
        lambda: state_of(hass, "switch", "virtual_release") in (None, "unavailable")
    )


async def test_a_way_that_only_reads_says_so_in_the_options(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """There is nothing to choose, but something to read."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=IDENTITY,
        data={
            CONF_KIND: EntryKind.VBUS.value,
            CONF_HOST: "127.0.0.1",
            "way": "web_service",
        },
        options={CONF_CONTROLLERS: []},
    )
    entry.add_to_hass(hass)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["menu_options"] is not None
    assert "vbus_control" not in flow["menu_options"]
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"next_step_id": "vbus_reading_only"}
    )
    assert flow["type"] is FlowResultType.FORM
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {CONF_CONTROLLERS: []}


async def test_controllers_that_are_only_read_are_named_in_the_options(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """An unknown controller cannot be chosen, and the form says why."""
    entry = entry_for(speaking_adapter)
    await async_set_up(hass, entry)
    block = bytes.fromhex("01010000 7300b822 01080000 64000000")
    for _ in range(12):
        speaking_adapter.send(encode(Packet(0x0015, 0x6F01, 0x0100, block)))
    await async_until(
        lambda: (
            {one.source for one in entry.runtime_data.visits.controllers}
            == {0x7112, 0x6F01}
        )
    )
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"next_step_id": "vbus_control"}
    )
    placeholders = flow["description_placeholders"]
    assert placeholders is not None
    assert "6F01: Reading only: unknown controller" in placeholders["reading_only"]
    assert "HQM" not in placeholders["reading_only"]


async def test_only_silent_devices_may_be_removed(
    hass: HomeAssistant,
    adapter: EmulatedAdapter,
    clock: Clock,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A controller that is heard would come back at once."""
    entry = entry_for(adapter)
    entry.add_to_hass(hass)
    task = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await async_until(lambda: adapter.streaming)
    adapter.speak(4)
    await task
    await async_until(lambda: bool(entry.runtime_data.visits.controllers))
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    devices = {
        device.model_id: device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    }

    async def async_may_go(model_id: str | None) -> bool:
        return await async_remove_config_entry_device(hass, entry, devices[model_id])

    assert not await async_may_go("0x7112")
    clock.tick(120)
    assert await async_may_go("0x7112")
    (itself,) = [
        device
        for device in devices.values()
        if (DOMAIN, IDENTITY) in device.identifiers
    ]
    assert not await async_remove_config_entry_device(hass, entry, itself)
