"""The connection to a VBus adapter, whichever way it goes: frames and values come out."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from homeassistant.components import usb
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant, callback

from .engine.vbus import Decoder, Frame, Specification
from .engine.vbus.json_readings import JsonPacket
from .links import Link, LinkError
from .vbus_adapter import CONF_CHANNEL, POLLED, byte_port_of, polled_port_of, way_of
from .vbus_http import LiveData

SILENCE_S: Final = 30.0
"""Without a byte for this long the connection is dead."""


class _Listeners(TypedDict):
    """What every kind of connection is told."""

    title: str
    silence_s: float
    changed: Callable[[], None]
    denied: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusListener:
    """Who is told what comes from the bus."""

    frame: Callable[[Frame], None]
    packet: Callable[[JsonPacket], None]
    changed: Callable[[], None]
    denied: Callable[[], None]


class VBusConnection:
    """Keeps the way to one bus open and counts what comes in."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        specification: Specification,
        listener: BusListener,
    ) -> None:
        """Prepare the way that the entry names; nothing is opened yet."""
        self.way = way_of(entry.data)
        self.channel: int = entry.data.get(CONF_CHANNEL, 0)
        self._device: str | None = entry.data.get(CONF_DEVICE)
        self._listener = listener
        self._decoder = Decoder()
        self._bytes = self._frames = self._malformed = 0
        told: _Listeners = {
            "title": entry.title,
            "silence_s": SILENCE_S,
            "changed": self._changed,
            "denied": listener.denied,
        }
        self._link: Link[bytes] | Link[LiveData]
        if self.can_write:
            self._link = Link(byte_port_of(entry.data), receive=self._receive, **told)
        else:
            port = polled_port_of(hass, entry.data, specification)
            self._link = Link(port, receive=self._receive_values, **told)

    @property
    def can_write(self) -> bool:
        """Whether the way leads to the bus in both directions."""
        return self.way not in POLLED

    @property
    def connected(self) -> bool:
        """Whether the way is open."""
        return self._link.connected

    async def async_connect(self) -> None:
        """Open the way once; LinkError if that is not possible."""
        await self._link.async_connect()

    async def async_run(self) -> None:
        """Listen for ever and reconnect with growing pauses."""
        await self._link.async_run()

    async def async_close(self) -> None:
        """Close the way for good."""
        await self._link.async_close()

    @callback
    def ports_changed(
        self, added: set[usb.USBDevice], _removed: set[usb.USBDevice]
    ) -> None:
        """Reconnect at once when the adapter is plugged in again."""
        if any(self._device in (port.device, port.resolved_device) for port in added):
            self._link.retry_now()

    @callback
    def send(self, data: bytes) -> None:
        """Send bytes to the bus; a lost connection is told to all anyway."""
        with suppress(LinkError):
            self._link.write(data)

    @callback
    def _changed(self) -> None:
        """Begin a new stream, and tell that the connection came or went."""
        self._frames += self._decoder.frames
        self._malformed += self._decoder.malformed
        self._decoder = Decoder()
        self._listener.changed()

    @callback
    def _receive(self, data: bytes) -> None:
        """Decode bytes from the adapter."""
        self._bytes += len(data)
        for frame in self._decoder.feed(data):
            self._link.tell_alive()
            self._listener.frame(frame)

    @callback
    def _receive_values(self, data: LiveData) -> None:
        """Take values that the adapter has decoded itself."""
        self._link.tell_alive()
        for told in data:
            if told.channel == self.channel:
                self._frames += 1
                self._listener.packet(told)

    def diagnostics(self) -> dict[str, Any]:
        """Return the state of the connection and what came in over all of them."""
        return {
            "connected": self.connected,
            "way": self.way.value,
            "channel": self.channel,
            "connections": self._link.connections,
            "round_trip_s": self._link.round_trip_s,
            "bytes": self._bytes,
            "frames": self._frames + self._decoder.frames,
            "malformed_frames": self._malformed + self._decoder.malformed,
        }
