"""Tables of a cohort: patients, kinds of tumours, shares of variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.cohort_treatment import Treated
from mtornet.analysis.features import RESPONDER_FOLD
from mtornet.analysis.summary import fold_over
from mtornet.analysis.variance_shares import variance_shares
from mtornet.experiment.cohorts import Part

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"


def patient_table(seen: Sequence[Treated]) -> pd.DataFrame:
    """Return one row per drug, read-out and patient, in the order of patients."""
    import pandas as pd

    frames = [
        pd.DataFrame(
            {
                "patient": one.who,
                "context": one.context,
                "drug": one.drug,
                "readout": readout,
                "vehicle": one.vehicle[:, k],
                "treated": one.treated[:, k],
                "fold_change": fold_over(one.treated[:, k], one.vehicle[:, k]),
                "cv_by_chance": np.sqrt(one.chance[:, k]) * np.log(2.0),
            }
        )
        for one in seen
        for k, readout in enumerate(one.readouts)
    ]
    table = pd.concat(frames, ignore_index=True)
    table["responder"] = table["fold_change"] > RESPONDER_FOLD
    return table.sort_values(["drug", "readout", "patient"], ignore_index=True)


def context_table(patients: pd.DataFrame) -> pd.DataFrame:
    """Return the fraction above 1.2-fold of each kind of tumour, and of all, with Wilson intervals."""
    import pandas as pd

    rows = []
    for (drug, readout), frame in patients.groupby(["drug", "readout"], sort=False):
        kinds = [(ALL, frame), *frame.groupby("context", sort=False)]
        for context, own in kinds:
            up, n = int(own["responder"].sum()), len(own)
            low, high = wilson(up, n)
            q25, q50, q75 = own["fold_change"].quantile([0.25, 0.5, 0.75])
            rows.append(
                {
                    "drug": drug,
                    "readout": readout,
                    "context": context,
                    "n": n,
                    "fraction_up": up / n,
                    "low": low,
                    "high": high,
                    "q25": q25,
                    "q50": q50,
                    "q75": q75,
                }
            )
    return pd.DataFrame(rows)


def wilson(successes: int, n: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return the 95 % score interval of a proportion (Wilson 1927, J Am Stat Assoc 22:209)."""
    p, z2 = successes / n, z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def share_table(seen: Sequence[Treated], parts: Sequence[Part], *, seed: int) -> pd.DataFrame:
    """Return the shares of variance of log2 fold changes, one row per drug, read-out and level."""
    import pandas as pd

    weight = {part.context: part.weight for part in parts}
    rows = []
    for drug in dict.fromkeys(one.drug for one in seen):
        own = [one for one in seen if one.drug == drug]
        for k, readout in enumerate(own[0].readouts):
            found = variance_shares(
                [one.log2_fold[:, k] for one in own],
                [weight[one.context] for one in own],
                within=[one.chance[:, k] for one in own],
                seed=seed,
            )
            rows += [
                {
                    "drug": drug,
                    "readout": readout,
                    "level": share.level,
                    "variance": share.variance,
                    "share": share.share,
                    "low": share.low,
                    "high": share.high,
                }
                for share in found
            ]
    return pd.DataFrame(rows)
