"""Where chance matters: its size, its sources, and exact cells as witnesses."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.noise_witness import first_crossing
from mtornet.plot.noise import noise_figure


@pytest.fixture(scope="module")
def found(mtor):
    return mt.noise(["everolimus"], network=mtor, readouts=["pAKT_S473", "HER3_total", "pS6K_T389"], cells=12)


def test_both_kinds_of_noise_stand_side_by_side(found):
    table = found.table.set_index(["condition", "readout"])
    rest = table.loc["vehicle"]
    assert (rest["cv_intrinsic"] > 0).all()
    assert (rest["cv_extrinsic"] > 0).all()
    part = rest["cv_intrinsic"] ** 2 / (rest["cv_intrinsic"] ** 2 + rest["cv_extrinsic"] ** 2)
    assert np.allclose(rest["intrinsic_share"], part)
    wiped_out = table.loc["everolimus 20 nM"].loc["pS6K_T389"]
    assert np.isnan(wiped_out["cv_intrinsic"]), "no coefficient of variation of less than a molecule"


def test_the_parts_of_chance_add_up_and_messengers_lead(found):
    sums = found.sources.groupby(["condition", "readout"])["share"].sum()
    assert np.allclose(sums, 1.0)
    her3 = found.sources.query("condition == 'vehicle' and readout == 'HER3_total'")
    ours = her3[her3["molecule"].str.contains("ERBB3")]["share"].sum()
    assert ours > 0.9, "bursts of the ERBB3 gene and its messenger carry the noise of HER3"


def test_chance_is_that_of_the_linear_noise_approximation(mtor, found):
    from mtornet.experiment.rest import at_rest

    result = mt.simulate(at_rest(mtor), ["0 s", "90 d"], method="lna")
    k = result.species.index("pAKT_S473")
    ours = found.table.query("condition == 'vehicle' and readout == 'pAKT_S473'")["cv_intrinsic"].item()
    assert ours == pytest.approx(result.sd[-1, k] / result.mean[-1, k], rel=1e-3)


def test_first_crossings():
    times = np.array([0.0, 1.0, 2.0, 3.0])
    folds = np.array([[1.0, 1.1, 1.3, 1.1], [1.0, 1.0, 1.0, 1.0], [2.0, 1.0, 1.0, 1.0]])
    assert first_crossing(times, folds)[0] == 2.0
    assert np.isnan(first_crossing(times, folds)[1:]).all(), "never above, and above from the start"


def test_slow_parts_are_left_out_unless_asked(found):
    assert len(found.switching) == len(found.witness) == 0


def test_the_figure_shows_every_known_row(found):
    _, data = noise_figure(found)
    assert len(data) == found.table["cv_intrinsic"].notna().sum()


def test_wrong_input_is_one_message(mtor):
    with pytest.raises(mt.MtorNetError, match="at least 2"):
        mt.noise(network=mtor, cells=1)


@pytest.mark.slow
def test_exact_cells_bear_witness(mtor):
    found = mt.noise(
        ["everolimus"],
        network=mtor,
        readouts=["pTSC2_T1462", "HER3_total", "pS6K_T389"],
        cells=8,
        switching_cells=4,
        witness_cells=24,
        witness_scale=0.01,
    )
    # At this scale messengers are too few for a linear approximation: the order of magnitude is what holds.
    ratio = found.witness["cv_exact"] / found.witness["cv_expected"]
    assert ratio.between(0.2, 2.0).all(), found.witness
    assert (found.witness["low"] < found.witness["cv_exact"]).all()
    assert set(found.switching["cause"]) == {"intrinsic", "extrinsic"}
