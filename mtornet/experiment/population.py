"""How the cells of an experiment are simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.errors import ProtocolError
from mtornet.simulation.methods import langevin, ssa, tau


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """How cells are simulated stochastically."""

    cells: int
    seed: int
    copy_scale: float = 1.0
    settle_s: float = 2 * 86400.0
    """How long cells fluctuate before time 0, so that they start from their stationary law."""
    jobs: int | None = None
    max_events: int = ssa.SsaOptions().max_events
    algorithm: str = "auto"
    method: str = "ssa"
    max_step_s: float = langevin.LangevinOptions().max_step_s
    """Longest step of a Langevin method."""
    first_cell: int = 0
    """Index of the first cell; a cell's numbers depend on its index, not on how many there are."""
    options: ssa.SsaOptions | tau.TauOptions | langevin.LangevinOptions | None = None
    """Every option of the method, instead of those named above."""

    def __post_init__(self) -> None:
        if self.cells < 1:
            raise ProtocolError(f"cells: expected a whole number >= 1, got {self.cells!r}")
        if not (np.isfinite(self.copy_scale) and self.copy_scale > 0):
            raise ProtocolError(f"copy_scale: expected a number > 0, got {self.copy_scale!r}")
        if self.settle_s < 0:
            raise ProtocolError(f"settle: expected a time >= 0, got {self.settle_s!r} s")
        if self.jobs is not None and self.jobs < 1:
            raise ProtocolError(f"jobs: expected a whole number >= 1, got {self.jobs!r}")

    def method_options(self) -> ssa.SsaOptions | tau.TauOptions | langevin.LangevinOptions:
        """Return the options of the method that will run."""
        if self.options is not None:
            return self.options
        if self.method == "ssa":
            return ssa.SsaOptions(max_events=self.max_events, algorithm=self.algorithm)
        if self.method == "tau":
            return tau.TauOptions(max_events=self.max_events)
        return langevin.LangevinOptions(max_step_s=self.max_step_s)
