"""All figures of an exploration, written to a folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.experiment.drug import drugs
from mtornet.plot.resistance.clouds import clouds_figure
from mtornet.plot.resistance.counter import counter_figure, synergy_figure
from mtornet.plot.resistance.heatmap import heatmap_figure
from mtornet.plot.resistance.loops import loops_figure
from mtornet.plot.resistance.populations import clones_figure, reversal_figure
from mtornet.plot.save import save

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mtornet.analysis.resistance.explore import Resistance


def resistance_figures(found: Resistance, folder: Path) -> dict[str, tuple[Path, ...]]:
    """Draw and write the figures; SVG, PNG and CSV of each, in the order of the report."""
    settings = found.settings
    known = drugs(settings.network.model)
    titles = [(name, known[name].class_label) for name in settings.doses]
    drug = f"{settings.drug} {settings.doses[settings.drug]}"
    drawings: dict[str, Callable[[], tuple[Figure, pd.DataFrame]]] = {
        "heatmap": partial(heatmap_figure, found.scan, titles)
    }
    if len(found.loop_table):
        drawings["loops"] = partial(loops_figure, found.loop_table, f"Feedback released by {drug}")
    drawings["counter"] = partial(counter_figure, found.counter.table, f"Second drugs with {drug}")
    if found.counter.synergies:
        drawings["synergy"] = partial(synergy_figure, found.counter.synergies)
    drawings["clouds"] = partial(clouds_figure, found.cloud)
    for reversal in found.reversals:
        drawings[f"reversible_{reversal.state.id}"] = partial(reversal_figure, reversal)
    if found.clones is not None:
        drawings["clones"] = partial(clones_figure, found.clones)
    paths: dict[str, tuple[Path, ...]] = {}
    for name, draw in drawings.items():
        figure, data = draw()
        paths[name] = save(figure, folder, name, data)
    return paths
