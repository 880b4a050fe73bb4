"""Victron VE.Direct without input and output: bytes in, frozen readings out."""

from .decoder import Decoder
from .frames import (
    Answer,
    Block,
    Command,
    Flag,
    HexFrame,
    Reading,
    encode_block,
    encode_frame,
    encode_hex,
    get_application_version,
    get_product_id,
    get_register,
    ping,
    set_register,
)

__all__ = [
    "Answer",
    "Block",
    "Command",
    "Decoder",
    "Flag",
    "HexFrame",
    "Reading",
    "encode_block",
    "encode_frame",
    "encode_hex",
    "get_application_version",
    "get_product_id",
    "get_register",
    "ping",
    "set_register",
]
