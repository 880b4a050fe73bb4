"""Victron VE.Direct without input and output: bytes in, frozen readings out."""

from .budget import Refusal, WriteBudget
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
from .labels import LABELS, Kind, Label, Value, firmware_version, readings
from .products import Family, Product, family_of, product
from .registers import Register, Storage, registers_of
from .transaction import Failure, Transaction, Transactions

__all__ = [
    "LABELS",
    "Answer",
    "Block",
    "Command",
    "Decoder",
    "Failure",
    "Family",
    "Flag",
    "HexFrame",
    "Kind",
    "Label",
    "Product",
    "Reading",
    "Refusal",
    "Register",
    "Storage",
    "Transaction",
    "Transactions",
    "Value",
    "WriteBudget",
    "encode_block",
    "encode_frame",
    "encode_hex",
    "family_of",
    "firmware_version",
    "get_application_version",
    "get_product_id",
    "get_register",
    "ping",
    "product",
    "readings",
    "registers_of",
    "set_register",
]
