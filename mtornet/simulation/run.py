"""``simulate``: a network, times and a method in; amounts out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.errors import ProtocolError
from mtornet.names import did_you_mean, unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import versions
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.linear_noise import NormalMoments, linear_noise
from mtornet.simulation.methods import lna, ode
from mtornet.simulation.methods.catalogue import KISAO, METHODS, STOCHASTIC
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.moments import EXACT_CELLS, StreamingMoments
from mtornet.simulation.observe import Observer
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.result import SimulationResult, status_names
from mtornet.simulation.rounding import rounded_start
from mtornet.simulation.seeds import drawn_seed
from mtornet.units import time_in_seconds


def simulate(
    network: ReactionNetwork,
    times: Sequence[float | str] | FloatArray,
    *,
    method: str = "ode",
    cells: int = 1,
    seed: int | None = 0,
    jobs: int | None = None,
    keep: str = "summary",
    copy_scale: float = 1.0,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
    **method_options: Any,
) -> SimulationResult:
    """Simulate a network from its initial amounts.

    Parameters
    ----------
    times
        Ascending; seconds, or text such as ``"6 h"``. The first is where the simulation starts.
    method
        ``"ode"`` (rate equations), ``"ssa"`` (exact stochastic simulation), ``"tau"`` (tau-leaping),
        ``"hybrid"`` (Langevin equations with low-copy species as whole molecules), ``"cle"`` (Langevin
        equations) or ``"lna"`` (linear noise approximation: mean and sd without cells).
    cells
        Independent cells of a stochastic run.
    seed
        Of the random streams; ``None`` draws one. Always in the result.
    jobs
        Threads; all cores if not given. Changes no number.
    keep
        ``"summary"`` or ``"trajectories"``.
    copy_scale
        Fraction of a real cell to simulate stochastically: amounts and volume shrink together, the
        rate equations stay the same and noise variance grows as its inverse. Results are given per
        whole cell.
    stop
        Set from elsewhere, or by Ctrl-C, it ends the run; finished cells are kept and a warning says
        how many there are.
    **method_options
        ``rtol``, ``atol``, ``max_steps`` (ode); ``max_events``, ``algorithm`` (ssa); ``epsilon``,
        ``turnover``, ``order``, ``n_critical``, ``max_events`` (tau); ``max_step_s``,
        ``few_copies``, ``discrete`` and others of :class:`LangevinOptions` (hybrid, cle); ``initial``,
        ``rtol``, ``atol``, ``max_steps`` (lna).

    Raises
    ------
    ProtocolError
        If times, cells or options make no sense.
    """
    grid = ascending_times(times)
    _check(method, cells, keep, copy_scale)
    scale = copy_scale if method in STOCHASTIC else 1.0
    compiled = compile_network(network, copy_scale=scale)
    segments = bind(network, compiled, [(float(grid[0]), {}, {})], float(grid[-1]), copy_scale=scale)
    x0 = initial_amounts(network, copy_scale=scale)
    if method in STOCHASTIC:
        x0 = rounded_start(x0, network, compiled)
    observer = Observer(
        network, compiled, readouts=None, times=grid, stretches=[(float(grid[0]), {})], copy_scale=scale
    )
    room = None
    if method in STOCHASTIC and keep == "trajectories":
        room = np.empty((cells, grid.size, len(observer.names)))
    problem = Problem(
        compiled=compiled,
        segments=segments,
        times=grid,
        x0=x0,
        content=f"{network.sha256}\x1f{scale!r}",
        room=room if observer.is_plain else None,
    )
    if method == "ode":
        amounts, _ = ode.solve(problem, method_options_for(OdeOptions, method_options), stop=stop)
        return _result(
            network, observer, grid, _one(observer(amounts)), method, None, [], keep, ode.ALGORITHM
        )
    if method == "lna":
        lna_options = method_options_for(lna.LnaOptions, method_options)
        normal = linear_noise(network, problem, observer, lna_options, copy_scale=copy_scale, stop=stop)
        return _result(network, observer, grid, normal, method, None, [], keep, lna.ALGORITHM)
    options = method_options_for(STOCHASTIC[method].options, method_options)
    used_seed = drawn_seed() if seed is None else int(seed)
    gathered, flag = _Gathered(observer, room), StopFlag() if stop is None else stop
    listener = progress or Silent()
    listener.begin(f"{cells} cells", float(cells))
    algorithm = STOCHASTIC[method].run_cells(
        problem,
        cells=cells,
        seed=used_seed,
        jobs=jobs,
        options=options,
        progress=listener,
        stop=flag,
        consume=gathered.add,
    )
    listener.end()
    # Who passed a flag knows that it was set.
    if flag.is_set and stop is None:
        if not gathered.n_complete:
            raise KeyboardInterrupt
        warnings.warn(
            f"interrupted: the result holds {gathered.n_complete} of {cells} cells",
            RuntimeWarning,
            stacklevel=2,
        )
    return _result(
        network,
        observer,
        grid,
        gathered.moments,
        method,
        used_seed,
        gathered.chunks,
        keep,
        algorithm,
        gathered.kept,
    )


def _check(method: str, cells: int, keep: str, copy_scale: float) -> None:
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    if cells < 1 or int(cells) != cells:
        raise ProtocolError(f"cells: expected a whole number >= 1, got {cells!r}")
    if keep not in ("summary", "trajectories"):
        raise ProtocolError(f"keep: expected 'summary' or 'trajectories', got {keep!r}")
    if not (np.isfinite(copy_scale) and copy_scale > 0):
        raise ProtocolError(f"copy_scale: expected a number > 0, got {copy_scale!r}")
    if method == "lna" and (cells != 1 or keep != "summary"):
        raise ProtocolError(
            "method 'lna' gives mean and standard deviation without cells: leave out cells and keep, or use "
            "'cle' or 'hybrid'"
        )


def ascending_times(times: Sequence[float | str] | FloatArray) -> FloatArray:
    """Return times in seconds; none, endless or descending ones are refused."""
    grid = np.array([time_in_seconds(t, what="times") for t in times], dtype=np.float64)
    if grid.size == 0 or not np.all(np.isfinite(grid)):
        raise ProtocolError("times: expected at least one finite time")
    if np.any(np.diff(grid) < 0):
        raise ProtocolError("times: expected ascending times")
    return grid


def method_options_for(kind: type[Any], given: dict[str, Any]) -> Any:
    """Make a method's options from keywords; a typo is an error with the nearest name."""
    known = [f.name for f in fields(kind)]
    for name in given:
        if name not in known:
            raise ProtocolError(
                f"unknown option {name!r}{did_you_mean(name, known) or '; known: ' + ', '.join(known)}"
            )
    return kind(**given)


def _one(values: FloatArray) -> StreamingMoments:
    moments = StreamingMoments(*values.shape)
    moments.add(values)
    return moments


class _Gathered:
    """Takes finished cells in, keeps their sums and, if there is room, the cells."""

    def __init__(self, observer: Observer, room: FloatArray | None) -> None:
        self.observer = observer
        self.moments: StreamingMoments | None = None
        self.chunks: list[CellSamples] = []
        self._room = room
        self._n_kept = 0

    @property
    def n_complete(self) -> int:
        return self.moments.n if self.moments is not None else 0

    @property
    def kept(self) -> FloatArray | None:
        """The cells, if asked for and if there are any."""
        return self._room[: self._n_kept] if self._room is not None and self._n_kept else None

    def add(self, samples: CellSamples) -> None:
        values = self.observer(samples.counts)
        if self._room is not None:
            kept = self._room[self._n_kept : self._n_kept + len(values)]
            self._n_kept += len(values)
            if not self.observer.is_plain:
                kept[...] = values
            values = kept
        if self.moments is None:
            # Cells that stay in memory can be asked for any quantile later.
            limit = EXACT_CELLS if self._room is None else np.inf
            self.moments = StreamingMoments(*values.shape[1:], exact_cells=limit)
        complete = samples.status == 0
        self.moments.add_cells(values if complete.all() else values[complete])
        empty = np.empty(0)
        self.chunks.append(
            CellSamples(
                first_cell=samples.first_cell,
                counts=empty,
                final=empty,
                n_events=samples.n_events,
                status=samples.status,
            )
        )


def _result(
    network: ReactionNetwork,
    observer: Observer,
    grid: FloatArray,
    moments: StreamingMoments | NormalMoments | None,
    method: str,
    seed: int | None,
    chunks: list[CellSamples],
    keep: str,
    algorithm: str,
    kept: FloatArray | None = None,
) -> SimulationResult:
    if moments is None:
        moments = StreamingMoments(grid.size, len(observer.names))
    volumes = [
        network.compartments[network.species[name].compartment].size if name in network.species else np.nan
        for name in observer.names
    ]
    codes = np.concatenate([c.status for c in chunks]) if chunks else np.zeros(1, dtype=np.int64)
    events = np.concatenate([c.n_events for c in chunks]) if chunks else np.zeros(1, dtype=np.int64)
    counts = None
    if keep == "trajectories":
        counts = kept if kept is not None else moments.mean[None]
    return SimulationResult(
        times=grid,
        species=observer.names,
        mean=moments.mean,
        sd=moments.sd,
        counts=counts,
        status=status_names(codes),
        n_events=events,
        seed=seed,
        method=method,
        kisao=KISAO[method],
        provenance={
            "model": network.model,
            "model_sha256": network.sha256,
            "algorithm": algorithm,
            "versions": versions(),
        },
        volumes=np.array(volumes),
        quantiles_of=moments.quantile,
    )
