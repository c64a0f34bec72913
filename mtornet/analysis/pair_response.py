"""Two drugs together: a read-out over a matrix of doses, and what the pair does beyond its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.growth import divisions, per_second
from mtornet.analysis.summary import NOTHING
from mtornet.analysis.synergy import DoseMatrix, Synergy, synergy
from mtornet.analysis.synergy.matrix import dose_matrix
from mtornet.analysis.times import default_times
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import arm_of, constant_protocol
from mtornet.experiment.dose import Dose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.execute import Experiment, check_readouts
from mtornet.experiment.points import PointRunner, Points, status_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.progress import Progress, Silent
from mtornet.units import concentration_in_nM, time_in_seconds

if TYPE_CHECKING:
    import pandas as pd

REPLICATES = 16
SPREAD = 0.1
"""Spread (sd of the logarithm) of every constant between replicates: a tenth, design."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairResponse:
    """Responses of cells to every dose of one drug with every dose of another."""

    readout: str
    at_s: float
    response: str
    """What a response is, in words."""
    nominal: FloatArray
    """(n_a, n_b) with the network's own constants."""
    matrix: DoseMatrix
    """All replicates; the first has the network's own constants."""
    synergy: Synergy
    seed: int

    @property
    def wells(self) -> pd.DataFrame:
        """One row per well: doses in nM, responses, and what every reference model expects."""
        table = self.synergy.wells()
        return table.assign(
            nominal=self.nominal.ravel(), drug_a=self.matrix.drug_a, drug_b=self.matrix.drug_b
        )


def pair_response(
    network: ReactionNetwork,
    drug_a: str,
    drug_b: str,
    *,
    doses_a: Sequence[str],
    doses_b: Sequence[str],
    readout: str,
    at: float | str = "24 h",
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    replicates: int = REPLICATES,
    spread: float = SPREAD,
    models: Sequence[str] = (),
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> PairResponse:
    """Simulate a dose matrix on settled cells and score the pair.

    The response of a well is the read-out over the vehicle's; of a growth rate it is the number of cells
    over the vehicle's, as a viability assay has it.

    Parameters
    ----------
    doses_a, doses_b
        At least three doses above 0 of each, with units; 0 is added.
    replicates, spread
        Whole matrices of cells whose constants (all that the tables give bounds) scatter log-normally by
        ``spread`` around the network's, between which intervals are taken; of one matrix they are taken
        from its residuals. The first replicate is the network itself.
    models
        Among ``bliss``, ``hsa``, ``loewe``, ``zip``; all if not given.

    Raises
    ------
    ProtocolError
        If doses are too few, the drugs are one, or the read-out is 0 without drug.
    KeyboardInterrupt
        If ``stop`` was set.
    """
    names = [find_drug(network.model, drug).id for drug in (drug_a, drug_b)]
    if names[0] == names[1]:
        raise ProtocolError(f"a pair needs two drugs; {drug_a!r} and {drug_b!r} are both {names[0]}")
    if replicates < 1 or not spread >= 0:
        raise ProtocolError(f"expected replicates >= 1 and spread >= 0, got {replicates} and {spread:g}")
    axes = [_axis(doses, name) for doses, name in zip((doses_a, doses_b), names, strict=True)]
    at_s = time_in_seconds(at, what="at")
    if not at_s > 0:
        raise ProtocolError(f"at: expected a time > 0, got {at!r}")
    readouts = check_readouts(network, [readout])
    unit = network.readouts[readout].unit if readout in network.readouts else "molecule"
    grows = per_second(unit) is not None
    times = default_times(at_s) if grows else np.array([at_s])
    flag = StopFlag() if stop is None else stop
    experiment = Experiment(
        network=network, readouts=readouts, times=times, progress=progress or Silent(), stop=flag
    )
    runner = PointRunner(
        experiment=experiment, points=scattered(network, replicates, spread, seed), jobs=jobs
    )
    found = np.empty((replicates, axes[0].size, axes[1].size))
    for i, nM_a in enumerate(axes[0]):
        for j, nM_b in enumerate(axes[1]):
            given = {name: Dose(nM=float(nM)) for name, nM in zip(names, (nM_a, nM_b), strict=True) if nM > 0}
            protocol = constant_protocol(
                variant=variant, inputs=inputs or {}, given=given, duration=at_s, context=context
            )
            values, status = runner(arm_of(network, protocol))
            if flag.is_set:
                raise KeyboardInterrupt
            if np.any(status != 0):
                why = status_name(int(status[status != 0][0]))
                raise ProtocolError(
                    f"{int(np.sum(status != 0))} of {replicates} replicates could not be solved ({why}); "
                    "lower spread"
                )
            found[:, i, j] = divisions(times, values[:, :, 0], unit) if grows else values[:, -1, 0]
    if grows:
        responses = 2.0 ** (found - found[:, :1, :1])
    else:
        if not np.all(found[:, 0, 0] > NOTHING):
            raise ProtocolError(f"read-out {readout!r} is 0 without drug, so nothing can be compared with it")
        responses = found / found[:, :1, :1]
    matrix = dose_matrix(names[0], names[1], doses_a=axes[0], doses_b=axes[1], responses=responses)
    return PairResponse(
        readout=readout,
        at_s=at_s,
        response="cells, part of vehicle" if grows else "fold of vehicle",
        nominal=responses[0],
        matrix=matrix,
        synergy=synergy(matrix, models=models, seed=seed),
        seed=seed,
    )


def scattered(network: ReactionNetwork, n: int, spread: float, seed: int) -> Points:
    """Return the network itself, then ``n - 1`` versions whose bounded constants scatter log-normally."""
    rng = np.random.default_rng(seed)
    known = [p for p in network.parameters.values() if p.low is not None and p.value > 0]
    known = known or list(network.parameters.values())
    factors = np.exp(spread * rng.standard_normal((n, len(known))))
    factors[0] = 1.0
    return Points(parameters={p.id: p.value * factors[:, k] for k, p in enumerate(known)})


def _axis(doses: Sequence[str], name: str) -> FloatArray:
    return np.unique([0.0, *(concentration_in_nM(dose, what=f"dose of {name}") for dose in doses)])
