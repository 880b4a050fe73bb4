"""`decode vedirect`: print the blocks and HEX frames of a VE.Direct recording."""

import argparse
from typing import Any

from custom_components.energy_manager.engine.vedirect import Block, Decoder, Reading
from scripts.command_line.output import add_recording, print_recording


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
    """Decode the recording and print it."""
    return print_recording(Decoder(), document, options.file, options.chunk)
