"""Energies that a VE.Direct device does not count itself, added up from its power.

Nothing is invented: while a device does not speak, nothing is added.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .engine.vedirect import Family, Value

PLAUSIBLE_W: Final = 20_000.0
"""No device with a VE.Direct port has more; a damaged block may say so."""

LONGEST_STEP_S: Final = 30.0
"""Over a longer pause nobody knows what happened, whatever the reason of it."""

WS_PER_KWH: Final = 3_600_000.0

type Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergySource:
    """A power that is added up."""

    key: str
    """Translation key, and the end of the unique id."""
    told_with: str
    """Key of the value whose arrival brings the power."""
    power_w: Callable[[Values], float | None]
    """Power, or apparent power [VA]; never negative."""


class Integrator:
    """Adds a power up over time, by the trapezoidal rule."""

    def __init__(self, energy_kwh: float = 0.0) -> None:
        """Go on from an energy."""
        self.energy_kwh = energy_kwh
        self._last: tuple[float, float] | None = None

    def take(self, power_w: float | None, now_s: float) -> None:
        """Add what has flowed since the last reading, if both are known."""
        if power_w is None or power_w > PLAUSIBLE_W:
            self._last = None
            return
        if self._last is not None:
            last_w, last_s = self._last
            step_s = now_s - last_s
            if 0 < step_s <= LONGEST_STEP_S:
                self.energy_kwh += (last_w + power_w) / 2 * step_s / WS_PER_KWH
        self._last = (power_w, now_s)

    def interrupt(self) -> None:
        """Add nothing until there are two readings again."""
        self._last = None


def _number(values: Values, key: str) -> float | None:
    """Return a number that the device tells, None if it knows none."""
    value = values.get(key)
    if value is None or isinstance(value.value, str | bool):
        return None
    return value.value


def _product(values: Values, voltage: str, current: str) -> float | None:
    """Return voltage times current."""
    volts, amperes = _number(values, voltage), _number(values, current)
    return None if volts is None or amperes is None else volts * amperes


def _positive(power_w: float | None) -> float | None:
    """Return what flows forwards."""
    return None if power_w is None else max(0.0, power_w)


def _ac_output(values: Values) -> float | None:
    """Return apparent power: devices tell no power factor."""
    told = _number(values, "ac_apparent_power")
    return _positive(
        _product(values, "ac_voltage", "ac_current") if told is None else told
    )


def _battery(values: Values) -> float | None:
    """Return the power of a battery, positive while charging."""
    told = _number(values, "power")
    return _product(values, "voltage", "current") if told is None else told


def _drawn(values: Values) -> float | None:
    """Return the power drawn from a battery."""
    power_w = _battery(values)
    return None if power_w is None else max(0.0, -power_w)


def _outputs(values: Values) -> float | None:
    """Return the power of all outputs of a charger."""
    powers = [
        power_w
        for number in (1, 2, 3)
        if (
            power_w := _product(
                values, f"output_voltage_{number}", f"output_current_{number}"
            )
        )
        is not None
    ]
    return _positive(sum(powers)) if powers else None


def _dc_output(values: Values) -> float | None:
    """Return the power on the output of a DC-DC converter."""
    told = _number(values, "power")
    return _positive(
        _product(values, "output_voltage", "output_current") if told is None else told
    )


def _dc_input(values: Values) -> float | None:
    """Return the power on the input of a DC-DC converter."""
    told = _number(values, "input_power")
    return _positive(
        _product(values, "input_voltage", "input_current") if told is None else told
    )


def _load(values: Values) -> float | None:
    """Return the power of a charger's load output."""
    return _positive(_product(values, "battery_voltage", "external_device_load"))


_AC_OUTPUT: Final = EnergySource(
    key="output_energy", told_with="ac_current", power_w=_ac_output
)

_BY_FAMILY: Final[Mapping[Family, tuple[EnergySource, ...]]] = {
    Family.INVERTER: (_AC_OUTPUT,),
    Family.MULTI_RS: (_AC_OUTPUT,),
    Family.AC_CHARGER: (
        EnergySource(
            key="charger_energy", told_with="output_current_1", power_w=_outputs
        ),
    ),
    Family.DCDC: (
        EnergySource(
            key="charger_energy", told_with="output_current", power_w=_dc_output
        ),
        EnergySource(key="input_energy", told_with="input_voltage", power_w=_dc_input),
    ),
    Family.MPPT: (
        EnergySource(
            key="load_energy", told_with="external_device_load", power_w=_load
        ),
    ),
}

_OLD_MONITOR: Final = (
    EnergySource(
        key="charged_energy",
        told_with="current",
        power_w=lambda values: _positive(_battery(values)),
    ),
    EnergySource(key="discharged_energy", told_with="current", power_w=_drawn),
)
"""Monitors of the series 600 count no energy."""

OLD_MONITORS: Final = frozenset({0x0200, 0x0201, 0x0202})


def sources_of(
    family: Family | None, product_id: int | None
) -> tuple[EnergySource, ...]:
    """Return the energies that have to be added up for a device."""
    if product_id in OLD_MONITORS:
        return _OLD_MONITOR
    return () if family is None else _BY_FAMILY.get(family, ())
