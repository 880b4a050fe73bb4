"""The diagnostics of a home are a problem that can be solved again."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import ExtendedJSONEncoder
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import DOMAIN, Mode
from custom_components.energy_manager.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.energy_manager.engine.planner.plan import Plan
from custom_components.energy_manager.engine.planner.problem import Problem
from custom_components.energy_manager.engine.planner.solve import solve

from .house import House, async_set_up, home_entry


async def _async_download(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Return the diagnostics as they are downloaded."""
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    return json.loads(json.dumps(diagnostics, cls=ExtendedJSONEncoder))


async def test_home(hass: HomeAssistant, house: House) -> None:
    """Problem and plan come back as they were, and solving gives the same plan."""
    entry = home_entry(hass, Mode.AUTOMATIC)
    await async_set_up(hass, entry)
    diagnostics = await _async_download(hass, entry)
    problem = Problem.from_json(diagnostics["problem"])
    plan = Plan.from_json(diagnostics["plan"])
    planned = entry.runtime_data.coordinator.data
    assert problem == planned.problem
    assert plan == planned.plan
    again = solve(problem)
    assert again.decision == plan.decision
    assert again.runs == plan.runs
    assert "sun" in diagnostics["reason_text"]
    assert diagnostics["failure"] is None
    assert diagnostics["states"]["sensor.tank_top"] == "52"
    assert diagnostics["memory"]["leases"]["boiler_release"]["commanded"] == "off"
    assert diagnostics["memory"]["decisions"][0]["why"] == "plan"


async def test_home_that_plans_nothing(hass: HomeAssistant, house: House) -> None:
    """Without a plan the diagnostics tell the rest."""
    entry = home_entry(hass, Mode.OFF, collector="sensor.nowhere")
    await async_set_up(hass, entry)
    diagnostics = await _async_download(hass, entry)
    assert diagnostics["problem"] is None
    assert diagnostics["plan"] is None
    assert diagnostics["states"]["sensor.nowhere"] is None
    assert diagnostics["entry"]["options"]["roles"]["weather"] == "weather.house"


async def test_no_place_and_no_secret(hass: HomeAssistant, house: House) -> None:
    """Where the house stands is not told, nor a password."""
    hass.config.latitude, hass.config.longitude = 49.487654, 8.466123
    entry = home_entry(hass)
    await async_set_up(hass, entry)
    text = json.dumps(await _async_download(hass, entry))
    assert "49.487" not in text
    assert "8.46612" not in text

    link = MockConfigEntry(
        domain=DOMAIN,
        data={"kind": "vbus", "host": "10.0.0.7", "port": 7053, "password": "secret"},
    )
    link.runtime_data = None
    text = json.dumps(await async_get_config_entry_diagnostics(hass, link))
    assert "secret" not in text
    assert "10.0.0.7" not in text
    assert "7053" in text
