"""Config and options flow of the home: which entity is what, what the plant is."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from .const import (
    CONF_DEMO_ENTRY,
    CONF_KIND,
    CONF_MODE,
    CONF_PLANT,
    CONF_ROLES,
    EntryKind,
)
from .plant_profile import (
    COMPONENTS,
    CONF_INSTALLED,
    Component,
    ProfileField,
    default_plant,
    form_of_plant,
    plant_error,
    plant_of_form,
)
from .roles import (
    Role,
    async_solar_forecasts,
    async_suggest_roles,
    entities_of_homes,
    role_selector,
)

ROLE_SECTIONS: Final[Mapping[str, tuple[Role, ...]]] = {
    "heat": (
        Role.TANK_TOP,
        Role.TANK_MIDDLE,
        Role.TANK_BOTTOM,
        Role.COLLECTOR,
        Role.SOLAR_PUMP,
        Role.BOILER_RELEASE,
        Role.BOILER_RUNNING,
    ),
    "electricity": (
        Role.BATTERY_SOC,
        Role.BATTERY_VOLTAGE,
        Role.PV_POWER,
        Role.INVERTER_MODE,
        Role.INVERTER_POWER,
        Role.CHARGER,
    ),
    "surroundings": (
        Role.WEATHER,
        Role.SOLAR_FORECAST,
        Role.OUTDOOR_TEMPERATURE,
        Role.PEOPLE,
        Role.CALENDAR,
    ),
}

_TANK_PROBES: Final = (Role.TANK_TOP, Role.TANK_MIDDLE, Role.TANK_BOTTOM)
_TEMPERATURES: Final = (*_TANK_PROBES, Role.COLLECTOR, Role.OUTDOOR_TEMPERATURE)


def _number_selector(field: ProfileField) -> NumberSelector:
    """Return a box for one number of the plant."""
    return NumberSelector(
        NumberSelectorConfig(
            min=field.minimum,
            max=field.maximum,
            step=field.step,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=field.unit,
        )
    )


def _component_schema(component: Component, values: Mapping[str, Any]) -> vol.Schema:
    """Return the fields of one component of the plant."""
    schema: dict[vol.Marker, Any] = {}
    if component.optional:
        installed = vol.Required(CONF_INSTALLED, default=values[CONF_INSTALLED])
        schema[installed] = BooleanSelector()
    for key, field in component.fields.items():
        schema[vol.Required(key, default=values[key])] = _number_selector(field)
    return vol.Schema(schema)


def plant_schema(form: Mapping[str, Any]) -> vol.Schema:
    """Return the form of the plant, filled in."""
    return vol.Schema(
        {
            vol.Required(name): section(
                _component_schema(component, form[name]), {"collapsed": True}
            )
            for name, component in COMPONENTS.items()
        }
    )


async def async_roles_schema(
    hass: HomeAssistant, roles: Mapping[str, Any]
) -> vol.Schema:
    """Return the form of the roles, filled in with the given entities."""
    own = entities_of_homes(hass)
    forecasts = await async_solar_forecasts(hass)
    for entry_id in roles.get(Role.SOLAR_FORECAST, ()):
        # A forecast that is not loaded now stays chosen.
        forecasts.setdefault(entry_id, entry_id)
    sections: dict[vol.Marker, Any] = {}
    for name, members in ROLE_SECTIONS.items():
        fields: dict[vol.Marker, Any] = {}
        for role in members:
            value = roles.get(role)
            description = None if value is None else {"suggested_value": value}
            key = vol.Optional(role.value, description=description)
            if role is not Role.SOLAR_FORECAST:
                fields[key] = role_selector(role, own)
            elif forecasts:
                fields[key] = _forecast_selector(forecasts)
        sections[vol.Required(name)] = section(vol.Schema(fields), {"collapsed": False})
    return vol.Schema(sections)


def _forecast_selector(forecasts: Mapping[str, str]) -> SelectSelector:
    """Return a list of the entries that forecast solar power."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=entry_id, label=title)
                for entry_id, title in forecasts.items()
            ],
            multiple=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def roles_of_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chosen entities by role; roles left empty are not in it."""
    return {
        role: value
        for members in form.values()
        for role, value in members.items()
        if value not in (None, "", [])
    }


def roles_error(roles: Mapping[str, Any]) -> str | None:
    """Return the key of what cannot be in the chosen roles, None if all can."""
    temperatures = [roles[role] for role in _TEMPERATURES if role in roles]
    if not any(role in roles for role in _TANK_PROBES):
        return "tank_needed"
    if len(temperatures) != len(set(temperatures)):
        return "same_entity"
    if Role.WEATHER not in roles and Role.SOLAR_FORECAST not in roles:
        return "forecast_needed"
    return None


class HomeFlow(ConfigFlow):
    """Steps that add the home or set it up anew."""

    _roles: dict[str, Any]

    async def async_step_home(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which entity plays which role."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._roles = roles_of_form(user_input)
            if (error := roles_error(self._roles)) is None:
                return await self.async_step_home_plant()
            errors["base"] = error
            shown = self._roles
        elif self.source == SOURCE_RECONFIGURE:
            shown = self._get_reconfigure_entry().options[CONF_ROLES]
        else:
            await self.async_set_unique_id(EntryKind.HOME)
            self._abort_if_unique_id_configured()
            shown = await async_suggest_roles(self.hass)
        return self.async_show_form(
            step_id="home",
            data_schema=await async_roles_schema(self.hass, shown),
            errors=errors,
        )

    async def async_step_home_plant(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what the plant is made of."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if (error := plant_error(user_input)) is None:
                return self._finish_home(plant_of_form(user_input))
            errors["base"] = error
            form: Mapping[str, Any] = user_input
        elif self.source == SOURCE_RECONFIGURE:
            form = form_of_plant(self._get_reconfigure_entry().options[CONF_PLANT])
        else:
            form = form_of_plant({})
        return self.async_show_form(
            step_id="home_plant", data_schema=plant_schema(form), errors=errors
        )

    def _finish_home(self, plant: dict[str, Any]) -> ConfigFlowResult:
        """Make the entry, or renew the one that is set up anew."""
        options = {CONF_ROLES: self._roles, CONF_PLANT: plant}
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            return self.async_update_reload_and_abort(
                entry, options={**entry.options, **options}
            )
        return self.async_create_entry(
            title=self.hass.config.location_name,
            data={CONF_KIND: EntryKind.HOME},
            options=options,
        )

    async def async_step_reconfigure_home(self) -> ConfigFlowResult:
        """Go through both forms again."""
        return await self.async_step_home()

    async def async_step_import_home(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Add the home of a demo house, with its own entities for the roles."""
        demo_entry_id = data[CONF_DEMO_ENTRY]
        await self.async_set_unique_id(f"{EntryKind.HOME}_{demo_entry_id}")
        self._abort_if_unique_id_configured()
        options = {
            CONF_ROLES: data[CONF_ROLES],
            CONF_PLANT: data.get(CONF_PLANT) or default_plant(),
        }
        if CONF_MODE in data:
            options[CONF_MODE] = data[CONF_MODE]
        return self.async_create_entry(
            title=data["title"],
            data={CONF_KIND: EntryKind.HOME, CONF_DEMO_ENTRY: demo_entry_id},
            options=options,
        )


class HomeOptionsFlow(OptionsFlowWithReload):
    """Change the roles or the plant of the home."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin like every options flow."""
        return await self.async_step_home()

    async def async_step_home(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to change."""
        return self.async_show_menu(step_id="home", menu_options=["roles", "plant"])

    async def async_step_roles(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change which entity plays which role."""
        errors: dict[str, str] = {}
        shown: Mapping[str, Any] = self.config_entry.options[CONF_ROLES]
        if user_input is not None:
            shown = roles_of_form(user_input)
            if (error := roles_error(shown)) is None:
                return self._save({CONF_ROLES: shown})
            errors["base"] = error
        return self.async_show_form(
            step_id="roles",
            data_schema=await async_roles_schema(self.hass, shown),
            errors=errors,
        )

    async def async_step_plant(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what the plant is made of."""
        errors: dict[str, str] = {}
        form: Mapping[str, Any] = form_of_plant(self.config_entry.options[CONF_PLANT])
        if user_input is not None:
            if (error := plant_error(user_input)) is None:
                return self._save({CONF_PLANT: plant_of_form(user_input)})
            errors["base"] = error
            form = user_input
        return self.async_show_form(
            step_id="plant", data_schema=plant_schema(form), errors=errors
        )

    def _save(self, changed: dict[str, Any]) -> ConfigFlowResult:
        """Save what was changed, keep the rest."""
        return self.async_create_entry(data={**self.config_entry.options, **changed})
