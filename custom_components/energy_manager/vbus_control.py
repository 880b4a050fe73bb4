"""The controllers on a VBus: what is set there, and who may change it."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import batched
from typing import Final, Protocol

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_interval

from .engine.vbus import (
    VALUES_PER_VISIT,
    Family,
    Frame,
    Setting,
    family_of,
    telltale_request,
    variant,
)
from .runtime import EnergyManagerConfigEntry
from .vbus_controller import UNANSWERED, Controller
from .vbus_module import CONF_VIRTUAL_MODULE, VirtualModule
from .vbus_notes import VBusNotes
from .vbus_permission import ControlState, first_state, is_part
from .vbus_visits import VBusVisits
from .vbus_writing import GIVE_BACK_S, VBusWriting

READ_INTERVAL: Final = timedelta(minutes=30)
"""Settings may also be changed at the controller: they are asked this often."""

READ_PAUSES_S: Final = (10.0, 60.0, 300.0)
"""After questions that were not answered."""

GROUP_PAUSE_S: Final = 3.0
"""Between two visits that only read: measurements come first."""

AGAIN_S: Final = 0.5
"""Before what could not be given back is tried once more."""

GATHER_S: Final = 0.2
"""Entities that are added together are asked for together."""


class Bus(Protocol):
    """The VBus adapter as control sees it."""

    hass: HomeAssistant
    entry: EnergyManagerConfigEntry

    @property
    def can_write(self) -> bool:
        """Whether the adapter can send to the bus."""

    def send(self, data: bytes) -> None:
        """Send bytes to the bus."""

    def async_tell(self, key: Hashable) -> None:
        """Tell those who listen to a device."""


class VBusControl:
    """Knows the controllers, reads what is looked at, and lets it be written."""

    def __init__(self, bus: Bus) -> None:
        """Take the adapter; nothing is asked yet."""
        self._bus = bus
        self._connected = False
        self._controllers: dict[int, Controller] = {}
        self._newcomers: list[Callable[[Controller], None]] = []
        self._visits = VBusVisits(bus.send)
        self.module: VirtualModule | None = None
        self._notes = VBusNotes(bus.hass, bus.entry.entry_id)
        self._writing = VBusWriting(
            bus.hass, bus.entry, self._visits, self._notes, self._told
        )

    # What the adapter tells

    async def async_load(self) -> None:
        """Read what is remembered of earlier writes."""
        await self._notes.async_load()
        options = self._bus.entry.options.get(CONF_VIRTUAL_MODULE)
        if options is not None and self._bus.can_write:
            self.module = VirtualModule(self._bus, options)

    @callback
    def async_start(self) -> None:
        """Ask for settings from time to time, until the entry is unloaded."""
        entry = self._bus.entry
        if self.module is not None:
            self.module.async_start()
        entry.async_on_unload(
            async_track_time_interval(
                self._bus.hass, self._read_all, READ_INTERVAL, cancel_on_shutdown=True
            )
        )
        # Before background tasks are cancelled: without them nobody hears answers.
        entry.async_on_unload(
            self._bus.hass.async_add_shutdown_job(HassJob(self.async_stop))
        )

    async def async_stop(self) -> None:
        """Give back what was set here; the connection is closed next."""
        self._writing.async_close()
        for controller in self._controllers.values():
            if controller.reader is not None:
                controller.reader.cancel()
                controller.reader = None
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVE_BACK_S):
                for controller in self._controllers.values():
                    await self._async_give_back(controller)
        self._writing.tell_left()
        if self.module is not None:
            await self.module.async_stop()

    async def _async_give_back(self, controller: Controller) -> None:
        """Try until it is done, as long as there is a connection."""
        while self._connected and not await self._writing.async_give_back(controller):
            await asyncio.sleep(AGAIN_S)

    @property
    def holds_bus(self) -> bool:
        """Whether the controller is silent because of us."""
        return self._visits.holds_bus

    @callback
    def async_set_connected(self, connected: bool) -> None:
        """Note whether the bus can be reached; without it a visit ends."""
        self._connected = connected
        self._visits.async_set_connected(connected)
        if connected:
            self._read_all()

    @callback
    def async_feed(self, frame: Frame) -> None:
        """Take a frame of the bus."""
        if self.module is not None:
            self.module.async_feed(frame)
        self._visits.async_feed(frame)

    @callback
    def async_introduce(self, source: int) -> None:
        """Take a device that counts from now on."""
        if source in self._controllers or is_part(source):
            return
        entry = self._bus.entry
        controller = Controller(
            source=source,
            family=family_of(source),
            state=first_state(entry.options, source, can_write=self._bus.can_write),
        )
        self._controllers[source] = controller
        self._told_newcomers(controller)
        owes = self._writing.owes(source) and self._bus.can_write
        if controller.may_be_asked or owes:
            controller.reader = entry.async_create_background_task(
                self._bus.hass,
                self._async_keep_reading(controller),
                f"VBus {entry.title} settings",
            )
            controller.called.set()

    # What entities ask

    @callback
    def async_on_controller(self, newcomer: Callable[[Controller], None]) -> None:
        """Call with every controller, again when its settings become known."""
        self._newcomers.append(newcomer)
        for controller in self._controllers.values():
            newcomer(controller)

    def family(self, source: int) -> Family | None:
        """Return what can be written to a device, None if nothing may be."""
        controller = self._controllers.get(source)
        return controller.family if controller and controller.settings else None

    @callback
    def async_look_at(
        self, controller: Controller, setting: Setting, entity_id: str
    ) -> Callable[[], None]:
        """Read a setting now and then; return how to end that."""
        controller.wanted.add(setting)
        controller.entity_ids[setting] = entity_id
        controller.call([setting])

        @callback
        def end() -> None:
            controller.wanted.discard(setting)
            controller.due.discard(setting)

        return end

    @property
    def writing(self) -> VBusWriting:
        """What writes settings."""
        return self._writing

    @property
    def notes(self) -> VBusNotes:
        """What is in manual mode."""
        return self._notes

    @property
    def controllers(self) -> tuple[Controller, ...]:
        """The controllers that were heard."""
        return tuple(self._controllers.values())

    # Reading

    @callback
    def _told(self, source: int) -> None:
        """Tell that a controller's settings are known anew."""
        self._bus.async_tell(source)

    @callback
    def _told_newcomers(self, controller: Controller) -> None:
        """Tell that a controller is there, or that its settings are known."""
        for newcomer in tuple(self._newcomers):
            newcomer(controller)

    @callback
    def _read_all(self, _now: datetime | None = None) -> None:
        """Ask all controllers for what somebody looks at."""
        for controller in self._controllers.values():
            controller.call(controller.wanted)

    async def _async_keep_reading(self, controller: Controller) -> None:
        """Read what is due, a few times if the controller does not answer."""
        while True:
            await controller.called.wait()
            await asyncio.sleep(GATHER_S)
            controller.called.clear()
            for pause_s in READ_PAUSES_S:
                answered = False
                with suppress(HomeAssistantError):
                    answered = await self._async_read(controller)
                if answered:
                    break
                if await self._called_within(controller, pause_s):
                    break
            else:
                self._note_state(controller, ControlState.NO_ANSWER)

    @staticmethod
    async def _called_within(controller: Controller, pause_s: float) -> bool:
        """Wait; return whether the controller was called for meanwhile."""
        try:
            async with asyncio.timeout(pause_s):
                await controller.called.wait()
        except TimeoutError:
            return False
        return True

    async def _async_read(self, controller: Controller) -> bool:
        """Read what is due in short visits; return whether all was answered."""
        if not self._connected:
            return True
        await self._async_find_variant(controller)
        given_back = await self._writing.async_give_back(controller, old_only=True)
        family = controller.family
        if family is None or not controller.settings:
            return given_back and controller.state is not ControlState.VERSION_UNKNOWN
        due = [setting for setting in family.settings if setting in controller.due]
        for number, group in enumerate(batched(due, VALUES_PER_VISIT, strict=False)):
            if number:
                await asyncio.sleep(GROUP_PAUSE_S)
            await self._async_read_group(controller, family, group)
        return given_back and not controller.due

    async def _async_read_group(
        self, controller: Controller, family: Family, group: tuple[Setting, ...]
    ) -> None:
        """Read a few settings in one visit."""
        outcomes = await self._visits.async_visit(
            controller.source, family, [family.request(setting) for setting in group]
        )
        for setting, outcome in zip(group, outcomes, strict=True):
            controller.take(setting, outcome)
            await self._writing.async_check_note(controller, setting, outcome)
        if any(outcome.failure not in UNANSWERED for outcome in outcomes):
            self._note_state(controller, ControlState.ALLOWED)
        self._told(controller.source)

    async def _async_find_variant(self, controller: Controller) -> None:
        """Ask which table of settings a controller's firmware follows."""
        family = controller.family
        is_needed = controller.may_be_asked or self._writing.owes(controller.source)
        if not is_needed or family is None:
            return
        if (request := telltale_request(family)) is None:
            return
        (outcome,) = await self._visits.async_visit(
            controller.source, family, [request]
        )
        controller.family = variant(family, outcome.value, outcome.failure)
        if controller.family is not family:
            self._note_state(controller, ControlState.ALLOWED)
            self._told_newcomers(controller)

    @callback
    def _note_state(self, controller: Controller, state: ControlState) -> None:
        """Note whether a controller may be written to."""
        if state is not controller.state and controller.may_be_asked:
            controller.state = state
            self._told(controller.source)
