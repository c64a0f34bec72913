"""What cells meet over time when a patient takes doses: free concentration, and the total of the clinic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.experiment.arms import Arm, drug_courses
from mtornet.experiment.pk.library import pk_model, pk_models
from mtornet.experiment.pk.model import PkModel
from mtornet.network.network import ReactionNetwork
from mtornet.plot.save import new_figure
from mtornet.plot.theme import FAINT, arm_styles, class_order, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from mtornet.analysis.shown import Shown

POINTS_PER_PIECE = 12
DECADES = 4.0
"""Shown below the highest concentration; what is lower is in the CSV."""


def has_courses(shown: Shown) -> bool:
    """Tell whether any arm is dosed in mg, so that there is something to draw."""
    return any(arm.protocol.courses(shown.network) for arm in shown.arms)


def concentration_figure(shown: Shown) -> tuple[Figure, pd.DataFrame]:
    """Draw the free concentration of each drug, one panel a drug, with the total in plasma on the right.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: condition, drug, ``time_h``, ``free_nM``, ``plasma_ng_mL`` (NaN
        without a PK model) and the dose in words.
    """
    data = _data(shown)
    drugs = list(dict.fromkeys(data["drug"]))
    styles = arm_styles(shown.arms, shown.class_labels, known=class_order(shown.network.model))
    width, panel, head, gap = 7.2, 1.75, 0.3, 0.5
    height = head + len(drugs) * panel + (len(drugs) - 1) * gap + 0.5
    with figure_style():
        figure = new_figure(width, height)
        grid = figure.subplots(len(drugs), 1, squeeze=False)[:, 0]
        end_h = float(data["time_h"].max())
        per_day, unit = (24.0, "d") if end_h > 96 else (1.0, "h")
        for axes, drug in zip(grid, drugs, strict=True):
            own = data[data["drug"] == drug]
            for condition, rows in own.groupby("condition", sort=False):
                style = styles[str(condition)]
                axes.plot(
                    rows["time_h"] / per_day,
                    rows["free_nM"].where(rows["free_nM"] > 0),
                    color=style.colour,
                    linestyle=style.line,
                    linewidth=1.5,
                    label=str(rows["dose"].iloc[0]) + (" (combination)" if "+" in str(condition) else ""),
                )
            top = float(own["free_nM"].max())
            axes.set_yscale("log")
            if top > 0:
                # The rise from nothing after the first dose is cut off.
                usual = float(own["free_nM"][own["free_nM"] > 0].quantile(0.02))
                axes.set_ylim(max(0.5 * usual, top * 10**-DECADES), 1.8 * top)
            _plain_numbers(axes.yaxis)
            axes.set_xlim(0.0, end_h / per_day)
            axes.set_title(drug)
            axes.set_ylabel("free (nM)")
            axes.grid(axis="y", color=FAINT, linewidth=0.4, alpha=0.6)
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), fontsize=7.5, borderaxespad=0.2)
            _plasma_axis(axes, shown.network.model, drug)
        grid[-1].set_xlabel(f"time after the first dose ({unit})")
        figure.subplots_adjust(
            left=0.75 / width,
            right=1 - 0.8 / width,
            top=1 - head / height,
            bottom=0.5 / height,
            hspace=gap / panel,
        )
    return figure, data


def _plasma_axis(axes: Axes, model: str, drug: str) -> None:
    body = _body(model, drug, None)
    if body is None:
        return
    factor = _total_per_free(body)
    right = axes.secondary_yaxis(
        "right", functions=(lambda free: np.asarray(free) * factor, lambda total: np.asarray(total) / factor)
    )
    right.set_ylabel("plasma (ng/mL)")
    _plain_numbers(right.yaxis)


def _plain_numbers(axis: Axis) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(base=10.0, numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _body(model: str, drug: str, name: str | None) -> PkModel | None:
    if drug not in pk_models(model):
        return None
    body = pk_model(model, drug, name)
    return body if "fraction_unbound" in body.values else None


def _total_per_free(body: PkModel) -> float:
    """Return ng/mL of all drug in plasma for each nM of free drug."""
    return body["molar_mass"] * 1e-3 / body["fraction_unbound"]


def _data(shown: Shown) -> pd.DataFrame:
    import pandas as pd

    network = shown.network
    dosed = {name for arm in shown.arms for name in arm.protocol.courses(network)}
    frames = []
    for arm in shown.arms:
        for drug, course in drug_courses(network, arm.protocol).items():
            if drug not in dosed:
                continue
            body = _body(network.model, drug, None)
            times = np.concatenate(
                [np.linspace(piece.start, until, POINTS_PER_PIECE, endpoint=False) for piece, until in course]
                + [[course[-1][1]]]
            )
            free = np.concatenate(
                [
                    piece.at(np.linspace(piece.start, until, POINTS_PER_PIECE, endpoint=False))
                    for piece, until in course
                ]
                + [course[-1][0].at(np.array([course[-1][1]]))]
            )
            frames.append(
                pd.DataFrame(
                    {
                        "condition": arm.condition,
                        "drug": drug,
                        "dose": _words(network, arm, drug),
                        "time_h": times / 3600.0,
                        "free_nM": free,
                        "plasma_ng_mL": free * (_total_per_free(body) if body else math.nan),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _words(network: ReactionNetwork, arm: Arm, drug: str) -> str:
    given: Sequence[object] = [step.dose for step in arm.protocol.given(network)[drug]]
    return ", then ".join("washed out" if dose is None else str(dose) for dose in given)
