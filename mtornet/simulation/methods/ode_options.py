"""How exactly rate equations are solved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OdeOptions:
    """Tolerances of the integrator; the absolute one is in molecules.

    The achieved error of every species at every time stays near or below ``atol + rtol * amount``.
    """

    rtol: float = 1e-7
    atol: float = 1e-8
    max_steps: int = 200_000

    @property
    def nothing(self) -> float:
        """Amount that is rounding: what is empty can come out as 1e-27 molecules of either sign."""
        return 1e-12 * self.atol
