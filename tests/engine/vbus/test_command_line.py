"""`scripts/energy-manager decode vbus` prints what its contract says."""

import json
from pathlib import Path
import subprocess
import sys

import pytest

from custom_components.energy_manager.engine.vbus import Datagram, Packet, encode

from .frames import OFFER, TELEGRAM
from .test_recording import FILE
from .test_specification import PAYLOAD, builder

ROOT = Path(__file__).parents[3]
STREAM = b"".join(
    (
        b"\x01\x02",
        encode(Packet(0x0010, 0x7112, 0x0100, PAYLOAD[:4])),
        encode(OFFER)[:-1] + b"\0",
        encode(Datagram(0x0000, 0x7112, 0x0900, 0xFFFF, -2)),
        encode(TELEGRAM),
        encode(Packet(0x0010, 0x4444, 0x0100, b"\0\0\0\0")),
    )
)

# Only this command: the others need more than the standard library.
PROGRAM = """
import argparse, sys
from scripts.command_line import use_engine
use_engine()
from scripts.command_line import decode_vbus
parser = argparse.ArgumentParser()
decode_vbus.add_parser(parser.add_subparsers(required=True))
options = parser.parse_args()
sys.exit(options.run(options))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as its script does."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "vbus", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )


@pytest.mark.parametrize("chunk", [[], ["--chunk", "1"], ["--chunk", "50"]])
def test_lines_and_counts(tmp_path: Path, chunk: list[str]) -> None:
    """Frames are lines on stdout, the counts the last line on stderr."""
    recording = tmp_path / "recording.bin"
    recording.write_bytes(STREAM)
    specification = tmp_path / "own.vsf"
    specification.write_bytes(builder().build())
    done = run("--specification", str(specification), *chunk, str(recording))
    assert done.returncode == 0
    assert done.stderr == '{"frames":4,"malformed":1}\n'
    packet, datagram, telegram, unknown = map(json.loads, done.stdout.splitlines())
    fields = packet.pop("fields")
    assert packet == {
        "kind": "packet", "destination": 16, "source": 0x7112, "command": 256,
        "payload": PAYLOAD[:4].hex(),
    }  # fmt: skip
    assert fields[0] == {
        "id": "000_2_0", "name": "Temperature", "raw": -123, "value": -12.3, "unit": "°C",
    }  # fmt: skip
    assert fields[5] == {
        "id": "004_4_0", "name": "Clock", "raw": None, "value": None, "unit": "",
    }  # fmt: skip
    assert len(fields) == 10
    assert datagram == {
        "kind": "datagram", "destination": 0, "source": 0x7112, "command": 0x0900,
        "index": 65535, "value": -2,
    }  # fmt: skip
    assert telegram == {
        "kind": "telegram", "destination": 0x7771, "source": 0x2011, "command": 37,
        "payload": TELEGRAM.payload.hex(),
    }  # fmt: skip
    assert unknown["fields"] == []


def test_texts_on_request(tmp_path: Path) -> None:
    """`--text` adds one member to every field and changes nothing else."""
    recording = tmp_path / "recording.bin"
    recording.write_bytes(STREAM)
    specification = tmp_path / "own.vsf"
    specification.write_bytes(builder().build())
    plain = run("--specification", str(specification), str(recording))
    done = run(
        "--specification", str(specification), "--text", "de", str(recording)
    )  # fmt: skip
    assert done.stderr == plain.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    texts = [field.pop("text") for field in lines[0]["fields"]]
    assert texts == [
        "-12,3 °C", "55%", "1", "-108", "90", None, None, None, None, "133",
    ]  # fmt: skip
    assert lines == [json.loads(line) for line in plain.stdout.splitlines()]
    assert run("--text", "xx", str(recording)).returncode == 2


@pytest.mark.parametrize("chunk", [[], ["--chunk", "1"]])
def test_recording_file_and_shipped_table(tmp_path: Path, chunk: list[str]) -> None:
    """A logger's file is recognized, and the shipped table is used."""
    recording = tmp_path / "day.vbus"
    recording.write_bytes(FILE)
    done = run(*chunk, str(recording))
    assert done.returncode == 0
    assert done.stderr == '{"frames":6,"malformed":0}\n'
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["fields"][0] == {
        "id": "000_2_0", "name": "Temperature sensor 1", "raw": 0, "value": 0.0,
        "unit": "°C",
    }  # fmt: skip


def test_empty_file(tmp_path: Path) -> None:
    """Nothing in, nothing out."""
    recording = tmp_path / "empty.bin"
    recording.write_bytes(b"")
    done = run(str(recording))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == '{"frames":0,"malformed":0}\n'


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """One line says what is wrong, without a traceback."""
    recording = tmp_path / "recording.bin"
    recording.write_bytes(STREAM)
    missing = run(str(tmp_path / "missing.bin"))
    wrong = run("--specification", str(recording), str(recording))
    for done in (missing, wrong):
        assert done.returncode == 2
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
    assert "missing.bin" in missing.stderr
    assert "specification" in wrong.stderr
    assert run("--chunk", "0", str(recording)).returncode == 2
