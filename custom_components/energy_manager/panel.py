"""The page in the sidebar: what the plant does, what is planned and why."""

from pathlib import Path
from typing import Final

from homeassistant.components import frontend, panel_custom
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

URL_PATH: Final = "energy-manager"
STATIC_URL: Final = "/energy_manager_static"
_FOLDER: Final = Path(__file__).parent / "frontend"


async def async_serve_modules(hass: HomeAssistant) -> str:
    """Serve the page's modules once and return the address of the first.

    The version is part of the path, not of a query: so the modules that the first
    one imports are fetched anew after an update, too.
    """
    integration = await async_get_integration(hass, DOMAIN)
    base = f"{STATIC_URL}/{integration.version}"
    await hass.http.async_register_static_paths(
        [StaticPathConfig(base, str(_FOLDER), cache_headers=True)]
    )
    return f"{base}/panel.js"


async def async_show(hass: HomeAssistant, module_url: str) -> None:
    """Put the page into the sidebar, if it is not there yet."""
    if URL_PATH in hass.data.get(frontend.DATA_PANELS, {}):
        return
    await panel_custom.async_register_panel(
        hass,
        frontend_url_path=URL_PATH,
        webcomponent_name="energy-manager-panel",
        sidebar_title="Energy Manager",
        sidebar_icon="mdi:solar-power-variant",
        module_url=module_url,
        require_admin=False,
    )


def async_hide(hass: HomeAssistant) -> None:
    """Take the page out of the sidebar."""
    frontend.async_remove_panel(hass, URL_PATH, warn_if_unknown=False)
