"""The packets that were heard on a VBus, and which of them to believe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from .engine.vbus import Datagram, Packet, PacketTemplate, Specification
from .vbus_first_sight import shown_at_first
from .vbus_points import Point, points_of_blocks, points_of_template

DISPLAY: Final = 0x0010
"""Packets to this address are for displays and loggers: the measurements."""

BLOCKS: Final = 0x0015
"""Packets to this address explain themselves: the way out for unknown devices."""

SIGHTINGS: Final = 3
"""A packet counts after it was seen this often: the bus's checksum is weak."""

FALLBACK_SIGHTINGS: Final = 5
"""An unknown device that belongs on the bus is shown by its self-explaining packets
after so many of them: by then the specification would have explained others."""

LONE_SIGHTINGS: Final = 10
"""The same for a device of which nothing else is heard."""

BUS_OFFER: Final = 0x0500
"""With this datagram the controller that leads the bus offers it to others."""

STALE_S: Final = 60.0
"""A packet that was not repeated for this long says nothing any more."""

FORGET_S: Final = 600.0
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
    before: bytes | None = None
    """The payload before this one, and when it was heard: counters compare them."""
    before_at: float = 0.0
    sightings: int = 0
    points: tuple[Point, ...] = ()
    """What the packet tells; empty as long as it does not count."""
    probes: tuple[Point, ...] = ()
    """Points that can tell a fault of their probe and told none when found."""
    shown: frozenset[str] = frozenset()
    """Keys of the points that an owner wants to see from the beginning."""
    stale: bool = False
    template: PacketTemplate | None = None
    """What explains the packet where it came with an explanation of its own."""


class HeardPackets:
    """All kinds of packets on one bus."""

    def __init__(self, specification: Specification, language: str) -> None:
        """Take what explains packets, and in which language."""
        self._specification = specification
        self._language = language
        self._packets: dict[PacketKey, HeardPacket] = {}
        self._offers: dict[int, int] = {}

    def __iter__(self) -> Iterator[HeardPacket]:
        """Iterate over all kinds of packets."""
        return iter(tuple(self._packets.values()))

    def __getitem__(self, key: PacketKey) -> HeardPacket:
        """Return a kind of packet that was heard."""
        return self._packets[key]

    def take(
        self, frame: Packet, now: float, template: PacketTemplate | None = None
    ) -> HeardPacket | None:
        """Remember what a packet says; None if it is not for displays.

        `template` explains a packet that brings its explanation along.
        """
        key = PacketKey(frame.destination, frame.source, frame.command)
        if key.destination not in (DISPLAY, BLOCKS):
            return None
        packet = self._packets.get(key)
        if packet is None:
            if len(self._packets) >= MAX_PACKETS:
                return None
            packet = HeardPacket(key=key, payload=frame.payload, heard_at=now)
            self._packets[key] = packet
        else:
            packet.before, packet.before_at = packet.payload, packet.heard_at
            if now - packet.heard_at > FORGET_S:
                packet.sightings = 0
        packet.payload = frame.payload
        packet.template = template
        packet.heard_at = now
        packet.sightings += 1
        return packet

    def take_offer(self, frame: Datagram) -> None:
        """Remember who offers the bus: whoever leads it belongs on it."""
        if frame.command != BUS_OFFER:
            return
        source = frame.source
        if source in self._offers or len(self._offers) < MAX_PACKETS:
            self._offers[source] = self._offers.get(source, 0) + 1

    def belongs(self, source: int) -> bool:
        """Return whether a source belongs on the bus, and is no damaged address.

        It leads the bus, or it speaks to displays again and again.
        """
        return self._offers.get(source, 0) >= SIGHTINGS or any(
            packet.key[:2] == (DISPLAY, source) and packet.sightings >= SIGHTINGS
            for packet in self
        )

    def believe(self, packet: HeardPacket) -> bool:
        """Return whether a packet counts from now on, and find out what it tells."""
        if packet.points or packet.sightings < SIGHTINGS:
            return False
        if packet.key.destination == DISPLAY:
            template = packet.template or self._specification.template(*packet.key)
            if template is not None and any(
                raw is not None for raw in template.raws(packet.payload)
            ):
                packet.points = tuple(points_of_template(template, self._language))
        elif not self._known(packet.key):
            belongs = self.belongs(packet.key.source)
            if packet.sightings >= (FALLBACK_SIGHTINGS if belongs else LONE_SIGHTINGS):
                packet.points = tuple(points_of_blocks(packet.payload))
        packet.probes = tuple(
            point
            for point in packet.points
            if point.can_fail and point.read(packet.payload).fault is None
        )
        packet.shown = shown_at_first(packet.points, packet.payload)
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
