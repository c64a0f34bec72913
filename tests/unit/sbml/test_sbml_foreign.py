"""Files of other tools: read with the same mathematics, or refused by name."""

# ruff: noqa: E501 - XML reads worse when its lines are broken
from __future__ import annotations

import pytest

from mtornet.errors import SBMLError, UnsupportedFeatureError
from mtornet.network.elements import Reaction
from mtornet.network.ratelaws import rate_law
from mtornet.sbml.read import read_sbml
from tests.conformance.sbml_reference import constants
from tests.unit.sbml.foreign import SPECIES, math, model, reaction, rule

CONCENTRATION = 'hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"'


def only(text: str) -> Reaction:
    (found,) = read_sbml(text).reactions.values()
    return found


def factors(found: Reaction) -> dict[str, int]:
    return dict(rate_law(found.law).factors(found.reactants, found.modifiers))


@pytest.mark.parametrize(
    ("formula", "reactants", "products", "law", "constant", "powers"),
    [
        ("k*A", "A", "B", "mass_action", "k", {"A": 1}),
        ("A*B*k*k2/3", "A,B", "C", "mass_action", "k*k2/3", {"A": 1, "B": 1}),
        ("k*A^2", "2 A", "B", "mass_action", "k", {"A": 2}),
        ("k*A*A", "2 A", "B", "mass_action", "k", {"A": 2}),
        # Ordered pairs: the propensity of the term whose rate is k/2 A^2.
        ("k*A*(A-1)/2", "2 A", "B", "mass_action", "k/2", {"A": 2}),
        ("0.5*k*A*(A-1)*(A-2)", "3 A", "B", "mass_action", "0.5*k", {"A": 3}),
        ("k*(A+(-1))*A", "2 A", "B", "mass_action", "k", {"A": 2}),
        ("k", "A", "B", "constant_rate", "k", {}),
        ("k", "", "B", "mass_action", "k", {}),
        ("k*C", "A", "B", "constant_rate", "k", {"C": 1}),
        ("k*A*C", "A", "B", "mass_action", "k", {"A": 1, "C": 1}),
        # Less than mass action of what is consumed: all factors as modifiers, the same rate.
        ("k*A", "2 A", "B", "constant_rate", "k", {"A": 1}),
        ("k*A^3", "A", "2 A", "mass_action", "k", {"A": 3}),
        ("(k+k2)*A", "A", "B", "mass_action", "k + k2", {"A": 1}),
        ("k*A+k2*A", "A", "B", "mass_action", "k + k2", {"A": 1}),
        ("-(-2*k)*A", "A", "B", "mass_action", "2*k", {"A": 1}),
        ("cell*k*A", "A", "B", "mass_action", "cell*k", {"A": 1}),
        ("exp(k)*max(k,k2)*A", "A", "B", "mass_action", "exp(k)*max(k, k2)", {"A": 1}),
        ("A/(1/k)", "A", "B", "mass_action", "1/(1/k)", {"A": 1}),
    ],
)
def test_laws_that_are_read(
    formula: str, reactants: str, products: str, law: str, constant: str, powers: dict[str, int]
) -> None:
    found = only(model(reaction("R", formula, reactants, products)))
    assert (found.law, str(found.rate_constant), factors(found)) == (law, constant, powers)


def test_a_bare_number_becomes_a_parameter() -> None:
    network = read_sbml(model(reaction("R", "0.1*A", "A", "B"), reaction("S", "cell*A", "A", "B")))
    assert str(network.reactions["R"].rate_constant) == "R__k"
    assert network.parameters["R__k"].value == 0.1
    assert str(network.reactions["S"].rate_constant) == "S__k*cell"
    assert network.parameters["S__k"].value == 1.0


def test_a_reversible_law_becomes_two_reactions() -> None:
    text = model(reaction("R", "k*A*B - k2*C", "A,B", "C", attributes='reversible="true"'))
    network = read_sbml(text)
    assert list(network.reactions) == ["R__forward", "R__backward"]
    backward = network.reactions["R__backward"]
    assert (backward.reactants, backward.products) == ((("C", 1),), (("A", 1), ("B", 1)))
    assert str(backward.rate_constant) == "k2"
    assert any("R__forward, R__backward" in note for note in network.notes)


def test_new_names_hit_no_old_ones() -> None:
    text = model(
        reaction("R", "k*A - k2*C", "A", "C", attributes='reversible="true"'),
        reaction("R__forward", "k*A", "A", "C"),
    )
    assert list(read_sbml(text).reactions) == ["R__forward_", "R__backward", "R__forward"]


def test_local_parameters_are_renamed_and_hide_global_ones() -> None:
    local = '<listOfLocalParameters><localParameter id="k" value="7"/></listOfLocalParameters>'
    network = read_sbml(model(reaction("R", "k*A", "A", "B", more=local), reaction("S", "k*A", "A", "B")))
    assert str(network.reactions["R"].rate_constant) == "R__k"
    assert network.parameters["R__k"].value == 7
    assert str(network.reactions["S"].rate_constant) == "k"


def test_concentrations_become_amounts_with_the_volume_in_the_constant() -> None:
    extra = f'<species id="X" compartment="cell" initialConcentration="5" {CONCENTRATION}/>'
    network = read_sbml(model(reaction("R", "cell*k*X*X", "2 X", "A"), species=extra))
    assert network.species["X"].initial == 10.0
    assert str(network.reactions["R"].rate_constant) == "cell*k/cell/cell"
    assert factors(network.reactions["R"]) == {"X": 2}


def test_boundary_species_set_rates_and_stay() -> None:
    extra = '<species id="X" compartment="cell" initialAmount="5" hasOnlySubstanceUnits="true" boundaryCondition="true" constant="false"/>'
    found = only(model(reaction("R", "k*X*A", "X,A", "B"), species=extra))
    assert found.reactants == (("A", 1),)
    assert found.modifiers == (("X", "stimulator"),)
    assert "X" not in found.net


def test_functions_rules_and_initial_assignments() -> None:
    function = '<functionDefinition id="f"><math xmlns="http://www.w3.org/1998/Math/MathML"><lambda><bvar><ci>x</ci></bvar><bvar><ci>y</ci></bvar><apply><times/><ci>x</ci><ci>y</ci></apply></lambda></math></functionDefinition>'
    text = model(
        reaction("R", "f(d, A)", "A", "B"),
        reaction("S", "k*total", "", "C").replace(
            "<kineticLaw>",
            '<listOfModifiers><modifierSpeciesReference species="A"/><modifierSpeciesReference species="B"/></listOfModifiers><kineticLaw>',
        ),
        functions=function,
        parameters="".join(f'<parameter id="{n}" constant="false"/>' for n in ("d", "total", "twice", "p")),
        rules=rule("assignment", "twice", "2*total")
        + rule("assignment", "d", "k*k2")
        + rule("assignment", "total", "A + B"),
        assignments=f'<initialAssignment symbol="C">{math("2*p")}</initialAssignment>'
        f'<initialAssignment symbol="p">{math("k/k2")}</initialAssignment>',
    )
    network = read_sbml(text)
    assert str(network.derived["d"].expression) == "k*k2"
    assert {name: str(r.expression) for name, r in network.readouts.items()} == {
        "total": "A + B",
        "twice": "2*(A + B)",
    }
    assert str(network.reactions["R"].rate_constant) == "d"
    assert [factors(network.reactions[n]) for n in ("S__forward1", "S__forward2")] == [{"A": 1}, {"B": 1}]
    assert network.species["C"].initial == 4.0
    assert network.inputs["p"].value == 2.0
    assert constants(network)["d"] == 0.125
    assert "initial assignment: 'C' starts at 4" in network.notes


def test_level_2() -> None:
    text = (
        '<sbml xmlns="http://www.sbml.org/sbml/level2" level="2" version="1"><model id="m">'
        '<listOfCompartments><compartment id="cell" size="1"/></listOfCompartments><listOfSpecies>'
        '<species id="A" compartment="cell" initialAmount="4"/><species id="B" compartment="cell" initialAmount="0"/>'
        '</listOfSpecies><listOfParameters><parameter id="k" value="2"/></listOfParameters><listOfReactions>'
        f'<reaction id="R"><listOfReactants><speciesReference species="A"/></listOfReactants><listOfProducts>'
        f'<speciesReference species="B"/></listOfProducts><kineticLaw>{math("k*A - k*B")}</kineticLaw></reaction>'
        "</listOfReactions></model></sbml>"
    )
    network = read_sbml(text)
    assert [str(r.rate_constant) for r in network.reactions.values()] == ["k/cell", "k/cell"]
    assert any("in the units of the file" in note for note in network.notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            model(
                reaction("R", "k*A", "A"),
                parameters='<parameter id="v" value="1" constant="false"/>',
                rules=rule("algebraic", "", "v - k"),
            ),
            "algebraic rule",
        ),
        (model(reaction("R", "k*delay(A, 1)", "A")), "reaction 'R': its kinetic law uses a delay"),
        (model(reaction("R", "k*A/(k2 - k2)", "A")), "has no finite value"),
        (model(reaction("R", "", "A")), "reaction 'R' has no kinetic law"),
        (model(reaction("R", "k*u", "A"), parameters='<parameter id="u" constant="true"/>'), "'u', which has no value"),
        (
            model(reaction("R", "k*A", "A"), species=f'<species id="X" compartment="cell" {SPECIES}/>'),
            "species 'X' has no initial amount",
        ),
        (
            model(reaction("R", "k*A", "A"), species=f'<species id="X" compartment="cell" initialAmount="-1" {SPECIES}/>'),
            "species 'X' starts at -1.0; expected an amount >= 0",
        ),
        (
            model(
                reaction("R", "k*X", "X"),
                size="",
                species=f'<species id="X" compartment="cell" initialAmount="1" {CONCENTRATION}/>',
            ),
            "species 'X' has no initial amount that can be computed",
        ),
        (
            model(
                reaction("R", "k*A", "A"),
                namespaces='xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true"',
            ),
            "the package 'comp' is marked as required",
        ),
        (
            model(
                reaction("R", "k*A", "A"),
                namespaces='xmlns:z="http://example.org/unheard/version1" z:required="true"',
            ),
            "the package 'unheard' is marked as required",
        ),
        (
            model(reaction("R", "k*A", "A"), rest=f"<listOfConstraints><constraint id='c'>{math('A > 1')}</constraint></listOfConstraints>"),
            "constraint 'c': constraints are not read",
        ),
        (
            model(reaction("R", "k*A", "A")).replace("level3/version2/core", "level3/version1/core").replace(
                'version="2"', 'version="1"'
            ).replace('<reaction id="R"', '<reaction id="R" fast="true"'),
            "reaction 'R' is fast",
        ),
    ],
)  # fmt: skip
def test_refusals_name_the_construct_and_the_element(text: str, expected: str) -> None:
    with pytest.raises(UnsupportedFeatureError, match=expected) as caught:
        read_sbml(text)
    assert "not supported" in str(caught.value)
    assert "as a whole or not at all" in str(caught.value)


def test_one_error_lists_everything_with_lines() -> None:
    text = model(
        reaction("R", "k*delay(A, 1)", "A"),
        reaction("S", "", "B"),
        parameters='<parameter id="v" constant="false"/>',
        rules=rule("rate", "v", "delay(k, 1)") + rule("algebraic", "", "A - B"),
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        read_sbml(text)
    message = str(caught.value)
    assert "4 constructs are not supported" in message
    for name in ("'R'", "'S'", "'v'", "algebraic rule"):
        assert name in message
    assert message.count("<text>:") >= 4


def test_level_1_is_refused() -> None:
    with pytest.raises(UnsupportedFeatureError, match="SBML Level 1 is not read"):
        read_sbml('<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model/></sbml>')


def test_invalid_sbml_is_told_apart_from_unsupported() -> None:
    with pytest.raises(SBMLError, match="is not valid SBML, libSBML says") as caught:
        read_sbml(model(reaction("R", "k*nobody", "A")))
    assert not isinstance(caught.value, UnsupportedFeatureError)
    assert "nobody" in str(caught.value)
