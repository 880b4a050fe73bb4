"""The shipped blueprints are valid ones."""

from pathlib import Path

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.util import yaml as yaml_util
import pytest

from . import REPOSITORY

BLUEPRINTS = sorted((REPOSITORY / "blueprints").rglob("*.yaml"))


def test_there_are_blueprints() -> None:
    """At least one blueprint is shipped."""
    assert BLUEPRINTS


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_blueprint_is_valid(path: Path) -> None:
    """A blueprint has every input it uses, and names its home."""
    blueprint = Blueprint(
        yaml_util.load_yaml_dict(path),
        expected_domain="automation",
        path=str(path),
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"].endswith(
        path.relative_to(REPOSITORY).as_posix()
    )
