"""How much of a model's tables was read and how much chosen, table by table, every row counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtornet.graph.knowledge import Knowledge, load_knowledge
from mtornet.provenance import CONFIDENCES

if TYPE_CHECKING:
    import pandas as pd

    from mtornet.graph.tables import Row

TO_CONFIRM = "memory"
"""Confidence of a row that nobody has confirmed yet."""


def table_provenance(model: str) -> pd.DataFrame:
    """Return the rows of each table of a model by confidence: one line per table, then their sum."""
    import pandas as pd

    lines = []
    for name, rows in _tables(load_knowledge(model)).items():
        counts = {confidence: 0 for confidence in CONFIDENCES}
        for row in rows:
            counts[row["confidence"]] += 1
        lines.append({"table": name, "rows": len(rows), **counts})
    table = pd.DataFrame(lines)
    total = {"table": "all", **{c: int(table[c].sum()) for c in ("rows", *CONFIDENCES)}}
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True)


def rows_to_confirm(model: str) -> list[tuple[str, str]]:
    """Return ``(file:line, what)`` of each row that stands on memory and must be confirmed."""
    return [
        (row.where, " ".join(str(value) for value in list(row.cells.values())[:3] if value))
        for rows in _tables(load_knowledge(model)).values()
        for row in rows
        if row["confidence"] == TO_CONFIRM
    ]


def _tables(knowledge: Knowledge) -> dict[str, list[Row]]:
    """Return the tables whose rows say how sure we are of them."""
    modules = [row for rows in knowledge.modules.values() for row in rows]
    named = {**knowledge.tables, "reactions": modules}
    return {
        name: [row for row in rows if row["confidence"]]
        for name, rows in sorted(named.items())
        if any(row["confidence"] for row in rows)
    }
