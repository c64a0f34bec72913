"""SBML reactions to ours: one each, or one per term and direction of the law."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mtornet.errors import ExpressionError, MtorNetError
from mtornet.expression import Apply, Expression, Number, Symbol, evaluate, parse, substitute, to_text
from mtornet.expression import symbols as names_in
from mtornet.graph.schema import CATALYST, MODIFIER_SBO, STIMULATOR
from mtornet.network.elements import Parameter, Reaction, Side
from mtornet.network.ratelaws import full_rate, rate_laws
from mtornet.sbml.annotation import Details, details_of
from mtornet.sbml.features import label
from mtornet.sbml.mathml import UnsupportedMathError, same_formula
from mtornet.sbml.ratelaw import NotMassActionError, SpeciesSymbols, Term, terms_of
from mtornet.sbml.symbols import SymbolTable

_ROLES = {sbo: role for role, sbo in MODIFIER_SBO.items()}


@dataclass(slots=True)
class ReactionReader:
    """Reads the reactions of one model; local parameters become parameters of the network."""

    table: SymbolTable
    species: SpeciesSymbols
    taken: set[str]
    """Ids in use, so that a new name hits none."""
    with_units: bool
    parameters: list[Parameter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, reaction: Any) -> list[Reaction]:
        """Return what one SBML reaction becomes; nothing if it is refused or changes nothing."""
        law = reaction.getKineticLaw()
        if law is None or not law.isSetMath():
            return []
        refusals = self.table.refusals
        n_refused = len(refusals.found)
        try:
            reactants = self._side(reaction, reaction.getListOfReactants())
            products = self._side(reaction, reaction.getListOfProducts())
            tree = self._law(reaction, law)
            if tree is None or len(refusals.found) > n_refused:
                return []
            formula = tree
            details = details_of(reaction)
            own = self._as_written(reaction, details, reactants, products, tree)
            if own is not None:
                return [own]
            terms = terms_of(tree, self.species)
        except UnsupportedMathError as error:
            refusals.add(
                reaction, f"{label('reaction', reaction)}: its kinetic law or stoichiometry uses {error}"
            )
            return []
        except NotMassActionError as error:
            refusals.add(
                reaction,
                f"the kinetic law of {label('reaction', reaction)} is not mass action: {error} "
                f"(law {to_text(formula)[:160]})",
            )
            return []
        return self._reactions(reaction, details, reactants, products, terms)

    def _side(self, reaction: Any, references: Iterable[Any]) -> Side:
        counts: dict[str, int] = {}
        for reference in references:
            name = reference.getSpecies()
            count = self._count(reaction, reference)
            species = self.table.model.getSpecies(name)
            # A boundary species keeps its amount: it may set the rate but is not consumed or produced.
            if count and not (species.getBoundaryCondition() or species.getConstant()):
                counts[name] = counts.get(name, 0) + count
        return tuple(counts.items())

    def _count(self, reaction: Any, reference: Any) -> int:
        refusals, name = self.table.refusals, reference.getSpecies()
        where = f"{label('reaction', reaction)}: the stoichiometry of {name!r}"
        if self.table.model.getRuleByVariable(reference.getId()) is not None:
            refusals.add(reference, f"{where} changes by a rule")
            return 0
        count = self._number(reference)
        if count is None:
            refusals.add(reference, f"{where} is not given as a number")
            return 0
        if not (count.is_integer() and 0 <= count <= 1_000_000):
            refusals.add(reference, f"{where} is {count!r}; expected a whole number >= 0")
            return 0
        return int(count)

    def _number(self, reference: Any) -> float | None:
        """Return a stoichiometry; a formula counts if nothing in it ever changes."""
        table, model = self.table, self.table.model
        if reference.getId() and model.getInitialAssignmentBySymbol(reference.getId()) is not None:
            return table.values.get(reference.getId())
        if model.getLevel() > 2:
            return float(reference.getStoichiometry()) if reference.isSetStoichiometry() else None
        if not reference.isSetStoichiometryMath():
            return float(reference.getStoichiometry()) / (reference.getDenominator() or 1)
        tree = table.reader.read(reference.getStoichiometryMath().getMath())
        if any(model.getSpecies(n) is not None or n in table.observed for n in names_in(tree)):
            return None
        try:
            count = evaluate(tree, table.values)
            self.notes.append(f"a stoichiometry of {reference.getSpecies()!r} is computed once: {count:g}")
            return count
        except ExpressionError:
            return None

    def _law(self, reaction: Any, law: Any) -> Expression | None:
        """Return the formula of a law over species, constants and renamed local parameters."""
        table = self.table
        tree = table.reader.read(law.getMath())
        local: dict[str, Expression] = {}
        for parameter in law.getListOfParameters():
            new_name = self.fresh(f"{reaction.getId()}__{parameter.getId()}")
            if not parameter.isSetValue():
                table.refusals.add(
                    parameter, f"{label('local parameter', parameter)} of {reaction.getId()!r} has no value"
                )
                return None
            table.values[new_name] = parameter.getValue()
            self.parameters.append(
                Parameter(
                    id=new_name, value=parameter.getValue(), name=parameter.getName() or parameter.getId()
                )
            )
            local[parameter.getId()] = Symbol(new_name)
        hidden = set(local)
        outside = {name: new for name, new in table.counts.items() if name not in hidden}
        tree = substitute(tree, {**outside, **local})
        tree = substitute(tree, table.observed)
        for name in dict.fromkeys(names_in(tree)):
            if table.model.getReaction(name) is not None:
                table.refusals.add(
                    reaction, f"the kinetic law of {label('reaction', reaction)} uses the rate of {name!r}"
                )
                return None
            if name not in table.values:
                table.refusals.add(
                    reaction,
                    f"the kinetic law of {label('reaction', reaction)} uses {name!r}, which has no value",
                )
                return None
        return tree

    def _as_written(
        self, reaction: Any, details: Details, reactants: Side, products: Side, tree: Expression
    ) -> Reaction | None:
        """Return the reaction that our annotation describes, if the law says exactly that."""
        if details.kind != "reaction" or details.text("law", "mass_action") not in rate_laws():
            return None
        if any(
            self.species.divisor[name] is not None for name in names_in(tree) if name in self.species.divisor
        ):
            return None
        modifiers = tuple((m.getSpecies(), _role(m) or CATALYST) for m in reaction.getListOfModifiers())
        try:
            candidate = self._make(
                reaction,
                details,
                reactants=reactants,
                products=products,
                modifiers=modifiers,
                rate_constant=parse(details.text("rate_constant")),
                law=details.text("law", "mass_action"),
            )
        except MtorNetError:
            return None
        return candidate if same_formula(full_rate(candidate), tree) else None

    def _make(self, element: Any, details: Details, **more: Any) -> Reaction:
        kwargs = {"id": element.getId(), **more}
        return Reaction(
            name=details.text("name", element.getName()),
            module=details.text("module"),
            sbo=details.text("sbo", element.getSBOTermID()),
            provenance=details.provenance,
            **kwargs,
        )

    def _reactions(
        self, element: Any, details: Details, reactants: Side, products: Side, terms: Sequence[Term]
    ) -> list[Reaction]:
        if not reactants and not products:
            self.notes.append(f"reaction {element.getId()!r} changes no species and is left out")
            return []
        backward = [term for term in terms if term.sign < 0]
        if backward and not element.getReversible():
            self.table.refusals.add(
                element,
                f"{label('reaction', element)} is irreversible but its law has a negative term "
                f"({to_text(backward[0].constant)[:80]}); mark it as reversible if both directions happen",
            )
            return []
        terms = terms or [Term(sign=1, constant=Number(0.0), powers={})]
        made = []
        for term, new_id in zip(terms, self._ids(element.getId(), terms), strict=True):
            sides = (reactants, products) if term.sign > 0 else (products, reactants)
            one = self._one(element, details, new_id, sides, term)
            if one is not None:
                made.append(one)
        if len(made) > 1:
            self.notes.append(f"reaction {element.getId()!r} is read as {', '.join(r.id for r in made)}")
        return made

    def _ids(self, name: str, terms: Sequence[Term]) -> list[str]:
        if len(terms) == 1:
            return [name]
        ids = []
        for sign, word in ((1, "forward"), (-1, "backward")):
            n = sum(term.sign == sign for term in terms)
            ids += [self.fresh(f"{name}__{word}" if n == 1 else f"{name}__{word}{i + 1}") for i in range(n)]
        forward = iter([i for i in ids if "__forward" in i[len(name) :]])
        reverse = iter([i for i in ids if "__backward" in i[len(name) :]])
        return [next(forward) if term.sign > 0 else next(reverse) for term in terms]

    def fresh(self, name: str) -> str:
        """Return a name that nothing carries yet, as close to ``name`` as can be."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def _one(
        self, element: Any, details: Details, new_id: str, sides: tuple[Side, Side], term: Term
    ) -> Reaction | None:
        constant = self._constant(element, new_id, term.constant)
        if constant is None:
            return None
        counts, powers = {name: int(count) for name, count in sides[0]}, dict(term.powers)
        # Mass action multiplies every reactant; what else the law multiplies is a modifier.
        is_mass_action = all(powers.get(name, 0) >= count for name, count in counts.items())
        if is_mass_action:
            powers = {name: power - counts.get(name, 0) for name, power in powers.items()}
        roles = {m.getSpecies(): _role(m) or CATALYST for m in element.getListOfModifiers()}
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
            rate_constant=constant,
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

    def _constant(self, element: Any, new_id: str, constant: Expression) -> Expression | None:
        """Return a rate constant that is finite and not negative, in a form whose unit nobody can mistake."""
        try:
            value = evaluate(constant, self.table.values)
        except ExpressionError as error:
            self.table.refusals.add(element, f"the kinetic law of {label('reaction', element)}: {error}")
            return None
        if not 0 <= value < float("inf"):
            self.table.refusals.add(
                element,
                f"the kinetic law of {label('reaction', element)}: the rate constant "
                f"{to_text(constant)[:80]!r} is {value!r}; expected a finite number >= 0",
            )
            return None
        named = {n for n in names_in(constant) if self.table.model.getCompartment(n) is None}
        if named or self.with_units:
            return constant
        # A bare number has no unit of its own; as a parameter it may have the one it needs.
        new_name = self.fresh(f"{new_id}__k")
        whole = isinstance(constant, Number)
        number = value if whole else 1.0
        self.parameters.append(Parameter(id=new_name, value=number))
        return Symbol(new_name) if whole else Apply("*", (Symbol(new_name), constant))


def _role(modifier: Any) -> str:
    return _ROLES.get(modifier.getSBOTermID(), "")
