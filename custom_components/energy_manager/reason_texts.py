"""Words for the planner's reasons: the texts of `reasons/` with their numbers."""

from collections.abc import Mapping
from datetime import datetime
import json
from pathlib import Path
from typing import Final, Self

from homeassistant.util import dt as dt_util

from .engine.planner.plan import Reason

FOLDER: Final = Path(__file__).parent / "reasons"
DEFAULT_LANGUAGE: Final = "en"

_TODAY: Final = {"en": "{clock}", "de": "{clock} Uhr", "fr": "{clock}"}
_TOMORROW: Final = {
    "en": "tomorrow {clock}",
    "de": "morgen {clock} Uhr",
    "fr": "demain {clock}",
}
_OTHER_DAY: Final = {
    "en": "{day}/{month} {clock}",
    "de": "{day}.{month}. {clock} Uhr",
    "fr": "{day}/{month} {clock}",
}
_DECIMAL_SIGN: Final = {"en": ".", "de": ",", "fr": ","}


class ReasonTexts:
    """The texts of all languages."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Take the texts by language and code."""
        self._texts = texts

    @classmethod
    def load(cls) -> Self:
        """Read the texts; this reads files."""
        return cls(
            {
                path.stem: json.loads(path.read_text(encoding="utf-8"))
                for path in sorted(FOLDER.glob("*.json"))
            }
        )

    def text(self, reason: Reason, language: str, now: datetime) -> str:
        """Return a reason in words; its bare code if it has none."""
        spoken = language.partition("-")[0]
        if spoken not in self._texts:
            spoken = DEFAULT_LANGUAGE
        template = self._texts[spoken].get(reason.code)
        if template is None:
            return reason.code
        values = {
            name: _shown(value, spoken, now)
            for name, value in reason.parameters.items()
        }
        return template.format_map(values)


def _shown(value: str | float, language: str, now: datetime) -> str:
    """Return a parameter as it is read: a local time, a number or a word."""
    if isinstance(value, str):
        moment = dt_util.parse_datetime(value)
        return value if moment is None else _moment(moment, language, now)
    text = f"{value:g}" if abs(value) < 1000 else f"{value:.0f}"
    return text.replace(".", _DECIMAL_SIGN[language])


def _moment(moment: datetime, language: str, now: datetime) -> str:
    """Return a time by the clock at home, with its day if that is not today."""
    local = dt_util.as_local(moment)
    days = (local.date() - dt_util.as_local(now).date()).days
    template = {0: _TODAY, 1: _TOMORROW}.get(days, _OTHER_DAY)[language]
    return template.format(
        clock=local.strftime("%H:%M"), day=local.day, month=local.month
    )
