"""Carrying decisions out: commands, minimum times, read back, leases."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, ServiceCall, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.energy_manager.commands import (
    Command,
    Situation,
    automatic_state,
    boiler_wish,
    target_state,
    wishes,
)
from custom_components.energy_manager.const import DOMAIN, Mode
from custom_components.energy_manager.control import Control
from custom_components.energy_manager.roles import Role
from custom_components.energy_manager.storage import HomeStore, Lease, Override

from .house import state_of

RELAY = "select.relay"
SWITCH = "switch.boiler"
RELAY_OPTIONS = ["off", "min", "auto", "on"]
PAUSE = timedelta(minutes=20)

HOLD = Situation(
    mode=Mode.AUTOMATIC, override=None, action=Command.HOLD, tank_top_c=55.0
)
RUN = Situation(mode=Mode.AUTOMATIC, override=None, action=Command.RUN, tank_top_c=50.0)
ADVISE = Situation(
    mode=Mode.ADVISE, override=None, action=Command.HOLD, tank_top_c=55.0
)


def _changed(situation: Situation, **changes: Any) -> Situation:
    """Return a situation with changes."""
    values = {name: getattr(situation, name) for name in Situation.__slots__}
    return Situation(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "command", "why"),
    [
        ({}, Command.HOLD, "plan"),
        ({"action": Command.ALLOW}, Command.ALLOW, "plan"),
        ({"action": Command.RUN}, Command.RUN, "plan"),
        # Comfort goes first: a cold or unknown tank is never held back.
        ({"tank_top_c": 39.9}, Command.ALLOW, "tank_cold"),
        ({"tank_top_c": 0.0}, Command.ALLOW, "tank_cold"),
        ({"rooms_cold": True}, Command.ALLOW, "rooms_cold"),
        ({"rooms_cold": True, "action": Command.RUN}, Command.RUN, "plan"),
        ({"tank_top_c": None}, Command.ALLOW, "tank_unknown"),
        ({"action": Command.RUN, "tank_top_c": None}, Command.ALLOW, "tank_unknown"),
        ({"action": Command.RUN, "tank_top_c": 59.9}, Command.RUN, "plan"),
        ({"action": Command.RUN, "tank_top_c": 60.0}, Command.ALLOW, "tank_hot"),
        # Without a valid plan, or out of automatic mode, the device decides.
        ({"action": None}, None, "no_plan"),
        ({"mode": Mode.ADVISE}, None, "not_automatic"),
        ({"mode": Mode.OFF}, None, "not_automatic"),
        # The owner's hand goes before the plan, within what is safe.
        ({"override": True}, Command.ALLOW, "owner"),
        ({"override": True, "action": Command.RUN}, Command.RUN, "owner"),
        (
            {"override": True, "action": Command.RUN, "tank_top_c": 60.0},
            Command.ALLOW,
            "owner",
        ),
        (
            {"override": True, "action": Command.RUN, "tank_top_c": None},
            Command.ALLOW,
            "owner",
        ),
        ({"override": False, "action": Command.RUN}, Command.HOLD, "owner"),
        ({"override": False, "mode": Mode.ADVISE}, Command.HOLD, "owner"),
        ({"override": False, "tank_top_c": None}, Command.HOLD, "owner"),
    ],
)
def test_what_the_boiler_is_told(
    changes: dict[str, Any], command: Command | None, why: str
) -> None:
    """The plan, the owner and comfort are weighed as documented."""
    wish = boiler_wish(_changed(HOLD, **changes))
    assert (wish.command, wish.why) == (command, why)


def test_what_inverter_and_charger_are_told() -> None:
    """They follow the plan in automatic mode only."""
    told = wishes(_changed(HOLD, inverter_on=False, charger_on=True))
    assert told[Role.INVERTER_MODE].command is Command.HOLD
    assert told[Role.CHARGER].command is Command.RUN
    told = wishes(_changed(ADVISE, inverter_on=False, charger_on=True))
    assert told[Role.INVERTER_MODE].command is None
    assert told[Role.CHARGER].command is None
    assert wishes(HOLD)[Role.CHARGER].command is None


@pytest.mark.parametrize(
    ("options", "states"),
    [
        (RELAY_OPTIONS, ("off", "auto", "on")),
        (["Aus", "Auto", "Ein"], ("Aus", "Auto", "Ein")),
        (["on", "eco", "off"], ("off", "on", "on")),
        (["off", "automatic"], ("off", "automatic", "automatic")),
        (["fast", "slow"], (None, None, None)),
    ],
)
def test_options_of_selections(
    options: list[str], states: tuple[str | None, ...]
) -> None:
    """A selection is told by its own words."""
    state = State(RELAY, options[0], {"options": options})
    told = tuple(
        target_state(state, command)
        for command in (Command.HOLD, Command.ALLOW, Command.RUN)
    )
    assert told == states


def test_what_automatic_is() -> None:
    """A device gets back its automatic, or else the state it was found in."""
    relay = State(RELAY, "on", {"options": RELAY_OPTIONS})
    assert automatic_state(relay, Role.BOILER_RELEASE) == "auto"
    inverter = State(RELAY, "eco", {"options": ["on", "eco", "off"]})
    assert automatic_state(inverter, Role.INVERTER_MODE) == "eco"
    assert automatic_state(State(SWITCH, "off"), Role.BOILER_RELEASE) == STATE_ON
    assert automatic_state(State(SWITCH, "off"), Role.INVERTER_MODE) == STATE_OFF


class Devices:
    """A relay and a switch that do what they are told, or fail."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Offer the actions of selections and switches."""
        self.hass = hass
        self.calls: list[tuple[str, str]] = []
        self.error: Exception | None = None
        self.deaf = False
        hass.services.async_register("select", "select_option", self._async_take)
        hass.services.async_register("switch", "turn_on", self._async_take)
        hass.services.async_register("switch", "turn_off", self._async_take)
        self.set(RELAY, "auto")
        self.set(SWITCH, STATE_ON)

    def set(self, entity_id: str, state: str) -> None:
        """Put a device into a state."""
        self.hass.states.async_set(entity_id, state, {"options": RELAY_OPTIONS})

    async def _async_take(self, call: ServiceCall) -> None:
        """Take a command."""
        entity_id = call.data["entity_id"]
        state = call.data.get("option", call.service.removeprefix("turn_"))
        self.calls.append((entity_id, state))
        if self.error is not None:
            raise self.error
        if not self.deaf:
            self.set(entity_id, state)


@pytest.fixture
def devices(hass: HomeAssistant) -> Devices:
    """Return the devices."""
    return Devices(hass)


@pytest.fixture
def store(hass: HomeAssistant) -> HomeStore:
    """Return a home's memory in automatic mode."""
    return HomeStore(hass, "home", Mode.AUTOMATIC)


def _control(hass: HomeAssistant, store: HomeStore, entity_id: str = RELAY) -> Control:
    """Return the control of a home with a boiler release."""
    return Control(
        hass,
        "home",
        store,
        {Role.BOILER_RELEASE: entity_id},
        {Role.BOILER_RELEASE: PAUSE},
    )


async def test_commands_only_on_change_and_after_the_minimum_time(
    hass: HomeAssistant,
    devices: Devices,
    store: HomeStore,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A device is told once, stays as it is for a while and is given back."""
    control = _control(hass, store)
    await control.async_reconcile(ADVISE)
    assert devices.calls == []
    for _ in range(3):
        await control.async_reconcile(HOLD)
    assert devices.calls == [(RELAY, "off")]
    assert store.memory.leases[Role.BOILER_RELEASE].automatic == "auto"

    freezer.tick(PAUSE - timedelta(seconds=1))
    await control.async_reconcile(RUN)
    assert devices.calls == [(RELAY, "off")]
    freezer.tick(1)
    await control.async_reconcile(RUN)
    assert devices.calls == [(RELAY, "off"), (RELAY, "on")]

    # Leaving automatic mode does not wait.
    freezer.tick(1)
    await control.async_reconcile(ADVISE)
    await control.async_reconcile(ADVISE)
    assert devices.calls[2:] == [(RELAY, "auto")]
    assert store.memory.leases == {}
    assert [entry["why"] for entry in store.memory.decisions] == [
        "plan",
        "plan",
        "not_automatic",
    ]


async def test_comfort_does_not_wait(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """A tank that has become cold is released at once."""
    control = _control(hass, store, SWITCH)
    await control.async_reconcile(HOLD)
    await control.async_reconcile(_changed(HOLD, tank_top_c=38.0))
    assert devices.calls == [(SWITCH, "off"), (SWITCH, "on")]


async def test_switch_that_already_is_as_wanted(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """Nothing is sent, and nothing is leased, where nothing differs."""
    control = _control(hass, store, SWITCH)
    await control.async_reconcile(RUN)
    assert devices.calls == []
    assert store.memory.leases == {}


async def test_device_that_does_not_obey(
    hass: HomeAssistant,
    devices: Devices,
    store: HomeStore,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told again with growing pauses, the owner is told once, and then not."""
    control = _control(hass, store)
    devices.deaf = True
    for _ in range(40):
        await control.async_reconcile(HOLD)
        freezer.tick(60)
    # At 0, 1, 3, 7, 15 and 31 minutes.
    assert len(devices.calls) == 6
    issues = ir.async_get(hass)
    issue_id = f"device_disobeys_home_{Role.BOILER_RELEASE}"
    assert issues.async_get_issue(DOMAIN, issue_id) is not None
    assert caplog.text.count(f"{RELAY} cannot be controlled") == 1

    devices.set(RELAY, "off")
    await control.async_reconcile(HOLD)
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    assert f"{RELAY} obeys again" in caplog.text


@pytest.mark.parametrize(
    "error", [HomeAssistantError("no bus"), TimeoutError(), KeyError("foreign")]
)
async def test_failing_write_is_repeated(
    hass: HomeAssistant,
    devices: Devices,
    store: HomeStore,
    freezer: FrozenDateTimeFactory,
    error: Exception,
) -> None:
    """A write that fails once is repeated without a word."""
    control = _control(hass, store)
    devices.error = error
    await control.async_reconcile(HOLD)
    assert state_of(hass, RELAY).state == "auto"
    devices.error = None
    await control.async_reconcile(HOLD)
    assert len(devices.calls) == 1
    freezer.tick(60)
    await control.async_reconcile(HOLD)
    assert state_of(hass, RELAY).state == "off"
    assert not ir.async_get(hass).issues


async def test_unavailable_device_is_left_alone(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """Nothing is sent to a device that is not there; it follows when it is back."""
    control = _control(hass, store)
    devices.set(RELAY, STATE_UNAVAILABLE)
    await control.async_reconcile(HOLD)
    assert devices.calls == []
    devices.set(RELAY, "auto")
    await control.async_reconcile(HOLD)
    assert devices.calls == [(RELAY, "off")]


async def test_selection_without_fitting_options(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """A selection that cannot be off is told to the owner, not tried."""
    control = _control(hass, store)
    hass.states.async_set(RELAY, "fast", {"options": ["fast", "slow"]})
    await control.async_reconcile(HOLD)
    await control.async_reconcile(HOLD)
    assert devices.calls == []
    issue_id = f"device_unsuitable_home_{Role.BOILER_RELEASE}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None
    control.clear_issues()
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_restart_finds_its_leases(
    hass: HomeAssistant,
    devices: Devices,
    store: HomeStore,
    hass_storage: dict[str, Any],
) -> None:
    """What was taken before a crash is known after it, and given back."""
    await _control(hass, store).async_reconcile(HOLD)
    assert hass_storage["energy_manager.home.home"]["data"]["leases"] == {
        "boiler_release": {
            "entity_id": RELAY,
            "commanded": "off",
            "automatic": "auto",
            "changed": store.memory.leases[Role.BOILER_RELEASE].changed.isoformat(),
        }
    }
    # No unloading: the process is gone. The next one starts in advise mode.
    again = HomeStore(hass, "home", Mode.ADVISE)
    await again.async_load()
    assert again.memory.mode is Mode.AUTOMATIC
    assert again.memory.leases == store.memory.leases
    control = _control(hass, again)
    await control.async_reconcile(ADVISE)
    assert state_of(hass, RELAY).state == "auto"
    await control.async_reconcile(ADVISE)
    assert again.memory.leases == {}


async def test_role_passes_to_another_device(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """The device that no longer has the role is given back."""
    await _control(hass, store).async_reconcile(HOLD)
    await _control(hass, store, SWITCH).async_reconcile(HOLD)
    assert devices.calls == [(RELAY, "off"), (RELAY, "auto"), (SWITCH, "off")]
    assert store.memory.leases[Role.BOILER_RELEASE].entity_id == SWITCH


async def test_giving_back_what_cannot_be_reached(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """A lease is kept until its device has been given back or is gone."""
    control = _control(hass, store)
    await control.async_reconcile(HOLD)
    devices.error = HomeAssistantError("no bus")
    await control.async_give_all_back()
    assert Role.BOILER_RELEASE in store.memory.leases
    devices.error = None
    await control.async_give_all_back()
    assert state_of(hass, RELAY).state == "auto"
    assert store.memory.leases == {}

    store.memory.leases[Role.BOILER_RELEASE] = Lease(
        entity_id="select.gone",
        commanded="off",
        automatic="auto",
        changed=dt_util.utcnow(),
    )
    await control.async_give_all_back()
    assert store.memory.leases == {}


async def test_giving_back_what_is_not_there_now(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """An action on an unavailable device does nothing: its lease is kept."""
    control = _control(hass, store)
    await control.async_reconcile(HOLD)
    devices.set(RELAY, STATE_UNAVAILABLE)
    await control.async_give_all_back()
    assert Role.BOILER_RELEASE in store.memory.leases
    assert devices.calls == [(RELAY, "off")]
    devices.set(RELAY, "off")
    await control.async_give_all_back()
    assert devices.calls == [(RELAY, "off"), (RELAY, "auto")]
    assert store.memory.leases == {}


async def test_giving_back_what_is_disabled(
    hass: HomeAssistant,
    devices: Devices,
    store: HomeStore,
    entity_registry: er.EntityRegistry,
) -> None:
    """A device whose entity is disabled may come back: its lease is kept."""
    control = _control(hass, store)
    await control.async_reconcile(HOLD)
    hass.states.async_remove(RELAY)
    entity_registry.async_get_or_create(
        "select", "vbus", "relay", suggested_object_id="relay"
    )
    await control.async_give_all_back()
    assert Role.BOILER_RELEASE in store.memory.leases


async def test_one_device_that_fails_keeps_no_other(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """Every device is given back, whatever another one raises."""
    control = Control(
        hass,
        "home",
        store,
        {Role.BOILER_RELEASE: "number.not_a_switch", Role.CHARGER: SWITCH},
        {Role.BOILER_RELEASE: PAUSE, Role.CHARGER: PAUSE},
    )
    for role, entity_id in control.devices.items():
        store.memory.leases[role] = Lease(
            entity_id=entity_id,
            commanded=STATE_OFF,
            automatic=STATE_ON,
            changed=dt_util.utcnow(),
        )
        devices.set(entity_id, STATE_OFF)
    await control.async_give_all_back()
    assert devices.calls == [(SWITCH, "on")]
    assert list(store.memory.leases) == [Role.BOILER_RELEASE]


async def test_what_cannot_be_given_back_is_not_taken(
    hass: HomeAssistant, devices: Devices, store: HomeStore
) -> None:
    """A device of which nobody knows how it was is left alone."""
    control = _control(hass, store, SWITCH)
    control.devices = {Role.INVERTER_MODE: SWITCH}
    devices.set(SWITCH, STATE_UNKNOWN)
    await control.async_reconcile(_changed(HOLD, inverter_on=False))
    assert devices.calls == []
    assert store.memory.leases == {}


async def test_device_taken_by_hand(
    hass: HomeAssistant,
    devices: Devices,
    store: HomeStore,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the owner does at a device holds for a while; the plan comes back."""
    control = _control(hass, store)
    await control.async_reconcile(HOLD)
    old = state_of(hass, RELAY)
    devices.set(RELAY, "on")
    new = state_of(hass, RELAY)
    assert control.taken_by_hand(Role.BOILER_RELEASE, old, new)
    assert not control.taken_by_hand(Role.BOILER_RELEASE, new, old)
    assert not control.taken_by_hand(Role.CHARGER, old, new)
    devices.set(RELAY, STATE_UNAVAILABLE)
    assert not control.taken_by_hand(Role.BOILER_RELEASE, old, state_of(hass, RELAY))

    devices.set(RELAY, "on")
    control.leave_to_owner(Role.BOILER_RELEASE, dt_util.utcnow() + PAUSE)
    await control.async_reconcile(HOLD)
    assert control.left_to_owner(Role.BOILER_RELEASE)
    assert state_of(hass, RELAY).state == "on"
    freezer.tick(PAUSE)
    await control.async_reconcile(HOLD)
    assert state_of(hass, RELAY).state == "off"
    assert store.memory.leases[Role.BOILER_RELEASE].automatic == "auto"


async def test_memory_survives(hass: HomeAssistant, store: HomeStore) -> None:
    """Everything that is remembered comes back as it was."""
    until = dt_util.utcnow() + timedelta(hours=6)
    store.memory.people_override = Override(value=0.0, until=until)
    store.memory.release_override = Override(value=1.0, until=until)
    store.memory.decisions.append({"why": "plan"})
    await store.async_save()
    again = HomeStore(hass, "home", Mode.OFF)
    await again.async_load()
    assert again.memory == store.memory
    await again.async_remove()
    third = HomeStore(hass, "home", Mode.OFF)
    await third.async_load()
    assert third.memory.people_override is None
