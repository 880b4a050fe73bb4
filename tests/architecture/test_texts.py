"""What owners read: complete in every language, and free of addresses and markup."""

from collections.abc import Iterator
import re
import string
from typing import Any

import pytest
import yaml

from custom_components.energy_manager.const import EntryKind

from . import INTEGRATION, load_json

LANGUAGES = ("de", "fr")
TRANSLATIONS = INTEGRATION / "translations"
REASONS = INTEGRATION / "reasons"

CORE_ABORTS = {
    "already_in_progress",
    "reauth_successful",
    "reconfigure_successful",
    "single_instance_allowed",
}
"""Reasons for which Home Assistant itself has the words."""


def leaves(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a file with its dotted key."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("folder", ["translations", "reasons"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_are_complete(folder: str, language: str) -> None:
    """Each language has every text of the English file with the same placeholders."""
    english = dict(leaves(load_json(INTEGRATION / folder / "en.json")))
    other = dict(leaves(load_json(INTEGRATION / folder / f"{language}.json")))
    assert other.keys() == english.keys()
    wrong = {
        key: (english[key], other[key])
        for key in english
        if placeholders(english[key]) != placeholders(other[key])
    }
    assert not wrong


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_texts_are_plain(language: str) -> None:
    """No text has an address, markup, a reference or space around it."""
    for folder in (TRANSLATIONS, REASONS):
        texts = dict(leaves(load_json(folder / f"{language}.json")))
        assert texts
        for key, text in texts.items():
            assert text == text.strip(), key
            assert text, key
            assert not re.search(r"https?://|www\.|</?[a-z]+>|\[%key", text), key
            assert not re.search(r"'\{\w+\}'", text), f"{key}: quoted placeholder"


def test_everything_in_the_menu_has_a_text() -> None:
    """Each kind of entry has a name and a description in the first step's menu."""
    kinds = {kind.value for kind in EntryKind}
    step = load_json(TRANSLATIONS / "en.json")["config"]["step"]["user"]
    assert step["menu_options"].keys() == kinds
    assert step["menu_option_descriptions"].keys() == kinds


def test_every_abort_has_a_text() -> None:
    """Each reason that a flow ends with is told in words, ours or core's."""
    texts = load_json(TRANSLATIONS / "en.json")
    known = texts["config"]["abort"].keys() | texts["options"].get("abort", {}).keys()
    reasons: set[str] = set()
    for path in (INTEGRATION / "config_flow.py", *INTEGRATION.glob("flow_*.py")):
        reasons.update(re.findall(r'reason="(\w+)"', path.read_text()))
    assert reasons
    assert reasons - known <= CORE_ABORTS


def test_every_entity_has_an_icon() -> None:
    """Each entity with a text has an icon, and the other way round."""
    texts = load_json(TRANSLATIONS / "en.json")["entity"]
    icons = load_json(INTEGRATION / "icons.json")["entity"]
    # Home Assistant draws weather and device classes itself; calendars have none.
    assert {(platform, key) for platform, keys in texts.items() for key in keys} == {
        (platform, key) for platform, keys in icons.items() for key in keys
    }


def test_state_icons_differ_from_the_default() -> None:
    """An icon of a state that equals the default says nothing."""
    icons = load_json(INTEGRATION / "icons.json")["entity"]
    for platform, keys in icons.items():
        for key, icon in keys.items():
            assert re.fullmatch(r"mdi:[a-z0-9-]+", icon["default"]), (platform, key)
            assert icon["default"] not in icon.get("state", {}).values(), (
                platform,
                key,
            )


def test_actions_have_texts_and_icons() -> None:
    """Each action and field of services.yaml is named and drawn."""
    actions = yaml.safe_load((INTEGRATION / "services.yaml").read_text())
    texts = load_json(TRANSLATIONS / "en.json")["services"]
    icons = load_json(INTEGRATION / "icons.json")["services"]
    assert actions.keys() == texts.keys() == icons.keys()
    for name, action in actions.items():
        assert {"name", "description"} <= texts[name].keys()
        fields = (action or {}).get("fields", {})
        assert fields.keys() == texts[name].get("fields", {}).keys(), name
        for field in fields:
            assert {"name", "description"} <= texts[name]["fields"][field].keys()
