"""Branches of models whose folds, Hopf points and stability are known by formula."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.continuation.run import continuation
from mtornet.plot.branches import branches_figure

# dX/dt = b - 5 X + 3 X^2 - 0.5 X^3 rests at b = 5 X - 3 X^2 + 0.5 X^3, turning where 5 - 6 X + 1.5 X^2 = 0.
SCHLOEGL = """
model schloegl
  compartment c = 1; species X in c = 0.1;
  b = 0.5;
  -> X; b + 3*X^2;
  X -> ; 5*X + 0.5*X^3;
end
"""
FOLDS_X = np.sort(np.roots([1.5, -6.0, 5.0]))


def b_of(x, cubic=0.5):
    return 5.0 * x - 3.0 * x**2 + cubic * x**3


@pytest.fixture(scope="module")
def schloegl():
    return continuation(mt.read_antimony(SCHLOEGL), "b", 0.0, 4.0, readouts=["X"], logarithmic=False)


def test_one_branch_through_both_folds(schloegl):
    assert set(schloegl.table["branch"]) == {0}
    np.testing.assert_allclose(schloegl.table["b"], b_of(schloegl.table["X"]), atol=1e-6)
    assert schloegl.table["X"].iloc[-1] > FOLDS_X[1]
    assert schloegl.table["b"].iloc[-1] == pytest.approx(4.0, abs=1e-6)


def test_folds_lie_where_the_formula_says(schloegl):
    assert schloegl.special["special"].tolist() == ["fold", "fold"]
    np.testing.assert_allclose(schloegl.special["X"], FOLDS_X, rtol=1e-3)
    np.testing.assert_allclose(schloegl.special["b"], b_of(FOLDS_X), rtol=1e-5)
    # Sabotage: another cubic term.
    assert not np.allclose(schloegl.special["b"], b_of(FOLDS_X, cubic=0.51), rtol=1e-3)


def test_the_middle_branch_is_unstable(schloegl):
    x = schloegl.table["X"]
    off = schloegl.table["special"] == ""
    middle = (x > FOLDS_X[0]) & (x < FOLDS_X[1])
    assert np.array_equal(schloegl.table.loc[off, "stable"], ~middle[off])
    slope = -5.0 + 6.0 * x - 1.5 * x**2
    np.testing.assert_allclose(schloegl.table["growth_per_s"], slope, atol=1e-5)


# A switch with a conserved total of 100: dP/dt = (b + P^2/(P^2 + 400))*(100 - P) - 0.4 P.
SWITCH = """
model switch
  compartment c = 1; species U in c = 100; species P in c = 0;
  b = 0.01;
  U -> P; b*U + P^2/(P^2 + 400)*U;
  P -> U; 0.4*P;
end
"""


def test_a_switch_keeps_its_total_and_has_the_folds_of_its_formula():
    found = continuation(mt.read_antimony(SWITCH), "b", 1e-3, 0.3, readouts=["P", "U"])
    np.testing.assert_allclose(found.table["P"] + found.table["U"], 100.0, rtol=1e-9)
    p = np.linspace(0.5, 99.5, 400_001)
    b = 0.4 * p / (100.0 - p) - p**2 / (p**2 + 400.0)
    turns = np.flatnonzero(np.diff(np.sign(np.diff(b)))) + 1
    expected = [(b[i], p[i]) for i in turns if 1e-3 < b[i] < 0.3]
    assert len(expected) >= 1
    np.testing.assert_allclose(found.special[["b", "P"]], expected, rtol=2e-3)
    # The conserved total has an eigenvalue of 0, which is none of the branch's.
    assert np.all(found.table["growth_per_s"].abs() > 1e-12)
    assert found.table["stable"].iloc[0]


# X = 1 and Y = b rest until b = 2, where they begin to oscillate.
BRUSSELATOR = """
model brusselator
  compartment c = 1; species X in c = 1; species Y in c = 1;
  b = 1;
  -> X; 1;
  X -> Y; b*X;
  Y -> X; X^2*Y;
  X -> ; X;
end
"""


def test_hopf_point_of_the_brusselator():
    found = continuation(mt.read_antimony(BRUSSELATOR), "b", 0.5, 3.0, logarithmic=False, readouts=["X", "Y"])
    np.testing.assert_allclose(found.table["Y"], found.table["b"], rtol=1e-6)
    assert found.special["special"].tolist() == ["Hopf"]
    assert found.special["b"].item() == pytest.approx(2.0, abs=0.06)
    assert np.array_equal(found.table["stable"], found.table["b"] < 2.0)


def test_a_start_that_never_rests_is_an_error():
    with pytest.raises(mt.SimulationError, match=r"could not be solved|does not come to rest"):
        continuation(mt.read_antimony(BRUSSELATOR), "b", 3.0, 4.0, logarithmic=False)


def test_drugs_and_ligands_of_the_shipped_network(mtor):
    found = continuation(mtor, "drug.sapanisertib", 0.1, 100.0, readouts=["mTORC1_active", "pS6K_T389"])
    assert found.unit == "nM"
    values = found.table["drug.sapanisertib"]
    assert values.iloc[0] == pytest.approx(0.1)
    assert values.iloc[-1] == pytest.approx(100.0)
    assert found.table["stable"].all()
    assert found.table["pS6K_T389"].iloc[-1] < 0.2 * found.table["pS6K_T389"].iloc[0]
    figure, data = branches_figure(found)
    assert len(figure.axes) == 2
    assert data is found.table


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"target": "drug.everolymus"}, "unknown drug 'everolymus'; did you mean 'everolimus'"),
        ({"target": "parameter.k_irs_s6q"}, "unknown parameter, input or drug 'k_irs_s6q'; did you mean"),
        ({"target": "amount.PTEN"}, "expected parameter., input. or drug. before the name"),
        ({"low": 2.0, "high": 1.0}, "expected finite ends with low < high, got 2 to 1"),
        ({"low": 0.0, "logarithmic": True}, "a logarithmic scale needs a lower end above 0, got 0"),
        ({"drugs": {"torin1": "1 nM for 6 h every 8 h"}}, "needs drugs at constant concentrations"),
    ],
)
def test_questions_without_sense(mtor, asked, message):
    with pytest.raises(mt.MtorNetError) as caught:
        continuation(mtor, **{"target": "input.insulin", "low": 0.1, "high": 1.0, **asked})
    assert message in str(caught.value)
