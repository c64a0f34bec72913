"""What tables say of points beside their coordinates: condition, drug, dose, genotype."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtornet.experiment.dose import Dose
from mtornet.experiment.drug import VEHICLE
from mtornet.scans.axes import Coordinates
from mtornet.scans.structure import Structure

if TYPE_CHECKING:
    from mtornet.scans.plan import Plan

TEXTS = ("condition", "drug", "drug_class", "variant", "context")


def labels_of(structure: Structure, coordinates: Coordinates) -> dict[str, NDArray[Any]]:
    """Return labels of points that share a structure, each (n_points,)."""
    n = len(coordinates)
    varied = structure.points(coordinates).doses
    doses = {
        name: varied[name] if name in varied else np.full(n, dose.nM if isinstance(dose, Dose) else np.nan)
        for name, dose in structure.doses.items()
    }
    rows = np.stack(list(doses.values()), axis=1) if doses else np.zeros((n, 0))
    unique, which = np.unique(rows, axis=0, return_inverse=True)
    given = structure.doses.items()
    conditions = np.array(
        [
            " + ".join(
                f"{name} {replace(dose, nM=float(nM)) if isinstance(dose, Dose) else dose}"
                for (name, dose), nM in zip(given, row, strict=True)
            )
            or VEHICLE
            for row in unique
        ],
        dtype=object,
    )
    found: dict[str, NDArray[Any]] = {
        "condition": conditions[which.ravel()],
        "drug": np.full(n, structure.drug, dtype=object),
        "drug_class": np.full(n, "+".join(structure.drug_classes) or VEHICLE, dtype=object),
        "variant": np.full(n, structure.before.variant, dtype=object),
        "context": np.full(n, structure.before.context or None, dtype=object),
        "dose_nM": rows[:, 0] if len(doses) == 1 else np.full(n, np.nan if doses else 0.0),
    }
    for column in structure.plan.columns:
        if column.relative:
            found[column.target.text] = structure.absolute(column, coordinates)
    return found


def unlabelled(plan: Plan, n: int) -> dict[str, NDArray[Any]]:
    """Return empty labels for points whose structure could not be built."""
    found: dict[str, NDArray[Any]] = {name: np.full(n, "", dtype=object) for name in TEXTS}
    numbers = ["dose_nM", *(c.target.text for c in plan.columns if c.relative)]
    return found | {name: np.full(n, np.nan) for name in numbers}
