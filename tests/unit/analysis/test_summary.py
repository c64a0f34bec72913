"""The tidy table: its columns, and what a fold change is taken over."""

import numpy as np
import pandas as pd
import pytest

import mtornet as mt
from mtornet.analysis.summary import COLUMNS, fold_over, summary_table, vehicle_of
from tests.file_contract import SUMMARY_COLUMNS


def moving_vehicle() -> mt.Protocol:
    """Ligand rises at time 0 from cells settled without it, so that the vehicle itself moves."""
    both = mt.Condition(drugs={"sapanisertib": "5 nM"}, inputs={"insulin": "10 nM"})
    return mt.Protocol().settle(inputs={"insulin": "0 nM"}).apply(both).until("2 h")


@pytest.fixture(scope="module")
def moved(mtor):
    return mt.run(mtor, moving_vehicle(), times=["0 h", "10 min", "1 h", "2 h"])


def test_columns():
    assert COLUMNS == SUMMARY_COLUMNS


def test_fold_is_over_the_vehicle_at_the_same_time(moved):
    table = moved.summary
    vehicle = table[table["drug"] == "vehicle"].set_index(["readout", "time_s"])["mean"]
    assert vehicle["pAKT_S473"].nunique() == 4, "the vehicle moves"
    for row in table.itertuples():
        if vehicle[row.readout, row.time_s] < 1e-6:
            # Without ligand no receptor is phosphorylated: a fold of numerical noise would mean nothing.
            assert (row.readout, row.time_s) == ("pIR_Y1150", 0.0)
            assert np.isnan(row.fold_change)
        else:
            assert row.fold_change == pytest.approx(row.mean / vehicle[row.readout, row.time_s], rel=1e-12)
    table = table.dropna(subset="fold_change")
    assert (table.loc[table["drug"] == "vehicle", "fold_change"] == 1.0).all()
    first = table[(table["time_s"] == 0) & (table["drug"] != "vehicle")]
    assert np.allclose(first["fold_change"], 1.0), "at time 0 both arms are the same cells"


def test_sabotage_fold_over_the_start_would_be_seen(moved):
    table = moved.summary
    s473 = table[(table["readout"] == "pAKT_S473") & (table["drug"] != "vehicle")]
    over_start = s473["mean"] / s473["mean"].iloc[0]
    assert not np.allclose(over_start, s473["fold_change"], rtol=0.1)


def test_deterministic_rows(moved):
    table = moved.summary
    assert list(table.columns) == list(SUMMARY_COLUMNS)
    assert (table["n"] == 1).all()
    assert (table["sd"] == 0).all()
    for name in ("q05", "q25", "q50", "q75", "q95"):
        assert (table[name] == table["mean"]).all()
    treated = table[table["drug"] == "sapanisertib"]
    assert set(treated["dose_nM"]) == {5.0}
    assert set(treated["drug_class"]) == {"atp_competitive"}
    assert set(treated["variant"]) == {"wild_type"}
    assert set(table["unit"]) == {"molecule", "1/h"}
    assert not table.duplicated(["condition", "readout", "time_s"]).any()


def test_vehicle_only_protocol_has_one_condition(mtor):
    protocol = mt.Protocol().settle().apply(mt.Condition(inputs={"insulin": "1 nM"})).until("1 h")
    assert list(mt.run(mtor, protocol).summary["condition"].unique()) == ["vehicle"]


def test_species_can_be_followed_too(mtor):
    protocol = mt.Protocol().settle().apply(mt.Condition(drugs={"everolimus": "20 nM"})).until("1 h")
    table = mt.run(mtor, protocol, readouts=["AKT_TS", "pS6K_T389"], times=[0, "1 h"]).summary
    assert list(table["readout"].unique()) == ["AKT_TS", "pS6K_T389"]


def test_nothing_over_nothing_is_not_a_number():
    folds = fold_over(np.array([2.0, 2.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    assert folds[0] == 2.0
    assert np.isnan(folds[1:]).all()


def test_without_vehicle_there_is_no_fold(moved):
    treated = [result for result in moved.arms if result.arm.drug != "vehicle"]
    with pytest.raises(mt.ProtocolError, match="no vehicle among the conditions; fold changes need one"):
        summary_table(treated)
    assert vehicle_of(moved.arms).arm.condition == "vehicle"


@pytest.fixture(scope="module")
def population(mtor):
    protocol = mt.Protocol().settle().apply(mt.Condition(drugs={"sapanisertib": "224 nM"})).until("30 min")
    return mt.run(
        mtor,
        protocol,
        method="ssa",
        cells=5,
        seed=3,
        copy_scale=0.002,
        settle="10 min",
        times=[0, 600, 1800],
        readouts=["pS6K_T389", "pAKT_S473"],
    )


def test_population_rows_come_from_the_cells(population):
    for result in population.arms:
        rows = population.summary[population.summary["condition"] == result.arm.condition]
        for i, readout in enumerate(result.readouts):
            own = rows[rows["readout"] == readout]
            assert np.allclose(own["mean"], result.cells[:, :, i].mean(axis=0))
            assert np.allclose(own["sd"], result.cells[:, :, i].std(axis=0, ddof=1))
            assert (own["n"] == 5).all()
            assert (own["q05"] <= own["q50"]).all()
            assert (own["q50"] <= own["q95"]).all()


def test_trajectories_hold_every_cell(population):
    table = population.trajectories
    assert list(table.columns) == ["condition", "cell", "time_s", "readout", "value"]
    assert len(table) == 2 * 5 * 3 * 2
    wide = table.groupby(["condition", "readout", "time_s"])["value"].mean()
    summary = population.summary.set_index(["condition", "readout", "time_s"])["mean"]
    pd.testing.assert_series_equal(wide.sort_index(), summary.sort_index(), check_names=False)


def test_cells_are_over_the_vehicle_mean(population):
    table, vehicle = population.cells, vehicle_of(population.arms)
    treated = next(result for result in population.arms if result is not vehicle)
    folds = treated.cells[:, :, 0] / vehicle.moments.mean[:, 0]
    own = table[(table["condition"] == treated.arm.condition) & (table["readout"] == "pS6K_T389")]
    assert np.allclose(own["nadir"], folds.min(axis=1))
    assert list(own["responder"]) == list(folds[:, -1] > 1.2)
    assert set(table["status"]) == {"complete"}
    assert (table["n_events"] > 0).all()
    assert set(table["seed"]) == {3}
