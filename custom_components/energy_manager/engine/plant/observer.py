"""What is in the tank: its whole profile from a few probes, and draws nobody measures.

A model of the tank runs along with what is known of flows; each time the probes are
read, the layers are corrected by what the probes say beyond the model (an observer of
constant gain, as of D. G. Luenberger, IEEE Trans. Mil. Electron. 8 (1964) 74). A
correction reaches neighbouring layers by how alike errors of two heights are. Cold that
comes at the lowest probe without a reason is hot water that was drawn: it is let in at
the bottom and moves all layers up, before the rest is corrected.

How far a layer between probes may be off is kept beside it: a part of all that flows
changed there since the layer was last proven, by the probes on both sides of it or by
a boiler that has warmed the probe above, which it cannot without warming all below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
import math

import numpy as np

from . import tank
from .parameters import CollectorParameters, HotWaterParameters, TankParameters
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
LEAST_FALL_K = 3.0
"""A draw must cool the probe by so much for a layer of cold water to be told at all."""
MOST_DRAWN = 0.8
"""Share of a layer that a draw is taken to fill between two looks, at most."""
INVERSION_K = 3.0
"""A profile may be out of order by so much before it is mixed."""
FLOW_ERROR = 0.4
"""Share of what flows change in a layer that is not known."""
LEAST_ERROR_K = 1.5
ERROR_K_PER_H = 0.2
BLIND_K_PER_H = 1.5
"""What a layer may go another way in an hour without any probe, above the former."""
MOST_ERROR_K = 40.0
PROVEN_RISE_K = 2.0
"""A boiler that warmed the highest probe by so much has warmed its whole zone."""
BEYOND_K = 15.0
"""A probe so far beyond all that is in the tank is not believed at once."""
ANOTHER_K = 8.0
"""No flow changes what two probes show by so much between two looks."""
DOUBTS = 3
"""It is believed if it stays there for so many looks."""


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
    expected_draw_kg: float = 0.0
    """What is taken to be drawn where neither a meter nor the lowest probe tells."""


class TankObserver:
    """The tank's profile as far as probes and flows tell; call `look` again and again."""

    def __init__(
        self,
        parameters: TankParameters,
        hot_water: HotWaterParameters,
        start_c: float | Sequence[float] = 45.0,
        collector: CollectorParameters | None = None,
    ) -> None:
        """Begin with one temperature, or one for each layer, bottom first.

        `collector` says where the sun's heat comes in; without it by a lance.
        """
        self._parameters = parameters
        self._layout = tank.layout(parameters)
        self._flows = tank.TankFlows(cold_c=hot_water.cold_c)
        nodes = parameters.nodes
        self._coil_node = -1
        if collector is not None:
            inlet = tank.node_at(nodes, collector.inlet_height)
            self._coil_node = inlet if collector.inlet == "coil" else -1
            self._flows.solar_node = inlet if collector.inlet == "fixed" else None
            self._flows.solar_mixes = collector.inlet == "mixed"
        self.profile_c: list[float] = (
            [float(start_c)] * nodes
            if isinstance(start_c, int | float)
            else list(start_c)
        )
        """The layers' temperatures, bottom first."""
        self.error_k: list[float] = [MOST_ERROR_K] * nodes
        """How far each layer may be off, where no probe proves it."""
        self.drawn_l = 0.0
        """Hot water that was drawn unmeasured, at the temperature of the tank's top."""
        self._least_c: list[float] = [-math.inf] * nodes
        self._doubts = [0] * len(parameters.probe_heights)
        self._top_at_start_c: float | None = None
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
        believed = self._believed(probes_c)
        known = tuple(
            place for place, value in enumerate(believed) if value is not None
        )
        told = [value for value in believed if value is not None]
        self._least_c = [-math.inf] * len(self.profile_c)
        if not known:
            if flows.draw_kg is None:
                self._infer_draw(None, flows.expected_draw_kg)
            self._widen(BLIND_K_PER_H * dt_s / 3600.0)
            return
        if flows.draw_kg is None:
            lowest_k = told[0] - self._seen(0) if known[0] == 0 else None
            self._infer_draw(lowest_k, flows.expected_draw_kg)
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
        falls = [below - above for below, above in pairwise(self.profile_c)]
        if falls and max(falls) > INVERSION_K:
            tank.mix_inversions(self.profile_c)
        self._prove(known, told, flows)

    def contradicted(self, probes_c: Sequence[float | None]) -> bool:
        """Return whether the probes show another tank than the model's.

        Draws cool a tank from below, sun and boiler warm it slowly. Two probes that are
        far off, one of them warmer, or all of them far colder: the tank was filled
        anew, or the probes were moved.
        """
        off_k = [
            value - self._seen(place)
            for place, value in enumerate(probes_c)
            if value is not None and math.isfinite(value)
        ]
        far_k = [one for one in off_k if abs(one) > ANOTHER_K]
        return len(far_k) > 1 and (max(far_k) > 0.0 or len(far_k) == len(off_k))

    def start_from(self, probes_c: Sequence[float | None]) -> bool:
        """Begin anew with what the probes show, straight between them; tell if any do."""
        heights = self._parameters.probe_heights
        shown = {
            place: value
            for place, value in enumerate(probes_c)
            if value is not None and math.isfinite(value)
        }
        if not shown:
            return False
        nodes = len(self.profile_c)
        centres = (np.arange(nodes) + 0.5) / nodes
        at = [heights[place] for place in shown]
        self.profile_c = np.interp(centres, at, list(shown.values())).tolist()
        tank.mix_inversions(self.profile_c)
        self.error_k = [MOST_ERROR_K] * nodes
        self._doubts = [0] * len(heights)
        self._top_at_start_c = None
        self._least_c = [-math.inf] * nodes
        self._prove(tuple(shown), list(shown.values()), KnownFlows())
        return True

    def energy_kwh(self, base_c: float) -> float:
        """Return the tank's heat above a temperature."""
        return tank.energy_j(self._layout, self.profile_c, base_c) / 3.6e6

    def usable_kwh(self, from_c: float) -> float:
        """Return the heat of the layers that are warmer than a temperature."""
        return tank.usable_kwh(self._parameters, self.profile_c, from_c)

    def sure_c(self, height: float) -> float:
        """Return what the layer that begins at a relative height is at least.

        That is the estimate less how far it may be off, or what a probe below shows:
        a tank is no colder above.
        """
        node = tank.node_at(len(self.profile_c), height)
        return max(self.profile_c[node] - self.error_k[node], self._least_c[node])

    def _believed(self, probes_c: Sequence[float | None]) -> list[float | None]:
        """Return the probes without what cannot be, unless it stays."""
        low = min(*self.profile_c, self._flows.cold_c, self._layout.room_c) - BEYOND_K
        high = max(self.profile_c) + BEYOND_K
        believed: list[float | None] = []
        for place, value in enumerate(probes_c):
            if value is None or not math.isfinite(value):
                believed.append(None)
                continue
            self._doubts[place] = 0 if low <= value <= high else self._doubts[place] + 1
            believed.append(None if 0 < self._doubts[place] < DOUBTS else value)
        return believed

    def _move(self, known: KnownFlows, dt_s: float) -> None:
        still = self._moved(KnownFlows(), dt_s)
        moved = self._moved(known, dt_s)
        self.profile_c = moved
        self._widen(
            ERROR_K_PER_H * dt_s / 3600.0,
            [abs(one - other) for one, other in zip(moved, still, strict=True)],
        )

    def _moved(self, known: KnownFlows, dt_s: float) -> list[float]:
        """Return the layers after `dt_s` seconds of such flows."""
        flows, profile = self._flows, self.profile_c
        kg = known.solar_kg + known.heating_kg + (known.draw_kg or 0.0)
        longest_s = tank.longest_step_s(self._layout, kg / dt_s)
        count = max(1, int(np.ceil(dt_s / longest_s)))
        solar_kg = known.solar_kg / count
        coiled = self._coil_node >= 0
        flows.coil_node = self._coil_node
        flows.solar_kg = 0.0 if coiled else solar_kg
        flows.solar_c = known.solar_c
        flows.heating_kg = known.heating_kg / count
        flows.return_c = known.return_c
        flows.cold_kg = (known.draw_kg or 0.0) / count
        flows.boiler_j = known.boiler_j / count
        flows.coil_j = 0.0
        for _ in range(count):
            if coiled:
                around = profile[: self._coil_node + 1]
                excess_k = known.solar_c - sum(around) / len(around)
                flows.coil_j = solar_kg * tank.WATER_J_PER_KG_K * excess_k
            profile, _lost = tank.step(self._layout, profile, flows, dt_s / count)
        return profile

    def _widen(self, all_k: float, changes_k: Sequence[float] = ()) -> None:
        """Let the layers be further off: all of them, and where flows changed them."""
        if not changes_k:
            changes_k = [0.0] * len(self.error_k)
        self.error_k = [
            min(error_k + all_k + FLOW_ERROR * change_k, MOST_ERROR_K)
            for error_k, change_k in zip(self.error_k, changes_k, strict=True)
        ]

    def _prove(
        self, known: tuple[int, ...], told: list[float], flows: KnownFlows
    ) -> None:
        """Narrow how far layers may be off by what probes beside them show."""
        nodes = len(self.profile_c)
        heights = [self._parameters.probe_heights[place] for place in known]
        for node, here in enumerate(self.profile_c):
            centre = (node + 0.5) / nodes
            half = 0.5 / nodes + 1e-9
            low = [c for h, c in zip(heights, told, strict=True) if h <= centre + half]
            high = [c for h, c in zip(heights, told, strict=True) if h >= centre - half]
            if low:
                self._least_c[node] = max(low) - LEAST_ERROR_K
            if low and high:
                reach_k = max(here - max(low), min(high) - here, 0.0) + LEAST_ERROR_K
                self.error_k[node] = min(self.error_k[node], reach_k)
        self._prove_zone(known, told[-1], flows)

    def _prove_zone(
        self, known: tuple[int, ...], top_c: float, flows: KnownFlows
    ) -> None:
        """Take the boiler's zone for known once the boiler has warmed the probe above.

        Heat that comes in at the zone's lower end warms what is above only when all
        between is as warm.
        """
        first = self._layout.boiler_node
        above = self._layout.probes[known[-1]][0] >= first
        if flows.boiler_j <= 0.0 or flows.solar_kg > 0.0 or not above:
            self._top_at_start_c = None
        elif self._top_at_start_c is None:
            self._top_at_start_c = top_c
        elif top_c - self._top_at_start_c >= PROVEN_RISE_K:
            for node in range(first, len(self.profile_c)):
                self.profile_c[node] = max(self.profile_c[node], top_c)
                self.error_k[node] = LEAST_ERROR_K

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

    def _infer_draw(self, missing_k: float | None, expected_kg: float) -> None:
        """Let in the cold water that explains why the lowest probe is colder.

        Where a layer of cold water would hardly change what that probe shows, it tells
        nothing of draws: they are as expected.
        """
        fall_k = 0.0 if missing_k is None else self._fall_k()
        if missing_k is None or fall_k > -LEAST_FALL_K:
            self._draw(expected_kg, 1.0)
        elif missing_k <= -DRAW_K:
            part = min(missing_k / fall_k, MOST_DRAWN)
            self._draw(part * self._layout.node_kg, FLOW_ERROR)

    def _fall_k(self) -> float:
        """Return what the lowest probe loses when a layer of cold water comes in."""
        below, share = self._layout.probes[0]
        profile, cold_c = self.profile_c, self._flows.cold_c
        drops = [
            (profile[node - 1] if node else cold_c) - profile[node]
            for node in range(min(below + 2, len(profile)))
        ]
        fall_k = drops[below] * (1.0 - share)
        if share > 0.0:
            fall_k += drops[below + 1] * share
        return fall_k

    def _draw(self, kg: float, unsure: float) -> None:
        """Let water in at the bottom; a share of what it changes is not known."""
        if kg <= 0.0:
            return
        flows, before = self._flows, self.profile_c
        flows.solar_kg = flows.heating_kg = flows.boiler_j = flows.coil_j = 0.0
        flows.cold_kg = min(kg, MOST_DRAWN * self._layout.node_kg)
        self.drawn_l += flows.cold_kg
        self.profile_c = tank.advect(self._layout, before, flows)
        self._widen(
            0.0,
            [
                unsure / FLOW_ERROR * abs(new - old)
                for new, old in zip(self.profile_c, before, strict=True)
            ],
        )
