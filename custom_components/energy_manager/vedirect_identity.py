"""Which VE.Direct device speaks at a port."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from time import monotonic
from typing import Any, Final

from .engine.vedirect import (
    Answer,
    Block,
    Command,
    Decoder,
    HexFrame,
    get_product_id,
    get_register,
    ping,
)
from .engine.vedirect.ratings import ratings_of
from .engine.vedirect.registers import SERIAL_NUMBER
from .links import LinkSilentError, SerialPort, Stream, async_open
from .vedirect_merge import Identity, Merge

BAUDRATE: Final = 19200

CONF_PRODUCT_ID: Final = "product_id"
CONF_SERIAL_NUMBER: Final = "serial_number"

TEXT_WAIT_S: Final = 5.0
"""Devices speak once a second: after so long without text something is unusual."""

TEXT_RETURN_S: Final = 10.0
"""Old firmware is silent for several seconds after it was spoken to."""

BLOCK_WAIT_S: Final = 1.5
"""Longest wait for the end of a block, behind which a question fits best."""

ANSWER_S: Final = 1.0
TRIES: Final = 3

_CABLE: Final = re.compile(r"_(VE[0-9A-Z]{5,6})-if")
"""The number of Victron's cable in the path of its port."""


class TextMissingError(LinkSilentError):
    """A device answers questions, but says nothing by itself."""

    def __init__(self, identity: Identity) -> None:
        """Take which device it is."""
        super().__init__(f"{name_of(identity)} answers, but sends no readings")
        self.identity = identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who is at a port, and what was heard meanwhile."""

    identity: Identity
    data: bytes
    asked: bool
    """Whether it was spoken to: the text of old firmware pauses for a while."""


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


def cable_number(device: str) -> str | None:
    """Return the number of the cable that the path of a port names."""
    found = _CABLE.search(device)
    return None if found is None else found[1]


async def async_identify(device: str) -> Identity:
    """Return which device speaks at a port.

    LinkSilentError if nothing comes that makes sense, TextMissingError if a device
    only answers; LinkError if the port cannot be opened.
    """
    stream = await async_open(SerialPort(device=device, baudrate=BAUDRATE))
    try:
        heard = await async_hear(stream)
    finally:
        await stream.async_close()
    return heard.identity


async def async_hear(stream: Stream) -> Heard:
    """Listen to an open port until it is clear which device is there.

    Text tells it best. What the text does not tell is asked over HEX, and so is a
    port without text: another program may have left the device in HEX mode.
    """
    listener = _Listener(stream)
    await listener.async_listen(TEXT_WAIT_S, lambda: listener.identity is not None)
    identity = listener.identity
    if identity is None:
        product_id = await listener.async_product_id()
        if product_id is None:
            raise LinkSilentError("no readings of a device")
        identity = Identity(product_id=product_id, serial_number=None)
    if identity.serial_number is None and ratings_of(identity.product_id).registers:
        serial_number = await listener.async_serial_number()
        identity = Identity(product_id=identity.product_id, serial_number=serial_number)
    if not await listener.async_listen(TEXT_RETURN_S, lambda: listener.blocks > 0):
        raise TextMissingError(identity)
    return Heard(identity=identity, data=bytes(listener.data), asked=listener.asked)


class _Listener:
    """Reads an open port before anything else does, and keeps what it read."""

    def __init__(self, stream: Stream) -> None:
        """Take the port."""
        self.data = bytearray()
        self.blocks = 0
        self.asked = False
        self._stream = stream
        self._decoder = Decoder()
        self._merge = Merge()
        self._frames: list[HexFrame] = []

    @property
    def identity(self) -> Identity | None:
        """Return the identity that the text has told."""
        return self._merge.identity

    async def async_listen(self, seconds: float, enough: Callable[[], bool]) -> bool:
        """Listen until it is enough; return whether that was in time."""
        deadline = monotonic() + seconds
        while not enough():
            left_s = deadline - monotonic()
            if left_s <= 0:
                return False
            try:
                data = await self._stream.async_read(left_s)
            except LinkSilentError:
                return False
            self.data += data
            for reading in self._decoder.feed(data):
                if isinstance(reading, Block):
                    self.blocks += 1
                    self._merge.claim(reading)
                else:
                    self._frames.append(reading)
        return True

    async def async_product_id(self) -> int | None:
        """Ask for the product id; an answer to a ping alone is none."""
        woken = await self._async_ask(
            ping(), lambda frame: frame.command == Answer.PING, tries=2
        )
        told = await self._async_ask(
            get_product_id(),
            lambda frame: frame.command == Answer.DONE and len(frame.data) >= 2,
            tries=1 if woken is None else TRIES,
        )
        return None if told is None else int.from_bytes(told.data[:2], "little")

    async def async_serial_number(self) -> str | None:
        """Ask for the serial number; None if the device does not tell it."""
        told = await self._async_ask(
            get_register(SERIAL_NUMBER),
            lambda frame: (
                frame.command == Command.GET and frame.register == SERIAL_NUMBER
            ),
        )
        if told is None or told.flags:
            return None
        text = told.data.rstrip(b"\x00").decode("ascii", "replace").strip()
        return text if text.isalnum() else None

    async def _async_ask(
        self, question: bytes, answers: Callable[[HexFrame], bool], tries: int = TRIES
    ) -> HexFrame | None:
        """Ask until an answer comes; right behind a block a device listens best."""
        for _ in range(tries):
            if self.blocks:
                seen = self.blocks + 1
                await self.async_listen(
                    BLOCK_WAIT_S,
                    lambda: self.blocks >= seen,  # noqa: B023
                )
            self._frames.clear()
            self.asked = True
            self._stream.write(question)
            if await self.async_listen(ANSWER_S, lambda: self._found(answers)):
                return next(frame for frame in self._frames if answers(frame))
        return None

    def _found(self, answers: Callable[[HexFrame], bool]) -> bool:
        """Return whether an answer has come."""
        return any(answers(frame) for frame in self._frames)
