"""Config flow of Energy Manager: a menu of what can be added."""

from typing import override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from .const import DOMAIN
from .flow_demo import DemoFlow
from .flow_home import HomeFlow
from .flow_vbus import VBusFlow
from .flow_vedirect import VEDirectFlow


class EnergyManagerConfigFlow(
    VBusFlow, VEDirectFlow, HomeFlow, DemoFlow, ConfigFlow, domain=DOMAIN
):
    """Let the owner add a device link, the home or the demo house."""

    VERSION = 1

    @override
    async def async_step_user(self, user_input: None = None) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user", menu_options=["vbus", "vedirect", "home", "demo"]
        )
