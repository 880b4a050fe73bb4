"""`scripts/energy-manager decode vedirect` prints what its contract says."""

import json
from pathlib import Path
import subprocess
import sys

import pytest

from custom_components.energy_manager.engine.vedirect import encode_block, encode_hex

ROOT = Path(__file__).parents[3]
STREAM = (
    b"noise"
    + encode_block((("PID", "0xA241"), ("V", "11877")))
    + encode_hex(7, b"\x00\x10\x00\xc8\x00")
    + encode_block((("PID", "0xA241"), ("V", "11876")))[:-1]
    + b"?"
    + encode_hex(5, b"\x16\x41")
)
LINES = [
    {"kind": "block", "fields": [["PID", "0xA241"], ["V", "11877"]]},
    {"kind": "hex", "command": 7, "register": 4096, "flags": 0, "data": "C800"},
    {"kind": "hex", "command": 5, "payload": "1641"},
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as its script does."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "vedirect", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


# Only this command: the others need more than the standard library.
PROGRAM = """
import argparse, sys
from scripts.command_line import use_engine
use_engine()
from scripts.command_line import decode_vedirect
parser = argparse.ArgumentParser()
decode_vedirect.add_parser(parser.add_subparsers(required=True))
options = parser.parse_args()
sys.exit(options.run(options))
"""


@pytest.mark.parametrize("chunk", [[], ["--chunk", "1"], ["--chunk", "50"]])
def test_lines_and_counts(tmp_path: Path, chunk: list[str]) -> None:
    """Readings are lines on stdout, the counts the last line on stderr."""
    recording = tmp_path / "recording.bin"
    recording.write_bytes(STREAM)
    done = run(*chunk, str(recording))
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == LINES
    assert done.stderr == '{"frames":3,"malformed":1}\n'


def test_empty_recording(tmp_path: Path) -> None:
    """Nothing in, nothing out."""
    recording = tmp_path / "recording.bin"
    recording.write_bytes(b"")
    done = run(str(recording))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == '{"frames":0,"malformed":0}\n'


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """One line says what is wrong."""
    done = run(str(tmp_path / "missing.bin"))
    assert done.returncode == 2
    assert done.stderr.endswith("missing.bin: No such file or directory\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("chunk", ["0", "-3", "x"])
def test_impossible_chunk(tmp_path: Path, chunk: str) -> None:
    """A piece has at least one byte."""
    done = run("--chunk", chunk, str(tmp_path))
    assert done.returncode == 2
    assert "argument --chunk: " in done.stderr
    assert "Traceback" not in done.stderr


def test_reader_that_has_seen_enough(tmp_path: Path) -> None:
    """A closed pipe is no error."""
    recording = tmp_path / "recording.bin"
    recording.write_bytes(STREAM * 5000)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "vedirect", str(recording)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read().startswith(b'{"frames":')
        assert process.wait() == 0
