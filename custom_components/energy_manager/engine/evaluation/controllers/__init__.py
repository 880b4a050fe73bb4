"""Control algorithms for the league table: each in a file of its own, listed here."""

from collections.abc import Callable
from typing import Final

from ..control import Controller
from ..setting import Setting
from .late import Late
from .maker import Maker
from .planned import Planned
from .rules import Rules

CONTROLLERS: Final[dict[str, Callable[[Setting], Controller]]] = {
    "maker": Maker,
    "late": Late,
    "rules": Rules,
    "plan": Planned,
}
"""By the name under which they are asked for; `maker` is what the others are judged by."""
