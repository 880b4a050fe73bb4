"""Takes the days that a solar charger remembers into the statistics."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
import logging
from typing import TYPE_CHECKING, Final, override

from homeassistant.components import persistent_notification
from homeassistant.components.button import ButtonEntity
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.sun import get_astral_event_date, get_astral_location
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import CONF_DEMO_ENTRY, DOMAIN
from .engine.vedirect import Failure, Family, registers_of
from .engine.vedirect.records import DayRecord
from .engine.vedirect.registers import HISTORY_DAYS, HISTORY_TODAY
from .statistics_import import Series, async_import
from .vedirect_control import ABSENT
from .vedirect_days import Day, daily_rows, dated, spread, total_rows

if TYPE_CHECKING:
    from .vedirect_link import VEDirectLink

_LOGGER = logging.getLogger(__name__)

CONF_HISTORY_IMPORTED: Final = "history_imported"
"""In the entry's data: the days of this device have been imported once."""

YIELD_TOTAL: Final = "yield_total"
YIELD_TODAY: Final = "yield_today"

ANSWER_S: Final = 2.0
"""Records take longer than numbers."""

BURST: Final = 10
"""Questions in one go: between bursts other questions get their turn."""

WAIT: Final = timedelta(seconds=60)
"""How long to wait for the entities that the statistics belong to."""

_FAMILIES: Final = (Family.MPPT, Family.MPPT_RS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What an import has done."""

    days: int
    """Days that the charger remembers."""
    hours: int
    """Hours that were filled in."""
    energy_kwh: float
    """Yield of all these days."""


def remembers_days(link: VEDirectLink) -> bool:
    """Return whether a device may remember its days."""
    return link.family in _FAMILIES and link.answers_registers


async def async_import_once(link: VEDirectLink) -> None:
    """Import the days of a device when it is seen for the first time."""
    entry = link.entry
    if (
        not remembers_days(link)
        or entry.data.get(CONF_HISTORY_IMPORTED)
        # The demo house has a past of its own, and its days are not ours.
        or CONF_DEMO_ENTRY in entry.data
    ):
        return
    if not await _async_entities_exist(link):
        return
    try:
        await async_import_days(link)
    except HomeAssistantError as err:
        # It is tried again at the next start, and the owner has a button.
        _LOGGER.info("No history of %s yet: %s", entry.title, err)


async def _async_entities_exist(link: VEDirectLink) -> bool:
    """Wait until the recorder can know the entity of the yield."""
    deadline = dt_util.utcnow() + WAIT
    while dt_util.utcnow() < deadline:
        entity_id = _entity_id(link, YIELD_TOTAL)
        if entity_id is not None and link.hass.states.get(entity_id) is not None:
            return True
        await asyncio.sleep(1)
    return False


async def async_import_days(link: VEDirectLink) -> Summary:
    """Import what a charger remembers; hours that are there already stay.

    HomeAssistantError if the charger cannot be asked or does not answer.
    """
    hass, entry = link.hass, link.entry
    records = await _async_records(link)
    yield_total = link.values.get(YIELD_TOTAL)
    if yield_total is None or not isinstance(yield_total.value, int | float):
        raise _error("history_unreadable")
    series, days = await hass.async_add_executor_job(
        _series, link, records, float(yield_total.value)
    )
    imported = await async_import(hass, series)
    summary = Summary(
        days=len(days),
        hours=max((one.hours for one in imported.values()), default=0),
        energy_kwh=sum(
            day.record.yield_kwh for day in days if day.record.yield_kwh is not None
        ),
    )
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_HISTORY_IMPORTED: True}
    )
    _LOGGER.info(
        "History of %s: %s days, %.2f kWh, %s hours filled in",
        entry.title,
        summary.days,
        summary.energy_kwh,
        summary.hours,
    )
    if summary.hours:
        await _async_notify(link, summary)
    return summary


async def _async_records(link: VEDirectLink) -> list[DayRecord]:
    """Read the records of all days, newest first."""
    records: list[DayRecord] = []
    for first in range(0, HISTORY_DAYS, BURST):
        ages = range(first, min(first + BURST, HISTORY_DAYS))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_async_record(link, age)) for age in ages]
        except ExceptionGroup as errors:
            raise _error("history_unreadable") from errors
        for record in (task.result() for task in tasks):
            if record is None:
                return records
            records.append(record)
    return records


async def _async_record(link: VEDirectLink, age: int) -> DayRecord | None:
    """Read the record of so many days ago, None if there is none."""
    register = registers_of(link.family)[HISTORY_TODAY + age]
    answer = await link.commands.async_read(register, answer_s=ANSWER_S)
    if answer.failure in (Failure.OUT_OF_RANGE, *ABSENT):
        return None
    record = None if answer.data is None else DayRecord.decode(answer.data)
    if record is None:
        raise _error("history_unreadable")
    return record


def _series(
    link: VEDirectLink, records: list[DayRecord], yield_total_kwh: float
) -> tuple[list[Series], list[Day]]:
    """Return the hours of all entities; the sun's heights take a while."""
    hass = link.hass
    now = dt_util.utcnow()
    today = dt_util.now().date()
    location, elevation = get_astral_location(hass)
    sunrise = get_astral_event_date(hass, "sunrise", today)
    # A charger begins its day at dawn, not at midnight.
    newest = (
        today - timedelta(days=1) if sunrise is not None and now < sunrise else today
    )
    days = dated(records, newest)
    hours = spread(
        days,
        lambda record: record.yield_kwh,
        dt_util.get_default_time_zone(),
        lambda instant: location.solar_elevation(instant, elevation),
        now,
    )
    found = {
        YIELD_TOTAL: total_rows(hours, yield_total_kwh),
        YIELD_TODAY: daily_rows(hours),
    }
    series = [
        Series(entity_id=entity_id, unit=UnitOfEnergy.KILO_WATT_HOUR, rows=rows)
        for key, rows in found.items()
        if rows and (entity_id := _entity_id(link, key)) is not None
    ]
    return series, days


def _entity_id(link: VEDirectLink, key: str) -> str | None:
    """Return the entity of a value."""
    return er.async_get(link.hass).async_get_entity_id(
        SENSOR_DOMAIN, DOMAIN, f"{link.identity}_{key}"
    )


async def _async_notify(link: VEDirectLink, summary: Summary) -> None:
    """Tell the owner what was imported."""
    hass = link.hass
    language = hass.config.language
    texts = await async_get_translations(hass, language, "common", {DOMAIN})
    head = f"component.{DOMAIN}.common"
    persistent_notification.async_create(
        hass,
        texts[f"{head}.history_imported"].format(
            title=link.entry.title,
            days=summary.days,
            energy=f"{summary.energy_kwh:.2f}",
        ),
        texts[f"{head}.history_imported_title"].format(title=link.entry.title),
        f"{DOMAIN}_history_{link.entry.entry_id}",
    )


def _error(key: str) -> HomeAssistantError:
    """Return an error that the owner can read."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key)


class VEDirectHistoryButton(ButtonEntity):
    """Imports what a charger remembers, again if need be."""

    _attr_has_entity_name = True
    _attr_translation_key = "import_history"
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, link: VEDirectLink) -> None:
        """Belong to the charger."""
        self._link = link
        self._attr_unique_id = f"{link.identity}_import_history"
        self._attr_device_info = link.device_info

    @override
    async def async_press(self) -> None:
        """Import the days."""
        await async_import_days(self._link)
