"""What is shown of devices of all families."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.energy_manager.engine.vedirect import Family, Value, readings
from custom_components.energy_manager.vedirect_points import (
    description_of,
    is_binary_sensor,
    is_sensor,
)

from .conftest import SpeakingCharger, SpeakingInverter
from .test_vedirect_link import async_set_up, entity_id, entry_for, state_of


def shown(family: Family, **fields: str) -> dict[str, Value]:
    """Return what is shown as sensors of what a device says."""
    values = readings(fields.items(), family)
    return {key: value for key, value in values.items() if is_sensor(value)}


def enabled(family: Family, **fields: str) -> set[str]:
    """Return the keys of the sensors that are enabled at first."""
    values = readings(fields.items(), family)
    return {
        key
        for key, value in values.items()
        if is_sensor(value)
        and description_of(value, values).entity_registry_enabled_default
    }


@pytest.mark.parametrize(
    ("family", "fields", "expected"),
    [
        (
            Family.AC_CHARGER,
            {
                "V": "14400",
                "I": "5000",
                "V2": "13800",
                "I2": "0",
                "CS": "4",
                "ERR": "0",
            },
            {
                "output_voltage_1",
                "output_current_1",
                "output_voltage_2",
                "output_current_2",
                "charge_state",
                "charger_error",
            },
        ),
        (
            Family.DCDC,
            {"V": "14400", "I": "5000", "DC_IN_V": "1280", "DC_IN_I": "60", "CS": "3"},
            {
                "output_voltage",
                "output_current",
                "input_voltage",
                "input_current",
                "device_state",
            },
        ),
        (
            Family.MULTI_RS,
            {"AC_OUT_V": "23000", "AC_OUT_I": "5", "PPV": "800", "H19": "12345"},
            {"ac_voltage", "ac_current", "solar_power", "yield_total"},
        ),
    ],
)
def test_families(family: Family, fields: dict[str, str], expected: set[str]) -> None:
    """Each label has a sensor, and what matters is enabled."""
    assert set(shown(family, **fields)) == expected
    assert enabled(family, **fields) == expected


def test_a_monitor_of_a_source_is_no_battery_monitor() -> None:
    """Charge is unknown there, and the counters have other names."""
    said = {"V": "48000", "I": "2000", "SOC": "---", "TTG": "---", "CE": "---"}
    energies = {"H17": "100", "H18": "0"}
    battery = readings({**said, **energies, "MON": "0"}.items(), Family.BMV)
    source = readings({**said, **energies, "MON": "-9"}.items(), Family.BMV)

    def name(values: dict[str, Value], key: str) -> Any:
        return description_of(values[key], values).translation_key

    assert name(battery, "discharged_energy") == "discharged_energy"
    assert name(source, "discharged_energy") == "produced_energy"
    assert name(source, "charged_energy") == "consumed_energy"
    charge = ("state_of_charge", "remaining_minutes", "consumed_ampere_hours")
    for key in charge:
        assert battery[key].value is None
        assert description_of(battery[key], battery).entity_registry_enabled_default
        assert not description_of(source[key], source).entity_registry_enabled_default


def test_texts_of_the_device_page_are_no_sensors() -> None:
    """Serial numbers least of all; rare texts are there but disabled."""
    fields = {"PID": "0xA389", "SER#": "HQ1", "FW": "0413", "BMV": "700", "HC#": "48"}
    assert set(shown(Family.BMV, **fields)) == {"hardware"}
    assert enabled(Family.BMV, **fields) == set()


def test_alarms_are_shown_once_as_yes_or_no() -> None:
    """A monitor tells it itself; for an inverter the reasons do."""
    monitor = readings({"Alarm": "ON", "AR": "1"}.items(), Family.BMV)
    assert [
        key for key, value in monitor.items() if is_binary_sensor(value, monitor)
    ] == ["alarm_condition"]
    inverter = readings({"AR": "1", "WARN": "0"}.items(), Family.INVERTER)
    assert [
        key for key, value in inverter.items() if is_binary_sensor(value, inverter)
    ] == ["alarm", "warning"]


async def test_a_charger_without_terminals_has_no_load_output(
    hass: HomeAssistant, charger: SpeakingCharger, entity_registry: er.EntityRegistry
) -> None:
    """Its text tells of one all the same."""
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "yield_today")
    assert entry.runtime_data.values["load_state"].value is not None
    assert state_of(hass, "load_state", Platform.BINARY_SENSOR) is None
    assert state_of(hass, "relay_state", Platform.BINARY_SENSOR) == "off"


async def test_an_unknown_alarm_is_an_alarm(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """A bit that nobody knows has no word, but is told with its number."""
    entry = entry_for(inverter.port)
    await async_set_up(hass, entry, "warning")
    await inverter.async_stop()
    link = entry.runtime_data
    said = dict(link._merge.fields(0.0))
    assert said["WARN"] == "0"
    link._merge._last["WARN"] = ("32768", link._block_at)
    link._refresh({"WARN"})
    warning = hass.states.get(entity_id(hass, Platform.SENSOR, "warning"))
    assert warning is not None
    assert warning.state == "unknown"
    assert warning.attributes["code"] == 32768
    assert state_of(hass, "warning", Platform.BINARY_SENSOR) == "on"
