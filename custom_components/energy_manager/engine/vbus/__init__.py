"""RESOL VBus without input and output: bytes in, frozen frames out."""

from .blocktype import BlockQuantity, BlockReading, BlockSection, decode_blocks
from .decoder import Decoder
from .families import (
    VALUES_PER_VISIT,
    Family,
    family_of,
    partners,
    reason_read_only,
    telltale_request,
    variant,
    violation,
)
from .faults import Fault, fault
from .frames import Datagram, Frame, Packet, Telegram, encode
from .handshake import DEFAULT_PORT, Handshake
from .parameters import id_hash
from .recording import RecordedFrame, RecordingDecoder, is_recording
from .session import Failure, Indices, Outcome, Session, ValueRequest
from .setting import Setting, Setting as RelayMode, Violation
from .specification import Field, FieldType, PacketTemplate, Specification

__all__ = [
    "DEFAULT_PORT",
    "VALUES_PER_VISIT",
    "BlockQuantity",
    "BlockReading",
    "BlockSection",
    "Datagram",
    "Decoder",
    "Failure",
    "Family",
    "Fault",
    "Field",
    "FieldType",
    "Frame",
    "Handshake",
    "Indices",
    "Outcome",
    "Packet",
    "PacketTemplate",
    "RecordedFrame",
    "RecordingDecoder",
    "RelayMode",
    "Session",
    "Setting",
    "Specification",
    "Telegram",
    "ValueRequest",
    "Violation",
    "decode_blocks",
    "encode",
    "family_of",
    "fault",
    "id_hash",
    "is_recording",
    "partners",
    "reason_read_only",
    "telltale_request",
    "variant",
    "violation",
]
