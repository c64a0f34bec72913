"""Write a figure as SVG and PNG with its data as CSV beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.errors import OutputError
from mtornet.plot.theme import figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DPI = 150


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches that belongs to no window and no global list."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, folder: Path | str, name: str, data: pd.DataFrame) -> tuple[Path, Path, Path]:
    """Write ``name.svg``, ``name.png`` and ``name.csv``.

    Equal figures give equal bytes: no date, no version and no random id is written. Numbers in the
    CSV are written with the digits that read back exactly.

    Returns
    -------
    tuple of Path
        The SVG, the PNG, the CSV.

    Raises
    ------
    OutputError
        If the folder cannot be made or written.
    """
    folder = Path(folder)
    svg, png, csv = (folder / f"{name}.{kind}" for kind in ("svg", "png", "csv"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with figure_style():
            figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
            figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        data.to_csv(csv, index=False, lineterminator="\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"figure {name!r} cannot be written to {folder}: {error}; choose another folder"
        ) from error
    return svg, png, csv
