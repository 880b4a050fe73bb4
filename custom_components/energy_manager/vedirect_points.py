"""What the values of a VE.Direct device are to Home Assistant."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)

from .counter_guard import CounterGuard
from .deadband import Band
from .engine.vedirect import LABELS, Kind, Value

AMPERE_HOUR: Final = "Ah"

_UNITS: Final[dict[str, tuple[str, SensorDeviceClass | None, Band]]] = {
    "V": (
        UnitOfElectricPotential.VOLT,
        SensorDeviceClass.VOLTAGE,
        Band(near=0.05, far=0.3, share=0.02, pace_s=600.0),
    ),
    "A": (
        UnitOfElectricCurrent.AMPERE,
        SensorDeviceClass.CURRENT,
        Band(near=0.3, far=2.0, share=0.2, pace_s=600.0),
    ),
    "W": (
        UnitOfPower.WATT,
        SensorDeviceClass.POWER,
        Band(near=5.0, far=30.0, share=0.2, pace_s=300.0),
    ),
    "VA": (
        UnitOfApparentPower.VOLT_AMPERE,
        SensorDeviceClass.APPARENT_POWER,
        Band(near=5.0, far=30.0, share=0.2, pace_s=300.0),
    ),
    "Ah": (AMPERE_HOUR, None, Band(near=0.5, far=5.0, pace_s=900.0)),
    "kWh": (
        UnitOfEnergy.KILO_WATT_HOUR,
        SensorDeviceClass.ENERGY,
        Band(near=0.01, far=0.1, pace_s=600.0),
    ),
    "%": (PERCENTAGE, None, Band(near=0.5, far=1.0, pace_s=600.0)),
    "°C": (
        UnitOfTemperature.CELSIUS,
        SensorDeviceClass.TEMPERATURE,
        Band(near=1.0, far=2.0, pace_s=600.0),
    ),
    "min": (
        UnitOfTime.MINUTES,
        SensorDeviceClass.DURATION,
        Band(near=10.0, far=60.0, share=0.2, pace_s=900.0),
    ),
    "s": (
        UnitOfTime.SECONDS,
        SensorDeviceClass.DURATION,
        Band(near=3600.0, far=3600.0),
    ),
}
"""Unit, class and band. The paces keep a device below 60 rows of the recorder per hour
however restless its readings are; powers, which matter most, get the most of them."""

_OWN_BANDS: Final = {
    "panel_voltage": Band(near=1.0, far=10.0, share=0.1, pace_s=900.0),
    "ac_voltage": Band(near=1.0, far=5.0, pace_s=900.0),
    "tracker_mode": Band(near=0.0, far=0.0, pace_s=600.0),
}
"""Bands of readings that move otherwise than others of their unit."""

_STATE_CLASSES: Final = {
    Kind.MEASUREMENT: SensorStateClass.MEASUREMENT,
    Kind.COUNTER: SensorStateClass.TOTAL_INCREASING,
    Kind.DRAWN: SensorStateClass.TOTAL,
}

_NAMED_BY_CLASS: Final = frozenset(
    {"voltage", "current", "power", "temperature", "state_of_charge"}
)
"""Values whose name the device class gives, as in victron_ble."""

ENERGY_BAND: Final = _UNITS["kWh"][2]

_MAXIMUM_POWER_W: Final = 20_000.0
"""No device with a VE.Direct port has more power."""

_ON_DEVICE_PAGE: Final = frozenset({"model", "firmware", "product_id", "serial_number"})
"""Texts that the page of the device shows."""

_USEFUL: Final = frozenset(
    {
        "yield_total",
        "yield_today",
        "yield_yesterday",
        "discharged_energy",
        "charged_energy",
    }
)
"""Counters and extremes that are shown unless the owner hides them."""

_DIAGNOSTIC: Final = frozenset(
    {"charger_error", "off_reason", "alarm", "warning", "tracker_mode", "meter_type"}
)

METER_TYPE: Final = "meter_type"
BATTERY_MONITOR: Final = "battery_monitor"

_OF_BATTERY: Final = frozenset(
    {"state_of_charge", "consumed_ampere_hours", "remaining_minutes"}
)
"""Values that a monitor knows only of a battery."""

_OF_METER: Final = {
    "discharged_energy": "produced_energy",
    "charged_energy": "consumed_energy",
}
"""What the same counters mean where a monitor watches a source or a load."""

PROBLEMS: Final = frozenset({"alarm_condition", "alarm", "warning"})
"""Values that are also shown as a plain yes or no."""


def is_sensor(value: Value) -> bool:
    """Return whether a value is shown as a sensor."""
    return value.kind is not Kind.SWITCH and value.key not in _ON_DEVICE_PAGE


def is_binary_sensor(value: Value, others: Mapping[str, Value]) -> bool:
    """Return whether a value is shown as a binary sensor.

    Monitors tell besides the reasons of an alarm whether there is one.
    """
    if value.kind is Kind.SWITCH:
        return True
    return value.key in PROBLEMS and "alarm_condition" not in others


def band_of(value: Value) -> Band | None:
    """Return how far a value may move before it is told."""
    own = _OWN_BANDS.get(value.key)
    if own is not None:
        return own
    return None if value.unit is None else _UNITS[value.unit][2]


def guard_of(value: Value) -> CounterGuard | None:
    """Return what keeps spikes out of a counter, None for other values."""
    step = 10.0 ** -LABELS[value.label].digits
    match value.kind:
        case Kind.COUNTER if value.unit == "kWh":
            return CounterGuard(step=step, rate_per_s=_MAXIMUM_POWER_W / 3_600_000)
        case Kind.COUNTER | Kind.DRAWN:
            return CounterGuard(step=step)
    return None


def description_of(
    value: Value, others: Mapping[str, Value]
) -> SensorEntityDescription:
    """Return how a value is shown, beside the others of the same device."""
    if value.kind in (Kind.CODE, Kind.BITS):
        return SensorEntityDescription(
            key=value.key,
            translation_key=value.key,
            device_class=SensorDeviceClass.ENUM,
            options=_options(value),
            entity_category=(
                EntityCategory.DIAGNOSTIC if value.key in _DIAGNOSTIC else None
            ),
        )
    meter = METER_TYPE in others and others[METER_TYPE].value != BATTERY_MONITOR
    name = _OF_METER.get(value.key, value.key) if meter else value.key
    unit, device_class = (None, None) if value.unit is None else _UNITS[value.unit][:2]
    if value.key == "state_of_charge":
        device_class = SensorDeviceClass.BATTERY
    useful = value.kind is Kind.MEASUREMENT or value.key in _USEFUL
    shown = useful and not (meter and value.key in _OF_BATTERY)
    return SensorEntityDescription(
        key=value.key,
        translation_key=None if value.key in _NAMED_BY_CLASS else name,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=_STATE_CLASSES.get(value.kind),
        suggested_display_precision=(
            None if value.kind is Kind.TEXT else min(LABELS[value.label].digits, 2)
        ),
        entity_registry_enabled_default=shown,
        entity_category=None if useful else EntityCategory.DIAGNOSTIC,
    )


def _options(value: Value) -> list[str]:
    """Return all states of a code or bit field, each once."""
    label = LABELS[value.label]
    nothing = [] if label.nothing is None else [label.nothing]
    codes = {} if label.codes is None else label.codes
    return list(dict.fromkeys([*nothing, *codes.values()]))
