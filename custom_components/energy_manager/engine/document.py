"""Frozen dataclasses to JSON documents and strictly back.

The decoder never guesses: a wrong type, a missing or an unknown field, or a value
out of its limits raises InputError that names the place and says what is allowed.
"""

from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
import json
import math
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .errors import InputError

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a number may be; with `above` the low limit itself is not allowed."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False

    def __contains__(self, value: float) -> bool:
        """Whether a number is allowed."""
        if self.above and value <= self.low:
            return False
        return self.low <= value <= self.high

    def words(self) -> str:
        """Say what is allowed."""
        low = f"above {self.low:g}" if self.above else f"at least {self.low:g}"
        if self.high == math.inf:
            return f"must be {low}"
        if self.above:
            return f"must be {low} and at most {self.high:g}"
        return f"must be between {self.low:g} and {self.high:g}"


type LimitsTable = dict[type, dict[str, Limits]]


def parse(text: str) -> Json:
    """Return the JSON value of a text; raise InputError where it is none."""
    try:
        value: Json = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=_unique
        )
    except json.JSONDecodeError as error:
        raise InputError(
            "document",
            f"must be JSON; line {error.lineno}, column {error.colno}: {error.msg}",
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputError("document", "must be JSON of reasonable size") from error
    return value


def encode(value: object) -> Json:
    """Return a frozen dataclass, or what it holds, as a JSON value."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        return {item.name: encode(getattr(value, item.name)) for item in fields(value)}
    raise TypeError(f"{type(value).__name__} has no form in a document")


def decode[T](kind: type[T], value: Json, path: str = "") -> T:
    """Return a JSON object as a dataclass; raise InputError where it does not fit."""
    if not isinstance(value, dict):
        raise InputError(path or "document", "must be an object with named fields")
    prefix = f"{path}." if path else ""
    hints = get_type_hints(kind)
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for name in value:
        if name not in known:
            allowed = ", ".join(known)
            raise InputError(
                f"{prefix}{_shown(name)}", f"is unknown; allowed here: {allowed}"
            )
    arguments: dict[str, Any] = {}
    for name, item in known.items():
        if name in value:
            arguments[name] = _decode_any(hints[name], value[name], f"{prefix}{name}")
        elif item.default is MISSING and item.default_factory is MISSING:
            raise InputError(f"{prefix}{name}", f"is missing; {_words(hints[name])}")
    try:
        return kind(**arguments)
    except InputError as error:
        raise InputError(f"{prefix}{error.field}", error.allowed) from error


def check_limits(value: object, table: LimitsTable, path: str = "") -> None:
    """Raise InputError at the first number that is out of its limits or not finite.

    `table` gives the limits by class and field. Times must have their offset.
    """
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            check_limits(item, table, f"{path}[{index}]")
        return
    if not is_dataclass(value):
        return
    limits = table.get(type(value), {})
    for item in fields(value):
        inner = getattr(value, item.name)
        name = f"{path}.{item.name}" if path else item.name
        _check_numbers(inner, limits.get(item.name, Limits()), name)
        check_limits(inner, table, name)


def _check_numbers(value: object, limits: Limits, path: str) -> None:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, int | float):
                _check_numbers(item, limits, f"{path}[{index}]")
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            raise InputError(path, "must be a time with its offset from UTC")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise InputError(path, "must be a finite number")
        if value not in limits:
            raise InputError(path, limits.words())


def _decode_any(kind: Any, value: Json, path: str) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        return _decode_union(kind, value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise InputError(path, _words(kind))
        inner = get_args(kind)[0]
        return tuple(
            _decode_any(inner, item, f"{path}[{index}]")
            for index, item in enumerate(value)
        )
    if origin is dict:
        if not isinstance(value, dict):
            raise InputError(path, _words(kind))
        inner = get_args(kind)[1]
        return {
            name: _decode_any(inner, item, f"{path}.{_shown(name)}")
            for name, item in value.items()
        }
    if origin is Literal:
        if value not in get_args(kind) or isinstance(value, bool):
            raise InputError(path, _words(kind))
        return value
    if is_dataclass(kind) and isinstance(kind, type):
        return decode(kind, value, path)
    return _decode_scalar(kind, value, path)


def _decode_union(kind: Any, value: Json, path: str) -> Any:
    members = [member for member in get_args(kind) if member is not NoneType]
    if value is None and NoneType in get_args(kind):
        return None
    if len(members) == 1:
        try:
            return _decode_any(members[0], value, path)
        except InputError as error:
            if error.field == path and error.allowed == _words(members[0]):
                raise InputError(path, _words(kind)) from error
            raise
    # Text or number, as in the parameters of a reason: the document's own type.
    for member in members:
        if type(value) is member:
            return value
    raise InputError(path, _words(kind))


def _decode_scalar(kind: Any, value: Json, path: str) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        if kind is float and number:
            converted = float(value)  # type: ignore[arg-type]
            if math.isfinite(converted):
                return converted
        elif kind is int and number and value == int(value):  # type: ignore[arg-type]
            return int(value)
        elif kind in (bool, str) and isinstance(value, kind):
            return value
        elif kind is datetime and isinstance(value, str):
            when = datetime.fromisoformat(value)
            if when.tzinfo is not None:
                return when.astimezone(UTC)
        elif kind is date and isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError, OverflowError:
        pass
    raise InputError(path, _words(kind))


def _words(kind: Any) -> str:
    """Say what a field of a type must be."""
    origin = get_origin(kind)
    if origin is UnionType:
        members = [_words(member) for member in get_args(kind)]
        return "must be " + " or ".join(
            member.removeprefix("must be ") for member in members
        )
    if origin is tuple:
        inner = get_args(kind)[0]
        return f"must be a list, each of which {_words(inner)}"
    if origin is Literal:
        return "must be one of " + ", ".join(str(item) for item in get_args(kind))
    if origin is dict or is_dataclass(kind):
        return "must be an object with named fields"
    words = {
        float: "must be a number",
        int: "must be a whole number",
        bool: "must be true or false",
        str: "must be text",
        datetime: "must be a time like 2026-06-21T18:00:00Z",
        date: "must be a date like 2026-06-21",
        NoneType: "must be null",
    }
    return words[kind]


def _shown(name: str) -> str:
    """Return a field's name fit for one line, however long or odd it is."""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain if len(plain) <= 60 else plain[:57] + "..."


def _refuse_constant(name: str) -> float:
    raise InputError("document", f"must hold finite numbers only, not {name}")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise InputError(_shown(double), "must be given only once")
    return result
