"""Energies that are added up here, and what a device tells only over HEX."""

from collections.abc import Callable
from dataclasses import replace

from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    mock_restore_cache_with_extra_data,
)

from custom_components.energy_manager import vedirect_slow
from custom_components.energy_manager.engine.vedirect import Family, readings
from custom_components.energy_manager.vedirect_energy import Integrator, sources_of
from custom_components.energy_manager.vedirect_link import VEDirectLink

from .conftest import Clock, SpeakingCharger, SpeakingInverter, async_until
from .test_vedirect_link import IDENTITY, async_set_up, entry_for, sensor_of

OUTPUT = (
    "sensor.phoenix_inverter_12v_1200va_230v_64k_hs_output_energy_from_apparent_power"
)


def energies(family: Family, **fields: str) -> dict[str, float | None]:
    """Return the powers that are added up for what a device says."""
    values = readings(fields.items(), family)
    product_id = int(fields.get("PID", "0"), 16)
    return {
        source.key: source.power_w(values)
        for source in sources_of(family, product_id)
        if source.told_with in values
    }


def test_which_powers_are_added_up() -> None:
    """Only where a device does not count, and never backwards."""
    inverter = {"AC_OUT_V": "23000", "AC_OUT_I": "10", "AC_OUT_S": "220", "V": "12800"}
    assert energies(Family.INVERTER, **inverter) == {"output_energy": 220}
    del inverter["AC_OUT_S"]
    assert energies(Family.INVERTER, **inverter) == {"output_energy": 230}
    assert energies(Family.INVERTER, **(inverter | {"AC_OUT_I": "-1"})) == {
        "output_energy": 0
    }
    charger = {"V": "14000", "I": "10000", "V2": "13000", "I2": "1000"}
    assert energies(Family.AC_CHARGER, **charger) == {"charger_energy": 153}
    converter = {"V": "14000", "I": "10000", "DC_IN_V": "1200", "DC_IN_I": "130"}
    assert energies(Family.DCDC, **converter) == {
        "charger_energy": 140,
        "input_energy": 156,
    }
    assert energies(Family.DCDC, **(converter | {"DC_IN_P": "150", "P": "141"})) == {
        "charger_energy": 141,
        "input_energy": 150,
    }
    solar = {"PPV": "100", "V": "12500", "I": "8000"}
    assert energies(Family.MPPT, **solar) == {}
    assert energies(Family.MPPT, **solar, IL="2000") == {"load_energy": 25}
    old = {"PID": "0x201", "V": "12000", "I": "-5000"}
    assert energies(Family.BMV, **old) == {"charged_energy": 0, "discharged_energy": 60}
    assert energies(Family.BMV, PID="0x203", V="12000", I="-5000") == {}
    assert energies(Family.BMV, PID="0x201", V="---", I="5000") == {
        "charged_energy": None,
        "discharged_energy": None,
    }


def test_nothing_is_invented() -> None:
    """Energy is added between two readings that follow each other, and only then."""
    integrator = Integrator()
    integrator.take(1000.0, 0.0)
    integrator.take(2000.0, 2.0)
    assert integrator.energy_kwh == pytest.approx(3000 / 3_600_000)
    before = integrator.energy_kwh
    integrator.take(None, 3.0)
    integrator.take(1000.0, 4.0)
    assert integrator.energy_kwh == before
    integrator.take(1000.0, 400.0)
    assert integrator.energy_kwh == before
    integrator.take(1_000_000.0, 401.0)
    integrator.take(0.0, 402.0)
    assert integrator.energy_kwh == before
    integrator.interrupt()
    integrator.take(1000.0, 403.0)
    assert integrator.energy_kwh == before


async def async_hour(
    link: VEDirectLink, clock: Clock, say: Callable[[], bytes], seconds: int
) -> None:
    """Let a device speak once a second."""
    for _ in range(seconds):
        clock.tick(1)
        link._receive(say())


async def test_output_energy_of_an_inverter(
    hass: HomeAssistant, inverter: SpeakingInverter, clock: Clock
) -> None:
    """An hour at 360 VA is 0.36 kWh; an hour of silence is nothing."""
    entry = entry_for(inverter.port)
    await async_set_up(hass, entry, "output_energy")
    await inverter.async_stop()
    link = entry.runtime_data
    inverter.readings = replace(inverter.readings, ac_apparent_power_va=360.0)
    await async_hour(link, clock, inverter.say, 3600)
    state = sensor_of(hass, "output_energy")
    assert state is not None
    assert float(state) == pytest.approx(0.36, abs=0.02)
    shown = hass.states.get(
        er.async_get(hass).async_get_entity_id(
            "sensor", "energy_manager", f"{IDENTITY}_output_energy"
        )
        or ""
    )
    assert shown is not None
    assert shown.attributes["device_class"] == "energy"
    assert shown.attributes["state_class"] == "total_increasing"
    clock.tick(3600)
    link._watch(None)
    assert sensor_of(hass, "output_energy") == STATE_UNAVAILABLE
    await async_hour(link, clock, inverter.say, 90)
    after = sensor_of(hass, "output_energy")
    assert after is not None
    assert float(after) == pytest.approx(0.37, abs=0.02)


async def test_energy_goes_on_after_a_restart(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """What was added up before is not lost, nor rounded."""
    entry = entry_for(inverter.port)
    mock_restore_cache_with_extra_data(
        hass,
        (
            (
                State(OUTPUT, "12.345"),
                {"energy_kwh": 12.3456},
            ),
        ),
    )
    await async_set_up(hass, entry, "output_energy")
    state = sensor_of(hass, "output_energy")
    assert state is not None
    assert float(state) == pytest.approx(12.346, abs=0.001)


async def test_what_was_stored_must_be_an_energy(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """Nonsense in the storage does not stop the sensor."""
    mock_restore_cache_with_extra_data(
        hass, ((State(OUTPUT, "unknown"), {"energy_kwh": "much"}),)
    )
    await async_set_up(hass, entry_for(inverter.port), "output_energy")
    state = sensor_of(hass, "output_energy")
    assert state is not None
    assert float(state) < 0.01


async def test_a_register_is_asked_for_only_when_wanted(
    hass: HomeAssistant,
    charger: SpeakingCharger,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The temperature of a charger costs a question now and then."""
    monkeypatch.setattr(vedirect_slow, "ROUND_S", 0.05)
    entry = entry_for(charger.port)
    await async_set_up(hass, entry, "solar_power")
    assert charger.port.heard.count(b":7DBED") == 0
    temperature = entity_registry.async_get_entity_id(
        Platform.SENSOR, "energy_manager", f"{IDENTITY}_charger_temperature"
    )
    assert temperature is not None
    entity_registry.async_update_entity(temperature, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await async_until(
        lambda: (
            (state := hass.states.get(temperature)) is not None
            and state.state not in ("unknown", STATE_UNAVAILABLE)
        )
    )
    state = hass.states.get(temperature)
    assert state is not None
    assert state.state == str(charger.readings.temperature_c)
    asked = charger.port.heard.count(b":7DBED")
    assert asked == 1
    assert state.attributes["unit_of_measurement"] == "°C"
