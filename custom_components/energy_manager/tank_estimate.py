"""The estimated tank of a home: its whole profile from a few probes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import math
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from . import states
from .engine.planner.layers import Layers, initial_layers, rooms_are_cold
from .engine.plant.heating import demand_w
from .engine.plant.observer import TankObserver
from .engine.plant.parameters import PlantParameters
from .engine.plant.sensed_flows import Sensed, SensedFlows
from .engine.units import WATER_KWH_PER_L_K
from .roles import Role, entities_of, entity_of
from .storage import HomeStore

if TYPE_CHECKING:
    from .coordinator import PlanCoordinator

LOOK: Final = timedelta(minutes=5)
LEAST_LOOK: Final = timedelta(seconds=30)
"""Plans that come in a burst need no look each."""
LONGEST_GAP: Final = timedelta(minutes=30)
"""After this nobody knows what flowed meanwhile: the probes begin it anew."""
HEARD: Final = timedelta(hours=1)
"""Sensors write on change only: so long they may say nothing and still be right."""
SILENT_K_PER_H: Final = 0.5
"""What an estimate loses when its probes have said nothing for longer."""
FLOW_ROLES: Final = (
    Role.SOLAR_PUMP,
    Role.COLLECTOR,
    Role.BOILER_RUNNING,
    Role.OUTDOOR_TEMPERATURE,
)
FULL_PERCENT: Final = 100.0


@dataclass(kw_only=True, slots=True)
class Drawn:
    """Hot water drawn on a local day, as it is stored."""

    day: str
    litres: float = 0.0
    heat_kwh: float = 0.0


class TankEstimate:
    """Follows the tank of one home."""

    def __init__(
        self,
        hass: HomeAssistant,
        roles: Mapping[str, Any],
        plant: PlantParameters,
        store: HomeStore,
        coordinator: PlanCoordinator,
    ) -> None:
        """Know the plant; nothing is seen yet."""
        self.hass = hass
        self.roles = roles
        self.plant = plant
        self._store = store
        self._coordinator = coordinator
        self._observer = TankObserver(
            plant.tank, plant.hot_water, collector=plant.collector
        )
        self._flows = SensedFlows(plant)
        self._sensed = Sensed()
        self._begun = False
        self._looked: datetime | None = None
        self._gathered: datetime | None = None
        self._drawn = Drawn(day="")
        self._listeners: list[CALLBACK_TYPE] = []

    @callback
    def start(self, on_unload: Callable[[CALLBACK_TYPE], None]) -> None:
        """Follow the tank until the home is unloaded."""
        self._restore()
        self.look(dt_util.utcnow())
        on_unload(async_track_time_interval(self.hass, self.look, LOOK))
        flows = [
            entity_id
            for role in FLOW_ROLES
            for entity_id in entities_of(self.roles, role)
        ]
        if flows:
            on_unload(async_track_state_change_event(self.hass, flows, self._hear))

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each look; return how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def look(self, now: datetime) -> None:
        """Move the estimate on to now and correct it by the probes."""
        now = dt_util.as_utc(now)
        probes_c = states.tank_temperatures_c(self.hass, self.roles, now)
        if self._looked is None or not self._begun:
            self._begin(probes_c, now)
        elif timedelta() <= now - self._looked < LEAST_LOOK:
            return
        elif (
            not timedelta() <= now - self._looked <= LONGEST_GAP
            or self._observer.contradicted(probes_c)
        ):
            self._begin(probes_c, now)
        else:
            self._follow(probes_c, now)
        self._remember(now)
        for listener in self._listeners[:]:
            listener()

    # What it tells

    @property
    def known(self) -> bool:
        """Return whether the tank is known: a probe shows it now."""
        now = dt_util.utcnow()
        return (
            self._begun
            and self._looked is not None
            and timedelta() <= now - self._looked <= LONGEST_GAP
            and any(
                probe is not None
                for probe in states.tank_temperatures_c(self.hass, self.roles, now)
            )
        )

    @property
    def layers_c(self) -> tuple[float, ...]:
        """Return the layers' temperatures, bottom first; none where not known."""
        if not self.known:
            return ()
        return tuple(round(layer, 2) for layer in self._observer.profile_c)

    @property
    def zone_least_c(self) -> float | None:
        """Return what the lower end of the boiler's zone surely has."""
        if not self.known:
            return None
        silent_h = (self._silent_for(dt_util.utcnow()) - HEARD) / timedelta(hours=1)
        least_c = self._observer.sure_c(self.plant.tank.boiler_height)
        return round(least_c - SILENT_K_PER_H * max(silent_h, 0.0), 2)

    @property
    def heat_kwh(self) -> float | None:
        """Return the heat in the tank above cold water."""
        if not self.known:
            return None
        return self._observer.energy_kwh(self.plant.hot_water.cold_c)

    @property
    def usable_kwh(self) -> float | None:
        """Return the hot water that the tank gives before its top is too cold."""
        layers = initial_layers(self.plant, (), self.layers_c)
        return None if layers is None else Layers.of(self.plant).usable_kwh(*layers)

    @property
    def drawn_l(self) -> float | None:
        """Return the litres drawn today, as warm as they are used."""
        return self._drawn.litres if self._begun else None

    @property
    def drawn_kwh(self) -> float | None:
        """Return the heat in the hot water drawn today."""
        return self._drawn.heat_kwh if self._begun else None

    def rooms_are_cold(self) -> bool:
        """Return whether the tank may be too cold for the rooms."""
        probes_c = states.tank_temperatures_c(self.hass, self.roles, dt_util.utcnow())
        return rooms_are_cold(self.plant, probes_c, self.zone_least_c)

    def diagnostics(self) -> dict[str, Any]:
        """Return the estimate for the diagnostics."""
        return {
            "known": self.known,
            "looked": None if self._looked is None else self._looked.isoformat(),
            "layers_c": list(self.layers_c),
            "error_k": [round(error_k, 2) for error_k in self._observer.error_k],
            "zone_least_c": self.zone_least_c,
            "heat_kwh": _rounded(self.heat_kwh),
            "usable_kwh": _rounded(self.usable_kwh),
            "drawn": {
                "day": self._drawn.day,
                "litres": round(self._drawn.litres, 1),
                "heat_kwh": round(self._drawn.heat_kwh, 3),
            },
        }

    # How it goes on

    def _begin(self, probes_c: tuple[float | None, ...], now: datetime) -> None:
        """Begin anew with the probes."""
        self._begun = self._observer.start_from(probes_c)
        self._flows.take()
        self._sensed = self._sense(now)
        self._looked = self._gathered = now

    def _follow(self, probes_c: tuple[float | None, ...], now: datetime) -> None:
        """Move on by what flowed since the last look."""
        assert self._looked is not None
        self._gather(now)
        observer, span = self._observer, now - self._looked
        water = self.plant.hot_water
        warmth_k = max(observer.profile_c[-1] - water.cold_c, 0.0)
        before_l = observer.drawn_l
        expected_kwh = self._expected(now)[1] * (span / timedelta(hours=1))
        expected_kg = 0.0
        if warmth_k > 1.0:
            expected_kg = expected_kwh / (WATER_KWH_PER_L_K * warmth_k)
        observer.look(
            probes_c,
            self._flows.take(expected_draw_kg=expected_kg),
            span.total_seconds(),
        )
        self._looked = now
        heat_kwh = (observer.drawn_l - before_l) * WATER_KWH_PER_L_K * warmth_k
        self._drawn.heat_kwh += heat_kwh
        per_litre = WATER_KWH_PER_L_K * (water.use_c - water.cold_c)
        self._drawn.litres += heat_kwh / per_litre
        if not all(map(math.isfinite, observer.profile_c)):
            self._begin(probes_c, now)

    @callback
    def _hear(self, event: Event[EventStateChangedData]) -> None:
        """Count with what was until now, and with what is from now on."""
        self._gather(dt_util.utcnow())

    def _gather(self, now: datetime) -> None:
        """Add what flowed since the last time."""
        if self._gathered is not None and self._begun:
            dt_s = (now - self._gathered).total_seconds()
            if 0.0 < dt_s <= LONGEST_GAP.total_seconds():
                self._flows.gather(self._sensed, self._observer.profile_c, dt_s)
        self._gathered = now
        self._sensed = self._sense(now)

    def _sense(self, now: datetime) -> Sensed:
        """Return what the entities of the home show."""
        boiler = entity_of(self.roles, Role.BOILER_RUNNING)
        return Sensed(
            pump_percent=self._pump_percent(now),
            collector_c=states.temperature_c(
                self.hass, entity_of(self.roles, Role.COLLECTOR), now, states.HOTTEST_C
            ),
            boiler_on=states.runs(states.fresh_state(self.hass, boiler, now)),
            heating_w=self._expected(now)[0],
        )

    def _pump_percent(self, now: datetime) -> float | None:
        """Return the speed of the solar pump, full where only its relay is known."""
        pump = entity_of(self.roles, Role.SOLAR_PUMP)
        state = states.fresh_state(self.hass, pump, now)
        runs = states.runs(state)
        if state is None or runs is None:
            return None
        if not runs:
            return 0.0
        share = states.share(self.hass, pump, now)
        return FULL_PERCENT if share is None else FULL_PERCENT * share

    def _expected(self, now: datetime) -> tuple[float, float]:
        """Return the heat that rooms [W] and taps [kW] are expected to take now."""
        planned = self._coordinator.data
        if planned is not None:
            problem = planned.problem
            step = problem.grid.index(now)
            if step is not None:
                kw = problem.demand.heating_kwh[step] / problem.grid.step_h
                taps_kw = problem.demand.hot_water_kwh[step] / problem.grid.step_h
                return 1000.0 * kw, taps_kw
        outdoor = entity_of(self.roles, Role.OUTDOOR_TEMPERATURE)
        outdoor_c = states.temperature_c(self.hass, outdoor, now)
        heating = self.plant.heating
        if heating is None or outdoor_c is None:
            return 0.0, 0.0
        return demand_w(heating, outdoor_c), 0.0

    def _silent_for(self, now: datetime) -> timedelta:
        """Return since when no probe has said anything."""
        heard = [
            state.last_reported
            for role in states.TANK_PROBES
            if (
                state := states.fresh_state(self.hass, entity_of(self.roles, role), now)
            )
        ]
        return max(now - max(heard), timedelta()) if heard else states.STALE

    # What outlasts a restart

    def _remember(self, now: datetime) -> None:
        """Keep the estimate; what was drawn begins anew at midnight."""
        day = dt_util.as_local(now).date().isoformat()
        if self._drawn.day != day:
            self._drawn = Drawn(day=day)
        if not self._begun:
            return
        self._store.memory.tank = {
            "at": now.isoformat(),
            "layers_c": [round(layer, 3) for layer in self._observer.profile_c],
            "error_k": [round(error_k, 3) for error_k in self._observer.error_k],
            "day": self._drawn.day,
            "litres": round(self._drawn.litres, 3),
            "heat_kwh": round(self._drawn.heat_kwh, 4),
        }
        self._store.schedule_save_tank()

    def _restore(self) -> None:
        """Take up the estimate of before a restart, the profile if it is young."""
        stored = self._store.memory.tank
        if not stored:
            return
        self._drawn = Drawn(
            day=stored["day"], litres=stored["litres"], heat_kwh=stored["heat_kwh"]
        )
        at = dt_util.parse_datetime(stored["at"])
        layers_c, error_k = stored["layers_c"], stored["error_k"]
        nodes = self.plant.tank.nodes
        now = dt_util.utcnow()
        if (
            at is None
            or not timedelta() <= now - at <= LONGEST_GAP
            or len(layers_c) != nodes
            or len(error_k) != nodes
        ):
            return
        self._observer.profile_c = [float(layer) for layer in layers_c]
        self._observer.error_k = [float(error) for error in error_k]
        self._looked = self._gathered = at
        self._begun = True


def _rounded(value: float | None) -> float | None:
    """Return a heat as the diagnostics show it."""
    return None if value is None else round(value, 2)
