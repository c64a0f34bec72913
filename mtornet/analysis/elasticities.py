"""Which parameters set an outcome: local elasticities by the rate equations of many versions of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.probe import probe
from mtornet.experiment.dose import Dose
from mtornet.experiment.points import Points
from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd

STEP = 0.05
"""Change of ln(parameter) to either side."""


def elasticities(
    network: ReactionNetwork,
    outcome: str,
    *,
    drugs: Mapping[str, str | Dose],
    variant: str = "wild_type",
    duration: float | str = "72 h",
    jobs: int | None = None,
) -> pd.DataFrame:
    """Return the change of an outcome per relative change of each parameter, largest first.

    Each cell of changed parameters is settled and compared with its own vehicle.

    Parameters
    ----------
    outcome
        One number, see :func:`mtornet.analysis.probe.probe`: ``"rebound_index of pX"``.

    Returns
    -------
    pandas.DataFrame
        ``parameter``, ``value``, ``unit``, ``elasticity`` (of the outcome as it is, per unit of
        ln(parameter)), ``confidence``; NaN where a changed cell could not be solved.
    """
    import pandas as pd

    asked = probe(network, outcome, drugs=drugs, variant=variant, duration=duration)
    moved = [p for p in network.parameters.values() if p.value > 0]
    n = len(moved)
    changed = {}
    for k, parameter in enumerate(moved):
        values = np.full(2 * n, parameter.value)
        values[k], values[n + k] = parameter.value * np.exp(STEP), parameter.value * np.exp(-STEP)
        changed[parameter.id] = values
    found, _ = asked(Points(parameters=changed), jobs=jobs)
    slopes = (found[:n, 0] - found[n:, 0]) / (2.0 * STEP)
    table = pd.DataFrame(
        {
            "parameter": [p.id for p in moved],
            "value": [p.value for p in moved],
            "unit": [p.unit for p in moved],
            "elasticity": slopes,
            "confidence": [p.provenance.confidence for p in moved],
        }
    )
    order = table["elasticity"].abs().sort_values(ascending=False, na_position="last", kind="stable").index
    return table.loc[order].reset_index(drop=True)
