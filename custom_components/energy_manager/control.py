"""Carries decisions out: on change only, with minimum times, read back, leased."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_OPTION,
    SERVICE_SELECT_OPTION,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util

from .commands import Situation, Wish, automatic_state, target_state, wishes
from .const import DOMAIN
from .roles import ACTUATORS, SELECTS, Role
from .storage import HomeStore, Lease
from .write_log import plan_context

_LOGGER = logging.getLogger(__name__)

CALL_TIMEOUT_S: Final = 30.0
"""A value written over VBus can take ten seconds to come back."""
RETRY: Final = timedelta(minutes=1)
"""Pause after a first failure; it doubles with each further one."""
LONGEST_RETRY: Final = timedelta(minutes=16)
FAILURES_TOLERATED: Final = 1
"""A device may miss one command; the second miss in a row is told."""


@dataclass(slots=True)
class _Failures:
    """How often a device did not obey, and when it is asked again."""

    count: int
    next_try: datetime


class Control:
    """Tells the devices of one home what to do."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        store: HomeStore,
        devices: Mapping[Role, str],
        minimum_times: Mapping[Role, timedelta],
    ) -> None:
        """Take the entities that play the actuators' roles."""
        self._hass = hass
        self._entry_id = entry_id
        self._store = store
        self.devices = {role: devices[role] for role in ACTUATORS if role in devices}
        self._minimum_times = minimum_times
        self._failures: dict[str, _Failures] = {}
        self._lock = asyncio.Lock()
        self._owner_until: dict[Role, datetime] = {}

    async def async_reconcile(self, situation: Situation) -> None:
        """Bring the devices to what is wanted, as far as they differ from it."""
        async with self._lock:
            wanted = wishes(situation)
            for key, lease in tuple(self._store.memory.leases.items()):
                if self.devices.get(Role(key)) != lease.entity_id:
                    # The role has passed to another entity: this one is free.
                    await self._async_give_back(key, lease)
            for role, entity_id in self.devices.items():
                if not self._owner_holds(role, wanted[role]):
                    await self._async_bring(role, entity_id, wanted[role])

    def taken_by_hand(self, role: Role, old: State, new: State) -> bool:
        """Return whether somebody else has just changed a device that is leased.

        It had what it was told, no command is under way, and it now is otherwise: by
        the owner's hand, on the page, at the device, or by an automation of his.
        """
        lease = self._store.memory.leases.get(role)
        gone = (STATE_UNAVAILABLE, STATE_UNKNOWN)
        return (
            lease is not None
            and lease.entity_id == new.entity_id
            and not self._lock.locked()
            and old.state == lease.commanded != new.state
            and new.state not in gone
        )

    def leave_to_owner(self, role: Role, until: datetime) -> None:
        """Leave a device as its owner set it, for a while."""
        lease = self._store.memory.leases.pop(role, None)
        self._owner_until[role] = until
        self._failures.pop(role, None)
        if lease is not None:
            self._log(role, "", "owner")

    def take_over(self, roles: Collection[Role] = ACTUATORS) -> None:
        """Leave devices to their owner no longer."""
        for role in roles:
            self._owner_until.pop(role, None)

    def left_to_owner(self, role: Role) -> bool:
        """Return whether a device is left as its owner set it."""
        until = self._owner_until.get(role)
        return until is not None and dt_util.utcnow() < until

    def _owner_holds(self, role: Role, wish: Wish) -> bool:
        """Return whether the owner's hand still decides on a device."""
        if wish.command is not None and self.left_to_owner(role):
            return True
        self._owner_until.pop(role, None)
        return False

    async def async_give_all_back(self) -> None:
        """Give all devices back to their own automatic, now."""
        await self.async_give_back_entities(
            {lease.entity_id for lease in self._store.memory.leases.values()}
        )

    async def async_give_back_entities(self, entity_ids: Collection[str]) -> None:
        """Give some devices back, all at a time: one that is slow delays no other."""
        async with self._lock:
            leases = {
                key: lease
                for key, lease in self._store.memory.leases.items()
                if lease.entity_id in entity_ids
            }
            await asyncio.gather(
                *(self._async_give_back(key, lease) for key, lease in leases.items())
            )
            if leases:
                await self._store.async_save()

    async def _async_give_back(self, key: str, lease: Lease) -> None:
        """Give one device back; keep its lease if it cannot be reached."""
        state = self._hass.states.get(lease.entity_id)
        if state is None:
            registry = er.async_get(self._hass)
            if registry.async_get(lease.entity_id) is None:
                # It no longer exists, so there is nothing to give back.
                del self._store.memory.leases[key]
            return
        if state.state == STATE_UNAVAILABLE:
            # An action would pass it over without a word.
            return
        if state.state != lease.automatic and not await self._async_call(
            key, lease.entity_id, lease.automatic, "given_back"
        ):
            return
        del self._store.memory.leases[key]
        self._log(key, lease.automatic, "given_back")

    async def _async_bring(self, role: Role, entity_id: str, wish: Wish) -> None:
        """Bring one device to what is wanted of it."""
        state = self._hass.states.get(entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            return
        leases = self._store.memory.leases
        lease = leases.get(role)
        if wish.command is None:
            target = None if lease is None else lease.automatic
        elif (target := target_state(state, wish.command)) is None:
            self._tell("device_unsuitable", role, entity_id)
            return
        if target is None:
            return
        if lease is None:
            automatic = automatic_state(state, role)
            if state.state == target or automatic == STATE_UNKNOWN:
                # What cannot be given back is not taken.
                return
            await self._async_command(
                role,
                wish,
                Lease(
                    entity_id=entity_id,
                    commanded=target,
                    automatic=automatic,
                    changed=dt_util.utcnow(),
                ),
            )
        elif lease.commanded != target:
            age = dt_util.utcnow() - lease.changed
            if wish.urgent or age >= self._minimum_times[role]:
                changed = replace(lease, commanded=target, changed=dt_util.utcnow())
                await self._async_command(role, wish, changed)
        elif state.state == target:
            self._obeyed(role, entity_id)
            if wish.command is None:
                del leases[role]
                self._store.schedule_save()
        else:
            await self._async_repeat(role, lease)

    async def _async_command(self, role: Role, wish: Wish, lease: Lease) -> None:
        """Tell a device something new."""
        self._store.memory.leases[role] = lease
        self._log(role, lease.commanded, wish.why)
        # First on disk, then on the wire: a crash in between must not leave a
        # device in manual operation that nobody remembers.
        await self._store.async_save()
        self._failures.pop(role, None)
        if await self._async_call(role, lease.entity_id, lease.commanded, wish.why):
            self._expect(role)

    async def _async_repeat(self, role: Role, lease: Lease) -> None:
        """Tell a device again what it has not done."""
        failures = self._failures.get(role)
        if failures is not None and dt_util.utcnow() < failures.next_try:
            return
        if failures is not None and failures.count > FAILURES_TOLERATED:
            self._tell("device_disobeys", role, lease.entity_id)
        if await self._async_call(role, lease.entity_id, lease.commanded, "repeated"):
            self._expect(role)

    def _expect(self, role: str) -> None:
        """Give the device time to show that it obeys."""
        known = self._failures.get(role)
        count = 1 if known is None else known.count + 1
        pause = min(RETRY * 2 ** (count - 1), LONGEST_RETRY)
        self._failures[role] = _Failures(count, dt_util.utcnow() + pause)

    def _obeyed(self, role: Role, entity_id: str) -> None:
        """Note that the device does what it was told."""
        self._failures.pop(role, None)
        issue_id = self._issue_id("device_disobeys", role)
        if ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id) is not None:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            _LOGGER.info("%s obeys again", entity_id)

    async def _async_call(
        self, role: str, entity_id: str, target: str, why: str
    ) -> bool:
        """Set the device's state; return whether the call went through."""
        domain = entity_id.partition(".")[0]
        data: dict[str, Any] = {ATTR_ENTITY_ID: entity_id}
        if domain in SELECTS:
            service = SERVICE_SELECT_OPTION
            data[ATTR_OPTION] = target
        else:
            service = SERVICE_TURN_ON if target == STATE_ON else SERVICE_TURN_OFF
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                await self._hass.services.async_call(
                    domain,
                    service,
                    data,
                    blocking=True,
                    context=plan_context(self._hass, why),
                )
        except Exception as err:  # noqa: BLE001
            # It is another integration's code: whatever it raises, the other
            # devices are still told and given back.
            _LOGGER.debug("%s did not take %s: %r", entity_id, target, err)
            self._expect(role)
            return False
        return True

    def _tell(self, kind: str, role: Role, entity_id: str) -> None:
        """Tell once that a device does not do what the plan needs."""
        issue_id = self._issue_id(kind, role)
        if ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id) is not None:
            return
        _LOGGER.warning("%s cannot be controlled: %s", entity_id, kind)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=kind,
            translation_placeholders={"entity": entity_id},
        )

    def _issue_id(self, kind: str, role: Role) -> str:
        """Return the id of an issue about a device of this home."""
        return f"{kind}_{self._entry_id}_{role}"

    def clear_issues(self) -> None:
        """Take back what was told: the entry is unloaded."""
        for role in self.devices:
            for kind in ("device_disobeys", "device_unsuitable"):
                ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(kind, role))

    def _log(self, role: str, state: str, why: str) -> None:
        """Add what was done to the log of decisions."""
        self._store.memory.decisions.append(
            {
                "time": dt_util.utcnow().isoformat(),
                "role": str(role),
                "state": state,
                "why": why,
            }
        )
        self._store.schedule_save()
