"""What is no mass action: formulas, rules, events, volumes and counts that change, as other tools write them."""

# ruff: noqa: E501 - XML reads worse when its lines are broken
from __future__ import annotations

import math as numbers
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import libsbml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtornet.errors import ExpressionError, SBMLError, UnsupportedFeatureError
from mtornet.expression import LOGIC, Apply, Expression, evaluate, parse, postorder
from mtornet.network.network import ReactionNetwork
from mtornet.sbml import definitions
from mtornet.sbml.formulas import same_formula
from mtornet.sbml.mathml import FormulaReader
from mtornet.sbml.mathml_write import FormulaWriter, condition_for_sbml, for_sbml, is_truth
from mtornet.sbml.read import read_sbml
from mtornet.sbml.write import sbml_text
from tests.unit.network.general import network as general
from tests.unit.sbml.foreign import MATHML, SPECIES, math, model, reaction, rule
from tests.unit.sbml.formulas import NAMES, trees, without_signs
from tests.unit.sbml.test_sbml_roundtrip import assert_equal, consistency_messages

CONCENTRATION = 'hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"'
BOUNDARY = 'hasOnlySubstanceUnits="false" boundaryCondition="true" constant="false"'
V = '<parameter id="v" value="1" constant="false"/>'


def laws(network: ReactionNetwork) -> dict[str, tuple[str, str, bool]]:
    return {r.id: (r.law, str(r.rate_constant), r.signed) for r in network.reactions.values()}


def event(
    name: str = "e",
    trigger: str = "time > 1",
    *assignments: tuple[str, str],
    more: str = "",
    early: str = "true",
    state: str = 'initialValue="true" persistent="true"',
) -> str:
    assigned = "".join(f'<eventAssignment variable="{n}">{math(f)}</eventAssignment>' for n, f in assignments)
    named = f'id="{name}"' if name else ""
    return (
        f'<event {named} useValuesFromTriggerTime="{early}"><trigger {state}>{math(trigger)}</trigger>{more}'
        f"<listOfEventAssignments>{assigned}</listOfEventAssignments></event>"
    )


def events(*each: str) -> str:
    return f"<listOfEvents>{''.join(each)}</listOfEvents>"


def test_everything_of_ours_comes_back() -> None:
    text = sbml_text(general())
    back = read_sbml(text)
    assert_equal(general(), back)
    assert (back.variables, back.events) == (general().variables, general().events)
    assert back.sha256 == general().sha256
    assert back.notes == ()
    assert sbml_text(back) == text
    assert consistency_messages(text) == Counter()


def test_counts_come_back_with_all_their_digits() -> None:
    third = replace(general().reactions["any"], reactants=(("B", 1 / 3),), products=(("A", 2 / 3), ("I", 2)))
    network = replace(general(), reactions=general().reactions.replaced(third))
    text = sbml_text(network)
    assert read_sbml(text).reactions["any"] == third
    edited = read_sbml(text.replace('stoichiometry="0.666666666666667"', 'stoichiometry="0.25"'))
    assert edited.reactions["any"].products == (("A", 0.25), ("I", 2))


@settings(max_examples=300, deadline=None)
@given(tree=trees())
def test_any_formula_comes_back(tree: Expression) -> None:
    writer, reader = FormulaWriter(id_of=lambda _unit: "dimensionless"), FormulaReader()
    for written, node in (
        (for_sbml(tree), writer.write(tree)),
        (condition_for_sbml(tree), writer.condition(tree)),
    ):
        text = libsbml.writeMathMLToString(node)
        found = reader.read(libsbml.readMathMLFromString(text))
        assert same_formula(without_signs(written), without_signs(found))
        assert not any(
            isinstance(part, Apply) and is_truth(part) and node.operator not in (*LOGIC, "if")
            for node in postorder(written)
            if isinstance(node, Apply)
            for part in node.arguments
        )


@settings(max_examples=300, deadline=None)
@given(tree=trees(), values=st.tuples(*[st.floats(0.1, 9.0)] * len(NAMES)))
def test_another_spelling_has_the_same_value(tree: Expression, values: tuple[float, ...]) -> None:
    known = dict(zip(NAMES, values, strict=True))
    try:
        expected = evaluate(tree, known)
    except ExpressionError:
        return
    assert evaluate(for_sbml(tree), known) == pytest.approx(expected, nan_ok=True)
    assert evaluate(condition_for_sbml(tree), known) == float(expected != 0.0)


def test_without_our_annotations_the_mathematics_is_the_same() -> None:
    document = libsbml.readSBMLFromString(sbml_text(general()))
    for element in document.getModel().getListOfAllElements():
        element.unsetAnnotation()
    document.getModel().unsetAnnotation()
    back = read_sbml(libsbml.writeSBMLToString(document))
    assert list(back.variables) == ["v", "cell"]
    assert back.variables["cell"].rate == general().variables["cell"].rate
    assert [e.assignments for e in back.events.values()] == [e.assignments for e in general().events.values()]
    assert {r.law for r in back.reactions.values()} == {"expression", "mass_action"}
    assert str(back.reactions["mm"].rate_constant) == "k1*E*A/(Km + A)"
    # The two directions of a net law, and a law that the file calls irreversible.
    assert laws(back)["net__backward"] == ("mass_action", "k1*cell0/cell", False)
    assert laws(back)["plain"] == ("mass_action", "k1*exp(-time*k1)", False)
    assert (list(back.derived), list(back.readouts)) == ([], ["fading", "level"])
    assert back.readouts["level"].expression == general().readouts["level"].expression


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("k*A/(k2 + A)", "k*A/(k2 + A)"),
        ("k*exp(A)", "k*exp(A)"),
        ("k*A^k2", "k*A^k2"),
        ("k*A*sin(time)", "k*A*sin(time)"),
        ("piecewise(k*A, time > 3, 0)", "if(time > 3, k*A, 0)"),
        ("piecewise(k*A, A > 3, k, A > 2, 7)", "if(A > 3, k*A, if(A > 2, k, 7))"),
        ("piecewise(k*A, A > 3)", "if(A > 3, k*A, 0/0)"),
        ("k*A*and(A > 1, B < 2, A == B)", "k*A*(A > 1 and B < 2 and A == B)"),
        ("exp(A)*or()", "exp(A)*0"),
        ("k*A*xor(A > 1, not(B > 2))", "k*A*(A > 1 xor not B > 2)"),
        ("k*A*(1 < A < 3)", "k*A*(1 < A and A < 3)"),
        ("k*A*neq(A, 1)", "k*A*(A != 1)"),
        ("k*A*log10(A)", "k*A*log10(A)"),
        ("k*A*log(2, A)", "k*A*(ln(A)/ln(2))"),
        ("k*A*sec(A)", "k*A*(1/cos(A))"),
        ("k*A*arccsch(A)", "k*A*asinh(1/A)"),
        ("k*floor(A)*ceil(A)*factorial(B)", "k*floor(A)*ceil(A)*factorial(B)"),
        ("k*A*rem(A, 3)*quotient(A, 3)", "k*A*rem(A, 3)*quotient(A, 3)"),
        ("k*A*implies(A > 1, B > 1)", "k*A*(not A > 1 or B > 1)"),
        ("k*A*max(A, B, 3)", "k*A*max(max(A, B), 3)"),
        ("k*A*root(3, A)", "k*A*A^(1/3)"),
        ("k/(A + avogadro)", "k/(A + 6.02214179e+23)"),
    ],
)
def test_laws_become_formulas(formula: str, expected: str) -> None:
    (found,) = read_sbml(model(reaction("R", formula, "A", "B"))).reactions.values()
    assert found.law == "expression"
    assert found.rate_constant == parse(expected)
    assert found.reactants == (("A", 1),)


def test_rate_constants_that_change_keep_mass_action() -> None:
    text = model(
        reaction("R", "v*A*(A-1)*time", "2 A"), parameters=V, rest=events(event("e", "A < 5", ("v", "2*v")))
    )
    (found,) = read_sbml(text).reactions.values()
    assert (found.law, found.rate_constant, found.reactants) == ("mass_action", parse("v*time"), (("A", 2),))


def test_arc_cotangent_has_a_value_at_zero() -> None:
    (found,) = read_sbml(model(reaction("R", "k*arccot(A)", "A", "B"))).reactions.values()
    at = {x: evaluate(found.rate_constant, {"k": 1.0, "A": x}) for x in (0.0, 1.0)}
    assert at == pytest.approx({0.0: numbers.pi / 2, 1.0: numbers.pi / 4})


def test_species_of_a_formula_are_modifiers() -> None:
    text = model(reaction("R", "k*A*B/(C + A)", "A"))
    (found,) = read_sbml(text).reactions.values()
    assert found.modifiers == (("B", "catalyst"), ("C", "catalyst"))
    hidden = model(
        reaction("R", "k*A*total/(1 + total)", "A"),
        parameters='<parameter id="total" constant="false"/>',
        rules=rule("assignment", "total", "B + C"),
    )
    (found,) = read_sbml(hidden).reactions.values()
    assert found.modifiers == (("B", "stimulator"), ("C", "stimulator"))
    assert found.rate_constant == parse("k*A*(B + C)/(1 + (B + C))")


REVERSIBLE = 'reversible="true"'


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (
            "k*(A/k - B/k2)/(1 + A/k + B/k2)",
            {
                "R__forward": ("expression", "k*(A/k)/(1 + A/k + B/k2)", False),
                "R__backward": ("expression", "k*(B/k2)/(1 + A/k + B/k2)", False),
            },
        ),
        (
            "k*A/(k + A) - k2*B",
            {
                "R__forward": ("expression", "k*A/(k + A)", False),
                "R__backward": ("expression", "k2*B", False),
            },
        ),
        ("-k*B/(k + B)", {"R": ("expression", "k*B/(k + B)", False)}),
        ("k*A/(k + A)", {"R": ("expression", "k*A/(k + A)", False)}),
        ("k*sin(time)", {"R": ("expression", "k*sin(time)", True)}),
        ("k*A*(A-1)*(A-2)/(k + B)", {"R": ("expression", "k*A*(A - 1)*(A - 2)/(k + B)", False)}),
        ("k*(A-1)*(A-3)/(k + B)", {"R": ("expression", "k*(A - 1)*(A - 3)/(k + B)", True)}),
        ("k*(A - B)^2/(k + B)", {"R": ("expression", "k*(A - B)^2/(k + B)", False)}),
    ],
)
def test_net_laws(formula: str, expected: dict[str, tuple[str, str, bool]]) -> None:
    network = read_sbml(model(reaction("R", formula, "A", "B", attributes=REVERSIBLE)))
    assert laws(network) == expected
    backward = network.reactions.get("R__backward")
    if backward is not None:
        assert (backward.reactants, backward.products) == ((("B", 1),), (("A", 1),))
    signed = any(r.signed for r in network.reactions.values())
    assert signed == any("rate equations only" in note for note in network.notes)


def test_an_irreversible_law_is_believed_not_to_be_negative() -> None:
    network = read_sbml(model(reaction("R", "k*(100 - 2*C)*(99 - 2*C)/2", "", "C")))
    assert laws(network) == {"R": ("expression", "k*(100 - 2*C)*(99 - 2*C)/2", False)}
    assert laws(read_sbml(model(reaction("R", "-k*A", "A")))) == {"R": ("expression", "-k*A", True)}
    assert laws(read_sbml(model(reaction("R", "(k2 - k)*A", "A"))))["R"][2]


def test_a_rate_constant_that_changes() -> None:
    text = model(
        reaction("R", "v*A", "A", attributes=REVERSIBLE),
        parameters=V,
        rest=events(event("e", "A < 5", ("v", "2*v"))),
    )
    network = read_sbml(text)
    assert laws(network) == {"R": ("mass_action", "v", False)}
    assert network.variables["v"].initial == 1.0
    # Nobody knows the sign of a variable that an event may make negative.
    assert laws(read_sbml(text.replace('<cn type="integer"> 2 </cn>', "<cn> -2 </cn>")))["R"][2]


def test_rate_rules() -> None:
    concentration = f'<species id="X" compartment="cell" initialConcentration="5" {BOUNDARY}/>'
    network = read_sbml(
        model(
            reaction("R", "k*A", "A"),
            parameters=V,
            species=concentration,
            rules=rule("rate", "v", "k*v - A") + rule("rate", "X", "k*X") + rule("rate", "C", "-k2*B*C"),
        )
    )
    assert network.variables["v"].rate == parse("k*v - A")
    assert laws(network)["X__rate"] == ("expression", "k*(X/cell)*cell", True)
    assert laws(network)["C__rate"] == ("expression", "-k2*B*C", True)
    assert network.reactions["C__rate"].products == (("C", 1),)
    assert network.reactions["C__rate"].modifiers == (("B", "stimulator"),)
    assert any("rate rule for 'C'" in note and "rate equations only" in note for note in network.notes)


def grows(
    kind: str, formula: str, *reactions: str, species: str = "", rest: str = "", **more: str
) -> ReactionNetwork:
    text = model(
        *reactions,
        species=species,
        rules=rule(kind, "cell", formula) + more.pop("rules", ""),
        rest=rest,
        **more,
    )
    return read_sbml(text.replace('size="2" constant="true"', 'size="2" constant="false"'))


def test_a_compartment_that_grows() -> None:
    species = f'<species id="X" compartment="cell" initialConcentration="5" {CONCENTRATION}/>'
    network = grows("rate", "k*cell", reaction("R", "k*X", "X"), species=species)
    assert network.variables["cell"].rate == parse("k*cell")
    assert network.compartments["cell"].size == network.variables["cell"].initial == 2.0
    assert laws(network) == {"R": ("mass_action", "k/cell", False)}
    assert network.species["X"].initial == 10.0


def test_a_concentration_with_a_rate_rule_in_a_compartment_that_grows() -> None:
    species = f'<species id="X" compartment="cell" initialConcentration="5" {BOUNDARY}/>'
    network = grows("rate", "3", species=species, rules=rule("rate", "X", "k"))
    assert laws(network) == {"X__rate": ("expression", "k*cell + X/cell*3", True)}
    by_rule = grows("assignment", "2 + 3*time", species=species, rules=rule("rate", "X", "k"))
    assert laws(by_rule) == {"X__rate": ("expression", "k*(2 + 3*time) + X/(2 + 3*time)*3", True)}


def test_a_compartment_that_a_rule_computes() -> None:
    species = f'<species id="X" compartment="cell" initialConcentration="5" {CONCENTRATION}/>'
    network = grows("assignment", "2 + A", reaction("R", "k*cell*X/(1 + X)", "X"), species=species)
    assert network.readouts["cell"].expression == parse("2 + A")
    assert network.compartments["cell"].size == 12.0
    assert network.species["X"].initial == 60.0
    assert network.reactions["R"].rate_constant == parse("k*(2 + A)*(X/(2 + A))/(1 + X/(2 + A))")
    assert_equal(network, read_sbml(sbml_text(network)))
    with pytest.raises(SBMLError, match=r"which depends on concentrations in it|circular"):
        grows("assignment", "2 + X", reaction("R", "k*X", "X"), species=species)


def test_species_that_a_rule_computes_are_read_outs() -> None:
    species = f'<species id="X" compartment="cell" {BOUNDARY}/>'
    network = read_sbml(
        model(reaction("R", "k*X", "A,X", "B"), species=species, rules=rule("assignment", "X", "A/2 + time"))
    )
    assert "X" not in network.species
    assert network.readouts["X"].expression == parse("(A/2 + time)*cell")
    assert laws(network) == {
        "R__forward1": ("mass_action", "k/2", False),
        "R__forward2": ("constant_rate", "k*time", False),
    }
    assert network.reactions["R__forward1"].reactants == (("A", 1),)


def test_events() -> None:
    delay, priority = f"<delay>{math('k*A')}</delay>", f"<priority>{math('A')}</priority>"
    concentration = f'<species id="X" compartment="cell" initialConcentration="5" {CONCENTRATION}/>'
    network = read_sbml(
        model(
            reaction("R", "k*A", "A"),
            parameters=V + '<parameter id="w" constant="false"/>',
            species=concentration,
            rules=rule("assignment", "w", "X + 1"),
            rest=events(
                event(
                    "e1",
                    "X > 2",
                    ("v", "w"),
                    ("X", "2*X"),
                    more=priority + delay,
                    early="false",
                    state='initialValue="false" persistent="false"',
                ),
                event("", "A < 1", ("A", "A + 5")),
                event("e3", "A < 1"),
            ),
        )
    )
    first, second = network.events.values()
    assert first.trigger == parse("X/cell > 2")
    assert dict(first.assignments) == {"v": parse("X/cell + 1"), "X": parse("2*(X/cell)*cell")}
    assert (first.delay, first.priority) == (parse("k*A"), parse("A"))
    assert (first.persistent, first.initial_value, first.use_values_from_trigger_time) == (
        False,
        False,
        False,
    )
    assert (second.id, second.persistent, second.initial_value, second.use_values_from_trigger_time) == (
        "event2",
        True,
        True,
        True,
    )
    assert any("event 'e3' changes nothing" in note for note in network.notes)


def test_a_late_concentration_in_a_compartment_that_changes() -> None:
    def late(formula: str) -> ReactionNetwork:
        delay = f"<delay>{math('k')}</delay>"
        species = f'<species id="X" compartment="cell" initialConcentration="5" {CONCENTRATION}/>'
        return grows(
            "rate", "k", species=species, rest=events(event("e", "time > 1", ("X", formula), more=delay))
        )

    found = late("2*k").events["e"]
    assert found.assignments == (("X", parse("2*k*cell")),)
    assert not found.use_values_from_trigger_time
    with pytest.raises(
        UnsupportedFeatureError,
        match="event 'e' sets the concentration of 'X' in 'cell', whose size may change",
    ):
        late("2*A")


def test_conversion_factors_and_counts_that_are_not_whole() -> None:
    species = f'<species id="X" compartment="cell" initialAmount="5" {SPECIES} conversionFactor="k2"/>'
    network = read_sbml(
        model(reaction("R", "k*A", "A", "1.5 B,X"), species=species, attributes='conversionFactor="k"')
    )
    assert network.reactions["R"].reactants == (("A", 0.5),)
    assert dict(network.reactions["R"].products) == {"B": 0.75, "X": 0.25}
    assert network.reactions["R"].fractional
    negative = read_sbml(model(reaction("R", "k", "-2 A", "B")))
    assert (negative.reactions["R"].reactants, negative.reactions["R"].products) == ((), (("A", 2), ("B", 1)))


def test_counts_that_change() -> None:
    text = model(reaction("R", "k*A", "A", "B"), rules=rule("assignment", "n", "1 + time")).replace(
        '<speciesReference species="B" stoichiometry="1" constant="true"/>',
        '<speciesReference id="n" species="B" constant="false"/>',
    )
    network = read_sbml(text)
    assert network.reactions["R"].products == ()
    assert laws(network)["R__B"] == ("expression", "(1 + time)*(k*A)", True)
    assert network.readouts["n"].expression == parse("1 + time")
    constant = read_sbml(
        text.replace(
            '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time"> time </csymbol>',
            "<ci>k</ci>",
        )
    )
    assert constant.reactions["R"].products == (("B", 1.5),)
    assert str(constant.derived["n"].expression) == "1 + k"


def test_rates_of_reactions_and_of_change() -> None:
    species = f'<species id="X" compartment="cell" initialConcentration="5" {CONCENTRATION}/>'
    network = grows(
        "rate",
        "3",
        reaction("R", "k*A", "A", "B,X"),
        species=species,
        parameters="".join(f'<parameter id="{n}" constant="false"/>' for n in ("flux", "slope", "dilution")),
        rules=rule("assignment", "flux", "2*R")
        + rule("assignment", "slope", "rateOf(B) + rateOf(k2)")
        + rule("assignment", "dilution", "rateOf(X)"),
    )
    assert network.readouts["flux"].expression == parse("2*(k*A)")
    assert network.readouts["slope"].expression == parse("k*A + 0")
    assert network.readouts["dilution"].expression == parse("k*A/cell - X/cell/cell*3")


def test_a_local_parameter_hides_the_rate_of_change_of_a_global_one() -> None:
    local = '<listOfLocalParameters><localParameter id="v" value="3"/></listOfLocalParameters>'
    network = read_sbml(
        model(reaction("R", "A*(v + rateOf(v))", "A", more=local), parameters=V, rules=rule("rate", "v", "2"))
    )
    assert str(network.reactions["R"].rate_constant) == "R__v + 0"


def test_words_of_formulas_as_ids() -> None:
    text = model(
        reaction(
            "R",
            "k*A*x",
            "A",
            more='<listOfLocalParameters><localParameter id="not" value="2"/></listOfLocalParameters>',
        ),
        parameters='<parameter id="time" value="4" constant="true"/><parameter id="x" constant="false"/>',
        rules=rule("assignment", "x", "xor_id*2"),
    )
    text = text.replace("<ci> xor_id </ci>", "<ci>time</ci>").replace("<ci> k </ci>", "<ci>not</ci>", 1)
    network = read_sbml(text)
    assert network.parameters["time_"].value == 4.0
    assert str(network.derived["x"].expression) == "time_*2"
    assert str(network.reactions["R"].rate_constant) == "R__not*x"
    assert network.parameters["R__not"].value == 2.0
    assert any(
        "'time' is a word of our formulas; the parameter is read as 'time_'" in n for n in network.notes
    )


def test_what_has_no_formula_means_nothing() -> None:
    text = model(
        reaction("R", "k*A", "A"),
        parameters=V + '<parameter id="unused" constant="true"/>',
        rules='<assignmentRule variable="v"/><algebraicRule/>',
        rest='<listOfConstraints><constraint/></listOfConstraints><listOfEvents><event id="e" useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="true"/></event></listOfEvents>',
    )
    network = read_sbml(text)
    assert (list(network.inputs), list(network.events), "unused" in network.parameters) == (["v"], [], False)
    assert len([note for note in network.notes if "left out" in note]) == 5


def test_a_model_without_reactions() -> None:
    network = read_sbml(model(parameters=V, rules=rule("rate", "v", "1/2")))
    assert not network.reactions
    assert network.variables["v"].rate == parse("1/2")
    assert_equal(network, read_sbml(sbml_text(network)))


def test_units_are_not_claimed_where_they_are_not_known() -> None:
    network = read_sbml(model(reaction("R", "k*A/(5 + A)", "A")))
    assert not network.states_units
    text = sbml_text(network)
    assert "substanceUnits" not in text
    assert "dimensionless" not in text
    assert "in the units of the file" in text
    assert_equal(network, read_sbml(text))


def test_rules_that_double_each_time_do_not_explode() -> None:
    n = 40
    names = [f"p{i}" for i in range(n)]
    text = model(
        reaction("R", f"k*A*{names[-1]}", "A"),
        parameters="".join(f'<parameter id="{name}" constant="false"/>' for name in names),
        rules=rule("assignment", "p0", "A")
        + "".join(rule("assignment", b, f"{a} + {a}") for a, b in pairwise(names)),
    )
    with pytest.raises(UnsupportedFeatureError, match="a formula of more than 20000 nodes"):
        read_sbml(text)


def test_all_formulas_together_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "MAX_TOTAL_NODES", 10)
    with pytest.raises(UnsupportedFeatureError, match="the rules and laws have more than 10 nodes"):
        read_sbml(model(*(reaction(f"R{i}", "k*A", "A") for i in range(5))))


def test_a_piecewise_formula_with_half_a_case_is_no_formula() -> None:
    broken = model(reaction("R", "k*A", "A")).replace(
        math("k*A"), f"<math {MATHML}><piecewise><piece><ci>k</ci></piece></piecewise></math>"
    )
    with pytest.raises(Exception, match="not valid SBML"):
        read_sbml(broken)
