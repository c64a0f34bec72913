"""Formulas at random, of every operator, over the names of the general network."""

from __future__ import annotations

from hypothesis import strategies as st

from mtornet.expression import FUNCTIONS, LOGIC, RELATIONS, Apply, Expression, Number, Symbol

NAMES = ("A", "B", "k1", "Km", "v", "cell", "time")
ARITY = {name: arity for name, (arity, _) in {**FUNCTIONS, **LOGIC}.items()}
ARITY |= dict.fromkeys(RELATIONS, 2) | dict.fromkeys("+-*/^", 2) | {"neg": 1}


def leaves() -> st.SearchStrategy[Expression]:
    numbers = st.sampled_from([0.0, 1.0, 2.0, 0.5, 10.0, 3e-7, 1e20]).map(Number)
    return numbers | st.sampled_from(NAMES).map(Symbol)


def _applied(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.sampled_from(sorted(ARITY)).flatmap(
        lambda operator: st.tuples(*[inner] * ARITY[operator]).map(lambda a: Apply(operator, a))
    )


def trees() -> st.SearchStrategy[Expression]:
    return st.recursive(leaves(), _applied, max_leaves=12)


def without_signs(tree: Expression) -> Expression:
    """Without double minus, which a reader of SBML takes away."""
    if not isinstance(tree, Apply):
        return tree
    arguments = tuple(without_signs(argument) for argument in tree.arguments)
    if tree.operator == "neg" and isinstance(arguments[0], Apply) and arguments[0].operator == "neg":
        return arguments[0].arguments[0]
    return Apply(tree.operator, arguments)
