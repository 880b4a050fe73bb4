"""Config flow steps for a VBus adapter."""

import asyncio
from typing import Any, Final

from homeassistant.components import usb
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_NAME, CONF_USERNAME
from homeassistant.helpers.service_info.usb import UsbServiceInfo

from .const import CONF_CONTROLLERS, CONF_DEMO_ENTRY
from .flow_vbus_trial import VBusTrialFlow
from .vbus_adapter import CONF_CHANNEL, CONF_WAY, Way, way_of
from .vbus_discovery import FoundAdapter, async_search
from .vbus_ways import (
    BY_HAND,
    SCHEMAS,
    STEPS,
    access_schema,
    channel_schema,
    found_schema,
    step_of,
)

USB_VENDOR: Final = "1FEF"
"""RESOL's number among the makers of USB devices."""


class VBusFlow(VBusTrialFlow):
    """Steps that find, add, correct and unlock a VBus adapter."""

    _search: asyncio.Task[list[FoundAdapter]] | None = None
    _found: list[FoundAdapter]
    _suggested: dict[str, Any]
    _usb_device: str = ""

    async def async_step_vbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how the bus is reached."""
        self._suggested = {}
        return self.async_show_menu(
            step_id="vbus", menu_options=["vbus_search", *STEPS]
        )

    # Search

    async def async_step_vbus_search(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Search the network for adapters."""
        if self._search is None:
            self._search = self.hass.async_create_task(
                async_search(self.hass), "VBus search"
            )
        if not self._search.done():
            return self.async_show_progress(
                step_id="vbus_search",
                progress_action="vbus_search",
                progress_task=self._search,
            )
        found, self._search = self._search.result(), None
        self._found = [adapter for adapter in found if not self._is_known(adapter)]
        return self.async_show_progress_done(
            next_step_id="vbus_found" if self._found else "vbus_found_nothing"
        )

    async def async_step_vbus_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner choose among the adapters that answered."""
        if user_input is None:
            return self.async_show_form(
                step_id="vbus_found", data_schema=found_schema(self._found)
            )
        if user_input[CONF_HOST] == BY_HAND:
            return await self.async_step_vbus()
        (adapter,) = [a for a in self._found if a.host == user_input[CONF_HOST]]
        self._suggested = {CONF_HOST: adapter.host}
        return await self._async_step_way(step_of(adapter), None)

    async def async_step_vbus_found_nothing(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that nobody answered; everything can be entered by hand."""
        self._suggested = {}
        return self.async_show_menu(
            step_id="vbus_found_nothing", menu_options=["vbus_search", *STEPS]
        )

    # Ways

    async def async_step_vbus_tcp(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for an adapter that wants a password."""
        return await self._async_step_way("vbus_tcp", user_input)

    async def async_step_vbus_web_service(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a KM2."""
        return await self._async_step_way("vbus_web_service", user_input)

    async def async_step_vbus_download(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the web page of a data logger."""
        return await self._async_step_way("vbus_download", user_input)

    async def async_step_vbus_serial(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a serial port."""
        return await self._async_step_way("vbus_serial", user_input)

    async def async_step_vbus_stream(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a converter without a password."""
        return await self._async_step_way("vbus_stream", user_input)

    async def _async_step_way(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask what a way needs and try it."""
        way = STEPS[step_id]
        errors: dict[str, str] = {}
        if user_input is not None:
            error = await self._async_begin({CONF_WAY: way.value, **user_input})
            if error is None and len(self._channels) > 1:
                return await self.async_step_vbus_channel()
            if error is None:
                title, error = await self._async_try()
                if error is None:
                    return await self._async_finish(title)
            errors["base"] = error
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                SCHEMAS[way],
                self._suggestions(way) if user_input is None else user_input,
            ),
            errors=errors,
        )

    def _suggestions(self, way: Way) -> dict[str, Any]:
        """Return what is known already and means the same on this way."""
        known = self._suggested
        if way_of(known) is way:
            return known
        return {key: value for key, value in known.items() if key == CONF_HOST}

    async def async_step_vbus_channel(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which input of a data logger."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._answers[CONF_CHANNEL] = user_input[CONF_CHANNEL]
            title, error = await self._async_try()
            if error is None:
                return await self._async_finish(
                    self._channels[user_input[CONF_CHANNEL]] or title
                )
            errors["base"] = error
        return self.async_show_form(
            step_id="vbus_channel",
            data_schema=self.add_suggested_values_to_schema(
                channel_schema(self._channels), user_input
            ),
            errors=errors,
        )

    # USB

    async def async_step_usb_vbus(
        self, discovery_info: UsbServiceInfo
    ) -> ConfigFlowResult:
        """Offer an adapter that was plugged in."""
        device = await self.hass.async_add_executor_job(
            usb.get_serial_by_id, discovery_info.device
        )
        self._async_abort_entries_match({CONF_DEVICE: device})
        await self.async_set_unique_id(f"vbus_{discovery_info.serial_number or device}")
        self._abort_if_unique_id_configured(updates={CONF_DEVICE: device})
        self._usb_device = device
        self.context["title_placeholders"] = {"name": "VBus/USB"}
        return await self.async_step_vbus_usb()

    async def async_step_vbus_usb(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner confirm the adapter, then listen to it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            await self._async_begin(
                {CONF_WAY: Way.SERIAL.value, CONF_DEVICE: self._usb_device}
            )
            title, error = await self._async_try()
            if error is None:
                return await self._async_finish(title)
            errors["base"] = error
        self._set_confirm_only()
        return self.async_show_form(
            step_id="vbus_usb",
            description_placeholders={"device": self._usb_device},
            errors=errors,
        )

    # Demo house

    async def async_step_import_vbus(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Add the adapter of the demo house, which is not running yet."""
        await self.async_set_unique_id(f"{data[CONF_DEMO_ENTRY]}_vbus")
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=data.get(CONF_NAME, "VBus"),
            data={
                key: value
                for key, value in data.items()
                if key not in (CONF_NAME, CONF_CONTROLLERS)
            },
            options={CONF_CONTROLLERS: data.get(CONF_CONTROLLERS, [])},
        )

    # Corrections

    async def async_step_reauth_vbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password that the adapter accepts now."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            self._answers = {**entry.data, **user_input}
            _, error = await self._async_try()
            if error is None:
                return self.async_update_reload_and_abort(
                    entry, data_updates=user_input
                )
            errors["base"] = error
        return self.async_show_form(
            step_id="reauth_vbus",
            data_schema=self.add_suggested_values_to_schema(
                access_schema(way_of(entry.data)),
                {k: v for k, v in entry.data.items() if k == CONF_USERNAME},
            ),
            description_placeholders={"host": entry.data[CONF_HOST]},
            errors=errors,
        )

    async def async_step_reconfigure_vbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how the same bus is reached now."""
        self._suggested = dict(self._get_reconfigure_entry().data)
        return self.async_show_menu(
            step_id="reconfigure_vbus", menu_options=list(STEPS)
        )
