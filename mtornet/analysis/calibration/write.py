"""Put the result of a fit into the tables of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtornet.analysis.calibration.identify import identifiability
from mtornet.analysis.calibration.place import Place
from mtornet.analysis.calibration.record import FILE as RECORD
from mtornet.analysis.calibration.sets import FILE as SETS
from mtornet.analysis.calibration.sets import ParameterSets, sets_text
from mtornet.analysis.calibration.space import Space
from mtornet.analysis.calibration.target import Target
from mtornet.analysis.facts.fact import FloatArray

SOURCE = "fit to facts.tsv by scripts/fit.py"
MOVED = 0.02
"""Logarithmic distance from the prior from which a value counts as fitted; the others keep their prior."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A value after a fit, which may have gone back to its prior."""

    value: float
    prior: float
    log_sd: float

    @property
    def is_prior(self) -> bool:
        """Whether the fit left it where it was."""
        return self.value == self.prior


def settled(space: Space, point: FloatArray) -> FloatArray:
    """Return a point whose values have five digits, and that keeps the prior where it hardly moved."""
    rounded = np.log([float(f"{value:.5g}") for value in np.exp(point)])
    return np.where(np.abs(point - space.prior) < MOVED, space.prior, rounded)


def write_result(
    target: Target, best: Place, points: FloatArray, seeds: list[int], losses: FloatArray, folder: Path
) -> None:
    """Write ``parameters.tsv``, ``contexts.tsv``, ``fit.tsv`` and ``ensemble.tsv``.

    Parameters
    ----------
    points
        (n_sets, n_free) the sets that fit.
    folder
        That holds the tables of the model, which names it.
    """
    space = target.space
    point = settled(space, best.point)
    spread = points.std(axis=0) if len(points) > 1 else np.zeros(point.size)
    found = identifiability(best, space)
    moved = {
        each.name: Moved(
            value=each.prior if point[i] == space.prior[i] else float(np.exp(point[i])),
            prior=each.prior,
            log_sd=float(spread[i]),
        )
        for i, each in enumerate(space.free)
    }
    _rewrite(folder / "parameters.tsv", moved, lambda cells: cells["id"])
    _rewrite(folder / "contexts.tsv", moved, lambda cells: f"{cells['context']}.{cells['target']}")
    low, high = np.exp(np.quantile(points, [0.05, 0.95], axis=0)) if len(points) else (np.exp(point),) * 2
    lines = [
        "# What scripts/fit.py could move: prior, bounds, best value, 5 and 95 % over the ensemble, spread",
        "# (log-sd); shrinkage = spread after the facts over spread before: 1 is not determined by them.",
        "\t".join(("id", "prior", "low", "high", "value", "q05", "q95", "log_sd", "shrinkage")),
    ]
    for i, each in enumerate(space.free):
        numbers = (
            each.prior,
            each.low,
            each.high,
            float(np.exp(point[i])),
            float(low[i]),
            float(high[i]),
            float(spread[i]),
            float(found.shrinkage[i]),
        )
        lines.append("\t".join((each.name, *(f"{number:.5g}" for number in numbers))))
    (folder / RECORD).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    sets = ParameterSets(
        model=folder.name,
        names=space.names,
        values=np.exp(points),
        seeds=tuple(seeds),
        losses=tuple(float(loss) for loss in losses),
    )
    comment = (
        "Parameter sets that meet the same facts (role fit) as the tables' values; made by scripts/fit.py.",
        "Columns are parameters and edits of contexts (context.target).",
    )
    (folder / SETS).write_text(sets_text(sets, comment), encoding="utf-8", newline="\n")


def _rewrite(path: Path, moved: Mapping[str, Moved], name_of: Callable[[Mapping[str, str]], str]) -> None:
    """Replace value, source, confidence and note of the rows that moved; everything else stays as it is.

    What an earlier fit moved and this one did not gets its prior back, and the source of it.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    header: list[str] = []
    for i, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            header = cells
            continue
        row = dict(zip(header, cells, strict=True))
        found = moved.get(name_of(row))
        if found is not None and (not found.is_prior or row["confidence"] == "fitted"):
            row |= _restored(row, found) if found.is_prior else _fitted(row, found)
            lines[i] = "\t".join(row[column] for column in header)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _fitted(row: Mapping[str, str], found: Moved) -> dict[str, str]:
    spread = f"log-sd {found.log_sd:.2g} over the ensemble"
    again = row["confidence"] == "fitted"
    # An earlier fit put its spread in front of the note.
    note = row["note"].partition("; ")[2] if again else row["note"]
    source = row["source"] if again else f"{SOURCE}; prior {found.prior:g} from: {row['source']}"
    return {
        "value": f"{found.value:.5g}",
        "confidence": "fitted",
        "source": source,
        "note": f"{spread}; {note}" if note else spread,
    }


def _restored(row: Mapping[str, str], found: Moved) -> dict[str, str]:
    return {
        "value": f"{found.value:.5g}",
        "confidence": "design",
        "source": row["source"].partition(" from: ")[2],
        "note": row["note"].partition("; ")[2],
    }
