"""Sensors."""

from datetime import datetime
from time import monotonic
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .deadband import Deadband
from .demo import DemoHouse
from .entity import LinkEntity
from .home import Home
from .home_entity import HomeEntity
from .home_sensors import HOME_SENSORS, HomeSensorDescription
from .runtime import EnergyManagerConfigEntry
from .tank_sensors import tank_sensors_of
from .vbus_last_heard import async_add_last_heard
from .vbus_link import VBusLink
from .vbus_packets import HeardPacket
from .vbus_points import Point
from .vbus_release import async_add_module_state
from .vbus_settings import async_add_control_states
from .vedirect_controls import sensors_of
from .vedirect_link import VEDirectLink
from .vedirect_sensors import slow_sensors_of, value_sensors_of

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one config entry."""
    match entry.runtime_data:
        case VBusLink() as bus:
            bus.async_on_packet(
                lambda packet: async_add_entities(
                    VBusSensor(bus, packet, point) for point in packet.points
                )
            )
            async_add_last_heard(bus, async_add_entities)
            async_add_control_states(bus, async_add_entities)
            async_add_module_state(bus, async_add_entities)
        case VEDirectLink() as device:
            device.async_on_value(
                lambda value: async_add_entities(value_sensors_of(device, value))
            )
            async_add_entities(slow_sensors_of(device))
            async_add_entities(sensors_of(device.settings))
        case Home() as home:
            async_add_entities(
                HomeSensor(home, description) for description in HOME_SENSORS
            )
            async_add_entities(tank_sensors_of(home))
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
        self._counter = point.counter_guard() if point.counts else None
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
        self._attr_entity_registry_enabled_default = point.key in packet.shown
        if self._counter is not None and packet.before is not None:
            # Two readings make a counter believable: this one and the next.
            self._counter.believe(point.read(packet.before).raw, packet.before_at)

    @override
    def _fresh(self) -> bool:
        return self._link.fresh(self._packet.key)

    @override
    def _take(self) -> bool:
        reading = self._point.read(self._packet.payload)
        value = reading.value
        if self._counter is not None:
            raw = self._counter.believe(reading.raw, self._packet.heard_at)
            value = None if raw is None else self._point.shown(int(raw))
        known_fault = self._attr_extra_state_attributes.get(ATTR_FAULT)
        if not self._deadband.passes(value, monotonic()) and (
            reading.fault == known_fault
        ):
            return False
        text = self._point.text
        self._attr_native_value = (
            value if value is None or text is None else text(float(value))
        )
        self._attr_extra_state_attributes = (
            {} if reading.fault is None else {ATTR_FAULT: reading.fault}
        )
        return True


class HomeSensor(HomeEntity, SensorEntity):
    """Something that the plan of a home says."""

    entity_description: HomeSensorDescription
    _unrecorded_attributes = frozenset({"parameters", "reason", "text"})

    def __init__(self, home: Home, description: HomeSensorDescription) -> None:
        """Take what to say."""
        super().__init__(home, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return what the plan says, nothing without a plan."""
        plan = self.home.plan
        return (
            None if plan is None else self.entity_description.value_fn(self.home, plan)
        )

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what else belongs to it."""
        plan = self.home.plan
        return (
            None if plan is None else self.entity_description.more_fn(self.home, plan)
        )
