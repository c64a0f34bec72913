"""Cells of real size for days: how long they take, and how near exact simulation they are.

    python benchmarks/real_cells.py [--minutes M] [--cells N] [--method hybrid] [--drug D] [--dose X]

First cells (1 000 unless told) of real size are followed for 72 h under a drug, with their time. Then the
method is compared with exact cells where these can be afforded: at copy scale 1 with many cells for an hour
and with fewer for four, at copy scale 0.1 (whose noise is larger) over all three days. All start from the
same whole molecules at rest. The number of exact cells follows from the budget; numbers depend on it and on
the seed alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

import mtornet as mt
from benchmarks.results import machine, versions_of
from mtornet.analysis.equivalence import BIAS_ALLOWED, FALSE_GOOD, SPREAD_ALLOWED
from mtornet.analysis.verify import FEWEST_CELLS, Candidate, Verification, cells_within, verify_candidates
from mtornet.errors import ProtocolError
from mtornet.experiment.rest import at_rest
from mtornet.simulation.parallel import available_jobs

DAYS = ["0 h", "6 h", "24 h", "72 h"]
MOST_CELLS = 8000


@dataclass(frozen=True, slots=True)
class Witness:
    """Exact cells that are affordable."""

    copy_scale: float
    times: tuple[str, ...]
    part: float
    """Of the budget."""
    more: float = 4.0
    """Cells of the method for each exact one."""

    @property
    def words(self) -> str:
        """What is compared."""
        return f"copy scale {self.copy_scale:g}, read-outs after {', '.join(self.times[1:])}"


WITNESSES = (
    Witness(1.0, ("0 h", "15 min", "1 h"), 0.45),
    Witness(1.0, ("0 h", "4 h"), 0.2),
    Witness(0.1, tuple(DAYS), 0.35, more=1.0),
)

HEAD = ("compared", "exact cells", "verdict", "rows good, undecided, bad",
        "rows shown within the bounds: mean, sd", "largest bias, sd",
        "rms bias (by chance)", "sd ratio farthest from 1", "rms of ratio - 1 (by chance)",
        "exact cell, CPU s", "speed-up")  # fmt: skip


def row(witness: Witness, found: Verification) -> list[str]:
    """Return one line of the table."""
    judged = found.table[(found.table["verdict"] != "too few molecules") & (found.table["exact_sd"] > 0)]
    biased = judged.loc[judged["bias_sd"].abs().idxmax()]
    spread = judged.loc[(judged["sd_ratio"] - 1).abs().idxmax()]
    counts = judged["verdict"].value_counts()
    return [
        witness.words,
        str(found.exact_cells),
        f"**{found.verdict}**",
        ", ".join(str(counts.get(name, 0)) for name in ("good", "undecided", "bad")),
        f"{_shown(judged['bias_sd'], judged['bias_error'], BIAS_ALLOWED)}, "
        f"{_shown(np.log(judged['sd_ratio']), judged['sd_ratio_error'] / judged['sd_ratio'], SPREAD_ALLOWED)}"
        f" of {len(judged)}",
        f"{biased['bias_sd']:+.3f} ± {biased['bias_error']:.3f} ({biased['readout']}, "
        f"{biased['time_s']:.0f} s)",
        f"{_rms(judged['bias_sd']):.3f} ({_rms(judged['bias_error']):.3f})",
        f"{spread['sd_ratio']:.3f} ± {spread['sd_ratio_error']:.3f} ({spread['readout']}, "
        f"{spread['time_s']:.0f} s)",
        f"{_rms(judged['sd_ratio'] - 1):.3f} ({_rms(judged['sd_ratio_error']):.3f})",
        f"{found.exact_cpu_s / found.exact_cells:.2g}",
        f"{found.speedup:.0f}x",
    ]


def _shown(differences: pd.Series, errors: pd.Series, allowed: float) -> int:
    """Return how many rows lie within bounds as surely as a good row does."""
    return int((differences.abs() + norm.isf(FALSE_GOOD) * errors < allowed).sum())


def _rms(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(values, dtype=np.float64)))))


def headline(network: mt.ReactionNetwork, method: str, cells: int, seed: int) -> str:
    """Follow the cells; say what it took."""
    # What the first call compiles is not theirs.
    mt.simulate(network, ["0 h", "1 min"], method=method, cells=2)
    wall, cpu = time.monotonic(), time.process_time()
    result = mt.simulate(network, DAYS, method=method, cells=cells, seed=seed)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    result.raise_for_status()
    return (
        f"**{cells} cells x {DAYS[-1]} at copy scale 1: {wall / 60:.1f} min of wall time on "
        f"{available_jobs()} cores** ({cpu / 60:.1f} min of processor time, {cpu / cells:.2f} s a cell; "
        f"{result.provenance['algorithm']})."
    )


def compared(
    network: mt.ReactionNetwork, witness: Witness, method: str, minutes: float, seed: int
) -> list[str]:
    """Compare with as many exact cells as a part of the budget allows; say so if that is too few."""
    candidate = Candidate(method=method, more=witness.more)
    try:
        fits = cells_within(
            network, witness.times, [candidate], minutes=witness.part * minutes, copy_scale=witness.copy_scale
        )
    except ProtocolError:
        return [witness.words, f"fewer than {FEWEST_CELLS} in the budget", *["–"] * (len(HEAD) - 2)]
    found = verify_candidates(
        network,
        witness.times,
        [candidate],
        cells=min(fits, MOST_CELLS),
        copy_scale=witness.copy_scale,
        seed=seed,
    )
    return row(witness, found[0])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0, help="wall time of the comparison, about")
    parser.add_argument("--cells", type=int, default=1000, help="cells that are followed for days")
    parser.add_argument("--method", default="hybrid")
    parser.add_argument("--drug", default="everolimus")
    parser.add_argument("--dose", default="20 nM")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    given = parser.parse_args()
    network = at_rest(mt.load_model("mtor"), given={given.drug: given.dose})
    lines = [
        "# Cells of real size for days",
        "",
        f"`python benchmarks/real_cells.py --minutes {given.minutes:g} --method {given.method}`: shipped "
        f"network, {len(network.species)} species, {len(network.reactions)} reactions, {given.drug} "
        f"{given.dose} from time 0, seed {given.seed}. {machine()}; "
        f"{versions_of(['mtornet', 'numpy', 'numba'])}.",
        "",
        headline(network, given.method, given.cells, given.seed),
        "",
        f"Beside exact cells. Allowed: bias {BIAS_ALLOWED:g} sd, standard deviation {SPREAD_ALLOWED:.0%}; a "
        f"row is good only if two one-sided tests at {FALSE_GOOD:.0%} say so, read-outs of less than one "
        "molecule are not judged. In brackets what chance alone would give.",
        "",
        "| " + " | ".join(HEAD) + " |",
        "|" + " --- |" * len(HEAD),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    for witness in WITNESSES:
        line = "| " + " | ".join(compared(network, witness, given.method, given.minutes, given.seed)) + " |"
        lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
