"""What the decode commands print: JSON lines, and one last line on stderr."""

import argparse
from collections.abc import Callable, Iterable, Iterator
import json
import os
from pathlib import Path
import sys
from typing import Any, Protocol


class Counting(Protocol):
    """A decoder's counters."""

    frames: int
    malformed: int


class PushDecoder[Frame](Counting, Protocol):
    """A decoder that takes bytes in pieces of any size."""

    def feed(self, data: bytes) -> Iterable[Frame]:
        """Return what these bytes complete."""


def positive(text: str) -> int:
    """Return a whole number above zero."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def add_recording(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that all decode commands have."""
    parser.add_argument(
        "--chunk",
        type=positive,
        metavar="N",
        help="feed N bytes at a time (default: all at once); the output is the same",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="recorded bytes")


def pieces(data: bytes, size: int | None) -> Iterator[bytes]:
    """Yield the bytes in pieces of a size, or as one piece."""
    step = size or max(len(data), 1)
    for start in range(0, len(data), step):
        yield data[start : start + step]


def print_recording[Frame](
    decoder: PushDecoder[Frame],
    document: Callable[[Frame], dict[str, Any]],
    path: Path,
    chunk: int | None,
) -> int:
    """Print each frame of a recording as a JSON line, then the counts on stderr."""
    try:
        data = path.read_bytes()
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        for piece in pieces(data, chunk):
            for frame in decoder.feed(piece):
                print(json.dumps(document(frame), separators=(",", ":")))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, for example `head`, has seen enough; Python would complain
        # once more when it closes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    counts = {"frames": decoder.frames, "malformed": decoder.malformed}
    print(json.dumps(counts, separators=(",", ":")), file=sys.stderr)
    return 0
