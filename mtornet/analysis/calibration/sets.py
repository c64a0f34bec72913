"""Parameter sets that fit: read, written, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtornet.analysis.facts.fact import FloatArray
from mtornet.errors import ProtocolError
from mtornet.graph.knowledge import model_names, models_folder
from mtornet.graph.tables import Columns, Problems, read_table
from mtornet.names import unknown_name

FILE = "ensemble.tsv"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParameterSets:
    """Sets of values that meet the facts about equally well."""

    model: str
    names: tuple[str, ...]
    """Parameters, and edits of contexts as ``context.target``."""
    values: FloatArray
    """(n_sets, n_names)."""
    seeds: tuple[int, ...]
    """Seed of the start or draw that each set comes from."""
    losses: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.values)

    def first(self, n: int) -> ParameterSets:
        """Return the first sets; they are stored in an order that favours none.

        Raises
        ------
        ProtocolError
            If there are not as many.
        """
        if not 1 <= n <= len(self):
            raise ProtocolError(f"ensemble: expected 1 to {len(self)} sets, got {n}")
        return ParameterSets(
            model=self.model,
            names=self.names,
            values=self.values[:n],
            seeds=self.seeds[:n],
            losses=self.losses[:n],
        )

    def by_name(self) -> dict[str, FloatArray]:
        """Return values by name, each (n_sets,)."""
        return {name: self.values[:, i] for i, name in enumerate(self.names)}


def ensemble(model: str = "mtor", n: int | None = None) -> ParameterSets:
    """Return the parameter sets that come with a model.

    Parameters
    ----------
    n
        Only the first ``n``.

    Raises
    ------
    UnknownNameError
        If the model comes with none.
    """
    known = [name for name in model_names() if (models_folder() / name / FILE).is_file()]
    if model not in known:
        raise unknown_name("model with an ensemble", model, known)
    found = read_sets(models_folder() / model / FILE, model)
    return found if n is None else found.first(n)


def read_sets(path: Path, model: str) -> ParameterSets:
    """Read sets from a table with one row per set."""
    header = next(
        (line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"), ""
    )
    names = tuple(column for column in header.split("\t") if column not in ("set", "seed", "loss"))
    columns = Columns(required=("set", "seed", "loss", *names), non_negative=("loss", *names), key=("set",))
    problems = Problems()
    rows = read_table(path, columns, problems)
    problems.raise_if_any()
    return ParameterSets(
        model=model,
        names=names,
        values=np.array([[float(row[name]) for name in names] for row in rows]),
        seeds=tuple(int(row["seed"]) for row in rows),
        losses=tuple(float(row["loss"]) for row in rows),
    )


def sets_text(sets: ParameterSets, comment: Sequence[str]) -> str:
    """Return the table of sets as text."""
    lines = [f"# {line}" for line in comment]
    lines.append("\t".join(("set", "seed", "loss", *sets.names)))
    for i, (seed, loss) in enumerate(zip(sets.seeds, sets.losses, strict=True)):
        lines.append("\t".join((str(i), str(seed), f"{loss:.6g}", *(f"{v:.6g}" for v in sets.values[i]))))
    return "\n".join(lines) + "\n"
