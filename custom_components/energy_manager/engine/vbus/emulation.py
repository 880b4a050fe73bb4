"""The other end: a DeltaSol BX Plus behind a VBus/LAN adapter.

For the demo house and for tests. Everything goes over the real wire protocol.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import struct
from typing import Final

from . import parameters
from .decoder import Decoder
from .emulated_adapter import Adapter
from .frames import Datagram, Packet, encode
from .parameters import id_hash

__all__ = [
    "Adapter",
    "Controller",
    "ControllerReadings",
    "Parameter",
    "bx_plus_parameters",
]

CONTROLLER: Final = 0x7112
HEAT_METER: Final = 0x7131
RELAYS: Final = 5
AUTOMATIC: Final = 2

OFFER_WINDOW_S: Final = 0.4
TAKE_BACK_S: Final = 10.0

_CHANGESET: Final = 0x2691A4D3
_UNUSED: Final = 9999
_NOT_CONNECTED: Final = 8888
_SENSORS: Final = 12
_IRRADIATION_SENSOR: Final = 10
_EPOCH = datetime(2001, 1, 1)

_MEASUREMENTS = struct.Struct("<12h3i2h5B3xiI8x2B2xI")
_HEAT_METER = struct.Struct("<5I")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerReadings:
    """What the controller shows in one cycle.

    `temperatures_c` are S1 (collector), S2 (tank bottom), S3 (tank top), S4 (tank
    middle) and so on up to 12: None is a probe that is not connected, and probes
    behind the end of the row are not used. S10 measures irradiation in W/m2.
    `relays_percent` are R1 (solar pump), R2 (valve), R3 (after-heating) and so on up
    to 5. `local_time` is the controller's clock on the wall; a zone is not sent.
    """

    temperatures_c: tuple[float | None, ...]
    flow_l_per_h: float
    relays_percent: tuple[float, ...]
    pwm_percent: float
    heat_wh: float
    heat_power_w: float
    heat_today_wh: float
    heat_week_wh: float
    volume_l: float
    local_time: datetime


@dataclass(slots=True, kw_only=True)
class Parameter:
    """One value that can be read and written, in the controller's own number."""

    name: str
    value: int
    minimum: int
    maximum: int


def bx_plus_parameters() -> dict[int, Parameter]:
    """Return the values of a DeltaSol BX Plus by index (temperatures times 10)."""
    known: dict[int, Parameter] = {}

    def add(index: int, name: str, value: int, minimum: int, maximum: int) -> None:
        known[index] = Parameter(
            name=name, value=value, minimum=minimum, maximum=maximum
        )

    for relay in range(1, RELAYS + 1):
        first = 1284 + 12 * (relay - 1)
        add(first, f"Relais_Regler_R{relay}_MinDrehzahl", 30, 20, 100)
        add(first + 1, f"Relais_Regler_R{relay}_Handbetrieb", AUTOMATIC, 0, 3)
    add(6, "TemperatureHysteresisSelector", 0, 0, 1)
    add(2064, "Solar_SystemId", 2, 0, 7)
    add(2624, "Solar_Kol1_Tmin", 100, 100, 900)
    add(2640, "Solar_Kol1_Tnot", 1300, 800, 2000)
    add(4160, "Solar_Sp1_dTein", 60, 10, 200)
    add(4168, "Solar_Sp1_dTaus", 40, 5, 195)
    add(4176, "Solar_Sp1_dTsoll", 100, 15, 300)
    add(4184, "Solar_Sp1_Tsoll", 450, 40, 950)
    add(4192, "Solar_Sp1_Tmax", 900, 40, 950)
    add(4224, "Solar_Sp1_Vorrang", 1, 1, 2)
    add(4236, "Solar_Sp1_MinDrehzahl", 30, 20, 100)
    return known


class Controller:
    """A DeltaSol BX Plus with a heat meter, master of its bus.

    Once per cycle it sends its measurements and offers the bus. A request that comes
    within 0.4 s of the offer takes the bus; from then on requests are answered and no
    measurements are sent until the bus is released, or silent for 10 s.
    """

    def __init__(
        self, *, changeset: int = _CHANGESET,
        values: Mapping[int, Parameter] | None = None,
    ) -> None:  # fmt: skip
        """Begin with all relays on automatic."""
        self._changeset = changeset
        own = bx_plus_parameters() if values is None else values
        self._values = {index: replace(known) for index, known in own.items()}
        self._decoder = Decoder()
        self._offered_at: float | None = None
        self._held_since: float | None = None

    @property
    def relay_modes(self) -> dict[int, int]:
        """Manual mode by relay: 0 off, 1 minimum, 2 automatic, 3 on."""
        by_name = {known.name: known.value for known in self._values.values()}
        return {
            relay: by_name.get(f"Relais_Regler_R{relay}_Handbetrieb", AUTOMATIC)
            for relay in range(1, RELAYS + 1)
        }

    @property
    def values(self) -> dict[str, int]:
        """All values by name, in the controller's own numbers."""
        return {known.name: known.value for known in self._values.values()}

    def is_held(self, now: float) -> bool:
        """Return whether somebody else has the bus."""
        return self._held_since is not None and now - self._held_since < TAKE_BACK_S

    def cycle(self, readings: ControllerReadings, now: float) -> bytes:
        """Return the bytes of one cycle, empty while the bus is taken.

        `now` is a monotonic time in seconds, the same clock as for `feed`.
        """
        if self.is_held(now):
            return b""
        self._held_since = None
        self._offered_at = now
        offer = Datagram(parameters.BROADCAST, CONTROLLER, parameters.OFFER, 0, 0)
        return b"".join(
            encode(frame)
            for frame in (
                _packet(parameters.DISPLAY, CONTROLLER, _measurements(readings)),
                _packet(parameters.STANDARD_INFO, CONTROLLER, _blocks(readings)),
                _packet(parameters.DISPLAY, HEAT_METER, _heat_meter(readings)),
                offer,
            )
        )

    def feed(self, data: bytes, now: float) -> bytes:
        """Take bytes from the bus and return the answers to requests in them."""
        return b"".join(
            self._request(frame, now)
            for frame in self._decoder.feed(data)
            if isinstance(frame, Datagram) and frame.destination == CONTROLLER
        )

    def _request(self, request: Datagram, now: float) -> bytes:
        offered = (
            self._offered_at is not None and now - self._offered_at <= OFFER_WINDOW_S
        )
        if not self.is_held(now) and not offered:
            # The bus is not free: nobody listens.
            return b""
        if request.command == parameters.RELEASE:
            self._held_since = None
            self._offered_at = None
            return b""
        self._held_since = now
        answer = self._answer(request)
        if answer is None:
            return b""
        command, index, value = answer
        return encode(Datagram(request.source, CONTROLLER, command, index, value))

    def _answer(self, request: Datagram) -> tuple[int, int, int] | None:
        index, value = request.index, request.value
        known = self._values.get(index)
        match request.command:
            case parameters.READ if index == parameters.CHANGESET_INDEX:
                return parameters.DATA, index, self._changeset
            case parameters.INDEX_OF_HASH:
                return parameters.INDEX_FOUND, self._index_of(value), value
            case parameters.READ | parameters.WRITE | parameters.HASH_OF_INDEX:
                if known is None:
                    return parameters.REFUSED_READ, index, 0
            case _:
                return None
        if request.command == parameters.HASH_OF_INDEX:
            return parameters.DATA, index, id_hash(known.name)
        writes = request.command == parameters.WRITE
        if writes and known.minimum <= value <= known.maximum:
            known.value = value
        return parameters.DATA, index, known.value

    def _index_of(self, wanted: int) -> int:
        for index, known in self._values.items():
            if id_hash(known.name) == wanted:
                return index
        return 0


def _packet(destination: int, source: int, payload: bytes) -> Packet:
    return Packet(destination, source, parameters.DATA, payload)


def _clamped(value: float, minimum: int, maximum: int) -> int:
    return min(max(round(value), minimum), maximum)


def _percent(values: Iterable[float], count: int) -> list[int]:
    rounded = [_clamped(value, 0, 100) for value in values]
    return (rounded + [0] * count)[:count]


def _sensors(readings: ControllerReadings) -> list[int]:
    numbers = []
    for sensor, value in enumerate(readings.temperatures_c[:_SENSORS], start=1):
        factor = 1 if sensor == _IRRADIATION_SENSOR else 10
        numbers.append(
            _NOT_CONNECTED
            if value is None
            else _clamped(value * factor, -0x8000, 0x7FFF)
        )
    return numbers + [_UNUSED] * (_SENSORS - len(numbers))


def _error_mask(readings: ControllerReadings) -> int:
    """Bit 0 tells a broken sensor line."""
    return int(None in readings.temperatures_c)


def _measurements(readings: ControllerReadings) -> bytes:
    """Packet 0x7112 to 0x0010, command 0x0100: 18 frames."""
    since_epoch = readings.local_time.replace(tzinfo=None) - _EPOCH
    return _MEASUREMENTS.pack(
        *_sensors(readings),
        _clamped(readings.flow_l_per_h, 0, 0x7FFFFFFF),
        0,
        0,
        _UNUSED,
        _UNUSED,
        *_percent(readings.relays_percent, RELAYS),
        int(since_epoch.total_seconds()),
        _error_mask(readings),
        _clamped(readings.pwm_percent, 0, 100),
        0,
        0,
    )


def _heat_meter(readings: ControllerReadings) -> bytes:
    """Packet 0x7131 to 0x0010, command 0x0100: 5 frames."""
    values = (
        readings.heat_wh,
        readings.heat_power_w,
        readings.heat_today_wh,
        readings.heat_week_wh,
        readings.volume_l,
    )
    return _HEAT_METER.pack(*(_clamped(value, 0, 0xFFFFFFFF) for value in values))


def _blocks(readings: ControllerReadings) -> bytes:
    """Packet 0x7112 to 0x0015: what displays show that know no specification."""
    sensors = _sensors(readings)
    heat = _clamped(readings.heat_wh, 0, 0xFFFFFFFF)
    sections = (
        (0x01, struct.pack("<12h", *sensors)),
        (0x05, struct.pack("<I", heat)),
        (0x08, bytes(_percent(readings.relays_percent, 8))),
        (0x0A, struct.pack("<2hI", sensors[0], sensors[2], heat)),
        (0x0B, struct.pack("<I", _error_mask(readings))),
    )
    return b"".join(
        bytes((len(payload) // 4, kind, 0, 0)) + payload for kind, payload in sections
    )
