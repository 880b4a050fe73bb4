"""Plans again and again, and keeps the last plan while it is worth something."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from . import outlook, states
from .const import DOMAIN, Mode
from .engine.errors import EngineError
from .engine.forecast import Household, SolarStretch, WeatherStretch
from .engine.planner.plan import Plan
from .engine.planner.problem import PlantState, Problem
from .engine.plant.parameters import PlantParameters, SiteParameters
from .roles import Role, entity_of
from .storage import HomeMemory
from .tank_estimate import TankEstimate

_LOGGER = logging.getLogger(__name__)

PLAN_VALID: Final = timedelta(hours=2)
"""A plan made earlier than this is not carried out any more."""
FORECAST_VALID: Final = timedelta(hours=12)
"""A weather forecast got earlier than this is not planned with any more."""
REQUEST_COOLDOWN_S: Final = 3.0
"""Long enough for a burst of changes to become one plan."""
TANK_SURPRISE_K: Final = 5.0
"""How far the tank may go another way than planned before it is planned anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A plan, what it was made from and what else was known then."""

    problem: Problem
    plan: Plan
    tank_top_c: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanningInputs:
    """All that a problem is built from; frozen, as it goes to another thread."""

    now: datetime
    time_zone: str
    site: SiteParameters
    plant: PlantParameters
    state: PlantState
    ambient_now_c: float | None
    weather: tuple[WeatherStretch, ...]
    solar: tuple[SolarStretch, ...]
    people: tuple[Household, ...]


class PlanCoordinator(DataUpdateCoordinator[Planned | None]):
    """Makes the plan of one home; its data is None while nothing is planned."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        roles: Mapping[str, Any],
        plant: PlantParameters,
        memory: HomeMemory,
    ) -> None:
        """Take what the home is made of."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"plan of {entry.title}",
            always_update=False,
        )
        self.roles = roles
        self.plant = plant
        self._memory = memory
        self._weather: tuple[datetime, tuple[WeatherStretch, ...]] | None = None
        self._trouble: set[str] = set()
        self._planning = asyncio.Lock()
        self._stop_request: CALLBACK_TYPE | None = None
        self.boiler_since: datetime | None = None
        """When the boiler was last seen to start or to stop."""
        self.tank: TankEstimate | None = None
        """The estimated tank, once it is followed."""
        self.people: tuple[Household, ...] = ()
        """Who is expected, as last asked."""
        self.failure: Exception | None = None
        """Why the latest plan could not be made."""

    def valid_plan(self) -> Plan | None:
        """Return the plan if it is young enough to be carried out."""
        if self.data is None:
            return None
        plan = self.data.plan
        return plan if dt_util.utcnow() - plan.created <= PLAN_VALID else None

    @callback
    def request(self) -> None:
        """Plan anew in a moment, also if a plan is being made right now.

        Home Assistant's debouncer drops what is asked for meanwhile: a change of
        the weather would then wait for the next quarter of an hour.
        """
        if self._stop_request is None and not self._shutdown_requested:
            self._stop_request = async_call_later(
                self.hass, REQUEST_COOLDOWN_S, self._async_requested
            )

    async def _async_requested(self, _: datetime) -> None:
        """Plan anew for all that was asked for since the last time."""
        self._stop_request = None
        await self.async_refresh()

    @override
    async def async_shutdown(self) -> None:
        """Plan no more."""
        await super().async_shutdown()
        if self._stop_request is not None:
            self._stop_request()
            self._stop_request = None

    @override
    async def _async_update_data(self) -> Planned | None:
        """Make a plan; one after the other, so that the newest one stands."""
        async with self._planning:
            return await self._async_plan()

    async def _async_plan(self) -> Planned | None:
        """Make a plan; keep the last one if that fails and it is still valid."""
        if self._is_off():
            return None
        try:
            inputs = await self._async_inputs()
            problem, plan = await self.hass.async_add_executor_job(_make_plan, inputs)
        except Exception as err:
            if self._shutdown_requested:
                # The home was unloaded meanwhile, and its devices may be gone.
                return self.data
            # Whatever goes wrong, the last plan is carried on and the owner is told.
            if not isinstance(err, EngineError | HomeAssistantError | ImportError):
                _LOGGER.exception("Unexpected failure of %s", self.name)
            self.failure = err
            if self.valid_plan() is None:
                raise UpdateFailed(
                    translation_domain=DOMAIN,
                    translation_key="planning_failed",
                    translation_placeholders={"error": str(err)},
                ) from err
            self._trouble_began("plan", err)
            return self.data
        self.failure = None
        self._trouble_ended("plan")
        if self._is_off():
            # It was chosen while the plan was made.
            return None
        return Planned(
            problem=problem,
            plan=plan,
            tank_top_c=states.tank_top_c(self.hass, self.roles, inputs.now),
        )

    def _is_off(self) -> bool:
        """Return whether the owner wants no plan."""
        return self._memory.mode is Mode.OFF

    async def _async_inputs(self) -> PlanningInputs:
        """Gather what a problem is built from."""
        now = dt_util.utcnow()
        config = self.hass.config
        return PlanningInputs(
            now=now,
            time_zone=str(config.time_zone),
            site=SiteParameters(
                latitude=config.latitude,
                longitude=config.longitude,
                elevation_m=float(config.elevation),
            ),
            plant=self.plant,
            state=self._plant_state(now),
            ambient_now_c=states.temperature_c(
                self.hass, entity_of(self.roles, Role.OUTDOOR_TEMPERATURE), now
            ),
            weather=await self._async_weather(now),
            solar=await self._async_solar(),
            people=await self.async_people(now),
        )

    def _plant_state(self, now: datetime) -> PlantState:
        """Return what the plant is like now, the tank as it is estimated."""
        layers_c: tuple[float, ...] = ()
        zone_least_c: float | None = None
        if self.tank is not None:
            self.tank.look(now)
            layers_c, zone_least_c = self.tank.layers_c, self.tank.zone_least_c
        return states.plant_state(
            self.hass,
            self.roles,
            self.plant.tank,
            now,
            self.boiler_since,
            layers_c,
            zone_least_c,
        )

    async def _async_weather(self, now: datetime) -> tuple[WeatherStretch, ...]:
        """Return the weather forecast, the last one for a while if there is none."""
        entity_id = entity_of(self.roles, Role.WEATHER)
        if entity_id is None:
            return ()
        try:
            stretches = await outlook.async_weather(self.hass, entity_id)
        except HomeAssistantError as err:
            if self._weather is None or now - self._weather[0] > FORECAST_VALID:
                raise
            self._trouble_began("weather", err)
            return self._weather[1]
        self._trouble_ended("weather")
        self._weather = now, stretches
        return stretches

    async def _async_solar(self) -> tuple[SolarStretch, ...]:
        """Return the solar forecast; without it the weather has to do."""
        try:
            stretches = await outlook.async_solar_forecast(self.hass, self.roles)
        except Exception as err:  # noqa: BLE001
            # It is another integration's code, and it may raise what it likes.
            self._trouble_began("solar forecast", err)
            return ()
        self._trouble_ended("solar forecast")
        return stretches

    async def async_people(self, now: datetime) -> tuple[Household, ...]:
        """Return who is expected, by day."""
        try:
            guests = await outlook.async_guests(self.hass, self.roles, now)
        except HomeAssistantError as err:
            self._trouble_began("calendar", err)
            guests = {}
        else:
            self._trouble_ended("calendar")
        override = self._memory.people_override
        self.people = outlook.people_by_day(
            outlook.persons_expected(self.hass, self.roles, now),
            guests,
            None if override is None else (int(override.value), override.until),
            now,
        )
        return self.people

    def tank_surprises(self) -> bool:
        """Return whether the tank has gone another way than planned.

        A tank whose temperature has only just become known is a surprise, too.
        """
        now = dt_util.utcnow()
        top_c = states.tank_top_c(self.hass, self.roles, now)
        if self.data is None or top_c is None:
            return False
        if self.data.tank_top_c is None:
            return True
        plan = self.data.plan
        step = plan.grid.index(now)
        if step is None:
            return False
        upper_c = plan.heat.tank_upper_c
        part = plan.grid.position(now) - step
        expected_c = upper_c[step] + part * (upper_c[step + 1] - upper_c[step])
        planned_k = expected_c - upper_c[0]
        return abs(top_c - self.data.tank_top_c - planned_k) > TANK_SURPRISE_K

    def _trouble_began(self, what: str, err: Exception) -> None:
        """Tell once that something fails."""
        if what not in self._trouble and not self._shutdown_requested:
            self._trouble.add(what)
            _LOGGER.warning("No new %s for %s: %s", what, self.name, err)

    def _trouble_ended(self, what: str) -> None:
        """Tell once that it works again."""
        if what in self._trouble:
            self._trouble.remove(what)
            _LOGGER.info("The %s for %s is back", what, self.name)


def _make_plan(inputs: PlanningInputs) -> tuple[Problem, Plan]:
    """Build the problem and solve it; runs in the executor.

    The solver's libraries are loaded here and not with the integration: where they
    cannot be loaded the devices are still read.
    """
    make_plan: Callable[[PlanningInputs], tuple[Problem, Plan]] = import_module(
        ".planning", __package__
    ).make_plan
    return make_plan(inputs)
