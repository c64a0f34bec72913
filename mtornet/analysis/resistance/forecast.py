"""How much work an exploration is, before it starts."""

from __future__ import annotations

import time
from dataclasses import dataclass

from mtornet.analysis.resistance.batch import Batch, with_all_drugs
from mtornet.analysis.resistance.cells import drug_parameters, free_parameters, saturation_cells, unedited
from mtornet.analysis.resistance.counter import LADDER, MATRICES, jittered
from mtornet.analysis.resistance.scan import DECADES
from mtornet.analysis.resistance.settings import ResistanceRequest, settings_of
from mtornet.simulation.parallel import available_jobs

PROBE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistanceForecast:
    """Predicted size of an exploration."""

    cells: int
    """Edited cells of the scan."""
    solves: int
    """Solutions of the rate equations, settling included."""
    minutes: float
    megabytes: float

    def as_dict(self) -> dict[str, float | int]:
        """Return the numbers by name."""
        return {
            "cells": self.cells,
            "solves": self.solves,
            "events": 0,
            "minutes": self.minutes,
            "megabytes": self.megabytes,
        }

    def sentence(self) -> str:
        """Return the forecast in one line."""
        return (
            f"{self.cells} edited cells, about {self.solves} solutions of the rate equations: "
            f"about {max(self.minutes, 0.1):.1f} min and {self.megabytes:.0f} MB"
        )


def forecast_resistance(request: ResistanceRequest) -> ResistanceForecast:
    """Predict cells, solutions, minutes and megabytes by solving a few cells."""
    settings = settings_of(request)
    arms = [settings.arm({name: dose}) for name, dose in settings.doses.items()]
    whole = with_all_drugs(settings.network, arms)
    parameters = (*free_parameters(settings.network), *drug_parameters(settings.network, whole))
    cells = saturation_cells(whole, parameters)
    genotypes = sum(cell.kind == "variant" for cell in cells)
    matrices = MATRICES * len(LADDER) ** 2 * (settings.sets + 1)
    solves = (
        len(cells) * (len(arms) + 3 + len(DECADES))
        + genotypes * len(DECADES) * (len(arms) - 1)
        + 2 * settings.draws
        + matrices
    )
    probe = [unedited(), *jittered(settings.network, PROBE - 1, settings.seed)]
    batch = Batch(
        network=settings.network, readouts=settings.readouts, times=settings.times, jobs=settings.jobs
    )
    # Once before, so that a first compilation is not counted as work.
    batch.solve(probe[:2], [settings.main])
    begun = time.process_time()
    batch.solve(probe, [settings.main])
    each = (time.process_time() - begun) / (2 * PROBE)
    jobs = settings.jobs if settings.jobs is not None else available_jobs()
    return ResistanceForecast(
        cells=len(cells),
        solves=solves,
        minutes=solves * each / jobs / 60.0 + 0.3,
        megabytes=len(cells) * len(arms) * settings.times.size * len(settings.readouts) * 16 / 1e6 + 20.0,
    )
