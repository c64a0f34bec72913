"""Exact stochastic simulation beside public simulators: nanoseconds per reaction event, one core.

    python benchmarks/ssa.py [--quick] [--out FILE]

Engines take turns within each model, CPU time is measured, the cost of a run of one hundredth of
the horizon is taken off (set-up, compilation of the model), and the median of the turns is shown.
Events are those of our own runs of the same network, whose mean all engines share.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import numpy as np
from networks import cascade, settled_mtor, vilar

import mtornet as mt
from mtornet.compiled.bind import rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.sbml.write import sbml_text

Run = Callable[[float], None]


@dataclass(frozen=True)
class Case:
    """One network at one copy scale, and how long to run it."""

    name: str
    network: mt.ReactionNetwork
    horizon_s: float


def scaled(network: mt.ReactionNetwork, scale: float) -> mt.ReactionNetwork:
    """Return a network whose amounts are whole molecules at a copy scale, constants adjusted."""
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}), copy_scale=scale)
    from networks import build

    amounts = {s.id: float(np.rint(s.initial * scale)) for s in network.species.values()}
    rows = []
    for reaction, constant in zip(network.reactions.values(), constants, strict=True):
        modifiers = [name for name, _ in reaction.modifiers]
        reactants = [name for name, count in reaction.reactants for _ in range(count)] + modifiers
        products = [name for name, count in reaction.products for _ in range(count)] + modifiers
        rows.append((reactants, products, float(constant)))
    return build(f"{network.model}_{scale:g}".replace(".", "_"), amounts, rows)


def ours(network: mt.ReactionNetwork, algorithm: str) -> Run:
    """Return a run of our own."""

    def run(horizon: float) -> None:
        mt.simulate(
            network, np.linspace(0.0, horizon, 101), method="ssa", jobs=1, seed=1, algorithm=algorithm
        )

    return run


def libroadrunner(network: mt.ReactionNetwork) -> Run:
    """Return a run of libRoadRunner's Gillespie method."""
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    model = roadrunner.RoadRunner(sbml_text(network))
    model.setIntegrator("gillespie")
    model.integrator.variable_step_size = False
    model.integrator.seed = 1

    def run(horizon: float) -> None:
        model.resetAll()
        model.simulate(0.0, horizon, 101)

    return run


def rebop(network: mt.ReactionNetwork) -> Run:
    """Return a run of rebop with sparse rows, its fastest setting on these networks."""
    import rebop as package

    system = package.Gillespie()
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}))
    for reaction, constant in zip(network.reactions.values(), constants, strict=True):
        reactants = [name for name, count in reaction.reactants for _ in range(count)]
        products = [name for name, count in reaction.products for _ in range(count)]
        system.add_reaction(float(constant), reactants, products)
    start = {s.id: int(s.initial) for s in network.species.values()}

    def run(horizon: float) -> None:
        system.run(start, horizon, 100, sparse=True, rng=1)

    return run


def copasi(network: mt.ReactionNetwork) -> Run:
    """Return a run of COPASI's direct method."""
    import basico

    model = basico.load_model_from_string(sbml_text(network))

    def run(horizon: float) -> None:
        basico.run_time_course(
            model=model, duration=horizon, intervals=100, method="directMethod", use_seed=True, seed=1
        )

    return run


PEERS = {"libroadrunner": libroadrunner, "rebop": rebop, "copasi-basico": copasi}


def cpu(run: Run, horizon: float) -> float:
    """Return the CPU seconds of one run."""
    begun = time.process_time()
    run(horizon)
    return time.process_time() - begun


def measure(case: Case, turns: int, budget_s: float) -> list[tuple[str, float]]:
    """Return ``(engine, nanoseconds per event)`` of one case."""
    rate = events_per_second(case)
    engines: dict[str, Run] = {f"mtornet {a}": ours(case.network, a) for a in ("direct", "rejection")}
    for name, make in PEERS.items():
        try:
            engines[name] = make(case.network)
        except ImportError:
            sys.stderr.write(f"{name} is not installed\n")
    horizons = {}
    for name, run in engines.items():
        run(case.horizon_s * 1e-4)
        trial = cpu(run, case.horizon_s * 0.02)
        # A slow engine runs for a shorter time; its cost per event is the same.
        horizons[name] = case.horizon_s * min(1.0, max(0.02, budget_s / max(trial / 0.02, 1e-9)))
    costs: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(turns):
        for name, run in engines.items():
            long, short = horizons[name], horizons[name] * 0.01
            spent = cpu(run, long) - cpu(run, short)
            costs[name].append(spent / (rate * (long - short)) * 1e9)
    return [(name, median(values)) for name, values in costs.items()]


def events_per_second(case: Case) -> float:
    """Return the mean number of reaction events in a second of the case's horizon."""
    result = mt.simulate(case.network, [0.0, case.horizon_s], method="ssa", cells=4, seed=7)
    return float(result.n_events.mean()) / case.horizon_s


def cases(quick: bool) -> list[Case]:
    """Return the networks to run."""
    mtor = settled_mtor()
    short = 0.2 if quick else 1.0
    return [
        Case("mTOR, copy scale 1", scaled(mtor, 1.0), 800.0 * short),
        Case("mTOR, copy scale 0.1", scaled(mtor, 0.1), 8000.0 * short),
        Case("mTOR, copy scale 0.01", scaled(mtor, 0.01), 80000.0 * short),
        Case("Vilar oscillator", vilar(), 2000.0 * short),
        Case("cascade, 20 stages", cascade(20), 1000.0 * short),
        Case("cascade, 200 stages", cascade(200), 100.0 * short),
    ]


def table(quick: bool) -> str:
    """Measure everything and return a Markdown table."""
    lines, header = [], ["network", "reactions"]
    for case in cases(quick):
        found = measure(case, turns=3 if quick else 5, budget_s=0.5 if quick else 2.0)
        if not lines:
            header += [name for name, _ in found] + ["fastest peer / best of ours"]
            lines += ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
        best = min(cost for name, cost in found if name.startswith("mtornet"))
        peers = [cost for name, cost in found if not name.startswith("mtornet")]
        ratio = f"{min(peers) / best:.1f}x" if peers else "-"
        cells = [case.name, str(len(case.network.reactions)), *(f"{cost:.0f}" for _, cost in found), ratio]
        lines.append("| " + " | ".join(cells) + " |")
        sys.stderr.write(lines[-1] + "\n")
    return "\n".join(lines)


def versions() -> str:
    """Return what ran, and where."""
    found = [f"Python {platform.python_version()}", platform.machine()]
    for name in ("mtornet", "numba", "libroadrunner", "rebop", "copasi-basico", "python-copasi"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter runs, fewer turns")
    parser.add_argument("--out", type=Path, help="write the table to this file")
    arguments = parser.parse_args()
    head = f"CPU nanoseconds per reaction event, one core, median of turns.\n{versions()}"
    text = f"{head}\n\n{table(arguments.quick)}\n"
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
