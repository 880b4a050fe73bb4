"""What an owner is asked for each way to a VBus."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
)
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    SerialPortSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from .engine.vbus import DEFAULT_PORT
from .links import LinkAuthError, LinkError, LinkRefusedError, LinkSilentError
from .vbus_adapter import CONF_CHANNEL, POLLED, LinkChannelError, Way, way_of
from .vbus_discovery import FoundAdapter
from .vbus_http import HTTP_PORT, WEB_SERVICE_USER

DEFAULT_PASSWORD: Final = "vbus"
BY_HAND: Final = "by_hand"

STEPS: Final = {
    "vbus_tcp": Way.TCP,
    "vbus_web_service": Way.WEB_SERVICE,
    "vbus_download": Way.DOWNLOAD,
    "vbus_serial": Way.SERIAL,
    "vbus_stream": Way.STREAM,
}
"""The steps that ask for a way, in the order of the menu."""

_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))


def _network(port: int) -> dict[vol.Marker, Any]:
    """Return the fields for an address on the network."""
    return {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=port): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
    }


SCHEMAS: Final = {
    Way.TCP: vol.Schema(
        {
            **_network(DEFAULT_PORT),
            vol.Required(CONF_PASSWORD, default=DEFAULT_PASSWORD): _PASSWORD,
        }
    ),
    Way.STREAM: vol.Schema(_network(DEFAULT_PORT)),
    Way.SERIAL: vol.Schema({vol.Required(CONF_DEVICE): SerialPortSelector()}),
    Way.DOWNLOAD: vol.Schema(
        {
            **_network(HTTP_PORT),
            vol.Required(CONF_USERNAME, default=WEB_SERVICE_USER): TextSelector(),
            vol.Required(CONF_PASSWORD): _PASSWORD,
        }
    ),
    Way.WEB_SERVICE: vol.Schema(
        {**_network(HTTP_PORT), vol.Required(CONF_PASSWORD): _PASSWORD}
    ),
}


def access_schema(way: Way) -> vol.Schema:
    """Return the fields that say who asks, without the address."""
    fields = SCHEMAS[way].schema.items()
    return vol.Schema(
        {
            field: selector
            for field, selector in fields
            if field in (CONF_USERNAME, CONF_PASSWORD)
        }
    )


def channel_schema(channels: Mapping[int, str]) -> vol.Schema:
    """Return the choice among the inputs of a data logger."""
    return vol.Schema(
        {
            vol.Required(CONF_CHANNEL): vol.All(
                SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(
                                value=str(number), label=name or f"VBus {number}"
                            )
                            for number, name in channels.items()
                        ],
                        mode=SelectSelectorMode.LIST,
                    )
                ),
                vol.Coerce(int),
            )
        }
    )


def found_schema(found: list[FoundAdapter]) -> vol.Schema:
    """Return the choice among the adapters that answered."""
    options = [
        SelectOptionDict(value=adapter.host, label=label_of(adapter))
        for adapter in found
    ]
    options.append(SelectOptionDict(value=BY_HAND, label=BY_HAND))
    return vol.Schema(
        {
            vol.Required(CONF_HOST): SelectSelector(
                SelectSelectorConfig(
                    options=options,
                    mode=SelectSelectorMode.LIST,
                    translation_key="vbus_found",
                )
            )
        }
    )


def label_of(adapter: FoundAdapter) -> str:
    """Return how an adapter is shown to the owner."""
    told = adapter.information
    words = [word for word in (told.product or "VBus", told.name) if word]
    return f"{' '.join(words)} ({adapter.host})"


def step_of(adapter: FoundAdapter) -> str:
    """Return the step for the way that suits an adapter best."""
    if adapter.information.access == "web_service":
        return "vbus_web_service"
    return "vbus_tcp"


def error_of(err: LinkError, data: Mapping[str, Any]) -> str:
    """Return the key of the words for what did not work."""
    way = way_of(data)
    match err:
        case LinkAuthError():
            return "invalid_auth"
        case LinkChannelError():
            return "no_channel"
        case LinkRefusedError():
            return "no_live_data" if way in POLLED else "refused"
        case LinkSilentError():
            return "no_data"
    return "cannot_open" if way is Way.SERIAL else "cannot_connect"
