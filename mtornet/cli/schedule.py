"""``mtornet schedule``: search for a schedule that reaches a goal within bounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.cli.options import Context, Inputs, Json, Out, Seed, Variant, pairs

if TYPE_CHECKING:
    from mtornet.analysis.schedules.search import ScheduleSearch

NAME = "schedule"
HELP = (
    "Search for the schedule of a drug, or of two by turns, that reaches a goal within bounds: constant, "
    "daily, weekly, intermittent, alternating."
)
EXAMPLE = (
    "Example: mtornet schedule everolimus --minimise 'mean of pS6K_T389' "
    "--subject-to 'mean of pAKT_S473 <= 1.6' --subject-to 'exposure <= 1' --out schedule"
)


def command(
    drugs: Annotated[list[str], typer.Argument(help="One drug, or two.")],
    minimise: Annotated[
        str | None, typer.Option("--minimise", help="'mean of pX', 'pX at 72 h', 'exposure of DRUG' (nM).")
    ] = None,
    maximise: Annotated[str | None, typer.Option("--maximise", help="The same, to be greatest.")] = None,
    subject_to: Annotated[
        list[str] | None,
        typer.Option(
            "--subject-to", help="'peak of pY <= 1.5', 'exposure <= 2'. Repeatable.", show_default=False
        ),
    ] = None,
    low: Annotated[str, typer.Option("--from", help="Lowest concentration.")] = "0.1 nM",
    high: Annotated[str, typer.Option("--to", help="Highest concentration.")] = "1 uM",
    family: Annotated[
        list[str] | None,
        typer.Option(
            "--family",
            help="constant, daily, weekly, intermittent, alternating. Repeatable [all].",
            show_default=False,
        ),
    ] = None,
    duration: Annotated[str, typer.Option("--duration", help="How long, for example '7 d'.")] = "7 d",
    trials: Annotated[int, typer.Option("--trials", min=4, help="Schedules of each family, about.")] = 40,
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    seed: Seed = 1,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Search, print the best schedule of each family, and write tables and figure with ``--out``."""
    from mtornet.analysis.schedules.search import schedule_search
    from mtornet.errors import ProtocolError
    from mtornet.network.library import load_model
    from mtornet.report.files import writable_folder
    from mtornet.simulation.interrupt import stop_on_signals
    from mtornet.simulation.seeds import drawn_seed

    goal = minimise if minimise is not None else maximise
    if goal is None or (minimise is not None and maximise is not None):
        raise ProtocolError("schedule: say what to --minimise or to --maximise, one of the two")
    folder = writable_folder(out) if out is not None else None
    with stop_on_signals() as flag:
        found = schedule_search(
            load_model(),
            drugs,
            goal=goal,
            maximise=maximise is not None,
            subject_to=subject_to or [],
            doses=(low, high),
            families=family,
            variant=variant,
            context=context,
            inputs=pairs(inputs, option="--input"),
            duration=duration,
            trials=trials,
            seed=drawn_seed() if seed is None else seed,
            stop=flag,
        )
    paths: dict[str, str] = {}
    if folder is not None:
        from mtornet.plot.save import save
        from mtornet.plot.schedule import schedule_figure
        from mtornet.report.files import write_csv

        paths = {"tried": str(write_csv(found.tried, folder / "tried.csv"))}
        figure, data = schedule_figure(found)
        paths |= {f"figure_{p.suffix[1:]}": str(p) for p in save(figure, folder, "schedule", data)}
    if as_json:
        best = json.loads(found.best.to_json(orient="records"))
        typer.echo(json.dumps({"goal": found.goal, "seed": found.seed, "best": best, "paths": paths}))
        return 0
    _show(found)
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _show(found: ScheduleSearch) -> None:
    from mtornet.cli.tables import plain

    n_good = int(found.tried["feasible"].sum())
    bounds = f": {', '.join(found.bounds)}" if found.bounds else ""
    typer.echo(f"{len(found.tried)} schedules tried, {n_good} within the bounds{bounds}")
    if found.best.empty:
        typer.echo("no schedule keeps within the bounds; loosen one, or widen the range of doses")
        return
    table = found.best.drop(columns=["feasible", "loss"])
    typer.echo(plain(table.map(lambda v: f"{v:.4g}" if isinstance(v, float) else v)))
    for name in dict.fromkeys(found.tried["family"]):
        if name not in set(found.best["family"]):
            typer.echo(f"no {name} schedule keeps within the bounds")
    typer.echo(f"seed {found.seed}. Research model, never clinical advice.")
