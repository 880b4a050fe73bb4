"""Checksums and septets of the VBus line (RESOL's VBus protocol specification).

No byte of a frame but the first has its top bit set. Payload bytes are eight bits
wide, so the top bits of up to seven of them travel in one further byte, the septet.
"""

_CRC7_POLYNOMIAL = 0x89


def _crc7_of(byte: int) -> int:
    register = byte << 7
    for shift in range(7, -1, -1):
        if register >> shift & 0x80:
            register ^= _CRC7_POLYNOMIAL << shift
    return register


_CRC7_TABLE = bytes(_crc7_of(byte) for byte in range(256))


def additive(data: bytes) -> int:
    """Checksum of minor version 0: what makes the sum 0x7F in seven bits."""
    return (0x7F - sum(data)) & 0x7F


def crc7(data: bytes) -> int:
    """Checksum of minor version 1: CRC-7, x^7 + x^3 + 1, start 0, no final xor."""
    crc = 0
    for byte in data:
        crc = _CRC7_TABLE[((crc << 1) & 0xFF) ^ byte]
    return crc


def checksum(minor_version: int, data: bytes) -> int:
    """Checksum that follows `data` (without the sync byte) in this minor version."""
    return crc7(data) if minor_version else additive(data)


def with_septet(data: bytes) -> bytes:
    """Return up to seven bytes with their top bits moved to a septet at the end."""
    septet = sum((byte >> 7) << position for position, byte in enumerate(data))
    return bytes(byte & 0x7F for byte in data) + bytes((septet,))


def without_septet(data: bytes) -> bytes:
    """Return the bytes before the septet at the end with their top bits put back."""
    septet = data[-1]
    return bytes(
        byte | ((septet >> position & 1) << 7)
        for position, byte in enumerate(data[:-1])
    )
