"""mtornet: what mTOR inhibitors do to a cell, simulated molecule by molecule.

A research model; never clinical advice.

Everything listed in ``__all__`` is imported on first use, so that ``import mtornet`` stays instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "load_model": "mtornet.network.library",
    "from_graph": "mtornet.network.build",
    "ReactionNetwork": "mtornet.network.network",
    "read_sbml": "mtornet.sbml.read",
    "write_sbml": "mtornet.sbml.write",
    "read_antimony": "mtornet.sbml.antimony",
    "write_antimony": "mtornet.sbml.antimony_write",
    "to_tellurium": "mtornet.sbml.antimony",
    "simulate": "mtornet.simulation.run",
    "simulate_many": "mtornet.simulation.many",
    "SimulationResult": "mtornet.simulation.result",
    "Condition": "mtornet.experiment.condition",
    "Protocol": "mtornet.experiment.protocol",
    "Dose": "mtornet.experiment.dose",
    "log_doses": "mtornet.experiment.dose",
    "ClinicalDose": "mtornet.experiment.clinical",
    "Exposure": "mtornet.experiment.pk.exposure",
    "exposure": "mtornet.experiment.pk.exposure",
    "run": "mtornet.analysis.run",
    "compare": "mtornet.analysis.compare",
    "cohort": "mtornet.analysis.cohort",
    "noise": "mtornet.analysis.noise",
    "dose_response": "mtornet.analysis.dose_response",
    "resistance": "mtornet.analysis.resistance.explore",
    "score_card": "mtornet.analysis.facts.score",
    "fit": "mtornet.analysis.fitting.run",
    "pair_response": "mtornet.analysis.pair_response",
    "schedule_search": "mtornet.analysis.schedules.search",
    "continuation": "mtornet.analysis.continuation.run",
    "sensitivity": "mtornet.analysis.sensitivity.run",
    "ensemble": "mtornet.analysis.calibration.sets",
    "predict": "mtornet.analysis.calibration.predict",
    "Scan": "mtornet.scans.spec",
    "Vary": "mtornet.scans.spec",
    "scan": "mtornet.scans.run",
    "MtorNetError": "mtornet.errors",
    "ModelError": "mtornet.errors",
    "UnknownNameError": "mtornet.errors",
    "UnitError": "mtornet.errors",
    "TableError": "mtornet.errors",
    "SBMLError": "mtornet.errors",
    "UnsupportedFeatureError": "mtornet.errors",
    "ProtocolError": "mtornet.errors",
    "OutputError": "mtornet.errors",
    "SimulationError": "mtornet.errors",
}

__all__ = [
    "ClinicalDose",
    "Condition",
    "Dose",
    "Exposure",
    "ModelError",
    "MtorNetError",
    "OutputError",
    "Protocol",
    "ProtocolError",
    "ReactionNetwork",
    "SBMLError",
    "Scan",
    "SimulationError",
    "SimulationResult",
    "TableError",
    "UnitError",
    "UnknownNameError",
    "UnsupportedFeatureError",
    "Vary",
    "cohort",
    "compare",
    "continuation",
    "dose_response",
    "ensemble",
    "exposure",
    "fit",
    "from_graph",
    "load_model",
    "log_doses",
    "noise",
    "pair_response",
    "predict",
    "read_antimony",
    "read_sbml",
    "resistance",
    "run",
    "scan",
    "schedule_search",
    "score_card",
    "sensitivity",
    "simulate",
    "simulate_many",
    "to_tellurium",
    "write_antimony",
    "write_sbml",
]

if TYPE_CHECKING:
    from mtornet.analysis.calibration.predict import predict
    from mtornet.analysis.calibration.sets import ensemble
    from mtornet.analysis.cohort import cohort
    from mtornet.analysis.compare import compare
    from mtornet.analysis.continuation.run import continuation
    from mtornet.analysis.dose_response import dose_response
    from mtornet.analysis.facts.score import score_card
    from mtornet.analysis.fitting.run import fit
    from mtornet.analysis.noise import noise
    from mtornet.analysis.pair_response import pair_response
    from mtornet.analysis.resistance.explore import resistance
    from mtornet.analysis.run import run
    from mtornet.analysis.schedules.search import schedule_search
    from mtornet.analysis.sensitivity.run import sensitivity
    from mtornet.errors import (
        ModelError,
        MtorNetError,
        OutputError,
        ProtocolError,
        SBMLError,
        SimulationError,
        TableError,
        UnitError,
        UnknownNameError,
        UnsupportedFeatureError,
    )
    from mtornet.experiment.clinical import ClinicalDose
    from mtornet.experiment.condition import Condition
    from mtornet.experiment.dose import Dose, log_doses
    from mtornet.experiment.pk.exposure import Exposure, exposure
    from mtornet.experiment.protocol import Protocol
    from mtornet.network.build import from_graph
    from mtornet.network.library import load_model
    from mtornet.network.network import ReactionNetwork
    from mtornet.sbml.antimony import read_antimony, to_tellurium
    from mtornet.sbml.antimony_write import write_antimony
    from mtornet.sbml.read import read_sbml
    from mtornet.sbml.write import write_sbml
    from mtornet.scans.run import scan
    from mtornet.scans.spec import Scan, Vary
    from mtornet.simulation.many import simulate_many
    from mtornet.simulation.result import SimulationResult
    from mtornet.simulation.run import simulate


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from mtornet.provenance import package_version

        return package_version()
    if name not in _HOMES:
        raise AttributeError(f"module 'mtornet' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
