"""Fixtures that several folders of tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtornet.network.network import ReactionNetwork
from mtornet.sbml.library import load_libsbml
from tests.conformance.sbml_reference import conformance_data

# Tests import libsbml by name; it must be loaded before anything of tellurium's.
load_libsbml()


@pytest.fixture(scope="session")
def conformance_folder() -> Path:
    """Data shared with other simulators: $MTORNET_CONFORMANCE, or ../shared/conformance."""
    return conformance_data()


@pytest.fixture(scope="session")
def mtor() -> ReactionNetwork:
    """The shipped mTOR network, without drugs."""
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph

    return from_graph(default_graph("mtor"))


@pytest.fixture(scope="session")
def mtor_with_everolimus(mtor: ReactionNetwork) -> ReactionNetwork:
    """The same with the species and reactions of one drug that binds, at 20 nM in the medium."""
    from mtornet.experiment.drug import find_drug
    from mtornet.experiment.mechanisms import with_drug

    return with_drug(mtor, find_drug("mtor", "everolimus")).with_parameters(everolimus=20.0)


@pytest.fixture(
    scope="session",
    params=[pytest.param(10_000, id="quick"), pytest.param(100_000, id="many", marks=pytest.mark.slow)],
)
def cells(request: pytest.FixtureRequest) -> int:
    """Cells of a statistical check."""
    return int(request.param)


@pytest.fixture(params=["direct", "rejection", "composition", "grouped"])
def algorithm(request: pytest.FixtureRequest) -> str:
    """Exact algorithms: one law, so one table of statistical tests."""
    return str(request.param)
