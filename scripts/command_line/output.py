"""What the decode commands print: JSON lines, and one last line on stderr."""

import argparse
from collections.abc import Iterable, Iterator
import io
import json
import os
from pathlib import Path
import sys
from typing import Any, Protocol


class Counting(Protocol):
    """A decoder's counters."""

    @property
    def frames(self) -> int:
        """Return how many frames came out."""

    @property
    def malformed(self) -> int:
        """Return how many pieces of damage were found."""


def add_recording(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that all decode commands have."""
    parser.add_argument(
        "--chunk",
        type=_positive,
        metavar="N",
        help="feed N bytes at a time; this does not change the output",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="recorded bytes")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is allowed")
    return number


def pieces(data: bytes, size: int | None) -> Iterator[bytes]:
    """Yield the bytes in pieces of a size, or as one piece."""
    step = size or max(len(data), 1)
    for start in range(0, len(data), step):
        yield data[start : start + step]


def print_documents(documents: Iterable[dict[str, Any]], counts: Counting) -> None:
    """Print each document as a JSON line, then the decoder's counts on stderr."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Units are not in every encoding that a terminal may have.
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        for document in documents:
            print(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; Python would complain once more
        # when it closes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    last = {"frames": counts.frames, "malformed": counts.malformed}
    print(json.dumps(last, separators=(",", ":")), file=sys.stderr)
