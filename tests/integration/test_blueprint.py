"""The blueprint that asks before the boiler runs, run with a phone that is pushed to."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
import shutil
import sys
from types import ModuleType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "energy_manager"
NOW = datetime(2026, 11, 3, 3, 0, tzinfo=dt_util.UTC)
START = NOW + timedelta(hours=2)
PUSH_URL = "https://push.example"
START_ENTITY = "sensor.home_next_boiler_start"
RELEASE = "switch.home_boiler_release"


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give Home Assistant a folder of its own with the blueprint in it."""
    folder = Path(hass_tmp_config_dir) / "blueprints" / "automation" / "energy_manager"
    shutil.copytree(BLUEPRINTS, folder)
    return hass_tmp_config_dir


@pytest.fixture
def no_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for two voice libraries, which no machine can install without a compiler.

    The phone's integration imports the voice assistant, but uses none of it here.
    """
    for name, attribute in (
        ("pymicro_vad", "MicroVad"),
        ("pyspeex_noise", "AudioProcessor"),
    ):
        module = ModuleType(name)
        setattr(module, attribute, object)
        monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
async def phone(
    hass: HomeAssistant,
    no_microphone: None,
    hass_admin_user: MockUser,
    aioclient_mock: AiohttpClientMocker,
) -> AsyncGenerator[str]:
    """Register a phone and give its device; the automation is off afterwards."""
    aioclient_mock.post(PUSH_URL, json={})
    entry = MockConfigEntry(
        domain="mobile_app",
        title="Phone",
        data={
            "app_data": {"push_token": "token", "push_url": PUSH_URL},
            "app_id": "io.homeassistant.companion",
            "app_name": "Home Assistant",
            "app_version": "1",
            "device_id": "phone",
            "device_name": "Phone",
            "manufacturer": "Maker",
            "model": "Model",
            "os_name": "Android",
            "os_version": "16",
            "secret": "",
            "supports_encryption": False,
            "user_id": hass_admin_user.id,
            "webhook_id": "webhook",
        },
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "mobile_app", {})
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    yield device.id
    await hass.services.async_call(
        automation.DOMAIN, "turn_off", {"entity_id": "all"}, blocking=True
    )


async def start_automation(hass: HomeAssistant, phone: str, **inputs: str) -> None:
    """Set the automation up from the blueprint, with a run planned for START."""
    hass.states.async_set(
        START_ENTITY, START.isoformat(), {"reason": "Guests need 9 kWh by 07:00."}
    )
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            automation.DOMAIN: {
                "use_blueprint": {
                    "path": "energy_manager/ask_before_boiler.yaml",
                    "input": {
                        "phone": phone,
                        "next_boiler_start": START_ENTITY,
                        "boiler_release": RELEASE,
                        **inputs,
                    },
                }
            }
        },
    )
    await hass.async_block_till_done()


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, until: datetime
) -> None:
    """Let the time pass up to a moment, and templates see it."""
    freezer.move_to(until)
    async_fire_time_changed(hass, until)
    await settle()


async def settle() -> None:
    """Let the automation go on until it waits.

    Home Assistant's own way to wait would also wait for the phone's answer.
    """
    for _ in range(100):
        await asyncio.sleep(0)


def pushed(aioclient_mock: AiohttpClientMocker) -> list[dict[str, Any]]:
    """Return what the phone was sent."""
    return [call[2] for call in aioclient_mock.mock_calls]


@pytest.fixture
def release_calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Record what the automation does with the boiler's release."""
    calls = async_mock_service(hass, "switch", "turn_on")
    hass.services.async_register("switch", "turn_off", calls.append)
    return calls


async def ask(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    phone: str,
    aioclient_mock: AiohttpClientMocker,
    **inputs: str,
) -> dict[str, Any]:
    """Let the automation ask and return the notification."""
    freezer.move_to(NOW)
    await start_automation(hass, phone, **inputs)
    await pass_time(hass, freezer, START - timedelta(minutes=31))
    assert pushed(aioclient_mock) == []
    await pass_time(hass, freezer, START - timedelta(minutes=29))
    (notification,) = pushed(aioclient_mock)
    return notification


@pytest.mark.parametrize(
    ("button", "service"), [(0, "turn_on"), (1, "turn_off")], ids=["approve", "skip"]
)
async def test_answer_is_carried_out(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    phone: str,
    aioclient_mock: AiohttpClientMocker,
    release_calls: list[ServiceCall],
    button: int,
    service: str,
) -> None:
    """The phone is asked with the reason, and its answer releases or holds back."""
    notification = await ask(hass, freezer, phone, aioclient_mock)

    assert "Guests need 9 kWh by 07:00." in notification["message"]
    actions = notification["data"]["actions"]
    assert [action["title"] for action in actions] == ["Approve", "Skip"]
    assert release_calls == []

    hass.bus.async_fire(
        "mobile_app_notification_action", {"action": actions[button]["action"]}
    )
    await settle()

    (call,) = release_calls
    assert call.service == service
    assert call.data["entity_id"] == [RELEASE]


@pytest.mark.parametrize(
    ("unanswered", "services"), [("plan", []), ("skip", ["turn_off"])]
)
async def test_nobody_answers(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    phone: str,
    aioclient_mock: AiohttpClientMocker,
    release_calls: list[ServiceCall],
    unanswered: str,
    services: list[str],
) -> None:
    """Without an answer the owner's choice for that case holds."""
    await ask(hass, freezer, phone, aioclient_mock, unanswered=unanswered)

    await pass_time(hass, freezer, START + timedelta(minutes=5))

    assert [call.service for call in release_calls] == services


async def test_no_run_planned_asks_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    phone: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    """A plan without a boiler run leaves the phone silent."""
    freezer.move_to(NOW)
    await start_automation(hass, phone)
    hass.states.async_set(START_ENTITY, "unknown")
    await pass_time(hass, freezer, START)

    assert pushed(aioclient_mock) == []
