"""The smaller tables of a comparison: feedback, doses, drug bars, every species' fold change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.feedback import ReleasedFeedback
from mtornet.analysis.request import CompareSettings
from mtornet.analysis.summary import fold_over
from mtornet.experiment.arms import Arm, arm_of, constant_protocol, drug_courses
from mtornet.experiment.dose import Dose, parse_dose
from mtornet.experiment.drug import drugs
from mtornet.experiment.execute import Experiment
from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd

PRESENT = 0.01
"""A drug counts as there above this part of its highest concentration."""

FEEDBACK_COLUMNS = (
    "condition",
    "readout",
    "feedback",
    "path",
    "reactions",
    "control",
    "part",
    "share_removed",
    "fold_with",
    "fold_without",
)


def feedback_table(feedback: Mapping[tuple[str, str], list[ReleasedFeedback]]) -> pd.DataFrame:
    """Return one row per condition, read-out and released feedback.

    ``part`` is what the cut of the arm removes of the climb, as the mean over all orders of cutting;
    ``share_removed`` and ``fold_without`` are what is found when this arm alone is cut.
    """
    import pandas as pd

    rows = [
        {
            "condition": condition,
            "readout": readout,
            "feedback": f"{entry.arm.regulator} ⊣ {entry.arm.target}",
            "path": entry.path,
            "reactions": ";".join(entry.arm.reactions),
            "control": entry.control,
            "part": entry.part,
            "share_removed": entry.share_removed,
            "fold_with": entry.fold_with,
            "fold_without": entry.fold_without,
        }
        for (condition, readout), entries in feedback.items()
        for entry in entries
    ]
    return pd.DataFrame(rows, columns=list(FEEDBACK_COLUMNS))


def state_folds(network: ReactionNetwork, arms: Sequence[Arm], settings: CompareSettings) -> pd.DataFrame:
    """Return the fold change of every species at the map's time, by rate equations."""
    import pandas as pd

    species = tuple(network.species)
    moment = np.array([settings.map_time_s])
    watching = Experiment(network=network, readouts=species, times=moment)
    vehicle = watching.deterministic(arms[0]).moments.mean[0]
    frames = []
    for arm in arms:
        amounts = watching.deterministic(arm).moments.mean[0]
        frames.append(
            pd.DataFrame(
                {"condition": arm.condition, "species": species, "fold_change": fold_over(amounts, vehicle)}
            )
        )
    return pd.concat(frames, ignore_index=True)


def dose_table(network: ReactionNetwork, settings: CompareSettings) -> pd.DataFrame:
    """Return one row per drug: dose, schedule, why this dose, source."""
    import pandas as pd

    known = drugs(network.model)
    rows = []
    for name, text in settings.drugs.items():
        dose, default = parse_dose(text), known[name].default_dose
        protocol = constant_protocol(
            variant=settings.variant, inputs={}, given={name: text}, duration=settings.duration_s
        )
        is_default = default is not None and dose == Dose(nM=default.nM)
        rows.append(
            {
                "drug": name,
                "dose_nM": arm_of(network, protocol).dose_nM,
                "schedule": text,
                "why": default.why if is_default and default else "chosen for this run",
                "source": default.provenance.source if is_default and default else "",
                "confidence": default.provenance.confidence if is_default and default else "design",
            }
        )
    return pd.DataFrame(rows)


def drug_bars(network: ReactionNetwork, arm: Arm) -> list[tuple[float, float, float]]:
    """Return ``(start in s, end in s, highest nM)`` for each stretch of time with a drug."""
    bars: list[tuple[float, float, float]] = []
    for course in drug_courses(network, arm.protocol).values():
        highest = [piece.highest(until) for piece, until in course]
        enough = PRESENT * max(highest, default=0.0)
        for (piece, until), nM in zip(course, highest, strict=True):
            if not nM > enough:
                continue
            if bars and bars[-1][1] == piece.start and (piece.fading or piece.slope):
                bars[-1] = (bars[-1][0], until, max(bars[-1][2], nM))
            else:
                bars.append((piece.start, until, nM))
    return bars
