"""Config flow of the demo house: one click adds it."""

from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_PORT, UnitOfTemperature
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)
import probatio as vol

from .const import CONF_KIND, CONF_TIME_FACTOR, CONF_WEATHER, DEMO_WEATHERS, EntryKind

DEMO_UNIQUE_ID: Final = "demo_house"
CONF_TANK: Final = "tank_c"

DEFAULT_OPTIONS: Final[dict[str, Any]] = {
    CONF_WEATHER: DEMO_WEATHERS[0],
    CONF_TIME_FACTOR: 1,
}

_OPTIONS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_WEATHER): SelectSelector(
            SelectSelectorConfig(
                options=[*DEMO_WEATHERS],
                translation_key="demo_weather",
            )
        ),
        vol.Optional(CONF_TANK): NumberSelector(
            NumberSelectorConfig(
                min=10,
                max=90,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTemperature.CELSIUS,
            )
        ),
        vol.Required(CONF_TIME_FACTOR): NumberSelector(
            NumberSelectorConfig(min=1, max=600, step=1, mode=NumberSelectorMode.BOX)
        ),
    }
)


class DemoFlow(ConfigFlow):
    """Add the demo house, once."""

    async def async_step_demo(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add the demo house at once: there is nothing to ask."""
        await self.async_set_unique_id(DEMO_UNIQUE_ID)
        self._abort_if_unique_id_configured(error="demo_already_set_up")
        return self.async_create_entry(
            title="Demo house",
            # The system chooses a free port when the house starts for the first time.
            data={CONF_KIND: EntryKind.DEMO.value, CONF_PORT: 0},
            options=DEFAULT_OPTIONS,
        )


class DemoOptionsFlow(OptionsFlow):
    """Set the weather, the tank and the pace of the demo house while it runs."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to the only form there is."""
        return await self.async_step_demo()

    async def async_step_demo(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the weather, the tank and the pace."""
        entry = self.config_entry
        if user_input is not None:
            # The tank is set once; the rest holds until it is changed again.
            tank_c: float | None = user_input.pop(CONF_TANK, None)
            if tank_c is not None and entry.state is ConfigEntryState.LOADED:
                entry.runtime_data.world.fill_tank(tank_c)
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="demo",
            data_schema=self.add_suggested_values_to_schema(
                _OPTIONS_SCHEMA, entry.options
            ),
        )
