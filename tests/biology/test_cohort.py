"""OBS-004: under everolimus AKT rose in half of 55 tumours (Tabernero 2008; 95 % interval 0.36 to 0.64)."""

from __future__ import annotations

import mtornet as mt

MEASURED = (0.36, 0.64)


def test_about_half_of_the_tumours_rise_under_everolimus(mtor):
    # 400 tumours: the fraction is known to 0.025 (one standard error).
    assert MEASURED[0] <= mt.cohort(network=mtor, patients=400).fraction("everolimus") <= MEASURED[1]


def test_tumours_without_the_feedback_do_not(mtor):
    cut = mtor.with_parameters(k_irs_s6k=0.0, k_irs_c1=0.0, k_grb10_irs=0.0)
    assert mt.cohort(network=cut, patients=200).fraction("everolimus") < MEASURED[0]


def test_nor_are_they_half_where_all_tumours_are_alike(mtor):
    assert mt.cohort(network=mtor, patients=200, extrinsic=0.1).fraction("everolimus") > MEASURED[1]
