"""One bus over every way: the same entities, and reading only where nothing can go back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
import dataclasses
from typing import Any

from homeassistant.components import usb
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import (
    CONF_HOST,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.energy_manager import (
    links,
    vbus_discovery,
    vbus_http,
    vbus_identity,
)
from custom_components.energy_manager.const import CONF_KIND, DOMAIN, EntryKind
from custom_components.energy_manager.vbus_adapter import CONF_SERIAL_NUMBER
from custom_components.energy_manager.vbus_link import VBusLink
from custom_components.energy_manager.vbus_specification import async_get_specification

from .conftest import (
    PASSWORD,
    Clock,
    EmulatedAdapter,
    EmulatedPort,
    async_speak_over,
    async_until,
)
from .vbus_servers import (
    LOOPBACK,
    SERIAL_NUMBER,
    EmulatedWebServer,
    controller_packet,
    meter_packet,
)

COLLECTOR = "00_0010_7112_10_0100_000_2_0"
HEAT = "00_0010_7131_10_0100_000_4_0"
MISSING_PROBE = "00_0010_7112_10_0100_006_2_0"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait as long as real devices need."""
    monkeypatch.setattr(vbus_http, "FIRST_POLL_S", 0.02)
    monkeypatch.setattr(vbus_http, "POLL_S", 0.02)
    monkeypatch.setattr(links, "BACK_OFF_S", (0.02,))
    monkeypatch.setattr(vbus_discovery, "INFORMATION_PORTS", ())


@pytest.fixture
async def server(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncGenerator[EmulatedWebServer]:
    """A data logger or gateway with a web server."""
    emulated = EmulatedWebServer(await async_get_specification(hass))
    await emulated.async_start()
    yield emulated
    await emulated.async_stop()
    emulated.release()


async def async_set_up(
    hass: HomeAssistant, *, unique_id: str | None = SERIAL_NUMBER, **data: Any
) -> MockConfigEntry:
    """Set an entry up and wait until the collector is known."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Solar controller",
        unique_id=unique_id,
        data={CONF_KIND: EntryKind.VBUS.value, **data},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: state_of(hass, entry, COLLECTOR) is not None)
    await hass.async_block_till_done()
    return entry


def state_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> str | None:
    """Return the state of a value on the bus, None if there is none yet."""
    found = er.async_get(hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{entry.unique_id or entry.entry_id}_{key}"
    )
    state = None if found is None else hass.states.get(found)
    return None if state is None else state.state


def sensors_of(
    hass: HomeAssistant, entry: MockConfigEntry
) -> dict[str, tuple[object, ...]]:
    """Return all sensors of the controller's measurements by their unique id."""
    return {
        entity.unique_id: (entity.original_name, entity.unit_of_measurement)
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
        if entity.domain == Platform.SENSOR
        and "_00_0010_7112_10_0100_" in entity.unique_id
    }


async def async_sensors_over(
    hass: HomeAssistant, **data: Any
) -> dict[str, tuple[object, ...]]:
    """Return the sensors that a way gives, and remove them again."""
    entry = await async_set_up(hass, **data)
    sensors = sensors_of(hass, entry)
    assert state_of(hass, entry, COLLECTOR) == "71.5"
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    return sensors


async def test_every_way_gives_the_same_entities(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    server: EmulatedWebServer,
    serial_port: EmulatedPort,
) -> None:
    """Ids, names and units do not depend on the way."""
    network = {"host": LOOPBACK, "port": speaking_adapter.port}
    web = {"host": LOOPBACK, "port": server.port, "password": "sunshine"}
    ways: list[dict[str, object]] = [
        {**network, "password": PASSWORD},
        {**web, "way": "web_service"},
        {**web, "way": "download", "username": "admin"},
    ]
    over = [await async_sensors_over(hass, **way) for way in ways]
    speaking_adapter.raw = True
    over.append(await async_sensors_over(hass, **network, way="stream"))

    def speak() -> bytes:
        now = asyncio.get_running_loop().time()
        return speaking_adapter.controller.cycle(speaking_adapter.readings, now)

    speaking_adapter.silent = True
    task = asyncio.create_task(async_speak_over(serial_port, speak))
    over.append(await async_sensors_over(hass, way="serial", device=serial_port.path))
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert len(over[0]) > 20
    assert all(sensors == over[0] for sensors in over)


async def test_a_polled_bus_is_read_only(
    hass: HomeAssistant, server: EmulatedWebServer
) -> None:
    """Values come with their faults; nothing can be written, whatever is allowed."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=SERIAL_NUMBER,
        data={
            CONF_KIND: "vbus",
            "way": "web_service",
            "host": LOOPBACK,
            "port": server.port,
            "password": "sunshine",
        },
        options={"control": True},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: state_of(hass, entry, HEAT) is not None)
    assert state_of(hass, entry, MISSING_PROBE) in (None, STATE_UNKNOWN)
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    assert not link.can_write
    assert link.family(0x7112) is None
    link.send(b"\xaa")
    assert not hass.states.async_entity_ids(Platform.SELECT)
    server.channels = {0: (controller_packet(80.0), meter_packet())}
    await async_until(lambda: server.requests > 10)


async def test_a_polled_bus_is_lost_and_found(
    hass: HomeAssistant, server: EmulatedWebServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once each; a wrong password asks the owner."""
    caplog.set_level("INFO")
    entry = await async_set_up(
        hass,
        way="download",
        host=LOOPBACK,
        port=server.port,
        username="admin",
        password="sunshine",
    )
    await server.async_stop()
    await async_until(lambda: state_of(hass, entry, COLLECTOR) == STATE_UNAVAILABLE)
    await server.async_start()
    await async_until(lambda: state_of(hass, entry, COLLECTOR) == "71.5")
    assert caplog.text.count("Connection to Solar controller lost") == 1
    assert caplog.text.count("Connection to Solar controller is back") == 1
    server.password = "moonlight"
    await async_until(
        lambda: any(
            flow["context"]["source"] == SOURCE_REAUTH
            for flow in hass.config_entries.flow.async_progress()
        )
    )
    asked = server.requests
    await asyncio.sleep(0.2)
    assert server.requests == asked
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR


async def test_a_silent_controller_goes_stale_behind_a_data_logger(
    hass: HomeAssistant, server: EmulatedWebServer, clock: Clock
) -> None:
    """The logger repeats its last words for ever; they are not believed for ever."""
    entry = await async_set_up(
        hass,
        way="web_service",
        host=LOOPBACK,
        port=server.port,
        password="sunshine",
    )
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    server.moving = False
    asked = server.requests
    await async_until(lambda: server.requests > asked + 2)
    assert link.heard(0x7112)
    clock.tick(61)
    assert not link.heard(0x7112)
    assert link.connected


async def test_an_adapter_that_is_plugged_in_again(
    hass: HomeAssistant,
    serial_port: EmulatedPort,
    adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for the next attempt."""

    def speak() -> bytes:
        now = asyncio.get_running_loop().time()
        return adapter.controller.cycle(adapter.readings, now)

    task = asyncio.create_task(async_speak_over(serial_port, speak))
    entry = await async_set_up(hass, way="serial", device=serial_port.path)
    monkeypatch.setattr(links, "BACK_OFF_S", (3600.0,))
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    opened = link.diagnostics()["connections"]
    link._connection._link.abort("unplugged")
    await async_until(lambda: not link.connected)
    port = usb.USBDevice(
        device=serial_port.path,
        vid="1FEF",
        pid="2018",
        serial_number=None,
        manufacturer="RESOL",
        description="VBus/USB",
    )
    other = dataclasses.replace(port, device="/dev/other")
    link._connection.ports_changed({other}, set())
    await asyncio.sleep(0.05)
    assert not link.connected
    link._connection.ports_changed({port}, set())
    await async_until(lambda: link.connected)
    assert link.diagnostics()["connections"] == opened + 1
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_only_the_chosen_channel_is_shown(
    hass: HomeAssistant, server: EmulatedWebServer
) -> None:
    """Two controllers of the same kind do not mix."""
    server.channels = {1: (controller_packet(20.0),), 2: (controller_packet(90.0),)}
    entry = await async_set_up(
        hass,
        unique_id=f"{SERIAL_NUMBER}_2",
        way="download",
        host=LOOPBACK,
        port=server.port,
        username="admin",
        password="sunshine",
        channel=2,
    )
    assert state_of(hass, entry, COLLECTOR) == "90.0"


async def test_the_channel_of_a_dl3_is_streamed(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The stored channel is asked for at every login."""
    speaking_adapter.channels = {1: "House", 3: "Pool"}
    entry = await async_set_up(
        hass, host=LOOPBACK, port=speaking_adapter.port, password=PASSWORD, channel=3
    )
    assert [one.channel for one in speaking_adapter._streams.values()] == [3]
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    assert link.channel == 3


async def test_the_adapter_tells_who_it_is(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    server: EmulatedWebServer,
    monkeypatch: pytest.MonkeyPatch,
    device_registry: dr.DeviceRegistry,
) -> None:
    """An entry of before learns the serial number and keeps its identity."""
    monkeypatch.setattr(vbus_discovery, "INFORMATION_PORTS", (server.port,))
    server.product = "VBus/LAN"
    entry = await async_set_up(
        hass,
        unique_id=None,
        host=LOOPBACK,
        port=speaking_adapter.port,
        password=PASSWORD,
    )
    await async_until(lambda: CONF_SERIAL_NUMBER in entry.data)
    assert entry.data[CONF_SERIAL_NUMBER] == SERIAL_NUMBER
    assert entry.unique_id is None
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert device is not None
    assert (device.model, device.sw_version) == ("VBus/LAN", "2.2.0")
    assert device.serial_number == SERIAL_NUMBER
    assert state_of(hass, entry, COLLECTOR) == "71.5"


async def test_a_lost_adapter_is_found_at_its_new_address(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While running it is searched for now and then; at a start at once."""
    searches = 0
    address: str | None = None

    async def async_find(_hass: HomeAssistant, serial_number: str) -> str | None:
        nonlocal searches
        assert serial_number == SERIAL_NUMBER
        searches += 1
        return address

    monkeypatch.setattr(vbus_identity, "async_find", async_find)
    monkeypatch.setattr(vbus_identity, "monotonic", clock)
    entry = await async_set_up(
        hass,
        host=LOOPBACK,
        port=speaking_adapter.port,
        password=PASSWORD,
        serial_number=SERIAL_NUMBER,
    )
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    await speaking_adapter.async_stop()
    await async_until(lambda: not link.connected)
    now = dt_util.utcnow()
    clock.tick(30)
    link._watch(now)
    await asyncio.sleep(0.02)
    assert searches == 0
    clock.tick(40)
    link._watch(now)
    await async_until(lambda: searches == 1)
    clock.tick(40)
    link._watch(now)
    await asyncio.sleep(0.02)
    assert searches == 1
    address = "localhost"
    clock.tick(700)
    link._watch(now)
    await async_until(lambda: entry.data[CONF_HOST] == address)
    await async_until(lambda: entry.state is ConfigEntryState.SETUP_RETRY)
    address = LOOPBACK
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.data[CONF_HOST] == LOOPBACK
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await speaking_adapter.async_start()
    assert await hass.config_entries.async_reload(entry.entry_id)


async def test_diagnostics_tell_the_traffic_but_no_secrets(
    hass: HomeAssistant,
    server: EmulatedWebServer,
    hass_client: ClientSessionGenerator,
) -> None:
    """Way, channel, counts and round trip; no address, user, password or number."""
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await async_set_up(
        hass,
        way="download",
        host=LOOPBACK,
        port=server.port,
        username="admin",
        password="sunshine",
        serial_number=SERIAL_NUMBER,
    )
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = str(shown)
    for secret in ("sunshine", LOOPBACK, "'admin'", f"'{SERIAL_NUMBER}'"):
        assert secret not in text
    link = shown["link"]
    assert link["way"] == "download"
    assert link["frames"] >= 2
    assert link["malformed_frames"] == 0
    assert link["connections"] == 1
    assert 0 < link["round_trip_s"] < 10


async def test_the_connection_is_an_entity(
    hass: HomeAssistant, server: EmulatedWebServer
) -> None:
    """Of the adapter, whichever way it is reached."""
    entry = await async_set_up(
        hass, way="web_service", host=LOOPBACK, port=server.port, password="sunshine"
    )
    (connection,) = [
        entity.entity_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
        if entity.unique_id == f"{SERIAL_NUMBER}_connection"
    ]
    state = hass.states.get(connection)
    assert state is not None
    assert state.state == STATE_ON
