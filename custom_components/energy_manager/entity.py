"""Bases of the entities that show what a device link receives."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, Protocol, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import Entity


class HeardLink(Protocol):
    """A device link as its entities see it."""

    def async_listen(self, key: Hashable, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call the listener whenever something of the key arrives or goes stale."""


class LinkEntity[LinkT: HeardLink](Entity):
    """An entity that a device link feeds.

    It writes its state only when there is something new to tell: devices speak
    every second, the recorder should not.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_available = False
    _attr_extra_state_attributes: dict[str, Any]

    def __init__(self, link: LinkT, key: Hashable) -> None:
        """Take the link and what of it to listen to."""
        self._link = link
        self._key = key
        self._attr_extra_state_attributes = {}

    @override
    async def async_added_to_hass(self) -> None:
        """Start listening; what is known already becomes the first state."""
        self.async_on_remove(self._link.async_listen(self._key, self._async_heard))
        self._attr_available = self._fresh()
        if self._attr_available:
            self._take()

    @callback
    def _async_heard(self) -> None:
        """Write the state if availability or the reading changed enough."""
        fresh = self._fresh()
        changed = self._take() if fresh else False
        if changed or fresh != self._attr_available:
            self._attr_available = fresh
            self.async_write_ha_state()

    @abstractmethod
    def _fresh(self) -> bool:
        """Return whether the link has a reading that is not too old."""

    @abstractmethod
    def _take(self) -> bool:
        """Take the reading over; return whether it is worth a new state."""
