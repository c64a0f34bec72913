"""Anyone can fit again: the script runs, goes on where it stopped, and meets only facts of its role."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mtornet.analysis.facts.fact import FIT
from mtornet.analysis.facts.table import load_facts

ROOT = Path(__file__).parents[2]
SMALL = ("--draws", "4", "--starts", "1", "--steps", "1", "--sets", "1", "--jobs", "1", "--seed", "3")


def fit(state: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "fit.py"), *SMALL, "--state", str(state)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout


@pytest.mark.slow
def test_a_small_fit_and_its_repetition(tmp_path):
    before = {path: path.read_bytes() for path in (ROOT / "models" / "mtor").glob("*.tsv")}
    first = fit(tmp_path)
    assert "best loss" in first
    rows = [fact for fact in load_facts("mtor") if fact.layer == "mean" and fact.role == FIT]
    assert f", {len(rows)} rows," in first, "nothing that is kept for validation"
    again = fit(tmp_path)
    assert "slopes:" in first
    assert "slopes:" not in again, "what is stored is not solved again"
    assert [line.split()[3] for line in again.splitlines() if "best loss" in line] == [
        line.split()[3] for line in first.splitlines() if "best loss" in line
    ]
    after = {path: path.read_bytes() for path in (ROOT / "models" / "mtor").glob("*.tsv")}
    assert before == after, "without --write nothing is written"
