"""The names that users' scripts rely on: they exist, are explained, and take what DESIGN section 11 says."""

import dataclasses
import inspect

import pytest

import mtornet as mt

FUNCTIONS = [name for name in mt.__all__ if inspect.isfunction(getattr(mt, name))]
KEYWORD = inspect.Parameter.KEYWORD_ONLY

# DESIGN section 11: names that must be accepted, in any order.
CONTRACTS = {
    "load_model": ["name", "modules"],
    "read_sbml": [],
    "read_antimony": [],
    "from_graph": [],
    "write_sbml": [],
    "write_antimony": [],
    "to_tellurium": [],
    "simulate": ["network", "times", "method", "cells", "seed", "jobs", "keep"],
    "run": ["network", "protocol", "method", "cells", "seed"],
    "compare": ["method", "cells", "seed", "jobs", "variant", "inputs", "doses", "duration"],
    "dose_response": ["network", "drug", "doses", "readout", "at"],
    "log_doses": ["low", "high", "n"],
}


def test_all_is_what_the_package_gives():
    assert mt.__all__ == sorted(mt.__all__)
    assert set(mt.__all__) == set(mt._HOMES)
    assert set(dir(mt)) == {*mt.__all__, "__version__"}
    assert 20 <= len(mt.__all__) <= 48, "one name per verb and noun; everything else may move"


@pytest.mark.parametrize("name", mt.__all__)
def test_every_name_resolves_to_its_home_and_is_explained(name):
    value = getattr(mt, name)
    assert value.__module__ == mt._HOMES[name]
    assert value.__name__ == name
    text = inspect.getdoc(value)
    assert text, "no docstring"
    assert len(text) > 20
    assert not text.startswith(f"{name}("), "the docstring that dataclasses make up"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_numpydoc_sections(name):
    signature = inspect.signature(getattr(mt, name))
    text = inspect.getdoc(getattr(mt, name))
    if any(p.kind is KEYWORD for p in signature.parameters.values()):
        assert "Parameters\n----------\n" in text
        named = text.split("Parameters\n----------\n")[1]
        documented = [p for p in signature.parameters if f"\n{p}" in f"\n{named}"]
        assert documented, "no parameter is explained"
    for section in ("Raises", "Returns", "Notes", "Examples"):
        if f"\n{section}\n" in text:
            assert f"\n{section}\n{'-' * len(section)}\n" in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_documented_parameters_exist(name):
    text = inspect.getdoc(getattr(mt, name))
    if "Parameters\n----------\n" not in text:
        return
    block = text.split("Parameters\n----------\n")[1].split("\n\nR")[0].split("\n\nNotes")[0]
    heads = [
        line.split(" : ")[0]
        for line in block.splitlines()
        if line and not line.startswith(" ") and "---" not in line
    ]
    known = {*inspect.signature(getattr(mt, name)).parameters}
    assert {part.strip().lstrip("*") for head in heads for part in head.split(",")} <= known


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_contract(name):
    parameters = inspect.signature(getattr(mt, name)).parameters
    for wanted in CONTRACTS[name]:
        assert wanted in parameters, wanted
    after_two = list(parameters.values())[2:]
    if name != "log_doses":  # three plain values, as DESIGN writes it
        assert all(p.kind in (KEYWORD, inspect.Parameter.VAR_KEYWORD) for p in after_two), "keyword-only"


def test_defaults_that_scripts_rely_on():
    simulate = inspect.signature(mt.simulate).parameters
    assert (simulate["method"].default, simulate["cells"].default, simulate["seed"].default) == ("ode", 1, 0)
    assert (simulate["jobs"].default, simulate["keep"].default) == (None, "summary")
    assert inspect.signature(mt.load_model).parameters["modules"].default is None


def test_network_contract(mtor):
    for name in ("graph", "species", "reactions", "parameters", "stoichiometry", "sha256"):
        assert getattr(mtor, name) is not None
    for name in ("conserved_moieties", "with_parameters", "with_amounts", "without_reaction", "with_variant"):
        assert inspect.getdoc(getattr(mt.ReactionNetwork, name))
    assert mtor.graph is not mtor.graph, "a copy each time"
    assert mt.from_graph(mtor.graph) == mtor


def test_result_contract(mtor):
    result = mt.simulate(mtor, [0, "1 min"])
    for name in (
        "times",
        "species",
        "mean",
        "sd",
        "counts",
        "concentrations",
        "status",
        "n_events",
        "seed",
        "method",
        "kisao",
        "provenance",
    ):
        assert hasattr(result, name), name
    assert result.quantile(0.95).shape == result.mean.shape == (2, len(result.species))
    assert isinstance(result.species, tuple)
    assert set(mtor.species) <= set(result.species)
    assert "pAKT_S473" in result.species, "read-outs by name too"
    assert result.counts is None
    assert mt.simulate(mtor, [0, 60.0], keep="trajectories").counts.shape == (1, 2, len(result.species))


def test_the_example_of_the_design_runs(mtor):
    condition = mt.Condition(variant="wild_type", drugs={"everolimus": "20 nM"}, inputs={"insulin": "1 nM"})
    protocol = mt.Protocol().settle().apply(condition, at="0 h").wash("everolimus", at="48 h").until("72 h")
    run = mt.run(mtor, protocol)
    assert list(run.summary.columns)[:4] == ["condition", "drug", "drug_class", "dose_nM"]
    doses = mt.log_doses("0.01 nM", "10 uM", 13)
    assert len(doses) == 13
    assert (doses[0], doses[-1]) == ("0.01 nM", "10000.0 nM")


def test_protocol_steps_are_keyword_only_and_frozen():
    assert inspect.signature(mt.Protocol.apply).parameters["at"].kind is KEYWORD
    assert inspect.signature(mt.Protocol.wash).parameters["at"].kind is KEYWORD
    with pytest.raises(dataclasses.FrozenInstanceError):
        mt.Protocol().end_s = 1.0


def test_values_are_frozen(mtor):
    for value, name in ((mt.Dose(nM=1.0), "nM"), (mt.Condition(), "variant"), (mtor, "model")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, None)


def test_every_error_is_an_mtornet_error():
    errors = [getattr(mt, name) for name in mt.__all__ if name.endswith("Error")]
    assert all(issubclass(error, mt.MtorNetError) for error in errors)
    assert issubclass(mt.UnsupportedFeatureError, mt.SBMLError)
    assert issubclass(mt.UnknownNameError, mt.ModelError)


def test_a_typo_in_a_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'mtornet' has no attribute 'simulat'"):
        _ = mt.simulat


def test_a_typo_in_a_keyword_is_refused(mtor):
    with pytest.raises(mt.ProtocolError, match=r"unknown option 'rtoll'; did you mean 'rtol'\?"):
        mt.simulate(mtor, [0, 1], rtoll=1e-6)
    with pytest.raises(TypeError):
        mt.compare(["everolimus"], cellz=3)
