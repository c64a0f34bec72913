"""Is an approximation good enough on this model? Its moments beside those of exact simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ProtocolError
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods.catalogue import EXACT, STOCHASTIC
from mtornet.simulation.progress import Progress
from mtornet.simulation.result import SimulationResult
from mtornet.simulation.run import simulate

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

BIAS_ALLOWED = 0.1
"""Difference of means, in standard deviations of the exact cells."""

SPREAD_ALLOWED = 0.05
"""Relative difference of standard deviations."""

FALSE_ALARM = 0.01
"""Chance that a perfect method is called bad in any row of the table."""

FEWEST_MOLECULES = 1.0
"""Rows whose exact mean is below this are shown and not judged: a Gaussian has no meaning there."""


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

    @property
    def verdict(self) -> str:
        """``bad`` if any row is, ``good`` if all judged rows are, else ``undecided``."""
        found = set(self.table["verdict"])
        if "bad" in found:
            return "bad"
        return "undecided" if "undecided" in found or "good" not in found else "good"


def verify(
    network: ReactionNetwork,
    times: Sequence[float | str],
    *,
    method: str,
    cells: int = 200,
    more: int = 4,
    readouts: Sequence[str] | None = None,
    seed: int = 1,
    jobs: int | None = None,
    copy_scale: float = 1.0,
    progress: Progress | None = None,
    **method_options: Any,
) -> Verification:
    """Compare an approximate method with exact simulation from the network's initial amounts.

    Parameters
    ----------
    times
        Ascending; the first is the start, the others are compared.
    method
        Name of an approximate stochastic method.
    cells
        Exact cells; the approximate method simulates ``more`` times as many.
    readouts
        Ids to compare; all read-outs, or all species of a model without any, if not given.

    Returns
    -------
    Verification
        A row is ``good`` if its bias is below 0.1 sd and its spread within 5 % as far as the
        numbers of cells can tell, ``bad`` if chance cannot explain a larger difference.
    """
    approximate = [name for name in STOCHASTIC if name not in EXACT]
    if method not in approximate:
        raise unknown_name("approximate method", method, approximate)
    if cells < 20:
        raise ProtocolError(f"cells: at least 20 exact cells are needed to compare moments, got {cells}")
    shared: dict[str, Any] = {"jobs": jobs, "copy_scale": copy_scale, "progress": progress}
    exact = simulate(network, times, method=EXACT[0], cells=cells, seed=seed, **shared)
    found = simulate(
        network, times, method=method, cells=cells * more, seed=seed + 1, **shared, **method_options
    )
    names = list(readouts) if readouts else list(network.readouts) or list(network.species)
    return Verification(
        table=_table(exact, found, names), method=method, cells=cells * more, exact_cells=cells, seed=seed
    )


def _table(exact: SimulationResult, found: SimulationResult, names: list[str]) -> pd.DataFrame:
    import pandas as pd
    from scipy.stats import norm

    n_exact, n_found = exact.n_complete, found.n_complete
    columns = [exact.column(name) for name in names]
    checks = 2 * len(names) * (len(exact.times) - 1)
    limit = float(norm.isf(FALSE_ALARM / (2 * checks)))
    rows = []
    for i_time in range(1, len(exact.times)):
        for name, column in zip(names, columns, strict=True):
            mean, sd = exact.mean[i_time, column], exact.sd[i_time, column]
            other, other_sd = found.mean[i_time, column], found.sd[i_time, column]
            if sd == 0:
                continue
            ratio = other_sd / sd
            bias, bias_error = (other - mean) / sd, np.sqrt(1 / n_exact + ratio**2 / n_found)
            # Of the logarithm of a ratio of standard deviations, for nearly normal values.
            spread_error = np.sqrt(0.5 / (n_exact - 1) + 0.5 / (n_found - 1))
            rows.append(
                {
                    "readout": name,
                    "time_s": exact.times[i_time],
                    "exact_mean": mean,
                    "mean": other,
                    "exact_sd": sd,
                    "sd": other_sd,
                    "bias_sd": bias,
                    "bias_error": bias_error,
                    "sd_ratio": ratio,
                    "sd_ratio_error": ratio * spread_error,
                    "verdict": _verdict(mean, bias, bias_error, ratio, spread_error, limit),
                }
            )
    return pd.DataFrame(rows)


def _verdict(
    mean: float, bias: float, bias_error: float, ratio: float, spread_error: float, limit: float
) -> str:
    if mean < FEWEST_MOLECULES:
        return "too few molecules"
    spread = abs(np.log(max(ratio, 1e-12)))
    allowed = np.log1p(SPREAD_ALLOWED)
    if abs(bias) > BIAS_ALLOWED + limit * bias_error or spread > allowed + limit * spread_error:
        return "bad"
    # Twice the standard error: what the data can exclude row by row.
    if abs(bias) + 2 * bias_error < BIAS_ALLOWED and spread + 2 * spread_error < allowed:
        return "good"
    return "undecided"
