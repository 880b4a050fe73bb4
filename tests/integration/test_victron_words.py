"""The words for Victron's states are those of Home Assistant's own integration."""

import json
from pathlib import Path

import homeassistant.components

from custom_components.energy_manager.engine.vedirect.enumerations import (
    ALARMS,
    ERRORS,
    OFF_REASONS,
    STATES,
)

CORE = Path(homeassistant.components.__path__[0])

RADIO_ONLY = {"no_reason", "load_output_disabled"}
"""The load output's state is only on the radio."""


def test_keys_are_those_of_home_assistant() -> None:
    """Every state key of core's `victron_ble` that text can tell is there."""
    strings = json.loads((CORE / "victron_ble" / "strings.json").read_text("utf-8"))
    entities = strings["entity"]["sensor"]
    assert set(entities["charger_error"]["state"]) <= set(ERRORS.values())
    assert set(entities["device_state"]["state"]) <= set(STATES.values())
    assert set(entities["alarm"]["state"]) - {"no_alarm"} == set(ALARMS.values())
    reasons = set(entities["off_reason"]["state"]) - RADIO_ONLY
    assert reasons <= set(OFF_REASONS.values())
