"""Direct-current side of the house: charge controller, battery and inverter.

Power in = power out at the battery's terminals: charger = battery + inverter,
charging positive. Without battery or inverter the pumps run from the grid.
"""

from . import battery, inverter, photovoltaics
from .battery import ChargeStage
from .parameters import BatteryParameters, InverterParameters, PlantParameters


class Electricity:
    """The changing values of the electric side; `advance` moves them on.

    Values ending in `_w` are means over the last step. `soc` is the state of charge
    0..1; `powered` tells whether pumps and electronics had their electricity, `on_grid`
    whether the grid gave it in the inverter's place.
    """

    __slots__ = (
        "_losses",
        "_parameters",
        "_start_v",
        "battery_power_w",
        "charge_stage",
        "charger_power_w",
        "inverter_ac_w",
        "inverter_dc_w",
        "low_battery",
        "on_grid",
        "powered",
        "pv_power_w",
        "soc",
    )

    def __init__(
        self,
        parameters: PlantParameters,
        *,
        soc: float,
        battery_v: float = 13.2,
        charge_stage: ChargeStage = ChargeStage.OFF,
        low_battery: bool = False,
    ) -> None:
        """Take over a state."""
        self._parameters = parameters
        device = parameters.inverter
        self._losses = (0.0, 0.0) if device is None else inverter.losses(device)
        self.soc = soc
        self._start_v: float | None = battery_v
        self.charge_stage = charge_stage
        self.low_battery = low_battery
        self.powered = True
        self.on_grid = False
        self.pv_power_w = self.charger_power_w = self.battery_power_w = 0.0
        self.inverter_ac_w = self.inverter_dc_w = 0.0

    @property
    def battery_v(self) -> float:
        """Voltage at the battery's terminals, at the end of the last step [V]."""
        if self._start_v is not None:
            return self._start_v
        store = self._parameters.battery
        assert store is not None
        return battery.voltage_v(
            store, self.soc, self.battery_power_w, self.charge_stage
        )

    def charger_limit_w(
        self,
        pv_available_w: float,
        *,
        charger_on: bool = True,
        current_limit_a: float | None = None,
    ) -> float:
        """Return the most that the charge controller may give at its output [W]."""
        modules = self._parameters.pv
        if modules is None or not charger_on:
            return 0.0
        return photovoltaics.charger_limit_w(
            modules, pv_available_w, self.battery_v, current_limit_a
        )

    def advance(
        self,
        load_w: float,
        pv_available_w: float,
        charger_limit_w: float,
        inverter_mode: int,
        dt_s: float,
    ) -> None:
        """Feed a load for `dt_s` seconds.

        `charger_limit_w` is the most that the charge controller may give at its
        output now; the battery takes what the inverter leaves.
        """
        store, device = self._parameters.battery, self._parameters.inverter
        if store is None or device is None:
            self.inverter_ac_w = load_w
            return
        soc = self.soc
        dc_w = self._feed(store, device, load_w, charger_limit_w, inverter_mode, dt_s)
        charger_w = 0.0
        limited = False
        if charger_limit_w > 0.0:
            accepted_w = min(
                battery.acceptance_w(store, soc), battery.room_w(store, soc, dt_s)
            )
            # A battery that is small for the sun limits the power early, at no high
            # voltage.
            limited = charger_limit_w > dc_w + accepted_w and battery.is_tapering(
                store, soc
            )
            charger_w = min(charger_limit_w, dc_w + accepted_w)
        self.charger_power_w = charger_w
        self.battery_power_w = charger_w - dc_w
        self.soc = soc = battery.next_soc(store, soc, charger_w - dc_w, dt_s)
        self.charge_stage = battery.next_stage(
            self.charge_stage, soc, awake=charger_limit_w > 0.0, limited=limited
        )
        self._start_v = None
        self.pv_power_w = 0.0
        if charger_w > 0.0 and (modules := self._parameters.pv) is not None:
            self.pv_power_w = min(
                charger_w / modules.charger_efficiency, pv_available_w
            )

    def _feed(
        self,
        store: BatteryParameters,
        device: InverterParameters,
        load_w: float,
        charger_limit_w: float,
        inverter_mode: int,
        dt_s: float,
    ) -> float:
        """Let the inverter feed the load if it can; return what it takes [W]."""
        soc = self.soc
        proportional, square = self._losses
        dc_w = device.idle_w + load_w * (proportional + square * load_w)
        short_w = dc_w - charger_limit_w
        stored_w = max(soc, 0.0) * store.capacity_kwh * 3.6e6 / dt_s
        stored_w *= store.discharge_efficiency
        self.low_battery = (
            (self.low_battery and soc < store.reconnect_soc)
            or soc <= store.cut_off_soc
            or short_w > stored_w
        )
        self.powered = (
            not self.low_battery
            and short_w <= store.maximum_discharge_w
            and inverter.is_awake(device, inverter_mode, load_w)
        )
        self.inverter_ac_w = load_w
        if not self.powered:
            self.inverter_ac_w = 0.0
            dc_w = min(inverter.asleep_w(device, inverter_mode), stored_w)
            dc_w = 0.0 if self.low_battery else dc_w
        self.on_grid = device.grid_backup and not self.powered
        self.powered = self.powered or self.on_grid
        self.inverter_dc_w = dc_w
        return dc_w
