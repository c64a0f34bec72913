"""Courses of one structure, solved side by side for many sets of parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.facts.cells import CellEdit
from mtornet.compiled.moving import written_out
from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.programs import COPY_SCALE
from mtornet.expression import TIME
from mtornet.expression.arrays import evaluate_arrays
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods import ode
from mtornet.simulation.methods.ode_options import OdeOptions

FloatArray = NDArray[np.float64]
Sets = Mapping[str, FloatArray]
"""Values by name, each (n_sets,): parameters, or edits of cells by their label."""

AT_REST_S = 1e9
"""Time after which cells count as settled; 30 years, so that nothing of hours or weeks is left."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """One course of a group."""

    edits: tuple[CellEdit, ...]
    inputs: tuple[Mapping[str, float], ...]
    """Values in force in each stretch: ligands and drugs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Courses that differ in numbers only."""

    network: ReactionNetwork
    compiled: CompiledNetwork
    lanes: tuple[Lane, ...]
    starts: tuple[float, ...]
    """Start of each stretch, in seconds from 0."""
    times: FloatArray
    """When states are sampled; empty for cells that only come to rest."""

    def values(self, sets: Sets, n_sets: int) -> dict[str, FloatArray]:
        """Return every named constant; each is broadcastable to (n_sets, n_lanes, n_stretches)."""
        values: dict[str, FloatArray] = {}
        for name, value in self._plain().items():
            base = sets[name][:, None, None] if name in sets else np.full((1, 1, 1), value)
            values[name] = self._edited(name, base, sets, n_sets)
        for name in {name for lane in self.lanes for stretch in lane.inputs for name in stretch}:
            full = np.broadcast_to(values[name], (n_sets, len(self.lanes), len(self.starts))).copy()
            for i, lane in enumerate(self.lanes):
                for k, stretch in enumerate(lane.inputs):
                    if name in stretch:
                        full[:, i, k] = stretch[name]
            values[name] = full
        values[COPY_SCALE] = np.ones((1, 1, 1))
        for name, tree in self.compiled.derived:
            values[name] = np.asarray(evaluate_arrays(tree, values.__getitem__), dtype=np.float64)
        return values

    def initial(self, sets: Sets, n_sets: int) -> FloatArray:
        """Return the amounts that the tables give these cells, shape (n_sets, n_lanes, n_species)."""
        species = self.network.species.values()
        columns = [
            np.broadcast_to(
                self._edited(s.id, np.full((1, 1, 1), s.initial), sets, n_sets)[..., 0],
                (n_sets, len(self.lanes)),
            )
            for s in species
        ]
        return np.stack(columns, axis=-1)

    def _plain(self) -> dict[str, float]:
        network = self.network
        return {
            **{c.id: c.size for c in network.compartments.values()},
            **{p.id: p.value for p in network.parameters.values()},
            **{i.id: i.value for i in network.inputs.values()},
        }

    def _edited(self, name: str, base: FloatArray, sets: Sets, n_sets: int) -> FloatArray:
        if not any(edit.target == name for lane in self.lanes for edit in lane.edits):
            return base
        full = np.broadcast_to(base, (n_sets, len(self.lanes), 1)).copy()
        for i, lane in enumerate(self.lanes):
            for edit in lane.edits:
                if edit.target == name:
                    value = sets.get(edit.label, edit.value)
                    full[:, i, 0] = full[:, i, 0] * value if edit.multiply else value
        return full

    def solve(
        self, values: Mapping[str, FloatArray], x0: FloatArray, *, end: float, options: OdeOptions, jobs: int
    ) -> tuple[FloatArray, FloatArray]:
        """Integrate every lane of every set.

        Parameters
        ----------
        x0
            (n_sets, n_lanes, n_species) molecules.

        Returns
        -------
        amounts : shape (n_sets, n_lanes, n_times, n_species)
            NaN where a lane could not be solved.
        final : shape (n_sets, n_lanes, n_species)
        """
        n_sets, n_lanes, n_species = x0.shape
        shape = (n_sets, n_lanes, len(self.starts))
        trees = [*self.compiled.rate_constants, *self.compiled.pool]
        constants = np.ones((*shape, len(trees)))
        for j, tree in enumerate(trees):
            if tree is not None:
                constants[..., j] = np.broadcast_to(evaluate_arrays(tree, values.__getitem__), shape)
        found = ode.solve_many(
            self.compiled,
            breaks=np.array([*self.starts, end]),
            constants=constants.reshape(n_sets * n_lanes, len(self.starts), len(trees)),
            times=self.times,
            x0=x0.reshape(n_sets * n_lanes, n_species),
            options=options,
            lanes=ode.SCAN_LANES,
            jobs=jobs,
        )
        failed = found.status != 0
        found.amounts[failed], found.final[failed] = np.nan, np.nan
        return (
            found.amounts.reshape(n_sets, n_lanes, self.times.size, n_species),
            found.final.reshape(n_sets, n_lanes, n_species),
        )

    def observe(
        self, values: Mapping[str, FloatArray], amounts: FloatArray, readouts: Sequence[str]
    ) -> dict[str, FloatArray]:
        """Return read-outs or species by name, each (n_sets, n_lanes, n_times)."""
        column = {name: i for i, name in enumerate(self.compiled.species)}
        # A state sampled at the moment of a dose is the one before it.
        stretch = np.maximum(np.searchsorted(self.starts, self.times, side="left") - 1, 0)

        def value(name: str) -> FloatArray:
            if name in column:
                return amounts[..., column[name]]
            if name == TIME:
                return self.times
            full = values[name]
            return full[..., stretch] if np.ndim(full) and full.shape[-1] > 1 else full

        unfold = written_out(self.network)
        found = {}
        for name in readouts:
            known = self.network.readouts
            tree = unfold(known[name].expression) if name in known else None
            found[name] = np.broadcast_to(
                value(name) if tree is None else evaluate_arrays(tree, value), amounts.shape[:-1]
            )
        return found
