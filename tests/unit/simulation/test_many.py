"""Many parameter sets at once give what each gives alone."""

from __future__ import annotations

import numpy as np
import pytest

import mtornet as mt
from mtornet.errors import ProtocolError, UnknownNameError
from mtornet.experiment.rest import at_rest


@pytest.fixture(scope="module")
def treated() -> mt.ReactionNetwork:
    """Return the settled cell with everolimus in it."""
    return at_rest(mt.load_model("mtor"), given={"everolimus": "20 nM"})


def test_each_set_equals_its_own_simulation(treated: mt.ReactionNetwork) -> None:
    doses, strengths = np.array([0.0, 0.3, 20.0]), np.array([2e-8, 0.0, 4e-8])
    times = [0.0, "1 h", "24 h"]
    found = mt.simulate_many(treated, times, parameters={"everolimus": doses, "k_irs_s6k": strengths})
    assert found.status == ("complete",) * 3
    for i in range(3):
        alone = treated.with_parameters(everolimus=doses[i], k_irs_s6k=strengths[i])
        expected = mt.simulate(alone, times)
        for name in ("pAKT_S473", "pS6K_T389", "mTORC2_active", "IRS"):
            np.testing.assert_allclose(found[name][i], expected[name], rtol=1e-5, atol=1e-3, err_msg=name)


def test_order_and_threads_change_nothing(treated: mt.ReactionNetwork) -> None:
    doses = np.geomspace(0.01, 100.0, 20)
    forth = mt.simulate_many(
        treated, [0, 3600], parameters={"everolimus": doses}, readouts=["pAKT_T308"], jobs=1
    )
    back = mt.simulate_many(
        treated, [0, 3600], parameters={"everolimus": doses[::-1]}, readouts=["pAKT_T308"], jobs=2
    )
    assert np.array_equal(forth.values, back.values[::-1])


def test_as_a_table(treated: mt.ReactionNetwork) -> None:
    found = mt.simulate_many(
        treated, [0, 60], parameters={"everolimus": [0.0, 1.0]}, readouts=["PIP3", "AKT"]
    )
    table = found.to_frame()
    assert list(table.columns) == ["set", "everolimus", "time_s", "PIP3", "AKT"]
    assert table["everolimus"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert table["PIP3"].iloc[2] == found["PIP3"][1, 0]


def test_what_cannot_be_a_set(treated: mt.ReactionNetwork) -> None:
    with pytest.raises(ProtocolError, match=r"one length, got everolimus \(2,\), insulin \(3,\)"):
        mt.simulate_many(treated, [0, 1], parameters={"everolimus": [1, 2], "insulin": [1, 2, 3]})
    with pytest.raises(ProtocolError, match="one length, got none"):
        mt.simulate_many(treated, [0, 1], parameters={})
    with pytest.raises(
        UnknownNameError, match="unknown input or parameter 'everolimu'; did you mean 'everolimus'"
    ):
        mt.simulate_many(treated, [0, 1], parameters={"everolimu": [1.0]})
    with pytest.raises(UnknownNameError, match="unknown species or read-out 'pAKT'"):
        mt.simulate_many(treated, [0, 1], parameters={"everolimus": [1.0]}, readouts=["pAKT"])
