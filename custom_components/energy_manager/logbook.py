"""Words of the logbook for writes to devices."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_translate_state,
)

from .const import DOMAIN
from .write_log import (
    ATTR_AFTER,
    ATTR_AUTHOR,
    ATTR_BEFORE,
    ATTR_REASON,
    ATTR_SETTING,
    EVENT_WRITE,
    Value,
)


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Teach the logbook what a write to a device is."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        """Return a write in words."""
        return _Words(hass, event.data).described()

    async_describe_event(DOMAIN, EVENT_WRITE, describe)


class _Words:
    """The words of one write, in the language of Home Assistant."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any]) -> None:
        """Take what the event says."""
        self._hass = hass
        self._data = data
        self._entity_id: str | None = data.get(ATTR_ENTITY_ID)
        self._texts = async_get_cached_translations(
            hass, hass.config.language, "common", DOMAIN
        )

    def described(self) -> dict[str, Any]:
        """Return the entry of the logbook."""
        entry = {
            LOGBOOK_ENTRY_NAME: self._name(),
            LOGBOOK_ENTRY_MESSAGE: self._message(),
        }
        if self._entity_id is not None:
            entry[LOGBOOK_ENTRY_ENTITY_ID] = self._entity_id
        return entry

    def _name(self) -> str:
        """Return what was changed."""
        if self._entity_id is not None:
            state = self._hass.states.get(self._entity_id)
            return self._entity_id if state is None else state.name
        setting: str = self._data[ATTR_SETTING]
        if (device_id := self._data.get(ATTR_DEVICE_ID)) is None:
            return setting
        device = dr.async_get(self._hass).async_get(device_id)
        name = None if device is None else device.name_by_user or device.name
        return setting if name is None else f"{name} {setting}"

    def _message(self) -> str:
        """Return what became of it, by whom and why."""
        before: Value = self._data[ATTR_BEFORE]
        words = {
            "before": self._shown(before),
            "after": self._shown(self._data[ATTR_AFTER]),
            "author": self._text(f"write_author_{self._data[ATTR_AUTHOR]}"),
        }
        message = self._text("write_set" if before is None else "write_changed")
        if (reason := self._data[ATTR_REASON]) is not None:
            key = f"component.{DOMAIN}.common.write_reason_{reason}"
            words["reason"] = self._texts.get(key, reason)
            message += " " + self._text("write_because")
        return message.format_map(words)

    def _shown(self, value: Value) -> str:
        """Return a value as its entity shows it."""
        if self._entity_id is None:
            return str(value)
        entry = er.async_get(self._hass).async_get(self._entity_id)
        if isinstance(value, bool):
            value = "on" if value else "off"
        if isinstance(value, str):
            return async_translate_state(
                self._hass,
                value,
                self._entity_id.partition(".")[0],
                DOMAIN,
                None if entry is None else entry.translation_key,
                None,
            )
        unit = None if entry is None else entry.unit_of_measurement
        return f"{value:g}" if unit is None else f"{value:g} {unit}"

    def _text(self, key: str) -> str:
        """Return a text; its key where there is none."""
        return self._texts.get(f"component.{DOMAIN}.common.{key}", key)
