"""Data loggers and gateways on loopback: their web pages and their answer to a search."""

import asyncio
from collections.abc import Sequence
import json
from typing import Any, override

from aiohttp import web

from custom_components.energy_manager.engine.vbus import Packet, Specification
from custom_components.energy_manager.engine.vbus.device_information import (
    DISCOVERY_QUERY,
    DISCOVERY_REPLY,
    INFORMATION_PATH,
)
from custom_components.energy_manager.vbus_http import DOWNLOAD_PATH, WEB_SERVICE_PATH
from tests.engine.vbus.live_data import live_data

from .conftest import reserve_port

LOOPBACK = "127.0.0.1"
SERIAL_NUMBER = "001E66A1B2C3"
PAGE_FOR_PEOPLE = "<html><body><h1>Forbidden</h1></body></html>"


def controller_packet(collector_c: float = 71.5) -> Packet:
    """Return the measurements of a DeltaSol BX Plus with one probe that is missing."""
    payload = bytearray(72)
    for sensor, raw in enumerate((round(collector_c * 10), 321, 584, 8888)):
        payload[2 * sensor : 2 * sensor + 2] = raw.to_bytes(2, "little")
    return Packet(0x0010, 0x7112, 0x0100, bytes(payload))


def meter_packet() -> Packet:
    """Return the counters of its heat meter."""
    payload = b"".join(
        value.to_bytes(4, "little")
        for value in (1_234_567, 5400, 12_300, 45_600, 98_765)
    )
    return Packet(0x0010, 0x7131, 0x0100, payload)


class EmulatedWebServer:
    """The web server of a DL2, DL3 or KM2: information page, live data, web service."""

    def __init__(self, specification: Specification) -> None:
        """Have one controller with a heat meter on the first channel."""
        self.specification = specification
        self.product = "DL2"
        self.serial_number = SERIAL_NUMBER
        self.password = "sunshine"
        self.channels: dict[int, Sequence[Packet]] = {
            0: (controller_packet(), meter_packet())
        }
        self.told_at = 1_795_000_000.0
        self.moving = True
        self.has_page = True
        self.status = 200
        self.page: str | None = None
        self.sessions: set[str] = set()
        self.keeps_sessions = True
        self.logins = 0
        self.requests = 0
        self.asked_channels: list[str | None] = []
        self._reserved = reserve_port()
        self.port: int = self._reserved.getsockname()[1]
        self._runner: web.AppRunner | None = None

    async def async_start(self) -> None:
        """Listen, always at the same port."""
        application = web.Application()
        application.router.add_get(INFORMATION_PATH, self._async_information)
        application.router.add_get(DOWNLOAD_PATH, self._async_download)
        application.router.add_post(WEB_SERVICE_PATH, self._async_service)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self.port, reuse_port=True)
        await site.start()

    async def async_stop(self) -> None:
        """Stop listening and hang up."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def release(self) -> None:
        """Let others have the port."""
        self._reserved.close()

    def document(self) -> dict[str, Any]:
        """Return the live data of all channels."""
        if self.moving:
            self.told_at += 1.0
        documents = [
            live_data(
                self.specification, packets, channel=channel, timestamp=self.told_at
            )
            for channel, packets in self.channels.items()
        ]
        headers: list[Any] = []
        told: list[Any] = []
        for document in documents:
            for packet in document["headersets"][0]["packets"]:
                packet["header_index"] += len(headers)
                told.append(packet)
            headers += document["headers"]
        # Nobody may rely on packets lying in the order of their headers.
        told.reverse()
        return {"headers": headers, "headersets": [{"packets": told}]}

    async def _async_information(self, _request: web.Request) -> web.Response:
        if not self.has_page:
            raise web.HTTPNotFound
        return web.Response(
            text=f'vendor = "RESOL"\nproduct = "{self.product}"\n'
            f'serial = "{self.serial_number}"\nversion = "2.2.0"\nname = "Cellar"\n'
        )

    def _disturbed(self) -> web.Response | None:
        """Return what is answered instead of data, None for data."""
        self.requests += 1
        if self.status != 200:
            return web.Response(
                status=self.status, text=PAGE_FOR_PEOPLE, content_type="text/html"
            )
        if self.page is not None:
            return web.Response(text=self.page, content_type="text/html")
        return None

    async def _async_download(self, request: web.Request) -> web.Response:
        if (disturbed := self._disturbed()) is not None:
            return disturbed
        self.asked_channels.append(request.query.get("channel"))
        allowed = (
            request.query.get("sessionAuthUsername") == "admin"
            and request.query.get("sessionAuthPassword") == self.password
        )
        if not allowed:
            return web.Response(
                status=403, text=PAGE_FOR_PEOPLE, content_type="text/html"
            )
        return web.json_response(self.document())

    async def _async_service(self, request: web.Request) -> web.Response:
        if (disturbed := self._disturbed()) is not None:
            return disturbed
        (call,) = json.loads(await request.text())
        parameters = call["params"]
        answer: dict[str, Any] = {"id": call["id"], "jsonrpc": "2.0"}
        match call["method"]:
            case "login" if parameters == {
                "username": "admin",
                "password": self.password,
            }:
                self.logins += 1
                session_id = f"session-{self.logins}"
                if self.keeps_sessions:
                    self.sessions.add(session_id)
                answer["result"] = {"authId": session_id}
            case "login":
                answer["error"] = {"code": -1, "message": "Invalid credentials"}
            case "dataGetCurrentData" if parameters["authId"] in self.sessions:
                answer["result"] = self.document()
            case _:
                answer["error"] = {"code": -2, "message": "Not logged in"}
        return web.json_response([answer])


class EmulatedResponder(asyncio.DatagramProtocol):
    """Answers the search for adapters, the first question not at all."""

    def __init__(self) -> None:
        """Wait for questions."""
        self.questions = 0
        self.reply = DISCOVERY_REPLY
        self._transport: asyncio.DatagramTransport | None = None

    async def async_start(self) -> int:
        """Listen and return the port."""
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=(LOOPBACK, 0)
        )
        self._transport = transport
        port: int = transport.get_extra_info("sockname")[1]
        return port

    def stop(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer like an adapter."""
        self.questions += 1
        if data == DISCOVERY_QUERY and self.questions > 1 and self._transport:
            self._transport.sendto(self.reply, addr)
