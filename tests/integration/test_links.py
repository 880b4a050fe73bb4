"""The bytes transport on real ports, and what is worth a new state."""

import asyncio

import pytest

from custom_components.energy_manager import links
from custom_components.energy_manager.deadband import Band, Deadband
from custom_components.energy_manager.links import (
    Link,
    LinkError,
    LinkSilentError,
    SerialPort,
    Stream,
    Subscriptions,
    TcpPort,
    async_open,
)
from custom_components.energy_manager.vbus_adapter import VBusPort
from custom_components.energy_manager.write_budget import (
    SPACING_S,
    WRITES_PER_HOUR,
    WriteBudget,
)

from .conftest import EmulatedAdapter, EmulatedPort, async_until


class Listener:
    """Remembers what a link tells."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.heard = b""
        self.changes: list[bool] = []
        self.denials = 0
        self.link: Link[bytes] | None = None

    def receive(self, data: bytes) -> None:
        """Take bytes."""
        self.heard += data

    def changed(self) -> None:
        """Note whether the link is connected now."""
        assert self.link is not None
        self.changes.append(self.link.connected)

    def denied(self) -> None:
        """Note that the password is not accepted."""
        self.denials += 1


@pytest.fixture
def listener(adapter: EmulatedAdapter) -> Listener:
    """A listener at the emulated adapter."""
    listener = Listener()
    listener.link = Link(
        TcpPort(host="127.0.0.1", port=adapter.port),
        title="Adapter",
        silence_s=0.5,
        receive=listener.receive,
        changed=listener.changed,
        denied=listener.denied,
    )
    return listener


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconnect without pauses."""
    monkeypatch.setattr(links, "BACK_OFF_S", (0.01, 0.02))


async def test_silence_is_a_loss(
    listener: Listener, adapter: EmulatedAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection without bytes is closed and opened anew, told once each."""
    caplog.set_level("INFO")
    assert listener.link is not None
    await listener.link.async_connect()
    task = asyncio.create_task(listener.link.async_run())
    await async_until(lambda: adapter.logins >= 3)
    await listener.link.async_close()
    await asyncio.wait_for(task, 60)
    assert listener.heard.startswith(b"+HELLO\r\n")
    assert listener.changes[:3] == [True, False, True]
    assert "Connection to Adapter lost: no data for 0 s" in caplog.text


async def test_a_failing_listener_does_not_end_the_link(
    listener: Listener,
    adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever a listener raises, the link goes on with a new connection."""
    assert listener.link is not None

    def fail(_: bytes) -> None:
        monkeypatch.setattr(listener.link, "_receive", listener.receive)
        raise ValueError("not among the options")

    monkeypatch.setattr(listener.link, "_receive", fail)
    await listener.link.async_connect()
    task = asyncio.create_task(listener.link.async_run())
    await async_until(lambda: adapter.logins >= 2 and bool(listener.heard))
    await listener.link.async_close()
    await asyncio.wait_for(task, 60)
    assert listener.changes[:3] == [True, False, True]
    assert "Unexpected failure with what Adapter said" in caplog.text
    caplog.clear()


async def test_a_failure_while_connecting_does_not_end_the_link(
    listener: Listener,
    adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever goes wrong in opening a port or in telling of it is tried again."""
    assert listener.link is not None
    attempts = 0
    really_open = TcpPort.async_open

    async def fail_once(port: TcpPort) -> Stream:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise OverflowError("int too large")
        return await really_open(port)

    def fail() -> None:
        monkeypatch.setattr(listener.link, "_changed", listener.changed)
        raise ValueError("not among the options")

    monkeypatch.setattr(TcpPort, "async_open", fail_once)
    monkeypatch.setattr(listener.link, "_changed", fail)
    task = asyncio.create_task(listener.link.async_run())
    await async_until(lambda: adapter.logins >= 2 and bool(listener.heard))
    await listener.link.async_close()
    await asyncio.wait_for(task, 60)
    assert attempts >= 3
    assert caplog.text.count("Unexpected failure") >= 2
    caplog.clear()


async def test_a_refused_password_ends_the_attempts(
    listener: Listener, adapter: EmulatedAdapter
) -> None:
    """The link stops for good: somebody has to enter another password."""

    port = VBusPort(host="127.0.0.1", port=adapter.port, password="wrong")
    link = Link(
        port,
        title="Adapter",
        silence_s=0.5,
        receive=listener.receive,
        changed=listener.changed,
        denied=listener.denied,
    )
    await asyncio.wait_for(link.async_run(), 60)
    assert listener.denials == 1
    assert adapter.logins == 1


async def test_writing_without_a_connection_fails(listener: Listener) -> None:
    """Nothing is queued: a late command is worse than none."""
    assert listener.link is not None
    with pytest.raises(LinkError):
        listener.link.write(b"hello")


async def test_ports_that_cannot_be_opened(
    adapter: EmulatedAdapter, serial_port: EmulatedPort
) -> None:
    """Every kind of failure is a LinkError with words."""
    await adapter.async_stop()
    for port in (
        TcpPort(host="127.0.0.1", port=adapter.port),
        SerialPort(device="/dev/does-not-exist", baudrate=19200),
        SerialPort(device="nonsense://x", baudrate=19200),
    ):
        with pytest.raises(LinkError) as raised:
            await async_open(port)
        assert str(raised.value)
    first = await async_open(SerialPort(device=serial_port.path, baudrate=19200))
    with pytest.raises(LinkError):
        await async_open(SerialPort(device=serial_port.path, baudrate=19200))
    await first.async_close()


async def test_a_serial_port_is_read_and_written(serial_port: EmulatedPort) -> None:
    """Bytes go both ways; silence and unplugging are told apart."""
    stream = await async_open(SerialPort(device=serial_port.path, baudrate=19200))
    serial_port.say(b"\x00\xffdata")
    said = b""
    while len(said) < 6:
        said += await stream.async_read(60)
    assert said == b"\x00\xffdata"
    stream.write(b"answer")
    await async_until(lambda: serial_port.heard == b"answer")
    with pytest.raises(LinkSilentError):
        await stream.async_read(0.05)
    serial_port.unplug()
    with pytest.raises(LinkError):
        await stream.async_read(60)
    await stream.async_close()


async def test_an_aborted_link_opens_its_port_anew(serial_port: EmulatedPort) -> None:
    """A device that sends only nonsense is given another chance."""
    listener = Listener()
    listener.link = Link(
        SerialPort(device=serial_port.path, baudrate=19200),
        title="Port",
        silence_s=5,
        receive=listener.receive,
        changed=listener.changed,
    )
    await listener.link.async_connect()
    task = asyncio.create_task(listener.link.async_run())
    serial_port.say(b"one")
    await async_until(lambda: listener.heard == b"one")
    listener.link.abort("nonsense")
    await async_until(lambda: listener.changes == [True, False, True])
    serial_port.say(b"two")
    await async_until(lambda: listener.heard == b"onetwo")
    await listener.link.async_close()
    await asyncio.wait_for(task, 60)


def test_subscriptions_call_who_listens() -> None:
    """Listeners hear their key, or everything; then they stop."""
    heard: list[str] = []
    subscriptions = Subscriptions[str]()
    stop = subscriptions.async_listen("a", lambda: heard.append("a"))
    subscriptions.async_listen("b", lambda: heard.append("b"))
    subscriptions.async_tell("a")
    subscriptions.async_tell("c")
    subscriptions.async_tell_all()
    stop()
    subscriptions.async_tell_all()
    assert heard == ["a", "a", "b", "b"]


def test_small_changes_wait_and_big_ones_do_not() -> None:
    """The bands work on what was told last, not on what was read last."""
    deadband = Deadband(Band(near=0.2, far=0.5))
    assert deadband.passes(20.0, 0)
    assert not deadband.passes(20.0, 100)
    assert not deadband.passes(20.6, 101 - 97)
    assert deadband.passes(20.6, 6)
    assert not deadband.passes(20.8, 30)
    assert not deadband.passes(20.7, 70)
    assert deadband.passes(20.8, 70)


def test_a_share_widens_the_band() -> None:
    """A hundred watts are much at two hundred and noise at five thousand."""
    band = Band(near=10, far=50, share=0.05)
    low, high = Deadband(band), Deadband(band)
    assert low.passes(200, 0)
    assert high.passes(5000, 0)
    assert low.passes(300, 10)
    assert not high.passes(5100, 10)
    assert high.passes(5100, 61)


def test_zero_and_unknown_are_told_apart() -> None:
    """Zero is a value; unknown and back again are never held back."""
    deadband = Deadband(Band(near=1, far=1))
    assert deadband.passes(0, 0)
    assert deadband.passes(None, 1)
    assert not deadband.passes(None, 2)
    assert deadband.passes(0, 3)
    words = Deadband(None)
    assert words.passes("bulk", 0)
    assert not words.passes("bulk", 1)
    assert words.passes("float", 2)


def test_coming_to_rest_is_told() -> None:
    """A reading of zero does not wait until it has moved far enough."""
    deadband = Deadband(Band(near=1, far=20))
    assert deadband.passes(15.0, 0.0)
    assert not deadband.passes(0.0, 3.0)
    assert deadband.passes(0.0, 6.0)
    assert not deadband.passes(0.0, 12.0)


def test_a_budget_of_writes() -> None:
    """Writes are spaced, and so many per hour are allowed."""
    budget = WriteBudget()
    assert budget.wait_s(0) == 0
    for second in range(WRITES_PER_HOUR):
        assert budget.allows(second)
        budget.spend(second)
    assert budget.wait_s(WRITES_PER_HOUR - 1) == SPACING_S
    assert not budget.allows(WRITES_PER_HOUR)
    assert budget.allows(3601)
