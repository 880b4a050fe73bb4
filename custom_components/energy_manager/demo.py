"""The demo house: emulated devices, one consistent house behind them, no hardware."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from homeassistant.components.person import DOMAIN as PERSON_DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import (
    CONF_PORT,
    EVENT_HOMEASSISTANT_STOP,
    STATE_HOME,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_TIME_FACTOR, CONF_WEATHER, DEMO_WEATHERS, DOMAIN
from .demo_children import (
    async_add_children,
    async_pause_children,
    async_remove_children,
    async_resume_children,
    async_tell_port,
)
from .demo_devices import DemoDevices, DeviceReadings
from .demo_history import async_clear_history, async_import_history
from .demo_world import PAST, RESUME, Actuators, DemoWorld, HourWeather
from .engine.plant.parameters import SiteParameters
from .engine.plant.simulation import Surroundings
from .engine.plant.weather import Scenario
from .engine.vbus.emulation import Controller, bx_plus_parameters

PLATFORMS: Final = (Platform.SELECT, Platform.WEATHER)

SECOND_S: Final = 1.0
"""The devices speak once per second, as the real ones do."""
SAVE_S: Final = 300.0
LONG_S: Final = 7200.0
"""Time that passes in the house between two seconds here, unless we were asleep."""
WAIT_S: Final = 30.0
"""How long a child entry waits for the house, which starts in a few seconds."""
PEOPLE_DEFAULT: Final = 2
"""People at home where Home Assistant knows no persons."""

_RUNNING: Final[HassKey[dict[str, asyncio.Event]]] = HassKey(f"{DOMAIN}.demo_running")

type DemoConfigEntry = ConfigEntry[DemoHouse]


async def async_setup_entry(hass: HomeAssistant, entry: DemoConfigEntry) -> bool:
    """Start the demo house, and add the entries that read its devices."""
    house = DemoHouse(hass, entry)
    await house.async_start()
    entry.runtime_data = house
    try:
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except BaseException:
        await house.async_stop()
        raise
    entry.async_on_unload(entry.add_update_listener(_async_options_changed))
    _running(hass, entry.entry_id).set()
    house.furnishing = entry.async_create_background_task(
        hass, _async_furnish(hass, entry, house), "demo house entries"
    )
    return True


async def _async_furnish(
    hass: HomeAssistant, entry: DemoConfigEntry, house: DemoHouse
) -> None:
    """Add the device entries and the home, and give their entities a past."""
    await async_resume_children(hass, entry.entry_id)
    await async_add_children(hass, entry, house.devices)
    if not house.statistics:
        house.statistics = await async_import_history(hass, entry, house.past)
        house.past = ()
        await house.async_save()


async def async_unload_entry(hass: HomeAssistant, entry: DemoConfigEntry) -> bool:
    """Stop the demo house, and before it what lives on its devices."""
    house: DemoHouse = entry.runtime_data
    await _async_cancel(house.furnishing)
    await async_pause_children(hass, entry.entry_id)
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await async_resume_children(hass, entry.entry_id)
        return False
    _running(hass, entry.entry_id).clear()
    await house.async_stop()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: DemoConfigEntry) -> None:
    """Remove everything that the demo house has made."""
    await async_remove_children(hass, entry.entry_id)
    store = _store(hass, entry.entry_id)
    if (saved := await store.async_load()) is not None:
        async_clear_history(hass, saved["statistics"])
    await store.async_remove()
    hass.data.get(_RUNNING, {}).pop(entry.entry_id, None)


async def async_wait_running(hass: HomeAssistant, demo_entry_id: str) -> None:
    """Wait until the demo house of a device entry runs."""
    demo = hass.config_entries.async_get_entry(demo_entry_id)
    if demo is not None and demo.disabled_by is None:
        try:
            async with asyncio.timeout(WAIT_S):
                await _running(hass, demo_entry_id).wait()
        except TimeoutError:
            pass
        else:
            return
    raise ConfigEntryNotReady(
        translation_domain=DOMAIN, translation_key="demo_not_running"
    )


async def _async_options_changed(hass: HomeAssistant, entry: DemoConfigEntry) -> None:
    """Let changed options take effect at once."""
    if entry.state is ConfigEntryState.LOADED:
        await entry.runtime_data.async_apply_options()


async def _async_cancel(task: asyncio.Task[None] | None) -> None:
    """End a task and wait until it has ended."""
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _running(hass: HomeAssistant, entry_id: str) -> asyncio.Event:
    """Return the event that is set while the demo house runs."""
    return hass.data.setdefault(_RUNNING, {}).setdefault(entry_id, asyncio.Event())


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return where the house is kept while Home Assistant is down."""
    return Store(hass, 1, f"{DOMAIN}.demo.{entry_id}")


class DemoHouse:
    """Runs the house on the real clock and lets its devices speak."""

    devices: DemoDevices
    world: DemoWorld

    def __init__(self, hass: HomeAssistant, entry: DemoConfigEntry) -> None:
        """Belong to the demo house's entry, not yet running."""
        self.hass = hass
        self.entry = entry
        self.device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            translation_key="demo_house",
            entry_type=DeviceEntryType.SERVICE,
        )
        self.past: tuple[tuple[float, DeviceReadings], ...] = ()
        """What the devices measured before the house was added, until imported."""
        self.statistics: list[str] = []
        """The statistics that were imported."""
        self.furnishing: asyncio.Task[None] | None = None
        self._store = _store(hass, entry.entry_id)
        self._listeners: list[CALLBACK_TYPE] = []
        self._loop: asyncio.Task[None] | None = None
        self._looked_at: datetime = dt_util.utcnow()

    @property
    def scenario(self) -> Scenario:
        """Return the weather that the owner chose."""
        return Scenario(self.entry.options.get(CONF_WEATHER, DEMO_WEATHERS[0]))

    @property
    def time_factor(self) -> float:
        """Return how many seconds pass in the house in one of ours."""
        return float(self.entry.options.get(CONF_TIME_FACTOR, 1))

    @property
    def people(self) -> int:
        """Return how many people are at home."""
        persons = self.hass.states.async_all(PERSON_DOMAIN)
        if not persons:
            return PEOPLE_DEFAULT
        # A person without a tracker is not known to be elsewhere.
        present = (STATE_HOME, STATE_UNKNOWN, STATE_UNAVAILABLE)
        return sum(person.state in present for person in persons)

    async def async_start(self) -> None:
        """Bring the house into its state of now and put its devices on their wires."""
        saved = await self._store.async_load() or {}
        self.statistics = saved.get("statistics", [])
        self.devices = DemoDevices(
            Path(self.hass.config.path(DOMAIN, f"demo_{self.entry.entry_id}")),
            _controller(saved.get("controller", {})),
        )
        self.devices.restore(saved.get("settings", {}))
        self._looked_at = dt_util.utcnow()
        surroundings = await self._async_surroundings()
        # A house that was stopped before it had a past begins once more.
        world = saved["world"] if self.statistics else None
        await self.hass.async_add_executor_job(
            self._make_world, world, surroundings, self._looked_at
        )
        port: int = self.entry.data[CONF_PORT]
        await self.devices.async_start(port)
        if self.devices.port != port:
            self.hass.config_entries.async_update_entry(
                self.entry, data={**self.entry.data, CONF_PORT: self.devices.port}
            )
            async_tell_port(self.hass, self.entry.entry_id, self.devices.port)
        self.entry.async_on_unload(
            self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._async_end)
        )
        self._loop = self.entry.async_create_background_task(
            self.hass, self._async_run(), "demo house"
        )

    async def _async_surroundings(self) -> Surroundings:
        """Return where Home Assistant's home stands, and who is there."""
        config = self.hass.config
        zone = await dt_util.async_get_time_zone(config.time_zone)
        return Surroundings(
            site=SiteParameters(
                latitude=config.latitude,
                longitude=config.longitude,
                elevation_m=float(config.elevation),
            ),
            zone=zone or dt_util.UTC,
            people=self.people,
            scenario=self.scenario,
        )

    def _make_world(
        self, saved: dict[str, Any] | None, surroundings: Surroundings, now: datetime
    ) -> None:
        """Take up the house as it was shortly ago, else a plausible one."""
        now_s = now.timestamp()
        if saved is not None:
            try:
                self._resume(DemoWorld.from_dict(saved, surroundings), now_s)
            except KeyError, TypeError, ValueError:
                # Another version saved it, in a form that is not understood here.
                self.world = DemoWorld.plausible(surroundings, now_s)
            return
        # The past was like the weather usually is, whatever is chosen for now.
        usual = replace(surroundings, scenario=Scenario.AS_USUAL)
        start_s = now_s - PAST.total_seconds()
        self.world = DemoWorld.plausible(usual, start_s - start_s % 3600.0)
        self.past = tuple(self.world.past(now_s))
        self.world.surroundings = surroundings

    def _resume(self, saved: DemoWorld, now_s: float) -> None:
        """Go on with the saved house, after a long pause only with its counters."""
        missed_s = now_s - saved.clock_s
        if 0.0 <= missed_s <= RESUME.total_seconds():
            saved.advance(missed_s, self._actuators())
            self.world = saved
            return
        self.world = DemoWorld.plausible(saved.surroundings, now_s)
        self.world.keep_counting(saved)

    async def _async_run(self) -> None:
        """Step the house and let the devices speak, second by second."""
        loop = self.hass.loop
        due = saved = loop.time()
        while True:
            await self._async_step(dt_util.utcnow())
            self.devices.speak(self.world.readings())
            if loop.time() - saved >= SAVE_S:
                saved = loop.time()
                await self.async_save()
            # A late second is not caught up: the wire would get two at once.
            due = max(due + SECOND_S, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _async_step(self, now: datetime) -> None:
        """Let the time since the last step pass in the house."""
        passed_s = self._passed_s(now)
        self.world.choose(scenario=self.scenario, people=self.people)
        if passed_s > LONG_S:
            # The computer was asleep: too much to go through between two seconds.
            await self.hass.async_add_executor_job(
                self.world.advance, passed_s, self._actuators()
            )
        else:
            self.world.advance(passed_s, self._actuators())

    def _passed_s(self, now: datetime) -> float:
        """Return how much time has passed in the house since the last step."""
        elapsed_s = (now - self._looked_at).total_seconds()
        self._looked_at = now
        if self.time_factor != 1.0:
            return elapsed_s * self.time_factor
        # On the real clock, also where the house has run ahead before.
        behind_s = now.timestamp() - self.world.clock_s
        if behind_s < 0.0:
            self.world.clock_s = now.timestamp()
        return behind_s

    def _actuators(self) -> Actuators:
        """Return what Home Assistant has written to the devices."""
        devices = self.devices
        return Actuators(
            relay_modes=devices.controller.relay_modes,
            inverter_mode=devices.inverter.mode,
            charger_on=devices.charger.on,
            charger_limit_a=devices.charger.current_limit_a,
        )

    @callback
    def weather_now(self) -> HourWeather:
        """Return the weather outside the house."""
        return self.world.weather_now()

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call the listener when the options have changed."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_choose_weather(self, weather: str) -> None:
        """Choose what the weather is like; it takes effect at once."""
        self.hass.config_entries.async_update_entry(
            self.entry, options={**self.entry.options, CONF_WEATHER: weather}
        )

    async def async_apply_options(self) -> None:
        """Take over what the owner has changed."""
        self.world.choose(scenario=self.scenario, people=self.people)
        for listener in tuple(self._listeners):
            listener()

    async def async_save(self) -> None:
        """Keep the house for when Home Assistant comes back."""
        await self._store.async_save(
            {
                "world": self.world.to_dict(),
                "controller": self.devices.controller.values,
                "settings": self.devices.settings,
                "statistics": self.statistics,
            }
        )

    async def _async_end(self, _event: Event) -> None:
        """Leave nothing behind when Home Assistant stops."""
        await self.async_stop()

    async def async_stop(self) -> None:
        """Save the house and take its devices off their wires."""
        await _async_cancel(self._loop)
        self._loop = None
        await self.devices.async_stop()
        await self.async_save()


def _controller(values: dict[str, int]) -> Controller:
    """Return a controller with the values that were last written to it."""
    return Controller(
        values={
            index: replace(known, value=values.get(known.name, known.value))
            for index, known in bx_plus_parameters().items()
        }
    )
