"""Entry point of `scripts/energy-manager`."""

import argparse
import sys

from scripts.command_line import use_engine

use_engine()

from scripts.command_line import decode_vbus, decode_vedirect, evaluate, plan, simulate  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/energy-manager", description="Energy Manager on files."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    decode = commands.add_parser("decode", help="decode a recording of a device")
    kinds = decode.add_subparsers(required=True, metavar="PROTOCOL")
    decode_vbus.add_parser(kinds)
    decode_vedirect.add_parser(kinds)
    plan.add_parser(commands)
    simulate.add_parser(commands)
    evaluate.add_parser(commands)
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
