"""The sections of the report, in the order in which a colleague asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.plot.population import readout_label
from mtornet.report.captions import Caption, caption_of
from mtornet.report.embed import embedded
from mtornet.report.parts import bullets, duration, facts, paragraph, section, shown, table
from mtornet.report.sources import provenance_table

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison

QUESTION = (
    "What does each class of mTOR inhibitor do to each arm of the pathway, when does AKT come back, in "
    "which cells, through which feedback, and what would stop it?"
)

SHARE_SHOWN = 0.05
"""Feedback that explains less of a climb than this is left to the CSV."""

METHOD_WORDS = {
    "ssa": "exact stochastic simulation: every single reaction in every cell, at its random time",
    "tau": "tau-leaping: many reactions in one random step, while no amount changes much",
    "hybrid": "Langevin equations (each reaction with its random fluctuation), rare molecules one by one",
    "cle": "Langevin equations: each reaction with its random fluctuation",
    "ode": "rate equations: the average of very many cells, without chance",
}


def question() -> str:
    """Return the question that the comparison answers."""
    return section("question", "The question", paragraph(QUESTION))


def simulated(comparison: Comparison) -> str:
    """Return what was simulated: the cell, the drugs, the method."""
    settings, run = comparison.settings, comparison.run
    rows = [
        ("Model", comparison.network.describe()),
        ("Cell", f"{settings.context or 'as the model has it'}; genotype {settings.variant}"),
        ("Stimulus", ", ".join(f"{name} {value}" for name, value in settings.inputs.items()) or "none"),
        ("Duration", f"{duration(settings.duration_s)} after the first dose"),
        ("Before the first dose", _before(comparison)),
        ("Method", METHOD_WORDS.get(settings.method, settings.method)),
    ]
    if comparison.population:
        rows.append(("Cells", _cells(comparison)))
        if settings.extrinsic is not None:
            rows.append(("Differences in abundance", _abundances(settings.extrinsic)))
        if settings.method != "ode":
            rows.append(("Size of a cell", _copy_scale(float(settings.copy_scale))))
    if run.get("interrupted"):
        rows.append(("Interrupted", "the run was stopped; only the conditions shown here are complete"))
    drugs = table(
        comparison.doses[["drug", "dose_nM", "schedule", "why", "source", "confidence"]],
        caption="Drugs and doses. Concentrations are of free drug around the cell; how sure: see the model.",
        headings=("Drug", "Dose (nM)", "Schedule", "Why this dose", "Source", "How sure"),
    )
    return section("simulated", "What was simulated", facts(rows), drugs)


def _before(comparison: Comparison) -> str:
    settings, run = comparison.settings, comparison.run
    text = "cells at rest under the same stimulus"
    residual = run.get("steady_state_residual")
    if isinstance(residual, float):
        text += f" (largest remaining change {residual:.1g} per hour, relative)"
    if comparison.population and settings.method != "ode":
        text += f", then left to fluctuate for {duration(settings.settle_s)}"
    return text


def _cells(comparison: Comparison) -> str:
    text = f"{comparison.settings.cells} per condition, the same starting cells in every condition"
    stopped = 0
    for result in comparison.population:
        stopped += sum(1 for code in result.status if code != 0)
    if stopped:
        text += f"; {stopped} cells stopped before the end and are left out of every number here"
    return text


def _abundances(extrinsic: float | str) -> str:
    how = (
        "log-normal, with the coefficients of variation of the model's population table"
        if isinstance(extrinsic, str)
        else f"log-normal, with a coefficient of variation of {extrinsic:g} for every total"
    )
    return f"{how}; each cell is settled by itself and compared with itself without drug"


def _copy_scale(scale: float) -> str:
    if scale == 1.0:
        return "real numbers of molecules: cells differ as much as chance alone makes real cells differ"
    noisier = scale**-0.5
    word = "larger" if noisier > 1 else "smaller"
    factor = noisier if noisier > 1 else 1 / noisier
    return (
        f"{scale:g} of the molecules of a real cell in {scale:g} of its volume: concentrations and "
        f"averages are kept, but chance differences between cells are about {factor:.2g} times {word} than "
        "in a real cell"
    )


def finding(comparison: Comparison) -> str:
    """Return the finding in one sentence: what each drug's signal does, else the first sentence there is."""
    if "rebound" in comparison.table.columns and len(comparison.table):
        rows = comparison.table[["condition", "rebound"]].itertuples(index=False, name=None)
        said = [f"{condition}: {words}" for condition, words in rows if words]
        if said:
            return "AKT phosphorylation under the drug: " + "; ".join(said) + "."
    return comparison.sentences[0] if comparison.sentences else "No finding was put into words."


def answer(comparison: Comparison) -> str:
    """Return the short table and the findings in words."""
    shown_table = table(
        comparison.table,
        caption=(
            "Fold change over vehicle at the same time (rate equations); cells above baseline: share of "
            "simulated cells above 1.2 times the vehicle's mean."
        ),
    )
    return section("answer", "The answer", shown_table, bullets(comparison.sentences))


def figures(comparison: Comparison, paths: Mapping[str, Sequence[Path]], folder: Path) -> str:
    """Return the figures with captions, each inside the page."""
    blocks = [
        figure(number, name, caption_of(name, comparison), files, folder)
        for number, (name, files) in enumerate(paths.items(), start=1)
    ]
    return section("figures", "Figures", *blocks)


def figure(number: int, name: str, caption: Caption, files: Sequence[Path], folder: Path) -> str:
    """Return one numbered figure with its caption, inside the page."""
    where = ", ".join(_relative(path, folder) for path in files)
    return (
        f'<figure id="figure-{escape(name)}">\n{embedded(name, files, alt=caption.alt)}\n'
        f"<figcaption><strong>Figure {number}. {escape(caption.title)}.</strong> {escape(caption.text)}"
        f'<p class="files">Files: {escape(where)}</p></figcaption>\n</figure>'
    )


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        return Path(path).name


def feedback(comparison: Comparison) -> str:
    """Return which feedback each drug releases and what it explains."""
    frame = comparison.feedback
    intro = paragraph(
        "A signal comes back when the drug silences something that was holding it down. Each row names "
        "such an inhibitory arm. The same drug is given to cells that lack it, alone and with every choice "
        "of the other arms, since arms stand in for each other: the part of the climb that is its own is "
        "what its cut removes, as the mean over all orders of cutting (Shapley 1953). Parts add up to the "
        "share that is gone without all these arms; what single cuts remove does not."
    )
    if not len(frame):
        none = paragraph("No released feedback was found, or none was looked for.")
        return section("feedback", "Which feedback", intro, none)
    import pandas as pd

    whole, frame = len(frame), frame[~(frame[["part", "share_removed"]].max(axis=1) < SHARE_SHOWN)]
    labels = [readout_label(comparison, name) for name in frame["readout"]]
    columns: dict[str, Iterable[object]] = {
        "Condition": frame["condition"],
        "Read-out": labels,
        "Feedback released": frame["feedback"],
    }
    if "path" in frame.columns:
        columns["Way to the read-out"] = frame["path"]
    columns |= {
        "Part of the climb": [_percent(float(value)) for value in frame["part"]],
        "Gone when cut alone": [_percent(float(value)) for value in frame["share_removed"]],
        "Peak, fold of vehicle": [_fold(float(value)) for value in frame["fold_with"]],
        "Peak when cut alone": [_fold(float(value)) for value in frame["fold_without"]],
        "Reactions": [str(value).replace(";", ", ") for value in frame["reactions"]],
    }
    rows = pd.DataFrame({name: list(values) for name, values in columns.items()})
    legend = (
        "⊣ inhibits. Every subset of the arms was cut in the model; drug and vehicle were simulated again."
    )
    if whole > len(frame):
        legend += (
            f" {whole - len(frame)} arms that explain less than {SHARE_SHOWN:.0%} are only in feedback.csv."
        )
    return section("feedback", "Which feedback", intro, table(rows, caption=legend))


def _fold(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else shown(value)


def _percent(share: float) -> str:
    # Adding 0 turns -0 % into 0 %.
    return f"{round(share, 2) + 0.0:.0%}" if share == share else "–"


def limits(comparison: Comparison) -> str:
    """Return what the model is and is not, with how much of it was read and how much chosen."""
    is_text = paragraph(
        "A network of biochemical reactions with numbers of molecules in one average cell. Drugs act on "
        "the steps they are known to act on; everything else follows from the reactions. It shows what "
        "this wiring implies, and which part of the wiring is responsible."
    )
    not_items = [
        "Not clinical advice, and not a prediction for a patient, a tumour or your cell line.",
        "Not fitted to your data: amounts and rates are of a generic cell, many chosen by us (see below).",
        "No cell division, no cell death, no neighbours; drug around the cell stays at the stated level.",
        "Read-outs are amounts of model species; antibodies, background and saturation are not modelled.",
    ]
    if comparison.population:
        not_items.append(
            "Cells of one condition start with the same expected amounts and differ by the chance of "
            "single reactions; real cells also differ in how much of each protein they make, so they "
            "differ more than chance alone explains."
        )
    not_items += [f"Left out when this network was built: {note}" for note in comparison.network.notes]
    return section(
        "model",
        "What the model is and is not",
        is_text,
        bullets(not_items),
        "<h3>Where the numbers come from</h3>",
        provenance_table(comparison.provenance),
    )
