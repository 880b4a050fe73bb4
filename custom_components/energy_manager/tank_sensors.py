"""Sensors of the estimated tank: what is in it, and what was drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    EntityCategory,
    UnitOfEnergy,
    UnitOfTemperature,
    UnitOfVolume,
)
from homeassistant.util import dt as dt_util

from .home import Home
from .home_entity import HomeEntity
from .roles import Role, entity_of
from .tank_estimate import TankEstimate


def _nothing_more(_tank: TankEstimate) -> None:
    """Say nothing beside the state."""


@dataclass(frozen=True, kw_only=True)
class TankSensorDescription(SensorEntityDescription):
    """Describe a sensor that reads the estimated tank."""

    value_fn: Callable[[TankEstimate], float | None]
    more_fn: Callable[[TankEstimate], dict[str, Any] | None] = _nothing_more
    digits: int = 2
    """Decimals worth a new state."""


def _layers(tank: TankEstimate) -> dict[str, Any]:
    """Return the tank's temperatures, bottom first."""
    return {"layers": [round(layer_c, 1) for layer_c in tank.layers_c]}


TANK_SENSORS: Final = (
    TankSensorDescription(
        key="usable_heat",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda tank: tank.usable_kwh,
    ),
    TankSensorDescription(
        key="tank_heat",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda tank: tank.heat_kwh,
        more_fn=_layers,
    ),
)
"""Of every home."""

ZONE_SENSORS: Final = (
    TankSensorDescription(
        key="boiler_zone_least",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda tank: tank.zone_least_c,
        digits=1,
    ),
)
"""Of homes that are heated: what decides whether the boiler may rest."""

DRAW_SENSORS: Final = (
    TankSensorDescription(
        key="hot_water_drawn_today",
        device_class=SensorDeviceClass.WATER,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=0,
        value_fn=lambda tank: tank.drawn_l,
        digits=0,
    ),
    TankSensorDescription(
        key="hot_water_heat_today",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=1,
        value_fn=lambda tank: tank.drawn_kwh,
    ),
)
"""Of homes with a probe at the tank's bottom, which draws make cold."""


def tank_sensors_of(home: Home) -> list[TankSensor]:
    """Return the sensors for what the home's probes tell."""
    descriptions = list(TANK_SENSORS)
    if home.plant.heating is not None and home.plant.boiler is not None:
        descriptions.extend(ZONE_SENSORS)
    if entity_of(home.roles, Role.TANK_BOTTOM) is not None:
        descriptions.extend(DRAW_SENSORS)
    return [TankSensor(home, description) for description in descriptions]


class TankSensor(HomeEntity, SensorEntity):
    """Something that the estimated tank says, with a plan or without."""

    entity_description: TankSensorDescription
    _unrecorded_attributes = frozenset({"layers"})

    def __init__(self, home: Home, description: TankSensorDescription) -> None:
        """Take what to say."""
        super().__init__(home, description.key)
        self.entity_description = description

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the estimate."""
        await super().async_added_to_hass()
        self.async_on_remove(self.home.tank.async_listen(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        """Return that the tank is there without a plan, too."""
        return True

    @property
    @override
    def native_value(self) -> float | None:
        """Return what the estimate says, nothing while the tank is not known."""
        description = self.entity_description
        value = description.value_fn(self.home.tank)
        return None if value is None else round(value, description.digits) + 0.0

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return since when it counts: the last midnight."""
        if self.entity_description.state_class is not SensorStateClass.TOTAL:
            return None
        return dt_util.start_of_local_day()

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what else belongs to it."""
        return self.entity_description.more_fn(self.home.tank)
