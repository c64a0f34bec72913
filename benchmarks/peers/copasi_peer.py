"""COPASI through its own Python binding: direct and next-reaction method, LSODA."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.base import Engine, one_by_one
from benchmarks.plain import FloatArray, plain, sbml

if TYPE_CHECKING:
    from benchmarks.peers.base import Network

METHODS = {"direct": "directMethod", "next reaction": "stochastic", "LSODA": "deterministic"}


class _Task:
    """A time course that is set up once; numbers leave COPASI row by row, its fastest way out."""

    def __init__(self, network: Network, method: str) -> None:
        import COPASI

        # COPASI multiplies k*A*A by (A-1)/A itself.
        self.numbers = plain(network)
        self.data = COPASI.CRootContainer.addDatamodel()
        if not self.data.importSBMLFromString(sbml(self.numbers, falling=False)):
            raise RuntimeError(COPASI.CCopasiMessage.getAllMessageText())
        self.model = self.data.getModel()
        self.task = self.data.getTask("Time-Course")
        self.task.setMethodType(getattr(COPASI.CTaskEnum, f"Method_{METHODS[method]}"))
        self.task.setScheduled(True)
        self.problem, self.method = self.task.getProblem(), self.task.getMethod()
        self.problem.setTimeSeriesRequested(False)
        self.problem.setAutomaticStepSize(False)
        by_id = {m.getSBMLId(): m for m in self.model.getMetabolites()}
        references = [by_id[f"s{i}"].getValueReference() for i in range(self.numbers.n_species)]
        self.names = [COPASI.CRegisteredCommonName(found.getCN().getString()) for found in references]
        values = {v.getSBMLId(): v for v in self.model.getModelValues()}
        self.constants = [values[f"k{j}"] for j in range(self.numbers.n_reactions)]

    def set(self, name: str, value: Any) -> None:
        parameter = self.method.getParameter(name)
        if isinstance(value, bool):
            parameter.setBoolValue(value)
        elif isinstance(value, int):
            parameter.setUIntValue(value)
        else:
            parameter.setDblValue(value)

    def course(self, horizon_s: float, n_points: int) -> FloatArray:
        import COPASI

        # A handler cannot be emptied.
        handler = COPASI.CDataHandler()
        for name in self.names:
            handler.addDuringName(name)
        self.data.addInterface(handler)
        self.problem.setDuration(horizon_s)
        self.problem.setStepNumber(n_points - 1)
        if not (self.task.initializeRaw(COPASI.CCopasiTask.OUTPUT_UI) and self.task.processRaw(True)):
            raise RuntimeError(f"COPASI: {COPASI.CCopasiMessage.getAllMessageText()}")
        self.task.restore(True)
        self.data.removeInterface(handler)
        return np.array([handler.getNthRow(i) for i in range(handler.getNumRowsDuring())])


class _Gillespie(_Task):
    def __init__(self, network: Network, *, method: str) -> None:
        super().__init__(network, method)
        self.set("Use Random Seed", True)
        # Its limit of a million steps between two outputs stops long runs.
        self.set("Max Internal Steps", 2**31 - 1)

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        self.set("Random Seed", seed)
        return self.course(horizon_s, n_points)

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return one_by_one(lambda own: self.run(horizon_s, n_points, own), cells, seed)


class _Lsoda(_Task):
    def __init__(self, network: Network) -> None:
        super().__init__(network, "LSODA")
        import COPASI

        self.changed = COPASI.ObjectStdVector()
        for value in self.constants:
            self.changed.append(value.getInitialValueReference())

    def solve_sets(
        self, constants: FloatArray, horizon_s: float, n_points: int, rtol: float, atol: float
    ) -> FloatArray:
        self.set("Relative Tolerance", rtol)
        self.set("Absolute Tolerance", atol)
        self.set("Max Internal Steps", 1_000_000)
        found = np.empty((len(constants), n_points, self.numbers.n_species))
        for i, row in enumerate(constants.tolist()):
            for value, constant in zip(self.constants, row, strict=True):
                value.setInitialValue(constant)
            self.model.updateInitialValues(self.changed)
            found[i] = self.course(horizon_s, n_points)
        return found


ENGINES = [
    *(
        Engine(
            name=f"COPASI {method}",
            packages=("python-copasi",),
            modules=("COPASI",),
            setting=f"`{METHODS[method]}`, task set up once, rows from a data handler",
            stochastic=partial(_Gillespie, method=method),
            quick_reactions=500,
        )
        for method in ("direct", "next reaction")
    ),
    Engine(
        name="COPASI LSODA",
        packages=("python-copasi",),
        modules=("COPASI",),
        setting="`deterministic`, one model, `setInitialValue`, rows from a data handler",
        deterministic=_Lsoda,
    ),
]
