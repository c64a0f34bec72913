"""Instant start: what is heavy is imported when it is used, and not before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    "numba",
    "llvmlite",
    "pandas",
    "scipy",
    "matplotlib",
    "libsbml",
    "pyarrow",
    "networkx",
    "antimony",
    "tellurium",
    "roadrunner",
)
VERBS = (
    "compare",
    "run",
    "cohort",
    "noise",
    "dose",
    "scan",
    "sensitivity",
    "fit",
    "schedule",
    "branches",
    "simulate",
    "show",
    "convert",
    "check",
    "verify",
    "warm-up",
)


def imported_after(code: str) -> set[str]:
    """Heavy packages that a fresh process holds after running some code."""
    script = f"import sys\n{code}\nprint('\\n' + ' '.join(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    modules = set(done.stderr.splitlines()[-1].split())
    assert "sys" in modules
    return {name for name in HEAVY if name in modules}


def test_import_mtornet_is_light():
    assert imported_after("import mtornet; mtornet.__all__; dir(mtornet)") == set()


def test_import_mtornet_loads_no_other_part_of_it():
    script = "import sys; import mtornet; print(sum(name.startswith('mtornet') for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert int(done.stdout) == 1


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([verb, "--help"] for verb in VERBS)], ids=" ".join
)
def test_help_is_light(arguments):
    code = f"from mtornet.cli.main import run\nassert run({arguments!r}) == 0"
    assert imported_after(code) == set()


def test_a_wrong_option_is_told_without_loading_anything():
    assert imported_after("from mtornet.cli.main import run\nassert run(['compare', '--celz']) == 2") == set()


def test_condition_and_dose_need_no_engine():
    assert imported_after("import mtornet as mt; mt.Dose(nM=1.0); mt.log_doses('1 nM', '1 uM', 4)") <= {
        "networkx"
    }


def test_sabotage_a_heavy_import_is_seen():
    assert "pandas" in imported_after("import pandas")


def test_help_takes_a_fraction_of_a_second():
    # Processor time of the quickest of three starts; DESIGN asks for well under half a second.
    code = "from mtornet.cli.main import main; main()"
    spent = []
    for _ in range(3):
        before = os.times()
        subprocess.run(
            [sys.executable, "-c", code, "--help"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        )
        after = os.times()
        spent.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    assert min(spent) < 0.5
