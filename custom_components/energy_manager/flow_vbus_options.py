"""Options of a VBus adapter: which controllers may be set, and the virtual sensor."""

from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.translation import async_translate_state
import probatio as vol

from .const import CONF_CONTROL, CONF_CONTROLLERS, DOMAIN
from .flow_vbus_import import RecordingImportSteps
from .vbus_adapter import POLLED, way_of
from .vbus_link import VBusLink
from .vbus_module import (
    CONF_AWAY,
    CONF_MODULE,
    CONF_SENSOR,
    CONF_VIRTUAL_MODULE,
    FIRST_SENSOR,
    LAST_MODULE,
    LAST_SENSOR,
    Away,
)
from .vbus_permission import (
    ControlState,
    address,
    controllable,
    first_state,
    is_part,
    is_switched_on,
    registered_sources,
)

CONF_INSTALLED: Final = "installed"


def _whole(first: int, last: int) -> vol.All[Any]:
    """Return the field of a small whole number."""
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(min=first, max=last, mode=NumberSelectorMode.BOX)
        ),
        vol.Coerce(int),
    )


_MODULE_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_INSTALLED): BooleanSelector(),
        vol.Required(CONF_MODULE): _whole(1, LAST_MODULE),
        vol.Required(CONF_SENSOR): _whole(FIRST_SENSOR, LAST_SENSOR),
        vol.Required(CONF_AWAY): SelectSelector(
            SelectSelectorConfig(
                options=[away.value for away in Away],
                translation_key="vbus_away",
                mode=SelectSelectorMode.LIST,
            )
        ),
    }
)
_MODULE_DEFAULTS: Final = {
    CONF_MODULE: 1,
    CONF_SENSOR: 1,
    CONF_AWAY: Away.RELEASED.value,
}


class VBusOptionsFlow(RecordingImportSteps, OptionsFlowWithReload):
    """Options of a VBus adapter."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options, as far as the adapter can send at all."""
        control = (
            ["vbus_control", "vbus_virtual_module"]
            if self._can_write
            else ["vbus_reading_only"]
        )
        return self.async_show_menu(
            step_id="init", menu_options=[*control, "import_recording"]
        )

    async def async_step_vbus_reading_only(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell that nothing can be written this way, and what to do."""
        if user_input is not None:
            return self.async_create_entry(data=dict(self.config_entry.options))
        return self.async_show_form(
            step_id="vbus_reading_only", data_schema=vol.Schema({})
        )

    async def async_step_vbus_control(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which controllers Home Assistant may write to."""
        if user_input is not None:
            return self._save({CONF_CONTROLLERS: user_input[CONF_CONTROLLERS]})
        sources = self._sources()
        options = self.config_entry.options
        choice = controllable(sources)
        field = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=address(source), label=sources[source])
                    for source in choice
                ],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
        chosen = [
            address(source) for source in choice if is_switched_on(options, source)
        ]
        return self.async_show_form(
            step_id="vbus_control",
            data_schema=vol.Schema(
                {vol.Required(CONF_CONTROLLERS, default=chosen): field}
            ),
            description_placeholders={"reading_only": self._reading_only(sources)},
        )

    async def async_step_vbus_virtual_module(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether a virtual sensor is to release the after-heating."""
        if user_input is not None:
            installed = user_input.pop(CONF_INSTALLED)
            return self._save({CONF_VIRTUAL_MODULE: user_input if installed else None})
        module = self.config_entry.options.get(CONF_VIRTUAL_MODULE)
        return self.async_show_form(
            step_id="vbus_virtual_module",
            data_schema=self.add_suggested_values_to_schema(
                _MODULE_SCHEMA,
                {
                    CONF_INSTALLED: module is not None,
                    **_MODULE_DEFAULTS,
                    **(module or {}),
                },
            ),
        )

    @property
    def _can_write(self) -> bool:
        """Whether the adapter can send to the bus."""
        return way_of(self.config_entry.data) not in POLLED

    @callback
    def _save(self, changed: dict[str, Any]) -> ConfigFlowResult:
        """Keep the other options as they are."""
        options = {**self.config_entry.options, **changed}
        if CONF_CONTROLLERS in options:
            options.pop(CONF_CONTROL, None)
        return self.async_create_entry(
            data={key: value for key, value in options.items() if value is not None}
        )

    def _sources(self) -> dict[int, str]:
        """Return the devices on the bus, and those that may be written to already."""
        sources = registered_sources(self.hass, self.config_entry)
        if self.config_entry.state is ConfigEntryState.LOADED:
            link = self.config_entry.runtime_data
            assert isinstance(link, VBusLink)
            for controller in link.visits.controllers:
                info = link.device_info(controller.source)
                sources.setdefault(controller.source, str(info.get("name")))
        for chosen in self.config_entry.options.get(CONF_CONTROLLERS, ()):
            sources.setdefault(int(chosen, 16), f"VBus {chosen}")
        return sources

    def _reading_only(self, sources: dict[int, str]) -> str:
        """Return in words which devices are only read, and why."""
        told = []
        for source, name in sources.items():
            state = first_state(self.config_entry.options, source, can_write=True)
            if is_part(source) or state not in (
                ControlState.UNKNOWN_CONTROLLER,
                ControlState.MEANING_UNCONFIRMED,
            ):
                continue
            why = async_translate_state(
                self.hass, state, "sensor", DOMAIN, "vbus_control", None
            )
            told.append(f"- {name}: {why}")
        return "\n".join(told)
