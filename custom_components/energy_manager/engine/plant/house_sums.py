"""What has gone where in a house: energies over a stretch of time."""

from dataclasses import astuple, dataclass, replace
from typing import Self


@dataclass(slots=True)
class HouseSums:
    """Energies since the sums began [J], unless a name tells otherwise.

    Not frozen: a running house adds to them.
    """

    absorbed: float = 0.0
    """Heat that reached the absorbers."""
    collector_loss: float = 0.0
    collector_stored: float = 0.0
    solar: float = 0.0
    """From the collectors to the tank; negative where the tank heats them."""
    solar_kg: float = 0.0
    """Water that passed the solar heat meter [kg]."""
    stagnation_s: float = 0.0
    """Time with sun on the collectors while the pump was held still [s]."""
    boiler: float = 0.0
    boiler_starts: int = 0
    fuel: float = 0.0
    immersion: float = 0.0
    """From the immersion heater to the tank."""
    hot_water: float = 0.0
    hot_water_unmet: float = 0.0
    """Missing to the temperature of use."""
    heating: float = 0.0
    heating_unmet: float = 0.0
    heating_kg: float = 0.0
    """Heating water that went through the solar part of the tank [kg]."""
    heating_zone: float = 0.0
    """Part of the heating that came from the boiler's zone."""
    tank_loss: float = 0.0
    room_gain: float = 0.0
    """From sun and people to the rooms."""
    room_loss: float = 0.0
    """From the rooms to the outside."""
    room_kelvin_s: float = 0.0
    """Temperature of the rooms over time [degC s]."""
    cold_room_s: float = 0.0
    """Time with rooms below what the thermostat should hold [s]."""
    pv: float = 0.0
    """Taken from the modules."""
    pv_available: float = 0.0
    charger: float = 0.0
    battery: float = 0.0
    """Charging is positive."""
    load: float = 0.0
    """Wanted from the inverter."""
    inverter_ac: float = 0.0
    inverter_dc: float = 0.0
    grid: float = 0.0
    """Fed to the loads by the grid in the inverter's place."""
    drawn_l: float = 0.0
    """Hot water drawn, counted at the temperature of use [l]."""
    cool_l: float = 0.0
    """Part of it that came below 43 degC [l]."""

    def copy(self) -> Self:
        """Return the sums as they are now."""
        return replace(self)

    def since(self, before: Self) -> Self:
        """Return what was added since earlier sums."""
        return type(self)(
            *(
                now - then
                for now, then in zip(astuple(self), astuple(before), strict=True)
            )
        )
