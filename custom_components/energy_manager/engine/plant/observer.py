"""What is in the tank: its whole profile from a few probes, and draws nobody measures.

A model of the tank runs along with what is known of flows; each time the probes are
read, the layers are corrected by what the probes say beyond the model (an observer of
constant gain, as of D. G. Luenberger, IEEE Trans. Mil. Electron. 8 (1964) 74). A
correction reaches neighbouring layers by how alike errors of two heights are. Cold that
comes at the lowest probe without a reason is hot water that was drawn: it is let in at
the bottom and moves all layers up, before the rest is corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import tank
from .parameters import HotWaterParameters, TankParameters
from .sun import FloatArray

MODEL_ERROR_K2 = 9.0
"""Variance of what the model does not know, in one layer."""
REACH = 0.25
"""Relative height over which errors of two layers are alike."""
PROBE_ERROR_K2 = 0.25
GAIN = 0.25
"""Share of the best correction that is made every five minutes: the rest is noise."""
GAIN_STEP_S = 300.0
DRAW_K = 0.6
"""Cold at the lowest probe from which it is a draw: twice a probe's noise."""
DRAW_GAIN = 0.8
MOST_DRAWN = 0.8
"""Share of a layer that a draw is taken to fill between two looks, at most."""
INVERSION_K = 3.0
"""A profile may be out of order by so much before it is mixed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownFlows:
    """What is known to have gone into or out of the tank since the last look."""

    solar_kg: float = 0.0
    solar_c: float = 0.0
    """Temperature at which the solar water came in."""
    heating_kg: float = 0.0
    return_c: float = 30.0
    boiler_j: float = 0.0
    """Into the boiler's zone, less what the heating took there."""
    draw_kg: float | None = None
    """Hot water drawn at the tank's top; None where nobody measures it."""


class TankObserver:
    """The tank's profile as far as probes and flows tell; call `look` again and again."""

    def __init__(
        self,
        parameters: TankParameters,
        hot_water: HotWaterParameters,
        start_c: float | Sequence[float] = 45.0,
    ) -> None:
        """Begin with one temperature, or one for each layer, bottom first."""
        self._parameters = parameters
        self._layout = tank.layout(parameters)
        self._flows = tank.TankFlows(cold_c=hot_water.cold_c)
        nodes = parameters.nodes
        starts = [start_c] * nodes if isinstance(start_c, float) else list(start_c)
        self.profile_c: list[float] = starts
        """The layers' temperatures, bottom first."""
        self.drawn_l = 0.0
        """Hot water that was drawn unmeasured, at the temperature of the tank's top."""
        centres = (np.arange(nodes) + 0.5) / nodes
        distance = np.abs(centres[:, None] - centres[None, :])
        self._alike: FloatArray = MODEL_ERROR_K2 * np.exp(-distance / REACH)
        self._gains: dict[tuple[int, ...], FloatArray] = {}

    def look(
        self, probes_c: Sequence[float | None], flows: KnownFlows, dt_s: float
    ) -> None:
        """Move the model on by `dt_s` seconds and correct it by the probes.

        `probes_c` are bottom first, None where a probe says nothing; without any the
        model runs alone.
        """
        self._move(flows, dt_s)
        known = tuple(
            place for place, value in enumerate(probes_c) if value is not None
        )
        if not known:
            return
        told = [value for value in probes_c if value is not None]
        if known[0] == 0 and flows.draw_kg is None:
            self._infer_draw(told[0] - self._seen(0))
        missing = np.array(
            [
                value - self._seen(place)
                for place, value in zip(known, told, strict=True)
            ]
        )
        share = min(GAIN * dt_s / GAIN_STEP_S, 1.0)
        change = share * (self._gain(known) @ missing)
        self.profile_c = [
            here + float(more)
            for here, more in zip(self.profile_c, change, strict=True)
        ]
        falls = [
            below - above
            for below, above in zip(self.profile_c, self.profile_c[1:], strict=False)
        ]
        if falls and max(falls) > INVERSION_K:
            tank.mix_inversions(self.profile_c)

    def energy_kwh(self, base_c: float) -> float:
        """Return the tank's heat above a temperature."""
        return tank.energy_j(self._layout, self.profile_c, base_c) / 3.6e6

    def usable_kwh(self, from_c: float) -> float:
        """Return the heat of the layers that are warmer than a temperature."""
        return tank.usable_kwh(self._parameters, self.profile_c, from_c)

    def _move(self, known: KnownFlows, dt_s: float) -> None:
        flows = self._flows
        kg = known.solar_kg + known.heating_kg + (known.draw_kg or 0.0)
        longest_s = tank.longest_step_s(self._layout, kg / dt_s)
        count = max(1, int(np.ceil(dt_s / longest_s)))
        flows.solar_kg = known.solar_kg / count
        flows.solar_c = known.solar_c
        flows.heating_kg = known.heating_kg / count
        flows.return_c = known.return_c
        flows.cold_kg = (known.draw_kg or 0.0) / count
        flows.boiler_j = known.boiler_j / count
        for _ in range(count):
            self.profile_c, _lost = tank.step(
                self._layout, self.profile_c, flows, dt_s / count
            )

    def _gain(self, known: tuple[int, ...]) -> FloatArray:
        """Return B H' (H B H' + R)^-1 for the probes that are there."""
        found = self._gains.get(known)
        if found is None:
            looks = np.zeros((len(known), self._layout.nodes))
            for row, probe in enumerate(known):
                below, share = self._layout.probes[probe]
                looks[row, below] = 1.0 - share
                if share > 0.0:
                    looks[row, below + 1] = share
            spread = self._alike @ looks.T
            noise = PROBE_ERROR_K2 * np.eye(len(known))
            inverse = np.linalg.inv(looks @ spread + noise)
            found = self._gains[known] = np.asarray(spread @ inverse, dtype=np.float64)
        return found

    def _seen(self, place: int) -> float:
        """Return what a probe would show in the model."""
        return tank.temperature_at(self.profile_c, self._layout.probes[place])

    def _infer_draw(self, missing_k: float) -> None:
        """Let in the cold water that explains why the lowest probe is colder."""
        if missing_k > -DRAW_K:
            return
        below, share = self._layout.probes[0]
        profile, cold_c = self.profile_c, self._flows.cold_c
        # What the probe loses when one layer's volume of cold water comes in.
        drops = [
            (profile[node - 1] if node else cold_c) - profile[node]
            for node in range(min(below + 2, len(profile)))
        ]
        fall_k = drops[below] * (1.0 - share)
        if share > 0.0:
            fall_k += drops[below + 1] * share
        if fall_k > -1.0:
            return
        part = min(DRAW_GAIN * missing_k / fall_k, MOST_DRAWN)
        flows = self._flows
        flows.solar_kg = flows.heating_kg = flows.boiler_j = 0.0
        flows.cold_kg = part * self._layout.node_kg
        self.drawn_l += flows.cold_kg
        self.profile_c = tank.advect(self._layout, profile, flows)
