"""Errors of writing to a device, in words for the owner."""

from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN


def write_error(key: str, **placeholders: str) -> HomeAssistantError:
    """Return an error that the owner can read."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders or None,
    )
