"""What ``show NAME`` prints: one card for each thing of that name."""

from __future__ import annotations

from mtornet.analysis.element_card import ElementCard, element_cards, element_names, equation
from mtornet.cli.show_wiring import constant_text
from mtornet.graph.knowledge import model_names
from mtornet.names import unknown_name
from mtornet.network.edits import EditSet
from mtornet.network.network import ReactionNetwork

MOST_REACTIONS = 40


def cards(network: ReactionNetwork, name: str) -> tuple[ElementCard, ...]:
    """Return the cards of an element, a drug, a variant or a context.

    Raises
    ------
    UnknownNameError
        With the closest name among all of them.
    """
    found = (
        *element_cards(network, name),
        *_drug(network, name),
        *_variant(network, name),
        *_context(network, name),
    )
    if not found:
        named = [*_drugs(network), *_variants(network), *_contexts(network)]
        known = [*element_names(network), *named, *model_names()]
        raise unknown_name("name", name, known)
    return found


def as_dict(card: ElementCard) -> dict[str, object]:
    """Return a card for ``--json``."""
    return {"kind": card.kind, "id": card.id, **card.facts, "reactions": list(card.reactions)}


def text(network: ReactionNetwork, card: ElementCard) -> str:
    """Return a card as lines; what is empty is left out."""
    lines = [f"{card.id} — {card.kind}"]
    width = max((len(label) for label, value in card.facts.items() if value), default=0)
    lines += [f"  {label:<{width}}  {value}" for label, value in card.facts.items() if value]
    shown = [network.reactions[name] for name in card.reactions[:MOST_REACTIONS]]
    if shown:
        ids, equations = max(len(r.id) for r in shown), max(len(equation(r)) for r in shown)
        lines.append("  reactions")
        lines += [
            f"    {r.id:<{ids}}  {equation(r):<{equations}}  {_with(r.modifiers)}{r.name}".rstrip()
            for r in shown
        ]
    if len(card.reactions) > MOST_REACTIONS:
        lines.append(f"    … and {len(card.reactions) - MOST_REACTIONS} more (--json lists all)")
    return "\n".join(lines)


def _with(modifiers: tuple[tuple[str, str], ...]) -> str:
    return f"by {', '.join(name for name, _ in modifiers)}: " if modifiers else ""


def _drugs(network: ReactionNetwork) -> list[str]:
    from mtornet.experiment.drug import drugs

    if network.model not in model_names():
        return []
    return [name for drug in drugs(network.model).values() for name in (drug.id, *drug.aliases)]


def _variants(network: ReactionNetwork) -> list[str]:
    from mtornet.network.variants import variants

    return list(variants(network.model)) if network.model in model_names() else []


def _drug(network: ReactionNetwork, name: str) -> list[ElementCard]:
    from mtornet.experiment.drug import find_drug

    if name.lower() not in {known.lower() for known in _drugs(network)}:
        return []
    drug = find_drug(network.model, name)
    facts = {"class": drug.class_label, "aliases": ", ".join(drug.aliases)}
    if drug.default_dose is not None:
        why = drug.default_dose
        facts["default dose"] = f"{why.nM:g} nM — {why.why} ({why.provenance.source})"
    for target in drug.targets:
        where = target.provenance
        facts[f"on {target.target}"] = (
            f"{target.mechanism}, {constant_text(target)} [{where.confidence}] {where.source}"
        )
    facts["more"] = f"mtornet show --drug {drug.id}"
    return [ElementCard(kind="drug", id=drug.id, facts=facts)]


def _variant(network: ReactionNetwork, name: str) -> list[ElementCard]:
    from mtornet.network.variants import variants

    if name not in _variants(network):
        return []
    return [_edits_card("variant", variants(network.model)[name])]


def _contexts(network: ReactionNetwork) -> list[str]:
    from mtornet.network.contexts import contexts

    return list(contexts(network.model)) if network.model in model_names() else []


def _context(network: ReactionNetwork, name: str) -> list[ElementCard]:
    from mtornet.network.contexts import contexts

    if name not in _contexts(network):
        return []
    return [_edits_card("context", contexts(network.model)[name])]


def _edits_card(kind: str, found: EditSet) -> ElementCard:
    facts = {"name": found.name}
    for edit in found.edits:
        where = edit.provenance
        facts[f"{edit.operation} {edit.target}"] = f"{edit.value:g} [{where.confidence}] {where.source}" + (
            f"; {where.note}" if where.note else ""
        )
    return ElementCard(kind=kind, id=found.id, facts=facts)
