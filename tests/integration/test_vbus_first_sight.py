"""What is shown of a packet at first, exact numbers, and who belongs on the bus."""

from decimal import Decimal

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
import pytest

from custom_components.energy_manager.engine.vbus import (
    Datagram,
    Field,
    FieldType,
    Packet,
    Specification,
)
from custom_components.energy_manager.engine.vbus.layout import Part, raw_reader
from custom_components.energy_manager.vbus_first_sight import shown_at_first
from custom_components.energy_manager.vbus_packets import (
    FALLBACK_SIGHTINGS,
    FORGET_S,
    LONE_SIGHTINGS,
    HeardPackets,
)
from custom_components.energy_manager.vbus_points import (
    Point,
    point_of_field,
    points_of_template,
)

MOST_SHOWN = 12
"""Values of a packet without any probe: outputs, flow, power and totals."""


@pytest.fixture(scope="module")
def specification() -> Specification:
    """The shipped specification."""
    return Specification.load()


def points(
    specification: Specification, source: int, command: int = 0x0100
) -> list[Point]:
    """Return the points of the measurements of a controller."""
    template = specification.template(0x0010, source, command)
    assert template is not None
    return points_of_template(template, "de")


def payload(length: int, **numbers: int) -> bytes:
    """Return zeros with some integers of two bytes, as `at_4=215`."""
    data = bytearray(length)
    for place, number in numbers.items():
        at = int(place.removeprefix("at_"))
        data[at : at + 2] = number.to_bytes(2, "little", signed=True)
    return bytes(data)


def test_a_large_controller_shows_what_is_in_use(specification: Specification) -> None:
    """Two probes, a pump and a flow of an MX with twenty inputs, at night."""
    mx = points(specification, 0x7E11)
    unused = {f"at_{2 * number}": 9999 for number in range(20)}
    said = payload(108, **{**unused, "at_0": 215, "at_2": 8888, "at_4": -12})
    shown = shown_at_first(mx, said)
    assert {"000_2_0", "004_2_0"} <= shown
    assert "002_2_0" not in shown, "not connected"
    assert "006_2_0" not in shown, "not used"
    assert {"076_1_0", "077_1_0", "040_4_0"} <= shown, "the first pumps and flow"
    assert not {"089_1_0", "103_1_0", "048_4_0"} & shown, "at rest and far behind"
    assert not {"096_4_0", "096_1_1", "092_4_0"} & shown, "masks and the clock"
    assert len(shown) <= 10
    by_day = bytearray(said)
    by_day[89] = 100
    by_day[48] = 250
    assert {"089_1_0", "048_4_0"} <= shown_at_first(mx, bytes(by_day))


def test_totals_are_shown_and_their_parts_are_not(
    specification: Specification,
) -> None:
    """A heat meter: total and power; neither today nor the week."""
    meter = points(specification, 0x7131)
    shown = shown_at_first(meter, bytes([1] * 20))
    assert {"000_4_0", "004_4_0"} <= shown
    assert not {"008_4_0", "012_4_0"} & shown


def test_every_packet_shows_a_small_set(specification: Specification) -> None:
    """Whatever the controller: at rest and without probes hardly anything."""
    for number, row in enumerate(specification._table["packets"]):
        if row[0] != 0x0010:
            continue
        template = specification._template(number)
        said = bytearray(512)
        for field in template.fields:
            if field.is_int16:
                at = field.parts[0][0]
                said[at : at + 2] = (9999).to_bytes(2, "little")
        found = points_of_template(template, "en")
        shown = shown_at_first(found, bytes(said))
        probes = sum(point.quantity.unit == "°C" for point in found)
        assert len(shown) <= MOST_SHOWN + probes - sum(
            point.can_fail and point.quantity.unit == "°C" for point in found
        )


def test_what_is_over_and_what_is_set_does_not_count(
    specification: Specification,
) -> None:
    """Yesterday's heat and parameters of a pump are no counters; today's heat is."""
    seen: dict[str, SensorStateClass | None] = {}
    for number, row in enumerate(specification._table["packets"]):
        if row[0] == 0x0010:
            for point in points_of_template(specification._template(number), "en"):
                seen[point.english] = point.quantity.state_class
    assert seen["Heat Yesterday"] is None
    assert seen["Volume previous month"] is None
    assert seen["Mixer runtime"] is None
    assert seen["Heat quantity today"] is SensorStateClass.TOTAL_INCREASING
    assert seen["Operating hours relay 1"] is SensorStateClass.TOTAL_INCREASING
    assert seen["Operating seconds relay 1"] is SensorStateClass.TOTAL_INCREASING


def counter(size: int, precision: int) -> Point:
    """Return the point of a plain counter."""
    parts: tuple[Part, ...] = tuple((at, 0, 0xFF, 0, 256**at) for at in range(size))
    field = Field(
        id="000_8_0",
        names={"en": "Heat", "de": "", "fr": ""},
        unit="Wh",
        unit_suffix=" Wh",
        unit_code="WattHours",
        precision=precision,
        type=FieldType.NUMBER,
        parts=parts,
        _read=raw_reader(parts),
    )
    return point_of_field(field, "de")


@pytest.mark.parametrize("number", [2**53 + 1, 2**62 - 1, 2**64 - 1, 1234567])
def test_large_counters_are_exact(number: int) -> None:
    """All digits of 64 bits arrive, with decimals too."""
    data = number.to_bytes(8, "little")
    whole = counter(8, 0).read(data)
    assert whole.value == number
    assert str(whole.value) == str(number)
    scaled = counter(8, 3).read(data)
    assert scaled.raw == number
    assert Decimal(str(scaled.value)) == Decimal(number) / 1000


def test_names_fall_back_to_english() -> None:
    """Some values have no name in every language."""
    point = counter(4, 0)
    assert point.name == "Heat"
    assert point.quantity.device_class is SensorDeviceClass.ENERGY


BLOCKS = Packet(0x0015, 0x6F01, 0x0100, bytes.fromhex("010100007300b822"))


def seen(
    packets: HeardPackets, packet: Packet, times: int, *, gap_s: float = 1.0
) -> int | None:
    """Return after how many sightings a packet counts, None if it does not."""
    for number in range(1, times + 1):
        heard = packets.take(packet, number * gap_s)
        packets.age(number * gap_s)
        if heard is not None and packets.believe(heard):
            return number
    return None


def test_three_sightings_close_together(specification: Specification) -> None:
    """Damage that comes once in a while never adds up to a device."""
    controller = Packet(0x0010, 0x7112, 0x0100, bytes(72))
    assert seen(HeardPackets(specification, "en"), controller, 3) == 3
    rare = HeardPackets(specification, "en")
    assert seen(rare, controller, 20, gap_s=FORGET_S + 1) is None


def test_impossible_packets_make_no_device(specification: Specification) -> None:
    """What recordings carry along: no template, or no display is meant."""
    for destination, source in ((0x0610, 0x3811), (0x0010, 0x0010), (0x4602, 0x1211)):
        packets = HeardPackets(specification, "en")
        damage = Packet(destination, source, 0x0100, bytes(40))
        assert seen(packets, damage, 50) is None
    empty = Packet(0x0010, 0x7112, 0x0100, b"")
    assert seen(HeardPackets(specification, "en"), empty, 50) is None


def test_who_leads_the_bus_belongs_there(specification: Specification) -> None:
    """An unknown controller is believed sooner if it offers the bus."""
    lone = HeardPackets(specification, "en")
    assert seen(lone, BLOCKS, 50) == LONE_SIGHTINGS
    leading = HeardPackets(specification, "en")
    for _ in range(3):
        leading.take_offer(Datagram(0x0000, 0x6F01, 0x0500, 0, 0))
        leading.take_offer(Datagram(0x0020, 0x6F02, 0x0100, 0, 0))
    assert leading.belongs(0x6F01)
    assert not leading.belongs(0x6F02)
    assert seen(leading, BLOCKS, 50) == FALLBACK_SIGHTINGS
