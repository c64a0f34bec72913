"""Where the numbers of a model come from, counted."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from mtornet.provenance import CONFIDENCES

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE_WORDS = {
    "file": "read in a model or data file",
    "page": "read in a publication or its abstract",
    "memory": "recalled, to be confirmed",
    "design": "chosen by us",
    "fitted": "estimated by us from data",
}
_CONFIDENCE_COLOURS = {
    "file": "#0072B2",
    "page": "#56B4E9",
    "memory": "#F0E442",
    "design": "#D55E00",
    "fitted": "#009E73",
}


def provenance_table(frame: pd.DataFrame) -> str:
    """Return counts by kind and confidence as a table with a stacked bar per row."""
    found = list(dict.fromkeys(frame["confidence"]))
    order = [name for name in CONFIDENCES if name in found] + [
        name for name in found if name not in CONFIDENCES
    ]
    heads = "".join(
        f'<th scope="col"><svg width="11" height="11" aria-hidden="true"><rect width="11" height="11" '
        f'fill="{_colour(name)}"/></svg> {escape(name)}</th>'
        for name in order
    )
    rows = []
    for kind in dict.fromkeys(frame["kind"]):
        own = frame[frame["kind"] == kind]
        counts = [int(own.loc[own["confidence"] == name, "count"].sum()) for name in order]
        total = sum(counts)
        cells = "".join(f"<td>{count}</td>" for count in counts)
        rows.append(
            f'<tr><th scope="row">{escape(str(kind))}</th>{cells}'
            f"<td>{total}</td><td>{_bar(order, counts)}</td></tr>"
        )
    words = "; ".join(f"{name}: {CONFIDENCE_WORDS.get(name, 'see the model tables')}" for name in order)
    return (
        f'<div class="wide"><table><caption>Number of entries by how sure we are. {escape(words)}.</caption>'
        f'<thead><tr><th scope="col">What</th>{heads}<th scope="col">all</th>'
        '<th scope="col">share</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _bar(order: Sequence[str], counts: Sequence[int]) -> str:
    total = max(sum(counts), 1)
    left, pieces = 0.0, []
    for name, count in zip(order, counts, strict=True):
        width = 100.0 * count / total
        pieces.append(f'<rect x="{left:.3f}" width="{width:.3f}" height="10" fill="{_colour(name)}"/>')
        left += width
    alt = ", ".join(f"{name} {count}" for name, count in zip(order, counts, strict=True) if count)
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(alt)}">'
        f"{''.join(pieces)}</svg>"
    )


def _colour(confidence: str) -> str:
    return _CONFIDENCE_COLOURS.get(confidence, "#999999")
