"""Everything the model says about one name: what it is, where it is from, what it takes part in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mtornet.expression import Expression, symbols, to_text
from mtornet.network.elements import Reaction, Species
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import Provenance

Facts = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCard:
    """One element: ``facts`` by label, and the reactions it is part of."""

    kind: str
    id: str
    facts: Facts
    reactions: tuple[str, ...] = ()


def element_cards(network: ReactionNetwork, name: str) -> tuple[ElementCard, ...]:
    """Return what a network says about a name; one card for each kind of element that bears it."""
    return tuple(_cards(network, name))


def element_names(network: ReactionNetwork) -> list[str]:
    """Return every name that has a card."""
    return [
        *network.species,
        *network.reactions,
        *network.parameters,
        *network.inputs,
        *network.derived,
        *network.readouts,
        *network.compartments,
        *network.modules,
    ]


def _cards(network: ReactionNetwork, name: str) -> Iterator[ElementCard]:
    if name in network.species:
        yield _species(network, network.species[name])
    if name in network.reactions:
        yield _reaction(network.reactions[name])
    if name in network.parameters:
        p = network.parameters[name]
        bounds = {} if p.low is None else {"bounds": f"{p.low:g} to {p.high:g} {p.unit}"}
        facts = {"name": p.name, "value": f"{p.value:g} {p.unit}", **bounds, "used by": _users(network, name)}
        yield ElementCard(
            kind="parameter",
            id=name,
            facts=facts | _source(p.provenance),
            reactions=_reactions_with(network, name),
        )
    if name in network.inputs:
        i = network.inputs[name]
        facts = {"name": i.name, "value": f"{i.value:g} {i.unit}", "role": i.role}
        yield ElementCard(
            kind="input",
            id=name,
            facts=facts | _source(i.provenance),
            reactions=_reactions_with(network, name),
        )
    if name in network.derived:
        d = network.derived[name]
        facts = {
            "name": d.name,
            "formula": to_text(d.expression),
            "unit": d.unit,
            "used by": _users(network, name),
        }
        yield ElementCard(
            kind="derived quantity",
            id=name,
            facts=facts | _source(d.provenance),
            reactions=_reactions_with(network, name),
        )
    if name in network.readouts:
        r = network.readouts[name]
        facts = {"name": r.name, "formula": to_text(r.expression), "unit": r.unit, "assay": r.assay}
        yield ElementCard(kind="read-out", id=name, facts=facts | _source(r.provenance))
    if name in network.compartments:
        c = network.compartments[name]
        facts = {"name": c.name, "size": f"{c.size:g} {c.unit}", "annotation": c.annotation}
        yield ElementCard(kind="compartment", id=name, facts=facts | _source(c.provenance))
    if name in network.modules:
        yield _module(network, name)


def _species(network: ReactionNetwork, s: Species) -> ElementCard:
    facts = {
        "name": s.name,
        "state": s.state,
        "consists of": ", ".join(s.components),
        "module": s.module,
        "compartment": s.compartment,
        "at the start": f"{s.initial:g} molecules per cell",
        "annotation": s.annotation,
        "seen by": ", ".join(r.id for r in network.readouts.values() if s.id in set(symbols(r.expression))),
    }
    reactions = tuple(r.id for r in network.reactions.values() if s.id in r.involved)
    return ElementCard(kind="species", id=s.id, facts=facts | _source(s.provenance), reactions=reactions)


def _reaction(r: Reaction) -> ElementCard:
    facts = {
        "name": r.name,
        "equation": equation(r),
        "modifiers": ", ".join(f"{name} ({role})" for name, role in r.modifiers),
        "rate law": r.law,
        "rate constant": to_text(r.rate_constant),
        "law's constants": ", ".join(f"{name} = {to_text(tree)}" for name, tree in r.law_parameters),
        "module": r.module,
        "sbo": r.sbo,
    }
    return ElementCard(kind="reaction", id=r.id, facts=facts | _source(r.provenance))


def _module(network: ReactionNetwork, name: str) -> ElementCard:
    reactions = tuple(r.id for r in network.reactions.values() if r.module == name)
    own = [s.id for s in network.species.values() if s.module == name]
    used = dict.fromkeys(n for r in reactions for n in network.reactions[r].involved if n not in own)
    facts = {
        "reactions": str(len(reactions)),
        "species": ", ".join(own),
        "acts on or is driven by": ", ".join(used),
        "by confidence": _confidences(network, reactions),
    }
    return ElementCard(kind="module", id=name, facts=facts, reactions=reactions)


def _confidences(network: ReactionNetwork, reactions: tuple[str, ...]) -> str:
    found = [network.reactions[name].provenance.confidence for name in reactions]
    return ", ".join(f"{name} {found.count(name)}" for name in sorted(set(found)))


def equation(reaction: Reaction) -> str:
    """Return ``A + 2 B -> C``."""
    sides = (
        " + ".join(name if count == 1 else f"{count:g} {name}" for name, count in side)
        for side in (reaction.reactants, reaction.products)
    )
    return " -> ".join(side or "∅" for side in sides)


def _users(network: ReactionNetwork, name: str) -> str:
    return ", ".join(d.id for d in network.derived.values() if name in set(symbols(d.expression)))


def _reactions_with(network: ReactionNetwork, name: str) -> tuple[str, ...]:
    def uses(reaction: Reaction) -> bool:
        trees: list[Expression] = [reaction.rate_constant, *(tree for _, tree in reaction.law_parameters)]
        return any(name in set(symbols(tree)) for tree in trees)

    return tuple(r.id for r in network.reactions.values() if uses(r))


def _source(provenance: Provenance) -> Facts:
    return {
        "source": provenance.source,
        "confidence": provenance.confidence,
        "note": provenance.note,
        "row": provenance.where,
    }
