"""Known constants go in through simulated blots; do they come out?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

import mtornet as mt
from mtornet.analysis.factors import factors_of
from mtornet.analysis.fitting.blots import Blot
from mtornet.analysis.fitting.error_model import ErrorModel
from mtornet.analysis.fitting.prediction import BlotModel
from mtornet.analysis.fitting.run import fit

BOUNDS = {"k_take": (2e-7, 2e-4), "k_back": (1e-4, 1e-2)}
TRUTH = {"k_take": 4e-6, "k_back": 6e-4}
SIGMA = 0.02


def planned():
    """Measurements of two drugs at three times, without values yet."""
    return [
        Blot(
            where="plan",
            label=drug,
            condition=mt.Condition(drugs={drug: dose}),
            time_s=hours * 3600.0,
            readout=readout,
            fold=1.0,
            sd=SIGMA,
        )
        for drug, dose in (("sapanisertib", "5 nM"), ("torkinib", "50 nM"))
        for hours in (0.1, 0.5, 2.0)
        for readout in ("output", "kinase")
    ]


def simulated(network, blots, seed):
    """Fold changes at the truth, with log-normal errors."""
    factors = factors_of(network, BOUNDS)
    places = np.array([[f.place_of(TRUTH[f.name]) for f in factors]])
    folds = BlotModel(network=network, blots=blots, factors=factors)(places)[0]
    folds = folds * np.exp(SIGMA * np.random.default_rng(seed).standard_normal(len(blots)))
    return [
        replace(blot, fold=float(fold), sd=float(fold * np.sqrt(np.expm1(SIGMA**2))))
        for blot, fold in zip(blots, folds, strict=True)
    ]


def test_predictions_are_fold_changes_of_the_experiment(loop):
    blots = planned()
    factors = factors_of(loop, BOUNDS)
    places = np.array([[f.place_of(TRUTH[f.name]) for f in factors]])
    predicted = BlotModel(network=loop, blots=blots, factors=factors)(places)[0]
    run = mt.run(
        loop.with_parameters(**TRUTH),
        mt.Protocol().settle().apply(blots[0].condition).until("2 h"),
        times=["0.1 h", "0.5 h", "2 h"],
        readouts=["output", "kinase"],
    )
    expected = run.summary[run.summary["drug"] == "sapanisertib"].sort_values(
        ["time_s", "readout"], ascending=[True, False]
    )
    np.testing.assert_allclose(predicted[:6], expected["fold_change"], rtol=1e-4)


def test_a_fit_finds_the_constants_and_says_how_well(loop):
    found = fit(loop, simulated(loop, planned(), 1), parameters=BOUNDS, starts=2, seed=3)
    table = found.parameters.set_index("name")
    for name, truth in TRUTH.items():
        # Within the interval stretched threefold: beyond five standard deviations.
        low, high = np.log(table.loc[name, ["low", "high"]].to_numpy(dtype=float))
        assert abs(np.log(truth) - (low + high) / 2) < 3 * (high - low) / 2
        assert table.loc[name, "low"] < table.loc[name, "value"] < table.loc[name, "high"]
        assert high - low < 0.6 * np.log(BOUNDS[name][1] / BOUNDS[name][0])
        assert found.network.parameters[name].value == table.loc[name, "value"]
    assert set(table["open"]) == {""}
    assert found.p_value > 1e-4
    assert np.ptp(found.reached) < 1e-3
    assert np.all(found.data["predicted_low"] <= found.data["predicted_high"])
    np.testing.assert_allclose(np.sum(found.data["residual"] ** 2), found.chi2, rtol=1e-6)
    start = found.courses[found.courses["time_s"] == 0.0]
    np.testing.assert_allclose(start["predicted"], 1.0, rtol=1e-6)


def test_abc_agrees_with_the_likelihood_and_repeats(loop):
    blots = simulated(loop, planned(), 1)
    quick = fit(loop, blots, parameters=BOUNDS, starts=1, intervals="wald")
    draws = fit(loop, blots, parameters=BOUNDS, method="abc", particles=100, seed=4)
    for k, name in enumerate(BOUNDS):
        ends = np.log(quick.parameters.loc[k, ["low", "high"]].to_numpy(dtype=float))
        sd = np.ptp(ends) / 3.92
        assert abs(np.log(draws.draws[name]).mean() - np.log(quick.parameters.loc[k, "value"])) < sd
        assert 0.6 < np.log(draws.draws[name]).std() / sd < 1.5
    again = fit(loop, blots, parameters=BOUNDS, method="abc", particles=100, seed=4, jobs=1)
    assert again.draws.equals(draws.draws)


def hits_of(loop, repeats, width=1.0):
    hits = np.zeros(2)
    for seed in range(repeats):
        found = fit(loop, simulated(loop, planned(), seed), parameters=BOUNDS, starts=1, intervals="wald")
        for k, truth in enumerate(TRUTH.values()):
            low, high = np.log(found.parameters.loc[k, ["low", "high"]].to_numpy(dtype=float))
            hits[k] += abs(np.log(truth) - (low + high) / 2) <= width * (high - low) / 2
    return hits


def test_intervals_of_fits_to_simulated_blots_hold_the_truth(loop):
    # 12 datasets: fewer than 7 of 12 at 95 % is a chance of 1e-6; intervals of a sixth of the width fail.
    hits = hits_of(loop, 12)
    assert np.all(hits >= 7)


@pytest.mark.slow
def test_intervals_cover_the_truth_in_95_percent_of_simulated_blots(loop):
    repeats = 150
    hits = hits_of(loop, repeats)
    assert np.all(hits >= binom.ppf(1e-5, repeats, 0.94))
    assert np.all(hits <= binom.isf(1e-5, repeats, 0.97))
    assert np.all(hits_of(loop, repeats, width=0.5) < binom.ppf(1e-5, repeats, 0.94))


def test_log_normal_and_normal_errors():
    blots = [replace(blot, fold=2.0, sd=0.5) for blot in planned()[:1]]
    normal, log_normal = ErrorModel.of(blots, "normal"), ErrorModel.of(blots, "log-normal")
    assert normal.residuals(np.array([[2.5]])) == pytest.approx(1.0)
    assert log_normal.residuals(np.array([[2.5]])) == pytest.approx(np.log(1.25) / np.sqrt(np.log(1.0625)))
    assert log_normal.residuals(np.array([[np.nan]])) == 1e3


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"method": "bayes"}, "method 'bayes': expected one of likelihood, abc"),
        ({"intervals": "boot"}, "intervals 'boot': expected one of profile, wald"),
        ({"errors": "poisson"}, "error model 'poisson': expected one of log-normal, normal"),
        ({"starts": 0}, "expected at least 1 start and 20 particles, got 0 and 256"),
        ({"confidence": 0.0}, "confidence: expected a number between 0 and 1, got 0"),
        ({"parameters": ["k_tak"]}, "unknown parameter, input or species 'k_tak'; did you mean 'k_take'"),
        ({"parameters": []}, "no parameter is named"),
    ],
)
def test_questions_without_sense(loop, asked, message):
    with pytest.raises(mt.MtorNetError) as caught:
        fit(loop, planned(), **{"parameters": BOUNDS, **asked})
    assert message in str(caught.value)


def test_one_label_for_two_conditions(loop):
    blots = planned()
    other = replace(blots[1], condition=mt.Condition(drugs={"sapanisertib": "6 nM"}), where="blots.csv:7")
    with pytest.raises(
        mt.ProtocolError, match=r"blots\.csv:7: condition 'sapanisertib' has another drug, dose"
    ):
        fit(loop, [blots[0], other], parameters=BOUNDS)
