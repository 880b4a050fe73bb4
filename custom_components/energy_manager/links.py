"""Opens TCP and serial ports, feeds their bytes to a decoder and reconnects."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass
import logging
from typing import Any, Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
import serialx

_LOGGER = logging.getLogger(__name__)

OPEN_TIMEOUT_S: Final = 10.0
CLOSE_TIMEOUT_S: Final = 2.0
CHUNK: Final = 4096

BACK_OFF_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Waiting times before the attempts to reconnect; the last one repeats."""

PORT_ERRORS: Final = (
    OSError,
    TimeoutError,
    ValueError,
    serialx.SerialException,
    # A serial port that another integration lends says "not ready" with this.
    HomeAssistantError,
)
"""What opening, reading or writing a port may raise."""


class LinkError(Exception):
    """The port cannot be opened, was closed or fell silent."""


class LinkSilentError(LinkError):
    """The port is open but brings nothing, or nothing that makes sense."""


class LinkAuthError(LinkError):
    """The other end does not accept the password."""


class LinkRefusedError(LinkError):
    """The other end answers but refuses to send data."""


class Source[DataT](Protocol):
    """An open port: what arrives is read piece by piece."""

    round_trip_s: float | None
    """How long the other end took to answer last, None if it was not asked."""

    async def async_read(self, timeout_s: float) -> DataT:
        """Return the next piece; LinkError if the port closes or stays silent."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    async def async_close(self) -> None:
        """Close the port and let go of it."""

    def abort(self) -> None:
        """Close the port without waiting: a pending read ends."""


class Port[DataT](Protocol):
    """Something that can be opened."""

    async def async_open(self) -> Source[DataT]:
        """Open the port; LinkError if that is not possible."""


class Stream:
    """An open port of bytes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Take both directions of the port."""
        self.round_trip_s: float | None = None
        self._reader = reader
        self._writer = writer
        self._early = b""

    def unread(self, data: bytes) -> None:
        """Give bytes back that came too early: the next read returns them."""
        self._early = data + self._early

    async def async_read(self, timeout_s: float) -> bytes:
        """Return the next bytes; LinkError if the port closes or stays silent."""
        if self._early:
            data, self._early = self._early, b""
            return data
        try:
            async with asyncio.timeout(timeout_s):
                data = await self._reader.read(CHUNK)
        except TimeoutError as err:
            raise LinkSilentError(f"no data for {timeout_s:.0f} s") from err
        except PORT_ERRORS as err:
            raise LinkError(words_of(err)) from err
        if not data:
            raise LinkError("closed by the other end")
        return data

    def write(self, data: bytes) -> None:
        """Send bytes; a broken port is noticed by the next read."""
        if data:
            with suppress(*PORT_ERRORS):
                self._writer.write(data)

    async def async_close(self) -> None:
        """Close the port and let go of it."""
        with suppress(*PORT_ERRORS):
            self._writer.close()
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._writer.wait_closed()

    def abort(self) -> None:
        """Close the port without waiting: a pending read ends."""
        with suppress(*PORT_ERRORS):
            self._writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPort:
    """A TCP port of another device."""

    host: str
    port: int

    async def async_open(self) -> Stream:
        """Connect; LinkError if that is not possible."""
        return await _async_open(asyncio.open_connection(self.host, self.port))


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial port: a path, or a URL such as socket:// or rfc2217://."""

    device: str
    baudrate: int

    async def async_open(self) -> Stream:
        """Open the port; LinkError if that is not possible."""
        return await _async_open(
            serialx.open_serial_connection(url=self.device, baudrate=self.baudrate)
        )


async def _async_open(
    opening: Coroutine[Any, Any, tuple[asyncio.StreamReader, asyncio.StreamWriter]],
) -> Stream:
    """Wait for a port to open; LinkError if it does not."""
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            return Stream(*await opening)
    except PORT_ERRORS as err:
        raise LinkError(words_of(err)) from err


async def async_open(port: TcpPort | SerialPort) -> Stream:
    """Open a port of bytes; LinkError if that is not possible."""
    return await port.async_open()


def words_of(err: BaseException) -> str:
    """Return what an error of a port says, or its kind if it says nothing."""
    return str(err) or type(err).__name__


class Link[DataT]:
    """Keeps one port open and hands on what arrives."""

    def __init__(
        self,
        port: Port[DataT],
        *,
        title: str,
        silence_s: float,
        receive: Callable[[DataT], None],
        changed: Callable[[], None],
        denied: Callable[[], None] | None = None,
    ) -> None:
        """Take the port and who is to be told.

        `receive` gets all that arrives; `changed` is called when the connection comes
        or goes; `denied` is called once when the password is no longer accepted. Who
        receives says with `tell_alive` that it makes sense: only that ends an outage
        and the growing of the pauses.
        """
        self._port = port
        self._title = title
        self._silence_s = silence_s
        self._receive = receive
        self._changed = changed
        self._denied = denied
        self._stream: Source[DataT] | None = None
        self._loss_told = False
        self._abort_reason: str | None = None
        self._closed = False
        self._attempts = 0
        self._awake = asyncio.Event()
        self.connections = 0

    @property
    def connected(self) -> bool:
        """Whether the port is open."""
        return self._stream is not None

    @property
    def round_trip_s(self) -> float | None:
        """How long the other end took to answer last, None if it was not asked."""
        return None if self._stream is None else self._stream.round_trip_s

    async def async_connect(self) -> None:
        """Open the port once; LinkError if that is not possible."""
        self._stream = await self._port.async_open()
        self.connections += 1
        self._tell_changed()

    async def async_run(self) -> None:
        """Hand on what arrives for ever and reconnect with growing pauses."""
        while not self._closed:
            try:
                if self._stream is None:
                    await self._async_pause()
                    if not await self._async_reopen():
                        return
                await self._async_pump()
            except LinkError as err:
                await self._async_lose(err)
            except Exception as err:
                # Somebody who listens has failed: the link itself must go on.
                _LOGGER.exception("Unexpected failure with what %s said", self._title)
                await self._async_lose(LinkError(f"unexpected failure: {err!r}"))

    async def _async_reopen(self) -> bool:
        """Try once to open the port; return whether trying makes sense any more."""
        try:
            await self.async_connect()
        except LinkAuthError:
            # Asking again with the same password would only lock us out.
            if self._denied is not None:
                self._denied()
            return False
        except LinkError as err:
            _LOGGER.debug("No connection to %s: %s", self._title, err)
        except Exception:
            # What answers is not what it should be; it may be next time.
            _LOGGER.exception("Unexpected failure of the link to %s", self._title)
        return True

    async def _async_pause(self) -> None:
        """Wait before the next attempt, unless somebody knows better."""
        pause_s = BACK_OFF_S[min(self._attempts, len(BACK_OFF_S) - 1)]
        self._attempts += 1
        self._awake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._awake.wait()

    @callback
    def retry_now(self) -> None:
        """Try to connect at once: the port has just come back."""
        self._attempts = 0
        self._awake.set()

    def write(self, data: bytes) -> None:
        """Send bytes; LinkError while there is no connection."""
        if self._stream is None:
            raise LinkError("not connected")
        self._stream.write(data)

    def abort(self, reason: str) -> None:
        """Give the connection up and open it anew."""
        if self._stream is not None:
            self._abort_reason = reason
            self._stream.abort()

    async def async_close(self) -> None:
        """Close the port for good."""
        self._closed = True
        await self._async_drop()

    async def _async_pump(self) -> None:
        """Hand on what arrives until the connection breaks."""
        while (stream := self._stream) is not None:
            self._receive(await stream.async_read(self._silence_s))

    async def _async_drop(self) -> None:
        """Close the present connection."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.async_close()

    async def _async_lose(self, err: LinkError) -> None:
        """Close a broken connection and tell it once."""
        reason, self._abort_reason = self._abort_reason or str(err), None
        await self._async_drop()
        if self._closed:
            return
        self.tell_loss(reason)
        self._tell_changed()

    def _tell_changed(self) -> None:
        """Tell that the connection came or went, whatever those who hear make of it."""
        try:
            self._changed()
        except Exception:
            _LOGGER.exception("Unexpected failure with the link to %s", self._title)

    def tell_loss(self, reason: str) -> None:
        """Log once that nothing usable comes any more."""
        if not self._loss_told:
            self._loss_told = True
            _LOGGER.info("Connection to %s lost: %s", self._title, reason)

    def tell_alive(self) -> None:
        """Note that what comes makes sense; log it once after a loss."""
        self._attempts = 0
        if self._loss_told:
            self._loss_told = False
            _LOGGER.info("Connection to %s is back", self._title)


class Subscriptions[KeyT: Hashable]:
    """Who wants to hear about what."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._listeners: defaultdict[KeyT, list[CALLBACK_TYPE]] = defaultdict(list)

    @callback
    def async_listen(self, key: KeyT, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call the listener whenever the key is told; return how to stop that."""
        self._listeners[key].append(listener)

        @callback
        def stop() -> None:
            self._listeners[key].remove(listener)

        return stop

    @callback
    def async_tell(self, key: KeyT) -> None:
        """Call everybody who listens to the key."""
        for listener in tuple(self._listeners[key]):
            listener()

    @callback
    def async_tell_all(self) -> None:
        """Call everybody."""
        for key in tuple(self._listeners):
            self.async_tell(key)
