"""Command line of Energy Manager: the engine on files, without Home Assistant."""

from pathlib import Path
import sys
from types import ModuleType

INTEGRATION = (
    Path(__file__).resolve().parents[2] / "custom_components" / "energy_manager"
)


def use_engine() -> None:
    """Make the engine importable without its parent, which needs Home Assistant."""
    name = "custom_components.energy_manager"
    if name not in sys.modules:
        root = str(INTEGRATION.parents[1])
        if root not in sys.path:
            sys.path.insert(0, root)
        parent = ModuleType(name)
        parent.__path__ = [str(INTEGRATION)]
        sys.modules[name] = parent
