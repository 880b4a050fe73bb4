"""Days that a charger remembers, in the statistics."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.energy_manager import vedirect_history
from custom_components.energy_manager.const import CONF_DEMO_ENTRY
from custom_components.energy_manager.engine.vedirect.records import DayRecord
from custom_components.energy_manager.vedirect_days import (
    daily_rows,
    dated,
    shares,
    spread,
    total_rows,
)
from custom_components.energy_manager.vedirect_history import CONF_HISTORY_IMPORTED

from .conftest import EmulatedPort, SpeakingCharger, SpeakingMonitor, async_until
from .test_vedirect_link import async_set_up, entity_id, entry_for, sensor_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 21, 14, 32, tzinfo=UTC)
YIELDS = tuple(1.0 + 0.25 * (age % 9) for age in range(31))


def record(yield_kwh: float, day: int) -> DayRecord:
    """Return the record of a day."""
    return DayRecord(
        yield_kwh=yield_kwh,
        max_battery_voltage_v=14.4,
        min_battery_voltage_v=12.6,
        day=day,
    )


def noon_sun(instant: datetime) -> float:
    """Return the height of a sun that shines from 6 to 18 UTC."""
    return 60.0 if 6 <= instant.hour < 18 else -30.0


def records_of(yields: Sequence[float], day: int) -> list[DayRecord]:
    """Return records, newest first."""
    return [record(energy, (day - age) % 365) for age, energy in enumerate(yields)]


def test_dates_follow_the_numbers_of_days() -> None:
    """A day without power of the charger has no record; the counter begins anew."""
    records = [record(1, 1), record(2, 0), record(3, 364), record(4, 360)]
    assert [day.date for day in dated(records, date(2026, 6, 21))] == [
        date(2026, 6, 21),
        date(2026, 6, 20),
        date(2026, 6, 19),
        date(2026, 6, 15),
    ]
    senseless = [record(1, 7), record(2, 7), record(3, 300)]
    assert [day.date.day for day in dated(senseless, date(2026, 6, 21))] == [21, 20, 19]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 6, 21), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)],
)
def test_a_day_is_spread_over_its_light(day: date, hours: int) -> None:
    """All of it, also when the clocks change, and also without a sunrise."""
    by_sun = shares(day, BERLIN, noon_sun)
    assert sum(by_sun.values()) == pytest.approx(1)
    assert {hour.hour for hour in by_sun} == set(range(6, 18))
    dark = shares(day, BERLIN, lambda _instant: -10.0)
    assert len(dark) == hours
    assert sum(dark.values()) == pytest.approx(1)
    assert shares(day, BERLIN, noon_sun, datetime(2026, 1, 1, tzinfo=UTC)) == {}


def test_the_day_that_is_not_over_ends_now() -> None:
    """What today brought so far was brought before now."""
    until = datetime(2026, 6, 21, 10, 30, tzinfo=UTC)
    today = shares(date(2026, 6, 21), BERLIN, noon_sun, until)
    assert max(today) == datetime(2026, 6, 21, 10, tzinfo=UTC)
    assert sum(today.values()) == pytest.approx(1)


def test_counters_lead_up_to_what_they_read_now() -> None:
    """The total ends at its reading; that of the day begins anew each day."""
    days = dated(records_of((2.0, 3.0, 4.0), 9), date(2026, 6, 21))
    now = datetime(2026, 6, 21, 20, 0, tzinfo=UTC)
    hours = spread(days, lambda day: day.yield_kwh, BERLIN, noon_sun, now)
    rows = total_rows(hours, 100.0)
    assert rows[0].first == 91.0
    assert rows[-1].state == 100.0
    assert sum(row.rise or 0 for row in rows) == pytest.approx(9.0)
    daily = daily_rows(hours)
    assert [row.first for row in daily if row.first == 0.0] == [0.0] * 3
    assert max(row.state or 0 for row in daily) == 4.0
    reset = total_rows(hours, 2.5)
    assert min(row.state or 0 for row in reset) == 0.0
    assert reset[-1].state == 2.5
    assert sum(row.rise or 0 for row in reset) == pytest.approx(9.0)


@pytest.fixture
async def berlin(hass: HomeAssistant) -> AsyncGenerator[None]:
    """A summer afternoon in Berlin; the clock goes on, as devices need it."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    hass.config.latitude, hass.config.longitude = 52.5, 13.4
    with freeze_time(NOW, tick=True):
        yield


@pytest.fixture
async def night(hass: HomeAssistant) -> AsyncGenerator[None]:
    """A quarter past three in a summer night."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    hass.config.latitude, hass.config.longitude = 52.5, 13.4
    with freeze_time(datetime(2026, 6, 21, 1, 15, tzinfo=UTC), tick=True):
        yield


async def async_sums(hass: HomeAssistant, statistic: str) -> list[dict[str, Any]]:
    """Return the hours that the recorder has."""
    await async_wait_recording_done(hass)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        NOW - timedelta(days=60),
        None,
        {statistic},
        "hour",
        None,
        {"state", "sum"},
    )
    return [dict(row) for row in found.get(statistic, [])]


def by_day(rows: Sequence[dict[str, Any]]) -> dict[date, float]:
    """Return the growth of the sums by local day."""
    days: dict[date, float] = {}
    before = 0.0
    for row in rows:
        day = datetime.fromtimestamp(row["start"], BERLIN).date()
        days[day] = days.get(day, 0.0) + row["sum"] - before
        before = row["sum"]
    return days


def new_entry(port: EmulatedPort) -> MockConfigEntry:
    """Return the entry of a charger whose days were not imported yet."""
    entry = entry_for(port)
    data = dict(entry.data)
    del data[CONF_HISTORY_IMPORTED]
    return MockConfigEntry(
        domain=entry.domain, title=entry.title, unique_id=entry.unique_id, data=data
    )


@pytest.mark.usefixtures("berlin")
async def test_a_new_charger_brings_its_days(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The days before are in the statistics, once, and importing again adds nothing."""
    charger.device._days.remember(records_of(YIELDS, charger.readings.day))
    entry = new_entry(charger.port)
    await async_set_up(hass, entry, "yield_total")
    await async_until(lambda: CONF_HISTORY_IMPORTED in entry.data)
    total = entity_id(hass, Platform.SENSOR, "yield_total")
    rows = await async_sums(hass, total)
    days = by_day(rows)
    # Today is going on: its last hour is left to the recorder.
    assert len(days) == len(YIELDS)
    today = NOW.astimezone(BERLIN).date()
    for age, energy in enumerate(YIELDS[1:], start=1):
        assert days[today - timedelta(days=age)] == pytest.approx(energy, abs=0.002)
    assert 0 < days[today] < charger.readings.yield_today_kwh
    hours = {datetime.fromtimestamp(row["start"], BERLIN).hour for row in rows}
    assert min(hours) >= 4
    assert max(hours) <= 21
    assert rows[-1]["state"] < charger.readings.yield_total_kwh
    notes = hass.data["persistent_notification"]
    assert any("31 days" in note["message"] for note in notes.values())

    await hass.services.async_call(
        BUTTON_DOMAIN,
        SERVICE_PRESS,
        {ATTR_ENTITY_ID: entity_id(hass, Platform.BUTTON, "import_history")},
        blocking=True,
    )
    assert await async_sums(hass, total) == rows
    heard = charger.port.heard.count(b":75010")
    await hass.config_entries.async_reload(entry.entry_id)
    await async_until(lambda: sensor_of(hass, "yield_total") == "1234.56")
    assert charger.port.heard.count(b":75010") == heard


@pytest.mark.usefixtures("night")
async def test_before_dawn_the_newest_day_is_yesterday(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """A charger's day begins with the light."""
    charger.device._days.remember(records_of(YIELDS[:3], charger.readings.day))
    entry = new_entry(charger.port)
    await async_set_up(hass, entry, "yield_total")
    await async_until(lambda: CONF_HISTORY_IMPORTED in entry.data)
    rows = await async_sums(hass, entity_id(hass, Platform.SENSOR, "yield_total"))
    assert set(by_day(rows)) == {date(2026, 6, day) for day in (18, 19, 20)}


@pytest.mark.usefixtures("berlin")
async def test_a_charger_that_does_not_answer_is_tried_again(
    hass: HomeAssistant, charger: SpeakingCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a history is none; the owner is told why the button did nothing."""
    monkeypatch.setattr(vedirect_history, "ANSWER_S", 0.05)
    feed = charger.device.feed
    charger.port.answer = lambda data: b"" if b":75" in data else feed(data)
    entry = new_entry(charger.port)
    await async_set_up(hass, entry, "yield_total")
    with pytest.raises(HomeAssistantError) as raised:
        await hass.services.async_call(
            BUTTON_DOMAIN,
            SERVICE_PRESS,
            {ATTR_ENTITY_ID: entity_id(hass, Platform.BUTTON, "import_history")},
            blocking=True,
        )
    assert raised.value.translation_key == "history_unreadable"
    assert CONF_HISTORY_IMPORTED not in entry.data


async def test_only_chargers_have_days(
    hass: HomeAssistant, monitor: SpeakingMonitor
) -> None:
    """A monitor has no records of days, and no button for them."""
    await async_set_up(hass, new_entry(monitor.port), "charged_energy")
    assert not [
        state
        for state in hass.states.async_all(BUTTON_DOMAIN)
        if "import_history" in state.entity_id
    ]
    assert b":75010" not in monitor.port.heard


async def test_a_charger_of_the_demo_house_brings_none(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The demo house has a past of its own."""
    entry = new_entry(charger.port)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_DEMO_ENTRY: "none"}
    )
    assert dt_util.utcnow() is not None
    link = type("Link", (), {})()
    link.entry, link.family, link.answers_registers = entry, "mppt", True
    await vedirect_history.async_import_once(link)
    assert CONF_HISTORY_IMPORTED not in entry.data
