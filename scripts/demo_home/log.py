"""What Home Assistant's log says about this integration."""

from pathlib import Path
import re

_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \S+ (WARNING|ERROR|CRITICAL) ")

# Home Assistant says this about every integration that is not its own.
_ALWAYS = "custom integration energy_manager which has not been tested"

# This tells of the machine: Home Assistant's own integrations take as long on it.
_SLOW = re.compile(r"Setup of .* is taking (over|longer)")


def own_problems(log: Path) -> list[str]:
    """Return the warnings and errors that name this integration, with what follows them."""
    records: list[list[str]] = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if re.match(r"^\d{4}-\d\d-\d\d ", line):
            records.append([line])
        elif records:
            records[-1].append(line)
    texts = ["\n".join(record) for record in records if _RECORD.match(record[0])]
    return [
        text
        for text in texts
        if ("energy_manager" in text or "energy-manager" in text)
        and _ALWAYS not in text
        and not _SLOW.search(text)
    ]
