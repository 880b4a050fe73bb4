"""A second reader of lines and recordings, as plain as RESOL's documents tell it.

It sees all bytes at once and is slow; tests compare the decoders with it.
"""

from collections.abc import Iterator

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Frame,
    Packet,
    Telegram,
)


def additive_is_right(data: bytes) -> bool:
    """Check minor version 0: the last byte makes the sum 0x7F."""
    return (0x7F - sum(data[:-1])) & 0x7F == data[-1]


def crc_is_right(data: bytes) -> bool:
    """Check minor version 1, bit by bit: x^7 + x^3 + 1."""
    crc = 0
    for byte in data[:-1]:
        for bit in range(7, -1, -1):
            feedback = crc >> 6 ^ byte >> bit & 1
            crc = crc << 1 & 0x7F
            if feedback:
                crc ^= 0x09
    return crc == data[-1]


CHECKS = (additive_is_right, crc_is_right)


def eight_bits(data: bytes) -> bytes:
    """Return bytes with the top bits that the septet behind them carries."""
    return bytes(
        byte + 128 * (data[-1] >> number & 1) for number, byte in enumerate(data[:-1])
    )


def word(data: bytes, at: int) -> int:
    """Return a little-endian number of two bytes."""
    return data[at] + 256 * data[at + 1]


def frames_of_line(data: bytes) -> list[Frame]:
    """Return the good frames among arbitrary bytes of a line."""
    found = []
    for piece in data.split(b"\xaa")[1:]:
        body = piece
        for at, byte in enumerate(piece):
            if byte >= 0x80:
                body = piece[:at]
                break
        frame = frame_of(body)
        if frame is not None:
            found.append(frame)
    return found


def frame_of(body: bytes) -> Frame | None:
    """Return the frame at the start of bytes behind 0xAA."""
    if len(body) < 5:
        return None
    major, minor = body[4] >> 4, body[4] & 15
    if minor > 1 or major not in (1, 2, 3):
        return None
    check = CHECKS[minor]
    destination, source = word(body, 0), word(body, 2)
    if major == 2:
        if len(body) < 15 or not check(body[:15]):
            return None
        numbers = eight_bits(body[7:14])
        return Datagram(
            destination,
            source,
            word(body, 5),
            word(numbers, 0),
            int.from_bytes(numbers[2:], "little", signed=True),
            minor,
        )
    head, step = (9, 6) if major == 1 else (7, 9)
    if len(body) < head or not check(body[:head]):
        return None
    count = body[7] if major == 1 else body[5] >> 5
    payload = b""
    for number in range(count):
        part = body[head + number * step : head + (number + 1) * step]
        if len(part) < step or not check(part):
            return None
        payload += eight_bits(part[:-1])
    if major == 1:
        return Packet(destination, source, word(body, 5), payload, minor)
    return Telegram(destination, source, body[5], payload, minor)


def records(data: bytes) -> Iterator[bytes]:
    """Yield the records of a file: each is followed by another one or the end."""
    at = 0
    while at < len(data):
        size = record_size(data, at)
        end = at + size
        if size and (end == len(data) or record_size(data, end)):
            yield data[at:end]
            at = end
        else:
            at += 1


def record_size(data: bytes, at: int) -> int:
    """Return the length of the whole record here, 0 if there is none."""
    head = data[at : at + 6]
    if len(head) < 6 or head[0] != 0xA5 or head[1] >> 4 != head[1] & 15:
        return 0
    size = word(head, 2)
    if size != word(head, 4) or size < 14 or at + size > len(data):
        return 0
    return size


def frames_of_recording(data: bytes) -> list[tuple[int, int, Frame]]:
    """Return time, channel and frame of all records of frames and raw bytes."""
    found: list[tuple[int, int, Frame]] = []
    lines: dict[int, bytes] = {}
    counts: dict[int, int] = {}
    channel = 0
    for record in records(data):
        time_ms = int.from_bytes(record[6:14], "little")
        match record[1]:
            case 0x44:
                channel = 0
            case 0x77 if len(record) >= 16:
                channel = word(record, 14)
            case 0x88 if len(record) >= 22:
                # Decoding the whole line again gives the frames that are new.
                lines[channel] = lines.get(channel, b"") + record[22:]
                frames = frames_of_line(lines[channel])
                fresh = frames[counts.get(channel, 0) :]
                counts[channel] = len(frames)
                lasts_ms = int.from_bytes(record[14:22], "little") - time_ms
                if not 0 <= lasts_ms <= 3_600_000:
                    lasts_ms = 0
                found += [
                    (time_ms + lasts_ms * number // len(fresh), channel, frame)
                    for number, frame in enumerate(fresh, start=1)
                ]
            case 0x33 | 0x66 if len(record) >= 26:
                frame = frame_of_record(record)
                if frame is not None:
                    found.append((time_ms, channel, frame))
    return found


def frame_of_record(record: bytes) -> Frame | None:
    """Return the frame in a record of data."""
    destination, source, version, command, size = (
        word(record, at) for at in range(14, 24, 2)
    )
    data = record[26 : 26 + size]
    if len(data) < size:
        return None
    minor = version & 15
    match version >> 4:
        case 1 if size <= 508:
            return Packet(destination, source, command, data[: size // 4 * 4], minor)
        case 2 if size == 6:
            value = int.from_bytes(data[2:], "little", signed=True)
            return Datagram(destination, source, command, word(data, 0), value, minor)
        case 3 if size == 7 * (command >> 5 & 3):
            return Telegram(destination, source, command, data, minor)
    return None
