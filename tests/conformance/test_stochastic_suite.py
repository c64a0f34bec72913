"""The stochastic suite of SBML (DSMTS): means and standard deviations over cells, by the suite's own rule."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mtornet.network.network import ReactionNetwork
from mtornet.sbml.read import read_sbml
from mtornet.simulation.methods.ssa import ALGORITHMS
from mtornet.simulation.run import simulate
from tests.conformance.sbml_reference import conformance_data

pytestmark = pytest.mark.conformance

FORCED = [name for name in ALGORITHMS if name != "auto"]
CASES = [
    *(
        "00001",
        "00002",
        "00004",
        "00005",
        "00007",
        "00008",
        "00010",
        "00011",
        "00013",
        "00014",
        "00016",
        "00017",
    ),
    *(
        "00019",
        "00020",
        "00022",
        "00023",
        "00025",
        "00026",
        "00028",
        "00029",
        "00031",
        "00032",
        "00034",
        "00035",
    ),
    *("00037", "00038"),
]
"""Time courses; the other cases of the collection draw random numbers in formulas (package ``distrib``)."""


def settings_of(folder: Path) -> dict[str, str]:
    text = (folder / f"{folder.name}-settings.txt").read_text(encoding="utf-8")
    pairs = (line.partition(":") for line in text.splitlines() if line.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def expected_of(folder: Path) -> tuple[np.ndarray, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Times, then mean and standard deviation by variable."""
    with (folder / f"{folder.name}-results.csv").open(newline="", encoding="utf-8") as file:
        rows = [{key.strip(): float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    names = [key.removesuffix("-mean") for key in columns if key.endswith("-mean")]
    return columns["time"], {name: (columns[f"{name}-mean"], columns[f"{name}-sd"]) for name in names}


def points_outside(
    network: ReactionNetwork, folder: Path, *, algorithm: str, seed: int, cells: int
) -> list[str]:
    """Return the points outside the suite's ranges of Z (means) and Y (standard deviations)."""
    times, expected = expected_of(folder)
    settings = settings_of(folder)
    ranges = [
        tuple(float(x) for x in settings[key].strip("()").split(",")) for key in ("meanRange", "sdRange")
    ]
    result = simulate(
        network, times, method="ssa", cells=cells, seed=seed, keep="trajectories", algorithm=algorithm
    )
    assert set(result.status) == {"complete"}
    assert result.counts is not None
    outside = []
    for name, (mean, sd) in expected.items():
        x = result.counts[:, :, result.column(name)]
        found_mean, found_var = x.mean(axis=0), x.var(axis=0, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            kurtosis = np.mean((x - found_mean) ** 4, axis=0) / found_var**2
            z = np.sqrt(cells) * (found_mean - mean) / sd
            # A heavy tail (extinction) breaks the rule for a correct simulator; this corrects it.
            y = np.sqrt(cells / 2) * (found_var / sd**2 - 1) / np.sqrt(np.maximum((kurtosis - 1) / 2, 1.0))
        for i, t in enumerate(times):
            if sd[i] == 0.0:
                if found_mean[i] != mean[i] or found_var[i] != 0.0:
                    outside.append(f"{name} at {t:g}: found {found_mean[i]:g}, expected exactly {mean[i]:g}")
                continue
            for what, value, (low, high) in (("Z", z[i], ranges[0]), ("Y", y[i], ranges[1])):
                if not low < value < high:
                    outside.append(f"{name} at {t:g}: {what} = {value:.2f}")
    return outside


@pytest.mark.parametrize("runs", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("algorithm", FORCED)
@pytest.mark.parametrize("case", CASES)
def test_case(case: str, algorithm: str, runs: int) -> None:
    folder = conformance_data() / "sbml-test-suite" / "stochastic" / case
    networks = [read_sbml(file) for file in sorted(folder.glob("*.xml"))]
    for network in networks if algorithm == "direct" else networks[-1:]:
        outside = points_outside(network, folder, algorithm=algorithm, seed=20261124, cells=runs)
        if len(outside) > 1:
            # The suite asks for a second look at 2 or 3 points. Points of one run go together, so that among
            # a hundred runs more than 3 are no rarity; a wrong program is wrong with more runs all the more.
            outside = points_outside(network, folder, algorithm=algorithm, seed=42, cells=4 * runs)
        assert len(outside) <= 1, f"{len(outside)} points outside: {outside[:5]}"


def test_the_rule_finds_a_rate_that_is_2_percent_off() -> None:
    folder = conformance_data() / "sbml-test-suite" / "stochastic" / "00001"
    network = read_sbml(folder / "00001-sbml-l3v2.xml")
    name = next(iter(network.parameters))
    wrong = network.with_parameters(**{name: network.parameters[name].value * 1.02})
    assert len(points_outside(wrong, folder, algorithm="direct", seed=1, cells=10_000)) > 3
