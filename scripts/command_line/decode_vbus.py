"""`decode vbus`: the frames of a recorded line or of a logger's file as JSON lines."""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
import sys
from typing import Any

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
from custom_components.energy_manager.engine.vbus.text import LANGUAGES
from scripts.command_line.output import add_recording, pieces, print_documents


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
        "--text",
        choices=LANGUAGES,
        metavar="LANGUAGE",
        help="add each field's text with its unit, as written in en, de or fr",
    )
    add_recording(parser)
    parser.set_defaults(run=run)


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
    decoder = RecordingDecoder() if is_recording(data) else Decoder()
    frames = _frames(decoder, pieces(data, options.chunk))
    documents = (describe(frame, specification, options.text) for frame in frames)
    print_documents(documents, decoder)
    return 0


def _specification(path: Path | None) -> Specification:
    if path is None:
        return Specification.load()
    return Specification.from_vsf(path.read_bytes())


def _frames(
    decoder: Decoder | RecordingDecoder, parts: Iterable[bytes]
) -> Iterator[Frame]:
    if isinstance(decoder, Decoder):
        for part in parts:
            yield from decoder.feed(part)
        return
    for part in parts:
        yield from (record.frame for record in decoder.feed(part))
    yield from (record.frame for record in decoder.close())


def describe(
    frame: Frame, specification: Specification, language: str | None
) -> dict[str, Any]:
    """Return a frame as the document that is printed, with texts if a language is given."""
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
            fields = _fields(frame, specification, language)
            return head | {"payload": payload, "fields": fields}


def _fields(
    packet: Packet, specification: Specification, language: str | None
) -> list[dict[str, Any]]:
    template = specification.template(packet.destination, packet.source, packet.command)
    if template is None:
        return []
    raws = template.raws(packet.payload)
    fields: list[dict[str, Any]] = [
        {
            "id": field.id,
            "name": field.names["en"],
            "raw": raw,
            "value": None if raw is None else field.scaled(raw),
            "unit": field.unit,
        }
        for field, raw in zip(template.fields, raws, strict=True)
    ]
    if language is not None:
        for field, text in zip(fields, template.texts(raws, language), strict=True):
            field["text"] = text or None
    return fields
