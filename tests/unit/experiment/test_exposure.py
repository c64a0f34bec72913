"""The PK models of the tables against published and independently derived concentrations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import mtornet as mt
from mtornet.errors import ProtocolError, UnknownNameError
from mtornet.experiment.pk.binding import whole_blood
from mtornet.experiment.pk.course import spans
from mtornet.experiment.pk.free_course import memory_s
from mtornet.experiment.pk.library import pk_model, pk_models

# Derived with the model of ter Heine 2018 by another program: haematocrit 0.38, last dosing interval of four
# weeks; whole blood peak, trough, mean and plasma peak, trough in ng/mL, free peak, trough, mean in nM. The
# tolerance is the rounding of the printed numbers.
EVEROLIMUS = {
    "10 mg QD": (73.7, 10.3, 20.0, 18.5, 2.26, 5.20, 0.637, 1.28),
    "5 mg QD": (39.6, 5.2, 10.3, 9.2, 1.13, 2.60, 0.318, 0.64),
    "10 mg QW": (66.0, 0.03, 2.9, 16.3, 0.01, 4.58, 0.002, 0.18),
    "20 mg QW": (117.7, 0.06, 5.7, 32.5, 0.01, 9.16, 0.004, 0.37),
    "50 mg QW": (226.9, 0.15, 13.1, 81.3, 0.03, 22.9, 0.009, 0.91),
    "70 mg QW": (279.7, 0.22, 17.7, 113.8, 0.05, 32.1, 0.013, 1.28),
}
DIGITS = (1, 2, 1, 1, 2, 2, 3, 2)


@pytest.mark.parametrize("dose", EVEROLIMUS)
def test_everolimus_in_blood_plasma_and_free(dose: str) -> None:
    found = mt.exposure("everolimus", dose, duration="28 d")
    blood = found.whole_blood_ng_mL
    assert blood is not None
    numbers = (
        found.peak(blood),
        found.trough(blood),
        found.average(blood),
        found.peak(found.plasma_ng_mL),
        found.trough(found.plasma_ng_mL),
        found.peak(found.free_nM),
        found.trough(found.free_nM),
        found.average(found.free_nM),
    )
    for number, printed, digits in zip(numbers, EVEROLIMUS[dose], DIGITS, strict=True):
        # Half of the last digit that the table prints, and 0.3 % where it prints three of them.
        assert number == pytest.approx(printed, abs=0.51 * 10**-digits, rel=3e-3)


@pytest.mark.parametrize(
    ("dose", "trough", "peak"),
    [("10 mg QD", 12.3, 68.8), ("3.75 mg BID", 11.7, 34.2), ("1 mg BID", 3.16, None)],
)
def test_everolimus_as_its_authors_print_it(dose: str, trough: float, peak: float | None) -> None:
    # ter Heine 2018, 'Alternative dosing regimens': whole blood of a typical man, haematocrit 0.45.
    model = pk_model("mtor", "everolimus")
    typical = replace(model, values={**model.values, "haematocrit": 0.45})
    given = mt.Dose.clinical(dose)
    last = spans(typical, given.administrations(0.0, 28 * 86400.0), start=0.0, end=28 * 86400.0)[-1]
    blood = whole_blood(typical, last.concentration)
    assert blood is not None
    assert blood[-1] * 1e3 == pytest.approx(trough, rel=0.03)
    if peak is not None:
        # The paper's transit rate is only known as an image; the peak is that sensitive to it.
        assert blood.max() * 1e3 == pytest.approx(peak, rel=0.2)


def test_capivasertib_at_steady_state_meets_its_label() -> None:
    # 400 mg BID 4/3: AUC 8069 ng h/mL (CV 37 %) and Cmax 1371 ng/mL (CV 30 %) on the fourth day of dosing.
    found = mt.exposure("capivasertib", "400 mg BID 4 days on 3 off at steady state")
    day = (found.times >= 84 * 3600.0) & (found.times <= 96 * 3600.0)
    area = float(np.trapezoid(found.plasma_ng_mL[day], found.times[day])) / 3600.0
    assert area == pytest.approx(8069, rel=0.15)
    assert found.plasma_ng_mL[day].max() == pytest.approx(1371, rel=0.3)


def test_sapanisertib_clears_in_two_days() -> None:
    found = mt.exposure("sapanisertib", "30 mg QW", duration="7 d")
    above = found.times[found.free_nM > 3.0]
    assert 24 * 3600.0 < above[-1] < 60 * 3600.0


def test_at_steady_state_every_cycle_is_the_same() -> None:
    for drug, by_name in pk_models("mtor").items():
        for name, model in by_name.items():
            dose = f"{10 if drug in ('everolimus', 'sirolimus', 'trametinib') else 100} mg QD at steady state"
            found = mt.exposure(drug, f"{dose} ({name})", duration="3 d")
            times, total = found.times, found.total_ng_mL
            at = [float(np.interp(t * 86400.0, times, total)) for t in (0.9999, 1.9999, 2.9999)]
            assert at[0] == pytest.approx(at[2], rel=2e-3), (drug, name)
            assert memory_s(model) > 0


@pytest.mark.parametrize(("drug", "mg"), [("everolimus", 10), ("palbociclib", 125), ("alpelisib", 300)])
def test_the_mean_at_steady_state_is_dose_over_clearance(drug: str, mg: float) -> None:
    found = mt.exposure(drug, f"{mg} mg QD at steady state")
    model = found.pk
    if "clearance" in model.values:
        cleared = model["clearance"]
    else:
        # What the liver lets pass and what it clears make dose over fu CLint.
        cleared = model["fraction_unbound"] * model["intrinsic_clearance"]
    assert found.average(found.plasma_ng_mL) == pytest.approx(mg / (cleared * 86400.0) * 1e3, rel=2e-3)


def test_unknown_drugs_and_models() -> None:
    with pytest.raises(ProtocolError, match=r"'dactolisib' has no PK model.*everolimus, sirolimus"):
        mt.exposure("BEZ235", "500 mg QD")
    with pytest.raises(UnknownNameError, match=r"PK model of everolimus 'ter_heine'.*'ter_heine_2018'"):
        mt.exposure("everolimus", "10 mg QD (ter_heine)")
    with pytest.raises(ProtocolError, match="fraction_unbound"):
        _ = mt.exposure("gedatolisib", "154 mg over 30 min QW").free_nM


def test_an_infusion_of_gedatolisib_is_known_as_total_plasma() -> None:
    found = mt.exposure("gedatolisib", "154 mg over 30 min QW", duration="7 d")
    assert found.peak(found.plasma_ng_mL) == pytest.approx(154 / 99 * 1e3, rel=0.05)


def test_every_parameter_has_a_source() -> None:
    for by_name in pk_models("mtor").values():
        for model in by_name.values():
            for name, provenance in model.provenance.items():
                assert provenance.source, (model.drug, name)
                assert provenance.where.startswith("models/mtor/pk.tsv:")
