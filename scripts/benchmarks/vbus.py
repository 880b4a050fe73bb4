"""`vbus`: the decoder beside the JavaScript library resol-vbus, and a month's recording.

Both get the same bytes in the same pieces, in turns; each is timed inside its own
process, and the median of its rounds counts. The library comes from npm as a dependency
of the tests; without it our own figures are printed alone.
"""

import argparse
from collections.abc import Callable, Iterator
import contextlib
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
from statistics import median
import subprocess
import tempfile
import time
from typing import Any

from custom_components.energy_manager.engine.vbus import (
    Decoder,
    Packet,
    RecordedFrame,
    RecordingDecoder,
    Specification,
    packet_hours,
    summary,
)
from scripts.benchmarks.vbus_plant import Plant

ROOT = Path(__file__).resolve().parents[2]
PEER = Path(__file__).with_name("vbus_peer.mjs")
TASKS = {"framing": "framing", "fields": "fields", "text": "fields and text"}
PIECE = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One pass over the stream."""

    seconds: float
    frames: int
    fields: int
    characters: int


type Runner = Callable[[str], Round]


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser("vbus", help="the decoder of RESOL's VBus")
    parser.add_argument("--rounds", metavar="N", type=int, default=5)
    parser.add_argument("--megabytes", metavar="N", type=float, default=1.0)
    parser.add_argument("--days", metavar="N", type=int, default=30)
    parser.add_argument(
        "--specification", metavar="FILE.vsf", type=Path, help="for both"
    )
    parser.add_argument(
        "streams",
        metavar="FILE",
        type=Path,
        nargs="*",
        help="captures of a line to use instead of a generated plant",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print all figures."""
    specification = (
        Specification.from_vsf(options.specification.read_bytes())
        if options.specification
        else Specification.load()
    )
    plant = Plant(specification)
    size = int(options.megabytes * 1e6)
    if options.streams:
        captures = b"".join(path.read_bytes() for path in options.streams)
        stream = captures * (size // len(captures) + 1)
    else:
        stream = plant.line(size)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        path = Path(folder) / "stream.bin"
        path.write_bytes(stream)
        peer = stack.enter_context(_peer(path, options.specification))
        _compare(stream, specification, peer, max(1, options.rounds))
    _month(plant, specification, options.days)
    return 0


def _compare(
    stream: bytes, specification: Specification, peer: Runner | None, rounds: int
) -> None:
    """Print a line for each task."""
    print(f"a line of {len(stream) / 1e6:.1f} MB, median of {rounds} rounds in turns")
    for task, name in TASKS.items():
        own: list[Round] = []
        other: list[Round] = []
        for _ in range(rounds + 1):
            own.append(decode(stream, specification, task))
            if peer is not None:
                other.append(peer(task))
        # The first round warms up.
        speed = _speed(stream, own[1:])
        line = f"  {name:<16}{speed:6.1f} MB/s"
        if other:
            other_speed = _speed(stream, other[1:])
            line += f", resol-vbus {other_speed:5.1f} MB/s"
            line += f", ratio {speed / other_speed:5.2f}"
            line += _differences(own[0], other[0])
        print(line, flush=True)


def _speed(stream: bytes, rounds: list[Round]) -> float:
    return len(stream) / 1e6 / median(one.seconds for one in rounds)


def _differences(own: Round, other: Round) -> str:
    """Return what the two disagree on; fields of shorter packets may be."""
    words = [
        f"{name} {getattr(own, name)} against {getattr(other, name)}"
        for name in ("frames", "fields", "characters")
        if getattr(own, name) != getattr(other, name)
    ]
    return f" ({', '.join(words)})" if words else ""


def decode(stream: bytes, specification: Specification, task: str) -> Round:
    """Decode the whole stream in pieces."""
    frames = fields = characters = 0
    decoder = Decoder()
    with_fields = task != "framing"
    with_text = task == "text"
    start = time.perf_counter()
    for at in range(0, len(stream), PIECE):
        for frame in decoder.feed(stream[at : at + PIECE]):
            frames += 1
            if not with_fields or not isinstance(frame, Packet):
                continue
            template = specification.template(
                frame.destination, frame.source, frame.command
            )
            if template is None:
                continue
            raws = template.raws(frame.payload)
            fields += len(raws) - raws.count(None)
            if with_text:
                characters += sum(map(len, template.texts(raws)))
    seconds = time.perf_counter() - start
    return Round(seconds=seconds, frames=frames, fields=fields, characters=characters)


@contextlib.contextmanager
def _peer(stream: Path, specification: Path | None) -> Iterator[Runner | None]:
    """Start the JavaScript library, or say what is missing."""
    node = shutil.which("node")
    missing = ""
    if node is None:
        missing = "node is not installed"
    elif not (ROOT / "node_modules" / "resol-vbus").is_dir():
        missing = "resol-vbus is not in node_modules"
    if node is None or missing:
        print(
            f"{missing}: no comparison with JavaScript (scripts/setup --tests gets it)"
        )
        yield None
        return
    command = [node, str(PEER), str(stream)]
    if specification is not None:
        command.append(str(specification.resolve()))
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:

        def ask(task: str) -> Round:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{task}\n")
            process.stdin.flush()
            return Round(**json.loads(process.stdout.readline()))

        yield ask


def _month(plant: Plant, specification: Specification, days: int) -> None:
    """Print how long a recording with a set of packets a minute takes."""
    data = plant.recording(days)
    start = time.perf_counter()
    frames = sum(1 for _ in _recorded(data))
    decoded = time.perf_counter() - start
    start = time.perf_counter()
    hours = summaries = 0
    for hour in packet_hours(_recorded(data)):
        hours += 1
        template = specification.template(hour.destination, hour.source, hour.command)
        if template is None:
            continue
        columns = template.columns(hour.payloads)
        for field, column in zip(template.fields, columns, strict=True):
            summaries += summary(field, column) is not None
    summarized = time.perf_counter() - start
    print(
        f"a recording of {days} days, a set a minute: {len(data) / 1e6:.1f} MB, "
        f"{frames} packets\n"
        f"  frames        {decoded:6.2f} s\n"
        f"  hourly values {summarized:6.2f} s, with the frames; {summaries} of "
        f"{hours} hours of packets"
    )


def _recorded(data: bytes) -> Iterator[RecordedFrame]:
    decoder = RecordingDecoder()
    for at in range(0, len(data), 1 << 16):
        yield from decoder.feed(data[at : at + (1 << 16)])
    yield from decoder.close()
