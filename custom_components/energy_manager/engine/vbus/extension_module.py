"""An extension module (EM) that is only emulated: the soft way to switch a relay.

The controller asks its modules for the resistances of six probes. A thermostat
function inside the controller that is bound to such a probe switches a relay: with a
cold virtual probe it heats, with a warm one it does not. So the controller's own logic
and limits stay in charge, nothing is written to its memory, and when nobody renews the
wish any more the probe says what lets the controller decide alone.
"""

from dataclasses import dataclass
from math import sqrt
import struct
from typing import Final, Literal

from ..errors import InputError
from . import parameters
from .frames import Frame, Packet, encode

FIRST_MODULE: Final = 0x6650
MODULES: Final = 15
SENSORS: Final = 6
POLL: Final = 0x0200
"""The command with which a controller sends relay speeds and asks for probes."""

ON_MOHM: Final = 0
OFF_MOHM: Final = 4_000_000
"""What RESOL's own example uses: colder and warmer than any limit of a thermostat."""

LEASE_S: Final = 300.0
LISTEN_POLLS: Final = 3
"""So often a controller asks in vain before we answer: a real module would have."""

ECHO_S: Final = 1.0
COLLISION_S: Final = 600.0
PAUSE_S: Final = 60.0
"""After so long without being asked, it is listened again before answering."""

_PROBES: Final = struct.Struct(f"<{SENSORS}i")
_RELAYS: Final = 5
_RELAY_STEP: Final = 8

# Platinum probes, IEC 60751, for 1000 ohm at 0 degC.
_R0_MOHM: Final = 1_000_000.0
_A: Final = 3.9083e-3
_B: Final = -5.775e-7
_C: Final = -4.183e-12
_COLDEST_C: Final = -200.0
_HOTTEST_C: Final = 850.0

type Block = Literal["listening", "collision"]
"""Why the module does not answer: it listens whether its address is free, or it is
taken by another module."""


def resistance_mohm(temperature_c: float) -> int:
    """Return the resistance of a Pt1000 probe in milliohm (IEC 60751).

    Raises:
        InputError: outside of -200 to 850 degC, where the equation ends.
    """
    if not _COLDEST_C <= temperature_c <= _HOTTEST_C:
        raise InputError("temperature_c", "-200 to 850 degC")
    return round(_resistance(temperature_c))


def _resistance(temperature_c: float) -> float:
    ratio = 1.0 + _A * temperature_c + _B * temperature_c**2
    if temperature_c < 0.0:
        ratio += _C * (temperature_c - 100.0) * temperature_c**3
    return _R0_MOHM * ratio


def temperature_c(resistance_mohm: int) -> float | None:
    """Return the temperature of a Pt1000 probe; None outside of -200 to 850 degC."""
    if not _resistance(_COLDEST_C) <= resistance_mohm <= _resistance(_HOTTEST_C):
        return None
    ratio = resistance_mohm / _R0_MOHM
    found = (-_A + sqrt(_A**2 - 4.0 * _B * (1.0 - ratio))) / (2.0 * _B)
    if ratio >= 1.0:
        return found
    # Below 0 degC the quartic is solved from the quadratic's solution on (Newton).
    for _ in range(8):
        slope = _A + 2.0 * _B * found + _C * (4.0 * found - 300.0) * found**2
        found -= (_resistance(found) / _R0_MOHM - ratio) / slope
    return found


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one probe shall say, and until when."""

    resistance_mohm: int
    until: float


class ExtensionModule:
    """The module at address 0x6650 + `number`, with six virtual probes.

    Feed it every frame of the bus and send what it returns at once. All times are
    monotonic seconds.
    """

    def __init__(
        self,
        *,
        number: int = 1,
        controller: int | None = None,
        neutral_mohm: int = OFF_MOHM,
        lease_s: float = LEASE_S,
    ) -> None:
        """Be silent until the controller asks.

        Only `controller` is answered if it is given. `neutral_mohm` is what a probe
        says without a wish: with the value for "off" the controller's other
        functions decide alone; a fixed temperature may be given instead.

        Raises:
            InputError: for a module number that there is not.
        """
        if not 0 <= number <= MODULES:
            raise InputError("number", f"0 to {MODULES}")
        self.address = FIRST_MODULE + number
        self.polled_at: float | None = None
        self.relays_percent: tuple[int, ...] = ()
        """The speeds that the controller last gave to the module's own relays."""
        self._controller = controller
        self._neutral_mohm = neutral_mohm
        self._lease_s = lease_s
        self._wishes: dict[int, _Wish] = {}
        self._polls = 0
        self._sent: bytes | None = None
        self._sent_at = 0.0
        self._collided_at: float | None = None

    def set_demand(self, sensor: int, *, on: bool, now: float) -> None:
        """Ask for heat, or for none, until the lease ends; to be renewed before.

        Raises:
            InputError: for a probe that there is not.
        """
        self._set(sensor, ON_MOHM if on else OFF_MOHM, now)

    def set_temperature(self, sensor: int, value_c: float, now: float) -> None:
        """Let a probe say a temperature until the lease ends; to be renewed before.

        Raises:
            InputError: for a probe or a temperature that there is not.
        """
        self._set(sensor, resistance_mohm(value_c), now)

    def withdraw(self, sensor: int | None = None) -> None:
        """Let one probe, or all, say what lets the controller decide alone."""
        if sensor is None:
            self._wishes.clear()
        else:
            self._wishes.pop(sensor, None)

    def resistances_mohm(self, now: float) -> tuple[int, ...]:
        """Return what the six probes say now."""
        return tuple(
            wish.resistance_mohm
            if (wish := self._wishes.get(sensor)) is not None and now < wish.until
            else self._neutral_mohm
            for sensor in range(1, SENSORS + 1)
        )

    def block(self, now: float) -> Block | None:
        """Return why the controller gets no answer, None if it does."""
        if self._collided_at is not None and now - self._collided_at < COLLISION_S:
            return "collision"
        return "listening" if self._polls <= LISTEN_POLLS else None

    def is_asked(self, now: float) -> bool:
        """Return whether the controller knows this module and asks for it."""
        return self.polled_at is not None and now - self.polled_at < PAUSE_S

    def feed(self, frame: Frame, now: float) -> bytes:
        """Take a frame from the bus; return the bytes to send."""
        if not isinstance(frame, Packet):
            return b""
        if frame.source == self.address:
            self._hear_module(frame, now)
        elif frame.destination == self.address and frame.command == POLL:
            return self._polled(frame, now)
        return b""

    def _set(self, sensor: int, value_mohm: int, now: float) -> None:
        if not 1 <= sensor <= SENSORS:
            raise InputError("sensor", f"1 to {SENSORS}")
        self._wishes[sensor] = _Wish(value_mohm, now + self._lease_s)

    def _hear_module(self, frame: Packet, now: float) -> None:
        """Tell our own answer, which some adapters send back, from another module's."""
        is_echo = frame.payload == self._sent and now - self._sent_at <= ECHO_S
        self._sent = None
        if not is_echo:
            self._collided_at = now
            self._polls = 0

    def _polled(self, frame: Packet, now: float) -> bytes:
        if self._controller not in (None, frame.source):
            return b""
        if not self.is_asked(now):
            self._polls = 0
        self.polled_at = now
        self.relays_percent = tuple(
            frame.payload[_RELAY_STEP * relay]
            for relay in range(_RELAYS)
            if _RELAY_STEP * relay < len(frame.payload)
        )
        self._polls += 1
        if self.block(now) is not None:
            return b""
        self._sent = _PROBES.pack(*self.resistances_mohm(now))
        self._sent_at = now
        return encode(Packet(frame.source, self.address, parameters.DATA, self._sent))
