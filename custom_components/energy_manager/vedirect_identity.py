"""Which VE.Direct device speaks at a port."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

from .engine.vedirect import Block, Decoder
from .links import LinkSilentError, SerialPort, Stream, async_open
from .vedirect_control import async_read_serial_number
from .vedirect_merge import Identity, Merge

BAUDRATE: Final = 19200

CONF_PRODUCT_ID: Final = "product_id"
CONF_SERIAL_NUMBER: Final = "serial_number"

IDENTIFY_TIMEOUT_S: Final = 10.0


def name_of(identity: Identity) -> str:
    """Return the name of a product."""
    if identity.product is None:
        return f"VE.Direct 0x{identity.product_id:04X}"
    return identity.product.name


def identity_data(identity: Identity) -> dict[str, Any]:
    """Return an identity as data of a config entry."""
    return {
        CONF_PRODUCT_ID: identity.product_id,
        CONF_SERIAL_NUMBER: identity.serial_number,
    }


def is_device_of(data: Mapping[str, Any], identity: Identity) -> bool:
    """Return whether the identity is that of the device in an entry's data.

    A text without a serial number cannot contradict one that was read otherwise.
    """
    if data.get(CONF_PRODUCT_ID) not in (None, identity.product_id):
        return False
    known = data.get(CONF_SERIAL_NUMBER)
    return known is None or identity.serial_number in (None, known)


async def async_identify(device: str) -> Identity:
    """Return which device speaks at a port.

    LinkSilentError if nothing comes that makes sense; LinkError if the port cannot
    be opened.
    """
    stream = await async_open(SerialPort(device=device, baudrate=BAUDRATE))
    try:
        decoder = Decoder()
        async with asyncio.timeout(IDENTIFY_TIMEOUT_S):
            identity = await _async_hear_identity(stream, decoder)
        if identity.serial_number is None:
            serial_number = await async_read_serial_number(stream, decoder)
            identity = Identity(
                product_id=identity.product_id, serial_number=serial_number
            )
    except TimeoutError as err:
        raise LinkSilentError("no readings of a device") from err
    finally:
        await stream.async_close()
    return identity


async def _async_hear_identity(stream: Stream, decoder: Decoder) -> Identity:
    """Listen until a device has said who it is."""
    merge = Merge()
    while merge.identity is None:
        for reading in decoder.feed(await stream.async_read(IDENTIFY_TIMEOUT_S)):
            if isinstance(reading, Block):
                merge.take(reading, monotonic())
    return merge.identity
