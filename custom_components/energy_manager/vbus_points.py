"""What a packet's fields are to Home Assistant: class, unit, name and reading."""

from collections.abc import Callable
from dataclasses import dataclass, field as dataclass_field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
import re
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.util import dt as dt_util

from .counter_guard import CounterGuard, Number
from .deadband import Band
from .engine.vbus import (
    BlockQuantity,
    BlockReading,
    Field,
    FieldType,
    PacketTemplate,
    decode_blocks,
    fault,
)
from .vbus_quantities import QUANTITIES, UNITLESS, Quantity

LANGUAGES: Final = ("en", "de", "fr")
"""The languages of a specification."""

CLOCK_START: Final = datetime(2001, 1, 1)
"""A controller's clock counts from here, in its own local time."""

EXACT: Final = 2**53
"""Integers up to here are exact as floating-point numbers."""

_PERIOD: Final = re.compile(r"today|yesterday|week|month|year|previ", re.IGNORECASE)
"""Names of counters of a day, a week and so on: they fall to zero again and again."""

_NOT_COUNTED: Final = re.compile(
    r"yesterday|previ|param|timer|time\b|remaining|maximum|breaking", re.IGNORECASE
)
"""Names of numbers in a counter's unit that do not count: settings, times that are
left, and what a day or week that is over has brought."""

CLOCK_BAND: Final = Band(near=60.0, far=60.0)
"""A controller's clock need not be told every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a point says now."""

    value: Number | None
    """Exact also where a counter has more digits than a floating-point number."""
    fault: str | None = None
    raw: int | None = None
    """The integer on the wire, None where there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a packet as Home Assistant shows it."""

    key: str
    quantity: Quantity
    precision: int
    read: Callable[[bytes], Reading]
    name: str | None = None
    """The specification's own name; else the translation key counts."""
    english: str = ""
    """Its English name, by which its use is told."""
    translation_key: str | None = None
    placeholders: dict[str, str] = dataclass_field(default_factory=dict)
    can_fail: bool = False
    """Whether a fault of the probe can be told from its numbers."""
    text: Callable[[float], datetime | str] | None = None
    """How a clock's number is shown; None for an ordinary number."""

    @property
    def counts(self) -> bool:
        """Whether this is a counter whose growth Home Assistant adds up."""
        return self.quantity.state_class is SensorStateClass.TOTAL_INCREASING

    @property
    def of_a_period(self) -> bool:
        """Whether this is the part of a total that a day, week or year brought."""
        return _PERIOD.search(self.english) is not None

    def counter_guard(self) -> CounterGuard:
        """Return what keeps spikes of this counter out; it takes raw integers."""
        rate = self.quantity.rate_per_h
        return CounterGuard(
            step=1,
            rate_per_s=None if rate is None else rate * 10**self.precision / 3600,
        )

    def shown(self, raw: int) -> Number:
        """Return what a raw integer means in its unit, without any loss."""
        if not self.precision:
            return raw
        if abs(raw) < EXACT:
            return raw / 10.0**self.precision
        return Decimal(raw).scaleb(-self.precision)


def language_of(language: str) -> str:
    """Return the specification's language that fits Home Assistant's best."""
    short = language.split("-", maxsplit=1)[0].lower()
    return short if short in LANGUAGES else "en"


def points_of_template(template: PacketTemplate, language: str) -> list[Point]:
    """Return the points of a packet that the specification knows."""
    return [point_of_field(field, language) for field in template.fields]


def point_of_field(field: Field, language: str) -> Point:
    """Return the point of one field."""
    quantity = _quantity(field)
    can_fail = fault(field, 8888) is not None
    counts = quantity.state_class is SensorStateClass.TOTAL_INCREASING

    def read(payload: bytes) -> Reading:
        raw = field.raw(payload)
        if raw is None or (counts and raw < 0):
            # A counter below zero is not there: all of its bits are set.
            return Reading(value=None)
        if can_fail and (told := fault(field, raw)) is not None:
            return Reading(value=None, fault=told)
        return Reading(value=point.shown(raw), raw=raw)

    point = Point(
        key=field.id,
        quantity=quantity,
        precision=field.precision,
        read=read,
        name=field.names[language] or field.names["en"] or field.id,
        english=field.names["en"],
        translation_key=quantity.icon_key,
        text=_CLOCKS.get(field.type),
        can_fail=can_fail,
    )
    return point


def _quantity(field: Field) -> Quantity:
    """Return what a field's unit, type and name make of it."""
    if field.type in _CLOCKS:
        is_date = field.type is FieldType.DATETIME
        return Quantity(
            device_class=SensorDeviceClass.TIMESTAMP if is_date else None,
            band=CLOCK_BAND,
            useful=False,
        )
    quantity = QUANTITIES.get(field.unit)
    if quantity is None:
        return (
            Quantity(
                unit=field.unit, state_class=SensorStateClass.MEASUREMENT, useful=False
            )
            if field.unit
            else UNITLESS
        )
    counted = quantity.state_class is SensorStateClass.TOTAL_INCREASING
    if counted and _NOT_COUNTED.search(field.names["en"]):
        return replace(quantity, state_class=None, useful=False)
    return quantity


_BLOCK_TEXTS: Final = {
    BlockQuantity.TEMPERATURE: "block_temperature",
    BlockQuantity.SPEED: "block_output",
    BlockQuantity.HEAT: "block_heat",
}
"""Values of self-explaining packets that are shown, with their translation keys."""


_BLOCK_UNITS: Final = {
    BlockQuantity.TEMPERATURE: "°C",
    BlockQuantity.SPEED: "%",
    BlockQuantity.HEAT: "Wh",
}

_BLOCK_QUANTITIES: Final = {str(quantity): quantity for quantity in _BLOCK_TEXTS}


def points_of_blocks(payload: bytes) -> list[Point]:
    """Return the points of a packet that explains itself."""
    points = [point_of_block(reading.id) for reading in _block_readings(payload)]
    return [point for point in points if point is not None]


def _block_readings(payload: bytes) -> list[BlockReading]:
    """Return all readings of a packet that explains itself."""
    return [
        reading for section in decode_blocks(payload) for reading in section.readings
    ]


def point_of_block(key: str) -> Point | None:
    """Return the point of a value in packets that explain themselves, by its key."""
    name, _, number = key.rpartition("_")
    quantity = _BLOCK_QUANTITIES.get(name)
    if quantity is None or not number.isdecimal():
        return None

    def read(payload: bytes) -> Reading:
        for reading in _block_readings(payload):
            if reading.id == key:
                raw = None if reading.value is None else reading.raw
                return Reading(value=reading.value, fault=reading.fault, raw=raw)
        return Reading(value=None)

    is_temperature = quantity is BlockQuantity.TEMPERATURE
    return Point(
        key=key,
        quantity=QUANTITIES[_BLOCK_UNITS[quantity]],
        precision=1 if is_temperature else 0,
        read=read,
        translation_key=_BLOCK_TEXTS[quantity],
        placeholders={"number": number},
        can_fail=is_temperature,
    )


def _clock(seconds: float) -> datetime:
    """Return a controller's date and time, which is in local time without a zone."""
    return (CLOCK_START + timedelta(seconds=seconds)).replace(
        tzinfo=dt_util.get_default_time_zone()
    )


def _time_of_day(minutes: float) -> str:
    """Return minutes since midnight as a time of day."""
    hours, rest = divmod(int(minutes) % 1440, 60)
    return time(hours, rest).isoformat(timespec="minutes")


def _time_of_week(minutes: float) -> str:
    """Return minutes since Monday 0:00 as the day's number (1 to 7) and time."""
    return f"{int(minutes) // 1440 % 7 + 1} {_time_of_day(minutes)}"


_CLOCKS: Final[dict[FieldType, Callable[[float], datetime | str]]] = {
    FieldType.DATETIME: _clock,
    FieldType.TIME: _time_of_day,
    FieldType.WEEKTIME: _time_of_week,
}
