"""Quotients that saturate, such as ``k*S/(K + S)``, become one operation.

It takes the place of several, computes ``u`` once, and is monotone where interval arithmetic takes the ``u``
above and below the line for two. Values differ by rounding.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtornet.compiled.formulas import SATURATE, Formulas
from mtornet.expression import Number

_MOST_FACTORS = 64
"""Longer products are left alone; the search takes the square of their length."""

Quotient = tuple[list[int], list[int]]
"""Factors above and below the line."""


def saturating(formulas: Formulas, root: int) -> int:
    """Return a node in which quotients ``a*u/(K + u*w)`` are ``a*saturate(u, w, K)``."""
    done: dict[int, int] = {}
    for number in formulas.postorder(root):
        parts = formulas.parts(number)
        result = formulas.apply(formulas.operators[number], *[done[p] for p in parts]) if parts else number
        done[number] = _rewritten(formulas, result)
    return done[root]


def _rewritten(formulas: Formulas, number: int) -> int:
    if formulas.operators[number] not in ("*", "/"):
        return number
    above, below = _factors(formulas, number)
    found: list[int] = []
    while len(above) + len(below) <= _MOST_FACTORS:
        match = next(_matches(formulas, above, below), None)
        if match is None:
            break
        saturated, (above, below) = match
        found.append(saturated)
    if not found:
        return number
    product = formulas.joined("*", [*above, *found])
    return formulas.apply("/", product, formulas.joined("*", below)) if below else product


def _matches(formulas: Formulas, above: list[int], below: list[int]) -> Iterator[tuple[int, Quotient]]:
    """Yield what saturates in a quotient, and the rest; terms that are factors as a whole come first."""
    for total in below:
        if formulas.operators[total] != "+":
            continue
        rest = (above, _without(below, [total]) or [])
        terms = _terms(formulas, total)
        for take in (_whole_term, _part_of_term):
            for i, term in enumerate(terms):
                if term in formulas.constants:
                    continue
                for parts, remaining in take(formulas, term, rest):
                    half = formulas.joined("+", terms[:i] + terms[i + 1 :])
                    yield formulas.apply(SATURATE, *parts, half), remaining


def _whole_term(formulas: Formulas, term: int, rest: Quotient) -> Iterator[tuple[list[int], Quotient]]:
    """Take ``u`` out of the rest where it stands as it does below the line."""
    term_above, term_below = _factors(formulas, term)
    above, below = _without(rest[0], term_above), _without(rest[1], term_below)
    if above is not None and below is not None:
        yield [term], (above, below)


def _part_of_term(formulas: Formulas, term: int, rest: Quotient) -> Iterator[tuple[list[int], Quotient]]:
    """Take ``u`` out of the rest where ``u*w`` stands below the line."""
    term_above, term_below = _factors(formulas, term)
    for u in term_above:
        above = _without(rest[0], [u])
        if above is not None and u not in formulas.constants:
            others = _without(term_above, [u]) or [formulas.leaf(Number(1.0))]
            weight = formulas.joined("*", others)
            if term_below:
                weight = formulas.apply("/", weight, formulas.joined("*", term_below))
            yield [u, weight], (above, rest[1])


def _factors(formulas: Formulas, number: int) -> Quotient:
    """Return the factors above and below the line of a product or quotient."""
    above: list[int] = []
    below: list[int] = []
    pending = [(number, False)]
    while pending:
        node, inverse = pending.pop()
        if formulas.operators[node] in ("*", "/") and len(above) + len(below) < _MOST_FACTORS:
            left, right = formulas.arguments[node]
            pending.append((right, inverse != (formulas.operators[node] == "/")))
            pending.append((left, inverse))
        else:
            (below if inverse else above).append(node)
    return above, below


def _terms(formulas: Formulas, number: int) -> list[int]:
    terms: list[int] = []
    pending = [number]
    while pending:
        node = pending.pop()
        if formulas.operators[node] == "+":
            pending.extend(reversed(formulas.arguments[node]))
        else:
            terms.append(node)
    return terms


def _without(numbers: list[int], removed: list[int]) -> list[int] | None:
    """Return ``numbers`` less ``removed``, or None if some are not there."""
    rest = list(numbers)
    for number in removed:
        if number not in rest:
            return None
        rest.remove(number)
    return rest
