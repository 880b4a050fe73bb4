"""`decode vbus`: the frames of a recorded line or of a logger's file as JSON lines."""

import argparse
from collections.abc import Iterator
import io
import json
import os
from pathlib import Path
import sys
from typing import Any, TextIO

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Packet,
    RecordingDecoder,
    Specification,
    Telegram,
    is_recording,
)


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "vbus", help="RESOL VBus: bytes of a line, or a .vbus file of a logger"
    )
    parser.add_argument(
        "--specification",
        type=Path,
        metavar="FILE.vsf",
        help="RESOL's specification file to use instead of the shipped table",
    )
    parser.add_argument(
        "--chunk",
        type=_positive,
        metavar="N",
        help="feed N bytes at a time; this does not change the output",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is allowed")
    return number


def run(options: argparse.Namespace) -> int:
    """Decode a file; return 0, or 2 if a file cannot be used."""
    try:
        data = options.file.read_bytes()
        specification = _specification(options.specification)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except InputError as error:
        print(f"{options.specification}: {error}", file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Units are not in every encoding that a terminal may have.
        sys.stdout.reconfigure(encoding="utf-8")
    decoder = RecordingDecoder() if is_recording(data) else Decoder()
    chunk = options.chunk or max(len(data), 1)
    try:
        for frame in _frames(decoder, data, chunk):
            write(frame, specification, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    counts = {"frames": decoder.frames, "malformed": decoder.malformed}
    print(json.dumps(counts, separators=(",", ":")), file=sys.stderr)
    return 0


def _specification(path: Path | None) -> Specification:
    if path is None:
        return Specification.load()
    return Specification.from_vsf(path.read_bytes())


def _frames(
    decoder: Decoder | RecordingDecoder, data: bytes, chunk: int
) -> Iterator[Frame]:
    parts = (data[at : at + chunk] for at in range(0, len(data), chunk))
    if isinstance(decoder, Decoder):
        for part in parts:
            yield from decoder.feed(part)
        return
    for part in parts:
        yield from (record.frame for record in decoder.feed(part))
    yield from (record.frame for record in decoder.close())


def write(frame: Frame, specification: Specification, output: TextIO) -> None:
    """Write one frame as a line of JSON."""
    document = describe(frame, specification)
    line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    output.write(line + "\n")


def describe(frame: Frame, specification: Specification) -> dict[str, Any]:
    """Return a frame as the document that is printed."""
    head: dict[str, Any] = {
        "kind": type(frame).__name__.lower(),
        "destination": frame.destination,
        "source": frame.source,
        "command": frame.command,
    }
    match frame:
        case Datagram():
            return head | {"index": frame.index, "value": frame.value}
        case Telegram():
            return head | {"payload": frame.payload.hex()}
        case Packet():
            payload = frame.payload.hex()
            return head | {"payload": payload, "fields": _fields(frame, specification)}


def _fields(packet: Packet, specification: Specification) -> list[dict[str, Any]]:
    template = specification.template(packet.destination, packet.source, packet.command)
    if template is None:
        return []
    return [
        {
            "id": field.id,
            "name": field.names["en"],
            "raw": raw,
            "value": None if raw is None else field.scaled(raw),
            "unit": field.unit,
        }
        for field, raw in zip(
            template.fields, template.raws(packet.payload), strict=True
        )
    ]
