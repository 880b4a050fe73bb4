"""Rows that three VE.Direct devices cost the recorder in a day at 1 Hz."""

import argparse
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

TEST = "tests/integration/test_vedirect_states.py"


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the subject to the command line."""
    parser = commands.add_parser(
        "vedirect-states",
        help="rows of the recorder per device and hour, by entity",
        description="Play a day of a charger, an inverter and a battery monitor "
        "through the entities and count the states that are written.",
    )
    parser.add_argument(
        "--hours",
        nargs="+",
        type=int,
        default=list(range(24)),
        help="hours of the day to play (all)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Play the hours in the test's Home Assistant, which prints the rows."""
    hours = " ".join(str(hour) for hour in options.hours)
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-cov",
            "-p",
            "no:cacheprovider",
            TEST,
        ],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"VEDIRECT_HOURS": hours},
        check=False,
    ).returncode
