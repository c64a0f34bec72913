"""What a simulation returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from mtornet.compiled.status import STATUS_NAMES
from mtornet.errors import ModelError, SimulationError
from mtornet.simulation.problem import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulationResult:
    """Amounts over time of one trajectory or of an ensemble of cells.

    Columns are species, then read-outs of other names; ``result["AKT_TS"]`` is one mean course.
    """

    times: FloatArray
    """(n_times,) s."""
    species: tuple[str, ...]
    """Ids of the columns."""
    mean: FloatArray
    """(n_times, n_columns) molecules per cell; for ODE the solution itself."""
    sd: FloatArray
    """(n_times, n_columns) standard deviation over cells; 0 for ODE; of the normal law for LNA."""
    counts: FloatArray | None
    """(n_cells, n_times, n_columns), with ``keep="trajectories"``."""
    status: tuple[str, ...]
    """How each cell ended; anything but ``complete`` is left out of mean, sd and quantiles."""
    n_events: IntArray
    """(n_cells,) reaction events, or steps of an approximate method; 0 for ODE and LNA."""
    seed: int | None
    method: str
    kisao: str
    provenance: Mapping[str, object]
    volumes: FloatArray
    """(n_columns,) litres of each column's compartment; NaN for read-outs."""
    quantiles_of: Callable[[float], FloatArray] = field(repr=False)

    def quantile(self, q: float) -> FloatArray:
        """Return a quantile over cells, shape (n_times, n_columns)."""
        if not 0.0 <= q <= 1.0:
            raise ModelError(f"a quantile lies between 0 and 1, got {q!r}")
        return self.quantiles_of(q)

    def __getitem__(self, name: str) -> FloatArray:
        return self.mean[:, self.column(name)]

    def column(self, name: str) -> int:
        """Return the index of a species or read-out on the last axis."""
        from mtornet.names import unknown_name

        if name not in self.species:
            raise unknown_name("species or read-out", name, self.species)
        return self.species.index(name)

    @property
    def concentrations(self) -> FloatArray:
        """Mean amounts as nM of the species' compartment; NaN for read-outs, which have none."""
        return self.mean / (self.volumes * 6.02214076e14)

    @property
    def n_complete(self) -> int:
        """Number of cells in the summary."""
        return sum(status == "complete" for status in self.status)

    def raise_for_status(self) -> SimulationResult:
        """Raise if any cell did not complete; return the result otherwise."""
        bad = sorted({status for status in self.status if status != "complete"})
        if bad:
            raise SimulationError(
                f"{len(self.status) - self.n_complete} of {len(self.status)} cells did not complete: "
                f"{', '.join(bad)}"
            )
        return self


def status_names(codes: IntArray) -> tuple[str, ...]:
    """Return kernel status codes as words."""
    return tuple(STATUS_NAMES[code] for code in np.atleast_1d(codes).tolist())
