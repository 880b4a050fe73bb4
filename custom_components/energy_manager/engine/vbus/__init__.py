"""RESOL VBus without input and output: bytes in, frozen frames out."""

from .decoder import Decoder
from .faults import Fault, fault
from .frames import Datagram, Frame, Packet, Telegram, encode
from .recording import RecordedFrame, RecordingDecoder, is_recording
from .specification import Field, FieldType, PacketTemplate, Specification

__all__ = [
    "Datagram",
    "Decoder",
    "Fault",
    "Field",
    "FieldType",
    "Frame",
    "Packet",
    "PacketTemplate",
    "RecordedFrame",
    "RecordingDecoder",
    "Specification",
    "Telegram",
    "encode",
    "fault",
    "is_recording",
]
