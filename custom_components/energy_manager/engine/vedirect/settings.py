"""What an owner may set on a device: choices, limits, and what has to come before.

Which settings a device has depends on its family, product, firmware, capability bits
and on what it answers; `questions_of` names the registers to read first, and
`settings_of` makes the settings of the device in hand. Values are checked here and
again by `Register.check`, and the encoder of writes refuses what must never be sent.
Sources: BlueSolar HEX protocol rev 18, BMV-7xx HEX protocol rev 6, open programs for
inverters; limits by battery type: the chargers' own presets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from types import MappingProxyType
from typing import Final

from ..errors import InputError
from .products import Family
from .ratings import Ratings, ratings_of
from .register import Register, Storage


class SettingKind(StrEnum):
    """How a setting is shown."""

    SELECT = "select"
    NUMBER = "number"
    SWITCH = "switch"
    BUTTON = "button"
    """Something that the device does once."""


class Capability(IntFlag):
    """Bits of the register 0x0140."""

    LOAD_OUTPUT = 1 << 0
    ROTARY_SWITCH = 1 << 1
    HISTORY = 1 << 2
    BATTERY_SAFE = 1 << 3
    ADAPTIVE_ABSORPTION = 1 << 4
    MANUAL_EQUALISATION = 1 << 5
    AUTOMATIC_EQUALISATION = 1 << 6
    STORAGE = 1 << 7
    REMOTE_ON_OFF = 1 << 8
    STREET_LIGHT_TIMER = 1 << 9
    TRANSMIT_FUNCTION = 1 << 10
    USER_LOAD_SWITCH = 1 << 11
    LOAD_CURRENT = 1 << 12
    PANEL_CURRENT = 1 << 13
    BATTERY_MANAGEMENT = 1 << 14
    EXTERNAL_CONTROL = 1 << 15
    SYNCHRONISED_CHARGING = 1 << 16
    ALARM_RELAY = 1 << 17
    RECEIVE_FUNCTION = 1 << 18
    VIRTUAL_LOAD_OUTPUT = 1 << 19
    VIRTUAL_RELAY = 1 << 20
    PLUG_IN_DISPLAY = 1 << 21
    LOAD_ENERGY_SELECTOR = 1 << 25
    BATTERY_TEST = 1 << 26
    PAY_AS_YOU_GO = 1 << 27
    HIBERNATE = 1 << 28


class Chemistry(StrEnum):
    """Kinds of batteries, which bear different voltages."""

    GEL = "gel"
    AGM = "agm"
    FLOODED = "flooded"
    LITHIUM = "lithium"
    LEAD_ACID = "lead_acid"
    """Some kind of lead-acid battery: what all of them bear."""


NOTHING: Final[Mapping[int, float]] = MappingProxyType({})
NO_OPTIONS: Final[Mapping[str, int]] = MappingProxyType({})
ON: Final = "on"
OFF: Final = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What is known of a device; it decides what can be set."""

    family: Family
    product_id: int | None = None
    firmware: int | None = None
    """164 for version 1.64; see `firmware_number`."""
    values: Mapping[int, float] = NOTHING
    """What the device answered to `questions_of`, by register, in its unit."""
    chemistry: Chemistry | None = None
    """Kind of the battery if the owner says it; else the battery type tells."""

    @property
    def ratings(self) -> Ratings:
        """Return what the product is made for."""
        return ratings_of(self.product_id)

    @property
    def capabilities(self) -> Capability | None:
        """Return the capability bits, None if the device does not tell them."""
        bits = self.values.get(0x0140)
        return None if bits is None else Capability(int(bits))

    def has(self, capability: Capability, otherwise: bool) -> bool:
        """Return whether a capability bit is set; `otherwise` if there are none."""
        bits = self.capabilities
        return otherwise if bits is None else capability in bits

    def newer_than(self, firmware: int) -> bool:
        """Return whether the firmware is at least this; an unknown one is new."""
        return self.firmware is None or self.firmware >= firmware


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a register must say before a setting is written.

    A register that the device forgets is written first. A stored one is the owner's
    choice: the setting is refused until he has made it.
    """

    register: Register
    value: int
    bits: bool = False
    """The value is a bit that must be set, among others."""

    def met(self, present: float | None) -> bool:
        """Return whether the register says it already."""
        if present is None:
            return False
        if self.bits:
            return int(present) & self.value == self.value
        return present == self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Something that an owner may set on the device in hand."""

    key: str
    """Translation key."""
    register: Register
    kind: SettingKind
    options: Mapping[str, int] = NO_OPTIONS
    """Keys and numbers of a choice; of a switch `on` and `off`."""
    minimum: float | None = None
    """Least value of a number [unit]."""
    maximum: float | None = None
    step: float | None = None
    keep_bits: int = 0
    """Bits of the register that stay as they are."""
    needs: tuple[Need, ...] = ()
    """What has to hold before, in this order."""
    kept_alive: bool = False
    """To be repeated twice a minute, with the network mode; else it ends by itself."""
    automatic: str | None = None
    """Option with which the device decides on its own."""
    enabled_by_default: bool = True

    @property
    def unit(self) -> str | None:
        """Return the unit of a number."""
        return self.register.unit

    @property
    def volatile(self) -> bool:
        """Return whether the device forgets it when it restarts."""
        return self.register.storage is Storage.VOLATILE

    def shown(self, value: float | None) -> float | str | bool | None:
        """Return what is shown for the register's value.

        The key of an option, on and off as True and False, or a number; None for what
        is not known. Without a limit in force a kept-alive number is its maximum.
        """
        if value is None:
            return self.maximum if self.kept_alive else None
        if self.kind in {SettingKind.NUMBER, SettingKind.BUTTON}:
            return value
        number = int(value) & ~self.keep_bits
        if self.kind is SettingKind.SWITCH:
            # Old chargers say 0 for off, whatever was written.
            on = number == self.options[ON]
            return on if on or number in {self.options[OFF], 0} else None
        return next((key for key, each in self.options.items() if each == number), None)

    def stored(self, shown: float | str | bool, present: float | None = None) -> float:
        """Return the register's value for what is shown.

        Args:
            shown: an option's key, True or False of a switch, or a number.
            present: the register's value now, for `keep_bits`.

        Raises:
            InputError: outside of the limits or off the step, or not an option.
        """
        if self.kind is SettingKind.BUTTON:
            return 0
        if self.kind is SettingKind.NUMBER:
            return self._number(shown)
        key = (OFF, ON)[shown] if isinstance(shown, bool) else shown
        number = self.options.get(key) if isinstance(key, str) else None
        if number is None:
            raise InputError(self.key, f"one of {', '.join(self.options)}")
        if self.keep_bits and present is None:
            raise InputError(self.key, "can be written once the device has told it")
        return number | int(present or 0) & self.keep_bits

    def _number(self, shown: float | str | bool) -> float:
        assert self.minimum is not None
        assert self.maximum is not None
        assert self.step is not None
        unit = f" {self.unit}" if self.unit else ""
        allowed = f"{self.minimum:g} to {self.maximum:g}{unit}"
        if isinstance(shown, str | bool):
            raise InputError(self.key, allowed)
        if not self.minimum <= shown <= self.maximum:
            raise InputError(self.key, allowed)
        steps = shown / self.step
        if abs(steps - round(steps)) > 1e-6:
            raise InputError(self.key, f"{allowed} in steps of {self.step:g}{unit}")
        return round(round(steps) * self.step, 6)
