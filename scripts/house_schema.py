"""Write docs/house.schema.json and the tables of docs/house.md from the engine's types.

What a value means stands beside it in the source; limits are those that are checked.
With --check nothing is written: the exit code tells whether the files are up to date.
"""

import ast
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
import json
from pathlib import Path
import sys
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from scripts.command_line import use_engine

use_engine()

from custom_components.energy_manager.engine.document import Limits, encode  # noqa: E402
from custom_components.energy_manager.engine.plant import house_document, parameters  # noqa: E402
from custom_components.energy_manager.engine.plant.house_document import LIMITS, House  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "docs" / "house.schema.json"
PAGE = ROOT / "docs" / "house.md"
BEGIN = "<!-- tables: written by scripts/make-house-schema -->"


def meanings() -> dict[tuple[str, str], str]:
    """Return what is written below each field: by class and field; classes by ""."""
    found: dict[tuple[str, str], str] = {}
    for module in (parameters, house_document):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for kind in tree.body:
            if isinstance(kind, ast.ClassDef):
                found[kind.name, ""] = _line(ast.get_docstring(kind) or "")
                for before, after in zip(kind.body, kind.body[1:], strict=False):
                    if (
                        isinstance(before, ast.AnnAssign)
                        and isinstance(before.target, ast.Name)
                        and isinstance(after, ast.Expr)
                        and isinstance(after.value, ast.Constant)
                    ):
                        found[kind.name, before.target.id] = _line(
                            str(after.value.value)
                        )
    return found


def _line(text: str) -> str:
    """Return the first paragraph as one line."""
    return " ".join(text.strip().split("\n\n")[0].split())


def schema(kind: type, texts: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Return the JSON schema of a frozen dataclass."""
    hints = get_type_hints(kind)
    limits = LIMITS.get(kind, {})
    properties: dict[str, Any] = {}
    required = []
    for item in fields(kind):
        part = _of_type(hints[item.name], limits.get(item.name), texts)
        if text := texts.get((kind.__name__, item.name)):
            part["description"] = text
        if item.default is not MISSING:
            part["default"] = encode(item.default)
        elif item.default_factory is MISSING:
            required.append(item.name)
        properties[item.name] = part
    return {
        "type": "object",
        "description": texts.get((kind.__name__, ""), ""),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of_type(
    hint: Any, limits: Limits | None, texts: dict[tuple[str, str], str]
) -> dict[str, Any]:
    origin = get_origin(hint)
    if origin is UnionType:
        members = [one for one in get_args(hint) if one is not NoneType]
        return {"anyOf": [_of_type(members[0], limits, texts), {"type": "null"}]}
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if origin is tuple:
        inner = _of_type(get_args(hint)[0], limits, texts)
        return {"type": "array", "items": inner}
    if is_dataclass(hint) and isinstance(hint, type):
        return schema(hint, texts)
    if hint is str:
        return {"type": "string"}
    part: dict[str, Any] = {"type": "integer" if hint is int else "number"}
    if limits is not None:
        part["exclusiveMinimum" if limits.above else "minimum"] = limits.low
        part["maximum"] = limits.high
    return part


def tables(kind: type, texts: dict[tuple[str, str], str]) -> Iterator[str]:
    """Yield the tables of a page: the house, then every part of it."""
    hints = get_type_hints(kind)
    parts: list[tuple[str, type]] = []
    yield "| Field | Default | Allowed | Meaning |"
    yield "|---|---|---|---|"
    for item in fields(kind):
        inner = _part_of(hints[item.name])
        text = texts.get((kind.__name__, item.name), "")
        if inner is not None:
            parts.append((item.name, inner))
            text = text or texts.get((inner.__name__, ""), "")
        default = "needed"
        if item.default is not MISSING:
            default = f"`{json.dumps(encode(item.default))}`"
        elif item.default_factory is not MISSING:
            default = "as below"
        allowed = _allowed(hints[item.name], LIMITS.get(kind, {}).get(item.name))
        yield f"| `{item.name}` | {default} | {allowed} | {text} |"
    for name, inner in parts:
        yield ""
        yield f"### {name}"
        yield ""
        yield texts.get((inner.__name__, ""), "")
        yield ""
        yield from tables(inner, texts)


def _part_of(hint: Any) -> type | None:
    members = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    for one in members:
        if isinstance(one, type) and is_dataclass(one):
            return one
    return None


def _allowed(hint: Any, limits: Limits | None) -> str:
    if get_origin(hint) is UnionType:
        members = [one for one in get_args(hint) if one is not NoneType]
        words = _allowed(members[0], limits)
        return f"{words} or null" if words else "null for none"
    if get_origin(hint) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(hint))
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return (
            "pairs"
            if get_origin(inner) is tuple
            else "list of " + _allowed(inner, limits)
        )
    if hint in (int, float) and limits is not None:
        return f"{'above ' if limits.above else ''}{limits.low:g} to {limits.high:g}"
    return {str: "text", int: "whole number", float: "number"}.get(hint, "")


def contents() -> dict[Path, str]:
    """Return what the files should hold."""
    texts = meanings()
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "House",
        **schema(House, texts),
    }
    head = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    page = "\n".join([head + BEGIN, "", *tables(House, texts)]) + "\n"
    return {SCHEMA: json.dumps(document, indent=1) + "\n", PAGE: page}


def main(arguments: list[str]) -> int:
    """Write the files, or check them."""
    wanted = contents()
    if "--check" in arguments:
        return int(any(path.read_text() != text for path, text in wanted.items()))
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
