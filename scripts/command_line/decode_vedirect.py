"""`decode vedirect`: print the blocks and HEX frames of a VE.Direct recording."""

import argparse
import sys
from typing import Any

from custom_components.energy_manager.engine.vedirect import Block, Decoder, Reading
from scripts.command_line.output import add_recording, pieces, print_documents


def add_parser(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "vedirect",
        help="decode a recording of a VE.Direct port",
        description="Print text blocks and HEX frames as JSON lines.",
    )
    add_recording(parser)
    parser.set_defaults(run=run)


def document(reading: Reading) -> dict[str, Any]:
    """Return what is printed for a reading."""
    if isinstance(reading, Block):
        return {"kind": "block", "fields": reading.fields}
    data = reading.data.hex().upper()
    if reading.register is None:
        return {"kind": "hex", "command": reading.command, "payload": data}
    return {
        "kind": "hex",
        "command": reading.command,
        "register": reading.register,
        "flags": reading.flags,
        "data": data,
    }


def run(options: argparse.Namespace) -> int:
    """Decode a recording; return 0, or 2 if the file cannot be read."""
    try:
        data = options.file.read_bytes()
    except OSError as error:
        print(f"{options.file}: {error.strerror}", file=sys.stderr)
        return 2
    decoder = Decoder()
    readings = (
        document(reading)
        for piece in pieces(data, options.chunk)
        for reading in decoder.feed(piece)
    )
    print_documents(readings, decoder)
    return 0
