"""A cable between an emulated device and its host: damage, noise, plug and unplug."""

from random import Random
import re
from typing import Final, Protocol

HEX_END: Final = re.compile(rb"(?<=[0-9A-F])\n")
ODD_HEX_END: Final = b"\xfe"
NOISE: Final = b"\x00\x00\xff\x00"
"""What the host's port receives when a device is plugged in."""


class Device(Protocol):
    """A device at the far end."""

    def feed(self, data: bytes) -> bytes:
        """Take bytes that the host sends and return the answers."""


class Line:
    """A cable that damages some of what goes over it."""

    def __init__(
        self,
        device: Device,
        *,
        damage: float = 0.0,
        odd_ends: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Connect a device.

        Args:
            device: at the far end.
            damage: share of messages, both ways, in which one byte is hurt.
            odd_ends: share of HEX frames that end with 0xFE instead of a line feed.
            seed: makes the same damage again.
        """
        self._device: Device | None = device
        self._damage = damage
        self._odd_ends = odd_ends
        self._random = Random(seed)
        self._opening = True
        self.damaged = 0
        """Messages that were hurt."""

    def feed(self, data: bytes) -> bytes:
        """Carry bytes of the host to the device, and its answers back."""
        if self._device is None or not data:
            return b""
        return self._end_oddly(self._hurt(self._device.feed(self._hurt(data))))

    def carry(self, wire: bytes) -> bytes:
        """Return what arrives of what the device says by itself.

        Behind a plug the first message is cut, with noise before it.
        """
        if self._device is None or not wire:
            return b""
        if self._opening:
            self._opening = False
            wire = NOISE + wire[self._random.randrange(1, len(wire)) :]
        return self._end_oddly(self._hurt(wire))

    def unplug(self) -> None:
        """Take the device off the cable."""
        self._device = None

    def plug(self, device: Device) -> None:
        """Put a device on the cable, the same one or another."""
        self._device = device
        self._opening = True

    def _hurt(self, wire: bytes) -> bytes:
        """Lose, change or add a byte now and then."""
        if not wire or self._random.random() >= self._damage:
            return wire
        self.damaged += 1
        spot = self._random.randrange(len(wire))
        match self._random.randrange(3):
            case 0:
                return wire[:spot] + wire[spot + 1 :]
            case 1:
                other = wire[spot] ^ self._random.randrange(1, 256)
                return wire[:spot] + bytes([other]) + wire[spot + 1 :]
            case _:
                added = bytes([self._random.randrange(256)])
                return wire[:spot] + added + wire[spot:]

    def _end_oddly(self, wire: bytes) -> bytes:
        """End HEX frames as real chargers do now and then."""
        if self._odd_ends == 0.0:
            return wire

        def end(match: re.Match[bytes]) -> bytes:
            odd = self._random.random() < self._odd_ends
            return ODD_HEX_END if odd else match[0]

        return HEX_END.sub(end, wire)
