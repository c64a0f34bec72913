"""Defaults of experiments, in a module of their own so that ``--help`` can show them at once."""

DRUGS = ("everolimus", "sapanisertib", "dactolisib")
CELLS = 24
COPY_SCALE = 0.02
"""Of an exact population, which takes a minute at this scale and an hour at 1."""

COPY_SCALE_APPROXIMATE = 1.0
"""Of the other methods, whose time depends little on it."""

DURATION = "72 h"
SETTLE = "48 h"
SEED = 1


def method(given: str | None, copy_scale: float | None) -> str:
    """Return the method of a population: the given one, or the one for the size of its cells (ADR 14).

    Cells of real size are simulated for days in seconds by the hybrid method. In smaller ones a Langevin
    equation means little, and exact simulation costs little.
    """
    if given is not None:
        return given
    return "ssa" if copy_scale is not None and copy_scale < 1.0 else "hybrid"


def copy_scale(method: str, given: float | None) -> float:
    """Return the copy scale: the given one, or the method's own; rate equations have none."""
    if method == "ode":
        return 1.0
    if given is not None:
        return given
    return COPY_SCALE if method == "ssa" else COPY_SCALE_APPROXIMATE
