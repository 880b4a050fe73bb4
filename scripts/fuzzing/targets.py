"""What is fuzzed: a target takes any bytes and raises when a promise is broken."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
import functools
import json
import math
from typing import Protocol

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Packet,
    RecordingDecoder,
    Specification,
    Telegram,
    decode_blocks,
    encode,
    fault,
    is_recording,
    packet_hours,
)
from custom_components.energy_manager.engine.vbus.frames import MAX_FRAME_BYTES
from custom_components.energy_manager.engine.vbus.specification_file import (
    Table,
    read_vsf,
)
from custom_components.energy_manager.engine.vedirect import Decoder as VEDirectDecoder
from tests.engine.vbus.frames import OFFER, PACKET, TELEGRAM, stream
from tests.engine.vbus.line_rules import frames_of_line, frames_of_recording
from tests.engine.vbus.test_recording import FILE
from tests.engine.vbus.test_specification import builder
from tests.engine.vbus.vsf import seal

HELD_BYTES_OF_A_RECORDING = 2 * 65536
HELD_BYTES_OF_VEDIRECT = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A promise, what to begin with, and the longest input."""

    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    longest: int = 4096


class _PushDecoder[T](Protocol):
    def feed(self, data: bytes) -> list[T]:
        """Return what is complete with these bytes."""


def _pieces(data: bytes) -> list[bytes]:
    """Cut bytes at places that depend on them."""
    found = []
    at = 0
    while at < len(data):
        size = 1 + (data[at] * 7 + at) % 23
        found.append(data[at : at + size])
        at += size
    return found


def _fed[T](
    decoder: _PushDecoder[T], parts: Iterable[bytes], most_held: int
) -> list[T]:
    """Feed the parts and look now and then at how many bytes the decoder holds."""
    found = []
    for number, part in enumerate(parts):
        found += decoder.feed(part)
        if number % 16:
            continue
        held = sum(
            len(value)
            for value in vars(decoder).values()
            if isinstance(value, bytes | bytearray | str)
        )
        assert held <= most_held, f"{held} bytes are held"
    return found


KNOWN = ((0x0010, 0x7112, 0x0100), (0x0010, 0x7E11, 0x0100), (0x0010, 0x4221, 0x0100))
"""Packets that the shipped table knows."""


@functools.cache
def _specification() -> Specification:
    return Specification.load()


def check_vbus(data: bytes) -> None:
    """A line gives exactly the frames that the rules tell, however it is cut.

    The bytes are tried as a line, and as a plan of what comes on one, so that frames
    with right checksums come too.
    """
    _check_line(data)
    _check_line(planned_line(data))


def _check_line(data: bytes) -> None:
    whole = Decoder()
    frames = _fed(whole, [data], MAX_FRAME_BYTES)
    assert frames == frames_of_line(data), "the plain reader sees other frames"
    assert whole.frames == len(frames)
    for parts in ([data[at : at + 1] for at in range(len(data))], _pieces(data)):
        cut = Decoder()
        assert _fed(cut, parts, MAX_FRAME_BYTES) == frames, "cutting changes frames"
        counts = cut.frames, cut.malformed
        assert counts == (whole.frames, whole.malformed), "cutting changes counts"
    assert Decoder().feed(b"".join(map(encode, frames))) == frames
    for frame in frames:
        if isinstance(frame, Packet):
            _check_fields(frame, _specification())


def planned_line(plan: bytes) -> bytes:
    """Return the bytes of a line after a plan: frames, stray bytes and damage.

    A step begins with what comes (a packet, datagram, telegram, packet of a known
    controller, or bytes as they are) and how long it is, then brings its contents.
    """
    line = bytearray()
    at = 0
    while at + 2 <= len(plan):
        step, size = plan[at], plan[at + 1]
        body = plan[at + 2 : at + 10].ljust(8, b"\0")
        source, destination, command = (
            int.from_bytes(body[place : place + 2]) & 0x7F7F for place in (0, 2, 4)
        )
        minor = step >> 7
        count = size % 24
        payload = (plan[at + 2 :] + bytes(96))[: 4 * count]
        at += 10
        match step % 5:
            case 0:
                frame: Frame = Packet(destination, source, command, payload, minor)
            case 1:
                value = int.from_bytes(payload[:4], "little", signed=True)
                index = int.from_bytes(body[6:])
                frame = Datagram(0, source, command, index, value, minor)
            case 2:
                number = command & 0x7F
                content = (payload + bytes(21))[: 7 * (number >> 5)]
                frame = Telegram(destination, source, number, content, minor)
            case 3:
                frame = Packet(*KNOWN[size % len(KNOWN)], payload, minor)
                at += len(payload)
            case _:
                line += plan[at : at + size]
                at += size
                continue
        line += encode(frame)
        if step & 0x40:
            line[-1 - size % min(len(line), 40)] ^= 1 + (command & 0x7F)
    return bytes(line)


def _check_fields(packet: Packet, specification: Specification) -> None:
    """Every field of a known packet has a number and a text, or neither."""
    template = specification.template(packet.destination, packet.source, packet.command)
    if template is None:
        return
    raws = template.raws(packet.payload)
    texts = template.texts(raws, "de")
    for field, raw, text in zip(template.fields, raws, texts, strict=True):
        assert (raw is None) == (text == "")
        assert raw == field.raw(packet.payload)
        assert raw is None or math.isfinite(field.scaled(raw))
        fault(field, raw)


def check_recording(data: bytes) -> None:
    """A recording gives exactly the frames of whole records, however it is cut."""
    whole = RecordingDecoder()
    found = whole.feed(data) + whole.close()
    rows = [(one.time_ms, one.channel, one.frame) for one in found]
    assert rows == frames_of_recording(data), "the plain reader sees other frames"
    cut = RecordingDecoder()
    again = _fed(cut, _pieces(data), HELD_BYTES_OF_A_RECORDING) + cut.close()
    assert again == found, "cutting changes frames"
    assert (cut.frames, cut.malformed) == (whole.frames, whole.malformed)
    is_recording(data)
    packets = sum(len(hour.payloads) for hour in packet_hours(found))
    assert packets <= len(found)


_SMALL_FILE = builder().build()


def check_specification(data: bytes) -> None:
    """A file is refused with the one error, or everything in it can be used.

    The bytes are tried as a file, and as changes of a good one whose checksum is made
    right again: rows of a place (two bytes) and four bytes to put there.
    """
    changed = bytearray(_SMALL_FILE)
    for at in range(0, len(data) - 5, 6):
        place = int.from_bytes(data[at : at + 2]) % (len(changed) - 20) + 16
        changed[place : place + 4] = data[at + 2 : at + 6]
    for file in (data, seal(changed) if data else _SMALL_FILE):
        table = _table(file)
        if table is not None:
            _check_table(table, data)


def _table(file: bytes) -> Table | None:
    try:
        return read_vsf(file)
    except InputError:
        return None


def _check_table(table: Table, payload: bytes) -> None:
    rows = sum(len(packet[5]) for packet in table["packets"])
    assert rows <= 1000, "more fields than a small file can have"
    assert len(json.dumps(table)) < 2_000_000, "a small file became large"
    specification = Specification(table)
    for destination, _mask, source, _source_mask, command, _fields in table["packets"]:
        for size in (0, 4, 28, 508):
            part = (payload * (size + 1))[:size]
            _check_fields(Packet(destination, source, command, part), specification)
    for address in (0x0000, 0x7112, 0x7E11):
        name = specification.device_name(address)
        assert name is None or isinstance(name, str)


def check_blocks(data: bytes) -> None:
    """Sections cover the packet without a gap, and every value has its own name."""
    sections = decode_blocks(data)
    end = 0
    names = set()
    for section in sections:
        assert section.offset == end
        end += 4 + len(section.payload)
        for reading in section.readings:
            assert reading.id not in names
            names.add(reading.id)
            assert (reading.value is None) == (reading.fault is not None)
    assert not sections or end == len(data)


def check_vedirect(data: bytes) -> None:
    """A port gives the same blocks and HEX frames, however its bytes are cut."""
    whole = VEDirectDecoder()
    readings = _fed(whole, [data], HELD_BYTES_OF_VEDIRECT)
    assert whole.frames == len(readings)
    for parts in ([data[at : at + 1] for at in range(len(data))], _pieces(data)):
        cut = VEDirectDecoder()
        again = _fed(cut, parts, HELD_BYTES_OF_VEDIRECT)
        assert again == readings, "cutting changes what is read"
        counts = cut.frames, cut.malformed
        assert counts == (whole.frames, whole.malformed), "cutting changes counts"


def _block(*fields: tuple[str, str]) -> bytes:
    """Return a VE.Direct text block with its checksum."""
    text = "".join(f"\r\n{label}\t{value}" for label, value in fields)
    data = f"{text}\r\nChecksum\t".encode("latin-1")
    return data + bytes((-sum(data) & 0xFF,))


_TEXT = _block(("PID", "0xA053"), ("V", "12800"), ("I", "-200"), ("CS", "3"))
_HEX = b":A4F1000017D\n:7F0ED00710029\n:5410010\n"

TARGETS: dict[str, Target] = {
    "vbus": Target(
        check=check_vbus,
        longest=1000,
        seeds=(
            encode(PACKET), encode(OFFER), encode(TELEGRAM), stream()[1][:300],
            bytes(range(200)), bytes.fromhex("00020010711201000000000084037e110100"),
            encode(Packet(0x0010, 0x7112, 0x0100, bytes(range(72)))),
            encode(Packet(0x0010, 0x7112, 0x0100, bytes(range(72)), 1)),
        ),
    ),
    "recording": Target(check=check_recording, seeds=(FILE, FILE[:80])),
    "specification": Target(
        check=check_specification, seeds=(_SMALL_FILE, bytes(12), bytes(range(60)))
    ),
    "blocks": Target(
        check=check_blocks,
        seeds=(
            bytes.fromhex("03010000d70085029902b8220000f1d80108000000000000"),
            bytes.fromhex("020a0000d700850200000000010b000000000000"),
        ),
        longest=512,
    ),
    "vedirect": Target(
        check=check_vedirect,
        seeds=(_TEXT, _HEX, _TEXT + _HEX + _TEXT, _TEXT[:20] + _HEX + _TEXT[20:]),
    ),
}  # fmt: skip
