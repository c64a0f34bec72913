"""Write what an exploration of resistance found: tables, figures, a page that opens from disk."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.report.captions import Caption
from mtornet.report.files import writable_folder, write_atomically, write_csv, write_json
from mtornet.report.html import page
from mtornet.report.parts import bullets, facts, paragraph, section, table
from mtornet.report.sections import figure

if TYPE_CHECKING:
    import pandas as pd

    from mtornet.analysis.resistance.explore import Resistance

QUESTION = (
    "What makes cells resistant to this drug, through which feedback does AKT come back, what given with "
    "the drug would stop it, and what happens to populations of cells over months?"
)

CAPTIONS = {
    "heatmap": Caption(
        title="Edits that cost a response or change the rebound",
        text=(
            "One row per edit: a parameter times the factor beside its name, or a genotype. Left: how much "
            "of the response at 24 h is lost under each drug (red: lost; blue: the drug does more). Right: "
            "how far the rebound of AKT lies above that of unedited cells under the same drug. Rows with "
            "similar effects stand together (average linkage); grey: nothing left to measure."
        ),
        alt="Heat map of edits against drugs; the numbers are in heatmap.csv and scan.csv.",
    ),
    "loops": Caption(
        title="Feedback that carries the rebound",
        text=(
            "Each loop was found in the influence graph of the untreated cell: it holds AKT down and the "
            "drug silences it. Every subset of the loops is then cut, and drug and vehicle are simulated "
            "again. The bar is what the cut of a loop removes of the climb, as the mean over all orders of "
            "cutting (Shapley 1953), so that the bars add up to that of all loops; the tick is what is gone "
            "when the loop alone is cut."
        ),
        alt="Bars of the share of the climb that each loop explains; the numbers are in loops.csv.",
    ),
    "counter": Caption(
        title="What a second drug leaves of the rebound",
        text=(
            "Dots: the peak of AKT phosphorylation with both drugs; ticks: with the second drug alone. The "
            "dashed line is 1.2 times the vehicle. Nodes without a drug are inhibited to a tenth."
        ),
        alt="Peak of AKT phosphorylation with each second drug; the numbers are in counter.csv.",
    ),
    "synergy": Caption(
        title="Dose matrices of the best second drugs",
        text=(
            "Colour: Bliss excess, the response expected of independent drugs minus the one found; red is "
            "more effect than expected. The mean over the combinations stands above each matrix. Viability "
            "is the number of cells after the treatment over that of untreated cells."
        ),
        alt="Heat maps of Bliss excess by dose; the numbers of all four models are in synergy.csv.",
    ),
    "clouds": Caption(
        title="Cells drawn within the bounds of every parameter",
        text=(
            "Left: courses of drawn cells by class. Middle: how many fall into each class, with 95 % "
            "intervals. Right: parameters whose value tells a class from the others."
        ),
        alt="Courses, shares and separating parameters of drawn cells; the numbers are in clouds.csv.",
    ),
    "clones": Caption(
        title="Clones under selection",
        text=(
            "A tumour of a million cells with one cell of each genotype grows under each drug, division and "
            "death as the network has them under that drug; beyond a billion cells the excess is lost at "
            "random. Lines: the median tumour; bands: the middle 90 % of tumours, sampled exactly; dashes: "
            "the mean without chance."
        ),
        alt="Share of each clone over two years under each drug; the numbers are in clones.csv.",
    ),
}

CONTENTS = (
    ("question", "The question"),
    ("answer", "The answer"),
    ("figures", "Figures"),
    ("edits", "Which edits"),
    ("loops", "Which feedback"),
    ("counter", "What would stop it"),
    ("limits", "What this is and is not"),
    ("repeat", "How to repeat it"),
)


def write_resistance(found: Resistance, folder: Path) -> dict[str, str]:
    """Write every file of an exploration.

    Returns
    -------
    dict of str
        File names by what they are; also stored as ``outputs`` in ``run.json``, written last.
    """
    from mtornet.plot.resistance.figures import resistance_figures

    writable_folder(folder)
    outputs: dict[str, str] = {}
    for name, frame in _tables(found).items():
        outputs[name] = write_csv(frame, folder / f"{name}.csv").name
    figures = resistance_figures(found, folder / "figures")
    for name, paths in figures.items():
        for path in paths:
            outputs[f"figure_{name}_{path.suffix[1:]}"] = path.relative_to(folder).as_posix()
    outputs |= {"report": "report.html", "run": "run.json"}
    found.run["outputs"] = dict(outputs)
    text = _page(found, figures, folder)
    write_atomically(folder / "report.html", lambda p: p.write_text(text, encoding="utf-8"))
    write_json(found.run, folder / "run.json")
    return outputs


def _tables(found: Resistance) -> dict[str, pd.DataFrame]:
    import pandas as pd

    tables = {
        "scan": found.scan,
        "loops": found.loop_table,
        "counter": found.counter.table,
        "synergy": found.counter.synergy_table,
        "clouds": found.cloud.table,
        "clouds_shares": found.cloud.shares,
        "clouds_parameters": found.cloud.separating,
    }
    if found.reversals:
        tables["reversible"] = pd.concat([each.table for each in found.reversals], ignore_index=True)
        tables["reversible_IC50"] = pd.concat([each.potency for each in found.reversals], ignore_index=True)
    if found.clones is not None:
        tables["clones"], tables["clones_takeover"] = found.clones.table, found.clones.takeover
    return tables


def _caption(name: str, found: Resistance) -> Caption:
    for reversal in found.reversals:
        if name == f"reversible_{reversal.state.id}":
            return Caption(
                title=f"{reversal.state.name}: ramp and holiday",
                text=(
                    "Above: share of cells in the resistant state, dishes of dividing, dying and switching "
                    "cells simulated exactly (thin, band: 90 %) and the mean without chance (dashes). "
                    "Below: IC50 of growth over three days of the cells of that week."
                ),
                alt="Share of resistant cells and IC50 by week; the numbers are in reversible.csv.",
            )
    return CAPTIONS[name]


def _page(found: Resistance, figures: Mapping[str, Sequence[Path]], folder: Path) -> str:
    settings = found.settings
    cells = f"{settings.context or 'the cells of the tables'}, genotype {settings.variant}"
    shown = [
        figure(number, name, _caption(name, found), files, folder)
        for number, (name, files) in enumerate(figures.items(), start=1)
    ]
    best = found.counter.table.drop(columns=["agent"]).head(12)
    edits = found.scan[found.scan["drug"] == settings.drug].sort_values("loss", ascending=False)
    columns = ["cell", "kind", "loss", "d_rebound", "IC50_nM", "IC50_shift"]
    body = (
        section(
            "question",
            "The question",
            paragraph(QUESTION),
            facts(
                [
                    ("Drug", f"{settings.drug} ({settings.class_label}), {settings.doses[settings.drug]}"),
                    ("Cell", f"{cells}; {', '.join(f'{n} {v}' for n, v in settings.inputs.items())}"),
                    ("Model", settings.network.describe()),
                    ("Duration", f"{settings.duration_s / 3600:g} h of drug on settled cells"),
                ]
            ),
        ),
        section("answer", "The answer", bullets(found.sentences)),
        section("figures", "Figures", *shown),
        section(
            "edits",
            "Which edits",
            table(edits[columns].head(20), caption=f"Edits that cost {settings.drug} most of its response."),
        ),
        section(
            "loops",
            "Which feedback",
            table(
                found.loop_table[
                    ["readout", "cut", "loop", "part", "share_removed", "fold_with", "fold_without"]
                ],
                caption=(
                    "Loops found in the graph and cut in simulation. part: of the climb, mean over all "
                    "orders of cutting; share_removed: gone when only these are cut."
                ),
            ),
        ),
        section(
            "counter", "What would stop it", table(best, caption="Second drugs and inhibited nodes, ranked.")
        ),
        section(
            "limits",
            "What this is and is not",
            bullets(
                [
                    "Rate equations of one cell, most constants chosen and not measured; a ranking is a "
                    "hypothesis to test, never clinical advice.",
                    "Concentrations of drug stay as they are; growth is that of cells in culture.",
                    "Jittered sets tell how sure a statement is within the model, not how right it is.",
                ]
            ),
        ),
        section(
            "repeat",
            "How to repeat it",
            f"<pre><code>{escape(command_line(found))}</code></pre>",
            "<details><summary>What was asked for, as stored in run.json</summary><pre><code>"
            f"{escape(json.dumps(found.run['spec'], indent=1, ensure_ascii=False))}</code></pre></details>",
        ),
    )
    return page(
        title=f"Resistance to {settings.drug}",
        finding=found.sentences[0],
        contents=CONTENTS,
        body=body,
        run=found.run,
    )


def command_line(found: Resistance) -> str:
    """Return the command that makes this exploration again, every default written out."""
    settings = found.settings
    parts = ["mtornet", "resist", "--drug", settings.drug, "--dose", settings.doses[settings.drug]]
    for name in settings.doses:
        if name != settings.drug:
            parts += ["--against", name]
    for name, value in settings.inputs.items():
        parts += ["--input", f"{name}={value}"]
    if settings.context is not None:
        parts += ["--context", settings.context]
    parts += ["--variant", settings.variant, "--duration", f"{settings.duration_s / 3600:g} h"]
    parts += ["--draws", str(settings.draws), "--sets", str(settings.sets), "--seed", str(settings.seed)]
    return shlex.join(parts)
