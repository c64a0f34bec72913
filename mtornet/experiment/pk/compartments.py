"""The flows between compartments as one matrix: amounts in mg change as ``dx/dt = matrix @ x``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.experiment.pk.model import PkModel

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compartments:
    """Flows of one PK model at one clearance.

    The states are those of absorption (if any), the central compartment, the peripheral ones, and last the
    rate in mg/s at which drug enters the central compartment from outside, which nothing changes.
    """

    matrix: FloatArray
    """(n_states, n_states) 1/s."""
    central: int
    bioavailability: float
    """Part of a swallowed dose that passes the liver; 1 where volumes are apparent."""

    @property
    def n_states(self) -> int:
        """Number of states, the rate of entry included."""
        return len(self.matrix)

    @property
    def slowest_rate(self) -> float:
        """Rate in 1/s at which the last of the drug leaves."""
        eigenvalues = np.linalg.eigvals(self.matrix[:-1, :-1])
        return float(min(-value.real for value in eigenvalues if value.real < 0))

    @property
    def fastest_rate(self) -> float:
        """Largest rate in 1/s at which a compartment empties."""
        return float(np.max(-np.diag(self.matrix)))


def compartments(model: PkModel, *, clearance_factor: float = 1.0) -> Compartments:
    """Return the flows of a model; saturable absorption is not among them."""
    values = model.values
    clearance, bioavailability = _clearance(model)
    chain = int(model["transit_compartments"]) + 1 if "transit_time" in values else int(model.is_oral)
    central = chain
    flows: list[tuple[int, int, float]] = []
    for i in range(chain):
        if "absorption_maximum" not in values:
            rate = chain / model["transit_time"] if "transit_time" in values else model["absorption_rate"]
            flows.append((i, i + 1, rate))
    last = central
    for prefix in ("peripheral", "second_peripheral"):
        if f"{prefix}_volume" in values:
            last += 1
            flow = values[f"{prefix}_flow"]
            flows.append((central, last, flow / model["central_volume"]))
            flows.append((last, central, flow / values[f"{prefix}_volume"]))
    matrix = np.zeros((last + 2, last + 2))
    for source, target, rate in flows:
        matrix[source, source] -= rate
        matrix[target, source] += rate
    matrix[central, central] -= clearance * clearance_factor / model["central_volume"]
    matrix[central, -1] = 1.0
    return Compartments(matrix=matrix, central=central, bioavailability=bioavailability)


def _clearance(model: PkModel) -> tuple[float, float]:
    """Return clearance in L/s and the part of a swallowed dose that passes the liver."""
    if "clearance" in model.values:
        return model["clearance"], 1.0
    # Well-stirred liver: the flow is that of what the drug is counted in.
    flow = model["hepatic_flow"]
    if model.matrix == "plasma":
        flow *= 1.0 - model["haematocrit"]
    free = model["fraction_unbound"] * model["intrinsic_clearance"]
    extraction = free / (flow + free)
    return flow * extraction, (1.0 - extraction) if model.is_oral else 1.0
