"""Genotypes and drugs: every row of the tables can be used; those we know about do what they should."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.experiment.drug import drugs
from mtornet.network.variants import variants

MARGIN = (
    1.05  # for claims of which only the direction is known: 5 % is a difference, not numerical noise (design)
)


# What a genotype removes altogether cannot be seen; everything else must be there.
ABSENT = {
    "TSC2_loss": {"pTSC2_T1462"},
    "IRS_feedback_off": {"pIRS1_S636"},
    "RICTOR_loss": {
        "pAKT_S473",
        "mTORC2_active",
        "mTORC2_total",
        "pRictor_T1135",
        "pSGK1_S422",
        "pNDRG1",
    },
    "RICTOR_T1135A": {"pRictor_T1135"},
    "GRB10_loss": {"GRB10_total"},
    "RB1_loss": {"pRB"},
    "REDD1_loss": {"REDD1_total"},
}
SIGNED = ["growth_rate"]  # division minus death: below 0 the population shrinks
NO_MOLECULE = 1e-6  # numerical noise of the integrator, in molecules per cell


@pytest.mark.parametrize("variant", sorted(variants("mtor")))
@pytest.mark.parametrize("drug", ["everolimus", "sapanisertib"])
def test_every_variant_settles_and_answers(variant, drug, courses):
    found = courses(drug, variant=variant)
    assert found.residual < 1e-6
    there = [name for name in found.vehicle if name not in ABSENT.get(variant, set())]
    assert np.all(np.isfinite(found.amounts))
    assert np.all(found.vehicle[there] > 0)
    assert np.all(np.isfinite(found.folds[there]))
    assert np.all(found.amounts.drop(columns=SIGNED) > -NO_MOLECULE)
    for name in ABSENT.get(variant, set()):
        assert np.all(abs(found.vehicle[name]) < NO_MOLECULE)


@pytest.mark.parametrize("drug", sorted(drugs("mtor")))
def test_every_drug_settles_and_answers(drug, courses):
    found = courses(drug)
    assert found.residual < 1e-6
    assert np.all(np.isfinite(found.folds))
    assert np.all(found.amounts.drop(columns=SIGNED) > -NO_MOLECULE)


@pytest.mark.parametrize("name", sorted(drugs("mtor")))
def test_every_drug_does_what_its_class_says(name, courses):
    # The class is defined by its targets: rapalogs silence S6K; ATP-site drugs also lower S473 (OBS-025,
    # < 0.8, design); dual and PI3K inhibitors lower PIP3 within an hour (their definition; 5 % margin).
    found, drug_class = courses(name), drugs("mtor")[name].drug_class
    if drug_class in ("rapalog", "atp_competitive", "dual"):
        assert found.fold("pS6K_T389", 1) < 0.3
    if drug_class in ("atp_competitive", "dual", "pi3k"):
        assert found.fold("pAKT_S473", 1) < 0.8
    if drug_class in ("dual", "pi3k"):
        assert found.folds.loc[0:1, "PIP3"].min() < 1 / MARGIN


def test_tsc2_loss_high_s6k_weak_akt(courses):
    # OBS-070: S6K stays on without ligand (> 0.6 of maximum, design). RES-19: AKT low (direction).
    wild, lost = courses("everolimus"), courses("everolimus", variant="TSC2_loss")
    starved = courses("everolimus", variant="TSC2_loss", insulin="0 nM")
    assert lost.resting("pS6K_T389") > MARGIN * wild.resting("pS6K_T389")
    assert lost.resting("pAKT_S473") * MARGIN < wild.resting("pAKT_S473")
    assert lost.resting("pAKT_T308") * MARGIN < wild.resting("pAKT_T308")
    assert starved.resting("pS6K_T389") > 0.6 * lost.resting("pS6K_T389")


def test_tsc2_loss_ignores_pi3k_inhibitors(courses):
    # OBS-070: a PI3K inhibitor changes pS6K by less than 20 % (design).
    assert 0.8 < courses("pilaralisib", variant="TSC2_loss").fold("pS6K_T389", 1) < 1.2


@pytest.mark.parametrize("variant", ["PTEN_loss", "PIK3CA_H1047R", "PIK3CA_E545K"])
def test_pi3k_lesions_raise_pip3_and_akt(variant, courses):
    # RES-17, RES-18: direction.
    wild, lesion = courses("everolimus"), courses("everolimus", variant=variant)
    for readout in ("PIP3", "pAKT_S473", "pAKT_T308"):
        assert lesion.resting(readout) > MARGIN * wild.resting(readout)


def test_pik3ca_mutants_signal_without_ligand(courses):
    # RES-17: PI3K output independent of receptors (direction).
    wild = courses("everolimus", insulin="0 nM")
    for variant in ("PIK3CA_H1047R", "PIK3CA_E545K"):
        assert courses("everolimus", variant=variant, insulin="0 nM").resting("PIP3") > MARGIN * wild.resting(
            "PIP3"
        )


def test_pten_loss_blunts_alpelisib(courses):
    # RES-18: alpelisib works in PIK3CA-mutant cells and fails without PTEN (direction).
    mutant = courses("alpelisib", variant="PIK3CA_H1047R").fold("pAKT_S473", 1)
    pten = courses("alpelisib", variant="PTEN_loss").fold("pAKT_S473", 1)
    assert pten > MARGIN * mutant


@pytest.mark.parametrize("variant", ["4EBP1_loss", "EIF4E_gain"])
def test_4ebp1_to_eif4e_ratio_uncouples_translation(variant, courses):
    # RES-20: free eIF4E under the drug rises with the ratio (direction).
    wild, lesion = courses("sapanisertib"), courses("sapanisertib", variant=variant)
    at_24_h = (found.amounts.loc[24, "eIF4E_free"] for found in (wild, lesion))
    less, more = at_24_h
    assert more > MARGIN * less


def ec50(network: mt.ReactionNetwork, drug: str, variant: str, low: str, high: str) -> float:
    curve = mt.dose_response(
        network, drug, doses=mt.log_doses(low, high, 11), readout="pS6K_T389", at="2 h", variant=variant
    )
    assert curve.fit.success, curve.fit.message
    return curve.fit.EC50


def test_frb_mutants_keep_the_ec50_of_atp_site_drugs(mtor):
    # OBS-060: IC50 of AZD8055 within 1.5-fold of wild type (band from the source's ratio 1.0).
    wild = ec50(mtor, "azd8055", "wild_type", "0.1 nM", "10 uM")
    for variant in ("MTOR_F2108L", "MTOR_A2034V", "MTOR_S2035F"):
        assert 1 / 1.5 < ec50(mtor, "azd8055", variant, "0.1 nM", "10 uM") / wild < 1.5


@pytest.mark.parametrize("drug", ["azd8055", "sapanisertib"])
def test_m2327i_needs_more_atp_site_drug_and_not_more_rapalog(drug, mtor):
    # RES-04: IC50 of ATP-site drugs up 3- to 30-fold (source), of rapamycin unchanged (1.5-fold as OBS-060).
    shift = ec50(mtor, drug, "MTOR_M2327I", "0.1 nM", "10 uM") / ec50(
        mtor, drug, "wild_type", "0.1 nM", "10 uM"
    )
    assert 3.0 <= shift <= 30.0
    rapalog = [ec50(mtor, "sirolimus", v, "0.001 nM", "10 nM") for v in ("MTOR_M2327I", "wild_type")]
    assert 1 / 1.5 < rapalog[0] / rapalog[1] < 1.5
