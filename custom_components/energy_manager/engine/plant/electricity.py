"""Direct-current side of the house: charge controller, battery and inverter.

Power in = power out at the battery's terminals: charger = battery + inverter,
charging positive. Without battery or inverter the pumps run from the grid.
"""

from dataclasses import dataclass

from . import battery, inverter, photovoltaics
from .battery import ChargeStage
from .parameters import PlantParameters


@dataclass(frozen=True, kw_only=True, slots=True)
class ElectricityStep:
    """Result of one step; powers are means over it [W]."""

    soc: float
    battery_v: float
    charge_stage: ChargeStage
    low_battery: bool
    powered: bool
    pv_power_w: float = 0.0
    charger_power_w: float = 0.0
    battery_power_w: float = 0.0
    inverter_ac_w: float = 0.0
    inverter_dc_w: float = 0.0


def step(
    parameters: PlantParameters,
    *,
    soc: float,
    battery_v: float,
    charge_stage: ChargeStage,
    low_battery: bool,
    load_w: float,
    pv_available_w: float,
    inverter_mode: int,
    charger_limit_w: float,
    dt_s: float,
) -> ElectricityStep:
    """Return the battery after `dt_s` and who gave what.

    `charger_limit_w` is the most that the charge controller may give at its
    output now; the battery takes what the inverter leaves.
    """
    store, device = parameters.battery, parameters.inverter
    if store is None or device is None:
        return ElectricityStep(
            soc=soc,
            battery_v=battery_v,
            charge_stage=ChargeStage.OFF,
            low_battery=False,
            powered=True,
            inverter_ac_w=load_w,
        )
    if low_battery:
        low_battery = soc < store.reconnect_soc
    stored_w = max(soc, 0.0) * store.capacity_kwh * 3.6e6 / dt_s
    stored_w *= store.discharge_efficiency
    dc_w = inverter.direct_current_w(device, load_w)
    short_w = dc_w - charger_limit_w
    low_battery = low_battery or soc <= store.cut_off_soc or short_w > stored_w
    powered = (
        not low_battery
        and short_w <= store.maximum_discharge_w
        and inverter.is_awake(device, inverter_mode, load_w)
    )
    if not powered:
        dc_w = min(inverter.asleep_w(device, inverter_mode), stored_w)
        dc_w = 0.0 if low_battery else dc_w
    accepted_w = min(battery.acceptance_w(store, soc), battery.room_w(store, soc, dt_s))
    # A battery that is small for the sun limits the power early, at no high voltage.
    limited = charger_limit_w > dc_w + accepted_w and battery.is_tapering(store, soc)
    charger_w = min(charger_limit_w, dc_w + accepted_w)
    battery_w = charger_w - dc_w
    soc = battery.next_soc(store, soc, battery_w, dt_s)
    stage = battery.next_stage(
        charge_stage, soc, awake=charger_limit_w > 0.0, limited=limited
    )
    pv_w = 0.0
    if parameters.pv is not None:
        pv_w = min(charger_w / parameters.pv.charger_efficiency, pv_available_w)
    return ElectricityStep(
        soc=soc,
        battery_v=battery.voltage_v(store, soc, battery_w, stage),
        charge_stage=stage,
        low_battery=low_battery,
        powered=powered,
        pv_power_w=pv_w,
        charger_power_w=charger_w,
        battery_power_w=battery_w,
        inverter_ac_w=load_w if powered else 0.0,
        inverter_dc_w=dc_w,
    )


def charger_limit_w(
    parameters: PlantParameters,
    pv_available_w: float,
    battery_v: float,
    *,
    charger_on: bool,
    current_limit_a: float | None,
) -> float:
    """Return the most that the charge controller may give at its output [W]."""
    if parameters.pv is None or not charger_on:
        return 0.0
    return photovoltaics.charger_limit_w(
        parameters.pv, pv_available_w, battery_v, current_limit_a
    )
