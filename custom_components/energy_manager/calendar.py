"""Calendars."""

from datetime import datetime
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.planner.plan import Run
from .home import Home
from .home_entity import HomeEntity
from .runtime import EnergyManagerConfigEntry

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EnergyManagerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar of a home."""
    if isinstance(entry.runtime_data, Home):
        async_add_entities([PlannedRuns(entry.runtime_data, "planned_runs")])


class PlannedRuns(HomeEntity, CalendarEntity):
    """The boiler runs that the home has planned, with their reasons."""

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the run that is going on, or else the next one."""
        now = dt_util.utcnow()
        return next((event for event in self._events() if event.end > now), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the runs that overlap a stretch of time."""
        return [
            event
            for event in self._events()
            if event.start < end_date and event.end > start_date
        ]

    def _events(self) -> list[CalendarEvent]:
        """Return all planned runs."""
        plan = self.home.plan
        return [] if plan is None else [self._event(run) for run in plan.runs]

    def _run_name(self) -> str:
        """Return what a run is called in Home Assistant's language."""
        key = (
            f"component.{DOMAIN}.entity.calendar.planned_runs.state_attributes.run.name"
        )
        return self.platform_data.platform_translations[key]

    def _event(self, run: Run) -> CalendarEvent:
        """Return a run as an event."""
        language = self.hass.config.language
        return CalendarEvent(
            start=run.start,
            end=run.end,
            summary=f"{self._run_name()} ({run.heat_kwh:.0f} kWh)",
            description=self.home.texts.text(run.reason, language, dt_util.utcnow()),
            uid=f"{self.unique_id}_{run.start.isoformat()}",
        )
