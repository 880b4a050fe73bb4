"""What a controller is told of the days to come: perfect, realistic or naive.

Realistic forecasts err as a real one did: a forecast of photovoltaics beside its
measured year (EMHASS, France 2024/25), with the mean of each hour of the day put
right, gives the spread and the persistence below (`fit`). The error of an hour is
one of the day and one of the hour, and shrinks as the hour comes nearer; the same
hour's error is the same in every forecast of a seed, only smaller in later ones.
The heating that is expected errs with the temperature and the sun.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import math
import random
from typing import Literal

import numpy as np

from ..plant.boundary import Boundary
from ..plant.house_document import House
from ..plant.sun import FloatArray
from .heating_need import forecast_need, heating_need

type Forecast = Literal["perfect", "realistic", "naive"]

HOUR_S = 3600.0
DAY_S = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorModel:
    """How forecasts of the sun and the temperature err, a day ahead."""

    day_spread: float = 0.48
    """Standard deviation of the logarithm of a day's factor."""
    day_persistence: float = 0.32
    """Correlation of one day with the next."""
    hour_spread: float = 0.37
    """Standard deviation of the logarithm of an hour's factor within its day."""
    hour_persistence: float = 0.41
    temperature_k: float = 1.5
    """Standard deviation of the outdoor temperature's error [K]; typical of numerical
    weather forecasts for one place."""
    temperature_persistence: float = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What is expected in each step of the days to come."""

    step_s: float
    ambient_c: FloatArray
    absorbed_w_per_m2: FloatArray
    pv_available_w: FloatArray
    draw_l: FloatArray
    """Hot water, counted at the temperature of use."""
    heating_w: FloatArray | None
    """None where it follows the temperature."""
    electrical_load_w: FloatArray


class Forecaster:
    """Makes outlooks from what will really be."""

    def __init__(
        self,
        truth: Boundary,
        kind: Forecast,
        *,
        house: House | None = None,
        seed: int = 0,
        usual_draw_l: Sequence[float] | None = None,
        errors: ErrorModel | None = None,
    ) -> None:
        """Take the truth; it should reach over the last horizon.

        With its `house` the heating of modelled rooms is expected too, and that of
        degree hours errs with the temperature. `usual_draw_l` is what people are
        expected to draw by habit, by step; without it all draws are known.
        """
        self._truth = truth
        self._kind = kind
        self._house = house
        self._errors = errors if errors is not None else ErrorModel()
        self._arrays = {
            name: np.array(getattr(truth, name), dtype=np.float64)
            for name in (
                "ambient_c",
                "absorbed_w_per_m2",
                "pv_available_w",
                "draw_l",
                "electrical_load_w",
            )
        }
        if truth.heating_w is not None:
            self._arrays["heating_w"] = np.array(truth.heating_w, dtype=np.float64)
        self._need = None
        if house is not None and house.building is not None:
            self._need = heating_need(house, truth)
            self._arrays["heating_w"] = self._need.wanted_w
        if usual_draw_l is not None and kind == "realistic":
            self._arrays["draw_l"] = np.array(usual_draw_l, dtype=np.float64)
        hours = math.ceil(truth.steps * truth.step_s / HOUR_S) + 1
        self._sun_days, self._sun_hours, self._warmth = _noise(
            self._errors, hours, seed
        )

    def outlook(self, now_s: float, horizon_s: float) -> Outlook:
        """Return what is expected from `now_s` on."""
        truth = self._truth
        first = round((now_s - truth.start_s) / truth.step_s)
        count = round(horizon_s / truth.step_s)
        steps = np.arange(first, first + count)
        if self._kind == "naive":
            # Today again: each hour as it was a whole number of days ago.
            day = round(DAY_S / truth.step_s)
            past = steps - day * (np.arange(count) // day + 1)
            steps = np.where(past >= 0, past, steps)
        steps = np.minimum(steps, truth.steps - 1)
        values = {name: array[steps] for name, array in self._arrays.items()}
        if self._kind == "realistic":
            self._disturb(values, first, count)
        return Outlook(
            step_s=truth.step_s,
            ambient_c=values["ambient_c"],
            absorbed_w_per_m2=values["absorbed_w_per_m2"],
            pv_available_w=values["pv_available_w"],
            draw_l=values["draw_l"],
            heating_w=values.get("heating_w"),
            electrical_load_w=values["electrical_load_w"],
        )

    def _disturb(self, values: dict[str, FloatArray], first: int, count: int) -> None:
        """Let the outlook err, less so for what is near."""
        step_s = self._truth.step_s
        lead_s = step_s * np.arange(count, dtype=np.float64)
        nearness = np.sqrt(np.minimum(1.0, (lead_s + 2.0 * HOUR_S) / DAY_S))
        times_s = self._truth.start_s + step_s * np.arange(first, first + count)
        hour = ((times_s - self._truth.start_s) // HOUR_S).astype(np.int64)
        day = (times_s // DAY_S - self._truth.start_s // DAY_S).astype(np.int64)
        hour = np.minimum(hour, len(self._sun_hours) - 1)
        day = np.minimum(day, len(self._sun_days) - 1)
        spread = self._errors
        exponent = (
            spread.day_spread * self._sun_days[day]
            + spread.hour_spread * self._sun_hours[hour]
        ) * nearness
        variance = (spread.day_spread**2 + spread.hour_spread**2) * nearness**2
        # Without the variance the mean of the factors would be above 1.
        factor = np.minimum(np.exp(exponent - variance / 2.0), 3.0)
        values["absorbed_w_per_m2"] = values["absorbed_w_per_m2"] * factor
        values["pv_available_w"] = values["pv_available_w"] * factor
        error_k = spread.temperature_k * self._warmth[hour] * nearness
        true_c = values["ambient_c"]
        values["ambient_c"] = true_c + error_k
        if (house := self._house) is None or house.heating is None:
            return
        if self._need is not None:
            values["heating_w"] = self._expect_rooms(
                house, values["ambient_c"], factor, first
            )
        elif "heating_w" in values:
            base_c = house.heating.base_temperature_c
            share = (base_c - values["ambient_c"]) / np.maximum(base_c - true_c, 1.0)
            values["heating_w"] = values["heating_w"] * np.clip(share, 0.0, 2.0)

    def _expect_rooms(
        self, house: House, ambient_c: FloatArray, factor: FloatArray, first: int
    ) -> FloatArray:
        """Return what modelled rooms are expected to ask for, by hours [W]."""
        truth, count = self._truth, len(ambient_c)
        per_hour = max(round(HOUR_S / truth.step_s), 1)
        steps = np.minimum(np.arange(first, first + count), truth.steps - 1)
        gains = np.array(truth.solar_gain_w, dtype=np.float64)[steps] * factor
        hours = truth.local_hour
        ahead = replace(
            truth,
            step_s=per_hour * truth.step_s,
            ambient_c=_hourly(ambient_c, per_hour),
            solar_gain_w=_hourly(gains, per_hour),
            local_hour=(
                None
                if hours is None
                else [hours[step] for step in steps[::per_hour].tolist()]
            ),
        )
        assert self._need is not None
        expected = forecast_need(house, self._need, ahead, int(steps[0]))
        return np.repeat(expected, per_hour)[:count]


def _hourly(values: FloatArray, per_hour: int) -> list[float]:
    """Return means over hours; a last part of one counts as an hour."""
    begins = np.arange(0, len(values), per_hour)
    sums = np.add.reduceat(values, begins)
    means: list[float] = (sums / np.diff(np.append(begins, len(values)))).tolist()
    return means


def _noise(
    errors: ErrorModel, hours: int, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return standard noise by day, by hour, and of the temperature by hour."""
    chance = random.Random(seed)

    def series(count: int, persistence: float) -> FloatArray:
        values = [chance.gauss(0.0, 1.0)]
        fresh = math.sqrt(1.0 - persistence**2)
        for _ in range(count - 1):
            values.append(persistence * values[-1] + fresh * chance.gauss(0.0, 1.0))
        return np.array(values, dtype=np.float64)

    days = hours // 24 + 3
    return (
        series(days, errors.day_persistence),
        series(hours, errors.hour_persistence),
        series(hours, errors.temperature_persistence),
    )


def fit(
    forecast_w: FloatArray, measured_w: FloatArray, hours: FloatArray
) -> ErrorModel:
    """Return the error model of a forecast of the sun beside what was measured.

    Hourly means [W] with their hour since any midnight UTC. Hours below a twentieth
    of the greatest power are left out; each hour of the day is put right first.
    """
    floor_w = 0.05 * float(measured_w.max())
    of_day = (hours % 24).astype(np.int64)
    corrected = forecast_w.copy()
    for hour in range(24):
        here = of_day == hour
        if forecast_w[here].sum() > 0.0:
            corrected[here] *= measured_w[here].sum() / forecast_w[here].sum()
    bright = (measured_w > floor_w) & (corrected > floor_w)
    ratio = np.log(corrected[bright] / measured_w[bright])
    days = (hours[bright] // 24).astype(np.int64)
    means: dict[int, float] = {}
    rests: list[FloatArray] = []
    for day in np.unique(days):
        values = ratio[days == day]
        if len(values) >= 5:
            means[int(day)] = float(values.mean())
            rests.append(values - values.mean())
    pairs = [(means[day], means[day + 1]) for day in means if day + 1 in means]
    inner = np.concatenate([np.stack((one[:-1], one[1:])) for one in rests], axis=1)
    return ErrorModel(
        day_spread=float(np.std(list(means.values()))),
        day_persistence=float(np.corrcoef(np.array(pairs).T)[0, 1]),
        hour_spread=float(np.concatenate(rests).std()),
        hour_persistence=float(np.corrcoef(inner)[0, 1]),
    )
