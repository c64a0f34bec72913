"""``run``: one protocol and its vehicle, summarised in the tidy table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtornet.analysis import defaults
from mtornet.analysis.summary import cell_table, summary_table, trajectory_table
from mtornet.analysis.times import default_times, responder_time, time_grid
from mtornet.errors import ProtocolError
from mtornet.experiment.abundances import parse_extrinsic
from mtornet.experiment.arms import arm_of
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import ArmResult, Experiment, check_readouts
from mtornet.experiment.population import Population
from mtornet.experiment.protocol import Protocol
from mtornet.experiment.variable_cells import VariableCells
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import versions
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.catalogue import KISAO, check_experiment_method
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.seeds import drawn_seed
from mtornet.units import time_in_seconds

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """Results of one protocol beside its vehicle."""

    arms: tuple[ArmResult, ...]
    summary: pd.DataFrame
    """Tidy table; the vehicle is a condition of its own."""
    cells: pd.DataFrame
    """Features per cell; empty for a deterministic run."""
    method: str
    kisao: str
    seed: int | None
    provenance: dict[str, object]

    @property
    def trajectories(self) -> pd.DataFrame:
        """Every cell's course, one row per condition, cell, time and read-out."""
        return trajectory_table(self.arms)


def run(
    network: ReactionNetwork,
    protocol: Protocol,
    *,
    method: str = "ode",
    cells: int = 1,
    seed: int | None = 0,
    extrinsic: float | str | None = None,
    copy_scale: float | None = None,
    settle: float | str = defaults.SETTLE,
    times: Sequence[float | str] | None = None,
    readouts: Sequence[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Run:
    """Carry out a protocol, and the same protocol without its drugs.

    Parameters
    ----------
    method
        ``"ode"``, ``"ssa"``, ``"tau"``, ``"hybrid"`` or ``"cle"``; ``cells``, ``seed``, ``copy_scale``
        and ``settle`` concern the stochastic ones.
    extrinsic
        Cells differ in their abundances: ``"table"`` (the model's ``population.tsv``) or one coefficient
        of variation. With ``"ode"`` that is all they differ in; with a stochastic method chance comes
        on top; without it chance is all.
    times
        When to look, seconds or text, from 0; a grid that is dense in the first hours if not given.
    readouts
        Ids of read-outs or species; all read-outs if not given.

    Raises
    ------
    ProtocolError
        If the protocol cannot be carried out.
    """
    check_experiment_method(method)
    if protocol.end_s is None:
        raise ProtocolError("the protocol has no end; add .until('72 h')")
    grid = default_times(protocol.end_s) if times is None else time_grid(times, protocol.end_s)
    experiment = Experiment(
        network=network,
        readouts=check_readouts(network, readouts),
        times=grid,
        progress=progress or Silent(),
        stop=StopFlag() if stop is None else stop,
    )
    treated = arm_of(network, protocol)
    vehicle = arm_of(network, protocol.vehicle())
    arms = [vehicle] if treated.drug == VEHICLE else [vehicle, treated]
    scale = defaults.copy_scale(method, copy_scale)
    used_seed = drawn_seed() if seed is None else int(seed)
    asked = parse_extrinsic(extrinsic)
    variable = (
        None
        if asked is None
        else VariableCells(experiment=experiment, extrinsic=asked, cells=cells, seed=used_seed, jobs=jobs)
    )
    if method == "ode":
        solve = experiment.deterministic if variable is None else variable.deterministic
        results = [solve(arm) for arm in arms]
    else:
        population = Population(
            cells=cells,
            seed=used_seed,
            copy_scale=scale,
            method=method,
            settle_s=time_in_seconds(settle, what="settle"),
            jobs=jobs,
        )
        simulate = experiment.stochastic if variable is None else variable.stochastic
        results = [simulate(arm, population) for arm in arms]
    single = method != "ode" or variable is not None
    return Run(
        arms=tuple(results),
        summary=summary_table(results),
        cells=cell_table(results if single else [], seed=used_seed, at_s=responder_time(protocol.end_s)),
        method=method,
        kisao=KISAO[method],
        seed=used_seed if single else None,
        provenance={
            "model": network.model,
            "model_sha256": network.sha256,
            "algorithm": results[-1].algorithm,
            "copy_scale": scale,
            "extrinsic": asked,
            "versions": versions(),
        },
    )
