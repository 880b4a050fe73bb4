"""Entities of the virtual sensor that releases the after-heating."""

from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import LinkEntity
from .vbus_link import VBusLink
from .vbus_module import KEY, ModuleState, VirtualModule
from .write_log import async_log_write


@callback
def async_add_release(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switch, if there is a virtual sensor."""
    if link.visits.module is not None:
        async_add_entities([VBusRelease(link, link.visits.module)])


@callback
def async_add_module_state(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add whether the controller listens, if there is a virtual sensor."""
    if link.visits.module is not None:
        async_add_entities([VBusModuleState(link, link.visits.module)])


class VBusRelease(LinkEntity[VBusLink], SwitchEntity):
    """Whether the controller's thermostat function may heat."""

    _attr_translation_key = "virtual_release"

    def __init__(self, link: VBusLink, module: VirtualModule) -> None:
        """Belong to the adapter."""
        super().__init__(link, KEY)
        self._module = module
        self._attr_unique_id = f"{link.identity}_virtual_release"
        self._attr_device_info = link.adapter_info
        self._attr_is_on = module.released

    @override
    def _fresh(self) -> bool:
        return self._link.connected

    @override
    def _take(self) -> bool:
        changed = self._module.released is not self._attr_is_on
        self._attr_is_on = self._module.released
        return changed

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the thermostat function heat."""
        self._set(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Keep the thermostat function from heating."""
        self._set(False)

    @callback
    def _set(self, released: bool) -> None:
        """Have the sensor say so; the controller hears it in its next cycle."""
        before = self._module.released
        self._module.async_set(released)
        self._attr_is_on = released
        self.async_write_ha_state()
        if released is not before:
            async_log_write(
                self.hass,
                entity_id=self.entity_id,
                setting="virtual_release",
                before=before,
                after=released,
                context=self._context,
            )


class VBusModuleState(LinkEntity[VBusLink], SensorEntity):
    """Whether the controller listens to the virtual sensor."""

    _attr_translation_key = "virtual_module"
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = [state.value for state in ModuleState]

    def __init__(self, link: VBusLink, module: VirtualModule) -> None:
        """Belong to the adapter."""
        super().__init__(link, KEY)
        self._module = module
        self._attr_unique_id = f"{link.identity}_virtual_module"
        self._attr_device_info = link.adapter_info

    @override
    def _fresh(self) -> bool:
        return self._link.connected

    @override
    def _take(self) -> bool:
        state = self._module.state.value
        changed = state != self._attr_native_value
        self._attr_native_value = state
        return changed
