"""Recordings of a datalogger, made from the emulated controller's packets."""

from collections.abc import Sequence
import struct

from custom_components.energy_manager.engine.vbus import Packet


def set_of(time_ms: int, packets: Sequence[tuple[int, Packet]], channel: int) -> bytes:
    """Return a set: its head, the channel and packets with times of their own."""
    records = _record(0x44, time_ms, b"")
    if channel:
        records += _record(0x77, time_ms, struct.pack("<H", channel))
    for packet_ms, packet in packets:
        head = struct.pack(
            "<6H",
            packet.destination,
            packet.source,
            0x0010,
            packet.command,
            len(packet.payload),
            0,
        )
        records += _record(0x66, packet_ms, head + packet.payload)
    return records


def _record(kind: int, time_ms: int, data: bytes) -> bytes:
    """Return one record."""
    length = 14 + len(data)
    return struct.pack("<BBHHQ", 0xA5, kind, length, length, time_ms) + data
