"""All figures of a comparison, written to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison


def figures_for(comparison: Comparison, folder: Path | str) -> dict[str, dict[str, Path]]:
    """Draw and write the figures of a comparison.

    Returns
    -------
    dict
        ``{"courses": {"svg": path, "png": path, "csv": path}, "network_map": ..., "distribution": ...}``.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    from mtornet.plot.courses import courses_figure
    from mtornet.plot.distribution import distribution_figure
    from mtornet.plot.network_map import network_map_figure
    from mtornet.plot.save import save

    drawings = {
        "courses": courses_figure,
        "network_map": network_map_figure,
        "distribution": distribution_figure,
    }
    paths: dict[str, dict[str, Path]] = {}
    for name, draw in drawings.items():
        figure, data = draw(comparison)
        paths[name] = save(figure, folder, name, data)
    return paths
