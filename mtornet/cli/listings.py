"""What ``show`` lists, as plain rows."""

from __future__ import annotations

from collections.abc import Mapping

from mtornet.analysis.element_card import element_cards, equation
from mtornet.expression import to_text
from mtornet.network.edits import EditSet
from mtornet.network.network import ReactionNetwork

Rows = list[dict[str, object]]


def overview(network: ReactionNetwork) -> dict[str, object]:
    """Return size, scale, modules and provenance in a few lines."""
    from mtornet.analysis.provenance_counts import provenance_counts

    counts = provenance_counts(network)
    parameters = counts[counts["kind"] == "parameter"]
    return {
        "model": network.describe(),
        "modules": ", ".join(network.modules) or "none",
        "conserved moieties": ", ".join(moiety.name for moiety in network.conserved_moieties()),
        "inputs": ", ".join(f"{i.id} {i.value:g} {i.unit}" for i in network.inputs.values()),
        "parameters by source": ", ".join(
            f"{confidence} {count}"
            for confidence, count in zip(parameters["confidence"], parameters["count"], strict=True)
        ),
        "sha256": network.sha256,
    }


def table(name: str, rows: Rows) -> str:
    """Return rows as aligned text."""
    import pandas as pd

    from mtornet.cli.tables import plain

    return plain(pd.DataFrame(rows)) if rows else f"no {name}"


def modules(network: ReactionNetwork) -> Rows:
    """Return one row per module."""
    from mtornet.graph.knowledge import load_knowledge, model_names

    described = load_knowledge(network.model)["modules"] if network.model in model_names() else []
    needs = {row["id"]: row["needs"] for row in described}
    return [
        {
            "module": card.id,
            "needs": needs.get(card.id, ""),
            "reactions": len(card.reactions),
            "species": card.facts["species"],
            "reactions by confidence": card.facts["by confidence"],
        }
        for module in network.modules
        for card in element_cards(network, module)
        if card.kind == "module"
    ]


def parameters(network: ReactionNetwork) -> Rows:
    """Return one row per parameter."""
    return [
        {
            "id": p.id,
            "value": f"{p.value:g}",
            "unit": p.unit,
            "bounds": "-" if p.low is None else f"{p.low:g} to {p.high:g}",
            "name": p.name,
            "confidence": p.provenance.confidence,
            "source": p.provenance.source,
        }
        for p in network.parameters.values()
    ]


def inputs(network: ReactionNetwork) -> Rows:
    """Return one row per input."""
    return [
        {
            "id": i.id,
            "name": i.name,
            "value": f"{i.value:g} {i.unit}",
            "role": i.role,
            "confidence": i.provenance.confidence,
            "source": i.provenance.source,
        }
        for i in network.inputs.values()
    ]


def drugs(network: ReactionNetwork) -> Rows:
    """Return one row per drug and target."""
    from mtornet.experiment.drug import drugs as known

    return [
        {
            "drug": drug.id,
            "class": drug.drug_class,
            "target": target.target,
            "mechanism": target.mechanism,
            "constant": f"{target.value:g} {target.unit}" if target.unit != "1" else f"{target.value:g}",
            "default dose": f"{drug.default_dose.nM:g} nM" if drug.default_dose else "-",
            "aliases": " ".join(drug.aliases),
            "confidence": target.provenance.confidence,
            "source": target.provenance.source,
        }
        for drug in known(network.model).values()
        for target in drug.targets
    ]


def variants(network: ReactionNetwork) -> Rows:
    """Return one row per edit of a genotype."""
    from mtornet.network.variants import variants as known

    return _edits("variant", known(network.model))


def contexts(network: ReactionNetwork) -> Rows:
    """Return one row per edit of a kind of cell."""
    from mtornet.network.contexts import contexts as known

    return _edits("context", known(network.model))


def _edits(column: str, known: Mapping[str, EditSet]) -> Rows:
    return [
        {
            column: found.id,
            "edit": f"{edit.operation} {edit.kind} {edit.target}",
            "value": f"{edit.value:g}",
            "confidence": edit.provenance.confidence,
            "source": edit.provenance.source,
        }
        for found in known.values()
        for edit in found.edits
    ]


def readouts(network: ReactionNetwork) -> Rows:
    """Return one row per read-out."""
    return [
        {"id": r.id, "name": r.name, "formula": to_text(r.expression), "unit": r.unit, "assay": r.assay}
        for r in network.readouts.values()
    ]


def reactions(network: ReactionNetwork) -> Rows:
    """Return one row per reaction."""
    return [
        {
            "id": r.id,
            "equation": equation(r),
            "modifiers": " ".join(f"{role}:{name}" for name, role in r.modifiers),
            "law": r.law,
            "rate constant": to_text(r.rate_constant),
            "confidence": r.provenance.confidence,
            "source": r.provenance.source,
        }
        for r in network.reactions.values()
    ]


def species(network: ReactionNetwork) -> Rows:
    """Return one row per species."""
    return [
        {
            "id": s.id,
            "name": s.name,
            "compartment": s.compartment,
            "initial": f"{s.initial:g}",
            "confidence": s.provenance.confidence,
            "source": s.provenance.source,
        }
        for s in network.species.values()
    ]


def moieties(network: ReactionNetwork) -> Rows:
    """Return one row per conserved moiety."""
    return [
        {
            "moiety": moiety.name,
            "total": f"{moiety.total:g}",
            "species": " + ".join(
                name if weight == 1 else f"{weight} {name}" for name, weight in moiety.species
            ),
        }
        for moiety in network.conserved_moieties()
    ]
