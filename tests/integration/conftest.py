"""Emulated devices on real wires: loopback TCP and pseudo terminals."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import datetime
import logging
import os
import socket
import time
import tty
from typing import Any, Protocol

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.energy_manager import (
    sensor,
    vbus_last_heard,
    vbus_link,
    vedirect_link,
    vedirect_sensors,
)
from custom_components.energy_manager.engine.vbus.emulation import (
    Adapter,
    Controller,
    ControllerReadings,
)
from custom_components.energy_manager.engine.vedirect import (
    emulated_charger_memory,
    encode_hex,
)
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    BatteryReadings,
    Charger,
    ChargerReadings,
    Inverter,
    InverterReadings,
)

from .house import EVENING, House

# The recorder's database otherwise tells every statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

PASSWORD = "sunshine"

SECONDS_PER_SECOND = 20
"""How often a device says what it says in a second."""

READINGS = ControllerReadings(
    temperatures_c=(71.5, 32.1, 58.4, None),
    flow_l_per_h=420.0,
    relays_percent=(80.0, 0.0, 0.0),
    pwm_percent=80.0,
    heat_wh=1_234_567.0,
    heat_power_w=5400.0,
    heat_today_wh=12_300.0,
    heat_week_wh=45_600.0,
    volume_l=98_765.0,
    local_time=datetime(2026, 6, 21, 12, 0),
)


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(
    recorder_mock: object, enable_custom_integrations: None
) -> None:
    """Load the integration from this repository; it depends on the recorder."""


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[House]:
    """A house on a summer evening."""
    freezer.move_to(EVENING)
    house = House(hass)
    await house.async_build()
    yield house
    await house.async_take_down()


async def async_until(condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
    """Wait until something has happened on a real wire, however slow the machine is."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def entities_of(
    registry: er.EntityRegistry, entry_id: str
) -> dict[str, dict[str, object]]:
    """Return what is registered of all entities of an entry, by entity id."""
    return {
        entity.entity_id: {
            "name": entity.original_name,
            "unique_id": entity.unique_id,
            "device_class": entity.original_device_class,
            "unit": entity.unit_of_measurement,
            "capabilities": entity.capabilities,
            "category": entity.entity_category,
            "disabled": entity.disabled,
            "translation_key": entity.translation_key,
        }
        for entity in sorted(
            er.async_entries_for_config_entry(registry, entry_id),
            key=lambda entity: entity.entity_id,
        )
    }


class Clock:
    """The steady clock of the device links, which a test can put forward."""

    def __init__(self) -> None:
        """Stand still, so that only the test lets time pass."""
        self._now = time.monotonic()

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self._now

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock instead of the real one: no reading grows old because a test is slow."""
    clock = Clock()
    for module in (
        sensor,
        vbus_last_heard,
        vbus_link,
        vedirect_link,
        vedirect_sensors,
    ):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


def reserve_port() -> socket.socket:
    """Return a socket that keeps a port of loopback from all who do not share it.

    A test that hangs up and listens again at the same port must find it free, and
    whoever calls meanwhile must be refused.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


class EmulatedAdapter:
    """A VBus/LAN adapter with a controller behind it, on a TCP port of loopback."""

    def __init__(self) -> None:
        """Make a controller with plausible readings."""
        self.password = PASSWORD
        self.controller = Controller()
        self.readings = READINGS
        self.logins = 0
        self.busy = False
        self.deaf = False
        self.silent = False
        self.raw = False
        """Whether it is a converter that asks for nothing."""
        self.channels: dict[int, str] | None = None
        self._reserved = reserve_port()
        self.port: int = self._reserved.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._streams: dict[asyncio.StreamWriter, Adapter] = {}

    async def async_start(self) -> None:
        """Listen, always at the same port."""
        self._server = await asyncio.start_server(
            self._async_serve, "127.0.0.1", self.port, reuse_port=True
        )

    async def async_stop(self) -> None:
        """Stop listening and hang up."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            self.hang_up()
            await server.wait_closed()

    def release(self) -> None:
        """Let others have the port."""
        self._reserved.close()

    def hang_up(self) -> None:
        """Close all connections."""
        for writer in tuple(self._streams):
            writer.close()

    @property
    def streaming(self) -> bool:
        """Whether somebody listens to the bus."""
        return any(adapter.streaming for adapter in self._streams.values())

    def send(self, data: bytes) -> None:
        """Send bytes of the bus."""
        for writer, adapter in self._streams.items():
            if adapter.streaming:
                writer.write(data)

    def speak(self, cycles: int = 1) -> None:
        """Let the controller send its cycle."""
        for _ in range(0 if self.silent else cycles):
            self.send(self.controller.cycle(self.readings, self._now()))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def _async_serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one connection."""
        adapter = Adapter(self.password, self.channels)
        adapter.streaming = self.raw
        self._streams[writer] = adapter
        self.logins += 1
        if self.raw:
            pass
        elif self.busy:
            writer.write(b"-ERROR: Another client is connected\r\n")
        elif not self.deaf:
            writer.write(adapter.feed(b""))
        with suppress(OSError):
            while data := await reader.read(1024):
                if self.deaf or self.busy:
                    continue
                if adapter.streaming:
                    self.send(self.controller.feed(data, self._now()))
                    continue
                writer.write(adapter.feed(data))
                if adapter.closed:
                    break
        del self._streams[writer]
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@pytest.fixture
async def adapter(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncGenerator[EmulatedAdapter]:
    """A VBus/LAN adapter that can be reached, with a silent controller."""
    emulated = EmulatedAdapter()
    await emulated.async_start()
    yield emulated
    await emulated.async_stop()
    emulated.release()


@pytest.fixture
async def speaking_adapter(
    adapter: EmulatedAdapter,
) -> AsyncGenerator[EmulatedAdapter]:
    """A VBus/LAN adapter whose controller speaks twenty times a second."""

    async def async_speak() -> None:
        while True:
            adapter.speak()
            await asyncio.sleep(0.05)

    task = asyncio.create_task(async_speak())
    yield adapter
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class EmulatedPort:
    """A pseudo terminal: the near end is the serial port, the far end the device."""

    def __init__(self) -> None:
        """Open the pair."""
        self._far, self._near = os.openpty()
        tty.setraw(self._far)
        self.path = os.ttyname(self._near)
        self.answer: Callable[[bytes], bytes] = lambda _data: b""
        self.heard = b""
        os.set_blocking(self._far, False)
        asyncio.get_running_loop().add_reader(self._far, self._hear)

    def say(self, data: bytes) -> None:
        """Send bytes of the device."""
        os.write(self._far, data)

    def unplug(self) -> None:
        """Take the port away."""
        if self._far >= 0:
            asyncio.get_running_loop().remove_reader(self._far)
            os.close(self._far)
            os.close(self._near)
            self._far = -1

    def _hear(self) -> None:
        with suppress(OSError):
            data = os.read(self._far, 1024)
            self.heard += data
            self.say(self.answer(data))


@pytest.fixture
async def serial_port(hass: HomeAssistant) -> AsyncGenerator[EmulatedPort]:
    """A serial port with a silent device."""
    port = EmulatedPort()
    yield port
    port.unplug()


async def async_speak_over(port: EmulatedPort, second: Callable[[], bytes]) -> None:
    """Let a device say what it says in a second, many times a second."""
    while True:
        port.say(second())
        await asyncio.sleep(1 / SECONDS_PER_SECOND)


class Answering(Protocol):
    """A device that answers what is written to it."""

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the host and return the answers."""


LAST_WORD = encode_hex(0xA, bytes.fromhex("FEFF00"))
"""Something unasked of a register that no device has."""


class SpeakingDevice[DeviceT: Answering, ReadingsT]:
    """An emulated device at a serial port, with readings that a test can change."""

    def __init__(
        self,
        port: EmulatedPort,
        device: DeviceT,
        readings: ReadingsT,
        say: Callable[[DeviceT, ReadingsT], bytes],
    ) -> None:
        """Connect the device to the port; it is silent."""
        self.port = port
        self.device = device
        self.readings = readings
        self.silent = False
        self._say = say
        self._task: asyncio.Task[None] | None = None
        port.answer = device.feed

    def say(self) -> bytes:
        """Return what the device says in a second."""
        return b"" if self.silent else self._say(self.device, self.readings)

    def start(self) -> None:
        """Let the device speak."""
        self._task = asyncio.create_task(async_speak_over(self.port, self.say))

    async def async_stop(self) -> None:
        """Let the device fall silent for good."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def async_fall_silent(self, link: Any) -> None:
        """Stop speaking, and wait until a link has taken all that was said."""
        await self.async_stop()
        await self._async_taken(link)

    async def async_say(self, link: Any) -> None:
        """Say once what is said in a second, and wait until a link has taken it."""
        self.port.say(self.say())
        await self._async_taken(link)

    async def _async_taken(self, link: Any) -> None:
        """Wait until a link has taken all that was said.

        The kernel hands on what is written to a terminal a moment later.
        """
        taken = bytearray()
        decoder = link._decoder
        feed = decoder.feed

        def note(data: bytes) -> Any:
            taken.extend(data)
            return feed(data)

        decoder.feed = note
        self.port.say(LAST_WORD)
        await async_until(lambda: LAST_WORD in taken)
        decoder.feed = feed


type SpeakingCharger = SpeakingDevice[Charger, ChargerReadings]
type SpeakingInverter = SpeakingDevice[Inverter, InverterReadings]
type SpeakingMonitor = SpeakingDevice[BatteryMonitor, BatteryReadings]


@pytest.fixture
def slow_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a limit last a minute of this clock: a device's seconds pass faster here."""
    monkeypatch.setattr(
        emulated_charger_memory,
        "LIMIT_TIMEOUT_S",
        SECONDS_PER_SECOND * emulated_charger_memory.LIMIT_TIMEOUT_S,
    )


@pytest.fixture
async def charger(
    serial_port: EmulatedPort, slow_limits: None
) -> AsyncGenerator[SpeakingCharger]:
    """A solar charger in the sun."""
    device = SpeakingDevice(
        serial_port,
        Charger(),
        ChargerReadings(
            battery_voltage_v=13.36,
            battery_current_a=21.4,
            panel_voltage_v=88.2,
            panel_power_w=298.0,
            state=3,
            yield_total_kwh=1234.56,
            yield_today_kwh=2.34,
            max_power_today_w=801.0,
        ),
        Charger.second,
    )
    device.start()
    yield device
    await device.async_stop()


@pytest.fixture
async def inverter(serial_port: EmulatedPort) -> AsyncGenerator[SpeakingInverter]:
    """An inverter that feeds a load."""
    device = SpeakingDevice(
        serial_port,
        Inverter(),
        InverterReadings(
            battery_voltage_v=12.9,
            ac_voltage_v=230.1,
            ac_current_a=0.8,
            ac_apparent_power_va=184.0,
        ),
        Inverter.second,
    )
    device.start()
    yield device
    await device.async_stop()


@pytest.fixture
async def monitor(serial_port: EmulatedPort) -> AsyncGenerator[SpeakingMonitor]:
    """A battery monitor, whose seconds have two blocks."""
    device = SpeakingDevice(
        serial_port,
        BatteryMonitor(),
        BatteryReadings(
            voltage_v=12.61,
            current_a=-7.6,
            state_of_charge_percent=83.9,
            consumed_ah=-32.2,
            time_to_go_min=942,
            discharged_kwh=120.5,
            charged_kwh=131.2,
        ),
        BatteryMonitor.second,
    )
    device.start()
    yield device
    await device.async_stop()
