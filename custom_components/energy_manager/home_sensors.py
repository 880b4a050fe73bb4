"""What the sensors of a home read from its plan."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import UnitOfEnergy
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from . import states
from .engine.planner.plan import Plan, Run
from .engine.series import IntervalSeries
from .home import Home
from .roles import Role, entity_of

DAY: Final = timedelta(hours=24)
LONGEST_STATE: Final = 255
"""Characters that Home Assistant allows in a state."""


def _nothing_more(_home: Home, _plan: Plan) -> None:
    """Say nothing beside the state."""


@dataclass(frozen=True, kw_only=True)
class HomeSensorDescription(SensorEntityDescription):
    """Describe a sensor that reads the plan."""

    value_fn: Callable[[Home, Plan], StateType | datetime]
    more_fn: Callable[[Home, Plan], dict[str, Any] | None] = _nothing_more


def next_run(home: Home, plan: Plan) -> Run | None:
    """Return the next run that has not yet begun.

    A run that is due counts as long as the boiler is seen to rest. One that is going
    on begins anew with every plan: nobody shall be asked about it again and again.
    """
    now = dt_util.utcnow()
    boiler = entity_of(home.roles, Role.BOILER_RUNNING)
    rests = states.runs(states.fresh_state(home.hass, boiler, now)) is False
    return next(
        (run for run in plan.runs if run.start > now or (rests and run.end > now)), None
    )


def _next_start(home: Home, plan: Plan) -> datetime | None:
    """Return when the boiler starts next."""
    run = next_run(home, plan)
    return None if run is None else run.start


def _about_next_run(home: Home, plan: Plan) -> dict[str, Any] | None:
    """Return what the next run is for."""
    if (run := next_run(home, plan)) is None:
        return None
    return {
        "end": run.end.isoformat(),
        "heat_kwh": round(run.heat_kwh, 2),
        "reason": home.texts.text(
            run.reason, home.hass.config.language, dt_util.utcnow()
        ),
    }


def _next_day_kwh(plan: Plan, values_kwh: tuple[float, ...]) -> float:
    """Return the sum of energies over the next 24 hours."""
    now = dt_util.utcnow()
    series = IntervalSeries(grid=plan.grid, values=values_kwh)
    return round(series.sum_between(now, now + DAY), 2)


def _reason(home: Home, _plan: Plan) -> str | None:
    """Return why the boiler is to do what it is to do now, as far as it fits."""
    text = home.reason_text()
    if text is None or len(text) <= LONGEST_STATE:
        return text
    return text[: LONGEST_STATE - 1] + "…"


def _about_reason(home: Home, plan: Plan) -> dict[str, Any]:
    """Return the whole reason, and as programs read it."""
    decision = plan.decision
    return {
        "action": decision.action,
        "code": decision.reason.code,
        "parameters": dict(decision.reason.parameters),
        "text": home.reason_text(),
    }


HOME_SENSORS: Final = (
    HomeSensorDescription(
        key="next_boiler_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=_next_start,
        more_fn=_about_next_run,
    ),
    HomeSensorDescription(
        key="planned_solar_heat",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        value_fn=lambda _home, plan: _next_day_kwh(plan, plan.heat.solar_heat_kwh),
    ),
    HomeSensorDescription(
        key="planned_boiler_heat",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        value_fn=lambda _home, plan: _next_day_kwh(plan, plan.heat.boiler_heat_kwh),
    ),
    HomeSensorDescription(
        key="decision_reason",
        value_fn=_reason,
        more_fn=_about_reason,
    ),
)
