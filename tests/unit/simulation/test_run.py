"""``simulate``: what it returns and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.errors import MtorNetError
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.run import simulate
from tests.verification import toys


@pytest.fixture(scope="module")
def network() -> ReactionNetwork:
    graph = toys.ENZYME.graph()
    graph.graph["derived"] = {"twice": {"expression": "2*cat"}}
    graph.graph["readouts"] = {
        "bound": {"expression": "ES/(E + ES)", "unit": ""},
        "S": {"expression": "S"},
        "scaled": {"expression": "twice*P", "unit": ""},
    }
    return from_graph(graph)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "sssa"}, r"unknown method 'sssa'; did you mean 'ssa'\?"),
        ({"method": "ssa", "cells": 0}, "cells: expected a whole number >= 1, got 0"),
        ({"method": "ssa", "cells": 2.5}, "cells: expected a whole number >= 1, got 2.5"),
        ({"keep": "all"}, "keep: expected 'summary' or 'trajectories', got 'all'"),
        ({"method": "ssa", "copy_scale": 0}, "copy_scale: expected a number > 0, got 0"),
        ({"method": "ssa", "copy_scale": float("nan")}, "copy_scale: expected a number > 0, got nan"),
        ({"rtoll": 1}, r"unknown option 'rtoll'; did you mean 'rtol'\?"),
        ({"max_events": 5}, "unknown option 'max_events'"),
        ({"method": "ssa", "max_events": 0}, "max_events: expected a whole number >= 1"),
        ({"method": "ssa", "algorithm": "dirct"}, r"unknown algorithm 'dirct'; did you mean 'direct'\?"),
    ],
)
def test_options_that_are_refused(options: dict[str, object], message: str, network: ReactionNetwork) -> None:
    with pytest.raises(MtorNetError, match=message):
        simulate(network, [0, 1], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([], "times: expected at least one finite time"),
        ([0, float("nan")], "finite time"),
        ([0, float("inf")], "finite time"),
        ([2, 1], "times: expected ascending times"),
        (["1 nM"], "expected one like 's'"),
    ],
)
def test_times_that_are_refused(times: list[object], message: str, network: ReactionNetwork) -> None:
    with pytest.raises(MtorNetError, match=message):
        simulate(network, times)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["ode", "ssa"])
def test_result(method: str, network: ReactionNetwork) -> None:
    result = simulate(network, [0, "1 s", 2], method=method, cells=5 if method == "ssa" else 1, seed=3)
    assert result.species == ("S", "E", "ES", "P", "bound", "scaled")
    np.testing.assert_array_equal(result.times, [0, 1, 2])
    assert result.mean.shape == result.sd.shape == (3, 6)
    assert result.counts is None
    assert result.method == method
    assert result.kisao.startswith("KISAO:")
    assert result.seed == (3 if method == "ssa" else None)
    assert result.provenance["model_sha256"] == network.sha256
    assert set(result.status) == {"complete"}
    np.testing.assert_array_equal(result["S"], result.mean[:, 0])
    np.testing.assert_allclose(result["scaled"], 0.8 * result["P"])
    np.testing.assert_allclose(result.concentrations[:, 0], result["S"] / 6.02214076e14)
    assert np.all(np.isnan(result.concentrations[:, 4]))
    assert result.quantile(0.5).shape == (3, 6)
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(MtorNetError, match="a quantile lies between 0 and 1"):
            result.quantile(wrong)
    with pytest.raises(MtorNetError, match="unknown species or read-out 'Q'"):
        result["Q"]
    assert result.raise_for_status() is result


def test_kept_trajectories(network: ReactionNetwork) -> None:
    cells = simulate(network, [0, 1, 2], method="ssa", cells=7, keep="trajectories")
    assert cells.counts is not None
    assert cells.counts.shape == (7, 3, 6)
    np.testing.assert_allclose(cells.counts.mean(axis=0), cells.mean)
    np.testing.assert_allclose(
        cells.counts[..., 4], cells.counts[..., 2] / (cells.counts[..., 1] + cells.counts[..., 2])
    )
    alone = simulate(network, [0, 1, 2], keep="trajectories")
    assert alone.counts is not None
    np.testing.assert_array_equal(alone.counts[0], alone.mean)


def test_fractional_amounts_are_rounded_for_cells(network: ReactionNetwork) -> None:
    result = simulate(network.with_amounts(S=25.4), [0, 1], method="ssa", cells=2, keep="trajectories")
    assert result.counts is not None
    np.testing.assert_array_equal(result.counts[:, 0, 0], 25)


def test_results_are_per_whole_cell(network: ReactionNetwork) -> None:
    big = network.with_amounts(S=2500, E=400)
    part = simulate(big, [0, 0.0], method="ssa", copy_scale=0.1)
    np.testing.assert_allclose(part["S"], 2500)
