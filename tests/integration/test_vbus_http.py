"""Data loggers and gateways that are polled over HTTP, on loopback."""

import asyncio
from collections.abc import AsyncGenerator
import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest

from custom_components.energy_manager import vbus_discovery, vbus_http
from custom_components.energy_manager.engine.vbus import Specification
from custom_components.energy_manager.engine.vbus.json_readings import JsonReadings
from custom_components.energy_manager.links import (
    LinkAuthError,
    LinkError,
    LinkRefusedError,
)
from custom_components.energy_manager.vbus_http import (
    DownloadClient,
    PolledPort,
    WebServer,
    WebServiceClient,
)
from custom_components.energy_manager.vbus_specification import async_get_specification

from .vbus_servers import LOOPBACK, PAGE_FOR_PEOPLE, EmulatedWebServer


@pytest.fixture
async def specification(hass: HomeAssistant) -> Specification:
    """The shipped specification."""
    return await async_get_specification(hass)


@pytest.fixture
async def server(
    specification: Specification, socket_enabled: None
) -> AsyncGenerator[EmulatedWebServer]:
    """A data logger with a web server."""
    emulated = EmulatedWebServer(specification)
    await emulated.async_start()
    yield emulated
    await emulated.async_stop()
    emulated.release()


def web_server(hass: HomeAssistant, port: int) -> WebServer:
    """Return how to reach the emulated web server."""
    return WebServer(session=async_get_clientsession(hass), host=LOOPBACK, port=port)


@pytest.fixture
async def download(
    hass: HomeAssistant, server: EmulatedWebServer, specification: Specification
) -> DownloadClient:
    """A client of the download page."""
    return DownloadClient(
        hass,
        web_server(hass, server.port),
        JsonReadings(specification),
        username="admin",
        password="sunshine",
        channel=3,
    )


@pytest.fixture
async def service(
    hass: HomeAssistant, server: EmulatedWebServer, specification: Specification
) -> WebServiceClient:
    """A client of the web service."""
    return WebServiceClient(
        hass,
        web_server(hass, server.port),
        JsonReadings(specification),
        password="sunshine",
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll without pauses."""
    monkeypatch.setattr(vbus_http, "FIRST_POLL_S", 0.01)
    monkeypatch.setattr(vbus_http, "POLL_S", 0.01)


async def test_the_download_page_is_read(
    download: DownloadClient, server: EmulatedWebServer
) -> None:
    """The packets are those of the bus, and the channel is asked for."""
    told = {packet.packet.source: packet for packet in await download.async_fetch()}
    assert told[0x7112].packet == server.channels[0][0]
    assert told[0x7131].packet == server.channels[0][1]
    assert server.asked_channels == ["3"]


async def test_what_the_download_page_may_answer(
    download: DownloadClient,
    server: EmulatedWebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong password, an error, a page for people and nobody are told apart."""
    server.password = "moonlight"
    with pytest.raises(LinkAuthError):
        await download.async_fetch()
    server.password = "sunshine"
    for status, page in ((500, None), (404, None), (200, PAGE_FOR_PEOPLE), (200, "[]")):
        server.status, server.page = status, page
        with pytest.raises(LinkRefusedError):
            await download.async_fetch()
    server.page = "x" * 5000
    monkeypatch.setattr(vbus_http, "MAX_BODY_BYTES", 4096)
    with pytest.raises(LinkRefusedError):
        await download.async_fetch()
    await server.async_stop()
    with pytest.raises(LinkError) as raised:
        await download.async_fetch()
    assert "sunshine" not in str(raised.value)


async def test_a_slow_server_is_given_up(
    download: DownloadClient,
    server: EmulatedWebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(vbus_http, "REQUEST_TIMEOUT_S", 0.0)
    with pytest.raises(LinkError, match="no answer"):
        await download.async_fetch()


async def test_one_session_serves_many_polls(
    service: WebServiceClient, server: EmulatedWebServer
) -> None:
    """The login is repeated only when the session has ended."""
    for _ in range(3):
        assert len(await service.async_fetch()) == 2
    assert server.logins == 1
    server.sessions.clear()
    assert len(await service.async_fetch()) == 2
    assert server.logins == 2


async def test_a_changed_password_of_the_web_service(
    service: WebServiceClient, server: EmulatedWebServer
) -> None:
    """It shows when the session has ended."""
    await service.async_fetch()
    server.password = "moonlight"
    await service.async_fetch()
    server.sessions.clear()
    with pytest.raises(LinkAuthError):
        await service.async_fetch()


@pytest.mark.parametrize(
    "page",
    [
        PAGE_FOR_PEOPLE,
        "[]",
        "{}",
        '[{"result": null}]',
        '[{"result": {"authId": 5}}]',
        '[{"error": {"message": "Out of memory"}}]',
        '{"error": "Busy"}',
    ],
)
async def test_answers_that_are_no_web_service(
    service: WebServiceClient, server: EmulatedWebServer, page: str
) -> None:
    """Whatever it is, it is no wrong password."""
    server.page = page
    with pytest.raises(LinkRefusedError):
        await service.async_fetch()


async def test_a_session_without_data_is_refused(
    service: WebServiceClient, server: EmulatedWebServer
) -> None:
    """A device that lets log in but not read is not asked for another password."""
    server.keeps_sessions = False
    with pytest.raises(LinkRefusedError):
        await service.async_fetch()


async def test_a_service_may_answer_without_a_batch(
    service: WebServiceClient, server: EmulatedWebServer
) -> None:
    """One object is as good as a list of one."""
    server.page = json.dumps({"result": {"authId": "x", **server.document()}})
    assert len(await service.async_fetch()) == 2


async def test_polling_tells_what_is_new(
    download: DownloadClient, server: EmulatedWebServer
) -> None:
    """A silent controller's last words are told once."""
    polling = await PolledPort(client=download).async_open()
    assert len(await polling.async_read(1)) == 2
    assert len(await polling.async_read(1)) == 2
    server.moving = False
    await polling.async_read(1)
    assert await polling.async_read(1) == ()
    assert polling.round_trip_s is not None
    await polling.async_close()
    with pytest.raises(LinkError):
        await polling.async_read(1)


async def test_one_failure_is_forgiven(
    download: DownloadClient, server: EmulatedWebServer
) -> None:
    """Small computers are busy now and then; a second failure is a loss."""
    polling = await PolledPort(client=download).async_open()
    await polling.async_read(1)
    server.status = 500
    reading = asyncio.create_task(polling.async_read(1))
    asked = server.requests
    while server.requests == asked:
        await asyncio.sleep(0.001)
    server.status = 200
    assert await reading
    server.status = 500
    with pytest.raises(LinkRefusedError):
        await polling.async_read(1)
    server.status = 403
    with pytest.raises(LinkAuthError):
        await polling.async_read(1)
    polling.abort()


async def test_a_port_that_cannot_be_polled_does_not_open(
    download: DownloadClient, server: EmulatedWebServer
) -> None:
    """The first fetch decides."""
    server.password = "moonlight"
    with pytest.raises(LinkAuthError):
        await PolledPort(client=download).async_open()


async def test_an_information_page_may_come_in_pieces(
    hass: HomeAssistant, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small computer sends its page line by line: the serial number is the last."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        for line in (b'vendor = "RESOL"\n', b'product = "DL3"\n', b'serial = "00AB"\n'):
            writer.write(line)
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(vbus_discovery, "INFORMATION_PORTS", (port,))
    told = await vbus_discovery.async_device_information(hass, "127.0.0.1")
    server.close()
    assert told is not None
    assert (told.product, told.serial) == ("DL3", "00AB")
