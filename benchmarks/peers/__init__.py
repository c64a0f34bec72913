"""One file per simulator; a file lists its ``ENGINES`` and imports the simulator only when it builds."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.peers.base import Engine


def engines() -> dict[str, Engine]:
    """Return every engine by name, our own first."""
    modules = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != "base")
    every = [engine for name in modules for engine in importlib.import_module(f"{__name__}.{name}").ENGINES]
    every.sort(key=lambda engine: not engine.own)
    named = {engine.name: engine for engine in every}
    assert len(named) == len(every), "two engines have one name"
    return named
