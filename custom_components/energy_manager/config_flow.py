"""Config flow of Energy Manager: a menu of what can be added."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.helpers.service_info.usb import UsbServiceInfo

from . import flow_demo, flow_home, flow_vbus, flow_vbus_options, flow_vedirect
from .const import CONF_KIND, DOMAIN, EntryKind


class EnergyManagerConfigFlow(
    flow_vbus.VBusFlow,
    flow_vedirect.VEDirectFlow,
    flow_home.HomeFlow,
    flow_demo.DemoFlow,
    ConfigFlow,
    domain=DOMAIN,
):
    """Let the owner add a device link, the home or the demo house."""

    VERSION = 1

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user", menu_options=[kind.value for kind in EntryKind]
        )

    @override
    async def async_step_usb(self, discovery_info: UsbServiceInfo) -> ConfigFlowResult:
        """Offer what was plugged in: an adapter of RESOL, or a cable of Victron."""
        if discovery_info.vid == flow_vbus.USB_VENDOR:
            return await self.async_step_usb_vbus(discovery_info)
        return await super().async_step_usb(discovery_info)

    async def async_step_import(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Add what the demo house needs."""
        match EntryKind(data[CONF_KIND]):
            case EntryKind.VBUS:
                return await self.async_step_import_vbus(data)
            case EntryKind.VEDIRECT:
                return await self.async_step_import_vedirect(data)
            case EntryKind.HOME:
                return await self.async_step_import_home(data)
            case EntryKind.DEMO:
                return await self.async_step_demo()

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask for the password of a VBus adapter again, the only one there is."""
        return await self.async_step_reauth_vbus()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner correct where a link leads or what the home is made of."""
        match EntryKind(self._get_reconfigure_entry().data[CONF_KIND]):
            case EntryKind.VBUS:
                return await self.async_step_reconfigure_vbus()
            case EntryKind.VEDIRECT:
                return await self.async_step_reconfigure_vedirect()
            case EntryKind.HOME:
                return await self.async_step_reconfigure_home()
            case EntryKind.DEMO:
                return self.async_abort(reason="nothing_to_reconfigure")

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options flow of the entry's kind."""
        match EntryKind(config_entry.data[CONF_KIND]):
            case EntryKind.VBUS:
                return flow_vbus_options.VBusOptionsFlow()
            case EntryKind.VEDIRECT:
                return flow_vedirect.VEDirectOptionsFlow()
            case EntryKind.HOME:
                return flow_home.HomeOptionsFlow()
            case EntryKind.DEMO:
                return flow_demo.DemoOptionsFlow()
