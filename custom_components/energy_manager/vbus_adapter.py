"""Opening the data stream of a VBus adapter, and trying whether it works."""

import asyncio
from typing import Final

from .engine.vbus import Decoder, Handshake, Packet, Specification
from .links import (
    LinkAuthError,
    LinkRefusedError,
    LinkSilentError,
    Stream,
    TcpPort,
    async_open,
)
from .vbus_packets import DISPLAY

HANDSHAKE_TIMEOUT_S: Final = 10.0
FIRST_DATA_TIMEOUT_S: Final = 20.0


async def async_handshake(stream: Stream, password: str) -> bytes:
    """Open the data stream of an adapter; return bytes of it that came along."""
    handshake = Handshake(password)
    while not handshake.done:
        match handshake.error:
            case "auth":
                raise LinkAuthError("the password is not accepted")
            case "refused":
                raise LinkRefusedError("the adapter refuses to send data")
        try:
            data = await stream.async_read(HANDSHAKE_TIMEOUT_S)
        except LinkSilentError as err:
            raise LinkRefusedError("no answer to the greeting") from err
        stream.write(handshake.feed(data))
    return handshake.rest


async def async_probe(
    specification: Specification, host: str, port: int, password: str
) -> str | None:
    """Return the name of what sends measurements, None if it is unknown.

    LinkError if the adapter cannot be reached, refuses or brings no measurements.
    """
    stream = await async_open(TcpPort(host=host, port=port))
    try:
        data = await async_handshake(stream, password)
        async with asyncio.timeout(FIRST_DATA_TIMEOUT_S):
            source = await _async_hear_measurements(stream, data)
    except TimeoutError as err:
        raise LinkSilentError("no measurements") from err
    finally:
        await stream.async_close()
    name = specification.device_name(source)
    return None if name is None else name.partition(" [")[0]


async def _async_hear_measurements(stream: Stream, data: bytes) -> int:
    """Listen for measurements; return who sends them."""
    decoder = Decoder()
    while True:
        for frame in decoder.feed(data):
            if isinstance(frame, Packet) and frame.destination == DISPLAY:
                return frame.source
        data = await stream.async_read(FIRST_DATA_TIMEOUT_S)
