"""What ``show --feedback`` and ``show --drug`` print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtornet.experiment.drug import DrugTarget
from mtornet.network.network import ReactionNetwork

Rows = list[dict[str, Any]]

MOST_LOOPS = 15


def feedback(network: ReactionNetwork, node: str, *, variant: str, inputs: Mapping[str, str]) -> Rows:
    """Return the loops through a node at the steady state of an untreated cell, strongest first."""
    from mtornet.analysis.loops import loops_at_rest, loops_through

    return [
        {
            "loop": loop.text,
            "sign": "negative" if loop.sign < 0 else "positive",
            "gain": round(loop.gain, 4),
            "delay": loop.delay_class,
            "delay_min": round(loop.delay_s / 60.0, 1),
            "slowest step": f"{loop.slowest[0]} on {loop.slowest[1]}",
            "routes": loop.routes,
        }
        for loop in loops_through(network, loops_at_rest(network, variant=variant, inputs=inputs), node)
    ]


def feedback_text(node: str, rows: Rows) -> str:
    """Return the loops as a table with what its columns mean."""
    if not rows:
        return f"no feedback loop of this cell passes {node}"
    return "\n".join(
        [
            f"{len(rows)} feedback loops through {node} at the steady state of the untreated cell",
            _table(rows[:MOST_LOOPS], ("loop", "sign", "gain", "delay", "slowest step")),
            *(
                [f"… and {len(rows) - MOST_LOOPS} weaker ones (--json lists all)"]
                if len(rows) > MOST_LOOPS
                else []
            ),
            "gain: product of the local responses (d ln/d ln) around the loop; delay: sum of the mean lags.",
        ]
    )


def drug(network: ReactionNetwork, name: str, *, dose: str | None, variant: str) -> dict[str, Any]:
    """Return what a drug binds, blocks and cuts, and how it reaches the read-outs."""
    from mtornet.analysis.drug_profile import drug_profile
    from mtornet.experiment.drug import find_drug

    found = drug_profile(network, find_drug(network.model, name), dose=dose, variant=variant)
    return {
        "drug": found.drug.id,
        "class": found.drug.class_label,
        "aliases": list(found.drug.aliases),
        "dose_nM": found.dose_nM,
        "targets": [
            {
                "target": target.target,
                "mechanism": target.mechanism,
                "constant": constant_text(target),
                "confidence": target.provenance.confidence,
                "source": target.provenance.source,
            }
            for target in found.drug.targets
        ],
        "blocked": [
            {"reaction": step.reaction, "what": step.what, "left": _percent(step.left)}
            for step in found.blocked
        ],
        "loops": [
            {
                "loop": opened.loop.text,
                "sign": "negative" if opened.loop.sign < 0 else "positive",
                "gain": round(opened.loop.gain, 4),
                "delay": opened.loop.delay_class,
                "cut at": f"{opened.regulator} ({_percent(opened.left)} left)",
                "effect": opened.effect,
            }
            for opened in found.loops
        ],
        "paths": [
            {
                "read-out": path.readout,
                "pushed": path.push,
                "shortest way": path.path,
                "within": _time(path.delay_s),
            }
            for path in found.paths
        ],
    }


def drug_text(found: dict[str, Any]) -> str:
    """Return the profile as four tables."""
    loops: Rows = found["loops"]
    head = f"{found['drug']} ({found['class']}), {found['dose_nM']:g} nM for 24 h on settled cells"
    if found["aliases"]:
        head += f"; also called {', '.join(found['aliases'])}"
    parts = [head, "binds", _table(found["targets"])]
    parts += ["\nblocks", _table(found["blocked"]) if found["blocked"] else "nothing at this dose"]
    parts += ["\ncuts or releases", _table(loops[:MOST_LOOPS]) if loops else "no feedback loop at this dose"]
    if len(loops) > MOST_LOOPS:
        parts.append(f"… and {len(loops) - MOST_LOOPS} weaker ones (--json lists all)")
    parts += ["\nshortest ways to the read-outs, and where each alone pushes", _table(found["paths"])]
    return "\n".join(parts)


def constant_text(target: DrugTarget) -> str:
    """Return a target's constant with value and unit."""
    unit = "" if target.unit == "1" else f" {target.unit}"
    return f"{target.constant.replace('{', '').replace('}', '')} = {target.value:g}{unit}"


def _table(rows: Rows, columns: tuple[str, ...] = ()) -> str:
    import pandas as pd

    from mtornet.cli.tables import plain

    frame = pd.DataFrame(rows)
    return plain(frame[list(columns)] if columns else frame)


def _percent(part: float) -> str:
    return "<1%" if part < 0.01 else f"{part:.0%}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
