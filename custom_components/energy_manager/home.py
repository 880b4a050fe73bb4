"""The home: plans ahead and, if its owner wants it, carries the plan out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HassJob, HomeAssistant, State, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from . import outlook, panel, role_issues, services, states, websocket
from .commands import Command, Situation, boiler_wish, target_state
from .const import CONF_MODE, CONF_PLANT, CONF_ROLES, DOMAIN, Mode
from .control import Control
from .coordinator import PlanCoordinator
from .engine.forecast import Household
from .engine.planner.plan import Plan
from .home_watch import HomeWatch
from .plant_profile import plant_parameters
from .reason_texts import ReasonTexts
from .roles import ACTUATORS, Role, entity_of
from .storage import HomeStore, Override
from .tank_estimate import TankEstimate

_LOGGER = logging.getLogger(__name__)

PLATFORMS: Final = (
    Platform.CALENDAR,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)

RELEASE_OVERRIDE: Final = timedelta(hours=6)
"""How long what was set by hand holds: a night, not a holiday."""
DEVICE_PAUSE: Final = timedelta(minutes=10)
"""Between changes of the inverter and of the charger."""
FLOOR_BELOW_COMFORT_K: Final = 5.0
"""So much colder than comfort the tank's top is when nothing holds the boiler back."""
CEILING_BELOW_MAXIMUM_K: Final = 5.0

type HomeConfigEntry = ConfigEntry[Home]

_PAGE: Final[HassKey[str]] = HassKey(f"{DOMAIN}.page")
"""Address of the page's first module."""


async def async_setup(hass: HomeAssistant) -> None:
    """Register what all homes share: actions, commands and modules of the page."""
    services.async_setup_services(hass)
    websocket.async_setup_commands(hass)
    hass.data[_PAGE] = await panel.async_serve_modules(hass)


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up a home."""
    home = Home(hass, entry)
    await home.async_load()
    entry.runtime_data = home
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    home.start()
    await panel.async_show(hass, hass.data[_PAGE])
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Unload a home: its devices go back to their own automatic."""
    home: Home = entry.runtime_data
    await home.async_stop()
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        home.resume()
        return False
    home.control.clear_issues()
    role_issues.async_clear(hass, entry, home.roles)
    if not any(other is not home for other in services.loaded_homes(hass)):
        panel.async_hide(hass)
    return True


async def async_give_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give back what the homes have taken of another entry's devices."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    entity_ids = {entity.entity_id for entity in entities}
    for home in services.loaded_homes(hass):
        await home.control.async_give_back_entities(entity_ids)


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget a home; a device that could not be given back is tried once more."""
    store = HomeStore(hass, entry.entry_id, Mode.OFF)
    await store.async_load()
    control = Control(hass, entry.entry_id, store, {}, {})
    await control.async_give_all_back()
    for lease in store.memory.leases.values():
        _LOGGER.warning(
            "%s could not be set back to %s", lease.entity_id, lease.automatic
        )
    await store.async_remove()


class Home:
    """One home while its config entry is loaded."""

    texts: ReasonTexts

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take what the owner told of the home."""
        self.hass = hass
        self.entry = entry
        self.roles: Mapping[str, Any] = entry.options[CONF_ROLES]
        self.plant = plant_parameters(entry.options[CONF_PLANT])
        self.store = HomeStore(
            hass, entry.entry_id, Mode(entry.options.get(CONF_MODE, Mode.ADVISE))
        )
        self.memory = self.store.memory
        self.coordinator = PlanCoordinator(
            hass, entry, self.roles, self.plant, self.memory
        )
        self.tank = TankEstimate(
            hass, self.roles, self.plant, self.store, self.coordinator
        )
        self.control = Control(
            hass,
            entry.entry_id,
            self.store,
            {
                role: entity_id
                for role in ACTUATORS
                if (entity_id := entity_of(self.roles, role)) is not None
            },
            self._minimum_times(),
        )
        self.device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            entry_type=DeviceEntryType.SERVICE,
        )
        self._stopped = False

    def _minimum_times(self) -> dict[Role, timedelta]:
        """Return how long each device stays as it is once it was told something."""
        boiler = self.plant.boiler
        minutes = (
            0.0
            if boiler is None
            else max(boiler.minimum_on_min, boiler.minimum_off_min)
        )
        return {
            Role.BOILER_RELEASE: timedelta(minutes=minutes),
            Role.INVERTER_MODE: DEVICE_PAUSE,
            Role.CHARGER: DEVICE_PAUSE,
        }

    async def async_load(self) -> None:
        """Read what the home remembers and the words it speaks."""
        await self.store.async_load()
        self.texts = await self.hass.async_add_executor_job(ReasonTexts.load)

    @callback
    def start(self) -> None:
        """Watch what matters, and plan as soon as Home Assistant runs."""
        self.tank.start(self.entry.async_on_unload)
        self.coordinator.tank = self.tank
        HomeWatch(self).start()
        self.entry.async_on_unload(
            self.hass.async_add_shutdown_job(
                HassJob(self.async_stop, "energy manager gives devices back")
            )
        )
        self.entry.async_on_unload(async_at_started(self.hass, self.plan_now))
        async_dispatcher_send(self.hass, websocket.SIGNAL_HOME, self)

    async def async_stop(self) -> None:
        """Touch nothing any more and give the devices back."""
        self._stopped = True
        await self.control.async_give_all_back()
        await self.store.async_save_tank()

    @callback
    def resume(self) -> None:
        """Go on after an unloading that failed."""
        self._stopped = False
        self.reconcile()

    # What is going on

    @property
    def mode(self) -> Mode:
        """Return what the home does with its plan."""
        return self.memory.mode

    @property
    def plan(self) -> Plan | None:
        """Return the plan that holds now."""
        return self.coordinator.valid_plan()

    @property
    def release_override(self) -> Override | None:
        """Return what the owner set the boiler release to, while it holds."""
        return _holding(self.memory.release_override)

    @property
    def people_override(self) -> Override | None:
        """Return how many people the owner expects, while it holds."""
        return _holding(self.memory.people_override)

    def situation(self) -> Situation:
        """Return what decides on the commands to the devices."""
        plan, now = self.plan, dt_util.utcnow()
        override = self.release_override
        water = self.plant.hot_water
        inverter_on, charger_on = self._electric_devices(plan, now)
        return Situation(
            mode=self.mode,
            override=None if override is None else bool(override.value),
            action=None if plan is None else Command(plan.decision.action),
            inverter_on=inverter_on,
            charger_on=charger_on,
            tank_top_c=states.tank_top_c(self.hass, self.roles, now),
            floor_c=water.comfort_c - FLOOR_BELOW_COMFORT_K,
            rooms_cold=self._rooms_are_cold(plan, now),
            ceiling_c=self._ceiling_c(),
        )

    def _rooms_are_cold(self, plan: Plan | None, now: datetime) -> bool:
        """Return whether the rooms want heat now that the tank may not have."""
        step = None if plan is None else plan.grid.index(now)
        if plan is None or step is None or plan.heat.heating_kwh[step] <= 0.0:
            return False
        return self.tank.rooms_are_cold()

    def _ceiling_c(self) -> float:
        """Return the temperature to which the boiler may be made to heat the tank."""
        highest_c = self.plant.tank.maximum_c - CEILING_BELOW_MAXIMUM_K
        boiler = self.plant.boiler
        return highest_c if boiler is None else min(boiler.setpoint_c, highest_c)

    def _electric_devices(
        self, plan: Plan | None, now: datetime
    ) -> tuple[bool | None, bool | None]:
        """Return what the plan says about inverter and charger, None for nothing."""
        step = None if plan is None else plan.grid.index(now)
        soc = states.share(self.hass, entity_of(self.roles, Role.BATTERY_SOC), now)
        if (
            plan is None
            or step is None
            or soc is None
            or not plan.electricity.battery_soc
        ):
            # Without knowing the battery nobody switches anything off.
            return None, None
        electricity = plan.electricity
        # In the dark a charger rests by itself, ready for the sun.
        dark = electricity.pv_power_w[step] == 0.0
        return electricity.inverter_on[step], electricity.charger_on[step] or dark

    def boiler_released(self) -> tuple[bool, str]:
        """Return whether the boiler may run, and who says so."""
        wish = boiler_wish(self.situation())
        by_hand = self.control.left_to_owner(Role.BOILER_RELEASE)
        if wish.command is not None and not by_hand:
            return wish.command is not Command.HOLD, wish.why
        entity_id = entity_of(self.roles, Role.BOILER_RELEASE)
        state = None if entity_id is None else self.hass.states.get(entity_id)
        held = state is not None and state.state == target_state(state, Command.HOLD)
        return not held, "owner" if by_hand else "device"

    def reason_text(self, language: str | None = None) -> str | None:
        """Return why the plan decides as it does, in words."""
        if (plan := self.plan) is None:
            return None
        return self.texts.text(
            plan.decision.reason,
            language or self.hass.config.language,
            dt_util.utcnow(),
        )

    # What the owner does

    async def async_set_mode(self, mode: Mode) -> None:
        """Change what the home does with its plan; the boiler is the plan's again."""
        self.memory.mode = mode
        self.memory.release_override = None
        self.control.take_over()
        await self.store.async_save()
        if not self._stopped:
            await self.control.async_reconcile(self.situation())
        if mode is Mode.OFF:
            self.coordinator.async_set_updated_data(None)
        else:
            self.coordinator.async_update_listeners()
            self.request_plan()

    async def async_set_release(self, on: bool) -> None:
        """Let the boiler run, or hold it back, for a limited time."""
        if self.mode is Mode.OFF:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="mode_is_off"
            )
        self.override_release(on)
        self.control.take_over((Role.BOILER_RELEASE,))
        await self.store.async_save()
        if not self._stopped:
            await self.control.async_reconcile(self.situation())
        self.coordinator.async_update_listeners()

    def override_release(self, on: bool) -> None:
        """Remember what the owner set the boiler release to."""
        self.memory.release_override = Override(
            value=float(on), until=dt_util.utcnow() + RELEASE_OVERRIDE
        )

    @callback
    def take_hand(self, role: Role, state: State) -> None:
        """Take the state that somebody gave an actuator as the owner's will."""
        if role is Role.BOILER_RELEASE and state.state in (
            target_state(state, Command.HOLD),
            target_state(state, Command.ALLOW),
        ):
            self.override_release(state.state != target_state(state, Command.HOLD))
            self.store.schedule_save()
        else:
            self.control.leave_to_owner(role, dt_util.utcnow() + RELEASE_OVERRIDE)

    async def async_set_people(self, count: int) -> None:
        """Reckon with so many people, today and tomorrow.

        The number that the home reckons with by itself ends that.
        """
        now = dt_util.utcnow()
        self.memory.people_override = None
        if count != most_people(await self.coordinator.async_people(now)):
            self.memory.people_override = Override(
                value=count, until=outlook.override_end(now)
            )
            await self.coordinator.async_people(now)
        self.store.schedule_save()
        self.coordinator.async_update_listeners()
        self.request_plan()

    # What both make happen

    @callback
    def plan_now(self, _: object = None) -> None:
        """Plan anew."""
        if not self._stopped:
            self.entry.async_create_task(
                self.hass, self.coordinator.async_refresh(), "plan of a home"
            )

    @callback
    def request_plan(self) -> None:
        """Plan anew soon: something has changed."""
        if not self._stopped:
            self.coordinator.request()

    @callback
    def reconcile(self) -> None:
        """Bring the devices to what is wanted."""
        if not self._stopped:
            self.entry.async_create_task(
                self.hass,
                self.control.async_reconcile(self.situation()),
                "devices of a home",
            )

    @callback
    def end_overrides(self) -> None:
        """End what was set by hand and has run out."""
        memory = self.memory
        if memory.people_override is not None and self.people_override is None:
            memory.people_override = None
            self.request_plan()
        if memory.release_override is not None and self.release_override is None:
            memory.release_override = None
            self.coordinator.async_update_listeners()


def most_people(people: tuple[Household, ...]) -> float:
    """Return how many people are expected today or tomorrow, whichever are more."""
    return max(day.persons for day in people[:2])


def _holding(override: Override | None) -> Override | None:
    """Return an override as long as it holds."""
    return override if override and dt_util.utcnow() < override.until else None
