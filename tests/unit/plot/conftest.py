"""A comparison made of invented numbers: figures and report are tested without simulating."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mtornet.experiment.arms import arm_of, constant_protocol
from mtornet.experiment.drug import drugs, find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.graph.wiring import default_graph
from mtornet.network.build import from_graph

HOUR = 3600.0
TIMES = np.array([0.0, 0.5, 1.0, 4.0, 24.0, 72.0]) * HOUR
READOUTS = ("pS6K_T389", "pAKT_S473", "pAKT_T308", "mTORC1a")
GIVEN: tuple[dict[str, str], ...] = (
    {},
    {"everolimus": "20 nM"},
    {"sapanisertib": "224 nM"},
    {"dactolisib": "500 nM for 12 h every 24 h"},
)
LEVELS = {"pS6K_T389": 1e-3, "pAKT_S473": 2.0, "pAKT_T308": 0.3, "mTORC1a": 0.9}


def course(readout: str, i_arm: int) -> np.ndarray:
    """Amounts over time of one read-out: 1000 in the vehicle, moving to a level of its own under drug."""
    reached = 1.0 if i_arm == 0 else LEVELS[readout] * (1 + 0.1 * i_arm)
    return 1000.0 * (reached + (1 - reached) * np.exp(-TIMES / (2 * HOUR)))


def tidy(arm, readout: str, n: int, values: np.ndarray, vehicle: np.ndarray) -> pd.DataFrame:
    mean = values.mean(axis=0)
    q05, q25, q50, q75, q95 = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    sd = values.std(axis=0, ddof=1) if n > 1 else np.zeros(TIMES.size)
    return pd.DataFrame(
        {
            "condition": arm.condition,
            "drug": arm.drug,
            "drug_class": arm.drug_class,
            "dose_nM": arm.dose_nM,
            "variant": "wild_type",
            "readout": readout,
            "unit": "molecule",
            "time_s": TIMES,
            "n": n,
            "mean": mean,
            "sd": sd,
            "q05": q05,
            "q25": q25,
            "q50": q50,
            "q75": q75,
            "q95": q95,
            "fold_change": mean / vehicle,
        }
    )


@pytest.fixture(scope="session")
def network():
    return from_graph(default_graph("mtor"))


@pytest.fixture(scope="session")
def make_comparison(network) -> Callable[..., SimpleNamespace]:
    def make(
        *, n_cells: int = 12, given=GIVEN, stopped: int = 0, copy_scale: float = 0.01
    ) -> SimpleNamespace:
        arms = tuple(
            arm_of(
                network,
                constant_protocol(
                    variant="wild_type", inputs={"insulin": "1 nM"}, given=dose, duration="72 h"
                ),
            )
            for dose in given
        )
        whole = network
        for dose in given:
            for name in dose:
                whole = with_drug(whole, find_drug("mtor", name))
        exact = [np.stack([course(r, i) for r in READOUTS], axis=1) for i in range(len(arms))]
        population = []
        for i, arm in enumerate(arms if n_cells else ()):
            noise = np.random.default_rng(i).lognormal(0, 0.3, size=(n_cells, TIMES.size, len(READOUTS)))
            status = np.zeros(n_cells, dtype=np.int64)
            cells = np.round(exact[i] * noise)
            if stopped:
                status[-stopped:] = 1
                cells[-stopped:] = 1e9
            population.append(SimpleNamespace(arm=arm, cells=cells, status=status))
        deterministic = pd.concat(
            [
                tidy(arm, r, 1, exact[i][None, :, j], exact[0][:, j])
                for i, arm in enumerate(arms)
                for j, r in enumerate(READOUTS)
            ],
            ignore_index=True,
        )
        treated = [arm for arm in arms if arm.drug != "vehicle"]
        return SimpleNamespace(
            network=whole,
            arms=arms,
            class_labels={drug.drug_class: drug.class_label for drug in drugs("mtor").values()},
            times=TIMES,
            readouts=READOUTS,
            summary=deterministic,
            deterministic=deterministic,
            population=tuple(population),
            cells=pd.DataFrame(),
            table=pd.DataFrame(
                [
                    {"condition": a.condition, "pS6K T389 24 h": "<0.01", "rebound": "S473 rebound"}
                    for a in treated
                ]
            ),
            sentences=tuple(f"{arm.condition}: pAKT S473 rebounds." for arm in treated),
            feedback=pd.DataFrame(
                [
                    {
                        "condition": arm.condition,
                        "readout": "pAKT_S473",
                        "feedback": "pS6K ⊣ IRS",
                        "path": "pS6K ⊣ IRS → AKT",
                        "reactions": "R13;R14",
                        "control": -0.4,
                        "fold_with": 2.0,
                        "fold_without": 1.04,
                        "part": share,
                        "share_removed": share,
                    }
                    for arm in treated
                    for share in (0.87, 0.01)
                ]
            ),
            state_folds=pd.DataFrame(
                [
                    {"condition": arm.condition, "species": name, "fold_change": 2.0 ** ((k + i) % 9 - 4)}
                    for i, arm in enumerate(arms)
                    for k, name in enumerate(network.species)
                ]
            ),
            doses=pd.DataFrame(
                [
                    {
                        "drug": arm.drug,
                        "dose_nM": arm.dose_nM,
                        "schedule": arm.condition,
                        "why": "free Cmax",
                        "source": "somebody 2020",
                        "confidence": "page",
                    }
                    for arm in treated
                ]
            ),
            drug_bars={arm.condition: [(0.0, 72 * HOUR, 20.0)] if arm in treated else [] for arm in arms},
            settings=SimpleNamespace(
                drugs={name: dose for one in given for name, dose in one.items()},
                variant="wild_type",
                context="WT",
                extrinsic=None,
                inputs={"insulin": "1 nM"},
                duration_s=72 * HOUR,
                method="ssa" if n_cells else "ode",
                cells=n_cells or 1,
                copy_scale=copy_scale,
                seed=7,
                settle_s=2 * HOUR,
                map_time_s=24 * HOUR,
            ),
            run={
                "mtornet_version": "0.1.0",
                "model": "mtor",
                "model_sha256": whole.sha256,
                "spec": {"drugs": ["everolimus"]},
                "method": "ssa",
                "kisao": "KISAO:0000029",
                "algorithm": "direct",
                "seed": 7,
                "copy_scale": copy_scale,
                "n_cells": n_cells,
                "versions": {"mtornet": "0.1.0", "numpy": "2.4"},
                "started": "2026-01-01T00:00:00+00:00",
                "finished": "2026-01-01T00:01:00+00:00",
                "outputs": {},
                "steady_state_residual": 2e-12,
            },
            provenance=pd.DataFrame(
                [
                    {"kind": "parameter", "confidence": "file", "count": 20},
                    {"kind": "parameter", "confidence": "design", "count": 60},
                    {"kind": "species", "confidence": "page", "count": 5},
                ]
            ),
            interrupted=False,
        )

    return make


@pytest.fixture(scope="session")
def comparison(make_comparison) -> SimpleNamespace:
    return make_comparison()
