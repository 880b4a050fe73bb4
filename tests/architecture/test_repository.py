"""Files that tools and stores read: manifest, change log, blueprints, documents."""

from pathlib import Path
import re
import shlex
import subprocess

from PIL import Image
import pytest
import yaml

from . import INTEGRATION, REPOSITORY, load_json

DOCUMENTS = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
    ]
)


def test_manifest_keys() -> None:
    """The manifest's keys are in the order that hassfest asks for."""
    manifest = load_json(INTEGRATION / "manifest.json")
    keys = list(manifest)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    assert manifest["domain"] == INTEGRATION.name
    assert {"codeowners", "documentation", "issue_tracker", "version"} <= set(keys)


def test_version_is_in_the_change_log() -> None:
    """The newest version of the change log is the manifest's."""
    version = load_json(INTEGRATION / "manifest.json")["version"]
    versions = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\]",
        (REPOSITORY / "CHANGELOG.md").read_text(),
        re.MULTILINE,
    )
    assert versions
    assert versions[0] == version


def test_hacs() -> None:
    """HACS learns the name and the oldest Home Assistant, and nothing unknown."""
    hacs = load_json(REPOSITORY / "hacs.json")
    assert hacs == {
        "name": load_json(INTEGRATION / "manifest.json")["name"],
        "homeassistant": "2026.10.0",
        "filename": "energy_manager.zip",
        "zip_release": True,
    }


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix()
)
def test_paths_in_documents_exist(document: Path) -> None:
    """Every path of the repository that a document names is there."""
    text = document.read_text(encoding="utf-8")
    roots = "custom_components|blueprints|docs|scripts|tests"
    named = set(re.findall(rf"`((?:{roots})/[\w./-]*)", text))
    named |= {
        target
        for target in re.findall(r"\]\(([^)#]+)\)", text)
        if not target.startswith(("http", "mailto:"))
    }
    missing = {
        path
        for path in named
        if not (REPOSITORY / path).exists() and not (document.parent / path).exists()
    }
    assert not missing


def test_architecture_names_every_module() -> None:
    """The table of modules is the folder's content, no more and no less."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+\.py)`", text))
    assert named == {path.name for path in INTEGRATION.glob("*.py")}


def test_readme_tells_the_commands() -> None:
    """The README names the two commands and how to log in."""
    text = (REPOSITORY / "README.md").read_text()
    assert "scripts/develop" in text
    assert "scripts/test" in text
    assert "user demo, password demo" in text


def test_agents_document_is_short() -> None:
    """What every contributor's tool reads first fits on a page."""
    assert len((REPOSITORY / "AGENTS.md").read_text().splitlines()) <= 60


def test_quality_scale_is_complete() -> None:
    """Each rule of the quality scale has a state, an exemption or a to-do a reason."""
    rules = yaml.safe_load((INTEGRATION / "quality_scale.yaml").read_text())["rules"]
    assert rules.keys() == QUALITY_RULES
    for name, state in rules.items():
        if isinstance(state, dict):
            assert state["status"] in ("done", "todo", "exempt"), name
            assert state["status"] == "done" or state["comment"], name
        else:
            assert state == "done", name


def test_brand_images() -> None:
    """The brand images have the sizes that Home Assistant shows."""
    brand = INTEGRATION / "brand"
    sizes = {}
    for path in brand.glob("*.png"):
        with Image.open(path) as image:
            sizes[path.name] = image.size
    assert sizes["icon.png"] == (256, 256)
    assert sizes["icon@2x.png"] == (512, 512)
    assert sizes["logo.png"][1] == 128
    assert sizes["logo@2x.png"] == tuple(2 * side for side in sizes["logo.png"])


def test_hooks_run_in_check() -> None:
    """What runs before a push is what scripts/check runs, from this repository."""
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
    assert "prek run --all-files" in (REPOSITORY / "scripts" / "check").read_text()
    ci = (REPOSITORY / ".ci" / "run").read_text()
    assert "scripts/check --static" in ci
    assert "scripts/test" in ci


def test_requirements_are_pinned() -> None:
    """Every package of the tests and tools has one version, the same everywhere."""
    pins: dict[str, str] = {}
    for file in ("requirements_test.txt", "requirements_engine.txt"):
        for line in (REPOSITORY / file).read_text().splitlines():
            if line and not line.startswith("#"):
                name, _, version = line.partition("==")
                assert version, line
                assert pins.setdefault(name, version) == version, line


def test_no_path_of_one_machine() -> None:
    """No committed file names a folder that only one machine has."""
    found = subprocess.run(
        shlex.split("git grep -nIE '(^|[^A-Za-z0-9_.])/(root|work|Users)/' -- ."),
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        text=True,
    )
    this = "tests/architecture/test_repository.py"
    assert [
        line for line in found.stdout.splitlines() if not line.startswith(this)
    ] == []


QUALITY_RULES = {
    "action-setup",
    "appropriate-polling",
    "brands",
    "common-modules",
    "config-flow",
    "config-flow-test-coverage",
    "dependency-transparency",
    "docs-actions",
    "docs-conditions",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-removal-instructions",
    "docs-triggers",
    "entity-event-setup",
    "entity-unique-id",
    "has-entity-name",
    "runtime-data",
    "test-before-configure",
    "test-before-setup",
    "unique-config-entry",
    "action-exceptions",
    "config-entry-unloading",
    "docs-configuration-parameters",
    "docs-installation-parameters",
    "entity-unavailable",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "test-coverage",
    "devices",
    "diagnostics",
    "discovery",
    "discovery-update-info",
    "docs-data-update",
    "docs-examples",
    "docs-known-limitations",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-translations",
    "exception-translations",
    "icon-translations",
    "reconfiguration-flow",
    "repair-issues",
    "stale-devices",
    "async-dependency",
    "inject-websession",
    "strict-typing",
}
"""The rules of Home Assistant's integration quality scale."""
