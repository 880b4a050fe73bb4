"""The demo house is added with one click, once, and obeys its options."""

from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IMPORT, SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import (
    CONF_KIND,
    CONF_TIME_FACTOR,
    CONF_WEATHER,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.flow_demo import (
    CONF_TANK,
    DEFAULT_OPTIONS,
    DEMO_UNIQUE_ID,
)

pytestmark = pytest.mark.usefixtures("recorder_mock", "enable_custom_integrations")


@pytest.fixture(autouse=True)
def no_set_up() -> object:
    """Keep the entries that the flows make from being set up."""
    with patch(
        "custom_components.energy_manager.async_setup_entry", return_value=True
    ) as set_up:
        yield set_up


async def test_one_click(hass: HomeAssistant) -> None:
    """Choosing the demo house in the menu adds it, nothing is asked."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.MENU
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": EntryKind.DEMO}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Demo house"
    assert result["data"] == {CONF_KIND: EntryKind.DEMO, CONF_PORT: 0}
    assert result["options"] == DEFAULT_OPTIONS


async def test_import(hass: HomeAssistant) -> None:
    """A script can add it without the menu."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}, data={CONF_KIND: EntryKind.DEMO}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {CONF_KIND: EntryKind.DEMO, CONF_PORT: 0}


async def test_nothing_to_reconfigure(hass: HomeAssistant) -> None:
    """Who wants to set it up anew is sent to its options."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=DEMO_UNIQUE_ID,
        data={CONF_KIND: EntryKind.DEMO, CONF_PORT: 0},
    )
    entry.add_to_hass(hass)
    result = await entry.start_reconfigure_flow(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "nothing_to_reconfigure"


async def test_only_one(hass: HomeAssistant) -> None:
    """A second demo house is refused."""
    MockConfigEntry(
        domain=DOMAIN,
        unique_id=DEMO_UNIQUE_ID,
        data={CONF_KIND: EntryKind.DEMO, CONF_PORT: 0},
    ).add_to_hass(hass)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": EntryKind.DEMO}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "demo_already_set_up"


async def test_options_of_a_stopped_house(hass: HomeAssistant) -> None:
    """Options are kept also while the house does not run; the tank is no option."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=DEMO_UNIQUE_ID,
        data={CONF_KIND: EntryKind.DEMO, CONF_PORT: 0},
        options=DEFAULT_OPTIONS,
    )
    entry.add_to_hass(hass)
    assert entry.state is ConfigEntryState.NOT_LOADED
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "demo"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"],
        {CONF_WEATHER: "overcast", CONF_TANK: 40, CONF_TIME_FACTOR: 60},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {CONF_WEATHER: "overcast", CONF_TIME_FACTOR: 60}
