"""Solves per second and core of the rate equations: mtornet, libRoadRunner, LSODA.

    python benchmarks/ode.py [--sets 1000] [--drugs everolimus,sapanisertib,dactolisib] [--repeats 3]

The mTOR network at rest gets a dose at time 0; 72 h, 101 output times. Each set multiplies every rate
constant by its own log-normal factor (sd 0.3). All solvers get the same constants, amounts and times.
The absolute tolerance, in molecules, is ten times the relative one; libRoadRunner also gets a hundredth
of that, which here buys it more accuracy than it costs. It gets the network with plain numbers as rate
constants, without assignment rules, which is its fastest form; one instance is reset, given a set's
constants, and run.

Clock: CPU time of this process. The solvers take turns; medians over the repeats. Error: largest and
root mean square of |x - reference| / (|reference| + 1 molecule) over species, times and 64 sets,
against LSODA at 1e-12.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import product

import numpy as np

from mtornet.compiled.bind import bind, initial_amounts, rate_constants, values_of
from mtornet.compiled.cache import is_compiled
from mtornet.compiled.network import CompiledNetwork, compile_network
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.network.library import load_model
from mtornet.simulation.methods import lsoda, ode
from mtornet.simulation.problem import Problem
from mtornet.simulation.steady_state import find_steady_state

TIMES = np.linspace(0.0, 72 * 3600.0, 101)
DOSES = {"everolimus": 20.0, "sapanisertib": 224.0, "dactolisib": 500.0}
N_REFERENCE = 64
THEIRS = "libRoadRunner CVODE"

Solver = Callable[[np.ndarray], np.ndarray]


@dataclass
class Row:
    label: str
    rtol: float
    atol: float
    solve: Solver
    """Amounts (n_sets, n_times, n_species) for constants (n_sets, n_reactions)."""
    n_sets: int
    cpu: list[float] = field(default_factory=list)
    error: tuple[float, float] = (np.nan, np.nan)

    @property
    def ms(self) -> float:
        return 1e3 * statistics.median(self.cpu) / self.n_sets


def problem_with(drug: str) -> Problem:
    mtor = load_model()
    before = compile_network(mtor)
    constants = rate_constants(before, values_of(mtor, before, {}))
    rest = find_steady_state(before, constants, initial_amounts(mtor), ode.OdeOptions()).amounts
    network = with_drug(mtor, find_drug(mtor.model, drug))
    x0 = initial_amounts(network)
    x0[[list(network.species).index(name) for name in mtor.species]] = rest
    compiled = compile_network(network)
    segments = bind(network, compiled, [(0.0, {drug: DOSES[drug]}, {})], float(TIMES[-1]))
    return Problem(compiled=compiled, segments=segments, times=TIMES, x0=x0, content=drug)


def lanes_solver(problem: Problem, options: ode.OdeOptions, lanes: int) -> Solver:
    def solve(constants: np.ndarray) -> np.ndarray:
        found = ode.solve_many(
            problem.compiled,
            breaks=problem.segments.breaks,
            constants=constants[:, None, :],
            times=TIMES,
            x0=problem.x0,
            options=options,
            lanes=lanes,
        )
        assert not found.status.any()
        return found.amounts

    return solve


def single_solver(
    solve_one: Callable[..., tuple[np.ndarray, np.ndarray]], problem: Problem, options: ode.OdeOptions
) -> Solver:
    def solve(constants: np.ndarray) -> np.ndarray:
        found = np.empty((len(constants), TIMES.size, problem.x0.size))
        for i, row in enumerate(constants):
            one = replace(problem, segments=replace(problem.segments, constants=row[None]))
            found[i] = solve_one(one, options)[0]
        return found

    return solve


def roadrunner_solver(problem: Problem, options: ode.OdeOptions) -> Solver:
    import antimony
    import roadrunner

    if antimony.loadAntimonyString(plain_antimony(problem.compiled)) < 0:
        raise SystemExit(antimony.getLastError())
    runner = roadrunner.RoadRunner(antimony.getSBMLString(antimony.getMainModuleName()))
    ids, parameters = list(runner.model.getFloatingSpeciesIds()), list(runner.model.getGlobalParameterIds())
    rows = np.array([int(name[2:]) for name in ids])
    columns = np.array([int(name[2:]) for name in parameters])
    runner.model.setFloatingSpeciesInitAmounts(problem.x0[rows])
    runner.timeCourseSelections = ["time", *ids]
    runner.integrator.relative_tolerance = options.rtol
    runner.integrator.absolute_tolerance = options.atol
    where = np.argsort(rows)
    what = roadrunner.SelectionRecord.TIME | roadrunner.SelectionRecord.FLOATING
    indices = list(range(len(parameters)))

    def solve(constants: np.ndarray) -> np.ndarray:
        found = np.empty((len(constants), TIMES.size, problem.x0.size))
        for i, row in enumerate(constants):
            runner.reset(what)
            runner.model.setGlobalParameterValues(indices, row[columns])
            found[i] = runner.simulate(float(TIMES[0]), float(TIMES[-1]), TIMES.size)[:, 1:]
        return found

    # The order of its columns is not part of what is timed.
    solve.where = where  # type: ignore[attr-defined]
    return solve


def plain_antimony(compiled: CompiledNetwork) -> str:
    """Return the network with numbered names and one parameter per reaction."""
    n = compiled.n_species
    lines = ["model plain", "compartment cell = 1"]
    lines += [f"substanceOnly species s_{i} in cell; s_{i} = 1" for i in range(n)]
    for j in range(compiled.n_reactions):
        row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
        net = list(zip(compiled.tables.change_species[row], compiled.tables.change_by[row], strict=True))
        left = " + ".join(f"{-by:g} s_{i}" for i, by in net if by < 0)
        right = " + ".join(f"{by:g} s_{i}" for i, by in net if by > 0)
        law = "*".join([f"c_{j}", *(f"s_{i}" for i in compiled.tables.factors[j] if i < n)])
        lines.append(f"r_{j}: {left} => {right}; {law}; c_{j} = 1")
    return "\n".join([*lines, "end"])


def rows_for(problem: Problem, n_sets: int) -> list[Row]:
    few = max(1, min(n_sets, 100))
    rows = []
    for rtol, atol in product((1e-4, 1e-6, 1e-8), (10, 0.1)):
        options = ode.OdeOptions(rtol=rtol, atol=rtol * atol)
        rows.append(Row(THEIRS, rtol, options.atol, roadrunner_solver(problem, options), n_sets))
    for rtol in (1e-4, 1e-6, 1e-8):
        options = ode.OdeOptions(rtol=rtol, atol=rtol * 10)
        solver = single_solver(lsoda.solve, problem, options)
        rows.append(Row("LSODA (scipy, analytic Jacobian)", rtol, options.atol, solver, few))
    for rtol in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8):
        options = ode.OdeOptions(rtol=rtol, atol=rtol * 10)
        solver = single_solver(ode.solve, problem, options)
        rows.append(Row("mtornet single solves", rtol, options.atol, solver, few))
        for lanes in (8, 16):
            label = f"mtornet scan, {lanes} lanes"
            rows.append(Row(label, rtol, options.atol, lanes_solver(problem, options, lanes), n_sets))
    return rows


def measure(drug: str, n_sets: int, repeats: int) -> None:
    problem = problem_with(drug)
    base = problem.segments.constants[0]
    constants = base * np.exp(0.3 * np.random.default_rng(7).standard_normal((n_sets, base.size)))
    checked = constants[: min(N_REFERENCE, n_sets)]
    tight = ode.OdeOptions(rtol=1e-12, atol=1e-10, max_steps=10**6)
    expected = single_solver(lsoda.solve, problem, tight)(checked)
    rows = rows_for(problem, n_sets)
    for row in rows:
        found = row.solve(checked)
        where = getattr(row.solve, "where", None)
        found = found if where is None else found[:, :, where]
        error = np.abs(found - expected) / (np.abs(expected) + 1.0)
        row.error = (float(error.max()), float(np.sqrt(np.mean(error**2))))
    for _ in range(repeats):
        for row in rows:
            started = time.process_time()
            row.solve(constants[: row.n_sets])
            row.cpu.append(time.process_time() - started)
    report(drug, problem, rows)


def report(drug: str, problem: Problem, rows: list[Row]) -> None:
    theirs = [row for row in rows if row.label == THEIRS]
    print(f"\n## {drug}: {problem.compiled.n_species} species, {problem.compiled.n_reactions} reactions\n")
    print(
        "| solver | rtol | atol | ms/solve | solves/s | error max | error rms "
        "| CPU of libRoadRunner, same tolerances |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        same = next(
            (
                f"{other.ms / row.ms:.1f}x"
                for other in theirs
                if (other.rtol, other.atol) == (row.rtol, row.atol)
            ),
            "",
        )
        print(
            f"| {row.label} | {row.rtol:.0e} | {row.atol:.0e} | {row.ms:.3f} | {1e3 / row.ms:.0f} "
            f"| {row.error[0]:.1e} | {row.error[1]:.1e} | {same} |"
        )
    print("\nSolves per second at equal or smaller error, largest and root mean square:")
    for other in theirs:
        for kind in ("scan", "single solves"):
            ours = [row for row in rows if kind in row.label and all(np.less_equal(row.error, other.error))]
            if ours:
                best = min(ours, key=lambda row: row.ms)
                ratio = other.ms / best.ms
                print(
                    f"- {best.label} at {best.rtol:.0e}: {ratio:.1f}x libRoadRunner "
                    f"at {other.rtol:.0e}/{other.atol:.0e}"
                )


def first_use() -> None:
    problem = problem_with("sapanisertib")
    started = time.perf_counter()
    ode.solve(problem, ode.OdeOptions(rtol=1e-6))
    print(
        f"first solve of this process: {time.perf_counter() - started:.2f} s (kernel cached before: {CACHED})"
    )


CACHED = is_compiled("rodas_lanes.advance")


def versions() -> str:
    found = []
    for name in ("mtornet", "libroadrunner", "scipy", "numpy", "numba", "llvmlite"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} (not installed)")
    return ", ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Solves per second and core of the rate equations.")
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--drugs", default=",".join(DOSES))
    arguments = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{versions()}; Python {platform.python_version()}, {platform.machine()}{load}")
    first_use()
    for drug in arguments.drugs.split(","):
        measure(drug, arguments.sets, arguments.repeats)


if __name__ == "__main__":
    main()
