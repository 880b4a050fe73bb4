"""Every way to a VBus in the config flow: data loggers, gateways, serial, search."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USB, ConfigEntryState, ConfigFlowResult
from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers.service_info.usb import UsbServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager import (
    flow_vbus_trial,
    vbus_adapter,
    vbus_discovery,
    vbus_http,
)
from custom_components.energy_manager.const import CONF_KIND, DOMAIN, EntryKind
from custom_components.energy_manager.vbus_adapter import (
    CONF_CHANNEL,
    CONF_SERIAL_NUMBER,
    CONF_WAY,
)
from custom_components.energy_manager.vbus_specification import async_get_specification

from .conftest import PASSWORD, EmulatedAdapter, EmulatedPort, async_speak_over
from .test_flow_vbus import async_begin, async_choose
from .vbus_servers import (
    LOOPBACK,
    SERIAL_NUMBER,
    EmulatedResponder,
    EmulatedWebServer,
    controller_packet,
    meter_packet,
)

type SetPage = Callable[[EmulatedWebServer], None]


@pytest.fixture(autouse=True)
def not_set_up() -> Iterator[None]:
    """Create entries without setting them up, and remove them the same way."""
    with (
        patch(
            "custom_components.energy_manager.vbus_link.async_setup_entry",
            return_value=True,
        ),
        patch(
            "custom_components.energy_manager.vbus_link.async_unload_entry",
            return_value=True,
        ),
    ):
        yield


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait as long as real devices need."""
    monkeypatch.setattr(vbus_adapter, "FIRST_DATA_TIMEOUT_S", 2.0)
    monkeypatch.setattr(vbus_discovery, "QUERY_PAUSE_S", 0.02)
    monkeypatch.setattr(vbus_discovery, "LAST_REPLY_S", 0.2)
    monkeypatch.setattr(vbus_discovery, "INFORMATION_PORTS", ())
    monkeypatch.setattr(vbus_http, "FIRST_POLL_S", 0.01)


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


@pytest.fixture
def information(
    server: EmulatedWebServer, monkeypatch: pytest.MonkeyPatch
) -> EmulatedWebServer:
    """The information page of that server, where adapters have theirs."""
    monkeypatch.setattr(vbus_discovery, "INFORMATION_PORTS", (1, server.port))
    return server


@pytest.fixture
async def responder(
    hass: HomeAssistant, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[EmulatedResponder]:
    """An adapter that answers the search, on the only network there is."""
    emulated = EmulatedResponder()
    port = await emulated.async_start()
    monkeypatch.setattr(vbus_discovery, "DISCOVERY_PORT", port)
    monkeypatch.setattr(vbus_discovery, "LIMITED_BROADCAST", LOOPBACK)
    adapters = [
        {"enabled": True, "ipv4": [{"address": LOOPBACK, "network_prefix": 32}]},
        {"enabled": True, "ipv4": [{"address": "192.0.2.1", "network_prefix": 24}]},
        {"enabled": False, "ipv4": [{"address": "127.0.0.2", "network_prefix": 32}]},
    ]
    with patch(
        "custom_components.energy_manager.vbus_discovery.network.async_get_adapters",
        return_value=adapters,
    ):
        yield emulated
    emulated.stop()


def add_entry(hass: HomeAssistant, **data: object) -> MockConfigEntry:
    """Add the entry of some VBus adapter."""
    entry = MockConfigEntry(
        domain=DOMAIN, data={CONF_KIND: EntryKind.VBUS.value, **data}
    )
    entry.add_to_hass(hass)
    return entry


async def async_enter(
    hass: HomeAssistant, result: ConfigFlowResult, **answers: object
) -> ConfigFlowResult:
    """Fill in a form."""
    assert result["type"] is FlowResultType.FORM
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


async def async_search(hass: HomeAssistant) -> ConfigFlowResult:
    """Search the network and wait for what was found."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "user"}
    )
    result = await async_choose(hass, result, "vbus")
    result = await async_choose(hass, result, "vbus_search")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "vbus_search"
    await hass.async_block_till_done()
    return await hass.config_entries.flow.async_configure(result["flow_id"])


# Web service and web page


async def test_a_km2_is_added(
    hass: HomeAssistant, information: EmulatedWebServer
) -> None:
    """The login is tried; the serial number becomes the identity."""
    information.product = "KM2"
    result = await async_begin(hass, "vbus_web_service")
    for password, page, error in (
        ("wrong", None, "invalid_auth"),
        ("sunshine", "<html></html>", "no_live_data"),
    ):
        information.page = page
        result = await async_enter(
            hass, result, host=LOOPBACK, port=information.port, password=password
        )
        assert result["errors"] == {"base": error}
    information.page = None
    result = await async_enter(
        hass, result, host=LOOPBACK, port=information.port, password="sunshine"
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "DeltaSol BX Plus"
    assert result["result"].unique_id == SERIAL_NUMBER
    assert result["data"] == {
        CONF_KIND: "vbus",
        CONF_WAY: "web_service",
        CONF_HOST: LOOPBACK,
        CONF_PORT: information.port,
        CONF_PASSWORD: "sunshine",
        CONF_CHANNEL: 0,
        CONF_SERIAL_NUMBER: SERIAL_NUMBER,
    }


async def test_a_data_logger_without_measurements(
    hass: HomeAssistant, server: EmulatedWebServer
) -> None:
    """The controller is off, or nobody listens at all."""
    server.channels = {}
    result = await async_begin(hass, "vbus_download")
    answers = {CONF_HOST: LOOPBACK, CONF_USERNAME: "admin", CONF_PASSWORD: "sunshine"}
    result = await async_enter(hass, result, **answers, port=server.port)
    assert result["errors"] == {"base": "no_data"}
    result = await async_enter(hass, result, **answers, port=1)
    assert result["errors"] == {"base": "cannot_connect"}
    server.channels = {0: (meter_packet(),)}
    result = await async_enter(hass, result, **answers, port=server.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id is None


async def test_a_channel_of_a_web_page_is_chosen(
    hass: HomeAssistant, information: EmulatedWebServer
) -> None:
    """Several inputs: the owner says which, and each is added once."""
    information.product = "DL3"
    information.channels = {
        1: (controller_packet(),),
        4: (controller_packet(20.0), meter_packet()),
    }
    answers = {
        CONF_HOST: LOOPBACK,
        CONF_PORT: information.port,
        CONF_USERNAME: "admin",
        CONF_PASSWORD: "sunshine",
    }
    result = await async_begin(hass, "vbus_download")
    result = await async_enter(hass, result, **answers)
    assert result["step_id"] == "vbus_channel"
    information.status = 500
    result = await async_enter(hass, result, channel="4")
    assert result["errors"] == {"base": "no_live_data"}
    information.status = 200
    result = await async_enter(hass, result, channel="4")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == f"{SERIAL_NUMBER}_4"
    assert result["data"][CONF_CHANNEL] == 4
    assert information.asked_channels[-1] == "4"

    result = await async_enter(
        hass, await async_begin(hass, "vbus_download"), **answers
    )
    result = await async_enter(hass, result, channel="4")
    assert result["reason"] == "already_configured"


# TCP


async def test_a_channel_of_a_dl3_is_chosen_by_its_name(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The names are those in the data logger."""
    speaking_adapter.channels = {1: "House", 2: "Pool"}
    answers = {
        CONF_HOST: LOOPBACK,
        CONF_PORT: speaking_adapter.port,
        CONF_PASSWORD: PASSWORD,
    }
    result = await async_enter(hass, await async_begin(hass), **answers)
    assert result["step_id"] == "vbus_channel"
    schema = result["data_schema"]
    assert schema is not None
    speaking_adapter.channels = {1: "House", 3: "Pool"}
    result = await async_enter(hass, result, channel="2")
    assert result["errors"] == {"base": "no_channel"}
    speaking_adapter.channels = {1: "House", 2: "Pool"}
    result = await async_enter(hass, result, channel="2")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Pool"
    assert result["data"][CONF_CHANNEL] == 2

    result = await async_enter(hass, await async_begin(hass), **answers)
    result = await async_enter(hass, result, channel="1")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_only_channel_needs_no_question(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A data logger with one controller."""
    speaking_adapter.channels = {5: "House"}
    result = await async_enter(
        hass,
        await async_begin(hass),
        host=LOOPBACK,
        port=speaking_adapter.port,
        password=PASSWORD,
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_CHANNEL] == 5


async def test_an_adapter_with_one_bus_is_not_asked_for_channels(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    information: EmulatedWebServer,
) -> None:
    """Its page says what it is; one login suffices."""
    information.product = "VBus/LAN"
    result = await async_enter(
        hass,
        await async_begin(hass),
        host=LOOPBACK,
        port=speaking_adapter.port,
        password=PASSWORD,
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == SERIAL_NUMBER
    assert speaking_adapter.logins == 1


async def test_the_same_adapter_by_another_way_is_not_added(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    information: EmulatedWebServer,
) -> None:
    """Its serial number tells; the known entry follows to the new address."""
    information.product = "VBus/LAN"
    known = add_entry(
        hass,
        host="192.0.2.9",
        port=7053,
        password=PASSWORD,
        serial_number=SERIAL_NUMBER,
    )
    result = await async_enter(
        hass,
        await async_begin(hass),
        host=LOOPBACK,
        port=speaking_adapter.port,
        password=PASSWORD,
    )
    assert result["reason"] == "already_configured"
    assert known.data[CONF_HOST] == LOOPBACK
    assert speaking_adapter.logins == 0


async def test_a_converter_is_added(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """No password, no questions: the bytes come at once."""
    speaking_adapter.raw = True
    speaking_adapter.silent = True
    result = await async_begin(hass, "vbus_stream")
    result = await async_enter(hass, result, host=LOOPBACK, port=speaking_adapter.port)
    assert result["errors"] == {"base": "no_data"}
    speaking_adapter.silent = False
    result = await async_enter(hass, result, host=LOOPBACK, port=speaking_adapter.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_WAY] == "stream"


# Serial ports


@pytest.fixture
async def bus_port(
    serial_port: EmulatedPort, adapter: EmulatedAdapter
) -> AsyncGenerator[EmulatedPort]:
    """A serial port at which a controller speaks."""

    def speak() -> bytes:
        now = asyncio.get_running_loop().time()
        return adapter.controller.cycle(adapter.readings, now)

    task = asyncio.create_task(async_speak_over(serial_port, speak))
    yield serial_port
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_serial_port_is_added(
    hass: HomeAssistant, bus_port: EmulatedPort
) -> None:
    """A path, or whatever else can be opened as a serial port."""
    result = await async_begin(hass, "vbus_serial")
    result = await async_enter(hass, result, device="/dev/nobody")
    assert result["errors"] == {"base": "cannot_open"}
    result = await async_enter(hass, result, device=bus_port.path)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "DeltaSol BX Plus"
    assert result["data"] == {
        CONF_KIND: "vbus",
        CONF_WAY: "serial",
        CONF_DEVICE: bus_port.path,
    }
    result = await async_enter(
        hass, await async_begin(hass, "vbus_serial"), device=bus_port.path
    )
    assert result["reason"] == "already_configured"


async def test_a_lent_port_that_is_not_ready(hass: HomeAssistant) -> None:
    """ESPHome may still be starting: that is no crash of the flow."""
    result = await async_begin(hass, "vbus_serial")
    with patch(
        "custom_components.energy_manager.links.serialx.open_serial_connection",
        side_effect=ConfigEntryNotReady("not connected"),
    ):
        result = await async_enter(
            hass, result, device="esphome-hass://esphome/1?port_name=vbus"
        )
    assert result["errors"] == {"base": "cannot_open"}


async def test_the_demo_house_keeps_its_adapter(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Correcting it does not part it from its house."""
    entry = add_entry(
        hass,
        host=LOOPBACK,
        port=1,
        password=PASSWORD,
        demo_entry_id="demo-id",
    )
    result = await async_choose(
        hass, await entry.start_reconfigure_flow(hass), "vbus_tcp"
    )
    result = await async_enter(
        hass, result, host=LOOPBACK, port=speaking_adapter.port, password=PASSWORD
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["demo_entry_id"] == "demo-id"
    await hass.async_block_till_done()


async def test_a_serial_port_of_another_computer_is_added(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """An address of a lent port works like a path."""
    speaking_adapter.raw = True
    result = await async_enter(
        hass,
        await async_begin(hass, "vbus_serial"),
        device=f"socket://{LOOPBACK}:{speaking_adapter.port}",
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY


def plugged_in(device: str, serial_number: str | None = "RESOL01") -> UsbServiceInfo:
    """Return what Home Assistant tells of a VBus/USB adapter."""
    return UsbServiceInfo(
        device=device,
        vid="1FEF",
        pid="2018",
        serial_number=serial_number,
        manufacturer="RESOL",
        description="VBus/USB",
    )


async def async_plug_in(hass: HomeAssistant, info: UsbServiceInfo) -> ConfigFlowResult:
    """Plug an adapter in."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=info
    )


async def test_a_plugged_in_adapter_is_offered(
    hass: HomeAssistant, bus_port: EmulatedPort
) -> None:
    """It needs one confirmation; at another port it is the same one."""
    result = await async_plug_in(hass, plugged_in("/dev/nobody"))
    assert result["step_id"] == "vbus_usb"
    result = await async_enter(hass, result)
    assert result["errors"] == {"base": "cannot_open"}
    hass.config_entries.flow.async_abort(result["flow_id"])
    result = await async_plug_in(hass, plugged_in(bus_port.path))
    result = await async_enter(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.unique_id == "vbus_RESOL01"
    result = await async_plug_in(hass, plugged_in(bus_port.path))
    assert result["reason"] == "already_configured"
    result = await async_plug_in(hass, plugged_in("/dev/ttyACM7"))
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_DEVICE] == "/dev/ttyACM7"


# Search


async def test_adapters_are_found_on_the_network(
    hass: HomeAssistant,
    responder: EmulatedResponder,
    speaking_adapter: EmulatedAdapter,
    information: EmulatedWebServer,
) -> None:
    """Product and name are shown; choosing leads to the way that fits."""
    information.product = "DL3"
    speaking_adapter.channels = {1: "House"}
    result = await async_search(hass)
    assert result["step_id"] == "vbus_found"
    assert responder.questions >= 2
    schema = result["data_schema"]
    assert schema is not None
    selector: Any = schema.schema[CONF_HOST]
    assert [option["label"] for option in selector.config["options"]] == [
        f"DL3 Cellar ({LOOPBACK})",
        "by_hand",
    ]
    result = await async_enter(hass, result, host=LOOPBACK)
    assert result["step_id"] == "vbus_tcp"
    result = await async_enter(
        hass, result, host=LOOPBACK, port=speaking_adapter.port, password=PASSWORD
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == f"{SERIAL_NUMBER}_1"
    # A data logger with channels may be added once more.
    assert (await async_search(hass))["step_id"] == "vbus_found"


async def test_a_found_km2_is_read_by_its_web_service(
    hass: HomeAssistant, responder: EmulatedResponder, information: EmulatedWebServer
) -> None:
    """The product decides."""
    information.product = "KM2"
    result = await async_enter(hass, await async_search(hass), host=LOOPBACK)
    assert result["step_id"] == "vbus_web_service"


async def test_entering_by_hand_stays_possible(
    hass: HomeAssistant, responder: EmulatedResponder
) -> None:
    """Somebody who says nothing of himself is shown by his address."""
    result = await async_search(hass)
    result = await async_enter(hass, result, host="by_hand")
    assert result["step_id"] == "vbus"
    result = await async_choose(hass, result, "vbus_stream")
    assert result["step_id"] == "vbus_stream"


async def test_nothing_is_found(
    hass: HomeAssistant, responder: EmulatedResponder
) -> None:
    """Everything can still be entered, or searched for again."""
    responder.reply = b"hello"
    result = await async_search(hass)
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "vbus_found_nothing"
    result = await async_choose(hass, result, "vbus_tcp")
    assert result["step_id"] == "vbus_tcp"


async def test_a_moved_adapter_is_followed(
    hass: HomeAssistant, responder: EmulatedResponder, information: EmulatedWebServer
) -> None:
    """Its entry gets the new address; nothing is left to add."""
    known = add_entry(
        hass,
        host="192.0.2.9",
        port=7053,
        password=PASSWORD,
        serial_number=SERIAL_NUMBER,
    )
    result = await async_search(hass)
    assert result["step_id"] == "vbus_found_nothing"
    assert known.data[CONF_HOST] == LOOPBACK


# Corrections


async def test_another_way_to_the_same_bus(
    hass: HomeAssistant, bus_port: EmulatedPort, information: EmulatedWebServer
) -> None:
    """The identity stays, whatever the way; nothing of the old way remains."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="known for ever",
        data={
            CONF_KIND: EntryKind.VBUS.value,
            CONF_HOST: "192.0.2.9",
            CONF_PORT: 7053,
            CONF_PASSWORD: "old",
        },
    )
    entry.add_to_hass(hass)
    result = await entry.start_reconfigure_flow(hass)
    result = await async_choose(hass, result, "vbus_serial")
    result = await async_enter(hass, result, device=bus_port.path)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {
        CONF_KIND: "vbus",
        CONF_WAY: "serial",
        CONF_DEVICE: bus_port.path,
    }
    await hass.async_block_till_done()

    result = await entry.start_reconfigure_flow(hass)
    result = await async_choose(hass, result, "vbus_web_service")
    result = await async_enter(
        hass, result, host=LOOPBACK, port=information.port, password="sunshine"
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.unique_id == "known for ever"
    assert entry.data[CONF_SERIAL_NUMBER] == SERIAL_NUMBER
    assert CONF_DEVICE not in entry.data
    await hass.async_block_till_done()


async def test_an_entry_goes_on_while_the_owner_chooses(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """It is let go only while something is tried, and resumed when that fails."""
    speaking_adapter.channels = {1: "House", 2: "Pool"}
    entry = add_entry(
        hass, host=LOOPBACK, port=speaking_adapter.port, password=PASSWORD, channel=1
    )
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    answers = {CONF_HOST: LOOPBACK, CONF_PORT: speaking_adapter.port}
    result = await entry.start_reconfigure_flow(hass)
    result = await async_choose(hass, result, "vbus_tcp")
    result = await async_enter(hass, result, **answers, password="wrong")
    assert result["errors"] == {"base": "invalid_auth"}
    assert entry.state is ConfigEntryState.LOADED
    result = await async_enter(hass, result, **answers, password=PASSWORD)
    assert result["step_id"] == "vbus_channel"
    assert entry.state is ConfigEntryState.LOADED
    result = await async_enter(hass, result, channel="2")
    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_CHANNEL] == 2
    await hass.async_block_till_done()


@pytest.mark.parametrize("what", ["async_channels", "async_probe"])
async def test_an_entry_goes_on_when_trying_goes_wrong(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Not even a mistake of ours leaves the owner without his entry."""
    entry = add_entry(
        hass, host=LOOPBACK, port=speaking_adapter.port, password=PASSWORD
    )
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED

    async def async_fail(*_: object) -> None:
        assert entry.state is ConfigEntryState.NOT_LOADED
        raise ZeroDivisionError

    monkeypatch.setattr(flow_vbus_trial, what, async_fail)
    result = await async_choose(
        hass, await entry.start_reconfigure_flow(hass), "vbus_tcp"
    )
    with pytest.raises(ZeroDivisionError):
        await async_enter(
            hass,
            result,
            host=LOOPBACK,
            port=speaking_adapter.port,
            password=PASSWORD,
        )
    assert entry.state is ConfigEntryState.LOADED


async def test_an_entry_goes_on_when_the_channel_is_taken(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Nothing is left unloaded by a correction that leads nowhere."""
    speaking_adapter.channels = {2: "Pool"}
    address = {CONF_HOST: LOOPBACK, CONF_PORT: speaking_adapter.port}
    add_entry(hass, **address, password=PASSWORD, channel=2)
    entry = add_entry(hass, host="192.0.2.9", port=7053, password=PASSWORD)
    await hass.config_entries.async_setup(entry.entry_id)
    result = await async_choose(
        hass, await entry.start_reconfigure_flow(hass), "vbus_tcp"
    )
    result = await async_enter(hass, result, **address, password=PASSWORD)
    assert result["reason"] == "already_configured"
    assert entry.state is ConfigEntryState.LOADED


async def test_a_data_logger_wants_another_login(
    hass: HomeAssistant, server: EmulatedWebServer
) -> None:
    """User name and password are asked for again, the address is not."""
    entry = add_entry(
        hass,
        way="download",
        host=LOOPBACK,
        port=server.port,
        username="admin",
        password="old",
    )
    result = await entry.start_reauth_flow(hass)
    result = await async_enter(hass, result, username="admin", password="wrong")
    assert result["errors"] == {"base": "invalid_auth"}
    result = await async_enter(hass, result, username="admin", password="sunshine")
    assert result["reason"] == "reauth_successful"
    assert entry.data[CONF_PASSWORD] == "sunshine"
    await hass.async_block_till_done()


async def test_an_adapter_is_found_by_its_serial_number(
    hass: HomeAssistant, responder: EmulatedResponder, information: EmulatedWebServer
) -> None:
    """Nobody else is taken for it, nor somebody whose page is gone."""
    assert await vbus_discovery.async_find(hass, SERIAL_NUMBER) == LOOPBACK
    assert await vbus_discovery.async_find(hass, "001E66000000") is None
    information.has_page = False
    assert await vbus_discovery.async_device_information(hass, LOOPBACK) is None
    assert await vbus_discovery.async_find(hass, SERIAL_NUMBER) is None
