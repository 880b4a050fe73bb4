"""Fields as people read them: exact numbers with their unit, times and dates.

The forms are those of RESOL's own software: as many decimals as the specification
tells, the unit as it writes it, and times without a zone, as the controller shows them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final

LANGUAGES: Final = ("en", "de", "fr")

_DECIMAL_MARKS: Final = {"en": ".", "de": ",", "fr": ","}
_DATE_FORMS: Final = {
    "en": "{0.month:02}/{0.day:02}/{0.year:04} {0:%H:%M:%S}",
    "de": "{0.day:02}.{0.month:02}.{0.year:04} {0:%H:%M:%S}",
    "fr": "{0.day:02}/{0.month:02}/{0.year:04} {0:%H:%M:%S}",
}
_WEEKDAYS: Final = {
    "en": ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "fr": ("lu", "ma", "me", "je", "ve", "sa", "di"),
}
_MINUTES_OF_A_DAY: Final = 24 * 60
# A controller's clock has no zone.
_EPOCH: Final = datetime(2001, 1, 1)
_REMEMBERED_TEXTS: Final = 2048

type TextForm = Callable[[int], str]


class FieldType(IntEnum):
    """How the number of a field is meant.

    A time is in minutes since midnight, a week time in minutes since Monday 00:00,
    a date and time in seconds since 2001-01-01 00:00 in the controller's local time,
    whose clock is often wrong.
    """

    NUMBER = 1
    FLOAT = 2
    TIME = 3
    WEEKTIME = 4
    DATETIME = 5


class Texts(dict[int | None, str]):
    """The text of every raw integer, made when first asked for.

    Probes move slowly and most outputs stand still, so nearly all texts are asked for
    again. The number of texts that are kept is limited. None, a field that did not
    arrive, has an empty text.
    """

    def __init__(self, form: TextForm) -> None:
        """Begin with nothing but the text of a missing value."""
        super().__init__({None: ""})
        self._form = form

    def __missing__(self, raw: int | None) -> str:
        """Make and remember a text."""
        if raw is None:
            return ""
        text = self._form(raw)
        if len(self) >= _REMEMBERED_TEXTS:
            self.clear()
        self[raw] = text
        return text


@lru_cache(maxsize=512)
def texts(kind: FieldType, precision: int, unit: str, language: str) -> Texts:
    """Return the texts of all fields of this type, precision, unit and language.

    `unit` is what stands behind the number, with its blank. Languages other than
    German and French are written as English is.
    """
    if language not in LANGUAGES:
        language = "en"
    scale = 10**precision
    match kind:
        case FieldType.TIME:
            return Texts(lambda raw: _clock(raw // scale) + unit)
        case FieldType.WEEKTIME:
            days = _WEEKDAYS[language]
            return Texts(lambda raw: _week_clock(raw // scale, days) + unit)
        case FieldType.DATETIME:
            form = _DATE_FORMS[language]
            return Texts(lambda raw: _date(raw // scale, form) + unit)
        case _:
            return Texts(_number_form(precision, _DECIMAL_MARKS[language], unit))


def _number_form(precision: int, mark: str, unit: str) -> TextForm:
    """Return the exact decimal form; whole numbers are not rounded at any size."""
    if precision == 0:
        return lambda raw: f"{raw}{unit}"
    scale = 10**precision

    def form(raw: int) -> str:
        whole, rest = divmod(abs(raw), scale)
        return f"{'-' if raw < 0 else ''}{whole}{mark}{rest:0{precision}}{unit}"

    return form


def _clock(minutes: int) -> str:
    """Return minutes since midnight as a time of day."""
    hour, minute = divmod(minutes % _MINUTES_OF_A_DAY, 60)
    return f"{hour:02}:{minute:02}"


def _week_clock(minutes: int, days: tuple[str, ...]) -> str:
    """Return minutes since Monday 00:00 as a day and a time."""
    return f"{days[minutes // _MINUTES_OF_A_DAY % 7]},{_clock(minutes)}"


def _date(seconds: int, form: str) -> str:
    """Return seconds since 2001 as a date and time; the number if no year has it."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return str(seconds)
    return form.format(moment)
