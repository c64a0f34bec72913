"""Ensembles survive their file; predictions come with a band and a share."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.calibration.jitter import jittered
from mtornet.analysis.calibration.predict import predict
from mtornet.analysis.calibration.sets import ParameterSets, read_sets, sets_text
from mtornet.errors import MtorNetError, ProtocolError, TableError


@pytest.fixture(scope="module")
def sets(mtor) -> ParameterSets:
    value = mtor.parameters["k_irs_s6k"].value
    return ParameterSets(
        model="mtor",
        names=("k_irs_s6k", "MCF7.k_pip3_mut"),
        values=np.array([[value, 1e-4], [value / 30, 1e-4], [value * 2, 2e-4]]),
        seeds=(1, 1, 2),
        losses=(0.1, 0.2, 0.3),
    )


def test_round_trip(sets, tmp_path):
    path = tmp_path / "ensemble.tsv"
    path.write_text(sets_text(sets, ["made by hand"]), encoding="utf-8")
    found = read_sets(path, "mtor")
    assert found.names == sets.names
    assert found.values == pytest.approx(sets.values, rel=1e-5)
    assert (found.seeds, found.losses) == (sets.seeds, sets.losses)
    assert len(found.first(2)) == 2
    with pytest.raises(ProtocolError, match="expected 1 to 3 sets, got 4"):
        found.first(4)


def test_a_damaged_table_is_told(sets, tmp_path):
    path = tmp_path / "ensemble.tsv"
    path.write_text(sets_text(sets, []).replace("0.0001", "much"), encoding="utf-8")
    with pytest.raises(TableError, match=r"ensemble.tsv:2: MCF7.k_pip3_mut: found 'much'"):
        read_sets(path, "mtor")


def test_predictions(sets, mtor):
    rebound, peak = predict(
        ["fold(pAKT_S473, rapa, 1 h, 24 h)", "max(fold(pAKT_S473, rapa, 0 h..24 h))"],
        arms="rapa = sirolimus 20 nM",
        cells="MCF7",
        ensemble=sets,
        network=mtor,
    )
    assert rebound.values.shape == (3, 2)
    assert rebound.times_s == (3600.0, 86400.0)
    # With the feedback thirty times weaker less of the rise is left.
    assert rebound.values[1, 1] < rebound.values[0, 1] < rebound.values[2, 1]
    low, high = rebound.values[1, 1], rebound.values[0, 1]
    assert rebound.quantile(0.5)[1] == pytest.approx(high)
    one = predict("fold(pAKT_S473, rapa, 24 h)", arms="rapa = sirolimus 20 nM", cells="MCF7", ensemble=sets)[
        0
    ]
    assert one.share(above=(low + high) / 2) == pytest.approx(2 / 3)
    assert one.share(below=(low + high) / 2) == pytest.approx(1 / 3)
    with pytest.raises(ProtocolError, match="give above, below or both"):
        one.share()
    frame = rebound.to_frame()
    assert list(frame["time_s"]) == [3600.0, 86400.0]
    assert list(frame.columns[:4]) == ["quantity", "time_s", "best", "n"]
    assert np.all(peak.values[:, 0] >= rebound.values[:, 1] * (1 - 1e-6))


@pytest.mark.parametrize(
    ("quantity", "arms", "told"),
    [
        ("fold(pS6, b, 1 h)", "a = sirolimus 20 nM", "unknown arm 'b'"),
        ("fold(pS7, a, 1 h)", "a = sirolimus 20 nM", "unknown read-out 'pS7'"),
        ("fold(pS6, a, 1 h)", "a = sirolismus 20 nM", "did you mean 'sirolimus'"),
    ],
)
def test_mistakes_are_told(sets, quantity, arms, told):
    with pytest.raises(MtorNetError, match=told):
        predict(quantity, arms=arms, ensemble=sets)


def test_jitter_has_the_spread_it_states():
    sets = jittered({"a": 2.0, "b": 3.0}, cv=0.1, n=4000, seed=5)
    for name, value in (("a", 2.0), ("b", 3.0)):
        logs = np.log(sets[name] / value)
        assert logs.std() == pytest.approx(0.1, rel=0.1)
        assert abs(logs.mean()) < 0.01
    assert abs(np.corrcoef(sets["a"], sets["b"])[0, 1]) < 0.1
