"""The world of the demo house: one physical house, its clock and its meters."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

import numpy as np

from .demo_devices import DeviceReadings
from .engine.plant import house
from .engine.plant.battery import ChargeStage
from .engine.plant.controller import RelayMode
from .engine.plant.house_state import HouseFlows, HouseInputs, HouseState
from .engine.plant.inverter import InverterMode
from .engine.plant.parameters import PlantParameters
from .engine.plant.simulation import (
    Surroundings,
    inputs_at,
    inputs_between,
    plausible_state,
)
from .engine.plant.weather import Scenario, weather_at
from .engine.vbus.emulation import ControllerReadings
from .engine.vedirect.emulation import (
    BatteryReadings,
    ChargerReadings,
    InverterReadings,
)

HOUR_S: Final = 3600.0
DAY_S: Final = 86400.0
STEP_S: Final = 60.0
"""Longest step while the house runs."""
PAST_STEP_S: Final = 300.0
"""Step through the past: as often as the recorder keeps short-term statistics."""
PAST: Final = timedelta(days=14)
RESUME: Final = timedelta(hours=2)
"""After a longer pause the saved house is too far from what it would be by now."""

FIRST_YIELD_KWH: Final = 4210.0
FIRST_CYCLED_KWH: Final = 1180.0
FIRST_HEAT_WH: Final = 31.4e6
FIRST_VOLUME_L: Final = 1.62e6
"""What the meters of a house that is some years old show."""

LOADS_W: Final = ((6.5, 8.0, 40.0), (18.0, 23.0, 60.0))
"""Lamps and small things on the inverter: from and to which hour, and their power."""

RAIN_FROM_COVER: Final = 0.985
RAIN_MM_PER_COVER: Final = 100.0
"""The thickest clouds bring up to 1.5 mm of rain per hour."""
ALARM_LOW_VOLTAGE: Final = 1
LIMITED: Final = 1
TRACKING: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Actuators:
    """What Home Assistant has written to the devices."""

    relay_modes: dict[int, int] = field(default_factory=dict)
    inverter_mode: int = InverterMode.ON
    charger_on: bool = True
    charger_limit_a: float | None = None

    def applied(self, inputs: HouseInputs) -> HouseInputs:
        """Return what acts on the house, the written values included."""
        modes = self.relay_modes
        return replace(
            inputs,
            pump_mode=modes.get(1, RelayMode.AUTO),
            valve_mode=modes.get(2, RelayMode.AUTO),
            boiler_mode=modes.get(3, RelayMode.AUTO),
            inverter_mode=self.inverter_mode,
            charger_on=self.charger_on,
            charger_current_limit_a=self.charger_limit_a,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class HourWeather:
    """Weather at the beginning of an hour."""

    start: datetime
    cloud_cover: float
    """Covered share of the sky, 0 to 1."""
    temperature_c: float
    precipitation_mm: float
    daylight: bool


@dataclass(slots=True, kw_only=True)
class Meters:
    """Counters of the devices, which go on for as long as the house stands."""

    day: int
    """Local date as its ordinal number."""
    heat_day_start_wh: float = FIRST_HEAT_WH
    heat_week_start_wh: float = FIRST_HEAT_WH
    yield_kwh: float = FIRST_YIELD_KWH
    yield_today_kwh: float = 0.0
    yield_yesterday_kwh: float = 0.0
    max_power_today_w: float = 0.0
    max_power_yesterday_w: float = 0.0
    charged_kwh: float = FIRST_CYCLED_KWH
    discharged_kwh: float = FIRST_CYCLED_KWH

    def count(self, flows: HouseFlows, heat_wh: float, local: datetime) -> None:
        """Add what happened in a step that ended at a local time."""
        if local.toordinal() != self.day:
            self._begin_day(heat_wh, local)
        pv_kwh = flows.pv_power_w * flows.dt_s / 3.6e6
        self.yield_kwh += pv_kwh
        self.yield_today_kwh += pv_kwh
        self.max_power_today_w = max(self.max_power_today_w, flows.pv_power_w)
        battery_kwh = flows.battery_power_w * flows.dt_s / 3.6e6
        self.charged_kwh += max(battery_kwh, 0.0)
        self.discharged_kwh -= min(battery_kwh, 0.0)

    def _begin_day(self, heat_wh: float, local: datetime) -> None:
        """Start the counters of a new day, and on Mondays those of the week."""
        self.day = local.toordinal()
        self.heat_day_start_wh = heat_wh
        if local.weekday() == 0:
            self.heat_week_start_wh = heat_wh
        self.yield_yesterday_kwh, self.yield_today_kwh = self.yield_today_kwh, 0.0
        self.max_power_yesterday_w = self.max_power_today_w
        self.max_power_today_w = 0.0


class DemoWorld:
    """The house at one moment of its own clock."""

    def __init__(
        self, surroundings: Surroundings, clock_s: float, state: HouseState
    ) -> None:
        """Stand somewhere, in a state, with meters that have counted for years."""
        self.parameters = PlantParameters()
        self.surroundings = surroundings
        self.clock_s = clock_s
        self.state = replace(
            state, heat_total_wh=FIRST_HEAT_WH, volume_total_l=FIRST_VOLUME_L
        )
        self.meters = Meters(day=self.local_time.toordinal())
        self._look()

    def _look(self) -> None:
        """Read the sensors without letting time pass worth mentioning."""
        _, self.flows = house.step(
            self.parameters,
            self.state,
            inputs_at(self.parameters, self.surroundings, self.clock_s),
            0.001,
        )

    @classmethod
    def plausible(cls, surroundings: Surroundings, clock_s: float) -> Self:
        """Return a house as it would be after some days of such weather."""
        parameters = PlantParameters()
        state = plausible_state(parameters, surroundings, clock_s)
        return cls(surroundings, clock_s, state)

    @property
    def local_time(self) -> datetime:
        """Return what the clocks in the house show."""
        return datetime.fromtimestamp(self.clock_s, self.surroundings.zone)

    def choose(self, *, scenario: Scenario, people: float) -> None:
        """Let another weather or other people in."""
        self.surroundings = replace(self.surroundings, scenario=scenario, people=people)

    def fill_tank(self, temperature_c: float) -> None:
        """Bring the whole tank to one temperature."""
        tank_c = (float(temperature_c),) * len(self.state.tank_c)
        self.state = replace(self.state, tank_c=tank_c)

    def advance(self, seconds: float, actuators: Actuators) -> None:
        """Let time pass in the house."""
        if seconds <= 0.0:
            return
        steps = max(1, int(-(-seconds // STEP_S)))
        for inputs in self._inputs(steps, seconds / steps):
            self._step(actuators.applied(inputs), seconds / steps)

    def past(self, until_s: float) -> Iterator[tuple[float, DeviceReadings]]:
        """Let the time until an instant pass; yield times and readings on the way."""
        steps = int((until_s - self.clock_s) // PAST_STEP_S)
        for inputs in self._inputs(steps, PAST_STEP_S):
            self._step(inputs, PAST_STEP_S)
            yield self.clock_s, self.readings()
        self.advance(until_s - self.clock_s, Actuators())

    def _inputs(self, steps: int, step_s: float) -> Iterable[HouseInputs]:
        """Return what acts on the house in the coming steps."""
        return inputs_between(
            self.parameters, self.surroundings, self.clock_s, steps, step_s
        )

    def _step(self, inputs: HouseInputs, step_s: float) -> None:
        """Take one step."""
        local = self.local_time
        hour = local.hour + local.minute / 60.0
        load_w = sum(load_w for begin, end, load_w in LOADS_W if begin <= hour < end)
        self.state, self.flows = house.step(
            self.parameters,
            self.state,
            replace(inputs, electrical_load_w=load_w),
            step_s,
        )
        self.clock_s += step_s
        self.meters.count(self.flows, self.state.heat_total_wh, self.local_time)

    def weather_of_hours(self, start: datetime, hours: int) -> list[HourWeather]:
        """Return the weather hour by hour from an instant on."""
        times_s = start.timestamp() + HOUR_S * np.arange(hours, dtype=np.float64)
        surroundings = self.surroundings
        weather = weather_at(surroundings.site, times_s, surroundings.scenario)
        rows = zip(
            times_s.tolist(),
            weather.cloud_cover.tolist(),
            weather.ambient_c.tolist(),
            weather.sun.up.tolist(),
            strict=True,
        )
        return [
            HourWeather(
                start=datetime.fromtimestamp(time_s, UTC),
                cloud_cover=cover,
                temperature_c=temperature_c,
                precipitation_mm=RAIN_MM_PER_COVER * max(cover - RAIN_FROM_COVER, 0.0),
                daylight=up > 0.0,
            )
            for time_s, cover, temperature_c, up in rows
        ]

    def weather_now(self) -> HourWeather:
        """Return the weather outside the house."""
        return self.weather_of_hours(self.local_time, 1)[0]

    def readings(self) -> DeviceReadings:
        """Return what the devices measure."""
        return DeviceReadings(
            controller=self._controller(),
            charger=self._charger(),
            inverter=self._inverter(),
            battery=self._battery(),
        )

    def _controller(self) -> ControllerReadings:
        flows, state = self.flows, self.state
        return ControllerReadings(
            temperatures_c=(
                flows.collector_c,
                flows.tank_bottom_c,
                flows.tank_top_c,
                flows.tank_middle_c,
            ),
            flow_l_per_h=flows.solar_flow_l_per_h,
            relays_percent=(
                flows.pump_output_percent,
                flows.valve_percent,
                100.0 if flows.boiler_relay else 0.0,
            ),
            pwm_percent=flows.pump_output_percent,
            heat_wh=state.heat_total_wh,
            heat_power_w=max(flows.solar_heat_w, 0.0),
            heat_today_wh=state.heat_total_wh - self.meters.heat_day_start_wh,
            heat_week_wh=state.heat_total_wh - self.meters.heat_week_start_wh,
            volume_l=state.volume_total_l,
            local_time=self.local_time.replace(tzinfo=None),
        )

    def _charger(self) -> ChargerReadings:
        flows, meters = self.flows, self.meters
        tracker = LIMITED if flows.pv_curtailed_w > 1.0 else TRACKING
        return ChargerReadings(
            battery_voltage_v=flows.battery_v,
            battery_current_a=flows.charger_current_a,
            panel_voltage_v=flows.pv_voltage_v,
            panel_power_w=flows.pv_power_w,
            state=int(flows.charge_stage),
            tracker=0 if flows.charge_stage is ChargeStage.OFF else tracker,
            yield_total_kwh=meters.yield_kwh,
            yield_today_kwh=meters.yield_today_kwh,
            yield_yesterday_kwh=meters.yield_yesterday_kwh,
            max_power_today_w=meters.max_power_today_w,
            max_power_yesterday_w=meters.max_power_yesterday_w,
            day=meters.day % 365,
        )

    def _inverter(self) -> InverterReadings:
        flows = self.flows
        return InverterReadings(
            battery_voltage_v=flows.battery_v,
            ac_voltage_v=flows.inverter_ac_v,
            ac_current_a=flows.inverter_ac_a,
            ac_apparent_power_va=flows.inverter_ac_v * flows.inverter_ac_a,
            alarm_reason=ALARM_LOW_VOLTAGE if flows.low_battery else 0,
        )

    def _battery(self) -> BatteryReadings:
        flows, battery = self.flows, self.parameters.battery
        assert battery is not None
        capacity_ah = 1000.0 * battery.capacity_kwh / battery.nominal_v
        current_a = flows.battery_current_a
        to_go = None
        if current_a < 0.0:
            to_go = round(60.0 * flows.soc * capacity_ah / -current_a)
        return BatteryReadings(
            voltage_v=flows.battery_v,
            current_a=current_a,
            state_of_charge_percent=100.0 * flows.soc,
            consumed_ah=-(1.0 - flows.soc) * capacity_ah,
            time_to_go_min=to_go,
            discharged_kwh=self.meters.discharged_kwh,
            charged_kwh=self.meters.charged_kwh,
        )

    def keep_counting(self, other: DemoWorld) -> None:
        """Let the counters go on from where another house left them."""
        self.meters = other.meters
        self.state = replace(
            self.state,
            heat_total_wh=other.state.heat_total_wh,
            volume_total_l=other.state.volume_total_l,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the house as JSON keeps it."""
        return {
            "clock_s": self.clock_s,
            "state": asdict(self.state),
            "meters": asdict(self.meters),
        }

    @classmethod
    def from_dict(cls, saved: dict[str, Any], surroundings: Surroundings) -> Self:
        """Return the house that was saved."""
        values = dict(saved["state"])
        values["tank_c"] = tuple(values["tank_c"])
        values["charge_stage"] = ChargeStage(values["charge_stage"])
        state = HouseState(**values)
        world = cls(surroundings, saved["clock_s"], state)
        world.state = state
        world.meters = Meters(**saved["meters"])
        return world
