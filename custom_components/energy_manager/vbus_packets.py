"""The packets that were heard on a VBus, and which of them to believe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from .engine.vbus import Packet, Specification
from .vbus_points import Point, points_of_blocks, points_of_template

DISPLAY: Final = 0x0010
"""Packets to this address are for displays and loggers: the measurements."""

BLOCKS: Final = 0x0015
"""Packets to this address explain themselves: the way out for unknown devices."""

SIGHTINGS: Final = 3
"""A packet counts after it was seen this often: the bus's checksum is weak."""

FALLBACK_SIGHTINGS: Final = 10
"""An unknown device is shown by its self-explaining packets after so many of them."""

STALE_S: Final = 60.0
"""A packet that was not repeated for this long says nothing any more."""

FORGET_S: Final = 3600.0
"""A packet that does not count and was not repeated for this long was damage."""

MAX_PACKETS: Final = 256
"""Kinds of packets remembered: damage can bring any address."""


class PacketKey(NamedTuple):
    """Which kind of packet: the specification knows them by this."""

    destination: int
    source: int
    command: int

    @property
    def text(self) -> str:
        """Return the id that loggers of the maker use, as in 00_0010_7112_10_0100."""
        return f"00_{self.destination:04X}_{self.source:04X}_10_{self.command:04X}"


@dataclass(slots=True, kw_only=True)
class HeardPacket:
    """A kind of packet on the bus and what it said last."""

    key: PacketKey
    payload: bytes
    heard_at: float
    sightings: int = 0
    points: tuple[Point, ...] = ()
    """What the packet tells; empty as long as it does not count."""
    probes: tuple[Point, ...] = ()
    """Points that can tell a fault of their probe and told none when found."""
    stale: bool = False


class HeardPackets:
    """All kinds of packets on one bus."""

    def __init__(self, specification: Specification, language: str) -> None:
        """Take what explains packets, and in which language."""
        self._specification = specification
        self._language = language
        self._packets: dict[PacketKey, HeardPacket] = {}

    def __iter__(self) -> Iterator[HeardPacket]:
        """Iterate over all kinds of packets."""
        return iter(tuple(self._packets.values()))

    def __getitem__(self, key: PacketKey) -> HeardPacket:
        """Return a kind of packet that was heard."""
        return self._packets[key]

    def take(self, frame: Packet, now: float) -> HeardPacket | None:
        """Remember what a packet says; None if it is not for displays."""
        key = PacketKey(frame.destination, frame.source, frame.command)
        if key.destination not in (DISPLAY, BLOCKS):
            return None
        packet = self._packets.get(key)
        if packet is None:
            if len(self._packets) >= MAX_PACKETS:
                return None
            packet = HeardPacket(key=key, payload=frame.payload, heard_at=now)
            self._packets[key] = packet
        packet.payload = frame.payload
        packet.heard_at = now
        packet.sightings += 1
        return packet

    def believe(self, packet: HeardPacket) -> bool:
        """Return whether a packet counts from now on, and find out what it tells."""
        if packet.points or packet.sightings < SIGHTINGS:
            return False
        if packet.key.destination == DISPLAY:
            template = self._specification.template(*packet.key)
            if template is not None:
                packet.points = tuple(points_of_template(template, self._language))
        elif packet.sightings >= FALLBACK_SIGHTINGS and not self._known(packet.key):
            packet.points = tuple(points_of_blocks(packet.payload))
        packet.probes = tuple(
            point
            for point in packet.points
            if point.can_fail and point.read(packet.payload).fault is None
        )
        return bool(packet.points)

    def fresh(self, key: PacketKey, now: float) -> bool:
        """Return whether a kind of packet was heard lately."""
        packet = self._packets.get(key)
        return packet is not None and now - packet.heard_at <= STALE_S

    def heard(self, source: int, now: float) -> bool:
        """Return whether anything of a device was heard lately."""
        return any(
            self.fresh(key, now) for key in self._packets if key.source == source
        )

    def age(self, now: float) -> list[HeardPacket]:
        """Forget damage; return the packets that have just become stale."""
        stale = []
        for packet in self:
            age_s = now - packet.heard_at
            if age_s > STALE_S and not packet.stale:
                packet.stale = True
                stale.append(packet)
            if age_s > FORGET_S and not packet.points:
                del self._packets[packet.key]
        return stale

    def _known(self, key: PacketKey) -> bool:
        """Return whether the specification explains what the device sends."""
        return any(
            packet.points and packet.key[:2] == (DISPLAY, key.source) for packet in self
        )
