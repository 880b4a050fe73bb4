"""Adding, correcting and unlocking a VBus adapter."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_IMPORT,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import (
    CONF_CONTROLLERS,
    CONF_DEMO_ENTRY,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.vbus_adapter import CONF_WAY

from .conftest import PASSWORD, EmulatedAdapter, async_until

HOST = "127.0.0.1"


@pytest.fixture
def not_set_up() -> Iterator[None]:
    """Create entries without setting them up."""
    with patch(
        "custom_components.energy_manager.vbus_link.async_setup_entry",
        return_value=True,
    ):
        yield


def answers(adapter: EmulatedAdapter, password: str = PASSWORD) -> dict[str, object]:
    """Return what the owner enters."""
    return {CONF_HOST: HOST, CONF_PORT: adapter.port, CONF_PASSWORD: password}


async def async_choose(
    hass: HomeAssistant, result: ConfigFlowResult, step_id: str
) -> ConfigFlowResult:
    """Choose from a menu."""
    assert result["type"] is FlowResultType.MENU
    return await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": step_id}
    )


def entry_of(adapter: EmulatedAdapter) -> MockConfigEntry:
    """Return the entry of an adapter."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Solar controller",
        data={CONF_KIND: EntryKind.VBUS.value, **answers(adapter)},
        options={CONF_CONTROLLERS: []},
    )


async def async_begin(
    hass: HomeAssistant, step_id: str = "vbus_tcp"
) -> ConfigFlowResult:
    """Open the form of a way to the bus from the menus."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    result = await async_choose(hass, result, "vbus")
    result = await async_choose(hass, result, step_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == step_id
    return result


async def async_finish(
    hass: HomeAssistant, result: ConfigFlowResult, adapter: EmulatedAdapter
) -> None:
    """Enter what is right; the entry is created."""
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(adapter)
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "DeltaSol BX Plus"
    assert result["data"] == {CONF_KIND: "vbus", CONF_WAY: "tcp", **answers(adapter)}
    assert result["options"] == {CONF_CONTROLLERS: []}


async def test_an_adapter_is_added(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The connection is tried, and the controller gives the entry its name."""
    await async_finish(hass, await async_begin(hass), speaking_adapter)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    await async_until(lambda: entry.state is ConfigEntryState.LOADED)


@pytest.mark.usefixtures("not_set_up")
async def test_a_wrong_password_can_be_corrected(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The adapter refuses the password; the right one is taken."""
    result = await async_begin(hass)
    for wrong in ("wrong", "two\nlines"):
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], answers(speaking_adapter, wrong)
        )
        assert result["errors"] == {"base": "invalid_auth"}
    await async_finish(hass, result, speaking_adapter)


@pytest.mark.usefixtures("not_set_up")
async def test_a_wrong_address_can_be_corrected(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Nobody listens; at the right address the entry is created."""
    result = await async_begin(hass)
    port, speaking_adapter.port = speaking_adapter.port, 1
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["errors"] == {"base": "cannot_connect"}
    speaking_adapter.port = port
    await async_finish(hass, result, speaking_adapter)


@pytest.mark.usefixtures("not_set_up")
async def test_a_busy_adapter_can_be_tried_again(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An adapter that does not greet is taken; later it is free."""
    monkeypatch.setattr(
        "custom_components.energy_manager.vbus_adapter.HANDSHAKE_TIMEOUT_S", 0.2
    )
    result = await async_begin(hass)
    speaking_adapter.deaf = True
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["errors"] == {"base": "refused"}
    speaking_adapter.deaf = False
    speaking_adapter.busy = True
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["errors"] == {"base": "refused"}
    speaking_adapter.busy = False
    await async_finish(hass, result, speaking_adapter)


@pytest.mark.usefixtures("not_set_up")
async def test_a_silent_bus_can_be_tried_again(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The controller is off; then it is switched on."""
    monkeypatch.setattr(
        "custom_components.energy_manager.vbus_adapter.FIRST_DATA_TIMEOUT_S", 1.0
    )
    speaking_adapter.silent = True
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["errors"] == {"base": "no_data"}
    speaking_adapter.silent = False
    await async_finish(hass, result, speaking_adapter)


async def test_an_adapter_is_added_once(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The same address cannot be added twice."""
    entry_of(speaking_adapter).add_to_hass(hass)
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert speaking_adapter.logins == 0


async def test_a_changed_password_is_entered_again(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Reauthentication asks for the password only, and loads the entry again."""
    entry = entry_of(speaking_adapter)
    entry.add_to_hass(hass)
    speaking_adapter.password = "moonlight"
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_vbus"
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["host"] == HOST
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_PASSWORD: "wrong"}
    )
    assert result["errors"] == {"base": "invalid_auth"}
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_PASSWORD: "moonlight"}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert entry.data[CONF_PASSWORD] == "moonlight"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_another_address_of_the_same_adapter(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A failed attempt leaves the entry as it was, a good one changes it."""
    entry = entry_of(speaking_adapter)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure_vbus"
    result = await async_choose(hass, result, "vbus_tcp")
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {**answers(speaking_adapter), CONF_PORT: 1}
    )
    assert result["errors"] == {"base": "cannot_connect"}
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data[CONF_PORT] == speaking_adapter.port

    speaking_adapter.password = "moonlight"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter, "moonlight")
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_PASSWORD] == "moonlight"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("not_set_up")
async def test_an_entry_that_is_not_loaded_can_be_corrected(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Correcting does not need a working connection before."""
    entry = entry_of(speaking_adapter)
    entry.add_to_hass(hass)
    result = await async_choose(
        hass, await entry.start_reconfigure_flow(hass), "vbus_tcp"
    )
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {**answers(speaking_adapter), CONF_PORT: 1}
    )
    assert result["errors"] == {"base": "cannot_connect"}
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["reason"] == "reconfigure_successful"


async def test_the_address_of_another_adapter_is_not_taken(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Two entries cannot share an adapter."""
    entry_of(speaking_adapter).add_to_hass(hass)
    other = MockConfigEntry(
        domain=DOMAIN,
        data={
            CONF_KIND: EntryKind.VBUS.value,
            CONF_HOST: "192.0.2.7",
            CONF_PORT: 7053,
            CONF_PASSWORD: PASSWORD,
        },
    )
    other.add_to_hass(hass)
    result = await async_choose(
        hass, await other.start_reconfigure_flow(hass), "vbus_tcp"
    )
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], answers(speaking_adapter)
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_control_is_allowed_in_the_options(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Allowing control loads the entry again, with the relays."""
    entry = entry_of(speaking_adapter)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: bool(entry.runtime_data.visits.controllers))
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.MENU
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "vbus_control"}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "vbus_control"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {CONF_CONTROLLERS: ["7112"]}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {CONF_CONTROLLERS: ["7112"]}
    await async_until(lambda: bool(hass.states.async_entity_ids("select")))


@pytest.mark.usefixtures("not_set_up")
async def test_the_demo_house_adds_its_adapter_once(hass: HomeAssistant) -> None:
    """An import tries no connection: the demo house is still starting."""
    data = {
        CONF_KIND: EntryKind.VBUS.value,
        CONF_HOST: HOST,
        CONF_PORT: 4711,
        CONF_PASSWORD: "vbus",
        CONF_CONTROLLERS: ["7112"],
        CONF_DEMO_ENTRY: "demo-id",
    }
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}, data=data
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.unique_id == "demo-id_vbus"
    assert entry.options == {CONF_CONTROLLERS: ["7112"]}
    assert CONF_CONTROLLERS not in entry.data
    assert entry.data[CONF_DEMO_ENTRY] == "demo-id"
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}, data=data
    )
    assert result["reason"] == "already_configured"
