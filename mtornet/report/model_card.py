"""The generated parts of a model card, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mtornet.analysis.elasticities import elasticities
from mtornet.analysis.facts.fact import FIT, PRIORITIES
from mtornet.analysis.facts.score import MISSED, NOT_EXPRESSIBLE, ScoreCard, score_card
from mtornet.analysis.provenance_counts import provenance_counts
from mtornet.analysis.table_provenance import rows_to_confirm, table_provenance
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import CONFIDENCES

if TYPE_CHECKING:
    import pandas as pd

MOST_SENSITIVE = 15


def model_card_blocks(network: ReactionNetwork, *, rebound: Mapping[str, str]) -> dict[str, str]:
    """Return the generated blocks of a model card by name.

    Parameters
    ----------
    rebound
        Dose by drug, and the read-out whose rebound index is examined: ``{"drug": ..., "dose": ...,
        "readout": ...}``.
    """
    card = score_card(network)
    return {
        "size": _size(network),
        "provenance": _provenance(network),
        "memory": _memory(network.model),
        "scores": _scores(card),
        "misses": _misses(card),
        "sensitivity": _sensitivity(network, rebound),
    }


def _size(network: ReactionNetwork) -> str:
    modules = ", ".join(f"`{name}`" for name in network.modules)
    return f"{network.describe()}.\n\nModules: {modules}.\n\nContent: `{network.sha256}`."


def _provenance(network: ReactionNetwork) -> str:
    counts = provenance_counts(network).pivot(index="kind", columns="confidence", values="count")
    counts = counts.reindex(columns=list(CONFIDENCES)).fillna(0).astype(int).reset_index()
    counts["all"] = counts[list(CONFIDENCES)].sum(axis=1)
    return (
        "Of the network without drugs:\n\n"
        + markdown(counts)
        + "\n\nOf all rows of all tables:\n\n"
        + markdown(table_provenance(network.model))
    )


def _memory(model: str) -> str:
    rows = rows_to_confirm(model)
    lines = [f"- `{where}` {what}" for where, what in rows]
    return "\n".join(
        [f"{len(rows)} rows stand on memory and must be confirmed before they are relied on:", "", *lines]
    )


def _scores(card: ScoreCard) -> str:
    import pandas as pd

    rows = [
        {
            "priority": priority,
            "all": str(card.count(priority)),
            "used in the fit": str(card.count(priority, FIT)),
            "kept for validation": str(card.count(priority, "validation")),
        }
        for priority in PRIORITIES
    ]
    return markdown(pd.DataFrame(rows)) + (
        "\n\nRead `x of y` as: x observations met, of y that the network can express. An observation counts "
        "as met when all of its rows are."
    )


def _misses(card: ScoreCard) -> str:
    lines = []
    for s in card.facts:
        if s.status == MISSED:
            found = ", ".join(f"{value:.3g}" for value in s.values)
            why = f" — {s.reason}" if s.reason else ""
            lines.append(
                f"- **{s.fact.id}** ({s.fact.priority}) {s.fact.title}: `{s.fact.text}` is {found}{why}"
            )
    if not lines:
        lines.append("- none")
    outside = [
        f"- {s.fact.id} ({s.fact.priority}): {s.reason}" for s in card.facts if s.status == NOT_EXPRESSIBLE
    ]
    outside += [f"- {name} ({priority}) {title}: {reason}" for name, priority, title, reason in card.outside]
    return "\n".join(
        ["Missed:", "", *lines, "", "Not expressible in this network:", "", *(outside or ["- none"])]
    )


def _sensitivity(network: ReactionNetwork, rebound: Mapping[str, str]) -> str:
    outcome = f"rebound_index of {rebound['readout']}"
    table = elasticities(network, outcome, drugs={rebound["drug"]: rebound["dose"]})
    shown = table.head(MOST_SENSITIVE).copy()
    shown["value"] = [
        f"{value:.3g} {unit}" for value, unit in zip(shown["value"], shown["unit"], strict=True)
    ]
    shown["elasticity"] = shown["elasticity"].map("{:+.2f}".format)
    weak = int((table["elasticity"].abs() < 0.05).sum())
    return (
        f"The {MOST_SENSITIVE} parameters that move the rebound index of {rebound['readout']} (log2 of its "
        f"peak over vehicle) most, under {rebound['drug']} {rebound['dose']} for 72 h: change per unit of "
        "ln(parameter).\n\n"
        + markdown(shown[["parameter", "value", "elasticity", "confidence"]])
        + f"\n\n{weak} of {len(table)} parameters move it by less than 0.05."
    )


def markdown(table: pd.DataFrame) -> str:
    """Return a table as a Markdown pipe table."""

    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    head = [line(list(table.columns)), line(["---"] * len(table.columns))]
    return "\n".join([*head, *(line(row) for row in table.itertuples(index=False))])
