"""What packets mean to Home Assistant, without any wire."""

from datetime import datetime
from zoneinfo import ZoneInfo

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
)
from homeassistant.util import dt as dt_util
import pytest

from custom_components.energy_manager.engine.vbus import Packet, Specification
from custom_components.energy_manager.vbus_packets import (
    FORGET_S,
    MAX_PACKETS,
    HeardPackets,
)
from custom_components.energy_manager.vbus_points import (
    Point,
    language_of,
    points_of_template,
)
from custom_components.energy_manager.vbus_quantities import QUANTITIES


@pytest.fixture(scope="module")
def specification() -> Specification:
    """The shipped specification."""
    return Specification.load()


def point_of(specification: Specification, source: int, key: str) -> Point:
    """Return a point of the measurements of a controller."""
    template = specification.template(0x0010, source, 0x0100)
    assert template is not None
    return next(
        point for point in points_of_template(template, "en") if point.key == key
    )


@pytest.mark.parametrize("unit", QUANTITIES)
def test_units_fit_their_classes(unit: str) -> None:
    """Home Assistant accepts every unit and state class for its device class."""
    quantity = QUANTITIES[unit]
    if quantity.device_class is not None:
        assert quantity.unit in DEVICE_CLASS_UNITS[quantity.device_class]
        assert quantity.state_class in DEVICE_CLASS_STATE_CLASSES[quantity.device_class]


def test_every_unit_of_the_specification_is_known(
    specification: Specification,
) -> None:
    """Only rare units without a class of Home Assistant are left to their text."""
    left = {
        field.unit
        for table in specification._table["packets"]
        for field in specification._template(
            specification._table["packets"].index(table)
        ).fields
    } - QUANTITIES.keys()
    assert left == {
        "",
        "Bq/m³",
        "Imp/h",
        "kWh/(m²*d)",
        "kg/h",
        "kg/m³",
        "l/(m²*d)",
        "m²",
    }


def test_a_controllers_clock_is_local_time(specification: Specification) -> None:
    """A date counts from 2001 on the wall of the house."""
    dt_util.set_default_time_zone(ZoneInfo("Europe/Berlin"))
    point = point_of(specification, 0x7112, "048_4_0")
    assert point.quantity.device_class is SensorDeviceClass.TIMESTAMP
    assert not point.quantity.useful
    assert point.text is not None
    summer = datetime(2026, 6, 21, 12, 0) - datetime(2001, 1, 1)
    shown = point.text(summer.total_seconds())
    assert isinstance(shown, datetime)
    assert shown.isoformat() == "2026-06-21T12:00:00+02:00"


def test_times_are_shown_as_people_write_them(specification: Specification) -> None:
    """Minutes since midnight, and since Monday."""
    time = point_of(specification, 0x2211, "022_2_0")
    assert time.text is not None
    assert time.text(61) == "01:01"
    week = point_of(specification, 0x7321, "066_2_0")
    assert week.text is not None
    assert week.text(2 * 1440 + 605) == "3 10:05"


def test_missing_bytes_are_unknown(specification: Specification) -> None:
    """Older firmware sends shorter packets."""
    reading = point_of(specification, 0x7112, "024_4_0").read(bytes(24))
    assert reading.value is None
    assert reading.fault is None
    assert point_of(specification, 0x7112, "000_2_0").read(bytes(24)).value == 0


def test_languages() -> None:
    """The specification knows three languages; all others get English."""
    assert language_of("de-CH") == "de"
    assert language_of("fr") == "fr"
    assert language_of("nb") == "en"


def test_damage_is_forgotten(specification: Specification) -> None:
    """Impossible packets do not fill the memory for ever."""
    packets = HeardPackets(specification, "en")
    for number in range(MAX_PACKETS):
        assert packets.take(Packet(0x0010, number, 0x0100, b""), 0.0) is not None
    controller = Packet(0x0010, 0x7112, 0x0100, bytes(72))
    assert packets.take(controller, 1.0) is None
    assert packets.take(Packet(0x6651, 0x7112, 0x0100, b""), 1.0) is None
    assert len(packets.age(61.0)) == MAX_PACKETS
    assert packets.age(FORGET_S + 1.0) == []
    assert list(packets) == []
    for second in range(3):
        packet = packets.take(controller, FORGET_S + second)
        assert packet is not None
        assert packets.believe(packet) == (second == 2)
    assert packets.heard(0x7112, FORGET_S + 3)
    packets.age(10 * FORGET_S)
    assert list(packets) == [packet]
    assert not packets.heard(0x7112, 10 * FORGET_S)
