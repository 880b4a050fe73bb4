"""Options steps that import a recording of a datalogger by uploading it."""

import asyncio
from pathlib import Path
import shutil
from tempfile import mkdtemp
from typing import Any, Final, override

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import (
    FileSelector,
    FileSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from .vbus_actions import summary_numbers
from .vbus_import import Summary, async_find, async_import_recordings, channel_of
from .vbus_import_files import SUFFIX, Found
from .vbus_link import VBusLink

CONF_RECORDING: Final = "recording"
CONF_RECORDED_CHANNEL: Final = "channel"

_UPLOAD_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_RECORDING): FileSelector(FileSelectorConfig(accept=SUFFIX))}
)


class RecordingImportSteps(OptionsFlow):
    """Steps that take an uploaded recording into the statistics."""

    _folder: Path | None = None
    _found: Found | None = None
    _import_task: asyncio.Task[Summary] | None = None

    async def async_step_import_recording(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the file."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                found = await self._async_take(user_input[CONF_RECORDING])
            except ValueError:
                errors["base"] = "upload_lost"
            except ServiceValidationError:
                errors["base"] = "no_recordings"
            else:
                return await self._async_begin(found)
        return self.async_show_form(
            step_id="import_recording", data_schema=_UPLOAD_SCHEMA, errors=errors
        )

    async def async_step_import_channel(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which of several recorded controllers is at this adapter."""
        assert self._found is not None
        if user_input is not None:
            return await self._async_run(int(user_input[CONF_RECORDED_CHANNEL]))
        channels = SelectSelector(
            SelectSelectorConfig(
                options=[str(number) for number in sorted(self._found.channels)],
                mode=SelectSelectorMode.LIST,
            )
        )
        return self.async_show_form(
            step_id="import_channel",
            data_schema=vol.Schema({vol.Required(CONF_RECORDED_CHANNEL): channels}),
        )

    async def async_step_import_running(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show how far the import is."""
        assert self._import_task is not None
        if not self._import_task.done():
            return self.async_show_progress(
                step_id="import_running",
                progress_action="import_running",
                progress_task=self._import_task,
            )
        return self.async_show_progress_done(next_step_id="import_end")

    async def async_step_import_end(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell what was imported; no option has changed."""
        assert self._import_task is not None
        if (error := self._import_task.exception()) is not None:
            return self.async_abort(
                reason="import_failed", description_placeholders={"reason": str(error)}
            )
        return self.async_abort(
            reason="import_done",
            description_placeholders=summary_numbers(self._import_task.result()),
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Stop what is running and delete the uploaded file."""
        if self._import_task is not None:
            self._import_task.cancel()
        elif self._folder is not None:
            self.hass.async_add_executor_job(_delete, self._folder)

    async def _async_take(self, file_id: str) -> Found:
        """Keep the uploaded file until it is imported, if it is a recording."""
        self._folder = await self.hass.async_add_executor_job(_keep, self.hass, file_id)
        try:
            return await async_find(self.hass, self._folder)
        except ServiceValidationError:
            await self.hass.async_add_executor_job(_delete, self._folder)
            self._folder = None
            raise

    async def _async_begin(self, found: Found) -> ConfigFlowResult:
        """Import at once if it is clear which controller was recorded."""
        self._found = found
        channel = channel_of(self._link, found)
        if channel is None:
            return await self.async_step_import_channel()
        return await self._async_run(channel)

    async def _async_run(self, channel: int) -> ConfigFlowResult:
        """Begin to import."""
        self._import_task = self.hass.async_create_task(
            self._async_import(channel), "VBus import of an uploaded recording"
        )
        return await self.async_step_import_running()

    async def _async_import(self, channel: int) -> Summary:
        """Import and delete the file."""
        assert self._found is not None
        assert self._folder is not None
        try:
            return await async_import_recordings(
                self._link, self._found, channel, progress=self.async_update_progress
            )
        finally:
            await self.hass.async_add_executor_job(_delete, self._folder)

    @property
    def _link(self) -> VBusLink:
        """Return the adapter."""
        link = self.config_entry.runtime_data
        assert isinstance(link, VBusLink)
        return link


def _keep(hass: HomeAssistant, file_id: str) -> Path:
    """Move an uploaded file to a folder of its own; call this in the executor."""
    with process_uploaded_file(hass, file_id) as path:
        folder = Path(mkdtemp(prefix="energy_manager_"))
        shutil.move(path, folder / f"upload{SUFFIX}")
    return folder


def _delete(folder: Path) -> None:
    """Delete an uploaded file; call this in the executor."""
    shutil.rmtree(folder, ignore_errors=True)
