"""`scripts/energy-manager plan`: a plan on stdout, or one line and exit code 2."""

import argparse
import json
from pathlib import Path

import pytest

from custom_components.energy_manager.engine.planner import Plan
from scripts.command_line import plan as command

from .homes import a_problem


def call(path: Path) -> int:
    """Run the command on a file."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["plan", str(path)])
    return int(options.run(options))


def test_a_problem_gives_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A problem gives a plan."""
    path = tmp_path / "problem.json"
    problem = a_problem(steps=4)
    path.write_text(json.dumps(problem.to_json()), encoding="utf-8")
    assert call(path) == 0
    output = capsys.readouterr()
    assert Plan.from_json(json.loads(output.out)).grid == problem.grid
    assert output.err == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must be JSON"),
        (b"\xff\xfe", "must be JSON"),
        (b"[]", "must be an object"),
        (b"{}", "created: is missing"),
        (b'{"created": 5}', "created: must be a time"),
        (b'{"colour\\n": 5}', "colour?: is unknown"),
        (None, "must be a readable file"),
    ],
)
def test_a_wrong_file_gets_one_line(
    content: bytes | None,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A wrong file gets one line."""
    path = tmp_path / "problem.json"
    if content is not None:
        path.write_bytes(content)
    assert call(path) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert words in output.err


def test_a_folder_is_no_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder is no problem."""
    assert call(tmp_path) == 2
    assert "readable file" in capsys.readouterr().err
