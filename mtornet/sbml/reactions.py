"""SBML reactions to ours: one each, or one per term and direction of the law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mtornet.errors import ExpressionError, MtorNetError
from mtornet.expression import Apply, Expression, Number, Symbol, evaluate, parse
from mtornet.expression import symbols as names_in
from mtornet.graph.assignments import parse_assignments
from mtornet.graph.schema import CATALYST, MODIFIER_SBO, STIMULATOR
from mtornet.network.elements import Parameter, Reaction, Side
from mtornet.network.ratelaws import full_rate, rate_laws
from mtornet.sbml.annotation import Details, details_of
from mtornet.sbml.features import label
from mtornet.sbml.formulas import ZERO, UnsupportedMathError, same_formula
from mtornet.sbml.mathml_write import for_sbml
from mtornet.sbml.rate_rules import EXPRESSION, read_by
from mtornet.sbml.ratelaw import NotMassActionError, SpeciesSymbols, Term, terms_of
from mtornet.sbml.sides import Sides, sides_of
from mtornet.sbml.signs import Signs
from mtornet.sbml.symbols import SymbolTable

_ROLES = {sbo: role for role, sbo in MODIFIER_SBO.items()}


@dataclass(slots=True)
class ReactionReader:
    """Reads the reactions of one model; bare rate constants become parameters of the network."""

    table: SymbolTable
    species: SpeciesSymbols
    signs: Signs
    with_units: bool
    parameters: list[Parameter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, reaction: Any) -> list[Reaction]:
        """Return what one SBML reaction becomes; nothing if it is refused or changes nothing."""
        refusals, name = self.table.refusals, reaction.getId()
        tree = self.table.inlined.get(name)
        sides = sides_of(self.table, reaction)
        if tree is None or sides is None or not self._has_values(reaction, tree):
            return []
        self.notes += sides.notes
        details = details_of(reaction)
        try:
            own = self._as_written(reaction, details, sides, tree)
            if own is not None:
                return [own]
            made = self._by_mass_action(reaction, details, sides, tree)
            if made is None:
                made = self._general(reaction, details, sides, self.table.in_amounts(tree))
            made += self._of_changing_counts(reaction, details, sides, tree)
        except UnsupportedMathError as error:
            refusals.add(reaction, f"{label('reaction', reaction)}: its kinetic law uses {error}")
            return []
        if not made and not refusals.found:
            self.notes.append(f"reaction {name!r} changes no species and is left out")
        if len(made) > 1:
            self.notes.append(f"reaction {name!r} is read as {', '.join(r.id for r in made)}")
        return made

    def _has_values(self, reaction: Any, tree: Expression) -> bool:
        table = self.table
        for name in dict.fromkeys(names_in(tree)):
            if name not in table.values and not table.changes(Symbol(name)):
                table.refusals.add(
                    reaction,
                    f"the kinetic law of {label('reaction', reaction)} uses {name!r}, which has no value",
                )
                return False
        return True

    def _as_written(self, reaction: Any, details: Details, sides: Sides, tree: Expression) -> Reaction | None:
        """Return the reaction that our annotation describes, if the law says exactly that."""
        if details.kind != "reaction" or details.text("law", "mass_action") not in rate_laws():
            return None
        if sides.changing or any(self.species.divisor.get(name) is not None for name in names_in(tree)):
            return None
        try:
            exact = sides.exact(details.items("counts"))
            candidate = self._make(
                reaction,
                details,
                reactants=exact.reactants,
                products=exact.products,
                modifiers=tuple(
                    (m.getSpecies(), _role(m) or CATALYST) for m in reaction.getListOfModifiers()
                ),
                rate_constant=parse(details.text("rate_constant")),
                law=details.text("law", "mass_action"),
                law_parameters=parse_assignments(details.text("law_parameters")),
                signed=details.text("signed") == "true",
            )
            return candidate if same_formula(for_sbml(full_rate(candidate)), tree) else None
        except MtorNetError:
            return None

    def _make(self, element: Any, details: Details, **more: Any) -> Reaction:
        kwargs = {"id": element.getId(), **more}
        return Reaction(
            name=details.text("name", element.getName()),
            module=details.text("module"),
            sbo=details.text("sbo", element.getSBOTermID()),
            provenance=details.provenance,
            **kwargs,
        )

    def _by_mass_action(
        self, reaction: Any, details: Details, sides: Sides, tree: Expression
    ) -> list[Reaction] | None:
        """Return one reaction for each term of a law that is a sum of them; ``None`` if it is not."""
        if not sides.reactants and not sides.products:
            return []
        if not sides.whole_reactants:
            return None
        try:
            terms = terms_of(tree, self.species)
        except NotMassActionError:
            return None
        backward = [term for term in terms if term.sign < 0]
        if backward and (not reaction.getReversible() or not sides.whole_products):
            return None
        if not all([self._is_rate_constant(reaction, term.constant) for term in terms]):
            return None
        terms = terms or [Term(sign=1, constant=ZERO, powers={})]
        made = []
        for term, new_id in zip(terms, self._ids(reaction.getId(), terms), strict=True):
            forward = (sides.reactants, sides.products)
            made.append(
                self._one(reaction, details, new_id, forward if term.sign > 0 else forward[::-1], term)
            )
        return made

    def _is_rate_constant(self, reaction: Any, constant: Expression) -> bool:
        """Tell whether a formula is never negative; what has no finite value at all is refused."""
        if self.table.changes(constant):
            return self.signs.never_negative(constant)
        where = f"the kinetic law of {label('reaction', reaction)}"
        try:
            value = evaluate(constant, self.table.values)
        except ExpressionError as error:
            self.table.refusals.add(reaction, f"{where}: {error}")
            return False
        if not abs(value) < float("inf"):
            self.table.refusals.add(reaction, f"{where} has no finite value: {value}")
            return False
        return value >= 0

    def _ids(self, name: str, terms: Sequence[Term]) -> list[str]:
        if len(terms) == 1:
            return [name]
        ids = []
        for sign, word in ((1, "forward"), (-1, "backward")):
            n = sum(term.sign == sign for term in terms)
            ids += [
                self.table.fresh(f"{name}__{word}" if n == 1 else f"{name}__{word}{i + 1}") for i in range(n)
            ]
        forward = iter([i for i in ids if "__forward" in i[len(name) :]])
        reverse = iter([i for i in ids if "__backward" in i[len(name) :]])
        return [next(forward) if term.sign > 0 else next(reverse) for term in terms]

    def _one(
        self, element: Any, details: Details, new_id: str, sides: tuple[Side, Side], term: Term
    ) -> Reaction:
        counts, powers = {name: int(count) for name, count in sides[0]}, dict(term.powers)
        # Mass action multiplies every reactant; what else the law multiplies is a modifier.
        is_mass_action = all(powers.get(name, 0) >= count for name, count in counts.items())
        if is_mass_action:
            powers = {name: power - counts.get(name, 0) for name, power in powers.items()}
        roles = _roles_of(element)
        modifiers = [
            (name, roles.get(name, STIMULATOR)) for name, power in powers.items() for _ in range(power)
        ]
        self._note_powers(new_id, term)
        for name in sorted(roles.keys() - term.powers.keys()):
            self.notes.append(f"reaction {new_id!r}: the modifier {name!r} is not in the law and is left out")
        return self._make(
            element,
            details,
            id=new_id,
            reactants=sides[0],
            products=sides[1],
            modifiers=tuple(modifiers),
            rate_constant=self._constant(new_id, term.constant),
            law="mass_action" if is_mass_action else "constant_rate",
        )

    def _note_powers(self, name: str, term: Term) -> None:
        for species, power in term.powers.items():
            if power > 1:
                found = "a count of ordered draws, such as x (x-1)" if term.counted else f"{species}^{power}"
                self.notes.append(
                    f"reaction {name!r}: the law holds {found}; the rate is constant * {species}^{power}, "
                    f"the propensity constant * {species} ({species}-1)..., {power} factors"
                )

    def _constant(self, new_id: str, constant: Expression) -> Expression:
        """Return a rate constant in a form whose unit nobody can mistake."""
        named = {n for n in names_in(constant) if n not in self.table.compartments}
        if named or self.with_units:
            return constant
        # A bare number has no unit of its own; as a parameter it may have the one it needs.
        new_name = self.table.fresh(f"{new_id}__k")
        whole = isinstance(constant, Number)
        number = evaluate(constant, self.table.values) if whole else 1.0
        self.parameters.append(Parameter(id=new_name, value=number))
        return Symbol(new_name) if whole else Apply("*", (Symbol(new_name), constant))

    def _general(self, reaction: Any, details: Details, sides: Sides, rate: Expression) -> list[Reaction]:
        """Return a law that is no mass action: as it is, or one reaction in each direction."""
        name = reaction.getId()
        if not sides.reactants and not sides.products:
            return []
        parts = self.signs.parts(rate) if reaction.getReversible() else None
        if parts is not None and parts[1] != ZERO:
            if parts[0] == ZERO:
                return [self._formula(reaction, details, name, (sides.products, sides.reactants), parts[1])]
            forward, backward = (self.table.fresh(f"{name}__{word}") for word in ("forward", "backward"))
            return [
                self._formula(reaction, details, forward, (sides.reactants, sides.products), parts[0]),
                self._formula(reaction, details, backward, (sides.products, sides.reactants), parts[1]),
            ]
        signed = self._is_signed(reaction, rate)
        both = (sides.reactants, sides.products)
        return [self._formula(reaction, details, name, both, rate, signed=signed)]

    def _is_signed(self, reaction: Any, rate: Expression) -> bool:
        if self.signs.never_negative(rate):
            return False
        name = reaction.getId()
        # An irreversible reaction states that its law is not negative, unless it is from the start.
        if not reaction.getReversible() and not self._starts_negative(rate):
            return False
        self.notes.append(
            f"reaction {name!r} keeps its net law, which may be negative: for rate equations only"
        )
        return True

    def _starts_negative(self, rate: Expression) -> bool:
        values = dict(self.table.values)
        for species in self.table.model.getListOfSpecies():
            amount = self.table.initial_amount(species)
            if amount is not None:
                values[species.getId()] = amount
        try:
            return evaluate(rate, values) < 0
        except ExpressionError:
            return False

    def _formula(
        self,
        element: Any,
        details: Details,
        new_id: str,
        sides: tuple[Side, Side],
        rate: Expression,
        *,
        signed: bool = False,
    ) -> Reaction:
        taking_part = {name for name, _ in (*sides[0], *sides[1])}
        return self._make(
            element,
            details,
            id=new_id,
            reactants=sides[0],
            products=sides[1],
            modifiers=read_by(self.table, rate, taking_part, _roles_of(element)),
            rate_constant=rate,
            law=EXPRESSION,
            signed=signed,
        )

    def _of_changing_counts(
        self, reaction: Any, details: Details, sides: Sides, tree: Expression
    ) -> list[Reaction]:
        """Return a reaction of its own for each species whose stoichiometry changes in time."""
        made = []
        for name, count in sides.changing:
            rate = self.table.in_amounts(Apply("*", (count, tree)))
            new_id = self.table.fresh(f"{reaction.getId()}__{name}")
            made.append(self._formula(reaction, details, new_id, ((), ((name, 1),)), rate, signed=True))
            self.notes.append(
                f"the stoichiometry of {name!r} in reaction {reaction.getId()!r} changes: read as the "
                f"reaction {new_id!r}, for rate equations only"
            )
        return made


def _role(modifier: Any) -> str:
    return _ROLES.get(modifier.getSBOTermID(), "")


def _roles_of(element: Any) -> dict[str, str]:
    return {m.getSpecies(): _role(m) or CATALYST for m in element.getListOfModifiers()}
