"""What the values of a VE.Direct device are to Home Assistant."""

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

from .deadband import Band
from .engine.vedirect import LABELS, Kind, Value

AMPERE_HOUR: Final = "Ah"

_UNITS: Final[dict[str, tuple[str, SensorDeviceClass | None, Band]]] = {
    "V": (
        UnitOfElectricPotential.VOLT,
        SensorDeviceClass.VOLTAGE,
        Band(near=0.05, far=0.2, share=0.05),
    ),
    "A": (
        UnitOfElectricCurrent.AMPERE,
        SensorDeviceClass.CURRENT,
        Band(near=0.2, far=1.0, share=0.1),
    ),
    "W": (
        UnitOfPower.WATT,
        SensorDeviceClass.POWER,
        Band(near=5.0, far=20.0, share=0.1),
    ),
    "VA": (
        UnitOfApparentPower.VOLT_AMPERE,
        SensorDeviceClass.APPARENT_POWER,
        Band(near=5.0, far=20.0, share=0.1),
    ),
    "Ah": (AMPERE_HOUR, None, Band(near=0.5, far=5.0)),
    "kWh": (
        UnitOfEnergy.KILO_WATT_HOUR,
        SensorDeviceClass.ENERGY,
        Band(near=0.01, far=0.1),
    ),
    "%": (PERCENTAGE, None, Band(near=0.5, far=1.0)),
    "°C": (
        UnitOfTemperature.CELSIUS,
        SensorDeviceClass.TEMPERATURE,
        Band(near=1.0, far=2.0),
    ),
    "min": (
        UnitOfTime.MINUTES,
        SensorDeviceClass.DURATION,
        Band(near=10.0, far=60.0, share=0.2),
    ),
    "s": (
        UnitOfTime.SECONDS,
        SensorDeviceClass.DURATION,
        Band(near=3600.0, far=3600.0),
    ),
}

_STATE_CLASSES: Final = {
    Kind.MEASUREMENT: SensorStateClass.MEASUREMENT,
    Kind.COUNTER: SensorStateClass.TOTAL_INCREASING,
    Kind.DRAWN: SensorStateClass.TOTAL,
}

_NAMED_BY_CLASS: Final = frozenset(
    {"voltage", "current", "power", "temperature", "state_of_charge"}
)
"""Values whose name the device class gives, as in victron_ble."""

_NOT_SHOWN: Final = frozenset({"day_number", "alarm_condition"})
"""Values that say nothing by themselves, or what another one says better."""

_USEFUL_EXTREMES: Final = frozenset({"yield_yesterday"})
_USEFUL_COUNTERS: Final = frozenset(
    {"yield_total", "yield_today", "discharged_energy", "charged_energy"}
)
_DIAGNOSTIC: Final = frozenset(
    {"charger_error", "off_reason", "alarm", "warning", "tracker_mode", "meter_type"}
)


def is_sensor(value: Value) -> bool:
    """Return whether a value is shown as a sensor."""
    return value.kind not in (Kind.TEXT, Kind.SWITCH) and value.key not in _NOT_SHOWN


def is_binary_sensor(value: Value) -> bool:
    """Return whether a value is shown as a binary sensor."""
    return value.kind is Kind.SWITCH and value.key not in _NOT_SHOWN


def band_of(value: Value) -> Band | None:
    """Return how far a value may move before it is told."""
    return None if value.unit is None else _UNITS[value.unit][2]


def step_of(value: Value) -> float:
    """Return the resolution of a counter."""
    return 10.0 ** -LABELS[value.label].digits


def description_of(value: Value) -> SensorEntityDescription:
    """Return how a value is shown."""
    named = value.key not in _NAMED_BY_CLASS
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
    unit, device_class = (None, None) if value.unit is None else _UNITS[value.unit][:2]
    if value.key == "state_of_charge":
        device_class = SensorDeviceClass.BATTERY
    useful = (
        value.kind is Kind.MEASUREMENT
        or value.key in _USEFUL_COUNTERS
        or value.key in _USEFUL_EXTREMES
    )
    return SensorEntityDescription(
        key=value.key,
        translation_key=value.key if named else None,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=_STATE_CLASSES.get(value.kind),
        suggested_display_precision=min(LABELS[value.label].digits, 2),
        entity_registry_enabled_default=useful,
        entity_category=None if useful else EntityCategory.DIAGNOSTIC,
    )


def _options(value: Value) -> list[str]:
    """Return all states of a code or bit field, each once."""
    label = LABELS[value.label]
    nothing = [] if label.nothing is None else [label.nothing]
    codes = {} if label.codes is None else label.codes
    return list(dict.fromkeys([*nothing, *codes.values()]))
