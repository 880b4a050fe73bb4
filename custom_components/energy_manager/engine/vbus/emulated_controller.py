"""The other end: controllers of several families, with their values and their quirks.

For the demo house and for tests. Everything goes over the real wire protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
import struct
from typing import Final

from . import parameters
from .decoder import Decoder
from .emulated_models import BX_PLUS, Model
from .emulated_packets import ControllerReadings
from .emulated_values import Parameter
from .exchanges import Request, refusal_of, reply_to, request_of
from .extension_module import (
    FIRST_MODULE,
    POLL,
    SENSORS,
    resistance_mohm,
    temperature_c,
)
from .frames import Datagram, Frame, Packet, encode
from .parameters import id_hash

OFFER_WINDOW_S: Final = 0.4
TAKE_BACK_S: Final = 10.0
MODULE_WINDOW_S: Final = 0.5
MISSED_POLLS: Final = 3

_CHANGESET: Final = 0x2691A4D3
_MOVED_BY: Final = 7
_POLL_BYTES: Final = 48
_RELAY_STEP: Final = 8
_PROBES: Final = struct.Struct(f"<{SENSORS}i")


@dataclass(slots=True, kw_only=True)
class Quirks:
    """What may go wrong; to be changed while a test runs.

    Answers come `answer_after_s` late. Values named in `refused` are neither read nor
    written. With `clamps` a value out of limits becomes the limit instead of being
    ignored. A `deaf` controller answers nothing; a `hasty` one takes the bus back at
    once.
    """

    answer_after_s: float = 0.0
    refused: set[str] = field(default_factory=set)
    clamps: bool = False
    deaf: bool = False
    hasty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermostat:
    """A function that heats with a relay while a module's probe is too cold."""

    relay: int
    on_c: float
    off_c: float
    module: int = 1
    sensor: int = 1


@dataclass(slots=True)
class _Module:
    """What is known of one extension module."""

    resistances_mohm: tuple[int, ...] = ()
    missed: int = 0


class Controller:
    """A controller with a heat meter, master of its bus.

    Once per cycle it sends its measurements, asks its extension modules and offers
    the bus. A request that comes within 0.4 s of the offer takes the bus; from then on
    requests are answered and no measurements are sent until the bus is released, or
    silent for 10 s.
    """

    def __init__(
        self,
        model: Model = BX_PLUS,
        *,
        changeset: int = _CHANGESET,
        values: Mapping[int, Parameter] | None = None,
        modules: int = 0,
        thermostats: tuple[Thermostat, ...] = (),
        quirks: Quirks | None = None,
    ) -> None:
        """Begin with all relays on automatic, with so many extension modules."""
        self.model = model
        self.quirks = Quirks() if quirks is None else quirks
        self._changeset = changeset
        own = model.parameters() if values is None else values
        self._values = {index: replace(known) for index, known in own.items()}
        self._bulk: dict[int, int] | None = None
        self._bulk_until = 0.0
        self._modules = [_Module() for _ in range(modules)]
        self._thermostats = thermostats
        self._heats = dict.fromkeys(thermostats, False)
        self._decoder = Decoder()
        self._late: list[tuple[float, bytes]] = []
        self._cycle_at: float | None = None
        self._offered = False
        self._held_since: float | None = None

    @property
    def relay_modes(self) -> dict[int, int]:
        """Manual mode by relay, in the controller's own numbers."""
        by_name = self.values
        return {
            relay: by_name.get(
                self.model.relay_mode.format(relay), self.model.automatic
            )
            for relay in range(1, self.model.relays + 1)
        }

    @property
    def values(self) -> dict[str, int]:
        """All values by name, in the controller's own numbers."""
        return {known.name: known.value for known in self._values.values()}

    @property
    def indices(self) -> dict[str, int]:
        """Where each value is, by name."""
        return {known.name: index for index, known in self._values.items()}

    @property
    def heating_relays(self) -> set[int]:
        """The relays that a thermostat function has switched on."""
        return {one.relay for one, heats in self._heats.items() if heats}

    def set_value(self, name: str, value: int) -> None:
        """Change a value as its owner does, at the controller itself."""
        self._values[self.indices[name]].value = value

    def update_firmware(self) -> None:
        """Move all values to other places, as a new firmware does."""
        self._values = {
            index + _MOVED_BY: known for index, known in self._values.items()
        }
        self._changeset = (self._changeset * 33 + _MOVED_BY) & 0x7FFFFFFF

    def is_held(self, now: float) -> bool:
        """Return whether somebody else has the bus."""
        return self._held_since is not None and now - self._held_since < TAKE_BACK_S

    def cycle(self, readings: ControllerReadings, now: float) -> bytes:
        """Return the bytes of one cycle, empty while the bus is taken.

        `now` is a monotonic time in seconds, the same clock as for `feed`.
        """
        if self.is_held(now) and not self.quirks.hasty:
            return b""
        self._held_since = None
        self._cycle_at = now
        self._offered = True
        own = self.model.packets(self._shown(readings), self._temperatures_c())
        polls = [self._poll(number) for number in range(1, len(self._modules) + 1)]
        offer = Datagram(
            parameters.BROADCAST, self.model.address, parameters.OFFER, 0, 0
        )
        frames: list[Frame] = [*own, *polls, offer]
        return b"".join(encode(frame) for frame in frames)

    def feed(self, data: bytes, now: float) -> bytes:
        """Take bytes from the bus; return the answers that are due by now."""
        for frame in self._decoder.feed(data):
            if frame.destination != self.model.address:
                continue
            if isinstance(frame, Datagram):
                answer = self._request(frame, now)
                if answer is not None:
                    due = now + self.quirks.answer_after_s
                    self._late.append((due, encode(answer)))
            elif isinstance(frame, Packet):
                self._hear_module(frame, now)
        due_now = b"".join(answer for due, answer in self._late if due <= now)
        self._late = [one for one in self._late if one[0] > now]
        return due_now

    # Parameters

    def _request(self, datagram: Datagram, now: float) -> Datagram | None:
        request = request_of(datagram)
        is_offered = (
            self._offered
            and self._cycle_at is not None
            and now - self._cycle_at <= OFFER_WINDOW_S
        )
        if request is None or not (self.is_held(now) or is_offered):
            # The bus is not free: nobody listens.
            return None
        self._offered = False
        if request.action == "release":
            self._held_since = None
            return None
        self._held_since = now
        return None if self.quirks.deaf else self._answer(request, datagram, now)

    def _answer(
        self, request: Request, datagram: Datagram, now: float
    ) -> Datagram | None:
        match request.action:
            case "read" if request.index == parameters.CHANGESET_INDEX:
                if not self.model.tells_changeset:
                    return None
                return reply_to(datagram, value=self._changeset)
            case "hash_of_index" | "index_of_hash" if not self.model.tells_hashes:
                return None
            case "index_of_hash":
                return reply_to(
                    datagram,
                    index=self._index_of(request.value),
                    value=request.value,
                    newer=self.model.newer,
                )
            case "begin_bulk" | "commit_bulk" | "roll_back_bulk":
                return self._bulk_answer(request, datagram, now)
            case "ping":
                return reply_to(datagram, value=request.value)
            case "capabilities" | "storage_activity":
                return reply_to(datagram) if self.model.newer else None
        return self._transfer(request, datagram, now)

    def _transfer(
        self, request: Request, datagram: Datagram, now: float
    ) -> Datagram | None:
        """Read or write one value."""
        known = self._values.get(request.index)
        if known is None or known.name in self.quirks.refused:
            return refusal_of(datagram)
        match request.action:
            case "hash_of_index":
                return reply_to(datagram, value=id_hash(known.name))
            case "write" | "write_permanently":
                self._write(known, request.value)
            case "write_bulk":
                if self._bulk is None or now > self._bulk_until:
                    return refusal_of(datagram)
                self._bulk[request.index] = request.value
                return reply_to(datagram, value=request.value)
        return reply_to(datagram, value=known.value)

    def _write(self, known: Parameter, value: int) -> None:
        allowed = min(max(value, known.minimum), known.maximum)
        if allowed == value or self.quirks.clamps:
            known.value = allowed

    def _bulk_answer(
        self, request: Request, datagram: Datagram, now: float
    ) -> Datagram:
        pending, self._bulk = self._bulk, None
        if request.action == "begin_bulk":
            self._bulk = {}
            self._bulk_until = now + request.value
        elif request.action == "commit_bulk" and now <= self._bulk_until:
            for index, value in (pending or {}).items():
                self._write(self._values[index], value)
        return reply_to(datagram)

    def _index_of(self, wanted: int) -> int:
        for index, known in self._values.items():
            if id_hash(known.name) == wanted:
                return index
        return 0

    # Extension modules

    def _poll(self, number: int) -> Packet:
        """Ask a module for its probes; one that misses too often is not there."""
        module = self._modules[number - 1]
        module.missed += 1
        if module.missed > MISSED_POLLS:
            module.resistances_mohm = ()
            self._switch_thermostats()
        return Packet(
            FIRST_MODULE + number, self.model.address, POLL, bytes(_POLL_BYTES)
        )

    def _hear_module(self, frame: Packet, now: float) -> None:
        number = frame.source - FIRST_MODULE
        if (
            not 1 <= number <= len(self._modules)
            or frame.command != parameters.DATA
            or len(frame.payload) < _PROBES.size
            or self._cycle_at is None
            or now - self._cycle_at > MODULE_WINDOW_S
        ):
            return
        module = self._modules[number - 1]
        module.resistances_mohm = _PROBES.unpack_from(frame.payload)
        module.missed = 0
        self._switch_thermostats()

    def _switch_thermostats(self) -> None:
        for one in self._thermostats:
            probes = self._modules[one.module - 1].resistances_mohm
            if not probes:
                self._heats[one] = False
            elif probes[one.sensor - 1] <= resistance_mohm(one.on_c):
                self._heats[one] = True
            elif probes[one.sensor - 1] >= resistance_mohm(one.off_c):
                self._heats[one] = False

    def _temperatures_c(self) -> list[list[float | None]]:
        """Return what the probes of the modules show."""
        return [
            [temperature_c(probe) for probe in module.resistances_mohm]
            or [None] * SENSORS
            for module in self._modules
        ]

    def _shown(self, readings: ControllerReadings) -> ControllerReadings:
        """Return the readings with the relays that thermostats have switched on."""
        modes = self.relay_modes
        on = {
            relay
            for relay in self.heating_relays
            if modes.get(relay) == self.model.automatic
        }
        if not on:
            return readings
        row = list(readings.relays_percent)
        row += [0.0] * (max(on) - len(row))
        return replace(
            readings,
            relays_percent=tuple(
                100.0 if relay in on else value
                for relay, value in enumerate(row, start=1)
            ),
        )
