"""Adding and correcting a VE.Direct port."""

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import Mock, patch

from homeassistant.config_entries import (
    SOURCE_IMPORT,
    SOURCE_USB,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.usb import UsbServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager import vedirect_identity
from custom_components.energy_manager.const import (
    CONF_CONTROL,
    CONF_DEMO_ENTRY,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.vedirect_history import CONF_HISTORY_IMPORTED
from custom_components.energy_manager.vedirect_identity import (
    CONF_PRODUCT_ID,
    CONF_SERIAL_NUMBER,
)
from custom_components.energy_manager.vedirect_merge import Identity

from .conftest import (
    EmulatedPort,
    SpeakingCharger,
    SpeakingDevice,
    SpeakingInverter,
    SpeakingMonitor,
    async_until,
)

CHARGER = {CONF_PRODUCT_ID: 0xA06C, CONF_SERIAL_NUMBER: "HQ2345SUN70"}


@pytest.fixture
def not_set_up() -> Iterator[None]:
    """Create entries without setting them up."""
    with patch(
        "custom_components.energy_manager.vedirect_link.async_setup_entry",
        return_value=True,
    ):
        yield


@pytest.fixture(autouse=True)
def daylight() -> Iterator[Mock]:
    """The sun is up."""
    with patch(
        "custom_components.energy_manager.flow_vedirect.sun.is_up", return_value=True
    ) as up:
        yield up


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for text that does not come."""
    monkeypatch.setattr(vedirect_identity, "TEXT_WAIT_S", 2.0)
    monkeypatch.setattr(vedirect_identity, "TEXT_RETURN_S", 2.0)


def entry_of(device: str, **data: object) -> MockConfigEntry:
    """Return the entry of the charger at a port."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Charger",
        unique_id="HQ2345SUN70",
        data={
            CONF_KIND: EntryKind.VEDIRECT.value,
            CONF_DEVICE: device,
            **CHARGER,
            CONF_HISTORY_IMPORTED: True,
            **data,
        },
        options={CONF_CONTROL: False},
    )


def cable(device: str) -> UsbServiceInfo:
    """Return what the USB discovery tells of a cable."""
    return UsbServiceInfo(
        device=device,
        vid="0403",
        pid="6015",
        serial_number="VE3MQXH",
        manufacturer="VictronEnergy BV",
        description="VE Direct cable",
    )


async def async_begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the form for a VE.Direct port from the menu."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": "vedirect"}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "vedirect"
    return result


async def test_a_charger_is_added(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The device tells its name and serial number."""
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "SmartSolar MPPT 150/70 rev2"
    assert result["result"].unique_id == "HQ2345SUN70"
    assert result["data"] == {
        CONF_KIND: "vedirect",
        CONF_DEVICE: charger.port.path,
        **CHARGER,
    }
    assert result["options"] == {CONF_CONTROL: False}
    await async_until(lambda: result["result"].state is ConfigEntryState.LOADED)


@pytest.mark.usefixtures("not_set_up")
async def test_a_battery_monitor_is_asked_for_its_serial_number(
    hass: HomeAssistant, monitor: SpeakingMonitor
) -> None:
    """Its text has none, but it answers over HEX."""
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: monitor.port.path}
    )
    assert result["title"] == "SmartShunt 500A/50mV"
    assert result["result"].unique_id == "HQ2345BAT05"


@pytest.mark.usefixtures("not_set_up")
async def test_a_device_without_a_serial_number_is_added_too(
    hass: HomeAssistant, monitor: SpeakingMonitor
) -> None:
    """An old monitor answers nothing: the entry's own id has to do."""
    monitor.port.answer = lambda _data: b""
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: monitor.port.path}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id is None


@pytest.mark.usefixtures("not_set_up", "impatient")
async def test_a_port_that_cannot_be_opened_can_be_corrected(
    hass: HomeAssistant, charger: SpeakingCharger, daylight: Mock
) -> None:
    """Another port works."""
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: "/dev/serial/by-id/nothing"}
    )
    assert result["errors"] == {"base": "cannot_open"}
    charger.silent = True
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["errors"] == {"base": "no_text"}
    charger.port.answer = lambda _data: b""
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["errors"] == {"base": "no_data"}
    daylight.return_value = False
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["errors"] == {"base": "no_data_dark"}
    charger.silent = False
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("impatient")
async def test_noise_is_no_device(
    hass: HomeAssistant, serial_port: EmulatedPort
) -> None:
    """A port with another protocol brings bytes, but no readings."""

    class Noise:
        """Something that does not speak VE.Direct."""

        def feed(self, _data: bytes) -> bytes:
            """Answer nothing."""
            return b""

    noise = SpeakingDevice(
        serial_port, Noise(), b"\x00\xff\r\nPID\tnonsense", lambda _, said: said
    )
    noise.start()
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: serial_port.path}
    )
    await noise.async_stop()
    assert result["errors"] == {"base": "no_data"}


async def test_a_port_is_added_once(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The same port cannot be added twice."""
    entry_of(charger.port.path).add_to_hass(hass)
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


@pytest.mark.usefixtures("not_set_up")
async def test_a_known_device_at_another_port_is_followed(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The entry keeps its names and history and gets the new port."""
    entry = entry_of("/dev/serial/by-id/old-port")
    entry.add_to_hass(hass)
    result = await async_begin(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_DEVICE] == charger.port.path


@pytest.mark.usefixtures("not_set_up", "impatient")
async def test_a_cable_that_is_plugged_in_is_offered(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The owner confirms; a silent device can be switched on meanwhile."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=cable(charger.port.path)
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "vedirect_found"
    charger.silent = True
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["errors"] == {"base": "no_text"}
    charger.silent = False
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == "HQ2345SUN70"


@pytest.mark.usefixtures("not_set_up")
async def test_a_cable_without_a_telling_device_keeps_the_cables_number(
    hass: HomeAssistant, monitor: SpeakingMonitor
) -> None:
    """Better the cable's number than none."""
    monitor.port.answer = lambda _data: b""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=cable(monitor.port.path)
    )
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["result"].unique_id == "cable_VE3MQXH"


async def test_cables_without_a_number_are_told_apart(hass: HomeAssistant) -> None:
    """Copies of the cable have none: each port is offered for itself."""
    for device in ("/dev/ttyUSB8", "/dev/ttyUSB9"):
        found = replace(cable(device), serial_number=None)
        result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USB}, data=found
        )
        assert result["type"] is FlowResultType.FORM
    names = [
        flow["context"]["title_placeholders"]["name"]
        for flow in hass.config_entries.flow.async_progress()
    ]
    assert names == ["VE.Direct /dev/ttyUSB8", "VE.Direct /dev/ttyUSB9"]


@pytest.mark.usefixtures("not_set_up")
async def test_a_known_cable_is_not_offered_again(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Neither at its port, nor while an offer is open."""
    first = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=cable(charger.port.path)
    )
    second = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=cable(charger.port.path)
    )
    assert second["reason"] == "already_in_progress"
    await hass.config_entries.flow.async_configure(first["flow_id"], {})
    third = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=cable(charger.port.path)
    )
    assert third["reason"] == "already_configured"


async def test_the_port_of_a_device_is_corrected(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The same device at another port keeps its entry."""
    entry = entry_of("/dev/serial/by-id/old-port")
    entry.add_to_hass(hass)
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure_vedirect"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: "/dev/serial/by-id/nothing"}
    )
    assert result["errors"] == {"base": "cannot_open"}
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_DEVICE] == charger.port.path
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_another_device_is_not_taken_for_the_same(
    hass: HomeAssistant, inverter: SpeakingInverter
) -> None:
    """A wrong choice of port would mix two histories."""
    entry = entry_of("/dev/serial/by-id/old-port")
    entry.add_to_hass(hass)
    result = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: inverter.port.path}
    )
    assert result["errors"] == {"base": "another_device"}


async def test_correcting_a_loaded_entry_resumes_it(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """A port can be opened only once: the entry lets go of it for the test."""
    entry = entry_of(charger.port.path)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    result = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: "/dev/serial/by-id/nothing"}
    )
    assert result["errors"] == {"base": "cannot_open"}
    assert entry.state is ConfigEntryState.LOADED
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: charger.port.path}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_control_is_allowed_in_the_options(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Allowing control loads the entry again, with the switch."""
    entry = entry_of(charger.port.path)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "vedirect_control"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {CONF_CONTROL: True}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await async_until(lambda: bool(hass.states.async_entity_ids("switch")))


@pytest.mark.usefixtures("not_set_up")
async def test_the_demo_house_adds_its_devices_once(hass: HomeAssistant) -> None:
    """An import tries no connection: the demo house is still starting."""
    data = {
        CONF_KIND: EntryKind.VEDIRECT.value,
        CONF_DEVICE: "/config/energy_manager/demo/mppt",
        CONF_CONTROL: True,
        CONF_DEMO_ENTRY: "demo-id",
    }
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}, data=data
    )
    entry = result["result"]
    assert entry.unique_id == "demo-id_mppt"
    assert entry.title == "VE.Direct mppt"
    assert entry.options == {CONF_CONTROL: True}
    assert CONF_CONTROL not in entry.data
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}, data=data
    )
    assert result["reason"] == "already_configured"


@pytest.mark.usefixtures("not_set_up")
async def test_the_path_that_stays_is_stored(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """The owner may pick ttyUSB0: tomorrow that is another cable."""
    stable = charger.port.path
    result = await async_begin(hass)
    with patch(
        "custom_components.energy_manager.flow_vedirect.usb.get_serial_by_id",
        return_value=stable,
    ) as by_id:
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {CONF_DEVICE: "/dev/ttyUSB0"}
        )
    by_id.assert_called_once_with("/dev/ttyUSB0")
    assert result["data"][CONF_DEVICE] == stable


@pytest.mark.usefixtures("not_set_up")
async def test_an_address_of_a_remote_port_is_taken_as_it_is(
    hass: HomeAssistant,
) -> None:
    """Only paths have a name that stays."""
    result = await async_begin(hass)
    identity = Identity(product_id=0xA06C, serial_number="HQ1")
    with patch(
        "custom_components.energy_manager.flow_vedirect.async_identify",
        return_value=identity,
    ) as identify:
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {CONF_DEVICE: "rfc2217://192.168.1.7:3001"}
        )
    identify.assert_awaited_once_with("rfc2217://192.168.1.7:3001")
    assert result["data"][CONF_DEVICE] == "rfc2217://192.168.1.7:3001"


@pytest.mark.usefixtures("not_set_up")
async def test_the_number_of_the_cable_stands_in(hass: HomeAssistant) -> None:
    """Without a number of the device, its cable tells entries apart."""
    path = "/dev/serial/by-id/usb-VictronEnergy_BV_VE_Direct_cable_VE3MQXH-if00-port0"
    result = await async_begin(hass)
    identity = Identity(product_id=0x0201, serial_number=None)
    with patch(
        "custom_components.energy_manager.flow_vedirect.async_identify",
        return_value=identity,
    ):
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {CONF_DEVICE: path}
        )
    assert result["result"].unique_id == "cable_VE3MQXH"
    assert result["title"] == "BMV-602S"


async def test_an_entry_that_waits_for_its_cable_tries_again(
    hass: HomeAssistant, charger: SpeakingCharger
) -> None:
    """Plugging the cable in is enough."""
    entry = entry_of(charger.port.path)
    entry.add_to_hass(hass)
    entry.mock_state(hass, ConfigEntryState.SETUP_RETRY)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USB}, data=cable(charger.port.path)
    )
    assert result["reason"] == "already_configured"
    await async_until(lambda: entry.state is ConfigEntryState.LOADED)
