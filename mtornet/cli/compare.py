"""``mtornet compare``: the main job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.analysis import defaults
from mtornet.cli.options import (
    Cells,
    Context,
    CopyScale,
    DryRun,
    Extrinsic,
    Inputs,
    Jobs,
    Json,
    Out,
    Quiet,
    Seed,
    Variant,
    pairs,
)
from mtornet.errors import ProtocolError

if TYPE_CHECKING:
    from mtornet.analysis.calibration.sets import ParameterSets
    from mtornet.analysis.compare import Comparison
    from mtornet.analysis.request import CompareRequest, CompareSettings

NAME = "compare"
HELP = "Compare drugs on the same cells: what each does to every arm of the pathway, and when AKT comes back."
EXAMPLE = (
    "Example: mtornet compare everolimus sapanisertib --dose everolimus='5 nM' --variant PTEN_loss --out pten"
)


def command(
    drugs: Annotated[
        list[str] | None, typer.Argument(help="Drugs or aliases [everolimus sapanisertib dactolisib].")
    ] = None,
    dose: Annotated[
        list[str] | None,
        typer.Option(
            "--dose",
            help="Dose or schedule: everolimus='20 nM for 6 h every 24 h'. Repeatable.",
            show_default=False,
        ),
    ] = None,
    combine: Annotated[
        list[str] | None,
        typer.Option(
            "--combine", help="A further arm with several: everolimus+sapanisertib.", show_default=False
        ),
    ] = None,
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    duration: Annotated[
        str, typer.Option("--duration", help="How long, for example '72 h'.")
    ] = defaults.DURATION,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            help="Cells: hybrid (real size), ssa (exact, scaled down), cle, tau; ode: none. [hybrid; below "
            "copy scale 1 ssa]",
            show_default=False,
        ),
    ] = None,
    cells: Cells = defaults.CELLS,
    extrinsic: Extrinsic = None,
    copy_scale: CopyScale = None,
    settle: Annotated[
        str, typer.Option("--settle", help="How long cells fluctuate before the first dose.")
    ] = defaults.SETTLE,
    seed: Seed = defaults.SEED,
    jobs: Jobs = None,
    ensemble: Annotated[
        int | None,
        typer.Option(
            "--ensemble",
            help="Also with this many parameter sets that fit: bands, and the share that rebounds.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[str, typer.Option("--keep", help="summary, or trajectories of every cell.")] = "summary",
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> int:
    """Run the comparison and write its files."""
    from mtornet.analysis.calibration.sets import ensemble as parameter_sets
    from mtornet.analysis.compare import carry_out
    from mtornet.analysis.request import CompareRequest, prepared
    from mtornet.cli.progress import CellProgress
    from mtornet.report.files import writable_folder
    from mtornet.report.outputs import write_comparison
    from mtornet.simulation.interrupt import stop_on_signals

    if keep not in ("summary", "trajectories"):
        raise ProtocolError(f"--keep {keep!r}: expected summary or trajectories")
    request = CompareRequest(
        drug_names=drugs or defaults.DRUGS,
        doses=dict(pairs(dose, option="--dose")),
        combinations=[part.split("+") for part in combine or []],
        variant=variant,
        context=context,
        inputs=pairs(inputs, option="--input"),
        duration=duration,
        method=method,
        cells=cells,
        extrinsic=extrinsic,
        copy_scale=copy_scale,
        settle=settle,
        seed=seed,
    )
    if dry_run:
        return _predict(request, jobs, as_json=as_json)
    prepared(request)  # a mistake shows before a folder is made
    sets = None if ensemble is None else parameter_sets(n=ensemble)
    folder = writable_folder(out or Path("compare"))
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        found = carry_out(request, jobs=jobs, progress=progress, stop=flag)
    if not as_json:
        # The answer first; drawing takes longer than reading it.
        _show(found)
    outputs = write_comparison(found, folder, keep=keep)
    if sets is not None:
        outputs["ensemble"] = _bands(found, sets, folder, show=not as_json, jobs=jobs)
    if as_json:
        paths = {name: str(folder / path) for name, path in outputs.items()}
        shown = {
            "table": found.table.to_dict(orient="records"),
            "findings": list(found.sentences),
            "paths": paths,
            "seed": found.settings.seed,
            "interrupted": found.interrupted,
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        names = ("report.html", "figures/", "summary.csv", "model.xml", "run.json")
        typer.echo("wrote " + "  ".join(f"{folder}/{name}" for name in names))
    return 130 if found.interrupted else 0


def _bands(found: Comparison, sets: ParameterSets, folder: Path, *, show: bool, jobs: int | None) -> str:
    """Write and show what the comparison looks like with every parameter set."""
    from mtornet.analysis.calibration.bands import comparison_bands, in_words
    from mtornet.network.library import load_model
    from mtornet.simulation.parallel import available_jobs

    table = comparison_bands(
        load_model(), found.settings, found.arms, sets, jobs=jobs if jobs is not None else available_jobs()
    )
    table.to_csv(folder / "ensemble.csv", index=False)
    if show:
        typer.echo("\n".join(("", *in_words(table), "")))
    return "ensemble.csv"


def _cells(settings: CompareSettings) -> str:
    return (
        f"{settings.context} cells, {settings.variant}" if settings.context else f"{settings.variant} cells"
    )


def _show(found: Comparison) -> None:
    from mtornet.cli.tables import plain

    settings = found.settings
    heads = [
        f"{arm.condition} ({found.class_labels.get(arm.drug_class, 'combination')})" for arm in found.arms[1:]
    ]
    ligands = ", ".join(f"{name} {value}" for name, value in settings.inputs.items())
    lines = [
        " · ".join(heads),
        f"{_cells(settings)}, {ligands}; settled, then {settings.duration_s / 3600:g} h with drug",
        found.network.describe(),
        *(
            f"dose of {row['drug']}: {row['schedule']} — {_why(str(row['why']), str(row['source']))}"
            for row in found.doses.to_dict(orient="records")
        ),
        "",
        plain(found.table),
        "",
        *found.sentences,
        "",
    ]
    lines += _about_cells(settings)
    if found.interrupted:
        lines.append("Interrupted: what is listed is complete, the rest is missing.")
    lines.append("Research model, never clinical advice.")
    typer.echo("\n".join(lines))


def _about_cells(settings: CompareSettings) -> list[str]:
    from mtornet.simulation.methods.catalogue import STOCHASTIC

    stochastic = settings.method in STOCHASTIC
    if not stochastic and settings.extrinsic is None:
        return []
    how = STOCHASTIC[settings.method].title if stochastic else "rate equations"
    text = (
        "Fold changes over vehicle come from rate equations of the average cell, fractions of cells from "
        f"{settings.cells} cells per condition ({how})."
    )
    if stochastic:
        text += f" {_noise(settings)}"
    if settings.extrinsic is not None:
        cv = "as in population.tsv" if isinstance(settings.extrinsic, str) else f"CV {settings.extrinsic:g}"
        text += (
            f" Abundances differ from cell to cell ({cv}); each cell is compared with itself without drug."
        )
    return [f"{text} Seed {settings.seed}."]


def _why(reason: str, source: str) -> str:
    return f"{reason} ({source})" if source else reason


def _noise(settings: CompareSettings) -> str:
    if settings.copy_scale == 1.0:
        return "Cells are of real size."
    noisier = settings.copy_scale**-0.5
    return (
        f"At copy scale {settings.copy_scale:g} intrinsic noise is {noisier:.1f} times a real cell's; "
        "--method hybrid simulates cells of real size."
    )


def _predict(request: CompareRequest, jobs: int | None, *, as_json: bool) -> int:
    from mtornet.analysis.forecast import forecast_compare

    found = forecast_compare(request, jobs=jobs)
    typer.echo(json.dumps(found.as_dict()) if as_json else found.sentence())
    return 0
