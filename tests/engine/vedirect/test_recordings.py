"""Recorded bytes of real devices give exactly the blocks and frames in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.energy_manager.engine.vedirect import Block, Decoder, HexFrame

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "vedirect"
EXPECTED = sorted(FOLDER.glob("*.json"))

pytestmark = pytest.mark.skipif(
    not EXPECTED, reason="the recordings (../shared/data/vedirect) are not here"
)


def frame_document(frame: HexFrame) -> dict[str, Any]:
    """Return a frame as the recordings' expected results write it."""
    payload = frame.data
    if frame.register is not None:
        assert frame.flags is not None
        payload = frame.register.to_bytes(2, "little") + bytes([frame.flags]) + payload
    return {"cmd": frame.command, "payload": payload.hex().upper()}


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
@pytest.mark.parametrize("chunk", [1, 61, 1 << 20])
def test_recording(path: Path, chunk: int) -> None:
    """All blocks and frames come out, none more, in any pieces."""
    expected = json.loads(path.read_text("utf-8"))
    stream = path.with_suffix(".bin").read_bytes()
    decoder = Decoder()
    readings = [
        reading
        for start in range(0, len(stream), chunk)
        for reading in decoder.feed(stream[start : start + chunk])
    ]
    blocks = [
        [list(field) for field in reading.fields]
        for reading in readings
        if isinstance(reading, Block)
    ]
    frames = [
        frame_document(reading) for reading in readings if isinstance(reading, HexFrame)
    ]
    assert blocks == expected["blocks"]
    assert frames == [
        {"cmd": frame["cmd"], "payload": frame["payload"]} for frame in expected["hex"]
    ]
    damage = expected["blocks_with_wrong_sum"] + expected["bad_hex_frames"]
    assert decoder.malformed == damage
