"""Saturation scan: every parameter times every factor and every genotype, under each class of drug."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.findings import AKT_SITES, SUBSTRATES
from mtornet.analysis.resistance.batch import Batch, Responses, with_all_drugs
from mtornet.analysis.resistance.cells import Cell, drug_parameters, free_parameters, saturation_cells
from mtornet.analysis.resistance.readouts import (
    GROWTH,
    LEAST_SIGNAL,
    loss_of_response,
    rebound_index,
    recovered_share,
)
from mtornet.analysis.resistance.settings import Settings
from mtornet.experiment.arms import Arm
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

RESPONSE_AT_S = 86400.0
DECADES = (-4.0, -3.0, -2.0, -1.0, 0.0, 1.0)
"""Doses of the IC50 of each cell, in powers of ten of the dose explored."""

MOST_LEFT = 0.25
"""Of the first substrate at a drug's dose, in unedited cells, for its IC50 to tell anything (design)."""


def saturation_scan(settings: Settings, *, progress: Progress, stop: StopFlag) -> pd.DataFrame:
    """Return one row per edited cell and drug.

    ``loss_*`` is the part of the response of a read-out at 24 h that the edit takes away, ``loss``
    their mean; ``rebound_*`` the rebound index and ``d_rebound_*`` how far it lies above the unedited
    cell's; ``IC50_*`` the dose that halves the first substrate at 24 h and how many times more is
    needed than in the unedited cell (of every cell for the drug explored, of genotypes for the
    others); ``resting_*`` read-outs without drug, over the unedited cell's.
    """
    batch = Batch(
        network=settings.network,
        readouts=settings.readouts,
        times=settings.times,
        jobs=settings.jobs,
        progress=progress,
        stop=stop,
    )
    arms = [settings.arm({name: dose}) for name, dose in settings.doses.items()]
    network = settings.network
    whole = with_all_drugs(network, arms)
    parameters = (*free_parameters(network), *drug_parameters(network, whole))
    cells = saturation_cells(whole, parameters)
    courses = batch.solve(cells, [settings.vehicle, *arms], label="edited cells")
    potency = np.full((len(arms), len(cells)), np.nan)
    potency[0] = _half_doses(settings, batch, cells, [settings.drug])[0]
    # A dose series of every class for every parameter would take minutes; genotypes are few.
    genotypes = [i for i, cell in enumerate(cells) if cell.kind != "parameter"]
    others = [name for name in settings.doses if name != settings.drug]
    if others:
        potency[1:, genotypes] = _half_doses(settings, batch, tuple(cells[i] for i in genotypes), others)
    return _table(settings, courses, potency, arms)


def _half_doses(
    settings: Settings, batch: Batch, cells: tuple[Cell, ...], names: Sequence[str]
) -> FloatArray:
    """Return the dose in nM that halves the first substrate, shape (n_drugs, n_cells)."""
    short = Batch(
        network=batch.network,
        readouts=settings.readouts[:1],
        times=np.array([RESPONSE_AT_S]),
        jobs=batch.jobs,
        progress=batch.progress,
        stop=batch.stop,
    )
    doses = {name: [settings.concentration(name) * 10.0**decade for decade in DECADES] for name in names}
    hours = RESPONSE_AT_S / 3600.0
    arms = [settings.arm({}, hours=hours)] + [
        settings.arm({name: f"{nM!r} nM"}, hours=hours) for name, series in doses.items() for nM in series
    ]
    found = short.solve(cells, arms, label="doses")
    folds = found.folds(found.values[0])[1:, :, 0, 0].reshape(len(doses), len(DECADES), len(cells))
    # An IC50 below the lowest dose counts as the lowest dose: its shift is then the least that it can be.
    return np.array(
        [
            np.maximum(half_dose(np.array(series), folds[k].T), series[0])
            for k, series in enumerate(doses.values())
        ]
    )


def half_dose(doses: FloatArray, folds: FloatArray) -> FloatArray:
    """Return the dose at which each row of folds falls through one half, shape (n,).

    Between two doses the odds of the fold are a power of the dose; below the lowest dose 0 is
    returned, and infinity where no dose is enough.
    """
    inside = np.clip(folds, 1e-9, 1.0 - 1e-9)
    odds = np.log(inside / (1.0 - inside))
    found = np.full(len(folds), np.inf)
    for i in range(len(doses) - 2, -1, -1):
        crosses = (odds[:, i] > 0.0) & (odds[:, i + 1] <= 0.0)
        share = odds[crosses, i] / (odds[crosses, i] - odds[crosses, i + 1])
        found[crosses] = np.exp(np.log(doses[i]) + share * np.log(doses[i + 1] / doses[i]))
    found[odds[:, 0] <= 0.0] = 0.0
    return np.where(np.all(np.isfinite(folds), axis=1), found, np.nan)


def _table(settings: Settings, courses: Responses, potency: FloatArray, arms: list[Arm]) -> pd.DataFrame:
    import pandas as pd

    resting = courses.values[0][:, 0, :]
    folds = courses.folds(courses.values[0])[1:]
    i_at = int(np.argmin(np.abs(settings.times - RESPONSE_AT_S)))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = resting / resting[0]
        shift = potency / potency[:, :1]
    # Nothing is left to inhibit: the fold of noise over noise means nothing.
    silent = relative < LEAST_SIGNAL
    folds = np.where(silent[None, :, None, :], np.nan, folds)
    frames = []
    for k, arm in enumerate(arms):
        columns: dict[str, object] = {
            "cell": [cell.id for cell in courses.cells],
            "kind": [cell.kind for cell in courses.cells],
            "target": [cell.target for cell in courses.cells],
            "factor": [cell.factor for cell in courses.cells],
            "drug": arm.drug,
            "drug_class": arm.drug_class,
            "dose_nM": arm.dose_nM,
        }
        losses = []
        for name in (*SUBSTRATES, GROWTH):
            if name in courses.readouts:
                fold = folds[k, :, i_at, courses.index(name)]
                lost = loss_of_response(fold[None], fold[:1])[0]
                columns[f"fold_{name}"], columns[f"loss_{name}"] = fold, lost
                losses.append(np.clip(lost, -1.0, 1.0))
        known = np.isfinite(losses)
        # A cell without the signal that the drug takes away is not resistant: it has no target.
        known &= ~silent[:, courses.index(SUBSTRATES[0])] if SUBSTRATES[0] in courses.readouts else True
        with np.errstate(invalid="ignore"):
            columns["loss"] = np.where(known, losses, 0.0).sum(axis=0) / known.sum(axis=0)
        rises = []
        for site in AKT_SITES:
            if site in courses.readouts:
                course = folds[k, :, :, courses.index(site)]
                index = rebound_index(settings.times, course)
                columns[f"rebound_{site}"], columns[f"d_rebound_{site}"] = index, index - index[0]
                columns[f"recovered_{site}"] = recovered_share(course)
                rises.append(index - index[0])
        columns["d_rebound"] = np.mean(rises, axis=0)
        columns["IC50_nM"], columns["IC50_shift"] = potency[k], shift[k]
        for i, name in enumerate(courses.readouts):
            columns[f"resting_{name}"] = relative[:, i]
        columns["why_not"] = courses.why_not
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def shifted_genotypes(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return by genotype how many times more of each drug is needed, where that can be told.

    A drug that leaves unedited cells more than a quarter of the first substrate at its own dose has no
    IC50 on it worth the name, and is left out.
    """
    unedited = table[table["kind"] == "unedited"]
    column = f"fold_{SUBSTRATES[0]}"
    telling = set(unedited.loc[unedited[column] <= MOST_LEFT, "drug"]) if column in table else set()
    found: dict[str, dict[str, float]] = {}
    for row in table[table["kind"] == "variant"].to_dict(orient="records"):
        if row["drug"] in telling and not np.isnan(row["IC50_shift"]):
            found.setdefault(str(row["target"]), {})[str(row["drug"])] = float(row["IC50_shift"])
    return found


def ranked(table: pd.DataFrame, drug: str, by: str, *, n: int = 10) -> pd.DataFrame:
    """Return the ``n`` edits that raise ``by`` most under a drug: the strongest edit of each target."""
    rows = table[(table["drug"] == drug) & (table["kind"] != "unedited")].dropna(subset=[by])
    best = rows.sort_values([by, "cell"], ascending=[False, True]).drop_duplicates("target")
    return best.head(n).reset_index(drop=True)
