"""Is an approximation good enough on this model? Its moments beside those of exact simulation."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.analysis.equivalence import Moments, compare_moments, excess_kurtosis
from mtornet.compiled.bind import initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.errors import ProtocolError, SimulationError
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.catalogue import EXACT, METHODS
from mtornet.simulation.parallel import available_jobs
from mtornet.simulation.progress import Progress
from mtornet.simulation.result import SimulationResult
from mtornet.simulation.rounding import rounded_start
from mtornet.simulation.run import simulate

if TYPE_CHECKING:
    import pandas as pd

APPROXIMATE = tuple(name for name in METHODS if name not in (*EXACT, "ode"))
"""Methods that can be verified: those that give a spread and are not exact."""

MORE_CELLS = {"hybrid": 4, "cle": 4}
"""Cells of a method for each exact one, where they cost next to nothing."""

FEWEST_CELLS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A method with its options, to be compared with exact simulation."""

    method: str
    label: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    more: float | None = None
    """Cells for each exact one, if not the method's own number."""

    def __post_init__(self) -> None:
        if self.method not in APPROXIMATE:
            raise unknown_name("approximate method", self.method, APPROXIMATE)

    @property
    def name(self) -> str:
        """The label, or the method."""
        return self.label or self.method

    def cells(self, exact: int) -> int:
        """Return how many cells to simulate beside ``exact`` ones; none for a method without cells."""
        if self.method == "lna":
            return 0
        return max(2, round(exact * (MORE_CELLS.get(self.method, 1) if self.more is None else self.more)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verification:
    """What the comparison of an approximate with the exact method found."""

    table: pd.DataFrame
    """One row per read-out and time: means, standard deviations, bias in sd with its uncertainty,
    ratio of sd with its uncertainty, verdict ``good``, ``bad``, ``undecided`` or ``too few molecules``."""
    method: str
    cells: int
    exact_cells: int
    seed: int
    cpu_s: float
    """Processor time of the method's cells, or of its one solution."""
    exact_cpu_s: float

    @property
    def verdict(self) -> str:
        """``bad`` if any row is, ``good`` if all judged rows are, else ``undecided``."""
        found = set(self.table["verdict"])
        if "bad" in found:
            return "bad"
        return "undecided" if "undecided" in found or "good" not in found else "good"

    @property
    def by_readout(self) -> pd.DataFrame:
        """One row per read-out: its worst verdict over time, largest bias and ratio farthest from 1."""
        import pandas as pd

        severity = ["bad", "undecided", "good", "too few molecules"]
        rows = []
        for name, group in self.table.groupby("readout", sort=False):
            found = group.to_dict(orient="records")
            judged = [row for row in found if row["verdict"] != severity[-1]] or found
            biased = max(judged, key=lambda row: abs(row["bias_sd"]))
            spread = max(judged, key=lambda row: abs(np.log(max(row["sd_ratio"], 1e-12))))
            rows.append(
                {
                    "readout": name,
                    "verdict": min((row["verdict"] for row in found), key=severity.index),
                    **{key: biased[key] for key in ("bias_sd", "bias_error")},
                    **{key: spread[key] for key in ("sd_ratio", "sd_ratio_error")},
                }
            )
        return pd.DataFrame(rows)

    @property
    def exact_cells_needed(self) -> int:
        """About how many exact cells would decide the undecided rows, all else equal.

        Rows in which nothing has varied yet, of which nobody can tell, are left out.
        """
        factors = self.table["cells_factor"]
        return int(np.ceil(self.exact_cells * float(factors[np.isfinite(factors)].max())))

    @property
    def speedup(self) -> float:
        """Processor time of exact cells over that of as many cells of the method."""
        own = self.cpu_s / max(self.cells, 1)
        return self.exact_cpu_s / self.exact_cells / max(own, 1e-9)


def verify(
    network: ReactionNetwork,
    times: Sequence[float | str],
    *,
    method: str,
    cells: int = 200,
    readouts: Sequence[str] | None = None,
    seed: int = 1,
    jobs: int | None = None,
    copy_scale: float = 1.0,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
    **method_options: Any,
) -> Verification:
    """Compare an approximate method with exact simulation from the network's initial amounts.

    Parameters
    ----------
    times
        Ascending; the first is the start, the others are compared.
    method
        Name of an approximate method: ``tau``, ``hybrid``, ``cle`` or ``lna``.
    cells
        Exact cells; the Langevin methods simulate four times as many, tau-leaping as many.
    readouts
        Ids to compare; all read-outs, or all species of a model without any, if not given.

    Returns
    -------
    Verification
        A row is ``good`` if its bias is below 0.1 sd and its spread within 5 %, as surely as
        :mod:`mtornet.analysis.equivalence` states; ``bad`` if chance cannot explain a larger difference.
    """
    found = verify_candidates(
        network,
        times,
        [Candidate(method=method, options=method_options)],
        cells=cells,
        readouts=readouts,
        seed=seed,
        jobs=jobs,
        copy_scale=copy_scale,
        progress=progress,
        stop=stop,
    )
    return found[0]


def verify_candidates(
    network: ReactionNetwork,
    times: Sequence[float | str],
    candidates: Sequence[Candidate],
    *,
    cells: int,
    readouts: Sequence[str] | None = None,
    seed: int = 1,
    jobs: int | None = None,
    copy_scale: float = 1.0,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> list[Verification]:
    """Compare several methods with the same exact cells; see :func:`verify`.

    Raises
    ------
    SimulationError
        If cells did not complete; those that did would not stand for all.
    KeyboardInterrupt
        If ``stop`` was set before the end.
    """
    if cells < FEWEST_CELLS:
        raise ProtocolError(
            f"cells: at least {FEWEST_CELLS} exact cells are needed to compare moments, got {cells}"
        )
    start = whole_molecules(network, copy_scale)
    names = list(readouts) if readouts else list(network.readouts) or list(network.species)
    flag = StopFlag() if stop is None else stop
    shared: dict[str, Any] = {"jobs": jobs, "copy_scale": copy_scale, "progress": progress, "stop": flag}

    def run(method: str, seed: int, cells: int, options: Mapping[str, Any]) -> tuple[_Sample, float]:
        kept: dict[str, Any] = {"cells": cells, "seed": seed, "keep": "trajectories"} if cells else {}
        begun = time.process_time()
        result = simulate(start, times, method=method, **shared, **kept, **options)
        spent = time.process_time() - begun
        if flag.is_set:
            raise KeyboardInterrupt
        return _Sample(result, names), spent

    exact, exact_cpu_s = run(EXACT[0], seed, cells, {})
    found = []
    for candidate in candidates:
        own = candidate.cells(cells)
        sample, cpu_s = run(candidate.method, seed + 1, own, candidate.options)
        found.append(
            Verification(
                table=_table(exact, sample, names),
                method=candidate.name,
                cells=own,
                exact_cells=cells,
                seed=seed,
                cpu_s=cpu_s,
                exact_cpu_s=exact_cpu_s,
            )
        )
    return found


def cells_within(
    network: ReactionNetwork,
    times: Sequence[float | str],
    candidates: Sequence[Candidate],
    *,
    minutes: float,
    jobs: int | None = None,
    copy_scale: float = 1.0,
) -> int:
    """Return how many exact cells fit a budget, from a pilot of every method.

    Raises
    ------
    ProtocolError
        If the budget is too small for any comparison.
    """
    per_cell = 0.0
    thousand = 1000
    asked: list[tuple[str, dict[str, Any], int]] = [(EXACT[0], {}, thousand)]
    asked += [(c.method, dict(c.options), c.cells(thousand)) for c in candidates if c.cells(thousand)]
    for method, options, cells in asked:
        # The first run may compile.
        for pilot in (1, 2):
            begun = time.process_time()
            simulate(network, times, method=method, cells=pilot, jobs=1, copy_scale=copy_scale, **options)
            spent = time.process_time() - begun
        per_cell += cells / thousand * spent / 2
    cells = int(60.0 * minutes * (jobs or available_jobs()) / max(per_cell, 1e-6))
    if cells < FEWEST_CELLS:
        needed = FEWEST_CELLS * per_cell / 60.0 / (jobs or available_jobs())
        raise ProtocolError(
            f"minutes: {FEWEST_CELLS} exact cells and their counterparts take about {needed:.2g} min; allow "
            "more, compare earlier times or lower copy_scale"
        )
    return cells


def safest(found: Sequence[Verification]) -> str:
    """Say in one sentence which of several methods may be used on this model."""
    good = sorted((each for each in found if each.verdict == "good"), key=lambda each: each.cpu_s)
    open_ = [each for each in found if each.verdict == "undecided"]
    if good:
        names = ", ".join(each.method for each in good)
        return f"safe here: {names}" + ("" if len(good) == 1 else f"; fastest: {good[0].method}")
    if open_:
        names = ", ".join(each.method for each in open_)
        needed = min(each.exact_cells_needed for each in open_)
        return f"not shown safe, not shown bad: {names}; about {needed} exact cells would tell"
    return "none of these methods is safe here; use ssa, at a smaller copy scale if it takes too long"


def whole_molecules(network: ReactionNetwork, copy_scale: float) -> ReactionNetwork:
    """Return the network with the amounts that cells start from, so that methods without cells do too."""
    compiled = compile_network(network, copy_scale=copy_scale)
    rounded = rounded_start(initial_amounts(network, copy_scale=copy_scale), network, compiled)
    molecules = rounded[: compiled.n_molecular] / copy_scale
    return network.with_amounts(dict(zip(network.species, molecules.tolist(), strict=True)))


class _Sample:
    """Moments of the read-outs of one run."""

    def __init__(self, result: SimulationResult, names: Sequence[str]) -> None:
        columns = [result.column(name) for name in names]
        self.times = result.times
        self.mean, self.sd = result.mean[:, columns], result.sd[:, columns]
        self.kurtosis, self.n = np.zeros_like(self.mean), np.inf
        if result.counts is not None:
            try:
                result.raise_for_status()
            except SimulationError as error:
                raise SimulationError(f"method {result.method!r}: {error}") from None
            self.kurtosis, self.n = excess_kurtosis(result.counts[:, :, columns]), float(len(result.counts))

    def moments(self, i_time: int, k: int) -> Moments:
        return Moments(
            mean=float(self.mean[i_time, k]),
            sd=float(self.sd[i_time, k]),
            kurtosis=float(self.kurtosis[i_time, k]),
            n=self.n,
        )


def _table(exact: _Sample, found: _Sample, names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for i_time in range(1, exact.times.size):
        for k, name in enumerate(names):
            one, other = exact.moments(i_time, k), found.moments(i_time, k)
            agreement = compare_moments(one, other, rows=len(names) * (exact.times.size - 1))
            rows.append(
                {
                    "readout": name,
                    "time_s": float(exact.times[i_time]),
                    "exact_mean": one.mean,
                    "mean": other.mean,
                    "exact_sd": one.sd,
                    "sd": other.sd,
                    "bias_sd": agreement.bias_sd,
                    "bias_error": agreement.bias_error,
                    "sd_ratio": agreement.sd_ratio,
                    "sd_ratio_error": agreement.sd_ratio_error,
                    "verdict": agreement.verdict,
                    "cells_factor": agreement.cells_factor,
                }
            )
    return pd.DataFrame(rows)
