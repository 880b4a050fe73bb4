"""What a home watches: the clock, forecasts, people, the tank and its boiler."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components.weather.const import (
    DATA_COMPONENT as WEATHER_COMPONENT,
    WeatherEntityFeature,
)
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, callback
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
    async_track_utc_time_change,
)

from . import role_issues, states
from .const import Mode
from .roles import ACTUATORS, Role, entities_of, entity_of

if TYPE_CHECKING:
    from .home import Home

PLAN_MINUTES: Final = (0, 15, 30, 45)
PLAN_SECOND: Final = 2
"""Just after the quarter of an hour, when others have written their states."""
TICK: Final = timedelta(minutes=1)


class HomeWatch:
    """Lets a home plan and act when it is time or something has changed."""

    def __init__(self, home: Home) -> None:
        """Watch for a home."""
        self._home = home
        self._forecast_seen: list[Any] | None = None
        self._forecast_of: object = None
        self._stop_forecast: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Watch until the home is unloaded."""
        home = self._home
        entry, hass = home.entry, home.hass
        watched: dict[Role, Callable[[Event[EventStateChangedData]], None]] = {
            Role.WEATHER: self._watch_weather,
            Role.PEOPLE: self._watch_people,
            Role.CALENDAR: self._watch_people,
            Role.TANK_TOP: self._watch_tank,
            Role.TANK_MIDDLE: self._watch_tank,
            Role.TANK_BOTTOM: self._watch_tank,
            Role.BOILER_RUNNING: self._watch_boiler,
            **{role: partial(self._watch_device, role) for role in ACTUATORS},
        }
        for role, action in watched.items():
            if entities := entities_of(home.roles, role):
                entry.async_on_unload(
                    async_track_state_change_event(hass, entities, action)
                )
        entry.async_on_unload(home.tank.async_listen(home.reconcile))
        entry.async_on_unload(self._unwatch_forecast)
        entry.async_on_unload(home.coordinator.async_add_listener(self._planned))
        entry.async_on_unload(
            async_track_utc_time_change(
                hass, home.plan_now, minute=PLAN_MINUTES, second=PLAN_SECOND
            )
        )
        entry.async_on_unload(async_track_time_interval(hass, self._tick, TICK))

    @callback
    def _planned(self) -> None:
        """Carry out what was planned."""
        self._watch_forecast()
        role_issues.async_check(self._home.hass, self._home.entry, self._home.roles)
        self._home.reconcile()

    @callback
    def _tick(self, _: datetime) -> None:
        """End what has run out, and see whether the devices obey."""
        self._home.end_overrides()
        self._home.reconcile()

    @callback
    def _watch_people(self, event: Event[EventStateChangedData]) -> None:
        """Plan anew when people come, go or are announced."""
        old, new = event.data["old_state"], event.data["new_state"]
        if (
            old is None
            or new is None
            or old.state != new.state
            or old.attributes.get("message") != new.attributes.get("message")
        ):
            self._home.request_plan()

    @callback
    def _watch_weather(self, event: Event[EventStateChangedData]) -> None:
        """Plan anew when the weather entity has something new."""
        self._watch_forecast()
        self._home.request_plan()

    @callback
    def _watch_forecast(self) -> None:
        """Hear of new forecasts from the weather entity, also after its reload."""
        entity_id = entity_of(self._home.roles, Role.WEATHER)
        component = self._home.hass.data.get(WEATHER_COMPONENT)
        if entity_id is None or component is None:
            return
        entity = component.get_entity(entity_id)
        if entity is None or entity is self._forecast_of:
            return
        self._unwatch_forecast()
        self._forecast_of = entity
        features = entity.supported_features or 0
        hourly = bool(features & WeatherEntityFeature.FORECAST_HOURLY)
        self._stop_forecast = entity.async_subscribe_forecast(
            "hourly" if hourly else "daily", partial(self._forecast_changed, entity)
        )

    @callback
    def _unwatch_forecast(self) -> None:
        """Stop hearing of new forecasts."""
        if self._stop_forecast is not None:
            self._stop_forecast()
            self._stop_forecast = None
            self._forecast_of = None

    @callback
    def _forecast_changed(self, entity: object, forecast: list[Any] | None) -> None:
        """Plan anew when the forecast says something else."""
        if entity is self._forecast_of and forecast != self._forecast_seen:
            self._forecast_seen = forecast
            self._home.request_plan()

    @callback
    def _watch_tank(self, event: Event[EventStateChangedData]) -> None:
        """Plan anew when the tank has gone another way than planned."""
        if self._home.coordinator.tank_surprises():
            self._home.request_plan()

    @callback
    def _watch_boiler(self, event: Event[EventStateChangedData]) -> None:
        """Note when the boiler starts and stops."""
        ran, runs = (states.runs(event.data[key]) for key in ("old_state", "new_state"))
        if ran is not None and runs is not None and ran is not runs:
            self._home.coordinator.boiler_since = event.time_fired

    @callback
    def _watch_device(self, role: Role, event: Event[EventStateChangedData]) -> None:
        """Take what somebody did to an actuator by hand as the owner's will."""
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state == new.state:
            return
        home = self._home
        if home.mode is Mode.AUTOMATIC and home.control.taken_by_hand(role, old, new):
            home.take_hand(role, new)
        # The entities show what the device does, and a change is read back at once.
        home.coordinator.async_update_listeners()
