"""Compiling ahead: what is said, where it goes, and that nothing is left for later."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.cli.conftest import PROGRAM, TINY

ANNOUNCED = "compiling simulation kernels"


@pytest.fixture
def run_with(environment, tmp_path):
    """Run the command line with other variables, from an empty folder."""

    def call(*arguments, **variables):
        named = {**environment, **{name: str(value) for name, value in variables.items()}}
        named.pop("NUMBA_CACHE_DIR", None)
        return subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            cwd=tmp_path,
            env=named,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )

    return call


@pytest.mark.slow
def test_a_first_compilation_is_announced_and_a_warm_up_leaves_none(run_with, toy_xml, tmp_path):
    cache = tmp_path / "cache"
    stochastic = ("simulate", toy_xml, "--method", "ssa", "--seed", "1")
    first = run_with(*stochastic, XDG_CACHE_HOME=cache)
    assert first.returncode == 0, first.stderr
    (line,) = [line for line in first.stderr.splitlines() if ANNOUNCED in line]
    assert str(cache / "mtornet" / "kernels") in line
    assert "mtornet warm-up" in line
    assert ANNOUNCED not in run_with(*stochastic, XDG_CACHE_HOME=cache).stderr

    warm = run_with("warm-up", XDG_CACHE_HOME=cache)
    assert warm.returncode == 0, warm.stderr
    assert ANNOUNCED not in warm.stderr
    assert re.search(r"^hybrid, .*: compiled .*langevin\.advance.* in [\d.]+ s$", warm.stderr, re.M)
    said = re.fullmatch(r"compiled \d+ kernels, [\d.]+ s; ([\d.]+) MB in (.*)\n", warm.stdout)
    assert said
    assert float(said[1]) > 0.1
    assert said[2].startswith(str(cache))

    again = run_with("warm-up", XDG_CACHE_HOME=cache)
    assert again.stdout.startswith("every kernel was compiled before, ")
    assert again.stderr == ""

    arms = ("everolimus", "sapanisertib", "--dose", "everolimus=5 nM for 2 h every 3 h", *TINY)
    for command in (
        ("compare", *arms),
        ("compare", "everolimus", "--method", "hybrid", *TINY),
        ("dose", "sapanisertib", "--readout", "pAKT_S473", "--out", "ec50"),
        ("simulate", "mtor", "--method", "cle", "--times", "0:10:11"),
    ):
        done = run_with(*command, XDG_CACHE_HOME=cache)
        assert done.returncode == 0, done.stderr
        assert ANNOUNCED not in done.stderr, command


@pytest.mark.slow
def test_who_wants_to_read_nothing_reads_nothing(run_with, toy_xml, tmp_path):
    done = run_with("simulate", toy_xml, "--method", "ssa", "--quiet", XDG_CACHE_HOME=tmp_path / "cache")
    assert done.returncode == 0
    assert done.stderr == ""


def test_without_a_folder_to_keep_them_a_warm_up_is_refused(run_with):
    done = run_with("warm-up", XDG_CACHE_HOME="/dev/null/none", HOME="/dev/null/none")
    assert done.returncode == 2
    assert "set XDG_CACHE_HOME" in done.stderr


def test_who_imported_numba_before_still_finds_the_machine_code_in_the_cache_folder(environment, tmp_path):
    code = "import numba, mtornet.compiled.kernels.cells; print(numba.config.CACHE_DIR)"
    named = {**environment, "XDG_CACHE_HOME": str(tmp_path)}
    named.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=named, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.startswith(str(tmp_path))
