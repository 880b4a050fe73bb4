"""Values that a VE.Direct device tells only when it is asked over HEX."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfElectricCurrent, UnitOfTemperature, UnitOfTime
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError

from .deadband import Band
from .engine.vedirect import Family, Register, registers_of
from .engine.vedirect.settings import Capability

if TYPE_CHECKING:
    from .vedirect_link import VEDirectLink

CAPABILITIES: Final = 0x0140

PERIOD_S: Final = 30.0
"""How often a value is asked for, unless the device tells it by itself."""

PERIOD_PAUSING_S: Final = 600.0
"""The same where every question makes the text pause for several seconds."""

ROUND_S: Final = 5.0
"""How often it is looked whether something has to be asked."""

OLD_PERIODS: Final = 3
"""A value that was not told for so many periods says nothing any more."""

ICE_POINT_K: Final = 273.15


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowValue:
    """A register as a sensor."""

    key: str
    """Translation key, and the end of the unique id."""
    register: Register
    unit: str
    device_class: SensorDeviceClass | None
    state_class: SensorStateClass | None
    band: Band
    factor: float = 1.0
    offset: float = 0.0
    digits: int = 1


def _temperature(
    key: str, family: Family, number: int, offset: float = 0.0
) -> SlowValue:
    return SlowValue(
        key=key,
        register=registers_of(family)[number],
        unit=UnitOfTemperature.CELSIUS,
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        band=Band(near=1.0, far=3.0),
        offset=offset,
    )


def _current(key: str, number: int) -> SlowValue:
    return SlowValue(
        key=key,
        register=registers_of(Family.MPPT)[number],
        unit=UnitOfElectricCurrent.AMPERE,
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        band=Band(near=0.5, far=2.0, share=0.1),
    )


_CHARGER_TEMPERATURE: Final = _temperature("charger_temperature", Family.MPPT, 0xEDDB)
_BATTERY_TEMPERATURE: Final = _temperature(
    "battery_temperature", Family.MPPT, 0xEDEC, -ICE_POINT_K
)

SLOW_VALUES: Final[Mapping[Family, tuple[SlowValue, ...]]] = {
    Family.MPPT: (
        _CHARGER_TEMPERATURE,
        _BATTERY_TEMPERATURE,
        _current("charger_current", 0xEDD7),
        _current("panel_current", 0xEDBD),
    ),
    Family.MPPT_RS: (_CHARGER_TEMPERATURE, _BATTERY_TEMPERATURE),
    Family.AC_CHARGER: (_CHARGER_TEMPERATURE, _BATTERY_TEMPERATURE),
    Family.DCDC: (_CHARGER_TEMPERATURE, _BATTERY_TEMPERATURE),
    Family.MULTI_RS: (_BATTERY_TEMPERATURE,),
    Family.BMV: (
        SlowValue(
            key="battery_capacity",
            register=registers_of(Family.BMV)[0x1000],
            unit="Ah",
            device_class=None,
            state_class=None,
            band=Band(near=1.0, far=1.0),
            digits=0,
        ),
    ),
    Family.INVERTER: (
        SlowValue(
            key="run_time",
            register=registers_of(Family.INVERTER)[0x1040],
            unit=UnitOfTime.HOURS,
            device_class=SensorDeviceClass.DURATION,
            state_class=SensorStateClass.TOTAL_INCREASING,
            band=Band(near=1.0, far=10.0),
            factor=1 / 3600,
            digits=1,
        ),
        SlowValue(
            key="apparent_energy",
            register=registers_of(Family.INVERTER)[0x1041],
            unit="kVAh",
            device_class=None,
            state_class=SensorStateClass.TOTAL_INCREASING,
            band=Band(near=0.1, far=1.0),
            digits=2,
        ),
    ),
}


class SlowRegisters:
    """Asks for registers that somebody wants, gently."""

    def __init__(self, link: VEDirectLink, tell: Callable[[int], None]) -> None:
        """Take the device and whom to tell of a value; nothing is wanted yet."""
        self._link = link
        self._tell = tell
        self._wanted: Counter[int] = Counter()
        self._told: dict[int, tuple[bytes, float]] = {}
        self._asked_at: dict[int, float] = {}
        self._capabilities: int | None = None
        link.commands.async_listen(self._heard)

    @property
    def has_load_output(self) -> bool | None:
        """Return whether a charger has terminals for loads, None if it did not say."""
        if self._capabilities is None:
            return None
        return Capability.LOAD_OUTPUT in Capability(self._capabilities)

    @callback
    def async_want(self, number: int) -> CALLBACK_TYPE:
        """Ask for a register from now on; return how to stop that."""
        self._wanted[number] += 1

        @callback
        def stop() -> None:
            self._wanted[number] -= 1

        return stop

    def value(self, slow: SlowValue) -> float | None:
        """Return a value in the unit that is shown, None if the device knows none."""
        data, _at = self._told[slow.register.number]
        value = slow.register.decode(data)
        return None if value is None else value * slow.factor + slow.offset

    def fresh(self, number: int) -> bool:
        """Return whether a register was told not too long ago."""
        told = self._told.get(number)
        return (
            told is not None
            and bool(self._link.values)
            and monotonic() - told[1] <= OLD_PERIODS * self._period_s
        )

    def diagnostics(self) -> dict[str, str]:
        """Return what the wanted registers hold."""
        return {
            f"0x{number:04X}": data.hex() for number, (data, _at) in self._told.items()
        }

    @property
    def _period_s(self) -> float:
        return PERIOD_PAUSING_S if self._link.pauses_text else PERIOD_S

    @callback
    def forget(self) -> None:
        """Forget everything: the connection has come or gone."""
        self._told.clear()
        self._asked_at.clear()
        self._capabilities = None

    async def async_run(self) -> None:
        """Ask for ever."""
        while True:
            if self._link.values:
                for number in self._due():
                    await self._async_ask(number)
            await asyncio.sleep(ROUND_S)

    def _due(self) -> list[int]:
        """Return the registers to be asked for now."""
        now = monotonic()
        due = [
            number
            for number, wanted in self._wanted.items()
            if wanted and now >= self._last(number) + self._period_s
        ]
        if self._needs_capabilities and CAPABILITIES not in self._asked_at:
            due.insert(0, CAPABILITIES)
        return due

    def _last(self, number: int) -> float:
        """Return when a register was asked for or told, whichever is later."""
        never = -PERIOD_PAUSING_S
        told = self._told.get(number)
        return max(
            self._asked_at.get(number, never), never if told is None else told[1]
        )

    @property
    def _needs_capabilities(self) -> bool:
        """Return whether only the capability bits tell of terminals for loads."""
        values = self._link.values
        return (
            self._link.family is Family.MPPT
            and self._capabilities is None
            and "load_state" in values
            and "external_device_load" not in values
        )

    async def _async_ask(self, number: int) -> None:
        """Ask for a register; what it says is heard by the way."""
        self._asked_at[number] = monotonic()
        register = registers_of(self._link.family).get(
            number, registers_of(Family.MPPT).get(number)
        )
        if register is None:
            return
        try:
            await self._link.commands.async_read(register)
        except HomeAssistantError:
            # The connection has just been lost; there will be another one.
            return

    @callback
    def _heard(self, number: int, data: bytes) -> None:
        """Take what the device tells of a register, asked or not."""
        if number == CAPABILITIES and len(data) >= 4:
            self._capabilities = int.from_bytes(data[:4], "little")
        if self._wanted[number]:
            self._told[number] = (data, monotonic())
            self._tell(number)
