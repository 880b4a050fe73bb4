"""What an emulated solar charger remembers: settings, limits and records of days."""

from collections.abc import Callable
from functools import partial
from typing import Final

from .emulated_days import Days
from .emulated_device import TEXT_PAUSE_S, EmulatedDevice
from .frames import BMS_BIT, NETWORK_MODE
from .ratings import ratings_of
from .registers_charger import (
    ABSORPTION_VOLTAGE,
    BATTERY_MAXIMUM_CURRENT,
    BATTERY_TYPE,
    BATTERY_TYPE_USER,
    CHARGER,
    CHARGER_MAXIMUM_CURRENT,
    CHARGER_RELAY_MODE,
    EQUALISATION_VOLTAGE,
    FLOAT_VOLTAGE,
    HIGHEST_VOLTAGE,
    LOAD_CONTROL,
    LOWEST_VOLTAGE,
    STEEPEST_COMPENSATION,
    STORAGE_VOLTAGE,
    SYSTEM_VOLTAGE,
    TEMPERATURE_COMPENSATION,
    VOLTAGE_MAXIMUM,
    VOLTAGE_MINIMUM,
)
from .registers_common import (
    CAPABILITIES,
    CHARGE_CURRENT_LIMIT,
    DEVICE_MODE,
    HISTORY_DAYS,
    HISTORY_TODAY,
    HISTORY_TOTAL,
    REMOTE_CONTROL,
)
from .responder import Cell

LIMIT_TIMEOUT_S: Final = 60
"""A limit or network mode that is not written again ends after so long."""
NO_LIMIT: Final = 0xFFFF
EXTERNAL_CONTROL_BITS: Final = 0x05
REMOTE_ON_OFF_BIT: Final = 0x02

ON: Final = 1
OFF: Final = 4
OFF_OF_OLD: Final = 0
"""Older firmware writes and reports this for off; it is still understood."""

TEXT_GOES_ON: Final = 0x0153
"""From this firmware on the text goes on while HEX is in use."""
REMOTE_ALLOWED: Final = 0x0142
"""From here on a charger obeys its mode without being told so first."""
FIRST_LIMIT: Final = 0x0119
FIRST_OFF_REASON: Final = 0x0144
OFF_BEFORE: Final = 0x0117
"""Before this firmware the mode off reads as 0."""

CAPABILITY_BITS: Final = 0x0001_C93C
LOAD_BITS: Final = 0x0000_1001


class ChargerMemory(EmulatedDevice):
    """The registers of a solar charger that its host may write."""

    def __init__(
        self, *, product_id: int, serial: str, firmware: int, system_voltage_v: int
    ) -> None:
        """Have the settings of the factory."""
        self._ratings = ratings_of(product_id)
        self._rated_current_a = self._ratings.maximum_current_a or 1.0
        self._system_voltage_v = system_voltage_v
        self._bms_present = False
        self._days = Days()
        super().__init__(
            table=CHARGER,
            product_id=product_id,
            firmware=firmware,
            serial=serial,
            text_pause_s=0.0,
        )
        self.restart()
        self._add_control()
        self._add_battery()
        self._add_load()

    def restart(self) -> None:
        """Begin again, with what is in flash."""
        super().restart()
        old = self.firmware < TEXT_GOES_ON
        self._responder.text_pause_s = TEXT_PAUSE_S if old else 0.0
        allowed = self.firmware >= REMOTE_ALLOWED
        self._remote_control = REMOTE_ON_OFF_BIT if allowed else 0
        self._network_mode = 0
        self._network_mode_age_s = 0
        self._limit = NO_LIMIT
        self._limit_age_s = 0

    @property
    def mode(self) -> int:
        """Return the mode as written: 1 on, 4 off."""
        return ON if self.stored[DEVICE_MODE] == ON else OFF

    @property
    def on(self) -> bool:
        """Return whether the charger charges when there is sun."""
        switched_off = self.mode == OFF and self._remote_control & REMOTE_ON_OFF_BIT
        return not switched_off and not self._bms_present

    @property
    def limited(self) -> bool:
        """Return whether the host limits the current now."""
        external = self._network_mode & EXTERNAL_CONTROL_BITS
        return bool(external) and self._limit != NO_LIMIT

    @property
    def current_limit_a(self) -> float:
        """Return the greatest battery current that is allowed now."""
        maximum = self.stored[BATTERY_MAXIMUM_CURRENT]
        return min(self._limit / 10, maximum) if self.limited else maximum

    @property
    def load_mode(self) -> int:
        """Return what the load output follows; 4 is always on."""
        return int(self.stored.get(LOAD_CONTROL, 4))

    @property
    def days(self) -> Days:
        """Return the records of days."""
        return self._days

    def _let_limits_end(self) -> None:
        self._limit_age_s += 1
        if self._limit_age_s >= LIMIT_TIMEOUT_S:
            self._limit = NO_LIMIT
        self._network_mode_age_s += 1
        if self._network_mode_age_s >= LIMIT_TIMEOUT_S:
            self._network_mode = 0

    def _add_control(self) -> None:
        """Have the registers that switch and limit the charger."""
        responder = self._responder
        responder.add_setting(CHARGER[DEVICE_MODE], ON, choices=(ON, OFF, OFF_OF_OLD))
        responder.add(
            Cell(
                register=CHARGER[DEVICE_MODE],
                get=self._told_mode,
                set=self._set_mode,
                choices=frozenset({ON, OFF, OFF_OF_OLD}),
            )
        )
        responder.add(
            Cell(
                register=CHARGER[REMOTE_CONTROL],
                get=lambda: self._remote_control.to_bytes(4, "little"),
                set=self._set_remote_control,
            )
        )
        responder.add(
            Cell(
                register=CHARGER[NETWORK_MODE],
                get=lambda: bytes([self._network_mode]),
                set=self._set_network_mode,
            )
        )
        responder.add(
            Cell(
                register=CHARGER[CHARGE_CURRENT_LIMIT],
                get=lambda: self._limit.to_bytes(2, "little"),
                set=self._set_limit,
                since=FIRST_LIMIT,
            )
        )

    def _told_mode(self) -> bytes:
        old = self.firmware < OFF_BEFORE and self.mode == OFF
        return bytes([OFF_OF_OLD if old else self.mode])

    def _set_mode(self, data: bytes) -> None:
        self._responder.stored[DEVICE_MODE] = ON if data[0] == ON else OFF

    def _set_remote_control(self, data: bytes) -> None:
        # Bits can only be set; a restart clears them.
        self._remote_control |= int.from_bytes(data, "little")

    def _set_network_mode(self, data: bytes) -> None:
        self._network_mode = data[0]
        self._network_mode_age_s = 0
        if self._network_mode & BMS_BIT:
            self._bms_present = True

    def _set_limit(self, data: bytes) -> None:
        self._limit = int.from_bytes(data, "little")
        self._limit_age_s = 0

    def _add_battery(self) -> None:
        """Have the settings of the battery; its voltages only for a type of its own."""
        add = self._responder.add_setting
        times = self._system_voltage_v / 12
        span = LOWEST_VOLTAGE * times, HIGHEST_VOLTAGE * times

        def own_type() -> bool:
            return self.stored[BATTERY_TYPE] == BATTERY_TYPE_USER

        rated = self._rated_current_a
        add(CHARGER[BATTERY_MAXIMUM_CURRENT], rated, (1.0, rated))
        types = {*range(1, 9), BATTERY_TYPE_USER}
        add(CHARGER[BATTERY_TYPE], 3, choices=types)
        voltages = {
            ABSORPTION_VOLTAGE: 14.4,
            FLOAT_VOLTAGE: 13.8,
            STORAGE_VOLTAGE: 13.5,
            EQUALISATION_VOLTAGE: 16.2,
        }
        for number, volts in voltages.items():
            add(CHARGER[number], volts * times, span, writable=own_type)
        steepest = STEEPEST_COMPENSATION * times
        add(
            CHARGER[TEMPERATURE_COMPENSATION],
            -16.2 * times,
            (-steepest, steepest),
            writable=own_type,
        )
        add(CHARGER[0xEDFE], 1, choices=(0, 1))
        add(CHARGER[0xEDFD], 0, (0, 250))
        add(CHARGER[0xEDFB], 6.0, (1, 24))
        add(CHARGER[0xEDE7], 2.0, (0, rated))
        add(CHARGER[0xED2E], 0.4 * times, (0.1, 2 * times))
        add(CHARGER[0xEDE0], 5.0, (-10, 10))
        self._responder.add_numbers(
            CHARGER,
            {
                CAPABILITIES: self._capabilities,
                SYSTEM_VOLTAGE: lambda: self._system_voltage_v,
                CHARGER_MAXIMUM_CURRENT: lambda: rated,
                VOLTAGE_MINIMUM: lambda: span[0],
                VOLTAGE_MAXIMUM: lambda: span[1],
                0xEDE8: lambda: int(self._bms_present),
            },
        )

    def _capabilities(self) -> int:
        return CAPABILITY_BITS | (LOAD_BITS if self._ratings.load_output else 0)

    def _add_load(self) -> None:
        """Have the load output, where there is one, and what the relay follows."""
        add = self._responder.add_setting
        if self._ratings.load_output:
            # The upper half byte belongs to the street light.
            modes = [light | mode for light in range(0, 256, 16) for mode in range(8)]
            add(CHARGER[LOAD_CONTROL], 1, choices=modes)
        add(CHARGER[CHARGER_RELAY_MODE], 0, choices=range(11))

    def _add_readings(
        self,
        numbers: dict[int, Callable[[], float | None]],
        *,
        total_kwh: Callable[[], float],
    ) -> None:
        """Have the registers that can only be read, and the records of days."""
        load = {0xEDA8, 0xEDAD}
        self._responder.add_numbers(
            CHARGER,
            {
                number: get
                for number, get in numbers.items()
                if number not in load or self._ratings.load_output
            },
        )
        self._responder.cell(0x0207).since = FIRST_OFF_REASON
        self._responder.add(
            Cell(
                register=CHARGER[HISTORY_TOTAL],
                get=lambda: self._days.total(total_kwh()),
            )
        )
        for age in range(HISTORY_DAYS):
            register = CHARGER[HISTORY_TODAY + age]
            self._responder.add(
                Cell(register=register, get=partial(self._days.day, age))
            )
