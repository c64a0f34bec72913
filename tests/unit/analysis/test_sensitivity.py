"""Indices of test functions agree with their formulas, and on the same samples with SALib."""

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from scipy.stats import binom, rankdata

import mtornet as mt
from mtornet.analysis.factors import factors_of, points_of
from mtornet.analysis.sensitivity.morris import morris_indices, morris_places
from mtornet.analysis.sensitivity.prcc import prcc_indices, prcc_places
from mtornet.analysis.sensitivity.run import sensitivity
from mtornet.analysis.sensitivity.sobol import sobol_indices, sobol_places
from tests.unit.analysis.sensitivity_cases import G, g_function, g_indices, ishigami, ishigami_indices

OPTIONS = {"confidence": 0.95, "resamples": 100, "seed": 1}
CASES = [
    pytest.param(ishigami, ishigami_indices, 3, id="ishigami"),
    pytest.param(g_function, g_indices, 5, id="g"),
]


@pytest.mark.parametrize(("function", "exact", "k"), CASES)
def test_sobol_indices_of_functions_with_known_ones(function, exact, k):
    found = sobol_indices(function(sobol_places(k, 4096, 2)), k, **OPTIONS)
    # A scrambled Sobol sequence of 4096 points: errors of these functions stay below 0.01.
    np.testing.assert_allclose([found["S1"][:, 0], found["ST"][:, 0]], exact(), atol=0.02)


@pytest.mark.parametrize("swap", [(0, 1), (0, 2)])
def test_sabotage_mixed_up_columns_are_seen(swap):
    places = sobol_places(3, 4096, 2)
    blocks = ishigami(places).reshape(5, -1)
    blocks[[2 + swap[0], 2 + swap[1]]] = blocks[[2 + swap[1], 2 + swap[0]]]
    found = sobol_indices(blocks.ravel(), 3, **OPTIONS)
    assert np.abs(found["ST"][:, 0] - ishigami_indices()[1]).max() > 0.1


@pytest.mark.parametrize(("function", "exact", "k"), CASES)
def test_sobol_indices_agree_with_salib_on_the_same_samples(function, exact, k):
    n = 256
    blocks = function(sobol_places(k, n, 5)).reshape(k + 2, n)
    ours = sobol_indices(blocks.ravel(), k, **OPTIONS)
    # SALib expects A, then A with each column of B, then B, base point by base point.
    theirs = salib_sobol.analyze(
        {"num_vars": k, "names": [str(i) for i in range(k)], "bounds": [[0, 1]] * k},
        blocks[[0, *range(2, k + 2), 1]].T.ravel(),
        calc_second_order=False,
        seed=1,
    )
    # SALib divides by the variance of A and B alike, and centres at the mean of all points.
    np.testing.assert_allclose(ours["S1"][:, 0], theirs["S1"], atol=0.01)
    np.testing.assert_allclose(ours["ST"][:, 0], theirs["ST"], atol=1e-10)
    assert np.abs(exact()[0] - theirs["S1"]).max() > 0.001
    half = (ours["ST"][:, 2] - ours["ST"][:, 1]) / 2
    assert np.all(half[:2] < 2 * theirs["ST_conf"][:2])
    assert np.all(half[:2] > theirs["ST_conf"][:2] / 2)


def test_intervals_of_sobol_indices_hold_the_truth():
    # Random base points instead of a Sobol sequence, for which the bootstrap is meant. Percentile intervals
    # at n = 512 hold a little less than 95 % of the time; at 90 % the bound leaves 1e-6 to chance.
    rng, repeats, exact = np.random.default_rng(0), 120, g_indices()[1][:2]
    hits, hits_of_half = np.zeros(2), np.zeros(2)
    for _ in range(repeats):
        a, b = rng.random((2, 512, 5))
        mixed = [np.where(np.arange(5) == k, b, a) for k in range(5)]
        values = g_function(np.concatenate([a, b, *mixed]))
        _, low, high = sobol_indices(values, 5, **OPTIONS)["ST"][:2].T
        hits += (low <= exact) & (exact <= high)
        middle, half = (low + high) / 2, (high - low) / 4
        hits_of_half += np.abs(exact - middle) <= half
    bound = binom.ppf(1e-6, repeats, 0.90)
    assert np.all(hits >= bound)
    # Sabotage: intervals of half the width.
    assert np.all(hits_of_half < bound)


def test_points_without_an_outcome_are_left_out():
    values = g_function(sobol_places(5, 1024, 2)).reshape(7, -1)
    holed = values.copy()
    holed[3, :40] = np.nan
    found = sobol_indices(holed.ravel(), 5, **OPTIONS)
    np.testing.assert_allclose(found["ST"], sobol_indices(values[:, 40:].ravel(), 5, **OPTIONS)["ST"])
    flat = sobol_indices(np.ones(70), 5, **OPTIONS)
    assert np.all(np.isnan(flat["S1"]))


def test_morris_agrees_with_salib_on_the_same_samples():
    places = morris_places(5, 40, 3)
    values = g_function(places)
    ours = morris_indices(values, places, **OPTIONS)
    theirs = salib_morris.analyze(
        {"num_vars": 5, "names": list("abcde"), "bounds": [[0, 1]] * 5, "groups": None},
        places,
        values,
        num_levels=4,
        scaled=False,
        seed=1,
    )
    for name in ("mu", "mu_star", "sigma"):
        np.testing.assert_allclose(ours[name][:, 0], theirs[name], rtol=1e-9)
    half = (ours["mu_star"][:, 2] - ours["mu_star"][:, 1]) / 2
    assert np.all(np.abs(half / np.asarray(theirs["mu_star_conf"]) - 1.0) < 0.5)


def test_morris_of_a_plane_is_its_slopes():
    places = morris_places(4, 6, 9)
    assert set(np.round(places.ravel() * 3).astype(int)) == {0, 1, 2, 3}
    found = morris_indices(places @ [1.0, -2.0, 0.0, 5.0], places, **OPTIONS)
    np.testing.assert_allclose(found["mu"][:, 0], [1.0, -2.0, 0.0, 5.0], atol=1e-12)
    np.testing.assert_allclose(found["sigma"], 0.0, atol=1e-12)
    # Sabotage: outcomes of the neighbouring points.
    shifted = morris_indices(np.roll(places @ [1.0, -2.0, 0.0, 5.0], 1), places, **OPTIONS)
    assert not np.allclose(shifted["mu"][:, 0], [1.0, -2.0, 0.0, 5.0])


def test_prcc_is_the_partial_correlation_of_the_ranks():
    places = prcc_places(4, 200, 1)
    values = np.exp(3 * places[:, 0]) - places[:, 1] ** 3 + 0.3 * np.sin(40 * places[:, 3])
    found = prcc_indices(values, places, confidence=0.95)
    # Partial correlations are what the inverse of the correlation matrix holds, up to its diagonal.
    inverse = np.linalg.inv(np.corrcoef(rankdata(np.column_stack([places, values]), axis=0), rowvar=False))
    expected = -inverse[:4, 4] / np.sqrt(np.diag(inverse)[:4] * inverse[4, 4])
    np.testing.assert_allclose(found["PRCC"][:, 0], expected, atol=1e-10)
    assert np.abs(found["PRCC"][:, 0] - rank_correlations(places, values)).max() > 0.01
    assert found["p_value"][0] < 1e-10
    assert found["PRCC"][2, 1] < 0 < found["PRCC"][2, 2]


def rank_correlations(places, values):
    return np.corrcoef(rankdata(np.column_stack([places, values]), axis=0), rowvar=False)[:-1, -1]


def test_prcc_of_an_outcome_that_one_factor_decides():
    places = prcc_places(2, 30, 1)
    assert prcc_indices(-(places[:, 0] ** 3), places, confidence=0.95)["PRCC"][:, 0] == pytest.approx(
        [-1.0, 0.0]
    )


def test_p_values_of_a_factor_without_effect_are_uniform():
    rng, repeats = np.random.default_rng(4), 300
    p = np.array(
        [
            prcc_indices(x[:, 0] + rng.standard_normal(40), x, confidence=0.9)["p_value"][1]
            for x in rng.random((repeats, 40, 3))
        ]
    )
    for level in (0.05, 0.3):
        assert binom.ppf(1e-5, repeats, level) <= np.sum(p < level) <= binom.isf(1e-5, repeats, level)
    assert np.sum(p / 3 < 0.05) > binom.isf(1e-5, repeats, 0.05)


TURNOVER = """
model turnover
  compartment c = 1; species A in c = 5;
  k_in = 2; k_out = 1; k_idle = 1;
  -> A; k_in;
  A -> ; k_out*A;
  -> A; 0*k_idle;
end
"""
BOUNDS = {"k_in": (1.0, 4.0), "k_out": (0.5, 1.0), "k_idle": (1.0, 2.0)}


def log_uniform_moment(power, low, high):
    """Mean of x^power where log x is uniform."""
    return (high**power - low**power) / (power * np.log(high / low))


def test_sensitivity_of_a_network_whose_steady_state_is_a_ratio():
    # A = k_in/k_out; with U = k_in, V = 1/k_out independent, Var(UV) = E U^2 E V^2 - (EU EV)^2.
    u = [log_uniform_moment(p, *BOUNDS["k_in"]) for p in (1, 2)]
    v = [log_uniform_moment(p, *BOUNDS["k_out"]) for p in (-1, -2)]
    variance = u[1] * v[1] - (u[0] * v[0]) ** 2
    var_u, var_v = u[1] - u[0] ** 2, v[1] - v[0] ** 2
    first = [v[0] ** 2 * var_u / variance, u[0] ** 2 * var_v / variance, 0.0]
    total = [v[1] * var_u / variance, u[1] * var_v / variance, 0.0]
    found = sensitivity(
        mt.read_antimony(TURNOVER), "A", factors=BOUNDS, duration="1 h", n=512, method="sobol", resamples=50
    )
    table = found.table.pivot_table(index="factor", columns="index", values="value")
    np.testing.assert_allclose(table.loc[list(BOUNDS), "S1"], first, atol=0.01)
    np.testing.assert_allclose(table.loc[list(BOUNDS), "ST"], total, atol=0.01)
    assert list(found.points) == ["k_in", "k_out", "k_idle", "A", "status"]
    assert found.failed == {}
    ratio = found.points["k_in"] / found.points["k_out"]
    np.testing.assert_allclose(found.points["A"], ratio, rtol=1e-6)


def test_sensitivity_of_the_shipped_network_finds_what_the_feedback_is_made_of(mtor):
    found = sensitivity(
        mtor,
        ["pAKT_S473 at 24 h", "EC50 of mTORC1_active at 1 h"],
        drugs={"sapanisertib": "3 nM"},
        factors=["kt_mut", "k_irs_s6k", "amount.PTEN"],
        span=2.0,
        method="prcc",
        n=40,
    )
    ec50 = found.table[found.table["outcome"] == "EC50 of mTORC1_active at 1 h"].set_index("factor")
    # kt_mut multiplies the dissociation constant of ATP-site drugs, and with it the EC50 of their target.
    assert ec50.index[0] == "kt_mut"
    assert ec50.loc["kt_mut", "value"] > 0.98


def test_factors_span_around_the_cells_that_are_asked_about(mtor):
    def middle(context):
        asked = {"factors": ["amount.ER"], "span": 2.0, "method": "morris", "n": 2, "duration": "1 h"}
        return sensitivity(mtor, "pS6", context=context, **asked).factors[0].value

    assert middle(None) == mtor.species["ER"].initial
    assert middle("MCF7") == mtor.with_context("MCF7").species["ER"].initial != middle(None)


def test_the_same_question_gives_the_same_answer(mtor):
    def ask(seed, jobs):
        return sensitivity(
            mtor, "pS6", factors=["k_irs_s6k"], method="morris", n=4, seed=seed, duration="1 h", jobs=jobs
        )

    first, again, other = ask(1, 1), ask(1, 2), ask(2, 1)
    assert first.table.equals(again.table)
    assert not first.table.equals(other.table)


def test_factors_know_their_bounds(mtor):
    by_table = factors_of(mtor)
    assert len(by_table) > 50
    assert all(f.low == mtor.parameters[f.name].low for f in by_table)
    spanned = factors_of(mtor, ["parameter.k_irs_s6k", "insulin", "amount.PTEN"], span=2.0)
    assert [f.kind for f in spanned] == ["parameter", "input", "amount"]
    assert all(f.low == f.value / 2 and f.high == f.value * 2 for f in spanned)
    middle = points_of(spanned, np.full((1, 3), 0.5))
    assert middle.amounts["PTEN"][0] == pytest.approx(spanned[2].value)
    assert spanned[0].place_of(spanned[0].value) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"method": "sobl"}, "method 'sobl': expected one of sobol, morris, prcc"),
        ({"n": 100}, "n: expected a power of 2, got 100"),
        (
            {"method": "prcc", "n": 5, "factors": ["k_irs_s6k", "insulin"], "span": 2.0},
            "at least 6 points, got 5",
        ),
        ({"factors": ["k_irs_s6q"]}, "unknown parameter, input or species 'k_irs_s6q'; did you mean"),
        ({"factors": ["amount.PTEN"]}, "PTEN: the model gives it no bounds; give them, or a span"),
        ({"factors": ["dose.everolimus"]}, "expected parameter., input. or amount. before the name"),
        (
            {"factors": {"k_irs_s6k": (2.0, 1.0)}},
            "k_irs_s6k: expected finite bounds with low < high, got 2 to 1",
        ),
        ({"factors": ["k_irs_s6k"], "span": 0.5}, "span: expected a number above 1, got 0.5"),
        ({"confidence": 95}, "confidence: expected a number between 0 and 1, got 95"),
        ({"outcomes": "pAKT_S473 after 24 h"}, "outcome 'pAKT_S473 after 24 h': write it like 'pX at 24 h'"),
        ({"outcomes": "nadr of pS6"}, "unknown kind 'nadr'; did you mean 'nadir'"),
        (
            {"outcomes": "nadir of pS7"},
            "outcome 'nadir of pS7': no read-out or species 'pS7'; did you mean 'pS6'",
        ),
        ({"outcomes": "pS6 at 3 d"}, "the time lies outside the experiment of 24 h"),
        ({"outcomes": "nadir of pS6 at 3 h"}, "the nadir is of the whole course; leave out 'at 3 h'"),
        ({"outcomes": "EC50 of pS6 at 3 h"}, "a series of doses needs exactly one drug, at a dose above 0"),
        ({"outcomes": []}, "no outcome is asked for"),
    ],
)
def test_questions_without_sense(mtor, asked, message):
    with pytest.raises(mt.MtorNetError) as caught:
        sensitivity(mtor, **{"outcomes": "pS6 at 1 h", **asked})
    assert message in str(caught.value)


def test_g_function_has_the_order_of_its_constants():
    assert np.all(np.diff(g_indices()[1]) < 0)
    assert np.all(np.diff(G) > 0)
