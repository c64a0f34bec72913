"""How to run a comparison again and get the same numbers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from mtornet.experiment.drug import VEHICLE
from mtornet.report.parts import facts, paragraph, section

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison


def repeat(comparison: Comparison) -> str:
    """Return how to run it again and get the same numbers."""
    run = comparison.run
    versions = run.get("versions")
    known = (
        ", ".join(f"{name} {value}" for name, value in versions.items())
        if isinstance(versions, Mapping)
        else ""
    )
    rows = [
        ("Seed", str(run.get("seed", ""))),
        ("Model", f"{run.get('model', '')}, SHA-256 {run.get('model_sha256', '')}"),
        ("Algorithm", f"{run.get('algorithm', '')} ({run.get('kisao', '')})"),
        ("Versions", known),
        ("Run", f"{run.get('started', '')} to {run.get('finished', '')}"),
    ]
    spec = json.dumps(run.get("spec", {}), ensure_ascii=False, indent=1)
    return section(
        "repeat",
        "How to repeat it",
        paragraph(
            "The same command with the same versions gives the same numbers, whatever the number of cores."
        ),
        f"<pre><code>{escape(command_line(comparison))}</code></pre>",
        facts(rows),
        "<details><summary>What was asked for, as stored in run.json</summary>"
        f"<pre><code>{escape(spec)}</code></pre></details>",
    )


def command_line(comparison: Comparison) -> str:
    """Return the command that makes this comparison again, every default written out."""
    settings = comparison.settings
    parts = ["mtornet", "compare", *settings.drugs]
    for name, dose in settings.drugs.items():
        parts += ["--dose", f"{name}={dose}"]
    for arm in comparison.arms:
        if arm.drug != VEHICLE and "+" in arm.drug:
            parts += ["--combine", arm.drug]
    for name, value in settings.inputs.items():
        parts += ["--input", f"{name}={value}"]
    if settings.context:
        parts += ["--context", settings.context]
    parts += ["--variant", settings.variant, "--duration", _hours(settings.duration_s)]
    parts += ["--method", settings.method]
    if settings.method != "ode":
        parts += ["--cells", str(settings.cells), "--copy-scale", repr(float(settings.copy_scale))]
        parts += ["--settle", _hours(settings.settle_s)]
    elif settings.extrinsic is not None:
        parts += ["--cells", str(settings.cells)]
    if settings.extrinsic is not None:
        parts += ["--extrinsic", str(settings.extrinsic)]
    return shlex.join([*parts, "--seed", str(settings.seed)])


def _hours(seconds: float) -> str:
    """Return hours with the digits that read back exactly."""
    return f"{seconds / 3600!r} h".replace(".0 h", " h")
