"""Shared test setup."""

import importlib.util
from pathlib import Path
import sys
from types import ModuleType

import pytest

if importlib.util.find_spec("homeassistant") is None:
    # The engine is also tested where Home Assistant is not installed: its
    # parent package then gets a body that imports nothing.
    parent = ModuleType("custom_components.energy_manager")
    parent.__path__ = [
        str(Path(__file__).parents[1] / "custom_components" / "energy_manager")
    ]
    sys.modules[parent.__name__] = parent

    @pytest.fixture(name="socket_enabled")
    def socket_enabled_fixture() -> None:
        """Allow sockets, which only Home Assistant's test plugin forbids."""


# Home Assistant would mount its own test directory over this name.
import custom_components  # noqa: F401
