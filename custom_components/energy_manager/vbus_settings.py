"""Entities for the settings of VBus controllers, and for why there are none."""

from typing import Final, override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberMode
from homeassistant.components.select import SelectEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory, UnitOfTemperature
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.vbus import Setting
from .engine.vbus.setting import Kind
from .entity import LinkEntity
from .vbus_controller import Controller
from .vbus_link import VBusLink
from .vbus_notes import Place
from .vbus_permission import ControlState, address
from .vbus_words import OPTION_WORDS, option_word

ATTR_SET_HERE: Final = "set_here_since"

_ENGINE_WORDS: Final = {word: option for option, word in OPTION_WORDS.items()}


@callback
def async_add_selects(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the modes of every controller that may be written to."""
    _add(link, async_add_entities, "select", VBusSelect)


@callback
def async_add_numbers(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the limits and speeds of every controller that may be written to."""
    _add(link, async_add_entities, "number", VBusNumber)


@callback
def async_add_control_states(
    link: VBusLink, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add for every controller whether it may be written to, or why not."""
    added: set[int] = set()

    @callback
    def newcomer(controller: Controller) -> None:
        if controller.source not in added:
            added.add(controller.source)
            async_add_entities([VBusControlState(link, controller)])

    link.visits.async_on_controller(newcomer)


@callback
def _add(
    link: VBusLink,
    async_add_entities: AddConfigEntryEntitiesCallback,
    kind: Kind,
    entity_class: type[VBusSelect | VBusNumber],
) -> None:
    """Add the settings of one kind, of each controller as they become known."""
    added: set[Place] = set()

    @callback
    def newcomer(controller: Controller) -> None:
        fresh = [
            setting
            for setting in controller.settings
            if setting.kind == kind
            and not setting.read_only
            and Place.of(controller.source, setting) not in added
        ]
        added.update(Place.of(controller.source, setting) for setting in fresh)
        async_add_entities(entity_class(link, controller, one) for one in fresh)

    link.visits.async_on_controller(newcomer)


class VBusSettingEntity(LinkEntity[VBusLink]):
    """A setting of a controller."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(
        self, link: VBusLink, controller: Controller, setting: Setting
    ) -> None:
        """Describe the setting as its family's table does."""
        super().__init__(link, controller.source)
        self._controller = controller
        self._setting = setting
        self._attr_translation_key = setting.key
        self._attr_translation_placeholders = {"number": str(setting.number)}
        self._attr_unique_id = f"{link.identity}_{_key(controller.source, setting)}"
        self._attr_device_info = link.device_info(controller.source)
        self._attr_entity_registry_enabled_default = setting.enabled_by_default

    @override
    async def async_added_to_hass(self) -> None:
        """Have the setting read: what nobody looks at is not asked for."""
        await super().async_added_to_hass()
        if self.device_entry is not None:
            self._controller.device_id = self.device_entry.id
        self.async_on_remove(
            self._link.visits.async_look_at(
                self._controller, self._setting, self.entity_id
            )
        )

    @override
    def _fresh(self) -> bool:
        # While the bus is held nothing is heard for some seconds: that is not stale.
        return (
            self._link.heard(self._controller.source)
            and self._setting not in self._controller.absent
        )

    async def _async_write(self, shown: float | str) -> None:
        """Write to the controller and read it back."""
        await self._link.visits.writing.async_write(
            self._controller,
            self._setting,
            shown,
            label=self._label(),
            context=self._context,
        )

    def _label(self) -> str:
        """Return what the owner calls this setting."""
        state = self.hass.states.get(self.entity_id)
        return self.entity_id if state is None else state.name


class VBusSelect(VBusSettingEntity, SelectEntity):
    """Whether something follows the controller's automatic or is set by hand."""

    @property
    @override
    def options(self) -> list[str]:
        """Return what may be chosen, and what is in force."""
        setting = self._setting
        current = self._attr_current_option
        allowed = setting.writable_options
        return [
            OPTION_WORDS[option]
            for option in setting.options
            if option in allowed or OPTION_WORDS[option] == current
        ]

    @override
    def _take(self) -> bool:
        shown = option_word(self._controller.values.get(self._setting))
        since = self._set_here_since()
        attributes = {} if since is None else {ATTR_SET_HERE: since}
        changed = (
            shown != self._attr_current_option
            or attributes != self._attr_extra_state_attributes
        )
        self._attr_current_option = shown if isinstance(shown, str) else None
        self._attr_extra_state_attributes = attributes
        return changed

    def _set_here_since(self) -> str | None:
        """Return since when Home Assistant keeps the automatic out."""
        place = Place.of(self._controller.source, self._setting)
        mode = self._link.visits.notes.modes.get(place)
        return None if mode is None else mode.since.isoformat()

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose a mode; it is given back when Home Assistant stops."""
        await self._async_write(_ENGINE_WORDS[option])


class VBusNumber(VBusSettingEntity, NumberEntity):
    """A limit, a difference, a speed or a priority."""

    _attr_mode = NumberMode.BOX

    def __init__(
        self, link: VBusLink, controller: Controller, setting: Setting
    ) -> None:
        """Take unit and limits from the family's table."""
        super().__init__(link, controller, setting)
        self._attr_native_min_value = setting.minimum
        self._attr_native_max_value = setting.maximum
        self._attr_native_step = setting.step
        self._attr_native_unit_of_measurement = setting.unit
        if setting.unit == UnitOfTemperature.CELSIUS:
            self._attr_device_class = NumberDeviceClass.TEMPERATURE
        elif setting.unit == UnitOfTemperature.KELVIN:
            self._attr_device_class = NumberDeviceClass.TEMPERATURE_DELTA

    @override
    def _take(self) -> bool:
        shown = self._controller.values.get(self._setting)
        changed = shown != self._attr_native_value
        self._attr_native_value = None if isinstance(shown, str) else shown
        return changed

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the number."""
        if self.unit_of_measurement != self.native_unit_of_measurement:
            # Whole degrees of another unit are none of the controller's.
            setting = self._setting
            steps = round((value - setting.minimum) / setting.step)
            value = setting.minimum + steps * setting.step
        await self._async_write(value)


class VBusControlState(LinkEntity[VBusLink], SensorEntity):
    """Whether a controller may be written to, or why it may not."""

    _attr_translation_key = "vbus_control"
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = [state.value for state in ControlState]

    def __init__(self, link: VBusLink, controller: Controller) -> None:
        """Belong to the controller."""
        super().__init__(link, controller.source)
        self._controller = controller
        source = address(controller.source)
        self._attr_unique_id = f"{link.identity}_{source}_control"
        self._attr_device_info = link.device_info(controller.source)

    @override
    def _fresh(self) -> bool:
        return self._link.heard(self._controller.source)

    @override
    def _take(self) -> bool:
        state = self._controller.state.value
        changed = state != self._attr_native_value
        self._attr_native_value = state
        return changed


def _key(source: int, setting: Setting) -> str:
    """Return the part of a unique id that names a setting."""
    if setting.key == "relay_mode":
        return f"{address(source)}_relay_{setting.number}_mode"
    return f"{address(source)}_{setting.key}_{setting.number}"
