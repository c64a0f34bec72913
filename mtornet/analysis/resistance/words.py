"""An exploration in words and in the table of loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.findings import released_text, verdict
from mtornet.analysis.released_loops import BrakeShare, Explanation
from mtornet.analysis.resistance.clones import LEAST_SHIFT, Clones
from mtornet.analysis.resistance.clouds import Cloud
from mtornet.analysis.resistance.counter import Counter
from mtornet.analysis.resistance.reversible import HOLIDAY_WEEKS, RAMP_WEEKS, DOSES_nM, Reversal
from mtornet.analysis.resistance.scan import ranked, shifted_genotypes
from mtornet.analysis.resistance.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

WORTH_SAYING = 0.02
"""Part of a climb below which a loop is left to the table."""

LOOP_COLUMNS = (
    "readout",
    "cut",
    "loop",
    "part",
    "share_removed",
    "fold_with",
    "fold_without",
    "climb_log2",
    "control",
    "path",
    "branches",
    "reactions",
)


def loop_table(loops: Mapping[str, Explanation]) -> pd.DataFrame:
    """Return one row per read-out and cut: each loop alone, pairs, all together.

    ``part`` is what the cut of a loop removes of the climb, as the mean over all orders of cutting, of
    several loops the sum; ``share_removed`` is what this cut removes from cells that lack nothing else.
    """
    import pandas as pd

    rows = []
    for readout, found in loops.items():
        together = (found.together,) if found.together is not None else ()
        for kind, shares in (("alone", found.alone), ("pair", found.pairs), ("all", together)):
            rows += [_loop_row(readout, kind, found, share) for share in shares]
    return pd.DataFrame(rows, columns=list(LOOP_COLUMNS))


def _loop_row(readout: str, kind: str, found: Explanation, share: BrakeShare) -> dict[str, object]:
    return {
        "readout": readout,
        "cut": kind,
        "loop": share.name,
        "part": share.part,
        "share_removed": share.share_removed,
        "fold_with": share.fold_with,
        "fold_without": share.fold_without,
        "climb_log2": found.climb,
        "control": sum(loop.control for loop in share.loops),
        "path": share.loops[0].path if kind == "alone" else "",
        "branches": "; ".join(f"{name} {part:.3f}" for name, part in share.branches),
        "reactions": ";".join(name for loop in share.loops for name in loop.reactions),
    }


def sentences(
    settings: Settings,
    scan: pd.DataFrame,
    loops: Mapping[str, Explanation],
    counter: Counter,
    cloud: Cloud,
    clones: Clones | None,
    reversals: Sequence[Reversal],
) -> tuple[str, ...]:
    """Say what was found, a paragraph per question."""
    said = [*_loops(settings, loops), _scan(settings, scan), *_genotypes(scan), _counter(counter)]
    said += [*_synergy(counter), *_cloud(cloud)]
    if clones is not None:
        said.append(_clones(clones))
    said += [_reversal(each) for each in reversals]
    return tuple(text for text in said if text)


def _label(settings: Settings, readout: str) -> str:
    return settings.network.readouts[readout].label or readout


def _loops(settings: Settings, loops: Mapping[str, Explanation]) -> list[str]:
    if not loops:
        return [f"Under {settings.main.condition} AKT does not come back; there is no rebound to explain."]
    said = []
    for readout, found in loops.items():
        what = {
            "rebound": f"rebounds to {found.peak:.2f}-fold",
            "full recovery": f"comes back to {found.peak:.2f} of vehicle",
        }.get(verdict(found.peak, found.climb), f"climbs to {found.peak:.2f} of vehicle")
        causes = [
            (share.name, share.part, share.share_removed)
            for share in found.alone
            if np.fmax(share.part, share.share_removed) >= WORTH_SAYING
        ]
        text = f"{_label(settings, readout)} {what}. "
        text += released_text(causes) if causes else "No feedback found in the graph explains it"
        if found.stronger_together:
            pair = found.stronger_together[0]
            text += f". Cut together, {pair.name} remove {pair.share_removed:.0%}"
        said.append(text + ".")
    return said


def _scan(settings: Settings, scan: pd.DataFrame) -> str:
    lost = ranked(scan, settings.drug, "loss", n=8)
    lost = lost[lost["loss"] > 0.05]
    risen = ranked(scan, settings.drug, "d_rebound", n=6)
    risen = risen[risen["d_rebound"] > 0.1]
    text = f"Response to {settings.drug} is lost by "
    text += (
        ", ".join(f"{cell} ({share:.0%})" for cell, share in zip(lost["cell"], lost["loss"], strict=True))
        or "no single edit"
    )
    text += ". The rebound grows with "
    text += (
        ", ".join(
            f"{cell} ({2.0**rise:.1f}x)" for cell, rise in zip(risen["cell"], risen["d_rebound"], strict=True)
        )
        or "no single edit"
    )
    return text + "."


def _genotypes(scan: pd.DataFrame) -> list[str]:
    """Say for genotypes that move an IC50 at least threefold which drugs they defeat and which not."""
    alike: dict[str, list[str]] = {}
    for name, shifts in shifted_genotypes(scan).items():
        moved = {drug: shift for drug, shift in shifts.items() if shift >= LEAST_SHIFT}
        if not moved:
            continue
        kept = [drug for drug, shift in shifts.items() if 0.5 <= shift <= 2.0]
        costs = ", ".join(
            f"{drug} (no dose tested is enough)" if shift == np.inf else f"{drug} ({shift:.1f}x the dose)"
            for drug, shift in moved.items()
        )
        spared = f"; {', '.join(kept)} keep{'s' if len(kept) == 1 else ''} the IC50" if kept else ""
        alike.setdefault(f"{costs}{spared}", []).append(name)
    return [
        f"{', '.join(names)} defeat{'s' if len(names) == 1 else ''} {text}." for text, names in alike.items()
    ]


def _counter(counter: Counter) -> str:
    table = counter.table
    gone = table[table["abolished"]]
    if not len(gone):
        return "No second drug of the tables abolishes the rebound at its usual dose."
    by_class: dict[str, list[str]] = {}
    for row in gone.to_dict(orient="records"):
        by_class.setdefault(str(row["class"]), []).append(
            f"{row['label']} ({float(row['rebound_removed']):.0%} of the rebound gone, "
            f"in {float(row['agree']):.0%} of jittered sets)"
        )
    parts = [f"{name}: {', '.join(labels[:3])}" for name, labels in by_class.items()]
    return "The rebound is abolished by " + "; ".join(parts) + "."


def _synergy(counter: Counter) -> list[str]:
    table = counter.synergy_table
    if not len(table):
        return []
    said = []
    for (agent, readout), group in table.groupby(["agent", "readout"], sort=False):
        words = [
            f"{row['model']} {row['verdict']} ({row['mean_excess']:+.3f}, "
            f"{row['low']:+.3f} to {row['high']:+.3f})"
            if np.isfinite(row["mean_excess"])
            else f"{row['model']} undefined"
            for row in group.to_dict(orient="records")
        ]
        said.append(f"With {agent} on {readout}: {'; '.join(words)}.")
    return said


def _cloud(cloud: Cloud) -> list[str]:
    said = []
    for site in cloud.sites:
        rows = cloud.shares[cloud.shares["site"] == site]
        shares = ", ".join(
            f"{row['class']} {row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"
            for row in rows.to_dict(orient="records")
        )
        told = cloud.separating
        told = told[(told["site"] == site) & (told["q_value"] < 0.05)]
        names = ", ".join(dict.fromkeys(told["parameter"].head(6)))
        tail = f"; what tells them apart most: {names}" if names else ""
        said.append(f"Cells drawn within the bounds, {site}: {shares}{tail}.")
    return said


def _clones(clones: Clones) -> str:
    table = clones.takeover
    won = table[(table["tumours_taken_over"] > 0.5) & (table["clone"] != clones.names[0])]
    parts = [
        f"{row['clone']} under {row['drug']} (after {row['week_q50'] / 4.345:.1f} months)"
        for row in won.to_dict(orient="records")
    ]
    if not parts:
        return "No mutant clone takes over a tumour under any of the drugs."
    return "Growing as in culture, one cell in a million takes over: " + ", ".join(parts) + "."


def _reversal(found: Reversal) -> str:
    beyond = "at least " if found.ic50_nM[RAMP_WEEKS] > DOSES_nM[-1] else ""
    return (
        f"{found.state.name}: after {RAMP_WEEKS} weeks of rising {found.drug} "
        f"{found.fraction_on[RAMP_WEEKS]:.0%} of the cells are in the resistant state and the IC50 of "
        f"growth is {beyond}{found.shift_after_ramp:.3g}-fold; {HOLIDAY_WEEKS} weeks without drug leave "
        f"{found.fraction_on[-1]:.1%} and {found.shift_after_holiday:.2g}-fold."
    )
