"""Clonal selection: sensitive and mutant cells that divide and die under each class of drug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.resistance.birth_death import sampled
from mtornet.analysis.resistance.cells import Cell, unedited
from mtornet.analysis.resistance.rates import HOURS_PER_WEEK, GrowthRates, growth_rates
from mtornet.analysis.resistance.scan import shifted_genotypes
from mtornet.analysis.resistance.settings import Settings
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CELLS = 1_000_000
"""At the start: a lesion of about a milligram (design)."""
MUTANTS = 1
"""Cells of each mutant clone among them: a frequency of one in a million (OBS-063 of the dossier, design)."""
CROWDED = 1_000_000_000
"""A lesion of a gram: what grows beyond it is lost, whatever its genotype (design)."""
TUMOURS = 200
WEEKS = 104.0
STEP_WEEKS = 1.0
LEAST_SHIFT = 3.0
DOMINANT = 0.9
"""Share above which a clone has taken over (OBS-063)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clones:
    """Clone sizes over time under each drug."""

    names: tuple[str, ...]
    """``unedited``, then the genotypes."""
    drugs: tuple[str, ...]
    weeks: FloatArray
    rates: GrowthRates
    """Per hour, (n_drugs, n_clones)."""
    mean_shares: FloatArray
    """(n_drugs, n_weeks, n_clones) deterministic limit."""
    tumours: IntArray
    """(n_drugs, n_tumours, n_weeks, n_clones) exact samples, cells."""
    table: pd.DataFrame
    """One row per drug, week and clone: quantiles of its share, and the deterministic share."""
    takeover: pd.DataFrame
    """One row per drug and clone: rates, and when it holds more than nine tenths of the tumour."""

    @property
    def shares(self) -> FloatArray:
        """Share of each clone in living tumours, shape of ``tumours``; NaN in a tumour that died out."""
        total = self.tumours.sum(axis=-1, keepdims=True).astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(total > 0, self.tumours / total, np.nan)


def competitors(scan: pd.DataFrame, *, most: int = 6) -> tuple[str, ...]:
    """Return the genotypes of a scan that raise the IC50 of some class at least threefold.

    Of genotypes that do the same to every class one is enough: the first.
    """
    seen: dict[tuple[float, ...], str] = {}
    for name, shifts in shifted_genotypes(scan).items():
        if max(shifts.values()) >= LEAST_SHIFT:
            seen.setdefault(tuple(float(f"{shift:.3g}") for shift in shifts.values()), name)
    return tuple(seen.values())[:most]


def clonal_selection(
    settings: Settings,
    mutants: Sequence[str],
    drugs: Sequence[str],
    *,
    progress: Progress,
    stop: StopFlag,
) -> Clones:
    """Let a tumour of sensitive cells with a few mutants of each genotype grow under each drug.

    Rates of division and death are those of the network under the drug at its dose; growth is that of
    cells in culture, so that a week here is faster than a week in a patient. Each tumour is an exact
    sample of the birth-death process.
    """
    carried = settings.network.variant.split("+")
    names = [name for name in mutants if name not in carried]
    cells = [unedited(), *(Cell(id=name, kind="variant", target=name, variant=name) for name in names)]
    arms = [settings.vehicle, *(settings.arm({name: settings.doses[name]}) for name in drugs)]
    rates = growth_rates(
        settings, settings.network, cells, arms, progress=progress, stop=stop, label="clones"
    )
    start = np.array([CELLS - MUTANTS * len(names), *(MUTANTS for _ in names)], dtype=np.int64)
    weeks = np.arange(0.0, WEEKS + 0.5 * STEP_WEEKS, STEP_WEEKS)
    names_of_arms = tuple(arm.drug for arm in arms)
    tumours = np.stack(
        [
            grown_tumours(
                start,
                rates.division[k],
                rates.death[k],
                weeks * HOURS_PER_WEEK,
                tumours=TUMOURS,
                seed=(settings.seed, k),
            )
            for k in range(len(arms))
        ]
    )
    mean = mean_shares(start, rates.net, weeks * HOURS_PER_WEEK)
    clones = tuple(cell.id for cell in cells)
    return Clones(
        names=clones,
        drugs=names_of_arms,
        weeks=weeks,
        rates=rates,
        mean_shares=mean,
        tumours=tumours,
        table=_table(clones, names_of_arms, weeks, tumours, mean),
        takeover=_takeover(clones, names_of_arms, weeks, tumours, rates),
    )


def grown_tumours(
    start: IntArray,
    division: FloatArray,
    death: FloatArray,
    hours: FloatArray,
    *,
    tumours: int,
    seed: tuple[int, ...],
) -> IntArray:
    """Return exact samples of clone sizes, (n_tumours, n_times, n_clones).

    Between two times every clone is an exact sample of its birth-death process; a tumour of more than
    ``CROWDED`` cells then loses the excess at random.
    """
    counts = np.empty((tumours, hours.size, start.size), dtype=np.int64)
    counts[:, 0] = start
    rng = np.random.default_rng(np.random.SeedSequence(seed[0], spawn_key=(2, *seed[1:])))
    for t in range(1, hours.size):
        step = float(hours[t] - hours[t - 1])
        for i in range(start.size):
            counts[:, t, i] = sampled(counts[:, t - 1, i], division[i], death[i], step, rng)
        total = counts[:, t].sum(axis=1)
        kept = np.minimum(1.0, CROWDED / np.maximum(total, 1))
        counts[:, t] = rng.binomial(counts[:, t], kept[:, None])
    return counts


def mean_shares(start: IntArray, net: FloatArray, hours: FloatArray) -> FloatArray:
    """Return the shares of clones that grow without chance, (n_drugs, n_times, n_clones).

    Losses that do not look at the genotype change no share.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(start) + np.einsum("kc,t->ktc", net, hours)
    grown = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def _table(
    clones: tuple[str, ...], drugs: tuple[str, ...], weeks: FloatArray, tumours: IntArray, mean: FloatArray
) -> pd.DataFrame:
    import pandas as pd

    total = tumours.sum(axis=-1)
    frames = []
    for k, drug in enumerate(drugs):
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(total[k, :, :, None] > 0, tumours[k] / total[k, :, :, None], np.nan)
        alive = np.mean(total[k] > 0, axis=0)
        for i, clone in enumerate(clones):
            known = np.where(np.isfinite(shares[:, :, i]), shares[:, :, i], np.nan)
            frames.append(
                pd.DataFrame(
                    {
                        "drug": drug,
                        "clone": clone,
                        "week": weeks,
                        "share_mean_model": mean[k, :, i],
                        **{
                            name: _quantile(known, q)
                            for name, q in (("share_q05", 0.05), ("share_q50", 0.5), ("share_q95", 0.95))
                        },
                        "cells_q50": np.median(tumours[k, :, :, i], axis=0),
                        "tumours_alive": alive,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _quantile(shares: FloatArray, q: float) -> FloatArray:
    """Return quantiles over tumours, NaN where all have died out."""
    found = np.full(shares.shape[1], np.nan)
    some = np.any(np.isfinite(shares), axis=0)
    found[some] = np.nanquantile(shares[:, some], q, axis=0)
    return found


def _takeover(
    clones: tuple[str, ...], drugs: tuple[str, ...], weeks: FloatArray, tumours: IntArray, rates: GrowthRates
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    total = tumours.sum(axis=-1).astype(np.float64)
    for k, drug in enumerate(drugs):
        for i, clone in enumerate(clones):
            with np.errstate(divide="ignore", invalid="ignore"):
                dominant = np.where(total[k] > 0, tumours[k, :, :, i] / total[k], 0.0) > DOMINANT
            ever = dominant.any(axis=1)
            first = weeks[np.argmax(dominant, axis=1)]
            rows.append(
                {
                    "drug": drug,
                    "clone": clone,
                    "division_per_h": rates.division[k, i],
                    "death_per_h": rates.death[k, i],
                    "net_per_h": rates.net[k, i],
                    "tumours_taken_over": float(ever.mean()),
                    "week_q50": float(np.median(first[ever])) if ever.any() else float("nan"),
                    "week_q05": float(np.quantile(first[ever], 0.05)) if ever.any() else float("nan"),
                    "week_q95": float(np.quantile(first[ever], 0.95)) if ever.any() else float("nan"),
                }
            )
    return pd.DataFrame(rows)
