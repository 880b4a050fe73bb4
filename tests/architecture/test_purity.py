"""The engine never reaches Home Assistant, by its imports and at run time."""

from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from . import INTEGRATION, REPOSITORY

PROBE = """
import importlib, pkgutil, sys
from types import ModuleType

class Deny:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"homeassistant", "probatio", "voluptuous", "aiohttp", "serial", "serialx"}:
            raise ImportError(f"the engine imports {name}")

sys.meta_path.insert(0, Deny())
parent = ModuleType("custom_components.energy_manager")
parent.__path__ = [sys.argv[1]]
sys.modules[parent.__name__] = parent
engine = importlib.import_module(parent.__name__ + ".engine")
for module in pkgutil.walk_packages(engine.__path__, engine.__name__ + "."):
    importlib.import_module(module.name)
"""


def probe(integration: Path) -> subprocess.CompletedProcess[str]:
    """Import every engine module with Home Assistant out of reach."""
    return subprocess.run(
        [sys.executable, "-c", PROBE, str(integration)],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        text=True,
    )


def test_engine_is_pure() -> None:
    """Every engine module imports without Home Assistant."""
    result = probe(INTEGRATION)
    assert result.returncode == 0, result.stderr


def test_probe_sees_hidden_import(tmp_path: Path) -> None:
    """An import that static analysis cannot see is found."""
    engine = tmp_path / "engine"
    engine.mkdir()
    (engine / "__init__.py").write_text("")
    (engine / "hidden.py").write_text(
        "import importlib\nimportlib.import_module('homeassistant' + '.const')\n"
    )
    result = probe(tmp_path)
    assert result.returncode != 0
    assert "the engine imports homeassistant" in result.stderr


def test_import_rules() -> None:
    """The import rules of pyproject.toml hold."""
    linter = shutil.which("lint-imports", path=Path(sys.executable).parent)
    if linter is None:
        pytest.fail("import-linter is missing: run scripts/setup")
    result = subprocess.run(
        [linter, "--no-logo"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        text=True,
    )
    assert result.returncode == 0, result.stdout
