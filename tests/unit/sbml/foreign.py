"""Small SBML files as other tools write them, put together from parts."""

from __future__ import annotations

MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"'
SPECIES = 'hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"'


def math(formula: str) -> str:
    """MathML of an infix formula."""
    import libsbml

    text = libsbml.writeMathMLToString(libsbml.parseL3Formula(formula))
    assert text, formula
    return str(text).split("?>", 1)[-1]


def reaction(
    name: str, formula: str, reactants: str = "", products: str = "", *, more: str = "", attributes: str = ""
) -> str:
    """A reaction; sides are ``"2 A,B"``."""

    def side(tag: str, text: str) -> str:
        terms = [term.split() for term in text.split(",") if term]
        parts = [
            f'<speciesReference species="{name}" stoichiometry="{count}" constant="true"/>'
            for count, name in ((t[0] if len(t) > 1 else "1", t[-1]) for t in terms)
        ]
        return f"<listOf{tag}>{''.join(parts)}</listOf{tag}>" if parts else ""

    law = f"<kineticLaw>{math(formula)}{more}</kineticLaw>" if formula else ""
    reversible = "" if "reversible" in attributes else 'reversible="false"'
    return (
        f'<reaction id="{name}" {reversible} {attributes}>'
        f"{side('Reactants', reactants)}{side('Products', products)}"
        f"{modifiers(formula, reactants, products)}{law}</reaction>"
    )


def modifiers(formula: str, reactants: str, products: str) -> str:
    """Every species of a formula must be declared."""
    import re

    inside = {t.split()[-1] for t in f"{reactants},{products}".split(",") if t}
    names = [
        n for n in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", formula)) if n in {"A", "B", "C", "X"} - inside
    ]
    listed = "".join(f'<modifierSpeciesReference species="{n}"/>' for n in names)
    return f"<listOfModifiers>{listed}</listOfModifiers>" if listed else ""


def model(
    *reactions: str,
    species: str = "",
    parameters: str = "",
    rules: str = "",
    assignments: str = "",
    functions: str = "",
    rest: str = "",
    size: str = 'size="2"',
    attributes: str = "",
    namespaces: str = "",
) -> str:
    """A Level 3 file with species A = 10, B = 20, C = 0 (amounts) and parameters k = 0.5, k2 = 0.25."""

    def listed(tag: str, text: str) -> str:
        return f"<listOf{tag}>{text}</listOf{tag}>" if text else ""

    plain = "".join(
        f'<species id="{n}" compartment="cell" initialAmount="{x}" {SPECIES}/>'
        for n, x in zip("ABC", (10, 20, 0), strict=True)
    )
    constants = (
        '<parameter id="k" value="0.5" constant="true"/><parameter id="k2" value="0.25" constant="true"/>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2" {namespaces}>\n'
        f'<model id="m" {attributes}>\n{listed("FunctionDefinitions", functions)}'
        f'<listOfCompartments><compartment id="cell" spatialDimensions="3" {size} constant="true"/>'
        f"</listOfCompartments>\n<listOfSpecies>{plain}{species}</listOfSpecies>\n"
        f"<listOfParameters>{constants}{parameters}</listOfParameters>\n"
        f"{listed('InitialAssignments', assignments)}{listed('Rules', rules)}\n"
        f"{listed('Reactions', ''.join(reactions))}"
        f"{rest}</model></sbml>"
    )


def rule(kind: str, variable: str, formula: str) -> str:
    """An assignment, rate or algebraic rule."""
    target = f'variable="{variable}"' if variable else ""
    return f"<{kind}Rule {target}>{math(formula)}</{kind}Rule>"
