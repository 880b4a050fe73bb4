"""What a packet's fields are to Home Assistant: class, unit, name and reading."""

from collections.abc import Callable
from dataclasses import dataclass, field as dataclass_field
from datetime import datetime, time, timedelta
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfIrradiance,
    UnitOfPower,
    UnitOfPressure,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)
from homeassistant.util import dt as dt_util

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

LANGUAGES: Final = ("en", "de", "fr")
"""The languages of a specification."""

CLOCK_START: Final = datetime(2001, 1, 1)
"""A controller's clock counts from here, in its own local time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What a unit of the specification is to Home Assistant."""

    unit: str | None = None
    device_class: SensorDeviceClass | None = None
    state_class: SensorStateClass | None = None
    band: Band | None = None
    icon_key: str | None = None
    useful: bool = True


_MEASURED: Final = SensorStateClass.MEASUREMENT
_COUNTED: Final = SensorStateClass.TOTAL_INCREASING

UNITLESS: Final = Quantity(useful=False)

_TEMPERATURE_BAND: Final = Band(near=0.2, far=1.0)

QUANTITIES: Final[dict[str, Quantity]] = {
    "°C": Quantity(
        unit=UnitOfTemperature.CELSIUS,
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=_MEASURED,
        band=_TEMPERATURE_BAND,
    ),
    "°F": Quantity(
        unit=UnitOfTemperature.FAHRENHEIT,
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=_MEASURED,
        band=Band(near=0.4, far=2.0),
    ),
    "K": Quantity(
        unit=UnitOfTemperature.KELVIN,
        device_class=SensorDeviceClass.TEMPERATURE_DELTA,
        state_class=_MEASURED,
        band=_TEMPERATURE_BAND,
    ),
    # Pump speeds and valve positions: neither a battery nor a power factor.
    "%": Quantity(
        unit=PERCENTAGE,
        state_class=_MEASURED,
        band=Band(near=1.0, far=10.0),
        icon_key="block_output",
    ),
    "%RH": Quantity(
        unit=PERCENTAGE,
        device_class=SensorDeviceClass.HUMIDITY,
        state_class=_MEASURED,
        band=Band(near=1.0, far=3.0),
    ),
    "Wh": Quantity(
        unit=UnitOfEnergy.WATT_HOUR,
        device_class=SensorDeviceClass.ENERGY,
        state_class=_COUNTED,
        band=Band(near=1.0, far=100.0),
    ),
    "kWh": Quantity(
        unit=UnitOfEnergy.KILO_WATT_HOUR,
        device_class=SensorDeviceClass.ENERGY,
        state_class=_COUNTED,
    ),
    "MWh": Quantity(
        unit=UnitOfEnergy.MEGA_WATT_HOUR,
        device_class=SensorDeviceClass.ENERGY,
        state_class=_COUNTED,
    ),
    "BTU": Quantity(unit="BTU", state_class=_COUNTED, icon_key="block_heat"),
    "W": Quantity(
        unit=UnitOfPower.WATT,
        device_class=SensorDeviceClass.POWER,
        state_class=_MEASURED,
        band=Band(near=10.0, far=50.0, share=0.1),
    ),
    "kW": Quantity(
        unit=UnitOfPower.KILO_WATT,
        device_class=SensorDeviceClass.POWER,
        state_class=_MEASURED,
        band=Band(near=0.01, far=0.05, share=0.05),
    ),
    "l/h": Quantity(
        unit=UnitOfVolumeFlowRate.LITERS_PER_HOUR,
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=_MEASURED,
        band=Band(near=5.0, far=20.0, share=0.1),
    ),
    "l/min": Quantity(
        unit=UnitOfVolumeFlowRate.LITERS_PER_MINUTE,
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.05),
    ),
    "m³/h": Quantity(
        unit=UnitOfVolumeFlowRate.CUBIC_METERS_PER_HOUR,
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=_MEASURED,
        band=Band(near=0.01, far=0.05, share=0.05),
    ),
    "l": Quantity(
        unit=UnitOfVolume.LITERS,
        device_class=SensorDeviceClass.VOLUME,
        state_class=_COUNTED,
        band=Band(near=1.0, far=20.0),
    ),
    "m³": Quantity(
        unit=UnitOfVolume.CUBIC_METERS,
        device_class=SensorDeviceClass.VOLUME,
        state_class=_COUNTED,
    ),
    "bar": Quantity(
        unit=UnitOfPressure.BAR,
        device_class=SensorDeviceClass.PRESSURE,
        state_class=_MEASURED,
        band=Band(near=0.02, far=0.1),
    ),
    "hPa": Quantity(
        unit=UnitOfPressure.HPA,
        device_class=SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        state_class=_MEASURED,
        band=Band(near=1.0, far=5.0),
    ),
    "W/m²": Quantity(
        unit=UnitOfIrradiance.WATTS_PER_SQUARE_METER,
        device_class=SensorDeviceClass.IRRADIANCE,
        state_class=_MEASURED,
        band=Band(near=10.0, far=50.0, share=0.1),
    ),
    "h": Quantity(
        unit=UnitOfTime.HOURS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_COUNTED,
    ),
    "s": Quantity(
        unit=UnitOfTime.SECONDS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_COUNTED,
        band=Band(near=60.0, far=600.0),
        useful=False,
    ),
    "min": Quantity(
        unit=UnitOfTime.MINUTES,
        device_class=SensorDeviceClass.DURATION,
        state_class=_MEASURED,
        useful=False,
    ),
    "d": Quantity(
        unit=UnitOfTime.DAYS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_MEASURED,
        useful=False,
    ),
    "ms": Quantity(
        unit=UnitOfTime.MILLISECONDS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_MEASURED,
        band=Band(near=1.0, far=10.0, share=0.1),
        useful=False,
    ),
    "V": Quantity(
        unit=UnitOfElectricPotential.VOLT,
        device_class=SensorDeviceClass.VOLTAGE,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.02),
    ),
    "A": Quantity(
        unit=UnitOfElectricCurrent.AMPERE,
        device_class=SensorDeviceClass.CURRENT,
        state_class=_MEASURED,
        band=Band(near=0.05, far=0.2, share=0.05),
    ),
    "mA": Quantity(
        unit=UnitOfElectricCurrent.MILLIAMPERE,
        device_class=SensorDeviceClass.CURRENT,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.05),
    ),
    "Hz": Quantity(
        unit=UnitOfFrequency.HERTZ,
        device_class=SensorDeviceClass.FREQUENCY,
        state_class=_MEASURED,
        band=Band(near=0.1, far=1.0, share=0.02),
    ),
    "m/s": Quantity(
        unit=UnitOfSpeed.METERS_PER_SECOND,
        device_class=SensorDeviceClass.SPEED,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.05),
    ),
    "°": Quantity(unit=DEGREE, state_class=_MEASURED),
    # The specification writes the ohm sign, not the Greek letter.
    "\N{OHM SIGN}": Quantity(
        unit="Ω", state_class=_MEASURED, band=Band(near=0.5, far=5.0), useful=False
    ),
}

CLOCK_BAND: Final = Band(near=60.0, far=60.0)
"""A controller's clock need not be told every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a point says now."""

    value: float | None
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a packet as Home Assistant shows it."""

    key: str
    quantity: Quantity
    precision: int
    read: Callable[[bytes], Reading]
    name: str | None = None
    """The specification's own name; else the translation key counts."""
    translation_key: str | None = None
    placeholders: dict[str, str] = dataclass_field(default_factory=dict)
    can_fail: bool = False
    """Whether a fault of the probe can be told from its numbers."""
    text: Callable[[float], datetime | str] | None = None
    """How a clock's number is shown; None for an ordinary number."""


def language_of(language: str) -> str:
    """Return the specification's language that fits Home Assistant's best."""
    short = language.split("-", maxsplit=1)[0].lower()
    return short if short in LANGUAGES else "en"


def points_of_template(template: PacketTemplate, language: str) -> list[Point]:
    """Return the points of a packet that the specification knows."""
    return [_point_of_field(field, language) for field in template.fields]


def _point_of_field(field: Field, language: str) -> Point:
    """Return the point of one field."""

    def read(payload: bytes) -> Reading:
        raw = field.raw(payload)
        if raw is None:
            return Reading(value=None)
        if (told := fault(field, raw)) is not None:
            return Reading(value=None, fault=told)
        return Reading(value=field.scaled(raw))

    text = _CLOCKS.get(field.type)
    quantity = QUANTITIES.get(field.unit)
    if text is not None:
        device_class = (
            SensorDeviceClass.TIMESTAMP if field.type is FieldType.DATETIME else None
        )
        quantity = Quantity(device_class=device_class, band=CLOCK_BAND, useful=False)
    elif quantity is None:
        quantity = (
            Quantity(unit=field.unit, state_class=_MEASURED, useful=False)
            if field.unit
            else UNITLESS
        )
    return Point(
        key=field.id,
        quantity=quantity,
        precision=field.precision,
        read=read,
        name=field.names[language] or field.names["en"] or field.id,
        translation_key=quantity.icon_key,
        text=text,
        can_fail=fault(field, 8888) is not None,
    )


_BLOCK_TEXTS: Final = {
    BlockQuantity.TEMPERATURE: "block_temperature",
    BlockQuantity.SPEED: "block_output",
    BlockQuantity.HEAT: "block_heat",
}
"""Values of self-explaining packets that are shown, with their translation keys."""


def points_of_blocks(payload: bytes) -> list[Point]:
    """Return the points of a packet that explains itself."""
    return [
        _point_of_block(reading)
        for reading in _block_readings(payload)
        if reading.quantity in _BLOCK_TEXTS
    ]


def _block_readings(payload: bytes) -> list[BlockReading]:
    """Return all readings of a packet that explains itself."""
    return [
        reading for section in decode_blocks(payload) for reading in section.readings
    ]


def _point_of_block(first: BlockReading) -> Point:
    """Return the point of a value in a packet that explains itself."""

    def read(payload: bytes) -> Reading:
        for reading in _block_readings(payload):
            if reading.id == first.id:
                return Reading(value=reading.value, fault=reading.fault)
        return Reading(value=None)

    return Point(
        key=first.id,
        quantity=QUANTITIES[first.unit],
        precision=1 if first.quantity is BlockQuantity.TEMPERATURE else 0,
        read=read,
        translation_key=_BLOCK_TEXTS[first.quantity],
        placeholders={"number": str(first.number)},
        can_fail=first.quantity is BlockQuantity.TEMPERATURE,
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
