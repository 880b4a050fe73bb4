"""The demo house's devices on their wires: loopback TCP and pseudo terminals."""

import asyncio
from collections.abc import Mapping
import contextlib
from dataclasses import dataclass
import fcntl
import os
from pathlib import Path
import struct
import termios
import tty
from typing import Final, Protocol, override

from .engine.vbus.emulation import Adapter, Controller, ControllerReadings
from .engine.vedirect.emulated_device import EmulatedDevice
from .engine.vedirect.emulation import (
    BatteryMonitor,
    BatteryReadings,
    Charger,
    ChargerReadings,
    Inverter,
    InverterReadings,
)

LOOPBACK: Final = "127.0.0.1"
BUS_PASSWORD: Final = "vbus"
"""The password with which the real adapter leaves the factory."""

MPPT: Final = "mppt"
INVERTER: Final = "inverter"
BATTERY: Final = "battery"
PORTS: Final = (MPPT, INVERTER, BATTERY)
"""Names of the serial ports, one for each VE.Direct device."""

_UNREAD_BYTES: Final = 2048
"""A terminal keeps 4 KiB; older words than these nobody is going to read."""
_UNSENT_BYTES: Final = 65536
"""A connection that leaves so much unread is dead."""
_READ_BYTES: Final = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceReadings:
    """What all devices of the house measure at one moment."""

    controller: ControllerReadings
    charger: ChargerReadings
    inverter: InverterReadings
    battery: BatteryReadings


class SerialDevice(Protocol):
    """A device at the far end of a serial line."""

    def feed(self, data: bytes) -> bytes:
        """Take what was written to the device and return its answer."""


class BusServer:
    """Serves the VBus of one controller the way a VBus/LAN adapter does."""

    def __init__(self, controller: Controller) -> None:
        """Stand before a controller, not yet reachable."""
        self.controller = controller
        self.connections: set[BusConnection] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Return the TCP port of the running server."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def async_start(self, port: int) -> None:
        """Listen on loopback only: on this port, or on a free one if it is taken."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._connect, LOOPBACK, port)
        except OSError:
            if port == 0:
                raise
            self._server = await loop.create_server(self._connect, LOOPBACK, 0)

    def _connect(self) -> BusConnection:
        """Make the adapter's end of a new connection."""
        return BusConnection(self)

    def send(self, data: bytes) -> None:
        """Send what happens on the bus to everyone who logged in."""
        for connection in tuple(self.connections):
            connection.send(data)

    async def async_stop(self) -> None:
        """Close the server and every connection to it."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for connection in tuple(self.connections):
            connection.abort()
        await server.wait_closed()


class BusConnection(asyncio.Protocol):
    """The adapter's end of one connection: greets, checks the password, streams."""

    def __init__(self, server: BusServer) -> None:
        """Wait for the other end."""
        self._server = server
        self._adapter = Adapter(BUS_PASSWORD)
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the caller."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)
        transport.write(self._adapter.feed(b""))

    @override
    def data_received(self, data: bytes) -> None:
        """Take a command for the adapter, or bytes for the bus behind it."""
        assert self._transport is not None
        if not self._adapter.streaming:
            self._transport.write(self._adapter.feed(data))
            if self._adapter.closed:
                self._transport.close()
            # What came behind the command is meant for the bus.
            data = self._adapter.rest
        if data and self._adapter.streaming:
            now = asyncio.get_running_loop().time()
            self._server.send(self._server.controller.feed(data, now))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the caller."""
        self._server.connections.discard(self)
        self._transport = None

    def send(self, data: bytes) -> None:
        """Pass on what happens on the bus, once the caller is logged in."""
        if not data or self._transport is None or not self._adapter.streaming:
            return
        if self._transport.get_write_buffer_size() > _UNSENT_BYTES:
            self._transport.abort()
            return
        self._transport.write(data)

    def abort(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


class Terminal:
    """A pseudo terminal with a device on its far end, behind a stable link."""

    def __init__(self, device: SerialDevice, link: Path) -> None:
        """Belong to a device and a link, not yet open."""
        self._device = device
        self._link = link
        self._far: int | None = None
        self._near: int | None = None

    def open(self) -> None:
        """Open the terminal and point the link at it; this blocks."""
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        attributes = termios.tcgetattr(self._near)
        attributes[4] = attributes[5] = termios.B19200
        termios.tcsetattr(self._near, termios.TCSANOW, attributes)
        os.set_blocking(self._far, False)
        # A rename replaces what an earlier run may have left, without a gap.
        fresh = self._link.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._near))
        fresh.rename(self._link)

    def listen(self) -> None:
        """Let the device hear what is written to the terminal."""
        assert self._far is not None
        asyncio.get_running_loop().add_reader(self._far, self._hear)

    def _hear(self) -> None:
        """Pass what was written on to the device, and its answer back."""
        assert self._far is not None
        with contextlib.suppress(OSError):
            self._write(self._device.feed(os.read(self._far, _READ_BYTES)))

    def say(self, data: bytes) -> None:
        """Send what the device says; words that nobody reads get lost."""
        assert self._near is not None
        count: int = struct.unpack(
            "i", fcntl.ioctl(self._near, termios.FIONREAD, bytes(4))
        )[0]
        if count > _UNREAD_BYTES:
            termios.tcflush(self._near, termios.TCIFLUSH)
        self._write(data)

    def _write(self, data: bytes) -> None:
        """Write as much as the terminal takes."""
        assert self._far is not None
        if data:
            with contextlib.suppress(BlockingIOError):
                os.write(self._far, data)

    def stop_listening(self) -> None:
        """Let the device go deaf."""
        if self._far is not None:
            asyncio.get_running_loop().remove_reader(self._far)

    def close(self) -> None:
        """Close the terminal and take its link away; this blocks."""
        self._link.unlink(missing_ok=True)
        for descriptor in (self._far, self._near):
            if descriptor is not None:
                os.close(descriptor)
        self._far = self._near = None


class DemoDevices:
    """All emulated devices: one controller and three VE.Direct devices."""

    def __init__(self, folder: Path, controller: Controller) -> None:
        """Make the devices; their serial ports are going to be in the folder."""
        self.controller = controller
        self.charger = Charger()
        self.inverter = Inverter()
        self.battery = BatteryMonitor()
        self._serial_devices: dict[str, EmulatedDevice] = {
            MPPT: self.charger,
            INVERTER: self.inverter,
            BATTERY: self.battery,
        }
        self._folder = folder
        self._bus = BusServer(self.controller)
        self._mppt_port = Terminal(self.charger, folder / MPPT)
        self._inverter_port = Terminal(self.inverter, folder / INVERTER)
        self._battery_port = Terminal(self.battery, folder / BATTERY)
        self._terminals = (self._mppt_port, self._inverter_port, self._battery_port)
        self._running = False

    @property
    def port(self) -> int:
        """Return the TCP port of the VBus/LAN adapter."""
        return self._bus.port

    @property
    def settings(self) -> dict[str, dict[str, float]]:
        """Return what is in the memory of the VE.Direct devices, by their ports."""
        return {
            name: {str(number): value for number, value in device.stored.items()}
            for name, device in self._serial_devices.items()
        }

    def restore(self, settings: Mapping[str, Mapping[str, float]]) -> None:
        """Have in memory what was there when the house was saved."""
        for name, device in self._serial_devices.items():
            saved = settings.get(name, {})
            device.restore({int(number): value for number, value in saved.items()})

    def path(self, name: str) -> str:
        """Return the stable path of a serial port."""
        return str(self._folder / name)

    async def async_start(self, port: int) -> None:
        """Make the devices reachable."""
        loop = asyncio.get_running_loop()
        try:
            await self._bus.async_start(port)
            await loop.run_in_executor(None, self._open)
        except BaseException:
            await self.async_stop()
            raise
        for terminal in self._terminals:
            terminal.listen()
        self._running = True

    def _open(self) -> None:
        """Open the serial ports."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for terminal in self._terminals:
            terminal.open()

    def speak(self, readings: DeviceReadings) -> None:
        """Let every device say what it measures, as each does once per second."""
        if not self._running:
            return
        now = asyncio.get_running_loop().time()
        self._bus.send(self.controller.cycle(readings.controller, now))
        self._mppt_port.say(self.charger.second(readings.charger))
        self._inverter_port.say(self.inverter.second(readings.inverter))
        self._battery_port.say(self.battery.second(readings.battery))

    async def async_stop(self) -> None:
        """Take the devices off their wires and leave nothing behind."""
        self._running = False
        for terminal in self._terminals:
            terminal.stop_listening()
        await self._bus.async_stop()
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        """Close the serial ports and remove their folder."""
        for terminal in self._terminals:
            terminal.close()
        # The parent is shared with other parts of the integration.
        for folder in (self._folder, self._folder.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()
