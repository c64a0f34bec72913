"""One experiment on many versions of a cell: the rate equations of all of them side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from mtornet.compiled.bind import initial_amounts
from mtornet.compiled.bind_many import rows_of_constants, values_of_points
from mtornet.compiled.moving import written_out
from mtornet.compiled.network import CompiledNetwork, compile_network
from mtornet.compiled.status import COMPLETE, INTERRUPTED, STATUS_NAMES
from mtornet.errors import IntegrationError, ProtocolError
from mtornet.experiment.arms import Arm
from mtornet.experiment.execute import Experiment, carried
from mtornet.experiment.rests import Rests
from mtornet.expression import TIME, Symbol
from mtornet.expression.arrays import evaluate_arrays
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import canonical_json
from mtornet.simulation.methods import ode
from mtornet.simulation.parallel import available_jobs
from mtornet.simulation.problem import FloatArray, IntArray
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.steady_state import TOLERANCE, find_steady_state

SETTLE_S = 1e8
"""Time for which points are settled together; the few that move after it are settled one by one."""

NOT_AT_REST = -10
"""Status of a point whose cells never come to rest."""

BLOCK = 1024
"""Points solved in one call, so that memory does not grow with their number."""

Stretches = list[tuple[float, dict[str, float]]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """Versions of a cell: what differs from the network, each array of shape (n_points,)."""

    parameters: Mapping[str, FloatArray] = field(default_factory=dict)
    """Values of parameters and of ligands; those of ligands hold at all times."""
    amounts: Mapping[str, FloatArray] = field(default_factory=dict)
    """Molecules per cell before settling."""
    doses: Mapping[str, FloatArray] = field(default_factory=dict)
    """Multiples of the concentrations that an arm gives, by drug."""
    n_points: int | None = None
    """How many there are, if they may differ in nothing."""

    def __post_init__(self) -> None:
        shapes = {name: np.shape(values) for name, values in self._all.items()}
        if self.n_points is not None:
            shapes["n_points"] = (self.n_points,)
        if not shapes or len(set(shapes.values())) != 1 or len(next(iter(shapes.values()))) != 1:
            listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "none"
            raise ProtocolError(f"points: expected one-dimensional arrays of one length, got {listed}")

    @property
    def _all(self) -> dict[str, FloatArray]:
        doses = {f"dose of {name}": values for name, values in self.doses.items()}
        return {**self.parameters, **self.amounts, **doses}

    def __len__(self) -> int:
        return self.n_points if self.n_points is not None else len(next(iter(self._all.values())))

    def take(self, rows: IntArray | slice) -> Points:
        """Return some of the points."""
        return Points(
            parameters={name: np.asarray(v)[rows] for name, v in self.parameters.items()},
            amounts={name: np.asarray(v)[rows] for name, v in self.amounts.items()},
            doses={name: np.asarray(v)[rows] for name, v in self.doses.items()},
            n_points=np.arange(len(self))[rows].size,
        )

    def cells(self, before: ReactionNetwork) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
        """Return the parameters and amounts that cells without drugs know."""
        known = (before.parameters, before.inputs)
        return (
            {name: v for name, v in self.parameters.items() if any(name in names for names in known)},
            {name: v for name, v in self.amounts.items() if name in before.species},
        )

    def blocks(self) -> Iterator[tuple[slice, Points]]:
        """Yield the points a block at a time, with where they stand."""
        for first in range(0, len(self), BLOCK):
            part = slice(first, min(first + BLOCK, len(self)))
            yield part, self.take(part)


@dataclass(slots=True)
class PointRunner:
    """Runs arms of an experiment on many points; those that start from the same cells share their rest.

    A point's result depends on no other point, on no thread and no block.
    """

    experiment: Experiment
    points: Points
    jobs: int | None = None
    rests: Rests = field(default_factory=Rests)
    """Cells at rest that are known already; several runners may share them."""

    def __call__(self, arm: Arm) -> tuple[FloatArray, IntArray]:
        """Solve one arm.

        Returns
        -------
        values : shape (n_points, n_times, n_readouts)
            Read-outs of the experiment; NaN where a point could not be solved.
        status : shape (n_points,)
            0 if complete; words for the others in :func:`status_name`.
        """
        before, network = self.experiment.check(arm)
        protocol = arm.protocol
        stretches, settle = protocol.stretches(network), protocol.settle_inputs(before)
        assert protocol.end_s is not None
        n, times = len(self.points), self.experiment.times
        values = np.full((n, times.size, len(self.experiment.readouts)), np.nan)
        status = np.zeros(n, dtype=np.int64)
        rest: FloatArray | None = None
        if protocol.before is not None:
            rest, status[:] = self._at_rest(before, settle)
        compiled = compile_network(network)
        starts = np.array([start for start, _ in stretches] + [protocol.end_s])
        self.experiment.progress.begin(arm.condition, n)
        for part, block in self.points.blocks():
            x0 = _amounts(network, block.amounts, initial_amounts(network), len(block))
            if rest is not None:
                x0 = carried(rest[part], before, x0[0], network)
            rows = [rows_of_constants(compiled, v, len(block)) for v in _each(network, stretches, block)]
            found = ode.solve_many(
                compiled,
                breaks=starts,
                constants=np.stack(rows, axis=1),
                times=times,
                x0=np.where(np.isfinite(x0), x0, 0.0),
                options=self.experiment.ode_options,
                jobs=self.jobs if self.jobs is not None else available_jobs(),
                stop=self.experiment.stop,
            )
            settled = status[part] == COMPLETE
            status[part] = np.where(settled, found.status, status[part])
            states = ode.without_rounding(found.amounts, self.experiment.ode_options)
            seen = self._seen(network, compiled, [(-1.0, settle), *stretches], block, states)
            values[part] = np.where((status[part] == COMPLETE)[:, None, None], seen, np.nan)
            self.experiment.progress.at(part.stop)
        self.experiment.progress.end()
        return values, status

    def at_rest(self, arm: Arm) -> tuple[FloatArray, IntArray]:
        """Return the steady state of each point before an arm's first dose, and how settling ended.

        Returns
        -------
        amounts : shape (n_points, n_species)
            Of the network without drugs; NaN where a point never comes to rest.
        status : shape (n_points,)
            0 if at rest.
        """
        before = self.experiment.check(arm)[0]
        return self._at_rest(before, arm.protocol.settle_inputs(before))

    def _at_rest(self, before: ReactionNetwork, settle: dict[str, float]) -> tuple[FloatArray, IntArray]:
        key = canonical_json([before.sha256, settle])
        parameters, amounts = self.points.cells(before)
        columns = [np.asarray(v, dtype=np.float64) for v in (*parameters.values(), *amounts.values())]
        rows = np.stack(columns, axis=1) if columns else np.zeros((len(self.points), 0))
        keys = [(key, *parameters, "", *amounts, row.tobytes()) for row in rows]
        wanted: dict[Hashable, int] = {}
        for i, each in enumerate(keys):
            wanted.setdefault(each, i)
        found = self.rests.known(wanted)
        if len(found) < len(wanted):
            new = [each for each in wanted if each not in found]
            points = self.points.take(np.array([wanted[each] for each in new]))
            for part, block in points.blocks():
                rest, status = self._settled(before, settle, block)
                fresh = {new[part.start + i]: (rest[i], int(status[i])) for i in range(len(block))}
                found |= fresh
                self.rests.keep({each: entry for each, entry in fresh.items() if entry[1] != INTERRUPTED})
        every = [found[each] for each in keys]
        return np.array([rest for rest, _ in every]), np.array([status for _, status in every])

    def _settled(
        self, before: ReactionNetwork, settle: dict[str, float], block: Points
    ) -> tuple[FloatArray, IntArray]:
        compiled, options = compile_network(before), self.experiment.ode_options
        parameters, known_amounts = block.cells(before)
        values = values_of_points(before, compiled, {**settle, **parameters})
        constants = rows_of_constants(compiled, values, len(block))
        x0 = _amounts(before, known_amounts, initial_amounts(before), len(block))
        found = ode.solve_many(
            compiled,
            breaks=np.array([0.0, SETTLE_S]),
            constants=constants[:, None, :],
            times=np.empty(0),
            x0=x0,
            options=options,
            jobs=self.jobs if self.jobs is not None else available_jobs(),
            stop=self.experiment.stop,
        )
        amounts, status = found.final, found.status.copy()
        for i in np.flatnonzero(status != INTERRUPTED):
            slope = functions(compiled, constants[i])[0](0.0, amounts[i])
            moves = np.max(np.abs(slope) * 3600.0 / (np.abs(amounts[i]) + 1.0), initial=0.0)
            if status[i] == COMPLETE and moves <= TOLERANCE:
                continue
            try:
                amounts[i] = find_steady_state(compiled, constants[i], x0[i], options).amounts
                status[i] = COMPLETE
            except IntegrationError:
                amounts[i], status[i] = np.nan, NOT_AT_REST
        return amounts, status

    def _seen(
        self,
        network: ReactionNetwork,
        compiled: CompiledNetwork,
        stretches: Stretches,
        block: Points,
        states: FloatArray,
    ) -> FloatArray:
        """Return read-outs (n_points, n_times, n_readouts) of states (n_points, n_times, n_states)."""
        times = self.experiment.times
        starts = np.array([start for start, _ in stretches])
        # A state sampled at the moment of a dose is the one before it.
        stretch = np.maximum(np.searchsorted(starts, times, side="left") - 1, 0)
        values = list(_each(network, stretches, block))
        column = {name: i for i, name in enumerate(compiled.species)}
        unfold = written_out(network)

        def value(name: str) -> FloatArray:
            if name in column:
                return states[:, :, column[name]]
            if name == TIME:
                return times[None, :]
            return np.stack([np.broadcast_to(values[i][name], len(block)) for i in stretch], axis=1)

        seen = np.empty((len(block), times.size, len(self.experiment.readouts)))
        for k, name in enumerate(self.experiment.readouts):
            known = network.readouts
            tree = unfold(known[name].expression) if name in known else Symbol(name)
            seen[:, :, k] = evaluate_arrays(tree, value)
        return seen


def status_name(status: int) -> str:
    """Return how a point ended, in a word."""
    return "not_at_rest" if status == NOT_AT_REST else STATUS_NAMES[int(status)]


def _each(network: ReactionNetwork, stretches: Stretches, block: Points) -> Iterator[dict[str, FloatArray]]:
    """Yield the values of each stretch at the points of a block."""
    compiled = compile_network(network)
    for _, changed in stretches:
        doses = {name: changed[name] * np.asarray(v) for name, v in block.doses.items() if name in changed}
        yield values_of_points(network, compiled, {**changed, **doses, **block.parameters})


def _amounts(
    network: ReactionNetwork, changed: Mapping[str, FloatArray], start: FloatArray, n_points: int
) -> FloatArray:
    index = {name: i for i, name in enumerate(network.species)}
    amounts = np.repeat(start[None, :], n_points, axis=0)
    for name, values in changed.items():
        if name not in index:
            raise unknown_name("species", name, index)
        amounts[:, index[name]] = values
    return amounts
