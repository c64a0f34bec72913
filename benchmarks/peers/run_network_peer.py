"""BioNetGen's run_network: the direct method with sorting, one process per trajectory."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.base import Engine, one_by_one
from benchmarks.plain import FloatArray, Plain, plain

if TYPE_CHECKING:
    from benchmarks.peers.base import Network

FOLDERS = {"linux": "bng-linux", "darwin": "bng-mac", "win32": "bng-win"}


class _Ssa:
    def __init__(self, network: Network) -> None:
        numbers = plain(network)
        self.folder = tempfile.TemporaryDirectory(prefix="run_network-")
        self.place = Path(self.folder.name)
        (self.place / "plain.net").write_text(net_text(numbers), encoding="ascii")
        spec = find_spec("bionetgen")
        assert spec is not None
        assert spec.origin is not None
        self.program = Path(spec.origin).parent / FOLDERS[sys.platform] / "bin" / "run_network"
        if not os.access(self.program, os.X_OK):
            self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        step = repr(horizon_s / (n_points - 1))
        subprocess.run(
            [self.program, "-p", "ssa", "-h", str(seed), "-o", "out", "plain.net", step, str(n_points - 1)],
            cwd=self.place,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return np.loadtxt(self.place / "out.cdat", ndmin=2)[:, 1:]

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return one_by_one(lambda own: self.run(horizon_s, n_points, own), cells, seed)


def net_text(numbers: Plain) -> str:
    """Return a network in BioNetGen's own format; species count from 1, 0 is nothing."""

    def side(members: tuple[int, ...]) -> str:
        return ",".join(str(i + 1) for i in members) or "0"

    parameters = [f"{j + 1} k{j} {value!r}" for j, value in enumerate(numbers.constants.tolist())]
    species = [f"{i + 1} S{i}() {int(amount)}" for i, amount in enumerate(numbers.amounts)]
    reactions = [
        f"{j + 1} {side(numbers.reactants[j])} {side(numbers.products[j])} k{j}"
        for j in range(numbers.n_reactions)
    ]
    blocks = (("parameters", parameters), ("species", species), ("reactions", reactions))
    return "".join("\n".join((f"begin {name}", *rows, f"end {name}\n")) for name, rows in blocks)


ENGINES = [
    Engine(
        name="run_network",
        packages=("bionetgen",),
        modules=(),
        setting="`-p ssa`, one process and one text file per run",
        stochastic=_Ssa,
        quick_reactions=20_000,
    )
]
