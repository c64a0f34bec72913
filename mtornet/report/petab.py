"""The experiment as PEtab v2 tables: which condition starts when, and what it sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.report.files import writable_folder, write_text

if TYPE_CHECKING:
    from mtornet.experiment.arms import Arm
    from mtornet.network.network import ReactionNetwork


def write_protocol(network: ReactionNetwork, arms: Sequence[Arm], folder: Path) -> list[Path]:
    """Write ``experiments.tsv`` and ``conditions.tsv``.

    Each arm is one experiment. It starts at ``-inf`` with the resting condition (pre-equilibration)
    and switches conditions at the times of its doses; a condition sets inputs of ``model.xml``. A drug
    that is dosed in mg follows a formula of time in ``model.xml``, whose constants each condition sets.
    """
    writable_folder(folder)
    drugs = [i.id for i in network.inputs.values() if i.role != "ligand"]
    experiments = ["experimentId\ttime\tconditionId"]
    conditions = ["conditionId\ttargetId\ttargetValue"]
    for arm in arms:
        name = _identifier(arm.condition)
        resting = dict.fromkeys(drugs, 0.0) | arm.protocol.settle_inputs(network)
        phases = [("-inf", resting)]
        phases += [
            (f"{start:.12g}", dict.fromkeys(drugs, 0.0) | values)
            for start, values in arm.protocol.stretches(network)
        ]
        for i, (time, values) in enumerate(phases):
            condition = f"{name}_{'rest' if i == 0 else i}"
            experiments.append(f"{name}\t{time}\t{condition}")
            conditions += [f"{condition}\t{target}\t{value!r}" for target, value in sorted(values.items())]
    texts = {
        folder / "experiments.tsv": "\n".join(experiments) + "\n",
        folder / "conditions.tsv": "\n".join(conditions) + "\n",
    }
    return [write_text(text, path) for path, text in texts.items()]


def _identifier(text: str) -> str:
    return re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
