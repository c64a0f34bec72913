"""Engines that may be timed: installed, and right on the small network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import mtornet as mt
from benchmarks import agreement
from benchmarks.log import say
from benchmarks.peers import engines
from benchmarks.peers.base import Engine
from benchmarks.settings import Settings
from benchmarks.worker import Cost, EngineError, Worker

SAMPLE = 20
"""Times as many cells of ours as of an engine, so that our own error hardly counts."""


def proven(names: list[str] | None = None) -> dict[str, float]:
    """Return the stochastic engines that agree with ours, each with its largest difference.

    The difference is in standard errors, over the means and variances of all species.
    """
    network = agreement.small_network()
    asked = (agreement.HORIZON_S, agreement.N_POINTS)
    with Worker("mtornet") as worker:
        worker.build(network, kind="stochastic", limit_s=300)
        ours = worker.value("ensemble", SAMPLE * agreement.CELLS, *asked, 1, limit_s=300)
    expected = agreement.moments(ours)
    found = {}
    for engine in engines().values():
        if engine.stochastic is None or (names is not None and engine.name not in names):
            continue
        if not engine.is_installed:
            say(f"{engine.name}: not installed")
            continue
        with Worker(engine.name) as worker:
            try:
                worker.build(network, kind="stochastic", limit_s=300)
                sample = worker.value("ensemble", agreement.CELLS, *asked, 2, limit_s=300)
            except EngineError as error:
                say(f"{engine.name}: left out, {error}")
                continue
        difference = agreement.largest_difference(agreement.moments(sample), expected)
        if difference > agreement.LIMIT:
            say(f"{engine.name}: left out, its moments are off by {difference:.1f} standard errors")
            continue
        say(f"{engine.name}: agrees with ours within {difference:.1f} standard errors")
        found[engine.name] = difference
    return found


@contextlib.contextmanager
def built(
    names: list[str], network: mt.ReactionNetwork, settings: Settings
) -> Iterator[tuple[dict[str, tuple[Worker, Cost]], dict[str, str]]]:
    """Give workers that have built a network for exact simulation, and the reasons of those that have not."""
    ready: dict[str, tuple[Worker, Cost]] = {}
    failed: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        for name in names:
            if settings.quick and len(network.reactions) > engine_named(name).quick_reactions:
                failed[name] = "left to the full run"
                continue
            worker = stack.enter_context(Worker(name))
            try:
                ready[name] = worker, worker.build(network, kind="stochastic", limit_s=settings.build_limit_s)
            except EngineError as error:
                failed[name] = f"load: {error}"
                say(f"{name}: {failed[name]}")
        yield ready, failed


def engine_named(name: str) -> Engine:
    """Return an engine by name."""
    return engines()[name]
