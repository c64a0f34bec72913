"""``noise``: how much cells differ by chance and by abundances, and which molecules the chance is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.influence import readout_gradient
from mtornet.analysis.noise_witness import switching_table, witness_table
from mtornet.analysis.request import CompareRequest, prepared
from mtornet.compiled.bind import row_of_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import ProtocolError
from mtornet.experiment.abundances import TABLE
from mtornet.experiment.arms import Arm
from mtornet.experiment.dose import AnyDose
from mtornet.experiment.execute import Experiment
from mtornet.experiment.variable_cells import VariableCells
from mtornet.network.elements import Reaction
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.stationary_noise import noise_sources

if TYPE_CHECKING:
    import pandas as pd

DRUGS = ("everolimus", "sapanisertib", "dactolisib")
READOUTS = ("pS6K_T389", "pAKT_T308", "pAKT_S473", "HER3_total", "mTORC1_active", "pTSC2_T1462")
FEW = 1.0
"""Molecules per cell below which a coefficient of variation says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noise:
    """Where chance matters."""

    table: pd.DataFrame
    """Per condition and read-out: mean, CV by chance, CV by abundances, and chance's part of both."""
    sources: pd.DataFrame
    """Per condition, read-out and molecule: the share of the variance by chance that its reactions make."""
    switching: pd.DataFrame
    """When single cells cross a fold change, by chance alone and by abundances alone; empty unless asked."""
    witness: pd.DataFrame
    """Exact cells beside the linear noise approximation, untreated; empty unless asked."""
    settings: Mapping[str, object]


def noise(
    drug_names: Sequence[str] = DRUGS,
    *,
    network: ReactionNetwork | None = None,
    doses: Mapping[str, str | AnyDose] | None = None,
    variant: str = "wild_type",
    context: str | None = None,
    readouts: Sequence[str] = READOUTS,
    at: float | str = "28 d",
    extrinsic: float | str = TABLE,
    cells: int = 200,
    switching_cells: int = 0,
    witness_cells: int = 0,
    witness_scale: float = 1.0,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Noise:
    """Separate chance from differences in abundance, and find the molecules that the chance is in.

    Parameters
    ----------
    at
        When cells stand at rest under the drug; chance is taken around that state, in cells of real size, by
        the linear noise approximation.
    extrinsic, cells
        How much abundances differ, and in how many cells; see :func:`mtornet.compare`.
    switching_cells
        Cells of real size (hybrid) in which the time of the first crossing of 1.2-fold is looked for, over
        72 h; minutes.
    witness_cells, witness_scale
        Exact cells (Gillespie) at a copy scale whose spread is held beside the approximation at that scale.
        They come to rest in two days of simulated time; minutes for a few cells at scale 1. At small scales
        there is less than one gene, and the approximation fails.

    Raises
    ------
    ProtocolError
        If a name, a dose or a time makes no sense.
    """
    import pandas as pd

    if cells < 2:
        raise ProtocolError(f"cells: expected at least 2, got {cells}")
    ready = prepared(
        CompareRequest(
            drug_names=drug_names,
            network=network,
            doses=doses or {},
            variant=variant,
            context=context,
            duration=at,
            times=[at],
            readouts=readouts,
            method="ode",
            extrinsic=extrinsic,
            cells=cells,
            seed=seed,
        )
    )
    experiment = ready.experiment
    experiment.progress, experiment.stop = progress or Silent(), StopFlag() if stop is None else stop
    variable = VariableCells(experiment=experiment, extrinsic=extrinsic, cells=cells, seed=seed, jobs=jobs)
    rows, parts = [], []
    for arm in ready.arms:
        found = _chance(experiment, arm)
        spread = variable.deterministic(arm).cells[:, -1, :]
        for k, readout in enumerate(experiment.readouts):
            mean = found.means[k]
            known = mean >= FEW
            own = spread[:, k][np.isfinite(spread[:, k])]
            by_chance = float(np.sqrt(found.variances[k])) / mean if known else np.nan
            by_abundance = float(own.std(ddof=1) / own.mean()) if known else np.nan
            rows.append(
                {
                    "condition": arm.condition,
                    "drug": arm.drug,
                    "readout": readout,
                    "mean": mean,
                    "cv_intrinsic": by_chance,
                    "cv_extrinsic": by_abundance,
                    "intrinsic_share": by_chance**2 / (by_chance**2 + by_abundance**2) if known else np.nan,
                }
            )
            if known:
                parts += [
                    {"condition": arm.condition, "readout": readout, "molecule": name, "share": share}
                    for name, share in found.by_molecule[k].items()
                ]
    return Noise(
        table=pd.DataFrame(rows),
        sources=pd.DataFrame(parts),
        switching=switching_table(ready, extrinsic, cells=switching_cells, seed=seed, jobs=jobs),
        witness=witness_table(
            ready, pd.DataFrame(rows), cells=witness_cells, copy_scale=witness_scale, seed=seed, jobs=jobs
        ),
        settings={
            "at_s": ready.settings.duration_s,
            "extrinsic": extrinsic,
            "cells": cells,
            "seed": seed,
            "context": ready.settings.context,
            "variant": variant,
            "witness_scale": witness_scale,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chance:
    means: FloatArray
    variances: FloatArray
    by_molecule: list[dict[str, float]]


def _chance(experiment: Experiment, arm: Arm) -> _Chance:
    setup = experiment.prepare(arm)
    network, compiled = setup.network, compile_network(setup.network)
    states = Experiment(network=experiment.network, readouts=tuple(network.species), times=experiment.times)
    amounts = states.deterministic(arm).moments.mean[-1]
    (_, last) = setup.stretches[-1]
    constants = row_of_constants(compiled, values_of(network, compiled, last))
    seen = [readout_gradient(network, last, amounts, name) for name in experiment.readouts]
    found = noise_sources(
        compiled, constants, amounts, np.array([slope for slope, _ in seen]), time_s=setup.end_s
    )
    by_molecule = []
    for parts, whole in zip(found.by_reaction, found.variance, strict=True):
        shares: dict[str, float] = {}
        for reaction, part in zip(network.reactions.values(), parts, strict=True):
            name = _molecule(network, reaction)
            shares[name] = shares.get(name, 0.0) + float(part) / max(float(whole), 1e-300)
        by_molecule.append(dict(sorted(shares.items(), key=lambda entry: -entry[1])))
    return _Chance(
        means=np.array([value for _, value in seen]),
        variances=np.maximum(found.variance, 0.0),
        by_molecule=by_molecule,
    )


def _molecule(network: ReactionNetwork, reaction: Reaction) -> str:
    """Return what a reaction makes, unmakes or changes: the molecule of its first species."""
    changed = [name for name in reaction.net if name in network.species]
    return "·".join(network.species[changed[0]].components) or changed[0]
