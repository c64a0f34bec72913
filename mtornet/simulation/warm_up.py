"""Every kernel compiled ahead, through the same functions that users call."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mtornet.compiled.kernels  # noqa: F401  (starts listening to the compiler)
from mtornet.compiled.bind import initial_amounts, row_of_constants, values_of
from mtornet.compiled.cache import TEMPORARY, compiled_files
from mtornet.compiled.compilation import COMPILATIONS, unannounced
from mtornet.compiled.network import compile_network
from mtornet.errors import OutputError, ProtocolError
from mtornet.expression import parse
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Compartment, Event, Parameter, Reaction, Species, Variable
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.many import simulate_many
from mtornet.simulation.methods import ssa
from mtornet.simulation.methods.catalogue import STOCHASTIC
from mtornet.simulation.moments import EXACT_CELLS
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.run import simulate


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """What a warm-up found and made."""

    folder: Path
    """Where compiled kernels are kept."""
    n_files: int
    size_mb: float
    compiled: tuple[str, ...]
    """Kernels that had to be compiled, such as ``ssa_direct.advance``."""
    seconds: float


def warm_up(tell: Callable[[str, tuple[str, ...], float], None]) -> WarmUp:
    """Compile what has not been compiled; next to nothing to do the second time.

    Parameters
    ----------
    tell
        Told of each piece of work when it is done: what it was, the kernels compiled for it, seconds.

    Raises
    ------
    OutputError
        If compiled kernels cannot be kept.
    """
    folder, _ = compiled_files()
    if folder.name.startswith(TEMPORARY) and folder.parent == Path(tempfile.gettempdir()):
        raise OutputError(
            "compiled kernels cannot be kept: no cache folder of yours can be written — set XDG_CACHE_HOME "
            "or NUMBA_CACHE_DIR to one that can"
        )
    started, before = time.perf_counter(), len(COMPILATIONS.kernels)
    with unannounced():
        for label, work in _pieces():
            begun, known = time.perf_counter(), len(COMPILATIONS.kernels)
            try:
                work()
            except ProtocolError:
                # Not every method knows every network.
                continue
            tell(label, tuple(COMPILATIONS.kernels[known:]), time.perf_counter() - begun)
    folder, files = compiled_files()
    return WarmUp(
        folder=folder,
        n_files=len(files),
        size_mb=sum(file.stat().st_size for file in files) / 1e6,
        compiled=tuple(COMPILATIONS.kernels[before:]),
        seconds=time.perf_counter() - started,
    )


def _pieces() -> Iterator[tuple[str, Callable[[], object]]]:
    times = [0.0, 0.01, 0.02]
    for network in (small_network(), general_network()):
        yield f"ode, {network.model}", partial(simulate, network, times)
        yield f"rates and Jacobian, {network.model}", partial(_rates, network)
        sets = {"k": [1.0, 2.0]}
        yield (
            f"ode, many sets, {network.model}",
            partial(simulate_many, network, times, parameters=sets, jobs=1),
        )
        for method in STOCHASTIC:
            cells = partial(simulate, network, times, method=method, cells=2, jobs=1)
            if method != "ssa":
                yield f"{method}, {network.model}", cells
                continue
            for name in ssa.ALGORITHMS:
                yield f"{method} {name}, {network.model}", partial(cells, algorithm=name)
    many = partial(simulate, small_network(), times, method="ssa", cells=EXACT_CELLS + 1, jobs=1)
    yield "moments of many cells", many


def _rates(network: ReactionNetwork) -> None:
    """Evaluate what steady states and the pivoting solver ask for."""
    compiled = compile_network(network)
    constants = row_of_constants(compiled, values_of(network, compiled, {}))
    for function in functions(compiled, constants):
        function(0.0, initial_amounts(network))


def small_network() -> ReactionNetwork:
    """Return the smallest network with every kind of mass action."""
    return ReactionNetwork(
        model="mass action",
        compartments=Catalogue("compartment", [Compartment(id="cell", size=1e-12)]),
        species=Catalogue(
            "species", [Species(id=name, initial=50.0, compartment="cell") for name in ("A", "B")]
        ),
        inputs=Catalogue("input", ()),
        parameters=Catalogue("parameter", [Parameter(id="k", value=1.0, unit="1/s")]),
        derived=Catalogue("derived quantity", ()),
        reactions=Catalogue(
            "reaction",
            [
                Reaction(id="birth", reactants=(), products=(("A", 1),), rate_constant=parse("k")),
                Reaction(id="pair", reactants=(("A", 2),), products=(("B", 1),), rate_constant=parse("k")),
                Reaction(id="death", reactants=(("B", 1),), products=(), rate_constant=parse("k")),
            ],
        ),
        readouts=Catalogue("read-out", ()),
    )


def general_network() -> ReactionNetwork:
    """Return the same with a formula, a law that reads the time, a variable and events."""
    plain = small_network()
    reactions = [
        *plain.reactions.values(),
        Reaction(
            id="formula",
            reactants=(("B", 1),),
            products=(("A", 1),),
            rate_constant=parse("k*B/(1 + A)*v*(1 + exp(-time))"),
            law="expression",
        ),
    ]
    return ReactionNetwork(
        model="formulas and events",
        compartments=plain.compartments,
        species=plain.species,
        inputs=plain.inputs,
        parameters=plain.parameters,
        derived=plain.derived,
        reactions=Catalogue("reaction", reactions),
        readouts=plain.readouts,
        variables=Catalogue("variable", [Variable(id="v", initial=1.0, rate=parse("-k*v"))]),
        events=Catalogue(
            "event",
            [
                Event(id="dose", trigger=parse("time >= 0.005"), assignments=(("A", parse("A + 10")),)),
                Event(
                    id="later",
                    trigger=parse("A > 10"),
                    assignments=(("v", parse("1")),),
                    delay=parse("0.001"),
                    priority=parse("1"),
                ),
            ],
        ),
    )
