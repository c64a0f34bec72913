"""The experiment as PEtab v2 tables: which condition starts when, and what it sets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.report.files import writable_folder, write_text

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison


def write_protocol(comparison: Comparison, folder: Path) -> list[Path]:
    """Write ``experiments.tsv`` and ``conditions.tsv``.

    Each arm is one experiment. It starts at ``-inf`` with the resting condition (pre-equilibration)
    and switches conditions at the times of its doses; a condition sets inputs of ``model.xml``.
    """
    writable_folder(folder)
    network = comparison.network
    drugs = [i.id for i in network.inputs.values() if i.role == "drug"]
    experiments = ["experimentId\ttime\tconditionId"]
    conditions = ["conditionId\ttargetId\ttargetValue"]
    for arm in comparison.arms:
        name = _identifier(arm.condition)
        resting = dict.fromkeys(drugs, 0.0) | arm.protocol.settle_inputs(network)
        phases = [("-inf", resting)]
        phases += [
            (f"{start:g}", dict.fromkeys(drugs, 0.0) | values)
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
