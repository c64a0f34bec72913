"""Wash-out, repeated doses, copy scale and conserved totals."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.experiment.drug import drugs
from mtornet.experiment.mechanisms import with_drug
from mtornet.simulation.methods import ode
from mtornet.simulation.problem import Problem

MOIETIES = {
    "p110a",
    "p110b",
    "PTEN",
    "PDK1",
    "AKT",
    "mTOR",
    "RPTOR",
    "Rheb",
    "PRAS40",
    "DEPTOR",
    "TSC",
    "Rag",
    "RICTOR",
    "S6K",
    "S6",
    "4E-BP1",
    "eIF4E",
    "GSK3B",
    "ULK1",
    "SGK1",
    "FOXO",
    "ADA",
    "FKBP12",
    "SESN2",
    "CASTOR1",
    "GATOR1",
    "GATOR2",
    "AMPK",
    "RAS",
    "MEK",
    "ERK",
    "RSK",
    "ER S167",
    "CDK4/6",
    "RB",
}


def folds(run, readout="pS6K_T389"):
    rows = run.summary[(run.summary["drug"] != "vehicle") & (run.summary["readout"] == readout)]
    return dict(zip(rows["time_s"] / 3600, rows["fold_change"], strict=True))


def treated(drug, dose, hours, *, end="72 h", wash_at=None):
    protocol = mt.Protocol().settle().apply(mt.Condition(drugs={drug: dose}, inputs={"insulin": "1 nM"}))
    if wash_at is not None:
        protocol = protocol.wash(drug, at=wash_at)
    return protocol.until(end), [f"{h} h" for h in hours]


@pytest.mark.parametrize(
    ("drug", "dose"), [("sapanisertib", "224 nM"), ("torin1", "250 nM"), ("azd8055", "500 nM")]
)
def test_s6k_comes_back_hours_after_washing_an_atp_site_drug(drug, dose, mtor):
    # ATP-site binding is reversible at once; "within hours" is taken as above half within 4 h (design).
    protocol, times = treated(drug, dose, (0, 23.9, 25, 28, 48), wash_at="24 h", end="48 h")
    found = folds(mt.run(mtor, protocol, times=times))
    assert found[23.9] < 0.2
    assert found[28] > 0.5


def test_s6k_stays_off_for_days_after_a_pulse_of_a_rapalog(mtor):
    # OBS-007 (threshold design): S6K activity below 0.3 from 4 to 72 h after one dose that clears in hours.
    protocol, times = treated("everolimus", "20 nM for 6 h", (4, 6, 12, 24, 48, 72))
    assert max(folds(mt.run(mtor, protocol, times=times)).values()) < 0.3


def test_washing_and_a_held_dose_are_the_same_experiment(mtor):
    times = (0, 1, 6, 7, 12, 24)
    washed = mt.run(
        mtor,
        treated("dactolisib", "500 nM", times, wash_at="6 h", end="24 h")[0],
        times=[f"{t} h" for t in times],
    )
    held = mt.run(
        mtor, treated("dactolisib", "500 nM for 6 h", times, end="24 h")[0], times=[f"{t} h" for t in times]
    )
    assert np.allclose(washed.summary["mean"], held.summary["mean"], rtol=1e-9, atol=1e-9)


def test_repeated_doses_switch_s6k_off_and_on(mtor):
    # 6 h on, 18 h off; the thresholds are those of the wash-out test above.
    protocol, times = treated(
        "sapanisertib", "224 nM for 6 h every 24 h", (5.9, 23.9, 29.9, 47.9, 53.9, 71.9)
    )
    found = folds(mt.run(mtor, protocol, times=times))
    assert all(found[h] < 0.2 for h in (5.9, 29.9, 53.9))
    assert all(found[h] > 0.5 for h in (23.9, 47.9, 71.9))


def test_fewer_repeats_leave_the_rest_untreated(mtor):
    protocol, times = treated("sapanisertib", "224 nM for 6 h every 24 h x 2", (29.9, 53.9, 71.9))
    found = folds(mt.run(mtor, protocol, times=times))
    assert found[29.9] < 0.2
    assert found[53.9] > 0.5
    assert found[71.9] > 0.5


def test_the_last_dose_before_the_end_counts(mtor):
    # A drug that is given at 47 h acts from 47 h on, and not before.
    protocol = (
        mt.Protocol()
        .settle()
        .apply(mt.Condition(inputs={"insulin": "1 nM"}))
        .apply(mt.Condition(drugs={"sapanisertib": "224 nM"}), at="47 h")
        .until("48 h")
    )
    found = folds(mt.run(mtor, protocol, times=["0 h", "47 h", "48 h"]))
    assert found[47.0] == pytest.approx(1.0, abs=1e-6)
    assert found[48.0] < 0.2


def test_rate_equations_do_not_depend_on_the_copy_scale(mtor):
    # DESIGN section 4: amounts and volume shrink together, the deterministic limit is unchanged.
    network = with_drug(mtor, drugs("mtor")["everolimus"]).with_parameters(everolimus=20.0)
    compiled, times = compile_network(network), np.array([0.0, 600.0, 3600.0, 86400.0])

    def amounts(scale: float) -> np.ndarray:
        problem = Problem(
            compiled=compiled,
            segments=bind(network, compiled, [(0.0, {}, {})], 86400.0, copy_scale=scale),
            times=times,
            x0=initial_amounts(network, copy_scale=scale),
            content="",
        )
        return ode.solve(problem, ode.OdeOptions())[0][0] / scale

    whole, hundredth = amounts(1.0), amounts(0.01)
    assert np.allclose(whole, hundredth, rtol=1e-4, atol=1e-2)


def test_conserved_moieties_by_name(mtor):
    moieties = mtor.conserved_moieties()
    assert len(moieties) == len(MOIETIES) == 35
    assert {m.name for m in moieties} == MOIETIES


@pytest.mark.parametrize("drug", [None, "everolimus", "sapanisertib"])
def test_conserved_totals_stay(drug, mtor):
    network = mtor if drug is None else with_drug(mtor, drugs("mtor")[drug]).with_parameters(**{drug: 100.0})
    result = mt.simulate(network, [0.0, 60.0, 3600.0, 86400.0])
    column = {name: i for i, name in enumerate(result.species)}
    moieties = network.conserved_moieties()
    assert {m.name for m in moieties} >= MOIETIES
    for moiety in moieties:
        total = sum(weight * result.mean[:, column[name]] for name, weight in moiety.species)
        assert np.allclose(total, moiety.total, rtol=1e-7, atol=1e-6), moiety.name
