"""Sensors of VE.Direct devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Self, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.core import callback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity

from .counter_guard import CounterGuard
from .deadband import Deadband
from .engine.vedirect import Kind, Value
from .entity import LinkEntity
from .vedirect_energy import EnergySource, Integrator, sources_of
from .vedirect_link import VEDirectLink
from .vedirect_points import ENERGY_BAND, band_of, description_of, guard_of, is_sensor
from .vedirect_slow import SLOW_VALUES, SlowValue

ATTR_CODE: Final = "code"
ATTR_ACTIVE: Final = "active"

CONF_ENERGY: Final = "energy_kwh"


def value_sensors_of(link: VEDirectLink, value: Value) -> Iterable[SensorEntity]:
    """Return the sensors that a value gives rise to."""
    if is_sensor(value):
        yield VEDirectSensor(link, value)
    for source in sources_of(link.family, link.presence.product_id):
        if source.told_with == value.key:
            yield VEDirectEnergy(link, source)


def slow_sensors_of(link: VEDirectLink) -> Iterable[SensorEntity]:
    """Return the sensors of what a device tells only when it is asked."""
    if link.family is not None and link.answers_registers:
        for slow in SLOW_VALUES.get(link.family, ()):
            yield VEDirectRegister(link, slow)


class VEDirectSensor(LinkEntity[VEDirectLink], SensorEntity):
    """One value of a VE.Direct device."""

    def __init__(self, link: VEDirectLink, value: Value) -> None:
        """Describe the value as its label says."""
        super().__init__(link, value.key)
        self._value_key = value.key
        self._deadband = Deadband(band_of(value))
        self._guard: CounterGuard | None = guard_of(value)
        self._sign = -1 if value.kind is Kind.DRAWN else 1
        self.entity_description = description_of(value, link.values)
        self._attr_unique_id = f"{link.identity}_{value.key}"
        self._attr_device_info = link.device_info

    @override
    def _fresh(self) -> bool:
        return self._value_key in self._link.values

    @override
    def _take(self) -> bool:
        now = monotonic()
        value = self._link.values[self._value_key]
        reading = value.value
        if self._guard is not None and not isinstance(reading, str):
            believed = self._guard.believe(
                None if reading is None else self._sign * reading, now
            )
            reading = None if believed is None else float(self._sign * believed)
            if reading is not None and value.unit is None:
                reading = int(reading)
        attributes = _codes(value)
        if not self._deadband.passes(reading, now) and (
            self._attr_extra_state_attributes == attributes
        ):
            return False
        self._attr_native_value = reading
        self._attr_extra_state_attributes = attributes
        return True


def _codes(value: Value) -> dict[str, Any]:
    """Return what a state alone does not tell of a code or bit field."""
    match value.kind:
        case Kind.CODE:
            return {ATTR_CODE: value.number}
        case Kind.BITS:
            return {ATTR_CODE: value.number, ATTR_ACTIVE: list(value.active)}
    return {}


class VEDirectRegister(LinkEntity[VEDirectLink], SensorEntity):
    """A value that a VE.Direct device tells only when it is asked."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False

    def __init__(self, link: VEDirectLink, slow: SlowValue) -> None:
        """Describe the register."""
        super().__init__(link, slow.register.number)
        self._slow = slow
        self._deadband = Deadband(slow.band)
        self._attr_translation_key = slow.key
        self._attr_device_class = slow.device_class
        self._attr_state_class = slow.state_class
        self._attr_native_unit_of_measurement = slow.unit
        self._attr_suggested_display_precision = slow.digits
        self._attr_unique_id = f"{link.identity}_{slow.key}"
        self._attr_device_info = link.device_info

    @override
    async def async_added_to_hass(self) -> None:
        """Have the register asked for as long as somebody wants it."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._link.slow.async_want(self._slow.register.number),
        )

    @override
    def _fresh(self) -> bool:
        return self._link.slow.fresh(self._slow.register.number)

    @override
    def _take(self) -> bool:
        value = self._link.slow.value(self._slow)
        if not self._deadband.passes(value, monotonic()):
            return False
        self._attr_native_value = (
            None if value is None else round(value, self._slow.digits)
        )
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEnergy(ExtraStoredData):
    """What an energy has come to, kept over a restart."""

    energy_kwh: float

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return it for storing."""
        return {CONF_ENERGY: self.energy_kwh}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self | None:
        """Return what was stored, None if it is not an energy."""
        energy_kwh = stored.get(CONF_ENERGY)
        if not isinstance(energy_kwh, int | float) or energy_kwh < 0:
            return None
        return cls(energy_kwh=float(energy_kwh))


class VEDirectEnergy(LinkEntity[VEDirectLink], RestoreEntity, SensorEntity):
    """An energy that is added up here, because the device does not count it."""

    _attr_device_class = SensorDeviceClass.ENERGY
    _attr_state_class = SensorStateClass.TOTAL_INCREASING
    _attr_native_unit_of_measurement = UnitOfEnergy.KILO_WATT_HOUR
    _attr_suggested_display_precision = 2

    def __init__(self, link: VEDirectLink, source: EnergySource) -> None:
        """Belong to a power of the device."""
        super().__init__(link, source.told_with)
        self._source = source
        self._deadband = Deadband(ENERGY_BAND)
        self._integrator = Integrator()
        self._attr_translation_key = source.key
        self._attr_unique_id = f"{link.identity}_{source.key}"
        self._attr_device_info = link.device_info

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was added up before."""
        stored = await self.async_get_last_extra_data()
        energy = None if stored is None else StoredEnergy.from_dict(stored.as_dict())
        if energy is not None:
            self._integrator.energy_kwh = energy.energy_kwh
        await super().async_added_to_hass()

    @property
    @override
    def extra_restore_state_data(self) -> StoredEnergy:
        """Return what has to be kept: more digits than are shown."""
        return StoredEnergy(energy_kwh=self._integrator.energy_kwh)

    @override
    def _fresh(self) -> bool:
        return self._source.told_with in self._link.values

    @callback
    @override
    def _async_heard(self) -> None:
        """Add nothing over a time in which the device did not speak."""
        if not self._fresh():
            self._integrator.interrupt()
        super()._async_heard()

    @override
    def _take(self) -> bool:
        now = monotonic()
        self._integrator.take(self._source.power_w(self._link.values), now)
        energy_kwh = round(self._integrator.energy_kwh, 3)
        if not self._deadband.passes(energy_kwh, now):
            return False
        self._attr_native_value = energy_kwh
        return True
