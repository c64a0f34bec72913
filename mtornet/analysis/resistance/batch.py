"""Many edited cells under many drugs: settled and treated side by side, sharing what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.resistance.cells import Cell
from mtornet.analysis.summary import fold_over
from mtornet.compiled.bind import rate_constants, values_of
from mtornet.compiled.bind_many import rows_of_constants, values_of_points
from mtornet.compiled.network import compile_network
from mtornet.errors import ModelError
from mtornet.experiment.arms import Arm
from mtornet.experiment.drug import find_drug
from mtornet.experiment.execute import Experiment
from mtornet.experiment.mechanisms import with_drug
from mtornet.experiment.points import PointRunner, Points, status_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.progress import Progress, Silent

FloatArray = NDArray[np.float64]

OPTIONS = OdeOptions(rtol=1e-5, atol=1e-3)
"""For tables of fold changes: three digits beyond what is shown, in a third of the time of the default."""

CHUNK = 256
"""Cells between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responses:
    """Read-outs of every cell under every arm."""

    cells: tuple[Cell, ...]
    arms: tuple[Arm, ...]
    times: FloatArray
    readouts: tuple[str, ...]
    values: FloatArray
    """(n_arms, n_cells, n_times, n_readouts); NaN where a cell has no numbers."""
    why_not: tuple[str, ...]
    """By cell, why it has none; empty text if it has."""

    def folds(self, vehicle: FloatArray) -> FloatArray:
        """Return values over those of a vehicle, (n_cells, n_times, n_readouts) or broadcast to it."""
        return fold_over(self.values, vehicle[None])

    def index(self, readout: str) -> int:
        """Return the column of a read-out."""
        return self.readouts.index(readout)


@dataclass(slots=True)
class Batch:
    """Solves cells under arms.

    Parameters
    ----------
    network
        The cell; the drugs of all arms are put into it, so that arms share their settled cells.
    readouts
        Ids of read-outs or species.
    times
        Seconds, ascending, from 0.
    """

    network: ReactionNetwork
    readouts: tuple[str, ...]
    times: FloatArray
    jobs: int | None = None
    options: OdeOptions = OPTIONS
    progress: Progress = field(default_factory=Silent)
    stop: StopFlag = field(default_factory=StopFlag)

    def solve(self, cells: Sequence[Cell], arms: Sequence[Arm], *, label: str = "cells") -> Responses:
        """Return the read-outs of every cell under every arm.

        Raises
        ------
        KeyboardInterrupt
            If ``stop`` was set before all were done.
        """
        cells, arms = tuple(cells), tuple(arms)
        network = with_all_drugs(self.network, arms)
        values = np.full((len(arms), len(cells), self.times.size, len(self.readouts)), np.nan)
        why_not = [""] * len(cells)
        self.progress.begin(label, float(len(cells)))
        done = 0
        for base, members in _by_structure(network, cells):
            experiment = Experiment(
                network=base,
                readouts=self.readouts,
                times=self.times,
                ode_options=self.options,
                stop=self.stop,
            )
            for first in range(0, len(members), CHUNK):
                chunk = members[first : first + CHUNK]
                possible = _possible(chunk, why_not)
                if possible:
                    self._chunk(experiment, possible, arms, values, why_not)
                if self.stop.is_set:
                    raise KeyboardInterrupt
                done += len(chunk)
                self.progress.at(float(done))
        self.progress.end()
        return Responses(
            cells=cells,
            arms=arms,
            times=self.times,
            readouts=self.readouts,
            values=values,
            why_not=tuple(why_not),
        )

    def _chunk(
        self,
        experiment: Experiment,
        chunk: list[tuple[int, ReactionNetwork]],
        arms: tuple[Arm, ...],
        values: FloatArray,
        why_not: list[str],
    ) -> None:
        runner = PointRunner(
            experiment=experiment,
            points=_points(experiment.network, [edited for _, edited in chunk]),
            jobs=self.jobs,
        )
        rows = [i for i, _ in chunk]
        for a, arm in enumerate(arms):
            values[a, rows], status = runner(arm)
            for i, code in zip(rows, status, strict=True):
                if code:
                    why_not[i] = f"{status_name(int(code))} under {arm.condition}"
            if self.stop.is_set:
                return


def with_all_drugs(network: ReactionNetwork, arms: Sequence[Arm]) -> ReactionNetwork:
    """Return a network with the drugs of all arms in it, at concentration 0."""
    for name in dict.fromkeys(name for arm in arms for name in arm.protocol.drug_names(network)):
        network = with_drug(network, find_drug(network.model, name))
    return network


def _by_structure(
    network: ReactionNetwork, cells: tuple[Cell, ...]
) -> list[tuple[ReactionNetwork, list[tuple[int, ReactionNetwork]]]]:
    """Put cells together whose equations differ in numbers only, each with its place."""
    groups: dict[int, tuple[ReactionNetwork, list[tuple[int, ReactionNetwork]]]] = {}
    own = id(compile_network(network))
    for i, cell in enumerate(cells):
        edited = cell.edited(network)
        # Values alone change no formula, so that these two objects stay what they are.
        same = edited.reactions is network.reactions and edited.derived is network.derived
        key = own if same else id(compile_network(edited))
        groups.setdefault(key, (network if same else edited, []))[1].append((i, edited))
    return list(groups.values())


def _possible(
    chunk: list[tuple[int, ReactionNetwork]], why_not: list[str]
) -> list[tuple[int, ReactionNetwork]]:
    """Leave out cells whose numbers make no rate, such as an affinity of 0 in a denominator."""
    base = chunk[0][1]
    compiled = compile_network(base)
    edited = [network for _, network in chunk]
    points = _points(base, edited)
    try:
        rows_of_constants(compiled, values_of_points(base, compiled, points.parameters), len(points))
    except ModelError:
        kept = []
        for i, network in chunk:
            try:
                rate_constants(compiled, values_of(network, compiled, {}))
            except ModelError as error:
                why_not[i] = str(error)
            else:
                kept.append((i, network))
        return kept
    return chunk


def _points(base: ReactionNetwork, edited: list[ReactionNetwork]) -> Points:
    """Return what differs between networks of one structure, as arrays."""
    parameters: dict[str, FloatArray] = {}
    amounts: dict[str, FloatArray] = {}
    for name, known in base.parameters.items():
        values = np.array([network.parameters[name].value for network in edited])
        if np.any(values != known.value):
            parameters[name] = values
    for name, ligand in base.inputs.items():
        values = np.array([network.inputs[name].value for network in edited])
        if np.any(values != ligand.value):
            parameters[name] = values
    for name, species in base.species.items():
        values = np.array([network.species[name].initial for network in edited])
        if np.any(values != species.initial):
            amounts[name] = values
    if not parameters and not amounts:
        # Points need something to differ in, if only in name.
        name = next(iter(base.parameters))
        parameters[name] = np.full(len(edited), base.parameters[name].value)
    return Points(parameters=parameters, amounts=amounts)
