"""Headless Chromium: what a person sees, and what the browser complains about."""

from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import subprocess
from typing import Any

from .settings import REPOSITORY, Settings

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
TIMEOUT_S = 900.0


class BrowserError(Exception):
    """The browser is missing or did not show a page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What came of opening one page."""

    errors: tuple[str, ...]
    """Console errors and uncaught exceptions."""
    outside: tuple[str, ...]
    """Addresses on other machines that the page asked for, in vain."""
    text: str
    """What a person reads in the awaited element."""
    widest: int
    """Pixels that the element takes; more than the page has means scrolling."""


def chromium() -> str | None:
    """Return the path of Chromium, None where it is not installed."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def missing() -> str | None:
    """Return how to get what is missing for a browser, None where all is there."""
    if chromium() is None or shutil.which("node") is None:
        return (
            "Chromium or Node.js is missing: sudo apt-get install chromium nodejs npm"
        )
    if not (REPOSITORY / "node_modules" / "playwright-core").is_dir():
        return "playwright-core is missing: scripts/setup --tests"
    return None


def show(
    pages: list[dict[str, Any]],
    settings: Settings | None = None,
    tokens: dict[str, Any] | None = None,
) -> list[Shown]:
    """Open pages one after the other; keep a picture of each in its `file`.

    The fields of a page are described in browser.mjs.

    Raises:
        BrowserError: The browser is missing or a page did not appear.
    """
    if (reason := missing()) is not None:
        raise BrowserError(reason)
    for page in pages:
        Path(page["file"]).parent.mkdir(parents=True, exist_ok=True)
    job = {
        "executable": chromium(),
        "address": settings and settings.address,
        "time_zone": settings and settings.time_zone,
        "tokens": tokens,
        "pages": pages,
    }
    ended = subprocess.run(
        ["node", str(Path(__file__).with_name("browser.mjs"))],
        input=json.dumps(job),
        capture_output=True,
        check=False,
        cwd=REPOSITORY,
        text=True,
        timeout=TIMEOUT_S,
    )
    if ended.returncode != 0:
        raise BrowserError(ended.stderr.strip())
    return [
        Shown(
            errors=tuple(page["errors"]),
            outside=tuple(page["outside"]),
            text=page["text"],
            widest=page["widest"],
        )
        for page in json.loads(ended.stdout)["pages"]
    ]
