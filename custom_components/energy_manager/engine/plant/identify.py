"""Parameters of a plant from what was measured in it.

Pure functions of arrays, one value per measurement; NaN is a missing value and is left
out. Heat exchangers by the effectiveness of Kays and London, collectors by EN ISO 9806
with what cannot be told apart kept at the data sheet.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from .parameters import CollectorParameters
from .sun import FloatArray

LEAST_ROWS = 50
"""Fewer usable measurements say nothing."""
LEAST_SPAN_K = 5.0
"""Between the two inlets of a heat exchanger: below, errors of sensors decide."""
LEAST_APPROACH_K = 0.2
"""At either end of a heat exchanger, for the logarithmic mean difference."""
MOST_EFFECTIVENESS = 1.1
"""Of a row, errors of its sensors allowed for."""
OUTLIER = 4.0
"""Rows whose error is so many times the usual one (median absolute deviation, as a
standard deviation) are left out: shadow, a pump that starts, a sensor that jumps."""
TRIMS = 3
LEAST_POWER_SHARE = 0.05
"""Of the greatest power, from which the exchanger counts as running."""
LOWEST_SHARE, HIGHEST_SHARE = 0.6, 1.1
"""Bounds of what is learned, as a share of the data sheet."""
LEAST_EXCESS_SPREAD_K = 25.0
"""Spread of fluid above air (5th to 95th percentile) from which losses can be told
from eta0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExchangerFit:
    """A heat exchanger as it was measured."""

    effectiveness: float
    """Median of the heat carried over as a share of the greatest possible."""
    effectiveness_quartiles: tuple[float, float]
    ua_w_per_k: float
    """Median of heat by logarithmic mean difference."""
    heat_ratio: float
    """Heat on the cold side by heat on the hot side: 1 without losses and errors."""
    rows: int
    """Measurements that were used."""


def heat_exchanger(
    *,
    hot_in_c: FloatArray,
    hot_out_c: FloatArray,
    cold_in_c: FloatArray,
    cold_out_c: FloatArray,
    hot_w_per_k: FloatArray,
    cold_w_per_k: FloatArray,
) -> ExchangerFit:
    """Return effectiveness and UA of a counter-flow heat exchanger.

    Temperatures at its four ends [degC] and the capacity rates (flow times density
    times specific heat) of both sides [W/K]. e = C (Tin - Tout) / (Cmin (Thi - Tci)) as
    the mean of both sides; UA = Q / LMTD of the cold side. Raises InputError where
    fewer than `LEAST_ROWS` measurements can be used.
    """
    hot_w = hot_w_per_k * (hot_in_c - hot_out_c)
    cold_w = cold_w_per_k * (cold_out_c - cold_in_c)
    span = hot_in_c - cold_in_c
    near, far = hot_in_c - cold_out_c, hot_out_c - cold_in_c
    least = np.minimum(hot_w_per_k, cold_w_per_k)
    known = np.isfinite(hot_w + cold_w + span) & (least > 0.0)
    if not known.any():
        raise InputError("measurements", "have no row with all values")
    floor_w = LEAST_POWER_SHARE * float(np.percentile(cold_w[known], 99.0))
    used = known.copy()
    used[known] = (
        (hot_w[known] > max(floor_w, 0.0))
        & (cold_w[known] > max(floor_w, 0.0))
        & (span[known] >= LEAST_SPAN_K)
        & (np.minimum(near, far)[known] >= LEAST_APPROACH_K)
    )
    # More than all of the heat is an error of a sensor.
    share = np.full(span.shape, np.nan)
    share[used] = 0.5 * (hot_w[used] + cold_w[used]) / (least[used] * span[used])
    used &= np.nan_to_num(share, nan=np.inf) <= MOST_EFFECTIVENESS
    _enough(used)
    mean_k = _logarithmic_mean(near[used], far[used])
    low, middle, high = np.percentile(share[used], [25.0, 50.0, 75.0]).tolist()
    return ExchangerFit(
        effectiveness=middle,
        effectiveness_quartiles=(low, high),
        ua_w_per_k=float(np.median(cold_w[used] / mean_k)),
        heat_ratio=float(cold_w[used].sum() / hot_w[used].sum()),
        rows=int(used.sum()),
    )


def _logarithmic_mean(near: FloatArray, far: FloatArray) -> FloatArray:
    """Return the logarithmic mean of two positive differences; their mean where equal."""
    equal = np.abs(near - far) < 1e-3 * (near + far)
    ratio = np.where(equal, 2.0, near / far)
    mean: FloatArray = np.where(equal, 0.5 * (near + far), (near - far) / np.log(ratio))
    return mean


def _enough(used: np.ndarray) -> None:
    count = int(used.sum())
    if count < LEAST_ROWS:
        raise InputError(
            "measurements",
            f"must have at least {LEAST_ROWS} usable rows, not {count}",
        )


def capacity_rate_w_per_k(
    flow_m3_per_h: FloatArray, *, kj_per_l_k: float
) -> FloatArray:
    """Return the capacity rate of a flow [W/K]: water 4.16, 40 % glycol 3.9 kJ/(l K)."""
    rate: FloatArray = flow_m3_per_h * kj_per_l_k * 1e6 / 3600.0
    return rate


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectorFit:
    """What a measured yield says of collectors, beside their data sheet."""

    parameters: CollectorParameters
    """With the learned eta0 and a1; all else as it was."""
    eta0_share: float
    """Of the data sheet's eta0, within the bounds."""
    a1_share: float
    losses_learned: bool
    """False where temperatures were too much alike to tell losses from eta0."""
    at_bound: bool
    """The data sheet, a sensor or the flow is probably wrong."""
    rmse_w_per_m2: float
    rows: int


def collector_yield(
    datasheet: CollectorParameters,
    *,
    passed_w_per_m2: FloatArray,
    excess_k: FloatArray,
    warming_k_per_s: FloatArray,
    yield_w_per_m2: FloatArray,
    prior_rows: float = 200.0,
    noise_w_per_m2: float = 40.0,
    prior_share: float = 0.1,
) -> CollectorFit:
    """Return eta0 and, where it can be told, a1 from measured yields.

    `passed_w_per_m2` is K Gb + Kd Gd, `excess_k` the mean fluid above the air,
    `warming_k_per_s` how fast the fluid warms, `yield_w_per_m2` the measured heat, each
    while the pump runs, without shadow. a2 and the heat capacity stay: a1 and a2 cannot
    be told apart. The data sheet is believed within `prior_share`, a row within
    `noise_w_per_m2`; all rows together weigh no more than `prior_rows`. Rows that
    err far more than most are left out. Raises InputError where fewer than `LEAST_ROWS`
    measurements can be used.
    """
    sun = datasheet.eta0 * passed_w_per_m2
    linear = -datasheet.a1_w_per_m2_k * excess_k
    rest = (
        yield_w_per_m2
        + datasheet.a2_w_per_m2_k2 * excess_k * np.abs(excess_k)
        + datasheet.capacity_kj_per_m2_k * 1000.0 * warming_k_per_s
    )
    used = np.isfinite(sun + linear + rest) & (yield_w_per_m2 > 0.0)
    _enough(used)
    used = _without_outliers(used, sun, linear, rest)
    sun, linear, rest = sun[used], linear[used], rest[used]
    spread_k = np.subtract(*np.percentile(excess_k[used], [95.0, 5.0]))
    learned = bool(spread_k >= LEAST_EXCESS_SPREAD_K)
    # Rows follow each other closely and err alike: they count as fewer.
    weight = min(1.0, prior_rows / len(sun)) * (prior_share / noise_w_per_m2) ** 2
    a1_share = 1.0
    if learned:
        a1_share = _bounded(_ridge([sun, linear], rest, weight)[1])
    # With a1 at the data sheet, found or at its bound, eta0 follows.
    eta0_share = _bounded(_ridge([sun], rest - a1_share * linear, weight)[0])
    return _collector_fit(
        datasheet,
        (eta0_share, a1_share),
        error_w=eta0_share * sun + a1_share * linear - rest,
        learned=learned,
        at_bound=bool({eta0_share, a1_share} & {LOWEST_SHARE, HIGHEST_SHARE}),
    )


def _without_outliers(
    used: np.ndarray, sun: FloatArray, linear: FloatArray, rest: FloatArray
) -> np.ndarray:
    """Return which rows are used once those that err far more than most are left out."""
    kept = used.copy()
    for _ in range(TRIMS):
        shares = _ridge([sun[kept], linear[kept]], rest[kept], 1.0)
        error = shares[0] * sun[kept] + shares[1] * linear[kept] - rest[kept]
        away = np.abs(error - np.median(error))
        usual = max(1.4826 * float(np.median(away)), 1.0)
        kept[kept] = away <= OUTLIER * usual
        _enough(kept)
    return kept


def _bounded(share: float) -> float:
    return min(max(share, LOWEST_SHARE), HIGHEST_SHARE)


def _ridge(columns: list[FloatArray], target: FloatArray, weight: float) -> list[float]:
    """Return the share of each column, kept near 1 as if by 1 / weight more squares."""
    matrix = np.stack(columns, axis=1)
    normal = weight * matrix.T @ matrix
    normal[np.diag_indices_from(normal)] += 1.0
    right = weight * matrix.T @ (target - matrix.sum(axis=1))
    shares: list[float] = (1.0 + np.linalg.solve(normal, right)).tolist()
    return shares


def _collector_fit(
    datasheet: CollectorParameters,
    shares: tuple[float, float],
    *,
    error_w: FloatArray,
    learned: bool,
    at_bound: bool,
) -> CollectorFit:
    return CollectorFit(
        parameters=replace(
            datasheet,
            eta0=datasheet.eta0 * shares[0],
            a1_w_per_m2_k=datasheet.a1_w_per_m2_k * shares[1],
        ),
        eta0_share=shares[0],
        a1_share=shares[1],
        losses_learned=learned,
        at_bound=at_bound,
        rmse_w_per_m2=float(np.sqrt(np.mean(error_w**2))),
        rows=len(error_w),
    )
