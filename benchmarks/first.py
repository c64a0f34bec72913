"""One engine's first result in a fresh process: ``python -m benchmarks.first ENGINE NUMBERS``.

Prints the seconds of import, load and first run as JSON. Only the engine's own file and what it needs is
imported; interpreter and numpy, which all need, are timed from outside.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
import time
from pathlib import Path

from benchmarks.plain import Plain


def main() -> None:
    """Import, load, run."""
    module, name, path = sys.argv[1:]
    # Only we wrote this file, a moment ago.
    numbers: Plain = pickle.loads(Path(path).read_bytes())
    (engine,) = (one for one in importlib.import_module(module).ENGINES if one.name == name)
    begun = time.perf_counter()
    for needed in engine.modules:
        importlib.import_module(needed)
    imported = time.perf_counter()
    built = engine.stochastic(numbers)
    loaded = time.perf_counter()
    built.run(1e-3, 2, 1)
    ran = time.perf_counter()
    print(json.dumps({"import_s": imported - begun, "load_s": loaded - imported, "run_s": ran - loaded}))


if __name__ == "__main__":
    main()
