"""The records of days in the memory of an emulated solar charger."""

from dataclasses import replace
from typing import Final

from .records import DayRecord, TotalRecord
from .registers_common import HISTORY_DAYS

STATE_MINUTES: Final = {3: "bulk_min", 4: "absorption_min", 5: "float_min"}


class Days:
    """Records of today and of the 30 days before."""

    def __init__(self) -> None:
        """Know no day yet."""
        self._records: list[DayRecord] = []
        self._minutes: dict[str, float] = {}

    def take(
        self,
        now: DayRecord,
        state: int,
    ) -> None:
        """Take what one second brought, as a record of its own."""
        records = self._records
        if not records or records[0].day != now.day:
            self._records = records = [now, *records][:HISTORY_DAYS]
            self._minutes = dict.fromkeys(STATE_MINUTES.values(), 0.0)
        if state in STATE_MINUTES:
            self._minutes[STATE_MINUTES[state]] += 1 / 60
        today = records[0]
        records[0] = replace(
            now,
            max_battery_voltage_v=max(
                today.max_battery_voltage_v, now.max_battery_voltage_v
            ),
            min_battery_voltage_v=min(
                today.min_battery_voltage_v, now.min_battery_voltage_v
            ),
            errors=today.errors if now.errors == today.errors[:1] else now.errors,
            bulk_min=int(self._minutes["bulk_min"]),
            absorption_min=int(self._minutes["absorption_min"]),
            float_min=int(self._minutes["float_min"]),
            max_power_w=max(today.max_power_w, now.max_power_w),
            max_battery_current_a=max(
                today.max_battery_current_a, now.max_battery_current_a
            ),
            max_panel_voltage_v=max(today.max_panel_voltage_v, now.max_panel_voltage_v),
        )

    def remember(self, records: list[DayRecord]) -> None:
        """Have the records of earlier days, the latest first."""
        self._records = records[:HISTORY_DAYS]
        self._minutes = dict.fromkeys(STATE_MINUTES.values(), 0.0)

    def day(self, age: int) -> bytes | None:
        """Return the record of so many days ago, None if there is none."""
        return self._records[age].encode() if age < len(self._records) else None

    def total(self, yield_kwh: float) -> bytes | None:
        """Return the record of all days, None before the first."""
        days = self._records
        if not days:
            return None
        return TotalRecord(
            user_yield_kwh=yield_kwh,
            system_yield_kwh=yield_kwh,
            max_panel_voltage_v=max(day.max_panel_voltage_v for day in days),
            max_battery_voltage_v=max(day.max_battery_voltage_v for day in days),
            min_battery_voltage_v=min(day.min_battery_voltage_v for day in days),
            days=len(days),
        ).encode()
