"""RESOL VBus without input and output: bytes in, frozen frames out."""

from .blocktype import BlockQuantity, BlockReading, BlockSection, decode_blocks
from .decoder import Decoder
from .exchanges import (
    Action,
    Exchange,
    Reply,
    Request,
    exchange,
    refusal_of,
    reply_to,
    request_of,
)
from .extension_module import ExtensionModule, resistance_mohm, temperature_c
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
from .recorded_hours import PacketHour, Summary, packet_hours, summary
from .recording import RecordedFrame, RecordingDecoder, is_recording
from .session import Session
from .setting import Setting, Violation
from .specification import Field, PacketTemplate, Specification
from .text import FieldType
from .visit import Failure, Indices, Outcome, ValueRequest

__all__ = [
    "DEFAULT_PORT",
    "VALUES_PER_VISIT",
    "Action",
    "BlockQuantity",
    "BlockReading",
    "BlockSection",
    "Datagram",
    "Decoder",
    "Exchange",
    "ExtensionModule",
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
    "PacketHour",
    "PacketTemplate",
    "RecordedFrame",
    "RecordingDecoder",
    "Reply",
    "Request",
    "Session",
    "Setting",
    "Specification",
    "Summary",
    "Telegram",
    "ValueRequest",
    "Violation",
    "decode_blocks",
    "encode",
    "exchange",
    "family_of",
    "fault",
    "id_hash",
    "is_recording",
    "packet_hours",
    "partners",
    "reason_read_only",
    "refusal_of",
    "reply_to",
    "request_of",
    "resistance_mohm",
    "summary",
    "telltale_request",
    "temperature_c",
    "variant",
    "violation",
]
