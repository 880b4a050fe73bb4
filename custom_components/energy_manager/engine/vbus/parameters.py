"""Addresses and datagram commands with which values are read and written.

After RESOL's documents and the known sessions of its parameter tools.
"""

from typing import Final

BROADCAST: Final = 0x0000
DISPLAY: Final = 0x0010
STANDARD_INFO: Final = 0x0015
COMPUTER: Final = 0x0020

DATA: Final = 0x0100
"""A packet with data; as a datagram the answer to a read, write or look-up."""

WRITE: Final = 0x0200
READ: Final = 0x0300
WRITE_PERMANENTLY: Final = 0x0400
"""Not used: a write comes to the same, and memory wears out."""

OFFER: Final = 0x0500
RELEASE: Final = 0x0600
HASH_OF_INDEX: Final = 0x1000
INDEX_OF_HASH: Final = 0x1100
INDEX_FOUND: Final = 0x1101
REFUSED_READ: Final = 0x4300

CHANGESET_INDEX: Final = 0
"""Reading this index gives the changeset: it changes when the indices move."""


def id_hash(name: str) -> int:
    """Return the hash under which a controller knows one of its values.

    `name` is the value's German internal name. The hash stays the same over
    firmware versions, while the index may move.
    """
    number = 0
    for character in name:
        number = (number * 33 + ord(character)) & 0x7FFFFFFF
    return number
