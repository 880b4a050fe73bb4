"""History records in a solar charger's memory (registers 0x104F to 0x106E)."""

from dataclasses import dataclass
import struct
from typing import Final, Self

DAY: Final = struct.Struct("<BIIHHB4BHHHIHHH")
TOTAL: Final = struct.Struct("<BB4BIIHHBH")
TOTAL_BYTES: Final = 34
"""Length of version 1 of the record of all days; the rest is reserved."""
UNKNOWN_ENERGY: Final = 0xFFFFFFFF
HOURS: Final = 24
GREATEST_POWER_W: Final = 20_000
"""More than any charger has; the biggest one takes 200 A at 48 V."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """What a charger keeps of one day."""

    yield_kwh: float | None
    """None where the charger does not know it, or it is more than the greatest power
    could bring in a day: damage passes the weak check of a frame now and then."""
    consumed_kwh: float | None = None
    """Energy of the load output; None for chargers without one."""
    max_battery_voltage_v: float
    min_battery_voltage_v: float
    errors: tuple[int, ...] = ()
    bulk_min: int = 0
    absorption_min: int = 0
    float_min: int = 0
    max_power_w: int = 0
    max_battery_current_a: float = 0.0
    max_panel_voltage_v: float = 0.0
    day: int = 0
    """The charger's number of the day."""

    def encode(self) -> bytes:
        """Return the 34 bytes of the record."""
        errors = (*self.errors, 0, 0, 0, 0)[:4]
        return DAY.pack(
            0,
            _hundredths(self.yield_kwh),
            _hundredths(self.consumed_kwh),
            round(self.max_battery_voltage_v * 100),
            round(self.min_battery_voltage_v * 100),
            0,
            *errors,
            self.bulk_min,
            self.absorption_min,
            self.float_min,
            self.max_power_w,
            round(self.max_battery_current_a * 10),
            round(self.max_panel_voltage_v * 100),
            self.day,
        )

    @classmethod
    def decode(cls, data: bytes) -> Self | None:
        """Return the record of an answer, None if it is not one."""
        if len(data) != DAY.size:
            return None
        _, gained, consumed, high, low, _, *rest = DAY.unpack(data)
        *errors, bulk, absorption, floating, power, current, panel, day = rest
        return cls(
            yield_kwh=_possible_kwh(gained, power),
            consumed_kwh=None if consumed == UNKNOWN_ENERGY else consumed / 100,
            max_battery_voltage_v=high / 100,
            min_battery_voltage_v=low / 100,
            errors=tuple(error for error in errors if error),
            bulk_min=bulk,
            absorption_min=absorption,
            float_min=floating,
            max_power_w=power,
            max_battery_current_a=current / 10,
            max_panel_voltage_v=panel / 100,
            day=day,
        )


def _hundredths(energy_kwh: float | None) -> int:
    return UNKNOWN_ENERGY if energy_kwh is None else round(energy_kwh * 100)


def _possible_kwh(raw: int, greatest_power_w: int) -> float | None:
    """Return the yield of a day, None if it is unknown or impossible."""
    if not 0 < greatest_power_w <= GREATEST_POWER_W:
        greatest_power_w = GREATEST_POWER_W
    energy_kwh = raw / 100
    return energy_kwh if energy_kwh <= greatest_power_w * HOURS / 1000 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRecord:
    """What a charger keeps of all days."""

    user_yield_kwh: float
    """Since the owner reset the counter."""
    system_yield_kwh: float
    max_panel_voltage_v: float
    max_battery_voltage_v: float
    errors: tuple[int, ...] = ()
    """The latest errors."""
    days: int
    """Days of which there is a record."""
    min_battery_voltage_v: float | None = None
    """Not in the first version of the record."""

    def encode(self) -> bytes:
        """Return the 34 bytes of the record."""
        low = self.min_battery_voltage_v
        return TOTAL.pack(
            1,
            0,
            *(*self.errors, 0, 0, 0, 0)[:4],
            round(self.user_yield_kwh * 100),
            round(self.system_yield_kwh * 100),
            round(self.max_panel_voltage_v * 100),
            round(self.max_battery_voltage_v * 100),
            self.days,
            0xFFFF if low is None else round(low * 100),
        ).ljust(TOTAL_BYTES, b"\x00")

    @classmethod
    def decode(cls, data: bytes) -> Self | None:
        """Return the record of an answer, None if it is not one."""
        if len(data) < TOTAL.size - 2:
            return None
        fields = TOTAL.unpack(data[: TOTAL.size].ljust(TOTAL.size, b"\xff"))
        _, _, *errors, user, system, panel, high, days, low = fields
        return cls(
            user_yield_kwh=user / 100,
            system_yield_kwh=system / 100,
            max_panel_voltage_v=panel / 100,
            max_battery_voltage_v=high / 100,
            errors=tuple(error for error in errors if error),
            days=days,
            min_battery_voltage_v=None if low == 0xFFFF else low / 100,
        )
