"""Formulas, typed laws, variables and events: meaning, the way to the graph and back, refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mtornet.errors import ModelError
from mtornet.expression import evaluate, parse
from mtornet.graph.assignments import assignments_text, parse_assignments
from mtornet.graph.exchange import read_node_link, write_graphml, write_node_link
from mtornet.network.build import from_graph
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Event, Reaction, Variable
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate, rate_law, rate_laws
from mtornet.network.validate import problems_of_network
from tests.unit.network.general import network
from tests.verification import toys


def test_it_is_consistent() -> None:
    assert problems_of_network(network()) == []


def test_the_graph_and_its_files_give_it_back(tmp_path: Path) -> None:
    graph = network().graph
    again = from_graph(graph)
    assert again == network()
    assert again.sha256 == network().sha256
    assert again.graph.graph == graph.graph
    assert list(again.graph.nodes(data=True)) == list(graph.nodes(data=True))
    write_node_link(graph, tmp_path / "model.json")
    assert from_graph(read_node_link(tmp_path / "model.json")) == network()
    write_graphml(graph, tmp_path / "model.graphml")


def test_the_order_of_modifiers_is_kept() -> None:
    mm = network().reactions["mm"]
    both = (("I", "stimulator"), ("A", "catalyst"), ("I", "inhibitor"), ("E", "catalyst"))
    changed = replace(mm, law="expression", law_parameters=(), modifiers=both, rate_constant=parse("k1*A"))
    other = replace(network(), reactions=network().reactions.replaced(changed))
    assert from_graph(other.graph) == other


RATES = {
    "mm": "0.1*10*100/(20 + 100)",
    "comp": "0.1*10*100/(20*(1 + 5/40) + 100)",
    "uncomp": "0.1*10*100/(20 + 100*(1 + 5/40))",
    "mixed": "0.1*10*100/(20*(1 + 5/40) + 100*(1 + 5/20))",
    "on": "3*100^2/(20^2 + 100^2)",
    "steep": "3*100^2/(20^2 + 100^2)",
    "off": "0.1*10*20^2/(20^2 + 100^2)",
    "any": "0.1*30*10/(20 + 30)",
    "net": "0.1*100 - 0.1*30",
    "plain": "0.1*0.5*10",
}


@pytest.mark.parametrize("name", RATES)
def test_whole_rates(name: str) -> None:
    values = {p.id: p.value for p in network().parameters.values()}
    values |= {
        "A": 100.0,
        "B": 30.0,
        "E": 10.0,
        "I": 5.0,
        "cell": 2e-12,
        "v": 1.0,
        "time": 4.0,
        "fading": 0.5,
    }
    rate = evaluate(full_rate(network().reactions[name]), values)
    assert rate == pytest.approx(evaluate(parse(RATES[name]), {}), rel=1e-14)


def test_every_law_says_where_it_comes_from() -> None:
    tried = {r.law for r in network().reactions.values()} | {"constant_rate"}
    assert set(rate_laws()) == tried
    for law in rate_laws().values():
        assert law.source
        assert law.description
        assert law.sbo.startswith("SBO:")
    with pytest.raises(ModelError, match="is a formula, not a product of powers"):
        rate_law("michaelis_menten").factors((), ())


def test_counts_that_are_not_whole() -> None:
    matrix = network().stoichiometry
    assert matrix.dtype == np.float64
    assert matrix[0, 7] == 1.5
    assert toys.IMMIGRATION_DEATH.network().stoichiometry.dtype == np.int64
    assert not matrix.flags.writeable
    reaction = Reaction(id="R", reactants=(("A", 2.0),), products=(("B", 0.1),), rate_constant=parse("1"))
    assert isinstance(reaction.reactants[0][1], int)
    assert reaction.fractional
    other = replace(reaction, id="S", reactants=(("B", 0.3),), products=(("A", 6),), law="expression")
    part = _only(reaction, other)
    moieties = part.conserved_moieties()
    assert [m.species for m in moieties] == [(("A", 1), ("B", 20)), (("E", 1),), (("I", 1),)]


def _only(*reactions: Reaction) -> ReactionNetwork:
    none = Catalogue("event", ())
    return replace(network(), reactions=Catalogue("reaction", reactions), events=none)


def test_without_units_nothing_is_checked() -> None:
    place = replace(network().compartments["cell"], unit="")
    bare = replace(network(), compartments=network().compartments.replaced(place))
    assert network().states_units
    assert not bare.states_units
    variable = replace(bare.variables["v"], rate=parse("Km + k1"))
    odd = replace(bare, variables=bare.variables.replaced(variable))
    assert problems_of_network(odd) == []
    assert from_graph(odd.graph) == odd
    assert "molecules" not in odd.describe()


def test_the_size_of_a_compartment_that_changes_is_one_number() -> None:
    larger = network().with_parameters(cell=3e-12)
    assert larger.compartments["cell"].size == larger.variables["cell"].initial == 3e-12


def test_rate_constants_may_change_in_time() -> None:
    moving = replace(network().reactions["plain"], rate_constant=parse("k1*v*cell/cell0"))
    assert problems_of_network(replace(network(), reactions=network().reactions.replaced(moving))) == []


def test_what_an_event_assigns_is_not_conserved() -> None:
    names = {m.name for m in network().conserved_moieties()}
    without = replace(network(), events=Catalogue("event", ()))
    assert "I" not in names
    assert "I" in {m.name for m in without.conserved_moieties()}


def test_hashes_tell_everything_apart_and_old_ones_stay() -> None:
    plain = toys.IMMIGRATION_DEATH.network()
    assert set(plain.content()) == {
        "compartments", "species", "inputs", "parameters", "derived", "reactions", "readouts",
    }  # fmt: skip
    assert all(len(reaction) == 6 for reaction in plain.content()["reactions"])  # type: ignore[attr-defined]
    base = network()
    hashes = {base.sha256}
    net = base.reactions["net"]
    late = base.events["late"]
    changed = [
        replace(base, reactions=base.reactions.replaced(replace(net, signed=False))),
        replace(
            base,
            reactions=base.reactions.replaced(
                replace(base.reactions["mm"], law_parameters=(("K", parse("2*Km")),))
            ),
        ),
        base.with_parameters(v=3.0),
        replace(base, variables=base.variables.replaced(replace(base.variables["v"], rate=parse("1/start")))),
        *(
            replace(base, events=base.events.replaced(replace(late, **{field: value})))
            for field, value in {
                "trigger": parse("A < 51"),
                "assignments": (("v", parse("1")),),
                "delay": None,
                "priority": None,
                "persistent": True,
                "initial_value": True,
                "use_values_from_trigger_time": True,
            }.items()
        ),
    ]
    hashes |= {n.sha256 for n in changed}
    assert len(hashes) == 1 + len(changed)


def test_description_counts_them() -> None:
    assert "10 reactions, 2 variables, 2 events, 6 parameters; 2e-12 L" in network().describe()


EVENT = network().events["dose"]
NET = network().reactions["net"]
MM = network().reactions["mm"]
PROBLEMS: dict[str, tuple[Reaction | Event | Variable, str]] = {
    "species that is no modifier": (
        replace(NET, rate_constant=parse("k1*E")),
        "reaction 'net': its rate names the species 'E'; make it a modifier as well",
    ),
    "unknown in a rate": (
        replace(NET, rate_constant=parse("k1*A*kk1")),
        "reaction 'net': unknown name 'kk1' in the rate constant; did you mean 'k1'?",
    ),
    "missing law parameter": (
        replace(MM, law_parameters=()),
        "the law 'michaelis_menten' needs 'K' in law_parameters",
    ),
    "unknown law parameter": (
        replace(MM, law_parameters=(("K", parse("Km")), ("n", parse("h")))),
        "unknown law parameter 'n'; the law 'michaelis_menten' has K",
    ),
    "law parameter twice": (
        replace(MM, law_parameters=(("K", parse("Km")), ("K", parse("Km")))),
        "a name stands twice in law_parameters",
    ),
    "law parameter of mass action": (
        replace(network().reactions["plain"], law_parameters=(("K", parse("Km")),)),
        "unknown law parameter 'K'; the law 'mass_action' has none",
    ),
    "no substrate": (replace(MM, reactants=()), "needs one reactant, one molecule of it"),
    "two substrates": (
        replace(MM, reactants=(("A", 2),)),
        "the law 'michaelis_menten' needs one reactant, one molecule",
    ),
    "no inhibitor": (
        replace(network().reactions["comp"], modifiers=()),
        "the law 'competitive_inhibition' needs one inhibitor, found 0",
    ),
    "unit of a law parameter": (
        replace(MM, law_parameters=(("K", parse("k1")),)),
        "reaction 'mm': K: 'k1' has the unit 1/s, expected molecule",
    ),
    "unit of a rate": (
        replace(NET, rate_constant=parse("k1*A*E"), modifiers=(("E", "catalyst"),)),
        "reaction 'net': 'k1*A*E' has the unit molecule^2/s, expected molecule/s",
    ),
    "half a molecule": (
        replace(network().reactions["plain"], reactants=(("E", 0.5),)),
        "a reactant's stoichiometry is not whole; the law 'mass_action' counts molecules",
    ),
    "event on a constant": (
        replace(EVENT, assignments=(("Km", parse("1")),)),
        "event 'dose': assigns 'Km', which is no species and no variable",
    ),
    "unknown in a trigger": (replace(EVENT, trigger=parse("B1 > 0")), "'dose': unknown name 'B1'"),
    "unit of a trigger": (replace(EVENT, trigger=parse("A > start")), "event 'dose': trigger: "),
    "unit of a delay": (replace(EVENT, delay=parse("Km")), "event 'dose': delay: 'Km' has the unit molecule"),
    "unit of a priority": (replace(EVENT, priority=parse("A")), "event 'dose': priority: 'A' has the unit"),
    "size of a compartment": (
        replace(network().variables["cell"], initial=1e-12),
        "the compartment 'cell' has the size 2e-12, as a variable it starts at 1e-12",
    ),
    "unit of an assignment": (
        replace(EVENT, assignments=(("I", parse("k1")),)),
        "event 'dose': 'I': 'k1' has the unit 1/s, expected molecule",
    ),
    "unit of a rate of change": (
        replace(network().variables["v"], rate=parse("Km")),
        "the rate of 'v': 'Km' has the unit molecule, expected 1/s",
    ),
    "unknown in a rate of change": (
        replace(network().variables["v"], rate=parse("w")),
        "'v': unknown name 'w'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_problem_is_named(case: str) -> None:
    element, message = PROBLEMS[case]
    kind = {Reaction: "reactions", Event: "events", Variable: "variables"}[type(element)]
    broken = replace(network(), **{kind: getattr(network(), kind).replaced(element)})
    problems = problems_of_network(broken)
    assert any(message in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("time", "'time' is a word of formulas; no element may carry it"),
        ("not", "'not' is a word of formulas; no element may carry it"),
        ("A", "'A' names a species already"),
        ("k1", "'k1' names a parameter already"),
    ],
)
def test_names(name: str, message: str) -> None:
    variables = Catalogue("variable", [*network().variables.values(), Variable(id=name, initial=0.0)])
    problems = problems_of_network(replace(network(), variables=variables))
    assert any(message in problem for problem in problems)


def test_elements_that_make_no_sense() -> None:
    with pytest.raises(ModelError, match="event 'e': changes nothing"):
        Event(id="e", trigger=parse("1"), assignments=())
    with pytest.raises(ModelError, match="event 'e': assigns 'x' twice"):
        Event(id="e", trigger=parse("1"), assignments=(("x", parse("1")), ("x", parse("2"))))
    with pytest.raises(ModelError, match="variable 'v': must start at a finite number, got inf"):
        Variable(id="v", initial=float("inf"))


def test_assignments_in_text() -> None:
    text = "K=Km_x; n = h^2 >= 3"
    assert assignments_text(parse_assignments(text)) == "K=Km_x; n=h^2 >= 3"
    assert parse_assignments("") == ()
    for bad in ("Km_x", "2=3", "K=", "K=a b"):
        with pytest.raises(ModelError):
            parse_assignments(bad)
