"""Writes registers of a VE.Direct device: rarely, on change only, read back, told."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.errors import InputError
from .engine.vedirect import Failure, Need, Register, Setting, Storage, Transaction
from .engine.vedirect.frames import NETWORK_MODE
from .engine.vedirect.registers_charger import BATTERY_TYPE
from .engine.vedirect.registers_common import RELAY_MODE, REMOTE_CONTROL
from .vedirect_control import ABSENT, VEDirectControl, not_connected
from .write_budget import WriteBudget
from .write_errors import write_error

WRITES_PER_HOUR: Final = 10
WRITES_PER_DAY: Final = 50
"""At this rate the memory of a device lasts for more than five years."""

ORDER_LIFE_S: Final = 30.0
"""An order that could not be carried out for so long is dropped."""

STORAGE_VERSION: Final = 1
SAVE_DELAY_S: Final = 5

_FAILURES: Final[Mapping[Failure, str]] = {
    Failure.TIMEOUT: "write_timeout",
    Failure.UNKNOWN_REGISTER: "write_unknown_setting",
    Failure.NOT_SUPPORTED: "write_not_supported",
    Failure.OUT_OF_RANGE: "write_invalid",
    Failure.MISMATCH: "write_mismatch",
    Failure.DROPPED: "not_connected",
}


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return where the writes of a device are remembered over restarts."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.vedirect_writes.{entry_id}")


_NEEDED: Final[Mapping[int, str]] = {
    BATTERY_TYPE: "write_needs_user_battery",
    RELAY_MODE: "write_needs_remote_relay",
}
"""What the owner has to choose first, by the register that says it."""


_REMOVED: Final[HassKey[dict[str, dict[str, list[float]]]]] = HassKey(
    f"{DOMAIN}.vedirect_writes"
)
"""Writes to devices whose entries were removed: adding one again gives no new ones."""


async def async_forget_writes(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what is stored of the writes to a device; it may be added again soon."""
    store = _store(hass, entry.entry_id)
    stored = await store.async_load() or {}
    if entry.unique_id is not None and "writes" in stored:
        hass.data.setdefault(_REMOVED, {})[entry.unique_id] = stored["writes"]
    await store.async_remove()


def stored_value(
    setting: Setting, shown: float | str | bool, present: float | None
) -> float:
    """Return the number that a device knows for what is wanted."""
    try:
        return setting.stored(shown, present)
    except InputError as err:
        if setting.minimum is None or setting.maximum is None:
            raise write_error("write_invalid") from err
        unit = "" if setting.unit is None else f" {setting.unit}"
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="write_outside_limits",
            translation_placeholders={
                "minimum": f"{setting.minimum:g}{unit}",
                "maximum": f"{setting.maximum:g}{unit}",
            },
        ) from err


class VEDirectWriting:
    """Writes to one device, one order at a time."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        control: VEDirectControl,
        may_write: Callable[[], bool],
        spent: Callable[[], None],
    ) -> None:
        """Take how to speak, whether the right device listens, and whom to tell.

        `spent` is called whenever a write was counted.
        """
        self._control = control
        self._may_write = may_write
        self._spent = spent
        self._lock = asyncio.Lock()
        self._budgets: dict[int, WriteBudget] = {}
        self._hass = hass
        self._entry = entry
        self._store = _store(hass, entry.entry_id)
        self._unsaved = False

    async def async_load(self) -> None:
        """Remember what was written before a restart, or by an entry of before."""
        stored = await self._store.async_load() or {}
        kept = self._hass.data.get(_REMOVED, {}).pop(self._entry.unique_id or "", None)
        if kept is not None:
            self._unsaved = True
        for number, writes in (kept or stored.get("writes", {})).items():
            self._budgets[int(number)] = _budget(writes)

    async def async_save(self) -> None:
        """Save what was written since the last time."""
        if self._unsaved:
            self._unsaved = False
            await self._store.async_save(self._stored())

    def left(self, register: Register) -> int:
        """Return how many writes of a stored register are left today."""
        return self._budget_of(register).left(_now())

    def free_at(self, register: Register) -> datetime | None:
        """Return when a stored register may be written again, None if it may now."""
        free_at = self._budget_of(register).free_at(_now())
        return None if free_at is None else dt_util.utc_from_timestamp(free_at)

    @property
    def counted(self) -> tuple[int, ...]:
        """Return the registers that were written lately."""
        now = _now()
        return tuple(
            number
            for number, budget in self._budgets.items()
            if budget.left(now) < WRITES_PER_DAY
        )

    @asynccontextmanager
    async def async_order(self) -> AsyncGenerator[int]:
        """Carry an order of several steps out; give the connection it is meant for.

        HomeAssistantError when the connection is lost meanwhile, or the order grows
        too old while it waits for its turn.
        """
        if not self._may_write():
            raise not_connected()
        session = self._control.session
        try:
            async with asyncio.timeout(ORDER_LIFE_S), self._lock:
                yield session
        except TimeoutError as err:
            raise write_error("write_too_late") from err

    async def async_read(self, register: Register, session: int) -> Transaction:
        """Read a register within an order; an error if there is no answer."""
        transaction = await self._control.async_read(register, session=session)
        if transaction.failure is not None:
            raise write_error(_FAILURES[transaction.failure])
        return transaction

    async def async_meet(self, need: Need, session: int) -> None:
        """Write what has to hold before a setting, or say what the owner has to do."""
        present = await self._control.async_read(need.register, session=session)
        if present.failure in ABSENT or need.met(present.value):
            return
        if need.register.storage is Storage.PERMANENT:
            raise write_error(_NEEDED[need.register.number])
        await self.async_repeat(need.register, need.value, session)

    async def async_write(
        self, present: Transaction, value: float, session: int
    ) -> float | None:
        """Write a register that was read within an order; return what is in force then.

        A value that is in force already is not written again. HomeAssistantError if
        the device does not take the value over.
        """
        if present.register.holds(present.data, present.register.encode(value)):
            return present.value
        return await self.async_repeat(present.register, value, session)

    async def async_repeat(
        self, register: Register, value: float, session: int
    ) -> float | None:
        """Write a register within an order, even if it has the value already."""
        try:
            write = Transaction(register, value)
        except InputError as err:
            raise write_error("write_invalid") from err
        await self._async_spend(register)
        await self._control.async_run(write, session=session)
        match write.failure:
            case None:
                return write.value
            case Failure.MISMATCH if _has_bits(write, value):
                return write.value
            case Failure.MISMATCH if register.choices is None:
                raise _clamped(register, write.value, write.value)
            case Failure.OUT_OF_RANGE if (
                write.value is not None and register.choices is None
            ):
                # The answer is the nearest legal value, not what is in force.
                in_force = await self.async_read(register, session)
                raise _clamped(register, write.value, in_force.value)
            case failure:
                raise write_error(_FAILURES[failure])

    async def _async_spend(self, register: Register) -> None:
        """Count a write to a device's memory, or refuse it."""
        if register.storage is not Storage.PERMANENT:
            return
        budget = self._budget_of(register)
        if (free_at := self.free_at(register)) is not None:
            raise write_error("write_limit_until", time=_clock_time(free_at))
        await asyncio.sleep(budget.wait_s(_now()))
        budget.spend(_now())
        self._unsaved = True
        self._store.async_delay_save(self._stored, SAVE_DELAY_S)
        self._spent()

    @callback
    def _stored(self) -> dict[str, Any]:
        """Return the writes as they are stored."""
        return {
            "writes": {
                str(number): list(budget.writes)
                for number, budget in self._budgets.items()
            }
        }

    def _budget_of(self, register: Register) -> WriteBudget:
        """Return the budget of a register."""
        return self._budgets.setdefault(register.number, _budget())


def _has_bits(write: Transaction, wanted: float) -> bool:
    """Return whether all bits that were set are in force, in a register of bits.

    Those of a charger's remote control can only be set: others may have set more.
    """
    in_force = write.value
    return (
        write.register.number in (REMOTE_CONTROL, NETWORK_MODE)
        and in_force is not None
        and int(wanted) != 0
        and int(in_force) & int(wanted) == int(wanted)
    )


def _budget(writes: Iterable[float] = ()) -> WriteBudget:
    """Return a budget, less what was written already."""
    return WriteBudget(
        per_hour=WRITES_PER_HOUR,
        per_day=WRITES_PER_DAY,
        writes=writes,
    )


def _now() -> float:
    """Return the time by which writes are counted: it goes on over restarts."""
    return dt_util.utcnow().timestamp()


def _clock_time(when: datetime) -> str:
    """Return a time as the owner's clock shows it, with the day if it is another."""
    local = dt_util.as_local(when)
    today = dt_util.now().date()
    return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")


def _clamped(
    register: Register, nearest: float | None, in_force: float | None
) -> HomeAssistantError:
    """Return the error of a value that the device allows only within limits."""
    return write_error(
        "write_clamped",
        nearest=_shown(register, nearest),
        in_force=_shown(register, in_force),
    )


def _shown(register: Register, value: float | None) -> str:
    """Return a value with its unit."""
    if value is None:
        return "?"
    unit = "" if register.unit is None else f" {register.unit}"
    return f"{value:.{register.digits}f}{unit}"
