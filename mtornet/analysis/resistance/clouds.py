"""Parameter clouds: cells drawn within the bounds of every parameter, and what AKT does in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.findings import AKT_SITES, SUBSTRATES
from mtornet.analysis.resistance.batch import Batch
from mtornet.analysis.resistance.cells import Cell, free_parameters
from mtornet.analysis.resistance.readouts import rebound_class
from mtornet.analysis.resistance.settings import Settings
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

CLASSES = ("none", "transient", "full", "escape")
ESCAPED = 0.5
"""A first substrate above this at the end: the drug does not hold its own target (design)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cloud:
    """Drawn cells, their class, and which parameters tell the classes apart."""

    sites: tuple[str, ...]
    """The read-outs that were classified."""
    times: FloatArray
    courses: dict[str, FloatArray]
    """By site, (n_draws, n_times) fold changes; NaN for a draw without a steady state."""
    classes: dict[str, NDArray[np.str_]]
    """By site, (n_draws,) one of ``none``, ``transient``, ``full``, ``escape``, or empty text."""
    shares: pd.DataFrame
    """Share of each class by site with its 95 % interval (Wilson)."""
    table: pd.DataFrame
    """One row per draw: classes and the factor of every parameter."""
    separating: pd.DataFrame
    """One row per site, class and parameter, most separating first."""


def parameter_cloud(settings: Settings, *, progress: Progress, stop: StopFlag) -> Cloud:
    """Draw cells and classify the rebound of the AKT sites under the drug explored.

    Every free parameter is drawn log-uniformly between its bounds (a Sobol sequence, scrambled by the
    seed), all independently: a cloud of what could be, not of what was fitted. A parameter that lies
    at its lower bound is a genotype's (1 or 0 in cells without the lesion) and stays there.
    """
    import pandas as pd

    sites = tuple(name for name in AKT_SITES if name in settings.readouts)
    names, factors = drawn_factors(settings.network, settings.draws, settings.seed)
    cells = [
        Cell(id=f"draw {i + 1}", kind="draw", factors=tuple(zip(names, map(float, row), strict=True)))
        for i, row in enumerate(factors)
    ]
    batch = Batch(
        network=settings.network,
        readouts=settings.readouts,
        times=settings.times,
        jobs=settings.jobs,
        progress=progress,
        stop=stop,
    )
    found = batch.solve(cells, [settings.vehicle, settings.main], label="parameter cloud")
    folds = found.folds(found.values[0])[1]
    substrate = folds[:, -1, found.index(SUBSTRATES[0])] if SUBSTRATES[0] in found.readouts else None
    courses = {site: folds[:, :, found.index(site)] for site in sites}
    classes = {site: classified(course, substrate) for site, course in courses.items()}
    columns: dict[str, object] = {"draw": np.arange(1, len(cells) + 1)}
    shares, separating = [], []
    for site in sites:
        columns |= {f"class_{site}": classes[site], f"end_{site}": courses[site][:, -1]}
        known = int(np.sum(classes[site] != ""))
        for name in CLASSES:
            share, low, high = _share(int(np.sum(classes[site] == name)), known)
            shares.append({"site": site, "class": name, "share": share, "low": low, "high": high, "n": known})
        told = separating_parameters(names, np.log(factors), classes[site])
        told.insert(0, "site", site)
        separating.append(told)
    return Cloud(
        sites=sites,
        times=settings.times,
        courses=courses,
        classes=classes,
        shares=pd.DataFrame(shares),
        table=pd.concat([pd.DataFrame(columns), pd.DataFrame(factors, columns=list(names))], axis=1),
        separating=pd.concat(separating, ignore_index=True),
    )


def classified(courses: FloatArray, substrate: FloatArray | None) -> NDArray[np.str_]:
    """Return the class of every course (n_draws, n_times).

    ``substrate`` is the fold of the drug's first substrate at the end: a drug that does not hold it
    has been escaped, whatever AKT does.
    """
    named = rebound_class(courses).astype("<U9")
    if substrate is None:
        return named
    return np.where((substrate > ESCAPED) & (named != ""), "escape", named)


def drawn_factors(network: ReactionNetwork, draws: int, seed: int) -> tuple[tuple[str, ...], FloatArray]:
    """Return parameters with bounds and their factors, (n_draws, n_parameters), log-uniform in between."""
    from scipy.stats import qmc

    known = [network.parameters[name] for name in free_parameters(network)]
    drawn = [p for p in known if p.low and p.high and p.value > p.low]
    names = [p.id for p in drawn]
    low = np.array([p.low for p in drawn], dtype=np.float64)
    high = np.array([p.high for p in drawn], dtype=np.float64)
    value = np.array([p.value for p in drawn])
    sequence = qmc.Sobol(len(names), scramble=True, rng=np.random.default_rng(np.random.SeedSequence(seed)))
    points = sequence.random(1 << (draws - 1).bit_length())[:draws]
    return tuple(names), np.exp(np.log(low) + points * np.log(high / low)) / value


def separating_parameters(
    names: tuple[str, ...], logs: FloatArray, classes: NDArray[np.str_]
) -> pd.DataFrame:
    """Return how well each parameter alone tells a class from the others.

    ``auc`` is the chance that a draw of the class has the larger value (the rank statistic of Mann
    and Whitney over the number of pairs), ``p_value`` its two-sided p value, ``q_value`` the same
    with the false discovery rate over all tests made (Benjamini and Hochberg).
    """
    import pandas as pd
    from scipy.stats import false_discovery_control, mannwhitneyu

    rows = []
    present = [name for name in CLASSES if 4 <= np.sum(classes == name) <= np.sum(classes != "") - 4]
    for name in present:
        inside, outside = logs[classes == name], logs[(classes != name) & (classes != "")]
        test = mannwhitneyu(inside, outside, axis=0)
        auc = test.statistic / (len(inside) * len(outside))
        rows.append(pd.DataFrame({"class": name, "parameter": names, "auc": auc, "p_value": test.pvalue}))
    if not rows:
        return pd.DataFrame(columns=["class", "parameter", "auc", "p_value", "q_value"])
    table = pd.concat(rows, ignore_index=True)
    table["q_value"] = false_discovery_control(table["p_value"])
    order = (-(table["auc"] - 0.5).abs()).argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _share(k: int, n: int) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson 1927)."""
    if n == 0:
        return float("nan"), 0.0, 1.0
    z = 1.959964
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * float(np.sqrt(k * (n - k) / n + z * z / 4))
    return k / n, max(0.0, centre - half), min(1.0, centre + half)
