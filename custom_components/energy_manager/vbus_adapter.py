"""The ways to a VBus, and trying whether one works."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any, Final

from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .engine.vbus import Decoder, Handshake, Packet, Specification
from .engine.vbus.json_readings import JsonReadings, channels
from .links import (
    LinkAuthError,
    LinkRefusedError,
    LinkSilentError,
    Port,
    SerialPort,
    Source,
    Stream,
    TcpPort,
)
from .vbus_http import DownloadClient, LiveData, PolledPort, WebServer, WebServiceClient
from .vbus_packets import DISPLAY

CONF_WAY: Final = "way"
"""In an entry of a VBus adapter: how its bus is reached, a member of Way."""

CONF_CHANNEL: Final = "channel"
"""In an entry of a VBus adapter: which input of a data logger, 0 if it has one."""

CONF_SERIAL_NUMBER: Final = "serial_number"
"""In an entry of a VBus adapter: what the adapter's information page tells."""

BAUDRATE: Final = 9600
HANDSHAKE_TIMEOUT_S: Final = 10.0
FIRST_DATA_TIMEOUT_S: Final = 20.0


class Way(StrEnum):
    """How the bytes or values of a bus come in."""

    TCP = "tcp"
    """VBus over TCP with a password: VBus/LAN, KM1, DL2, DL3."""
    STREAM = "stream"
    """Raw bytes over TCP: a serial-to-network converter."""
    SERIAL = "serial"
    """A serial port: VBus/USB, or one that another computer lends."""
    DOWNLOAD = "download"
    """JSON of a DL2 or DL3."""
    WEB_SERVICE = "web_service"
    """JSON of a KM2 or DL2Plus."""


POLLED: Final = frozenset({Way.DOWNLOAD, Way.WEB_SERVICE})
"""Ways that bring values, not bytes: reading only."""

NETWORK: Final = frozenset(Way) - {Way.SERIAL}


class LinkChannelError(LinkRefusedError):
    """The data logger has no such channel."""


def way_of(data: Mapping[str, Any]) -> Way:
    """Return the way of an entry; those of the first version name none."""
    return Way(data.get(CONF_WAY, Way.TCP))


@dataclass(frozen=True, slots=True, kw_only=True)
class VBusPort:
    """A TCP port that wants a password before it hands out the bus."""

    host: str
    port: int
    password: str
    channel: int = 0

    async def async_open(self) -> Stream:
        """Connect and log in; LinkError if that is not possible."""
        stream = await TcpPort(host=self.host, port=self.port).async_open()
        try:
            handshake = Handshake(self.password, self.channel)
            await _async_talk(stream, handshake)
        except BaseException:
            await stream.async_close()
            raise
        stream.unread(handshake.rest)
        return stream

    async def async_channels(self) -> dict[int, str]:
        """Return the names of the channels, none where there is only one bus."""
        stream = await TcpPort(host=self.host, port=self.port).async_open()
        try:
            handshake = Handshake(self.password, lists_channels=True)
            await _async_talk(stream, handshake)
        finally:
            await stream.async_close()
        return handshake.channels


async def _async_talk(stream: Stream, handshake: Handshake) -> None:
    """Say what has to be said before the data comes."""
    while not handshake.done:
        match handshake.error:
            case "auth":
                raise LinkAuthError("the password is not accepted")
            case "refused" if handshake.refused == "CHANNEL":
                raise LinkChannelError("there is no such channel")
            case "refused":
                raise LinkRefusedError("the adapter refuses to send data")
        asked_at = monotonic()
        try:
            data = await stream.async_read(HANDSHAKE_TIMEOUT_S)
        except LinkSilentError as err:
            raise LinkRefusedError("no answer to the greeting") from err
        stream.round_trip_s = monotonic() - asked_at
        stream.write(handshake.feed(data))


def byte_port_of(data: Mapping[str, Any]) -> Port[bytes]:
    """Return the port of a way that brings bytes."""
    match way_of(data):
        case Way.SERIAL:
            return SerialPort(device=data[CONF_DEVICE], baudrate=BAUDRATE)
        case Way.STREAM:
            return TcpPort(host=data[CONF_HOST], port=data[CONF_PORT])
    return VBusPort(
        host=data[CONF_HOST],
        port=data[CONF_PORT],
        password=data[CONF_PASSWORD],
        channel=data.get(CONF_CHANNEL, 0),
    )


def polled_port_of(
    hass: HomeAssistant, data: Mapping[str, Any], specification: Specification
) -> Port[LiveData]:
    """Return the port of a way that brings values."""
    server = WebServer(
        session=async_get_clientsession(hass),
        host=data[CONF_HOST],
        port=data[CONF_PORT],
    )
    readings = JsonReadings(specification)
    if way_of(data) is Way.WEB_SERVICE:
        return PolledPort(
            client=WebServiceClient(
                hass, server, readings, password=data[CONF_PASSWORD]
            )
        )
    return PolledPort(
        client=DownloadClient(
            hass,
            server,
            readings,
            username=data[CONF_USERNAME],
            password=data[CONF_PASSWORD],
            channel=data.get(CONF_CHANNEL, 0),
        )
    )


async def async_channels(
    hass: HomeAssistant, data: Mapping[str, Any], specification: Specification
) -> dict[int, str]:
    """Return the channels of a data logger by number; LinkError if that fails.

    A logger that tells no name for a channel gives an empty one.
    """
    match way_of(data):
        case Way.TCP:
            port = VBusPort(
                host=data[CONF_HOST],
                port=data[CONF_PORT],
                password=data[CONF_PASSWORD],
            )
            return await port.async_channels()
        case way if way in POLLED:
            source = await polled_port_of(hass, data, specification).async_open()
            packets = await source.async_read(FIRST_DATA_TIMEOUT_S)
            return dict.fromkeys(channels(packets), "")
    return {}


async def async_probe(
    hass: HomeAssistant, data: Mapping[str, Any], specification: Specification
) -> str | None:
    """Return the name of what sends measurements, None if it is unknown.

    LinkError if the adapter cannot be reached, refuses or brings no measurements.
    """
    if way_of(data) in POLLED:
        polled = await polled_port_of(hass, data, specification).async_open()
        packets = await polled.async_read(FIRST_DATA_TIMEOUT_S)
        source = _first_source(packets, data.get(CONF_CHANNEL, 0))
    else:
        stream = await byte_port_of(data).async_open()
        try:
            async with asyncio.timeout(FIRST_DATA_TIMEOUT_S):
                source = await _async_hear_measurements(stream)
        except TimeoutError as err:
            raise LinkSilentError("no measurements") from err
        finally:
            await stream.async_close()
    name = specification.device_name(source)
    return None if name is None else name.partition(" [")[0]


def _first_source(packets: LiveData, channel: int) -> int:
    """Return who sends measurements on a channel."""
    for told in packets:
        if told.packet.destination == DISPLAY and told.channel == channel:
            return told.packet.source
    raise LinkSilentError("no measurements")


async def _async_hear_measurements(stream: Source[bytes]) -> int:
    """Listen for measurements; return who sends them."""
    decoder = Decoder()
    while True:
        for frame in decoder.feed(await stream.async_read(FIRST_DATA_TIMEOUT_S)):
            if isinstance(frame, Packet) and frame.destination == DISPLAY:
                return frame.source
