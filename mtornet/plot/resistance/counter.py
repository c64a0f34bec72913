"""What a second drug leaves of the rebound, and the synergy of the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.features import RESPONDER_FOLD
from mtornet.plot.save import new_figure
from mtornet.plot.scales import fold_label, log2_fold
from mtornet.plot.theme import CLASS_COLOURS, FAINT, FOLD_COLOURS, INK, class_colours, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mtornet.analysis.synergy import Synergy

MOST_ROWS = 26


def counter_figure(table: pd.DataFrame, title: str) -> tuple[Figure, pd.DataFrame]:
    """Draw the AKT peaks with each second drug, beside those with the second drug alone."""
    data = table.head(MOST_ROWS)
    names = [str(column) for column in data.columns]
    sites = [
        name.removeprefix("peak_")
        for name in names
        if name.startswith("peak_") and not name.endswith("_alone")
    ]
    colours = class_colours(list(dict.fromkeys(data["class"])))
    with figure_style():
        height = 1.5 + 0.24 * len(data)
        figure = new_figure(8.4, height)
        width = 0.58 / max(len(sites), 1)
        for k, site in enumerate(sites):
            axes = figure.add_axes((0.36 + k * (width + 0.03), 0.72 / height, width, 1.0 - 1.35 / height))
            places = np.arange(len(data))
            both = log2_fold(data[f"peak_{site}"].to_numpy(dtype=float))
            alone = log2_fold(data[f"peak_{site}_alone"].to_numpy(dtype=float))
            axes.axvline(0.0, color=FAINT, linewidth=1.0)
            axes.axvline(np.log2(RESPONDER_FOLD), color=FAINT, linewidth=1.0, linestyle=(0, (3, 2)))
            axes.scatter(alone, places, marker="|", color=INK, s=40, label="second drug alone", zorder=3)
            axes.scatter(
                both,
                places,
                c=[colours[name] for name in data["class"]],
                s=26,
                label="with the drug explored",
                zorder=4,
            )
            low, high = np.floor(min(both.min(), alone.min())), np.ceil(max(both.max(), alone.max(), 1.0))
            ticks = np.arange(low, high + 1, 2 if high - low > 4 else 1)
            axes.set_xlim(low - 0.4, high + 0.4)
            axes.set_xticks(ticks, labels=[fold_label(int(tick)) for tick in ticks])
            axes.set_ylim(len(data) - 0.5, -0.5)
            marks = [
                f"{row['label']} ({row['class']}){' *' if row['abolished'] else ''}"
                for row in data.to_dict(orient="records")
            ]
            axes.set_yticks(places, labels=marks if k == 0 else [], fontsize=6.5)
            axes.set_xlabel(f"peak of {site} after its nadir\n(fold of vehicle)")
            axes.tick_params(axis="x", labelsize=7)
            if k == 0:
                axes.set_title(title, pad=10)
        figure.text(0.02, 0.08 / height, "* rebound abolished", fontsize=7.5, color=INK)
    return figure, data


def synergy_figure(synergies: Mapping[tuple[str, str], Synergy]) -> tuple[Figure, pd.DataFrame]:
    """Draw the Bliss excess of every dose matrix."""
    import pandas as pd

    shown = list(synergies.items())
    columns = min(4, max(1, len(shown)))
    rows = -(-len(shown) // columns)
    frames = []
    with figure_style():
        figure = new_figure(2.3 * columns + 1.3, 2.4 * rows + 0.25)
        image = None
        for n, ((agent, readout), found) in enumerate(shown):
            row, column = divmod(n, columns)
            high = figure.get_figheight()
            axes = figure.add_axes(
                (
                    (0.75 + 2.3 * column) / figure.get_figwidth(),
                    (0.72 + 2.4 * (rows - 1 - row)) / high,
                    1.6 / figure.get_figwidth(),
                    1.45 / high,
                )
            )
            excess = found["bliss"].excess
            image = axes.imshow(
                excess.T, origin="lower", cmap=f"{FOLD_COLOURS}", vmin=-0.3, vmax=0.3, aspect="auto"
            )
            axes.set_xticks(
                range(found.matrix.doses_a.size), [f"{d:.3g}" for d in found.matrix.doses_a], fontsize=6
            )
            axes.set_yticks(
                range(found.matrix.doses_b.size), [f"{d:.3g}" for d in found.matrix.doses_b], fontsize=6
            )
            axes.set_xlabel(f"{found.matrix.drug_a} (nM)", fontsize=7)
            axes.set_ylabel(f"{agent} (nM)", fontsize=7)
            axes.set_title(f"{readout}: {found['bliss'].mean:+.3f}", fontsize=8, color=CLASS_COLOURS[6])
            frame = found.wells()
            frame.insert(0, "readout", readout)
            frame.insert(0, "agent", agent)
            frames.append(frame)
        if image is not None:
            place = (1.0 - 0.42 / figure.get_figwidth(), 0.3, 0.1 / figure.get_figwidth(), 0.4)
            bar = figure.colorbar(image, cax=figure.add_axes(place))
            bar.ax.tick_params(labelsize=6, length=2, pad=1)
            bar.ax.set_title("Bliss\nexcess", fontsize=6.5)
            bar.outline.set_visible(False)
    return figure, pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
