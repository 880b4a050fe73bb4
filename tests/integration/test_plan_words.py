"""Reasons in words: languages, numbers and times as they are read at home."""

from datetime import UTC, datetime
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.energy_manager import outlook
from custom_components.energy_manager.engine.planner.plan import Reason
from custom_components.energy_manager.reason_texts import ReasonTexts

from .house import EVENING, House, async_set_up, home_entry

TEXTS = ReasonTexts(
    {
        "en": {"sun": "{kwh} kWh by {when} for {persons}"},
        "de": {"sun": "{kwh} kWh bis {when} für {persons}"},
        "fr": {"sun": "{kwh} kWh d'ici {when} pour {persons}"},
    }
)


@pytest.mark.parametrize(
    ("language", "when", "text"),
    [
        ("en", "2026-06-18T20:00:00Z", "12.5 kWh by 22:00 for 2"),
        ("en-GB", "2026-06-19T04:30:00Z", "12.5 kWh by tomorrow 06:30 for 2"),
        ("de", "2026-06-18T20:00:00Z", "12,5 kWh bis 22:00 Uhr für 2"),
        ("de", "2026-06-20T04:30:00Z", "12,5 kWh bis 20.6. 06:30 Uhr für 2"),
        ("fr", "2026-06-19T04:30:00Z", "12,5 kWh d'ici demain 06:30 pour 2"),
        ("it", "2026-06-18T20:00:00Z", "12.5 kWh by 22:00 for 2"),
        # Just after midnight at home, though not yet in UTC.
        ("en", "2026-06-18T22:05:00Z", "12.5 kWh by tomorrow 00:05 for 2"),
    ],
)
async def test_reason_in_words(
    hass: HomeAssistant, language: str, when: str, text: str
) -> None:
    """Numbers have the language's decimal sign, times the clock and day at home."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    reason = Reason(code="sun", parameters={"kwh": 12.5, "when": when, "persons": 2.0})
    now = datetime(2026, 6, 18, 18, 0, tzinfo=UTC)
    assert TEXTS.text(reason, language, now) == text


def test_numbers_and_words() -> None:
    """Zero is a number, great numbers stay readable, words stay words."""
    now = datetime(2026, 6, 18, 18, 0, tzinfo=UTC)
    parameters: dict[str, str | int | float] = {
        "kwh": 0.0,
        "when": "noon",
        "persons": 12345.6,
    }
    reason = Reason(code="sun", parameters=parameters)
    assert TEXTS.text(reason, "en", now) == "0 kWh by noon for 12346"


def test_reason_without_words() -> None:
    """A reason that has no text shows its code rather than nothing."""
    now = datetime(2026, 6, 18, 18, 0, tzinfo=UTC)
    assert TEXTS.text(Reason(code="new", parameters={}), "de", now) == "new"


async def test_failing_solar_forecast_is_passed_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Another integration's forecast may fail as it likes: the weather has to do."""
    freezer.move_to(EVENING)
    house = House(hass)
    await house.async_build()
    entry = home_entry(hass)
    with patch.object(outlook, "async_solar_forecast", side_effect=KeyError("wh")):
        await async_set_up(hass, entry)
    assert entry.runtime_data.plan is not None
    assert "No new solar forecast for plan of Home" in caplog.text
    await entry.runtime_data.coordinator.async_refresh()
    assert "The solar forecast for plan of Home is back" in caplog.text
    await house.async_take_down()
