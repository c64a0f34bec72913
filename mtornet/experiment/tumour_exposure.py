"""How much of a drug the cells of a tumour meet at a dose of the clinic."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mtornet.errors import ProtocolError
from mtornet.experiment.clinical import ClinicalDose
from mtornet.experiment.dose import Dose, parse_dose
from mtornet.experiment.drug import Drug, find_drug
from mtornet.experiment.pk.exposure import exposure
from mtornet.graph.knowledge import load_knowledge
from mtornet.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class TumourExposure:
    """A constant free concentration and how it came about."""

    drug: str
    nM: float
    words: str
    provenance: Provenance | None = None


def tumour_exposure(model: str, name: str, dose: str | Dose | ClinicalDose | None = None) -> TumourExposure:
    """Return the free concentration in the tumour, in nM.

    A dose in mg is that of the clinic: the mean concentration in plasma over the last cycle at steady
    state, times the tumour's part of it. ``clinical.tsv`` says which part, and whether of all drug in
    plasma or of the unbound drug; a drug without a row is as free in the tumour as in plasma. A dose in nM
    is what the tumour meets.

    Parameters
    ----------
    dose
        If not given, that of ``clinical.tsv``, or the default dose of the drug.

    Raises
    ------
    ProtocolError
        If nothing says how much to give, or the concentration would not be constant.
    """
    drug = find_drug(model, name)
    row = next((row for row in load_knowledge(model)["clinical"] if row["drug"] == drug.id), None)
    given = dose if dose is not None else (row["dose"] if row is not None else _default(drug))
    parsed = parse_dose(given, what=f"dose of {name}")
    if not isinstance(parsed, ClinicalDose):
        if parsed.hold_s is not None:
            raise ProtocolError(
                f"dose of {name}: {parsed} comes and goes; a cohort is read at a steady state"
            )
        return TumourExposure(drug=drug.id, nM=parsed.nM, words=f"{parsed.nM:g} nM in the tumour")
    found = exposure(drug.id, replace(parsed, at_steady_state=True), model=model)
    free = found.average(found.free_nM)
    of_total = row is not None and row["partition_of"] == "total"
    base = found.average(found.plasma_nM) if of_total else free
    tumour = base * (float(row["tumour_partition"]) if row is not None else 1.0)
    provenance = (
        Provenance(source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where)
        if row is not None
        else None
    )
    return TumourExposure(
        drug=drug.id,
        nM=tumour,
        words=f"{parsed}: {free:.3g} nM free in plasma on average, {tumour:.3g} nM in the tumour",
        provenance=provenance,
    )


def _default(drug: Drug) -> str:
    if drug.default_dose is None:
        raise ProtocolError(f"drug {drug.id!r} has no default dose; give one, for example {drug.id}='20 nM'")
    return f"{drug.default_dose.nM:g} nM"
