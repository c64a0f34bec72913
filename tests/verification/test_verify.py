"""``verify`` on networks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.verify import (
    APPROXIMATE,
    Candidate,
    Verification,
    cells_within,
    safest,
    verify,
    verify_candidates,
)
from mtornet.errors import ProtocolError, SimulationError, UnknownNameError
from mtornet.simulation.interrupt import StopFlag
from tests.verification import toys
from tests.verification.toys import r, toy

MANY = toy({"X": 900}, {"k": 400.0, "g": 0.4}, birth=r("-> X", "k"), death=r("X ->", "g")).network()
TIMES = [0.0, 1.0, 4.0]
CELLS = 4000


def test_every_approximate_method_is_good_on_abundant_molecules() -> None:
    found = verify_candidates(
        MANY, TIMES, [Candidate(method=name) for name in APPROXIMATE], cells=CELLS, seed=3
    )
    assert [each.method for each in found] == ["tau", "hybrid", "cle", "lna"]
    assert {each.verdict for each in found} == {"good"}
    assert all(each.exact_cells == CELLS for each in found)
    # The same exact cells for all.
    for each in found[1:]:
        np.testing.assert_array_equal(each.table["exact_mean"], found[0].table["exact_mean"])
    assert [each.cells for each in found] == [CELLS, 4 * CELLS, 4 * CELLS, 0]
    assert safest(found).startswith("safe here: ")
    assert all(name in safest(found) for name in APPROXIMATE)
    assert list(found[0].by_readout["readout"]) == ["X"]


def test_leaps_without_a_bound_on_turnover_are_bad() -> None:
    swinging = toy({"X": 10_000}, {"k": 4000.0, "g": 0.4}, birth=r("-> X", "k"), death=r("X ->", "g"))
    found = verify(swinging.network(), [0.0, 20.0], method="tau", cells=300, order=1, turnover=np.inf, seed=3)
    assert found.verdict == "bad"
    assert found.table["sd_ratio"].iloc[0] > 1.3
    assert safest([found]).startswith("none of these methods is safe here")


def test_linear_noise_is_bad_where_a_gene_switches_slowly() -> None:
    # One gene, long on or long off: the law of its product has two humps, and a mean that a Hill law
    # downstream turns into something else.
    network = toy(
        {"OFF": 1, "ON": 0, "M": 0, "P": 0},
        {"on": 0.2, "off": 0.2, "make": 60.0, "decay": 1.0, "f": 0.02, "b": 1.0},
        switch_on=r("OFF -> ON", "on"),
        switch_off=r("ON -> OFF", "off"),
        transcription=r("-> M", "make", catalysts=("ON",)),
        fade=r("M ->", "decay"),
        pair=r("2 M -> P", "f"),
        split=r("P -> 2 M", "b"),
    ).network()
    found = verify(network, [0.0, 6.0], method="lna", cells=3000, seed=3, readouts=["M", "P"])
    assert found.verdict == "bad"
    assert verify(network, [0.0, 6.0], method="tau", cells=3000, seed=3, readouts=["M", "P"]).verdict != "bad"


def test_few_cells_cannot_tell() -> None:
    found = verify(MANY, TIMES, method="cle", cells=50, seed=3)
    assert found.verdict == "undecided"
    assert 1000 < found.exact_cells_needed < 100_000
    assert "about" in safest([found])
    assert "would tell" in safest([found])


def test_a_method_without_cells_starts_from_the_same_whole_molecules() -> None:
    # 0.6 of a molecule is one in every cell.
    network = toys.PURE_DEATH.network().with_amounts(X=2000.6)
    found = verify(network, [0.0, 0.5], method="lna", cells=4000, seed=3)
    expected = 2001 * np.exp(-0.15)
    assert found.table["mean"].iloc[0] == pytest.approx(expected, rel=1e-5)
    assert found.verdict == "good"


def test_cells_that_do_not_complete_are_no_answer() -> None:
    with pytest.raises(SimulationError, match="method 'tau': 40 of 40 cells did not complete: event_limit"):
        verify(MANY, TIMES, method="tau", cells=40, max_events=3)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown approximate method 'ssa'"):
        verify(MANY, TIMES, method="ssa")
    with pytest.raises(ProtocolError, match="at least 20 exact cells"):
        verify(MANY, TIMES, method="cle", cells=5)


def test_a_stop_ends_it() -> None:
    stop = StopFlag()
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        verify(MANY, TIMES, method="cle", stop=stop)


def test_a_budget_in_minutes_becomes_cells() -> None:
    candidates = [Candidate(method="hybrid"), Candidate(method="lna")]
    one = cells_within(MANY, TIMES, candidates, minutes=1.0, jobs=1)
    assert one > 1000
    with pytest.raises(ProtocolError, match="minutes: 20 exact cells and their counterparts take about"):
        cells_within(MANY, TIMES, candidates, minutes=1e-6, jobs=1)


def test_verdicts_are_repeated_by_the_seed() -> None:
    def once() -> Verification:
        return verify(MANY, TIMES, method="cle", cells=100, seed=9)

    assert once().table.equals(once().table)
