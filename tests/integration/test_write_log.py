"""Every write is told, with who wanted it and why, in the logbook's words."""

from datetime import timedelta
from typing import Any

from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.core import Context, Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.energy_manager import write_log
from custom_components.energy_manager.const import DOMAIN
from custom_components.energy_manager.write_log import (
    EVENT_WRITE,
    Author,
    async_log_write,
    author_of,
    plan_context,
)

RELAY = "select.controller_relay_3_mode"


@pytest.fixture
async def relay(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> str:
    """A relay's mode of a controller; the id of its device."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, "controller")},
        name="Controller",
    )
    entity_registry.async_get_or_create(
        "select",
        DOMAIN,
        "relay",
        suggested_object_id="controller_relay_3_mode",
        config_entry=entry,
        device_id=device.id,
        translation_key="relay_mode",
    )
    hass.states.async_set(RELAY, "on", {"friendly_name": "Controller Relay 3 mode"})
    return device.id


async def async_read_logbook(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return what the logbook tells of writes."""
    await async_wait_recording_done(hass)
    processor = EventProcessor(hass, (EVENT_WRITE,))
    end = dt_util.utcnow()
    return await hass.async_add_executor_job(
        processor.get_events, end - timedelta(hours=1), end
    )


async def async_prepare(hass: HomeAssistant, language: str) -> None:
    """Have the words of a language and the logbook ready."""
    hass.config.language = language
    hass.config.components.add(DOMAIN)
    await async_load_integrations(hass, {DOMAIN})
    assert await async_setup_component(hass, "logbook", {})
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("language", "message"),
    [
        (
            "en",
            "was changed from Automatic to On by the plan (the tank is too cold)",
        ),
        (
            "de",
            "wurde von Automatik auf Ein geändert, durch den Plan"
            " (der Speicher ist zu kalt)",
        ),
        (
            "fr",
            "est passé de Automatique à Marche par le plan (le ballon est trop froid)",
        ),
    ],
)
async def test_the_logbook_tells_in_words(
    hass: HomeAssistant, relay: str, language: str, message: str
) -> None:
    """Values, author and reason in the language of Home Assistant."""
    await async_prepare(hass, language)
    async_log_write(
        hass,
        entity_id=RELAY,
        setting="relay_mode",
        before="auto",
        after="on",
        context=plan_context(hass, "tank_cold"),
    )
    (told,) = await async_read_logbook(hass)
    assert told["name"] == "Controller Relay 3 mode"
    assert told["entity_id"] == RELAY
    assert told["message"] == message


async def test_a_setting_without_entity_is_told_with_its_device(
    hass: HomeAssistant, relay: str
) -> None:
    """What has no entity is named by its device; a free reason stays as it is."""
    await async_prepare(hass, "en")
    async_log_write(
        hass,
        device_id=relay,
        setting="clock",
        before=None,
        after=0,
        context=None,
        reason="summer time",
    )
    (told,) = await async_read_logbook(hass)
    assert told["name"] == "Controller clock"
    assert told["message"] == "was set to 0 by Energy Manager (summer time)"


async def test_authors(hass: HomeAssistant, relay: str) -> None:
    """Who wanted a change follows from the context of the action."""
    heard: list[Event[Any]] = async_capture_events(hass, EVENT_WRITE)
    for context, author in (
        (Context(user_id="someone"), Author.USER),
        (Context(parent_id="a trigger"), Author.AUTOMATION),
        (Context(), Author.AUTOMATION),
        (plan_context(hass, "plan"), Author.PLAN),
        (None, Author.INTEGRATION),
    ):
        assert author_of(hass, context) is author
        async_log_write(
            hass,
            entity_id=RELAY,
            setting="relay_mode",
            before="auto",
            after="on",
            context=context,
        )
        await hass.async_block_till_done()
        event = heard.pop()
        assert event.data["author"] == author
        assert event.data["before"] == "auto"
        assert event.data["after"] == "on"
        assert event.data["reason"] == ("plan" if author is Author.PLAN else None)
        if context is not None:
            assert event.context is context


async def test_old_commands_of_the_plan_are_forgotten(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that runs for years does not fill the memory."""
    monkeypatch.setattr(write_log, "PLANS_KEPT", 3)
    contexts = [plan_context(hass, "plan") for _ in range(5)]
    authors = [author_of(hass, context) for context in contexts]
    assert authors == [Author.AUTOMATION] * 2 + [Author.PLAN] * 3
