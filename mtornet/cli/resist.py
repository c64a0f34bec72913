"""``mtornet resist``: what defeats a drug, through which feedback, and what would stop it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.analysis import defaults
from mtornet.cli.options import Context, DryRun, Inputs, Jobs, Json, Out, Quiet, Seed, Variant, pairs

if TYPE_CHECKING:
    from mtornet.analysis.resistance.explore import Resistance
    from mtornet.analysis.resistance.settings import ResistanceRequest

NAME = "resist"
HELP = "Explore resistance to a drug: edits that defeat it, the feedback behind the rebound, what stops it."
EXAMPLE = "Example: mtornet resist --drug sapanisertib --context BT474 --out bt474"


def command(
    drug: Annotated[str, typer.Option("--drug", help="Drug or alias.")] = defaults.DRUGS[0],
    dose: Annotated[
        str | None, typer.Option("--dose", help="Concentration, for example '20 nM'.", show_default=False)
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            help="Drug of another class for the scan; one of each class if not given. Repeatable.",
            show_default=False,
        ),
    ] = None,
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    duration: Annotated[
        str, typer.Option("--duration", help="How long, for example '72 h'.")
    ] = defaults.DURATION,
    draws: Annotated[int, typer.Option("--draws", min=32, help="Cells drawn within all bounds.")] = 512,
    sets: Annotated[
        int, typer.Option("--sets", min=2, help="Jittered parameter sets behind every confidence.")
    ] = 12,
    seed: Seed = defaults.SEED,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> int:
    """Run the exploration, print what was found and write its files."""
    from mtornet.analysis.resistance.explore import explore
    from mtornet.analysis.resistance.settings import ResistanceRequest, settings_of
    from mtornet.cli.progress import CellProgress
    from mtornet.report.files import writable_folder
    from mtornet.report.resistance import write_resistance
    from mtornet.simulation.interrupt import stop_on_signals

    request = ResistanceRequest(
        drug=drug,
        dose=dose,
        against=against or (),
        variant=variant,
        context=context,
        inputs=pairs(inputs, option="--input"),
        duration=duration,
        draws=draws,
        sets=sets,
        seed=seed,
        jobs=jobs,
    )
    if dry_run:
        return _predict(request, as_json=as_json)
    settings_of(request)  # a mistake shows before a folder is made
    folder = writable_folder(out or Path("resist"))
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        found = explore(request, progress=progress, stop=flag)
    if not as_json:
        # The answer first; drawing takes longer than reading it.
        _show(found)
    outputs = write_resistance(found, folder)
    if as_json:
        shown = {
            "drug": found.settings.drug,
            "findings": list(found.sentences),
            "loops": {
                readout: [
                    {"loop": share.name, "part": share.part, "share_removed": share.share_removed}
                    for share in explained.alone
                ]
                for readout, explained in found.loops.items()
            },
            "counter": json.loads(found.counter.table.to_json(orient="records")),
            "paths": {name: str(folder / path) for name, path in outputs.items()},
            "seed": found.settings.seed,
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        names = ("report.html", "scan.csv", "loops.csv", "counter.csv", "clouds.csv", "figures/", "run.json")
        typer.echo("wrote " + "  ".join(f"{folder}/{name}" for name in names))
    return 0


def _show(found: Resistance) -> None:
    from mtornet.analysis.resistance.scan import ranked
    from mtornet.cli.tables import plain

    settings = found.settings
    ligands = ", ".join(f"{name} {value}" for name, value in settings.inputs.items())
    where = f" in {settings.context} cells" if settings.context else ""
    lines = [
        f"Resistance to {settings.drug} {settings.doses[settings.drug]} ({settings.class_label}){where}",
        f"{settings.variant}, {ligands}; scan against "
        + ", ".join(f"{name} {dose}" for name, dose in settings.doses.items() if name != settings.drug),
        "",
    ]
    for title, by in (("Edits that cost the response", "loss"), ("Edits that raise AKT", "d_rebound")):
        table = ranked(found.scan, settings.drug, by, n=10)
        columns = [name for name in ("cell", "loss", "d_rebound", "IC50_shift") if name in table]
        shown = table[columns].map(lambda value: f"{value:.2f}" if isinstance(value, float) else value)
        lines += [title, plain(shown), ""]
    table = found.counter.table.head(12)
    columns = ["label", "class", "rebound_removed", "abolished", "agree", "signal_left"]
    shown = table[columns].map(lambda value: f"{value:.2f}" if isinstance(value, float) else value)
    lines += ["Second drugs", plain(shown), "", *found.sentences, ""]
    lines += [f"Seed {settings.seed}. Research model, never clinical advice."]
    typer.echo("\n".join(lines))


def _predict(request: ResistanceRequest, *, as_json: bool) -> int:
    from mtornet.analysis.resistance.forecast import forecast_resistance

    found = forecast_resistance(request)
    typer.echo(json.dumps(found.as_dict()) if as_json else found.sentence())
    return 0
