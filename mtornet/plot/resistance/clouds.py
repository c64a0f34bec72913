"""Parameter clouds: courses by class, their shares, and what tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.resistance.clouds import CLASSES
from mtornet.plot.save import new_figure
from mtornet.plot.scales import log2_fold, set_fold_axis, set_time_axis
from mtornet.plot.theme import FAINT, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mtornet.analysis.resistance.clouds import Cloud

COLOURS = {"none": "#0072B2", "transient": "#E69F00", "full": "#D55E00", "escape": "#6E6E6E"}
MOST_COURSES = 120
MOST_PARAMETERS = 10


def clouds_figure(cloud: Cloud) -> tuple[Figure, pd.DataFrame]:
    """Draw a row per AKT site: courses coloured by class, shares, separating parameters."""
    rows = len(cloud.sites)
    with figure_style():
        figure = new_figure(10.0, 3.2 * rows + 0.2)
        for k, site in enumerate(cloud.sites):
            base = (rows - 1 - k) / rows + 0.16 / rows
            tall = 0.68 / rows
            axes = figure.add_axes((0.065, base, 0.28, tall))
            hours = cloud.times / 3600.0
            drawn = []
            for course, name in zip(
                cloud.courses[site][:MOST_COURSES], cloud.classes[site][:MOST_COURSES], strict=True
            ):
                if name:
                    y = log2_fold(course)
                    drawn.append(y)
                    axes.plot(hours, y, color=COLOURS[str(name)], linewidth=0.6, alpha=0.55)
            axes.axhline(0.0, color=FAINT, linewidth=0.8)
            set_time_axis(axes, float(hours[-1]))
            set_fold_axis(axes, np.array(drawn) if drawn else np.zeros(1))
            axes.set_xlabel("hours of drug")
            axes.set_ylabel("fold of vehicle")
            axes.set_title(f"{site}, drawn cells")
            _shares(figure.add_axes((0.43, base, 0.15, tall)), cloud, site)
            _separating(figure.add_axes((0.745, base, 0.235, tall)), cloud, site)
    return figure, cloud.shares


def _shares(axes, cloud: Cloud, site: str) -> None:  # type: ignore[no-untyped-def]
    rows = cloud.shares[cloud.shares["site"] == site]
    for i, name in enumerate(CLASSES):
        row = rows[rows["class"] == name].iloc[0]
        axes.bar(i, 100 * row["share"], color=COLOURS[name], width=0.7)
        axes.plot([i, i], [100 * row["low"], 100 * row["high"]], color="#222222", linewidth=1.0)
    axes.set_xticks(range(len(CLASSES)), labels=CLASSES, rotation=30, ha="right")
    axes.set_ylabel("% of drawn cells")
    axes.set_ylim(0, 100)
    axes.set_title("Shares")


def _separating(axes, cloud: Cloud, site: str) -> None:  # type: ignore[no-untyped-def]
    table = cloud.separating
    table = table[(table["site"] == site) & (table["q_value"] < 0.05)].head(MOST_PARAMETERS)
    axes.set_title("What tells them apart")
    axes.set_xlim(0, 1)
    axes.axvline(0.5, color=FAINT, linewidth=0.8)
    axes.set_xlabel("chance that the class has the larger value")
    if not len(table):
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no single parameter", ha="center", va="center", transform=axes.transAxes)
        return
    labels = [f"{row['parameter']} ({row['class']})" for row in table.to_dict(orient="records")]
    axes.hlines(range(len(table)), 0.5, table["auc"], color=FAINT, linewidth=1.2)
    axes.scatter(
        table["auc"], range(len(table)), c=[COLOURS[name] for name in table["class"]], s=24, zorder=3
    )
    axes.set_yticks(range(len(table)), labels=labels, fontsize=7)
    axes.set_ylim(len(table) - 0.5, -0.5)
