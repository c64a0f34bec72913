"""Defaults of experiments, in a module of their own so that ``--help`` can show them at once."""

DRUGS = ("everolimus", "sapanisertib", "dactolisib")
METHOD = "hybrid"
"""Cells of real size for days, checked against exact ones; a population takes seconds (ADR 14)."""

CELLS = 24
COPY_SCALE = 0.02
"""Of an exact population, which takes a minute at this scale and an hour at 1."""

COPY_SCALE_APPROXIMATE = 1.0
"""Of the other methods, whose time depends little on it."""

DURATION = "72 h"
SETTLE = "48 h"
SEED = 1


def copy_scale(method: str, given: float | None) -> float:
    """Return the copy scale: the given one, or the method's own; rate equations have none."""
    if method == "ode":
        return 1.0
    if given is not None:
        return given
    return COPY_SCALE if method == "ssa" else COPY_SCALE_APPROXIMATE
