"""Actions for VBus adapters: import recordings, refresh the specification."""

from pathlib import Path
from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import ConfigEntrySelector
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_admin_service,
)
from homeassistant.helpers.translation import async_get_translations
import probatio as vol

from .const import DOMAIN
from .vbus_import import Summary, async_find, async_import_recordings, channel_of
from .vbus_link import VBusLink
from .vbus_specification import async_refresh_specification

ATTR_CHANNEL: Final = "channel"
ATTR_CONFIG_ENTRY: Final = "config_entry"
ATTR_PATH: Final = "path"

SERVICE_IMPORT: Final = "import_recording"
SERVICE_REFRESH: Final = "refresh_specification"

HIGHEST_CHANNEL: Final = 63

NOTIFIED_STEPS: Final = 20
"""How often the progress is told from the beginning to the end."""

_IMPORT_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_CONFIG_ENTRY): ConfigEntrySelector({"integration": DOMAIN}),
        vol.Required(ATTR_PATH): cv.string,
        vol.Optional(ATTR_CHANNEL): vol.All(
            vol.Coerce(int), vol.Range(min=0, max=HIGHEST_CHANNEL)
        ),
    }
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions; both are for administrators and automations."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_IMPORT,
        _async_import,
        schema=_IMPORT_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_REFRESH,
        _async_refresh,
        schema=vol.Schema({}),
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    """Fetch RESOL's public specification file."""
    refreshed = await async_refresh_specification(call.hass)
    return {
        "updated": refreshed.updated,
        "before": refreshed.before,
        "found": refreshed.found,
    }


async def _async_import(call: ServiceCall) -> ServiceResponse:
    """Import a recording, or all in a folder."""
    hass = call.hass
    link = _link(hass, call.data[ATTR_CONFIG_ENTRY])
    path = await hass.async_add_executor_job(_allowed, hass, call.data[ATTR_PATH])
    found = await async_find(hass, path)
    channel: int | None = call.data.get(ATTR_CHANNEL)
    if channel is None:
        channel = channel_of(link, found)
    if channel is None:
        raise _error(
            "several_channels",
            channels=", ".join(str(number) for number in sorted(found.channels)),
        )
    notice = Notice(hass, link, await async_words(hass))
    try:
        summary = await async_import_recordings(
            link, found, channel, progress=notice.tell
        )
    except BaseException:
        notice.dismiss()
        raise
    notice.tell_end(summary)
    return summary.to_json() if call.return_response else None


def _link(hass: HomeAssistant, entry_id: str) -> VBusLink:
    """Return the adapter of an entry."""
    link = async_get_config_entry(hass, DOMAIN, entry_id).runtime_data
    if not isinstance(link, VBusLink):
        raise _error("not_a_vbus_adapter")
    return link


def _allowed(hass: HomeAssistant, text: str) -> Path:
    """Return the path, an error if it leads elsewhere; this reads the disk.

    Allowed are Home Assistant's folders of configuration and media and those that the
    owner has allowed. A path without a leading slash begins in the first of them.
    """
    folder = Path(hass.config.config_dir)
    try:
        path = (folder / text).resolve()
        exists = path.exists()
    except (OSError, ValueError) as err:
        raise _error("path_not_found", path=text) from err
    allowed = (folder, *(Path(place) for place in hass.config.media_dirs.values()))
    if not any(
        path.is_relative_to(place.resolve()) for place in allowed
    ) and not hass.config.is_allowed_path(str(path)):
        raise _error("path_not_allowed", path=text)
    if not exists:
        raise _error("path_not_found", path=text)
    return path


def _error(key: str, **placeholders: str) -> ServiceValidationError:
    """Return what the owner is told."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


async def async_words(hass: HomeAssistant) -> dict[str, str]:
    """Return the words for what is told of an import."""
    prefix = f"component.{DOMAIN}.common."
    words = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
    return {key.removeprefix(prefix): text for key, text in words.items()}


def summary_numbers(summary: Summary) -> dict[str, str]:
    """Return the numbers of a summary as its texts want them."""
    span = (summary.first, summary.last)
    first, last = ("-" if day is None else day.date().isoformat() for day in span)
    return {
        "files": str(summary.files),
        "first": first,
        "last": last,
        "hours": str(summary.hours),
        "present": str(summary.present),
        "entities": str(sum(1 for one in summary.entities.values() if one.hours)),
        "damaged": str(summary.damaged),
        "others": str(len(summary.not_recordings)),
        "disabled": str(
            sum(1 for one in summary.entities.values() if one.left_out is not None)
        ),
        "packets": str(len(summary.without_entity)),
    }


class Notice:
    """The notification that tells how far an import is."""

    def __init__(
        self, hass: HomeAssistant, link: VBusLink, words: dict[str, str]
    ) -> None:
        """Tell that it begins."""
        self._hass = hass
        self._id = f"{DOMAIN}_import_{link.entry.entry_id}"
        self._words = words
        self._title = words["import_title"].format(title=link.entry.title)
        self._told = -1
        self.tell(0.0)

    def tell(self, part: float) -> None:
        """Tell how much is done, but not all the time."""
        step = int(part * NOTIFIED_STEPS)
        if step > self._told:
            self._told = step
            percent = str(100 * step // NOTIFIED_STEPS)
            self._say(self._words["import_progress"].format(percent=percent))

    def tell_end(self, summary: Summary) -> None:
        """Tell what was done."""
        self._say(self._words["import_done"].format(**summary_numbers(summary)))

    def dismiss(self) -> None:
        """Take the notification away: the error is told elsewhere."""
        persistent_notification.async_dismiss(self._hass, self._id)

    def _say(self, text: str) -> None:
        persistent_notification.async_create(self._hass, text, self._title, self._id)
