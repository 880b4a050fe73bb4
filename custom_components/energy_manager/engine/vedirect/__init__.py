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
from .labels import (
    LABELS,
    Kind,
    Label,
    Value,
    firmware_number,
    firmware_version,
    readings,
)
from .products import Family, Product, family_of, product
from .ratings import Ratings, ratings_of
from .registers import Register, Storage, registers_of
from .settings import Capability, Chemistry, Device, Need, Setting, SettingKind
from .settings_charger import chemistry_of
from .settings_tables import questions_of, settings_of
from .transaction import Failure, Transaction, Transactions

__all__ = [
    "LABELS",
    "Answer",
    "Block",
    "Capability",
    "Chemistry",
    "Command",
    "Decoder",
    "Device",
    "Failure",
    "Family",
    "Flag",
    "HexFrame",
    "Kind",
    "Label",
    "Need",
    "Product",
    "Ratings",
    "Reading",
    "Register",
    "Setting",
    "SettingKind",
    "Storage",
    "Transaction",
    "Transactions",
    "Value",
    "chemistry_of",
    "encode_block",
    "encode_frame",
    "encode_hex",
    "family_of",
    "firmware_number",
    "firmware_version",
    "get_application_version",
    "get_product_id",
    "get_register",
    "ping",
    "product",
    "questions_of",
    "ratings_of",
    "readings",
    "registers_of",
    "set_register",
    "settings_of",
]
