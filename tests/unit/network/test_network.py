"""The immutable network: changes make new ones, names are found or suggested."""

from __future__ import annotations

import dataclasses

import pytest

from mtornet.errors import ModelError, UnknownNameError
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Parameter
from mtornet.network.network import ReactionNetwork
from mtornet.network.variants import variants
from tests.verification import toys


def parameter(name: str, value: float = 1.0) -> Parameter:
    return Parameter(id=name, value=value)


def test_catalogue_is_an_ordered_mapping() -> None:
    catalogue = Catalogue("parameter", [parameter("b"), parameter("a")])
    assert list(catalogue) == ["b", "a"]
    assert [p.id for p in catalogue.values()] == ["b", "a"]
    assert len(catalogue) == 2
    assert "a" in catalogue
    assert catalogue.get("c") is None
    assert catalogue["a"].value == 1.0
    assert catalogue == Catalogue("parameter", [parameter("b"), parameter("a")])
    assert catalogue != Catalogue("parameter", [parameter("a"), parameter("b")])
    assert hash(catalogue) == hash(Catalogue("parameter", [parameter("b"), parameter("a")]))
    assert repr(catalogue) == "<2 parameter: b, a>"


def test_catalogue_refuses() -> None:
    with pytest.raises(ModelError, match="parameter 'a' stands twice"):
        Catalogue("parameter", [parameter("a"), parameter("a")])
    with pytest.raises(UnknownNameError, match=r"unknown parameter 'alpa'; did you mean 'alpha'\?"):
        Catalogue("parameter", [parameter("alpha")])["alpa"]
    with pytest.raises(UnknownNameError, match="unknown parameter 'zzz'; known: alpha"):
        Catalogue("parameter", [parameter("alpha")])["zzz"]
    with pytest.raises(UnknownNameError, match="unknown parameter 'b'"):
        Catalogue("parameter", [parameter("a")]).replaced(parameter("b"))


def test_changes_make_new_networks() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    hashes = {network.sha256}
    for changed in (
        network.with_parameters(k=2.0),
        network.with_amounts(X=3),
        network.with_amounts({"X": 4}),
        network.without_reaction("birth"),
    ):
        assert changed != network
        hashes.add(changed.sha256)
    assert len(hashes) == 5
    assert network.parameters["k"].value == 10.0
    assert network.with_parameters(k=10.0) == network
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.model = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: n.with_parameters(kk=1), "unknown parameter 'kk'"),
        (lambda n: n.with_parameters(k=float("nan")), "must be a finite number"),
        (lambda n: n.with_amounts(Y=1), "unknown species 'Y'"),
        (lambda n: n.with_amounts(X=-1), "initial amount must be >= 0"),
        (lambda n: n.without_reaction("brith"), r"unknown reaction 'brith'; did you mean 'birth'\?"),
        (lambda n: n.without_reaction("birth", "death"), "no reaction would be left"),
    ],
)
def test_changes_that_make_no_sense(change, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=message):
        change(toys.IMMIGRATION_DEATH.network())


def test_equal_content_has_an_equal_hash(mtor: ReactionNetwork) -> None:
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph

    assert from_graph(default_graph("mtor")).sha256 == mtor.sha256


def test_description_states_size_and_conversion(mtor: ReactionNetwork) -> None:
    text = mtor.describe()
    assert f"{len(mtor.species)} species" in text
    assert "1 nM = 1806.6 molecules" in text


@pytest.mark.parametrize("name", variants("mtor"))
def test_every_variant_changes_what_it_says(name: str, mtor: ReactionNetwork) -> None:
    changed = mtor.with_variant(name)
    assert changed.variant == name
    edits = variants("mtor")[name].edits
    if not edits:
        assert changed == mtor
        return
    for edit in edits:
        if edit.kind == "amount":
            before, after = mtor.species[edit.target].initial, changed.species[edit.target].initial
        else:
            place, other = (
                (mtor.inputs, changed.inputs)
                if edit.kind == "input"
                else (mtor.parameters, changed.parameters)
            )
            before, after = place[edit.target].value, other[edit.target].value
        assert after == (edit.value if edit.operation == "set" else before * edit.value)
    same = [s for s in mtor.species if mtor.species[s] != changed.species[s]]
    assert set(same) <= {edit.target for edit in edits}


def test_unknown_variant_and_missing_module(mtor: ReactionNetwork) -> None:
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph

    with pytest.raises(UnknownNameError, match=r"unknown variant 'PTEN_los'; did you mean 'PTEN_loss'\?"):
        mtor.with_variant("PTEN_los")
    part = from_graph(default_graph("mtor", modules=["outputs"]))
    with pytest.raises(
        ModelError, match="variant 'PTEN_loss' edits the amount 'PTEN', which this network does not hold"
    ):
        part.with_variant("PTEN_loss")
    toy = toys.PURE_DEATH.network()
    assert toy.with_variant("wild_type") is toy
