"""Writes settings of VBus controllers: on change, within limits, told, given back."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.errors import InputError
from .engine.vbus import Family, Outcome, Setting, partners, violation
from .runtime import EnergyManagerConfigEntry
from .vbus_controller import Controller, Shown
from .vbus_notes import ManualMode, Place, VBusNotes, now
from .vbus_visits import VBusVisits
from .vbus_words import in_words, option_word, setting_name
from .write_errors import write_error
from .write_log import async_log_write

GIVE_BACK_S: Final = 12.0
"""So long is tried when Home Assistant stops, which itself waits for 20 s."""

ISSUE_LEFT: Final = "vbus_left_by_hand"

_FAILURES: Final[Mapping[str, str]] = {
    "no_bus": "vbus_no_bus",
    "timeout": "vbus_no_answer",
    "lost_bus": "vbus_lost_bus",
    "refused": "vbus_refused",
    "unknown": "vbus_unknown_setting",
    "unit": "vbus_other_units",
    "cancelled": "vbus_no_answer",
}


class VBusWriting:
    """Writes to the controllers on one bus, one setting at a time."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EnergyManagerConfigEntry,
        visits: VBusVisits,
        notes: VBusNotes,
        told: Callable[[int], None],
    ) -> None:
        """Take the visits to the bus, what is remembered, and whom to tell."""
        self._hass = hass
        self._entry = entry
        self._visits = visits
        self._notes = notes
        self._told = told
        self._lock = asyncio.Lock()
        self._is_closed = False

    @callback
    def async_close(self) -> None:
        """Write nothing more but what is given back."""
        self._is_closed = True

    # What the owner, an automation or the plan wants

    async def async_write(
        self,
        controller: Controller,
        setting: Setting,
        shown: float | str,
        *,
        label: str,
        context: Context | None,
    ) -> None:
        """Set a value; the answer of the controller counts.

        HomeAssistantError tells the owner why it was not set, and what to do.
        """
        family = controller.family
        if family is None or setting not in controller.settings:
            raise write_error("vbus_reading_only")
        _check(self._hass, setting, shown)
        place = Place.of(controller.source, setting)
        async with self._lock:
            if self._is_closed:
                # Told after waiting too: giving back comes next.
                raise write_error("vbus_stopping")
            if await self._async_is_set(controller, family, setting, shown):
                return
            self._spend(place)
            await asyncio.sleep(self._notes.budget(place).wait_s(now()))
            before = controller.values.get(setting)
            known = self._notes.modes.get(place)
            await self._async_note_first(place, setting, shown, label)
            outcome = await self._async_settle(controller, family, setting, shown)
            if outcome.written:
                self._notes.spend(place)
            if not outcome.written:
                # Nothing was sent, or somebody else has set it so: not ours to give.
                await self._notes.async_note(place, known)
            await self.async_check_note(controller, setting, outcome)
            self._told(controller.source)
            if outcome.failure is not None:
                raise self._failed(setting, outcome)
            if outcome.written:
                self._log(controller, setting, before, context)

    async def _async_is_set(
        self, controller: Controller, family: Family, setting: Setting, shown: Shown
    ) -> bool:
        """Read what a decision needs first; return whether there is nothing to do.

        A setting without partners whose budget is not spent needs nothing: the
        session itself reads before it writes.
        """
        place = Place.of(controller.source, setting)
        needed = partners(family, setting)
        if not needed and self._notes.budget(place).allows(now()):
            return False
        settings = (setting, *needed)
        outcomes = await self._visits.async_visit(
            controller.source, family, [family.request(one) for one in settings]
        )
        for one, outcome in zip(settings, outcomes, strict=True):
            controller.take(one, outcome)
        self._told(controller.source)
        if outcomes[0].failure is not None:
            raise self._failed(setting, outcomes[0])
        if controller.values.get(setting) == shown:
            return True
        self._check_partners(controller, family, setting, shown)
        return False

    def _check_partners(
        self, controller: Controller, family: Family, setting: Setting, shown: Shown
    ) -> None:
        """Refuse a value on the wrong side of another setting."""
        assert shown is not None
        found = violation(family, controller.values, setting, shown)
        if found is None:
            return
        raise write_error(
            f"vbus_limit_{found.bound}",
            limit=in_words(self._hass, setting, found.limit),
            other=setting_name(self._hass, found.limit_setting),
        )

    def _spend(self, place: Place) -> None:
        """Refuse a write that comes too often."""
        free_at = self._notes.budget(place).free_at(now())
        if free_at is None:
            return
        moment = dt_util.as_local(dt_util.utc_from_timestamp(free_at))
        raise write_error("write_limit_until", time=moment.strftime("%H:%M"))

    async def _async_note_first(
        self, place: Place, setting: Setting, shown: Shown, label: str
    ) -> None:
        """Remember a manual mode: first on disk, then on the wire."""
        if setting.automatic is None or shown == setting.automatic:
            return
        assert isinstance(shown, str)
        mode = ManualMode(
            option=shown,
            raw=setting.stored(shown),
            since=dt_util.utcnow(),
            label=label,
        )
        await self._notes.async_note(place, mode)

    async def _async_settle(
        self, controller: Controller, family: Family, setting: Setting, shown: Shown
    ) -> Outcome:
        """Write one setting in a visit of its own."""
        (outcome,) = await self._visits.async_visit(
            controller.source, family, [family.request(setting, shown)]
        )
        controller.take(setting, outcome)
        return outcome

    def _failed(self, setting: Setting, outcome: Outcome) -> HomeAssistantError:
        """Return why a setting has not the value that was wanted."""
        match outcome.failure:
            case "mismatch" if outcome.value is not None:
                kept = setting.shown(outcome.value)
                word = in_words(self._hass, setting, kept)
                return write_error("vbus_kept", value=word)
            case "timeout" | "lost_bus" if outcome.written:
                return write_error("vbus_unconfirmed")
            case None:
                raise AssertionError("nothing has failed")
            case failure:
                return write_error(_FAILURES.get(failure, "vbus_refused"))

    @callback
    def _log(
        self,
        controller: Controller,
        setting: Setting,
        before: Shown,
        context: Context | None,
        reason: str | None = None,
    ) -> None:
        """Tell a write with who wanted it and why."""
        async_log_write(
            self._hass,
            entity_id=controller.entity_ids.get(setting),
            device_id=controller.device_id,
            setting=f"{setting.key}_{setting.number}",
            before=option_word(before),
            after=option_word(controller.values.get(setting)),
            context=context,
            reason=reason,
        )

    # Giving back

    def owes(self, source: int) -> bool:
        """Return whether something of a controller is to be given back."""
        return any(place.source == source for place in self._notes.modes)

    async def async_check_note(
        self, controller: Controller, setting: Setting, outcome: Outcome
    ) -> None:
        """Forget a manual mode that is not in force any more."""
        place = Place.of(controller.source, setting)
        mode = self._notes.modes.get(place)
        if mode is not None and outcome.value not in (None, mode.raw):
            await self._async_forget(place)

    async def async_give_back(
        self, controller: Controller, *, old_only: bool = False
    ) -> bool:
        """Set to automatic what was set here and is still so; return if that is done.

        With `old_only` it is what was left from before Home Assistant started.
        """
        async with self._lock:
            owed = self._owed(controller, old_only=old_only)
            if not owed or controller.family is None:
                return True
            try:
                still = await self._async_still_set(controller, owed)
                done = await self._async_set_automatic(controller, still)
            except HomeAssistantError:
                return False
            finally:
                self._told(controller.source)
            return done and not self._owed(controller, old_only=old_only)

    def _owed(
        self, controller: Controller, *, old_only: bool
    ) -> dict[Setting, ManualMode]:
        """Return what is to be given back to a controller."""
        settings = () if controller.family is None else controller.family.settings
        owed: dict[Setting, ManualMode] = {}
        for setting in settings:
            place = Place.of(controller.source, setting)
            mode = self._notes.modes.get(place)
            if mode is not None and (not old_only or place in self._notes.old):
                owed[setting] = mode
        return owed

    async def _async_still_set(
        self, controller: Controller, owed: Mapping[Setting, ManualMode]
    ) -> list[Setting]:
        """Return what is still as it was set; forget what somebody else has changed."""
        assert controller.family is not None
        outcomes = await self._visits.async_visit(
            controller.source,
            controller.family,
            [controller.family.request(setting) for setting in owed],
        )
        still = []
        for (setting, mode), outcome in zip(owed.items(), outcomes, strict=True):
            controller.take(setting, outcome)
            if outcome.value == mode.raw:
                still.append(setting)
            elif outcome.value is not None:
                await self._async_forget(Place.of(controller.source, setting))
        return still

    async def _async_set_automatic(
        self, controller: Controller, settings: list[Setting]
    ) -> bool:
        """Write automatic; return whether all of it is in force."""
        if not settings:
            return True
        family = controller.family
        assert family is not None
        before = {setting: controller.values.get(setting) for setting in settings}
        outcomes = await self._visits.async_visit(
            controller.source,
            family,
            [family.request(setting, setting.automatic) for setting in settings],
        )
        for setting, outcome in zip(settings, outcomes, strict=True):
            place = Place.of(controller.source, setting)
            controller.take(setting, outcome)
            if outcome.written:
                self._notes.spend(place)
            if outcome.failure is None:
                await self._async_forget(place)
                if outcome.written:
                    self._log(controller, setting, before[setting], None, "given_back")
        return all(outcome.failure is None for outcome in outcomes)

    async def _async_forget(self, place: Place) -> None:
        """Forget a manual mode, and take back what was told of it."""
        await self._notes.async_note(place, None)
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(place))

    @callback
    def tell_left(self) -> None:
        """Tell what could not be given back: a relay may run for ever."""
        for place, mode in self._notes.modes.items():
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                self._issue_id(place),
                is_fixable=False,
                is_persistent=True,
                severity=ir.IssueSeverity.WARNING,
                translation_key=ISSUE_LEFT,
                translation_placeholders={"setting": mode.label},
            )

    def _issue_id(self, place: Place) -> str:
        """Return the id of the issue about a setting."""
        return f"{ISSUE_LEFT}_{self._entry.entry_id}_{place.text}"


def _check(hass: HomeAssistant, setting: Setting, shown: float | str) -> None:
    """Refuse what the controller's table does not allow."""
    try:
        setting.stored(shown)
    except InputError as err:
        if setting.kind == "select":
            raise write_error("vbus_option_unconfirmed") from err
        raise write_error(
            "vbus_outside_limits",
            minimum=in_words(hass, setting, setting.minimum),
            maximum=in_words(hass, setting, setting.maximum),
            step=in_words(hass, setting, setting.step),
        ) from err
