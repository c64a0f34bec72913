"""A curve with known constants goes in; do they come out, with intervals that mean what they say?"""

import numpy as np
import pytest
from scipy.stats import binom

import mtornet as mt
from mtornet.analysis.dose_fit import dose_at, fit_dose_response, hill_curve

DOSES = np.logspace(-2, 4, 13)


def curve(ec50=3.0, bottom=0.1, hill=1.2, doses=DOSES):
    return hill_curve(doses, np.log(ec50), bottom, np.log(hill))


def fitted(folds, doses=DOSES, error=0.0):
    return fit_dose_response(np.asarray(doses), np.asarray(folds), np.full(len(doses), error))


@pytest.mark.parametrize("ec50", [0.05, 3.0, 800.0])
@pytest.mark.parametrize("bottom", [0.0, 0.5, 2.5])
@pytest.mark.parametrize("hill", [0.7, 1.0, 3.0])
def test_recovers_exact_curves(ec50, bottom, hill):
    fit = fitted(curve(ec50, bottom, hill))
    assert fit.success, fit.message
    assert pytest.approx(ec50, rel=1e-3) == fit.EC50
    assert fit.Emax == pytest.approx(bottom, abs=1e-3)
    assert fit.hill == pytest.approx(hill, rel=1e-3)
    assert fit.top == 1.0
    assert np.allclose(fit(DOSES), curve(ec50, bottom, hill), atol=1e-3)


def test_half_the_effect_at_the_ec50():
    assert hill_curve(np.array([0.0, 3.0, 1e300]), np.log(3.0), 0.2, 0.0) == pytest.approx([1.0, 0.6, 0.2])


def test_order_of_doses_and_a_dose_of_zero_do_not_matter():
    order = np.random.default_rng(1).permutation(13)
    shuffled = fitted([1.0, *curve()[order]], doses=[0.0, *DOSES[order]])
    assert pytest.approx(fitted(curve()).EC50, rel=1e-6) == shuffled.EC50


def test_auc_is_the_mean_over_log_dose():
    assert pytest.approx(0.5) == fitted(np.linspace(1.0, 0.0, 13)).AUC
    assert pytest.approx(0.7) == fitted(np.full(13, 0.7)).AUC


TRUTH, REPEATS = (3.0, 0.1, 1.2), 200


@pytest.fixture(scope="module")
def noisy_fits():
    rng = np.random.default_rng(20)
    return [fitted(curve(*TRUTH) + 0.03 * rng.standard_normal(13)) for _ in range(REPEATS)]


def coverage(fits, width=1.0):
    """How often each interval, stretched about its middle, holds the truth (EC50 and Hill on log scale)."""
    hits = np.zeros(3)
    for fit in fits:
        logs = [np.log(fit.EC50_interval), np.asarray(fit.Emax_interval), np.log(fit.hill_interval)]
        truths = (np.log(TRUTH[0]), TRUTH[1], np.log(TRUTH[2]))
        hits += [
            abs(t - ends.mean()) <= width * np.ptp(ends) / 2 for t, ends in zip(truths, logs, strict=True)
        ]
    return hits


def test_intervals_cover_the_truth_in_95_percent(noisy_fits):
    # The count of intervals that hold the truth is binomial; bounds at 1e-5 on either side for each of three
    # constants. Least squares with t quantiles is exact only for linear models, so half a percent is allowed.
    hits = coverage(noisy_fits)
    assert np.all(hits >= binom.ppf(1e-5, REPEATS, 0.945))
    assert np.all(hits <= binom.isf(1e-5, REPEATS, 0.955))


def test_sabotage_intervals_of_half_the_width_are_caught(noisy_fits):
    assert np.all(coverage(noisy_fits, width=0.5) < binom.ppf(1e-5, REPEATS, 0.945))


def test_intervals_of_ic50_and_auc_cover_the_truth_in_95_percent(noisy_fits):
    ec50, bottom, hill = TRUTH
    ic50 = ec50 * (0.5 / (0.5 - bottom)) ** (1 / hill)
    auc = np.trapezoid(curve(*TRUTH), np.log(DOSES)) / np.ptp(np.log(DOSES))
    hits, hits_of_half = np.zeros(2), np.zeros(2)
    for fit in noisy_fits:
        for k, (ends, truth) in enumerate(
            ((np.log(dose_at(fit, 0.5)[1]), np.log(ic50)), (fit.AUC_interval, auc))
        ):
            off, half = abs(truth - np.mean(ends)), np.ptp(ends) / 2
            hits[k] += off <= half
            hits_of_half[k] += off <= half / 2
    assert np.all(hits >= binom.ppf(1e-5, REPEATS, 0.94))
    assert np.all(hits <= binom.isf(1e-5, REPEATS, 0.96))
    assert np.all(hits_of_half < binom.ppf(1e-5, REPEATS, 0.94))


def test_absolute_ic50_lies_on_the_curve():
    fit = fitted(curve(3.0, 0.2, 0.8))
    at_half, (low, high) = dose_at(fit, 0.5)
    assert fit(np.array([at_half]))[0] == pytest.approx(0.5)
    assert low <= at_half <= high
    assert (fit.IC50, fit.IC50_interval) == (at_half, (low, high))
    assert dose_at(fitted(curve(3.0, 0.6, 0.8)), 0.5)[0] == np.inf


def test_more_noise_wider_intervals():
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(13)
    quiet, loud = fitted(curve() + 0.005 * noise), fitted(curve() + 0.05 * noise)
    assert np.diff(np.log(loud.EC50_interval)) > 3 * np.diff(np.log(quiet.EC50_interval))


def test_flat_response():
    fit = fitted(np.ones(13))
    assert not fit.success
    assert fit.message == "no effect at any dose"


def test_biphasic_response():
    rise = 1.0 + 1.5 * np.exp(-((np.log10(DOSES) - 0.5) ** 2))
    fit = fitted(rise * curve(ec50=300.0))
    assert not fit.success
    assert fit.message == "the response is not one sigmoid (for example biphasic); EC50 has no meaning"


def test_noise_without_effect_is_not_given_an_ec50():
    rng = np.random.default_rng(5)
    refused = [not fitted(1.0 + 0.02 * rng.standard_normal(13)).success for _ in range(6)]
    assert sum(refused) >= 5


@pytest.mark.parametrize("ec50", [1e-4, 1e6])
def test_ec50_outside_the_doses(ec50):
    fit = fitted(curve(ec50=ec50, hill=1.0))
    assert not fit.success
    assert fit.message in ("EC50 lies outside the tested doses", "no effect at any dose")


def test_four_doses_are_enough_to_fit_and_show_how_little_they_know():
    doses = np.array([0.3, 1.0, 10.0, 100.0])
    fit = fitted(curve(doses=doses) + np.array([0.02, -0.02, 0.02, -0.02]), doses=doses)
    assert fit.EC50_interval[1] / fit.EC50_interval[0] > 3


def test_dose_response_finds_the_model_s_own_ec50(mtor):
    # mTORC1 occupancy is D/(D + K) with K = 3 nM for sapanisertib (drugs.tsv): activity has EC50 = K,
    # Hill 1 and Emax 0 right after the dose, before any feedback moves mTORC1.
    found = mt.dose_response(
        mtor,
        "sapanisertib",
        doses=mt.log_doses("0.03 nM", "300 nM", 13),
        readout="mTORC1_active",
        at=1e-3,
        inputs={"insulin": "1 nM"},
    )
    assert pytest.approx(3.0, rel=1e-3) == found.fit.EC50
    assert found.fit.hill == pytest.approx(1.0, rel=1e-3)
    assert found.fit.Emax == pytest.approx(0.0, abs=1e-3)
    assert np.all(np.diff(found.fold_change) < 0)
    assert next(iter(found.summary["condition"].unique())) == "vehicle"
    assert found.kisao == "KISAO:0000033"
    assert found.seed is None


def test_rapalogs_on_the_atp_site_are_flat(mtor):
    found = mt.dose_response(
        mtor, "everolimus", doses=mt.log_doses("1 nM", "1 uM", 5), readout="mTORC2_active", at=1e-3
    )
    assert found.fit.message == "no effect at any dose"


@pytest.mark.parametrize(
    ("doses", "at", "message"),
    [
        (["1 nM", "2 nM", "3 nM"], "24 h", "a dose response needs at least four different doses above 0"),
        (
            ["0 nM", "1 nM", "2 nM", "3 nM"],
            "24 h",
            "a dose response needs at least four different doses above 0",
        ),
        (["1 nM", "1 nM", "2 nM", "3 nM", "4 nM"], "24 h", "is asked for twice"),
        (["1 nM", "2 nM", "3 nM", "4 nM"], "0 h", "at: expected a time > 0, got '0 h'"),
        (["1 nM", "2 nM", "3 nM", "4"], "24 h", "dose of everolimus: '4' has no unit; write it like '4 nM'"),
    ],
)
def test_wrong_dose_series(mtor, doses, at, message):
    with pytest.raises(mt.MtorNetError) as caught:
        mt.dose_response(mtor, "everolimus", doses=doses, readout="pS6K_T389", at=at)
    assert message in str(caught.value)


def test_read_out_that_the_vehicle_lacks(mtor):
    # DEPTOR is 0 in this model: there is no fold change of it, and the user must be told so.
    with pytest.raises(mt.ProtocolError, match="read-out 'DEPTOR' is 0 without drug in wild_type cells"):
        mt.dose_response(mtor, "everolimus", doses=mt.log_doses("1 nM", "1 uM", 5), readout="DEPTOR")
