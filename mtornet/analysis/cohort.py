"""``cohort``: a virtual cohort under drugs, each tumour against its own vehicle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.cohort_tables import context_table, patient_table, share_table
from mtornet.analysis.cohort_treatment import Treated, treat
from mtornet.errors import ProtocolError
from mtornet.experiment.abundances import drawn_points, parse_extrinsic
from mtornet.experiment.cohorts import assigned, find_cohort
from mtornet.experiment.dose import AnyDose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.execute import check_readouts
from mtornet.experiment.tumour_exposure import TumourExposure, tumour_exposure
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import versions
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.catalogue import KISAO
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.seeds import drawn_seed
from mtornet.units import time_in_seconds

if TYPE_CHECKING:
    import pandas as pd

DRUGS = ("everolimus",)
READOUTS = ("pAKT_S473", "pAKT_T308", "pS6K_T389")
DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohort:
    """A cohort under drugs."""

    patients: pd.DataFrame
    """One row per drug, read-out and patient: vehicle and treated amounts, fold change, responder."""
    contexts: pd.DataFrame
    """Per drug and read-out, for each kind of tumour and for all: the fraction above 1.2-fold with its
    95 % Wilson interval, and quartiles of the fold change."""
    shares: pd.DataFrame
    """Shares of the variance of log2 fold changes: genotype, extrinsic, intrinsic, with 95 % intervals."""
    exposures: Mapping[str, TumourExposure]
    settings: Mapping[str, object]
    provenance: Mapping[str, object]

    def fraction(self, drug: str, readout: str = READOUTS[0]) -> float:
        """Return the fraction of tumours above 1.2-fold of their own vehicle."""
        rows = self.contexts
        chosen = rows[(rows["drug"] == drug) & (rows["readout"] == readout) & (rows["context"] == "all")]
        return float(chosen["fraction_up"].iloc[0])


def cohort(
    drug_names: Sequence[str] = DRUGS,
    *,
    network: ReactionNetwork | None = None,
    doses: Mapping[str, str | AnyDose] | None = None,
    mix: str = "mixed",
    patients: int = 200,
    extrinsic: float | str | None = None,
    readouts: Sequence[str] = READOUTS,
    at: float | str = "28 d",
    seed: int | None = 0,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Cohort:
    """Treat a virtual cohort: every patient's tumour has a genotype and abundances of its own.

    Each tumour is brought to its own steady state without drug, treated, and compared with its own
    vehicle. All drugs see the same patients.

    Parameters
    ----------
    drug_names
        Ids or aliases.
    doses
        Dose by drug: in mg for the patient, or in nM free in the tumour. What is not named gets the dose
        of ``clinical.tsv``, or else the default dose of the drug.
    mix
        A cohort of the model's ``cohorts.tsv``.
    patients
        How many; more of them change none of the first.
    extrinsic
        Coefficient of variation of all abundances between tumours of one kind, or ``"table"`` for the
        values of ``population.tsv``; the cohort's own if not given.
    at
        When the steady state under the drug is read, as the mean over the day before.

    Raises
    ------
    ProtocolError
        If there are too few patients, a drug has no dose, or ``at`` is within the first day.
    """
    network = network if network is not None else load_model()
    parts = find_cohort(network.model, mix)
    at_s = time_in_seconds(at, what="at")
    if not at_s > DAY_S:
        raise ProtocolError(f"at: expected a time after the first day, got {at!r}")
    exposures = _exposures(network, drug_names, doses or {})
    given = {drug: f"{met.nM!r} nM" for drug, met in exposures.items()}
    watched = check_readouts(network, readouts)
    asked, used_seed = parse_extrinsic(extrinsic), drawn_seed() if seed is None else int(seed)
    member = assigned(parts, patients, seed=used_seed)
    fewest = int(np.bincount(member, minlength=len(parts)).min())
    if fewest < 2:
        raise ProtocolError(
            f"patients: {patients} give a kind of tumour of cohort {mix!r} fewer than two patients; expected "
            f"about {int(np.ceil(3 / min(part.weight for part in parts)))} or more"
        )
    progress, flag = progress or Silent(), StopFlag() if stop is None else stop
    seen: list[Treated] = []
    progress.begin("tumours", float(patients))
    treated = 0
    for k, part in enumerate(parts):
        who = np.flatnonzero(member == k)
        if who.size and not flag.is_set:
            tumours = network.with_context(part.context)
            cv = part.cv if asked is None else asked
            points = drawn_points(tumours, who, seed=used_seed, extrinsic=cv)
            seen += treat(
                tumours, points, who, doses=given, readouts=watched, at_s=at_s, jobs=jobs, stop=flag
            )
            treated += who.size
            progress.at(float(treated))
    progress.end()
    if flag.is_set:
        raise KeyboardInterrupt
    table = patient_table(seen)
    return Cohort(
        patients=table,
        contexts=context_table(table),
        shares=share_table(seen, parts, seed=used_seed),
        exposures=exposures,
        settings={
            "cohort": mix,
            "patients": patients,
            "extrinsic": "cohort" if asked is None else asked,
            "at_s": at_s,
            "readouts": list(watched),
            "seed": used_seed,
        },
        provenance={
            "model": network.model,
            "model_sha256": network.sha256,
            "method": "ode",
            "kisao": KISAO["ode"],
            "versions": versions(),
        },
    )


def _exposures(
    network: ReactionNetwork, names: Sequence[str], given: Mapping[str, str | AnyDose]
) -> dict[str, TumourExposure]:
    by_id = {find_drug(network.model, name).id: dose for name, dose in given.items()}
    drugs = list(dict.fromkeys(find_drug(network.model, name).id for name in names))
    unused = set(by_id) - set(drugs)
    if unused:
        raise ProtocolError(f"a dose is given for {min(unused)!r}, which is not among the drugs")
    return {drug: tumour_exposure(network.model, drug, by_id.get(drug)) for drug in drugs}
