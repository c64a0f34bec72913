"""All facts of a network, their courses simulated together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mtornet.analysis.facts.binding import Binder, BoundCourse
from mtornet.analysis.facts.fact import Fact, FloatArray
from mtornet.analysis.facts.group import AT_REST_S, Group, Lane, Sets
from mtornet.analysis.facts.measure import measure
from mtornet.analysis.facts.treatment import Course
from mtornet.compiled.network import compile_network
from mtornet.errors import MtorNetError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods.ode_options import OdeOptions

SETS_AT_ONCE = 4
"""Sets solved in one go; measured best of 4, 8 and 16, since more only move memory."""

_OPTIONS = OdeOptions(rtol=1e-6, atol=1e-7)


@dataclass(slots=True)
class _Wanted:
    """What is asked of one course."""

    times: set[float] = field(default_factory=set)
    readouts: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Recorder:
    """Notes what measuring asks, instead of answering it."""

    binder: Binder
    wanted: dict[Course, _Wanted] = field(default_factory=dict)

    def look(self, course: Course, readout: str, times: tuple[float, ...]) -> FloatArray:
        self.binder.check(course, readout)
        wanted = self.wanted.setdefault(course, _Wanted())
        wanted.times.update(times)
        wanted.readouts[readout] = None
        return np.ones((1, len(times)))

    def vehicle(self, course: Course) -> Course:
        return self.binder.vehicle(course)

    def singles(self, course: Course) -> tuple[Course, ...]:
        return self.binder.singles(course)


@dataclass(slots=True)
class _Solved:
    """Answers from simulated courses."""

    binder: Binder
    places: Mapping[Course, tuple[int, int]]
    """Group and lane of each course."""
    times: Sequence[FloatArray]
    seen: Sequence[Mapping[str, FloatArray]]

    def look(self, course: Course, readout: str, times: tuple[float, ...]) -> FloatArray:
        group, lane = self.places[course]
        return self.seen[group][readout][:, lane, np.searchsorted(self.times[group], times)]

    def vehicle(self, course: Course) -> Course:
        return self.binder.vehicle(course)

    def singles(self, course: Course) -> tuple[Course, ...]:
        return self.binder.singles(course)


class Panel:
    """Facts made ready for one network.

    Parameters
    ----------
    network
        Without drugs.
    facts
        Rows of the layer ``mean``; those that this network cannot express are told apart.

    Attributes
    ----------
    facts
        Those that can be evaluated.
    missing
        Why the others cannot, by id.
    """

    def __init__(self, network: ReactionNetwork, facts: Sequence[Fact]) -> None:
        self.network = network
        self._binder = Binder(network)
        self.missing: dict[str, str] = {}
        kept: list[Fact] = []
        wanted: dict[Course, _Wanted] = {}
        for fact in facts:
            recorder = _Recorder(self._binder)
            try:
                measure(fact.quantity, fact.arms, recorder)
            except MtorNetError as error:
                self.missing[fact.id] = str(error)
                continue
            kept.append(fact)
            for course, asked in recorder.wanted.items():
                both = wanted.setdefault(course, _Wanted())
                both.times |= asked.times
                both.readouts |= asked.readouts
        self.facts = tuple(kept)
        self._prepare(wanted)

    def _prepare(self, wanted: Mapping[Course, _Wanted]) -> None:
        bound = {course: self._binder.bind(course, max(asked.times)) for course, asked in wanted.items()}
        rests = dict.fromkeys(each.rest for each in bound.values())
        self._rest = self._group(
            self.network, [Lane(edits=e, inputs=(dict(i),)) for e, i in rests], (0.0,), np.empty(0)
        )
        rest_index = {rest: i for i, rest in enumerate(rests)}
        members: dict[tuple[object, ...], list[Course]] = {}
        for course, each in bound.items():
            members.setdefault((each.binding, each.driven, each.starts), []).append(course)
        structures = {(each.binding, each.driven) for each in bound.values()}
        networks = {
            (binding, driven): self._binder.network_with(
                [d for e in bound.values() if (e.binding, e.driven) == (binding, driven) for d in e.drugs],
                driven,
            )
            for binding, driven in structures
        }
        self._groups: list[Group] = []
        self._readouts: list[tuple[str, ...]] = []
        self._from_rest: list[list[int]] = []
        self._columns: list[list[int]] = []
        self._places: dict[Course, tuple[int, int]] = {}
        for courses in members.values():
            first: BoundCourse = bound[courses[0]]
            times = np.array(sorted({t for course in courses for t in wanted[course].times}))
            lanes = [Lane(edits=bound[c].edits, inputs=bound[c].inputs) for c in courses]
            group = self._group(networks[first.binding, first.driven], lanes, first.starts, times)
            index = {name: i for i, name in enumerate(group.compiled.species)}
            self._places |= {course: (len(self._groups), i) for i, course in enumerate(courses)}
            self._groups.append(group)
            self._readouts.append(tuple(dict.fromkeys(r for c in courses for r in wanted[c].readouts)))
            self._from_rest.append([rest_index[bound[course].rest] for course in courses])
            self._columns.append([index[name] for name in self._rest.compiled.species])

    @staticmethod
    def _group(
        network: ReactionNetwork, lanes: list[Lane], starts: tuple[float, ...], times: FloatArray
    ) -> Group:
        return Group(
            network=network,
            compiled=compile_network(network),
            lanes=tuple(lanes),
            starts=starts,
            times=times,
        )

    @property
    def n_courses(self) -> int:
        """Number of simulations for one set of parameters, without those that bring cells to rest."""
        return len(self._places)

    @property
    def labels(self) -> frozenset[str]:
        """Names that a set may hold besides parameters: edits of cells that occur in the facts."""
        return frozenset(edit.label for lane in self._rest.lanes for edit in lane.edits)

    def values(
        self, sets: Sets | None = None, *, options: OdeOptions = _OPTIONS, jobs: int = 1
    ) -> dict[str, FloatArray]:
        """Return what each fact measures, by id, each (n_sets, n_values).

        Parameters
        ----------
        sets
            Values of parameters and of cells' edits (by ``variant.target``), each (n_sets,); the network's
            own if not given.
        """
        sets = dict(sets or {})
        n_sets = len(next(iter(sets.values()))) if sets else 1
        chunks = [
            self._chunk({name: v[i : i + SETS_AT_ONCE] for name, v in sets.items()}, options, jobs)
            for i in range(0, n_sets, SETS_AT_ONCE)
        ]
        return {fact.id: np.concatenate([chunk[fact.id] for chunk in chunks]) for fact in self.facts}

    def margins(
        self, sets: Sets | None = None, *, options: OdeOptions = _OPTIONS, jobs: int = 1
    ) -> dict[str, FloatArray]:
        """Return the signed distance of each fact to its nearer bound, by id, each (n_sets,)."""
        values = self.values(sets, options=options, jobs=jobs)
        return {fact.id: fact.margins(values[fact.id]) for fact in self.facts}

    def _chunk(self, sets: Sets, options: OdeOptions, jobs: int) -> dict[str, FloatArray]:
        n_sets = len(next(iter(sets.values()))) if sets else 1
        rest = self._rest
        _, settled = rest.solve(
            rest.values(sets, n_sets), rest.initial(sets, n_sets), end=AT_REST_S, options=options, jobs=jobs
        )
        seen = []
        for group, lanes, columns, readouts in zip(
            self._groups, self._from_rest, self._columns, self._readouts, strict=True
        ):
            values = group.values(sets, n_sets)
            x0 = group.initial(sets, n_sets)
            x0[..., columns] = settled[:, lanes]
            # Beyond the last look nothing is needed; a course with looks at 0 only still needs a stretch.
            end = max(float(group.times[-1]), group.starts[-1] + 1.0)
            amounts, _ = group.solve(values, x0, end=end, options=options, jobs=jobs)
            seen.append(group.observe(values, amounts, readouts))
        solved = _Solved(self._binder, self._places, [group.times for group in self._groups], seen)
        return {fact.id: measure(fact.quantity, fact.arms, solved) for fact in self.facts}
