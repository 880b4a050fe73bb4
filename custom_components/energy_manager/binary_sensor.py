"""Binary sensors."""

from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .demo import DemoHouse
from .engine.vedirect import Kind, Value
from .entity import LinkEntity
from .home import Home
from .runtime import EnergyManagerConfigEntry
from .vbus_faults import faults_of
from .vbus_link import CONNECTION, VBusLink
from .vedirect_link import CONNECTION as PORT_CONNECTION, VEDirectLink
from .vedirect_points import PROBLEMS, is_binary_sensor
from .vedirect_sensors import ATTR_ACTIVE

PARALLEL_UPDATES = 0

ATTR_REASON: Final = "reason"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VBusLink() as bus:
            async_add_entities([VBusConnection(bus)])
            bus.async_on_packet(
                lambda packet: async_add_entities(faults_of(bus, packet))
            )
        case VEDirectLink() as device:
            async_add_entities([VEDirectConnection(device)])
            device.async_on_value(
                lambda value: async_add_entities(
                    [VEDirectState(device, value)]
                    if is_binary_sensor(value, device.values)
                    else []
                )
            )
        case Home():
            # Entities of the home.
            pass
        case DemoHouse():
            # Entities of the demo house.
            pass


class VBusConnection(LinkEntity[VBusLink], BinarySensorEntity):
    """Whether the VBus adapter is connected."""

    _attr_translation_key = "connection"
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, link: VBusLink) -> None:
        """Belong to the adapter."""
        super().__init__(link, CONNECTION)
        self._attr_unique_id = f"{link.identity}_connection"
        self._attr_device_info = link.adapter_info

    @override
    def _fresh(self) -> bool:
        return True

    @override
    def _take(self) -> bool:
        changed = self._attr_is_on is not self._link.connected
        self._attr_is_on = self._link.connected
        return changed


class VEDirectConnection(LinkEntity[VEDirectLink], BinarySensorEntity):
    """Whether the device behind a VE.Direct port speaks."""

    _attr_translation_key = "connection"
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, link: VEDirectLink) -> None:
        """Belong to the device."""
        super().__init__(link, PORT_CONNECTION)
        self._attr_unique_id = f"{link.identity}_connection"
        self._attr_device_info = link.device_info

    @override
    def _fresh(self) -> bool:
        return True

    @override
    def _take(self) -> bool:
        speaks = bool(self._link.values)
        trouble = self._link.trouble
        attributes = {} if trouble is None else {ATTR_REASON: trouble.value}
        changed = (
            self._attr_is_on is not speaks
            or self._attr_extra_state_attributes != attributes
        )
        self._attr_is_on = speaks
        self._attr_extra_state_attributes = attributes
        return changed


class VEDirectState(LinkEntity[VEDirectLink], BinarySensorEntity):
    """Whether an output of a VE.Direct device is on, or something is wrong."""

    def __init__(self, link: VEDirectLink, value: Value) -> None:
        """Name the output or the problem."""
        super().__init__(link, value.key)
        self._value_key = value.key
        self._attr_translation_key = value.key
        self._attr_unique_id = f"{link.identity}_{value.key}"
        self._attr_device_info = link.device_info
        if value.key in PROBLEMS:
            self._attr_device_class = BinarySensorDeviceClass.PROBLEM

    @override
    def _fresh(self) -> bool:
        return self._value_key in self._link.values

    @override
    def _take(self) -> bool:
        value = self._link.values[self._value_key]
        state = value.value if isinstance(value.value, bool) else None
        attributes = {}
        if value.kind is Kind.BITS:
            # A bit that nobody knows is a problem all the same.
            state = None if value.number is None else value.number != 0
            attributes = {ATTR_ACTIVE: list(value.active)}
        changed = (
            self._attr_is_on is not state
            or self._attr_extra_state_attributes != attributes
        )
        self._attr_is_on = state
        self._attr_extra_state_attributes = attributes
        return changed
