"""When a device on a VBus was last heard: how old its values are."""

from datetime import timedelta
from time import monotonic
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .entity import LinkEntity
from .vbus_link import VBusLink
from .vbus_packets import HeardPacket

TELL_S: Final = 60.0
"""Devices speak every second; this is told once a minute."""


@callback
def async_add_last_heard(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add one sensor for each device on the bus, those to come too."""
    known: set[int] = set()

    @callback
    def newcomer(packet: HeardPacket) -> None:
        if packet.key.source not in known:
            known.add(packet.key.source)
            async_add_entities([VBusLastHeard(link, packet)])

    link.async_on_packet(newcomer)


class VBusLastHeard(LinkEntity[VBusLink], SensorEntity):
    """When a device's values came in; they are kept while the bus is held."""

    _attr_translation_key = "vbus_last_heard"
    _attr_device_class = SensorDeviceClass.TIMESTAMP
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False

    def __init__(self, link: VBusLink, packet: HeardPacket) -> None:
        """Follow the device's first kind of packet."""
        super().__init__(link, packet.key)
        self._packet = packet
        self._told_at: float | None = None
        self._attr_unique_id = f"{link.identity}_{packet.key.source:04X}_last_heard"
        self._attr_device_info = link.device_info(packet.key.source)

    @override
    def _fresh(self) -> bool:
        """Stay readable when the device falls silent: just then it is asked for."""
        return True

    @override
    def _take(self) -> bool:
        heard_at = self._packet.heard_at
        if self._told_at is not None and heard_at - self._told_at < TELL_S:
            return False
        self._told_at = heard_at
        age_s = max(monotonic() - heard_at, 0.0)
        self._attr_native_value = dt_util.utcnow() - timedelta(seconds=age_s)
        return True
