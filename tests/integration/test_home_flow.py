"""Adding, changing and setting up anew a home."""

from typing import Any
from unittest.mock import patch

from homeassistant.components.weather import WeatherEntityFeature
from homeassistant.config_entries import SOURCE_IMPORT, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import DOMAIN
from custom_components.energy_manager.engine.planner.problem import (
    DemandSeries,
    ForecastSeries,
    PlantState,
    Problem,
)
from custom_components.energy_manager.engine.plant.parameters import PlantParameters
from custom_components.energy_manager.engine.series import TimeGrid
from custom_components.energy_manager.plant_profile import (
    COMPONENTS,
    default_plant,
    form_of_plant,
    plant_error,
    plant_of_form,
    plant_parameters,
)
from custom_components.energy_manager.roles import async_suggest_roles

ROLES = {
    "tank_top": "sensor.tank_top",
    "tank_bottom": "sensor.tank_bottom",
    "boiler_release": "switch.boiler",
    "weather": "weather.home",
    "people": ["person.anna"],
}

ROLES_FORM: dict[str, dict[str, Any]] = {
    "heat": {
        "tank_top": "sensor.tank_top",
        "tank_bottom": "sensor.tank_bottom",
        "boiler_release": "switch.boiler",
    },
    "electricity": {},
    "surroundings": {"weather": "weather.home", "people": ["person.anna"]},
}


@pytest.fixture(autouse=True)
def no_setup() -> Any:
    """Leave the entries that the flows make as they are."""
    with (
        patch(
            "custom_components.energy_manager.async_setup_entry", return_value=True
        ) as setup,
        patch("custom_components.energy_manager.async_unload_entry", return_value=True),
    ):
        yield setup


@pytest.fixture
def house(hass: HomeAssistant) -> None:
    """Give Home Assistant the states of a house."""
    temperature = {"device_class": "temperature", "unit_of_measurement": "°C"}
    hass.states.async_set("sensor.tank_top", "55", temperature)
    hass.states.async_set("sensor.puffer_unten", "30", temperature)
    hass.states.async_set("sensor.kollektor", "70", temperature)
    hass.states.async_set("sensor.tank_top_humidity", "55", {})
    hass.states.async_set("switch.boiler_release", "on")
    hass.states.async_set("sensor.house_battery_soc", "80", {"device_class": "battery"})
    hass.states.async_set("sensor.phone_battery", "80", {"device_class": "battery"})
    hass.states.async_set("switch.charger", "on")
    hass.states.async_set("select.inverter_mode", "on")
    hass.states.async_set("weather.daily_only", "sunny", {"supported_features": 1})
    hass.states.async_set(
        "weather.home",
        "sunny",
        {"supported_features": int(WeatherEntityFeature.FORECAST_HOURLY)},
    )
    hass.states.async_set("person.ben", "home")
    hass.states.async_set("person.anna", "home")
    hass.states.async_set("calendar.family", "off")


def _home_entry(hass: HomeAssistant, **options: Any) -> MockConfigEntry:
    """Return a home that is already there."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id="home",
        data={"kind": "home"},
        options={"roles": ROLES, "plant": default_plant(), **options},
    )
    entry.add_to_hass(hass)
    return entry


async def _begin(hass: HomeAssistant) -> Any:
    """Choose the home in the menu."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "home"}
    )


def _suggested(form: Any) -> dict[str, Any]:
    """Return what a form of roles suggests."""
    return {
        key.schema: key.description["suggested_value"]
        for part in form["data_schema"].schema.values()
        for key in part.schema.schema
        if key.description
    }


async def test_home_is_added_with_what_was_recognised(
    hass: HomeAssistant, house: None
) -> None:
    """The forms suggest entities and the example plant; both are saved."""
    form = await _begin(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "home"
    assert _suggested(form) == {
        "tank_top": "sensor.tank_top",
        "tank_bottom": "sensor.puffer_unten",
        "collector": "sensor.kollektor",
        "boiler_release": "switch.boiler_release",
        "battery_soc": "sensor.house_battery_soc",
        "weather": "weather.home",
        "people": ["person.anna", "person.ben"],
        "calendar": ["calendar.family"],
    }
    form = await hass.config_entries.flow.async_configure(form["flow_id"], ROLES_FORM)
    assert form["step_id"] == "home_plant"
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], form_of_plant({})
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"kind": "home"}
    assert result["options"] == {"roles": ROLES, "plant": default_plant()}
    assert result["title"] == hass.config.location_name


async def test_only_one_home(hass: HomeAssistant) -> None:
    """A second home is refused."""
    _home_entry(hass)
    result = await _begin(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("heat", "surroundings", "error"),
    [
        ({}, {"weather": "weather.home"}, "tank_needed"),
        (
            {"tank_top": "sensor.a", "tank_bottom": "sensor.a"},
            {"weather": "weather.home"},
            "same_entity",
        ),
        ({"tank_top": "sensor.a"}, {}, "forecast_needed"),
    ],
)
async def test_wrong_roles_are_told_and_can_be_corrected(
    hass: HomeAssistant,
    heat: dict[str, str],
    surroundings: dict[str, str],
    error: str,
) -> None:
    """What is missing is said, what was entered stays, and the flow goes on."""
    form = await _begin(hass)
    form = await hass.config_entries.flow.async_configure(
        form["flow_id"],
        {"heat": heat, "electricity": {}, "surroundings": surroundings},
    )
    assert form["errors"] == {"base": error}
    assert _suggested(form) == {**heat, **surroundings}
    form = await hass.config_entries.flow.async_configure(form["flow_id"], ROLES_FORM)
    assert form["step_id"] == "home_plant"


@pytest.mark.parametrize(
    ("component", "changes", "error"),
    [
        ("tank", {"probe_bottom": 60}, "probe_order"),
        ("hot_water", {"cold_c": 30, "comfort_c": 35}, None),
        ("hot_water", {"cold_c": 30, "comfort_c": 34.5}, "cold_not_below_comfort"),
        ("tank", {"maximum_c": 49}, "maximum_below_comfort"),
        ("boiler", {"setpoint_c": 45}, "setpoint_below_comfort"),
        ("boiler", {"setpoint_c": 90}, None),
        ("boiler", {"setpoint_c": 30, "installed": False}, None),
        ("heating", {"return_c": 35}, "return_not_below_supply"),
        ("heating", {"return_c": 35, "installed": False}, None),
        ("battery", {"installed": False}, "inverter_without_battery"),
        ("inverter", {"installed": False}, None),
    ],
)
def test_plants_that_cannot_be(
    component: str, changes: dict[str, Any], error: str | None
) -> None:
    """Impossible plants are refused; what the form accepts can be planned."""
    form = form_of_plant({})
    form[component] = form[component] | changes
    assert plant_error(form) == error


def test_setpoint_above_the_tank_s_maximum() -> None:
    """A boiler hotter than the tank may be is refused."""
    form = form_of_plant({})
    form["tank"]["maximum_c"] = 55
    assert plant_error(form) == "setpoint_above_maximum"


def test_limits_of_the_form_are_within_those_of_the_engine() -> None:
    """Whatever number a field takes, the planner takes it too."""
    tried = 0
    for name, component in COMPONENTS.items():
        for key, field in component.fields.items():
            for value in (field.minimum, field.maximum):
                form = form_of_plant({})
                form[name][key] = value
                if plant_error(form) is None:
                    _problem(plant_parameters(plant_of_form(form)))
                    tried += 1
    assert tried > 60


def _problem(plant: PlantParameters) -> Problem:
    """Return a problem with a plant, which checks it."""
    return Problem(
        created=dt_util.utcnow(),
        grid=TimeGrid(start=dt_util.utcnow(), step_s=1800, steps=1),
        plant=plant,
        state=PlantState(),
        forecast=ForecastSeries(
            ambient_c=(0.0,), irradiance_w_per_m2=(0.0,), pv_power_w=(0.0,)
        ),
        demand=DemandSeries(
            hot_water_kwh=(0.0,), heating_kwh=(0.0,), electric_load_w=(0.0,)
        ),
    )


def test_example_plant_is_the_engine_s_default() -> None:
    """The example in the form is the proof-of-concept house."""
    assert plant_parameters(default_plant()) == PlantParameters()
    assert plant_parameters({}) == PlantParameters()
    assert plant_of_form(form_of_plant({})) == default_plant()


def test_components_that_are_not_there() -> None:
    """What is switched off in the form does not exist for the engine."""
    form = form_of_plant({})
    for name, component in COMPONENTS.items():
        if component.optional:
            form[name]["installed"] = False
    kept = plant_of_form(form)
    plant = plant_parameters(kept)
    assert plant.collector is None
    assert plant.boiler is None
    assert plant.heating is None
    assert plant.pv is None
    assert plant.battery is None
    assert plant.inverter is None
    again = form_of_plant(kept)
    assert again["pv"]["installed"] is False
    assert again["pv"]["peak_power_w"] == 2400


async def test_wrong_plant_is_told_and_can_be_corrected(hass: HomeAssistant) -> None:
    """An impossible plant is said, and the flow goes on with what was entered."""
    form: Any = await _begin(hass)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], ROLES_FORM)
    wrong = form_of_plant({})
    wrong["tank"]["probe_bottom"] = 95
    form = await hass.config_entries.flow.async_configure(form["flow_id"], wrong)
    assert form["errors"] == {"base": "probe_order"}
    shown = form["data_schema"]({"tank": {}, **{key: {} for key in COMPONENTS}})
    assert shown["tank"]["probe_bottom"] == 95
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], form_of_plant({})
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_options_change_one_thing_and_keep_the_rest(
    hass: HomeAssistant, no_setup: Any
) -> None:
    """Roles and plant are changed one by one; the entry is loaded anew."""
    entry = _home_entry(hass, mode="automatic")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert no_setup.call_count == 1
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["roles", "plant"]
    form = await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "roles"}
    )
    assert _suggested(form) == ROLES
    form = await hass.config_entries.options.async_configure(
        form["flow_id"], {"heat": {}, "electricity": {}, "surroundings": {}}
    )
    assert form["errors"] == {"base": "tank_needed"}
    changed = {**ROLES_FORM, "heat": {"tank_middle": "sensor.middle"}}
    result = await hass.config_entries.options.async_configure(form["flow_id"], changed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["roles"] == {
        "tank_middle": "sensor.middle",
        "weather": "weather.home",
        "people": ["person.anna"],
    }
    assert entry.options["mode"] == "automatic"
    await hass.async_block_till_done()
    assert no_setup.call_count == 2

    menu = await hass.config_entries.options.async_init(entry.entry_id)
    form = await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "plant"}
    )
    wrong = form_of_plant({})
    wrong["heating"]["return_c"] = 60
    form = await hass.config_entries.options.async_configure(form["flow_id"], wrong)
    assert form["errors"] == {"base": "return_not_below_supply"}
    plant = form_of_plant({})
    plant["tank"]["volume_l"] = 800
    plant["pv"]["installed"] = False
    await hass.config_entries.options.async_configure(form["flow_id"], plant)
    assert entry.options["plant"]["tank"]["volume_l"] == 800
    assert entry.options["plant"]["pv"] is None
    assert entry.options["roles"]["tank_middle"] == "sensor.middle"


async def test_reconfigure_goes_through_both_forms(hass: HomeAssistant) -> None:
    """Setting up anew shows what is there, and keeps what the forms do not ask."""
    entry = _home_entry(hass, mode="automatic")
    form = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "home"
    assert _suggested(form) == ROLES
    form = await hass.config_entries.flow.async_configure(form["flow_id"], ROLES_FORM)
    plant = form_of_plant({})
    plant["collector"]["area_m2"] = 12
    result = await hass.config_entries.flow.async_configure(form["flow_id"], plant)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.options["plant"]["collector"]["area_m2"] == 12
    assert entry.options["mode"] == "automatic"


async def test_demo_house_makes_its_home(hass: HomeAssistant) -> None:
    """The home of a demo house is made without questions, once."""
    data = {
        "kind": "home",
        "demo_entry_id": "abc",
        "title": "Demo house",
        "roles": ROLES,
        "mode": "advise",
    }
    for reason in (None, "already_configured"):
        result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_IMPORT}, data=data
        )
        assert result.get("reason") == reason
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert entry.data == {"kind": "home", "demo_entry_id": "abc"}
    assert entry.options == {
        "roles": ROLES,
        "plant": default_plant(),
        "mode": "advise",
    }


def _forecast_selector(form: Any) -> Any:
    """Return the list of solar forecasts in a form of roles."""
    surroundings = form["data_schema"].schema["surroundings"]
    return surroundings.schema.schema["solar_forecast"]


async def test_demo_house_may_bring_its_plant(hass: HomeAssistant) -> None:
    """A demo house may have another plant, and leave the mode to the default."""
    plant = default_plant() | {"heating": None}
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IMPORT},
        data={
            "kind": "home",
            "demo_entry_id": "abc",
            "title": "Demo house",
            "roles": ROLES,
            "plant": plant,
        },
    )
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert entry.options == {"roles": ROLES, "plant": plant}


async def test_solar_forecasts_are_offered(hass: HomeAssistant) -> None:
    """Entries that forecast for the Energy dashboard can be chosen, also later."""
    source = MockConfigEntry(domain="forecaster", title="Roof")
    source.add_to_hass(hass)
    with patch(
        "custom_components.energy_manager.flow_home.async_solar_forecasts",
        return_value={source.entry_id: "Roof"},
    ):
        form = await _begin(hass)
    selector = _forecast_selector(form)
    assert selector.config["options"] == [{"value": source.entry_id, "label": "Roof"}]

    entry = _home_entry(hass)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "roles": {"solar_forecast": ["gone"]}}
    )
    selector = _forecast_selector(await entry.start_reconfigure_flow(hass))
    assert selector.config["options"] == [{"value": "gone", "label": "gone"}]


async def test_outputs_of_a_home_are_not_suggested(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """The home's own boiler release is no actuator."""
    entry = _home_entry(hass)
    own = entity_registry.async_get_or_create(
        "switch", DOMAIN, f"{entry.entry_id}_boiler_release", config_entry=entry
    )
    hass.states.async_set(own.entity_id, "on", {"friendly_name": "Boiler release"})
    assert "boiler_release" not in await async_suggest_roles(hass)
    link = MockConfigEntry(domain=DOMAIN, data={"kind": "vbus"})
    link.add_to_hass(hass)
    relay = entity_registry.async_get_or_create(
        "select", DOMAIN, "relay_3", config_entry=link
    )
    hass.states.async_set(relay.entity_id, "auto", {"friendly_name": "Boiler"})
    hass.states.async_set("switch.a_boiler", "on", {"friendly_name": "Boiler"})
    # What one of our links offers goes before what has merely the same name.
    assert (await async_suggest_roles(hass))["boiler_release"] == relay.entity_id


async def test_outputs_of_a_home_cannot_be_chosen(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """A home that commanded its own boiler release would wait for itself."""
    entry = _home_entry(hass)
    own = entity_registry.async_get_or_create(
        "switch", DOMAIN, f"{entry.entry_id}_boiler_release", config_entry=entry
    )
    form = await entry.start_reconfigure_flow(hass)
    heat = ROLES_FORM["heat"] | {"boiler_release": own.entity_id}
    with pytest.raises(InvalidData):
        await hass.config_entries.flow.async_configure(
            form["flow_id"], ROLES_FORM | {"heat": heat}
        )
    form = await hass.config_entries.flow.async_configure(form["flow_id"], ROLES_FORM)
    assert form["step_id"] == "home_plant"
