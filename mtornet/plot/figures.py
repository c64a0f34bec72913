"""All figures of a comparison, written to a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison

MAIN_READOUTS = 12
"""So many panels can be taken in at once; the tables of a model list its read-outs by importance."""


def figures_for(comparison: Comparison, folder: Path | str) -> dict[str, tuple[Path, ...]]:
    """Draw and write the figures of a comparison.

    Returns
    -------
    dict
        The SVG, PNG and CSV of ``courses``, ``network_map``, ``distribution``, and ``courses_more`` if
        there are more read-outs than fit into one figure, ``concentration`` if doses are in mg; in the
        order of the report.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    from mtornet.plot.concentration import concentration_figure, has_courses
    from mtornet.plot.courses import courses_figure
    from mtornet.plot.distribution import distribution_figure
    from mtornet.plot.network_map import network_map_figure
    from mtornet.plot.save import save

    first, more = comparison.readouts[:MAIN_READOUTS], comparison.readouts[MAIN_READOUTS:]
    drawings = {
        "courses": partial(courses_figure, comparison, readouts=first),
        "network_map": partial(network_map_figure, comparison),
        "distribution": partial(distribution_figure, comparison),
    }
    if has_courses(comparison):
        drawings["concentration"] = partial(concentration_figure, comparison)
    if more:
        drawings["courses_more"] = partial(courses_figure, comparison, readouts=more)
    paths: dict[str, tuple[Path, ...]] = {}
    for name, draw in drawings.items():
        figure, data = draw()
        paths[name] = save(figure, folder, name, data)
    return paths
