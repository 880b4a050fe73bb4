"""Entry point of `scripts/benchmark`."""

import argparse
import sys

from scripts.command_line import use_engine

use_engine()

from scripts.benchmarks import (  # noqa: E402
    bound,
    forecasts,
    plan,
    references,
    simulate,
    vbus,
    vedirect,
    vedirect_states,
)

SUBJECTS = (
    bound,
    forecasts,
    plan,
    references,
    simulate,
    vbus,
    vedirect,
    vedirect_states,
)


def main(arguments: list[str]) -> int:
    """Run one benchmark and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark", description="Measure the engine."
    )
    commands = parser.add_subparsers(required=True, metavar="SUBJECT")
    for subject in SUBJECTS:
        subject.add_parser(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
