"""The report is tested on the same invented comparison as the figures."""

import runpy
from pathlib import Path

_figures = runpy.run_path(str(Path(__file__).parents[1] / "plot" / "conftest.py"))
network = _figures["network"]
make_comparison = _figures["make_comparison"]
comparison = _figures["comparison"]
