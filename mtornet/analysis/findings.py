"""A comparison in a short table and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.features import RESPONDER_FOLD, features
from mtornet.analysis.feedback import ReleasedFeedback
from mtornet.experiment.drug import drugs
from mtornet.experiment.execute import ArmResult
from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd

SUBSTRATES = ("pS6K_T389", "p4EBP1_T37_46")
AKT_SITES = ("pAKT_S473", "pAKT_T308")
WORTH_SAYING = 0.1
"""Part of a climb below which a feedback is left to the table."""


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def _fold(value: float) -> str:
    return "<0.01" if 0 <= value < 0.01 else f"{value:.2f}"


def course(curves: pd.DataFrame, condition: str, readout: str) -> tuple[np.ndarray, np.ndarray]:
    """Return times in seconds and fold changes of one read-out under one condition."""
    rows = curves[(curves["condition"] == condition) & (curves["readout"] == readout)]
    return rows["time_s"].to_numpy(), rows["fold_change"].to_numpy()


def fraction_risen(cells: pd.DataFrame, condition: str, readout: str) -> float | None:
    """Return the fraction of complete cells above 1.2-fold, or None without cells."""
    if not len(cells):
        return None
    rows = cells[
        (cells["condition"] == condition) & (cells["readout"] == readout) & (cells["status"] == "complete")
    ]
    return float(rows["responder"].mean()) if len(rows) else None


def verdict(peak: float, recovery: float) -> str:
    """Name what a signal does after its nadir, from the peak over vehicle and log2 of peak over nadir."""
    if peak > RESPONDER_FOLD:
        return "rebound"
    if recovery < np.log2(1.3):
        return "none"
    return "full recovery" if peak >= 0.8 else "partial recovery"


def headline_table(
    network: ReactionNetwork,
    curves: pd.DataFrame,
    cells: pd.DataFrame,
    treated: Sequence[ArmResult],
    at_s: float,
) -> pd.DataFrame:
    """Return the table that the command prints: one row per drug arm, fold changes over vehicle."""
    import pandas as pd

    at = _hours(at_s)
    rows = []
    for result in treated:
        condition = result.arm.condition
        row: dict[str, str] = {"condition": condition}
        for readout in SUBSTRATES:
            if readout in result.readouts:
                times, folds = course(curves, condition, readout)
                row[f"{_label(network, readout)} {at}"] = _fold(folds[_nearest(times, at_s)])
        words = []
        for readout in AKT_SITES:
            if readout in result.readouts:
                times, folds = course(curves, condition, readout)
                found = features(times, folds)
                now = folds[_nearest(times, at_s)]
                row[f"{_label(network, readout)} nadir → {at}"] = f"{_fold(found.nadir[0])} → {_fold(now)}"
                words.append(f"{readout.split('_')[-1]} {verdict(found.peak[0], found.recovery[0])}")
        row["rebound"] = ", ".join(words)
        risen = fraction_risen(cells, condition, AKT_SITES[0]) if AKT_SITES[0] in result.readouts else None
        row["cells above baseline"] = "-" if risen is None else f"{risen:.0%}"
        rows.append(row)
    return pd.DataFrame(rows)


def _nearest(times: np.ndarray, at_s: float) -> int:
    return int(np.argmin(np.abs(times - at_s)))


def _label(network: ReactionNetwork, readout: str) -> str:
    return network.readouts[readout].label or readout


def sentences_for(
    network: ReactionNetwork,
    curves: pd.DataFrame,
    cells: pd.DataFrame,
    treated: Sequence[ArmResult],
    feedback: Mapping[tuple[str, str], list[ReleasedFeedback]],
    at_s: float,
) -> tuple[str, ...]:
    """Say for each arm what AKT does: which site, when, how much, in how many cells, by which feedback."""
    known = drugs(network.model)
    sentences = []
    for result in treated:
        condition = result.arm.condition
        label = known[result.arm.drug].class_label if result.arm.drug in known else "combination"
        parts = [
            _site(network, curves, cells, condition, readout, feedback.get((condition, readout), []), at_s)
            for readout in AKT_SITES
            if readout in result.readouts
        ]
        if parts:
            sentences.append(f"{condition} ({label}): " + " ".join(parts))
    return tuple(sentences)


def released_text(causes: Iterable[tuple[str, float, float]]) -> str:
    """Say which feedback a drug releases: name, part of the climb, and what is gone when cut alone."""
    listed = ", ".join(
        # Adding 0 turns -0 % into 0 %.
        f"{name} ({'unknown' if np.isnan(part) else f'{part:.0%}'}; cut alone {round(alone, 2) + 0.0:.0%})"
        for name, part, alone in causes
    )
    return f"Released feedback (part of the climb, mean over all orders of cutting): {listed}"


def _site(
    network: ReactionNetwork,
    curves: pd.DataFrame,
    cells: pd.DataFrame,
    condition: str,
    readout: str,
    released: list[ReleasedFeedback],
    at_s: float,
) -> str:
    times, folds = course(curves, condition, readout)
    found = features(times, folds)
    nadir, peak = float(found.nadir[0]), float(found.peak[0])
    t_nadir, t_peak = float(found.t_nadir_s[0]), float(found.t_peak_s[0])
    kind = verdict(peak, float(found.recovery[0]))
    name = _label(network, readout)
    if kind == "none":
        text = f"{name} stays at {_fold(peak)} of vehicle or below" if peak < 0.8 else f"{name} does not rise"
        return text + "."
    if kind == "rebound":
        above = times[folds > RESPONDER_FOLD]
        text = (
            f"{name} rebounds to {peak:.1f}-fold at {_hours(t_peak)}, "
            f"above {RESPONDER_FOLD:g}-fold from {_hours(above[0])} on"
        )
    else:
        whole = "comes back to" if kind == "full recovery" else "stays suppressed but climbs to"
        text = (
            f"{name} falls to {_fold(nadir)} at {_hours(t_nadir)} and {whole} {peak:.2f} at {_hours(t_peak)}"
        )
    risen = fraction_risen(cells, condition, readout)
    if risen is not None:
        text += f"; {risen:.0%} of cells are above 1.2-fold at {_hours(at_s)}"
    main = [entry for entry in released if np.fmax(entry.part, entry.share_removed) >= WORTH_SAYING][:3]
    if main:
        causes = [
            (f"{entry.arm.regulator} ⊣ {entry.arm.target}", entry.part, entry.share_removed) for entry in main
        ]
        text += f". {released_text(causes)}"
    return text + "."
