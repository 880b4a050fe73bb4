"""The demo house's devices speak over real sockets and real terminals."""

import asyncio
import contextlib
from datetime import datetime
import json
import os
from pathlib import Path

import pytest
import serialx

from custom_components.energy_manager.demo_devices import (
    BATTERY,
    BUS_PASSWORD,
    INVERTER,
    LOOPBACK,
    MPPT,
    BusServer,
    DemoDevices,
    Terminal,
)
from custom_components.energy_manager.engine.vbus import Datagram, Decoder, Packet
from custom_components.energy_manager.engine.vbus.emulation import (
    CONTROLLER,
    Controller,
    ControllerReadings,
)

READINGS = ControllerReadings(
    temperatures_c=(63.4, 38.0, 57.5, 49.1),
    flow_l_per_h=720.0,
    relays_percent=(80.0, 0.0, 100.0),
    pwm_percent=80.0,
    heat_wh=1234567.0,
    heat_power_w=8400.0,
    heat_today_wh=21000.0,
    heat_week_wh=90000.0,
    volume_l=54321.0,
    local_time=datetime(2026, 6, 21, 12, 0),
)


class Echo:
    """A device that answers everything with the same in capitals."""

    def feed(self, data: bytes) -> bytes:
        """Return the answer."""
        return data.upper()


async def greet(
    port: int, password: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    """Log in at the adapter and return the connection and its last answer."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    assert (await reader.readline()).startswith(b"+HELLO")
    writer.write(f"PASS {password}\n".encode())
    answer = await reader.readline()
    if answer.startswith(b"+"):
        writer.write(b"DATA\n")
        answer = await reader.readline()
    return reader, writer, answer


@pytest.mark.usefixtures("socket_enabled")
async def test_bus_streams_to_who_knows_the_password() -> None:
    """Measurements reach a client that logged in, and nobody else."""
    controller = Controller()
    server = BusServer(controller)
    await server.async_start(0)
    reader, writer, answer = await greet(server.port, BUS_PASSWORD)
    assert answer.startswith(b"+OK")
    stranger, stranger_writer, answer = await greet(server.port, "wrong")
    assert answer.startswith(b"-ERROR")

    now = asyncio.get_running_loop().time()
    server.send(controller.cycle(READINGS, now))
    decoder = Decoder()
    frames: list[object] = []
    while not any(isinstance(frame, Datagram) for frame in frames):
        data = await reader.read(4096)
        assert data
        frames += decoder.feed(data)
    packet = frames[0]
    assert isinstance(packet, Packet)
    assert packet.source == CONTROLLER
    assert isinstance(frames[-1], Datagram)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await stranger.read(1)

    port = server.port
    await server.async_stop()
    assert await reader.read() == b""
    for end in (writer, stranger_writer):
        end.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(LOOPBACK, port)


@pytest.mark.usefixtures("socket_enabled")
async def test_taken_port_is_replaced() -> None:
    """If another program has the port, the adapter listens at another one."""
    first = BusServer(Controller())
    await first.async_start(0)
    second = BusServer(Controller())
    await second.async_start(first.port)
    assert second.port != first.port
    await first.async_stop()
    await second.async_stop()


async def test_terminal_carries_both_ways(tmp_path: Path) -> None:
    """What the device says is read at the link, and what is written is answered."""
    link = tmp_path / "port"
    link.symlink_to("/nowhere")  # left behind by a run that did not end well
    terminal = Terminal(Echo(), link)
    terminal.open()
    terminal.listen()
    reader, writer = await serialx.open_serial_connection(url=str(link), baudrate=19200)
    terminal.say(b"PID\t0xA057\r\n")
    assert await reader.readline() == b"PID\t0xA057\r\n"
    writer.write(b"hello\n")
    assert await reader.readline() == b"HELLO\n"
    writer.close()
    await writer.wait_closed()
    terminal.stop_listening()
    terminal.close()
    assert not link.is_symlink()


async def test_terminal_forgets_what_nobody_reads(tmp_path: Path) -> None:
    """Somebody who comes late hears what is said now, not an old backlog."""
    terminal = Terminal(Echo(), tmp_path / "port")
    terminal.open()
    for number in range(1000):
        terminal.say(f"{number:06d}\n".encode())
        if number % 100 == 0:
            # The kernel hands on what was written a moment later.
            await asyncio.sleep(0.01)
    near = os.open(tmp_path / "port", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    heard = b""
    async with asyncio.timeout(60):
        while not heard.endswith(b"000999\n"):
            with contextlib.suppress(BlockingIOError):
                heard += os.read(near, 8192)
            await asyncio.sleep(0.01)
    os.close(near)
    assert len(heard) < 7000 - 2048
    terminal.close()


@pytest.mark.usefixtures("socket_enabled")
async def test_devices_leave_nothing_behind(tmp_path: Path) -> None:
    """Stopping closes all ports and removes the links and their folders."""
    folder = tmp_path / "energy_manager" / "demo"
    descriptors = set(Path("/proc/self/fd").iterdir())
    devices = DemoDevices(folder, Controller())
    await devices.async_start(0)
    assert {path.name for path in folder.iterdir()} == {MPPT, INVERTER, BATTERY}
    assert devices.path(MPPT) == str(folder / MPPT)
    await devices.async_stop()
    assert not folder.parent.exists()
    assert set(Path("/proc/self/fd").iterdir()) - descriptors <= set()
    await devices.async_stop()  # a second time does no harm


def test_memory_of_the_devices(tmp_path: Path) -> None:
    """What was written to the VE.Direct devices is there after a restart."""
    before = DemoDevices(tmp_path, Controller())
    before.inverter.feed(b":80002000546\n")
    before.charger.feed(b":80002000447\n")
    before.battery.feed(b":8001000F40148\n")
    saved = json.loads(json.dumps(before.settings))
    after = DemoDevices(tmp_path, Controller())
    assert (after.inverter.mode, after.charger.on) == (2, True)
    after.restore(saved)
    assert (after.inverter.mode, after.charger.on) == (5, False)
    assert after.battery.capacity_ah == 500
    after.restore({})
    assert after.inverter.mode == 5
