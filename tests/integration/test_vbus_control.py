"""Setting VBus controllers of all families over real TCP, and giving back."""

import asyncio
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

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
from homeassistant.const import ATTR_ENTITY_ID, CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.energy_manager import vbus_control, write_budget
from custom_components.energy_manager.const import (
    CONF_CONTROL,
    CONF_CONTROLLERS,
    CONF_KIND,
    DOMAIN,
    EntryKind,
)
from custom_components.energy_manager.engine.vbus import Packet, encode, families_tables
from custom_components.energy_manager.engine.vbus.emulation import (
    BX_PLUS,
    CS_PLUS,
    MX_1,
    MX_2,
    SLT,
    VITOSOLIC_200,
    Controller,
    E,
    Model,
)
from custom_components.energy_manager.write_log import EVENT_WRITE

from .conftest import PASSWORD, EmulatedAdapter, async_until

IDENTITY = "0011223344556677"
RELAY = "Relais_Regler_R{}_Handbetrieb"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait between visits."""
    monkeypatch.setattr(vbus_control, "GROUP_PAUSE_S", 0.0)
    monkeypatch.setattr(vbus_control, "READ_PAUSES_S", (0.2, 0.2, 0.2))
    monkeypatch.setattr(write_budget, "SPACING_S", 0.0)


def entry_for(adapter: EmulatedAdapter, **options: Any) -> MockConfigEntry:
    """Return the entry of an adapter; its controller may be set unless told."""
    address = f"{adapter.controller.model.address:04X}"
    return MockConfigEntry(
        domain=DOMAIN,
        title="Solar controller",
        unique_id=IDENTITY,
        data={
            CONF_KIND: EntryKind.VBUS.value,
            CONF_HOST: "127.0.0.1",
            CONF_PORT: adapter.port,
            CONF_PASSWORD: PASSWORD,
        },
        options={CONF_CONTROLLERS: [address], **options},
    )


def find(hass: HomeAssistant, platform: str, key: str) -> str | None:
    """Return the entity of a setting, None if there is none."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{IDENTITY}_{key}")


def value_of(hass: HomeAssistant, platform: str, key: str) -> str | None:
    """Return the state of a setting, None if there is none yet."""
    found = find(hass, platform, key)
    state = None if found is None else hass.states.get(found)
    return None if state is None else state.state


async def async_set_up(
    hass: HomeAssistant, adapter: EmulatedAdapter, *keys: str, **options: Any
) -> MockConfigEntry:
    """Set an entry up, with these numbers enabled."""
    entry = entry_for(adapter, **options)
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    for key in keys:
        registry.async_get_or_create(
            "number", DOMAIN, f"{IDENTITY}_{key}", config_entry=entry
        )
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: bool(entry.runtime_data.visits.controllers))
    return entry


async def async_choose(
    hass: HomeAssistant, key: str, option: str, context: Context | None = None
) -> None:
    """Choose a mode as its owner does."""
    await hass.services.async_call(
        SELECT_DOMAIN,
        SERVICE_SELECT_OPTION,
        {ATTR_ENTITY_ID: find(hass, "select", key), ATTR_OPTION: option},
        blocking=True,
        context=context,
    )


async def async_number(hass: HomeAssistant, key: str, value: float) -> None:
    """Set a number as its owner does."""
    await hass.services.async_call(
        NUMBER_DOMAIN,
        SERVICE_SET_VALUE,
        {ATTR_ENTITY_ID: find(hass, "number", key), ATTR_VALUE: value},
        blocking=True,
    )


async def async_fails(action: Any) -> HomeAssistantError:
    """Return the error that an action ends with."""
    with pytest.raises(HomeAssistantError) as raised:
        await action
    return raised.value


FAMILIES = [
    pytest.param(BX_PLUS, "7112_relay_1_mode", "on", RELAY.format(1), 3, id="bx_plus"),
    pytest.param(MX_2, "7E11_relay_5_mode", "on", RELAY.format(5), 4, id="mx_2"),
    pytest.param(SLT, "1001_relay_4_mode", "max", RELAY.format(4), 3, id="slt"),
    pytest.param(CS_PLUS, "2211_relay_2_mode", "on", "Handbetrieb2", 2, id="cs_plus"),
    pytest.param(E, "1050_relay_5_mode", "max", "Relaismodus5", 3, id="e"),
]


@pytest.mark.parametrize(("model", "key", "option", "name", "raw"), FAMILIES)
async def test_each_family_has_its_own_numbers(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    model: Model,
    key: str,
    option: str,
    name: str,
    raw: int,
    hass_admin_user: MockUser,
) -> None:
    """Set by hand, told with who did it, and automatic again when unloaded."""
    controller = speaking_adapter.controller = Controller(model)
    entry = await async_set_up(hass, speaking_adapter)
    await async_until(lambda: value_of(hass, "select", key) == "auto")
    told = async_capture_events(hass, EVENT_WRITE)
    await async_choose(hass, key, option, Context(user_id=hass_admin_user.id))
    assert controller.values[name] == raw
    assert value_of(hass, "select", key) == option
    (event,) = told
    assert event.data["before"] == "auto"
    assert event.data["after"] == option
    assert event.data["author"] == "user"
    assert event.data["entity_id"] == find(hass, "select", key)
    source = f"{model.address:04X}"
    assert value_of(hass, "sensor", f"{source}_control") == "allowed"

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert controller.values[name] == model.automatic
    assert told[-1].data["author"] == "integration"
    assert told[-1].data["reason"] == "given_back"


async def test_vitosolic_takes_priorities(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A controller without changeset and without hashes is written by index."""
    controller = speaking_adapter.controller = Controller(VITOSOLIC_200)
    await async_set_up(hass, speaking_adapter, "7321_store_priority_1")
    key = "7321_store_priority_1"
    await async_until(lambda: value_of(hass, "number", key) == "1.0")
    await async_number(hass, key, 2)
    assert controller.values["Vorrang1"] == 2
    assert find(hass, "select", "7321_relay_1_mode") is None


async def test_old_mx_lets_automatic_be_set_only(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """What its numbers mean is not confirmed: only the way back is offered."""
    controller = speaking_adapter.controller = Controller(MX_1)
    name = RELAY.format(2)
    controller.set_value(name, 3)
    await async_set_up(hass, speaking_adapter)
    key = "7E11_relay_2_mode"
    await async_until(lambda: value_of(hass, "select", key) == "on")
    found = find(hass, "select", key)
    assert found is not None
    state = hass.states.get(found)
    assert state is not None
    assert state.attributes["options"] == ["auto", "on"]
    await async_choose(hass, key, "auto")
    assert controller.values[name] == 2
    error = await async_fails(
        hass.config_entries.async_entries(DOMAIN)[
            0
        ].runtime_data.visits.writing.async_write(
            *_place(hass, 0x7E11, "relay_mode", 1), "on", label="", context=None
        )
    )
    assert error.translation_key == "vbus_option_unconfirmed"
    assert controller.values[RELAY.format(1)] == 2


def _place(hass: HomeAssistant, source: int, key: str, number: int) -> tuple[Any, Any]:
    """Return a controller and one of its settings."""
    link: Any = hass.config_entries.async_entries(DOMAIN)[0].runtime_data
    controller = next(one for one in link.visits.controllers if one.source == source)
    assert controller.family is not None
    return controller, controller.family.setting(key, number)


ON = "7112_switch_on_difference_1"
OFF = "7112_switch_off_difference_1"
MAXIMUM = "7112_store_maximum_1"


async def test_a_number_is_set_within_limits_and_cross_limits(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The error tells the limit, and which other setting makes it."""
    controller = speaking_adapter.controller
    await async_set_up(hass, speaking_adapter, ON)
    await async_until(lambda: value_of(hass, "number", ON) == "6.0")
    shown = hass.states.get(find(hass, "number", ON) or "")
    assert shown is not None
    assert shown.attributes["device_class"] == "temperature_delta"
    await async_number(hass, ON, 7.5)
    assert controller.values["Solar_Sp1_dTein"] == 75
    assert value_of(hass, "number", ON) == "7.5"

    error = await async_fails(async_number(hass, ON, 4.0))
    assert error.translation_key == "vbus_limit_minimum"
    assert error.translation_placeholders == {
        "limit": "4.5 K",
        "other": "Store 1 switch-off difference",
    }
    error = await async_fails(async_number(hass, ON, 9.9))
    assert error.translation_key in ("vbus_limit_maximum", "vbus_outside_limits")
    error = await async_fails(async_number(hass, ON, 7.3))
    assert error.translation_key == "vbus_outside_limits"
    assert error.translation_placeholders == {
        "minimum": "1 K",
        "maximum": "20 K",
        "step": "0.5 K",
    }
    with pytest.raises(HomeAssistantError):
        await async_number(hass, ON, 25.0)
    assert controller.values["Solar_Sp1_dTein"] == 75
    # The owner has moved the other one at the controller meanwhile.
    controller.set_value("Solar_Sp1_dTaus", 20)
    await async_number(hass, ON, 4.0)
    assert controller.values["Solar_Sp1_dTein"] == 40


async def test_useful_settings_only_are_enabled_and_read(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What nobody looks at is not asked for: every question keeps the bus."""
    asked: set[int] = set()
    transfer = Controller._transfer

    def note(self: Controller, request: Any, *rest: Any) -> Any:
        asked.add(request.index)
        return transfer(self, request, *rest)

    monkeypatch.setattr(Controller, "_transfer", note)
    await async_set_up(hass, speaking_adapter)
    await async_until(lambda: value_of(hass, "number", MAXIMUM) == "90.0")
    await async_until(lambda: value_of(hass, "select", "7112_relay_5_mode") == "auto")
    registry = er.async_get(hass)
    found = find(hass, "number", ON)
    assert found is not None
    entry = registry.async_get(found)
    assert entry is not None
    assert entry.disabled
    assert value_of(hass, "number", ON) is None
    indices = speaking_adapter.controller.indices
    assert indices["Solar_Sp1_Tmax"] in asked
    assert indices["Solar_Sp1_dTein"] not in asked


async def test_a_clamp_is_told_with_what_the_controller_kept(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A controller with limits of its own says what it took."""
    controller = speaking_adapter.controller
    controller.quirks.clamps = True
    controller._values[controller.indices["Solar_Sp1_Tmax"]].maximum = 850
    await async_set_up(hass, speaking_adapter)
    await async_until(lambda: value_of(hass, "number", MAXIMUM) == "90.0")
    error = await async_fails(async_number(hass, MAXIMUM, 88))
    assert error.translation_key == "vbus_kept"
    assert error.translation_placeholders == {"value": "85 °C"}
    assert value_of(hass, "number", MAXIMUM) == "85.0"


async def test_a_refusal_is_not_a_time_out(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Each way of failing has words of its own."""
    controller = speaking_adapter.controller
    await async_set_up(hass, speaking_adapter)
    key = "7112_relay_3_mode"
    await async_until(lambda: value_of(hass, "select", key) == "auto")
    controller.quirks.refused.add(RELAY.format(3))
    error = await async_fails(async_choose(hass, key, "on"))
    assert error.translation_key == "vbus_refused"
    controller.quirks.refused.clear()
    controller.quirks.deaf = True
    error = await async_fails(async_choose(hass, key, "on"))
    assert error.translation_key in ("vbus_no_answer", "vbus_no_bus")
    assert controller.values[RELAY.format(3)] == 2
    found = find(hass, "select", key)
    assert found is not None
    state = hass.states.get(found)
    assert state is not None
    assert "set_here_since" not in state.attributes


async def test_settings_are_found_after_a_firmware_update(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The places move, the names stay."""
    controller = speaking_adapter.controller
    await async_set_up(hass, speaking_adapter)
    key = "7112_relay_3_mode"
    await async_until(lambda: value_of(hass, "select", key) == "auto")
    controller.update_firmware()
    await async_choose(hass, key, "on")
    assert controller.values[RELAY.format(3)] == 3


async def test_a_number_in_fahrenheit_is_not_misunderstood(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A controller that counts in Fahrenheit is not written to."""
    controller = speaking_adapter.controller
    await async_set_up(hass, speaking_adapter)
    await async_until(lambda: value_of(hass, "number", MAXIMUM) == "90.0")
    controller.set_value("TemperatureHysteresisSelector", 1)
    error = await async_fails(async_number(hass, MAXIMUM, 80))
    assert error.translation_key == "vbus_other_units"
    assert value_of(hass, "number", MAXIMUM) == "unknown"
    assert controller.values["Solar_Sp1_Tmax"] == 900


async def test_too_many_writes_tell_when_the_next_is_free(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """What is in force already may still be asked for."""
    await async_set_up(hass, speaking_adapter)
    key = "7112_relay_3_mode"
    await async_until(lambda: value_of(hass, "select", key) == "auto")
    for _ in range(10):
        await async_choose(hass, key, "on")
        await async_choose(hass, key, "auto")
    error = await async_fails(async_choose(hass, key, "on"))
    assert error.translation_key == "write_limit_until"
    assert error.translation_placeholders is not None
    assert ":" in error.translation_placeholders["time"]
    await async_choose(hass, key, "auto")


async def test_measurements_keep_their_value_while_the_bus_is_held(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A controller that answers slowly does not make its readings flicker."""
    await async_set_up(hass, speaking_adapter)
    key = "7112_relay_3_mode"
    await async_until(lambda: value_of(hass, "select", key) == "auto")
    written = async_capture_events(hass, "state_changed")
    speaking_adapter.controller.quirks.answer_after_s = 0.1
    await async_choose(hass, key, "on")
    await hass.async_block_till_done()
    assert not [
        event.data["entity_id"]
        for event in written
        if event.data["new_state"].state == "unavailable"
    ]


# Giving back


async def async_manual(
    hass: HomeAssistant, adapter: EmulatedAdapter
) -> MockConfigEntry:
    """Set a relay on from Home Assistant."""
    entry = await async_set_up(hass, adapter)
    await async_until(lambda: value_of(hass, "select", "7112_relay_3_mode") == "auto")
    await async_choose(hass, "7112_relay_3_mode", "on")
    assert adapter.controller.values[RELAY.format(3)] == 3
    return entry


async def test_what_the_owner_set_at_the_controller_is_left_alone(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Only what was set here, and is still as it was set, is given back."""
    controller = speaking_adapter.controller
    entry = await async_manual(hass, speaking_adapter)
    controller.set_value(RELAY.format(3), 0)
    controller.set_value(RELAY.format(4), 3)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert controller.values[RELAY.format(3)] == 0
    assert controller.values[RELAY.format(4)] == 3


async def test_giving_back_is_tried_again_when_answers_are_lost(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bus that is taken back in between is no reason to leave a relay on."""
    controller = speaking_adapter.controller
    entry = await async_manual(hass, speaking_adapter)
    controller.quirks.hasty = True

    async def async_calm_down() -> None:
        await asyncio.sleep(1.0)
        controller.quirks.hasty = False

    task = hass.async_create_task(async_calm_down())
    assert await hass.config_entries.async_unload(entry.entry_id)
    await task
    assert controller.values[RELAY.format(3)] == 2


async def test_automatic_is_restored_when_home_assistant_stops(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """A relay does not run for ever because nobody is there any more."""
    await async_manual(hass, speaking_adapter)
    await hass.async_stop(force=True)
    assert speaking_adapter.controller.values[RELAY.format(3)] == 2


async def test_what_could_not_be_given_back_is_told_and_done_later(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The note outlives the restart; automatic comes back with the connection."""
    controller = speaking_adapter.controller
    entry = await async_manual(hass, speaking_adapter)
    await speaking_adapter.async_stop()
    await async_until(lambda: not entry.runtime_data.connected)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert controller.values[RELAY.format(3)] == 3
    (issue,) = [
        issue
        for issue in issue_registry.issues.values()
        if issue.translation_key == "vbus_left_by_hand"
    ]
    assert issue.is_persistent
    await speaking_adapter.async_start()
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: controller.values[RELAY.format(3)] == 2)
    await async_until(
        lambda: issue_registry.async_get_issue(DOMAIN, issue.issue_id) is None
    )


async def test_automatic_is_restored_even_if_control_was_withdrawn(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Removing the permission gives back what it was used for."""
    controller = speaking_adapter.controller
    entry = await async_manual(hass, speaking_adapter)
    await speaking_adapter.async_stop()
    await async_until(lambda: not entry.runtime_data.connected)
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, options={CONF_CONTROLLERS: []})
    await speaking_adapter.async_start()
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: controller.values[RELAY.format(3)] == 2)
    assert value_of(hass, "sensor", "7112_control") == "not_switched_on"


async def test_removing_the_entry_gives_back(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Nothing stays in manual mode behind an entry that is gone."""
    entry = await async_manual(hass, speaking_adapter)
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert speaking_adapter.controller.values[RELAY.format(3)] == 2


async def test_a_visit_that_is_cancelled_gives_the_bus_back(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """The controller need not wait ten seconds for its bus."""
    controller = speaking_adapter.controller
    await async_set_up(hass, speaking_adapter)
    await async_until(lambda: value_of(hass, "select", "7112_relay_3_mode") == "auto")
    controller.quirks.deaf = True
    loop = asyncio.get_running_loop()
    task = hass.async_create_task(async_choose(hass, "7112_relay_3_mode", "on"))
    await async_until(lambda: controller.is_held(loop.time()))
    task.cancel()
    await async_until(lambda: not controller.is_held(loop.time()), timeout_s=8)
    controller.quirks.deaf = False
    await async_choose(hass, "7112_relay_3_mode", "on")


async def test_what_waits_when_the_adapter_is_closed_is_not_written(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Giving back comes next, and nothing is set after it."""
    controller = speaking_adapter.controller
    entry = await async_set_up(hass, speaking_adapter, ON)
    await async_until(lambda: value_of(hass, "select", "7112_relay_3_mode") == "auto")
    await async_until(lambda: value_of(hass, "number", ON) == "6.0")
    controller.quirks.answer_after_s = 0.1
    loop = asyncio.get_running_loop()
    first = hass.async_create_task(async_choose(hass, "7112_relay_3_mode", "on"))
    await async_until(lambda: controller.is_held(loop.time()))
    second = hass.async_create_task(async_fails(async_number(hass, ON, 7.5)))
    await asyncio.sleep(0.01)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await first
    assert (await second).translation_key == "vbus_stopping"
    assert controller.values[RELAY.format(3)] == 2
    assert controller.values["Solar_Sp1_dTein"] == 60


# Permission


async def test_an_unknown_controller_says_why_it_is_only_read(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """No settings, and a reason in their place."""
    await async_set_up(hass, speaking_adapter)
    block = bytes.fromhex("01010000 7300b822 01080000 64000000")
    for _ in range(12):
        speaking_adapter.send(encode(Packet(0x0015, 0x6F01, 0x0100, block)))
    await async_until(
        lambda: value_of(hass, "sensor", "6F01_control") == "unknown_controller"
    )
    assert find(hass, "sensor", "7131_control") is None


async def test_a_controller_that_never_answers_is_told(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """An adapter that can only listen looks like this."""
    speaking_adapter.controller.quirks.deaf = True
    await async_set_up(hass, speaking_adapter)
    await async_until(lambda: value_of(hass, "sensor", "7112_control") == "no_answer")


async def test_the_old_switch_of_the_adapter_becomes_one_per_controller(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Who allowed control keeps it, for the controllers that are there."""
    entry = entry_for(speaking_adapter)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_CONTROL: True})
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: value_of(hass, "select", "7112_relay_1_mode") == "auto")
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.options == {CONF_CONTROLLERS: ["7112"]}
    await async_until(lambda: value_of(hass, "select", "7112_relay_1_mode") == "auto")


async def test_a_mode_changed_at_the_controller_ends_what_was_set_here(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter
) -> None:
    """Since when Home Assistant decides is shown as long as it does."""
    await async_manual(hass, speaking_adapter)
    found = find(hass, "select", "7112_relay_3_mode")
    assert found is not None

    def attributes() -> Any:
        state = hass.states.get(found)
        assert state is not None
        return state.attributes

    assert "set_here_since" in attributes()
    speaking_adapter.controller.set_value(RELAY.format(3), 0)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=31))
    await async_until(lambda: value_of(hass, "select", "7112_relay_3_mode") == "off")
    assert "set_here_since" not in attributes()


def test_every_setting_has_a_name() -> None:
    """Whatever a family's table offers is named in the texts."""
    path = Path(vbus_control.__file__).parent / "translations" / "en.json"
    texts = json.loads(path.read_text(encoding="utf-8"))["entity"]
    keys = {
        (setting.kind, setting.key)
        for table in (
            families_tables.MX_2,
            families_tables.MX_1,
            families_tables.BX_PLUS,
            families_tables.HC,
            families_tables.SLT,
            families_tables.CS,
            families_tables.E,
            families_tables.VITOSOLIC,
            families_tables.COSMO,
        )
        for setting in table
    }
    assert ("select", "relay_mode") in keys
    for kind, key in keys:
        assert "{number}" in texts[kind][key]["name"]
