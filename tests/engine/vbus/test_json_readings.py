"""JSON of data loggers becomes the packets that were on the bus."""

import json
import random
from typing import Any

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vbus import Packet, Specification, fault
from custom_components.energy_manager.engine.vbus.json_readings import (
    JsonReadings,
    channels,
)

from .live_data import live_data

CONTROLLER = (0x0010, 0x7112, 0x0100)


@pytest.fixture(scope="module")
def specification() -> Specification:
    """The shipped specification."""
    return Specification.load()


def all_keys(specification: Specification) -> list[tuple[int, int, int]]:
    """Return an address pair and command for every template."""
    return [
        (packet[0], packet[2], packet[4]) for packet in specification._table["packets"]
    ]


@pytest.mark.parametrize("seed", range(2))
def test_every_template_survives_the_way_through_json(
    specification: Specification, seed: int
) -> None:
    """All fields of random payloads come back as the same exact integers."""
    chance = random.Random(seed)
    fields = 0
    for key in all_keys(specification):
        template = specification.template(*key)
        assert template is not None
        size = max(part[0] + 1 for field in template.fields for part in field.parts)
        payload = chance.randbytes((size + 3) // 4 * 4)
        document = live_data(specification, [Packet(*key, payload)])
        # Numbers beyond 53 bits are told as text would be: without an exponent.
        for told, field in zip(
            document["headersets"][0]["packets"][0]["field_values"],
            template.fields,
            strict=True,
        ):
            if field.precision == 0:
                told["raw_value"] = field.raw(payload)
        (packet,) = JsonReadings(specification).read(json.dumps(document))
        assert packet.packet.source == key[1]
        for field in template.fields:
            raw = field.raw(payload)
            assert raw is not None
            if abs(raw) < 1 << 52 or field.precision == 0:
                assert field.raw(packet.packet.payload) == raw, (key, field.id)
                fields += 1
    assert fields > 4000


def test_positions_do_not_count(specification: Specification) -> None:
    """Headers and fields are found by their index, in whatever order they come."""
    payload = bytes(range(72))
    meter = Packet(0x0010, 0x7131, 0x0100, bytes(range(20)))
    document = live_data(specification, [Packet(*CONTROLLER, payload), meter])
    packets = document["headersets"][0]["packets"]
    packets.reverse()
    for packet in packets:
        random.Random(1).shuffle(packet["field_values"])
    document["headers"].append({"id": "never heard", "fields": []})
    found = {
        packet.packet.source: packet
        for packet in JsonReadings(specification).read(json.dumps(document))
    }
    assert found.keys() == {0x7112, 0x7131}
    template = specification.template(*CONTROLLER)
    assert template is not None
    assert template.raws(found[0x7112].packet.payload) == template.raws(payload)
    assert found[0x7131].packet.payload == meter.payload
    assert found[0x7112].timestamp == 1_795_000_000.0


def test_fields_that_did_not_arrive_stay_unknown(specification: Specification) -> None:
    """A short packet of old firmware is told with zeros, which are none."""
    short = Packet(*CONTROLLER, bytes([1] * 24))
    (packet,) = JsonReadings(specification).read(
        json.dumps(live_data(specification, [short]))
    )
    assert [field.id for field in packet.template.fields][-1] == "022_2_0"
    template = specification.template(*CONTROLLER)
    assert template is not None
    assert template.raws(packet.packet.payload) == template.raws(short.payload)


def test_zero_is_a_value(specification: Specification) -> None:
    """Zero degrees are told with a text, or without texts at all."""
    document = live_data(specification, [Packet(*CONTROLLER, bytes(72))])
    for value in document["headersets"][0]["packets"][0]["field_values"]:
        del value["value"]
    (packet,) = JsonReadings(specification).read(json.dumps(document))
    template = specification.template(*CONTROLLER)
    assert template is not None
    assert packet.template.fields == template.fields
    assert packet.packet.payload.rstrip(b"\0") == b""


def test_fault_codes_are_found_again(specification: Specification) -> None:
    """888.8 degrees become the raw integer that means a missing probe."""
    payload = (8888).to_bytes(2, "little") + bytes(70)
    (packet,) = JsonReadings(specification).read(
        json.dumps(live_data(specification, [Packet(*CONTROLLER, payload)]))
    )
    first = packet.template.fields[0]
    assert fault(first, first.raw(packet.packet.payload)) == "not_connected"


def unknown(*values: dict[str, Any]) -> str:
    """Return a document about a packet that no specification knows."""
    fields = [
        {
            "id": "000_2_0",
            "name": "Fühler",
            "unit": " °C",
            "unit_code": "DegreesCelsius",
        },
        {"id": "004_4_0", "name": "Zähler", "unit": " Wh", "unit_code": "WattHours"},
        {"id": "008_1_0", "name": "Zustand", "unit": "", "unit_code": "None"},
    ]
    header = {
        "channel": 2,
        "destination_address": 0x0010,
        "source_address": 0x4F7F,
        "command": 0x0100,
        "fields": fields,
    }
    packet = {"header_index": 0, "field_values": list(values)}
    return json.dumps({"headers": [header], "headersets": [{"packets": [packet]}]})


def test_unknown_packets_explain_themselves(specification: Specification) -> None:
    """Their own names and units count, and a field keeps its place."""
    readings = JsonReadings(specification)
    (first,) = readings.read(
        unknown(
            {"field_index": 0, "raw_value": -8.5, "value": "-8.5 °C"},
            {"field_index": 1, "raw_value": 12345678901, "value": "12345678901 Wh"},
        )
    )
    assert first.channel == 2
    assert first.timestamp is None
    sensor, counter = first.template.fields
    assert (sensor.id, sensor.unit, sensor.names["fr"]) == ("000_2_0", "°C", "Fühler")
    assert sensor.value(first.packet.payload) == -8.5
    assert sensor.is_int16
    assert counter.value(first.packet.payload) == 12345678901

    (second,) = readings.read(
        unknown(
            {"field_index": 1, "raw_value": 12345678902, "value": "12345678902 Wh"},
            {"field_index": 0, "raw_value": 888.8, "value": "888.8 °C"},
        )
    )
    assert counter.value(second.packet.payload) == 12345678902
    assert fault(sensor, sensor.raw(second.packet.payload)) == "not_connected"

    (third,) = readings.read(unknown({"field_index": 2, "raw_value": 3, "value": "3"}))
    assert sensor.value(third.packet.payload) is None
    assert counter.value(third.packet.payload) is None
    assert third.template.raws(third.packet.payload) == (3,)


def test_values_that_fit_nowhere_are_left_out(specification: Specification) -> None:
    """What its field cannot hold was told of something else."""
    document = live_data(specification, [Packet(*CONTROLLER, bytes(72))])
    values = document["headersets"][0]["packets"][0]["field_values"]
    values[0]["raw_value"] = 1e6
    values[1]["raw_value"] = True
    values[2]["raw_value"] = None
    values[3]["raw_value"] = 1e300
    text = json.dumps(document).replace('"field_index": 4', '"field_index": 4000')
    (packet,) = JsonReadings(specification).read(text)
    assert [field.id for field in packet.template.fields][0] == "010_2_0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><body>Login</body></html>",
        "[]",
        "{}",
        '{"headers": {}, "headersets": []}',
        "[" * 100_000,
        b"\xff\xfe\x00",
        "NaN",
    ],
)
def test_pages_for_people_are_refused(
    specification: Specification, text: str | bytes
) -> None:
    """Anything but live data raises one error."""
    with pytest.raises(InputError):
        JsonReadings(specification).read(text)


def test_nonsense_inside_is_left_out(specification: Specification) -> None:
    """Wrong types anywhere in a document never raise."""
    chance = random.Random(7)
    good = json.dumps(live_data(specification, [Packet(*CONTROLLER, bytes(72))]))
    junk: list[Any] = [None, True, -1, 1e400, "x", [], {}, [[]], 99999, float("nan")]

    def spoil(node: Any) -> Any:
        if chance.random() < 0.02:
            return chance.choice(junk)
        if isinstance(node, dict):
            return {key: spoil(value) for key, value in node.items()}
        if isinstance(node, list):
            return [spoil(value) for value in node]
        return node

    for _ in range(150):
        document = spoil(json.loads(good))
        readings = JsonReadings(specification)
        try:
            packets = readings.read(json.dumps(document))
        except InputError:
            continue
        for packet in packets:
            packet.template.raws(packet.packet.payload)


@pytest.mark.parametrize(
    "number", ["1e400", "1e999999", "1e99999999", "1e-99999999", "1" + 400 * "0"]
)
def test_numbers_beyond_all_measures(specification: Specification, number: str) -> None:
    """No number of digits raises: such a value is left out, such a time is unknown."""
    document = live_data(specification, [Packet(*CONTROLLER, bytes(range(72)))])
    told = document["headersets"][0]["packets"][0]
    told["timestamp"] = 4711.25
    told["field_values"][0]["raw_value"] = 4712.25
    text = json.dumps(document)
    (packet,) = JsonReadings(specification).read(text.replace("4711.25", number))
    assert packet.timestamp in (None, 0.0)
    (packet,) = JsonReadings(specification).read(text.replace("4712.25", number))
    assert packet.timestamp == 4711.25
    assert packet.template.raws(packet.packet.payload)


def test_channels_are_told_apart(specification: Specification) -> None:
    """The inputs of a DL3 may have the same controller twice."""
    one = live_data(specification, [Packet(*CONTROLLER, bytes(72))], channel=1)
    two = live_data(specification, [Packet(*CONTROLLER, bytes([1] * 72))], channel=3)
    two["headersets"][0]["packets"][0]["header_index"] = 1
    document = {
        "headers": one["headers"] + two["headers"],
        "headersets": [
            {
                "packets": one["headersets"][0]["packets"]
                + two["headersets"][0]["packets"]
            }
        ],
    }
    packets = JsonReadings(specification).read(json.dumps(document))
    assert channels(packets) == (1, 3)
    assert packets[0].packet.payload != packets[1].packet.payload


@pytest.mark.parametrize("timestamp", [10**400, -(10**400), True, "soon", None, 1e308])
def test_a_packet_with_an_impossible_time_is_read(
    specification: Specification, timestamp: object
) -> None:
    """What an adapter says of the time never keeps the values away."""
    document = live_data(specification, [Packet(*CONTROLLER, bytes(72))])
    document["headersets"][0]["packets"][0]["timestamp"] = timestamp
    (packet,) = JsonReadings(specification).read(json.dumps(document))
    assert packet.packet.source == CONTROLLER[1]
