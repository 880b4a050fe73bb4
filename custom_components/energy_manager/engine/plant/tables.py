"""Tables of weather, draws and loads as text in columns (CSV).

Each reader takes a whole file's text and tells what is wrong by row, counted as an
editor counts lines: the heading is row 1. Further columns are passed over.
"""

import csv
from datetime import UTC, datetime
import math
from zoneinfo import ZoneInfo

import numpy as np

from ..errors import InputError
from . import irradiance, sun
from .boundary import DAY_S, WeatherSeries
from .parameters import SiteParameters
from .photovoltaics import WIND_M_PER_S
from .sun import FloatArray

LONGEST_GAP_S = 3.0 * 3600.0
YEAR_S = 365.0 * DAY_S
FIRST_YEAR, LAST_YEAR = 1900, 2200
_LIMITS = {
    "ghi": (-20.0, 2000.0),
    "dni": (-20.0, 2000.0),
    "dhi": (-20.0, 2000.0),
    "cloud_cover": (0.0, 1.0),
    "temp_air": (-80.0, 70.0),
    "wind_speed": (0.0, 150.0),
    "litres": (0.0, 1e5),
    "litres_per_hour": (0.0, 1e5),
    "load_w": (-1.0, 1e7),
    "load_kw": (-1.0, 1e4),
}


class _Table:
    """A file's columns, each read when it is asked for."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        lines = text.lstrip("\ufeff").splitlines()
        first = lines[0] if lines else ""
        # The heading tells what is between the columns.
        between = max((",", ";", "\t"), key=first.count)
        self.comma = "," if between != "," else "."
        """Before decimals: a comma as well where it is not between columns."""
        self.heading: list[str] = []
        self.rows: list[tuple[int, list[str]]] = []
        rows = csv.reader(lines, delimiter=between)
        number = 0
        try:
            for number, row in enumerate(rows, 1):
                if number == 1:
                    self.heading = [cell.strip().lower() for cell in row]
                elif any(row) and not row[0].startswith("#"):
                    self.rows.append((number, row))
        except csv.Error as error:
            raise InputError(f"{name} row {number + 1}", "must be columns") from error
        if not self.rows:
            raise InputError(name, "must have a heading and rows of values")

    def __contains__(self, column: str) -> bool:
        return column in self.heading

    def cells(self, column: str) -> list[tuple[int, str]]:
        """Return (row number, text) of a column."""
        if column not in self.heading:
            known = ", ".join(self.heading) or "nothing"
            raise InputError(
                self.name, f"must have the column {column}; it has {known}"
            )
        place = self.heading.index(column)
        found = []
        for number, row in self.rows:
            if place >= len(row):
                raise InputError(
                    f"{self.name} row {number}", f"must have a value for {column}"
                )
            found.append((number, row[place].strip()))
        return found

    def numbers(self, column: str) -> FloatArray:
        """Return a column of numbers within what is possible."""
        low, high = _LIMITS[column]
        values = []
        for number, text in self.cells(column):
            try:
                value = float(text.replace(self.comma, "."))
            except ValueError:
                value = math.nan
            if not low <= value <= high:
                raise InputError(
                    f"{self.name} row {number}",
                    f"{column} must be a number from {low:g} to {high:g}",
                )
            values.append(value)
        return np.array(values, dtype=np.float64)

    def times_s(self, column: str, zone: ZoneInfo | None = None) -> FloatArray:
        """Return a column of times in order [s]; without an offset they are `zone`'s.

        An hour that comes twice when the clocks are put back is told apart by its order;
        one that they leave out is NaN.
        """
        values: list[float] = []
        last = -math.inf
        for number, text in self.cells(column):
            try:
                when = datetime.fromisoformat(text)
            except ValueError as error:
                raise InputError(
                    f"{self.name} row {number}",
                    f"{column} must be a time like 2019-06-21T12:00:00Z",
                ) from error
            if not FIRST_YEAR <= when.year <= LAST_YEAR:
                raise InputError(
                    f"{self.name} row {number}",
                    f"{column} must be within the years {FIRST_YEAR} to {LAST_YEAR}",
                )
            seconds = _instant_s(when, zone, last)
            if seconds <= last:
                raise InputError(
                    f"{self.name} row {number}", "must be later than the row before"
                )
            values.append(seconds)
            last = last if math.isnan(seconds) else seconds
        return np.array(values, dtype=np.float64)

    def check_gaps(self, times_s: FloatArray) -> None:
        """Raise InputError where rows are missing."""
        if len(times_s) < 2:
            raise InputError(self.name, "must have at least two rows")
        gaps = np.flatnonzero(np.diff(times_s) > LONGEST_GAP_S + 1.0)
        if gaps.size:
            number = self.rows[int(gaps[0]) + 1][0]
            raise InputError(
                f"{self.name} row {number}",
                f"must follow the row before within {LONGEST_GAP_S / 3600.0:g} hours",
            )


def _instant_s(when: datetime, zone: ZoneInfo | None, last_s: float) -> float:
    """Return a time as an instant after another one [s], NaN for one that never was."""
    if when.tzinfo is not None:
        return when.timestamp()
    local = when.replace(tzinfo=zone or UTC)
    seconds = local.timestamp()
    if seconds <= last_s:
        seconds = local.replace(fold=1).timestamp()
    known = datetime.fromtimestamp(seconds, local.tzinfo).replace(tzinfo=None)
    return seconds if known == when.replace(fold=0) else math.nan


def weather_table(
    text: str, site: SiteParameters, name: str = "weather"
) -> WeatherSeries:
    """Return the weather in a file.

    Columns: time_utc, temp_air [degC], and ghi, dni, dhi [W/m2], or ghi alone, or
    cloud_cover (0 to 1) alone; wind_speed [m/s] if known. What is missing of the
    irradiance is estimated by `irradiance`.
    """
    table = _Table(name, text)
    times_s = table.times_s("time_utc")
    table.check_gaps(times_s)
    ambient_c = table.numbers("temp_air")
    if "wind_speed" in table:
        wind = table.numbers("wind_speed")
    else:
        wind = np.full(times_s.shape, WIND_M_PER_S)
    position = sun.position(times_s, site)
    if "ghi" in table or "cloud_cover" not in table:
        ghi = np.maximum(table.numbers("ghi"), 0.0)
    else:
        ghi = irradiance.ghi_from_cloud_cover(position, table.numbers("cloud_cover"))
    if "dni" in table and "dhi" in table:
        dni = np.maximum(table.numbers("dni"), 0.0)
        dhi = np.maximum(table.numbers("dhi"), 0.0)
    else:
        dni, dhi = irradiance.split_global(position, ghi)
    return WeatherSeries(
        times_s=times_s,
        ghi=ghi,
        dni=dni,
        dhi=dhi,
        ambient_c=ambient_c,
        wind_m_per_s=wind,
    )


def draws_table(
    text: str,
    *,
    start_s: float,
    steps: int,
    step_s: float,
    zone: ZoneInfo,
    name: str = "draws",
) -> FloatArray:
    """Return the litres of each step from a file of hot-water draws.

    Columns: minute_of_year and litres (of that minute), or hour_of_year and
    litres_per_hour, both in local standard time and repeated every 365 days; or
    time_utc and litres (from that time on, evenly until the next row).
    """
    table = _Table(name, text)
    if "minute_of_year" in table:
        begins, litres = (
            _of_year(table, "minute_of_year", 60.0),
            table.numbers("litres"),
        )
        lengths = np.full(begins.shape, 60.0)
    elif "hour_of_year" in table:
        begins = _of_year(table, "hour_of_year", 3600.0)
        litres = table.numbers("litres_per_hour")
        lengths = np.full(begins.shape, 3600.0)
    else:
        times_s = table.times_s("time_utc")
        if len(times_s) < 2:
            raise InputError(name, "must have at least two rows")
        lengths = np.append(np.diff(times_s), times_s[-1] - times_s[-2])
        if (
            times_s[-1] + lengths[-1] <= start_s
            or times_s[0] >= start_s + steps * step_s
        ):
            raise InputError(name, "must be of the time that the weather is of")
        return _on_steps(
            times_s - start_s, lengths, table.numbers("litres"), steps, step_s
        )
    offset_s = _standard_offset_s(zone, start_s)
    return _yearly_on_steps(begins - offset_s, lengths, litres, start_s, steps, step_s)


def _of_year(table: _Table, column: str, unit_s: float) -> FloatArray:
    """Return times since New Year [s], in order."""
    values: list[float] = []
    for number, text in table.cells(column):
        if not text.isdecimal() or int(text) * unit_s >= 366.0 * DAY_S:
            raise InputError(
                f"{table.name} row {number}",
                f"{column} must be a whole number within a year, counted from 0",
            )
        values.append(int(text) * unit_s)
        if len(values) > 1 and values[-1] < values[-2]:
            raise InputError(
                f"{table.name} row {number}", "must not be earlier than the row before"
            )
    return np.array(values, dtype=np.float64)


def _standard_offset_s(zone: ZoneInfo, when_s: float) -> float:
    """Return a zone's offset from UTC without daylight saving [s]."""
    when = datetime.fromtimestamp(when_s, zone)
    offset, saving = when.utcoffset(), when.dst()
    total = 0.0 if offset is None else offset.total_seconds()
    return total - (0.0 if saving is None else saving.total_seconds())


def _new_year_s(when_s: float) -> float:
    """Return the start of the year of an instant, in UTC."""
    year = datetime.fromtimestamp(when_s, UTC).year
    return datetime(year, 1, 1, tzinfo=UTC).timestamp()


def _yearly_on_steps(
    begins: FloatArray,
    lengths: FloatArray,
    amounts: FloatArray,
    start_s: float,
    steps: int,
    step_s: float,
) -> FloatArray:
    """Return amounts of a year, repeated as often as the steps need."""
    litres = np.zeros(steps)
    place_s = _new_year_s(start_s) - start_s - YEAR_S
    while place_s < steps * step_s:
        litres += _on_steps(begins + place_s, lengths, amounts, steps, step_s)
        place_s += YEAR_S
    return litres


def _on_steps(
    begins: FloatArray,
    lengths: FloatArray,
    amounts: FloatArray,
    steps: int,
    step_s: float,
) -> FloatArray:
    """Return amounts of stretches of time, spread evenly over the steps they touch."""
    edges = step_s * np.arange(steps + 1, dtype=np.float64)
    # The sum of what has come until each edge, from every stretch at once.
    order = np.concatenate((begins, begins + lengths))
    rates = np.concatenate((amounts / lengths, -amounts / lengths))
    place = np.argsort(order, kind="stable")
    order, rates = order[place], np.cumsum(rates[place])
    totals = np.concatenate(([0.0], np.cumsum(rates[:-1] * np.diff(order))))
    found: FloatArray = np.diff(np.interp(edges, order, totals, left=0.0))
    return np.maximum(found, 0.0)


def load_table(
    text: str, *, times_s: FloatArray, zone: ZoneInfo, name: str = "load"
) -> FloatArray:
    """Return the electrical load at times [W] from a file.

    Columns: time_utc or time_local, and load_w or load_kw; an empty cell is a missing
    value. A file of another year is taken by the time of the year, a shorter one is
    repeated. Where more than some hours are missing the mean of that hour of the day
    stands.
    """
    table = _Table(name, text)
    column = "load_w" if "load_w" in table else "load_kw"
    if column not in table:
        raise InputError(name, "must have the column load_w or load_kw")
    missing = {number for number, cell in table.cells(column) if not cell}
    table.rows = [row for row in table.rows if row[0] not in missing]
    if "time_utc" in table:
        known_s = table.times_s("time_utc")
    elif "time_local" in table:
        known_s = table.times_s("time_local", zone)
    else:
        raise InputError(name, "must have the column time_utc or time_local")
    load_w = table.numbers(column) * (1.0 if column == "load_w" else 1000.0)
    # What the clocks leave out in spring is no time.
    load_w, known_s = load_w[np.isfinite(known_s)], known_s[np.isfinite(known_s)]
    if len(known_s) < 2:
        raise InputError(name, "must have at least two rows")
    known_s, load_w = _bridged(known_s, load_w)
    step = float(np.median(np.diff(known_s)))
    span = float(known_s[-1] - known_s[0]) + step
    # Whole years where there is one, else whole days, else what there is.
    unit = next((u for u in (YEAR_S, DAY_S) if span >= u - step), span)
    period = unit if unit == YEAR_S else max(math.floor(span / unit), 1) * unit
    shift = _new_year_s(float(times_s[0])) - _new_year_s(float(known_s[0]))
    place = (times_s - shift - known_s[0]) % period
    inside = known_s - known_s[0] < period
    found: FloatArray = np.interp(place, (known_s - known_s[0])[inside], load_w[inside])
    return np.maximum(found, 0.0)


def _bridged(times_s: FloatArray, load_w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return loads with means of the hour of the day where hours are missing."""
    gaps = np.flatnonzero(np.diff(times_s) > LONGEST_GAP_S)
    if not gaps.size:
        return times_s, load_w
    hours = (times_s % DAY_S // 3600.0).astype(np.int64)
    counts = np.bincount(hours, minlength=24)
    sums = np.bincount(hours, load_w, minlength=24)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), load_w.mean())
    between = np.concatenate(
        [
            np.arange(times_s[gap] + 3600.0, times_s[gap + 1] - 1800.0, 3600.0)
            for gap in gaps.tolist()
        ]
    )
    filled = means[(between % DAY_S // 3600.0).astype(np.int64)]
    order = np.argsort(np.concatenate((times_s, between)), kind="stable")
    return (
        np.concatenate((times_s, between))[order],
        np.concatenate((load_w, filled))[order],
    )
