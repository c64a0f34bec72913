"""``fit.tsv``: what was fitted, from which prior, and how well it is determined."""

from __future__ import annotations

from collections.abc import Mapping

from mtornet.graph.knowledge import models_folder
from mtornet.graph.tables import Columns, Problems, Row, read_table

FILE = "fit.tsv"

COLUMNS = Columns(
    required=("id", "prior", "low", "high", "value", "q05", "q95", "log_sd", "shrinkage"),
    non_negative=("prior", "low", "high", "value", "q05", "q95", "log_sd", "shrinkage"),
)


def stored_fit(model: str) -> tuple[Row, ...]:
    """Return the rows of the fit that a model comes with; none if it was never fitted."""
    path = models_folder() / model / FILE
    if not path.is_file():
        return ()
    problems = Problems()
    rows = read_table(path, COLUMNS, problems)
    problems.raise_if_any()
    return tuple(rows)


def stored_priors(model: str) -> Mapping[str, float]:
    """Return the values that the tables held before they were fitted, by name."""
    return {row["id"]: float(row["prior"]) for row in stored_fit(model)}
