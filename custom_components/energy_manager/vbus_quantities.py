"""What the units of the specification are to Home Assistant."""

from dataclasses import dataclass
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfIrradiance,
    UnitOfPower,
    UnitOfPressure,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)

from .deadband import Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What a unit of the specification is to Home Assistant."""

    unit: str | None = None
    device_class: SensorDeviceClass | None = None
    state_class: SensorStateClass | None = None
    band: Band | None = None
    icon_key: str | None = None
    useful: bool = True
    """Whether it says something of the plant, not only of the controller."""
    rate_per_h: float | None = None
    """How fast a counter of the largest plant may rise."""


_MEASURED: Final = SensorStateClass.MEASUREMENT
_COUNTED: Final = SensorStateClass.TOTAL_INCREASING

LARGEST_W: Final = 200_000.0
"""Heat of the largest plant that such a controller runs."""

LARGEST_L_PER_H: Final = 20_000.0

UNITLESS: Final = Quantity(useful=False)

_TEMPERATURE_BAND: Final = Band(near=0.2, far=1.0)

QUANTITIES: Final[dict[str, Quantity]] = {
    "°C": Quantity(
        unit=UnitOfTemperature.CELSIUS,
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=_MEASURED,
        band=_TEMPERATURE_BAND,
    ),
    "°F": Quantity(
        unit=UnitOfTemperature.FAHRENHEIT,
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=_MEASURED,
        band=Band(near=0.4, far=2.0),
    ),
    "K": Quantity(
        unit=UnitOfTemperature.KELVIN,
        device_class=SensorDeviceClass.TEMPERATURE_DELTA,
        state_class=_MEASURED,
        band=_TEMPERATURE_BAND,
    ),
    # Pump speeds and valve positions: neither a battery nor a power factor.
    "%": Quantity(
        unit=PERCENTAGE,
        state_class=_MEASURED,
        band=Band(near=1.0, far=10.0),
        icon_key="block_output",
    ),
    "%RH": Quantity(
        unit=PERCENTAGE,
        device_class=SensorDeviceClass.HUMIDITY,
        state_class=_MEASURED,
        band=Band(near=1.0, far=3.0),
    ),
    "Wh": Quantity(
        unit=UnitOfEnergy.WATT_HOUR,
        device_class=SensorDeviceClass.ENERGY,
        state_class=_COUNTED,
        rate_per_h=LARGEST_W,
        band=Band(near=1.0, far=100.0),
    ),
    "kWh": Quantity(
        unit=UnitOfEnergy.KILO_WATT_HOUR,
        device_class=SensorDeviceClass.ENERGY,
        state_class=_COUNTED,
        rate_per_h=LARGEST_W / 1e3,
    ),
    "MWh": Quantity(
        unit=UnitOfEnergy.MEGA_WATT_HOUR,
        device_class=SensorDeviceClass.ENERGY,
        state_class=_COUNTED,
        rate_per_h=LARGEST_W / 1e6,
    ),
    "BTU": Quantity(
        unit="BTU",
        state_class=_COUNTED,
        icon_key="block_heat",
        rate_per_h=LARGEST_W * 3.412,
    ),
    "W": Quantity(
        unit=UnitOfPower.WATT,
        device_class=SensorDeviceClass.POWER,
        state_class=_MEASURED,
        band=Band(near=10.0, far=50.0, share=0.1),
    ),
    "kW": Quantity(
        unit=UnitOfPower.KILO_WATT,
        device_class=SensorDeviceClass.POWER,
        state_class=_MEASURED,
        band=Band(near=0.01, far=0.05, share=0.05),
    ),
    "l/h": Quantity(
        unit=UnitOfVolumeFlowRate.LITERS_PER_HOUR,
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=_MEASURED,
        band=Band(near=5.0, far=20.0, share=0.1),
    ),
    "l/min": Quantity(
        unit=UnitOfVolumeFlowRate.LITERS_PER_MINUTE,
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.05),
    ),
    "m³/h": Quantity(
        unit=UnitOfVolumeFlowRate.CUBIC_METERS_PER_HOUR,
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=_MEASURED,
        band=Band(near=0.01, far=0.05, share=0.05),
    ),
    "l": Quantity(
        unit=UnitOfVolume.LITERS,
        device_class=SensorDeviceClass.VOLUME,
        state_class=_COUNTED,
        rate_per_h=LARGEST_L_PER_H,
        band=Band(near=1.0, far=20.0),
    ),
    "m³": Quantity(
        unit=UnitOfVolume.CUBIC_METERS,
        device_class=SensorDeviceClass.VOLUME,
        state_class=_COUNTED,
        rate_per_h=LARGEST_L_PER_H / 1e3,
    ),
    "bar": Quantity(
        unit=UnitOfPressure.BAR,
        device_class=SensorDeviceClass.PRESSURE,
        state_class=_MEASURED,
        band=Band(near=0.02, far=0.1),
    ),
    "hPa": Quantity(
        unit=UnitOfPressure.HPA,
        device_class=SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        state_class=_MEASURED,
        band=Band(near=1.0, far=5.0),
    ),
    "W/m²": Quantity(
        unit=UnitOfIrradiance.WATTS_PER_SQUARE_METER,
        device_class=SensorDeviceClass.IRRADIANCE,
        state_class=_MEASURED,
        band=Band(near=10.0, far=50.0, share=0.1),
    ),
    "h": Quantity(
        unit=UnitOfTime.HOURS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_COUNTED,
        rate_per_h=1.0,
    ),
    "s": Quantity(
        unit=UnitOfTime.SECONDS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_COUNTED,
        rate_per_h=3600.0,
        band=Band(near=60.0, far=600.0),
        useful=False,
    ),
    "min": Quantity(
        unit=UnitOfTime.MINUTES,
        device_class=SensorDeviceClass.DURATION,
        state_class=_MEASURED,
        useful=False,
    ),
    "d": Quantity(
        unit=UnitOfTime.DAYS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_MEASURED,
        useful=False,
    ),
    "ms": Quantity(
        unit=UnitOfTime.MILLISECONDS,
        device_class=SensorDeviceClass.DURATION,
        state_class=_MEASURED,
        band=Band(near=1.0, far=10.0, share=0.1),
        useful=False,
    ),
    "V": Quantity(
        unit=UnitOfElectricPotential.VOLT,
        device_class=SensorDeviceClass.VOLTAGE,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.02),
    ),
    "A": Quantity(
        unit=UnitOfElectricCurrent.AMPERE,
        device_class=SensorDeviceClass.CURRENT,
        state_class=_MEASURED,
        band=Band(near=0.05, far=0.2, share=0.05),
    ),
    "mA": Quantity(
        unit=UnitOfElectricCurrent.MILLIAMPERE,
        device_class=SensorDeviceClass.CURRENT,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.05),
    ),
    "Hz": Quantity(
        unit=UnitOfFrequency.HERTZ,
        device_class=SensorDeviceClass.FREQUENCY,
        state_class=_MEASURED,
        band=Band(near=0.1, far=1.0, share=0.02),
    ),
    "m/s": Quantity(
        unit=UnitOfSpeed.METERS_PER_SECOND,
        device_class=SensorDeviceClass.SPEED,
        state_class=_MEASURED,
        band=Band(near=0.1, far=0.5, share=0.05),
    ),
    "°": Quantity(unit=DEGREE, state_class=_MEASURED),
    # The specification writes the ohm sign, not the Greek letter.
    "\N{OHM SIGN}": Quantity(
        unit="Ω", state_class=_MEASURED, band=Band(near=0.5, far=5.0), useful=False
    ),
}
