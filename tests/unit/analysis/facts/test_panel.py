"""The panel gives what the library's own experiments give, for any number of sets."""

from __future__ import annotations

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.facts.panel import Panel
from tests.unit.analysis.facts.test_table import GOOD, load

ROWS = [
    {**GOOD, "id": "A", "quantity": "fold(pAKT_S473, a, 24 h)"},
    {**GOOD, "id": "B", "arms": "a = sapanisertib 100 nM", "quantity": "fold(pAKT_T308, a, 1 h, 24 h)"},
    {**GOOD, "id": "C", "cells": "TSC2_loss", "quantity": "amount(pRictor_T1135, a, 24 h)"},
    {**GOOD, "id": "D", "arms": "a = sirolimus 20 nM for 6 h", "quantity": "fold(pS6K_T389, a, 2 h, 48 h)"},
    {
        **GOOD,
        "id": "E",
        "arms": "a = insulin 100 nM from insulin 0 nM",
        "quantity": "rise(pAKT_S473, a, 5 min)",
    },
    {
        **GOOD,
        "id": "F",
        "arms": "a = sapanisertib 100 nM + everolimus 20 nM",
        "quantity": "fold(mTORC2_active, a, 24 h)",
    },
]


def experiment(network, drugs, readout, hours, *, variant="wild_type", insulin=None, before=None):
    inputs = {} if insulin is None else {"insulin": insulin}
    protocol = (
        mt.Protocol().settle(inputs=before).apply(mt.Condition(variant=variant, drugs=drugs, inputs=inputs))
    )
    run = mt.run(
        network, protocol.until("72 h"), readouts=[readout], times=[0.0, *(3600.0 * h for h in hours), "72 h"]
    )
    rows = run.summary[(run.summary["drug"] != "vehicle") | (not drugs)]
    return rows.set_index("time_s").loc[[3600.0 * h for h in hours]]


def test_the_panel_agrees_with_run(mtor, tmp_path):
    found = Panel(mtor, load(tmp_path, *ROWS)).values()
    rapa = {"sirolimus": "20 nM"}
    want = {
        "A": experiment(mtor, rapa, "pAKT_S473", [24])["fold_change"],
        "B": experiment(mtor, {"sapanisertib": "100 nM"}, "pAKT_T308", [1, 24])["fold_change"],
        "C": experiment(mtor, rapa, "pRictor_T1135", [24], variant="TSC2_loss")["mean"],
        "D": experiment(mtor, {"sirolimus": "20 nM for 6 h"}, "pS6K_T389", [2, 48])["fold_change"],
        "F": experiment(mtor, {"sapanisertib": "100 nM", "everolimus": "20 nM"}, "mTORC2_active", [24])[
            "fold_change"
        ],
    }
    rise = experiment(mtor, {}, "pAKT_S473", [0, 1 / 12], insulin="100 nM", before={"insulin": "0 nM"})[
        "mean"
    ]
    want["E"] = rise.iloc[1:] / rise.iloc[0]
    for name, expected in want.items():
        # Both settle and integrate to their own tolerances.
        assert found[name][0] == pytest.approx(expected.to_numpy(), rel=1e-3, abs=1e-4), name


def test_a_set_does_not_depend_on_its_company(mtor, tmp_path):
    panel = Panel(mtor, load(tmp_path, *ROWS[:2]))
    factors = np.linspace(0.5, 2.0, 20)
    value = mtor.parameters["k_irs_s6k"].value
    together = panel.values({"k_irs_s6k": value * factors})
    alone = panel.values({"k_irs_s6k": value * factors[17:18]})
    for name in together:
        assert np.array_equal(together[name][17], alone[name][0])
    assert np.ptp(together["A"]) > 0.05


def test_a_set_may_vary_an_edit_of_the_cells(mtor, tmp_path):
    row = {**GOOD, "cells": "PIK3CA_H1047R", "quantity": "amount(PIP3, a, 24 h)"}
    panel = Panel(mtor, load(tmp_path, row))
    assert "PIK3CA_H1047R.k_pip3_mut" in panel.labels
    weak, strong = panel.values({"PIK3CA_H1047R.k_pip3_mut": np.array([0.0005, 0.004])})["OBS-001a"][:, 0]
    assert weak < strong
    assert strong == pytest.approx(panel.values()["OBS-001a"][0, 0], rel=1e-6)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"arms": "a = sirolismu 20 nM"}, "unknown drug 'sirolismu'; did you mean 'sirolimus'?"),
        ({"quantity": "fold(pS7, a, 24 h)"}, "unknown read-out 'pS7'"),
        ({"cells": "Atlantis"}, "unknown variant or context 'Atlantis'"),
        ({"cells": "k_irs_s8k x 2"}, "unknown species, parameter or input 'k_irs_s8k'"),
        ({"arms": "a = sirolimus 20 nM from insuline 1 nM"}, "unknown ligand 'insuline'"),
        ({"arms": "a = sirolimus 20 parsec"}, "parsec"),
    ],
)
def test_what_a_network_cannot_express_is_told(mtor, tmp_path, change, told):
    panel = Panel(mtor, load(tmp_path, {**GOOD, **change}))
    assert not panel.facts
    assert told in panel.missing["OBS-001a"]
