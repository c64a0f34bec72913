"""The immutable reaction network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mtornet.errors import ModelError
from mtornet.expression import Expression, parse
from mtornet.names import unknown_name
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import (
    Compartment,
    Derived,
    Event,
    Input,
    Parameter,
    Reaction,
    Readout,
    Species,
    Variable,
)
from mtornet.network.stoichiometry import Matrix, Moiety, conserved_moieties, stoichiometry_matrix
from mtornet.provenance import content_hash

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, kw_only=True)
class ReactionNetwork:
    """Species, reactions and what their rates depend on.

    A change makes a new network: :meth:`with_parameters`, :meth:`with_amounts`,
    :meth:`without_reaction`, :meth:`with_variant`, or an edited :attr:`graph` built again with
    :func:`mtornet.from_graph`.
    """

    model: str
    compartments: Catalogue[Compartment]
    species: Catalogue[Species]
    inputs: Catalogue[Input]
    parameters: Catalogue[Parameter]
    derived: Catalogue[Derived]
    reactions: Catalogue[Reaction]
    readouts: Catalogue[Readout]
    variables: Catalogue[Variable] = field(default_factory=lambda: Catalogue("variable", ()))
    events: Catalogue[Event] = field(default_factory=lambda: Catalogue("event", ()))
    modules: tuple[str, ...] = ()
    variant: str = "wild_type"
    context: str = ""
    """Kind of cell, an id of the model's ``contexts.tsv``; empty for a model without that table."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What building left out, in words: a process whose catalyst edge was cut."""

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The typed graph of this network, a fresh copy that may be edited."""
        from mtornet.network.build import to_graph

        return to_graph(self)

    @cached_property
    def stoichiometry(self) -> Matrix:
        """Net stoichiometry, shape (n_species, n_reactions), read-only; floats if a count is not whole."""
        return stoichiometry_matrix(self)

    @property
    def states_units(self) -> bool:
        """Whether amounts are molecules and times seconds; a file of another tool may leave that open.

        Then its compartments have no unit, and no formula is checked for units.
        """
        return bool(self.compartments) and all(place.unit for place in self.compartments.values())

    def conserved_moieties(self) -> tuple[Moiety, ...]:
        """Return the sums of species that no reaction changes, named."""
        return conserved_moieties(self)

    @cached_property
    def sha256(self) -> str:
        """Hash of the content: equal networks have equal hashes, on every machine."""
        return content_hash(self.content())

    def content(self) -> dict[str, object]:
        """Return what decides the network's behaviour, as plain data in a fixed order."""
        content: dict[str, object] = {
            "compartments": {c.id: float(c.size) for c in self.compartments.values()},
            "species": [[s.id, float(s.initial), s.compartment] for s in self.species.values()],
            "inputs": {i.id: [float(i.value), i.unit] for i in self.inputs.values()},
            "parameters": {p.id: [float(p.value), p.unit] for p in self.parameters.values()},
            "derived": {d.id: str(d.expression) for d in self.derived.values()},
            "reactions": [_reaction_content(r) for r in self.reactions.values()],
            "readouts": {r.id: str(r.expression) for r in self.readouts.values()},
        }
        # Only when there are any, so that networks without them keep their hashes.
        if self.variables:
            content["variables"] = [
                [v.id, float(v.initial), v.unit, _text(v.rate)] for v in self.variables.values()
            ]
        if self.events:
            content["events"] = [_event_content(e) for e in self.events.values()]
        return content

    def with_parameters(self, **values: float) -> ReactionNetwork:
        """Return a network with other values of parameters, inputs by default, or variables at the start."""
        parameters, inputs, variables, places = [], [], [], []
        for name, value in values.items():
            if name in self.inputs:
                inputs.append(replace(self.inputs[name], value=float(value)))
            elif name in self.variables:
                variables.append(replace(self.variables[name], initial=float(value)))
                if name in self.compartments:
                    places.append(replace(self.compartments[name], size=float(value)))
            else:
                parameters.append(replace(self.parameters[name], value=float(value)))
        return replace(
            self,
            parameters=self.parameters.replaced(*parameters),
            inputs=self.inputs.replaced(*inputs),
            variables=self.variables.replaced(*variables),
            compartments=self.compartments.replaced(*places),
        )

    def with_input_over_time(self, name: str, formula: str | Expression) -> ReactionNetwork:
        """Return a network in which an input follows the time, as a drug does that fades in the body.

        Every method follows it without steps: stochastic ones by bounds and thinning.

        Parameters
        ----------
        formula
            In the unit of the input; ``time`` is in seconds: ``"20*exp(-time/129600)"``. It may also name
            parameters, variables and other inputs.
        """
        tree = parse(formula) if isinstance(formula, str) else formula
        if name not in self.inputs:
            raise unknown_name("input", name, self.inputs)
        before = self.inputs[name]
        # Its numbers carry no units, so that it is given none: nothing could be checked.
        now = Derived(id=name, expression=tree, name=before.name, provenance=before.provenance)
        return replace(
            self,
            inputs=Catalogue("input", [i for i in self.inputs.values() if i.id != name]),
            derived=Catalogue("derived quantity", [*self.derived.values(), now]),
        )

    def with_amounts(self, amounts: Mapping[str, float] | None = None, /, **more: float) -> ReactionNetwork:
        """Return a network with other initial amounts, in molecules per cell."""
        changed = {**(amounts or {}), **more}
        return replace(
            self,
            species=self.species.replaced(
                *(replace(self.species[name], initial=float(value)) for name, value in changed.items())
            ),
        )

    def without_reaction(self, *names: str) -> ReactionNetwork:
        """Return a network in which some reactions do not happen."""
        for name in names:
            _ = self.reactions[name]
        kept = [reaction for reaction in self.reactions.values() if reaction.id not in names]
        if not kept:
            raise ModelError("no reaction would be left")
        return replace(self, reactions=Catalogue("reaction", kept))

    def with_variant(self, name: str) -> ReactionNetwork:
        """Return the network of a genotype, by its id in the model's ``variants.tsv``."""
        from mtornet.network.variants import with_variant

        return with_variant(self, name)

    def with_context(self, name: str) -> ReactionNetwork:
        """Return the network of a kind of cell, by its id in the model's ``contexts.tsv``."""
        from mtornet.network.contexts import with_context

        return with_context(self, name)

    def describe(self) -> str:
        """Return one line on size and scale."""
        sizes = [f"{len(self.species)} species", f"{len(self.reactions)} reactions"]
        for what, parts in (("variable", self.variables), ("event", self.events)):
            sizes += [f"{len(parts)} {what}{'s' if len(parts) > 1 else ''}"] if parts else []
        sizes += [f"{len(self.parameters)} parameters"]
        line = f"{self.model}: {', '.join(sizes)}"
        if not self.states_units:
            return line
        places = [species.compartment for species in self.species.values()]
        volume = self.compartments[max(self.compartments, key=places.count)].size
        per_nM = volume * 6.02214076e23 * 1e-9
        return f"{line}; {volume:g} L, so 1 nM = {per_nM:.1f} molecules"


def _text(tree: Expression | None) -> str | None:
    return None if tree is None else str(tree)


def _reaction_content(reaction: Reaction) -> list[object]:
    content: list[object] = [
        reaction.id,
        reaction.reactants,
        reaction.products,
        reaction.modifiers,
        reaction.law,
        str(reaction.rate_constant),
    ]
    if reaction.law_parameters or reaction.signed:
        content += [[[name, str(tree)] for name, tree in reaction.law_parameters], reaction.signed]
    return content


def _event_content(event: Event) -> list[object]:
    return [
        event.id,
        str(event.trigger),
        [[name, str(tree)] for name, tree in event.assignments],
        _text(event.delay),
        _text(event.priority),
        event.persistent,
        event.initial_value,
        event.use_values_from_trigger_time,
    ]
