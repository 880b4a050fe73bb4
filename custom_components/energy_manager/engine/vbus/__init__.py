"""RESOL VBus without input and output: bytes in, frozen frames out."""

from .decoder import Decoder
from .faults import Fault, fault
from .frames import Datagram, Frame, Packet, Telegram, encode
from .handshake import DEFAULT_PORT, Handshake
from .parameters import id_hash
from .recording import RecordedFrame, RecordingDecoder, is_recording
from .specification import Field, FieldType, PacketTemplate, Specification

__all__ = [
    "DEFAULT_PORT",
    "Datagram",
    "Decoder",
    "Fault",
    "Field",
    "FieldType",
    "Frame",
    "Handshake",
    "Packet",
    "PacketTemplate",
    "RecordedFrame",
    "RecordingDecoder",
    "Specification",
    "Telegram",
    "encode",
    "fault",
    "id_hash",
    "is_recording",
]
