"""Ctrl-C: exit code 130, what was finished is on disk, no traceback."""

import json
import shutil
import signal
import subprocess
import time

import pandas as pd
import pytest

from tests.cli.conftest import PROGRAM

# Minutes of work if nobody stopped it.
LONG = ["--cells", "200", "--copy-scale", "0.02", "--seed", "1"]
WORKING_S = 3.0  # after the output folder was made: kernels are loaded and cells run


@pytest.fixture
def interrupted(environment, tmp_path):
    """Start a command, send it a signal while its cells run, and return what it said."""

    def call(*arguments, number=signal.SIGINT, working_s=WORKING_S):
        process = subprocess.Popen(
            [*PROGRAM, *arguments, "--out", "x"],
            cwd=tmp_path,
            env=environment,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            deadline = time.monotonic() + 60
            while not (tmp_path / "x").is_dir() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(working_s)
            assert process.poll() is None, process.communicate()
            process.send_signal(number)
            asked = time.monotonic()
            out, err = process.communicate(timeout=90)
        finally:
            process.kill()
            process.wait()
        assert time.monotonic() - asked < 45, "it went on instead of stopping"
        assert process.returncode == 130, err
        assert "Traceback" not in err
        assert err.endswith("interrupted\n")
        return out, err

    return call


def check_folder(folder):
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["interrupted"] is True
    table = pd.read_csv(folder / "summary.csv")
    assert "vehicle" in set(table["drug"])
    assert not list(folder.rglob("*.part"))
    for path in run["outputs"].values():
        assert (folder / path).stat().st_size > 0


def test_compare(interrupted, tmp_path):
    out, _ = interrupted("compare", "everolimus", *LONG)
    assert "Interrupted: what is listed is complete, the rest is missing." in out
    check_folder(tmp_path / "x")
    assert "the run was stopped" in (tmp_path / "x" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_json_is_still_one_object_and_sigterm_stops_as_well(interrupted, tmp_path):
    out, _ = interrupted("compare", "everolimus", *LONG, "--json", number=signal.SIGTERM)
    assert json.loads(out)["interrupted"] is True
    check_folder(tmp_path / "x")


def test_simulate_keeps_the_cells_that_were_finished(interrupted, tmp_path):
    # A busy machine may not finish a cell in the time that is plenty for an idle one.
    for working_s in (WORKING_S, 4 * WORKING_S, 16 * WORKING_S):
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
        _, err = interrupted(
            *("simulate", "mtor", "--method", "ssa", "--times", "0,2 h", *LONG, "--cells", "20000"),
            working_s=working_s,
        )
        assert "cells did not complete" in err
        status = json.loads((tmp_path / "x" / "run.json").read_text(encoding="utf-8"))["cell_status"]
        if "complete" in status:
            break
    assert status["complete"] > 0
    assert status["interrupted"] > 0
    mean = pd.read_csv(tmp_path / "x" / "mean.csv")
    assert mean[["AKT", "AKTm", "AKT_T", "AKT_S", "AKT_TS"]].sum(axis=1).tolist() == pytest.approx([1e5, 1e5])


def test_dose_has_no_curve_through_half_a_series(interrupted):
    out, _ = interrupted("dose", "everolimus", "--method", "ssa", *LONG)
    assert out == ""


@pytest.mark.slow
def test_while_the_first_cells_settle(interrupted, tmp_path):
    # Not one cell is finished: the rate equations are what there is.
    out, _ = interrupted("compare", "everolimus", *LONG, "--settle", "2000 h")
    assert "Interrupted: what is listed is complete, the rest is missing." in out
    check_folder(tmp_path / "x")
