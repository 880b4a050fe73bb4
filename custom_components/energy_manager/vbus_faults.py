"""Binary sensors that tell which probes of a device on a VBus are broken."""

from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .entity import LinkEntity
from .vbus_link import VBusLink
from .vbus_packets import HeardPacket
from .vbus_points import Point

ATTR_FAULT: Final = "fault"

NO_FAULT: Final = "none"

UNUSED: Final = "unused"
"""An input without a probe is no fault, but it is told."""


def faults_of(link: VBusLink, packet: HeardPacket) -> list[BinarySensorEntity]:
    """Return a sensor for all probes of a packet together and one for each."""
    probes = [point for point in packet.points if point.can_fail]
    if not probes:
        return []
    return [
        VBusSensorFault(link, packet, probes),
        *(VBusProbeFault(link, packet, point) for point in probes),
    ]


class _VBusFault(LinkEntity[VBusLink], BinarySensorEntity):
    """Something that the faults of a packet's probes tell."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, link: VBusLink, packet: HeardPacket, key: str) -> None:
        """Take the packet."""
        super().__init__(link, packet.key)
        self._packet = packet
        self._attr_unique_id = link.unique_id(packet.key, key)
        self._attr_device_info = link.device_info(packet.key.source)

    @override
    def _fresh(self) -> bool:
        return self._link.fresh(self._packet.key)

    def _tell(self, is_on: bool, attributes: dict[str, str]) -> bool:
        """Take a state over; return whether it is another one."""
        if self._attr_is_on is is_on and self._attr_extra_state_attributes == (
            attributes
        ):
            return False
        self._attr_is_on = is_on
        self._attr_extra_state_attributes = dict(attributes)
        return True


class VBusSensorFault(_VBusFault):
    """Whether a probe of a device is broken that once worked."""

    _attr_translation_key = "sensor_fault"

    def __init__(
        self, link: VBusLink, packet: HeardPacket, probes: list[Point]
    ) -> None:
        """Watch the probes that worked when the device was found."""
        super().__init__(link, packet, "sensor_fault")
        self._probes = probes
        self._attr_entity_registry_enabled_default = bool(packet.probes)

    @override
    def _take(self) -> bool:
        faults = {
            point.name or point.key: fault
            for point in self._probes
            if (fault := point.read(self._packet.payload).fault) is not None
            and self._once_worked(point)
        }
        return self._tell(bool(faults), faults)

    def _once_worked(self, point: Point) -> bool:
        """Return whether a probe worked, now or before the last start.

        The sensor of a probe is enabled from the beginning only if it worked, and
        later if the owner wants it.
        """
        if point in self._packet.probes:
            return True
        registry = er.async_get(self._link.hass)
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, self._link.unique_id(self._packet.key, point.key)
        )
        entity = None if entity_id is None else registry.async_get(entity_id)
        return entity is not None and not entity.disabled


class VBusProbeFault(_VBusFault):
    """Whether one probe is broken, and how."""

    _attr_translation_key = "probe_fault"
    _attr_entity_registry_enabled_default = False

    def __init__(self, link: VBusLink, packet: HeardPacket, point: Point) -> None:
        """Name the probe."""
        super().__init__(link, packet, f"{point.key}_fault")
        self._point = point
        self._attr_translation_placeholders = {
            "probe": point.name or f"#{point.placeholders.get('number', point.key)}"
        }

    @override
    def _take(self) -> bool:
        fault = self._point.read(self._packet.payload).fault
        return self._tell(
            fault is not None and fault != UNUSED, {ATTR_FAULT: fault or NO_FAULT}
        )
