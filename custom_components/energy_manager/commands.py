"""What the devices of a home are told: the plan, the owner and comfort weighed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import State

from .const import Mode
from .roles import SELECTS, Role


class Command(StrEnum):
    """What a device is told."""

    HOLD = "hold"
    """Off."""
    ALLOW = "allow"
    """Follow your own automatic."""
    RUN = "run"
    """On."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What decides on the commands."""

    mode: Mode
    override: bool | None
    """What the owner set the boiler release to by hand, None if nothing holds.

    Released means that the boiler is not held back: it runs when the plan wants it
    to, and otherwise follows its own thermostat.
    """
    action: Command | None
    """What the plan says about the boiler; None without a valid plan."""
    inverter_on: bool | None = None
    charger_on: bool | None = None
    tank_top_c: float | None = None
    floor_c: float = 40.0
    """Below this at the top of the tank the boiler is never held back."""
    rooms_cold: bool = False
    """Whether the rooms want heat that the tank may not have."""
    ceiling_c: float = 60.0
    """Above this at the top of the tank the boiler is not made to run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A command for one device, and why."""

    command: Command | None
    """None gives the device back to its own automatic."""
    why: str
    urgent: bool = False
    """Whether it is carried out without regard to minimum times."""


def boiler_wish(situation: Situation) -> Wish:
    """Return what the boiler release is to do."""
    top_c = situation.tank_top_c
    # Nobody makes a boiler run into a tank whose temperature he does not know.
    too_hot = top_c is None or top_c >= situation.ceiling_c
    if situation.override is not None:
        if not situation.override:
            return Wish(command=Command.HOLD, why="owner", urgent=True)
        runs = situation.action is Command.RUN and not too_hot
        command = Command.RUN if runs else Command.ALLOW
        return Wish(command=command, why="owner", urgent=True)
    if situation.mode is not Mode.AUTOMATIC:
        return Wish(command=None, why="not_automatic", urgent=True)
    if situation.action is None:
        return Wish(command=None, why="no_plan", urgent=True)
    if top_c is None:
        return Wish(command=Command.ALLOW, why="tank_unknown", urgent=True)
    if situation.action is Command.HOLD and top_c < situation.floor_c:
        return Wish(command=Command.ALLOW, why="tank_cold", urgent=True)
    if situation.action is Command.HOLD and situation.rooms_cold:
        return Wish(command=Command.ALLOW, why="rooms_cold", urgent=True)
    if situation.action is Command.RUN and too_hot:
        return Wish(command=Command.ALLOW, why="tank_hot", urgent=True)
    return Wish(command=situation.action, why="plan")


def wishes(situation: Situation) -> dict[Role, Wish]:
    """Return what each device is to do."""
    result = {Role.BOILER_RELEASE: boiler_wish(situation)}
    for role, wanted in (
        (Role.INVERTER_MODE, situation.inverter_on),
        (Role.CHARGER, situation.charger_on),
    ):
        if situation.mode is not Mode.AUTOMATIC:
            result[role] = Wish(command=None, why="not_automatic", urgent=True)
        elif wanted is None:
            result[role] = Wish(command=None, why="no_plan", urgent=True)
        else:
            command = Command.RUN if wanted else Command.HOLD
            result[role] = Wish(command=command, why="plan")
    return result


_OFF_WORDS: Final = ("off", "aus", "arrêt", "arret", "0")
_AUTOMATIC_WORDS: Final = ("auto", "automatic", "automatik", "automatique")
_ON_WORDS: Final = ("on", "ein", "marche", "max", "maximum", "100")


def _option(options: list[str], words: tuple[str, ...]) -> str | None:
    """Return the option that says one of the words, in the words' order."""
    by_word = {option.strip().casefold(): option for option in options}
    return next((by_word[word] for word in words if word in by_word), None)


def target_state(state: State, command: Command) -> str | None:
    """Return the state in which a device obeys, None if it cannot."""
    if state.domain not in SELECTS:
        return STATE_OFF if command is Command.HOLD else STATE_ON
    options = list(state.attributes.get("options", ()))
    match command:
        case Command.HOLD:
            words: tuple[str, ...] = _OFF_WORDS
        case Command.ALLOW:
            words = _AUTOMATIC_WORDS + _ON_WORDS
        case Command.RUN:
            words = _ON_WORDS + _AUTOMATIC_WORDS
    return _option(options, words)


def automatic_state(state: State, role: Role) -> str:
    """Return the state in which a device decides for itself.

    A device without an automatic gets back the state it was found in; a switch
    that releases the boiler or the charger is released.
    """
    if state.domain not in SELECTS:
        return state.state if role is Role.INVERTER_MODE else STATE_ON
    options = list(state.attributes.get("options", ()))
    return _option(options, _AUTOMATIC_WORDS) or state.state
