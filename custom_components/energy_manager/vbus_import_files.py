"""Reads recording files in pieces; without Home Assistant, for its executor."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from .engine.vbus import Packet, RecordedFrame, RecordingDecoder, is_recording
from .vbus_packets import BLOCKS, DISPLAY

PIECE: Final = 1 << 20
"""Bytes read at once: memory stays small and the progress is seen."""

SAMPLE: Final = 1 << 17
"""Bytes at the beginning of a file that tell its channel and its time."""

SAMPLED_FILES: Final = 40
"""Files of a folder that are looked into for their channels."""

SUFFIX: Final = ".vbus"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFile:
    """A file that is to be imported."""

    path: Path
    size: int
    begins_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is at a path."""

    recordings: tuple[RecordingFile, ...]
    """Recordings in the order of their time."""
    others: tuple[str, ...]
    """Names of files that are no recordings, or cannot be read."""
    channels: frozenset[int]
    """Channels on which a controller is recorded."""

    @property
    def size(self) -> int:
        """Return how many bytes there are to read."""
        return sum(recording.size for recording in self.recordings)


def find_recordings(path: Path) -> Found:
    """Return the recordings at a path: the file, or all in a folder and below."""
    if path.is_dir():
        paths = sorted(
            found
            for found in path.rglob("*")
            if found.suffix.lower() == SUFFIX and found.is_file()
        )
    else:
        paths = [path]
    recordings: list[RecordingFile] = []
    others: list[str] = []
    channels: Counter[int] = Counter()
    stride = -(-len(paths) // SAMPLED_FILES)
    for number, candidate in enumerate(paths):
        try:
            with candidate.open("rb") as file:
                sample = file.read(SAMPLE)
            size = candidate.stat().st_size
        except OSError:
            others.append(candidate.name)
            continue
        if not is_recording(sample):
            others.append(candidate.name)
            continue
        frames = RecordingDecoder().feed(sample)
        begins_ms = min((one.time_ms for one in frames), default=0)
        recordings.append(RecordingFile(path=candidate, size=size, begins_ms=begins_ms))
        if number % stride == 0:
            channels.update(_channels(frames))
    recordings.sort(key=lambda one: (one.begins_ms, one.path))
    return Found(
        recordings=tuple(recordings),
        others=tuple(others),
        channels=frozenset(channels),
    )


def _channels(frames: Iterable[RecordedFrame]) -> set[int]:
    """Return the channels on which others than the logger itself speak."""
    return {
        one.channel
        for one in frames
        if isinstance(one.frame, Packet)
        and one.frame.destination in (DISPLAY, BLOCKS)
        and one.frame.source not in LOGGERS
    }


LOGGERS: Final = frozenset({0x0050, 0x0053})
"""Addresses of the loggers DL2 and DL3, which tell their own inputs on channel 0."""


class RecordingReader:
    """Reads recordings one after the other, a piece at a time."""

    def __init__(self, recordings: Sequence[RecordingFile]) -> None:
        """Take the recordings in the order of their time."""
        self._left = list(reversed(recordings))
        self._file: BinaryIO | None = None
        self.bytes_read = 0
        self.malformed = 0
        """How often something was damaged."""
        self.unreadable: list[str] = []

    def frames(self) -> Iterator[RecordedFrame]:
        """Return the frames of all recordings; reading goes on as they are taken."""
        while self._left:
            recording = self._left.pop()
            try:
                with recording.path.open("rb") as self._file:
                    yield from self._decoded(self._file)
            except OSError:
                self.unreadable.append(recording.path.name)

    def _decoded(self, file: BinaryIO) -> Iterator[RecordedFrame]:
        """Return the frames of one recording."""
        decoder = RecordingDecoder()
        while data := file.read(PIECE):
            self.bytes_read += len(data)
            yield from decoder.feed(data)
        yield from decoder.close()
        self.malformed += decoder.malformed

    def close(self) -> None:
        """Close the file that is open; what is left is not read."""
        self._left.clear()
        if self._file is not None:
            self._file.close()
