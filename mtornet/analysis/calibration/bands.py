"""A comparison with every parameter set that fits: bands of its read-outs, and how many sets rebound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.calibration.sets import ParameterSets
from mtornet.analysis.facts.fact import FloatArray
from mtornet.analysis.facts.panel import Panel
from mtornet.analysis.facts.quantity import Look, Quantity, Reduce
from mtornet.analysis.facts.statement import asked
from mtornet.analysis.facts.treatment import Arm as NamedArm
from mtornet.analysis.facts.treatment import Course, Item
from mtornet.analysis.features import RESPONDER_FOLD
from mtornet.analysis.findings import AKT_SITES, SUBSTRATES
from mtornet.analysis.request import CompareSettings
from mtornet.experiment.arms import Arm
from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd

FIRST_LOOK_S = 3600.0
"""A rise counts from here on, when the first minutes after the dose are over."""
POINTS = 24


def comparison_bands(
    network: ReactionNetwork,
    settings: CompareSettings,
    arms: Sequence[Arm],
    sets: ParameterSets,
    *,
    readouts: Sequence[str] = (*SUBSTRATES, *AKT_SITES),
    jobs: int = 1,
) -> pd.DataFrame:
    """Return one row per treated arm and read-out.

    Columns: ``condition``, ``readout``, ``time_s``, the tables' own fold change, quantiles of it over the
    sets, ``share_above`` (sets in which it exceeds 1.2-fold at some time from 1 h on) and ``n``.

    Parameters
    ----------
    network
        Of the shipped model, before its context and variant.
    arms
        Of the comparison, the vehicle among them.
    """
    import pandas as pd

    at, end = settings.map_time_s, settings.duration_s
    later = tuple(float(t) for t in np.linspace(min(FIRST_LOOK_S, end), end, POINTS))
    treated = [arm for arm in arms if arm.dose_nM != 0]
    questions: dict[str, Quantity] = {}
    named: dict[str, NamedArm] = {}
    for i, arm in enumerate(treated):
        named[f"arm{i}"] = NamedArm(_course(arm, settings))
        for readout in readouts:
            questions[f"{i} {readout} at"] = Look("fold", readout, f"arm{i}", (at,), window=False)
            look = Look("fold", readout, f"arm{i}", later, window=True)
            questions[f"{i} {readout} max"] = Reduce("max", (look,))
    panel = Panel(network, [asked(quantity, named, name) for name, quantity in questions.items()])
    best, values = panel.values(), panel.values(sets.by_name(), jobs=jobs)
    rows = []
    for i, arm in enumerate(treated):
        for readout in readouts:
            folds, largest = values[f"{i} {readout} at"][:, 0], values[f"{i} {readout} max"][:, 0]
            rows.append(
                {
                    "condition": arm.condition,
                    "readout": readout,
                    "time_s": at,
                    "fold_change": float(best[f"{i} {readout} at"][0, 0]),
                    **_quantiles(folds),
                    "share_above": float(np.mean(largest > RESPONDER_FOLD)),
                    "n": len(sets),
                }
            )
    return pd.DataFrame(rows)


def in_words(table: pd.DataFrame) -> list[str]:
    """Return one sentence per condition and read-out."""
    lines = []
    for row in table.to_dict(orient="records"):
        lines.append(
            f"{row['condition']}, {row['readout']} at {row['time_s'] / 3600:g} h: "
            f"{row['fold_change']:.2f}-fold, {row['q05']:.2f} to {row['q95']:.2f} "
            f"in 90 % of {row['n']} sets; "
            f"above {RESPONDER_FOLD:g}-fold at some time: {row['share_above']:.0%} of the sets"
        )
    return lines


def _quantiles(folds: FloatArray) -> dict[str, float]:
    return {f"q{q:02d}": float(np.nanquantile(folds, q / 100)) for q in (5, 50, 95)}


def _course(arm: Arm, settings: CompareSettings) -> Course:
    (condition,) = arm.protocol.conditions
    drugs = tuple(Item(name, str(dose)) for name, dose in condition.drugs.items())
    ligands = tuple(Item(name, text) for name, text in settings.inputs.items())
    cells = tuple(name for name in (settings.context, settings.variant) if name)
    return Course(cells, (), drugs + ligands)
