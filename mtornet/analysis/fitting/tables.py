"""Tables of a fit: constants, measurements beside predictions, courses with their band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.factors import Factor
from mtornet.analysis.fitting.blots import Blot
from mtornet.analysis.fitting.error_model import ErrorModel
from mtornet.analysis.fitting.prediction import BlotModel
from mtornet.simulation.problem import FloatArray

if TYPE_CHECKING:
    import pandas as pd


def parameter_table(
    factors: Sequence[Factor], places: FloatArray, ends: FloatArray, *, edge: float
) -> pd.DataFrame:
    """Return one row per fitted factor; ``ends`` are (n_factors, 2) places."""
    import pandas as pd

    rows = []
    for factor, place, (low, high) in zip(factors, places, ends, strict=True):
        opened = [name for name, is_open in (("low", low < edge), ("high", high > 1 - edge)) if is_open]
        rows.append(
            {
                "name": factor.name,
                "kind": factor.kind,
                "value": float(factor.value_at(place)),
                "low": float(factor.value_at(low)),
                "high": float(factor.value_at(high)),
                "open": "+".join(opened),
                "before": factor.value,
                "bound_low": factor.low,
                "bound_high": factor.high,
            }
        )
    return pd.DataFrame(rows)


def data_table(
    blots: Sequence[Blot],
    model: BlotModel,
    scatter: ErrorModel,
    best: FloatArray,
    draws: FloatArray,
    confidence: float,
) -> pd.DataFrame:
    """Return every measurement with its prediction, the band of predictions and the residual."""
    import pandas as pd

    predicted = model(best[None])
    low, high = _band(model(draws), confidence)
    columns: dict[str, object] = {
        "where": [blot.where for blot in blots],
        "condition": [blot.label for blot in blots],
        "variant": [blot.condition.variant for blot in blots],
        "drug": ["+".join(blot.condition.drugs) or "vehicle" for blot in blots],
        "dose": [" + ".join(str(dose) for dose in blot.condition.drugs.values()) for blot in blots],
        "time_s": [blot.time_s for blot in blots],
        "readout": [blot.readout for blot in blots],
        "fold_change": [blot.fold for blot in blots],
        "sd": [blot.sd for blot in blots],
        "predicted": predicted[0],
        "predicted_low": low,
        "predicted_high": high,
        "residual": scatter.residuals(predicted)[0],
    }
    return pd.DataFrame(columns)


def course_table(model: BlotModel, best: FloatArray, draws: FloatArray, confidence: float) -> pd.DataFrame:
    """Return predicted fold changes of every condition and read-out over time, with the band."""
    import pandas as pd

    frames = []
    for measured, middle, drawn in zip(
        model.arms, model.courses(best[None]), model.courses(draws), strict=True
    ):
        low, high = _band(drawn, confidence)
        for k, readout in enumerate(model.readouts):
            columns = {
                "time_s": model.times,
                "predicted": middle[0, :, k],
                "low": low[:, k],
                "high": high[:, k],
            }
            frames.append(pd.DataFrame({"condition": measured.label, "readout": readout, **columns}))
    return pd.concat(frames, ignore_index=True)


def _band(values: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail], axis=0)
    return low, high
