"""The command `plan`: a problem document in, a plan document out."""

import argparse
import json
import os
from pathlib import Path
import sys
from typing import Any

from custom_components.energy_manager.engine.document import parse
from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.planner import Problem, solve


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("plan", help="make a plan for a problem document")
    parser.add_argument("problem", metavar="PROBLEM.json", type=Path)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the plan of a problem; one line and exit code 2 where it is wrong."""
    try:
        plan = solve(Problem.from_json(parse(read(options.problem))))
    except InputError as error:
        print(f"{options.problem}: {error}", file=sys.stderr)
        return 2
    try:
        print(json.dumps(plan.to_json(), indent=2))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def read(path: Path) -> str:
    """Return a file's text; raise InputError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("document", "must be JSON in UTF-8") from error
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError("document", f"must be a readable file ({reason})") from error
