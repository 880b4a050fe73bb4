"""Config flow steps for a device with a VE.Direct port."""

from pathlib import PurePath
from typing import Any, Final

from homeassistant.components import usb
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_DEVICE, CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers import sun
from homeassistant.helpers.selector import BooleanSelector, SerialPortSelector
from homeassistant.helpers.service_info.usb import UsbServiceInfo
import probatio as vol

from .const import CONF_CONTROL, CONF_DEMO_ENTRY, CONF_KIND, EntryKind
from .links import LinkError, LinkSilentError
from .vedirect_identity import (
    TextMissingError,
    async_identify,
    cable_number,
    identity_data,
    is_device_of,
    name_of,
)
from .vedirect_merge import Identity

PORT_SCHEMA: Final = vol.Schema({vol.Required(CONF_DEVICE): SerialPortSelector()})
CONTROL_SCHEMA: Final = vol.Schema({vol.Required(CONF_CONTROL): BooleanSelector()})


class VEDirectFlow(ConfigFlow):
    """Steps that add and correct a VE.Direct port."""

    _discovered_device: str = ""

    async def async_step_vedirect(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the port and listen to it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            device = await self._async_stable_path(user_input[CONF_DEVICE])
            self._async_abort_entries_match({CONF_DEVICE: device})
            identity, error = await self._async_listen_to(device)
            if identity is not None:
                return await self._async_add_device(device, identity)
            errors["base"] = error
        return self.async_show_form(
            step_id="vedirect",
            data_schema=self.add_suggested_values_to_schema(PORT_SCHEMA, user_input),
            errors=errors,
        )

    async def async_step_usb(self, discovery_info: UsbServiceInfo) -> ConfigFlowResult:
        """Offer a cable that was plugged in."""
        device = await self._async_stable_path(discovery_info.device)
        self._async_wake(device)
        self._async_abort_entries_match({CONF_DEVICE: device})
        # The cable's number only tells offers apart: the device's own comes later.
        cable = discovery_info.serial_number or device
        await self.async_set_unique_id(f"cable_{cable}")
        self._abort_if_unique_id_configured(updates={CONF_DEVICE: device})
        self._discovered_device = device
        self.context["title_placeholders"] = {"name": f"VE.Direct {cable}"}
        return await self.async_step_vedirect_found()

    async def async_step_vedirect_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner confirm the cable, then listen to it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            identity, error = await self._async_listen_to(self._discovered_device)
            if identity is not None:
                return await self._async_add_device(self._discovered_device, identity)
            errors["base"] = error
        self._set_confirm_only()
        return self.async_show_form(
            step_id="vedirect_found",
            description_placeholders={"device": self._discovered_device},
            errors=errors,
        )

    async def async_step_import_vedirect(
        self, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Add a device of the demo house, which is not running yet."""
        name = PurePath(data[CONF_DEVICE]).name
        await self.async_set_unique_id(f"{data[CONF_DEMO_ENTRY]}_{name}")
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=data.get(CONF_NAME, f"VE.Direct {name}"),
            data={
                key: value
                for key, value in data.items()
                if key not in (CONF_NAME, CONF_CONTROL)
            },
            options={CONF_CONTROL: data.get(CONF_CONTROL, False)},
        )

    async def async_step_reconfigure_vedirect(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the port to which the same device is now connected."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            device = await self._async_stable_path(user_input[CONF_DEVICE])
            self._async_abort_entries_match({CONF_DEVICE: device})
            resume = await self._async_release_port(entry)
            identity, error = await self._async_listen_to(device)
            if identity is not None and is_device_of(entry.data, identity):
                return self.async_update_reload_and_abort(
                    entry, data_updates={CONF_DEVICE: device}
                )
            errors["base"] = error if identity is None else "another_device"
            if resume:
                await self.hass.config_entries.async_setup(entry.entry_id)
        return self.async_show_form(
            step_id="reconfigure_vedirect",
            data_schema=self.add_suggested_values_to_schema(
                PORT_SCHEMA, entry.data if user_input is None else user_input
            ),
            errors=errors,
        )

    async def _async_stable_path(self, device: str) -> str:
        """Return a path that stays the same when cables are plugged in differently."""
        if not device.startswith("/dev/"):
            return device
        return await self.hass.async_add_executor_job(usb.get_serial_by_id, device)

    @callback
    def _async_wake(self, device: str) -> None:
        """Let an entry that waits for this cable try again at once."""
        for entry in self._async_current_entries(include_ignore=False):
            if (
                entry.data.get(CONF_DEVICE) == device
                and entry.state is ConfigEntryState.SETUP_RETRY
            ):
                self.hass.config_entries.async_schedule_reload(entry.entry_id)

    async def _async_add_device(
        self, device: str, identity: Identity
    ) -> ConfigFlowResult:
        """Create the entry of a device, or follow a known one to its new port."""
        if identity.serial_number is not None:
            await self.async_set_unique_id(
                identity.serial_number, raise_on_progress=False
            )
            self._abort_if_unique_id_configured(updates={CONF_DEVICE: device})
        elif (cable := cable_number(device)) is not None:
            await self.async_set_unique_id(f"cable_{cable}", raise_on_progress=False)
            self._abort_if_unique_id_configured(updates={CONF_DEVICE: device})
        return self.async_create_entry(
            title=name_of(identity),
            data={
                CONF_KIND: EntryKind.VEDIRECT.value,
                CONF_DEVICE: device,
                **identity_data(identity),
            },
            options={CONF_CONTROL: False},
        )

    async def _async_release_port(self, entry: ConfigEntry) -> bool:
        """Let go of the port: it can be opened only once."""
        if entry.state is not ConfigEntryState.LOADED:
            return False
        return await self.hass.config_entries.async_unload(entry.entry_id)

    async def _async_listen_to(self, device: str) -> tuple[Identity | None, str]:
        """Return which device speaks at the port, or the error."""
        try:
            return await async_identify(device), ""
        except TextMissingError:
            return None, "no_text"
        except LinkSilentError:
            return None, "no_data" if sun.is_up(self.hass) else "no_data_dark"
        except LinkError:
            return None, "cannot_open"


class VEDirectOptionsFlow(OptionsFlowWithReload):
    """Options of a VE.Direct device."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options."""
        return await self.async_step_vedirect_control()

    async def async_step_vedirect_control(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether Home Assistant may write to the device."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="vedirect_control",
            data_schema=self.add_suggested_values_to_schema(
                CONTROL_SCHEMA,
                {CONF_CONTROL: self.config_entry.options.get(CONF_CONTROL, False)},
            ),
        )
