"""Words for settings of VBus controllers, where an error or a form names them."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_translate_state,
)

from .const import DOMAIN
from .engine.vbus import Setting
from .vbus_controller import Shown

OPTION_WORDS: Final = {
    "off": "off",
    "minimum": "min",
    "automatic": "auto",
    "maximum": "max",
    "on": "on",
}
"""The engine's modes and the options shown for them."""

_DECIMAL_COMMA: Final = ("de", "fr")


def option_word(shown: Shown) -> Shown:
    """Return a value as its entity has it."""
    return OPTION_WORDS.get(shown, shown) if isinstance(shown, str) else shown


@callback
def setting_name(hass: HomeAssistant, setting: Setting) -> str:
    """Return what a setting is called."""
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    key = f"component.{DOMAIN}.entity.{setting.kind}.{setting.key}.name"
    template = texts.get(key)
    if template is None:
        return f"{setting.key} {setting.number}"
    return template.format(number=setting.number)


@callback
def in_words(hass: HomeAssistant, setting: Setting, shown: Shown) -> str:
    """Return a value of a setting as the owner reads it."""
    if shown is None:
        return "?"
    if isinstance(shown, str):
        word = str(option_word(shown))
        return async_translate_state(hass, word, "select", DOMAIN, setting.key, None)
    return number_in_words(hass, setting, shown)


@callback
def number_in_words(hass: HomeAssistant, setting: Setting, value: float) -> str:
    """Return a number with its unit."""
    text = f"{value:g}"
    if hass.config.language.partition("-")[0] in _DECIMAL_COMMA:
        text = text.replace(".", ",")
    return text if setting.unit is None else f"{text} {setting.unit}"
