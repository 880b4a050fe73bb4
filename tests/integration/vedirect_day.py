"""A day of a small solar home at 1 Hz: what its three VE.Direct devices measure."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random

from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryReadings,
    ChargerReadings,
    InverterReadings,
)

CAPACITY_AH = 400.0
SUNRISE_H, SUNSET_H = 6.0, 20.0
PEAK_W = 1900.0
LIMIT_A = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What the devices measure in one second."""

    charger: ChargerReadings
    inverter: InverterReadings
    battery: BatteryReadings


class Day:
    """Sun with clouds, a fridge, a household, and noise on every reading."""

    def __init__(self, seed: int = 1) -> None:
        """Begin at midnight with a battery that is not full."""
        self._random = Random(seed)
        self._charge_ah = 280.0
        self._yield_kwh = 0.0
        self._total_kwh = 1234.0
        self._charged_kwh, self._discharged_kwh = 500.0, 450.0
        self._cloud, self._cloud_left_s = 1.0, 0.0
        self._flicker = 0.0
        self._appliance_w, self._appliance_left_s = 0.0, 0.0
        self._highest_w = 0.0

    def seconds(self, first_hour: float, hours: float) -> Iterator[Second]:
        """Return the seconds of some hours of the day."""
        for second in range(int(hours * 3600)):
            yield self._second(first_hour + second / 3600)

    def _second(self, hour: float) -> Second:
        noise = self._random.gauss
        sun_w = self._sun_w(hour)
        load_w = self._load_w(hour)
        soc = self._charge_ah / CAPACITY_AH
        rest_v = 12.0 + 1.2 * soc
        inverter_a = load_w / 0.9 / 12.7 + 0.8
        charger_a = min(LIMIT_A, sun_w * 0.97 / 13.2)
        if soc > 0.98:
            charger_a = min(charger_a, inverter_a + 4.0)
        battery_a = charger_a - inverter_a
        volts = min(14.4, rest_v + 0.004 * battery_a + 0.4 * (charger_a > 1))
        self._charge_ah = min(
            CAPACITY_AH, max(40.0, self._charge_ah + battery_a / 3600)
        )
        panel_w = charger_a * volts / 0.97
        energy_kwh = panel_w / 3_600_000
        self._yield_kwh += energy_kwh
        self._total_kwh += energy_kwh
        battery_kwh = battery_a * volts / 3_600_000
        self._charged_kwh += max(0.0, battery_kwh)
        self._discharged_kwh += max(0.0, -battery_kwh)
        self._highest_w = max(self._highest_w, panel_w)
        night = sun_w < 1
        measured_a = battery_a + noise(0, 0.08)
        return Second(
            charger=ChargerReadings(
                battery_voltage_v=volts + noise(0, 0.01),
                battery_current_a=-0.02 if night else charger_a + noise(0, 0.1),
                panel_voltage_v=0.4
                if night
                else 88 + 6 * (1 - self._cloud) + noise(0, 0.3),
                panel_power_w=0.0 if night else max(0.0, panel_w + noise(0, 1.5)),
                state=0 if night else 4 if soc > 0.98 else 3,
                tracker=0 if night else 1 if charger_a >= LIMIT_A else 2,
                yield_total_kwh=self._total_kwh,
                yield_today_kwh=self._yield_kwh,
                max_power_today_w=self._highest_w,
            ),
            inverter=InverterReadings(
                battery_voltage_v=volts - 0.05 + noise(0, 0.02),
                ac_voltage_v=230.0 + noise(0, 0.05),
                ac_current_a=max(0.0, load_w / 0.9 / 230 + noise(0, 0.03)),
                ac_apparent_power_va=max(0.0, load_w / 0.9 + noise(0, 2)),
            ),
            battery=BatteryReadings(
                voltage_v=volts + noise(0, 0.005),
                current_a=measured_a,
                state_of_charge_percent=round(100 * soc, 1),
                consumed_ah=round(self._charge_ah - CAPACITY_AH, 1),
                time_to_go_min=None
                if measured_a >= 0
                else min(14_400, int(self._charge_ah * 0.5 / -measured_a * 60)),
                discharged_kwh=self._discharged_kwh,
                charged_kwh=self._charged_kwh,
            ),
        )

    def _sun_w(self, hour: float) -> float:
        """Return the power of the panels: clouds that pass, and their edges."""
        if not SUNRISE_H < hour < SUNSET_H:
            return 0.0
        self._cloud_left_s -= 1
        if self._cloud_left_s <= 0:
            cloudy = self._cloud > 0.6
            self._cloud = self._random.uniform(0.2, 0.5) if cloudy else 1.0
            self._cloud_left_s = self._random.expovariate(1 / (90 if cloudy else 400))
        self._flicker = 0.95 * self._flicker + self._random.gauss(0, 0.01)
        height = sin(pi * (hour - SUNRISE_H) / (SUNSET_H - SUNRISE_H))
        return max(0.0, PEAK_W * height * self._cloud * (1 + self._flicker))

    def _load_w(self, hour: float) -> float:
        """Return the power of the household."""
        self._appliance_left_s -= 1
        if self._appliance_left_s <= 0:
            awake = 0.4 + 0.6 * exp(-(((hour - 19) / 3) ** 2))
            on = self._appliance_w == 0 and self._random.random() < awake
            self._appliance_w = self._random.choice((40, 90, 150, 900)) if on else 0.0
            self._appliance_left_s = self._random.expovariate(1 / (240 if on else 900))
        fridge = 85.0 if (hour * 60) % 32 < 12 else 0.0
        return 25.0 + fridge + self._appliance_w
