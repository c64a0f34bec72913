"""``simulate_many``: the rate equations for many parameter sets at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from mtornet.compiled.bind import initial_amounts
from mtornet.compiled.bind_many import Values, rows_of_constants, values_of_points
from mtornet.compiled.moving import written_out
from mtornet.compiled.network import CompiledNetwork, compile_network
from mtornet.compiled.status import STATUS_NAMES
from mtornet.errors import ProtocolError
from mtornet.expression import TIME, Symbol
from mtornet.expression.arrays import evaluate_arrays
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods import ode
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.parallel import available_jobs
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.run import ascending_times

if TYPE_CHECKING:
    import pandas as pd
_DEFAULT = OdeOptions()
BLOCK_BYTES = 1_000_000
"""Of states that are observed together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetsResult:
    """Solutions of the rate equations, one for each parameter set."""

    times: FloatArray
    """(n_times,) s."""
    species: tuple[str, ...]
    """Ids of the columns: species, variables, then read-outs of other names, or those asked for."""
    values: FloatArray
    """(n_sets, n_times, n_columns) molecules; NaN where a set could not be solved."""
    status: tuple[str, ...]
    """``complete``, or why a set stopped."""
    parameters: Mapping[str, FloatArray]
    """Values by name, each (n_sets,)."""
    kisao: str
    algorithm: str

    def __getitem__(self, name: str) -> FloatArray:
        """Return one read-out or species, shape (n_sets, n_times)."""
        if name not in self.species:
            raise unknown_name("species or read-out", name, self.species)
        return self.values[:, :, self.species.index(name)]

    def to_frame(self) -> pd.DataFrame:
        """Return a tidy table: parameters, ``set``, ``time_s``, and one column per species or read-out."""
        import pandas as pd

        n_sets, n_times, n_columns = self.values.shape
        columns = {
            "set": np.repeat(np.arange(n_sets), n_times),
            **{name: np.repeat(values, n_times) for name, values in self.parameters.items()},
            "time_s": np.tile(self.times, n_sets),
        }
        flat = self.values.reshape(n_sets * n_times, n_columns)
        return pd.DataFrame(columns | {name: flat[:, k] for k, name in enumerate(self.species)})


def simulate_many(
    network: ReactionNetwork,
    times: Sequence[float | str] | FloatArray,
    *,
    parameters: Mapping[str, ArrayLike],
    readouts: Sequence[str] | None = None,
    jobs: int | None = None,
    rtol: float = _DEFAULT.rtol,
    atol: float = _DEFAULT.atol,
) -> SetsResult:
    """Solve the rate equations for many values of parameters or inputs, several at a time per core.

    Parameters
    ----------
    times
        Ascending; seconds, or text such as ``"6 h"``. The first is where the simulation starts, from
        the network's initial amounts.
    parameters
        One array of values per parameter or input, all of the same length.
    readouts
        Columns of the result; all species and read-outs if not given.
    jobs
        Threads; all cores if not given. Changes no number.
    rtol, atol
        Tolerances; the absolute one in molecules.

    Raises
    ------
    ProtocolError
        If the arrays do not have one length.
    """
    grid = ascending_times(times)
    sets = {name: np.atleast_1d(np.asarray(values, dtype=np.float64)) for name, values in parameters.items()}
    lengths = {values.shape for values in sets.values()}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in sets.items()) or "none"
        raise ProtocolError(f"parameters: expected one-dimensional arrays of one length, got {shapes}")
    n_sets = next(iter(lengths))[0]
    options = OdeOptions(rtol=rtol, atol=atol)
    compiled = compile_network(network)
    columns = _columns(network, readouts)
    n_jobs = jobs if jobs is not None else available_jobs()
    given = values_of_points(network, compiled, sets)
    constants = rows_of_constants(compiled, given, n_sets)[:, None, :]
    found = ode.solve_many(
        compiled,
        breaks=np.array([grid[0], grid[-1]]),
        constants=constants,
        times=grid,
        x0=initial_amounts(network),
        options=options,
        jobs=n_jobs,
    )
    observed = _Observed(network, compiled, columns, grid, given, options)
    values = observed.in_threads(found.amounts, n_jobs)
    return SetsResult(
        times=grid,
        species=columns,
        values=values,
        status=tuple(STATUS_NAMES[int(code)] for code in found.status),
        parameters=sets,
        kisao=ode.KISAO,
        algorithm=ode.ALGORITHM,
    )


class _Observed:
    """Columns of a result from states, a few sets at a time: what fits a core's cache, in threads."""

    def __init__(
        self,
        network: ReactionNetwork,
        compiled: CompiledNetwork,
        columns: tuple[str, ...],
        times: FloatArray,
        given: Values,
        options: OdeOptions,
    ) -> None:
        self.place = {name: i for i, name in enumerate(compiled.species)}
        self.times, self.given, self.options, self.n_columns = times, given, options, len(columns)
        unfold = written_out(network)
        copied = {k: self.place[name] for k, name in enumerate(columns) if name in self.place}
        self.copied_to, self.copied_from = list(copied), list(copied.values())
        self.computed = [
            (k, unfold(network.readouts[name].expression) if name in network.readouts else Symbol(name))
            for k, name in enumerate(columns)
            if k not in copied
        ]

    def in_threads(self, states: FloatArray, jobs: int) -> FloatArray:
        """Return columns (n_sets, n_times, n_columns) of states (n_sets, n_times, n_states)."""
        n_sets, n_times, n_states = states.shape
        seen = np.empty((n_sets, n_times, self.n_columns))
        size = max(1, BLOCK_BYTES // max(8 * n_times * n_states, 1))
        blocks = [slice(first, min(first + size, n_sets)) for first in range(0, n_sets, size)]

        def observe(block: slice) -> None:
            self.fill(seen[block], states[block], block)

        if jobs == 1 or len(blocks) == 1:
            for block in blocks:
                observe(block)
        else:
            with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="mtornet") as pool:
                list(pool.map(observe, blocks))
        return seen

    def fill(self, seen: FloatArray, raw: FloatArray, block: slice) -> None:
        """Write the columns of some sets."""
        states = ode.without_rounding(raw, self.options)

        def value(name: str) -> FloatArray:
            if name in self.place:
                return states[:, :, self.place[name]]
            if name == TIME:
                return self.times[None, :]
            values = np.atleast_1d(self.given[name])
            return (values if values.size == 1 else values[block])[:, None]

        seen[:, :, self.copied_to] = states[:, :, self.copied_from]
        for k, tree in self.computed:
            seen[:, :, k] = evaluate_arrays(tree, value)


def _columns(network: ReactionNetwork, readouts: Sequence[str] | None) -> tuple[str, ...]:
    states = (*network.species, *network.variables)
    everything = (*states, *(name for name in network.readouts if name not in states))
    for name in readouts or ():
        if name not in everything:
            raise unknown_name("species or read-out", name, everything)
    return tuple(readouts) if readouts else everything
