"""Everything that can be set on a VE.Direct device has words and an icon."""

from collections.abc import Iterator

import pytest

from custom_components.energy_manager.engine.vedirect import (
    Chemistry,
    Device,
    Family,
    Setting,
    SettingKind,
    registers_of,
    settings_of,
)
from custom_components.energy_manager.vedirect_controls import TRANSLATION_KEYS
from custom_components.energy_manager.vedirect_settings import Control
from tests.architecture import INTEGRATION, load_json

EVERYTHING = 0xFFFFFFFF
BATTERY_TYPE = 0xEDF1
SYSTEM_VOLTAGE = 0xEDEF


def all_settings() -> Iterator[Setting]:
    """Return every setting of any device."""
    for family in Family:
        for chemistry in Chemistry:
            # A device that answers everything.
            values = dict.fromkeys(registers_of(family), 12.0)
            values |= {
                0x0140: EVERYTHING,
                0xED98: 0,
                0xEDDF: 100,
                BATTERY_TYPE: 255,
                SYSTEM_VOLTAGE: 12,
                0xEDF6: 13.5,
                0xEDF7: 14.4,
                0x2211: 8,
                0x2212: 17.4,
                0x0231: 200,
                0x0232: 250,
            }
            yield from settings_of(
                Device(family=family, values=values, chemistry=chemistry)
            )


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_setting_has_words(language: str) -> None:
    """Each setting is named, and so is each of its options."""
    texts = load_json(INTEGRATION / "translations" / f"{language}.json")["entity"]
    seen: set[str] = set()
    for setting in all_settings():
        key = TRANSLATION_KEYS.get(setting.key, setting.key)
        words = texts[setting.kind.value].get(key)
        assert words is not None, key
        assert words["name"]
        if setting.kind is SettingKind.SELECT:
            assert setting.options.keys() <= words["state"].keys(), key
        seen.add(setting.key)
    assert {"charger", "inverter_mode", "relay", "charge_current_limit"} <= seen
    control = texts["sensor"]["control"]["state"]
    assert {word.value for word in Control} <= control.keys()
