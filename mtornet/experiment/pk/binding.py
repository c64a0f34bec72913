"""What of the drug is free: proteins of the plasma, and erythrocytes that saturate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ProtocolError
from mtornet.experiment.pk.model import PkModel

FloatArray = NDArray[np.float64]


def plasma(model: PkModel, concentration: FloatArray) -> FloatArray:
    """Return the concentration in plasma, in mg/L, from that of the model's matrix."""
    if model.matrix == "plasma":
        return concentration
    if "blood_to_plasma" in model.values:
        return concentration / model["blood_to_plasma"]
    # Blood = Hct (Bmax P/(Kd + P) + Kns P) + (1 - Hct) P is a square equation in P, with one root above 0.
    linear, capacity = _erythrocytes(model)
    constant = model["erythrocyte_constant"]
    middle = linear * constant + capacity - concentration
    root = np.sqrt(middle**2 + 4.0 * linear * constant * concentration)
    # Of the two forms of the root, the one that takes no difference of nearly equal numbers.
    return np.where(
        middle > 0.0, 2.0 * constant * concentration / (middle + root), (root - middle) / (2.0 * linear)
    )


def whole_blood(model: PkModel, concentration: FloatArray) -> FloatArray | None:
    """Return the concentration in whole blood, in mg/L; None if the model does not know erythrocytes."""
    if model.matrix == "whole_blood":
        return concentration
    if "blood_to_plasma" in model.values:
        return concentration * model["blood_to_plasma"]
    if "erythrocyte_capacity" not in model.values:
        return None
    linear, capacity = _erythrocytes(model)
    return linear * concentration + capacity * concentration / (model["erythrocyte_constant"] + concentration)


def free_nM(model: PkModel, concentration: FloatArray) -> FloatArray:
    """Return the free concentration in plasma water, in nM.

    Raises
    ------
    ProtocolError
        If the model does not say which part of the drug is free.
    """
    if "fraction_unbound" not in model.values:
        raise ProtocolError(
            f"PK model {model.name!r} of {model.drug!r} gives no fraction_unbound, so what cells meet is "
            "unknown — add a sourced row to pk.tsv, or write a free concentration such as '20 nM'"
        )
    return plasma(model, concentration) * (model["fraction_unbound"] * 1e6 / model["molar_mass"])


def _erythrocytes(model: PkModel) -> tuple[float, float]:
    """Return the part of whole blood that follows the plasma, and the capacity of what saturates."""
    haematocrit = model["haematocrit"]
    linear = haematocrit * model["erythrocyte_partition"] + 1.0 - haematocrit
    return linear, haematocrit * model["erythrocyte_capacity"]
