"""Sensors."""

from time import monotonic
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .deadband import Counter, Deadband
from .demo import DemoHouse
from .entity import LinkEntity
from .home import Home
from .runtime import EnergyManagerConfigEntry
from .vbus_link import HeardPacket, VBusLink
from .vbus_points import Point
from .vedirect_link import VEDirectLink

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VBusLink() as link:
            link.async_on_packet(
                lambda packet: async_add_entities(
                    VBusSensor(link, packet, point) for point in packet.points
                )
            )
        case VEDirectLink() as link:
            pass
        case Home():
            # Entities of the home.
            pass
        case DemoHouse():
            # Entities of the demo house.
            pass


ATTR_FAULT: Final = "fault"


class VBusSensor(LinkEntity[VBusLink], SensorEntity):
    """One value of a device on a VBus."""

    def __init__(self, link: VBusLink, packet: HeardPacket, point: Point) -> None:
        """Describe the value as its unit says."""
        super().__init__(link, packet.key)
        self._packet = packet
        self._point = point
        quantity = point.quantity
        self._deadband = Deadband(quantity.band)
        self._counter = (
            Counter(10.0**-point.precision)
            if quantity.state_class is SensorStateClass.TOTAL_INCREASING
            else None
        )
        self._attr_unique_id = link.unique_id(packet.key, point.key)
        self._attr_device_info = link.device_info(packet.key.source)
        if point.name is not None:
            self._attr_name = point.name
        self._attr_translation_key = point.translation_key
        self._attr_translation_placeholders = point.placeholders
        self._attr_device_class = quantity.device_class
        self._attr_native_unit_of_measurement = quantity.unit
        self._attr_state_class = quantity.state_class
        if quantity.unit is not None:
            self._attr_suggested_display_precision = point.precision
        if not quantity.useful:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC
        self._attr_entity_registry_enabled_default = (
            quantity.useful and point.read(packet.payload).fault is None
        )

    @override
    def _fresh(self) -> bool:
        return self._link.fresh(self._packet.key)

    @override
    def _take(self) -> bool:
        reading = self._point.read(self._packet.payload)
        value = reading.value
        if self._counter is not None:
            value = self._counter.believe(value)
        known_fault = self.extra_state_attributes.get(ATTR_FAULT)
        if not self._deadband.passes(value, monotonic()) and (
            reading.fault == known_fault
        ):
            return False
        text = self._point.text
        self._attr_native_value = (
            value if value is None or text is None else text(value)
        )
        self._attr_extra_state_attributes = (
            {} if reading.fault is None else {ATTR_FAULT: reading.fault}
        )
        return True
