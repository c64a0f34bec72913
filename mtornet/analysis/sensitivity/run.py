"""``sensitivity``: which constants and amounts of a cell decide an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.factors import Factor, factors_of, points_of
from mtornet.analysis.probe import probe
from mtornet.analysis.sensitivity.morris import morris_indices, morris_places
from mtornet.analysis.sensitivity.prcc import prcc_indices, prcc_places
from mtornet.analysis.sensitivity.sobol import sobol_indices, sobol_places
from mtornet.errors import ProtocolError
from mtornet.experiment.dose import Dose
from mtornet.experiment.points import status_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray, IntArray
from mtornet.simulation.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_N = {"sobol": 64, "morris": 10, "prcc": 512}
"""Base points, paths, points."""

_PLACES = {"sobol": sobol_places, "morris": morris_places, "prcc": prcc_places}

MAIN_INDEX = {"sobol": "ST", "morris": "mu_star", "prcc": "PRCC"}
"""By which factors are ranked."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """Indices of every outcome and factor, and the points they come from."""

    method: str
    outcomes: tuple[str, ...]
    factors: tuple[Factor, ...]
    table: pd.DataFrame
    """``outcome, factor, index, value, low, high``, and ``p_value`` for PRCC; strongest factor first."""
    places: FloatArray
    """(n_points, n_factors) between the bounds, from 0 to 1."""
    values: FloatArray
    """(n_points, n_outcomes); NaN where a point has none."""
    status: IntArray
    """(n_points,) 0 if the point was solved."""
    confidence: float
    seed: int
    model_sha256: str

    @property
    def failed(self) -> dict[str, int]:
        """How many points could not be solved, by reason."""
        codes, counts = np.unique(self.status[self.status != 0], return_counts=True)
        return {status_name(code): int(count) for code, count in zip(codes, counts, strict=True)}

    @property
    def points(self) -> pd.DataFrame:
        """One row per point: values of factors, then outcomes and status."""
        import pandas as pd

        columns = {f.name: f.value_at(self.places[:, k]) for k, f in enumerate(self.factors)}
        found = {text: self.values[:, k] for k, text in enumerate(self.outcomes)}
        return pd.DataFrame({**columns, **found, "status": [status_name(code) for code in self.status]})


def sensitivity(
    network: ReactionNetwork,
    outcomes: Sequence[str] | str,
    *,
    method: str = "sobol",
    factors: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
    span: float | None = None,
    drugs: Mapping[str, str | Dose] | None = None,
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    duration: float | str = "24 h",
    n: int | None = None,
    confidence: float = 0.95,
    resamples: int = 200,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Sensitivity:
    """Return how strongly outcomes of an experiment depend on factors within their bounds.

    Parameters
    ----------
    outcomes
        Such as ``"pX at 24 h"`` or ``"rebound_index of pX"``; see :func:`mtornet.analysis.probe.probe`.
        Fold changes over the vehicle of the same cell; without drugs the read-outs themselves.
    method
        ``"sobol"`` (shares of the variance), ``"morris"`` (a screen), ``"prcc"`` (partial rank correlation).
    factors, span
        See :func:`mtornet.analysis.factors.factors_of`. They vary independently, evenly on a log scale.
    n
        Base points of Sobol's method (a power of 2; n x (factors + 2) points), paths of Morris's
        (n x (factors + 1)), points of PRCC; 64, 10 and 512 if not given.

    Raises
    ------
    ProtocolError
        If the question makes no sense.
    """
    if method not in DEFAULT_N:
        raise ProtocolError(f"method {method!r}: expected one of {', '.join(DEFAULT_N)}")
    if not 0 < confidence < 1:
        raise ProtocolError(f"confidence: expected a number between 0 and 1, got {confidence:g}")
    number = DEFAULT_N[method] if n is None else n
    if number < 2 or (method == "sobol" and number & (number - 1)):
        raise ProtocolError(
            f"n: expected {'a power of 2' if method == 'sobol' else 'at least 2'}, got {number}"
        )
    asked = probe(
        network, outcomes, drugs=drugs, variant=variant, context=context, inputs=inputs, duration=duration
    )
    cells = network if context is None else network.with_context(context)
    moving = factors_of(cells.with_variant(variant), factors, span=span)
    places = _PLACES[method](len(moving), number, seed)
    values, status = asked(points_of(moving, places), jobs=jobs, progress=progress, stop=stop)
    texts = tuple(outcome.text for outcome in asked.outcomes)
    frames = []
    for k, text in enumerate(texts):
        if method == "sobol":
            found = sobol_indices(
                values[:, k], len(moving), confidence=confidence, resamples=resamples, seed=seed
            )
        elif method == "morris":
            found = morris_indices(
                values[:, k], places, confidence=confidence, resamples=resamples, seed=seed
            )
        else:
            found = prcc_indices(values[:, k], places, confidence=confidence)
        frames.append(_table(text, moving, found, MAIN_INDEX[method]))
    import pandas as pd

    return Sensitivity(
        method=method,
        outcomes=texts,
        factors=moving,
        table=pd.concat(frames, ignore_index=True),
        places=places,
        values=values,
        status=status,
        confidence=confidence,
        seed=seed,
        model_sha256=network.sha256,
    )


def _table(text: str, factors: Sequence[Factor], found: dict[str, FloatArray], main: str) -> pd.DataFrame:
    import pandas as pd

    strength = np.abs(found[main][:, 0])
    ranked = np.argsort(-np.where(np.isnan(strength), -1.0, strength), kind="stable")
    rows = []
    for k in ranked:
        for index, values in found.items():
            if index != "p_value":
                row = {"outcome": text, "factor": factors[k].name, "index": index}
                row |= dict(zip(("value", "low", "high"), map(float, values[k]), strict=True))
                rows.append(row | ({"p_value": float(found["p_value"][k])} if "p_value" in found else {}))
    return pd.DataFrame(rows)
