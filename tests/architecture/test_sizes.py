"""Files and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

from . import INTEGRATION, REPOSITORY

FILE_LINES = 400
FUNCTION_LINES = 50

LARGER_FILES: dict[str, str] = {}
"""Files that may be larger, each with its reason."""

LONGER_FUNCTIONS: dict[str, str] = {}
"""Functions that may be longer, as "file:function", each with its reason."""


def sources() -> Iterator[Path]:
    """Return the Python files of the integration and the scripts."""
    yield from sorted(INTEGRATION.rglob("*.py"))
    yield from sorted((REPOSITORY / "scripts").rglob("*.py"))


def name(path: Path) -> str:
    """Return a path as the exception lists write it."""
    for root in (INTEGRATION, REPOSITORY):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Return every function of a file with the lines of its body's code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{name(path)}:{node.name}", node.end_lineno - node.lineno + 1


def test_file_sizes() -> None:
    """A file is at most 400 lines, unless it is a table with a reason."""
    sizes = {name(path): len(path.read_text().splitlines()) for path in sources()}
    large = {file: lines for file, lines in sizes.items() if lines > FILE_LINES}
    assert large.keys() == LARGER_FILES.keys(), large


def test_function_sizes() -> None:
    """A function is at most 50 lines, unless there is a reason."""
    long = {
        function: lines
        for path in sources()
        for function, lines in functions(path)
        if lines > FUNCTION_LINES
    }
    assert long.keys() == LONGER_FUNCTIONS.keys(), long
