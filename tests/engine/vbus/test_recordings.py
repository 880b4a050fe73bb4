"""Real captures and a logger's day decode to what RESOL's own library made of them."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Decoder,
    Frame,
    Packet,
    PacketTemplate,
    RecordingDecoder,
    Specification,
    decode_blocks,
)

DATA = Path(__file__).parents[4] / "shared" / "data" / "vbus"
EXPECTED = sorted(DATA.glob("*.json.gz"))

pytestmark = pytest.mark.skipif(
    not EXPECTED, reason="needs the recordings in ../shared/data/vbus"
)


@pytest.fixture(name="specification", scope="module")
def specification_fixture() -> Specification:
    """Return the specification with which the expected results were made."""
    (path,) = DATA.glob("vbus_specification_*.vsf")
    return Specification.from_vsf(path.read_bytes())


def decoded(expected: Path, chunk: int) -> tuple[list[Frame], int]:
    """Return the frames of the recording that belongs to expected results."""
    name = expected.name.removesuffix(".json.gz")
    capture = DATA / f"{name}.bin"
    if capture.exists():
        data = capture.read_bytes()
        decoder = Decoder()
        frames = []
        for at in range(0, len(data), chunk):
            frames += decoder.feed(data[at : at + chunk])
        return frames, decoder.malformed
    data = (DATA / f"{name}.vbus").read_bytes()
    recording = RecordingDecoder()
    found = []
    for at in range(0, len(data), chunk):
        found += recording.feed(data[at : at + chunk])
    found += recording.close()
    return [one.frame for one in found], recording.malformed


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name[:-8])
def test_recording(path: Path, specification: Specification) -> None:
    """Frames, fields, numbers, names and units are the expected ones."""
    expected = json.loads(gzip.decompress(path.read_bytes()))
    frames, malformed = decoded(path, 1 << 20)
    assert decoded(path, 13) == (frames, malformed)
    events = expected.get("events") or expected["headers"]
    assert len(frames) == len(events)
    for frame, event in zip(frames, events, strict=True):
        assert (frame.destination, frame.source) == (event["dst"], event["src"])
        assert frame.command == event["command"]
        if isinstance(frame, Datagram):
            assert frame.index == event["value_id"] & 0xFFFF
            assert frame.value == event["value"]
        elif isinstance(frame, Packet):
            assert frame.payload.hex() == event["payload"]
            template = specification.template(
                frame.destination, frame.source, frame.command
            )
            assert (template is None) == (event["template"] is None)
            if template is not None:
                layout = expected["templates"][event["template"]]["fields"]
                compare(template, frame.payload, layout, event["values"])
            if event.get("block_sections"):
                compare_blocks(frame.payload, event["block_sections"])


def compare(
    template: PacketTemplate,
    payload: bytes,
    layout: list[dict[str, Any]],
    values: list[list[Any]],
) -> None:
    """Compare all fields of one packet."""
    raws = template.raws(payload)
    for field, raw, known, (number, value, text, *partial) in zip(
        template.fields, raws, layout, values, strict=True
    ):
        assert field.id == known["id"]
        assert field.names["en"] == known["name"]
        assert field.names["de"] == known["name_de"]
        assert field.unit == known["unit_text"].strip()
        assert field.unit_code == known["unit"]
        assert field.precision == known["precision"]
        assert field.type.name == known["type"].upper()
        if raw is None:
            # RESOL's library adds up the bytes that arrived; we have no value then.
            assert number is None or partial == ["p"]
            assert field.text(raw) == ""
            continue
        assert raw == number
        assert not partial
        assert math.isclose(field.scaled(raw), value)
        assert field.text(raw) == text


def compare_blocks(payload: bytes, sections: list[dict[str, Any]]) -> None:
    """Compare the sections of a block-type packet."""
    found = decode_blocks(payload)
    assert len(found) == len(sections)
    for section, known in zip(found, sections, strict=True):
        assert (section.type, section.offset) == (known["type"], known["offset"])
        assert section.payload.hex() == known["payload"]
        for reading, (_id, value, _text) in zip(
            section.readings, known["elements"], strict=True
        ):
            factor = 10 if reading.unit == "°C" else 1
            assert math.isclose(reading.raw / factor, value)


def test_device_names(specification: Specification) -> None:
    """Devices are named as expected in all three languages."""
    for path in EXPECTED:
        expected = json.loads(gzip.decompress(path.read_bytes()))
        for address, names in expected["devices"].items():
            for language, name in names.items():
                found = specification.device_name(int(address, 16), 0x0010, language)
                assert found in (name, None)
