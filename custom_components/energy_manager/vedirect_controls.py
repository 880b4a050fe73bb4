"""The settings of a VE.Direct device as entities."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity
from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberMode
from homeassistant.components.select import SelectEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.vedirect import Setting, SettingKind
from .entity import LinkEntity
from .vedirect_settings import CONTROL, WRITES_LEFT, Control, Shown, VEDirectSettings
from .vedirect_writing import WRITES_PER_DAY

ATTR_ACTIVE: Final = "active"
ATTR_FREE_AT: Final = "free_at"

FOR_DAILY_USE: Final = ("inverter_mode", "charger", "charge_current_limit", "relay")
"""Settings that are no configuration."""

TRANSLATION_KEYS: Final[Mapping[str, str]] = {
    "relay": "device_relay",
    "relay_mode": "device_relay_mode",
}
"""Where a VBus controller has other words for the same key."""

_UNITS: Final[Mapping[str | None, tuple[str, NumberDeviceClass]]] = {
    "V": (UnitOfElectricPotential.VOLT, NumberDeviceClass.VOLTAGE),
    "A": (UnitOfElectricCurrent.AMPERE, NumberDeviceClass.CURRENT),
    "h": (UnitOfTime.HOURS, NumberDeviceClass.DURATION),
    "min": (UnitOfTime.MINUTES, NumberDeviceClass.DURATION),
    "d": (UnitOfTime.DAYS, NumberDeviceClass.DURATION),
    "°C": (UnitOfTemperature.CELSIUS, NumberDeviceClass.TEMPERATURE),
}


class SettingEntity(LinkEntity[VEDirectSettings]):
    """Something that an owner may set on a device."""

    def __init__(self, settings: VEDirectSettings, setting: Setting) -> None:
        """Belong to the device."""
        super().__init__(settings, setting.key)
        self._setting_key = setting.key
        self._shown: tuple[Any, ...] = ()
        self._attr_translation_key = TRANSLATION_KEYS.get(setting.key, setting.key)
        self._attr_unique_id = f"{settings.identity}_{setting.key}"
        self._attr_device_info = settings.device_info
        self._attr_entity_registry_enabled_default = setting.enabled_by_default
        if setting.key not in FOR_DAILY_USE:
            self._attr_entity_category = EntityCategory.CONFIG
        self._show(setting, None)

    @override
    def _fresh(self) -> bool:
        return self._link.fresh(self._setting_key)

    @override
    def _take(self) -> bool:
        setting = self._link.settings[self._setting_key]
        shown = (
            self._link.shown(self._setting_key),
            setting.minimum,
            setting.maximum,
            tuple(setting.options),
            self._link.limit.wanted if setting.kept_alive else None,
        )
        if shown == self._shown:
            return False
        self._shown = shown
        self._show(setting, shown[0])
        return True

    def _show(self, setting: Setting, shown: Shown) -> None:
        """Take what is set over."""

    async def _async_set(self, shown: float | str | bool) -> None:
        """Set it on the device; what is in force then is shown, whatever came of it."""
        try:
            await self._link.async_set(
                self._setting_key, shown, self.entity_id, self._context
            )
        finally:
            self._async_heard()


class SettingSelect(SettingEntity, SelectEntity):
    """One of several options."""

    @override
    def _show(self, setting: Setting, shown: Shown) -> None:
        self._attr_options = list(setting.options)
        self._attr_current_option = shown if isinstance(shown, str) else None

    @override
    async def async_select_option(self, option: str) -> None:
        """Write the option to the device and read it back."""
        await self._async_set(option)


class SettingSwitch(SettingEntity, SwitchEntity):
    """On or off."""

    @override
    def _show(self, setting: Setting, shown: Shown) -> None:
        self._attr_is_on = shown if isinstance(shown, bool) else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on."""
        await self._async_set(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        await self._async_set(False)


class SettingNumber(SettingEntity, NumberEntity):
    """A number within the limits of the device in hand."""

    _attr_mode = NumberMode.BOX

    @override
    def _show(self, setting: Setting, shown: Shown) -> None:
        assert setting.minimum is not None
        assert setting.maximum is not None
        assert setting.step is not None
        self._attr_native_min_value = setting.minimum
        self._attr_native_max_value = setting.maximum
        self._attr_native_step = setting.step
        self._attr_native_unit_of_measurement, self._attr_device_class = _UNITS.get(
            setting.unit, (setting.unit, None)
        )
        self._attr_native_value = shown if isinstance(shown, int | float) else None
        if setting.kept_alive:
            self._attr_extra_state_attributes = {
                ATTR_ACTIVE: self._link.limit.in_force_a is not None
            }

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Write the number to the device and read it back."""
        await self._async_set(value)


class SettingButton(SettingEntity, ButtonEntity):
    """Something that the device does once."""

    @override
    async def async_press(self) -> None:
        """Let the device do it."""
        await self._async_set(True)


class ControlSensor(LinkEntity[VEDirectSettings], SensorEntity):
    """Whether the device can be controlled, and why not."""

    _attr_translation_key = "control"
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = [control.value for control in Control]

    def __init__(self, settings: VEDirectSettings) -> None:
        """Belong to the device."""
        super().__init__(settings, CONTROL)
        self._attr_unique_id = f"{settings.identity}_control"
        self._attr_device_info = settings.device_info

    @override
    def _fresh(self) -> bool:
        return True

    @override
    def _take(self) -> bool:
        changed = self._link.control != self._attr_native_value
        self._attr_native_value = self._link.control
        return changed


class WritesLeftSensor(LinkEntity[VEDirectSettings], SensorEntity):
    """How often the setting that was changed most may be changed today."""

    _attr_translation_key = "writes_left"
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _unrecorded_attributes = frozenset({ATTR_FREE_AT})

    def __init__(self, settings: VEDirectSettings) -> None:
        """Belong to the device."""
        super().__init__(settings, WRITES_LEFT)
        self._attr_unique_id = f"{settings.identity}_writes_left"
        self._attr_device_info = settings.device_info

    @override
    def _fresh(self) -> bool:
        return self._link.control is Control.ALLOWED

    @override
    def _take(self) -> bool:
        left = self._link.writes_left()
        value = min(left.values(), default=WRITES_PER_DAY)
        attributes = {
            ATTR_FREE_AT: self._link.writes_free_at(),
            **{key: count for key, count in left.items() if count < WRITES_PER_DAY},
        }
        if (value, attributes) == (
            self._attr_native_value,
            self._attr_extra_state_attributes,
        ):
            return False
        self._attr_native_value = value
        self._attr_extra_state_attributes = attributes
        return True


def sensors_of(settings: VEDirectSettings) -> list[SensorEntity]:
    """Return what tells whether and how often something may be written."""
    if settings.control is Control.NOT_SWITCHED_ON:
        return [ControlSensor(settings)]
    return [ControlSensor(settings), WritesLeftSensor(settings)]


_CLASSES: Final[Mapping[SettingKind, type[SettingEntity]]] = {
    SettingKind.BUTTON: SettingButton,
    SettingKind.NUMBER: SettingNumber,
    SettingKind.SELECT: SettingSelect,
    SettingKind.SWITCH: SettingSwitch,
}


@callback
def async_add_settings(
    settings: VEDirectSettings,
    kind: SettingKind,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the settings of one kind, now and whenever the device turns out to have more."""

    @callback
    def add(found: Iterable[Setting]) -> None:
        entities = [
            _CLASSES[kind](settings, setting)
            for setting in found
            if setting.kind is kind
        ]
        if entities:
            async_add_entities(entities)

    settings.async_on_settings(add)
