"""Antimony and tellurium: the same mathematics, no other files read, clear words if not installed."""

from __future__ import annotations

import sys
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from mtornet.errors import ModelError, OutputError, SBMLError, UnsupportedFeatureError
from mtornet.expression import Expression, symbols
from mtornet.network.catalogue import Catalogue
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate
from mtornet.provenance import Provenance
from mtornet.sbml.antimony import read_antimony, to_tellurium
from mtornet.sbml.antimony_write import antimony_text, write_antimony
from mtornet.units import parse_unit
from tests.conformance.sbml_reference import constants
from tests.unit.network.general import network as general
from tests.unit.sbml.formulas import NAMES, trees
from tests.unit.sbml.test_sbml_roundtrip import network
from tests.verification.reference.python_formulas import python_function

installed = pytest.mark.skipif(
    pytest.importorskip("importlib.util").find_spec("antimony") is None, reason="needs the extra 'antimony'"
)


@installed
def test_reading_antimony() -> None:
    found = read_antimony(
        "model m\n J: 2 A -> B; k*A^2; K: B -> ; k2*B\n A = 10; B = 0; k = 0.1; k2 = 3\n"
        "compartment c = 2; A in c; B in c\nend"
    )
    assert {name: str(r.rate_constant) for name, r in found.reactions.items()} == {"J": "k/c/c", "K": "k2/c"}
    assert found.species["A"].initial == 20.0


def writable() -> ReactionNetwork:
    """Return the test network without the names that Antimony keeps for itself."""
    plain = network()
    names = {"pi", "avogadro", "exp"}
    plain = plain.without_reaction(*(r.id for r in plain.reactions.values() if names & set(r.involved)))
    species = [s for s in plain.species.values() if s.id not in names]
    return replace(plain, species=type(plain.species)("species", species))


@installed
def test_the_mathematics_comes_back(tmp_path: Path) -> None:
    # 'toy' names a species and the model.
    plain = writable()
    path = tmp_path / "model.ant"
    write_antimony(plain, path)
    back = read_antimony(path)
    assert {s.id: s.initial for s in back.species.values()} == pytest.approx(
        {s.id: s.initial for s in plain.species.values()}
    )
    assert constants(back) == pytest.approx(constants(plain))
    assert list(back.inputs) == ["insulin"]
    for reaction in back.reactions.values():
        written = plain.reactions[reaction.id]
        assert (reaction.reactants, reaction.products, reaction.law) == (
            written.reactants,
            written.products,
            written.law,
        )
        assert reaction.provenance == Provenance()
    with pytest.raises(OutputError, match="cannot be written"):
        write_antimony(plain, tmp_path / "absent" / "model.ant")


@installed
def test_formulas_events_and_variables_come_back() -> None:
    back = read_antimony(antimony_text(general()))
    assert [(v.id, v.initial, v.rate) for v in back.variables.values()] == [
        (v.id, v.initial, v.rate) for v in general().variables.values()
    ]
    assert list(back.events.values()) == [
        replace(e, name="", provenance=Provenance()) for e in general().events.values()
    ]
    for name in ("mm", "comp", "mixed", "steep", "off"):
        assert back.reactions[name].rate_constant == full_rate(general().reactions[name])
    found = back.reactions["any"]
    assert str(found.rate_constant) == "if(time > start and v > 0.5, k1*B*E/(Km + B), 0)"
    assert (found.reactants, found.products) == ((("B", 2),), (("A", 1.5),))
    assert back.readouts["level"].expression == general().readouts["level"].expression
    assert back.parameters["Km"].unit == "molecule"


@installed
@settings(max_examples=200, deadline=None)
@given(tree=trees())
def test_any_formula_comes_back(tree: Expression) -> None:
    # Antimony's library drops the assignment of a constant that is no number, such as 0/0.
    assume(symbols(tree) or not isnan(python_function([tree], {})([], 0.0)[0]))
    change = replace(general().events["dose"], assignments=(("v", tree),))
    network = replace(
        general(),
        events=Catalogue("event", [change]),
        compartments=general().compartments.replaced(replace(general().compartments["cell"], unit="")),
    )
    found = read_antimony(antimony_text(network)).events["dose"].assignments[0][1]
    # Its reader makes one number of 1/3 and of -0; so values are compared.
    for state in ((3.0, 4.0, 0.5, 2.0, 1.0, 0.25, 7.0), (0.0, 1.0, 2.0, 0.0, -1.0, 5.0, 0.5)):
        wanted, got = python_function([tree, found], {n: repr(x) for n, x in zip(NAMES, state, strict=True)})(
            [], 0.0
        )
        assert got == pytest.approx(wanted, rel=1e-12, nan_ok=True)


@installed
@pytest.mark.parametrize(
    "text",
    [
        'import "secret.txt"\nmodel m\nend',
        'model m\n A -> B; k*A; import "secret.txt"\nend',
        'import /* x\n */ "secret.txt";',
        'import // x\n "secret.txt";',
        'import"secret.txt";',
    ],
)
def test_other_files_are_not_imported(text: str) -> None:
    with pytest.raises(SBMLError, match="found an import of another file; paste its text in here"):
        read_antimony(text)


@installed
def test_antimony_that_is_broken_or_unsupported() -> None:
    with pytest.raises(SBMLError, match="is not Antimony"):
        read_antimony("model m\n A -> -> B;\nend")
    with pytest.raises(UnsupportedFeatureError, match="uses a delay"):
        read_antimony("A -> B; v*delay(A, 1); A = 1; B = 0; v = 1")
    with pytest.raises(SBMLError, match="brackets nested 300 deep"):
        read_antimony("A -> B; " + "(" * 300 + "k" + ")" * 300 + ";")
    with pytest.raises(SBMLError, match="found a NUL"):
        read_antimony("A -> B;\0")
    with pytest.raises(SBMLError, match="no such file; expected an Antimony file"):
        read_antimony("nothing.ant")


def test_writing_is_the_same_each_time_and_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "antimony", None)
    assert antimony_text(writable()) == antimony_text(writable())


def test_a_word_that_antimony_keeps_is_refused() -> None:
    with pytest.raises(ModelError, match="Antimony keeps the word 'exp' for itself; rename that element"):
        antimony_text(network())


@installed
def test_units_come_back() -> None:
    back = read_antimony(antimony_text(load_model("mtor")))
    assert back.inputs["insulin"].unit == "nM"
    assert back.parameters["k_irs_s6k"].unit == "1/(molecule*s)"
    for name, parameter in load_model("mtor").parameters.items():
        assert parse_unit(back.parameters[name].unit or "1").same_as(parse_unit(parameter.unit)), name


@pytest.mark.parametrize("extra", ["antimony", "tellurium"])
def test_a_missing_extra_is_named(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    call = {
        "antimony": lambda: read_antimony("A -> B; k*A; k = 1;"),
        "tellurium": lambda: to_tellurium(network()),
    }
    with pytest.raises(SBMLError, match=rf"needs the extra '{extra}'.*pip install 'mtornet\[{extra}\]'"):
        call[extra]()
