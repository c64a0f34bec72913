"""What we write comes back equal, is clean by libSBML's own checks, and does not depend on the day."""

# ruff: noqa: E501 - XML reads worse when its lines are broken
from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import libsbml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtornet.errors import OutputError, SBMLError
from mtornet.expression import parse
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Compartment, Derived, Input, Parameter, Reaction, Readout, Species
from mtornet.network.network import ReactionNetwork
from mtornet.network.validate import problems_of_network
from mtornet.provenance import Provenance
from mtornet.sbml.annotation import escape, items_of, text_of_items, unescape
from mtornet.sbml.read import read_sbml
from mtornet.sbml.write import SMALLEST, sbml_text, write_sbml

TRICKY = Provenance(
    source='page 3; "x" <y> & z &lt;', confidence="page", note="tab\tline\nµ \\u0041", where="f.tsv:3"
)


def species() -> list[Species]:
    return [
        Species(
            id="A",
            initial=0.1 + 0.2,
            compartment="cell",
            name='<A> & "b" &lt; é\n',
            module="m",
            state="phospho|T389",
            components=("x", "y;z", ""),
            annotation="uniprot:P31749; CHEBI:9168",
            sbo="SBO:0000252",
            provenance=TRICKY,
        ),
        Species(
            id="B", initial=1000.0, compartment="cell", annotation="uniprot:P1;uniprot:P2", glyph="complex"
        ),
        # Names that mean something else in formula languages.
        *(
            Species(id=name, initial=3.0, compartment="cell")
            for name in ("t", "exp", "pi", "avogadro", "S1_")
        ),
        Species(id="toy", initial=0.0, compartment="cell", sbo="SBO:0000009", annotation="not a compact id"),
    ]


def parameters() -> list[Parameter]:
    return [
        Parameter(id="k1", value=0.01, unit="1/(nM*s)", low=0.001, high=1 / 3),
        Parameter(id="k2", value=1 / 3, unit="1/min", name="per minute"),
        Parameter(id="k3", value=1e-5, unit="1/(molecule*s)", provenance=TRICKY),
        Parameter(id="k4", value=1 / 7, unit="1/s"),
        Parameter(id="k0", value=2.5, unit="molecules/sec"),
        Parameter(id="n", value=2.0, unit="dimensionless"),
        Parameter(id="avo", value=6.02214076e14, unit="molecule/(nM*L)"),
    ]


def derived() -> list[Derived]:
    formulas = {
        "per_nM": ("avo*cell", "molecule/nM"),
        "x0": ("0 + insulin*per_nM/(per_nM*insulin)", "1"),
        "f": (
            "1/(1 + x0/n)*max(1, exp(-n)) - (1 - (2 - 1)) + abs(min(n, 1)) + ln(n)*sqrt(n) + n^(2 - 1)",
            "1",
        ),
        "nested": ("n*(n*n) + (n + (n + n)) + 0.30000000000000004", ""),
        "zero": ("0", "nM"),
    }
    return [Derived(id=name, expression=parse(text), unit=unit) for name, (text, unit) in formulas.items()]


def reactions() -> list[Reaction]:
    k = {text: parse(text) for text in ("k1*(insulin*f)", "k3", "k3/f", "k0", "k4*2/2", "k4")}
    return [
        Reaction(id="R1", reactants=(("A", 1),), products=(("B", 1),), rate_constant=k["k1*(insulin*f)"]),
        Reaction(id="R2", reactants=(("B", 2),), products=(("A", 2),), rate_constant=k["k3"]),
        Reaction(
            id="R3",
            reactants=(("B", 1),),
            products=(("A", 1),),
            rate_constant=k["k3/f"],
            modifiers=(("t", "inhibitor"),),
            module="m",
            provenance=TRICKY,
        ),
        Reaction(id="R4", reactants=(), products=(("A", 1),), rate_constant=k["k0"], name="made & named"),
        Reaction(id="R5", reactants=(("A", 1),), products=(), rate_constant=k["k0"], law="constant_rate"),
        Reaction(
            id="R6",
            reactants=(("exp", 1),),
            products=(),
            rate_constant=k["k4"],
            modifiers=(("pi", "catalyst"),),
            law="constant_rate",
            sbo="SBO:0000179",
        ),
        Reaction(
            id="R7",
            reactants=(("A", 1), ("B", 1)),
            products=(("B", 1),),
            rate_constant=k["k3"],
            sbo="SBO:0000252",
        ),
        Reaction(
            id="R8",
            reactants=(("A", 1),),
            products=(("A", 3),),
            rate_constant=k["k3"],
            modifiers=(("A", "stimulator"),),
        ),
        Reaction(id="R9", reactants=(("avogadro", 1),), products=(("S1_", 1),), rate_constant=k["k4*2/2"]),
    ]


def network() -> ReactionNetwork:
    return ReactionNetwork(
        model="toy",
        modules=("a", "b;c\\"),
        variant="PTEN_loss",
        compartments=Catalogue(
            "compartment",
            [
                Compartment(
                    id="cell",
                    size=3e-12,
                    name="Cell",
                    sbo="SBO:0000290",
                    annotation="GO:0005737",
                    provenance=TRICKY,
                )
            ],
        ),
        species=Catalogue("species", species()),
        inputs=Catalogue(
            "input",
            [
                Input(
                    id="insulin",
                    value=1.0,
                    sbo="SBO:0000252",
                    role="ligand",
                    annotation="uniprot:P01308",
                    provenance=TRICKY,
                )
            ],
        ),
        parameters=Catalogue("parameter", parameters()),
        derived=Catalogue("derived quantity", derived()),
        reactions=Catalogue("reaction", reactions()),
        readouts=Catalogue(
            "read-out",
            [
                Readout(id="total", expression=parse("A + 2*B"), assay="blot", label="L", provenance=TRICKY),
                Readout(id="A", expression=parse("A"), name="the <A>", assay="x"),
                Readout(id="share", expression=parse("A/(A + B)"), unit="1"),
                Readout(id="B", expression=parse("B"), unit="molecule"),
            ],
        ),
    )


FIELDS = (
    "model", "modules", "variant", "compartments", "species", "inputs", "parameters", "derived", "reactions", "readouts",
)  # fmt: skip


def assert_equal(first: ReactionNetwork, second: ReactionNetwork) -> None:
    for field in FIELDS:
        assert getattr(first, field) == getattr(second, field), field
    assert first == second


def consistency_messages(text: str) -> Counter[int]:
    document = libsbml.readSBMLFromString(text)
    for category in (
        libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY,
        libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY,
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_MATHML_CONSISTENCY,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
    ):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    return Counter(document.getError(i).getErrorId() for i in range(document.getNumErrors()))


def test_reading_what_was_written_is_the_identity() -> None:
    assert problems_of_network(network()) == []
    text = sbml_text(network())
    back = read_sbml(text)
    assert_equal(network(), back)
    assert back.sha256 == network().sha256
    assert back.notes == ()
    assert sbml_text(back) == text


def test_through_a_file(tmp_path: Path) -> None:
    path = tmp_path / "modèle.xml"
    write_sbml(network(), path)
    assert path.read_bytes().decode() == sbml_text(network())
    assert_equal(network(), read_sbml(path))
    assert_equal(network(), read_sbml(str(path)))
    with pytest.raises(OutputError, match="cannot be written"):
        write_sbml(network(), tmp_path / "absent" / "model.xml")


def test_no_date_and_no_path_is_in_the_file() -> None:
    text = sbml_text(network())
    assert text == sbml_text(network())
    assert "dcterms:created" not in text
    assert "no clinical advice" in text


def test_libsbml_has_nothing_to_say() -> None:
    # Harmless, and only because the derived quantity 'nested' states no unit (a user's own network may):
    # 20702 and 80701 say that a parameter has no unit, 99508 that its rule can then not be checked.
    assert set(consistency_messages(sbml_text(network()))) == {20702, 80701, 99508}
    clean = replace(network(), derived=Catalogue("derived quantity", [d for d in derived() if d.unit]))
    assert consistency_messages(sbml_text(clean)) == Counter()


def test_what_core_sbml_says() -> None:
    model = libsbml.readSBMLFromString(sbml_text(network())).clone().getModel()
    assert (model.getSubstanceUnits(), model.getExtentUnits(), model.getTimeUnits()) == (
        "item",
        "item",
        "second",
    )
    # Ids of a model and its elements share one space.
    assert model.getId() == "toy_"
    a = model.getSpecies("A")
    assert a.getHasOnlySubstanceUnits()
    assert not a.getBoundaryCondition()
    assert a.getSubstanceUnits() == "item"
    assert a.getCVTerm(0).getBiologicalQualifierType() == libsbml.BQB_HAS_PART
    assert a.getCVTerm(0).getResourceURI(1) == "https://identifiers.org/CHEBI:9168"
    assert model.getCompartment("cell").getCVTerm(0).getBiologicalQualifierType() == libsbml.BQB_IS
    assert not model.getParameter("insulin").getConstant()
    assert model.getParameter("k1").getConstant()
    assert model.getRuleByVariable("A") is None
    assert model.getRuleByVariable("total") is not None
    nM = model.getUnitDefinition("nM")
    assert (nM.getUnit(1).getKind(), nM.getUnit(1).getScale()) == (libsbml.UNIT_KIND_MOLE, -9)
    reaction = model.getReaction("R3")
    assert reaction.getModifier(0).getSBOTermID() == "SBO:0000020"
    assert libsbml.formulaToL3String(reaction.getKineticLaw().getMath()) == "(k3 / f) * B * t"
    assert (
        libsbml.formulaToL3String(model.getReaction("R2").getKineticLaw().getMath())
        == "k3 * B^2 dimensionless"
    )
    assert model.getReaction("R5").getKineticLaw().getSBOTermID() == "SBO:0000043"


def test_core_wins_over_annotations_that_another_tool_left_behind() -> None:
    text = sbml_text(network())
    edited = text.replace('id="k4" value="0.142857142857143"', 'id="k4" value="0.5"')
    assert edited != text
    assert read_sbml(edited).parameters["k4"].value == 0.5
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    model.getReaction("R2").getKineticLaw().setMath(libsbml.parseL3Formula("2 * k3 * B * B"))
    model.getRuleByVariable("total").setMath(libsbml.parseL3Formula("A + 3*B"))
    back = read_sbml(libsbml.writeSBMLToString(document))
    assert str(back.reactions["R2"].rate_constant) == "2*k3"
    assert str(back.readouts["total"].expression) == "A + 3*B"
    assert back.reactions["R3"] == network().reactions["R3"]


def test_without_annotations_the_mathematics_is_the_same() -> None:
    document = libsbml.readSBMLFromString(sbml_text(network()))
    model = document.getModel()
    for element in model.getListOfAllElements():
        element.unsetAnnotation()
    model.unsetAnnotation()
    back = read_sbml(libsbml.writeSBMLToString(document))
    assert list(back.inputs) == ["insulin"]
    assert back.inputs["insulin"].unit == "nM"
    assert [str(r.rate_constant) for r in back.reactions.values()] == [
        "k1*insulin*f", "k3", "k3/f", "k0", "k0", "k4", "k3", "k3", "k4*2/2",
    ]  # fmt: skip
    assert [r.law for r in back.reactions.values()][4:6] == ["constant_rate", "constant_rate"]
    assert back.reactions["R8"] == replace(network().reactions["R8"], provenance=Provenance())
    assert list(back.derived) == list(network().derived)
    assert list(back.readouts) == ["total", "share"]


def test_a_network_whose_units_do_not_fit_comes_back_as_it_is() -> None:
    odd = replace(
        network(), parameters=network().parameters.replaced(Parameter(id="k4", value=1.0, unit="nM"))
    )
    assert problems_of_network(odd)
    assert_equal(odd, read_sbml(sbml_text(odd)))


def test_the_shipped_model_comes_back_equal_and_is_clean() -> None:
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph

    mtor = from_graph(default_graph("mtor"))
    text = sbml_text(mtor)
    assert_equal(mtor, read_sbml(text))
    assert consistency_messages(text) == Counter()


TEXT = st.text(max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    name=TEXT,
    note=TEXT,
    items=st.lists(TEXT, max_size=3),
    value=st.just(0.0) | st.floats(SMALLEST, 1e300),
)
def test_any_text_and_any_number_comes_back(name: str, note: str, items: list[str], value: float) -> None:
    first = replace(
        network().species["A"],
        name=name,
        initial=value,
        components=tuple(items),
        provenance=Provenance(source=name, note=note),
    )
    changed = replace(network(), species=network().species.replaced(first), modules=tuple(items))
    assert_equal(changed, read_sbml(sbml_text(changed)))


def test_a_value_that_no_reader_takes_is_refused() -> None:
    tiny = network().with_amounts(A=2.2250738585072014e-308)
    with pytest.raises(
        SBMLError, match=r"'A' is 2\.2250738585072014e-308; SBML readers take no value between 0 and"
    ):
        sbml_text(tiny)


@given(text=st.text(), items=st.lists(st.text(), min_size=1))
def test_escaping_can_be_undone(text: str, items: list[str]) -> None:
    assert unescape(escape(text)) == text
    assert items_of(text_of_items(items)) == tuple(items)
