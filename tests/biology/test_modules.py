"""What the modules around the core do: nutrients, stress, bursts, autophagy, growth."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.experiment.rest import at_rest

MARGIN = 1.05  # for claims of which only the direction is known (design)


@pytest.fixture(scope="module")
def rest(mtor):
    known = {}

    def get(**inputs):
        key = tuple(sorted(inputs.items()))
        if key not in known:
            settled = at_rest(mtor.with_parameters(**inputs))
            result = mt.simulate(settled, [0.0])
            known[key] = {name: float(result.mean[0][i]) for i, name in enumerate(result.species)}
        return known[key]

    return get


def test_amino_acids_hold_mtorc1(rest):
    fed, starved = rest(), rest(leucine=0.0, arginine=0.0)
    assert starved["Rag_active"] < 0.1 * fed["Rag_active"]
    assert starved["pS6K_T389"] < 0.5 * fed["pS6K_T389"]
    for amino_acid in ("leucine", "arginine"):
        alone = rest(**{amino_acid: 0.0})
        assert starved["pS6K_T389"] < alone["pS6K_T389"] < fed["pS6K_T389"] / MARGIN


@pytest.mark.parametrize("stress", ["energy_stress", "hypoxia"])
def test_stress_brakes_mtorc1_through_tsc(stress, rest):
    # RES-22: pS6K falls (direction).
    fed, stressed = rest(), rest(**{stress: 5.0 if stress == "hypoxia" else 1.0})
    assert stressed["pS6K_T389"] < fed["pS6K_T389"] / MARGIN
    assert stressed["pTSC2_T1462"] < fed["pTSC2_T1462"] / MARGIN


def test_hypoxia_needs_tsc(mtor):
    # RES-22: not in TSC2-null cells.
    null = mtor.with_context("TSC2_null")
    calm, hypoxic = (at_rest(null.with_parameters(hypoxia=value)) for value in (0.0, 5.0))
    assert hypoxic.species["pS6K"].initial == pytest.approx(calm.species["pS6K"].initial, rel=0.02)


def test_bursts_keep_the_means(mtor):
    # Without promoters each gene is made at the same mean rate; with them at any burst size.
    without = mt.load_model("mtor", modules=[name for name in mtor.modules if name != "promoters"])
    larger = mtor.with_parameters(b_ERBB3=20.0, b_IR=20.0, b_IRS=20.0, b_DDIT4=20.0)
    wanted = at_rest(mtor)
    for network in (without, larger):
        found = at_rest(network)
        for name in ("mRTK", "RTK2", "IR", "IRS", "mREDD1", "AKT_TS", "pS6K"):
            assert found.species[name].initial == pytest.approx(wanted.species[name].initial, rel=1e-3), name


def test_bursts_make_messengers_noisier(mtor):
    # Linear noise: variance over mean of a messenger is 1 + b k_close/(k_close + k_decay), b = mean burst.
    decay, close = mtor.parameters["k_rtk_mdeg"].value, mtor.parameters["k_close"].value
    parts = ["receptor_pi3k", "akt", "rtk_foxo", "promoters"]
    for size in (1.0, 20.0):
        network = mt.load_model("mtor", modules=parts).with_parameters(b_ERBB3=size, k_rtk_txF=0.0)
        result = mt.simulate(network, [0.0, 30 * 86400.0], method="lna")
        i = result.species.index("mRTK")
        fano = result.sd[-1][i] ** 2 / result.mean[-1][i]
        assert fano == pytest.approx(1 + size * close / (close + decay), rel=0.02)


def test_autophagy_runs_when_mtorc1_is_off(courses):
    # RES-23 (direction): ULK1 is freed, autophagosomes rise, their cargo falls.
    found = courses("sapanisertib")
    assert found.fold("autophagosomes", 24) > MARGIN
    assert found.fold("p62_total", 24) < 1 / MARGIN


def test_growth_is_division_minus_death(courses):
    found = courses("dactolisib")
    division, death = found.amounts["division_rate"], found.amounts["death_rate"]
    assert np.allclose(found.amounts["growth_rate"], division - death, rtol=1e-9, atol=1e-12)
    # OBS-106: 0.02 per hour in one line, with a tolerance of a factor of 2.
    assert 0.01 < found.resting("growth_rate") < 0.04
    assert found.fold("growth_rate", 24) < courses("everolimus").fold("growth_rate", 24)


def test_growth_read_outs_cost_no_events(mtor):
    # A formula over the state: no species and no reaction of its own.
    for name in ("growth_rate", "division_rate", "death_rate"):
        assert name not in mtor.species
        assert not any(name in reaction.involved for reaction in mtor.reactions.values())


def test_rb_loss_defeats_cdk46_inhibitors(courses):
    # RES-07: no effect of the drug on division without RB (direction).
    assert courses("palbociclib").fold("division_rate", 48) < 1 / MARGIN
    assert courses("palbociclib", variant="RB1_loss").fold("division_rate", 48) == pytest.approx(
        1.0, abs=1e-6
    )


def test_the_oestrogen_receptor_drives_the_receptor(courses):
    # OBS-013 (direction): an antioestrogen lowers IGF1R and IRS in ER+ cells and nothing in ER-poor ones.
    found = courses("fulvestrant", context="MCF7", insulin=None)
    assert found.fold("IR_total", 48) < 1 / MARGIN
    assert found.fold("IRS1_total", 48) < 1 / MARGIN
    assert courses("fulvestrant").fold("IR_total", 48) == pytest.approx(1.0, abs=0.01)
