"""What tests of VE.Direct devices share: entries, entities and the owner's hand."""

from homeassistant.components.number import (
    ATTR_VALUE,
    DOMAIN as NUMBER_DOMAIN,
    SERVICE_SET_VALUE,
)
from homeassistant.components.select import (
    ATTR_OPTION,
    DOMAIN as SELECT_DOMAIN,
    SERVICE_SELECT_OPTION,
)
from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_DEVICE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    Platform,
)
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import (
    CONF_CONTROL,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.vedirect_identity import CONF_PRODUCT_ID

from .conftest import EmulatedPort, async_until

IDENTITY = "a-device"


def entry_for(
    port: EmulatedPort, *, control: bool = True, product_id: int | None = None
) -> MockConfigEntry:
    """Return the config entry of the device at a port."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="My device",
        unique_id=IDENTITY,
        data={
            CONF_KIND: EntryKind.VEDIRECT.value,
            CONF_DEVICE: port.path,
            CONF_PRODUCT_ID: product_id,
        },
        options={CONF_CONTROL: control},
    )


def entity_id(hass: HomeAssistant, platform: Platform, key: str) -> str | None:
    """Return the entity of a value, None if there is none."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{IDENTITY}_{key}")


def state_of(hass: HomeAssistant, platform: Platform, key: str) -> State:
    """Return the state of a value."""
    found = entity_id(hass, platform, key)
    assert found is not None, key
    state = hass.states.get(found)
    assert state is not None, key
    return state


def control_of(hass: HomeAssistant) -> str:
    """Return what is said of the control of the device."""
    return state_of(hass, Platform.SENSOR, "control").state


async def async_set_up(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    *,
    enable: tuple[tuple[Platform, str], ...] = (),
    control: str | None = "allowed",
) -> None:
    """Set an entry up, with some entities that are disabled at first."""
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    for platform, key in enable:
        registry.async_get_or_create(
            platform,
            DOMAIN,
            f"{IDENTITY}_{key}",
            config_entry=entry,
            disabled_by=None,
        )
    assert await hass.config_entries.async_setup(entry.entry_id)
    if control is not None:
        await async_until(lambda: control_of(hass) == control)
    await hass.async_block_till_done()


async def async_switch(
    hass: HomeAssistant, key: str, on: bool, context: Context | None = None
) -> None:
    """Switch something as the owner would."""
    await hass.services.async_call(
        SWITCH_DOMAIN,
        SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
        {ATTR_ENTITY_ID: entity_id(hass, Platform.SWITCH, key)},
        blocking=True,
        context=context,
    )


async def async_select(hass: HomeAssistant, key: str, option: str) -> None:
    """Choose an option as the owner would."""
    await hass.services.async_call(
        SELECT_DOMAIN,
        SERVICE_SELECT_OPTION,
        {
            ATTR_ENTITY_ID: entity_id(hass, Platform.SELECT, key),
            ATTR_OPTION: option,
        },
        blocking=True,
    )


async def async_set_number(hass: HomeAssistant, key: str, value: float) -> None:
    """Set a number as the owner would."""
    await hass.services.async_call(
        NUMBER_DOMAIN,
        SERVICE_SET_VALUE,
        {ATTR_ENTITY_ID: entity_id(hass, Platform.NUMBER, key), ATTR_VALUE: value},
        blocking=True,
    )
