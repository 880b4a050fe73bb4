"""Tests of the shape of the repository itself."""

import json
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
INTEGRATION = REPOSITORY / "custom_components" / "energy_manager"


def load_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
