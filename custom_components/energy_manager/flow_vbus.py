"""Config flow steps for a VBus adapter."""

from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PASSWORD, CONF_PORT
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from .const import CONF_CONTROL, CONF_DEMO_ENTRY, CONF_KIND, EntryKind
from .engine.vbus import DEFAULT_PORT
from .links import LinkAuthError, LinkError, LinkRefusedError, LinkSilentError
from .vbus_adapter import async_probe
from .vbus_specification import async_get_specification

DEFAULT_PASSWORD: Final = "vbus"

_PASSWORD_FIELD: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD)
)

ADAPTER_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_PASSWORD, default=DEFAULT_PASSWORD): _PASSWORD_FIELD,
    }
)
PASSWORD_SCHEMA: Final = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD_FIELD})
CONTROL_SCHEMA: Final = vol.Schema({vol.Required(CONF_CONTROL): BooleanSelector()})


class VBusFlow(ConfigFlow):
    """Steps that add, correct and unlock a VBus adapter."""

    async def async_step_vbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the adapter and try it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._async_abort_same_adapter(user_input)
            title, error = await self._async_try_adapter(user_input)
            if error is None:
                return self.async_create_entry(
                    title=title,
                    data={CONF_KIND: EntryKind.VBUS.value, **user_input},
                    options={CONF_CONTROL: False},
                )
            errors["base"] = error
        return self.async_show_form(
            step_id="vbus",
            data_schema=self.add_suggested_values_to_schema(ADAPTER_SCHEMA, user_input),
            errors=errors,
        )

    async def async_step_import_vbus(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Add the adapter of the demo house, which is not running yet."""
        await self.async_set_unique_id(f"{data[CONF_DEMO_ENTRY]}_vbus")
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=data.get(CONF_NAME, "VBus"),
            data={
                key: value
                for key, value in data.items()
                if key not in (CONF_NAME, CONF_CONTROL)
            },
            options={CONF_CONTROL: data.get(CONF_CONTROL, False)},
        )

    async def async_step_reauth_vbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password that the adapter accepts now."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            _, error = await self._async_try_adapter({**entry.data, **user_input})
            if error is None:
                return self.async_update_reload_and_abort(
                    entry, data_updates=user_input
                )
            errors["base"] = error
        return self.async_show_form(
            step_id="reauth_vbus",
            data_schema=PASSWORD_SCHEMA,
            description_placeholders={"host": entry.data[CONF_HOST]},
            errors=errors,
        )

    async def async_step_reconfigure_vbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or password of the same adapter."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            self._async_abort_same_adapter(user_input)
            resume = await self._async_release_adapter(entry)
            _, error = await self._async_try_adapter(user_input)
            if error is None:
                return self.async_update_reload_and_abort(
                    entry, data_updates=user_input
                )
            errors["base"] = error
            if resume:
                await self.hass.config_entries.async_setup(entry.entry_id)
        return self.async_show_form(
            step_id="reconfigure_vbus",
            data_schema=self.add_suggested_values_to_schema(
                ADAPTER_SCHEMA, entry.data if user_input is None else user_input
            ),
            errors=errors,
        )

    def _async_abort_same_adapter(self, user_input: dict[str, Any]) -> None:
        """Abort if another entry already uses this address."""
        self._async_abort_entries_match(
            {
                CONF_KIND: EntryKind.VBUS.value,
                CONF_HOST: user_input[CONF_HOST],
                CONF_PORT: user_input[CONF_PORT],
            }
        )

    async def _async_release_adapter(self, entry: ConfigEntry) -> bool:
        """Let go of the adapter, which serves one client at a time."""
        if entry.state is not ConfigEntryState.LOADED:
            return False
        return await self.hass.config_entries.async_unload(entry.entry_id)

    async def _async_try_adapter(self, data: dict[str, Any]) -> tuple[str, str | None]:
        """Return a title for what is connected, and the error if there is one."""
        specification = await async_get_specification(self.hass)
        try:
            name = await async_probe(
                specification, data[CONF_HOST], data[CONF_PORT], data[CONF_PASSWORD]
            )
        except LinkAuthError:
            return "", "invalid_auth"
        except LinkRefusedError:
            return "", "refused"
        except LinkSilentError:
            return "", "no_data"
        except LinkError:
            return "", "cannot_connect"
        return name or f"VBus {data[CONF_HOST]}", None


class VBusOptionsFlow(OptionsFlowWithReload):
    """Options of a VBus adapter."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options."""
        return await self.async_step_vbus_control()

    async def async_step_vbus_control(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether Home Assistant may write to the controller."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="vbus_control",
            data_schema=self.add_suggested_values_to_schema(
                CONTROL_SCHEMA,
                {CONF_CONTROL: self.config_entry.options.get(CONF_CONTROL, False)},
            ),
        )
