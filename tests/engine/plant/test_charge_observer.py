"""The state of charge from a monitor, a current or a voltage."""

import pytest

from custom_components.energy_manager.engine.plant import battery
from custom_components.energy_manager.engine.plant.charge_observer import (
    ChargeObserver,
    ChargeReading,
    soc_at_rest,
)
from custom_components.energy_manager.engine.plant.electricity import Electricity
from custom_components.energy_manager.engine.plant.inverter import InverterMode
from custom_components.energy_manager.engine.plant.parameters import (
    BatteryParameters,
    PlantParameters,
)

LFP = BatteryParameters()
LEAD = BatteryParameters(
    chemistry="lead",
    charge_efficiency=0.85,
    discharge_efficiency=0.95,
    maximum_charge_w=700.0,
)


def test_a_monitor_is_believed() -> None:
    """Its figure counts, whatever the voltage looks like."""
    observer = ChargeObserver(LFP)
    charge = observer.look(ChargeReading(soc=0.42, voltage_v=14.3, power_w=0.0), 10.0)
    assert charge is not None
    assert charge.soc == 0.42
    assert charge.unsure < 0.05


def test_nothing_known_is_unknown() -> None:
    """Without a monitor and before any anchor nothing is claimed."""
    observer = ChargeObserver(LFP)
    assert observer.look(ChargeReading(voltage_v=13.2, power_w=-50.0), 60.0) is None
    assert observer.look(ChargeReading(), 60.0) is None


def test_full_after_three_minutes_at_absorption() -> None:
    """High voltage with hardly any current is full, not before its time."""
    observer = ChargeObserver(LFP)
    reading = ChargeReading(voltage_v=14.2, power_w=50.0)
    assert observer.look(reading, 120.0) is None
    charge = observer.look(reading, 60.0)
    assert charge is not None
    assert charge.soc == 1.0
    busy = ChargeObserver(LFP)
    strong = ChargeReading(voltage_v=14.2, power_w=800.0)
    assert busy.look(strong, 600.0) is None


def test_counting_goes_on_from_the_anchor() -> None:
    """Half an hour of 480 W out of 4.8 kWh are five percent and the losses."""
    observer = ChargeObserver(LFP)
    observer.look(ChargeReading(soc=0.8), 1.0)
    charge = observer.look(ChargeReading(voltage_v=13.1, power_w=-480.0), 1800.0)
    assert charge is not None
    assert charge.soc == pytest.approx(0.8 - 0.05 / 0.97)
    blind = observer.look(ChargeReading(), 6 * 3600.0)
    assert blind is not None
    assert blind.soc == charge.soc
    assert blind.unsure > charge.unsure + 0.2


@pytest.mark.parametrize("soc", [0.05, 0.3, 0.6, 0.95])
def test_rest_voltage_of_lead(soc: float) -> None:
    """After an hour's rest a lead battery's voltage tells its charge."""
    observer = ChargeObserver(LEAD)
    volts = battery.rest_voltage_v(LEAD, soc)
    for _ in range(12):
        observer.look(ChargeReading(voltage_v=volts, power_w=-5.0), 300.0)
    assert observer.charge is not None
    assert observer.charge.soc == pytest.approx(soc, abs=0.01)
    assert soc_at_rest(LEAD, volts) == pytest.approx(soc, abs=1e-9)


def test_flat_voltage_of_lithium_tells_little() -> None:
    """Between 20 and 90 percent the voltage never moves a figure that is counted."""
    observer = ChargeObserver(LFP)
    observer.look(ChargeReading(soc=0.35), 1.0)
    volts = battery.rest_voltage_v(LFP, 0.7)
    for _ in range(24):
        observer.look(ChargeReading(voltage_v=volts, power_w=-1.0), 300.0)
    assert observer.charge is not None
    assert observer.charge.soc == pytest.approx(0.35, abs=0.01)
    fresh = ChargeObserver(LFP)
    for _ in range(24):
        fresh.look(ChargeReading(voltage_v=volts, power_w=-1.0), 300.0)
    assert fresh.charge is not None
    assert fresh.charge.unsure > 0.3


@pytest.mark.parametrize("parameters", [LFP, LEAD], ids=["lfp", "lead"])
def test_follows_a_simulated_battery(parameters: BatteryParameters) -> None:
    """Ten days of sun and load: within a tenth once the battery was full once."""
    plant = PlantParameters(battery=parameters)
    electric = Electricity(plant, soc=0.5)
    observer = ChargeObserver(parameters)
    worst, seen_full = 0.0, False
    for step in range(10 * 288):
        hour = step % 288 / 12.0
        sun_w = 1500.0 if 9.0 <= hour < 16.0 else 0.0
        limit_w = electric.charger_limit_w(sun_w)
        electric.advance(60.0, sun_w, limit_w, InverterMode.ON, 300.0)
        charge = observer.look(
            ChargeReading(
                voltage_v=electric.battery_v,
                power_w=electric.battery_power_w,
                floats=electric.charge_stage is battery.ChargeStage.FLOAT,
            ),
            300.0,
        )
        seen_full = seen_full or (charge is not None and charge.unsure < 0.04)
        if seen_full and charge is not None:
            worst = max(worst, abs(charge.soc - electric.soc))
    assert seen_full
    assert worst < 0.1
