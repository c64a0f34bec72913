"""Carry out the arms of an experiment, deterministically or cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mtornet.compiled.bind import bind, initial_amounts, rate_constants, values_of
from mtornet.compiled.network import CompiledNetwork, compile_network
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.experiment.pk.drive import driven
from mtornet.experiment.population import Population
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import canonical_json
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import ode
from mtornet.simulation.methods.catalogue import STOCHASTIC
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.moments import StreamingMoments
from mtornet.simulation.observe import Observer
from mtornet.simulation.problem import CellSamples, FloatArray, IntArray, Problem
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.rounding import rounded_start, scattered_starts
from mtornet.simulation.steady_state import SteadyState, find_steady_state

Consumer = Callable[[CellSamples], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmResult:
    """Read-outs of one arm over time."""

    arm: Arm
    variant: str
    context: str
    times: FloatArray
    readouts: tuple[str, ...]
    units: tuple[str, ...]
    moments: StreamingMoments
    cells: FloatArray
    """(n_cells, n_times, n_readouts) per cell; empty for a deterministic run."""
    status: IntArray
    n_events: IntArray
    algorithm: str
    """What computed it, in words."""
    own_vehicle: FloatArray | None = None
    """(n_cells, n_times, n_readouts) of the same cells without drug, where abundances differ."""


@dataclass(slots=True)
class Setup:
    """A network made ready for one protocol."""

    network: ReactionNetwork
    compiled: CompiledNetwork
    stretches: list[tuple[float, dict[str, float]]]
    end_s: float
    before: ReactionNetwork
    """The same cells before any drug exists in the network."""
    steady: SteadyState | None
    settle_inputs: dict[str, float]


@dataclass(slots=True)
class Experiment:
    """Runs arms on one network; arms that start from the same cells share them.

    Parameters
    ----------
    network
        Without drugs; each arm adds its own, so that arms do not depend on each other.
    readouts
        Ids of read-outs or species to follow.
    times
        Seconds, ascending, from 0.
    """

    network: ReactionNetwork
    readouts: tuple[str, ...]
    times: FloatArray
    progress: Progress = field(default_factory=Silent)
    stop: StopFlag = field(default_factory=StopFlag)
    ode_options: OdeOptions = field(default_factory=OdeOptions)
    made: tuple[ReactionNetwork, ReactionNetwork] | None = None
    """Cells without and with drugs, if the caller has built them; a protocol's genotype is in them then."""
    _networks: dict[
        tuple[str | None, str, tuple[str, ...], tuple[str, ...]], tuple[ReactionNetwork, ReactionNetwork]
    ] = field(default_factory=dict)
    _rest: dict[str, SteadyState] = field(default_factory=dict)
    _cells: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def steady_state(self) -> SteadyState | None:
        """The first steady state that cells were brought to, if any were."""
        return next(iter(self._rest.values()), None)

    def check(self, arm: Arm) -> tuple[ReactionNetwork, ReactionNetwork]:
        """Build the cells of an arm, without and with its drugs; a mistake in its protocol is an error."""
        protocol = arm.protocol
        names = protocol.drug_names(self.network)
        if self.made is not None:
            before, network = self.made[0], self.made[1] if names else self.made[0]
            protocol.stretches(network)
            return before, network
        courses = tuple(protocol.courses(self.network))
        key = (protocol.context, protocol.variant, names, courses)
        if key not in self._networks:
            before = network = protocol.cells_of(self.network)
            for name in names:
                network = with_drug(network, find_drug(network.model, name))
            for name in courses:
                network = driven(network, name)
            self._networks[key] = (before, network)
        protocol.stretches(self._networks[key][1])
        return self._networks[key]

    def prepare(self, arm: Arm) -> Setup:
        """Check a protocol, build its network and bring its cells to rest."""
        protocol = arm.protocol
        before, network = self.check(arm)
        stretches = protocol.stretches(network)
        settle_inputs = protocol.settle_inputs(before)
        steady = None
        if protocol.before is not None:
            key = canonical_json([before.sha256, settle_inputs])
            if key not in self._rest:
                compiled = compile_network(before)
                constants = rate_constants(compiled, values_of(before, compiled, settle_inputs))
                self._rest[key] = find_steady_state(
                    compiled, constants, initial_amounts(before), self.ode_options
                )
            steady = self._rest[key]
        assert protocol.end_s is not None
        return Setup(
            network=network,
            compiled=compile_network(network),
            stretches=stretches,
            end_s=protocol.end_s,
            before=before,
            steady=steady,
            settle_inputs=settle_inputs,
        )

    def deterministic(self, arm: Arm) -> ArmResult:
        """Solve the rate equations of one arm."""
        setup = self.prepare(arm)
        start = initial_amounts(setup.network)
        if setup.steady is not None:
            start = carried(setup.steady.amounts, setup.before, start, setup.network)
        problem = self._problem(setup, start, copy_scale=1.0)
        amounts, _ = ode.solve(problem, self.ode_options)
        values = self._observer(setup, 1.0)(amounts)
        moments = StreamingMoments(*values.shape)
        moments.add(values)
        none = np.zeros(1, dtype=np.int64)
        return self.result(arm, moments, np.empty((0, *values.shape)), none, none, ode.ALGORITHM)

    def stochastic(self, arm: Arm, population: Population) -> ArmResult:
        """Simulate the cells of one arm."""
        setup = self.prepare(arm)
        start = initial_amounts(setup.network, copy_scale=population.copy_scale)
        typical = start
        if setup.steady is not None:
            settled = self._settled_cells(setup, population)
            rest = scaled(setup.steady.amounts, setup.before, population.copy_scale)
            typical = carried(rest, setup.before, start, setup.network)
            start = carried(settled, setup.before, start, setup.network)
        else:
            start = rounded_start(start, setup.network, setup.compiled)
        observer = self._observer(setup, population.copy_scale)
        moments = StreamingMoments(self.times.size, len(self.readouts))
        kept: list[FloatArray] = []
        status: list[IntArray] = []
        events: list[IntArray] = []

        def consume(samples: CellSamples) -> None:
            values = observer(samples.counts)
            moments.add_cells(values[samples.status == 0])
            kept.append(values)
            status.append(samples.status)
            events.append(samples.n_events)

        # Cells stopped while settling are missing; the others are those of the lowest indices.
        algorithm = self._run(
            arm.condition,
            replace(self._problem(setup, start, copy_scale=population.copy_scale), typical=typical),
            replace(population, cells=len(start)) if start.ndim == 2 and len(start) else population,
            consume,
        )
        empty = np.empty((0, self.times.size, len(self.readouts)))
        no_codes = np.zeros(0, dtype=np.int64)
        return self.result(
            arm,
            moments,
            np.concatenate([empty, *kept]),
            np.concatenate([no_codes, *status]),
            np.concatenate([no_codes, *events]),
            algorithm,
        )

    def settle(self, arm: Arm, population: Population) -> None:
        """Bring the cells of an arm to rest ahead, so that arms run by several threads find them."""
        setup = self.prepare(arm)
        if setup.steady is not None:
            self._settled_cells(setup, population)

    def _settled_cells(self, setup: Setup, population: Population) -> FloatArray:
        """Let cells fluctuate around the steady state; arms with the same start share them."""
        assert setup.steady is not None
        key = canonical_json(
            [setup.before.sha256, setup.settle_inputs, population.copy_scale, population.settle_s]
        )
        # The streams depend on what happens to the cells, and on the seed; who asks, also on how many.
        asked = canonical_json(
            [
                key,
                population.seed,
                population.cells,
                population.max_events,
                population.algorithm,
                population.method,
                population.max_step_s,
                population.first_cell,
                repr(population.options),
            ]
        )
        if asked in self._cells:
            return self._cells[asked]
        before = setup.before
        compiled = compile_network(before, copy_scale=population.copy_scale)
        start = scattered_starts(
            setup.steady.amounts,
            before,
            compiled,
            copy_scale=population.copy_scale,
            cells=population.cells,
            seed=population.seed,
            content=key,
            first_cell=population.first_cell,
        )
        problem = Problem(
            compiled=compiled,
            segments=bind(
                before,
                compiled,
                [(-population.settle_s, setup.settle_inputs, {})],
                0.0,
                copy_scale=population.copy_scale,
            ),
            times=np.empty(0),
            x0=start,
            typical=scaled(setup.steady.amounts, before, population.copy_scale),
            content=f"settle\x1f{key}",
        )
        # An interruption may leave not one cell finished.
        finals: list[FloatArray] = [np.empty((0, len(before.species)))]

        def consume(samples: CellSamples) -> None:
            finals.append(samples.final[samples.status == 0])

        if population.settle_s > 0:
            self._run("settling", problem, population, consume)
        else:
            finals.append(start)
        cells = np.concatenate(finals)
        if len(cells) < population.cells and not self.stop.is_set:
            raise ProtocolError(
                f"{population.cells - len(cells)} of {population.cells} cells used up their event budget "
                "while settling; raise max_events, lower copy_scale or settle for a shorter time"
            )
        self._cells[asked] = cells
        return cells

    def _run(self, label: str, problem: Problem, population: Population, consume: Consumer) -> str:
        if population.cells == 0 or (problem.x0.ndim == 2 and not len(problem.x0)):
            return "nothing ran"
        self.progress.begin(label, float(population.cells))
        algorithm = STOCHASTIC[population.method].run_cells(
            problem,
            cells=population.cells,
            first_cell=population.first_cell,
            seed=population.seed,
            jobs=population.jobs,
            options=population.method_options(),
            progress=self.progress,
            stop=self.stop,
            consume=consume,
        )
        self.progress.end()
        return algorithm

    def _problem(self, setup: Setup, start: FloatArray, *, copy_scale: float) -> Problem:
        stretches: list[tuple[float, Mapping[str, float], Mapping[str, float]]] = [
            (time, values, {}) for time, values in setup.stretches
        ]
        compiled = compile_network(setup.network, copy_scale=copy_scale)
        segments = bind(setup.network, compiled, stretches, setup.end_s, copy_scale=copy_scale)
        return Problem(
            compiled=compiled,
            segments=segments,
            times=self.times,
            x0=start,
            content=canonical_json(
                [setup.network.sha256, setup.settle_inputs, setup.stretches, setup.end_s, copy_scale]
            ),
        )

    def _observer(self, setup: Setup, copy_scale: float) -> Observer:
        # The state at time 0 is seen before the first dose acts, under the conditions of settling.
        stretches = [(-1.0, setup.settle_inputs), *setup.stretches]
        return Observer(
            setup.network,
            setup.compiled,
            readouts=self.readouts,
            times=self.times,
            stretches=stretches,
            copy_scale=copy_scale,
        )

    def result(
        self,
        arm: Arm,
        moments: StreamingMoments,
        cells: FloatArray,
        status: IntArray,
        events: IntArray,
        algorithm: str,
        own_vehicle: FloatArray | None = None,
    ) -> ArmResult:
        """Return what was found for an arm, with the labels of its read-outs and cells."""
        known = self.network.readouts
        before = self.check(arm)[0]
        return ArmResult(
            arm=arm,
            variant=before.variant,
            context=before.context,
            times=self.times,
            readouts=self.readouts,
            units=tuple(known[name].unit if name in known else "molecule" for name in self.readouts),
            moments=moments,
            cells=cells,
            status=status,
            n_events=events,
            algorithm=algorithm,
            own_vehicle=own_vehicle,
        )


def scaled(amounts: FloatArray, network: ReactionNetwork, copy_scale: float) -> FloatArray:
    """Return the amounts of a smaller cell; variables have no size."""
    n = len(network.species)
    return np.concatenate([amounts[:n] * copy_scale, amounts[n:]])


def carried(
    amounts: FloatArray, before: ReactionNetwork, start: FloatArray, after: ReactionNetwork
) -> FloatArray:
    """Put the amounts of the settled network into one that holds more species, such as a drug's."""
    index = {name: i for i, name in enumerate(after.species)}
    columns = [index[name] for name in before.species]
    carried = np.broadcast_to(start, (*amounts.shape[:-1], start.size)).copy()
    carried[..., columns] = amounts
    return carried


def check_readouts(network: ReactionNetwork, names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the ids to follow: those given, or all read-outs; a wrong name is an error."""
    known = [*network.readouts, *network.species]
    for name in names or ():
        if name not in known:
            raise unknown_name("read-out", name, known)
    return tuple(names) if names else tuple(network.readouts)
