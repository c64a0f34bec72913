"""Clustered heat map of a saturation scan: which edits cost which drug its response, and which raise AKT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtornet.plot.save import new_figure
from mtornet.plot.theme import FAINT, FOLD_COLOURS, INK, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 56
LEAST_EFFECT = 0.1
"""A row without any loss, or any change of the rebound in log2, above this is left out."""
EDGE = 2.0
"""log2 of the rebound at which the colours end; losses end at 1."""


def heatmap_figure(scan: pd.DataFrame, titles: Sequence[tuple[str, str]]) -> tuple[Figure, pd.DataFrame]:
    """Draw the edits with the largest effects, rows clustered by what they do.

    Parameters
    ----------
    scan
        Table of the saturation scan.
    titles
        ``(drug, label)`` in the order of the columns.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: one row per edit in the order of the figure.
    """
    drugs = [drug for drug, _ in titles]
    losses, rises = _wide(scan, "loss", drugs), _wide(scan, "d_rebound", drugs)
    rows = _chosen(scan, losses, rises)
    loss, rise = losses.loc[rows].to_numpy(), rises.loc[rows].to_numpy()
    effects = np.nan_to_num(np.hstack([np.clip(loss, -1, 1), np.clip(rise, -EDGE, EDGE) / EDGE]))
    order, tree = _clustered(effects)
    names = [rows[i] for i in order]
    with figure_style():
        height = max(4.0, 1.7 + 0.165 * len(names))
        figure = new_figure(8.6, height)
        bottom, top = 1.35 / height, 1.0 - 0.75 / height
        if tree is not None:
            _dendrogram(figure.add_axes((0.02, bottom, 0.09, top - bottom)), tree, len(names))
        left = figure.add_axes((0.36, bottom, 0.27, top - bottom))
        right = figure.add_axes((0.68, bottom, 0.27, top - bottom))
        first = _cells(left, loss[order], names, titles, limit=1.0)
        second = _cells(right, rise[order], [], titles, limit=EDGE)
        left.set_title("Response lost", loc="center", pad=6)
        right.set_title("Change of the AKT rebound", loc="center", pad=6)
        _bar(figure, first, (0.36, 0.42 / height, 0.27, 0.11 / height), "part of the response (1 = all lost)")
        _bar(figure, second, (0.68, 0.42 / height, 0.27, 0.11 / height), "log2 of the rebound over unedited")
    data = losses.loc[names].add_prefix("loss_").join(rises.loc[names].add_prefix("d_rebound_"))
    return figure, data.reset_index()


def _wide(scan: pd.DataFrame, column: str, drugs: Sequence[str]) -> pd.DataFrame:
    return scan.pivot(index="cell", columns="drug", values=column)[list(drugs)]


def _chosen(scan: pd.DataFrame, losses: pd.DataFrame, rises: pd.DataFrame) -> list[str]:
    """Return the strongest edit of each target, the largest effects first."""
    lost, risen = losses.clip(-1, 1).abs().max(axis=1), (rises.clip(-EDGE, EDGE) / EDGE).abs().max(axis=1)
    effect = lost.combine(risen, max, 0.0).fillna(0.0)
    first = scan.drop_duplicates("cell").set_index("cell")
    table = first.assign(effect=effect)[["kind", "target", "effect"]]
    table = table[(table["kind"] != "unedited") & (table["effect"] > LEAST_EFFECT)]
    table = table.sort_values("effect", ascending=False, kind="stable").drop_duplicates("target")
    variants = table[table["kind"] == "variant"].index.tolist()
    others = table[table["kind"] != "variant"].index.tolist()
    return [*variants[: MOST_ROWS // 2], *others][:MOST_ROWS]


def _clustered(effects: NDArray[np.float64]) -> tuple[list[int], Any]:
    """Return rows in the order of an average-linkage tree, and the tree; no tree for fewer than three."""
    if len(effects) < 3:
        return list(range(len(effects))), None
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import pdist

    distances = pdist(effects)
    tree = optimal_leaf_ordering(linkage(distances, method="average"), distances)
    return [int(i) for i in leaves_list(tree)], tree


def _dendrogram(axes: Axes, tree: Any, n: int) -> None:
    from scipy.cluster.hierarchy import dendrogram

    drawn = dendrogram(tree, no_plot=True)
    for heights, places in zip(drawn["dcoord"], drawn["icoord"], strict=True):
        # The tree places its leaves at 5, 15, 25, ...; rows stand at 0, 1, 2, ...
        axes.plot(heights, (np.array(places) - 5.0) / 10.0, color=FAINT, linewidth=0.8)
    axes.set_ylim(n - 0.5, -0.5)
    axes.invert_xaxis()
    axes.axis("off")


def _cells(
    axes: Axes,
    values: NDArray[np.float64],
    names: Sequence[str],
    titles: Sequence[tuple[str, str]],
    *,
    limit: float,
) -> Any:
    shown = np.ma.masked_invalid(np.clip(values, -limit, limit))
    axes.set_facecolor("#EFEFEF")
    image = axes.imshow(
        shown, aspect="auto", cmap=FOLD_COLOURS, vmin=-limit, vmax=limit, interpolation="nearest"
    )
    axes.set_yticks(range(len(names)), labels=[str(name) for name in names], fontsize=7)
    if not names:
        axes.tick_params(left=False, labelleft=False)
    axes.set_xticks(range(len(titles)), labels=[drug for drug, _ in titles], rotation=90, fontsize=7)
    axes.tick_params(length=2, pad=2)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks(np.arange(-0.5, len(titles)), minor=True)
    axes.grid(which="minor", color="white", linewidth=1.0)
    axes.tick_params(which="minor", length=0)
    return image


def _bar(figure: Figure, image: Any, place: tuple[float, float, float, float], label: str) -> None:
    bar = figure.colorbar(image, cax=figure.add_axes(place), orientation="horizontal")
    bar.set_label(label, fontsize=7.5, color=INK)
    bar.ax.tick_params(labelsize=7, length=2)
    bar.outline.set_visible(False)
