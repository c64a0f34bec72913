"""How much of a model was read, and how much was chosen by us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd


def provenance_counts(network: ReactionNetwork) -> pd.DataFrame:
    """Return counts by kind of element and confidence: columns ``kind``, ``confidence``, ``count``.

    Constants of drugs, named after the drug input they belong to, are counted apart.
    """
    import pandas as pd

    # A drug that is dosed in mg is a formula; the constants of its course are named after it.
    drug_inputs = {
        i.id if i.role == "drug" else i.id.rpartition("_")[0]
        for i in network.inputs.values()
        if i.role != "ligand"
    }
    counts: dict[tuple[str, str], int] = {}
    for parameter in network.parameters.values():
        of_drug = any(name in parameter.id.split("_") for name in drug_inputs)
        kind = "drug constant" if of_drug else "parameter"
        key = (kind, parameter.provenance.confidence)
        counts[key] = counts.get(key, 0) + 1
    for kind, catalogue in (("species", network.species), ("reaction", network.reactions)):
        for element in catalogue.values():
            key = (kind, element.provenance.confidence)
            counts[key] = counts.get(key, 0) + 1
    rows = [
        {"kind": kind, "confidence": confidence, "count": count}
        for (kind, confidence), count in counts.items()
    ]
    return pd.DataFrame(rows).sort_values(["kind", "confidence"], ignore_index=True)
