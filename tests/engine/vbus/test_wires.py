"""Whole visits over real wires: a TCP connection and a pseudo terminal."""

from collections.abc import Generator
from contextlib import contextmanager
import os
import select
import socket
import threading
import time
import tty

import pytest

from custom_components.energy_manager.engine.vbus import (
    Decoder,
    ExtensionModule,
    Family,
    Handshake,
    Indices,
    Packet,
    Session,
    ValueRequest,
    family_of,
    telltale_request,
    variant,
)
from custom_components.energy_manager.engine.vbus.emulation import (
    BX_PLUS,
    CS_PLUS,
    MX_1,
    MX_2,
    SLT,
    VITOSOLIC_200,
    Adapter,
    Controller,
    E,
    Model,
    Quirks,
    Thermostat,
)

from .test_emulation import READINGS

CYCLE_S = 0.05
PASSWORD = "sunshine"
CHANNELS = {1: "House", 2: "Barn"}


class Wire:
    """One end of a wire: bytes that come in, and bytes that go out."""

    def __init__(self, descriptor: int) -> None:
        """Take an open descriptor."""
        self._descriptor = descriptor

    def read(self, timeout_s: float) -> bytes:
        """Return what came; nothing after the time-out or the end."""
        ready, _, _ = select.select([self._descriptor], [], [], timeout_s)
        try:
            return os.read(self._descriptor, 1024) if ready else b""
        except OSError:
            return b""

    def write(self, data: bytes) -> None:
        """Send all bytes."""
        while data:
            data = data[os.write(self._descriptor, data) :]


class Device:
    """A controller that speaks on its end of the wire, in a thread."""

    def __init__(self, controller: Controller, adapter: Adapter | None) -> None:
        """Speak behind an adapter, or directly on the line without one."""
        self.controller = controller
        self.adapter = adapter
        self._stop = threading.Event()

    def run(self, wire: Wire) -> None:
        """Speak and answer until stopped."""
        next_cycle = 0.0
        if self.adapter is not None:
            wire.write(self.adapter.feed(b""))
        while not self._stop.is_set():
            data = wire.read(0.005)
            now = time.monotonic()
            if self.adapter is not None and not self.adapter.streaming:
                wire.write(self.adapter.feed(data))
                continue
            wire.write(self.controller.feed(data, now))
            if now >= next_cycle:
                next_cycle = now + CYCLE_S
                wire.write(self.controller.cycle(READINGS, now))

    @contextmanager
    def speaking(self, wire: Wire) -> Generator[None]:
        """Speak while something is done at the other end."""
        thread = threading.Thread(target=self.run, args=(wire,))
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()


@contextmanager
def over_tcp(controller: Controller, channel: int = 0) -> Generator[Wire]:
    """Connect over TCP and log in."""
    adapter = Adapter(PASSWORD, CHANNELS if channel else None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _address = server.accept()
    with near, far, Device(controller, adapter).speaking(Wire(far.fileno())):
        wire = Wire(near.fileno())
        handshake = Handshake(PASSWORD, channel)
        while not handshake.done:
            assert handshake.error is None
            wire.write(handshake.feed(wire.read(5.0)))
        assert adapter.channel == channel
        yield wire


@contextmanager
def over_terminal(controller: Controller, channel: int = 0) -> Generator[Wire]:
    """Open a serial port with the controller on the far end."""
    assert channel == 0
    far, near = os.openpty()
    tty.setraw(near)
    try:
        with Device(controller, None).speaking(Wire(far)):
            yield Wire(near)
    finally:
        os.close(near)
        os.close(far)


WIRES = {"tcp": over_tcp, "terminal": over_terminal}


@pytest.fixture(name="over", params=WIRES)
def over_fixture(request: pytest.FixtureRequest, socket_enabled: None) -> str:
    """Do it over each kind of wire."""
    name: str = request.param
    return name


def visit(
    wire: Wire,
    family: Family,
    requests: list[ValueRequest],
    indices: Indices,
    limit_s: float = 15.0,
) -> Session:
    """Do one whole visit."""
    decoder = Decoder()
    started = time.monotonic()
    session = Session(
        requests,
        started,
        controller=family.address,
        has_changeset=family.has_changeset,
        indices=indices,
    )
    while not session.done:
        assert time.monotonic() - started < limit_s
        for frame in decoder.feed(wire.read(0.02)):
            wire.write(session.feed(frame, time.monotonic()))
        wire.write(session.poll(time.monotonic()))
    return session


def identified(wire: Wire, model: Model, indices: Indices) -> Family:
    """Return the family of a controller, after asking for its firmware if needed."""
    family = family_of(model.address)
    assert family is not None
    telltale = telltale_request(family)
    if telltale is None:
        return family
    (outcome,) = visit(wire, family, [telltale], indices).outcomes
    return variant(family, outcome.value, outcome.failure)


@pytest.mark.parametrize("model", [BX_PLUS, MX_1, MX_2, SLT, CS_PLUS, E, VITOSOLIC_200])
def test_settings_are_read_and_written(over: str, model: Model) -> None:
    """Every family, from the first offer to the measurements behind the release."""
    controller = Controller(model)
    indices: Indices = {}
    with WIRES[over](controller) as wire:
        family = identified(wire, model, indices)
        known = controller.values.keys()
        setting = next(one for one in family.settings if one.name in known)
        before = setting.shown(controller.values[setting.name])
        target = (
            setting.writable_options[0] if setting.kind == "select" else setting.maximum
        )
        session = visit(
            wire,
            family,
            [family.request(setting), family.request(setting, target)],
            indices,
        )
        assert session.failure is None
        read, written = session.outcomes
        assert read.value is not None
        assert setting.shown(read.value) == before
        assert written.value is not None
        assert setting.shown(written.value) == target
        # The bus is free again: measurements come.
        assert Decoder().feed(wire.read(1.0))
    assert controller.values[setting.name] == written.value


def test_firmware_update_between_two_visits(over: str) -> None:
    """Places that were learnt before are not used any more."""
    controller = Controller(SLT)
    indices: Indices = {}
    family = family_of(0x1001)
    assert family is not None
    mode = family.setting("relay_mode", 2)
    assert mode is not None
    with WIRES[over](controller) as wire:
        for option, number in (("on", 4), ("off", 0), ("automatic", 2)):
            session = visit(wire, family, [family.request(mode, option)], indices)
            assert session.failure is None
            assert controller.relay_modes[2] == number
            controller.update_firmware()


def test_slow_and_refusing_controller(over: str) -> None:
    """A late answer is taken for what it is; a refusal stops nothing else."""
    quirks = Quirks(answer_after_s=0.6, refused={"Relais_Regler_R2_Handbetrieb"})
    controller = Controller(BX_PLUS, quirks=quirks)
    family = family_of(0x7112)
    assert family is not None
    modes = [family.setting("relay_mode", relay) for relay in (2, 3)]
    indices: Indices = {}
    with WIRES[over](controller) as wire:
        requests = [family.request(one) for one in modes if one is not None]
        session = visit(wire, family, requests, indices)
        assert {one.value for one in session.outcomes} <= {None, 2}
        quirks.answer_after_s = 0.0
        session = visit(wire, family, requests, indices)
        assert [one.failure for one in session.outcomes] == ["refused", None]


def test_cancelled_visit_frees_the_bus(over: str) -> None:
    """Measurements come at once, not after the controller's ten seconds."""
    controller = Controller(MX_2)
    decoder = Decoder()
    with WIRES[over](controller) as wire:
        session = Session([ValueRequest(name="x", index=1977)], time.monotonic())
        while not session.holds_bus:
            for frame in decoder.feed(wire.read(0.02)):
                wire.write(session.feed(frame, time.monotonic()))
        wire.write(session.abort(time.monotonic()))
        deadline = time.monotonic() + 3.0
        heard = False
        while not heard and time.monotonic() < deadline:
            heard = any(
                isinstance(frame, Packet) for frame in decoder.feed(wire.read(0.02))
            )
        assert heard


def test_extension_module_switches_a_relay(over: str) -> None:
    """The soft way: the controller's own thermostat follows the emulated probe."""
    thermostat = Thermostat(relay=3, on_c=40.0, off_c=45.0)
    controller = Controller(BX_PLUS, modules=1, thermostats=(thermostat,))
    module, decoder = ExtensionModule(), Decoder()
    with WIRES[over](controller) as wire:
        for on in (True, False, True):
            deadline = time.monotonic() + 5.0
            module.set_demand(1, on=on, now=time.monotonic())
            while (3 in controller.heating_relays) is not on:
                assert time.monotonic() < deadline
                for frame in decoder.feed(wire.read(0.02)):
                    wire.write(module.feed(frame, time.monotonic()))


@pytest.mark.usefixtures("socket_enabled")
def test_channel_of_a_data_logger() -> None:
    """A DL3 streams the chosen input, and writing goes there too."""
    controller = Controller(BX_PLUS)
    family = family_of(0x7112)
    assert family is not None
    mode = family.setting("relay_mode", 1)
    assert mode is not None
    with over_tcp(controller, channel=2) as wire:
        session = visit(wire, family, [family.request(mode, "minimum")], {})
    assert session.failure is None
    assert controller.relay_modes[1] == 1
