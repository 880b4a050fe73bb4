"""Photovoltaics, battery, inverter and boiler by themselves."""

import pytest

from custom_components.energy_manager.engine.plant import (
    battery,
    boiler,
    inverter,
    photovoltaics,
)
from custom_components.energy_manager.engine.plant.battery import ChargeStage
from custom_components.energy_manager.engine.plant.electricity import Electricity
from custom_components.energy_manager.engine.plant.inverter import InverterMode
from custom_components.energy_manager.engine.plant.parameters import (
    BatteryParameters,
    BoilerParameters,
    InverterParameters,
    PlantParameters,
    PVParameters,
)

LFP = BatteryParameters()
LEAD = BatteryParameters(chemistry="lead")
PV = PVParameters()
INVERTER = InverterParameters()
PLANT = PlantParameters()


def test_module_temperature_by_faiman() -> None:
    """At 800 W/m2, 20 degC and 1 m/s the modules are 25 K warmer."""
    assert photovoltaics.module_c(800.0, 20.0, 1.0) == pytest.approx(45.1, abs=0.1)


def test_power_at_standard_conditions() -> None:
    """With modules at 25 degC and no losses the peak power comes out."""
    parameters = PVParameters(system_loss=0.0)
    ambient_c = 25.0 - 1000.0 / (25.0 + 6.84 * 1.5)
    found = photovoltaics.power_w(parameters, 1000.0, ambient_c)
    assert found == pytest.approx(2400.0)


def test_power_falls_with_heat() -> None:
    """0.35 % less for every kelvin."""
    cool = photovoltaics.power_w(PV, 1000.0, 0.0)
    hot = photovoltaics.power_w(PV, 1000.0, 20.0)
    assert (cool - hot) / (2400.0 * 0.9) == pytest.approx(20.0 * 0.0035)


@pytest.mark.parametrize("irradiance", [0.0, -5.0])
def test_no_power_without_light(irradiance: float) -> None:
    """Night and sensor noise give zero."""
    assert photovoltaics.power_w(PV, irradiance, 10.0) == 0.0
    assert photovoltaics.voltage_v(PV, irradiance, 10.0, 1.0) == 0.0


def test_charger_is_limited_by_its_current() -> None:
    """70 A at 13.5 V are 945 W whatever the sun gives; less if set lower."""
    assert photovoltaics.charger_limit_w(PV, 2000.0, 13.5) == pytest.approx(945.0)
    assert photovoltaics.charger_limit_w(PV, 500.0, 13.5) == pytest.approx(485.0)
    assert photovoltaics.charger_limit_w(PV, 2000.0, 13.5, 10.0) == pytest.approx(135.0)
    assert photovoltaics.charger_limit_w(PV, 2.0, 13.5) == 0.0


def test_voltage_rises_when_curtailed() -> None:
    """Between the point of greatest power and the open circuit."""
    used = photovoltaics.voltage_v(PV, 800.0, 20.0, 1.0)
    idle = photovoltaics.voltage_v(PV, 800.0, 20.0, 0.0)
    assert 80.0 < used < 100.0
    assert idle == pytest.approx(1.2 * used)


@pytest.mark.parametrize(
    ("parameters", "soc", "volts"),
    [
        (LFP, 1.0, 13.6),
        (LFP, 0.5, 13.15),
        (LFP, 0.2, 12.9),
        (LFP, 0.0, 11.0),
        (LFP, -0.1, 11.0),
        (LFP, 1.2, 13.6),
        (LEAD, 1.0, 12.75),
        (LEAD, 0.5, 12.2),
        (LEAD, 0.0, 11.6),
        (LEAD, 0.625, 12.325),
    ],
)
def test_rest_voltage(parameters: BatteryParameters, soc: float, volts: float) -> None:
    """The published rest voltages and straight lines between."""
    assert battery.rest_voltage_v(parameters, soc) == pytest.approx(volts)


def test_voltage_under_load_and_charge() -> None:
    """A load pulls the voltage down; each charging stage holds its own."""
    rest = battery.rest_voltage_v(LFP, 0.5)
    assert battery.voltage_v(LFP, 0.5, -600.0, ChargeStage.OFF) < rest - 0.1
    assert battery.voltage_v(LFP, 0.5, 600.0, ChargeStage.BULK) > rest + 0.1
    assert battery.voltage_v(LFP, 0.98, 300.0, ChargeStage.ABSORPTION) == 14.2
    assert battery.voltage_v(LEAD, 1.0, 0.0, ChargeStage.FLOAT) == 13.8


def test_stages_of_a_day() -> None:
    """Bulk, absorption when limited, float when full, off at night."""
    stage = battery.next_stage(ChargeStage.OFF, 0.5, awake=True, limited=False)
    assert stage is ChargeStage.BULK
    stage = battery.next_stage(stage, 0.97, awake=True, limited=True)
    assert stage is ChargeStage.ABSORPTION
    stage = battery.next_stage(stage, 0.999, awake=True, limited=True)
    assert stage is ChargeStage.FLOAT
    stage = battery.next_stage(stage, 0.97, awake=True, limited=False)
    assert stage is ChargeStage.FLOAT
    stage = battery.next_stage(stage, 0.90, awake=True, limited=False)
    assert stage is ChargeStage.BULK
    assert battery.next_stage(stage, 0.9, awake=False, limited=False) is ChargeStage.OFF


def test_energy_of_a_cycle() -> None:
    """A kWh in and out again loses what the efficiencies say."""
    filled = battery.next_soc(LFP, 0.5, 1000.0, 3600.0)
    assert filled - 0.5 == pytest.approx(0.96 / 4.8)
    emptied = battery.next_soc(LFP, filled, -1000.0 * 0.96 * 0.97, 3600.0)
    assert emptied == pytest.approx(0.5)


def test_acceptance_tapers() -> None:
    """Full power up to the taper, the tail current when full, nothing beyond."""
    assert battery.acceptance_w(LFP, 0.5) == 1500.0
    assert 144.0 < battery.acceptance_w(LFP, 0.98) < 1500.0
    assert battery.acceptance_w(LFP, 1.0) == 0.0
    assert battery.acceptance_w(LEAD, 0.9) < battery.acceptance_w(LFP, 0.9)


def test_inverter_efficiency() -> None:
    """The best point is the given efficiency; at 45 W it is 0.80 to 0.85."""
    loads = [10.0 * step for step in range(1, 121)]
    best = max(load / inverter.direct_current_w(INVERTER, load) for load in loads)
    assert best == pytest.approx(0.92, abs=1e-3)
    assert 0.80 < 45.0 / inverter.direct_current_w(INVERTER, 45.0) < 0.86
    assert inverter.direct_current_w(INVERTER, 0.0) == 8.0


def test_ideal_inverter() -> None:
    """Without idle power the efficiency is the same at every load."""
    ideal = InverterParameters(idle_w=0.0, efficiency=0.98)
    for load in (1.0, 100.0, 1200.0):
        assert load / inverter.direct_current_w(ideal, load) == pytest.approx(0.98)


@pytest.mark.parametrize(
    ("mode", "load_w", "awake"),
    [
        (InverterMode.ON, 0.0, True),
        (InverterMode.ON, 1400.0, False),
        (InverterMode.OFF, 50.0, False),
        (InverterMode.ECO, 12.0, False),
        (InverterMode.ECO, 50.0, True),
    ],
)
def test_inverter_modes(mode: InverterMode, load_w: float, *, awake: bool) -> None:
    """Off gives nothing, eco only larger loads, overload shuts down."""
    assert inverter.is_awake(INVERTER, mode, load_w) is awake


def run(
    soc: float,
    *,
    load_w: float = 100.0,
    pv_available_w: float = 0.0,
    charger_limit_w: float = 0.0,
    low_battery: bool = False,
) -> Electricity:
    """Return the electric side after a minute."""
    electric = Electricity(PLANT, soc=soc, battery_v=13.0, low_battery=low_battery)
    electric.advance(load_w, pv_available_w, charger_limit_w, InverterMode.ON, 60.0)
    return electric


def test_power_balance_at_the_battery() -> None:
    """Charger = battery + inverter in every combination."""
    for soc in (0.0, 0.04, 0.5, 0.97, 1.0):
        for sun_w in (0.0, 50.0, 2000.0):
            for load_w in (0.0, 100.0, 1100.0, 5000.0):
                result = run(
                    soc,
                    load_w=load_w,
                    pv_available_w=sun_w,
                    charger_limit_w=sun_w * 0.97,
                )
                assert result.charger_power_w == pytest.approx(
                    result.battery_power_w + result.inverter_dc_w
                )
                assert 0.0 <= result.soc <= 1.0 + 1e-9
                assert result.pv_power_w <= sun_w


def test_stage_of_a_battery_with_a_low_limit() -> None:
    """Half full it stays in bulk although it does not take all the sun gives."""
    half = run(0.5, pv_available_w=4000.0, charger_limit_w=3800.0)
    assert half.battery_power_w == pytest.approx(1500.0)
    assert half.charge_stage is ChargeStage.BULK
    nearly = run(0.98, pv_available_w=4000.0, charger_limit_w=3800.0)
    assert nearly.charge_stage is ChargeStage.ABSORPTION


def test_empty_battery_shuts_down_and_comes_back() -> None:
    """At the cut-off everything stops until the battery has recovered."""
    off = run(0.04)
    assert not off.powered
    assert off.low_battery
    still = run(0.08, low_battery=True)
    assert not still.powered
    back = run(0.11, low_battery=True)
    assert back.powered


def test_sun_alone_does_not_hold_an_empty_battery() -> None:
    """An empty battery charges first, whatever the sun gives."""
    result = run(0.03, pv_available_w=2000.0, charger_limit_w=900.0)
    assert not result.powered
    assert result.battery_power_w == pytest.approx(900.0)


def test_house_without_battery_runs_from_the_grid() -> None:
    """No inverter of its own: the pumps always have electricity."""
    plant = PlantParameters(battery=None, inverter=None, pv=None)
    result = Electricity(plant, soc=0.0)
    result.advance(50.0, 0.0, 0.0, InverterMode.OFF, 60.0)
    assert result.powered
    assert result.inverter_ac_w == 50.0


def test_boiler_keeps_its_shortest_times() -> None:
    """It neither stops nor starts again before its time."""
    parameters = BoilerParameters(minimum_on_min=20.0, minimum_off_min=10.0)

    def after(minutes: float, *, burning: bool) -> bool:
        return boiler.next_state(
            parameters, wanted=not burning, burning=burning, since_change_s=minutes * 60
        )

    assert after(19.0, burning=True)
    assert not after(21.0, burning=True)
    assert not after(9.0, burning=False)
    assert after(11.0, burning=False)


def test_boiler_safety() -> None:
    """It stops at its own limit and needs 5 K to start again."""
    parameters = BoilerParameters(safety_c=80.0)
    assert boiler.may_burn(parameters, 79.9, burning=True)
    assert not boiler.may_burn(parameters, 80.0, burning=True)
    assert not boiler.may_burn(parameters, 76.0, burning=False)
    assert boiler.may_burn(parameters, 74.0, burning=False)


def test_fuel_cost_and_carbon_dioxide() -> None:
    """10 kWh of heat in two starts at 0.85 take 12.2 kWh of fuel."""
    parameters = BoilerParameters()
    fuel_kwh = boiler.fuel_j(parameters, 10.0 * 3.6e6, 2) / 3.6e6
    assert fuel_kwh == pytest.approx(10.0 / 0.85 + 0.4)
    assert boiler.co2_kg(parameters, fuel_kwh) == pytest.approx(0.266 * fuel_kwh)
    assert boiler.cost_eur(parameters, fuel_kwh) == pytest.approx(0.11 * fuel_kwh)
