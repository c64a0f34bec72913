"""Kinds of cells: tables of edits that come before the genotype and may set inputs."""

import pytest

import mtornet as mt
from mtornet.network.contexts import contexts
from mtornet.network.variants import variants
from mtornet.sbml.write import sbml_text

NAMES = {
    "WT",
    "MCF7",
    "BT474",
    "TSC2_null",
    "PC3",
    "PDAC",
    "MM1S",
    "PTEN_null",
    "PIK3CA_mutant",
    "KRAS_mutant",
    "AKT_high",
    "BON1",
    "BON1_resistant",
}


def test_the_contexts_of_the_model(mtor):
    assert set(contexts("mtor")) == NAMES
    assert mtor.context == "WT", "the tables describe the first context"
    assert contexts("mtor")["WT"].edits == ()
    assert mtor.with_context("WT") is mtor


def test_a_context_edits_amounts_parameters_and_inputs(mtor):
    cell = mtor.with_context("BT474")
    assert cell.context == "BT474"
    assert cell.inputs["insulin"].value == 0.1
    assert cell.inputs["E2"].value == 1.0
    assert cell.species["ER"].initial == 100 * mtor.species["ER"].initial
    her2 = next(edit for edit in contexts("mtor")["BT474"].edits if edit.target == "n_her2")
    assert her2.value >= 10.0, "the bounds of an amplification"
    assert cell.parameters["n_her2"].value == pytest.approx(her2.value * mtor.parameters["n_her2"].value)
    assert mtor.inputs["insulin"].value == 1.0, "the network itself is left alone"


@pytest.mark.parametrize("context", sorted(NAMES - {"WT"}))
def test_a_variant_combines_with_any_context(context, mtor):
    cell = mtor.with_context(context)
    for variant in variants("mtor"):
        both = cell.with_variant(variant)
        assert both.context == context
        assert both.variant == variant


def test_edits_within_their_bounds():
    for context in contexts("mtor").values():
        for edit in context.edits:
            if edit.low is not None:
                assert edit.low <= edit.value <= edit.high, (context.id, edit.target)


def test_an_unknown_context(mtor):
    with pytest.raises(mt.UnknownNameError, match=r"unknown context 'MCF8'; did you mean 'MCF7'\?"):
        mtor.with_context("MCF8")


def test_a_cell_is_of_one_kind(mtor):
    with pytest.raises(mt.ModelError, match="is a 'MCF7' cell already"):
        mtor.with_context("MCF7").with_context("PC3")


def test_the_context_comes_first(mtor):
    with pytest.raises(mt.ModelError, match="take the context first"):
        mtor.with_variant("PTEN_loss").with_context("MCF7")


def test_edits_go_with_a_module_that_is_off():
    part = mt.load_model("mtor", modules=["receptor_pi3k", "akt", "outputs"])
    assert "ER" not in part.species
    assert part.with_context("MCF7").context == "MCF7"


def test_the_context_survives_graph_and_sbml(mtor, tmp_path):
    cell = mtor.with_context("MCF7")
    assert mt.from_graph(cell.graph).context == "MCF7"
    path = tmp_path / "mcf7.xml"
    path.write_text(sbml_text(cell), encoding="utf-8")
    assert mt.read_sbml(path).context == "MCF7"


def test_a_condition_carries_the_context(mtor):
    condition = mt.Condition(context="MCF7", variant="RICTOR_amp", drugs={"everolimus": "20 nM"})
    protocol = mt.Protocol().settle().apply(condition).until("10 min")
    found = mt.run(mtor, protocol, times=["0 h", "10 min"], readouts=["pS6K_T389"]).summary
    assert list(found.columns)[-1] == "context"
    assert set(found["context"]) == {"MCF7"}
    assert set(found["variant"]) == {"RICTOR_amp"}
    assert set(found["drug"]) == {"vehicle", "everolimus"}


def test_inputs_of_a_condition_override_those_of_the_context(mtor):
    def resting(**inputs):
        condition = mt.Condition(context="BT474", inputs=inputs)
        protocol = mt.Protocol().settle().apply(condition).until("1 min")
        found = mt.run(mtor, protocol, times=["0 h"], readouts=["pIR_Y1150"]).summary
        return float(found["mean"].iloc[0])

    assert resting(insulin="0.1 nM") == pytest.approx(resting(), rel=1e-6)
    assert resting(insulin="10 nM") > 2 * resting()


def test_cells_stay_what_they_are(mtor):
    protocol = (
        mt.Protocol()
        .apply(mt.Condition(context="MCF7"))
        .apply(mt.Condition(context="PC3"), at="1 h")
        .until("2 h")
    )
    with pytest.raises(
        mt.ProtocolError, match="cells stay what they are, but the protocol names MCF7 and PC3"
    ):
        mt.run(mtor, protocol)


def test_compare_takes_the_ligands_of_the_context(mtor):
    found = mt.compare(
        ["everolimus"], network=mtor, context="BT474", method="ode", times=["0 h", "1 h"], duration="1 h"
    )
    assert found.settings.context == "BT474"
    assert found.settings.inputs["insulin"] == "0.1 nM"
    assert found.run["spec"]["context"] == "BT474"
    assert found.network.context == "BT474"
