"""What a figure of time courses is drawn from, whoever ran the experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mtornet.analysis.comparison_tables import drug_bars
from mtornet.analysis.run import Run
from mtornet.experiment.arms import Arm
from mtornet.experiment.execute import ArmResult
from mtornet.graph.knowledge import load_knowledge
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.problem import FloatArray

if TYPE_CHECKING:
    import pandas as pd

Bars = Mapping[str, list[tuple[float, float, float]]]
"""By condition: start and end in s of each stretch with a drug, and the highest nM in it."""


class Shown(Protocol):
    """Arms on the same cells, the vehicle first: a comparison, or a run."""

    @property
    def network(self) -> ReactionNetwork: ...  # noqa: D102
    @property
    def arms(self) -> tuple[Arm, ...]: ...  # noqa: D102
    @property
    def class_labels(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def times(self) -> FloatArray: ...  # noqa: D102
    @property
    def readouts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def deterministic(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def population(self) -> tuple[ArmResult, ...]: ...  # noqa: D102
    @property
    def drug_bars(self) -> Bars: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShownRun:
    """One protocol beside its vehicle."""

    network: ReactionNetwork
    arms: tuple[Arm, ...]
    class_labels: Mapping[str, str]
    times: FloatArray
    readouts: tuple[str, ...]
    deterministic: pd.DataFrame
    population: tuple[ArmResult, ...]
    drug_bars: Bars


def shown_run(network: ReactionNetwork, run: Run, *, deterministic: Run) -> ShownRun:
    """Return what to draw of a run.

    Parameters
    ----------
    network
        With the drugs of the protocol, see :func:`mtornet.experiment.execute.whole_network`.
    deterministic
        The same protocol by the rate equations; the run itself if it was.
    """
    arms: Sequence[Arm] = [result.arm for result in run.arms]
    labels = {row["id"]: row["label"] for row in load_knowledge(network.model)["classes"]}
    return ShownRun(
        network=network,
        arms=tuple(arms),
        class_labels=labels,
        times=run.arms[0].times,
        readouts=run.arms[0].readouts,
        deterministic=deterministic.summary,
        population=run.arms if run.method != "ode" else (),
        drug_bars={arm.condition: drug_bars(network, arm) for arm in arms},
    )
