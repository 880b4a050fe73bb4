"""Finds VBus adapters on the network and asks who they are."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Interface
import logging
from typing import Final, override

from homeassistant.components import network
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .engine.vbus.device_information import (
    DISCOVERY_PORT,
    DISCOVERY_QUERY,
    DISCOVERY_REPLY,
    INFORMATION_PATH,
    DeviceInformation,
)
from .links import LinkError
from .vbus_http import WebServer

_LOGGER = logging.getLogger(__name__)

QUERIES: Final = 3
QUERY_PAUSE_S: Final = 0.5
LAST_REPLY_S: Final = 1.0
"""How long to wait for replies after the last query."""

INFORMATION_PORTS: Final = (80, 3000)
INFORMATION_TIMEOUT_S: Final = 10.0
MAX_ADAPTERS: Final = 64
"""More replies than these are not from adapters."""

LIMITED_BROADCAST: Final = "255.255.255.255"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAdapter:
    """An adapter that answered, and what it says of itself."""

    host: str
    information: DeviceInformation


async def async_search(hass: HomeAssistant) -> list[FoundAdapter]:
    """Return all adapters that answer in the networks of this machine."""
    hosts = await _async_ask_all(await _async_interfaces(hass))
    found = await asyncio.gather(
        *(async_device_information(hass, host) for host in hosts)
    )
    return [
        FoundAdapter(host=host, information=information or DeviceInformation())
        for host, information in zip(hosts, found, strict=True)
    ]


async def async_find(hass: HomeAssistant, serial_number: str) -> str | None:
    """Return the address of the adapter with this serial number, None if nowhere."""
    for found in await async_search(hass):
        if found.information.serial == serial_number:
            return found.host
    return None


async def async_device_information(
    hass: HomeAssistant, host: str
) -> DeviceInformation | None:
    """Return what an adapter says of itself, None if it says nothing."""
    for port in INFORMATION_PORTS:
        page = await _async_page(hass, host, port)
        information = None if page is None else DeviceInformation.parse(page)
        if information is not None:
            return information
    return None


async def _async_page(hass: HomeAssistant, host: str, port: int) -> str | None:
    """Return the information page at a port, None if there is none."""
    server = WebServer(session=async_get_clientsession(hass), host=host, port=port)
    try:
        async with asyncio.timeout(INFORMATION_TIMEOUT_S):
            page = await server.async_request("GET", INFORMATION_PATH)
    except (LinkError, TimeoutError) as err:
        _LOGGER.debug("No information page at port %s: %s", port, err)
        return None
    return page.decode(errors="replace")


async def _async_interfaces(hass: HomeAssistant) -> list[IPv4Interface]:
    """Return the IPv4 networks that Home Assistant may use."""
    return [
        IPv4Interface((address["address"], address["network_prefix"]))
        for adapter in await network.async_get_adapters(hass)
        if adapter["enabled"]
        for address in adapter["ipv4"]
    ]


class _Replies(asyncio.DatagramProtocol):
    """Collects who replies."""

    def __init__(self, hosts: dict[str, None]) -> None:
        """Take where to note the addresses, in the order of their replies."""
        self._hosts = hosts

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Note a device that replies as an adapter does."""
        host, port = addr[:2]
        told = data.startswith(DISCOVERY_REPLY) and port == DISCOVERY_PORT
        if told and len(self._hosts) < MAX_ADAPTERS:
            self._hosts[host] = None


async def _async_ask_all(interfaces: Iterable[IPv4Interface]) -> list[str]:
    """Return the addresses of those who reply to a broadcast."""
    hosts: dict[str, None] = {}
    loop = asyncio.get_running_loop()
    transports: list[tuple[asyncio.DatagramTransport, str]] = []
    try:
        for interface in interfaces:
            with suppress(OSError):
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Replies(hosts),
                    local_addr=(str(interface.ip), 0),
                    allow_broadcast=True,
                )
                broadcast = str(interface.network.broadcast_address)
                transports.append((transport, broadcast))
        for query in range(QUERIES):
            for transport, broadcast in transports:
                for address in (broadcast, LIMITED_BROADCAST):
                    with suppress(OSError):
                        transport.sendto(DISCOVERY_QUERY, (address, DISCOVERY_PORT))
            last = query == QUERIES - 1
            await asyncio.sleep(LAST_REPLY_S if last else QUERY_PAUSE_S)
    finally:
        for transport, _ in transports:
            transport.close()
    return list(hosts)
